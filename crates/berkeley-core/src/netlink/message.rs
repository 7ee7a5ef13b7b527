//! Messages: man 7 netlink.

use super::{invalid_data, invalid_input};
use crate::c_struct::{Layout, c_structs};
use crate::constant::open_constants;
use std::borrow::Cow;
use std::io;
use std::iter::FusedIterator;

open_constants! {
    /// What a message is: its `nlmsg_type`. Those below 16 are of netlink itself; the rest are each
    /// protocol's own.
    pub struct MessageKind(u16);

    /// Nothing: `NLMSG_NOOP`.
    NOOP = 1;
    /// An error, or an acknowledgement: `NLMSG_ERROR`.
    ERROR = 2;
    /// The end of a list: `NLMSG_DONE`.
    DONE = 3;
    /// Data was lost: `NLMSG_OVERRUN`.
    OVERRUN = 4;
}

bitflags::bitflags! {
    /// What a message says besides its payload: its `nlmsg_flags`. Some bits mean one thing in a
    /// request for a list and another in one that makes something. Bits without a name are kept.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
    pub struct MessageFlags: u16 {
        /// It asks for something: `NLM_F_REQUEST`.
        const REQUEST = 1;
        /// One of several, up to [`MessageKind::DONE`]: `NLM_F_MULTI`.
        const MULTI = 2;
        /// An acknowledgement is wanted: `NLM_F_ACK`.
        const ACK = 4;
        /// What was made shall come back too: `NLM_F_ECHO`.
        const ECHO = 8;
        /// What is listed changed meanwhile, so that the list may be wrong: `NLM_F_DUMP_INTR`.
        const DUMP_INTERRUPTED = 0x10;
        /// The list was filtered as asked: `NLM_F_DUMP_FILTERED`.
        const DUMP_FILTERED = 0x20;

        /// Of a request for a list: the whole table, `NLM_F_ROOT`.
        const ROOT = 0x100;
        /// Of a request for a list: all that matches, `NLM_F_MATCH`.
        const MATCH = 0x200;
        /// Of a request for a list: of one moment, `NLM_F_ATOMIC`.
        const ATOMIC = 0x400;
        /// A list: `NLM_F_DUMP`.
        const DUMP = 0x300;

        /// Of a request that makes something: in place of what is there, `NLM_F_REPLACE`.
        const REPLACE = 0x100;
        /// Of a request that makes something: only if it is not there, `NLM_F_EXCL`.
        const EXCLUSIVE = 0x200;
        /// Of a request that makes something: if it is not there, `NLM_F_CREATE`.
        const CREATE = 0x400;
        /// Of a request that makes something: at the end of the list, `NLM_F_APPEND`.
        const APPEND = 0x800;

        /// Of an answer: the request is not in it, but for its header, `NLM_F_CAPPED`.
        const CAPPED = 0x100;
        /// Of an answer: it explains itself by attributes, `NLM_F_ACK_TLVS`.
        const ACK_TLVS = 0x200;

        const _ = !0;
    }
}

c_structs! {
    /// `struct nlmsghdr` of linux/netlink.h.
    pub(super) struct Header {
        len: u32,
        kind: u16,
        flags: u16,
        sequence: u32,
        port: u32,
    }
}

/// Messages, like their attributes, start at multiples of this: `NLMSG_ALIGNTO`, `NLA_ALIGNTO`.
pub(super) const ALIGN: usize = 4;

/// A message: the header of netlink(7), and what is behind it.
///
/// ```
/// use berkeley_core::netlink::{Message, MessageFlags, MessageKind, Messages};
///
/// # fn main() -> std::io::Result<()> {
/// const GET_LINK: MessageKind = MessageKind::from_raw(18); // RTM_GETLINK
/// let request = Message::new(GET_LINK, MessageFlags::REQUEST | MessageFlags::DUMP, vec![0; 16]);
/// let bytes = request.encode()?; // for `Socket::send`
/// let again = Messages::parse(&bytes).next().expect("one message")?;
/// assert_eq!(again, request);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Message<'b> {
    /// What it is.
    pub kind: MessageKind,
    /// What it says besides.
    pub flags: MessageFlags,
    /// The number by which a request and its answers belong together.
    pub sequence: u32,
    /// The port of the socket that it is from or an answer to; 0 for the kernel, which is what
    /// requests carry too.
    pub port: u32,
    /// What is behind the header.
    pub payload: Cow<'b, [u8]>,
}

