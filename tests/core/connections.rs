//! Connecting to a host by name: addresses in turn, times, sources, and every error kept.

use crate::{SHORT, SLACK, assert_kind, takes};
use berkeley_core::connection::Attempt;
use berkeley_core::constant::EaiCode;
use berkeley_core::resolve::{self, ResolveError};
use berkeley_core::{
    Address, ConnectError, ConnectOptions, Family, Kind, Protocol, Socket, option,
    set_default_timeout,
};
use berkeley_tests::{
    Network, PATIENCE, Process, bounded, flag_is_nonblocking, in_child, in_network, ipv6, join,
    open_descriptors, peer, tcp, tcp_listener, tcp_pair, tcp6_listener, with_etc,
};
use nix::libc;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// Runs a test body in a process and a network of its own, where `hosts` are the names.
fn with_hosts(test: &str, hosts: &'static str, body: impl FnOnce(&Network) + Send + 'static) {
    in_child(test, move || {
        in_network(PATIENCE / 3, move |network| {
            let files = [("hosts", hosts), ("nsswitch.conf", "hosts: files\nservices: files\n")];
            with_etc(&files, || body(network));
        });
    });
}

/// The addresses and errors of attempts.
fn told(attempts: &[Attempt]) -> Vec<(String, Option<i32>)> {
    let one = |attempt: &Attempt| (attempt.address.to_string(), attempt.error.raw_os_error());
    attempts.iter().map(one).collect()
}

fn port_of(socket: &Socket) -> u16 {
    socket.local_addr().unwrap().port().unwrap()
}

#[test]
fn a_number_a_name_and_an_address_are_connected_to() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let (address, port) = (listener.local_addr().unwrap(), port_of(&listener));
        let options = ConnectOptions::new().timeout(PATIENCE);
        for socket in [
            options.connect(address).unwrap(),
            options.connect(("127.0.0.1", port)).unwrap(),
            options.connect(format!("127.0.0.1:{port}")).unwrap(),
            options.connect(("localhost", port)).unwrap(),
            options.connect(("localhost", &*port.to_string())).unwrap(),
            options.connect((None, port)).unwrap(),
        ] {
            let (served, peer) = listener.accept().unwrap();
            assert_eq!(socket.peer_addr().unwrap(), address);
            assert_eq!(peer, socket.local_addr().unwrap());
            assert_eq!((socket.family(), socket.kind()), (Family::INET, Kind::STREAM));
            drop(served);
        }
    });
}

#[test]
fn a_scope_goes_with_the_host() {
    in_network(PATIENCE, |_| {
        let listener = Socket::new(Family::INET6, Kind::STREAM, Protocol::DEFAULT).unwrap();
        listener.bind("[fe80::1%here]:0").unwrap();
        listener.listen(None).unwrap();
        let port = port_of(&listener);
        for target in [format!("[fe80::1%here]:{port}"), listener.local_addr().unwrap().to_string()]
        {
            ConnectOptions::new().timeout(PATIENCE).connect(target).unwrap();
        }
    });
}

#[test]
fn addresses_are_tried_in_turn_until_one_answers() {
    let name = "connections::addresses_are_tried_in_turn_until_one_answers";
    let hosts = "127.0.0.2 three\n127.0.0.3 three\n127.0.0.4 three\n::1 both\n127.0.0.2 both\n";
    with_hosts(name, hosts, |_| {
        let found = resolve::addresses("three", 0).kind(Kind::STREAM).lookup().unwrap();
        let order: Vec<_> = found.iter().map(|entry| entry.address.as_ip().unwrap().ip()).collect();
        assert_eq!(order.len(), 3);

        // Each of the three is the one that listens.
        for ip in &order {
            let listener = tcp();
            listener.bind((*ip, 0)).unwrap();
            listener.listen(None).unwrap();
            let target = ("three", port_of(&listener));
            let socket = ConnectOptions::new().timeout(PATIENCE).connect(target).unwrap();
            assert_eq!(socket.peer_addr().unwrap(), listener.local_addr().unwrap());
        }
        // Both families are tried, whichever comes first.
        for listener in [tcp6_listener(), tcp()] {
            if listener.family() == Family::INET {
                listener.bind("127.0.0.2:0").unwrap();
                listener.listen(None).unwrap();
            }
            let target = ("both", port_of(&listener));
            let socket = ConnectOptions::new().timeout(PATIENCE).connect(target).unwrap();
            assert_eq!(socket.family(), listener.family());
        }
    });
}

