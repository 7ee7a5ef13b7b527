//! Nobody answers: an address behind which there is nobody, and a peer that is gone without a
//! word.

use crate::drivers::Driver;
use crate::operations::{
    DATAGRAM_RECEIVES, RECEIVES, drain, fill, receives_time_out, sends_time_out,
};
use crate::wire::Wire;
use crate::{SHORT, assert_timed_out, in_time};
use berkeley::{Family, Kind, Protocol, Shutdown, Socket};
use berkeley_tests::Network;
use std::time::Instant;

in_trouble! {
    a_connect_that_nobody_answers_ends_by_each_kind_of_deadline
    an_accept_that_nobody_asks_for_ends_by_its_deadline
    every_receive_from_a_silent_peer_ends_by_its_deadline
    every_receive_of_a_datagram_that_never_comes_ends_by_its_deadline
    every_send_to_a_silent_peer_ends_by_its_deadline_and_what_went_arrives_once_it_speaks
    what_a_silent_peer_sent_is_received_once_it_is_heard
}

/// Drops every packet.
const EVERYTHING: &str = "meta l4proto tcp";

fn stream() -> Socket {
    Socket::new(Family::INET, Kind::STREAM, Protocol::TCP).unwrap()
}

async fn a_connect_that_nobody_answers_ends_by_each_kind_of_deadline(_: Driver, wire: Wire) {
    wire.drop_if(EVERYTHING);
    let silent = (Network::SILENT, 7);
    let address = std::net::SocketAddr::from((silent.0.parse::<std::net::Ipv4Addr>().unwrap(), 7));
    let socket = stream();
    socket.set_timeout(Some(SHORT));
    assert_timed_out("connect", in_time("connect", socket.connect(address)).await);
    let socket = stream();
    let connect = socket.connect(address).timeout(SHORT);
    assert_timed_out("with a timeout", in_time("connect", connect).await);
    let socket = stream();
    let connect = socket.connect(address).deadline(Instant::now() + SHORT);
    assert_timed_out("with a deadline", in_time("connect", connect).await);
    assert!(!socket.finish_connect().unwrap(), "the kernel goes on trying");
}

async fn an_accept_that_nobody_asks_for_ends_by_its_deadline(_: Driver, wire: Wire) {
    wire.drop_if(EVERYTHING);
    let listener = stream();
    listener.bind("192.0.2.1:0").unwrap();
    listener.listen(None).unwrap();
    assert_timed_out("accept", in_time("accept", listener.accept().timeout(SHORT)).await);
}

async fn every_receive_from_a_silent_peer_ends_by_its_deadline(_: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    wire.drop_if(EVERYTHING);
    there.send_all(b"never heard").await.unwrap();
    receives_time_out(RECEIVES, &here).await;
}

async fn every_receive_of_a_datagram_that_never_comes_ends_by_its_deadline(_: Driver, wire: Wire) {
    let (here, there) = wire.datagrams();
    wire.drop_if("meta l4proto udp");
    there.send(b"never heard").await.unwrap();
    receives_time_out(DATAGRAM_RECEIVES, &here).await;
    // Nor by what there is for streams too, but for pipes.
    let common = RECEIVES.iter().filter(|operation| operation.name != "splice_in");
    for operation in common {
        let (_, outcome) = operation.run(&here).await;
        assert_timed_out(operation.name, outcome);
    }
}

async fn every_send_to_a_silent_peer_ends_by_its_deadline_and_what_went_arrives_once_it_speaks(
    driver: Driver,
    wire: Wire,
) {
    let (here, there) = wire.streams();
    wire.drop_if(EVERYTHING);
    let mut sent = fill(&here).await;
    sent += sends_time_out(&here).await;
    assert!(sent > 0);
    wire.let_pass();
    let received = driver.spawn(async move { drain(&there).await });
    here.shutdown(Shutdown::Write).unwrap();
    assert_eq!(received.await, sent, "what the kernel took is what came");
}

async fn what_a_silent_peer_sent_is_received_once_it_is_heard(_: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    wire.drop_if(EVERYTHING);
    there.send_all(b"late").await.unwrap();
    receives_time_out(RECEIVES, &here).await;
    wire.let_pass();
    let mut buffer = [0; 64];
    let n = here.recv(&mut buffer).await.unwrap();
    assert_eq!(&buffer[..n], b"late", "no receive that timed out took a byte");
}
