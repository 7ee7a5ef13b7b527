//! What was received, message by message.

use super::*;
use crate::sys::{Entry, PIDFD_MESSAGE, Walk, c};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Control messages, in the order in which they lie.
#[derive(Clone)]
pub struct Messages<'b> {
    walk: Walk<'b>,
    /// The descriptors of the messages to come.
    rights: &'b [OwnedFd],
    process: Option<&'b OwnedFd>,
}

impl<'b> Messages<'b> {
    /// The messages in `bytes` that a kernel wrote for somebody else's recvmsg(2). Any bytes will
    /// do: what is no message ends the list. Descriptors among them stay numbers, and are listed as
    /// [`Control::Rights`] without descriptors.
    #[must_use]
    pub const fn parse(bytes: &'b [u8]) -> Self {
        Self::new(bytes, &[], None)
    }

    pub(super) const fn new(
        bytes: &'b [u8],
        rights: &'b [OwnedFd],
        process: Option<&'b OwnedFd>,
    ) -> Self {
        Self { walk: Walk::new(bytes), rights, process }
    }

    /// The messages as they lie, level, number and payload, for what handles every kind alike: a
    /// proxy, a dump, another language. Descriptors among them are the numbers of those that the
    /// [`RecvBuffer`] owns.
    ///
    /// ```
    /// use berkeley_core::control::{Raw, RecvBuffer};
    ///
    /// fn dump(control: &RecvBuffer) {
    ///     for Raw { level, kind, payload } in control.messages().raw() {
    ///         println!("{level} {kind} {payload:?}");
    ///     }
    /// }
    /// # dump(&RecvBuffer::with_capacity(0));
    /// ```
    pub fn raw(self) -> impl Iterator<Item = Raw<'b>> {
        self.walk.map(|Entry { level, kind, payload }| Raw { level, kind, payload })
    }

    /// As many of the descriptors as a message with this payload has.
    fn next_rights(&mut self, payload: &[u8]) -> &'b [OwnedFd] {
        let count = (payload.len() / size_of::<i32>()).min(self.rights.len());
        let (these, others) = self.rights.split_at(count);
        self.rights = others;
        these
    }
}

impl<'b> Iterator for Messages<'b> {
    type Item = Control<'b>;

    fn next(&mut self) -> Option<Control<'b>> {
        let entry = self.walk.next()?;
        Some(match (entry.level, entry.kind, self.process) {
            (c::SOL_SOCKET, c::SCM_RIGHTS, _) => Control::Rights(self.next_rights(entry.payload)),
            (c::SOL_SOCKET, kind, Some(process)) if Some(kind) == PIDFD_MESSAGE => {
                Control::PidFd(process.as_fd())
            }
            _ => decode(entry),
        })
    }
}

impl std::fmt::Debug for Messages<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

/// A control message that has no type here, or a payload that its type has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Raw<'b> {
    /// The level: `SOL_SOCKET`, `IPPROTO_IP`, …
    pub level: i32,
    /// The number within the level.
    pub kind: i32,
    /// The payload, as much of it as there was room for.
    pub payload: &'b [u8],
}

