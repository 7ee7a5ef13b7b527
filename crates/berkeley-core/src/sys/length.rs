//! Lengths and counts in the types that the C libraries give them: one field is a `size_t`, a
//! `socklen_t` or an `int`, each somewhere.

/// A type that a C library counts in.
pub(super) trait Length: Copy {
    /// This many; what does not fit is past everything that a kernel takes, and so is the most.
    fn of(len: usize) -> Self;

    /// What a kernel wrote; below zero is nothing.
    fn get(self) -> usize;
}

impl Length for usize {
    #[inline]
    fn of(len: usize) -> Self {
        len
    }

    #[inline]
    fn get(self) -> usize {
        self
    }
}

macro_rules! narrow {
    ($($type:ty),*) => { $(
        impl Length for $type {
            #[inline]
            fn of(len: usize) -> Self {
                Self::try_from(len).unwrap_or(Self::MAX)
            }

            #[inline]
            fn get(self) -> usize {
                usize::try_from(self).unwrap_or(0)
            }
        }
    )* };
}
narrow!(i32, u32);

/// [`Length::of`], in whatever type the place has.
#[inline]
pub(super) fn length<T: Length>(len: usize) -> T {
    T::of(len)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_do_not_wrap() {
        assert_eq!(length::<i32>(5), 5);
        assert_eq!(length::<i32>(usize::MAX), i32::MAX);
        assert_eq!(length::<u32>(usize::MAX), u32::MAX);
        assert_eq!(length::<usize>(usize::MAX), usize::MAX);
        assert_eq!((-1_i32).get(), 0);
        assert_eq!(u32::MAX.get(), u32::MAX as usize);
    }
}
