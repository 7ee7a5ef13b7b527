//! A walk over a struct that the kernel wrote.

/// The fields of a struct, first to last. Each is `None` once the bytes are at their end: kernels
/// that are older write fewer.
pub(in crate::option) struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    pub(in crate::option) const fn of(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    pub(in crate::option) fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let Some((field, rest)) = self.0.split_first_chunk() else {
            // Nothing follows a field that is cut short.
            self.0 = &[];
            return None;
        };
        self.0 = rest;
        Some(*field)
    }

    pub(in crate::option) fn u8(&mut self) -> Option<u8> {
        self.bytes().map(u8::from_ne_bytes)
    }

    pub(in crate::option) fn u16(&mut self) -> Option<u16> {
        self.bytes().map(u16::from_ne_bytes)
    }

    pub(in crate::option) fn u32(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_ne_bytes)
    }

    pub(in crate::option) fn u64(&mut self) -> Option<u64> {
        self.bytes().map(u64::from_ne_bytes)
    }

    pub(in crate::option) fn i32(&mut self) -> Option<i32> {
        self.bytes().map(i32::from_ne_bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_cut_short_ends_the_walk() {
        let mut fields = Fields::of(&[1, 0, 0, 0, 0]);
        assert_eq!(fields.u8(), Some(1));
        assert_eq!(fields.u64(), None);
        assert_eq!(fields.u8(), None);
    }
}
