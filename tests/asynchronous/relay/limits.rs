//! When a relay ends by itself, and what it tells then.

use super::{LARGE, Line, assert_relayed, exactly, pattern, tcp, to_end, unix};
use crate::drivers::Driver;
use crate::{LONG, SHORT, assert_kind, takes};
use berkeley::{Family, Kind, Protocol, Shutdown, Socket, relay, time};
use futures::future::{Either, select};
use futures::{pin_mut, poll};
use std::io::ErrorKind;
use std::time::Instant;

on_every_driver! {
    a_relay_that_nothing_moves_ends_in_time
    each_byte_of_either_direction_begins_the_idle_time_anew
    a_half_closed_relay_that_nothing_moves_ends_in_time
    a_peer_that_stops_reading_ends_it_in_time_with_every_byte_accounted_for
    a_deadline_ends_a_relay_that_is_busy
    a_deadline_that_has_passed_ends_it_at_once
    a_dropped_relay_can_be_asked_what_it_did_and_what_it_holds
    what_is_no_stream_is_refused
}

async fn a_relay_that_nothing_moves_ends_in_time(_: Driver) {
    for Line { client, a, b, server } in Line::each() {
        client.send_all(b"one").await.unwrap();
        server.send_all(b"four").await.unwrap();
        let failed = takes(SHORT, relay(&a, &b).idle_timeout(SHORT)).await.unwrap_err();
        assert_eq!((failed.kind(), failed.step), (ErrorKind::TimedOut, None));
        assert_eq!(failed.error.raw_os_error(), None);
        assert_relayed(failed.relayed, 3, 4);
    }
}

async fn each_byte_of_either_direction_begins_the_idle_time_anew(driver: Driver) {
    let (client, server, relay) = Line::tcp().relay(driver, |relay| relay.idle_timeout(4 * SHORT));
    let begin = Instant::now();
    // Longer than the idle time, all of it, and for one direction alone.
    for _ in 0..6 {
        time::sleep(SHORT).await;
        client.send_all(b"x").await.unwrap();
        exactly(&server, 1).await;
    }
    for _ in 0..6 {
        time::sleep(SHORT).await;
        server.send_all(b"x").await.unwrap();
        exactly(&client, 1).await;
    }
    let last = Instant::now();
    let failed = relay.await.unwrap_err();
    assert!(last.duration_since(begin) >= 12 * SHORT);
    assert_eq!(failed.kind(), ErrorKind::TimedOut);
    assert_relayed(failed.relayed, 6, 6);
}

/// The peer has closed, its receiving too, and nothing is sent to it that would tell.
async fn a_half_closed_relay_that_nothing_moves_ends_in_time(driver: Driver) {
    for line in Line::each() {
        let (client, server, relay) = line.relay(driver, |relay| relay.idle_timeout(SHORT));
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(to_end(&server).await, b"");
        let failed = relay.await.unwrap_err();
        assert_eq!(failed.kind(), ErrorKind::TimedOut);
    }
}

async fn a_peer_that_stops_reading_ends_it_in_time_with_every_byte_accounted_for(driver: Driver) {
    for Line { client, a, b, server } in Line::each() {
        let bytes = pattern(LARGE);
        let expected = bytes.clone();
        let sending =
            driver.spawn(async move { client.send_all(&bytes).await.map_err(|e| e.sent) });
        let failed = relay(&a, &b).idle_timeout(SHORT).await.unwrap_err();
        assert_eq!((failed.kind(), failed.step), (ErrorKind::TimedOut, None));
        let sent = usize::try_from(failed.relayed.a_to_b).unwrap();
        assert!(sent > 0 && sent < LARGE);
        assert!(failed.unsent.b_to_a.is_empty() && !failed.unsent.a_to_b.is_empty());
        b.shutdown(Shutdown::Write).unwrap();
        let at_server = to_end(&server).await;
        assert!(at_server == expected[..sent], "{} arrived, {sent} told", at_server.len());
        // Behind those that are told come those that it held, and those that it left.
        let held = sent + failed.unsent.a_to_b.len();
        assert!(failed.unsent.a_to_b == expected[sent..held]);
        assert!(to_end(&a).await == expected[held..]);
        sending.await.unwrap();
    }
}

async fn a_deadline_ends_a_relay_that_is_busy(driver: Driver) {
    for line in Line::each() {
        let Line { client, a, b, server } = line;
        let sending = driver.spawn(async move {
            let bytes = pattern(100_000);
            while client.send_all(&bytes).await.is_ok() {}
        });
        let receiving = driver.spawn(async move { to_end(&server).await.len() });
        let moving = relay(&a, &b).deadline(Instant::now() + SHORT).idle_timeout(LONG);
        let failed = takes(SHORT, moving).await.unwrap_err();
        assert_eq!((failed.kind(), failed.step), (ErrorKind::TimedOut, None));
        drop((a, b));
        assert_eq!(receiving.await as u64, failed.relayed.a_to_b);
        sending.await;
    }
}

async fn a_deadline_that_has_passed_ends_it_at_once(_: Driver) {
    let Line { client, a, b, server: _server } = Line::tcp();
    client.send_all(b"late").await.unwrap();
    let failed = relay(&a, &b).deadline(Instant::now()).await.unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::TimedOut);
    assert_eq!(exactly(&a, 4).await, b"late");
    let failed = relay(&a, &b).timeout(SHORT).await.unwrap_err();
    assert_eq!(failed.kind(), ErrorKind::TimedOut);
}

async fn a_dropped_relay_can_be_asked_what_it_did_and_what_it_holds(driver: Driver) {
    for Line { client, a, b, server } in Line::each() {
        let bytes = pattern(LARGE);
        let expected = bytes.clone();
        let _sending =
            driver.spawn(async move { client.send_all(&bytes).await.map_err(|e| e.sent) });
        let mut relay = relay(&a, &b);
        {
            let stop = time::sleep(SHORT);
            pin_mut!(stop);
            assert!(matches!(select(&mut relay, stop).await, Either::Right(_)));
        }
        let sent = usize::try_from(relay.relayed().a_to_b).unwrap();
        let unsent = relay.take_unsent();
        drop(relay);
        assert!(unsent.a_to_b == expected[sent..sent + unsent.a_to_b.len()]);
        b.shutdown(Shutdown::Write).unwrap();
        assert!(to_end(&server).await == expected[..sent]);
    }
}

async fn what_is_no_stream_is_refused(_: Driver) {
    let (stream, _peer) = tcp();
    let (records, _other) = Socket::pair(Family::UNIX, Kind::SEQPACKET, Protocol::DEFAULT).unwrap();
    assert_kind(relay(&stream, &records).await, ErrorKind::InvalidInput);
    assert_kind(relay(&records, &stream).await, ErrorKind::InvalidInput);
    // One that is left as it was.
    let (a, b) = unix();
    assert!(poll!(relay(&a, &stream)).is_pending());
    b.send_all(b"x").await.unwrap();
    assert_eq!(exactly(&a, 1).await, b"x");
}
