//! A peer that resets the connection.

use crate::drivers::Driver;
use crate::operations::{RECEIVES, SENDS, fill};
use crate::wire::Wire;
use crate::{in_time, operations};
use berkeley::TcpStream;
use berkeley::option::socket::Linger;
use std::io::ErrorKind;
use std::time::Duration;

in_trouble! {
    every_receive_that_waits_ends_when_the_peer_resets
    every_send_that_waits_ends_when_the_peer_resets
    after_a_reset_nothing_waits
    a_send_that_a_reset_ends_tells_what_went
    what_came_before_a_reset_that_was_not_read_is_gone_and_told_as_a_reset
}

/// Closes with a reset.
fn reset(stream: TcpStream) {
    stream.set(Linger, Some(Duration::ZERO)).unwrap();
    stream.close().unwrap();
}

fn is_reset(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
}

async fn every_receive_that_waits_ends_when_the_peer_resets(driver: Driver, wire: Wire) {
    for operation in RECEIVES {
        let (here, there) = wire.streams();
        let waits = async move { (operation.run(&here).await, here) };
        let waiting = driver.spawn_waiting(waits).await;
        reset(there);
        let ((bytes, outcome), here) = in_time(operation.name, waiting).await;
        assert_eq!(bytes, 0, "{}", operation.name);
        match outcome {
            // Readiness is no receive: the next one tells.
            Ok(()) if operation.name.starts_with("read") => {
                let told = here.recv(&mut [0; 16]).await.unwrap_err();
                assert_eq!(told.kind(), ErrorKind::ConnectionReset);
            }
            Ok(()) => panic!("{} told of no reset", operation.name),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::ConnectionReset, "{}", operation.name)
            }
        }
    }
}

async fn every_send_that_waits_ends_when_the_peer_resets(driver: Driver, wire: Wire) {
    for operation in SENDS {
        let (here, there) = wire.streams();
        fill(&here).await;
        let waits = async move { operation.run(&here).await };
        let waiting = driver.spawn_waiting(waits).await;
        reset(there);
        let (_, outcome) = in_time(operation.name, waiting).await;
        match outcome {
            Ok(()) => assert!(
                operation.name.starts_with("writ") || operation.name.starts_with("read"),
                "{} told of no reset",
                operation.name
            ),
            Err(error) => assert!(is_reset(error.kind()), "{}: {error}", operation.name),
        }
    }
}

async fn after_a_reset_nothing_waits(_: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    reset(there);
    // Told once, by whichever operation comes first; to a receive, it is an end from then on.
    let told = in_time("recv", here.recv(&mut [0; 16])).await.unwrap_err();
    assert_eq!(told.kind(), ErrorKind::ConnectionReset);
    for operation in RECEIVES {
        let (bytes, outcome) = operation.run(&here).await;
        assert!(bytes == 0 && outcome.is_ok(), "{}: {outcome:?}", operation.name);
    }
    for operation in SENDS {
        let (bytes, outcome) = operation.run(&here).await;
        assert_eq!(bytes, 0, "{}", operation.name);
        if let Err(error) = outcome {
            assert_eq!(error.kind(), ErrorKind::BrokenPipe, "{}: {error}", operation.name);
        }
    }
}

async fn a_send_that_a_reset_ends_tells_what_went(driver: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    let bytes = vec![7; 64 << 20];
    let sender = driver.spawn_waiting(async move { here.send_all(&bytes).await }).await;
    let mut buffer = vec![0; 65_536];
    let received = there.recv(&mut buffer).await.unwrap();
    reset(there);
    let failed = in_time("send_all", sender).await.unwrap_err();
    assert!(is_reset(failed.error.kind()), "{failed}");
    assert!(failed.sent >= received && failed.sent < 64 << 20, "{}", failed.sent);
}

async fn what_came_before_a_reset_that_was_not_read_is_gone_and_told_as_a_reset(
    _: Driver,
    wire: Wire,
) {
    let (here, there) = wire.streams();
    there.send_all(b"unread").await.unwrap();
    in_time("readable", here.readable()).await.unwrap();
    reset(there);
    here.peer_closed().await.unwrap();
    // Linux gives what it has and then the reset, or the reset alone; never an end in place of it.
    let mut bytes = 0;
    let told = loop {
        match operations::RECEIVES[0].run(&here).await {
            (n @ 1.., Ok(())) => bytes += n,
            (_, outcome) => break outcome,
        }
    };
    assert!(bytes == 0 || bytes == 6);
    assert_eq!(told.unwrap_err().kind(), ErrorKind::ConnectionReset);
}
