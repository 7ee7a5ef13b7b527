//! What macOS and its kin do in their own way: no flags at creation, no `accept4`, SIGPIPE
//! switched off for each socket.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::{call, call_again};
use super::{
    RawAddress, count, file_offset, from_raw, get_option, set_inheritable, set_nonblocking,
    set_option,
};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// Whether a socket address starts with its length.
pub(super) const HAS_SA_LEN: bool = true;

/// The error of a machine that is not on the network: none here.
pub(crate) const NO_NETWORK: Option<i32> = None;

/// Whether getsockopt writes to the bytes that it is given and nowhere else. These have addresses
/// to write to in them: `struct __msfilterreq` and `struct mac`.
pub(super) const fn get_keeps_to_length(level: i32, name: i32) -> bool {
    /// `IP_MSFILTER` and `IPV6_MSFILTER` of netinet/in.h and netinet6/in6.h.
    const MSFILTER: i32 = 74;
    /// `SO_LABEL` and `SO_PEERLABEL` of sys/socket.h.
    const LABELS: (i32, i32) = (0x1010, 0x1011);
    !(matches!(level, libc::IPPROTO_IP | libc::IPPROTO_IPV6) && name == MSFILTER
        || level == libc::SOL_SOCKET && (name == LABELS.0 || name == LABELS.1))
}

/// Whether a control message names memory that the kernel writes to: none does here.
pub(crate) const fn control_names_memory(_level: i32, _kind: i32) -> bool {
    false
}

/// Whether setsockopt only reads what it is given.
pub(super) const fn set_only_reads(_level: i32, _name: i32) -> bool {
    true
}

/// There is no MSG_NOSIGNAL: SO_NOSIGPIPE is set on every socket instead.
pub(crate) const SEND_FLAGS: i32 = 0;

/// Does after creation what other systems do in the same call; a fork in between can leak the
/// descriptor, which is the best that this system offers.
fn prepare(fd: OwnedFd, nonblocking: bool) -> io::Result<OwnedFd> {
    set_inheritable(fd.as_fd(), false)?;
    set_option(fd.as_fd(), libc::SOL_SOCKET, libc::SO_NOSIGPIPE, &1_i32.to_ne_bytes())?;
    // Accepted sockets inherit O_NONBLOCK from their listener here, so both ways are set.
    set_nonblocking(fd.as_fd(), nonblocking)?;
    Ok(fd)
}

pub(crate) fn socket(
    family: i32,
    kind: i32,
    protocol: i32,
    nonblocking: bool,
) -> io::Result<OwnedFd> {
    // SAFETY: takes integers only.
    let fd = call("socket", || unsafe { libc::socket(family, kind, protocol) })?;
    prepare(from_raw(fd), nonblocking)
}

pub(crate) fn socket_pair(
    family: i32,
    kind: i32,
    protocol: i32,
    nonblocking: bool,
) -> io::Result<(OwnedFd, OwnedFd)> {
    let mut fds = [-1; 2];
    // SAFETY: `fds` is an array of two ints, as the call requires.
    call("socketpair", || unsafe { libc::socketpair(family, kind, protocol, fds.as_mut_ptr()) })?;
    let (a, b) = (from_raw(fds[0]), from_raw(fds[1]));
    Ok((prepare(a, nonblocking)?, prepare(b, nonblocking)?))
}

/// Every family here tells the address of the peer: it is always asked for.
pub(crate) fn accept(
    fd: BorrowedFd<'_>,
    nonblocking: bool,
    _named: bool,
) -> io::Result<(OwnedFd, RawAddress)> {
    let mut address = RawAddress::empty();
    let mut len = super::address_capacity();
    let accepted = call_again("accept", || {
        len = super::address_capacity();
        // SAFETY: `address` has room for `len` bytes and both outlive the call.
        unsafe { libc::accept(fd.as_raw_fd(), address.as_mut_ptr().cast(), &raw mut len) }
    })?;
    address.set_len(len as usize);
    Ok((prepare(from_raw(accepted), nonblocking)?, address))
}

/// The type of a control message's length.
pub(super) type ControlLength = libc::socklen_t;

/// The control message that brings a descriptor of the sending process: none here.
pub(crate) const PIDFD_MESSAGE: Option<i32> = None;

/// Close-on-exec is set on descriptors after they came.
pub(crate) const RECV_RIGHTS_FLAGS: i32 = 0;

/// The clock that `std::time::Instant` reads.
pub(super) const MONOTONIC: libc::clockid_t = libc::CLOCK_UPTIME_RAW;

pub(crate) fn clock_coarse() -> u64 {
    super::clock_precise()
}

pub(crate) fn clock_coarse_lag() -> u64 {
    0
}

/// There is none here that a poller can watch as a descriptor.
pub(crate) fn alarm_clock() -> io::Result<OwnedFd> {
    Err(io::ErrorKind::Unsupported.into())
}

/// See [`alarm_clock`].
pub(crate) fn set_alarm_clock(_: BorrowedFd<'_>, _: u64) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// `struct ctl_info` of sys/kern_control.h.
#[repr(C)]
struct ControlInfo {
    id: u32,
    name: [u8; 96],
}

/// `CTLIOCGINFO` of sys/kern_control.h.
const CTLIOCGINFO: libc::c_ulong = 0xC064_4E03;

/// The number of the kernel control with this name, asked of a socket of `SYSPROTO_CONTROL`.
pub(crate) fn control_id(fd: BorrowedFd<'_>, name: &str) -> io::Result<u32> {
    let mut info = ControlInfo { id: 0, name: [0; 96] };
    if name.len() >= info.name.len() || name.contains('\0') {
        let message = format!("{name:?} is no name of a kernel control: these have 1 to 95 bytes");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    info.name[..name.len()].copy_from_slice(name.as_bytes());
    // SAFETY: CTLIOCGINFO reads and writes one `struct ctl_info`, which `info` is.
    call("ioctl", || unsafe { libc::ioctl(fd.as_raw_fd(), CTLIOCGINFO, &raw mut info) })?;
    Ok(info.id)
}

/// Sends up to `most` bytes, not 0, of a file from `offset` on: man 2 sendfile. SO_NOSIGPIPE holds
/// for it.
pub(crate) fn send_file(
    socket: BorrowedFd<'_>,
    file: BorrowedFd<'_>,
    offset: u64,
    most: usize,
) -> io::Result<usize> {
    call_again("sendfile", || {
        let mut len = libc::off_t::try_from(most).unwrap_or(libc::off_t::MAX);
        // SAFETY: `len` is an integer that the call may write; the null says that there are no
        // headers.
        let failed = unsafe {
            libc::sendfile(
                file.as_raw_fd(),
                socket.as_raw_fd(),
                file_offset(offset),
                &raw mut len,
                std::ptr::null_mut(),
                0,
            )
        };
        // What went before an error has gone, and `len` says how much that was.
        if failed != 0 && len == 0 { -1 } else { isize::try_from(len).unwrap_or(isize::MAX) }
    })
    .map(count)
}

/// How many bytes of what was sent have not arrived: `SO_NWRITE`.
pub(crate) fn send_queue(fd: BorrowedFd<'_>) -> io::Result<usize> {
    let mut queued = [0; 4];
    get_option(fd, libc::SOL_SOCKET, libc::SO_NWRITE, &mut queued)?;
    Ok(usize::try_from(i32::from_ne_bytes(queued)).unwrap_or(0))
}

/// There is no such call here for a connection.
pub(crate) fn disconnect(_: BorrowedFd<'_>) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