/// Rows of `Variant(Type)`, and where they exist: the sum of all messages that can be received.
macro_rules! known {
    ( $( $(#[cfg($cfg:meta)])? $variant:ident($type:ty), )* ) => {
        /// A control message that was received.
        #[derive(Clone, Debug)]
        #[non_exhaustive]
        pub enum Control<'b> {
            /// Descriptors: `SCM_RIGHTS`. [`RecvBuffer::take_rights`] makes them one's own.
            Rights(&'b [OwnedFd]),
            /// A descriptor of the sending process: `SCM_PIDFD`, Linux alone.
            /// [`RecvBuffer::take_pidfd`] makes it one's own.
            PidFd(BorrowedFd<'b>),
            $(
                $(#[cfg($cfg)])?
                #[doc = concat!("A [`", stringify!($type), "`].")]
                $variant($type),
            )*
            /// Anything else, as it came.
            Unknown(Raw<'b>),
        }

        fn decode(entry: Entry<'_>) -> Control<'_> {
            let Entry { level, kind, payload } = entry;
            $(
                $(#[cfg($cfg)])?
                if (level, kind) == (<$type>::LEVEL, <$type>::KIND) {
                    if let Some(message) = <$type>::decode(payload) {
                        return Control::$variant(message);
                    }
                }
            )*
            Control::Unknown(Raw { level, kind, payload })
        }
    };
}

known! {
    #[cfg(linux_like)] Credentials(Credentials),
    #[cfg(linux_like)] SecurityLabel(SecurityLabel),
    #[cfg(linux_like)] UnreadBytes(UnreadBytes),
    Timestamp(Timestamp),
    #[cfg(linux_like)] TimestampNs(TimestampNs),
    #[cfg(linux_like)] Timestamps(Timestamps),
    #[cfg(linux_like)] TimestampInterface(TimestampInterface),
    #[cfg(linux_like)] TimestampStatistics(TimestampStatistics),
    #[cfg(linux_like)] Drops(Drops),
    #[cfg(linux_like)] Mark(Mark),
    #[cfg(linux_like)] Priority(Priority),
    #[cfg(linux_like)] WifiStatus(WifiStatus),
    #[cfg(linux_like)] Error4(Error4),
    #[cfg(linux_like)] Error6(Error6),
    #[cfg(linux_like)] PacketError(packet::Error),
    #[cfg(linux_like)] VsockError(VsockError),
    #[cfg(any(linux_like, apple))] PacketInfo(PacketInfo),
    TimeToLive(TimeToLive),
    #[cfg(any(linux_like, apple, freebsd))] TypeOfService(TypeOfService),
    #[cfg(linux_like)] IpOptions(IpOptions),
    #[cfg(linux_like)] OriginalDestination(OriginalDestination),
    PacketInfo6(PacketInfo6),
    HopLimit(HopLimit),
    TrafficClass(TrafficClass),
    PathMtu(PathMtu),
    RoutingHeader(RoutingHeader),
    HopOptions(HopOptions),
    DestinationOptions(DestinationOptions),
    #[cfg(linux_like)] FlowInfo(FlowInfo),
    #[cfg(linux_like)] OriginalDestination6(OriginalDestination6),
    #[cfg(linux_like)] SegmentSize(udp::ReceivedSegmentSize),
    #[cfg(linux_like)] TcpUnread(tcp::UnreadBytes),
    #[cfg(linux_like)] TlsRecordType(tls::ReceivedRecordType),
    #[cfg(linux_like)] PacketData(packet::AuxiliaryData),
    #[cfg(linux_like)] NetlinkGroup(netlink::Group),
    #[cfg(linux_like)] NetlinkNamespace(netlink::Namespace),
    #[cfg(linux_like)] J1939Destination(j1939::DestinationAddress),
    #[cfg(linux_like)] J1939DestinationName(j1939::DestinationName),
    #[cfg(linux_like)] J1939Priority(j1939::Priority),
    #[cfg(linux_like)] J1939Error(J1939Error),
    #[cfg(linux_like)] TipcError(tipc::Rejected),
    #[cfg(linux_like)] TipcReturned(tipc::ReturnedData),
    #[cfg(linux_like)] TipcDestination(tipc::DestinationName),
    #[cfg(linux_like)] RdsDestination(rds::RdmaDestination),
    #[cfg(linux_like)] RdsStatus(rds::RdmaStatus),
    #[cfg(linux_like)] RdsCongestion(rds::CongestionUpdate),
    #[cfg(linux_like)] BluetoothStatus(bluetooth::PacketStatus),
    #[cfg(linux_like)] HciDirection(bluetooth::HciDirection),
    #[cfg(linux_like)] HciTimestamp(bluetooth::HciTimestamp),
    #[cfg(linux_like)] SctpReceived(sctp::ReceiveInfo),
    #[cfg(bsd)] BsdDestination(bsd::Destination),
    #[cfg(freebsd)] BsdCredentials(bsd::Credentials),
}
