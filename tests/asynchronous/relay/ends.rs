//! What arrives: every byte, in order, and each end.

use super::{LARGE, Line, assert_relayed, exactly, pattern, tcp, to_end, unix};
use crate::drivers::Driver;
use berkeley::{RelayStep, Shutdown, Socket, TcpStream, yield_now};
use futures::future::{join, join3};
use proptest::collection::vec;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

on_every_driver! {
    bytes_of_both_directions_arrive_whole_over_any_pair_of_streams
    an_end_is_passed_on_and_the_other_direction_goes_on
    an_end_behind_much_data_cuts_nothing
    both_ends_at_once_are_an_end
    bytes_one_at_a_time_are_passed_on_one_at_a_time
    a_reset_in_the_middle_ends_the_relay_and_tells_the_counts
    a_reset_of_the_one_that_ended_ends_the_relay
    an_answer_that_comes_before_the_question_has_ended_is_passed_on_whole
    a_receiver_that_is_gone_is_told_with_what_it_did_not_get
    any_two_scripts_arrive_whole_and_in_order
}

async fn bytes_of_both_directions_arrive_whole_over_any_pair_of_streams(driver: Driver) {
    for line in Line::each() {
        let (client, server, relay) = line.relay(driver, |relay| relay);
        let (there, back) = (pattern(LARGE / 4), pattern(LARGE / 4 + 1));
        let both = |socket: Socket, bytes: Vec<u8>| async move {
            let socket = Arc::new(socket);
            let sender = socket.clone();
            let sending = driver.spawn(async move {
                sender.send_all(&bytes).await.unwrap();
                sender.shutdown(Shutdown::Write).unwrap();
            });
            let received = to_end(&socket).await;
            sending.await;
            received
        };
        let (at_client, at_server) =
            join(both(client, there.clone()), both(server, back.clone())).await;
        assert!(at_server == there && at_client == back);
        assert_relayed(relay.await.unwrap(), there.len(), back.len());
    }
}

/// A relay that waits for both ends at once, or takes the first for the last, fails here.
async fn an_end_is_passed_on_and_the_other_direction_goes_on(driver: Driver) {
    for line in Line::each() {
        let (client, server, relay) = line.relay(driver, |relay| relay);
        client.send_all(b"question").await.unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(to_end(&server).await, b"question");
        for answer in [&b"first"[..], b"second"] {
            server.send_all(answer).await.unwrap();
            assert_eq!(exactly(&client, answer.len()).await, answer);
        }
        drop(server);
        assert_eq!(to_end(&client).await, b"");
        assert_relayed(relay.await.unwrap(), 8, 11);
    }
}

async fn an_end_behind_much_data_cuts_nothing(driver: Driver) {
    for line in Line::each() {
        let (client, server, relay) = line.relay(driver, |relay| relay);
        let bytes = pattern(LARGE / 4);
        let expected = bytes.clone();
        // Closed at once: the reader is far behind.
        let sending = driver.spawn(async move { client.send_all(&bytes).await.unwrap() });
        assert_eq!(exactly(&server, 10).await, expected[..10]);
        assert!(to_end(&server).await == expected[10..]);
        sending.await;
        drop(server);
        assert_relayed(relay.await.unwrap(), expected.len(), 0);
    }
}

async fn both_ends_at_once_are_an_end(driver: Driver) {
    for line in Line::each() {
        // Both have ended before the relay begins.
        line.client.send_all(b"to b").await.unwrap();
        line.server.send_all(b"to a").await.unwrap();
        line.client.shutdown(Shutdown::Write).unwrap();
        line.server.shutdown(Shutdown::Write).unwrap();
        let (client, server, relay) = line.relay(driver, |relay| relay);
        assert_relayed(relay.await.unwrap(), 4, 4);
        assert_eq!(
            (&*to_end(&server).await, &*to_end(&client).await),
            (&b"to b"[..], &b"to a"[..])
        );
    }
}

async fn bytes_one_at_a_time_are_passed_on_one_at_a_time(driver: Driver) {
    for line in Line::each() {
        let (client, server, relay) = line.relay(driver, |relay| relay);
        for byte in 0..=255 {
            client.send_all(&[byte]).await.unwrap();
            assert_eq!(exactly(&server, 1).await, [byte]);
            server.send_all(&[!byte]).await.unwrap();
            assert_eq!(exactly(&client, 1).await, [!byte]);
        }
        drop((client, server));
        assert_relayed(relay.await.unwrap(), 256, 256);
    }
}

/// Has the connection of `socket` reset when it is closed.
fn reset(socket: Socket) {
    let stream = TcpStream::try_from(socket).unwrap();
    stream.set_linger(Some(Duration::ZERO)).unwrap();
}