#[test]
fn every_error_is_kept() {
    let name = "connections::every_error_is_kept";
    let hosts = "127.0.0.2 mixed\n198.51.100.1 mixed\n203.0.113.1 mixed\n";
    with_hosts(name, hosts, |network| {
        network.ip("route add prohibit 203.0.113.1");
        let error = ConnectOptions::new().connect(("mixed", 9)).unwrap_err();
        let found = resolve::addresses("mixed", 9).kind(Kind::STREAM).lookup().unwrap();
        let expected: Vec<_> = found
            .iter()
            .map(|entry| {
                let errno = match entry.address.to_string().split('.').next().unwrap() {
                    "127" => libc::ECONNREFUSED,
                    "198" => libc::ENETUNREACH,
                    _ => libc::EACCES,
                };
                (entry.address.to_string(), Some(errno))
            })
            .collect();
        assert_eq!(expected.len(), 3);
        assert_eq!(told(error.attempts()), expected);

        let text = error.to_string();
        assert!(expected.iter().all(|(address, _)| text.contains(address)), "{text}");
        let last = &error.attempts()[2].error;
        assert_eq!(error.kind(), last.kind());
        let source = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
        assert_eq!(source.raw_os_error(), last.raw_os_error());

        // Whole, through an io::Error.
        let error = io::Error::from(error);
        assert_eq!(error.to_string(), text);
        let error = error.downcast::<ConnectError>().unwrap();
        assert_eq!(told(error.attempts()), expected);
    });
}

#[test]
fn each_attempt_has_the_whole_timeout() {
    let name = "connections::each_attempt_has_the_whole_timeout";
    with_hosts(name, "192.0.2.2 silent\n192.0.2.3 silent\n", |network| {
        network.ip("neigh add 192.0.2.3 lladdr 02:00:00:00:00:03 dev here nud permanent");
        let options = ConnectOptions::new().timeout(SHORT);
        let error = takes(2 * SHORT, || options.connect(("silent", 9)).unwrap_err());
        assert_eq!(told(error.attempts()).len(), 2);
        for attempt in error.attempts() {
            assert_eq!(attempt.error.kind(), ErrorKind::TimedOut);
            assert_eq!(attempt.error.raw_os_error(), None);
        }
        assert_kind::<()>(Err(error.into()), ErrorKind::TimedOut);
    });
}

#[test]
fn an_address_that_is_silent_does_not_keep_from_the_next() {
    let name = "connections::an_address_that_is_silent_does_not_keep_from_the_next";
    with_hosts(name, "192.0.2.2 half\n192.0.2.1 half\n", |_| {
        let listener = tcp();
        listener.bind("192.0.2.1:0").unwrap();
        listener.listen(None).unwrap();
        let found = resolve::addresses("half", 0).kind(Kind::STREAM).lookup().unwrap();
        let silent_first = found[0].address.to_string().starts_with(Network::SILENT);
        let least = if silent_first { SHORT } else { Duration::ZERO };
        let options = ConnectOptions::new().timeout(SHORT).total_timeout(PATIENCE);
        let target = ("half", port_of(&listener));
        let socket = takes(least, || options.connect(target).unwrap());
        // The time of an attempt is the socket's from then on, and not what is left of a total.
        assert_eq!(socket.timeout(), Some(SHORT));
        assert!(flag_is_nonblocking(&socket));
    });
}

