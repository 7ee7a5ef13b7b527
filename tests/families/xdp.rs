//! Frames in memory that a network interface shares with the process.

use crate::opens;
use berkeley_core::address::{XdpAddress, XdpFlags};
use berkeley_core::option::xdp::{
    CompletionRing, FillRing, MapOffsets, Memory, Options, ReceiveRing, Statistics, TransmitRing,
    XdpMemory, XdpOptions,
};
use berkeley_core::{Family, Interface, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, balanced, family, in_network};
use nix::libc;
use std::sync::atomic::AtomicU8;

const FAMILY: i32 = libc::AF_XDP;

#[test]
fn sockets_open() {
    opens(FAMILY, Kind::RAW, 0);
}

/// Sixteen chunks that begin at a page, for as long as the process lives.
fn memory() -> XdpMemory {
    const PAGE: usize = 4_096;
    let bytes: Vec<AtomicU8> = std::iter::repeat_with(AtomicU8::default).take(17 * PAGE).collect();
    let bytes: &'static [AtomicU8] = bytes.leak();
    let skip = bytes.as_ptr().align_offset(PAGE);
    XdpMemory::new(&bytes[skip..skip + 16 * PAGE], 4_096)
}

#[test]
fn a_queue_is_bound_to_once_there_is_memory_for_it() {
    balanced(|| {
        in_network(PATIENCE / 3, |_| {
            let kind = (Family::from_raw(FAMILY), Kind::RAW, Protocol::DEFAULT);
            let Some(socket) = family(kind.0, kind.1, kind.2) else { return };
            let here = Interface::from_name("here").unwrap();
            let mut queue = XdpAddress::new(here, 0);
            queue.flags = XdpFlags::COPY;
            let errno = |result: std::io::Result<()>| result.unwrap_err().raw_os_error();
            assert_eq!(errno(socket.bind(queue)), Some(libc::EINVAL), "without memory and rings");
            socket.set(Memory, memory()).unwrap();
            assert_eq!(errno(socket.set(Memory, memory())), Some(libc::EBUSY));
            socket.set(FillRing, 16).unwrap();
            socket.set(CompletionRing, 16).unwrap();
            assert_eq!(errno(socket.set(ReceiveRing, 15)), Some(libc::EINVAL), "no power of two");
            socket.set(ReceiveRing, 16).unwrap();
            socket.set(TransmitRing, 16).unwrap();
            let offsets = socket.get(MapOffsets).unwrap();
            assert_ne!(offsets.receive.producer, offsets.receive.consumer);
            assert!(offsets.fill.entries > 0);

            let far = XdpAddress { queue: 99, ..queue };
            assert_eq!(errno(socket.bind(far)), Some(libc::EINVAL), "no such queue");
            let nowhere = XdpAddress { interface: Interface::from_index(9_999), ..queue };
            assert_eq!(errno(socket.bind(nowhere)), Some(libc::ENODEV));
            socket.bind(queue).unwrap();
            assert_eq!(socket.get(Options).unwrap(), XdpOptions::empty(), "frames are copied");
            assert_eq!(socket.get(Statistics).unwrap().receive_dropped, 0);

            // Another takes another queue or none.
            let second: Socket = Socket::new(kind.0, kind.1, kind.2).unwrap();
            second.set(Memory, memory()).unwrap();
            second.set(FillRing, 16).unwrap();
            second.set(CompletionRing, 16).unwrap();
            second.set(ReceiveRing, 16).unwrap();
            assert_eq!(errno(second.bind(queue)), Some(libc::EBUSY));
            // These sockets have no address to tell, and nothing to receive by a call.
            let error = socket.local_addr().unwrap_err();
            assert_eq!(error.raw_os_error(), Some(libc::EOPNOTSUPP), "{error}");
        });
    });
}
