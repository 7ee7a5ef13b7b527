//! SCTP: RFC 6458, section 5.3. Also an association's streams and ordering, message by message.

use super::{Decode, Encode, message};
use crate::layout::Fields;

/// How a message is to be sent: `SCTP_SNDINFO`.
#[doc(alias = "SCTP_SNDINFO")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SendInfo {
    /// The stream.
    pub stream: u16,
    /// `SCTP_UNORDERED` and its like.
    pub flags: u16,
    /// The payload protocol identifier, carried as it is (network order is the custom).
    pub protocol: u32,
    /// Comes back when the message could not be sent.
    pub context: u32,
    /// The association; of no meaning for one-to-one sockets.
    pub association: i32,
}

message!(SendInfo = IPPROTO_SCTP, SCTP_SNDINFO);

impl Encode for SendInfo {
    fn encode(&self, payload: &mut super::Payload<'_>) {
        payload.extend_from_slice(&self.stream.to_ne_bytes());
        payload.extend_from_slice(&self.flags.to_ne_bytes());
        payload.extend_from_slice(&self.protocol.to_ne_bytes());
        payload.extend_from_slice(&self.context.to_ne_bytes());
        payload.extend_from_slice(&self.association.to_ne_bytes());
    }
}

/// How a message came: `SCTP_RCVINFO`, asked for by
/// [`ReceiveInfo`](crate::option::sctp::ReceiveInfo).
#[doc(alias = "SCTP_RCVINFO")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReceiveInfo {
    /// The stream.
    pub stream: u16,
    /// The message's number in its stream.
    pub sequence: u16,
    /// `SCTP_UNORDERED` and its like.
    pub flags: u16,
    /// The payload protocol identifier.
    pub protocol: u32,
    /// The transmission number of the message's first chunk.
    pub transmission: u32,
    /// The lowest transmission number that is not complete yet.
    pub cumulative: u32,
    /// That of the association.
    pub context: u32,
    /// The association.
    pub association: i32,
}

message!(ReceiveInfo = IPPROTO_SCTP, SCTP_RCVINFO);

impl Decode for ReceiveInfo {
    fn decode(payload: &[u8]) -> Option<Self> {
        let mut fields = Fields::new(payload);
        let (stream, sequence, flags) = (fields.u16()?, fields.u16()?, fields.u16()?);
        let _padding = fields.u16()?;
        Some(Self {
            stream,
            sequence,
            flags,
            protocol: fields.u32()?,
            transmission: fields.u32()?,
            cumulative: fields.u32()?,
            context: fields.u32()?,
            association: fields.i32()?,
        })
    }
}
