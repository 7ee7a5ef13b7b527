//! A peer that stops reading.

use crate::drivers::Driver;
use crate::operations::{drain, fill, sends_time_out};
use crate::wire::Wire;
use crate::{SHORT, assert_timed_out, in_time};
use berkeley::Shutdown;

in_trouble! {
    every_send_to_a_peer_that_does_not_read_ends_by_its_deadline_and_is_accounted_for
    a_send_goes_on_when_the_peer_reads_again
    a_stalled_peer_still_sends
}

async fn every_send_to_a_peer_that_does_not_read_ends_by_its_deadline_and_is_accounted_for(
    _: Driver,
    wire: Wire,
) {
    let (here, there) = wire.streams();
    let mut sent = fill(&here).await;
    sent += sends_time_out(&here).await;
    here.shutdown(Shutdown::Write).unwrap();
    assert_eq!(drain(&there).await, sent);
}

async fn a_send_goes_on_when_the_peer_reads_again(driver: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    let filled = fill(&here).await;
    let sender = driver.spawn_waiting(async move {
        here.send_all(b"the rest").await.unwrap();
        here.shutdown(Shutdown::Write).unwrap();
        here
    });
    let sender = sender.await;
    assert_eq!(drain(&there).await, filled + 8);
    drop(sender.await);
}

async fn a_stalled_peer_still_sends(_: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    let filled = fill(&here).await;
    // A window of zero one way is none the other way.
    there.send_all(b"hello").await.unwrap();
    let mut buffer = [0; 16];
    assert_eq!(in_time("recv", here.recv(&mut buffer)).await.unwrap(), 5);
    assert_timed_out("recv", here.recv(&mut buffer).timeout(SHORT).await);
    here.shutdown(Shutdown::Write).unwrap();
    assert_eq!(drain(&there).await, filled);
}
