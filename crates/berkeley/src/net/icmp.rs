//! Echoes of ICMP and ICMPv6 without privilege: ping sockets, man 7 icmp.

use super::typed::typed_sockets;
use crate::Socket;
use crate::driver::Done;
use crate::op::{Attempt, Op};
use berkeley_core::option::{ip, ipv6};
use berkeley_core::{self as core, Address, Family, Interest, Kind, Protocol};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

typed_sockets! {
    /// Asks hosts whether they are there, and how far away.
    ///
    /// The kernel gives each socket an identifier (the port of its address), puts it into what is
    /// sent, and passes on the replies with it alone. It may be had by the groups in
    /// `net.ipv4.ping_group_range`, of IPv6 too, without any privilege; for others there is
    /// [`RawSocket`](super::RawSocket).
    ///
    /// ```no_run
    /// use berkeley::{Family, IcmpSocket};
    /// use std::time::Duration;
    ///
    /// # async fn example() -> std::io::Result<()> {
    /// let mut socket = IcmpSocket::new(Family::INET)?;
    /// let host = "192.0.2.1".parse().expect("an address");
    /// socket.set_timeout(Some(Duration::from_secs(1)));
    /// println!("{:?}", socket.ping(host).await?);
    /// # Ok(())
    /// # }
    /// ```
    IcmpSocket: DGRAM of INET | INET6, SocketAddr, ICMP | ICMPV6;
}

/// The bytes of an echo before what it carries.
const HEADER: usize = 8;

/// What an echo of [`IcmpSocket::ping`] carries.
const PAYLOAD: [u8; 56] = [0x42; 56];

/// The least time to wait, which is not none.
const MOMENT: Duration = Duration::from_nanos(1);

/// The sequence numbers of pings, which no two of this process under way share.
static SEQUENCE: AtomicU16 = AtomicU16::new(0);

/// A reply to an echo: [`IcmpSocket::recv_echo`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Echo {
    /// Who replied.
    pub from: SocketAddr,
    /// The number of the request.
    pub sequence: u16,
    /// How many bytes it carried, which are at the start of the buffer.
    pub len: usize,
}

impl IcmpSocket {
    /// A socket for hosts of one family, `INET` or `INET6`.
    ///
    /// # Errors
    /// `EACCES` when no group of this process is in `net.ipv4.ping_group_range`; as
    /// [`Socket::new`](crate::Socket::new).
    pub fn new(family: Family) -> io::Result<Self> {
        let is_ipv6 = family == Family::INET6;
        let protocol = if is_ipv6 { Protocol::ICMPV6 } else { Protocol::ICMP };
        let socket = Socket::new(family, Kind::DGRAM, protocol)?;
        // So that a host that cannot be reached is told, and not waited for.
        match is_ipv6 {
            true => socket.set(ipv6::ReceiveErrors, true)?,
            false => socket.set(ip::ReceiveErrors, true)?,
        }
        socket.try_into()
    }

    /// Sends an echo to `host`, and waits for the reply to it, within the socket's
    /// [timeout](crate::Socket::set_timeout) for the whole: how long that took. Replies to other
    /// echoes of this socket are thrown away meanwhile.
    ///
    /// # Errors
    /// `TimedOut`; `HostUnreachable`, `NetworkUnreachable` and their like when a router says so; as
    /// [`Socket::send_to`](crate::Socket::send_to).
    ///
    /// # Cancel safety
    /// Dropped, it may have sent the echo, whose reply a later ping throws away.
    pub async fn ping(&mut self, host: IpAddr) -> io::Result<Duration> {
        let sequence = SEQUENCE.fetch_add(1, Ordering::Relaxed);
        let sent = Instant::now();
        if let Err(e) = self.send_echo(host, sequence, &PAYLOAD).await {
            // It may have been about an earlier one, which is told once.
            blame(self.core(), sequence, e)?;
            self.send_echo(host, sequence, &PAYLOAD).await?;
        }
        let reply = self.0.op(Interest::Readable, |core: &core::Socket| {
            recv_reply(core, sequence).map(Done::new)
        });
        match self.timeout() {
            Some(time) if !time.is_zero() => {
                reply.timeout(time.saturating_sub(sent.elapsed()).max(MOMENT)).await?;
            }
            _ => reply.await?,
        }
        Ok(sent.elapsed())
    }

