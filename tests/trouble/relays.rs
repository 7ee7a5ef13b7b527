//! A relay of which one side is the wire: it ends in time whatever happens there, and tells where
//! every byte is.

use crate::drivers::Driver;
use crate::operations::{drain, fill};
use crate::wire::Wire;
use crate::{SHORT, in_time};
use berkeley::option::socket::{Linger, SendBuffer};
use berkeley::{Shutdown, TcpStream, UnixStream, relay};
use std::io::ErrorKind;
use std::time::Duration;

in_trouble! {
    a_relay_over_a_slow_link_ends_by_its_deadline_and_accounts_for_every_byte
    a_relay_to_a_silent_peer_ends_when_nothing_moves
    a_relay_over_a_link_that_goes_down_accounts_for_every_byte
    a_relay_whose_peer_resets_tells_so_and_what_went
    a_relay_over_a_lossy_link_carries_everything_both_ways
}

/// A full local connection, its other end, and how many bytes are in it.
async fn full() -> (UnixStream, UnixStream, u64) {
    let (client, local) = UnixStream::pair().unwrap();
    let sent = fill(&client).await;
    client.shutdown(Shutdown::Write).unwrap();
    (client, local, sent)
}

/// Where each byte of `sent` is after a relay to `here` has failed: it went and arrives, was
/// received and given back, or was never received.
async fn account(
    sent: u64,
    failed: berkeley::RelayError,
    local: UnixStream,
    (here, there): (TcpStream, TcpStream),
) {
    let unsent = failed.unsent.a_to_b.len() as u64;
    let left = drain(&local).await;
    assert_eq!(failed.relayed.a_to_b + unsent + left, sent, "{failed:?}");
    here.shutdown(Shutdown::Write).unwrap();
    assert_eq!(drain(&there).await, failed.relayed.a_to_b, "what it says that went has come");
}

async fn a_relay_over_a_slow_link_ends_by_its_deadline_and_accounts_for_every_byte(
    _: Driver,
    wire: Wire,
) {
    wire.shape("tbf rate 800kbit burst 3kb latency 400ms").expect("every kernel has tbf");
    let (here, there) = wire.streams();
    here.set(SendBuffer, 4_096).unwrap();
    let (_client, local, sent) = full().await;
    let failed = in_time("relay", relay(&local, &here).timeout(SHORT)).await.unwrap_err();
    assert_eq!(failed.error.kind(), ErrorKind::TimedOut);
    account(sent, failed, local, (here, there)).await;
}

async fn a_relay_to_a_silent_peer_ends_when_nothing_moves(_: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    wire.drop_if("meta l4proto tcp");
    let (_client, local, sent) = full().await;
    let failed = in_time("relay", relay(&local, &here).idle_timeout(SHORT)).await.unwrap_err();
    assert_eq!(failed.error.kind(), ErrorKind::TimedOut);
    wire.let_pass();
    account(sent, failed, local, (here, there)).await;
}

async fn a_relay_over_a_link_that_goes_down_accounts_for_every_byte(_: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    here.set(SendBuffer, 4_096).unwrap();
    wire.unplug();
    let (_client, local, sent) = full().await;
    let failed = in_time("relay", relay(&local, &here).timeout(SHORT)).await.unwrap_err();
    assert_eq!(failed.error.kind(), ErrorKind::TimedOut);
    wire.plug_in();
    account(sent, failed, local, (here, there)).await;
}

async fn a_relay_whose_peer_resets_tells_so_and_what_went(driver: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    let (client, local) = UnixStream::pair().unwrap();
    client.send_all(b"hello").await.unwrap();
    let relays = driver.spawn_waiting(async move { relay(&local, &here).await }).await;
    let mut buffer = [0; 16];
    assert_eq!(there.recv(&mut buffer).await.unwrap(), 5);
    there.set(Linger, Some(Duration::ZERO)).unwrap();
    there.close().unwrap();
    let failed = in_time("relay", relays).await.unwrap_err();
    assert_eq!(failed.error.kind(), ErrorKind::ConnectionReset, "{failed}");
    assert_eq!((failed.relayed.a_to_b, failed.relayed.b_to_a), (5, 0));
}

async fn a_relay_over_a_lossy_link_carries_everything_both_ways(driver: Driver, wire: Wire) {
    let (here, there) = wire.streams();
    wire.drop_if("numgen random mod 8 == 0");
    let (client, local) = UnixStream::pair().unwrap();
    let relays = driver.spawn(async move { relay(&local, &here).await });
    let echo = driver.spawn(async move {
        let mut buffer = [0; 4096];
        loop {
            match there.recv(&mut buffer).await.unwrap() {
                0 => break there.shutdown(Shutdown::Write).unwrap(),
                n => there.send_all(&buffer[..n]).await.unwrap(),
            }
        }
        there
    });
    client.send_all(&[7; 30_000]).await.unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(drain(&client).await, 30_000);
    let relayed = relays.await.unwrap();
    assert_eq!((relayed.a_to_b, relayed.b_to_a), (30_000, 30_000));
    drop(echo.await);
}
