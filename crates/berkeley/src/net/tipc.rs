//! TIPC: messages and connections between the nodes of a cluster, by the names of services.
//!
//! # Platforms
//! Linux.

use super::typed::{connections, listeners, receivers, typed_sockets};
use crate::Socket;
use crate::driver::Done;
use crate::op::{Attempt, Op};
use berkeley_core::address::TipcAddress;
use berkeley_core::{self as core, Family, Interest, Kind, Protocol};
use std::io;
use std::time::Duration;

typed_sockets! {
    /// Accepts TIPC connections.
    ///
    /// ```no_run
    /// use berkeley::address::TipcAddress;
    /// use berkeley::net::{TipcListener, TipcStream};
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let listener = TipcListener::bind(TipcAddress::name_seq(18_888, 0, 9))?;
    /// // On any node of the cluster.
    /// let stream = TipcStream::connect(TipcAddress::name(18_888, 7)).await?;
    /// let (served, _peer) = listener.accept().await?;
    /// stream.send_all(b"hello").await?;
    /// # Ok(())
    /// # }
    /// ```
    TipcListener: STREAM of TIPC, TipcAddress;
    /// A TIPC connection. It ends both ways at once: to shut down one alone is refused (`EINVAL`).
    TipcStream: STREAM of TIPC, TipcAddress;
    /// Accepts TIPC connections that keep records apart.
    TipcSeqpacketListener: SEQPACKET of TIPC, TipcAddress;
    /// A TIPC connection that keeps records apart, each of up to 66,000 bytes.
    TipcSeqpacket: SEQPACKET of TIPC, TipcAddress;
    /// Sends and receives messages of up to 66,000 bytes that come, or come back (`SOCK_RDM`).
    ///
    /// ```no_run
    /// use berkeley::address::TipcAddress;
    /// use berkeley::net::TipcRdm;
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let service = TipcRdm::bind(TipcAddress::name(18_888, 7))?;
    /// let mut buffer = vec![0; 66_000];
    /// let (n, from) = service.recv_from(&mut buffer).await?;
    /// service.send_to(&buffer[..n], from).await?;
    /// # Ok(())
    /// # }
    /// ```
    TipcRdm: RDM of TIPC, TipcAddress;
    /// Sends and receives messages of up to 66,000 bytes that may be lost.
    TipcDatagram: DGRAM of TIPC, TipcAddress;
    /// Is told by the topology server of services that come and go.
    ///
    /// ```no_run
    /// use berkeley::net::{TipcEventKind, TipcTopology};
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let topology = TipcTopology::connect().await?;
    /// topology.subscribe(18_888, 0, u32::MAX, None).await?;
    /// loop {
    ///     let event = topology.next().await?;
    ///     println!("{:?}: {} to {}", event.kind, event.lower, event.upper);
    /// }
    /// # }
    /// ```
    TipcTopology: SEQPACKET of TIPC, TipcAddress;
}

listeners! {
    TipcListener accepts TipcStream, TipcAddress;
    TipcSeqpacketListener accepts TipcSeqpacket, TipcAddress;
}

connections! {
    TipcListener, TipcStream: STREAM of TIPC, TipcAddress;
    TipcSeqpacketListener, TipcSeqpacket: SEQPACKET of TIPC, TipcAddress;
}

receivers! {
    TipcRdm from TipcAddress;
    TipcDatagram from TipcAddress;
}

/// Sockets without a connection.
macro_rules! unconnected {
    ($($name:ident: $kind:ident;)*) => { $(
        impl $name {
            /// A socket with the name of a service, or a range of names. More can be bound.
            ///
            /// # Errors
            /// As [`Socket::bind`](crate::Socket::bind); `PermissionDenied` for a service below 64.
            pub fn bind(address: TipcAddress) -> io::Result<Self> {
                let unbound = Self::unbound()?;
                unbound.0.bind(address)?;
                Ok(unbound)
            }

            /// A socket without the name of a service; it can be answered all the same.
            ///
            /// # Errors
            /// As [`Socket::new`](crate::Socket::new).
            pub fn unbound() -> io::Result<Self> {
                Ok(Self(Socket::new(Family::TIPC, Kind::$kind, Protocol::DEFAULT)?))
            }
        }
    )* };
}

