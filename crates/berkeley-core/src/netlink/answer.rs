//! What the kernel answers: an error or an acknowledgement, and the messages before it.

use super::{Attributes, Listed, Message, MessageFlags, MessageKind, Messages, invalid_data};
use crate::c_struct::Layout;
use std::error::Error;
use std::fmt;
use std::io;

/// What an acknowledgement, an error or the end of a list says: `struct nlmsgerr` of
/// linux/netlink.h, and the attributes of an extended one, for which a socket has to ask by
/// [`ExtendedAck`](crate::option::netlink::ExtendedAck).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Why the request failed; 0 when it did not.
    pub errno: i32,
    /// The kernel's own words (`NLMSGERR_ATTR_MSG`): why, or a warning with a success.
    pub text: Option<String>,
    /// Where in the request, from its header on, the trouble is (`NLMSGERR_ATTR_OFFS`).
    pub offset: Option<u32>,
    /// The type of an attribute that should be in the request (`NLMSGERR_ATTR_MISS_TYPE`).
    pub missing: Option<u32>,
}

/// The size of a header, and of the number that answers begin with.
const HEADER: usize = super::message::Header::SIZE;
const ERRNO: usize = size_of::<i32>();

// linux/netlink.h.
const NLMSGERR_ATTR_MSG: u16 = 1;
const NLMSGERR_ATTR_OFFS: u16 = 2;
const NLMSGERR_ATTR_MISS_TYPE: u16 = 5;

impl Answer {
    /// What a message of the kind [`ERROR`](MessageKind::ERROR) or [`DONE`](MessageKind::DONE)
    /// says; `None` for one of another kind.
    ///
    /// # Errors
    /// `InvalidData` for one that is not laid out as it should be.
    pub fn decode(message: &Message<'_>) -> io::Result<Option<Self>> {
        let payload = &message.payload[..];
        let mut explained = message.flags.contains(MessageFlags::ACK_TLVS);
        let behind = match message.kind {
            // Older protocols end a list without a word.
            MessageKind::DONE if payload.len() < ERRNO => return Ok(Some(Self::default())),
            MessageKind::DONE => ERRNO,
            MessageKind::ERROR if message.flags.contains(MessageFlags::CAPPED) => ERRNO + HEADER,
            MessageKind::ERROR => {
                // The request is in it whole, where it failed. Its own length is in its header.
                let request = payload.get(ERRNO..).and_then(|rest| rest.first_chunk());
                let len = request.map_or(0, |len| u32::from_ne_bytes(*len));
                let len = usize::try_from(len).unwrap_or(usize::MAX);
                explained &= len >= HEADER;
                ERRNO.saturating_add(len)
            }
            _ => return Ok(None),
        };
        let negative = payload
            .first_chunk()
            .ok_or_else(|| invalid_data("a netlink answer without a number".to_owned()))?;
        let errno = i32::from_ne_bytes(*negative).checked_neg().unwrap_or(i32::MAX);
        let mut answer = Self { errno, ..Self::default() };
        if explained && behind <= payload.len() {
            answer.explain(Attributes::behind(payload, behind))?;
        }
        Ok(Some(answer))
    }

    fn explain(&mut self, attributes: Attributes<'_>) -> io::Result<()> {
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.kind() {
                NLMSGERR_ATTR_MSG => self.text = Some(attribute.text()?.to_owned()),
                NLMSGERR_ATTR_OFFS => self.offset = Some(attribute.u32()?),
                NLMSGERR_ATTR_MISS_TYPE => self.missing = Some(attribute.u32()?),
                _ => {}
            }
        }
        Ok(())
    }

    /// The error, if it is one.
    ///
    /// # Errors
    /// [`NetlinkError::Refused`] with the whole answer.
    pub fn check(self) -> Result<Self, NetlinkError> {
        if self.errno == 0 { Ok(self) } else { Err(NetlinkError::Refused(self)) }
    }
}

/// Why a request over netlink failed, or a receive. It goes whole into an [`io::Error`], of the
/// kind that its number has.
#[derive(Debug)]
#[non_exhaustive]
pub enum NetlinkError {
    /// The kernel refused the request.
    Refused(Answer),
    /// Messages came faster than they were received, and some are lost (`ENOBUFS`). The socket
    /// goes on; what was learned from it is to be asked for anew.
    Lost,
    /// What was listed changed meanwhile (`NLM_F_DUMP_INTR`), so that the list may be wrong. Ask
    /// again.
    Changed,
    /// Anything else.
    Io(io::Error),
}

impl NetlinkError {
    /// The error of a receive from a netlink socket.
    #[must_use]
    pub fn of_receive(error: io::Error) -> Self {
        match error.raw_os_error() {
            Some(crate::sys::c::ENOBUFS) => Self::Lost,
            _ => error.into(),
        }
    }

