//! Values laid out as C lays them out: numbers, and structs of them.

use crate::interface::Interface;
use std::io;

/// A value with a place in a C struct, or a C struct itself.
pub(crate) trait Layout: Sized {
    /// What sizeof says of it.
    const SIZE: usize;
    /// What its place is a multiple of.
    const ALIGN: usize;
    /// How many bytes the oldest kernel knows of it; those that do not come are zero.
    const LEAST: usize = Self::SIZE;

    /// Writes it into [`SIZE`](Self::SIZE) bytes.
    fn put(&self, bytes: &mut [u8]);

    /// Reads it from [`SIZE`](Self::SIZE) bytes.
    fn take(bytes: &[u8]) -> Self;
}

/// The bytes of a value.
pub(crate) fn encode<T: Layout>(value: &T) -> Vec<u8> {
    let mut bytes = vec![0; T::SIZE];
    value.put(&mut bytes);
    bytes
}

/// The value at the start of what a kernel wrote.
///
/// # Errors
/// `InvalidData` when it is too short.
pub(crate) fn decode<T: Layout>(bytes: &[u8]) -> io::Result<T> {
    if let Some(enough) = bytes.get(..T::SIZE) {
        return Ok(T::take(enough));
    }
    if bytes.len() < T::LEAST {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{} bytes came where {} were expected", bytes.len(), T::LEAST),
        ));
    }
    let mut all = bytes.to_vec();
    all.resize(T::SIZE, 0);
    Ok(T::take(&all))
}

/// Goes through the places of a struct's fields, in their order.
pub(crate) struct Places {
    end: usize,
    align: usize,
}

impl Places {
    pub(crate) const fn new() -> Self {
        Self { end: 0, align: 1 }
    }

    /// Where the next field starts, of type `T`.
    pub(crate) const fn next<T: Layout>(&mut self) -> usize {
        let start = self.end.next_multiple_of(T::ALIGN);
        self.end = start + T::SIZE;
        if T::ALIGN > self.align {
            self.align = T::ALIGN;
        }
        start
    }

    /// The size of the struct, which is a multiple of its alignment.
    pub(crate) const fn size(&self) -> usize {
        self.end.next_multiple_of(self.align)
    }

    pub(crate) const fn align(&self) -> usize {
        self.align
    }

    pub(crate) fn put<T: Layout>(&mut self, field: &T, bytes: &mut [u8]) {
        let start = self.next::<T>();
        field.put(&mut bytes[start..start + T::SIZE]);
    }

    pub(crate) fn take<T: Layout>(&mut self, bytes: &[u8]) -> T {
        let start = self.next::<T>();
        T::take(&bytes[start..start + T::SIZE])
    }
}

