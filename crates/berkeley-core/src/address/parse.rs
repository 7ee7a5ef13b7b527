//! Text into addresses, numeric forms only.

use super::{Address, Inet6Address, UnixAddress, UnixAddressError};
use crate::interface::Interface;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4};
use std::str::FromStr;

/// Why text is no address. Its message says what would be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressParseError {
    text: String,
    reason: Reason,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    NoPort,
    Port,
    Host,
    Ipv6Host,
    Interface,
    Unix(UnixAddressError),
}

impl fmt::Display for AddressParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not an address: ", self.text)?;
        match self.reason {
            Reason::NoPort => {
                f.write_str("write 127.0.0.1:80, [::1]:80, unix:/path or, on Linux, unix:@name")
            }
            Reason::Port => f.write_str("the port must be a number from 0 to 65535"),
            Reason::Host => f.write_str(
                "the host must be a number like 127.0.0.1 or [::1], empty for any interface, or \
                 <broadcast>; a name has to be resolved first",
            ),
            Reason::Ipv6Host => f.write_str("the host in brackets must be an IPv6 address"),
            Reason::Interface => f.write_str("there is no interface of the name after %"),
            Reason::Unix(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for AddressParseError {}

impl From<AddressParseError> for io::Error {
    fn from(error: AddressParseError) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}

impl FromStr for Address {
    type Err = AddressParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|reason| AddressParseError { text: text.to_owned(), reason })
    }
}

fn parse(text: &str) -> Result<Address, Reason> {
    if let Some(name) = text.strip_prefix("unix:") {
        return Ok(Address::Unix(UnixAddress::parse(name).map_err(Reason::Unix)?));
    }
    let (host, port) = text.rsplit_once(':').ok_or(Reason::NoPort)?;
    // `u16::from_str` also takes a leading plus, which is no port.
    let port_is_digits = is_number(port);
    if let Some(host) = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        let port = port.parse().ok().filter(|_| port_is_digits).ok_or(Reason::Port)?;
        return parse_inet6(host, port);
    }
    if text.starts_with('[') || host.contains(':') {
        return Err(Reason::NoPort);
    }
    let port = port.parse().ok().filter(|_| port_is_digits).ok_or(Reason::Port)?;
    let ip = match host {
        "" => Ipv4Addr::UNSPECIFIED,
        "<broadcast>" => Ipv4Addr::BROADCAST,
        number => number.parse().map_err(|_| Reason::Host)?,
    };
    Ok(Address::Inet(SocketAddrV4::new(ip, port)))
}

fn parse_inet6(host: &str, port: u16) -> Result<Address, Reason> {
    let (ip, scope) = match host.split_once('%') {
        None => (host, Interface::ANY),
        Some((ip, scope)) => (ip, parse_scope(scope)?),
    };
    let ip: Ipv6Addr = ip.parse().map_err(|_| Reason::Ipv6Host)?;
    Ok(Address::Inet6(Inet6Address::new(ip, port).with_scope(scope)))
}

/// A number is an index, whether such an interface exists or not; anything else is a name.
fn parse_scope(text: &str) -> Result<Interface, Reason> {
    match text.parse() {
        Ok(id) if is_number(text) => Ok(Interface::from_index(id)),
        _ => Interface::from_name(text).map_err(|_| Reason::Interface),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        for text in [
            "127.0.0.1:80",
            "0.0.0.0:0",
            "255.255.255.255:65535",
            "[::1]:80",
            "[fe80::1%3]:80",
            "unix:/run/app.sock",
            "unix:relative",
            "unix:",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn special_hosts() {
        assert_eq!(":80".parse::<Address>().unwrap().to_string(), "0.0.0.0:80");
        assert_eq!("<broadcast>:9".parse::<Address>().unwrap().to_string(), "255.255.255.255:9");
    }

    #[cfg(linux_like)]
    #[test]
    fn a_scope_by_name_keeps_the_name() {
        let address: Address = "[fe80::1%lo]:80".parse().unwrap();
        assert_eq!(address.to_string(), "[fe80::1%lo]:80");
        let Address::Inet6(inner) = address else { panic!("IPv6") };
        assert_eq!(inner.scope.index(), crate::sys::interface_index("lo").unwrap());
    }

    #[test]
    fn bad_text_says_what_would_be_good() {
        for (text, hint) in [
            ("127.0.0.1", "write 127.0.0.1:80"),
            ("", "write 127.0.0.1:80"),
            ("::1:80", "write 127.0.0.1:80"),
            ("[::1]", "write 127.0.0.1:80"),
            ("127.0.0.1:65536", "from 0 to 65535"),
            ("127.0.0.1:+80", "from 0 to 65535"),
            ("127.0.0.1:", "from 0 to 65535"),
            ("localhost:80", "has to be resolved first"),
            ("[localhost]:80", "must be an IPv6 address"),
            ("[fe80::1%nope]:80", "no interface"),
            ("unix:a\\q", "a backslash"),
        ] {
            let error = text.parse::<Address>().expect_err(text);
            let message = error.to_string();
            assert!(message.contains(hint), "{message}");
            assert_eq!(io::Error::from(error).kind(), io::ErrorKind::InvalidInput);
        }
    }
}
