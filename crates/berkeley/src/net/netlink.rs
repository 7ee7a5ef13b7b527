//! Netlink: man 7 netlink. Messages to the kernel and from it, requests, and who is told of changes.
//!
//! The messages themselves, their attributes and readings are in [`crate::netlink`].
//!
//! # Platforms
//! Linux.

use super::typed::typed_sockets;
use crate::driver::Done;
use crate::netlink::generic::GenericFamily;
use crate::netlink::route::Change;
use crate::netlink::{Listed, Message, MessageFlags, Messages, NetlinkError, Replies};
use crate::op::{Attempt, Op, RetryAfter};
use crate::option::netlink::{AddMembership, CappedAck, DropMembership, ExtendedAck, Memberships};
use crate::{Interest, Socket};
use berkeley_core::address::NetlinkAddress;
use berkeley_core::{self as core, Family, Kind, Protocol};
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

typed_sockets! {
    /// Talks to the kernel, or to other processes, in messages of netlink.
    ///
    /// ```
    /// use berkeley::Protocol;
    /// use berkeley::net::NetlinkSocket;
    /// use berkeley::netlink::route::{Link, LinkAddress};
    ///
    /// # fn main() -> std::io::Result<()> {
    /// # berkeley::block_on(async {
    /// let mut socket = NetlinkSocket::open(Protocol::NETLINK_ROUTE)?;
    /// let links: Vec<Link> = socket.list().await?;
    /// for address in socket.list::<LinkAddress>().await? {
    ///     let link = links.iter().find(|link| link.interface == address.interface);
    ///     println!("{:?}: {}", link.map(|link| &link.name), address.address);
    /// }
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    NetlinkSocket: RAW of NETLINK, NetlinkAddress;
}

impl NetlinkSocket {
    /// A socket of a protocol such as [`Protocol::NETLINK_ROUTE`], at a port that the kernel
    /// chooses. Errors explain themselves there (`NETLINK_EXT_ACK`), where the kernel can.
    ///
    /// # Errors
    /// `EPROTONOSUPPORT` for a protocol that this kernel does not have.
    pub fn open(protocol: Protocol) -> io::Result<Self> {
        let socket = Socket::new(Family::NETLINK, Kind::RAW, protocol)?;
        socket.bind(NetlinkAddress::KERNEL)?;
        // Linux before 4.12 has neither, and errors are numbers there.
        let _ = (socket.set(ExtendedAck, true), socket.set(CappedAck, true));
        Ok(Self(socket))
    }

    /// Is told what a multicast group is told from now on: `NETLINK_ADD_MEMBERSHIP`.
    ///
    /// # Errors
    /// `InvalidInput` for a group that the protocol does not have, `PermissionDenied` for one that
    /// is not for everybody.
    pub fn join(&self, group: u32) -> io::Result<()> {
        self.0.set(AddMembership, group)
    }

    /// Leaves a multicast group: `NETLINK_DROP_MEMBERSHIP`.
    ///
    /// # Errors
    /// `InvalidInput` for a group that the protocol does not have.
    pub fn leave(&self, group: u32) -> io::Result<()> {
        self.0.set(DropMembership, group)
    }

    /// The groups that the socket is in: `NETLINK_LIST_MEMBERSHIPS`.
    ///
    /// # Errors
    /// What the kernel reports.
    pub fn groups(&self) -> io::Result<Vec<u32>> {
        self.0.get(Memberships)
    }

    /// Sends one message as it is, to [`NetlinkAddress::KERNEL`] or another process.
    ///
    /// # Errors
    /// `ConnectionRefused` when nobody has that address, `PermissionDenied` where the protocol is
    /// for talking to the kernel alone. What the kernel thinks of the message comes as an answer.
    ///
    /// # Cancel safety
    /// A dropped send has sent nothing.
    pub async fn send_message(&self, message: &Message<'_>, to: NetlinkAddress) -> io::Result<()> {
        let bytes = message.encode()?;
        self.0.send_to(&bytes, to).await.map(drop)
    }

