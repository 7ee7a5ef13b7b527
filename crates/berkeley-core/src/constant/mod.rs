//! The numbers of the socket interface as open newtypes: known values have names, unknown ones
//! survive.

mod family;
mod kind;
mod message_flags;
mod protocol;

pub use family::Family;
pub use kind::Kind;
pub use message_flags::MsgFlags;
pub use protocol::Protocol;

/// One open newtype over the kernel's integer, with a constant for each named value. Rows may be
/// switched by platform.
macro_rules! open_constants {
    (
        $(#[$type_meta:meta])*
        pub struct $type:ident;
        $( $(#[doc = $doc:literal])* $(#[cfg($cfg:meta)])? $name:ident = $value:expr; )*
    ) => {
        $(#[$type_meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type(i32);

        impl $type {
            $( $(#[doc = $doc])* $(#[cfg($cfg)])? pub const $name: Self = Self($value); )*

            const NAMES: &[(i32, &str)] = &[ $( $(#[cfg($cfg)])? ($value, stringify!($name)), )* ];

            /// The value that the system calls this number, known here or not.
            #[must_use]
            pub const fn from_raw(raw: i32) -> Self {
                Self(raw)
            }

            /// The number that the system calls take.
            #[must_use]
            pub const fn raw(self) -> i32 {
                self.0
            }

            /// The name of this constant, where it has one.
            #[must_use]
            pub fn name(self) -> Option<&'static str> {
                Self::NAMES.iter().find(|(value, _)| *value == self.0).map(|(_, name)| *name)
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, concat!(stringify!($type), "({})"), self.0),
                }
            }
        }
    };
}
pub(crate) use open_constants;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_the_name_and_unknown_values_survive() {
        assert_eq!(format!("{:?}", Family::INET6), "INET6");
        assert_eq!(format!("{:?}", Kind::SEQPACKET), "SEQPACKET");
        let unknown = Family::from_raw(4711);
        assert_eq!(format!("{unknown:?}"), "Family(4711)");
        assert_eq!(unknown.raw(), 4711);
        assert_eq!(unknown.name(), None);
    }

    #[test]
    fn unknown_message_flags_survive() {
        let flags = MsgFlags::from_bits_retain(1 << 30) | MsgFlags::PEEK;
        assert!(flags.contains(MsgFlags::PEEK));
        assert_eq!(flags.bits() & (1 << 30), 1 << 30);
    }
}
