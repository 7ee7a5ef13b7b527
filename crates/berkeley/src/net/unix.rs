//! Unix sockets: man 7 unix.

use super::typed::{listeners, receivers, typed_sockets};
use super::{BACKLOG, socket_for};
use crate::Socket;
use berkeley_core::{Family, Kind, Protocol, ToAddress, UnixAddress};
use std::io;

typed_sockets! {
    /// Accepts Unix stream connections.
    UnixListener: STREAM of UNIX, UnixAddress;
    /// A Unix stream connection.
    UnixStream: STREAM of UNIX, UnixAddress;
    /// Sends and receives Unix datagrams.
    UnixDatagram: DGRAM of UNIX, UnixAddress;
    /// Accepts connections that keep records apart.
    UnixSeqpacketListener: SEQPACKET of UNIX, UnixAddress;
    /// A connection that keeps records apart: each send is received as one, in order.
    UnixSeqpacket: SEQPACKET of UNIX, UnixAddress;
}

listeners! {
    UnixListener accepts UnixStream, UnixAddress;
    UnixSeqpacketListener accepts UnixSeqpacket, UnixAddress;
}
receivers!(UnixDatagram from UnixAddress;);

fn bind(kind: Kind, address: impl ToAddress) -> io::Result<Socket> {
    let address = address.to_address()?;
    let socket = socket_for(&address, kind, &[Family::UNIX])?;
    socket.bind(address)?;
    Ok(socket)
}

async fn connect(kind: Kind, address: impl ToAddress) -> io::Result<Socket> {
    let address = address.to_address()?;
    let socket = socket_for(&address, kind, &[Family::UNIX])?;
    socket.connect(address).await?;
    Ok(socket)
}

fn pair(kind: Kind) -> io::Result<(Socket, Socket)> {
    Socket::pair(Family::UNIX, kind, Protocol::DEFAULT)
}

/// Listeners and the connections that they accept.
macro_rules! connections {
    ($( $listener:ident, $stream:ident: $kind:ident; )*) => { $(
        impl $listener {
            /// Listens at a path or, on Linux, an abstract name. A path must not exist yet, and
            /// stays when the listener goes.
            ///
            /// # Errors
            /// As [`Socket::bind`](crate::Socket::bind) and
            /// [`Socket::listen`](crate::Socket::listen).
            pub fn bind(address: impl ToAddress) -> io::Result<Self> {
                let socket = bind(Kind::$kind, address)?;
                socket.listen(BACKLOG)?;
                Ok(Self(socket))
            }
        }

        impl $stream {
            /// Connects to a peer, waiting also for room at its listener.
            ///
            /// # Errors
            /// As [`Socket::connect`](crate::Socket::connect).
            ///
            /// # Cancel safety
            /// Dropped, the connection is given up.
            pub async fn connect(address: impl ToAddress) -> io::Result<Self> {
                Ok(Self(connect(Kind::$kind, address).await?))
            }

            /// Two sockets connected to each other.
            ///
            /// # Errors
            /// As [`Socket::pair`](crate::Socket::pair).
            pub fn pair() -> io::Result<(Self, Self)> {
                let (a, b) = pair(Kind::$kind)?;
                Ok((Self(a), Self(b)))
            }
        }
    )* };
}

connections! {
    UnixListener, UnixStream: STREAM;
    UnixSeqpacketListener, UnixSeqpacket: SEQPACKET;
}

impl UnixDatagram {
    /// A socket with a name.
    ///
    /// # Errors
    /// As [`Socket::bind`](crate::Socket::bind).
    pub fn bind(address: impl ToAddress) -> io::Result<Self> {
        Ok(Self(bind(Kind::DGRAM, address)?))
    }

    /// A socket without a name, which can send but not be answered.
    ///
    /// # Errors
    /// As [`Socket::new`](crate::Socket::new).
    pub fn unbound() -> io::Result<Self> {
        Ok(Self(Socket::new(Family::UNIX, Kind::DGRAM, Protocol::DEFAULT)?))
    }

    /// Two sockets connected to each other.
    ///
    /// # Errors
    /// As [`Socket::pair`](crate::Socket::pair).
    pub fn pair() -> io::Result<(Self, Self)> {
        let (a, b) = pair(Kind::DGRAM)?;
        Ok((Self(a), Self(b)))
    }
}
