//! The numbers of the socket interface as open newtypes: known values have names, unknown ones
//! survive. And every constant by its name in C, at run time: [`lookup`].

mod ethernet;
mod family;
mod kind;
mod message_flags;
mod protocol;
mod resolver;
mod table;

pub use ethernet::EtherType;
pub use family::Family;
pub use kind::Kind;
pub use message_flags::MsgFlags;
pub use protocol::Protocol;
pub use resolver::{AddrInfoFlags, EaiCode, NameInfoFlags};
pub use table::{Constant, Value, lookup, platforms, table};

/// A newtype over the kernel's integer that takes every value.
macro_rules! open_newtype {
    ($(#[$meta:meta])* pub struct $type:ident($raw:ty);) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $type($raw);

        impl $type {
            /// The value that the system calls this number, known here or not.
            #[must_use]
            pub const fn from_raw(raw: $raw) -> Self {
                Self(raw)
            }

            /// The number that the system calls take.
            #[must_use]
            pub const fn raw(self) -> $raw {
                self.0
            }
        }
    };
}
pub(crate) use open_newtype;

/// Rows of named values of an open newtype: a constant each, and their table. Rows may be switched
/// by platform. Where two have one number, the name of the first is shown.
macro_rules! named_values {
    (
        $type:ident, $table:ident;
        $( $(#[doc = $doc:literal])* $(#[cfg($cfg:meta)])? $name:ident = $value:expr; )*
    ) => {
        impl $type {
            $( $(#[doc = $doc])* $(#[cfg($cfg)])? pub const $name: Self = Self($value); )*
        }

        const $table: &[($type, &str)] =
            &[ $( $(#[cfg($cfg)])? ($type::$name, stringify!($name)), )* ];
    };
}
pub(crate) use named_values;

/// The name of a value in one table of [`named_values`].
pub(crate) fn name_of<T: PartialEq>(
    table: &[(T, &'static str)],
    value: &T,
) -> Option<&'static str> {
    table.iter().find(|(known, _)| known == value).map(|(_, name)| *name)
}

/// An open newtype whose values have one name each, which `Debug` shows.
macro_rules! open_constants {
    ($(#[$meta:meta])* pub struct $type:ident($raw:ty); $($rows:tt)*) => {
        $crate::constant::open_newtype! { $(#[$meta])* pub struct $type($raw); }

        // A scope of its own, for the table.
        const _: () = {
            $crate::constant::named_values! { $type, NAMES; $($rows)* }

            impl $type {
                /// The name of this constant, where it has one.
                #[must_use]
                pub fn name(self) -> Option<&'static str> {
                    $crate::constant::name_of(NAMES, &self)
                }
            }
        };

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
        assert_eq!(format!("{:?}", EaiCode::NONAME), "NONAME");
        assert_eq!(format!("{:?}", EtherType::ARP), "ARP");
        let unknown = Family::from_raw(4711);
        assert_eq!(format!("{unknown:?}"), "Family(4711)");
        assert_eq!(unknown.raw(), 4711);
        assert_eq!(unknown.name(), None);
        assert_eq!(EtherType::from_raw(u16::MAX).raw(), u16::MAX);
    }

    #[test]
    fn unknown_flags_survive() {
        let flags = MsgFlags::from_bits_retain(1 << 27) | MsgFlags::PEEK;
        assert!(flags.contains(MsgFlags::PEEK));
        assert_eq!(flags.bits() & (1 << 27), 1 << 27);
        assert_eq!(format!("{flags:?}"), "MsgFlags(PEEK | 0x8000000)");
        let flags = AddrInfoFlags::from_bits_retain(1 << 27) | AddrInfoFlags::PASSIVE;
        assert_eq!(format!("{flags:?}"), "AddrInfoFlags(PASSIVE | 0x8000000)");
        let flags = NameInfoFlags::from_bits_retain(1 << 27) | NameInfoFlags::DGRAM;
        assert_eq!(format!("{flags:?}"), "NameInfoFlags(DGRAM | 0x8000000)");
    }
}
