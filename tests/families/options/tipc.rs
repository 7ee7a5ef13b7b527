//! Level `SOL_TIPC`.

use super::{assert_errno, next, round_trip};
use berkeley_core::address::TipcAddress;
use berkeley_core::option::tipc::{self, TipcGroup, TipcImportance};
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, family};
use nix::libc;
use std::time::Duration;

fn socket(kind: Kind) -> Option<Socket> {
    family(Family::TIPC, kind, Protocol::DEFAULT)
}

#[test]
fn options_read_back() {
    bounded(PATIENCE, || {
        let Some(on) = socket(Kind::STREAM) else { return };
        let levels = [
            TipcImportance::MEDIUM,
            TipcImportance::HIGH,
            TipcImportance::CRITICAL,
            TipcImportance::LOW,
        ];
        round_trip(&on, tipc::Importance, TipcImportance::LOW, levels);
        assert_errno(on.set(tipc::Importance, TipcImportance::from_raw(4)), libc::EINVAL);
        round_trip(&on, tipc::DestinationDroppable, false, [true, false]);
        let seconds = Duration::from_secs;
        round_trip(&on, tipc::ConnectTimeout, seconds(8), [seconds(1), Duration::from_millis(7)]);
        on.set(tipc::NoDelay, true).unwrap();
        assert_eq!(on.get(tipc::NodeReceiveQueue).unwrap(), 0);

        let Some(on) = socket(Kind::DGRAM) else { return };
        round_trip(&on, tipc::SourceDroppable, true, [false, true]);
    });
}

#[test]
fn what_waits_is_counted() {
    bounded(PATIENCE, || {
        let (Some(on), Some(sender)) = (socket(Kind::RDM), socket(Kind::RDM)) else { return };
        on.bind(TipcAddress::name_seq(4_711, 0, 0)).unwrap();
        assert_eq!(on.get(tipc::ReceiveQueue).unwrap(), 0);
        for _ in 0..3 {
            sender.send_to(&[7; 100], TipcAddress::name(4_711, 0)).unwrap();
        }
        assert_eq!(on.get(tipc::ReceiveQueue).unwrap(), 3);
        assert!(on.get(tipc::ReceiveQueueBytes).unwrap() >= 300);
        next(&on);
        assert_eq!(on.get(tipc::ReceiveQueue).unwrap(), 2);
    });
}

#[test]
fn multicasts_go_out_as_chosen() {
    bounded(PATIENCE, || {
        let Some(on) = socket(Kind::RDM) else { return };
        on.set(tipc::MulticastReplicast, ()).unwrap();
        on.set(tipc::MulticastBroadcast, ()).unwrap();
        // What is no more than a null pointer is refused with bytes.
        let refused = on.set_raw(libc::SOL_TIPC, 133, &[0; 4]);
        assert_errno(refused, libc::EINVAL);
    });
}

#[test]
fn members_of_a_group_hear_of_each_other() {
    bounded(PATIENCE, || {
        let (Some(a), Some(b)) = (socket(Kind::RDM), socket(Kind::RDM)) else { return };
        assert_eq!(a.get(tipc::Group).unwrap(), 0);
        // Messages about who joins.
        let group = |member| TipcGroup { group: 4_712, member, scope: 2, flags: 2 };
        a.set(tipc::JoinGroup, group(1)).unwrap();
        assert_eq!(a.get(tipc::Group).unwrap(), 4_712);
        b.set(tipc::JoinGroup, group(2)).unwrap();
        assert!(next(&a).is_empty(), "an event has no bytes");
        assert_errno(a.set(tipc::JoinGroup, group(3)), libc::EACCES);
        a.set(tipc::LeaveGroup, ()).unwrap();
        assert_eq!(a.get(tipc::Group).unwrap(), 0);
    });
}
