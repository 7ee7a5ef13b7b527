//! Socket options as types: `socket.get(option::tcp::NoDelay)`, `socket.set(option::tcp::NoDelay,
//! true)`.
//!
//! One level a file. Each option is a unit type that knows its level, its name, what its value is
//! (a [`codec`]) and whether it can be read, written or both; asking for what it cannot is a
//! compile error. An option that has no type here can be given one ([`SocketOption`] shows how), or
//! is reached by its numbers: [`Socket::get_int`](crate::Socket::get_int) and
//! [`set_int`](crate::Socket::set_int), [`get_raw`](crate::Socket::get_raw) and
//! [`set_raw`](crate::Socket::set_raw).

#[cfg(linux_like)]
pub mod alg;
#[cfg(linux_like)]
pub mod bluetooth;
#[cfg(linux_like)]
pub mod can;
pub mod codec;
#[cfg(linux_like)]
pub mod icmp;
pub mod ip;
pub mod ipv6;
#[cfg(linux_like)]
pub mod isotp;
#[cfg(linux_like)]
pub mod j1939;
#[cfg(linux_like)]
pub mod mptcp;
#[cfg(any(linux_like, apple, freebsd))]
mod multicast;
#[cfg(linux_like)]
pub mod netlink;
#[cfg(linux_like)]
pub mod packet;
#[cfg(linux_like)]
mod path_mtu;
#[cfg(linux_like)]
pub mod rds;
#[cfg(linux_like)]
pub mod sctp;
pub mod socket;
#[cfg(linux_like)]
mod source_filter;
pub mod tcp;
#[cfg(linux_like)]
pub mod tipc;
#[cfg(linux_like)]
pub mod tls;
#[cfg(linux_like)]
pub mod udp;
#[cfg(any(linux_like, freebsd))]
pub mod udplite;
#[cfg(any(linux_like, apple, freebsd))]
pub mod unix;
#[cfg(linux_like)]
pub mod vsock;
#[cfg(linux_like)]
pub mod xdp;

pub use codec::{Decode, Encode, Query};

/// A socket option: a level and a name of getsockopt(2) and setsockopt(2), and the shape of its
/// value.
///
/// The trait is open: an option that has no type here can be given one.
///
/// ```
/// use berkeley_core::option::{SocketOption, access::ReadWrite};
/// use berkeley_core::{Family, Kind, Protocol, Socket};
///
/// struct MyOption;
///
/// impl SocketOption for MyOption {
///     type Codec = bool;
///     type Access = ReadWrite;
///     const LEVEL: i32 = 6; // IPPROTO_TCP
///     const NAME: i32 = 1; // TCP_NODELAY, for want of another
/// }
///
/// # fn main() -> std::io::Result<()> {
/// let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::TCP)?;
/// socket.set(MyOption, true)?;
/// assert!(socket.get(MyOption)?);
/// # Ok(())
/// # }
/// ```
pub trait SocketOption {
    /// How the value is written for the kernel ([`Encode`]), read back ([`Decode`]), or asked for
    /// ([`Query`]).
    type Codec;
    /// [`Readable`], [`Writable`], both or neither.
    type Access;
    /// The level: `SOL_SOCKET`, `IPPROTO_TCP`, …
    const LEVEL: i32;
    /// The name: `SO_REUSEADDR`, `TCP_NODELAY`, …
    const NAME: i32;
}

/// The access of options that can be read.
pub trait Readable {}

/// The access of options that can be written.
pub trait Writable {}

/// How options can be used.
pub mod access {
    use super::{Readable, Writable};

    /// Reading only.
    #[derive(Debug)]
    pub enum ReadOnly {}
    /// Writing only.
    #[derive(Debug)]
    pub enum WriteOnly {}
    /// Reading and writing.
    #[derive(Debug)]
    pub enum ReadWrite {}
    /// Asking a question only.
    #[derive(Debug)]
    pub enum QueryOnly {}

    impl Readable for ReadOnly {}
    impl Readable for ReadWrite {}
    impl Writable for WriteOnly {}
    impl Writable for ReadWrite {}
}

/// Rows of `Name: Codec, Access = CONSTANT;`, each with its documentation, the constant as a search
/// alias, and where it exists.
macro_rules! options {
    (
        $level:ident;
        $(
            $(#[doc $($doc:tt)*])*
            $(#[cfg($cfg:meta)])?
            $name:ident: $codec:ty, $access:ident = $constant:ident;
        )*
    ) => { $(
        $(#[doc $($doc)*])*
        $(#[cfg($cfg)])?
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name;

        $(#[cfg($cfg)])?
        impl $crate::option::SocketOption for $name {
            type Codec = $codec;
            type Access = $crate::option::access::$access;
            const LEVEL: i32 = $crate::sys::c::$level;
            const NAME: i32 = $crate::sys::c::$constant;
        }
    )* };
}
use options;