#[test]
fn the_total_time_is_that_of_all_attempts() {
    let name = "connections::the_total_time_is_that_of_all_attempts";
    with_hosts(name, "192.0.2.2 silent\n192.0.2.3 silent\n192.0.2.4 silent\n", |network| {
        for ip in ["192.0.2.3", "192.0.2.4"] {
            network.ip(&format!("neigh add {ip} lladdr 02:00:00:00:00:03 dev here nud permanent"));
        }
        // A blocking connect would last for minutes.
        let options = ConnectOptions::new().timeout(None).total_timeout(SHORT);
        let error = takes(SHORT, || options.connect(("silent", 9)).unwrap_err());
        assert_eq!(error.attempts().len(), 1, "{error}");
        assert_eq!(error.kind(), ErrorKind::TimedOut);

        // The second attempt has what the first left.
        let options = ConnectOptions::new().timeout(2 * SHORT).total_timeout(3 * SHORT);
        let error = takes(3 * SHORT, || options.connect(("silent", 9)).unwrap_err());
        assert!((1..=2).contains(&error.attempts().len()), "{error}");
        assert!(error.attempts().iter().all(|attempt| attempt.error.kind() == ErrorKind::TimedOut));

        // Nothing is begun in no time.
        let options = ConnectOptions::new().total_timeout(Duration::ZERO);
        let error = options.connect((Network::SILENT, 9)).unwrap_err();
        assert_eq!(told(error.attempts()), [(format!("{}:9", Network::SILENT), None)]);
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    });
}

