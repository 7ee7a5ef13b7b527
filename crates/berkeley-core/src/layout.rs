//! Fields of C structures in bytes that a kernel wrote: read one after another, never past the end.
//! Structures that go both ways are declared by `c_struct`.

/// What is left of a structure to be read. Each field is `None` once the bytes are at their end, for
/// older kernels write fewer.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'b>(&'b [u8]);

macro_rules! numbers {
    ($($name:ident),*) => { $(
        /// The next field, in host order.
        pub(crate) fn $name(&mut self) -> Option<$name> {
            self.bytes().map($name::from_ne_bytes)
        }
    )* };
}

impl<'b> Fields<'b> {
    pub(crate) const fn new(bytes: &'b [u8]) -> Self {
        Self(bytes)
    }

    numbers!(u32, i32, i64);
    // For structures that some systems alone have.
    #[cfg(any(linux_like, apple))]
    numbers!(u64);
    #[cfg(linux_like)]
    numbers!(u8, u16);

    /// The next `N` bytes.
    pub(crate) fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        // Nothing follows a field that is cut short.
        let (field, rest) = std::mem::take(&mut self.0).split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }

    /// What was not read.
    #[cfg(linux_like)]
    pub(crate) const fn rest(self) -> &'b [u8] {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_end_where_the_bytes_do() {
        let mut fields = Fields::new(&[1, 0, 0, 2, 3, 4]);
        assert_eq!(fields.u32(), Some(u32::from_ne_bytes([1, 0, 0, 2])));
        assert_eq!(fields.u32(), None);
        assert_eq!(fields.bytes::<1>(), None, "nothing follows a field that is cut short");
    }
}
