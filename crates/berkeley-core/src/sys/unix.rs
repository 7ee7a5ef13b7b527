//! What every Unix does alike.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::{call, call_again};
use super::length::{Length, length};
use super::{ControlIn, RawAddress, get_keeps_to_length, set_only_reads};
use std::ffi::{CStr, CString};
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::{self, MaybeUninit};
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd};
use std::time::Duration;

/// Bytes in `sockaddr_un.sun_path`.
pub(crate) const SUN_PATH_LEN: usize =
    mem::size_of::<libc::sockaddr_un>() - mem::offset_of!(libc::sockaddr_un, sun_path);

/// The most buffers that one call takes (IOV_MAX, limits.h).
pub(crate) const MAX_BUFFERS: usize = 1024;

/// The longest interface name and its NUL (IF_NAMESIZE, net/if.h).
pub(crate) const INTERFACE_NAME_LEN: usize = libc::IF_NAMESIZE;

/// Takes ownership of a descriptor that the kernel has just made for us.
pub(super) fn from_raw(fd: i32) -> OwnedFd {
    // SAFETY: every caller passes what a successful socket, socketpair, accept or dup returned, or
    // what the kernel made as the value of an option, which nobody else owns.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// `RawAddress::capacity()` in the kernel's type.
pub(super) fn address_capacity() -> libc::socklen_t {
    length(RawAddress::capacity())
}

/// A byte count that a call returned; [`call`] has excluded -1, the only negative one.
#[inline]
pub(super) fn count(n: isize) -> usize {
    n.unsigned_abs()
}

pub(crate) fn duplicate(fd: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    // SAFETY: takes integers only.
    let fd = call("fcntl", || unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_DUPFD_CLOEXEC, 0) })?;
    Ok(from_raw(fd))
}

/// Closes and reports. Never retried: on Linux the descriptor is gone even after EINTR.
pub(crate) fn close(fd: OwnedFd) -> io::Result<()> {
    let fd = fd.into_raw_fd();
    // SAFETY: `fd` was owned by the argument, so nobody else uses it.
    call("close", || unsafe { libc::close(fd) }).map(drop)
}

pub(crate) fn bind(fd: BorrowedFd<'_>, address: &RawAddress) -> io::Result<()> {
    // SAFETY: `address` is valid for reads of its length.
    call("bind", || unsafe {
        libc::bind(fd.as_raw_fd(), address.as_ptr().cast(), length(address.len()))
    })
    .map(drop)
}

pub(crate) fn connect(fd: BorrowedFd<'_>, address: &RawAddress) -> io::Result<()> {
    // SAFETY: `address` is valid for reads of its length.
    call("connect", || unsafe {
        libc::connect(fd.as_raw_fd(), address.as_ptr().cast(), length(address.len()))
    })
    .map(drop)
}

pub(crate) fn listen(fd: BorrowedFd<'_>, backlog: i32) -> io::Result<()> {
    // SAFETY: takes integers only.
    call("listen", || unsafe { libc::listen(fd.as_raw_fd(), backlog) }).map(drop)
}

pub(crate) fn local_address(fd: BorrowedFd<'_>) -> io::Result<RawAddress> {
    let mut address = RawAddress::empty();
    let mut len = address_capacity();
    // SAFETY: `address` has room for `len` bytes and both outlive the call.
    call("getsockname", || unsafe {
        libc::getsockname(fd.as_raw_fd(), address.as_mut_ptr().cast(), &raw mut len)
    })?;
    address.set_len(len as usize);
    Ok(address)
}

pub(crate) fn peer_address(fd: BorrowedFd<'_>) -> io::Result<RawAddress> {
    let mut address = RawAddress::empty();
    let mut len = address_capacity();
    // SAFETY: `address` has room for `len` bytes and both outlive the call.
    call("getpeername", || unsafe {
        libc::getpeername(fd.as_raw_fd(), address.as_mut_ptr().cast(), &raw mut len)
    })?;
    address.set_len(len as usize);
    Ok(address)
}