    /// Receives one datagram, which has one message or several, and grows `buffer` to hold it
    /// whole.
    ///
    /// # Errors
    /// [`NetlinkError::Lost`] when messages came faster than they were received. The next receive
    /// goes on with what is there; until all that is received, the kernel loses more, and does not
    /// tell again. So too when another task receives at the same time and a datagram was cut.
    ///
    /// # Cancel safety
    /// A dropped receive has taken nothing.
    pub fn recv_messages<'a>(&'a self, buffer: &'a mut NetlinkBuffer) -> Op<'a, RecvMessages<'a>> {
        self.0.operation(Interest::Readable, RecvMessages(Some(buffer)))
    }

    /// Sends a request to the kernel, and receives the whole answer: the messages of a list, or
    /// those of another request and its acknowledgement, for which it asks. The request gets a
    /// number by which its answer is known. The socket's timeout is for all of it.
    ///
    /// What is no answer to it is thrown away, answers to requests that were dropped among it: who
    /// is in groups should have a socket for them alone.
    ///
    /// # Errors
    /// [`NetlinkError::Refused`] with the kernel's number and words; [`NetlinkError::Lost`].
    /// [`Replies::is_interrupted`] tells of a list that changed meanwhile.
    ///
    /// # Cancel safety
    /// Dropped, the kernel may have done what was asked. The socket can be used again.
    pub async fn request(&mut self, request: &Message<'_>) -> Result<Replies, NetlinkError> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        self.forget()?;
        let wanted = match request.flags.contains(MessageFlags::DUMP) {
            true => MessageFlags::REQUEST,
            false => MessageFlags::REQUEST | MessageFlags::ACK,
        };
        let mut request = request.clone().with_sequence(NEXT.fetch_add(1, Ordering::Relaxed));
        request.flags |= wanted;
        self.send_message(&request, NetlinkAddress::KERNEL).await?;
        let (buffer, replies) = (NetlinkBuffer::new(), Some(Replies::to(&request)));
        let collect = Collect { buffer, replies };
        let replies = self.0.operation(Interest::Readable, collect).await?;
        replies.unwrap_or_else(|| unreachable!("it is complete")).check()
    }

    /// Everything of one type: links, addresses or routes, on a socket of `NETLINK_ROUTE`. A list
    /// that changes meanwhile is asked for again, some times.
    ///
    /// # Errors
    /// As [`request`](Self::request); [`NetlinkError::Changed`] when it never stands still.
    ///
    /// # Cancel safety
    /// It changes nothing.
    pub async fn list<T: Listed>(&mut self) -> Result<Vec<T>, NetlinkError> {
        const TRIES: usize = 8;
        for _ in 1..TRIES {
            match self.request(&T::request()).await?.list() {
                Err(NetlinkError::Changed) => {}
                outcome => return outcome,
            }
        }
        self.request(&T::request()).await?.list()
    }

    /// The family of generic netlink with this name, on a socket of `NETLINK_GENERIC`.
    ///
    /// # Errors
    /// `NotFound` (`ENOENT`) when there is none: maybe its module is not loaded.
    ///
    /// # Cancel safety
    /// It changes nothing.
    pub async fn generic_family(&mut self, name: &str) -> Result<GenericFamily, NetlinkError> {
        let replies = self.request(&GenericFamily::request(name)?).await?;
        for message in &replies.messages {
            if let Some(family) = GenericFamily::decode(message)? {
                return Ok(family);
            }
        }
        let silence = "the kernel acknowledged the request for a family and told none";
        Err(io::Error::new(io::ErrorKind::InvalidData, silence).into())
    }

    /// Throws away what has come, and with it the rest of a list that nobody wants any more:
    /// the kernel does not begin another before.
    fn forget(&self) -> Result<(), NetlinkError> {
        loop {
            match self.0.try_recv(&mut [0]).map_err(NetlinkError::of_receive) {
                Ok(_) | Err(NetlinkError::Lost) => {}
                Err(NetlinkError::Io(e)) if e.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(e) => return Err(e),
            }
        }
    }
}

/// Room for datagrams of netlink. It grows to the longest that came.
#[derive(Debug, Default)]
pub struct NetlinkBuffer(Vec<u8>);

impl NetlinkBuffer {
    /// The kernel makes the datagrams of a list as long as the receiver's buffer is, up to this.
    const LEAST: usize = 32_768;

    /// Room that is taken with the first receive.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Receives a datagram whole, and tells how long it is and who sent it.
    fn fill(&mut self, socket: &core::Socket) -> io::Result<(usize, NetlinkAddress)> {
        let received = super::recv_whole(socket, &mut self.0, Self::LEAST)?;
        if received.is_truncated() {
            return Err(NetlinkError::Lost.into());
        }
        let from = crate::socket::Spoken::read(received.from)?;
        Ok((received.len, from))
    }
}

/// What a receive brought.
#[derive(Clone, Copy, Debug)]
pub struct NetlinkDatagram<'b> {
    /// Who sent it: [`NetlinkAddress::pid`] is 0 for the kernel. Some protocols let any process
    /// send.
    pub from: NetlinkAddress,
    bytes: &'b [u8],
}

impl<'b> NetlinkDatagram<'b> {
    /// Its messages, one after another.
    #[must_use]
    pub const fn messages(&self) -> Messages<'b> {
        Messages::parse(self.bytes)
    }

    /// Whether the kernel sent it, and no other process.
    #[must_use]
    pub const fn is_from_kernel(&self) -> bool {
        self.from.pid == 0
    }
}

/// Receives a datagram: [`NetlinkSocket::recv_messages`].
#[derive(Debug)]
pub struct RecvMessages<'b>(Option<&'b mut NetlinkBuffer>);

impl<'b> Attempt for RecvMessages<'b> {
    type Output = NetlinkDatagram<'b>;
    type Error = NetlinkError;

