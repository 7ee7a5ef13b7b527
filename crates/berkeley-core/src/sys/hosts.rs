//! Hosts with their aliases: man 3 gethostbyname.
#![allow(unsafe_code)] // Calls of C: see the module docs of `sys`.

use super::names::{LookupFailure, text};
use std::net::IpAddr;

/// A host as gethostbyname and gethostbyaddr tell it.
pub(crate) struct HostEntry {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) addresses: Vec<IpAddr>,
}

#[cfg(any(linux_like, freebsd))]
mod calls {
    use super::super::c;
    use super::super::length::length;
    use super::super::names::{bytes, fill, pointers, system_failure, text};
    use super::{HostEntry, LookupFailure};
    use std::ffi::{CStr, c_char, c_int, c_void};
    use std::io;
    use std::net::IpAddr;
    use std::ptr;

    unsafe extern "C" {
        fn gethostbyname_r(
            name: *const c_char,
            entry: *mut libc::hostent,
            buffer: *mut c_char,
            len: usize,
            found: *mut *mut libc::hostent,
            code: *mut c_int,
        ) -> c_int;

        fn gethostbyaddr_r(
            address: *const c_void,
            address_len: libc::socklen_t,
            family: c_int,
            entry: *mut libc::hostent,
            buffer: *mut c_char,
            len: usize,
            found: *mut *mut libc::hostent,
            code: *mut c_int,
        ) -> c_int;
    }

    /// The host of this name, its IPv4 addresses alone: man 3 gethostbyname_r.
    pub(crate) fn host_by_name(name: &CStr) -> Result<HostEntry, LookupFailure> {
        look_up(|entry, buffer, found, code| {
            // SAFETY: `name` is NUL-terminated; the entry, the buffer by its length, and the two
            // results are for the call to write.
            unsafe {
                let len = buffer.len();
                gethostbyname_r(name.as_ptr(), entry, buffer.as_mut_ptr().cast(), len, found, code)
            }
        })
    }

    /// The host that has this address: man 3 gethostbyaddr_r.
    pub(crate) fn host_by_address(address: IpAddr) -> Result<HostEntry, LookupFailure> {
        let (octets, family) = match address {
            IpAddr::V4(v4) => (v4.octets().to_vec(), c::AF_INET),
            IpAddr::V6(v6) => (v6.octets().to_vec(), c::AF_INET6),
        };
        look_up(|entry, buffer, found, code| {
            let (len, octets_len) = (buffer.len(), length(octets.len()));
            let (octets, buffer) = (octets.as_ptr().cast(), buffer.as_mut_ptr().cast());
            // SAFETY: `octets` are as many as the family has; the rest is as above.
            unsafe { gethostbyaddr_r(octets, octets_len, family, entry, buffer, len, found, code) }
        })
    }

    /// Makes a lookup with larger and larger buffers until its answer fits, and copies that.
    fn look_up(
        mut call: impl FnMut(
            *mut libc::hostent,
            &mut [u8],
            *mut *mut libc::hostent,
            *mut c_int,
        ) -> c_int,
    ) -> Result<HostEntry, LookupFailure> {
        let mut entry = libc::hostent {
            h_name: ptr::null_mut(),
            h_aliases: ptr::null_mut(),
            h_addrtype: 0,
            h_length: 0,
            h_addr_list: ptr::null_mut(),
        };
        let (mut found, mut code) = (ptr::null_mut(), 0);
        let (errno, _buffer) =
            fill(|buffer| call(&raw mut entry, buffer, &raw mut found, &raw mut code));
        if found.is_null() {
            return Err(match (code, errno) {
                // NETDB_INTERNAL: the errno tells.
                (-1, 1..) => LookupFailure::System(io::Error::from_raw_os_error(errno)),
                (-1, _) => system_failure(-1),
                (code, _) => LookupFailure::Code(code),
            });
        }
        let len = usize::try_from(entry.h_length).unwrap_or_default();
        Ok(HostEntry {
            name: text(entry.h_name),
            aliases: pointers(entry.h_aliases).into_iter().map(|alias| text(alias)).collect(),
            addresses: pointers(entry.h_addr_list)
                .into_iter()
                .filter_map(|address| ip(&bytes(address.cast(), len)))
                .collect(),
        })
    }

    fn ip(octets: &[u8]) -> Option<IpAddr> {
        let v4 = <[u8; 4]>::try_from(octets).map(IpAddr::from);
        v4.or_else(|_| <[u8; 16]>::try_from(octets).map(IpAddr::from)).ok()
    }
}

/// There are no calls here that are safe among threads: getaddrinfo and getnameinfo tell the same,
/// but for aliases.
#[cfg(not(any(linux_like, freebsd)))]
mod calls {
    use super::super::names::{Hints, addresses, name_info};
    use super::super::{RawAddress, c};
    use super::{HostEntry, LookupFailure};
    use std::ffi::CStr;
    use std::net::{IpAddr, Ipv4Addr};

    /// The host of this name, its IPv4 addresses alone.
    pub(crate) fn host_by_name(name: &CStr) -> Result<HostEntry, LookupFailure> {
        let hints =
            Hints { flags: c::AI_CANONNAME, family: c::AF_INET, kind: c::SOCK_STREAM, protocol: 0 };
        let found = addresses(Some(name), None, hints).map_err(host_failure)?;
        let canonical = found.iter().find_map(|entry| entry.canonical_name.clone());
        Ok(HostEntry {
            name: canonical.unwrap_or_else(|| name.to_string_lossy().into_owned()),
            aliases: Vec::new(),
            // sockaddr_in: two bytes of port come before the address.
            addresses: found
                .iter()
                .filter_map(|entry| entry.address.tail().get(2..6)?.try_into().ok())
                .map(|octets: [u8; 4]| IpAddr::V4(Ipv4Addr::from(octets)))
                .collect(),
        })
    }

    /// The host that has this address.
    pub(crate) fn host_by_address(address: IpAddr) -> Result<HostEntry, LookupFailure> {
        let raw = match address {
            // sockaddr_in and sockaddr_in6 after their family: man 4 inet, man 4 inet6.
            IpAddr::V4(v4) => sockaddr(c::AF_INET, &[&[0; 2], &v4.octets()[..], &[0; 8]]),
            IpAddr::V6(v6) => sockaddr(c::AF_INET6, &[&[0; 6], &v6.octets()[..], &[0; 4]]),
        };
        let (name, _) = name_info(&raw, libc::NI_NAMEREQD).map_err(host_failure)?;
        Ok(HostEntry { name, aliases: Vec::new(), addresses: vec![address] })
    }

    fn sockaddr(family: i32, parts: &[&[u8]]) -> RawAddress {
        RawAddress::new(u16::try_from(family).unwrap_or_default(), &parts.concat())
    }

    /// A code of getaddrinfo as one of `h_errno`: netdb.h has the same numbers everywhere.
    fn host_failure(failure: LookupFailure) -> LookupFailure {
        match failure {
            LookupFailure::Code(c::EAI_NONAME) => LookupFailure::Code(1),
            LookupFailure::Code(c::EAI_AGAIN) => LookupFailure::Code(2),
            LookupFailure::Code(_) => LookupFailure::Code(3),
            failure => failure,
        }
    }
}

pub(crate) use calls::{host_by_address, host_by_name};

/// The text of an `h_errno`.
pub(crate) fn host_error_text(code: i32) -> String {
    // SAFETY: takes an integer only.
    text(unsafe { libc::hstrerror(code) })
}
