//! Control messages (ancillary data): what travels beside the bytes of a message, such as
//! descriptors, credentials, timestamps, the interface a datagram came by, errors of the path.
//!
//! To send some, put them into a [`SendBuffer`] for [`Socket::send_msg`](crate::Socket::send_msg);
//! to receive some, give [`Socket::recv_msg`](crate::Socket::recv_msg) a [`RecvBuffer`] with room
//! for them, having asked for them by an option.
//!
//! A message is a type: [`ControlMessage`] says its level and number, [`Encode`] and [`Decode`]
//! its payload, for each direction in which it travels. The traits are open: a message that has no
//! type here can be given one. What was received is listed as [`Control`], and what is not known
//! is kept as [`Control::Unknown`].
//!
//! ```
//! use berkeley_core::control::{RecvBuffer, SendBuffer, cmsg_space};
//! use berkeley_core::{Family, Kind, MsgFlags, Protocol, Socket};
//! use std::io::{IoSlice, IoSliceMut};
//! use std::os::fd::AsFd;
//!
//! # fn main() -> std::io::Result<()> {
//! let (here, there) = Socket::pair(Family::UNIX, Kind::STREAM, Protocol::DEFAULT)?;
//!
//! let mut control = SendBuffer::new();
//! control.push_rights(&[here.as_fd()])?;
//! here.send_msg(&[IoSlice::new(b"x")], &control, MsgFlags::empty(), None)?;
//!
//! let mut control = RecvBuffer::with_capacity(cmsg_space(4)?);
//! let mut byte = [0];
//! let received = there.recv_msg(&mut [IoSliceMut::new(&mut byte)], &mut control, MsgFlags::empty())?;
//! assert!(!received.is_control_truncated());
//! assert_eq!(control.take_rights().len(), 1);
//! # Ok(())
//! # }
//! ```
//!
//! | file | messages |
//! |---|---|
//! | `buffer.rs` | the buffers, which own or borrow descriptors |
//! | `unix.rs` | credentials, security labels |
//! | `socket.rs`, `time.rs` | of every family: drop counts, marks, timestamps, times of departure |
//! | `error.rs` | the error queue |
//! | `ip.rs`, `ipv6.rs`, `tcp.rs`, `udp.rs`, `sctp.rs`, `tls.rs` | of the internet protocols |
//! | `alg.rs`, `bluetooth.rs`, `j1939.rs`, `netlink.rs`, `packet.rs`, `rds.rs`, `tipc.rs` | of their family |
//! | `bsd.rs` | what only the BSDs have |

mod buffer;
mod known;
mod length;

#[cfg(linux_like)]
pub mod alg;
#[cfg(linux_like)]
pub mod bluetooth;
#[cfg(bsd)]
pub mod bsd;
#[cfg(linux_like)]
mod error;
mod ip;
mod ipv6;
#[cfg(linux_like)]
pub mod j1939;
#[cfg(linux_like)]
pub mod netlink;
#[cfg(linux_like)]
pub mod packet;
#[cfg(linux_like)]
pub mod rds;
#[cfg(linux_like)]
pub mod sctp;
#[cfg(linux_like)]
mod socket;
#[cfg(linux_like)]
pub mod tcp;
mod time;
#[cfg(linux_like)]
pub mod tipc;
#[cfg(linux_like)]
pub mod tls;
#[cfg(linux_like)]
pub mod udp;
#[cfg(linux_like)]
mod unix;

pub use crate::sys::Payload;
pub use buffer::{RecvBuffer, SendBuffer};
#[cfg(linux_like)]
pub use error::{Error4, Error6, ErrorOrigin, ExtendedError, J1939Error, VsockError, ZeroCopied};
pub use ip::*;
pub use ipv6::*;
pub use known::{Control, Messages, Raw};
pub use length::{ControlLengthError, cmsg_len, cmsg_space};
#[cfg(linux_like)]
pub use socket::*;
pub use time::*;
#[cfg(linux_like)]
pub use unix::*;

