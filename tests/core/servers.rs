//! Listening: families, dual stacks, ports that are shared or were in use, and what a bind says.

use crate::assert_kind;
use berkeley_core::resolve::ResolveError;
use berkeley_core::{
    Address, ConnectOptions, Family, Kind, ListenError, ListenOptions, Protocol, Shutdown, Socket,
    has_dualstack_ipv6, option,
};
use berkeley_tests::{
    PATIENCE, Process, bounded, in_child, in_network, ipv6, join, open_descriptors, peer, tcp,
};
use nix::libc;
use std::error::Error;
use std::io::{self, ErrorKind};
use std::process::Command;
use std::thread;
use std::time::Duration;

fn port_of(socket: &Socket) -> u16 {
    socket.local_addr().unwrap().port().unwrap()
}

fn connect(target: &str, port: u16) -> Result<Socket, berkeley_core::ConnectError> {
    ConnectOptions::new().timeout(PATIENCE).connect((target, port))
}

#[test]
fn a_listener_has_the_address_that_is_asked() {
    bounded(PATIENCE, || {
        for (target, bound) in [
            (("127.0.0.1", 0), "127.0.0.1:"),
            (("", 0), "0.0.0.0:"),
            (("localhost", 0), "127.0.0.1:"),
        ] {
            let listener = ListenOptions::new().listen(target).unwrap();
            let address = listener.local_addr().unwrap().to_string();
            assert!(address.starts_with(bound), "{target:?}: {address}");
            assert!(listener.get(option::socket::AcceptsConnections).unwrap());
            let client = connect("127.0.0.1", port_of(&listener)).unwrap();
            let (_, peer) = listener.accept().unwrap();
            assert_eq!(peer, client.local_addr().unwrap());
        }
        if !ipv6() {
            return;
        }
        // The family of a number, or the one that is asked for no host.
        let number = ListenOptions::new().listen("[::1]:0").unwrap();
        assert!(number.local_addr().unwrap().to_string().starts_with("[::1]:"));
        let any = ListenOptions::new().family(Family::INET6).listen(":0").unwrap();
        assert!(any.local_addr().unwrap().to_string().starts_with("[::]:"));
    });
}

#[test]
fn one_family_alone_is_served_unless_both_are_asked() {
    if !ipv6() {
        return;
    }
    in_network(PATIENCE, |_| {
        let options = ListenOptions::new().family(Family::INET6);
        // Whatever the habit of the system is.
        for habit in ["0", "1"] {
            std::fs::write("/proc/sys/net/ipv6/bindv6only", habit).unwrap();
            let one = options.listen(("", 0)).unwrap();
            assert!(one.get(option::ipv6::V6Only).unwrap());
            connect("::1", port_of(&one)).unwrap();
            let error = connect("127.0.0.1", port_of(&one)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConnectionRefused);

            assert!(has_dualstack_ipv6());
            let both = options.clone().dualstack_ipv6(true).listen(("", 0)).unwrap();
            assert!(!both.get(option::ipv6::V6Only).unwrap());
            let client = connect("::1", port_of(&both)).unwrap();
            assert_eq!(both.accept().unwrap().1, client.local_addr().unwrap());
            let client = connect("127.0.0.1", port_of(&both)).unwrap();
            let mapped = format!("[::ffff:127.0.0.1]:{}", port_of(&client));
            assert_eq!(both.accept().unwrap().1.to_string(), mapped);
        }
    });
}

#[test]
fn options_that_exclude_each_other_are_refused_by_their_words() {
    in_child("servers::options_that_exclude_each_other_are_refused_by_their_words", || {
        let before = open_descriptors();
        for (options, words) in [
            (ListenOptions::new().dualstack_ipv6(true), "use INET6"),
            (ListenOptions::new().family(Family::INET).dualstack_ipv6(true), "use INET6"),
            (ListenOptions::new().family(Family::UNIX), "UNIX: use INET or INET6"),
            (ListenOptions::new().family(Family::UNSPEC), "use INET or INET6"),
        ] {
            let error = options.listen(("", 0)).unwrap_err();
            assert!(matches!(error, ListenError::System(_)), "{error:?}");
            assert!(error.to_string().contains(words), "{error}");
            assert_kind::<()>(Err(error.into()), ErrorKind::InvalidInput);
        }
        for (target, family) in [("[::1]:0", Family::INET), ("127.0.0.1:0", Family::INET6)] {
            let error = ListenOptions::new().family(family).listen(target).unwrap_err();
            assert!(matches!(error, ListenError::Resolve(ResolveError::Invalid(_))), "{error:?}");
        }
        for target in ["nonsense", "127.0.0.1:65536", "127.0.0.1:no-service"] {
            let error = ListenOptions::new().listen(target).unwrap_err();
            assert!(matches!(error, ListenError::Resolve(_)), "{target}: {error:?}");
        }
        assert_eq!(open_descriptors(), before);
    });
}

