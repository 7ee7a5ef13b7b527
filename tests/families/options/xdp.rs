//! Level `SOL_XDP`.

use super::assert_errno;
use berkeley_core::address::{XdpAddress, XdpFlags};
use berkeley_core::option::xdp::{self, XdpMemory, XdpMemoryFlags, XdpOptions, XdpStatistics};
use berkeley_core::{Family, Interface, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, bounded, family, in_network};
use nix::libc;
use std::io::ErrorKind;
use std::sync::atomic::AtomicU8;

fn socket() -> Option<Socket> {
    family(Family::from_raw(libc::AF_XDP), Kind::RAW, Protocol::DEFAULT)
}

#[repr(align(65536))]
struct Pages([AtomicU8; 1 << 16]);

/// Memory of whole pages, whatever size they have.
fn memory() -> &'static [AtomicU8] {
    &Box::leak(Box::new(Pages([const { AtomicU8::new(0) }; 1 << 16]))).0
}

#[test]
fn memory_is_registered_once_and_rings_are_made() {
    bounded(PATIENCE, || {
        let Some(on) = socket() else { return };
        on.set(xdp::Memory, XdpMemory::new(memory(), 2_048)).unwrap();
        assert_errno(on.set(xdp::Memory, XdpMemory::new(memory(), 2_048)), libc::EBUSY);
        on.set(xdp::FillRing, 64).unwrap();
        on.set(xdp::CompletionRing, 64).unwrap();
        on.set(xdp::ReceiveRing, 32).unwrap();
        on.set(xdp::TransmitRing, 32).unwrap();
        assert_errno(socket().unwrap().set(xdp::ReceiveRing, 33), libc::EINVAL);
    });
}

#[test]
fn memory_that_cannot_be_used_is_refused() {
    bounded(PATIENCE, || {
        let Some(on) = socket() else { return };
        let memory = memory();
        assert_errno(on.set(xdp::Memory, XdpMemory::new(&memory[1..], 2_048)), libc::EINVAL);
        assert_errno(on.set(xdp::Memory, XdpMemory::new(memory, 100)), libc::EINVAL);
        assert_errno(on.set(xdp::Memory, XdpMemory::new(&[], 2_048)), libc::EINVAL);
        let headroom = XdpMemory { headroom: 4_000, ..XdpMemory::new(memory, 2_048) };
        assert_errno(on.set(xdp::Memory, headroom), libc::EINVAL);
        let flags = XdpMemoryFlags::from_bits_retain(1 << 31);
        let unknown = XdpMemory { flags, ..XdpMemory::new(memory, 2_048) };
        assert_errno(on.set(xdp::Memory, unknown), libc::EINVAL);
        let unaligned = XdpMemoryFlags::UNALIGNED;
        on.set(xdp::Memory, XdpMemory { flags: unaligned, ..XdpMemory::new(memory, 2_048) })
            .unwrap();
    });
}

#[test]
fn memory_is_not_shared_by_plain_bytes() {
    bounded(PATIENCE, || {
        let Some(on) = socket() else { return };
        let refused = on.set_raw(libc::SOL_XDP, libc::XDP_UMEM_REG, &[0; 32]).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::InvalidInput);
        assert_eq!(refused.raw_os_error(), None, "the kernel was not asked");
    });
}

#[test]
fn offsets_and_counts_are_told() {
    bounded(PATIENCE, || {
        let Some(on) = socket() else { return };
        let offsets = on.get(xdp::MapOffsets).unwrap();
        for ring in [offsets.receive, offsets.transmit, offsets.fill, offsets.completion] {
            let ordered = ring.producer < ring.consumer && ring.consumer < ring.entries;
            assert!(ordered && ring.flags != 0, "{ring:?}");
        }
        assert_eq!(on.get(xdp::Statistics).unwrap(), XdpStatistics::default());
        assert_eq!(on.get(xdp::Options).unwrap(), XdpOptions::empty());
    });
}

#[test]
fn a_socket_with_memory_and_rings_can_be_bound_to_an_interface() {
    in_network(PATIENCE, |_| {
        let Some(on) = socket() else { return };
        on.set(xdp::Memory, XdpMemory::new(memory(), 2_048)).unwrap();
        on.set(xdp::FillRing, 8).unwrap();
        on.set(xdp::CompletionRing, 8).unwrap();
        on.set(xdp::ReceiveRing, 8).unwrap();
        let here = Interface::from_name("here").unwrap();
        on.bind(XdpAddress { flags: XdpFlags::COPY, ..XdpAddress::new(here, 0) }).unwrap();
        assert_eq!(on.get(xdp::Options).unwrap(), XdpOptions::empty(), "frames are copied");
        assert_errno(on.set(xdp::ReceiveRing, 8), libc::EBUSY);
    });
}
