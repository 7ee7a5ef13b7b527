//! How a datagram is sent: to whom, from which address, with which class, cut into which segments.

use super::UdpSocket;
use crate::driver::Done;
use crate::op::{Attempt, Op, RetryAfter};
use berkeley_core::control::{
    Ecn, HopLimit, PacketInfo, PacketInfo6, SendBuffer, SendTimeToLive, SendTypeOfService,
    TrafficClass,
};
use berkeley_core::{self as core, Address, Family, Interest, Interface, MsgFlags, SendAllError};
use std::io::{self, IoSlice};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// How a datagram is sent: [`UdpSocket::send_datagram`]. What is `None` is as the socket has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transmit {
    /// To whom, if not to the peer that the socket is connected to.
    pub to: Option<SocketAddr>,
    /// From which address of this host: `IP_PKTINFO`, `IPV6_PKTINFO`.
    pub from: Option<IpAddr>,
    /// By which interface, whatever the routes say: the same.
    pub interface: Option<Interface>,
    /// What it says of congestion: `IP_TOS`, `IPV6_TCLASS`, whose other bits are 0 then.
    pub ecn: Option<Ecn>,
    /// How many hops it may take: `IP_TTL`, `IPV6_HOPLIMIT`.
    pub ttl: Option<u8>,
    /// Sent as datagrams of so many bytes each, the last maybe shorter: `UDP_SEGMENT`, and one by
    /// one where the kernel cannot cut them.
    pub segment_size: Option<u16>,
}

impl Transmit {
    /// To this address, and otherwise as the socket has it.
    #[must_use]
    pub fn to(address: SocketAddr) -> Self {
        Self { to: Some(address), ..Self::default() }
    }

    /// The control messages that say so.
    fn control(&self, socket: &UdpSocket) -> io::Result<SendBuffer<'static>> {
        let mut control = SendBuffer::new();
        if (self.from, self.interface, self.ecn, self.ttl) == (None, None, None, None) {
            return Ok(control);
        }
        if self.is_ipv4(socket) {
            self.push_ipv4(&mut control)?;
        } else {
            self.push_ipv6(&mut control)?;
        }
        Ok(control)
    }

    /// Whether it goes by IPv4, by a socket of IPv6 perhaps: then its messages are those of IPv4.
    fn is_ipv4(&self, socket: &UdpSocket) -> bool {
        let to = self.to.or_else(|| socket.peer_addr().ok()).map(|to| to.ip());
        let known = to.or(self.from).map(|ip| ip.to_canonical().is_ipv4());
        socket.family() == Family::INET || known == Some(true)
    }

    fn push_ipv4(&self, control: &mut SendBuffer<'static>) -> io::Result<()> {
        if self.from.is_some() || self.interface.is_some() {
            let local = match self.from.map(|from| from.to_canonical()) {
                Some(IpAddr::V4(from)) => from,
                Some(IpAddr::V6(_)) => return Err(another_family()),
                None => Ipv4Addr::UNSPECIFIED,
            };
            let interface = self.interface.unwrap_or(Interface::ANY);
            control.push(PacketInfo { interface, ..PacketInfo::from_source(local) })?;
        }
        if let Some(ecn) = self.ecn {
            control.push(SendTypeOfService(ecn.bits()))?;
        }
        self.ttl.map_or(Ok(()), |ttl| control.push(SendTimeToLive(ttl)))
    }

    fn push_ipv6(&self, control: &mut SendBuffer<'static>) -> io::Result<()> {
        if self.from.is_some() || self.interface.is_some() {
            let local = match self.from {
                Some(IpAddr::V6(from)) => from,
                Some(IpAddr::V4(_)) => return Err(another_family()),
                None => Ipv6Addr::UNSPECIFIED,
            };
            let interface = self.interface.unwrap_or(Interface::ANY);
            control.push(PacketInfo6 { local, interface })?;
        }
        if let Some(ecn) = self.ecn {
            control.push(TrafficClass(ecn.bits()))?;
        }
        self.ttl.map_or(Ok(()), |ttl| control.push(HopLimit(ttl)))
    }
}

fn another_family() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidInput,
        "the source address is of another family than the receiver's",
    )
}

impl UdpSocket {
    /// Sends a datagram, or many of one size, as `transmit` says, within one timeout for the
    /// whole: sendmsg(2). Allocates nothing, unless it is cut into segments.
    ///
    /// # Errors
    /// As [`Socket::send_msg`](crate::Socket::send_msg) and
    /// [`Socket::send_segmented`](crate::Socket::send_segmented), with how many bytes went, in
    /// whole datagrams; `InvalidInput` for a source address of another family. `ConnectionRefused`
    /// may be about a datagram that was sent earlier, and this one was not sent then.
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing, or with segments a part, in whole datagrams: poll it by
    /// reference and ask [`Op::sent`](Op::<SendDatagram>::sent) before it goes.
    ///
    /// # Platforms
    /// Linux.
    pub fn send_datagram<'a>(
        &'a self,
        bytes: &'a [u8],
        transmit: &Transmit,
    ) -> Op<'a, SendDatagram<'a>> {
        let attempt = SendDatagram {
            bytes,
            control: transmit.control(self),
            to: transmit.to.map(Address::from),
            segment_size: transmit.segment_size,
            sent: 0,
        };
        self.0.op(Interest::Writable, attempt)
    }
}

/// Sends a datagram: [`UdpSocket::send_datagram`].
#[derive(Debug)]
pub struct SendDatagram<'b> {
    bytes: &'b [u8],
    control: io::Result<SendBuffer<'static>>,
    to: Option<Address>,
    segment_size: Option<u16>,
    sent: usize,
}

impl Attempt for SendDatagram<'_> {
    type Output = ();
    type Error = SendAllError;

    fn attempt(&mut self, socket: &core::Socket, _: &mut RetryAfter<'_>) -> io::Result<Done<()>> {
        let control = match &self.control {
            Ok(control) => control,
            Err(e) => return Err(io::Error::new(e.kind(), e.to_string())),
        };
        let rest = &self.bytes[self.sent..];
        let sent = match self.segment_size {
            Some(size) => socket.send_segmented(rest, size, control, self.to.as_ref()),
            None => {
                let buffers = [IoSlice::new(rest)];
                socket.send_msg(&buffers, control, MsgFlags::empty(), self.to.as_ref())?;
                Ok(())
            }
        };
        match sent {
            Ok(()) => {
                self.sent = self.bytes.len();
                Ok(Done::new(()))
            }
            Err(failed) => {
                self.sent += failed.sent;
                Err(failed.error)
            }
        }
    }

    fn fail(&self, error: io::Error) -> SendAllError {
        SendAllError::new(self.sent, error)
    }
}

impl Op<'_, SendDatagram<'_>> {
    /// How many bytes the kernel has taken so far.
    #[must_use]
    pub fn sent(&self) -> usize {
        self.progress().sent
    }
}