    /// Sends an echo with a number and a payload of one's own.
    ///
    /// # Errors
    /// As [`Socket::send_to`](crate::Socket::send_to).
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub async fn send_echo(&self, host: IpAddr, sequence: u16, payload: &[u8]) -> io::Result<()> {
        let echo = request(self.family(), sequence, payload);
        self.send_to(&echo, Address::from(SocketAddr::new(host, 0))).await.map(drop)
    }

    /// Receives a reply, whose payload is at the start of `buffer` then. What does not fit is
    /// lost.
    ///
    /// # Errors
    /// As [`Socket::recv_from`](crate::Socket::recv_from), and what routers say of echoes that
    /// were sent: [`recv_error`](crate::Socket::recv_error) tells of which. `InvalidInput` for a
    /// buffer of less than 8 bytes.
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_echo<'a>(
        &'a self,
        buffer: &'a mut [u8],
    ) -> Op<'a, impl Attempt<Output = Echo, Error = io::Error> + Unpin + use<'a>> {
        self.0.op(Interest::Readable, move |core: &core::Socket| {
            if buffer.len() < HEADER {
                let reason = "the header of an echo has 8 bytes: give a buffer of more";
                return Err(io::Error::new(ErrorKind::InvalidInput, reason));
            }
            let (n, from) = core.recv_from(buffer)?;
            let sequence = sequence_of(&buffer[..n]);
            buffer[..n].rotate_left(HEADER.min(n));
            let len = n.saturating_sub(HEADER);
            let from = from.and_then(|from| from.as_ip());
            match (sequence, from) {
                (Some(sequence), Some(from)) => Ok(Done::new(Echo { from, sequence, len })),
                _ => Err(io::Error::new(ErrorKind::InvalidData, "that is no echo")),
            }
        })
    }
}

/// A request for an echo, as it is sent.
fn request(family: Family, sequence: u16, payload: &[u8]) -> Vec<u8> {
    // ICMP_ECHO, ICMPV6_ECHO_REQUEST. The kernel fills in the checksum and the identifier.
    let kind = if family == Family::INET6 { 128 } else { 8 };
    let [high, low] = sequence.to_be_bytes();
    [&[kind, 0, 0, 0, 0, 0, high, low][..], payload].concat()
}

/// The number in the header of an echo.
fn sequence_of(echo: &[u8]) -> Option<u16> {
    echo.get(6..)?.first_chunk().copied().map(u16::from_be_bytes)
}

/// Receives until the reply of this number comes.
fn recv_reply(socket: &core::Socket, sequence: u16) -> io::Result<()> {
    let mut reply = [0; HEADER];
    loop {
        match socket.recv(&mut reply) {
            Ok(n) if sequence_of(&reply[..n]) == Some(sequence) => return Ok(()),
            Ok(_) => {}
            Err(e) if e.kind() == ErrorKind::WouldBlock => return Err(e),
            Err(e) => blame(socket, sequence, e)?,
        }
    }
}

/// Whether the echo of this number has failed by `error`, which may be about an earlier one: the
/// error queue, which is empty then, knows of which.
fn blame(socket: &core::Socket, sequence: u16, error: io::Error) -> io::Result<()> {
    let (mut is_of_another, mut ours) = (false, None);
    let mut echo = [0; HEADER];
    while let Ok(entry) = socket.recv_error(&mut echo) {
        if sequence_of(&echo[..entry.len]) == Some(sequence) {
            ours = entry.error();
        } else {
            is_of_another = true;
        }
    }
    match ours {
        Some(error) => Err(error),
        None if is_of_another => Ok(()),
        None => Err(error),
    }
}
