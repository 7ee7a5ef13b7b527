//! What a socket is and how it is set: options, addresses, inheritance.

use super::Socket;
use super::connect::unnamed;
use crate::address::Address;
use crate::constant::{Family, Kind, Protocol};
use crate::option::{Decode, Encode, Query, Readable, SocketOption, Writable};
use crate::sys;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};

impl Socket {
    /// What the kernel says that a descriptor is, before it is adopted: the adoption of one that is
    /// no socket closes it.
    ///
    /// ```
    /// use berkeley_core::{Family, Kind, Socket};
    /// use std::os::fd::OwnedFd;
    ///
    /// fn is_listener_of_ours(fd: &OwnedFd) -> bool {
    ///     Socket::detect(fd).is_ok_and(|(family, kind, _)| {
    ///         (family, kind) == (Family::UNIX, Kind::STREAM)
    ///     })
    /// }
    /// # assert!(!is_listener_of_ours(&std::fs::File::open("Cargo.toml").unwrap().into()));
    /// ```
    ///
    /// # Errors
    /// `ENOTSOCK` when the descriptor is no socket.
    ///
    /// # Platforms
    /// The protocol is told on Linux alone; elsewhere it is [`Protocol::DEFAULT`].
    pub fn detect(fd: impl AsFd) -> io::Result<(Family, Kind, Protocol)> {
        detect(fd.as_fd())
    }

    /// Reads an option: getsockopt(2).
    ///
    /// ```
    /// # use berkeley_core::{option, Family, Kind, Protocol, Socket};
    /// # let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT)?;
    /// assert_eq!(socket.get(option::socket::Type)?, Kind::STREAM);
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// `ENOPROTOOPT` when the socket has no such option.
    #[doc(alias = "getsockopt")]
    pub fn get<O>(&self, _: O) -> io::Result<<O::Codec as Decode>::Value>
    where
        O: SocketOption<Codec: Decode, Access: Readable>,
    {
        read_option::<O>(self.as_fd())
    }

