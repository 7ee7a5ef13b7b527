//! What the texts of the families share: fields between colons, numbers, interfaces, escapes.

use super::error::Reason;
use crate::interface::Interface;
use std::fmt::{self, Write};

/// The fields of a text, read one after another. One that is empty or missing is its default.
pub(super) struct Fields<'t> {
    rest: Option<&'t str>,
    form: &'static str,
}

impl<'t> Fields<'t> {
    /// The fields of a text that should have this form.
    pub(super) fn new(text: &'t str, form: &'static str) -> Self {
        Self { rest: Some(text), form }
    }

    /// That the text has another form.
    pub(super) fn wrong(&self) -> Reason {
        Reason::Form(self.form)
    }

    /// The next field.
    pub(super) fn take(&mut self) -> &'t str {
        match self.rest.and_then(|rest| rest.split_once(':')) {
            Some((field, rest)) => {
                self.rest = Some(rest);
                field
            }
            None => self.take_rest(),
        }
    }

    /// All the fields that are left, with their colons.
    pub(super) fn take_rest(&mut self) -> &'t str {
        self.rest.take().unwrap_or_default()
    }

    /// A number, which has no default.
    pub(super) fn number<T: TryFrom<u64>>(&mut self) -> Result<T, Reason> {
        number(self.take()).ok_or(self.wrong())
    }

    /// A number with a default. No address of OpenBSD has one.
    #[cfg(any(not(openbsd), test))]
    pub(super) fn number_or<T: TryFrom<u64>>(&mut self, default: T) -> Result<T, Reason> {
        match self.take() {
            "" => Ok(default),
            text => number(text).ok_or(self.wrong()),
        }
    }

    /// An interface by name or index; any by default.
    #[cfg(any(linux_like, netbsd))]
    pub(super) fn interface(&mut self) -> Result<Interface, Reason> {
        match self.take() {
            "" => Ok(Interface::ANY),
            text => interface(text),
        }
    }

    /// That the text ends here.
    pub(super) fn end(&self) -> Result<(), Reason> {
        if self.rest.is_none() { Ok(()) } else { Err(self.wrong()) }
    }
}

/// A number in decimal digits, or in hexadecimal ones after `0x`.
fn number<T: TryFrom<u64>>(text: &str) -> Option<T> {
    let (digits, radix) = match text.strip_prefix("0x") {
        Some(digits) => (digits, 16),
        None => (text, 10),
    };
    // `from_str_radix` also takes a leading plus.
    let all = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u64::from_str_radix(digits, radix).ok().filter(|_| all)?.try_into().ok()
}

/// A byte in two hexadecimal digits.
pub(super) fn hex_byte(text: &str) -> Option<u8> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    u8::from_str_radix(text, 16).ok().filter(|_| digits)
}

/// Bytes in two hexadecimal digits each.
pub(super) fn hex_bytes(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| hex_byte(std::str::from_utf8(pair).ok()?)).collect()
}

/// Whether text is decimal digits and nothing else.
pub(super) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number is an index, whether such an interface exists or not; anything else is a name.
pub(super) fn interface(text: &str) -> Result<Interface, Reason> {
    match text.parse() {
        Ok(index) if is_digits(text) => Ok(Interface::from_index(index)),
        _ => Interface::from_name(text).map_err(|_| Reason::Interface),
    }
}

/// An interface as [`Fields::interface`] reads it: nothing for any.
#[cfg(any(linux_like, netbsd))]
pub(super) struct OrAny(pub(super) Interface);

#[cfg(any(linux_like, netbsd))]
impl fmt::Display for OrAny {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == Interface::ANY { Ok(()) } else { self.0.fmt(f) }
    }
}

/// Writes bytes as text, with `\xNN` for those that do not print or are `special`, so that
/// [`unescape`] reads them back.
pub(super) fn escape(bytes: &[u8], special: &[char], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for chunk in bytes.utf8_chunks() {
        for char in chunk.valid().chars() {
            match char {
                '\\' => f.write_str("\\\\")?,
                c if c.is_control() || special.contains(&c) => {
                    let mut utf8 = [0; 4];
                    for byte in c.encode_utf8(&mut utf8).bytes() {
                        write!(f, "\\x{byte:02x}")?;
                    }
                }
                c => f.write_char(c)?,
            }
        }
        for byte in chunk.invalid() {
            write!(f, "\\x{byte:02x}")?;
        }
    }
    Ok(())
}

/// The bytes that [`escape`] wrote; `None` for a backslash that starts nothing.
pub(super) fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        if first != b'\\' {
            bytes.push(first);
            continue;
        }
        match *rest {
            [b'\\', ref after @ ..] => {
                bytes.push(b'\\');
                rest = after;
            }
            [b'x', high, low, ref after @ ..] => {
                bytes.push(hex_byte(std::str::from_utf8(&[high, low]).ok()?)?);
                rest = after;
            }
            _ => return None,
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_digits_and_nothing_else() {
        assert_eq!(number("10"), Some(10_u8));
        assert_eq!(number("0x10"), Some(16_u8));
        assert_eq!(number("0xfFfFfFfFfFfFfFfF"), Some(u64::MAX));
        for text in ["", "0x", "+1", "0x+1", "-1", " 1", "1a", "256", "0X1", "18446744073709551616"]
        {
            assert_eq!(number::<u8>(text), None, "{text}");
        }
    }

    #[test]
    fn bytes_are_two_digits_each() {
        assert_eq!(hex_bytes("00aBff"), Some(vec![0, 0xAB, 0xFF]));
        assert_eq!(hex_bytes(""), Some(vec![]));
        for text in ["0", "000", "+1", "0x", "é0", "0é"] {
            assert_eq!(hex_bytes(text), None, "{text}");
        }
    }

    #[test]
    fn fields_end_once() {
        let mut fields = Fields::new("a::b:", "a form");
        assert_eq!([fields.take(), fields.take(), fields.take()], ["a", "", "b"]);
        assert_eq!(fields.end(), Err(Reason::Form("a form")));
        assert_eq!(fields.take(), "");
        assert_eq!(fields.end(), Ok(()));
        assert_eq!(fields.take(), "");
    }
}
