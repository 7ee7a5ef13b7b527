//! Network interfaces: their indexes and names.

use crate::sys;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::io;

/// A network interface: its index, and its name where it was given by name.
///
/// Two are equal when their indexes are; the name is for people. Nothing is asked of the system
/// but by [`from_name`](Self::from_name), [`name`](Self::name) and [`all`](Self::all).
#[derive(Clone, Copy)]
pub struct Interface {
    index: u32,
    /// The name, padded with NULs; empty when the interface was given by number.
    name: [u8; sys::INTERFACE_NAME_LEN],
}

impl Interface {
    /// No interface in particular: index 0.
    pub const ANY: Self = Self::from_index(0);

    /// The interface with this index, whether there is one or not.
    #[must_use]
    pub const fn from_index(index: u32) -> Self {
        Self { index, name: [0; sys::INTERFACE_NAME_LEN] }
    }

    /// The interface with this name, looked up now: if_nametoindex(3).
    ///
    /// # Errors
    /// `ENODEV` when there is none, or the name is longer than the 15 bytes that names have.
    #[doc(alias = "if_nametoindex")]
    pub fn from_name(name: &str) -> io::Result<Self> {
        Ok(Self::from_index(sys::interface_index(name)?).named(name))
    }

    /// Every interface of this network namespace, with its name: if_nameindex(3).
    ///
    /// # Errors
    /// What the system reports when it cannot tell.
    #[doc(alias = "if_nameindex")]
    pub fn all() -> io::Result<Vec<Self>> {
        let all = sys::interfaces()?;
        Ok(all.iter().map(|(index, name)| Self::from_index(*index).named(name)).collect())
    }

    fn named(mut self, name: &str) -> Self {
        if let Some(room) = self.name.get_mut(..name.len()) {
            room.copy_from_slice(name.as_bytes());
        }
        self
    }

    /// The index; 0 for none.
    #[must_use]
    pub const fn index(&self) -> u32 {
        self.index
    }

    /// The name: as given, or looked up now (if_indextoname(3)).
    ///
    /// # Errors
    /// `ENXIO` when there is no such interface.
    #[doc(alias = "if_indextoname")]
    pub fn name(&self) -> io::Result<String> {
        match self.given_name() {
            Some(name) => Ok(name.to_owned()),
            None => sys::interface_name(self.index),
        }
    }

    fn given_name(&self) -> Option<&str> {
        let end = self.name.iter().position(|byte| *byte == 0).unwrap_or(self.name.len());
        std::str::from_utf8(&self.name[..end]).ok().filter(|name| !name.is_empty())
    }
}

/// The name if it was given by name, else the index.
impl fmt::Display for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.given_name() {
            Some(name) => f.write_str(name),
            None => self.index.fmt(f),
        }
    }
}

impl fmt::Debug for Interface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.given_name() {
            Some(name) => write!(f, "Interface({}, {name})", self.index),
            None => write!(f, "Interface({})", self.index),
        }
    }
}

impl PartialEq for Interface {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl Eq for Interface {}

impl PartialOrd for Interface {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Interface {
    fn cmp(&self, other: &Self) -> Ordering {
        self.index.cmp(&other.index)
    }
}

impl Hash for Interface {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_keeps_its_name_and_equals_its_index() {
        let by_name = Interface::from_name("lo").or_else(|_| Interface::from_name("lo0")).unwrap();
        let by_index = Interface::from_index(by_name.index());
        assert_eq!(by_name, by_index);
        assert_eq!(by_name.name().unwrap(), by_index.name().unwrap());
        assert_eq!(by_index.to_string(), by_name.index().to_string());
        assert!(by_name.to_string().starts_with("lo"));
        assert!(Interface::all().unwrap().contains(&by_name));
    }

    #[test]
    fn what_does_not_exist_says_so() {
        let longest = "no such interface of a name so long";
        for name in ["nope", "", longest, "nul\0"] {
            assert!(Interface::from_name(name).is_err(), "{name:?}");
        }
        assert!(Interface::from_index(u32::MAX).name().is_err());
    }
}
