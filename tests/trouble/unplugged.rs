//! A link that goes down in the middle of operations, and comes back.

use crate::drivers::Driver;
use crate::operations::{RECEIVES, drain, fill, receives_time_out, sends_time_out};
use crate::wire::Wire;
use crate::{SHORT, in_time};
use berkeley::Shutdown;

in_trouble! {
    every_operation_ends_by_its_deadline_while_the_link_is_down_and_nothing_is_lost
    operations_without_a_deadline_go_on_when_the_link_is_back
    a_connect_while_the_link_is_down_ends
}

async fn every_operation_ends_by_its_deadline_while_the_link_is_down_and_nothing_is_lost(
    driver: Driver,
    wire: Wire,
) {
    let (here, there) = wire.streams();
    here.send_all(b"before").await.unwrap();
    wire.unplug();
    receives_time_out(RECEIVES, &here).await;
    let mut sent = 6 + fill(&here).await;
    sent += sends_time_out(&here).await;
    wire.plug_in();
    let received = driver.spawn(async move { (drain(&there).await, there) });
    here.shutdown(Shutdown::Write).unwrap();
    let (received, there) = received.await;
    assert_eq!(received, sent, "what the kernel took is what came");
    there.send_all(b"and back").await.unwrap();
    assert_eq!(here.recv(&mut [0; 16]).await.unwrap(), 8);
}

async fn operations_without_a_deadline_go_on_when_the_link_is_back(driver: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    let receiver = driver.spawn_waiting(async move {
        let received = drain(&there).await;
        (received, there)
    });
    let receiver = receiver.await;
    wire.unplug();
    let filled = fill(&here).await;
    let sender = driver.spawn_waiting(async move {
        here.send_all(b"the rest").await.unwrap();
        here.shutdown(Shutdown::Write).unwrap();
        here
    });
    let sender = sender.await;
    wire.plug_in();
    drop(sender.await);
    assert_eq!(receiver.await.0, filled + 8);
}

async fn a_connect_while_the_link_is_down_ends(_: Driver, wire: Wire) {
    let address = wire.address();
    wire.unplug();
    let socket = berkeley::Socket::new(
        berkeley::Family::INET,
        berkeley::Kind::STREAM,
        berkeley::Protocol::TCP,
    )
    .unwrap();
    // The route has gone with the link, which is told at once.
    let failed = in_time("connect", socket.connect(address).timeout(SHORT)).await.unwrap_err();
    assert_eq!(failed.kind(), std::io::ErrorKind::NetworkUnreachable, "{failed}");
    wire.plug_in();
    socket.connect(address).await.unwrap();
}