async fn a_reset_in_the_middle_ends_the_relay_and_tells_the_counts(driver: Driver) {
    let (client, server, relay) = Line::tcp().relay(driver, |relay| relay);
    client.send_all(b"one").await.unwrap();
    assert_eq!(exactly(&server, 3).await, b"one");
    server.send_all(b"four").await.unwrap();
    assert_eq!(exactly(&client, 4).await, b"four");
    reset(server);
    let failed = relay.await.unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::ConnectionReset);
    assert_eq!(failed.step, Some(RelayStep::ReceiveB));
    assert_relayed(failed.relayed, 3, 4);
    let text = failed.to_string();
    assert!(
        text.contains("receiving from the second socket") && text.contains("3 bytes"),
        "{text}"
    );
    let whole = std::io::Error::from(failed);
    assert_eq!(whole.kind(), ErrorKind::ConnectionReset);
    assert!(whole.get_ref().is_some_and(|e| e.is::<berkeley::RelayError>()));
}

/// Nothing is to be received of it any more: only its error tells.
async fn a_reset_of_the_one_that_ended_ends_the_relay(driver: Driver) {
    let (client, server, relay) = Line::tcp().relay(driver, |relay| relay);
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(to_end(&server).await, b"");
    reset(client);
    let failed = relay.await.unwrap_err();
    assert_eq!((failed.kind(), failed.step), (ErrorKind::BrokenPipe, Some(RelayStep::SendA)));
    assert_relayed(failed.relayed, 0, 0);
    // One that has closed tells when it is sent something, and once is enough.
    let (client, server, relay) = Line::tcp().relay(driver, |relay| relay);
    drop(client);
    assert_eq!(to_end(&server).await, b"");
    server.send_all(b"x").await.unwrap();
    let failed = relay.await.unwrap_err();
    assert_eq!((failed.kind(), failed.step), (ErrorKind::BrokenPipe, Some(RelayStep::SendA)));
    assert_relayed(failed.relayed, 0, 1);
}

/// So servers answer who sends too much: the answer, and the end.
async fn an_answer_that_comes_before_the_question_has_ended_is_passed_on_whole(driver: Driver) {
    for line in Line::each() {
        let (client, server, relay) = line.relay(driver, |relay| relay);
        let client = Arc::new(client);
        let sender = client.clone();
        let sending = driver.spawn(async move { sender.send_all(&pattern(LARGE)).await });
        assert_eq!(exactly(&server, 10).await, pattern(10));
        let answer = pattern(20_000);
        server.send_all(&answer).await.unwrap();
        drop(server);
        assert!(exactly(&client, answer.len()).await == answer);
        let failed = relay.await.unwrap_err();
        assert_eq!(failed.relayed.b_to_a, 20_000);
        assert!(sending.await.is_err());
    }
}

async fn a_receiver_that_is_gone_is_told_with_what_it_did_not_get(_: Driver) {
    let Line { client, a, b, server } = Line::new(tcp, unix);
    drop(server);
    client.send_all(b"for nobody").await.unwrap();
    let failed = berkeley::relay(&a, &b).await.unwrap_err();
    assert_eq!((failed.kind(), failed.step), (ErrorKind::BrokenPipe, Some(RelayStep::SendB)));
    assert_relayed(failed.relayed, 0, 0);
    assert_eq!(failed.unsent.a_to_b, b"for nobody");
}

/// What one end does: sends pieces of these lengths, with turns for others between them, and
/// receives up to so much at a time.
#[derive(Clone, Debug)]
struct Script {
    pieces: Vec<usize>,
    turns: usize,
    reads: usize,
}

fn script() -> impl Strategy<Value = Script> {
    let piece = proptest::prop_oneof![1..200_usize, 1..80_000_usize, 200_000..400_000_usize];
    (vec(piece, 0..12), 0..4_usize, proptest::prop_oneof![1_000..4_000_usize, 60_000..90_000_usize])
        .prop_map(|(pieces, turns, reads)| Script { pieces, turns, reads })
}

/// Plays one end, and returns what it received.
async fn play(socket: Socket, script: Script) -> Vec<u8> {
    let sending = async {
        let bytes = pattern(script.pieces.iter().sum());
        let mut rest = &bytes[..];
        for len in &script.pieces {
            let (piece, behind) = rest.split_at(*len);
            socket.send_all(piece).await.unwrap();
            rest = behind;
            for _ in 0..script.turns {
                yield_now().await;
            }
        }
        socket.shutdown(Shutdown::Write).unwrap();
    };
    let receiving = async {
        let mut all = Vec::new();
        let mut buffer = vec![0; script.reads];
        while let n @ 1.. = socket.recv(&mut buffer).await.unwrap() {
            all.extend_from_slice(&buffer[..n]);
        }
        all
    };
    join(sending, receiving).await.1
}

async fn any_two_scripts_arrive_whole_and_in_order(driver: Driver) {
    let mut runner = TestRunner::deterministic();
    for _ in 0..8 {
        let (a, b) = (script(), script()).new_tree(&mut runner).unwrap().current();
        for line in Line::each() {
            let (client, server, relay) = line.relay(driver, |relay| relay);
            let (there, back) = (pattern(a.pieces.iter().sum()), pattern(b.pieces.iter().sum()));
            let (at_client, at_server, relayed) =
                join3(play(client, a.clone()), play(server, b.clone()), relay).await;
            assert!(at_server == there && at_client == back, "{a:?} {b:?}");
            assert_relayed(relayed.unwrap(), there.len(), back.len());
        }
    }
}