#[test]
fn a_failed_bind_names_the_address_and_keeps_the_errno() {
    in_child("servers::a_failed_bind_names_the_address_and_keeps_the_errno", || {
        let holder = ListenOptions::new().listen("127.0.0.1:0").unwrap();
        let taken = holder.local_addr().unwrap();
        let elsewhere: Address = "192.0.2.99:4711".parse().unwrap();
        let before = open_descriptors();
        for (address, errno, kind) in [
            (taken, libc::EADDRINUSE, ErrorKind::AddrInUse),
            (elsewhere, libc::EADDRNOTAVAIL, ErrorKind::AddrNotAvailable),
        ] {
            let error = ListenOptions::new().listen(address).unwrap_err();
            let ListenError::Bind { address: named, error: inner } = &error else {
                panic!("{error:?}")
            };
            assert_eq!((**named, inner.raw_os_error()), (address, Some(errno)));
            assert!(error.to_string().contains(&address.to_string()), "{error}");
            let source = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
            assert_eq!(source.raw_os_error(), Some(errno));

            let error = io::Error::from(error);
            assert_eq!(error.kind(), kind);
            let error = error.downcast::<ListenError>().unwrap();
            assert!(matches!(error, ListenError::Bind { .. }));
        }
        // The socket was closed.
        assert_eq!(open_descriptors(), before);
    });
}

#[test]
fn a_port_is_shared_where_that_is_asked_of_both() {
    bounded(PATIENCE, || {
        let alone = ListenOptions::new();
        let shared = ListenOptions::new().reuse_port(true);
        let first = shared.listen("127.0.0.1:0").unwrap();
        let address = first.local_addr().unwrap();
        assert!(first.get(option::socket::ReusePort).unwrap());
        let second = shared.listen(address).unwrap();
        assert_eq!(second.local_addr().unwrap(), address);
        let error = alone.listen(address).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);

        let other = alone.listen("127.0.0.1:0").unwrap();
        assert!(!other.get(option::socket::ReusePort).unwrap());
        let error = shared.listen(other.local_addr().unwrap()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrInUse);
    });
}

/// The server ends its connection first, so that its side stays in TIME_WAIT: without
/// SO_REUSEADDR its port could not be had for a minute.
#[test]
fn a_port_in_time_wait_can_be_listened_on_at_once() {
    bounded(PATIENCE, || {
        let listener = ListenOptions::new().listen("127.0.0.1:0").unwrap();
        assert!(listener.get(option::socket::ReuseAddress).unwrap());
        let address = listener.local_addr().unwrap();
        let client = ConnectOptions::new().connect(address).unwrap();
        let (served, _) = listener.accept().unwrap();
        served.shutdown(Shutdown::Write).unwrap();
        assert_eq!(client.recv(&mut [0]).unwrap(), 0);
        client.shutdown(Shutdown::Write).unwrap();
        assert_eq!(served.recv(&mut [0]).unwrap(), 0);
        drop((listener, served, client));

        let plain = tcp();
        let error = plain.bind(address).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EADDRINUSE), "it is in TIME_WAIT");
        ListenOptions::new().listen(address).unwrap();
    });
}

/// What listen(2) was told, as the kernel tells it: the queue's length, by ss(8).
fn backlog_of(listener: &Socket) -> Option<i32> {
    let source = format!("sport = :{}", port_of(listener));
    let mut ss = Process::spawn(Command::new(peer("ss")?).args(["-ltnH", &source]));
    let line = ss.line();
    ss.succeed();
    Some(line.split_whitespace().nth(2).expect("the third column").parse().unwrap())
}

