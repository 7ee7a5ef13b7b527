//! A link that loses packets: some of them, at random, both ways.

use crate::drivers::Driver;
use crate::operations::{arrive_whole, drain};
use crate::wire::Wire;
use crate::{SHORT, assert_timed_out, in_time};
use berkeley::Shutdown;
use std::collections::BTreeSet;
use std::io::ErrorKind;

in_trouble! {
    a_stream_over_a_lossy_link_arrives_whole_and_in_order
    datagrams_over_a_lossy_link_are_received_or_timed_out_each_at_most_once
    a_send_over_a_lossy_link_is_accounted_for_when_its_time_is_up
}

/// One packet in eight.
const SOME: &str = "numgen random mod 8 == 0";

async fn a_stream_over_a_lossy_link_arrives_whole_and_in_order(driver: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    wire.drop_if(SOME);
    arrive_whole(driver, here, there, 60_000).await;
}

async fn datagrams_over_a_lossy_link_are_received_or_timed_out_each_at_most_once(
    _: Driver,
    wire: Wire,
) {
    let (here, there) = wire.datagrams();
    wire.drop_if(SOME);
    let mut sent = 0;
    for number in 0..200_u8 {
        // A filter that drops what leaves says so to the sender: EPERM.
        match here.send(&[number]).await {
            Ok(1) => sent += 1,
            Ok(n) => panic!("sent {n} bytes of one"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::PermissionDenied, "{error}"),
        }
    }
    wire.let_pass();
    let (mut received, mut buffer) = (BTreeSet::new(), [0; 16]);
    loop {
        match in_time("recv", there.recv(&mut buffer).timeout(SHORT)).await {
            Ok(n) => {
                assert_eq!(n, 1);
                assert!(received.insert(buffer[0]), "twice");
            }
            Err(error) => break assert_timed_out("recv", Err::<(), _>(error)),
        }
    }
    assert!(sent < 200, "some are lost");
    assert_eq!(received.len(), sent, "what was not dropped has come");
}

async fn a_send_over_a_lossy_link_is_accounted_for_when_its_time_is_up(driver: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    wire.drop_if(SOME);
    let received = driver.spawn(async move { drain(&there).await });
    let bytes = vec![7; 32 << 20];
    let sent = match in_time("send_all", here.send_all(&bytes).timeout(SHORT)).await {
        Ok(()) => bytes.len(),
        Err(failed) => {
            assert_eq!(failed.error.kind(), ErrorKind::TimedOut);
            failed.sent
        }
    };
    wire.let_pass();
    here.shutdown(Shutdown::Write).unwrap();
    assert_eq!(received.await, sent as u64);
}
