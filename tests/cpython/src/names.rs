//! Functions for names: of hosts, services, protocols and interfaces.

use crate::address::{Encoded, first_address, to_python};
use crate::arguments::{Call, parse, parse_keywords, parse_tuple};
use crate::errors;
use crate::python::{Class, Object, Python, Result};
use crate::values::{Argument, Text};
use berkeley_core::constant::{AddrInfoFlags, NameInfoFlags};
use berkeley_core::resolve::{
    self, AddrInfo, Host, HostEntry, NameInfo, Port, ProtocolEntry, ServiceEntry,
};
use berkeley_core::{Address, Family, Interface, Kind, Protocol};
use std::ffi::{OsStr, c_int};
use std::os::unix::ffi::OsStrExt;

/// `getaddrinfo(host, port, family=0, type=0, proto=0, flags=0)`.
pub(crate) fn getaddrinfo(call: Call<'_>) -> Result<Object<'_>> {
    let [mut host, mut port] = [Argument::missing(call.py); 2];
    let (mut family, mut kind, mut protocol, mut flags): (c_int, c_int, c_int, c_int) =
        (0, 0, 0, 0);
    parse_keywords!(
        call,
        c"OO|iiii:getaddrinfo",
        [c"host", c"port", c"family", c"type", c"proto", c"flags"],
        host,
        port,
        family,
        kind,
        protocol,
        flags,
    )?;
    let py = call.py;
    let event = [
        host.object(py)?,
        port.object(py)?,
        py.integer(family)?,
        py.integer(kind)?,
        py.integer(protocol)?,
    ];
    let host = if host.is_none() { Host::NONE } else { Encoded::new(py, host)?.host() };
    let port = service(py, port)?;
    py.audit(c"socket.getaddrinfo", event)?;
    let query = resolve::addresses(host, port)
        .family(Family::from_raw(family))
        .kind(Kind::from_raw(kind))
        .protocol(Protocol::from_raw(protocol))
        .flags(AddrInfoFlags::from_bits_retain(flags));
    let found = py.detach(|| query.lookup());
    let found = found.map_err(|error| errors::raise_resolve(py, &error))?;
    py.list(found.iter().map(|entry: &AddrInfo| {
        py.tuple([
            py.integer(entry.family.raw())?,
            py.integer(entry.kind.raw())?,
            py.integer(entry.protocol.raw())?,
            py.text(entry.canonical_name.as_deref().unwrap_or_default())?,
            to_python(py, Some(&entry.address))?,
        ])
    }))
}

/// A port: a number of any size, which is asked as its text, or the name of a service.
fn service(py: Python<'_>, port: Argument<'_>) -> Result<Port> {
    if port.is_none() {
        return Ok(Port::NONE);
    }
    if port.is_integer() {
        let text = port.to_text(py)?;
        return Ok(Argument::of(&text).bytes_of_text(py)?.into());
    }
    if port.is_text() {
        return Ok(port.bytes_of_text(py)?.into());
    }
    if port.is_bytes() {
        return Ok(port.bytes(py)?.into());
    }
    Err(py.raise(Class::Os, "Int or String expected"))
}

/// `getnameinfo(sockaddr, flags)`: the address of a host that is a number.
pub(crate) fn getnameinfo(call: Call<'_>) -> Result<Object<'_>> {
    let (mut object, mut flags): (_, c_int) = (Argument::missing(call.py), 0);
    parse!(call, c"Oi:getnameinfo", object, flags)?;
    let py = call.py;
    if !object.is_tuple() {
        return Err(py.raise(Class::Type, "getnameinfo() argument 1 must be a tuple"));
    }
    let mut host = Text::missing(call.py);
    let (mut port, mut flowinfo, mut scope): (c_int, u32, u32) = (0, 0, 0);
    let format = c"si|II;getnameinfo(): illegal sockaddr argument";
    parse_tuple!(py, object, format, host, port, flowinfo, scope)?;
    if flowinfo > 0xF_FFFF {
        return Err(py.raise(Class::Overflow, "getnameinfo(): flowinfo must be 0-1048575."));
    }
    py.audit(c"socket.getnameinfo", [object.object(py)?])?;
    let query = resolve::addresses(host.get().unwrap_or_default(), port.to_string().as_str())
        .kind(Kind::DGRAM)
        .flags(AddrInfoFlags::NUMERICHOST);
    let found = query.lookup().map_err(|error| errors::raise_resolve(py, &error))?;
    let [only] = found.as_slice() else {
        return Err(py.raise(Class::Os, "sockaddr resolved to multiple addresses"));
    };
    let address = match only.address {
        Address::Inet(_) if object.tuple_len() != 2 => {
            return Err(py.raise(Class::Os, "IPv4 sockaddr must be 2 tuple"));
        }
        Address::Inet6(mut v6) => {
            v6.flowinfo = flowinfo;
            v6.with_scope(Interface::from_index(scope)).into()
        }
        other => other,
    };
    let flags = NameInfoFlags::from_bits_retain(flags);
    let names = py.detach(|| resolve::name_info(address, flags));
    let NameInfo { host, service, .. } =
        names.map_err(|error| errors::raise_resolve(py, &error))?;
    py.tuple([py.path(host.as_bytes())?, py.text(&service)?])
}

pub(crate) fn gethostbyname(call: Call<'_>) -> Result<Object<'_>> {
    let mut object = Argument::missing(call.py);
    parse!(call, c"O:gethostbyname", object)?;
    let name = Encoded::new(call.py, object)?;
    call.py.audit(c"socket.gethostbyname", [object.object(call.py)?])?;
    let found = first_address(call.py, &name, Family::INET)?;
    call.py.text(&found.as_ip().map(|ip| ip.ip().to_string()).unwrap_or_default())
}

pub(crate) fn gethostbyname_ex(call: Call<'_>) -> Result<Object<'_>> {
    let mut object = Argument::missing(call.py);
    parse!(call, c"O:gethostbyname_ex", object)?;
    let name = Encoded::new(call.py, object)?;
    call.py.audit(c"socket.gethostbyname", [object.object(call.py)?])?;
    // A name that is not known is a `gaierror`, as it is for the other functions.
    first_address(call.py, &name, Family::INET)?;
    let host = name.host();
    let found = call.py.detach(|| HostEntry::from_name(host));
    entry_tuple(call.py, &found.map_err(|error| errors::raise_host(call.py, &error))?)
}

pub(crate) fn gethostbyaddr(call: Call<'_>) -> Result<Object<'_>> {
    let mut object = Argument::missing(call.py);
    parse!(call, c"O:gethostbyaddr", object)?;
    let name = Encoded::new(call.py, object)?;
    call.py.audit(c"socket.gethostbyaddr", [object.object(call.py)?])?;
    let address = first_address(call.py, &name, Family::UNSPEC)?;
    let Some(address) = address.as_ip() else {
        return Err(call.py.raise(Class::Os, "unsupported address family"));
    };
    let found = call.py.detach(|| HostEntry::from_address(address.ip()));
    entry_tuple(call.py, &found.map_err(|error| errors::raise_host(call.py, &error))?)
}

fn entry_tuple<'o>(py: Python<'o>, entry: &HostEntry) -> Result<Object<'o>> {
    py.tuple([
        py.path(entry.name.as_bytes())?,
        py.list(entry.aliases.iter().map(|alias| py.path(alias.as_bytes())))?,
        py.list(entry.addresses.iter().map(|address| py.text(&address.to_string())))?,
    ])
}

pub(crate) fn gethostname(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":gethostname")?;
    call.py.audit(c"socket.gethostname", [])?;
    match resolve::host_name() {
        Ok(name) => call.py.path(name.as_bytes()),
        Err(error) => Err(errors::raise(call.py, &error)),
    }
}

pub(crate) fn sethostname(call: Call<'_>) -> Result<Object<'_>> {
    let mut object = Argument::missing(call.py);
    parse!(call, c"O:sethostname", object)?;
    let name = object.path(call.py)?;
    call.py.audit(c"socket.sethostname", [object.object(call.py)?])?;
    let outcome = resolve::set_host_name(OsStr::from_bytes(&name));
    outcome.map_err(|error| errors::raise(call.py, &error))?;
    Ok(call.py.none())
}

pub(crate) fn getservbyname(call: Call<'_>) -> Result<Object<'_>> {
    let [mut name, mut protocol] = [Text::missing(call.py); 2];
    parse!(call, c"s|s:getservbyname", name, protocol)?;
    let (name, protocol) = (name.get().unwrap_or_default(), protocol.get());
    let event = [call.py.text(name)?, call.py.text(protocol.unwrap_or_default())?];
    call.py.audit(c"socket.getservbyname", event)?;
    match call.py.detach(|| ServiceEntry::from_name(name, protocol)) {
        Ok(entry) => call.py.integer(entry.port),
        Err(_) => Err(call.py.raise(Class::Os, "service/proto not found")),
    }
}

pub(crate) fn getservbyport(call: Call<'_>) -> Result<Object<'_>> {
    let (mut port, mut protocol): (c_int, _) = (0, Text::missing(call.py));
    parse!(call, c"i|s:getservbyport", port, protocol)?;
    let Ok(port) = u16::try_from(port) else {
        return Err(call.py.raise(Class::Overflow, "getservbyport: port must be 0-65535."));
    };
    let protocol = protocol.get();
    let event = [call.py.integer(port)?, call.py.text(protocol.unwrap_or_default())?];
    call.py.audit(c"socket.getservbyport", event)?;
    match call.py.detach(|| ServiceEntry::from_port(port, protocol)) {
        Ok(entry) => call.py.text(&entry.name),
        Err(_) => Err(call.py.raise(Class::Os, "port/proto not found")),
    }
}

pub(crate) fn getprotobyname(call: Call<'_>) -> Result<Object<'_>> {
    let mut name = Text::missing(call.py);
    parse!(call, c"s:getprotobyname", name)?;
    let name = name.get().unwrap_or_default();
    match call.py.detach(|| ProtocolEntry::from_name(name)) {
        Ok(entry) => call.py.integer(entry.protocol.raw()),
        Err(_) => Err(call.py.raise(Class::Os, "protocol not found")),
    }
}

pub(crate) fn if_nameindex(call: Call<'_>) -> Result<Object<'_>> {
    parse!(call, c":if_nameindex")?;
    let all = Interface::all().map_err(|error| errors::raise(call.py, &error))?;
    call.py.list(all.iter().map(|interface| {
        let name = interface.name().unwrap_or_default();
        call.py.tuple([call.py.integer(interface.index())?, call.py.path(name.as_bytes())?])
    }))
}

pub(crate) fn if_nametoindex(call: Call<'_>) -> Result<Object<'_>> {
    let mut object = Argument::missing(call.py);
    parse!(call, c"O:if_nametoindex", object)?;
    let name = String::from_utf8_lossy(&object.path(call.py)?).into_owned();
    match Interface::from_name(&name) {
        Ok(interface) => call.py.integer(interface.index()),
        Err(_) => Err(call.py.raise(Class::Os, "no interface with this name")),
    }
}

pub(crate) fn if_indextoname(call: Call<'_>) -> Result<Object<'_>> {
    let mut object = Argument::missing(call.py);
    parse!(call, c"O:if_indextoname", object)?;
    let Ok(index) = u32::try_from(object.unsigned(call.py)?) else {
        return Err(call.py.raise(Class::Overflow, "index is too large"));
    };
    match Interface::from_index(index).name() {
        Ok(name) => call.py.path(name.as_bytes()),
        Err(error) => Err(errors::raise(call.py, &error)),
    }
}
