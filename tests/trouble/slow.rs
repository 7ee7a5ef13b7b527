//! A link of few bytes a second.

use crate::drivers::Driver;
use crate::operations::{DATAGRAM_SENDS, drain, fill};
use crate::wire::Wire;
use crate::{SHORT, assert_timed_out, in_time};
use berkeley::option::socket::SendBuffer;
use berkeley::{Shutdown, TcpStream};
use std::io::ErrorKind;

in_trouble! {
    a_send_over_a_slow_link_ends_by_its_deadline_and_what_went_arrives
    one_deadline_is_for_the_whole_of_a_send_though_the_link_takes_a_little_again_and_again
    receives_with_deadlines_shorter_than_the_gaps_lose_nothing
    other_tasks_go_on_while_a_send_waits
    datagrams_that_find_no_room_end_by_their_deadline
}

/// 100 kilobytes a second.
const SLOW: &str = "tbf rate 800kbit burst 3kb latency 400ms";

/// Two ends of a connection of which the one here sends slowly and buffers little.
fn slow_streams(wire: &Wire) -> (TcpStream, TcpStream) {
    wire.shape(SLOW).expect("every kernel has tbf");
    let (here, there) = wire.streams();
    here.set(SendBuffer, 4_096).unwrap();
    (here, there)
}

async fn a_send_over_a_slow_link_ends_by_its_deadline_and_what_went_arrives(
    driver: Driver,
    wire: Wire,
) {
    let (here, there) = slow_streams(&wire);
    let received = driver.spawn(async move { drain(&there).await });
    let bytes = vec![7; 1 << 20];
    let failed = in_time("send_all", here.send_all(&bytes).timeout(SHORT)).await.unwrap_err();
    assert_eq!(failed.error.kind(), ErrorKind::TimedOut);
    assert!(failed.sent > 0 && failed.sent < bytes.len(), "{}", failed.sent);
    here.shutdown(Shutdown::Write).unwrap();
    assert_eq!(received.await, failed.sent as u64);
}

async fn one_deadline_is_for_the_whole_of_a_send_though_the_link_takes_a_little_again_and_again(
    driver: Driver,
    wire: Wire,
) {
    let (here, there) = slow_streams(&wire);
    let received = driver.spawn(async move { drain(&there).await });
    // At least ten seconds of the link, of which it takes a bit every few milliseconds.
    let bytes = vec![7; 1 << 20];
    here.set_timeout(Some(SHORT));
    let send = here.send_all(&bytes);
    let failed = in_time("send_all", send).await.unwrap_err();
    assert_timed_out("send_all", Err::<(), _>(failed.error));
    here.set_timeout(None);
    here.shutdown(Shutdown::Write).unwrap();
    assert_eq!(received.await, failed.sent as u64);
}

async fn receives_with_deadlines_shorter_than_the_gaps_lose_nothing(driver: Driver, wire: Wire) {
    let (here, there) = slow_streams(&wire);
    let bytes: Vec<u8> = (0..=250).cycle().take(20_000).collect();
    let expected = bytes.clone();
    let sender = driver.spawn(async move {
        here.send_all(&bytes).await.unwrap();
        here.shutdown(Shutdown::Write).unwrap();
        here
    });
    let (mut received, mut buffer) = (Vec::new(), [0; 700]);
    loop {
        let gap = std::time::Duration::from_millis(3);
        match there.recv(&mut buffer).timeout(gap).await {
            Ok(0) => break,
            Ok(n) => received.extend_from_slice(&buffer[..n]),
            Err(error) => assert_timed_out("recv", Err::<(), _>(error)),
        }
    }
    drop(sender.await);
    assert!(received == expected, "{} of {} bytes", received.len(), expected.len());
}

async fn other_tasks_go_on_while_a_send_waits(driver: Driver, wire: Wire) {
    let (here, there) = slow_streams(&wire);
    let sent = driver.spawn_waiting(async move { (fill(&here).await, here) }).await;
    let (a, b) = berkeley::UnixStream::pair().unwrap();
    for _ in 0..100 {
        a.send_all(b"ping").await.unwrap();
        assert_eq!(b.recv(&mut [0; 16]).await.unwrap(), 4);
    }
    // Once nobody receives, the sender finds no more room.
    let (sent, here) = sent.await;
    here.shutdown(Shutdown::Write).unwrap();
    assert_eq!(drain(&there).await, sent);
}

async fn datagrams_that_find_no_room_end_by_their_deadline(_: Driver, wire: Wire) {
    // A hundred bytes a second: what has gone to the queue stays there for the test.
    wire.shape("tbf rate 800bit burst 3kb limit 100kb").expect("every kernel has tbf");
    let (here, _there) = wire.datagrams();
    here.set(SendBuffer, 4_096).unwrap();
    for operation in DATAGRAM_SENDS {
        let ended = loop {
            if let (_, Err(error)) = operation.run(&here).await {
                break error;
            }
        };
        assert_timed_out(operation.name, Err::<(), _>(ended));
    }
}
