//! Text into addresses, numeric forms only.

use super::error::{AddressParseError, Reason};
use super::text::{Fields, interface, is_digits};
use super::{Address, Inet6Address};
use crate::interface::Interface;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddrV4};
use std::str::FromStr;

impl FromStr for Address {
    type Err = AddressParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).map_err(|reason| AddressParseError { text: text.to_owned(), reason })
    }
}

fn parse(text: &str) -> Result<Address, Reason> {
    let form = text.split_once(':').and_then(|(prefix, rest)| {
        let form = FORMS.iter().find(|form| form.prefix == prefix)?;
        Some((form, rest))
    });
    match form {
        Some((form, rest)) => (form.parse)(Fields::new(rest, form.text)),
        None => parse_inet(text),
    }
}

/// A text that begins with the name of a family, as an error shows it, and what reads the rest.
struct Form {
    prefix: &'static str,
    text: &'static str,
    parse: fn(Fields<'_>) -> Result<Address, Reason>,
}

/// Rows of a prefix, the form of the whole text, and what reads what follows the prefix.
macro_rules! forms {
    ($( $(#[cfg($cfg:meta)])? $prefix:literal, $text:literal => $parse:path; )*) => {
        &[ $( $(#[cfg($cfg)])? Form {
            prefix: $prefix,
            text: $text,
            parse: |fields| Ok($parse(fields)?.into()),
        }, )* ]
    };
}

const FORMS: &[Form] = forms! {
    "unix", "unix:/path or, on Linux, unix:@name" => super::UnixAddress::parse;
    #[cfg(linux_like)]
    "netlink", "netlink:PID:GROUPS" => super::NetlinkAddress::parse;
    #[cfg(linux_like)]
    "packet", "packet:INTERFACE:PROTOCOL, and after it :TYPE:HARDWARETYPE:BYTES if need be" =>
        super::PacketAddress::parse;
    #[cfg(any(linux_like, apple))]
    "vsock", "vsock:CID:PORT, and after it :FLAGS if need be" => super::VsockAddress::parse;
    #[cfg(any(linux_like, netbsd))]
    "can", "can:INTERFACE" => super::CanAddress::parse_bus;
    #[cfg(linux_like)]
    "isotp", "isotp:INTERFACE:RX:TX" => super::CanAddress::parse_isotp;
    #[cfg(linux_like)]
    "j1939", "j1939:INTERFACE:NAME:PGN:ADDR" => super::CanAddress::parse_j1939;
    #[cfg(linux_like)]
    "tipc", "tipc:name:SERVICE:INSTANCE:DOMAIN:SCOPE, tipc:nameseq:SERVICE:LOWER:UPPER:SCOPE or \
        tipc:id:NODE:REFERENCE; a scope is zone, cluster or node" => super::TipcAddress::parse;
    #[cfg(linux_like)]
    "alg", "alg:TYPE:NAME, and after it :FEAT:MASK if need be" => super::AlgAddress::parse;
    #[cfg(linux_like)]
    "qipcrtr", "qipcrtr:NODE:PORT" => super::QipcrtrAddress::parse;
    #[cfg(linux_like)]
    "xdp", "xdp:INTERFACE:QUEUE, and after it :FLAGS:FD if need be" => super::XdpAddress::parse;
    #[cfg(any(linux_like, freebsd, netbsd, dragonfly))]
    "l2cap", "l2cap:DEVICE:PSM, and after it :CID:TYPE if need be" =>
        super::BluetoothAddress::parse_l2cap;
    #[cfg(any(linux_like, freebsd, netbsd, dragonfly))]
    "rfcomm", "rfcomm:DEVICE:CHANNEL" => super::BluetoothAddress::parse_rfcomm;
    #[cfg(any(linux_like, freebsd, netbsd, dragonfly))]
    "hci", "hci:CONTROLLER, and after it :CHANNEL on Linux" => super::BluetoothAddress::parse_hci;
    #[cfg(any(linux_like, freebsd, netbsd, dragonfly))]
    "sco", "sco:DEVICE" => super::BluetoothAddress::parse_sco;
    #[cfg(apple)]
    "system", "system:ID:UNIT" => super::SysControlAddress::parse;
    #[cfg(windows)]
    "hyperv", "hyperv:VM:SERVICE" => super::HypervAddress::parse;
    "other", "other:FAMILY:BYTES, the number of the family and at most 126 bytes in hexadecimal" =>
        super::OtherAddress::parse;
};

fn parse_inet(text: &str) -> Result<Address, Reason> {
    let (host, port) = text.rsplit_once(':').ok_or(Reason::NoPort)?;
    // `u16::from_str` also takes a leading plus, which is no port.
    let port_is_digits = is_digits(port);
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
        Some((ip, scope)) => (ip, interface(scope)?),
    };
    let ip = match ip {
        "" => Ipv6Addr::UNSPECIFIED,
        number => number.parse().map_err(|_| Reason::Ipv6Host)?,
    };
    Ok(Address::Inet6(Inet6Address::new(ip, port).with_scope(scope)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

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
            "unix:with:colons",
            "unix:",
            "other:99:00ff",
            "other:99:",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
    }

    #[cfg(linux_like)]
    #[test]
    fn text_of_every_family_round_trips() {
        for text in [
            "netlink:0:0x0",
            "netlink:4294967295:0xffffffff",
            "packet:3:0x0800",
            "packet::0x0003",
            "packet:3:0x0806:1:1:ff:ff:ff:ff:ff:ff",
            "packet:3:0x0000:4:772",
            "vsock:2:1024",
            "vsock::4294967295",
            "vsock:2:1024:0x1",
            "can:3",
            "can:",
            "isotp:3:0x123:0x98daf110",
            "j1939:3:0xffffffffffffffff:0x40000:0xff",
            "tipc:name:18888:17",
            "tipc:name:18888:17:16781313:node",
            "tipc:name:18888:17:0:zone",
            "tipc:nameseq:18888:0:100",
            "tipc:nameseq:18888:0:100:-2",
            "tipc:id:16781313:4294967295",
            "alg:hash:sha256",
            "alg:skcipher:cbc(aes):0x1:0xf",
            "alg:a\\x3ab:\\\\",
            "qipcrtr:1:4294967294",
            "xdp:3:0",
            "xdp:3:7:0x1:5",
            "l2cap:01:23:45:67:89:AB:4097",
            "l2cap:01:23:45:67:89:AB:0:4:1",
            "rfcomm:01:23:45:67:89:AB:30",
            "hci:0",
            "hci:65535:3",
            "sco:01:23:45:67:89:AB",
        ] {
            let address: Address = text.parse().unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(address.to_string(), text);
        }
    }

    #[cfg(linux_like)]
    #[test]
    fn what_is_left_out_is_its_default() {
        for (short, long) in [
            ("netlink:", "netlink:0:0"),
            ("netlink:7", "netlink:7:0"),
            ("packet::0x3", "packet:0:3:0:0"),
            ("vsock::1024", "vsock:4294967295:1024"),
            ("can:", "can:0"),
            ("j1939:3", "j1939:3:0:0x40000:255"),
            ("tipc:name:1:2", "tipc:name:1:2:0:cluster"),
            ("tipc:nameseq:1:2:3", "tipc:nameseq:1:2:3:2"),
            ("alg:hash:sha1", "alg:hash:sha1:0:0"),
            ("xdp:3:0", "xdp:3:0:0:0"),
            ("l2cap::1", "l2cap:00:00:00:00:00:00:1:0:0"),
            ("rfcomm::1", "rfcomm:00:00:00:00:00:00:1"),
            ("sco:", "sco:00:00:00:00:00:00"),
            ("hci:1", "hci:1:0"),
        ] {
            assert_eq!(short.parse::<Address>(), long.parse(), "{short}");
        }
    }

    #[test]
    fn special_hosts() {
        assert_eq!(":80".parse::<Address>().unwrap().to_string(), "0.0.0.0:80");
        assert_eq!("[]:80".parse::<Address>().unwrap().to_string(), "[::]:80");
        assert_eq!("[%3]:80".parse::<Address>().unwrap().to_string(), "[::%3]:80");
        assert_eq!("<broadcast>:9".parse::<Address>().unwrap().to_string(), "255.255.255.255:9");
    }

    #[cfg(linux_like)]
    #[test]
    fn an_interface_by_name_keeps_the_name() {
        let address: Address = "[fe80::1%lo]:80".parse().unwrap();
        assert_eq!(address.to_string(), "[fe80::1%lo]:80");
        let Address::Inet6(inner) = address else { panic!("IPv6") };
        assert_eq!(inner.scope.index(), crate::sys::interface_index("lo").unwrap());
        for text in ["packet:lo:0x0800", "can:lo", "isotp:lo:0x1:0x2", "xdp:lo:0"] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
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
            ("[<broadcast>]:80", "must be an IPv6 address"),
            ("[fe80::1%nope]:80", "no interface"),
            ("unix:a\\q", "a backslash"),
            ("other:99:0", "write other:FAMILY:BYTES"),
            ("other:65536:00", "write other:FAMILY:BYTES"),
            ("other:9:00:00", "write other:FAMILY:BYTES"),
        ] {
            assert_hint(text, hint);
        }
        assert_hint(&format!("other:9:{}", "00".repeat(127)), "at most 126 bytes");
    }

    #[cfg(linux_like)]
    #[test]
    fn bad_text_of_a_family_says_its_form() {
        for (text, hint) in [
            ("netlink:1:2:3", "write netlink:PID:GROUPS"),
            ("netlink:-1", "write netlink:PID:GROUPS"),
            ("netlink:4294967296", "write netlink:PID:GROUPS"),
            ("packet:3", "write packet:INTERFACE:PROTOCOL"),
            ("packet:3:65536", "write packet:INTERFACE:PROTOCOL"),
            ("packet:3:8:256", "write packet:INTERFACE:PROTOCOL"),
            ("packet:3:8:0:1:0", "write packet:INTERFACE:PROTOCOL"),
            ("packet:3:8:0:1:00:", "write packet:INTERFACE:PROTOCOL"),
            ("packet:3:8:0:1:0:1:2:3:4:5:6:7:8", "write packet:INTERFACE:PROTOCOL"),
            ("packet:3:8:0:1:00:01:02:03:04:05:06:07:08", "has 9 bytes"),
            ("packet:no-such:8", "no interface"),
            ("can:no-such", "no interface"),
            ("can:sixteen-letters!", "no interface"),
            ("can:3:", "write can:INTERFACE"),
            ("isotp:3:1", "write isotp:INTERFACE:RX:TX"),
            ("j1939:3:0:0:256", "write j1939:INTERFACE:NAME:PGN:ADDR"),
            ("tipc:name:1", "write tipc:name:"),
            ("tipc:port:1:2", "write tipc:name:"),
            ("tipc:name:1:2:0:here", "a scope is zone, cluster or node"),
            ("tipc:nameseq:1:2:3:+1", "a scope is zone, cluster or node"),
            ("tipc:id:1:2:node", "write tipc:name:"),
            ("vsock:2", "write vsock:CID:PORT"),
            ("vsock:2:", "write vsock:CID:PORT"),
            ("vsock:2:1:256", "write vsock:CID:PORT"),
            ("alg:fourteen-bytes:a", "has 14 bytes"),
            ("alg:a\\x00:b", "NUL"),
            ("alg:a:\\xff", "write alg:TYPE:NAME"),
            ("alg:a:b\\", "write alg:TYPE:NAME"),
            ("qipcrtr:1", "write qipcrtr:NODE:PORT"),
            ("xdp:3", "write xdp:INTERFACE:QUEUE"),
            ("l2cap:01:23:45:67:89:1", "a Bluetooth address is"),
            ("l2cap:01:23:45:67:89:AB", "write l2cap:DEVICE:PSM"),
            ("rfcomm:01:23:45:67:89:AB:256", "write rfcomm:DEVICE:CHANNEL"),
            ("hci:", "write hci:"),
            ("sco:01:23:45:67:89:AB:", "write sco:DEVICE"),
        ] {
            assert_hint(text, hint);
        }
    }

    #[track_caller]
    fn assert_hint(text: &str, hint: &str) {
        let error = text.parse::<Address>().expect_err(text);
        let message = error.to_string();
        assert!(message.contains(hint), "{message}");
        assert_eq!(io::Error::from(error).kind(), io::ErrorKind::InvalidInput);
    }
}
