//! What Linux does in its own way: its address layout, coarse clock and alarm clocks.
#![allow(unsafe_code)] // System calls: see the module docs of `sys`.

use super::call::{call, call_again};
use super::length::length;
use super::pipe_signal::without_pipe_signal;
use super::{RawAddress, c, connect, count, file_offset, from_raw, get_option, needs_its_type};
use std::fs::File;
use std::io;
use std::mem;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;

/// Whether a socket address starts with its length.
pub(super) const HAS_SA_LEN: bool = false;

/// The error of a machine that is not on the network.
pub(crate) const NO_NETWORK: Option<i32> = Some(libc::ENONET);

/// The type of a control message's length: the kernel's `size_t`, whatever the C library says.
pub(super) type ControlLength = usize;

/// The control message that brings a descriptor of the sending process.
pub(crate) const PIDFD_MESSAGE: Option<i32> = Some(c::SCM_PIDFD);

/// Makes descriptors that come with a message close-on-exec from birth: man 2 recvmsg.
pub(crate) const RECV_RIGHTS_FLAGS: i32 = libc::MSG_CMSG_CLOEXEC;

/// Whether getsockopt writes to the bytes that it is given and nowhere else. These options write as
/// much as a filter has instructions, or as a count in the bytes says, or to addresses in them.
pub(super) const fn get_keeps_to_length(level: i32, name: i32) -> bool {
    !is_source_filter(level, name)
        && !matches!(
            (level, name),
            (libc::SOL_SOCKET, libc::SO_GET_FILTER)
                | (libc::IPPROTO_IP, libc::IP_MSFILTER)
                | (libc::IPPROTO_IP, c::EBT_SO_GET_ENTRIES | c::EBT_SO_GET_INIT_ENTRIES)
                | (libc::IPPROTO_TCP, libc::TCP_ZEROCOPY_RECEIVE | c::TCP_AO_GET_KEYS)
                | (c::SOL_MPTCP, c::MPTCP_FULL_INFO)
        )
}

/// Whether setsockopt only reads what it is given. A lease of a flow label is written back, and the
/// others name memory that the kernel writes to: tables of firewalls, for the old counters.
pub(super) const fn set_only_reads(level: i32, name: i32) -> bool {
    !shares_memory(level, name)
        && !matches!(
            (level, name),
            (libc::IPPROTO_IPV6, libc::IPV6_FLOWLABEL_MGR)
                | (libc::IPPROTO_IP | libc::IPPROTO_IPV6, c::IPT_SO_SET_REPLACE)
                | (libc::IPPROTO_IP, c::ARPT_SO_SET_REPLACE | c::EBT_SO_SET_ENTRIES)
        )
}

/// Whether the value is a `struct group_filter`.
const fn is_source_filter(level: i32, name: i32) -> bool {
    matches!((level, name), (libc::IPPROTO_IP | libc::IPPROTO_IPV6, libc::MCAST_MSFILTER))
}

/// Whether the value names memory that the kernel writes to while the socket lives.
const fn shares_memory(level: i32, name: i32) -> bool {
    matches!(
        (level, name),
        (c::SOL_XDP, c::XDP_UMEM_REG) | (c::SOL_RDS, c::RDS_GET_MR | c::RDS_GET_MR_FOR_DEST)
    )
}

/// Whether a control message names memory that the kernel writes to, or lets a peer write to.
pub(crate) const fn control_names_memory(level: i32, kind: i32) -> bool {
    matches!(
        (level, kind),
        (
            c::SOL_RDS,
            c::RDS_CMSG_RDMA_ARGS
                | c::RDS_CMSG_RDMA_MAP
                | c::RDS_CMSG_ATOMIC_FADD
                | c::RDS_CMSG_ATOMIC_CSWP
                | c::RDS_CMSG_MASKED_ATOMIC_FADD
                | c::RDS_CMSG_MASKED_ATOMIC_CSWP
        )
    )
}

