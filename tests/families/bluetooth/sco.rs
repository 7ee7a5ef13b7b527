//! Voice.

use super::{Identity, connection, open, with_controllers, with_radio};
use crate::common::{accepts_by_its_mode, receive, waits_by_its_mode};
use berkeley_core::address::{BdAddr, BluetoothAddress};
use berkeley_core::option::bluetooth::sco::{Connection, Mtu};
use berkeley_core::option::bluetooth::{BluetoothVoice, PacketStatus, Voice};
use berkeley_core::{Address, Kind, Protocol, Socket};
use berkeley_tests::PATIENCE;
use nix::libc;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

fn voice() -> Socket {
    open(Kind::SEQPACKET, Protocol::BTPROTO_SCO)
}

fn at(controller: Identity) -> Address {
    BluetoothAddress::sco(controller.address).into()
}

#[test]
fn packets_of_voice_go_both_ways() {
    with_controllers(2, |controllers| {
        let [one, two] = *controllers else { panic!() };
        let listener = voice();
        listener.bind(at(two)).unwrap();
        assert_eq!(listener.local_addr().unwrap(), at(two));
        listener.listen(1).unwrap();
        accepts_by_its_mode(&listener);
        let (client, served) = connection(&listener, at(one), at(two));
        assert_eq!(client.peer_addr().unwrap(), at(two));
        assert_eq!(served.peer_addr().unwrap(), at(one));
        assert_eq!(client.get(Mtu).unwrap(), 64);
        assert_ne!(client.get(Connection).unwrap().handle, 0);
        served.set(PacketStatus, true).unwrap();
        assert!(served.get(PacketStatus).unwrap());
        waits_by_its_mode(&served);
        for (from, to) in [(&client, &served), (&served, &client)] {
            for n in 1..4 {
                assert_eq!(from.send(&[n; 48]).unwrap(), 48);
                assert_eq!(receive(to).bytes, [n; 48]);
            }
        }
        let error = client.send(&[0; 65]).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{error}");
    });
}

#[test]
fn voice_is_coded_as_the_option_says() {
    with_controllers(1, |controllers| {
        let [one] = *controllers else { panic!() };
        let socket = voice();
        socket.bind(at(one)).unwrap();
        assert_eq!(socket.get(Voice).unwrap(), BluetoothVoice::CVSD_16BIT);
        socket.set(Voice, BluetoothVoice::TRANSPARENT).unwrap();
        assert_eq!(socket.get(Voice).unwrap(), BluetoothVoice::TRANSPARENT);
        assert_eq!(socket.get(Mtu).unwrap_err().kind(), ErrorKind::NotConnected);
    });
}

/// A socket of this controller.
fn of(controller: Identity, timeout: Option<Duration>) -> Socket {
    let socket = voice();
    socket.bind(at(controller)).expect("bind");
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
        let error = socket.connect(at(two)).unwrap_err();
        assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::TimedOut, None), "{error}");
        assert!((limit..limit * 20).contains(&start.elapsed()), "{:?}", start.elapsed());
    });
}

#[test]
fn a_device_that_is_not_there_is_an_error() {
    with_controllers(1, |controllers| {
        let [one] = *controllers else { panic!() };
        let nobody = BluetoothAddress::sco(BdAddr::new([2, 0, 0, 0, 0, 9]));
        for timeout in [None, Some(PATIENCE / 4)] {
            let error = of(one, timeout).connect(nobody).unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EHOSTDOWN), "{timeout:?}: {error}");
        }
    });
}