/// A kind of control message: the level and the number that mark it in a message header.
pub trait ControlMessage {
    /// The level: `SOL_SOCKET`, `IPPROTO_IP`, …
    const LEVEL: i32;
    /// The number within the level: `SCM_RIGHTS`, `IP_PKTINFO`, …
    const KIND: i32;
}

/// A control message that can be sent.
pub trait Encode: ControlMessage {
    /// Appends the payload, as the kernel lays it out.
    fn encode(&self, payload: &mut Payload<'_>);
}

/// A control message that can be received.
pub trait Decode: ControlMessage + Sized {
    /// Reads the payload; `None` when it is not what this message has, such as one that was cut.
    fn decode(payload: &[u8]) -> Option<Self>;
}

/// An address within a payload.
fn address(bytes: &[u8]) -> Option<crate::Address> {
    crate::Address::from_sockaddr(bytes, crate::Protocol::DEFAULT)
}

/// Rows of messages whose payload is one number: `Name(value type as the kernel's type):
/// directions = CONSTANT;`. The directions are `sent`, `received` or `both`.
macro_rules! numbers {
    (
        $level:ident;
        $(
            $(#[doc $($doc:tt)*])*
            $name:ident($value:ty as $wire:ty): $direction:ident = $constant:ident;
        )*
    ) => { $(
        $(#[doc $($doc)*])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub $value);

        impl $crate::control::ControlMessage for $name {
            const LEVEL: i32 = $crate::sys::c::$level;
            const KIND: i32 = $crate::sys::c::$constant;
        }

        $crate::control::numbers!(@$direction $name($value as $wire));
    )* };
    (@both $name:ident($value:ty as $wire:ty)) => {
        $crate::control::numbers!(@sent $name($value as $wire));
        $crate::control::numbers!(@received $name($value as $wire));
    };
    (@sent $name:ident($value:ty as $wire:ty)) => {
        impl $crate::control::Encode for $name {
            fn encode(&self, payload: &mut $crate::control::Payload<'_>) {
                payload.extend_from_slice(&<$wire>::from(self.0).to_ne_bytes());
            }
        }
    };
    (@received $name:ident($value:ty as $wire:ty)) => {
        impl $crate::control::Decode for $name {
            fn decode(payload: &[u8]) -> Option<Self> {
                let wire = <$wire>::from_ne_bytes(*payload.first_chunk()?);
                <$value>::try_from(wire).ok().map(Self)
            }
        }
    };
}
use numbers;

/// Says the level and number of messages that have more than a number.
macro_rules! message {
    ($name:ident$(<$lifetime:lifetime>)? = $level:ident, $constant:ident) => {
        impl$(<$lifetime>)? $crate::control::ControlMessage for $name$(<$lifetime>)? {
            const LEVEL: i32 = $crate::sys::c::$level;
            const KIND: i32 = $crate::sys::c::$constant;
        }
    };
}
use message;

/// A message whose payload is kept as bytes, in both directions.
macro_rules! bytes {
    (
        $level:ident;
        $( $(#[doc $($doc:tt)*])* $name:ident: $direction:ident = $constant:ident; )*
    ) => { $(
        $(#[doc $($doc)*])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(pub Vec<u8>);

        $crate::control::message!($name = $level, $constant);
        $crate::control::bytes!(@$direction $name);
    )* };
    (@both $name:ident) => {
        $crate::control::bytes!(@sent $name);
        $crate::control::bytes!(@received $name);
    };
    (@sent $name:ident) => {
        impl $crate::control::Encode for $name {
            fn encode(&self, payload: &mut $crate::control::Payload<'_>) {
                payload.extend_from_slice(&self.0);
            }
        }
    };
    (@received $name:ident) => {
        impl $crate::control::Decode for $name {
            fn decode(payload: &[u8]) -> Option<Self> {
                Some(Self(payload.to_vec()))
            }
        }
    };
}
use bytes;
