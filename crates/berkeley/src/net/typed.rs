//! What the typed sockets have in common: a macro for each role.

/// A type over `Socket` that only sockets of some kinds and families, and maybe protocols, can be, and
/// the type of their addresses.
macro_rules! typed_sockets {
    ($(
        $(#[doc = $doc:literal])*
        $name:ident: $($kind:ident)|+ of $($family:ident)|+, $address:ty $(, $($protocol:ident)|+)?;
    )*) => { $(
        $(#[doc = $doc])*
        #[derive(Debug)]
        pub struct $name(pub(in crate::net) $crate::Socket);

        impl $name {
            /// The socket's own address: getsockname(2).
            ///
            /// # Errors
            /// As [`Socket::local_addr`](crate::Socket::local_addr).
            pub fn local_addr(&self) -> std::io::Result<$address> {
                $crate::socket::Spoken::read(Some(self.0.local_addr()?))
            }

            /// The address of the socket's peer: getpeername(2).
            ///
            /// # Errors
            /// `NotConnected` when there is none.
            pub fn peer_addr(&self) -> std::io::Result<$address> {
                $crate::socket::Spoken::read(Some(self.0.peer_addr()?))
            }

            /// The socket within.
            #[must_use]
            pub fn into_socket(self) -> $crate::Socket {
                self.0
            }

            /// Gives the descriptor up, open and non-blocking.
            #[must_use]
            pub fn into_fd(self) -> std::os::fd::OwnedFd {
                self.0.into_fd()
            }

            /// Closes the socket and tells the error; dropping it closes it silently.
            ///
            /// # Errors
            /// As [`Socket::close`](crate::Socket::close).
            pub fn close(self) -> std::io::Result<()> {
                self.0.close()
            }
        }

        impl std::ops::Deref for $name {
            type Target = $crate::Socket;

            fn deref(&self) -> &$crate::Socket {
                &self.0
            }
        }

        impl AsRef<$crate::Socket> for $name {
            fn as_ref(&self) -> &$crate::Socket {
                &self.0
            }
        }

        impl std::os::fd::AsFd for $name {
            fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
                self.0.as_fd()
            }
        }

        impl std::os::fd::AsRawFd for $name {
            fn as_raw_fd(&self) -> std::os::fd::RawFd {
                self.0.as_raw_fd()
            }
        }

        impl From<$name> for $crate::Socket {
            fn from(typed: $name) -> Self {
                typed.0
            }
        }

        impl From<$name> for std::os::fd::OwnedFd {
            fn from(typed: $name) -> Self {
                typed.0.into_fd()
            }
        }

        /// Fails with `InvalidInput` for a socket of another family, kind or protocol.
        impl TryFrom<$crate::Socket> for $name {
            type Error = std::io::Error;

            fn try_from(socket: $crate::Socket) -> std::io::Result<Self> {
                let families = [$(berkeley_core::Family::$family),+];
                let protocols = &[$($(berkeley_core::Protocol::$protocol),+)?];
                let kinds = &[$(berkeley_core::Kind::$kind),+];
                $crate::net::check(&socket, stringify!($name), kinds, &families, protocols)?;
                Ok(Self(socket))
            }
        }

        /// Asks the kernel what the descriptor is, and makes it non-blocking.
        impl TryFrom<std::os::fd::OwnedFd> for $name {
            type Error = std::io::Error;

            fn try_from(fd: std::os::fd::OwnedFd) -> std::io::Result<Self> {
                $crate::Socket::from_fd(fd)?.try_into()
            }
        }
    )* };
}
pub(super) use typed_sockets;

/// What accepts connections, their type, and that of their addresses.
macro_rules! listeners {
    ($( $listener:ident accepts $stream:ident, $address:ty; )*) => { $(
        impl $listener {
            /// Takes the next connection, and whose it is: accept4(2).
            ///
            /// # Errors
            /// As [`Socket::accept`](crate::Socket::accept).
            ///
            /// # Cancel safety
            /// Dropped, it has taken no connection.
            pub fn accept(
                &self,
            ) -> $crate::Op<
                '_,
                impl $crate::Attempt<Output = ($stream, $address), Error = std::io::Error>
                + Unpin
                + use<'_>,
            > {
                self.0.accept_as($stream)
            }

            /// Takes the next connection if there is one.
            ///
            /// # Errors
            /// As [`accept`](Self::accept); `WouldBlock`.
            pub fn try_accept(&self) -> std::io::Result<($stream, $address)> {
                self.0.try_accept_as($stream)
            }

            /// [`accept`](Self::accept) as a poll function. Of several tasks that poll, the last
            /// is woken.
            ///
            /// # Errors
            /// As [`accept`](Self::accept).
            pub fn poll_accept(
                &self,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<($stream, $address)>> {
                self.0.poll_accept_as(cx, $stream)
            }

            /// The connections one after another, through all errors that pass.
            #[must_use]
            pub fn incoming(&self) -> $crate::Incoming<'_, $stream, $address> {
                $crate::Incoming::new(&self.0, $stream)
            }
        }

        impl $crate::Listener for $listener {
            type Stream = $stream;
            type Address = $address;

            fn poll_accept(
                &self,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<($stream, $address)>> {
                self.poll_accept(cx)
            }

            fn try_accept(&self) -> std::io::Result<($stream, $address)> {
                self.try_accept()
            }
        }
    )* };
}
pub(super) use listeners;

/// Listeners at addresses of one family, and connections to them.
#[cfg(linux_like)]
macro_rules! connections {
    ($(
        $listener:ident, $stream:ident:
        $kind:ident of $family:ident, $address:ty $(, $protocol:ident)?;
    )*) => { $(
        impl $listener {
            /// Listens at an address.
            ///
            /// # Errors
            /// As [`Socket::bind`](crate::Socket::bind) and
            /// [`Socket::listen`](crate::Socket::listen).
            pub fn bind(address: $address) -> std::io::Result<Self> {
                let protocols = &[$(berkeley_core::Protocol::$protocol)?];
                let (family, kind) = (berkeley_core::Family::$family, berkeley_core::Kind::$kind);
                let socket = $crate::net::open(family, kind, protocols)?;
                socket.bind(address)?;
                socket.listen($crate::net::BACKLOG)?;
                Ok(Self(socket))
            }
        }

        impl $stream {
            /// Connects to a peer. For an own address or anything else that must be set first,
            /// connect a [`Socket`](crate::Socket) and make that one of these by `try_from`.
            ///
            /// # Errors
            /// As [`Socket::connect`](crate::Socket::connect).
            ///
            /// # Cancel safety
            /// Dropped, the connection is given up.
            pub async fn connect(address: $address) -> std::io::Result<Self> {
                let protocols = &[$(berkeley_core::Protocol::$protocol)?];
                let (family, kind) = (berkeley_core::Family::$family, berkeley_core::Kind::$kind);
                let socket = $crate::net::open(family, kind, protocols)?;
                socket.connect(address).await?;
                Ok(Self(socket))
            }
        }
    )* };
}
#[cfg(linux_like)]
pub(super) use connections;

/// What receives messages, and the type of their senders' addresses.
macro_rules! receivers {
    ($( $name:ident from $address:ty; )*) => { $(
        impl $name {
            /// Receives one message, and where it came from: recvfrom(2). What does not fit into
            /// `buffer` is lost.
            ///
            /// # Errors
            /// As [`Socket::recv_from`](crate::Socket::recv_from).
            ///
            /// # Cancel safety
            /// A dropped receive has taken nothing.
            pub fn recv_from<'a>(
                &'a self,
                buffer: &'a mut [u8],
            ) -> $crate::Op<
                'a,
                impl $crate::Attempt<Output = (usize, $address), Error = std::io::Error>
                + Unpin
                + use<'a>,
            > {
                self.0.recv_from_as(buffer, $crate::MsgFlags::empty())
            }

            /// Receives one message with flags, and where it came from.
            ///
            /// # Errors
            /// As [`recv_from`](Self::recv_from).
            ///
            /// # Cancel safety
            /// A dropped receive has taken nothing.
            pub fn recv_from_with_flags<'a>(
                &'a self,
                buffer: &'a mut [u8],
                flags: $crate::MsgFlags,
            ) -> $crate::Op<
                'a,
                impl $crate::Attempt<Output = (usize, $address), Error = std::io::Error>
                + Unpin
                + use<'a>,
            > {
                self.0.recv_from_as(buffer, flags)
            }

            /// As [`recv_from`](Self::recv_from), and leaves the message where it is.
            ///
            /// # Errors
            /// As [`recv_from`](Self::recv_from).
            ///
            /// # Cancel safety
            /// It changes nothing.
            pub fn peek_from<'a>(
                &'a self,
                buffer: &'a mut [u8],
            ) -> $crate::Op<
                'a,
                impl $crate::Attempt<Output = (usize, $address), Error = std::io::Error>
                + Unpin
                + use<'a>,
            > {
                self.0.recv_from_as(buffer, $crate::MsgFlags::PEEK)
            }

            /// Receives a message if that can be done at once.
            ///
            /// # Errors
            /// As [`recv_from`](Self::recv_from); `WouldBlock`.
            pub fn try_recv_from(
                &self,
                buffer: &mut [u8],
            ) -> std::io::Result<(usize, $address)> {
                self.0.try_recv_from_as(buffer, $crate::MsgFlags::empty())
            }

            /// Peeks at a message if there is one.
            ///
            /// # Errors
            /// As [`recv_from`](Self::recv_from); `WouldBlock`.
            pub fn try_peek_from(
                &self,
                buffer: &mut [u8],
            ) -> std::io::Result<(usize, $address)> {
                self.0.try_recv_from_as(buffer, $crate::MsgFlags::PEEK)
            }

            /// [`recv_from`](Self::recv_from) as a poll function. Of several tasks that poll, the
            /// last is woken.
            ///
            /// # Errors
            /// As [`recv_from`](Self::recv_from).
            pub fn poll_recv_from(
                &self,
                cx: &mut std::task::Context<'_>,
                buffer: &mut [u8],
            ) -> std::task::Poll<std::io::Result<(usize, $address)>> {
                self.0.poll_recv_from_as(cx, buffer, $crate::MsgFlags::empty())
            }

            /// [`peek_from`](Self::peek_from) as a poll function. Of several tasks that poll, the
            /// last is woken.
            ///
            /// # Errors
            /// As [`recv_from`](Self::recv_from).
            pub fn poll_peek_from(
                &self,
                cx: &mut std::task::Context<'_>,
                buffer: &mut [u8],
            ) -> std::task::Poll<std::io::Result<(usize, $address)>> {
                self.0.poll_recv_from_as(cx, buffer, $crate::MsgFlags::PEEK)
            }

            /// [`readable`](crate::Socket::readable) as a poll function.
            ///
            /// # Errors
            /// As [`Socket::ready`](crate::Socket::ready).
            pub fn poll_recv_ready(
                &self,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                self.0.poll_ready(cx, $crate::Interest::Readable)
            }

            /// [`writable`](crate::Socket::writable) as a poll function.
            ///
            /// # Errors
            /// As [`Socket::ready`](crate::Socket::ready).
            pub fn poll_send_ready(
                &self,
                cx: &mut std::task::Context<'_>,
            ) -> std::task::Poll<std::io::Result<()>> {
                self.0.poll_ready(cx, $crate::Interest::Writable)
            }
        }
    )* };
}
pub(super) use receivers;