#[test]
fn the_backlog_is_what_is_asked_or_a_default() {
    in_network(PATIENCE, |_| {
        std::fs::write("/proc/sys/net/core/somaxconn", "4096").unwrap();
        let listen = |backlog: Option<i32>| ListenOptions::new().backlog(backlog).listen(":0");
        for (backlog, expected) in [(None, 128), (Some(7), 7), (Some(0), 0), (Some(-5), 0)] {
            let listener = listen(backlog).unwrap();
            let Some(told) = backlog_of(&listener) else { return };
            assert_eq!(told, expected, "{backlog:?}");

            let listener = tcp();
            listener.bind("127.0.0.1:0").unwrap();
            listener.listen(backlog).unwrap();
            assert_eq!(backlog_of(&listener), Some(expected), "{backlog:?}");
        }
        let plain = ListenOptions::new().backlog(9).listen(":0").unwrap();
        assert_eq!(backlog_of(&plain), Some(9));
    });
}

#[test]
fn we_serve_python_by_name() {
    let Some(program) = peer("python3") else { return };
    let script = "
import socket, sys
with socket.create_connection(('localhost', int(sys.argv[1]))) as s:
    s.sendall(b'Hello, world')
    print(s.recv(1024).decode())
";
    bounded(PATIENCE, move || {
        let listener = ListenOptions::new().listen(("", 0)).unwrap();
        let port = port_of(&listener).to_string();
        let serving = thread::spawn(move || {
            let (connection, _) = listener.accept().unwrap();
            let mut buffer = [0; 1024];
            while let n @ 1.. = connection.recv(&mut buffer).unwrap() {
                connection.send_all(&buffer[..n]).unwrap();
            }
        });
        let mut python = Process::spawn(Command::new(program).args(["-c", script, &port]));
        assert_eq!(python.line(), "Hello, world");
        python.succeed();
        join(serving);
    });
}

#[test]
fn without_ipv6_there_is_no_dual_stack() {
    // A kernel without IPv6 cannot be had here; a family that has no such option tells the same.
    bounded(PATIENCE, || {
        let unix = Socket::new(Family::UNIX, Kind::STREAM, Protocol::DEFAULT).unwrap();
        assert!(unix.set(option::ipv6::V6Only, false).is_err());
        assert_eq!(
            has_dualstack_ipv6(),
            Socket::new(Family::INET6, Kind::STREAM, Protocol::TCP).is_ok()
        );
    });
}

#[test]
fn shards_have_one_port_and_every_connection_finds_one_of_them() {
    bounded(PATIENCE, || {
        let shards = ListenOptions::new().listen_sharded("127.0.0.1:0", 4).unwrap();
        let address = shards[0].local_addr().unwrap();
        for shard in &shards {
            assert_eq!(shard.local_addr().unwrap(), address);
            shard.set_timeout(Some(Duration::ZERO)).unwrap();
        }
        let clients: Vec<_> =
            (0..64).map(|_| ConnectOptions::new().connect(address).unwrap()).collect();
        let accepted =
            shards.iter().map(|shard| std::iter::from_fn(|| shard.accept().ok()).count());
        let accepted: Vec<_> = accepted.collect();
        assert_eq!(accepted.iter().sum::<usize>(), clients.len(), "{accepted:?}");
        assert!(accepted.iter().filter(|&&count| count > 0).count() > 1, "{accepted:?}");

        let error = ListenOptions::new().listen_sharded("127.0.0.1:0", 0).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
    });
}

#[test]
fn a_socket_is_prepared_before_it_is_bound() {
    bounded(PATIENCE, || {
        // An address that nobody here has is bound with this option alone.
        let elsewhere = "192.0.2.99:0";
        let free = ListenOptions::new().before_bind(|socket| {
            assert_eq!(port_of(socket), 0);
            socket.set(option::ip::FreeBind, true)
        });
        let listener = free.listen(elsewhere).unwrap();
        assert!(listener.get(option::socket::AcceptsConnections).unwrap());
        let error = ListenOptions::new().listen(elsewhere).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AddrNotAvailable);

        let fails = ListenOptions::new().before_bind(|_| Err(ErrorKind::Unsupported.into()));
        let error = fails.listen("127.0.0.1:0").unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported);
    });
}