    /// The number of the error, where the system said one.
    #[must_use]
    pub fn raw_os_error(&self) -> Option<i32> {
        match self {
            Self::Refused(answer) => Some(answer.errno),
            Self::Lost => Some(crate::sys::c::ENOBUFS),
            Self::Changed => Some(crate::sys::c::EINTR),
            Self::Io(e) => e.raw_os_error(),
        }
    }

    /// The kind of the error.
    #[must_use]
    pub fn kind(&self) -> io::ErrorKind {
        match self {
            Self::Io(e) => e.kind(),
            _ => self
                .raw_os_error()
                .map_or(io::ErrorKind::Other, |errno| io::Error::from_raw_os_error(errno).kind()),
        }
    }
}

impl fmt::Display for NetlinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(Answer { errno, text, offset, missing }) => {
                write!(f, "{}", io::Error::from_raw_os_error(*errno))?;
                if let Some(text) = text {
                    write!(f, ": {text}")?;
                }
                if let Some(offset) = offset {
                    write!(f, " (at byte {offset} of the request)")?;
                }
                if let Some(missing) = missing {
                    write!(f, " (attribute {missing} is missing)")?;
                }
                Ok(())
            }
            Self::Lost => f.write_str("netlink messages were lost: ask for the whole state anew"),
            Self::Changed => f.write_str("what was listed changed meanwhile: ask again"),
            Self::Io(e) => e.fmt(f),
        }
    }
}

impl Error for NetlinkError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(e) => e.source(),
            _ => None,
        }
    }
}

/// Itself again, if it has been made an [`io::Error`].
impl From<io::Error> for NetlinkError {
    fn from(error: io::Error) -> Self {
        error.downcast().unwrap_or_else(Self::Io)
    }
}

impl From<NetlinkError> for io::Error {
    fn from(error: NetlinkError) -> Self {
        match error {
            NetlinkError::Io(e) => e,
            other => Self::new(other.kind(), other),
        }
    }
}

/// The answer to one request, put together from datagrams: its messages, and how it ended.
///
/// A list ends by its [`DONE`](MessageKind::DONE), a request with
/// [`ACK`](MessageFlags::ACK) by its acknowledgement, any other by its first message; each by an
/// error. A request that is answered by nothing needs `ACK`, or has no end.
#[derive(Clone, Debug)]
pub struct Replies {
    /// The messages so far, without the one that is the end.
    pub messages: Vec<Message<'static>>,
    sequence: u32,
    flags: MessageFlags,
    interrupted: bool,
    end: Option<Answer>,
}

impl Replies {
    /// None yet, to a request.
    #[must_use]
    pub fn to(request: &Message<'_>) -> Self {
        let Message { sequence, flags, .. } = *request;
        Self { messages: Vec::new(), sequence, flags, interrupted: false, end: None }
    }

    /// Takes what belongs to the request out of one datagram, which has to be from the kernel.
    /// Messages with another number are passed over.
    ///
    /// # Errors
    /// `InvalidData` for what is no message.
    pub fn add(&mut self, datagram: &[u8]) -> io::Result<()> {
        for message in Messages::parse(datagram) {
            let message = message?;
            if message.sequence == self.sequence && self.end.is_none() {
                self.push(message)?;
            }
        }
        Ok(())
    }

    fn push(&mut self, message: Message<'_>) -> io::Result<()> {
        self.interrupted |= message.flags.contains(MessageFlags::DUMP_INTERRUPTED);
        let waits_for_ack = self.flags.contains(MessageFlags::ACK) && !self.is_list();
        match Answer::decode(&message)? {
            Some(answer) if message.kind == MessageKind::ERROR || !waits_for_ack => {
                self.end = Some(answer);
            }
            Some(_) => {}
            None if message.kind == MessageKind::NOOP => {}
            None => {
                let is_all = !message.flags.contains(MessageFlags::MULTI);
                self.messages.push(message.into_owned());
                if is_all && !waits_for_ack && !self.is_list() {
                    self.end = Some(Answer::default());
                }
            }
        }
        Ok(())
    }

    fn is_list(&self) -> bool {
        self.flags.contains(MessageFlags::DUMP)
    }

