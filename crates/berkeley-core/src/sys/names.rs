//! What the C library knows of names: addresses of hosts and names of addresses.
#![allow(unsafe_code)] // Calls of C: see the module docs of `sys`.

use super::call::call;
use super::length::length;
use super::{RawAddress, c};
use std::ffi::{CStr, OsString, c_char, c_int, c_void};
use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::ffi::OsStringExt;
use std::ptr;

/// What getaddrinfo is asked for, apart from names.
#[derive(Clone, Copy)]
pub(crate) struct Hints {
    pub(crate) flags: i32,
    pub(crate) family: i32,
    pub(crate) kind: i32,
    pub(crate) protocol: i32,
}

/// One entry of its answer.
pub(crate) struct AddrInfo {
    pub(crate) family: i32,
    pub(crate) kind: i32,
    pub(crate) protocol: i32,
    pub(crate) canonical_name: Option<String>,
    pub(crate) address: RawAddress,
}

/// Why a lookup failed: a code of the lookup's own (`EAI_*`, or `h_errno`), or an errno.
pub(crate) enum LookupFailure {
    Code(i32),
    System(io::Error),
}

/// A list of getaddrinfo, given back when it is dropped.
struct List(*mut libc::addrinfo);

impl Drop for List {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: the list came from getaddrinfo, and nothing borrowed from it is left.
            unsafe { libc::freeaddrinfo(self.0) };
        }
    }
}

/// The addresses of a host and a service: man 3 getaddrinfo.
pub(crate) fn addresses(
    host: Option<&CStr>,
    service: Option<&CStr>,
    hints: Hints,
) -> Result<Vec<AddrInfo>, LookupFailure> {
    let service = numeric_service(service, hints.flags);
    let hints = libc::addrinfo {
        ai_flags: hints.flags,
        ai_family: hints.family,
        ai_socktype: hints.kind,
        ai_protocol: hints.protocol,
        ai_addrlen: 0,
        ai_addr: ptr::null_mut(),
        ai_canonname: ptr::null_mut(),
        ai_next: ptr::null_mut(),
    };
    let (host, service) = (or_null(host), or_null(service));
    let mut list = List(ptr::null_mut());
    lookup(|| {
        // SAFETY: the names are NUL-terminated or null, the hints have the fields set that may be,
        // and `list.0` is where the call may store its answer.
        unsafe { libc::getaddrinfo(host, service, &raw const hints, &raw mut list.0) }
    })?;
    let mut found = Vec::new();
    let mut next = list.0;
    while !next.is_null() {
        // SAFETY: `next` is an entry of the list, which lives until `list` is dropped.
        let entry = unsafe { &*next };
        found.push(AddrInfo {
            family: entry.ai_family,
            kind: entry.ai_socktype,
            protocol: entry.ai_protocol,
            canonical_name: (!entry.ai_canonname.is_null()).then(|| text(entry.ai_canonname)),
            // No address is longer than a sockaddr_storage.
            address: RawAddress::from_bytes(&bytes(
                entry.ai_addr.cast(),
                entry.ai_addrlen as usize,
            ))
            .unwrap_or(RawAddress::empty()),
        });
        next = entry.ai_next;
    }
    Ok(found)
}

/// The name of an address and of its port: man 3 getnameinfo.
pub(crate) fn name_info(
    address: &RawAddress,
    flags: i32,
) -> Result<(String, String), LookupFailure> {
    // NI_MAXHOST. That of services is too short for the path of a Unix socket.
    const ROOM: u16 = 1025;
    let mut host = [0_u8; ROOM as usize];
    let mut service = [0_u8; ROOM as usize];
    lookup(|| {
        // SAFETY: `address` is valid for reads of its length, the two buffers for writes of theirs.
        unsafe {
            libc::getnameinfo(
                address.as_ptr().cast(),
                length(address.len()),
                host.as_mut_ptr().cast(),
                ROOM.into(),
                service.as_mut_ptr().cast(),
                ROOM.into(),
                flags,
            )
        }
    })?;
    Ok((text_of(&host), text_of(&service)))
}

