//! Values that are not bytes: lengths alone, nothing at all, descriptors.

use super::{Decode, Encode, invalid_data};
use crate::sys;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

/// A length that is the whole value: setsockopt(2) with a null pointer and that length.
#[derive(Debug)]
pub enum Length {}

impl Encode<'_> for Length {
    type Value = usize;
    /// None: see [`set`](Encode::set).
    type Bytes = [u8; 0];

    fn encode(_: usize) -> io::Result<[u8; 0]> {
        Ok([])
    }

    fn set(fd: BorrowedFd<'_>, level: i32, name: i32, value: usize) -> io::Result<()> {
        sys::set_option_null(fd, level, name, value)
    }
}

/// No value: setsockopt(2) with a null pointer, for options that act when they are set and refuse
/// any bytes.
#[derive(Debug)]
pub enum Nothing {}

impl Encode<'_> for Nothing {
    type Value = ();
    /// None: see [`set`](Encode::set).
    type Bytes = [u8; 0];

    fn encode((): ()) -> io::Result<[u8; 0]> {
        Ok([])
    }

    fn set(fd: BorrowedFd<'_>, level: i32, name: i32, (): ()) -> io::Result<()> {
        sys::set_option_null(fd, level, name, 0)
    }
}

/// A descriptor of the peer's process, which the kernel makes when `SO_PEERPIDFD` is read.
#[derive(Debug)]
pub enum PeerProcess {}

impl Decode for PeerProcess {
    type Value = OwnedFd;
    const ROOM: usize = 4;

    /// Never a descriptor: bytes may come from anywhere, and a descriptor has one owner.
    fn decode(bytes: &[u8]) -> io::Result<OwnedFd> {
        Err(invalid_data(bytes, "a descriptor, which the kernel alone makes"))
    }

    fn get(fd: BorrowedFd<'_>, _: i32, _: i32) -> io::Result<OwnedFd> {
        sys::peer_process(fd)
    }
}
