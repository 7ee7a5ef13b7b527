//! Level `SOL_RDS`.

use super::{assert_errno, round_trip, switch};
use berkeley_core::option::rds::{
    self, RdsFlags, RdsFreeMemory, RdsMemory, RdsTrace, RdsTransport,
};
use berkeley_core::{Family, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, family};
use nix::libc;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU8, AtomicU64};

fn socket() -> Option<Socket> {
    family(Family::RDS, Kind::SEQPACKET, Protocol::DEFAULT)
}

#[test]
fn options_read_back() {
    bounded(PATIENCE, || {
        let Some(on) = socket() else { return };
        switch(&on, rds::ReceiveErrors);
        on.set(rds::CongestionMonitor, true).unwrap();
        on.set(rds::Timestamp, true).unwrap();
        on.set(rds::ReceiveLatency, RdsTrace { count: 2, moments: [0, 2, 0] }).unwrap();
        let too_many = RdsTrace { count: 4, moments: [0, 1, 2] };
        assert_errno(on.set(rds::ReceiveLatency, too_many), libc::EFAULT);
        round_trip(&on, rds::Transport, RdsTransport::NONE, [RdsTransport::TCP]);
        // Once for a socket.
        let again = on.set(rds::Transport, RdsTransport::INFINIBAND);
        assert_errno(again, libc::EOPNOTSUPP);
    });
}

#[test]
fn what_was_sent_is_cancelled_once_the_socket_is_bound() {
    bounded(PATIENCE, || {
        let Some(on) = socket() else { return };
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, 4_000));
        assert_errno(on.set(rds::CancelSentTo, to), libc::ENOTCONN);
        on.bind("127.0.0.1:0").unwrap();
        on.set(rds::CancelSentTo, to).unwrap();
    });
}

#[test]
fn memory_is_shared_by_transports_that_can_and_never_by_plain_bytes() {
    bounded(PATIENCE, || {
        let Some(on) = socket() else { return };
        let memory = RdsMemory {
            memory: Box::leak(Box::new([const { AtomicU8::new(0) }; 4_096])),
            cookie: Box::leak(Box::new(AtomicU64::new(0))),
            flags: RdsFlags::READ_WRITE,
        };
        assert_errno(on.set(rds::ShareMemory, memory), libc::ENOTCONN);
        on.bind("127.0.0.1:0").unwrap();
        let to = SocketAddr::from((Ipv4Addr::LOCALHOST, 4_000));
        // TCP cannot.
        assert_errno(on.set(rds::ShareMemory, memory), libc::EOPNOTSUPP);
        assert_errno(on.set(rds::ShareMemoryWith, (to, memory)), libc::EOPNOTSUPP);
        let free = RdsFreeMemory { cookie: 1, flags: RdsFlags::empty() };
        assert_errno(on.set(rds::FreeMemory, free), libc::EINVAL);
        for name in [2, 7] {
            let refused = on.set_raw(libc::SOL_RDS, name, &[0; 152]).unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::InvalidInput);
            assert_eq!(refused.raw_os_error(), None, "the kernel was not asked");
        }
    });
}
