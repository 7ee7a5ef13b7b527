//! Serial lines.

use super::{Identity, connection, open, with_controllers, with_radio};
use crate::common::{accepts_by_its_mode, another, pattern, receive, waits_by_its_mode};
use berkeley_core::address::BluetoothAddress;
use berkeley_core::option::bluetooth::rfcomm::{Connection, Link};
use berkeley_core::option::bluetooth::{LinkMode, Security, SecurityLevel};
use berkeley_core::{Address, Kind, Protocol, Socket};
use berkeley_tests::PATIENCE;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

fn line() -> Socket {
    open(Kind::STREAM, Protocol::BTPROTO_RFCOMM)
}

fn at(controller: Identity, channel: u8) -> Address {
    BluetoothAddress::rfcomm(controller.address, channel).into()
}

#[test]
fn streams_carry_bytes() {
    with_controllers(2, |controllers| {
        let [one, two] = *controllers else { panic!() };
        let listener = line();
        listener.bind(at(two, 7)).unwrap();
        assert_eq!(listener.local_addr().unwrap(), at(two, 7));
        assert_eq!(listener.get(Security).unwrap().level, SecurityLevel::LOW);
        assert_eq!(listener.get(Link).unwrap(), LinkMode::AUTH);
        listener.listen(2).unwrap();
        accepts_by_its_mode(&listener);
        let (client, served) = connection(&listener, at(one, 0), at(two, 7));
        assert_eq!(client.peer_addr().unwrap(), at(two, 7));
        assert_eq!(served.peer_addr().unwrap(), at(one, 7));
        assert_ne!(client.get(Connection).unwrap().handle, 0);
        waits_by_its_mode(&served);
        client.send_all(b"hello").unwrap();
        assert_eq!(receive(&served).bytes, b"hello");
        let bytes = pattern(20_000);
        std::thread::scope(|scope| {
            scope.spawn(|| served.send_all(&bytes).unwrap());
            let mut came = Vec::new();
            while came.len() < bytes.len() {
                came.extend(receive(&client).bytes);
            }
            assert!(came == bytes);
        });
        drop(client);
        match served.recv(&mut [0; 8]) {
            Ok(n) => assert_eq!(n, 0),
            Err(e) => assert_eq!(e.kind(), ErrorKind::ConnectionReset, "{e}"),
        }
    });
}

#[test]
fn a_channel_is_taken_once_and_found_free() {
    with_controllers(1, |controllers| {
        let [one] = *controllers else { panic!() };
        let socket = line();
        socket.bind(format!("rfcomm:{}:9", one.address)).unwrap();
        socket.listen(1).unwrap();
        let taken = another(&socket).bind(at(one, 9)).unwrap_err();
        assert_eq!(taken.kind(), ErrorKind::AddrInUse, "{taken}");
        // Without a channel, the kernel finds one when it listens.
        let free = line();
        free.bind(at(one, 0)).unwrap();
        free.listen(1).unwrap();
        let Address::Bluetooth(BluetoothAddress::Rfcomm { device, channel }) =
            free.local_addr().unwrap()
        else {
            panic!()
        };
        assert_eq!(device, one.address);
        assert!((1..=30).contains(&channel) && channel != 9, "{channel}");
    });
}

/// A socket of this controller.
fn of(controller: Identity, timeout: Option<Duration>) -> Socket {
    let socket = line();
    socket.bind(at(controller, 0)).expect("bind");
    socket.set_timeout(timeout).expect("a mode");
    socket
}

#[test]
fn a_connect_that_nobody_answers_ends_in_time() {
    with_radio(2, |radio| {
        let [one, two] = *radio.controllers else { panic!() };
        radio.be_still(true);
        let limit = Duration::from_millis(300);
        let start = Instant::now();
        let socket = of(one, Some(limit));
        let error = socket.connect(at(two, 3)).unwrap_err();
        assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::TimedOut, None), "{error}");
        assert!((limit..limit * 20).contains(&start.elapsed()), "{:?}", start.elapsed());
    });
}

#[test]
fn a_channel_that_nobody_has_refuses() {
    with_controllers(2, |controllers| {
        let [one, two] = *controllers else { panic!() };
        let error = of(one, Some(PATIENCE / 4)).connect(at(two, 29)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionRefused, "{error}");
    });
}
