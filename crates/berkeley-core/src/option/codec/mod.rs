//! How option values are written for the kernel and read back.
//!
//! A value with a type of its own here is its own codec: `bool`, `i32`, `u32`, `u64`, [`Family`],
//! the structs of the levels. The other shapes have a name:
//!
//! | file | what |
//! |---|---|
//! | `numbers.rs` | ints and what is an int to the kernel: constants, flags, errors |
//! | `times.rs` | durations in the units that options have |
//! | `text.rs` | names and other bytes of any length |
//! | `structs.rs` | C structs, and lists of them |
//! | `special.rs` | lengths alone, nothing at all, a descriptor |
//! | `addresses.rs` | IP addresses and interfaces |

mod addresses;
mod numbers;
#[cfg(linux_like)]
mod special;
#[cfg(linux_like)]
mod structs;
mod text;
mod times;

pub use addresses::InterfaceBigEndian;
#[cfg(any(linux_like, apple, freebsd))]
pub(super) use addresses::storage;
#[cfg(linux_like)]
pub(super) use addresses::{STORAGE, decode_ip};
pub use numbers::{
    Byte, ByteBool, Count, Flags, OptionalBool, OptionalCount, OptionalError, OptionalRate,
};
#[allow(unused_imports)] // Not every platform has options of every shape.
pub(super) use numbers::{constants, decode_int, ints};
#[cfg(linux_like)]
pub use special::{Length, Nothing, PeerProcess};
#[cfg(linux_like)]
pub use structs::List;
#[cfg(linux_like)]
pub(super) use structs::{get_all, laid_out};
pub use text::{Bytes, Text};
pub use times::{
    Microseconds, Milliseconds, OptionalLinger, OptionalSeconds, OptionalTimeout, Seconds,
};

#[allow(unused_imports)] // For the docs above.
use crate::constant::Family;
use crate::sys;
use std::io;
use std::os::fd::BorrowedFd;

/// How a value is written for the kernel. `'v` is how long it is borrowed, where it is.
pub trait Encode<'v> {
    /// The value as Rust has it.
    type Value;
    /// The bytes as the kernel takes them.
    type Bytes: AsRef<[u8]>;

    /// Writes the value.
    ///
    /// # Errors
    /// `InvalidInput` when the kernel's type cannot hold the value.
    fn encode(value: Self::Value) -> io::Result<Self::Bytes>;

    /// Sets an option: setsockopt(2). Replaced where the value is not bytes alone.
    ///
    /// # Errors
    /// Those of [`encode`](Self::encode) and of the system call.
    fn set(fd: BorrowedFd<'_>, level: i32, name: i32, value: Self::Value) -> io::Result<()> {
        sys::set_option(fd, level, name, Self::encode(value)?.as_ref())
    }
}

/// How a value is read from what the kernel wrote.
pub trait Decode {
    /// The value as Rust has it.
    type Value;
    /// The most bytes that the kernel has to say.
    const ROOM: usize;

    /// Reads the value from what the kernel wrote, which may be shorter than [`ROOM`](Self::ROOM).
    ///
    /// # Errors
    /// `InvalidData` when the bytes are no value, or too few for one.
    fn decode(bytes: &[u8]) -> io::Result<Self::Value>;

    /// Gets an option: getsockopt(2). Replaced where the value is not bytes alone.
    ///
    /// # Errors
    /// Those of the system call and of [`decode`](Self::decode).
    fn get(fd: BorrowedFd<'_>, level: i32, name: i32) -> io::Result<Self::Value> {
        let (mut few, mut many) = ([0; 64], Vec::new());
        let room = match few.get_mut(..Self::ROOM) {
            Some(few) => few,
            None => {
                many.resize(Self::ROOM, 0);
                &mut many[..]
            }
        };
        let len = sys::get_option(fd, level, name, room)?;
        Self::decode(&room[..len])
    }
}

/// How a question is put to the kernel, for options that read the buffer before they write it.
///
/// `'v` is how long the question is borrowed, where it is.
pub trait Query<'v> {
    /// What is asked.
    type Question;
    /// What the kernel says.
    type Answer;

    /// Writes the question, with room for the answer.
    ///
    /// # Errors
    /// `InvalidInput` when the kernel's type cannot hold the question.
    fn ask(question: Self::Question) -> io::Result<Vec<u8>>;

    /// Reads the answer from what the kernel left of the question.
    ///
    /// # Errors
    /// `InvalidData` when the bytes are no answer, or too few for one.
    fn answer(bytes: &[u8]) -> io::Result<Self::Answer>;

    /// Asks: getsockopt(2). Replaced where question and answer are not bytes alone.
    ///
    /// # Errors
    /// Those of [`ask`](Self::ask), of the system call and of [`answer`](Self::answer).
    fn query(
        fd: BorrowedFd<'_>,
        level: i32,
        name: i32,
        question: Self::Question,
    ) -> io::Result<Self::Answer> {
        let mut bytes = Self::ask(question)?;
        let len = sys::get_option(fd, level, name, &mut bytes)?;
        Self::answer(&bytes[..len])
    }
}

/// Nothing to say: options that act when they are set.
impl Encode<'_> for () {
    type Value = ();
    /// An int, which the kernel wants to see and does not look at.
    type Bytes = [u8; 4];

    fn encode((): ()) -> io::Result<[u8; 4]> {
        Ok([0; 4])
    }
}

/// A value that the kernel's type cannot hold, or that would be cut short there.
pub(super) fn invalid_input(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message.into())
}

/// The error for `bytes` that are not `what`.
pub(super) fn invalid_data(bytes: &[u8], what: &str) -> io::Error {
    let message = format!("the option has {} bytes, which are not {what}", bytes.len());
    io::Error::new(io::ErrorKind::InvalidData, message)
}