    /// Writes an option: setsockopt(2).
    ///
    /// ```
    /// # use berkeley_core::{option, Family, Kind, Protocol, Socket};
    /// # let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT)?;
    /// socket.set(option::tcp::NoDelay, true)?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    /// `ENOPROTOOPT` when the socket has no such option, `EINVAL` for a value that it does not
    /// take, `InvalidInput` for one that does not fit the kernel's type.
    #[doc(alias = "setsockopt")]
    pub fn set<'v, O>(&self, _: O, value: <O::Codec as Encode<'v>>::Value) -> io::Result<()>
    where
        O: SocketOption<Codec: Encode<'v>, Access: Writable>,
    {
        O::Codec::set(self.as_fd(), O::LEVEL, O::NAME, value)
    }

    /// Asks an option a question: getsockopt(2), for the few options that read the buffer before
    /// they write it.
    ///
    /// # Errors
    /// `ENOPROTOOPT` when the socket has no such option, `EINVAL` for a question that it does not
    /// understand, `InvalidInput` for one that does not fit the kernel's type.
    #[doc(alias = "getsockopt")]
    pub fn query<'v, O>(
        &self,
        _: O,
        question: <O::Codec as Query<'v>>::Question,
    ) -> io::Result<<O::Codec as Query<'v>>::Answer>
    where
        O: SocketOption<Codec: Query<'v>>,
    {
        O::Codec::query(self.as_fd(), O::LEVEL, O::NAME, question)
    }

    /// Reads any option that is an int to the kernel.
    ///
    /// ```
    /// # use berkeley_core::{Family, Kind, Protocol, Socket, constant, constant::Value};
    /// # let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT)?;
    /// // Numbers from the libc crate, or by name.
    /// let number = |name| match constant::lookup(name) {
    ///     Some(Value::Integer(number)) => i32::try_from(number).ok(),
    ///     _ => None,
    /// };
    /// let level = number("SOL_SOCKET").expect("every system has it");
    /// let name = number("SO_KEEPALIVE").expect("every system has it");
    /// socket.set_int(level, name, 1)?;
    /// assert_ne!(socket.get_int(level, name)?, 0);
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// An option that is used more than once is better given a type: see
    /// [`SocketOption`].
    ///
    /// # Errors
    /// `ENOPROTOOPT` when the socket has no such option, `InvalidData` when it is no int.
    pub fn get_int(&self, level: i32, name: i32) -> io::Result<i32> {
        i32::get(self.as_fd(), level, name)
    }

    /// Writes any option that is an int to the kernel: the example is at
    /// [`get_int`](Self::get_int).
    ///
    /// # Errors
    /// `ENOPROTOOPT` when the socket has no such option, `EINVAL` for a value that it does not take.
    pub fn set_int(&self, level: i32, name: i32, value: i32) -> io::Result<()> {
        i32::set(self.as_fd(), level, name, value)
    }

    /// Reads any option into `value` and returns the part that the kernel filled.
    ///
    /// # Errors
    /// `ENOPROTOOPT` when the socket has no such option, `InvalidInput` for the few with which the
    /// kernel would write past `value`, or to addresses in it: those of use here have types.
    pub fn get_raw<'v>(
        &self,
        level: i32,
        name: i32,
        value: &'v mut [u8],
    ) -> io::Result<&'v mut [u8]> {
        let len = sys::get_option(self.as_fd(), level, name, value)?;
        Ok(&mut value[..len])
    }

    /// Writes any option from bytes, in the kernel's own layout.
    ///
    /// # Errors
    /// `ENOPROTOOPT` when the socket has no such option, `EINVAL` for bytes that it does not take,
    /// `InvalidInput` for the few that name memory which the kernel would write to: those of use
    /// here have types.
    pub fn set_raw(&self, level: i32, name: i32, value: &[u8]) -> io::Result<()> {
        sys::set_option(self.as_fd(), level, name, value)
    }

    /// Writes an option that takes no value but a length: setsockopt(2) with a null pointer.
    ///
    /// # Errors
    /// As [`set_raw`](Self::set_raw); `EFAULT` for options that do take a value.
    pub fn set_null(&self, level: i32, name: i32, len: usize) -> io::Result<()> {
        sys::set_option_null(self.as_fd(), level, name, len)
    }

    /// The socket's own address: getsockname(2).
    ///
    /// # Errors
    /// What the kernel reports; families without addresses of their own do.
    #[doc(alias = "getsockname")]
    pub fn local_addr(&self) -> io::Result<Address> {
        let address = sys::local_address(self.as_fd())?;
        Ok(Address::decode(&address, self.protocol).unwrap_or_else(|| unnamed(self.family)))
    }

    /// The address of the socket's peer: getpeername(2).
    ///
    /// # Errors
    /// `NotConnected` when there is none.
    #[doc(alias = "getpeername")]
    pub fn peer_addr(&self) -> io::Result<Address> {
        let address = sys::peer_address(self.as_fd())?;
        Ok(Address::decode(&address, self.protocol).unwrap_or_else(|| unnamed(self.family)))
    }

    /// Takes the error that the socket has to tell, of a connect or a datagram that failed:
    /// `SO_ERROR`. It is told once.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    #[doc(alias = "SO_ERROR")]
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.get(crate::option::socket::Error)
    }

    /// Whether a program that this process executes keeps the descriptor (`FD_CLOEXEC` off).
    ///
    /// # Errors
    /// When the descriptor's flags cannot be read.
    pub fn is_inheritable(&self) -> io::Result<bool> {
        sys::is_inheritable(self.as_fd())
    }

    /// Sets whether a program that this process executes keeps the descriptor: `FD_CLOEXEC`, off
    /// if it does.
    ///
    /// # Errors
    /// When the descriptor's flags cannot be set.
    pub fn set_inheritable(&self, inheritable: bool) -> io::Result<()> {
        sys::set_inheritable(self.as_fd(), inheritable)
    }
}

fn read_option<O>(fd: BorrowedFd<'_>) -> io::Result<<O::Codec as Decode>::Value>
where
    O: SocketOption<Codec: Decode>,
{
    O::Codec::get(fd, O::LEVEL, O::NAME)
}

/// What the kernel says that a descriptor is.
#[cfg(linux_like)]
fn detect(fd: BorrowedFd<'_>) -> io::Result<(Family, Kind, Protocol)> {
    use crate::option::socket;
    Ok((
        read_option::<socket::Domain>(fd)?,
        read_option::<socket::Type>(fd)?,
        read_option::<socket::Protocol>(fd)?,
    ))
}

/// What the kernel says that a descriptor is. It does not tell the protocol here.
#[cfg(not(linux_like))]
fn detect(fd: BorrowedFd<'_>) -> io::Result<(Family, Kind, Protocol)> {
    let kind = read_option::<crate::option::socket::Type>(fd)?;
    let family = sys::local_address(fd)?
        .family()
        .map_or(Family::UNSPEC, |family| Family::from_raw(i32::from(family)));
    Ok((family, kind, Protocol::DEFAULT))
}