impl<'b> Message<'b> {
    /// A message without a number, from no port.
    pub fn new(kind: MessageKind, flags: MessageFlags, payload: impl Into<Cow<'b, [u8]>>) -> Self {
        Self { kind, flags, sequence: 0, port: 0, payload: payload.into() }
    }

    /// The same message with this number.
    #[must_use]
    pub fn with_sequence(self, sequence: u32) -> Self {
        Self { sequence, ..self }
    }

    /// The same message with a payload of its own.
    #[must_use]
    pub fn into_owned(self) -> Message<'static> {
        Message { payload: Cow::Owned(self.payload.into_owned()), ..self }
    }

    /// The bytes to send, padded: several messages may follow each other in one datagram.
    ///
    /// # Errors
    /// `InvalidInput` for a payload of 4 GiB.
    pub fn encode(&self) -> io::Result<Vec<u8>> {
        let len = u32::try_from(Header::SIZE + self.payload.len())
            .map_err(|_| invalid_input("a netlink message has less than 4 GiB".to_owned()))?;
        let (kind, flags) = (self.kind.raw(), self.flags.bits());
        let header = Header { len, kind, flags, sequence: self.sequence, port: self.port };
        let mut bytes = vec![0; Header::SIZE];
        header.put(&mut bytes);
        bytes.extend_from_slice(&self.payload);
        bytes.resize(bytes.len().next_multiple_of(ALIGN), 0);
        Ok(bytes)
    }
}

/// The messages of one datagram, one after another. What is no message is an error, and the end.
#[derive(Clone, Debug)]
pub struct Messages<'b>(&'b [u8]);

impl<'b> Messages<'b> {
    /// Reads what a receive gave.
    #[must_use]
    pub const fn parse(datagram: &'b [u8]) -> Self {
        Self(datagram)
    }
}

impl<'b> Iterator for Messages<'b> {
    type Item = io::Result<Message<'b>>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = std::mem::take(&mut self.0);
        if bytes.is_empty() {
            return None;
        }
        let Some(head) = bytes.get(..Header::SIZE) else {
            return Some(Err(invalid_data(format!(
                "{} bytes are no netlink message",
                bytes.len()
            ))));
        };
        let Header { len, kind, flags, sequence, port } = Header::take(head);
        let claim = usize::try_from(len).unwrap_or(usize::MAX);
        let Some(payload) = bytes.get(Header::SIZE..claim) else {
            return Some(Err(invalid_data(format!(
                "a netlink message claims {len} of {} bytes",
                bytes.len()
            ))));
        };
        // Of the last, the padding may be missing.
        self.0 = bytes.get(claim.next_multiple_of(ALIGN)..).unwrap_or_default();
        Some(Ok(Message {
            kind: MessageKind::from_raw(kind),
            flags: MessageFlags::from_bits_retain(flags),
            sequence,
            port,
            payload: Cow::Borrowed(payload),
        }))
    }
}

impl FusedIterator for Messages<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_follow_each_other_with_padding_between() {
        let messages = [&b""[..], b"1", b"four", b"fives"].map(|payload| {
            Message::new(MessageKind::from_raw(16), MessageFlags::MULTI, payload).with_sequence(7)
        });
        let mut bytes = messages.iter().flat_map(|m| m.encode().unwrap()).collect::<Vec<_>>();
        let read = |bytes: &[u8]| Messages::parse(bytes).map(Result::unwrap).eq(messages.clone());
        assert!(read(&bytes));
        bytes.truncate(bytes.len() - 3);
        assert!(read(&bytes), "padding at the end is not needed");
    }

    #[test]
    fn what_is_no_message_is_an_error_and_the_end() {
        let good = Message::new(MessageKind::NOOP, MessageFlags::empty(), &b"1234"[..]);
        let good = good.encode().unwrap();
        for claim in [0_u32, 15, 21, u32::MAX] {
            let mut bad = good.clone();
            bad[..4].copy_from_slice(&claim.to_ne_bytes());
            let bytes = [&good[..], &bad].concat();
            let mut messages = Messages::parse(&bytes);
            assert!(messages.next().unwrap().is_ok());
            let error = messages.next().unwrap().unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{claim}");
            assert!(messages.next().is_none());
        }
        assert!(Messages::parse(&[0; 15]).next().unwrap().is_err());
    }
}
