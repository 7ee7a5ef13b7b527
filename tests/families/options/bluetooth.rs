//! Levels `SOL_BLUETOOTH`, `SOL_L2CAP`, `SOL_RFCOMM`, `SOL_SCO` and `SOL_HCI`, as far as they go
//! without a controller.

use super::{assert_errno, round_trip, switch};
use berkeley_core::address::{BdAddr, BluetoothAddress};
use berkeley_core::option::bluetooth::{
    self, BluetoothMode, BluetoothVoice, LinkMode, SecurityLevel, SecuritySetting, hci, l2cap,
    rfcomm, sco,
};
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, family};
use nix::libc;

fn socket(kind: Kind, protocol: Protocol) -> Option<Socket> {
    family(Family::BLUETOOTH, kind, protocol)
}

const UNSECURED: SecuritySetting = SecuritySetting { level: SecurityLevel::LOW, key_size: 0 };
const SECURED: SecuritySetting = SecuritySetting { level: SecurityLevel::HIGH, key_size: 0 };

#[test]
fn options_of_logical_links_read_back() {
    bounded(PATIENCE, || {
        let Some(on) = socket(Kind::SEQPACKET, Protocol::BTPROTO_L2CAP) else { return };
        round_trip(&on, bluetooth::Security, UNSECURED, [SECURED, UNSECURED]);
        on.set(bluetooth::Flushable, true).unwrap();
        assert!(on.get(bluetooth::Flushable).unwrap());
        assert_errno(on.set(bluetooth::Flushable, false), libc::EINVAL);
        round_trip(&on, bluetooth::Power, true, [false, true]);

        let options = on.get(l2cap::Options).unwrap();
        assert_eq!((options.receive_mtu, options.mode), (672, BluetoothMode::BASIC));
        let larger = l2cap::L2capOptions { receive_mtu: 1_000, flush_timeout: 100, ..options };
        on.set(l2cap::Options, larger).unwrap();
        assert_eq!(on.get(l2cap::Options).unwrap().receive_mtu, 1_000);

        // The same in other words.
        round_trip(&on, l2cap::Link, LinkMode::AUTH, [LinkMode::AUTH | LinkMode::ENCRYPT]);
        assert_eq!(on.get(bluetooth::Security).unwrap().level, SecurityLevel::MEDIUM);
        assert_errno(on.get(l2cap::Connection), libc::ENOTCONN);
        assert_errno(on.get(bluetooth::Phy), libc::ENOTCONN);
        // Of low energy alone.
        assert_errno(on.get(bluetooth::SendMtu), libc::EINVAL);
        assert_errno(on.get(bluetooth::ReceiveMtu), libc::EINVAL);
    });
}

#[test]
fn a_setup_is_deferred_once_the_socket_is_bound() {
    bounded(PATIENCE, || {
        let Some(on) = socket(Kind::SEQPACKET, Protocol::BTPROTO_L2CAP) else { return };
        assert_errno(on.set(bluetooth::DeferSetup, true), libc::EINVAL);
        on.bind(BluetoothAddress::l2cap(BdAddr::ANY, 0)).unwrap();
        switch(&on, bluetooth::DeferSetup);
    });
}

#[test]
fn what_the_kernel_writes_past_a_short_buffer_goes_nowhere() {
    bounded(PATIENCE, || {
        let Some(on) = socket(Kind::SEQPACKET, Protocol::BTPROTO_L2CAP) else { return };
        let mut bytes = [0xEE; 8];
        // BT_FLUSHABLE, an int whatever the length.
        on.get_raw(libc::SOL_BLUETOOTH, 8, &mut bytes[..1]).unwrap();
        assert_eq!(bytes[1..], [0xEE; 7]);
    });
}

#[test]
fn options_of_serial_lines_read_back() {
    bounded(PATIENCE, || {
        let Some(on) = socket(Kind::STREAM, Protocol::BTPROTO_RFCOMM) else { return };
        round_trip(&on, bluetooth::Security, UNSECURED, [SECURED]);
        let linked = LinkMode::AUTH | LinkMode::ENCRYPT | LinkMode::SECURE;
        assert_eq!(on.get(rfcomm::Link).unwrap(), linked, "the same in other words");
        on.set(rfcomm::Link, LinkMode::AUTH).unwrap();
        assert_eq!(on.get(bluetooth::Security).unwrap(), UNSECURED);
        assert_errno(on.get(rfcomm::Connection), libc::ENOTCONN);
    });
}

#[test]
fn options_of_voice_read_back() {
    bounded(PATIENCE, || {
        let Some(on) = socket(Kind::SEQPACKET, Protocol::BTPROTO_SCO) else { return };
        assert_eq!(on.get(bluetooth::Voice).unwrap(), BluetoothVoice::CVSD_16BIT);
        // No controller could do it.
        assert_errno(on.set(bluetooth::Voice, BluetoothVoice::TRANSPARENT), libc::EBADFD);
        // Linux 6.1 does not switch it off again.
        round_trip(&on, bluetooth::PacketStatus, false, [true]);
        assert_errno(on.get(sco::Mtu), libc::ENOTCONN);
        assert_errno(on.get(sco::Connection), libc::ENOTCONN);
        assert_errno(on.get(bluetooth::Phy), libc::ENOTCONN);
    });
}

#[test]
fn options_of_controllers_read_back() {
    bounded(PATIENCE, || {
        let Some(on) = socket(Kind::RAW, Protocol::BTPROTO_HCI) else { return };
        switch(&on, hci::DataDirection);
        switch(&on, hci::Timestamp);
        let filter = hci::HciFilter { opcode: 0x0401, ..hci::HciFilter::of(&[4], &[0x0E, 0x3E]) };
        round_trip(&on, hci::Filter, hci::HciFilter::default(), [filter]);
    });
}
