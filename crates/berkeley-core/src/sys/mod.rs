//! The only place where this crate talks to an operating system, and the only unsafe code in it.
//!
//! Each platform provides the functions below; `unix.rs` has what every Unix does alike,
//! `file.rs` how files are read for sending, `splice.rs` pipes, `batch.rs` many
//! messages in one call,
//! `creation.rs` what Linux and the BSDs do, and `linux.rs`, `bsd.rs` and `apple.rs` what they do
//! differently. All of them go through
//! [`call`], the one door, so that a test build can make any system call fail. `names.rs`,
//! `hosts.rs` and `databases.rs` ask the C library, which makes system calls of its own.
//!
//! | group | functions |
//! |---|---|
//! | making | `socket`, `socket_pair`, `accept`, `duplicate`, `close` |
//! | naming | `bind`, `connect`, `listen`, `local_address`, `peer_address` |
//! | moving bytes | `recv`, `recv_uninit`, `recv_message`, `send`, `send_to`, `send_message`, `recv_messages`, `send_messages` |
//! | files and pipes | `seek`, `read`, `read_at`, `lock_file`, `send_file`; on Linux `pipe`, `pipe_capacity`, `set_pipe_capacity`, `splice`, `splice_out`, `tee` |
//! | waiting | `poll`, `pause`, `is_peer_closed` |
//! | ending | `shutdown`, `disconnect`, `send_queue` |
//! | state | `get_option`, `set_option`, `set_option_null`, `is_nonblocking`, `set_nonblocking`, `is_inheritable`, `set_inheritable` |
//! | options of Linux that are more than bytes | `get_filter`, `get_source_filter`, `lease_flow_label`, `SocketMapping`, `peer_process` |
//! | interfaces | `interface_index`, `interface_name`, `interfaces` |
//! | lookups of one system | `local_cid` (Linux), `control_id` (macOS) |
//! | `names` | `addresses`, `name_info`, `eai_text`, `host_name`, `set_host_name`, `address_of_text`, `inet_of_text`, `inet6_of_text`, `text_of_address` |
//! | `hosts` | `host_by_name`, `host_by_address`, `host_error_text` |
//! | `databases` | `service_by_name`, `service_by_port`, `protocol_by_name`, `protocol_by_number` |
//! | clock | `clock_precise`, `clock_coarse`, `clock_coarse_lag`, `alarm_clock`, `set_alarm_clock` |
//!
//! Rules they all keep: descriptors are close-on-exec from birth, and non-blocking from birth
//! where asked; EINTR is retried for everything that either does not wait or waits without a
//! deadline (never for `connect`, `close` and `poll`), unless `crate::interrupt` says otherwise; no call
//! raises SIGPIPE, if those who send add `SEND_FLAGS`.

#[cfg(unix)]
mod ancillary;
mod call;
#[cfg(berkeley_faults)]
pub mod fault;
#[cfg(unix)]
mod length;
#[cfg(any(linux_like, freebsd))]
mod pipe_signal;
mod raw_address;

#[cfg(unix)]
mod batch;
#[cfg(unix)]
pub(crate) use batch::*;

#[cfg(unix)]
mod file;
#[cfg(unix)]
pub(crate) use file::*;

#[cfg(linux_like)]
mod splice;
#[cfg(linux_like)]
pub(crate) use splice::*;

#[cfg(unix)]
mod unix;
#[cfg(unix)]
pub(crate) use unix::*;

#[cfg(unix)]
pub(crate) mod databases;
#[cfg(unix)]
pub(crate) mod hosts;
#[cfg(unix)]
pub(crate) mod names;

#[cfg(any(linux_like, bsd))]
mod creation;
#[cfg(any(linux_like, bsd))]
pub(crate) use creation::*;

#[cfg(apple)]
#[path = "apple.rs"]
mod platform;
#[cfg(bsd)]
#[path = "bsd.rs"]
mod platform;
#[cfg(linux_like)]
#[path = "linux.rs"]
mod platform;
#[cfg(windows)]
#[path = "windows.rs"]
mod platform;
#[cfg(linux_like)]
mod socket_mapping;

/// The numbers of the platform's headers.
#[cfg(android)]
#[path = "android_numbers.rs"]
pub(crate) mod c;
#[cfg(linux)]
#[path = "linux_numbers.rs"]
pub(crate) mod c;
#[cfg(any(apple, bsd))]
#[path = "bsd_numbers.rs"]
pub(crate) mod c;
#[cfg(windows)]
#[path = "windows_numbers.rs"]
pub(crate) mod c;
#[cfg(android)]
mod linux_numbers;

#[cfg(unix)]
pub use ancillary::Payload;
pub(crate) use ancillary::{ControlIn, ControlOut, Entry, Walk, control_len, control_space};
pub(crate) use platform::*;
pub(crate) use raw_address::RawAddress;
#[cfg(linux_like)]
pub(crate) use socket_mapping::SocketMapping;
