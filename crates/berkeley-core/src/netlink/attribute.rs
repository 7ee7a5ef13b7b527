//! Attributes: a length, a type and a value each, which may be attributes again.

use super::message::ALIGN;
use super::{invalid_data, invalid_input};
use crate::c_struct::{Layout, c_structs};
use std::io;
use std::iter::FusedIterator;

c_structs! {
    /// `struct nlattr` of linux/netlink.h.
    struct Head {
        len: u16,
        kind: u16,
    }
}

/// `NLA_F_NESTED`.
const NESTED: u16 = 0x8000;
/// `NLA_F_NET_BYTEORDER`.
const NETWORK_ORDER: u16 = 0x4000;

/// Attributes one after another, as they stand behind the fixed part of a payload or in another
/// attribute. What is no attribute is an error, and the end.
///
/// ```
/// use berkeley_core::netlink::{AttributeBuffer, Attributes};
///
/// # fn main() -> std::io::Result<()> {
/// let mut buffer = AttributeBuffer::new();
/// buffer.push_text(3, "eth0")?; // IFLA_IFNAME
/// buffer.nest(18, |info| info.push_text(1, "veth"))?; // IFLA_LINKINFO, IFLA_INFO_KIND
///
/// for attribute in Attributes::parse(buffer.as_bytes()) {
///     let attribute = attribute?;
///     match attribute.kind() {
///         3 => assert_eq!(attribute.text()?, "eth0"),
///         18 => assert_eq!(attribute.nested().get(1)?.expect("a kind").text()?, "veth"),
///         _ => {} // The kernel adds new ones all the time.
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Attributes<'b>(&'b [u8]);

impl<'b> Attributes<'b> {
    /// Reads attributes.
    #[must_use]
    pub const fn parse(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    /// Reads what is behind the first `fixed` bytes of a payload, its fixed part; there may be
    /// nothing.
    #[must_use]
    pub fn behind(payload: &'b [u8], fixed: usize) -> Self {
        Self(payload.get(fixed.next_multiple_of(ALIGN)..).unwrap_or_default())
    }

    /// The first attribute of this type.
    ///
    /// # Errors
    /// `InvalidData` for what is no attribute before it.
    pub fn get(&self, kind: u16) -> io::Result<Option<Attribute<'b>>> {
        self.clone()
            .find(|attribute| attribute.as_ref().map_or(true, |found| found.kind() == kind))
            .transpose()
    }
}

impl<'b> Iterator for Attributes<'b> {
    type Item = io::Result<Attribute<'b>>;

    fn next(&mut self) -> Option<Self::Item> {
        let bytes = std::mem::take(&mut self.0);
        if bytes.is_empty() {
            return None;
        }
        let Some(head) = bytes.get(..Head::SIZE).map(Head::take) else {
            return Some(Err(invalid_data(format!(
                "{} bytes are no netlink attribute",
                bytes.len()
            ))));
        };
        let claim = usize::from(head.len);
        let Some(payload) = bytes.get(Head::SIZE..claim) else {
            return Some(Err(invalid_data(format!(
                "a netlink attribute claims {claim} of {} bytes",
                bytes.len()
            ))));
        };
        // Of the last, the padding may be missing.
        self.0 = bytes.get(claim.next_multiple_of(ALIGN)..).unwrap_or_default();
        Some(Ok(Attribute { raw_kind: head.kind, payload }))
    }
}

impl FusedIterator for Attributes<'_> {}

/// An attribute. Numbers are in host order but where
/// [`is_network_order`](Self::is_network_order), or the attribute's definition, says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attribute<'b> {
    raw_kind: u16,
    payload: &'b [u8],
}

macro_rules! numbers {
    ($($(#[doc = $doc:literal])* $number:ident;)*) => { $(
        $(#[doc = $doc])*
        ///
        /// # Errors
        /// `InvalidData` when it is not that long.
        pub fn $number(&self) -> io::Result<$number> {
            Ok($number::from_ne_bytes(self.array()?))
        }
    )* };
}

impl<'b> Attribute<'b> {
    /// Its type, without flags.
    #[must_use]
    pub const fn kind(&self) -> u16 {
        self.raw_kind & !(NESTED | NETWORK_ORDER)
    }

    /// Whether it says that it holds attributes (`NLA_F_NESTED`). Older protocols do not say so.
    #[must_use]
    pub const fn is_nested(&self) -> bool {
        self.raw_kind & NESTED != 0
    }

    /// Whether it says that its number is in network order (`NLA_F_NET_BYTEORDER`).
    #[must_use]
    pub const fn is_network_order(&self) -> bool {
        self.raw_kind & NETWORK_ORDER != 0
    }

    /// The bytes of its value.
    #[must_use]
    pub const fn payload(&self) -> &'b [u8] {
        self.payload
    }

    /// The attributes within.
    #[must_use]
    pub const fn nested(&self) -> Attributes<'b> {
        Attributes(self.payload)
    }

    /// The bytes, which are `N`.
    ///
    /// # Errors
    /// `InvalidData` when they are not.
    pub fn array<const N: usize>(&self) -> io::Result<[u8; N]> {
        self.payload.try_into().map_err(|_| {
            let (kind, len) = (self.kind(), self.payload.len());
            invalid_data(format!("attribute {kind} has {len} bytes where {N} were expected"))
        })
    }

    numbers! {
        /// A number of one byte.
        u8;
        /// A number of 16 bits.
        u16;
        /// A number of 32 bits.
        u32;
        /// A signed number of 32 bits.
        i32;
        /// A number of 64 bits.
        u64;
    }

    /// A text, up to its NUL if it has one.
    ///
    /// # Errors
    /// `InvalidData` for what is not UTF-8.
    pub fn text(&self) -> io::Result<&'b str> {
        let end = self.payload.iter().position(|byte| *byte == 0);
        let text = &self.payload[..end.unwrap_or(self.payload.len())];
        std::str::from_utf8(text)
            .map_err(|e| invalid_data(format!("attribute {}: {e}", self.kind())))
    }
}