#[inline]
pub(crate) fn recv(fd: BorrowedFd<'_>, buffer: &mut [u8], flags: i32) -> io::Result<usize> {
    // SAFETY: `buffer` is valid for writes of its length.
    call_again("recv", || unsafe {
        libc::recv(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), flags)
    })
    .map(count)
}

/// Returns how many bytes at the start of `buffer` are initialised now.
#[inline]
pub(crate) fn recv_uninit(
    fd: BorrowedFd<'_>,
    buffer: &mut [MaybeUninit<u8>],
    flags: i32,
) -> io::Result<usize> {
    // MSG_TRUNC makes the call return more than it wrote: man 2 recv.
    let flags = flags & !libc::MSG_TRUNC;
    // SAFETY: `buffer` is valid for writes of its length.
    call_again("recv", || unsafe {
        libc::recv(fd.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), flags)
    })
    .map(count)
}

#[inline]
pub(crate) fn send(fd: BorrowedFd<'_>, bytes: &[u8], flags: i32) -> io::Result<usize> {
    // SAFETY: `bytes` is valid for reads of its length.
    call_again("send", || unsafe {
        libc::send(fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len(), flags)
    })
    .map(count)
}

pub(crate) fn recv_from(
    fd: BorrowedFd<'_>,
    buffer: &mut [u8],
    flags: i32,
) -> io::Result<(usize, RawAddress)> {
    let mut address = RawAddress::empty();
    let mut len = 0;
    let n = call_again("recvfrom", || {
        len = address_capacity();
        // SAFETY: `buffer` is valid for writes of its length, `address` of `len` bytes.
        unsafe {
            libc::recvfrom(
                fd.as_raw_fd(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                flags,
                address.as_mut_ptr().cast(),
                &raw mut len,
            )
        }
    })?;
    address.set_len(len as usize);
    Ok((count(n), address))
}

pub(crate) fn send_to(
    fd: BorrowedFd<'_>,
    bytes: &[u8],
    flags: i32,
    address: &RawAddress,
) -> io::Result<usize> {
    // SAFETY: `bytes` and `address` are valid for reads of their lengths.
    call_again("sendto", || unsafe {
        libc::sendto(
            fd.as_raw_fd(),
            bytes.as_ptr().cast(),
            bytes.len(),
            flags,
            address.as_ptr().cast(),
            length(address.len()),
        )
    })
    .map(count)
}

/// What a received message was, apart from its bytes.
pub(crate) struct Received {
    pub(crate) len: usize,
    pub(crate) flags: i32,
    pub(crate) address: RawAddress,
}

pub(crate) fn recv_message(
    fd: BorrowedFd<'_>,
    buffers: &mut [IoSliceMut<'_>],
    mut control: Option<&mut ControlIn>,
    flags: i32,
) -> io::Result<Received> {
    let mut address = RawAddress::empty();
    let mut header = empty_header();
    if let Some(control) = &mut control {
        control.clear();
    }
    let len = call_again("recvmsg", || {
        header.msg_name = address.as_mut_ptr().cast();
        header.msg_namelen = address_capacity();
        // IoSliceMut is laid out as iovec on every Unix (its documentation promises it).
        header.msg_iov = buffers.as_mut_ptr().cast();
        header.msg_iovlen = length(buffers.len());
        if let Some(control) = &mut control {
            let room = control.room();
            header.msg_control = room.as_mut_ptr().cast();
            header.msg_controllen = length(room.len());
        }
        // SAFETY: the header names `address`, `buffers` and the room of `control`, which are
        // valid for writes of the lengths given and outlive the call.
        unsafe { libc::recvmsg(fd.as_raw_fd(), &raw mut header, flags) }
    })?;
    address.set_len(header.msg_namelen as usize);
    if let Some(control) = control {
        control.arrived(header.msg_controllen.get(), header.msg_flags);
    }
    Ok(Received { len: count(len), flags: header.msg_flags, address })
}

pub(crate) fn send_message(
    fd: BorrowedFd<'_>,
    buffers: &[IoSlice<'_>],
    control: &[u8],
    flags: i32,
    address: Option<&RawAddress>,
) -> io::Result<usize> {
    let header = outgoing_header(buffers, control, address);
    // SAFETY: the header names `address`, `buffers` and `control`, which sendmsg only reads, by
    // their lengths, and which outlive the call.
    call_again("sendmsg", || unsafe { libc::sendmsg(fd.as_raw_fd(), &raw const header, flags) })
        .map(count)
}

/// The header of a message to be sent, which names all three by address and length.
pub(super) fn outgoing_header(
    buffers: &[IoSlice<'_>],
    control: &[u8],
    address: Option<&RawAddress>,
) -> libc::msghdr {
    let mut header = empty_header();
    if !control.is_empty() {
        header.msg_control = control.as_ptr().cast_mut().cast();
        header.msg_controllen = length(control.len());
    }
    if let Some(address) = address {
        header.msg_name = address.as_ptr().cast_mut().cast();
        header.msg_namelen = length(address.len());
    }
    // IoSlice is laid out as iovec on every Unix (its documentation promises it).
    header.msg_iov = buffers.as_ptr().cast_mut().cast();
    header.msg_iovlen = length(buffers.len());
    header
}

pub(super) fn empty_header() -> libc::msghdr {
    // SAFETY: msghdr is a plain C struct of integers and pointers, for which zero is valid.
    unsafe { mem::zeroed() }
}

/// Waits until the socket is ready for what is asked, or has failed; `false` when `timeout` ended
/// first. An interruption by a signal is an error here, so that the caller can recompute.
pub(crate) fn poll(
    fd: BorrowedFd<'_>,
    readable: bool,
    writable: bool,
    timeout: Option<Duration>,
) -> io::Result<bool> {
    let mut events = 0;
    if readable {
        events |= libc::POLLIN;
    }
    if writable {
        events |= libc::POLLOUT;
    }
    let mut entry = libc::pollfd { fd: fd.as_raw_fd(), events, revents: 0 };
    // Rounded up, so that a short wait is not a spin; -1 is the only portable "no limit".
    let millis =
        timeout.map_or(-1, |t| i32::try_from(t.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX));
    // SAFETY: `entry` is one pollfd, as the count says.
    let ready = call("poll", || unsafe { libc::poll(&raw mut entry, 1, millis) })?;
    if entry.revents & libc::POLLNVAL != 0 {
        return Err(io::Error::from_raw_os_error(libc::EBADF));
    }
    Ok(ready > 0)
}

/// Sleeps for so long, or until a signal comes.
pub(crate) fn pause(duration: Duration) -> io::Result<()> {
    let millis = i32::try_from(duration.as_nanos().div_ceil(1_000_000)).unwrap_or(i32::MAX);
    // SAFETY: no entries are read where the count is zero.
    match call("poll", || unsafe { libc::poll(std::ptr::null_mut(), 0, millis) }) {
        Err(e) if e.kind() == io::ErrorKind::Interrupted => crate::interrupt::go_on(),
        outcome => outcome.map(drop),
    }
}

/// Whether the peer has ended its sending.
#[cfg(any(linux_like, freebsd))]
pub(crate) fn is_peer_closed(fd: BorrowedFd<'_>) -> io::Result<bool> {
    let mut entry = libc::pollfd { fd: fd.as_raw_fd(), events: libc::POLLRDHUP, revents: 0 };
    // SAFETY: `entry` is one pollfd, as the count says.
    call_again("poll", || unsafe { libc::poll(&raw mut entry, 1, 0) })?;
    Ok(entry.revents & (libc::POLLRDHUP | libc::POLLHUP) != 0)
}

/// Whether the peer has ended its sending, and all that it sent was received.
#[cfg(not(any(linux_like, freebsd)))]
pub(crate) fn is_peer_closed(fd: BorrowedFd<'_>) -> io::Result<bool> {
    match recv(fd, &mut [0], libc::MSG_PEEK | libc::MSG_DONTWAIT) {
        Ok(n) => Ok(n == 0),
        Err(e) if e.kind() == io::ErrorKind::WouldBlock => Ok(false),
        Err(_) => Ok(true),
    }
}

pub(crate) fn shutdown(fd: BorrowedFd<'_>, how: i32) -> io::Result<()> {
    // SAFETY: takes integers only.
    call("shutdown", || unsafe { libc::shutdown(fd.as_raw_fd(), how) }).map(drop)
}

/// Fills `value` from the option and returns how many bytes the kernel wrote.
pub(crate) fn get_option(
    fd: BorrowedFd<'_>,
    level: i32,
    name: i32,
    value: &mut [u8],
) -> io::Result<usize> {
    if !get_keeps_to_length(level, name) {
        return Err(needs_its_type(level, name));
    }
    // Some write a whole int or name, whatever room they are told of: those of Bluetooth, Phonet,
    // AX.25, and of ATM where the level is not its own.
    let mut few = [0; MOST_WRITTEN];
    let room = value.len();
    let place = match few.get_mut(..room) {
        Some(start) => {
            start.copy_from_slice(value);
            &mut few[..]
        }
        None => &mut *value,
    };
    let mut len = length(room);
    // SAFETY: `place` is valid for writes of `len` bytes, to which this option keeps, and of
    // MOST_WRITTEN.
    call("getsockopt", || unsafe {
        libc::getsockopt(fd.as_raw_fd(), level, name, place.as_mut_ptr().cast(), &raw mut len)
    })?;
    let len = (len as usize).min(room);
    if room <= few.len() {
        value.copy_from_slice(&few[..room]);
    }
    Ok(len)
}

/// The most that options write that do not look at the room they are told of.
const MOST_WRITTEN: usize = 128;

pub(crate) fn set_option(
    fd: BorrowedFd<'_>,
    level: i32,
    name: i32,
    value: &[u8],
) -> io::Result<()> {
    if !set_only_reads(level, name) {
        return Err(needs_its_type(level, name));
    }
    // SAFETY: `value` is valid for reads of its length, and this option does not write.
    call("setsockopt", || unsafe {
        libc::setsockopt(fd.as_raw_fd(), level, name, value.as_ptr().cast(), length(value.len()))
    })
    .map(drop)
}

/// The error for an option with which the kernel writes past the bytes that it was given, or into
/// bytes that it should read.
pub(super) fn needs_its_type(level: i32, name: i32) -> io::Error {
    let message = format!("option {name} of level {level} is no plain bytes: use its type");
    io::Error::new(io::ErrorKind::InvalidInput, message)
}

/// Sets an option whose value is the length alone.
pub(crate) fn set_option_null(
    fd: BorrowedFd<'_>,
    level: i32,
    name: i32,
    len: usize,
) -> io::Result<()> {
    // SAFETY: the null pointer is for no reads: options of this form take the length as value.
    call("setsockopt", || unsafe {
        libc::setsockopt(fd.as_raw_fd(), level, name, std::ptr::null(), length(len))
    })
    .map(drop)
}

pub(crate) fn is_nonblocking(fd: BorrowedFd<'_>) -> io::Result<bool> {
    // SAFETY: takes integers only.
    let flags = call("fcntl", || unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETFL) })?;
    Ok(flags & libc::O_NONBLOCK != 0)
}

pub(crate) fn set_nonblocking(fd: BorrowedFd<'_>, nonblocking: bool) -> io::Result<()> {
    let mut on = i32::from(nonblocking);
    // SAFETY: FIONBIO reads one int, which `on` is.
    call("ioctl", || unsafe { libc::ioctl(fd.as_raw_fd(), libc::FIONBIO, &raw mut on) }).map(drop)
}

pub(crate) fn is_inheritable(fd: BorrowedFd<'_>) -> io::Result<bool> {
    // SAFETY: takes integers only.
    let flags = call("fcntl", || unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETFD) })?;
    Ok(flags & libc::FD_CLOEXEC == 0)
}

