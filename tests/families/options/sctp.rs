//! Level `IPPROTO_SCTP`.

use super::{assert_errno, next, round_trip, switch};
use berkeley_core::control::{RecvBuffer, sctp as control};
use berkeley_core::option::sctp::{self, SctpDelayedAck, SctpEvents, SctpInit, SctpValue};
use berkeley_core::{Family, Kind, MsgFlags, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, family};
use nix::libc;
use std::io::IoSliceMut;
use std::time::Duration;

fn socket(kind: Kind) -> Option<Socket> {
    family(Family::INET, kind, Protocol::SCTP)
}

#[test]
fn options_read_back() {
    bounded(PATIENCE, || {
        let Some(on) = socket(Kind::STREAM) else { return };
        switch(&on, sctp::NoDelay);
        switch(&on, sctp::DisableFragments);
        switch(&on, sctp::ReceiveInfo);
        switch(&on, sctp::ReceiveNextInfo);
        round_trip(&on, sctp::FragmentInterleave, 0, [1, 0]);
        round_trip(&on, sctp::MappedAddresses, true, [false]);

        let init = on.get(sctp::Init).unwrap();
        on.set(sctp::Init, SctpInit { streams: 3, max_timeout: 700, ..SctpInit::default() })
            .unwrap();
        let set = SctpInit { streams: 3, max_timeout: 700, ..init };
        assert_eq!(on.get(sctp::Init).unwrap(), set, "zeros leave the rest");

        let times = on.get(sctp::Retransmission).unwrap();
        assert!(times.min < times.initial && times.initial < times.max, "{times:?}");
        let set = sctp::SctpRetransmission { initial: 2_500, ..times };
        round_trip(&on, sctp::Retransmission, times, [set]);
        let association = on.get(sctp::Association).unwrap();
        on.set(sctp::Association, sctp::SctpAssociation { max_retransmissions: 4, ..association })
            .unwrap();
        assert_eq!(on.get(sctp::Association).unwrap().max_retransmissions, 4);

        round_trip(
            &on,
            sctp::MaxSegment,
            SctpValue::default(),
            [SctpValue { association: 0, value: 1_000 }],
        );
        let burst = on.get(sctp::MaxBurst).unwrap();
        round_trip(&on, sctp::MaxBurst, burst, [SctpValue { association: 0, value: 9 }]);
        let delayed = SctpDelayedAck { association: 0, delay: 300, frequency: 3 };
        let fresh = on.get(sctp::DelayedAck).unwrap();
        round_trip(&on, sctp::DelayedAck, fresh, [delayed]);
        // Of sockets with several associations.
        assert_errno(on.set(sctp::AutoClose, Duration::from_secs(1)), libc::EOPNOTSUPP);
    });
}

#[test]
fn options_of_sockets_with_several_associations_read_back() {
    bounded(PATIENCE, || {
        let Some(on) = socket(Kind::SEQPACKET) else { return };
        round_trip(&on, sctp::AutoClose, Duration::ZERO, [Duration::from_secs(30)]);
        assert_eq!(on.get(sctp::Associations).unwrap(), 0);
        let events = SctpEvents { association: true, shutdown: true, ..SctpEvents::default() };
        round_trip(&on, sctp::Events, SctpEvents::default(), [events]);
        // Of sockets with one.
        assert_errno(on.set(sctp::ReusePort, true), libc::EOPNOTSUPP);
    });
}

#[test]
fn events_and_streams_are_told_once_asked_for() {
    bounded(PATIENCE, || {
        let (Some(server), Some(client)) = (socket(Kind::SEQPACKET), socket(Kind::STREAM)) else {
            return;
        };
        server.bind("127.0.0.1:0").unwrap();
        server.listen(1).unwrap();
        server.set(sctp::Events, SctpEvents { association: true, ..Default::default() }).unwrap();
        server.set(sctp::ReceiveInfo, true).unwrap();
        client.connect(server.local_addr().unwrap()).unwrap();
        // SCTP_ASSOC_CHANGE, and the rest of struct sctp_assoc_change.
        let event = next(&server);
        assert_eq!(u16::from_ne_bytes([event[0], event[1]]), 0x8001);
        assert_eq!(server.get(sctp::Associations).unwrap(), 1);

        client.send(b"x").unwrap();
        let mut control = RecvBuffer::with_capacity(256);
        let mut bytes = [0; 8];
        let buffers = &mut [IoSliceMut::new(&mut bytes)];
        let received = server.recv_msg(buffers, &mut control, MsgFlags::empty()).unwrap();
        assert!(!received.flags.contains(MsgFlags::NOTIFICATION));
        assert_eq!(control.get::<control::ReceiveInfo>().map(|info| info.stream), Some(0));
    });
}
