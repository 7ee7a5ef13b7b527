//! The databases of services and protocols: man 5 services, man 5 protocols.
#![allow(unsafe_code)] // Calls of C: see the module docs of `sys`.

use super::names::{or_null, pointers, text};
use std::ffi::CStr;

/// A service or a protocol.
pub(crate) struct DatabaseEntry {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    /// The number of a protocol; the port of a service, in network order.
    pub(crate) number: i32,
    /// The protocol of a service.
    pub(crate) protocol: String,
}

fn service(entry: &libc::servent) -> DatabaseEntry {
    DatabaseEntry {
        name: text(entry.s_name),
        aliases: pointers(entry.s_aliases).into_iter().map(|alias| text(alias)).collect(),
        number: entry.s_port,
        protocol: text(entry.s_proto),
    }
}

fn protocol(entry: &libc::protoent) -> DatabaseEntry {
    DatabaseEntry {
        name: text(entry.p_name),
        aliases: pointers(entry.p_aliases).into_iter().map(|alias| text(alias)).collect(),
        number: entry.p_proto,
        protocol: String::new(),
    }
}

/// Where each call has a form that stores its answer in a buffer of the caller.
#[cfg(any(all(linux_like, target_env = "gnu"), freebsd))]
mod calls {
    use super::super::names::fill;
    use super::*;
    use std::ffi::{c_char, c_int};
    use std::io;
    use std::ptr;

    unsafe extern "C" {
        fn getservbyname_r(
            name: *const c_char,
            protocol: *const c_char,
            entry: *mut libc::servent,
            buffer: *mut c_char,
            len: usize,
            found: *mut *mut libc::servent,
        ) -> c_int;

        fn getservbyport_r(
            port: c_int,
            protocol: *const c_char,
            entry: *mut libc::servent,
            buffer: *mut c_char,
            len: usize,
            found: *mut *mut libc::servent,
        ) -> c_int;

        fn getprotobyname_r(
            name: *const c_char,
            entry: *mut libc::protoent,
            buffer: *mut c_char,
            len: usize,
            found: *mut *mut libc::protoent,
        ) -> c_int;

        fn getprotobynumber_r(
            number: c_int,
            entry: *mut libc::protoent,
            buffer: *mut c_char,
            len: usize,
            found: *mut *mut libc::protoent,
        ) -> c_int;
    }

    /// The service of this name; `None` when there is none.
    pub(crate) fn service_by_name(
        name: &CStr,
        protocol: Option<&CStr>,
    ) -> io::Result<Option<DatabaseEntry>> {
        let (name, protocol) = (name.as_ptr(), or_null(protocol));
        service_by(|entry, buffer, found| {
            let len = buffer.len();
            // SAFETY: the names are NUL-terminated or null; the entry, the buffer by its length,
            // and the result are for the call to write.
            unsafe {
                getservbyname_r(name, protocol, entry, buffer.as_mut_ptr().cast(), len, found)
            }
        })
    }

    /// The service at this port, which is in network order.
    pub(crate) fn service_by_port(
        port: i32,
        protocol: Option<&CStr>,
    ) -> io::Result<Option<DatabaseEntry>> {
        let protocol = or_null(protocol);
        service_by(|entry, buffer, found| {
            let len = buffer.len();
            // SAFETY: as above.
            unsafe {
                getservbyport_r(port, protocol, entry, buffer.as_mut_ptr().cast(), len, found)
            }
        })
    }

    /// The protocol of this name.
    pub(crate) fn protocol_by_name(name: &CStr) -> io::Result<Option<DatabaseEntry>> {
        let name = name.as_ptr();
        protocol_by(|entry, buffer, found| {
            let len = buffer.len();
            // SAFETY: as above.
            unsafe { getprotobyname_r(name, entry, buffer.as_mut_ptr().cast(), len, found) }
        })
    }

    /// The protocol of this number.
    pub(crate) fn protocol_by_number(number: i32) -> io::Result<Option<DatabaseEntry>> {
        protocol_by(|entry, buffer, found| {
            let len = buffer.len();
            // SAFETY: as above.
            unsafe { getprotobynumber_r(number, entry, buffer.as_mut_ptr().cast(), len, found) }
        })
    }