/// Fills `filter`, a `struct group_filter`, with as many sources as it says that it has room for.
pub(crate) fn get_source_filter(
    fd: BorrowedFd<'_>,
    level: i32,
    name: i32,
    filter: &mut [u8],
) -> io::Result<()> {
    if !is_source_filter(level, name) {
        return Err(needs_its_type(level, name));
    }
    let hosts = mem::offset_of!(libc::group_source_req, gsr_source) + 8;
    let count = filter.get(hosts - 4..hosts).and_then(|count| count.first_chunk());
    let room = filter.len().saturating_sub(hosts) / mem::size_of::<libc::sockaddr_storage>();
    if count.is_none_or(|count| u32::from_ne_bytes(*count) as usize > room) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut len = length(filter.len());
    // SAFETY: `filter` is valid for writes of the header that MCAST_MSFILTER has and of as many
    // addresses as its count says, which was checked above.
    call("getsockopt", || unsafe {
        libc::getsockopt(fd.as_raw_fd(), level, name, filter.as_mut_ptr().cast(), &raw mut len)
    })
    .map(drop)
}

/// How many bytes of what was sent the peer has not acknowledged: man 7 tcp.
pub(crate) fn send_queue(fd: BorrowedFd<'_>) -> io::Result<usize> {
    let mut queued = 0_i32;
    // SAFETY: SIOCOUTQ, which has the number of TIOCOUTQ, writes one int, which `queued` is.
    call("ioctl", || unsafe { libc::ioctl(fd.as_raw_fd(), libc::TIOCOUTQ, &raw mut queued) })?;
    Ok(usize::try_from(queued).unwrap_or(0))
}

/// Dissolves the association of a socket; that of a TCP socket by a reset: man 2 connect.
pub(crate) fn disconnect(fd: BorrowedFd<'_>) -> io::Result<()> {
    connect(fd, &RawAddress::new(0, &[0; 14]))
}

/// Asks for a flow label with a `struct in6_flowlabel_req`, in which the kernel puts the label.
pub(crate) fn lease_flow_label(fd: BorrowedFd<'_>, lease: &mut [u8]) -> io::Result<()> {
    let len = length(lease.len());
    // SAFETY: `lease` is valid for reads and writes of `len` bytes.
    call("setsockopt", || unsafe {
        libc::setsockopt(
            fd.as_raw_fd(),
            libc::IPPROTO_IPV6,
            libc::IPV6_FLOWLABEL_MGR,
            lease.as_mut_ptr().cast(),
            len,
        )
    })
    .map(drop)
}

/// Fills `room` from the socket's filter and returns how many instructions it has.
pub(crate) fn get_filter(fd: BorrowedFd<'_>, room: &mut [[u8; 8]]) -> io::Result<usize> {
    let capacity = room.len();
    let mut len = length(capacity);
    // SAFETY: `room` is valid for writes of `len` instructions of 8 bytes each, which is what the
    // kernel counts for this option: it fails when the filter has more.
    call("getsockopt", || unsafe {
        libc::getsockopt(
            fd.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_GET_FILTER,
            room.as_mut_ptr().cast(),
            &raw mut len,
        )
    })?;
    Ok((len as usize).min(capacity))
}

/// Where memory is, as the structs of options have it.
pub(crate) fn address_of<T>(memory: *const T) -> u64 {
    u64::try_from(memory.expose_provenance()).unwrap_or(u64::MAX)
}

/// Sets an option whose value names memory that the kernel writes to, now or later. The callers
/// name memory of atomics that is never freed.
pub(crate) fn set_option_sharing(
    fd: BorrowedFd<'_>,
    level: i32,
    name: i32,
    value: &[u8],
) -> io::Result<()> {
    if !shares_memory(level, name) {
        return Err(needs_its_type(level, name));
    }
    let len = length(value.len());
    // SAFETY: `value` is valid for reads of its length, and this option does not write there. The
    // memory that it names is shared with
    // the kernel as with another thread, which its type (`&'static [AtomicU8]`) allows.
    call("setsockopt", || unsafe {
        libc::setsockopt(fd.as_raw_fd(), level, name, value.as_ptr().cast(), len)
    })
    .map(drop)
}

