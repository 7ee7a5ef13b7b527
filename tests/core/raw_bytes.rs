//! Options and control messages as bytes: none of them makes the kernel write to memory, or use
//! descriptors, that their owner does not know of.

use crate::assert_kind;
use berkeley_core::control::{ControlMessage, Encode as EncodeMessage, Payload, SendBuffer};
use berkeley_core::option::SocketOption;
use berkeley_core::option::access::{QueryOnly, WriteOnly};
use berkeley_core::option::ip::{Group, SourceList};
use berkeley_core::option::rds::{RdsFlags, RdsMemory};
use berkeley_core::{Interest, Interface, Socket};
use berkeley_tests::{PATIENCE, bounded, tcp_pair, udp};
use nix::libc;
use std::fmt::Debug;
use std::io::{self, ErrorKind};
use std::net::Ipv4Addr;
use std::os::fd::AsRawFd;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

const IP: i32 = libc::IPPROTO_IP;
const IP6: i32 = libc::IPPROTO_IPV6;
const TCP: i32 = libc::IPPROTO_TCP;

/// That this crate refused it, and not the kernel.
#[track_caller]
fn assert_refused<T: Debug>(result: io::Result<T>) {
    let error = result.expect_err("it should be refused");
    assert_eq!((error.kind(), error.raw_os_error()), (ErrorKind::InvalidInput, None), "{error}");
}

#[test]
fn no_address_in_bytes_is_received_to() {
    bounded(PATIENCE, || {
        let (sender, receiver) = tcp_pair();
        sender.send_all(b"elsewhere").unwrap();
        assert!(receiver.wait(Interest::Readable, None).unwrap());
        // Atomics, so that nothing is wrong if the kernel does write.
        let elsewhere = [const { AtomicU8::new(0) }; 16];
        // struct tcp_zerocopy_receive: a buffer for what is not mapped, and its length.
        let mut request = [0; 64];
        let address = elsewhere.as_ptr().expose_provenance() as u64;
        request[24..32].copy_from_slice(&address.to_ne_bytes());
        request[32..36].copy_from_slice(&16_i32.to_ne_bytes());
        assert_refused(receiver.get_raw(TCP, libc::TCP_ZEROCOPY_RECEIVE, &mut request));
        assert!(elsewhere.iter().all(|byte| byte.load(Ordering::Relaxed) == 0));
        assert_eq!(receiver.recv(&mut [0; 64]).unwrap(), 9);
    });
}

/// linux/netfilter_bridge/ebtables.h, linux/netfilter_ipv4/ip_tables.h, linux/tcp.h,
/// linux/mptcp.h.
const GET: [(i32, i32); 4] = [(TCP, 41), (284, 4), (IP, 129), (IP, 131)];
const SET: [(i32, i32); 4] = [(IP, 64), (IP6, 64), (IP, 96), (IP, 128)];

#[test]
fn options_whose_bytes_name_memory_to_write_to_are_refused_as_bytes() {
    bounded(PATIENCE, || {
        let on = udp();
        for (level, name) in GET {
            assert_refused(on.get_raw(level, name, &mut [0; 256]));
        }
        for (level, name) in SET {
            assert_refused(on.set_raw(level, name, &[0; 256]));
        }
    });
}

#[test]
fn the_shape_of_an_option_does_not_open_another() {
    struct Pages;
    impl SocketOption for Pages {
        type Codec = SourceList;
        type Access = QueryOnly;
        const LEVEL: i32 = TCP;
        const NAME: i32 = libc::TCP_ZEROCOPY_RECEIVE;
    }
    struct OldFilter;
    impl SocketOption for OldFilter {
        type Codec = SourceList;
        type Access = QueryOnly;
        const LEVEL: i32 = IP;
        const NAME: i32 = libc::IP_MSFILTER;
    }
    struct FlowLabel;
    impl SocketOption for FlowLabel {
        type Codec = RdsMemory;
        type Access = WriteOnly;
        const LEVEL: i32 = IP6;
        const NAME: i32 = libc::IPV6_FLOWLABEL_MGR;
    }
    static MEMORY: [AtomicU8; 1] = [AtomicU8::new(0)];
    static COOKIE: AtomicU64 = AtomicU64::new(0);
    bounded(PATIENCE, || {
        let on = udp();
        let group = Group { group: Ipv4Addr::new(239, 1, 2, 3).into(), interface: Interface::ANY };
        assert_refused(on.query(Pages, group));
        assert_refused(on.query(OldFilter, group));
        let memory = RdsMemory { memory: &MEMORY, cookie: &COOKIE, flags: RdsFlags::empty() };
        assert_refused(on.set(FlowLabel, memory));
    });
}

#[test]
fn control_messages_that_name_memory_or_descriptors_are_refused_as_bytes() {
    struct Forged(i32);
    impl ControlMessage for Forged {
        const LEVEL: i32 = libc::SOL_SOCKET;
        const KIND: i32 = libc::SCM_RIGHTS;
    }
    impl EncodeMessage for Forged {
        fn encode(&self, payload: &mut Payload<'_>) {
            payload.extend_from_slice(&self.0.to_ne_bytes());
        }
    }
    let mut out = SendBuffer::new();
    // RDS_CMSG_RDMA_ARGS, _RDMA_MAP, and the four atomic ones: linux/rds.h.
    for kind in [1, 3, 6, 7, 8, 9] {
        let refused = out.push_raw(libc::SOL_RDS, kind, &[0; 64]);
        assert_refused(refused);
    }
    let socket: Socket = udp();
    assert_refused(out.push_raw(libc::SOL_SOCKET, libc::SCM_RIGHTS, &[0; 4]));
    assert_refused(out.push(Forged(socket.as_raw_fd())));
    assert_kind(out.push(Forged(-1)), ErrorKind::InvalidInput);
    assert!(out.as_bytes().is_empty());
}
