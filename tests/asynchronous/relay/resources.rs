//! What a relay takes of the process: descriptors, processor time, and the turns of others.

use super::{LARGE, Line, assert_relayed, exactly, pattern};
use crate::bad_input::{allow_descriptors, no_more_descriptors, warm_up};
use crate::drivers::Driver;
use crate::idle::{WATCHED, assert_idle};
use crate::{LONG, SHORT};
use berkeley::{Shutdown, relay, time};
use berkeley_tests::{eventually, open_descriptors};
use futures::future::join;
use futures::poll;
use std::sync::Arc;

on_every_driver! {
    a_turn_moves_bytes_of_both_directions
    a_busy_direction_leaves_the_other_and_other_tasks_their_turns
}

alone_on_every_driver! {
    relays_that_wait_have_no_descriptors
    without_descriptors_bytes_are_copied
    a_half_closed_relay_is_idle
    a_relay_to_a_peer_that_does_not_read_is_idle
}

async fn a_turn_moves_bytes_of_both_directions(_: Driver) {
    for Line { client, a, b, server } in Line::each() {
        // More than one pipe takes, if there is so much room.
        while client.try_send(&[1; 4096]).is_ok() {}
        while server.try_send(&[2; 4096]).is_ok() {}
        // An operation that is ready pretends to wait when the budget of this thread is at its end,
        // and from then on the relay has all of it.
        while poll!(a.readable()).is_ready() {}
        let mut relay = relay(&a, &b);
        assert!(poll!(&mut relay).is_pending());
        let relayed = relay.relayed();
        assert!(relayed.a_to_b > 0 && relayed.b_to_a > 0, "{relayed:?}");
    }
}

async fn a_busy_direction_leaves_the_other_and_other_tasks_their_turns(driver: Driver) {
    for line in Line::each() {
        let Line { client, a, b, server } = line;
        let relay = driver.spawn(async move { relay(&a, &b).await });
        let (client, server) = (Arc::new(client), Arc::new(server));
        let (sender, receiver) = (client.clone(), server.clone());
        let flood = driver.spawn(async move {
            let bytes = pattern(1 << 20);
            while sender.send_all(&bytes).await.is_ok() {}
        });
        let sink = driver.spawn(async move {
            let mut buffer = vec![0; 1 << 20];
            while let Ok(1..) = receiver.recv(&mut buffer).await {}
        });
        for _ in 0..100 {
            server.send_all(b"x").await.unwrap();
            exactly(&client, 1).await;
        }
        client.shutdown(Shutdown::Both).unwrap();
        flood.await;
        server.shutdown(Shutdown::Both).unwrap();
        sink.await;
        // Well or not: bytes may have been on their way to the server.
        let _ = relay.await;
    }
}

/// Not of one that waits for room: it has a pipe, with bytes in it.
async fn relays_that_wait_have_no_descriptors(driver: Driver) {
    const RELAYS: usize = 40;
    // Two threads run tasks, and each keeps eight pipes of two descriptors, and one in use.
    const KEPT: usize = 2 * 9 * 2;
    // There, each task is a thread, and each thread keeps what its task needed.
    if driver == Driver::Futures {
        return;
    }
    warm_up(driver).await;
    let bytes = pattern(4 << 20);
    let before = open_descriptors();
    let mut lines = Vec::new();
    for _ in 0..RELAYS {
        let (client, server, relay) = Line::tcp().relay(driver, |relay| relay);
        let client = Arc::new(client);
        let (sender, bytes) = (client.clone(), bytes.clone());
        let sending = driver.spawn(async move { sender.send_all(&bytes).await.unwrap() });
        lines.push((client, server, relay, sending));
    }
    let sockets = 4 * RELAYS;
    let holding = || open_descriptors() - before - sockets;
    let mut ends = Vec::new();
    for (client, server, relay, sending) in lines {
        assert!(exactly(&server, bytes.len()).await == bytes);
        sending.await;
        ends.push((client, server, relay));
    }
    eventually("all relays wait for bytes", || holding() <= KEPT);
    for (client, server, relay) in ends {
        client.send_all(b"x").await.unwrap();
        assert_eq!(exactly(&server, 1).await, b"x");
        drop((client, server));
        assert_relayed(relay.await.unwrap(), bytes.len() + 1, 0);
    }
}

async fn without_descriptors_bytes_are_copied(driver: Driver) {
    warm_up(driver).await;
    for line in Line::each() {
        let (client, server, relay) = line.relay(driver, |relay| relay);
        // All are registered with the reactor.
        for (from, to) in [(&client, &server), (&server, &client)] {
            let (_, came) = join(from.send_all(b"x"), exactly(to, 1)).await;
            assert_eq!(came, b"x");
            assert!(poll!(from.recv(&mut [0])).is_pending());
        }
        let bytes = pattern(LARGE / 4);
        let allowed = no_more_descriptors();
        let (sent, came) = join(client.send_all(&bytes), exactly(&server, bytes.len())).await;
        allow_descriptors(allowed);
        sent.unwrap();
        assert!(came == bytes);
        drop((client, server));
        assert_relayed(relay.await.unwrap(), bytes.len() + 1, 1);
    }
}

async fn a_half_closed_relay_is_idle(_: Driver) {
    for Line { client, a, b, server } in Line::each() {
        client.shutdown(Shutdown::Write).unwrap();
        assert_idle(time::timeout(WATCHED, relay(&a, &b).idle_timeout(LONG))).await.unwrap_err();
        assert_eq!(server.recv(&mut [0]).await.unwrap(), 0);
    }
}

async fn a_relay_to_a_peer_that_does_not_read_is_idle(_: Driver) {
    for Line { client, a, b, server } in Line::each() {
        let mut relay = relay(&a, &b).idle_timeout(LONG);
        // Until nothing more fits anywhere.
        loop {
            while client.try_send(&[0; 4096]).is_ok() {}
            let before = relay.relayed();
            assert!(time::timeout(SHORT, &mut relay).await.is_err());
            if relay.relayed() == before {
                break;
            }
        }
        client.shutdown(Shutdown::Write).unwrap();
        assert_idle(time::timeout(WATCHED, &mut relay)).await.unwrap_err();
        drop(server);
    }
}