/// A descriptor of the process that is the socket's peer, close-on-exec from birth.
pub(crate) fn peer_process(fd: BorrowedFd<'_>) -> io::Result<OwnedFd> {
    let mut value = (-1_i32).to_ne_bytes();
    let len = get_option(fd, libc::SOL_SOCKET, c::SO_PEERPIDFD, &mut value)?;
    match i32::from_ne_bytes(value) {
        process if len == value.len() && process >= 0 => Ok(from_raw(process)),
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

/// The clock that `std::time::Instant` reads.
pub(super) const MONOTONIC: libc::clockid_t = libc::CLOCK_MONOTONIC;

#[inline]
pub(crate) fn clock_coarse() -> u64 {
    super::read_clock(libc::CLOCK_MONOTONIC_COARSE)
}

pub(crate) fn clock_coarse_lag() -> u64 {
    static LAG: OnceLock<u64> = OnceLock::new();
    *LAG.get_or_init(|| 4 * super::clock_resolution(libc::CLOCK_MONOTONIC_COARSE))
}

/// A descriptor that becomes readable when the time it is set to has come: man 2 timerfd_create.
pub(crate) fn alarm_clock() -> io::Result<OwnedFd> {
    let flags = libc::TFD_CLOEXEC | libc::TFD_NONBLOCK;
    // SAFETY: takes integers only.
    let fd =
        call("timerfd_create", || unsafe { libc::timerfd_create(libc::CLOCK_MONOTONIC, flags) })?;
    Ok(from_raw(fd))
}

/// Sets an alarm clock to a moment of the monotonic clock, in nanoseconds.
pub(crate) fn set_alarm_clock(fd: BorrowedFd<'_>, at: u64) -> io::Result<()> {
    // A time of zero would disarm it; a second of 2^63 does not come.
    let at = at.max(1);
    let time = libc::timespec {
        tv_sec: c::time_t::try_from(at / 1_000_000_000).unwrap_or(c::time_t::MAX),
        tv_nsec: libc::c_long::try_from(at % 1_000_000_000).unwrap_or(0),
    };
    let never = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    let setting = libc::itimerspec { it_interval: never, it_value: time };
    // SAFETY: `setting` is an itimerspec that the call reads; the null says that the old one is
    // not asked for.
    call("timerfd_settime", || unsafe {
        libc::timerfd_settime(
            fd.as_raw_fd(),
            libc::TFD_TIMER_ABSTIME,
            &raw const setting,
            std::ptr::null_mut(),
        )
    })
    .map(drop)
}

/// The context of this virtual machine: man 7 vsock.
pub(crate) fn local_cid() -> io::Result<u32> {
    const REQUEST: libc::Ioctl = super::c::IOCTL_VM_SOCKETS_GET_LOCAL_CID as libc::Ioctl;
    let device = File::open("/dev/vsock")?;
    let mut cid = 0_u32;
    // SAFETY: the request writes one unsigned int, which `cid` is.
    call("ioctl", || unsafe { libc::ioctl(device.as_raw_fd(), REQUEST, &raw mut cid) })?;
    Ok(cid)
}

/// Sends up to `most` bytes of a file from `offset` on, and leaves its position: man 2 sendfile.
pub(crate) fn send_file(
    socket: BorrowedFd<'_>,
    file: BorrowedFd<'_>,
    offset: u64,
    most: usize,
) -> io::Result<usize> {
    without_pipe_signal(most, || {
        call_again("sendfile", || {
            let mut offset = file_offset(offset);
            // SAFETY: `offset` is an integer that the call may write.
            unsafe { libc::sendfile64(socket.as_raw_fd(), file.as_raw_fd(), &raw mut offset, most) }
        })
        .map(count)
    })
}
