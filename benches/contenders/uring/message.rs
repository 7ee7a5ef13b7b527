//! A datagram with its address and control data, as the kernel reads and writes it.

use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddrV4};

use super::operation::{Room, room};

/// Enough for an IPv4 address, and for one control message of an int.
const ADDRESS: usize = 16;
const ADDRESS_LENGTH: u32 = 16;
pub(super) const CONTROL: usize = 24;

/// `struct msghdr` as the kernel has it, whatever the C library's is called.
#[repr(C)]
struct Header {
    address: Cell<*const Cell<u8>>,
    address_length: Cell<u32>,
    parts: Cell<*const Part>,
    count: Cell<usize>,
    control: Cell<*const Cell<u8>>,
    control_length: Cell<usize>,
    flags: Cell<u32>,
}

/// `struct iovec`.
#[repr(C)]
struct Part {
    start: Cell<*const Cell<u8>>,
    length: Cell<usize>,
}

/// One that stays for ever, as rooms do.
pub(super) struct Message {
    header: Header,
    part: Part,
    pub(super) address: Room,
    control: Room,
}

impl Message {
    /// With the control data that it is to be sent with, or room for what comes; empty for none.
    pub(super) fn new(bytes: Room, control: Room) -> &'static Self {
        let address = room(ADDRESS);
        let header = Header {
            address: Cell::new(address.as_ptr()),
            address_length: Cell::new(0),
            parts: Cell::new(std::ptr::null()),
            count: Cell::new(1),
            control: Cell::new(control.as_ptr()),
            control_length: Cell::new(0),
            flags: Cell::new(0),
        };
        let part = Part { start: Cell::new(bytes.as_ptr()), length: Cell::new(bytes.len()) };
        let message: &Self = Box::leak(Box::new(Self { header, part, address, control }));
        message.header.parts.set(&raw const message.part);
        message
    }

    /// Whom it came from.
    pub(super) fn from(&self) -> SocketAddrV4 {
        address(self.address)
    }

    pub(super) fn to(&self, address: Room) {
        self.address.iter().zip(address).for_each(|(to, from)| to.set(from.get()));
    }

    pub(super) fn for_receiving(&'static self) -> *mut libc::msghdr {
        self.for_sending().cast_mut()
    }

    /// The kernel has left lengths of its own behind if something was received.
    pub(super) fn for_sending(&'static self) -> *const libc::msghdr {
        self.header.address_length.set(ADDRESS_LENGTH);
        self.header.control_length.set(self.control.len());
        (&raw const self.header).cast()
    }
}

/// What a multishot receive has put before the bytes: `struct io_uring_recvmsg_out`, the address,
/// control data.
pub(super) struct Picked(Room);

impl Picked {
    /// Before the bytes, without control data.
    pub(super) const HEAD: usize = HEAD + ADDRESS;

    pub(super) fn of(room: Room) -> Self {
        Self(room)
    }

    /// Whom it came from.
    pub(super) fn from(&self) -> SocketAddrV4 {
        address(&self.0[HEAD..])
    }

    /// How many bytes came.
    pub(super) fn length(&self) -> usize {
        usize::try_from(number(self.0, 8)).unwrap_or(0)
    }

    /// The value of UDP_GRO, if it was asked for, as there is no other control message.
    pub(super) fn segment(&self) -> Option<usize> {
        let came = number(self.0, 4);
        let value = Self::HEAD + size_of::<libc::cmsghdr>();
        (came > 0).then(|| usize::try_from(number(self.0, value)).unwrap_or(0))
    }
}

const HEAD: usize = 16;

/// Of a `sockaddr_in`.
fn address(room: Room) -> SocketAddrV4 {
    let bytes: [u8; 8] = std::array::from_fn(|index| room[index].get());
    let [_, _, high, low, a, b, c, d] = bytes;
    SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), u16::from_be_bytes([high, low]))
}

/// Control data that has the kernel cut datagrams of this size: UDP_SEGMENT.
pub(super) fn segments_of(size: u16) -> Room {
    let header = size_of::<libc::cmsghdr>();
    let control = room(CONTROL);
    put(control, 0, &(header + size_of::<u16>()).to_ne_bytes());
    put(control, size_of::<usize>(), &libc::SOL_UDP.to_ne_bytes());
    put(control, size_of::<usize>() + size_of::<libc::c_int>(), &libc::UDP_SEGMENT.to_ne_bytes());
    put(control, header, &size.to_ne_bytes());
    control
}

fn put(room: Room, at: usize, bytes: &[u8]) {
    room[at..].iter().zip(bytes).for_each(|(cell, byte)| cell.set(*byte));
}

fn number(room: Room, at: usize) -> u32 {
    u32::from_ne_bytes(std::array::from_fn(|index| room[at + index].get()))
}