pub(crate) fn set_inheritable(fd: BorrowedFd<'_>, inheritable: bool) -> io::Result<()> {
    let flags = if inheritable { 0 } else { libc::FD_CLOEXEC };
    // SAFETY: takes integers only.
    call("fcntl", || unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_SETFD, flags) }).map(drop)
}

/// The index of the interface `name`.
pub(crate) fn interface_index(name: &str) -> io::Result<u32> {
    let Ok(name) = CString::new(name) else {
        return Err(io::Error::from_raw_os_error(libc::ENODEV));
    };
    // SAFETY: `name` is a NUL-terminated string.
    let index = unsafe { libc::if_nametoindex(name.as_ptr()) };
    if index == 0 { Err(io::Error::last_os_error()) } else { Ok(index) }
}

/// The name of the interface `index`.
pub(crate) fn interface_name(index: u32) -> io::Result<String> {
    let mut name = [0_u8; INTERFACE_NAME_LEN];
    // SAFETY: `name` has the IF_NAMESIZE bytes that the call may write.
    let found = unsafe { libc::if_indextoname(index, name.as_mut_ptr().cast()) };
    if found.is_null() {
        return Err(io::Error::last_os_error());
    }
    let name = CStr::from_bytes_until_nul(&name).unwrap_or_default();
    Ok(name.to_string_lossy().into_owned())
}