    fn attempt(
        &mut self,
        socket: &core::Socket,
        _: &mut RetryAfter<'_>,
    ) -> io::Result<Done<NetlinkDatagram<'b>>> {
        let buffer = self.0.as_mut().unwrap_or_else(|| unreachable!("not done yet"));
        let (len, from) = buffer.fill(socket)?;
        let bytes = self.0.take().map_or(&[][..], |buffer| &buffer.0[..len]);
        Ok(Done::new(NetlinkDatagram { from, bytes }))
    }

    fn fail(&self, error: io::Error) -> NetlinkError {
        NetlinkError::of_receive(error)
    }
}

/// Receives the answer to a request, a datagram each time.
struct Collect {
    buffer: NetlinkBuffer,
    /// Given away when they are complete.
    replies: Option<Replies>,
}

impl Attempt for Collect {
    type Output = Option<Replies>;
    type Error = NetlinkError;

    fn attempt(
        &mut self,
        socket: &core::Socket,
        _: &mut RetryAfter<'_>,
    ) -> io::Result<Done<Option<Replies>>> {
        let (len, from) = self.buffer.fill(socket)?;
        if let Some(replies) = &mut self.replies
            && from == NetlinkAddress::KERNEL
        {
            replies.add(&self.buffer.0[..len])?;
        }
        Ok(Done::new(self.replies.take_if(|replies| replies.is_complete())))
    }

    fn is_complete(&self) -> bool {
        self.replies.is_none()
    }

    fn fail(&self, error: io::Error) -> NetlinkError {
        NetlinkError::of_receive(error)
    }
}

/// Is told of changes to links, addresses and routes.
///
/// It tells what changes from its opening on. Whoever wants to know the whole opens it first, lists
/// what is there by a [`NetlinkSocket`], and then takes the changes.
///
/// ```no_run
/// use berkeley::net::netlink::RouteMonitor;
/// use berkeley::netlink::NetlinkError;
/// use berkeley::netlink::route::{self, Change};
///
/// # async fn example() -> std::io::Result<()> {
/// let mut monitor = RouteMonitor::open(&[route::LINKS])?;
/// loop {
///     match monitor.next().await {
///         Ok(Change::Link(link)) => println!("{} is up: {}", link.name, link.is_up()),
///         Ok(Change::LinkGone(link)) => println!("{} is gone", link.name),
///         Ok(_) => {}
///         Err(NetlinkError::Lost) => println!("changes were lost: list the links again"),
///         Err(e) => return Err(e.into()),
///     }
/// }
/// # }
/// ```
#[derive(Debug)]
pub struct RouteMonitor {
    socket: NetlinkSocket,
    buffer: NetlinkBuffer,
    /// What came in one datagram with what was told last.
    pending: VecDeque<Change>,
}

impl RouteMonitor {
    /// Begins to be told what these groups are told, such as
    /// [`route::LINKS`](crate::netlink::route::LINKS).
    ///
    /// # Errors
    /// As [`NetlinkSocket::open`] and [`NetlinkSocket::join`].
    pub fn open(groups: &[u32]) -> io::Result<Self> {
        let socket = NetlinkSocket::open(Protocol::NETLINK_ROUTE)?;
        groups.iter().try_for_each(|group| socket.join(*group))?;
        Ok(Self { socket, buffer: NetlinkBuffer::new(), pending: VecDeque::new() })
    }

    /// The next change, within the socket's timeout.
    ///
    /// # Errors
    /// [`NetlinkError::Lost`] when changes came faster than they were taken: then list anew, and
    /// go on. What changes from then on is told again.
    ///
    /// # Cancel safety
    /// Dropped, it has taken nothing.
    pub async fn next(&mut self) -> Result<Change, NetlinkError> {
        loop {
            if let Some(change) = self.pending.pop_front() {
                return Ok(change);
            }
            let hear = Hear { buffer: &mut self.buffer, changes: &mut self.pending };
            let heard = self.socket.operation(Interest::Readable, hear).await;
            if let Err(NetlinkError::Lost) = heard {
                // What is left is of before the loss. And while it is there the kernel goes on
                // losing, and tells no more of it.
                self.socket.forget()?;
            }
            heard?;
        }
    }
}

/// Receives until something has changed: what others send, or of other things, is none.
struct Hear<'m> {
    buffer: &'m mut NetlinkBuffer,
    changes: &'m mut VecDeque<Change>,
}

impl Attempt for Hear<'_> {
    type Output = ();
    type Error = NetlinkError;

    fn attempt(&mut self, socket: &core::Socket, _: &mut RetryAfter<'_>) -> io::Result<Done<()>> {
        let (len, from) = self.buffer.fill(socket)?;
        let datagram = NetlinkDatagram { from, bytes: &self.buffer.0[..len] };
        if datagram.is_from_kernel() {
            for message in datagram.messages() {
                self.changes.extend(Change::decode(&message?)?);
            }
        }
        Ok(Done::new(()))
    }

    fn is_complete(&self) -> bool {
        !self.changes.is_empty()
    }

    fn fail(&self, error: io::Error) -> NetlinkError {
        NetlinkError::of_receive(error)
    }
}

/// The socket: for its timeout, its groups and its options.
impl AsRef<NetlinkSocket> for RouteMonitor {
    fn as_ref(&self) -> &NetlinkSocket {
        &self.socket
    }
}
