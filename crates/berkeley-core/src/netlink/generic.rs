//! Generic netlink: families that have a name, and get a number when they come.

use super::{AttributeBuffer, Attributes, Message, MessageFlags, MessageKind, invalid_data};
use crate::c_struct::{self, Layout, c_structs};
use std::io;

c_structs! {
    /// `struct genlmsghdr` of linux/genetlink.h.
    struct Head {
        command: u8,
        version: u8,
        reserved: u16,
    }
}

/// The family of families, whose number is fixed: `GENL_ID_CTRL`.
const CONTROL: MessageKind = MessageKind::from_raw(16);
/// `CTRL_CMD_NEWFAMILY` and `CTRL_CMD_GETFAMILY`.
const NEW_FAMILY: u8 = 1;
const GET_FAMILY: u8 = 3;

// linux/genetlink.h.
const CTRL_ATTR_FAMILY_ID: u16 = 1;
const CTRL_ATTR_FAMILY_NAME: u16 = 2;
const CTRL_ATTR_VERSION: u16 = 3;
const CTRL_ATTR_HDRSIZE: u16 = 4;
const CTRL_ATTR_MCAST_GROUPS: u16 = 7;
const CTRL_ATTR_MCAST_GRP_NAME: u16 = 1;
const CTRL_ATTR_MCAST_GRP_ID: u16 = 2;

/// A family of generic netlink, such as `nl80211` or `wireguard`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GenericFamily {
    /// Its name: `CTRL_ATTR_FAMILY_NAME`.
    pub name: String,
    /// Its number, which its messages have for their kind: `CTRL_ATTR_FAMILY_ID`.
    pub kind: MessageKind,
    /// Its version: `CTRL_ATTR_VERSION`.
    pub version: u32,
    /// How many bytes of its own stand before the attributes: `CTRL_ATTR_HDRSIZE`.
    pub header_len: u32,
    /// Its multicast groups, by name and number: `CTRL_ATTR_MCAST_GROUPS`.
    pub groups: Vec<(String, u32)>,
}

impl GenericFamily {
    /// The request for the family of this name. `ENOENT` answers that there is none.
    ///
    /// # Errors
    /// `InvalidInput` for a name that cannot be one.
    pub fn request(name: &str) -> io::Result<Message<'static>> {
        let mut payload = payload(GET_FAMILY, 1);
        payload.push_text(CTRL_ATTR_FAMILY_NAME, name)?;
        Ok(Message::new(CONTROL, MessageFlags::REQUEST, payload.into_bytes()))
    }

    /// The request for all families.
    #[must_use]
    pub fn request_all() -> Message<'static> {
        let flags = MessageFlags::REQUEST | MessageFlags::DUMP;
        Message::new(CONTROL, flags, payload(GET_FAMILY, 1).into_bytes())
    }

    /// What one message of the answer says; `None` for a message of another kind.
    ///
    /// # Errors
    /// `InvalidData` for one that is not laid out as it should be.
    pub fn decode(message: &Message<'_>) -> io::Result<Option<Self>> {
        if message.kind != CONTROL {
            return Ok(None);
        }
        let (command, attributes) = parts(message)?;
        if command != NEW_FAMILY {
            return Ok(None);
        }
        let (mut name, mut kind, mut version, mut header_len) = (None, None, 0, 0);
        let mut groups = Vec::new();
        for attribute in attributes {
            let attribute = attribute?;
            match attribute.kind() {
                CTRL_ATTR_FAMILY_ID => kind = Some(MessageKind::from_raw(attribute.u16()?)),
                CTRL_ATTR_FAMILY_NAME => name = Some(attribute.text()?.to_owned()),
                CTRL_ATTR_VERSION => version = attribute.u32()?,
                CTRL_ATTR_HDRSIZE => header_len = attribute.u32()?,
                CTRL_ATTR_MCAST_GROUPS => {
                    for group in attribute.nested() {
                        groups.push(read_group(&group?.nested())?);
                    }
                }
                _ => {}
            }
        }
        match (name, kind) {
            (Some(name), Some(kind)) => Ok(Some(Self { name, kind, version, header_len, groups })),
            _ => Err(invalid_data("a generic family without name or number".to_owned())),
        }
    }

    /// A message of this family: the command, and attributes to be pushed by `fill`, behind
    /// [`header_len`](Self::header_len) zeros.
    ///
    /// # Errors
    /// Those of `fill`.
    pub fn message(
        &self,
        command: u8,
        flags: MessageFlags,
        fill: impl FnOnce(&mut AttributeBuffer) -> io::Result<()>,
    ) -> io::Result<Message<'static>> {
        let version = u8::try_from(self.version).unwrap_or(u8::MAX);
        let mut fixed = payload(command, version).into_bytes();
        fixed.resize(fixed.len() + usize::try_from(self.header_len).unwrap_or(0), 0);
        let mut payload = AttributeBuffer::behind(&fixed);
        fill(&mut payload)?;
        Ok(Message::new(self.kind, flags, payload.into_bytes()))
    }

    /// The number of the group of this name.
    #[must_use]
    pub fn group(&self, name: &str) -> Option<u32> {
        self.groups.iter().find(|(known, _)| known == name).map(|(_, number)| *number)
    }
}

/// The command of a message of any family without a header of its own, and its attributes.
///
/// # Errors
/// `InvalidData` for a message that is too short.
pub fn parts<'m>(message: &'m Message<'_>) -> io::Result<(u8, Attributes<'m>)> {
    let head: Head = c_struct::decode(&message.payload)?;
    Ok((head.command, Attributes::behind(&message.payload, Head::SIZE)))
}

/// The payload of a message without attributes yet.
fn payload(command: u8, version: u8) -> AttributeBuffer {
    AttributeBuffer::behind(&c_struct::encode(&Head { command, version, reserved: 0 }))
}

/// A multicast group.
fn read_group(attributes: &Attributes<'_>) -> io::Result<(String, u32)> {
    match (attributes.get(CTRL_ATTR_MCAST_GRP_NAME)?, attributes.get(CTRL_ATTR_MCAST_GRP_ID)?) {
        (Some(name), Some(number)) => Ok((name.text()?.to_owned(), number.u32()?)),
        _ => Err(invalid_data("a multicast group without name or number".to_owned())),
    }
}
