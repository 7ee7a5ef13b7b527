//! Addresses of XDP sockets. The kernel does not tell the address of a socket, but what a bind
//! made of it.

use crate::assert_errno;
use berkeley_core::address::{XdpAddress, XdpFlags};
use berkeley_core::option::xdp;
use berkeley_core::{Family, Interface, Kind, Protocol, Socket};
use berkeley_tests::{PATIENCE, in_network, skip};
use nix::libc;
use std::os::fd::AsRawFd;
use std::sync::atomic::AtomicU8;

const FRAME: u32 = 4096;
const FRAMES: u32 = 16;

/// A socket with the rings that a bind wants: with memory of its own, or for that of another.
fn socket(memory: Option<&'static [AtomicU8]>) -> std::io::Result<Socket> {
    let socket = Socket::new(Family::from_raw(libc::AF_XDP), Kind::RAW, Protocol::DEFAULT)?;
    let ring = |name| socket.set_raw(libc::SOL_XDP, name, &FRAMES.to_ne_bytes());
    if let Some(memory) = memory {
        socket.set(xdp::Memory, xdp::XdpMemory::new(memory, FRAME))?;
        ring(libc::XDP_UMEM_FILL_RING)?;
        ring(libc::XDP_UMEM_COMPLETION_RING)?;
    }
    ring(libc::XDP_RX_RING)?;
    Ok(socket)
}

#[test]
fn a_bind_takes_each_field_for_what_it_is() {
    in_network(PATIENCE, |_| {
        let memory: Vec<_> = (0..FRAME * (FRAMES + 1)).map(|_| AtomicU8::new(0)).collect();
        let memory: &[AtomicU8] = memory.leak();
        let skipped = memory.as_ptr().align_offset(FRAME as usize);
        let memory = &memory[skipped..][..(FRAME * FRAMES) as usize];
        let first = match socket(Some(memory)) {
            Ok(socket) => socket,
            Err(e) => return skip(&format!("no right to an XDP socket, or no such thing: {e}")),
        };
        let here = Interface::from_name("here").unwrap();
        let address = XdpAddress { flags: XdpFlags::COPY, ..XdpAddress::new(here, 0) };
        let nowhere = XdpAddress { interface: Interface::from_index(0x1234_5678), ..address };
        assert_errno(first.bind(nowhere), libc::ENODEV);
        let no_flag = XdpAddress { flags: XdpFlags::from_bits_retain(1 << 15), ..address };
        assert_errno(first.bind(no_flag), libc::EINVAL);
        first.bind(address).unwrap();
        // It has no address to tell.
        assert_errno(first.local_addr(), libc::EOPNOTSUPP);

        // A failed bind takes the rings with it, so this is another socket.
        let no_queue = XdpAddress { queue: 0x1234, ..address };
        assert_errno(socket(Some(memory)).unwrap().bind(no_queue), libc::EINVAL);

        // The memory of a descriptor that has none, and of one that has.
        let second = socket(None).unwrap();
        let fd = |socket: &Socket| u32::try_from(socket.as_raw_fd()).unwrap();
        let mut shared = XdpAddress { flags: XdpFlags::SHARED_UMEM, ..address };
        shared.shared_umem_fd = fd(&second);
        assert_errno(second.bind(shared), libc::EBADF);
        shared.shared_umem_fd = fd(&first);
        second.bind(shared).unwrap();
    });
}