/// Makes a lookup that returns `EAI_*`, again while a signal interrupts it.
fn lookup(mut call: impl FnMut() -> c_int) -> Result<(), LookupFailure> {
    loop {
        match call() {
            0 => return Ok(()),
            c::EAI_SYSTEM => match system_failure(c::EAI_SYSTEM) {
                LookupFailure::System(e) if e.kind() == io::ErrorKind::Interrupted => {
                    crate::interrupt::go_on().map_err(LookupFailure::System)?;
                }
                failure => return Err(failure),
            },
            code => return Err(LookupFailure::Code(code)),
        }
    }
}

/// The errno of a lookup whose `code` points to it; the code itself where there is none: glibc
/// does not always set it.
pub(super) fn system_failure(code: i32) -> LookupFailure {
    match io::Error::last_os_error() {
        e if e.raw_os_error() == Some(0) => LookupFailure::Code(code),
        e => LookupFailure::System(e),
    }
}

/// Given a service that is none or 0, macOS's getaddrinfo reads through a null pointer when it is
/// told that services are numbers; "00" is the same and does not.
#[cfg(apple)]
fn numeric_service(service: Option<&CStr>, flags: i32) -> Option<&CStr> {
    let is_zero = service.is_none_or(|service| service == c"0");
    if is_zero && flags & libc::AI_NUMERICSERV != 0 { Some(c"00") } else { service }
}

/// The service as it is: nothing to work around.
#[cfg(not(apple))]
fn numeric_service(service: Option<&CStr>, _: i32) -> Option<&CStr> {
    service
}

/// The text of an error of a lookup.
pub(crate) fn eai_text(code: i32) -> String {
    // SAFETY: takes an integer only.
    text(unsafe { libc::gai_strerror(code) })
}

pub(crate) fn host_name() -> io::Result<OsString> {
    // Longer than any system allows: 64 bytes on Linux, 255 by POSIX.
    let mut name = [0_u8; 1025];
    // SAFETY: `name` is valid for writes of its length.
    call("gethostname", || unsafe { libc::gethostname(name.as_mut_ptr().cast(), name.len()) })?;
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    Ok(OsString::from_vec(name[..end].to_vec()))
}

pub(crate) fn set_host_name(name: &[u8]) -> io::Result<()> {
    // The length is of another type on each system; no system takes a name of this length.
    let len = u16::try_from(name.len()).map_err(|_| io::Error::from_raw_os_error(c::EINVAL))?;
    // SAFETY: `name` is valid for reads of its length.
    call("sethostname", || unsafe { libc::sethostname(name.as_ptr().cast(), len.into()) }).map(drop)
}

unsafe extern "C" {
    fn inet_aton(text: *const c_char, address: *mut libc::in_addr) -> c_int;
    fn inet_pton(family: c_int, text: *const c_char, address: *mut c_void) -> c_int;
    fn inet_ntop(
        family: c_int,
        address: *const c_void,
        text: *mut c_char,
        len: libc::socklen_t,
    ) -> *const c_char;
}

/// An IPv4 address of all the forms that the C library takes: man 3 inet_aton.
pub(crate) fn address_of_text(text: &CStr) -> Option<Ipv4Addr> {
    let mut address = libc::in_addr { s_addr: 0 };
    // SAFETY: `text` is NUL-terminated, and `address` is for the call to write.
    let is_address = unsafe { inet_aton(text.as_ptr(), &raw mut address) } != 0;
    is_address.then(|| Ipv4Addr::from(address.s_addr.to_ne_bytes()))
}

/// An IPv4 address in dotted decimal form: man 3 inet_pton.
pub(crate) fn inet_of_text(text: &CStr) -> Option<[u8; 4]> {
    let mut octets = [0; 4];
    // SAFETY: `text` is NUL-terminated, and `octets` are the four that this family writes.
    let outcome = unsafe { inet_pton(c::AF_INET, text.as_ptr(), octets.as_mut_ptr().cast()) };
    (outcome == 1).then_some(octets)
}