/// The index and name of every interface.
pub(crate) fn interfaces() -> io::Result<Vec<(u32, String)>> {
    // SAFETY: takes nothing.
    let list = unsafe { libc::if_nameindex() };
    if list.is_null() {
        return Err(io::Error::last_os_error());
    }
    let mut found = Vec::new();
    let mut next = list;
    loop {
        // SAFETY: the list ends with an entry of index 0, which was not passed yet.
        let entry = unsafe { &*next };
        if entry.if_index == 0 {
            break;
        }
        // SAFETY: an entry that does not end the list has a NUL-terminated name.
        let name = unsafe { CStr::from_ptr(entry.if_name) };
        found.push((entry.if_index, name.to_string_lossy().into_owned()));
        // SAFETY: this entry does not end the list, so there is one behind it.
        next = unsafe { next.add(1) };
    }
    // SAFETY: `list` came from if_nameindex, and nothing borrowed from it is left.
    unsafe { libc::if_freenameindex(list) };
    Ok(found)
}

#[inline]
pub(crate) fn clock_precise() -> u64 {
    read_clock(super::MONOTONIC)
}

#[inline]
pub(super) fn read_clock(id: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a timespec that the call may write.
    let failed = unsafe { libc::clock_gettime(id, &raw mut time) } != 0;
    // The clocks named in this folder exist on every kernel that runs here.
    assert!(!failed, "clock_gettime failed: {}", io::Error::last_os_error());
    nanos(time)
}

#[cfg(linux_like)]
pub(super) fn clock_resolution(id: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a timespec that the call may write.
    let failed = unsafe { libc::clock_getres(id, &raw mut time) } != 0;
    assert!(!failed, "clock_getres failed: {}", io::Error::last_os_error());
    nanos(time)
}

/// The monotonic clock starts at boot: 64 bits of nanoseconds are 584 years.
#[inline]
fn nanos(time: libc::timespec) -> u64 {
    // Neither is negative, nor of one width everywhere.
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(time.tv_nsec).unwrap_or(0);
    seconds * 1_000_000_000 + nanos
}
