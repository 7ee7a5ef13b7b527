//! Every constant by its name, at run time: for configuration files, command lines and tools.
//!
//! The files beside this one have the rows: a group, and for each set of platforms the names that
//! exist there. `sys` has the numbers.

mod bluetooth;
mod can;
mod internet;
mod others;
mod resolver;
mod sockets;

use std::sync::LazyLock;

/// The value of a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A number, as the header has it: `VMADDR_CID_ANY` is 4294967295, and `TIPC_WAIT_FOREVER` is
    /// -1.
    Integer(i64),
    /// A text, as the addresses of Bluetooth and the identifiers of Hyper-V are written.
    Text(&'static str),
}

/// A constant of the headers of this platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Constant {
    /// The name in C: `SO_MARK`.
    pub name: &'static str,
    /// What it stands for.
    pub value: Value,
    /// What it belongs to, in words: `socket options`.
    pub group: &'static str,
}

/// The value of the constant with this name; `None` where there is none, here or anywhere.
///
/// ```
/// use berkeley_core::constant::{self, Family, Value};
///
/// let family = i64::from(Family::INET6.raw());
/// assert_eq!(constant::lookup("AF_INET6"), Some(Value::Integer(family)));
/// assert_eq!(constant::lookup("AF_NOWHERE"), None);
/// ```
#[must_use]
pub fn lookup(name: &str) -> Option<Value> {
    let at = HERE.binary_search_by_key(&name, |constant| constant.name).ok()?;
    Some(HERE[at].value)
}

/// The constants of this platform, by name.
pub fn table() -> impl ExactSizeIterator<Item = &'static Constant> {
    HERE.iter().copied()
}

/// Where the constant with this name exists; `None` for a name that no row has.
///
/// A platform is one of `unix` (all but Windows), `linux_like` (`linux` and `android`), `apple`,
/// `bsd` (`freebsd`, `dragonfly`, `netbsd` and `openbsd`) and `windows`. A few names of old systems
/// exist nowhere.
///
/// ```
/// use berkeley_core::constant;
///
/// assert_eq!(constant::platforms("SIO_RCVALL"), Some(["windows"].as_slice()));
/// assert_eq!(constant::platforms("AF_NOWHERE"), None);
/// ```
#[must_use]
pub fn platforms(name: &str) -> Option<&'static [&'static str]> {
    let section = sections().find(|section| section.names.contains(&name))?;
    Some(section.platforms)
}

/// The names of a group that exist on the same platforms.
struct Section {
    platforms: &'static [&'static str],
    names: &'static [&'static str],
    /// The same names, if this is such a platform.
    here: &'static [Constant],
}

fn sections() -> impl Iterator<Item = &'static Section> {
    [
        sockets::SECTIONS,
        internet::SECTIONS,
        resolver::SECTIONS,
        can::SECTIONS,
        bluetooth::SECTIONS,
        others::SECTIONS,
    ]
    .into_iter()
    .flatten()
}

/// What exists here, by name.
static HERE: LazyLock<Box<[&Constant]>> = LazyLock::new(|| {
    let mut here: Box<[_]> = sections().flat_map(|section| section.here).collect();
    here.sort_unstable_by_key(|constant| constant.name);
    here
});

/// Rows of a file: `"group": [platforms] NAME NAME …;`, a text after its name.
macro_rules! constants {
    ($(
        $group:literal:
        $( [$($platform:ident)*] $( $name:ident $(= $text:literal)? )+; )+
    )+) => {
        pub(super) const SECTIONS: &[super::Section] = &[ $($(
            $crate::constant::table::section! {
                $group, [$(stringify!($platform)),*], #[cfg(any($($platform),*))]
                $( $name $(= $text)? )+
            },
        )+)+ ];
    };
}
use constants;

macro_rules! section {
    (
        $group:literal, $platforms:expr, #[cfg($here:meta)] $( $name:ident $(= $text:literal)? )+
    ) => {
        $crate::constant::table::Section {
            platforms: &$platforms,
            names: &[ $(stringify!($name)),+ ],
            here: &[ $(
                #[cfg($here)]
                $crate::constant::table::Constant {
                    name: stringify!($name),
                    value: $crate::constant::table::value!($name $(= $text)?),
                    group: $group,
                },
            )+ ],
        }
    };
}
use section;

/// A text, or the number of `sys` with this name, whatever its type: none reaches 2^63.
macro_rules! value {
    ($name:ident = $text:literal) => {
        $crate::constant::table::Value::Text($text)
    };
    ($name:ident) => {{
        #[allow(clippy::cast_possible_wrap)]
        $crate::constant::table::Value::Integer($crate::sys::c::$name as i64)
    }};
}
use value;

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_name_is_in_two_rows() {
        let mut seen = HashSet::new();
        for name in sections().flat_map(|section| section.names) {
            assert!(seen.insert(name), "{name}");
        }
        assert!(seen.len() > 570);
    }

    #[test]
    fn what_is_in_the_table_can_be_looked_up() {
        for constant in table() {
            assert_eq!(lookup(constant.name), Some(constant.value), "{constant:?}");
            assert!(!platforms(constant.name).unwrap().is_empty(), "{constant:?}");
        }
        let names = || table().map(|constant| constant.name);
        assert!(names().zip(names().skip(1)).all(|(one, next)| one < next), "sorted");
    }
}