    fn service_by(
        mut call: impl FnMut(*mut libc::servent, &mut [u8], *mut *mut libc::servent) -> c_int,
    ) -> io::Result<Option<DatabaseEntry>> {
        let mut entry = libc::servent {
            s_name: ptr::null_mut(),
            s_aliases: ptr::null_mut(),
            s_port: 0,
            s_proto: ptr::null_mut(),
        };
        let mut found = ptr::null_mut();
        let (errno, _buffer) = fill(|buffer| call(&raw mut entry, buffer, &raw mut found));
        if found.is_null() { missing(errno) } else { Ok(Some(service(&entry))) }
    }

    fn protocol_by(
        mut call: impl FnMut(*mut libc::protoent, &mut [u8], *mut *mut libc::protoent) -> c_int,
    ) -> io::Result<Option<DatabaseEntry>> {
        let mut entry =
            libc::protoent { p_name: ptr::null_mut(), p_aliases: ptr::null_mut(), p_proto: 0 };
        let mut found = ptr::null_mut();
        let (errno, _buffer) = fill(|buffer| call(&raw mut entry, buffer, &raw mut found));
        if found.is_null() { missing(errno) } else { Ok(Some(protocol(&entry))) }
    }

    /// Nothing was found. ENOENT says that too, where the database itself is missing.
    fn missing(errno: c_int) -> io::Result<Option<DatabaseEntry>> {
        match errno {
            0 | libc::ENOENT => Ok(None),
            errno => Err(io::Error::from_raw_os_error(errno)),
        }
    }
}

/// Where they have not. Apple's systems and Android keep the answer for each thread; the others
/// keep one for all, which a lock guards against ourselves.
#[cfg(not(any(all(linux_like, target_env = "gnu"), freebsd)))]
mod calls {
    use super::*;
    use std::io;
    use std::sync::{Mutex, MutexGuard, PoisonError};

    fn lock() -> MutexGuard<'static, ()> {
        static LOCK: Mutex<()> = Mutex::new(());
        LOCK.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The service of this name; `None` when there is none.
    pub(crate) fn service_by_name(
        name: &CStr,
        protocol: Option<&CStr>,
    ) -> io::Result<Option<DatabaseEntry>> {
        let _lock = lock();
        // SAFETY: the names are NUL-terminated or null.
        let found = unsafe { libc::getservbyname(name.as_ptr(), or_null(protocol)) };
        // SAFETY: null, or an entry that stays until the next call, which the lock keeps away.
        Ok(unsafe { found.as_ref() }.map(service))
    }

    /// The service at this port, which is in network order.
    pub(crate) fn service_by_port(
        port: i32,
        protocol: Option<&CStr>,
    ) -> io::Result<Option<DatabaseEntry>> {
        let _lock = lock();
        // SAFETY: the protocol is NUL-terminated or null.
        let found = unsafe { libc::getservbyport(port, or_null(protocol)) };
        // SAFETY: null, or an entry that stays until the next call, which the lock keeps away.
        Ok(unsafe { found.as_ref() }.map(service))
    }

    /// The protocol of this name.
    pub(crate) fn protocol_by_name(name: &CStr) -> io::Result<Option<DatabaseEntry>> {
        let _lock = lock();
        // SAFETY: `name` is NUL-terminated.
        let found = unsafe { libc::getprotobyname(name.as_ptr()) };
        // SAFETY: null, or an entry that stays until the next call, which the lock keeps away.
        Ok(unsafe { found.as_ref() }.map(protocol))
    }

    /// The protocol of this number.
    pub(crate) fn protocol_by_number(number: i32) -> io::Result<Option<DatabaseEntry>> {
        let _lock = lock();
        // SAFETY: takes an integer only.
        let found = unsafe { libc::getprotobynumber(number) };
        // SAFETY: null, or an entry that stays until the next call, which the lock keeps away.
        Ok(unsafe { found.as_ref() }.map(protocol))
    }
}

pub(crate) use calls::{protocol_by_name, protocol_by_number, service_by_name, service_by_port};
