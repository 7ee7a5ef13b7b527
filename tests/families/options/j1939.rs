//! Level `SOL_CAN_J1939`.

use super::can::bus;
use super::{assert_errno, is_empty, next, round_trip, switch};
use berkeley_core::address::CanAddress;
use berkeley_core::option::j1939::{self, J1939Filter};
use berkeley_core::option::socket::Broadcast;
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, family};
use nix::libc;

fn socket() -> Option<Socket> {
    family(Family::CAN, Kind::DGRAM, Protocol::CAN_J1939)
}

fn address(pgn: u32, addr: u8) -> Option<CanAddress> {
    let interface = bus()?;
    Some(CanAddress::J1939 { interface, name: CanAddress::J1939_NO_NAME, pgn, addr })
}

#[test]
fn options_read_back() {
    bounded(PATIENCE, || {
        let Some(on) = socket() else { return };
        switch(&on, j1939::Promiscuous);
        switch(&on, j1939::ErrorQueue);
        round_trip(&on, j1939::SendPriority, 6, [7, 2, 0]);
        assert_errno(on.set(j1939::SendPriority, 8), libc::EDOM);
    });
}

#[test]
fn a_socket_receives_what_its_filters_let_through() {
    bounded(PATIENCE, || {
        let (Some(first), Some(second), Some(on)) = (socket(), socket(), socket()) else { return };
        let Some(here) = address(CanAddress::J1939_NO_PGN, 0x30) else { return };
        first.bind(address(CanAddress::J1939_NO_PGN, 0x31).unwrap()).unwrap();
        second.bind(address(CanAddress::J1939_NO_PGN, 0x32).unwrap()).unwrap();
        let from = |address| J1939Filter { address, address_mask: 0xFF, ..Default::default() };
        on.set(j1939::Filters, &[from(0x32), from(0x33)]).unwrap();
        on.bind(here).unwrap();
        let to = address(0x1_2300, 0x30).unwrap();
        let send = || {
            first.send_to(b"first", to).unwrap();
            second.send_to(b"second", to).unwrap();
        };
        send();
        assert_eq!(next(&on), b"second");
        assert!(is_empty(&on));

        on.set(j1939::Filters, &[]).unwrap();
        send();
        assert_eq!((next(&on), next(&on)), (b"first".to_vec(), b"second".to_vec()));
        let too_many = [J1939Filter::default(); 513];
        assert_errno(on.set(j1939::Filters, &too_many), libc::EINVAL);
    });
}

#[test]
fn messages_to_others_come_to_who_is_promiscuous() {
    bounded(PATIENCE, || {
        let (Some(sender), Some(on)) = (socket(), socket()) else { return };
        let Some(here) = address(CanAddress::J1939_NO_PGN, 0x40) else { return };
        sender.bind(address(CanAddress::J1939_NO_PGN, 0x41).unwrap()).unwrap();
        sender.set(Broadcast, true).unwrap();
        // Others use the bus too.
        let from = J1939Filter { address: 0x41, address_mask: 0xFF, ..Default::default() };
        on.set(j1939::Filters, &[from]).unwrap();
        on.bind(here).unwrap();
        let to_another = address(0x1_2300, 0x42).unwrap();
        sender.send_to(b"others", to_another).unwrap();
        assert!(is_empty(&on));
        on.set(j1939::Promiscuous, true).unwrap();
        sender.send_to(b"others", to_another).unwrap();
        assert_eq!(next(&on), b"others");
    });
}