/// An IPv6 address: man 3 inet_pton.
pub(crate) fn inet6_of_text(text: &CStr) -> Option<[u8; 16]> {
    let mut octets = [0; 16];
    // SAFETY: `text` is NUL-terminated, and `octets` are the sixteen that this family writes.
    let outcome = unsafe { inet_pton(c::AF_INET6, text.as_ptr(), octets.as_mut_ptr().cast()) };
    (outcome == 1).then_some(octets)
}

/// An IP address as the C library writes it: man 3 inet_ntop.
pub(crate) fn text_of_address(address: IpAddr) -> io::Result<String> {
    // Longer than INET6_ADDRSTRLEN.
    const ROOM: u8 = 64;
    let mut room = [0_u8; ROOM as usize];
    let (v4, v6);
    let (family, octets): (_, &[u8]) = match address {
        IpAddr::V4(ip) => {
            v4 = ip.octets();
            (c::AF_INET, &v4)
        }
        IpAddr::V6(ip) => {
            v6 = ip.octets();
            (c::AF_INET6, &v6)
        }
    };
    let (from, to) = (octets.as_ptr().cast(), room.as_mut_ptr().cast());
    // SAFETY: `octets` are as many as the family has, and `room` is as long as said.
    let written = unsafe { inet_ntop(family, from, to, ROOM.into()) };
    if written.is_null() { Err(io::Error::last_os_error()) } else { Ok(text_of(&room)) }
}

/// Calls a function that stores what it finds in a buffer and reports ERANGE where it has not room
/// enough, with larger and larger buffers. Returns its last result, and the buffer, to be kept as
/// long as what was found points there.
#[cfg(any(linux_like, freebsd))]
pub(super) fn fill(mut call: impl FnMut(&mut [u8]) -> c_int) -> (c_int, Vec<u8>) {
    /// Past any answer of a name server, which has 64 KiB at most.
    const LARGEST: usize = 1 << 20;
    let mut buffer = vec![0; 1024];
    loop {
        match call(&mut buffer) {
            libc::ERANGE if buffer.len() < LARGEST => buffer.resize(2 * buffer.len(), 0),
            outcome => return (outcome, buffer),
        }
    }
}

/// What a list of pointers has before the null that ends it.
pub(super) fn pointers(list: *mut *mut c_char) -> Vec<*mut c_char> {
    let mut found = Vec::new();
    if list.is_null() {
        return found;
    }
    let mut next = list;
    loop {
        // SAFETY: every caller passes a list that ends with a null, which was not passed yet.
        let pointer = unsafe { *next };
        if pointer.is_null() {
            return found;
        }
        found.push(pointer);
        // SAFETY: this was not the end, so there is another behind it.
        next = unsafe { next.add(1) };
    }
}

/// A copy of a C string. Names are ASCII by the rules of the internet; what is not UTF-8 is
/// replaced. A null is an empty string.
pub(super) fn text(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: every caller passes a NUL-terminated string of the C library that lives until it
    // returns.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_string_lossy().into_owned()
}

/// The C string that a call wrote into `buffer`.
fn text_of(buffer: &[u8]) -> String {
    CStr::from_bytes_until_nul(buffer).unwrap_or_default().to_string_lossy().into_owned()
}

/// A copy of bytes that the C library points to; none for a null.
pub(super) fn bytes(start: *const u8, len: usize) -> Vec<u8> {
    if start.is_null() {
        return Vec::new();
    }
    // SAFETY: every caller passes a pointer to `len` bytes of an answer that lives until it
    // returns.
    let bytes = unsafe { std::slice::from_raw_parts(start, len) };
    bytes.to_vec()
}

pub(super) fn or_null(text: Option<&CStr>) -> *const c_char {
    text.map_or(ptr::null(), CStr::as_ptr)
}
