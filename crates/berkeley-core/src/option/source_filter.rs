//! Who may send to a group, all at once: `struct group_filter`, the same for IPv4 and IPv6. Linux,
//! RFC 3678, section 5.

use super::codec::{
    Decode, Encode, Query, STORAGE, decode_ip, invalid_data, invalid_input, storage,
};
use super::multicast::{GROUP, Group};
use crate::constant::open_constants;
use crate::sys;
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::BorrowedFd;

open_constants! {
    /// What a list of hosts is: `MCAST_INCLUDE`, `MCAST_EXCLUDE`.
    pub struct FilterMode(i32);

    /// Everybody but these: `MCAST_EXCLUDE`.
    EXCLUDE = 0;
    /// These and nobody else: `MCAST_INCLUDE`.
    INCLUDE = 1;
}

/// Who may send to a group that the socket is a member of: what is set, and the answer to a
/// [`Group`].
#[derive(Debug)]
pub enum SourceList {}

/// Who may send to a group, as the kernel says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Sources {
    /// What the list is.
    pub mode: FilterMode,
    /// The hosts.
    pub hosts: Vec<IpAddr>,
}

const MODE: usize = GROUP + STORAGE;
const COUNT: usize = MODE + 4;
const HOSTS: usize = COUNT + 4;

impl<'v> Encode<'v> for SourceList {
    type Value = (Group, &'v Sources);
    type Bytes = Vec<u8>;

    fn encode((group, sources): Self::Value) -> io::Result<Vec<u8>> {
        write(group, sources.mode, &sources.hosts)
    }
}

impl Query<'_> for SourceList {
    type Question = Group;
    type Answer = Sources;

    /// With room for the most hosts that a system of usual settings lets a group have.
    fn ask(question: Group) -> io::Result<Vec<u8>> {
        ask(question, 64)
    }

    fn answer(bytes: &[u8]) -> io::Result<Sources> {
        let invalid = || invalid_data(bytes, "a source filter");
        let mode = bytes.get(MODE..COUNT).ok_or_else(invalid)?;
        let mode = FilterMode::decode(mode)?;
        let hosts = bytes.get(HOSTS..).unwrap_or_default().chunks_exact(STORAGE);
        let hosts = hosts.take(count(bytes).ok_or_else(invalid)?);
        let hosts = hosts.map(|host| decode_ip(host).map(|host| host.ip()).ok_or_else(invalid));
        Ok(Sources { mode, hosts: hosts.collect::<io::Result<_>>()? })
    }

    /// The kernel says how many hosts there are, however many the question has room for.
    fn query(fd: BorrowedFd<'_>, level: i32, name: i32, question: Group) -> io::Result<Sources> {
        let mut bytes = Self::ask(question)?;
        loop {
            let room = (bytes.len() - HOSTS) / STORAGE;
            sys::get_source_filter(fd, level, name, &mut bytes)?;
            match count(&bytes) {
                Some(count) if count > room => bytes = ask(question, count)?,
                _ => return Self::answer(&bytes),
            }
        }
    }
}

super::codec::constants!(FilterMode);

/// The question with room for so many hosts.
fn ask(question: Group, hosts: usize) -> io::Result<Vec<u8>> {
    write(question, FilterMode::EXCLUDE, &vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED); hosts])
}

fn write(group: Group, mode: FilterMode, hosts: &[IpAddr]) -> io::Result<Vec<u8>> {
    let count = u32::try_from(hosts.len()).map_err(|_| invalid_input("too many hosts"))?;
    let mut bytes = group.head()?;
    bytes.extend_from_slice(&mode.raw().to_ne_bytes());
    bytes.extend_from_slice(&count.to_ne_bytes());
    hosts.iter().for_each(|host| bytes.extend_from_slice(&storage(*host)));
    Ok(bytes)
}

/// How many hosts a `group_filter` says it has.
fn count(bytes: &[u8]) -> Option<usize> {
    let count = bytes.get(COUNT..)?.first_chunk()?;
    usize::try_from(u32::from_ne_bytes(*count)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Interface;

    #[test]
    fn a_filter_that_claims_more_hosts_than_it_has_is_read_to_its_end() {
        let group = Group { group: Ipv4Addr::new(239, 1, 2, 3).into(), interface: Interface::ANY };
        let hosts = vec![IpAddr::from(Ipv4Addr::new(192, 0, 2, 1))];
        let sources = Sources { mode: FilterMode::INCLUDE, hosts };
        let mut bytes = SourceList::encode((group, &sources)).unwrap();
        bytes[COUNT..HOSTS].copy_from_slice(&u32::MAX.to_ne_bytes());
        assert_eq!(SourceList::answer(&bytes).unwrap(), sources);
        assert!(SourceList::answer(&bytes[..COUNT]).is_err());
    }
}