#[test]
fn the_connected_socket_has_the_mode_that_is_asked() {
    in_child("connections::the_connected_socket_has_the_mode_that_is_asked", || {
        let listener = tcp_listener();
        let connect = |options: ConnectOptions| {
            let socket = options.connect(listener.local_addr().unwrap()).unwrap();
            assert_eq!(flag_is_nonblocking(&socket), socket.timeout().is_some());
            socket.timeout()
        };
        let total = Duration::from_secs(50);
        assert_eq!(connect(ConnectOptions::new()), None);
        assert_eq!(connect(ConnectOptions::new().total_timeout(total)), None);
        assert_eq!(connect(ConnectOptions::new().timeout(PATIENCE)), Some(PATIENCE));
        let both = ConnectOptions::new().timeout(PATIENCE).total_timeout(total);
        assert_eq!(connect(both), Some(PATIENCE));

        set_default_timeout(Some(PATIENCE)).unwrap();
        assert_eq!(connect(ConnectOptions::new()), Some(PATIENCE));
        assert_eq!(connect(ConnectOptions::new().timeout(None)), None);

        // A connect that may not wait cannot succeed.
        set_default_timeout(Some(Duration::ZERO)).unwrap();
        for options in [ConnectOptions::new(), ConnectOptions::new().timeout(Duration::ZERO)] {
            let error = options.connect(listener.local_addr().unwrap()).unwrap_err();
            assert!(matches!(error, ConnectError::Options(_)), "{error:?}");
            assert!(error.attempts().is_empty());
            assert_kind::<()>(Err(error.into()), ErrorKind::InvalidInput);
        }
        let blocking = ConnectOptions::new().timeout(None);
        assert_eq!(connect(blocking), None);
        let ages = ConnectOptions::new().timeout(Duration::MAX);
        let error = ages.connect(listener.local_addr().unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn the_source_is_bound() {
    in_child("connections::the_source_is_bound", || {
        let listener = tcp_listener();
        let address = listener.local_addr().unwrap();
        let (holder, _peer) = tcp_pair();
        let free = {
            let socket = tcp();
            socket.bind("127.0.0.1:0").unwrap();
            port_of(&socket)
        };
        let from = |source: &str| {
            let socket = ConnectOptions::new().source(source).connect(address)?;
            Ok::<_, ConnectError>(socket.local_addr().unwrap().to_string())
        };
        assert!(from("127.0.0.7:0").unwrap().starts_with("127.0.0.7:"));
        assert!(from(":0").unwrap().starts_with("127.0.0.1:"));
        assert!(from("localhost:0").unwrap().starts_with("127.0.0.1:"));
        assert_eq!(from(&format!(":{free}")).unwrap(), format!("127.0.0.1:{free}"));

        for (source, errno) in [
            (format!("127.0.0.1:{}", port_of(&holder)), Some(libc::EADDRINUSE)),
            ("192.0.2.99:0".to_owned(), Some(libc::EADDRNOTAVAIL)),
            // Of the other family: the attempt fails, and says why.
            ("[::1]:0".to_owned(), None),
        ] {
            let error = from(&source).unwrap_err();
            assert_eq!(told(error.attempts()), [(address.to_string(), errno)], "{error}");
        }
        assert_eq!(from("[::1]:0").unwrap_err().kind(), ErrorKind::InvalidInput);
        let error = from("nonsense").unwrap_err();
        assert!(matches!(error, ConnectError::Resolve(ResolveError::Invalid(_))), "{error:?}");
    });
}

#[test]
fn sockets_are_prepared_before_they_connect() {
    bounded(PATIENCE, || {
        let listener = tcp_listener();
        let address = listener.local_addr().unwrap();
        let options = ConnectOptions::new().source("127.0.0.9:0").prepare(|socket| {
            assert_eq!(socket.local_addr()?.port(), Some(0));
            socket.set(option::tcp::NoDelay, true)
        });
        let socket = options.connect(address).unwrap();
        assert!(socket.get(option::tcp::NoDelay).unwrap());
        let options = ConnectOptions::new().prepare(|_| Err(io::Error::other("not ready")));
        let error = options.connect(address).unwrap_err();
        assert_eq!(
            (error.attempts().len(), &*error.to_string()),
            (1, &*format!("{address}: not ready"))
        );
    });
}

#[test]
fn a_source_of_one_family_leaves_the_other_out() {
    let name = "connections::a_source_of_one_family_leaves_the_other_out";
    with_hosts(name, "::1 both\n127.0.0.2 both\n", |_| {
        let listener = tcp();
        listener.bind("127.0.0.2:0").unwrap();
        listener.listen(None).unwrap();
        let options = ConnectOptions::new().timeout(PATIENCE).source(("127.0.0.9", 0));
        let socket = options.connect(("both", port_of(&listener))).unwrap();
        assert!(socket.local_addr().unwrap().to_string().starts_with("127.0.0.9:"));
    });
}

#[test]
fn a_name_without_an_address_is_told_as_such() {
    with_hosts("connections::a_name_without_an_address_is_told_as_such", "", |_| {
        let error = ConnectOptions::new().connect(("nowhere", 80)).unwrap_err();
        assert!(error.attempts().is_empty());
        assert!(matches!(&error, ConnectError::Resolve(e) if e.code() == Some(EaiCode::NONAME)));
        let error = io::Error::from(error);
        assert_eq!(error.kind(), ErrorKind::NotFound);
        let error = error.downcast::<ResolveError>().unwrap();
        assert_eq!(error.code(), Some(EaiCode::NONAME));
        for target in ["nowhere", "127.0.0.1:65536", "127.0.0.1:no-service", "a\0b:80"] {
            let error = ConnectOptions::new().connect(target).unwrap_err();
            assert!(matches!(error, ConnectError::Resolve(_)), "{target}: {error:?}");
        }
        let unix: Address = "unix:/nowhere".parse().unwrap();
        assert_kind(
            ConnectOptions::new().connect(unix).map_err(io::Error::from),
            ErrorKind::InvalidInput,
        );
    });
}

#[test]
fn failed_attempts_leave_no_descriptors() {
    let name = "connections::failed_attempts_leave_no_descriptors";
    with_hosts(name, "127.0.0.2 name\n192.0.2.2 name\n127.0.0.3 name\n", |_| {
        let before = open_descriptors();
        let options = ConnectOptions::new().timeout(Duration::from_millis(5));
        for options in [options.clone(), options.source(("[::]", 0)).clone()] {
            for _ in 0..10 {
                let error = options.connect(("name", 9)).unwrap_err();
                assert_eq!(error.attempts().len(), 3, "{error}");
            }
        }
        assert_eq!(open_descriptors(), before);
    });
}

#[test]
fn python_serves_us_by_name() {
    let Some(program) = peer("python3") else { return };
    let script = "
import socket
listener = socket.create_server(('', 0))
print(listener.getsockname()[1], flush=True)
connection, peer = listener.accept()
while data := connection.recv(1024): connection.sendall(data)
";
    bounded(PATIENCE, move || {
        let mut python = Process::spawn(Command::new(program).args(["-c", script]));
        let port: u16 = python.line().parse().unwrap();
        let socket = ConnectOptions::new().timeout(SLACK).connect(("localhost", port)).unwrap();
        socket.send_all(b"Hello, world").unwrap();
        let mut buffer = [0; 1024];
        let n = socket.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..n], b"Hello, world");
        socket.close().unwrap();
        python.succeed();
    });
}

#[test]
fn a_pair_over_the_loopback_is_connected() {
    bounded(PATIENCE, || {
        let mut families = vec![Family::INET];
        families.extend(ipv6().then_some(Family::INET6));
        for family in families {
            let (a, b) = Socket::pair_over_loopback(family).unwrap();
            assert_eq!(a.local_addr().unwrap(), b.peer_addr().unwrap());
            assert_eq!(b.local_addr().unwrap(), a.peer_addr().unwrap());
            for (from, to) in [(&a, &b), (&b, &a)] {
                assert_eq!((from.family(), from.kind()), (family, Kind::STREAM));
                assert_eq!(from.timeout(), None);
                assert!(!flag_is_nonblocking(from) && !from.is_inheritable().unwrap());
                from.send_all(b"hello").unwrap();
                let mut buffer = [0; 8];
                assert_eq!(to.recv(&mut buffer).unwrap(), 5);
                assert_eq!(&buffer[..5], b"hello");
            }
        }
        let error = Socket::pair_over_loopback(Family::UNIX).unwrap_err();
        assert!(error.to_string().contains("UNIX"), "{error}");
        assert_kind::<()>(Err(error), ErrorKind::InvalidInput);
    });
}

#[test]
fn a_pair_over_the_loopback_follows_the_default_timeout_and_leaves_nothing() {
    let name =
        "connections::a_pair_over_the_loopback_follows_the_default_timeout_and_leaves_nothing";
    in_child(name, || {
        for timeout in [Some(Duration::ZERO), Some(PATIENCE)] {
            set_default_timeout(timeout).unwrap();
            let (a, b) = Socket::pair_over_loopback(Family::INET).unwrap();
            for socket in [a, b] {
                assert_eq!(socket.timeout(), timeout);
                assert!(flag_is_nonblocking(&socket));
            }
        }
        let before = open_descriptors();
        for _ in 0..100 {
            Socket::pair_over_loopback(Family::INET).unwrap();
            Socket::pair_over_loopback(Family::UNIX).unwrap_err();
        }
        assert_eq!(open_descriptors(), before);
    });
}

/// Another program that connects to every port there is, again and again: the pair is never with
/// it, and it is told when it was first.
#[test]
fn a_pair_over_the_loopback_is_never_with_a_stranger() {
    in_network(PATIENCE, |_| {
        // Few ports for the listener and its client: the stranger finds them.
        std::fs::write("/proc/sys/net/ipv4/ip_local_port_range", "40000 40003").unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = stop.clone();
        let stranger = thread::spawn(move || {
            for source in (10_000_u16..30_000).cycle() {
                let socket = tcp();
                socket.set_timeout(Some(Duration::ZERO)).unwrap();
                let _ = socket.bind(format!("127.0.0.2:{source}"));
                let _ = socket.connect(format!("127.0.0.1:{}", 40_000 + source % 4));
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        let (mut pairs, mut strangers) = (0, 0);
        while pairs < 10 || strangers < 1 {
            match Socket::pair_over_loopback(Family::INET) {
                Ok((a, b)) => {
                    assert_eq!(a.local_addr().unwrap(), b.peer_addr().unwrap());
                    assert_eq!(b.local_addr().unwrap(), a.peer_addr().unwrap());
                    // So that the ports are free again at once.
                    a.set(option::socket::Linger, Some(Duration::ZERO)).unwrap();
                    pairs += 1;
                }
                Err(e) if e.kind() == ErrorKind::ConnectionAborted => strangers += 1,
                // The ports are in use.
                Err(e) if e.kind() == ErrorKind::AddrInUse => {}
                Err(e) if e.kind() == ErrorKind::AddrNotAvailable => {}
                Err(e) => panic!("{e}"),
            }
        }
        stop.store(true, Ordering::Relaxed);
        join(stranger);
    });
}