/// Structs whose fields stand in the order of their C counterpart, and are as large. With `from N`
/// an older kernel may know the first N bytes alone.
macro_rules! c_structs {
    ($(
        $(#[$meta:meta])*
        $vis:vis struct $name:ident $(from $least:literal)? {
            $( $(#[$field_meta:meta])* $field_vis:vis $field:ident: $type:ty, )*
        }
    )*) => { $(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        $vis struct $name {
            $( $(#[$field_meta])* $field_vis $field: $type, )*
        }

        impl $name {
            const PLACES: $crate::c_struct::Places = {
                let mut places = $crate::c_struct::Places::new();
                $( places.next::<$type>(); )*
                places
            };
        }

        impl $crate::c_struct::Layout for $name {
            const SIZE: usize = Self::PLACES.size();
            const ALIGN: usize = Self::PLACES.align();
            $( const LEAST: usize = $least; )?

            fn put(&self, bytes: &mut [u8]) {
                let mut places = $crate::c_struct::Places::new();
                $( places.put(&self.$field, bytes); )*
            }

            fn take(bytes: &[u8]) -> Self {
                let mut places = $crate::c_struct::Places::new();
                Self { $( $field: places.take(bytes), )* }
            }
        }
    )* };
}
pub(crate) use c_structs;

macro_rules! numbers {
    ($($number:ident)*) => { $(
        impl Layout for $number {
            const SIZE: usize = size_of::<Self>();
            // Of this platform's C too: i386 aligns 64 bits to 4 bytes, in both languages.
            const ALIGN: usize = align_of::<Self>();

            fn put(&self, bytes: &mut [u8]) {
                bytes.copy_from_slice(&self.to_ne_bytes());
            }

            fn take(bytes: &[u8]) -> Self {
                let mut number = [0; Self::SIZE];
                number.copy_from_slice(bytes);
                Self::from_ne_bytes(number)
            }
        }
    )* };
}
numbers! { u8 u16 u32 u64 i32 isize }

/// One byte, as in C's newer structs. An option that is a `bool` by itself is an int.
impl Layout for bool {
    const SIZE: usize = 1;
    const ALIGN: usize = 1;

    fn put(&self, bytes: &mut [u8]) {
        u8::from(*self).put(bytes);
    }

    fn take(bytes: &[u8]) -> Self {
        u8::take(bytes) != 0
    }
}

/// Types that are a number to C, with what makes them from it and what gives it back.
macro_rules! as_numbers {
    ($($type:ty: $number:ty, $from:ident, $to:ident;)*) => { $(
        impl $crate::c_struct::Layout for $type {
            const SIZE: usize = <$number as $crate::c_struct::Layout>::SIZE;
            const ALIGN: usize = <$number as $crate::c_struct::Layout>::ALIGN;

            fn put(&self, bytes: &mut [u8]) {
                $crate::c_struct::Layout::put(&self.$to(), bytes);
            }

            fn take(bytes: &[u8]) -> Self {
                Self::$from(<$number as $crate::c_struct::Layout>::take(bytes))
            }
        }
    )* };
}
pub(crate) use as_numbers;

impl<T: Layout + Copy + Default, const N: usize> Layout for [T; N] {
    const SIZE: usize = T::SIZE * N;
    const ALIGN: usize = T::ALIGN;

    fn put(&self, bytes: &mut [u8]) {
        for (item, place) in self.iter().zip(bytes.chunks_exact_mut(T::SIZE)) {
            item.put(place);
        }
    }

    fn take(bytes: &[u8]) -> Self {
        let mut items = [T::default(); N];
        for (item, place) in items.iter_mut().zip(bytes.chunks_exact(T::SIZE)) {
            *item = T::take(place);
        }
        items
    }
}

as_numbers! { Interface: u32, from_index, index; }

#[cfg(test)]
mod tests {
    use super::*;

    c_structs! {
        struct Mixed from 8 {
            byte: u8,
            interface: Interface,
            long: isize,
            bytes: [u8; 3],
            half: u16,
            last: bool,
        }
    }

    /// What the compiler makes of the same.
    #[repr(C)]
    struct Reference {
        byte: u8,
        interface: i32,
        long: isize,
        bytes: [u8; 3],
        half: u16,
        last: bool,
    }

    const MIXED: Mixed = Mixed {
        byte: 1,
        interface: Interface::from_index(2),
        long: -3,
        bytes: [4, 5, 6],
        half: 7,
        last: true,
    };

    #[test]
    fn a_struct_is_laid_out_as_c_does() {
        assert_eq!(Mixed::SIZE, size_of::<Reference>());
        assert_eq!(Mixed::ALIGN, align_of::<Reference>());
        let bytes = encode(&MIXED);
        let at = |offset: usize, value: &[u8]| {
            assert_eq!(&bytes[offset..offset + value.len()], value);
        };
        at(std::mem::offset_of!(Reference, byte), &[1]);
        at(std::mem::offset_of!(Reference, interface), &2_i32.to_ne_bytes());
        at(std::mem::offset_of!(Reference, long), &(-3_isize).to_ne_bytes());
        at(std::mem::offset_of!(Reference, bytes), &[4, 5, 6]);
        at(std::mem::offset_of!(Reference, half), &7_u16.to_ne_bytes());
        at(std::mem::offset_of!(Reference, last), &[1]);
        assert_eq!(decode::<Mixed>(&bytes).unwrap(), MIXED);
    }

    #[test]
    fn what_an_older_kernel_leaves_out_is_zero_and_less_is_an_error() {
        let bytes = encode(&MIXED);
        let old = decode::<Mixed>(&bytes[..8]).unwrap();
        assert_eq!((old.byte, old.interface.index()), (1, 2));
        assert_eq!((old.long, old.bytes, old.half, old.last), (0, [0; 3], 0, false));
        for len in 0..8 {
            let error = decode::<Mixed>(&bytes[..len]).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        }
        assert!(decode::<u16>(&[1]).is_err());
        assert_eq!(decode::<u16>(&[1, 0, 9, 9]).unwrap().to_ne_bytes(), [1, 0]);
    }
}