/// Attributes to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttributeBuffer(Vec<u8>);

impl AttributeBuffer {
    /// No attributes.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// None yet, behind the fixed part of a payload: `struct ifinfomsg`, for example.
    #[must_use]
    pub fn behind(fixed: &[u8]) -> Self {
        let mut bytes = fixed.to_vec();
        bytes.resize(bytes.len().next_multiple_of(ALIGN), 0);
        Self(bytes)
    }

    /// Adds an attribute.
    ///
    /// # Errors
    /// `InvalidInput` for a value of more than 65,531 bytes; nothing is added then.
    pub fn push(&mut self, kind: u16, value: &[u8]) -> io::Result<()> {
        let kept = self.0.len();
        self.0.extend_from_slice(&[0; Head::SIZE]);
        self.0.extend_from_slice(value);
        self.close(kept, kind)
    }

    /// Adds a text with a NUL behind it.
    ///
    /// # Errors
    /// As [`push`](Self::push); `InvalidInput` for a text with a NUL in it.
    pub fn push_text(&mut self, kind: u16, text: &str) -> io::Result<()> {
        if text.contains('\0') {
            return Err(invalid_input("a text of netlink has no NUL in it".to_owned()));
        }
        self.push(kind, &[text.as_bytes(), &[0]].concat())
    }

    /// Adds a number of 32 bits in host order.
    ///
    /// # Errors
    /// As [`push`](Self::push); never, in fact.
    pub fn push_u32(&mut self, kind: u16, number: u32) -> io::Result<()> {
        self.push(kind, &number.to_ne_bytes())
    }

    /// Adds an attribute that holds those which `fill` adds (`NLA_F_NESTED`).
    ///
    /// # Errors
    /// That of `fill`; `InvalidInput` for more than 65,531 bytes. Nothing is added then.
    pub fn nest(
        &mut self,
        kind: u16,
        fill: impl FnOnce(&mut Self) -> io::Result<()>,
    ) -> io::Result<()> {
        let kept = self.0.len();
        self.0.extend_from_slice(&[0; Head::SIZE]);
        if let Err(e) = fill(self) {
            self.0.truncate(kept);
            return Err(e);
        }
        self.close(kept, kind | NESTED)
    }

    /// Writes the head of the attribute that began at `start`, and pads it.
    fn close(&mut self, start: usize, kind: u16) -> io::Result<()> {
        let Ok(len) = u16::try_from(self.0.len() - start) else {
            let len = self.0.len() - start - Head::SIZE;
            self.0.truncate(start);
            return Err(invalid_input(format!("{len} bytes are more than an attribute has")));
        };
        Head { len, kind }.put(&mut self.0[start..start + Head::SIZE]);
        self.0.resize(self.0.len().next_multiple_of(ALIGN), 0);
        Ok(())
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The bytes, for the payload of a message.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_what_was_pushed() {
        let mut buffer = AttributeBuffer::behind(&[1, 2, 3, 4, 5]);
        buffer.push(1, b"odd").unwrap();
        buffer.push(2, b"").unwrap();
        buffer
            .nest(3, |inner| {
                inner.push_u32(4, 5)?;
                inner.nest(5, |deeper| deeper.push_text(6, "text"))
            })
            .unwrap();
        let read = Attributes::behind(buffer.as_bytes(), 5);
        let all: Vec<_> = read.map(Result::unwrap).collect();
        assert_eq!(all.iter().map(Attribute::kind).collect::<Vec<_>>(), [1, 2, 3]);
        assert_eq!((all[0].payload(), all[1].payload()), (&b"odd"[..], &b""[..]));
        assert!(!all[0].is_nested() && all[2].is_nested());
        let inner = all[2].nested();
        assert_eq!(inner.get(4).unwrap().unwrap().u32().unwrap(), 5);
        let deeper = inner.get(5).unwrap().unwrap().nested();
        assert_eq!(deeper.get(6).unwrap().unwrap().text().unwrap(), "text");
        assert!(inner.get(9).unwrap().is_none());
        assert!(all[0].u32().is_err() && all[0].u8().is_err());
    }

    #[test]
    fn claims_of_attributes_are_checked() {
        for bytes in [&[3, 0, 1, 0][..], &[9, 0, 1, 0, 1, 2, 3, 4], &[4, 0, 1], &[0; 4]] {
            let mut attributes = Attributes::parse(bytes);
            assert!(attributes.next().unwrap().is_err(), "{bytes:?}");
            assert!(attributes.next().is_none());
        }
        // The last one's padding is not needed.
        let bytes = [5_u16.to_ne_bytes(), 1_u16.to_ne_bytes()].concat();
        let bytes = [&bytes[..], &[7]].concat();
        assert_eq!(Attributes::parse(&bytes).next().unwrap().unwrap().u8().unwrap(), 7);
    }

    #[test]
    fn what_is_too_long_is_refused_and_leaves_nothing() {
        let mut buffer = AttributeBuffer::new();
        buffer.push(1, &[0; 65_531]).unwrap();
        let before = buffer.clone();
        assert!(buffer.push(1, &[0; 65_532]).is_err());
        assert!(buffer.nest(1, |inner| inner.push(2, &[0; 65_531])).is_err());
        assert!(buffer.push_text(1, "a\0b").is_err());
        assert_eq!(buffer, before);
    }
}