    /// Whether nothing more will come.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
        self.end.is_some()
    }

    /// Whether what is listed changed meanwhile: `NLM_F_DUMP_INTR`.
    #[must_use]
    pub const fn is_interrupted(&self) -> bool {
        self.interrupted
    }

    /// How it ended, if it did.
    #[must_use]
    pub const fn end(&self) -> Option<&Answer> {
        self.end.as_ref()
    }

    /// The replies, unless the kernel refused the request.
    ///
    /// # Errors
    /// [`NetlinkError::Refused`].
    pub fn check(mut self) -> Result<Self, NetlinkError> {
        self.end = self.end.map(Answer::check).transpose()?;
        Ok(self)
    }

    /// What the messages say.
    ///
    /// # Errors
    /// [`NetlinkError::Refused`]; [`NetlinkError::Changed`]; `InvalidData` for a message that is
    /// not laid out as it should be.
    pub fn list<T: Listed>(self) -> Result<Vec<T>, NetlinkError> {
        let replies = self.check()?;
        if replies.interrupted {
            return Err(NetlinkError::Changed);
        }
        let items = replies.messages.iter().filter_map(|message| T::decode(message).transpose());
        Ok(items.collect::<io::Result<_>>()?)
    }
}

#[cfg(test)]
mod tests {
    use super::super::AttributeBuffer;
    use super::*;

    fn request(flags: MessageFlags) -> Message<'static> {
        let flags = MessageFlags::REQUEST | flags;
        Message::new(MessageKind::from_raw(18), flags, vec![0; 4]).with_sequence(9)
    }

    fn answer(kind: MessageKind, flags: MessageFlags, payload: Vec<u8>) -> Vec<u8> {
        Message::new(kind, flags, payload).with_sequence(9).encode().unwrap()
    }

    fn part(flags: MessageFlags) -> Vec<u8> {
        answer(MessageKind::from_raw(16), flags, b"part".to_vec())
    }

    #[test]
    fn a_list_ends_by_its_end_and_tells_that_it_was_interrupted() {
        let mut replies = Replies::to(&request(MessageFlags::DUMP));
        replies.add(&part(MessageFlags::MULTI)).unwrap();
        let other = Message::new(MessageKind::DONE, MessageFlags::MULTI, vec![]).with_sequence(8);
        replies.add(&other.encode().unwrap()).unwrap();
        assert!(!replies.is_complete(), "another request's end");
        let flags = MessageFlags::MULTI | MessageFlags::DUMP_INTERRUPTED;
        replies.add(&answer(MessageKind::DONE, flags, vec![0; 4])).unwrap();
        assert!(replies.is_complete() && replies.is_interrupted());
        assert_eq!(replies.messages.len(), 1);
    }

    #[test]
    fn a_list_that_fails_at_its_end_is_refused() {
        let mut replies = Replies::to(&request(MessageFlags::DUMP));
        let failed = answer(MessageKind::DONE, MessageFlags::MULTI, (-5_i32).to_ne_bytes().into());
        replies.add(&failed).unwrap();
        assert_eq!(replies.check().unwrap_err().raw_os_error(), Some(5));
    }

    #[test]
    fn a_request_ends_by_its_acknowledgement_or_its_only_message() {
        let mut with_ack = Replies::to(&request(MessageFlags::ACK));
        with_ack.add(&part(MessageFlags::empty())).unwrap();
        assert!(!with_ack.is_complete());
        with_ack.add(&answer(MessageKind::ERROR, MessageFlags::CAPPED, vec![0; 20])).unwrap();
        assert!(with_ack.is_complete());
        assert_eq!(with_ack.check().unwrap().messages.len(), 1);

        let mut without = Replies::to(&request(MessageFlags::empty()));
        without.add(&part(MessageFlags::empty())).unwrap();
        assert!(without.is_complete());
    }

    #[test]
    fn an_error_explains_itself_behind_the_request() {
        let mut words = AttributeBuffer::new();
        words.push_text(1, "no such thing").unwrap();
        words.push_u32(2, 36).unwrap();
        for (flags, request) in [
            (MessageFlags::ACK_TLVS, request(MessageFlags::ACK).encode().unwrap()),
            (MessageFlags::ACK_TLVS | MessageFlags::CAPPED, vec![0; 16]),
        ] {
            let number = (-22_i32).to_ne_bytes();
            let payload = [&number[..], &request, words.as_bytes()].concat();
            let message = Message::new(MessageKind::ERROR, flags, payload);
            let error = Answer::decode(&message).unwrap().unwrap().check().unwrap_err();
            let text = error.to_string();
            assert!(text.ends_with(": no such thing (at byte 36 of the request)"), "{text}");
            let whole = io::Error::from(error);
            assert_eq!(whole.kind(), io::ErrorKind::InvalidInput);
            assert_eq!(NetlinkError::from(whole).raw_os_error(), Some(22));
        }
    }

    #[test]
    fn answers_that_are_cut_do_not_panic() {
        for kind in [MessageKind::ERROR, MessageKind::DONE] {
            for len in 0..40 {
                let message = Message::new(kind, MessageFlags::ACK_TLVS, vec![0xFF; len]);
                let _ = Answer::decode(&message);
            }
        }
    }
}