unconnected! {
    TipcRdm: RDM;
    TipcDatagram: DGRAM;
}

/// What an event tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TipcEventKind {
    /// Somebody has bound a name: `TIPC_PUBLISHED`.
    Published,
    /// A name is bound no more: `TIPC_WITHDRAWN`.
    Withdrawn,
    /// The time of the subscription is up: `TIPC_SUBSCR_TIMEOUT`.
    Expired,
}

/// What the topology server tells: `struct tipc_event` of linux/tipc.h.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TipcEvent {
    /// What it is.
    pub kind: TipcEventKind,
    /// The service that was subscribed to.
    pub service: u32,
    /// The first instance that was bound.
    pub lower: u32,
    /// The last instance that was bound.
    pub upper: u32,
    /// The socket that it was bound to.
    pub socket: TipcAddress,
}

impl TipcTopology {
    /// Connects to the topology server of this node.
    ///
    /// # Errors
    /// As [`Socket::connect`](crate::Socket::connect).
    ///
    /// # Cancel safety
    /// Dropped, the connection is given up.
    pub async fn connect() -> io::Result<Self> {
        const SERVER: TipcAddress = TipcAddress::name(1, 1);
        let socket = Socket::new(Family::TIPC, Kind::SEQPACKET, Protocol::DEFAULT)?;
        socket.connect(SERVER).await?;
        Ok(Self(socket))
    }

    /// Is told of each name from `lower` to `upper` of a service that is or gets bound, and of its
    /// end, for so long, in milliseconds, or for ever: `struct tipc_subscr` with `TIPC_SUB_PORTS`.
    ///
    /// # Errors
    /// As [`Socket::send`](crate::Socket::send). The connection ends when the server does not
    /// understand.
    ///
    /// # Cancel safety
    /// Dropped, it has done nothing.
    pub async fn subscribe(
        &self,
        service: u32,
        lower: u32,
        upper: u32,
        time: Option<Duration>,
    ) -> io::Result<()> {
        const EACH: u32 = 1;
        const FOR_EVER: u32 = u32::MAX;
        let millis = time.map_or(FOR_EVER, |time| {
            u32::try_from(time.as_nanos().div_ceil(1_000_000)).unwrap_or(FOR_EVER - 1)
        });
        let numbers = [service, lower, upper, millis, EACH].map(u32::to_ne_bytes);
        let subscription = [numbers.as_flattened(), &[0; HANDLE]].concat();
        self.0.send(&subscription).await.map(drop)
    }

    /// The next event.
    ///
    /// # Errors
    /// `UnexpectedEof` when the server has ended the connection.
    ///
    /// # Cancel safety
    /// Dropped, it has taken nothing.
    pub fn next(
        &self,
    ) -> Op<'_, impl Attempt<Output = TipcEvent, Error = io::Error> + Unpin + use<'_>> {
        self.0.operation(Interest::Readable, |socket: &core::Socket| {
            let mut bytes = [0; EVENT];
            match socket.recv(&mut bytes)? {
                EVENT => decode(&bytes).map(Done::new),
                0 => Err(io::ErrorKind::UnexpectedEof.into()),
                n => Err(invalid(format!("{n} bytes are no event of the topology server"))),
            }
        })
    }
}

/// Bytes of a subscription that are the subscriber's own.
const HANDLE: usize = 8;
/// Bytes of an event: five numbers, and the subscription with five more.
const EVENT: usize = 40 + HANDLE;

fn decode(bytes: &[u8; EVENT]) -> io::Result<TipcEvent> {
    let mut numbers = [0; 6];
    for (number, bytes) in numbers.iter_mut().zip(bytes.as_chunks().0) {
        *number = u32::from_ne_bytes(*bytes);
    }
    let [kind, lower, upper, reference, node, service] = numbers;
    let kind = match kind {
        1 => TipcEventKind::Published,
        2 => TipcEventKind::Withdrawn,
        3 => TipcEventKind::Expired,
        other => return Err(invalid(format!("{other} is no event of the topology server"))),
    };
    Ok(TipcEvent { kind, service, lower, upper, socket: TipcAddress::Id { node, reference } })
}

fn invalid(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}
