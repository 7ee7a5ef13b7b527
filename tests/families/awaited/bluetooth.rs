//! Bluetooth, awaited: between two controllers that the test plays.

use super::on_two_drivers;
use crate::bluetooth::with_controllers;
use crate::common::pattern;
use berkeley::net::{L2capSeqpacket, L2capSeqpacketListener, RfcommListener, RfcommStream};
use berkeley::{Family, Kind, Protocol, Socket};
use berkeley_core::address::BluetoothAddress;
use futures::{AsyncReadExt as _, AsyncWriteExt as _};
use std::io::ErrorKind;
use std::time::Duration;

const PSM: u16 = 0x1001;
const SHORT: Duration = Duration::from_millis(20);

/// A socket that connects by a controller of its own: with several in the machine, that has to be
/// said.
async fn connected(
    kind: Kind,
    protocol: Protocol,
    from: BluetoothAddress,
    to: BluetoothAddress,
) -> std::io::Result<Socket> {
    let socket = Socket::new(Family::BLUETOOTH, kind, protocol)?;
    socket.bind(from)?;
    socket.connect(to).await?;
    Ok(socket)
}

#[test]
fn links_keep_their_packets_apart() {
    with_controllers(2, |controllers| {
        let [one, two] = *controllers else { panic!() };
        on_two_drivers(|| async {
            let at = BluetoothAddress::l2cap(two.address, PSM);
            let listener = L2capSeqpacketListener::bind(at).unwrap();
            let late = listener.accept().timeout(SHORT).await.unwrap_err();
            assert_eq!(late.kind(), ErrorKind::TimedOut);
            let from = BluetoothAddress::l2cap(one.address, 0);
            let connecting = connected(Kind::SEQPACKET, Protocol::BTPROTO_L2CAP, from, at);
            let (client, served) = futures::join!(connecting, listener.accept());
            let client = L2capSeqpacket::try_from(client.unwrap()).unwrap();
            let (served, peer) = served.unwrap();
            let BluetoothAddress::L2cap { device, .. } = peer else { panic!("{peer}") };
            assert_eq!(device, one.address);
            let mut buffer = [0; 700];
            for len in [1, 100, 672] {
                assert_eq!(client.send(&pattern(len)).await.unwrap(), len);
                let n = served.recv(&mut buffer).await.unwrap();
                assert!(buffer[..n] == pattern(len), "{len}");
            }
            served.send(b"back").await.unwrap();
            assert_eq!(client.recv(&mut buffer).await.unwrap(), 4);
            drop(client);
            assert_eq!(served.recv(&mut buffer).await.unwrap_or(0), 0);
        });
    });
}

#[test]
fn serial_lines_carry_bytes() {
    with_controllers(2, |controllers| {
        let [one, two] = *controllers else { panic!() };
        on_two_drivers(|| async {
            let at = BluetoothAddress::rfcomm(two.address, 7);
            let listener = RfcommListener::bind(at).unwrap();
            let from = BluetoothAddress::rfcomm(one.address, 0);
            let connecting = connected(Kind::STREAM, Protocol::BTPROTO_RFCOMM, from, at);
            let (client, served) = futures::join!(connecting, listener.accept());
            let mut client = RfcommStream::try_from(client.unwrap()).unwrap();
            let (mut served, _) = served.unwrap();
            assert_eq!(client.peer_addr().unwrap(), at);
            let bytes = pattern(20_000);
            let mut came = vec![0; bytes.len()];
            let (sent, read) =
                futures::join!(served.write_all(&bytes), client.read_exact(&mut came));
            sent.unwrap();
            read.unwrap();
            assert!(came == bytes);
        });
    });
}
