//! Connecting by name: addresses raced, everything closed, every error kept.

use crate::drivers::Driver;
use crate::{LONG, SHORT, assert_kind, assert_timed_out, takes};
use berkeley::connect::Attempt;
use berkeley::resolve::{Answers, Resolve, ResolveError};
use berkeley::{
    ConnectError, ConnectOptions, Socket, TcpListener, TcpStream, UdpSocket, option,
    set_default_timeout,
};
use berkeley_core as core;
use berkeley_core::constant::EaiCode;
use berkeley_tests::{
    PATIENCE, Process, in_child, in_network, open_descriptors, peer, tcp, with_etc,
    with_name_server,
};
use nix::libc;
use proptest::prelude::*;
use std::future::{Future, pending, poll_fn};
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::pin::pin;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

/// Runs a test on every driver, one after another, in a process and a network of its own.
pub(crate) fn in_network_on_every_driver<F>(test: &str, body: fn(Driver) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    in_child(test, move || {
        in_network(PATIENCE, move |network| {
            // Addresses that take packets and never answer.
            for nth in 3..9 {
                network.ip(&format!(
                    "neigh add 192.0.2.{nth} lladdr 02:00:00:00:00:02 dev here nud permanent
                     neigh add fe80::{nth} lladdr 02:00:00:00:00:02 dev here nud permanent"
                ));
            }
            network.add_address("2001:db8::1".parse().unwrap(), "here");
            network.ip("route add prohibit 203.0.113.1");
            for driver in Driver::ALL {
                driver.block_on(body(driver));
            }
        });
    });
}

/// Options whose host has these addresses, whatever it is called.
pub(crate) fn options_for(addresses: &[&str]) -> ConnectOptions {
    let addresses = listed(addresses);
    ConnectOptions::new().resolver(resolver(move || Answers::known(addresses.clone())))
}

pub(crate) fn resolver(answers: impl Fn() -> Answers + Send + Sync + 'static) -> Arc<dyn Resolve> {
    Arc::new(move |_: &str, _: u16| answers())
}

pub(crate) fn listed(addresses: &[&str]) -> Vec<SocketAddr> {
    addresses.iter().map(|text| text.parse().expect("an address")).collect()
}

/// The name of a host with the addresses of [`options_for`].
pub(crate) const HOST: &str = "host.example:80";

pub(crate) fn silent(nth: u8) -> String {
    format!("192.0.2.{nth}:80")
}

/// A listener, and its address.
pub(crate) fn listener(address: &str) -> (core::Socket, String) {
    let listener = if address.starts_with('[') { berkeley_tests::tcp6() } else { tcp() };
    listener.bind(address).unwrap();
    listener.listen(None).unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

/// A listener that has no room for another connection, with the one that it has.
fn full_listener() -> (core::Socket, core::Socket, String) {
    let (listener, address) = listener("127.0.0.1:0");
    listener.listen(0).unwrap();
    let first = tcp();
    first.connect(&*address).unwrap();
    (listener, first, address)
}

/// The addresses of attempts, and what they failed with.
fn told(attempts: &[Attempt]) -> Vec<(String, Option<i32>)> {
    let one = |attempt: &Attempt| (attempt.address.to_string(), attempt.error.raw_os_error());
    attempts.iter().map(one).collect()
}

/// Counts the attempts that begin.
fn counting(options: ConnectOptions) -> (ConnectOptions, Arc<AtomicUsize>) {
    let begun = Arc::new(AtomicUsize::new(0));
    let count = begun.clone();
    let options = options.prepare(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    (options, begun)
}

/// Polls `future` until `reached` says so. It is pending then.
async fn poll_until<F: Future + Unpin>(future: &mut F, reached: impl Fn() -> bool) {
    poll_fn(|cx| {
        assert!(std::pin::Pin::new(&mut *future).poll(cx).is_pending(), "it ended");
        if reached() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

#[test]
fn an_address_that_is_silent_is_overtaken_after_the_delay() {
    let name = "connecting::an_address_that_is_silent_is_overtaken_after_the_delay";
    in_network_on_every_driver(name, |_| async {
        let (listener, address) = listener("192.0.2.1:0");
        let (options, begun) = counting(options_for(&[&silent(2), &address]));
        let stream = takes(Duration::from_millis(250), options.connect(HOST)).await.unwrap();
        assert_eq!(begun.load(Ordering::Relaxed), 2);
        assert_eq!(stream.peer_addr().unwrap().to_string(), address);
        let (_served, peer) = listener.accept().unwrap();
        assert_eq!(peer.as_ip(), Some(stream.local_addr().unwrap()));

        // Several of them are, and the delay can be set.
        let options = options_for(&[&silent(2), &silent(3), &silent(4), &address]);
        let (options, begun) = counting(options.attempt_delay(Duration::from_millis(10)));
        takes(Duration::from_millis(30), options.connect(HOST)).await.unwrap();
        assert_eq!(begun.load(Ordering::Relaxed), 4);
    });
}

#[test]
fn a_failure_has_the_next_begin_at_once() {
    let name = "connecting::a_failure_has_the_next_begin_at_once";
    in_network_on_every_driver(name, |_| async {
        // If each waited for its two seconds, that would be half a minute.
        let (_listener, address) = listener("127.0.0.1:0");
        let refused: Vec<_> = (2..20).map(|nth| format!("127.0.0.{nth}:80")).collect();
        let mut addresses: Vec<_> = refused.iter().map(String::as_str).collect();
        addresses.push(&address);
        let options = options_for(&addresses).attempt_delay(Duration::from_secs(2));
        let stream = takes(Duration::ZERO, options.connect(HOST)).await.unwrap();
        assert_eq!(stream.peer_addr().unwrap().to_string(), address);

        // Also when it is not the only one under way.
        let unanswered = silent(2);
        addresses.insert(0, &unanswered);
        let options = options_for(&addresses).attempt_delay(Duration::from_secs(2));
        takes(Duration::from_secs(2), options.connect(HOST)).await.unwrap();
    });
}

#[test]
fn every_error_is_kept_in_the_order_in_which_attempts_ended() {
    let name = "connecting::every_error_is_kept_in_the_order_in_which_attempts_ended";
    in_network_on_every_driver(name, |_| async {
        let unanswered = silent(2);
        let addresses = [&*unanswered, "127.0.0.2:80", "198.51.100.1:80", "203.0.113.1:80"];
        let options = options_for(&addresses).timeout(4 * SHORT).attempt_delay(SHORT);
        let error = takes(4 * SHORT, options.connect(HOST)).await.unwrap_err();
        let expected = [
            ("127.0.0.2:80".to_owned(), Some(libc::ECONNREFUSED)),
            ("198.51.100.1:80".to_owned(), Some(libc::ENETUNREACH)),
            ("203.0.113.1:80".to_owned(), Some(libc::EACCES)),
            (unanswered, None),
        ];
        assert_eq!(told(error.attempts()), expected);
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        // Whole, through an io::Error.
        let error = io::Error::from(error).downcast::<ConnectError>().unwrap();
        assert_eq!(told(error.attempts()), expected);
    });
}

#[test]
fn the_loser_of_two_that_both_connect_is_closed() {
    let name = "connecting::the_loser_of_two_that_both_connect_is_closed";
    in_network_on_every_driver(name, |_| async {
        let (a, first_of_a, address_of_a) = full_listener();
        let (b, first_of_b, address_of_b) = full_listener();
        let options = options_for(&[&address_of_a, &address_of_b]);
        let (options, begun) = counting(options.attempt_delay(Duration::from_millis(10)));
        let mut connect = Box::pin(options.connect(HOST));
        poll_until(&mut connect, || begun.load(Ordering::Relaxed) == 2).await;

        // There is room now: both are connected (the kernel tries again after a second) before
        // anybody looks.
        for listener in [&a, &b] {
            drop(listener.accept().unwrap());
        }
        let (served_by_a, peer_of_a) = a.accept().unwrap();
        let (served_by_b, _) = b.accept().unwrap();
        let stream = connect.await.unwrap();
        let won_a = peer_of_a.as_ip() == Some(stream.local_addr().unwrap());
        let (winner, loser) =
            if won_a { (served_by_a, served_by_b) } else { (served_by_b, served_by_a) };
        // The end of one arrives, the other is alive.
        assert_eq!(loser.recv(&mut [0; 8]).unwrap(), 0);
        winner.send_all(b"hello").unwrap();
        let mut buffer = [0; 8];
        assert_eq!(stream.recv(&mut buffer).await.unwrap(), 5);
        drop((first_of_a, first_of_b));
    });
}

#[test]
fn an_attempt_goes_on_while_others_begin() {
    let name = "connecting::an_attempt_goes_on_while_others_begin";
    in_network_on_every_driver(name, |_| async {
        let (slow, first, address) = full_listener();
        let options = options_for(&[&address, &silent(2), &silent(3)]);
        let (options, begun) = counting(options.attempt_delay(Duration::from_millis(10)));
        let mut connect = Box::pin(options.connect(HOST));
        poll_until(&mut connect, || begun.load(Ordering::Relaxed) == 3).await;
        drop(slow.accept().unwrap());
        let stream = connect.await.unwrap();
        assert_eq!(stream.peer_addr().unwrap().to_string(), address);
        drop(first);
    });
}

#[test]
fn a_dropped_connect_closes_every_attempt() {
    let name = "connecting::a_dropped_connect_closes_every_attempt";
    in_network_on_every_driver(name, |_| async {
        let (listener, first, address) = full_listener();
        let addresses = [&silent(2), &silent(3), &*address];
        let options = options_for(&addresses).attempt_delay(Duration::from_millis(10));
        let (options, begun) = counting(options);
        // The reactor of this driver has its descriptors after the first round.
        let mut before = 0;
        for round in 0..10 {
            let mut connect = Box::pin(options.connect(HOST));
            begun.store(0, Ordering::Relaxed);
            poll_until(&mut connect, || begun.load(Ordering::Relaxed) == 3).await;
            if round > 0 {
                assert_eq!(open_descriptors(), before + 3);
            }
            drop(connect);
            if round == 0 {
                before = open_descriptors();
            }
            assert_eq!(open_descriptors(), before);
        }
        drop((listener, first));
    });
}

#[test]
fn attempts_that_fail_or_lose_leave_no_descriptors() {
    let name = "connecting::attempts_that_fail_or_lose_leave_no_descriptors";
    in_network_on_every_driver(name, |_| async {
        let (listener, address) = listener("127.0.0.1:0");
        let delay = Duration::from_millis(10);
        let wins = options_for(&[&silent(2), "127.0.0.2:80", &silent(3), &address]);
        let wins = wins.attempt_delay(delay);
        let fails = options_for(&[&silent(2), "127.0.0.2:80", &silent(3)]).attempt_delay(delay);
        let fails = fails.total_timeout(4 * delay);
        let mut before = 0;
        for round in 0..5 {
            wins.connect(HOST).await.unwrap();
            drop(listener.accept().unwrap());
            fails.connect(HOST).await.unwrap_err();
            if round == 0 {
                before = open_descriptors();
            }
            assert_eq!(open_descriptors(), before);
        }
    });
}

#[test]
fn the_total_time_is_that_of_all_attempts() {
    let name = "connecting::the_total_time_is_that_of_all_attempts";
    in_network_on_every_driver(name, |_| async {
        let (second, third) = (silent(2), silent(3));
        let addresses = ["127.0.0.2:80", &second, &third, &silent(4)];
        // Those that were under way when it ended have timed out; the last did not begin.
        let options = options_for(&addresses).attempt_delay(2 * SHORT).total_timeout(3 * SHORT);
        let error = takes(3 * SHORT, options.connect(HOST)).await.unwrap_err();
        let refused = ("127.0.0.2:80".to_owned(), Some(libc::ECONNREFUSED));
        let told = told(error.attempts());
        assert!((2..=3).contains(&told.len()), "{error}");
        assert_eq!(told[..2], [refused, (second.clone(), None)]);
        assert_timed_out(Err::<(), _>(error.attempts()[1].error.kind()));
        assert_eq!(error.kind(), ErrorKind::TimedOut);

        // Nothing is begun in no time.
        let (options, begun) = counting(options_for(&addresses).total_timeout(Duration::ZERO));
        let error = options.connect(HOST).await.unwrap_err();
        assert_eq!((error.kind(), error.attempts().len()), (ErrorKind::TimedOut, 1));
        let error = options.connect("127.0.0.1:80").await.unwrap_err();
        assert_eq!((error.kind(), error.attempts().len()), (ErrorKind::TimedOut, 1));
        assert_eq!(begun.load(Ordering::Relaxed), 0);

        // It is that of the answer, too.
        let never = ConnectOptions::new().resolver(resolver(|| Answers::whole(pending())));
        let error = takes(SHORT, never.total_timeout(SHORT).connect(HOST)).await.unwrap_err();
        assert!(matches!(error, ConnectError::Resolve(_)), "{error:?}");
        assert_timed_out::<()>(Err(error));
    });
}

#[test]
fn a_dead_name_server_ends_with_the_total_time() {
    with_name_server("connecting::a_dead_name_server_ends_with_the_total_time", |_| {
        for driver in Driver::ALL {
            driver.block_on(async {
                let options = ConnectOptions::new().total_timeout(SHORT);
                let error = takes(SHORT, options.connect("silent.example:80")).await.unwrap_err();
                assert!(matches!(error, ConnectError::Resolve(ResolveError::System(_))));
                assert_timed_out::<()>(Err(error));
            });
        }
        berkeley::block_on(async {
            let error = TcpStream::connect("nowhere.example:80").await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::NotFound);
            let error = error.downcast::<ResolveError>().unwrap();
            assert_eq!(error.code(), Some(EaiCode::NONAME));
        });
    });
}

#[test]
fn one_after_another_waits_for_each() {
    let name = "connecting::one_after_another_waits_for_each";
    in_network_on_every_driver(name, |_| async {
        // Of the order of the answer, not of families that take turns.
        let addresses = ["127.0.0.2:80", "127.0.0.3:80", "[::1]:80", "127.0.0.4:80"];
        let error = options_for(&addresses).sequential().connect(HOST).await.unwrap_err();
        assert_eq!(
            told(error.attempts()),
            addresses.map(|a| (a.to_owned(), Some(libc::ECONNREFUSED)))
        );

        let (_listener, address) = listener("192.0.2.1:0");
        let addresses = [&silent(2), &silent(3), &*address];
        let (options, begun) = counting(options_for(&addresses).sequential().timeout(5 * SHORT));
        let mut connect = pin!(options.connect(HOST));
        for attempt in 1..=2 {
            poll_until(&mut connect, || begun.load(Ordering::Relaxed) == attempt).await;
        }
        let stream = connect.await.unwrap();
        assert_eq!(begun.load(Ordering::Relaxed), 3);
        assert_eq!(stream.peer_addr().unwrap().to_string(), address);
        assert_eq!(stream.timeout(), Some(5 * SHORT));
    });
}

#[test]
fn sockets_are_prepared_before_they_connect() {
    let name = "connecting::sockets_are_prepared_before_they_connect";
    in_network_on_every_driver(name, |_| async {
        let (_listener, address) = listener("127.0.0.1:0");
        let prepare = |socket: &Socket| {
            assert_eq!(socket.local_addr()?.port(), Some(0));
            socket.set(option::tcp::NoDelay, true)
        };
        let options = options_for(&[&address]).prepare(prepare).source("127.0.0.9:0");
        let stream = options.connect(HOST).await.unwrap();
        assert!(stream.nodelay().unwrap());
        assert_eq!(stream.local_addr().unwrap().ip().to_string(), "127.0.0.9");

        let options = options_for(&[&address, &address]);
        let options = options.prepare(|_| Err(io::Error::other("not ready")));
        let error = options.connect(HOST).await.unwrap_err();
        assert_eq!(error.attempts().len(), 2);
        assert!(error.to_string().contains("not ready"), "{error}");
        // A source of the other family fails each attempt.
        let options = options_for(&[&address]).source("[::1]:0");
        assert_eq!(options.connect(HOST).await.unwrap_err().kind(), ErrorKind::InvalidInput);
        // Each socket is bound; the port of another is in use.
        let taken = format!("127.0.0.1:{}", listed(&[&address])[0].port());
        let error = options_for(&[&address]).source(taken).connect(HOST).await.unwrap_err();
        assert_eq!(told(error.attempts()), [(address, Some(libc::EADDRINUSE))]);
    });
}

#[test]
fn attempts_from_one_port_are_one_after_another() {
    let name = "connecting::attempts_from_one_port_are_one_after_another";
    in_network_on_every_driver(name, |_| async {
        let (_listener, address) = listener("192.0.2.1:0");
        let free = listener("192.0.2.1:0").1;
        let port = listed(&[&free])[0].port();
        for source in [free.clone(), format!(":{port}")] {
            let options = options_for(&[&silent(2), &silent(3), &address]);
            let options = options.attempt_delay(Duration::from_millis(10)).timeout(SHORT);
            let stream = options.source(source).connect(HOST).await.unwrap();
            assert_eq!(stream.local_addr().unwrap().to_string(), free);
            // So that the port is free again at once.
            stream.set_linger(Some(Duration::ZERO)).unwrap();
        }
        // Any port is one for each.
        let options = options_for(&[&silent(2), &address]).source("192.0.2.1:0");
        options.timeout(LONG).connect(HOST).await.unwrap();
    });
}

#[test]
fn what_no_connect_can_keep_is_refused() {
    in_child("connecting::what_no_connect_can_keep_is_refused", || {
        berkeley::block_on(async {
            let (_listener, address) = listener("127.0.0.1:0");
            let new = ConnectOptions::new;
            for options in [
                new().timeout(Duration::ZERO),
                new().attempt_delay(Duration::from_millis(9)),
                new().attempt_delay(Duration::from_millis(2_001)),
                new().attempt_delay(Duration::ZERO),
                new().first_family_count(0),
            ] {
                let error = options.connect(&*address).await.unwrap_err();
                assert!(matches!(error, ConnectError::Options(_)), "{error:?}");
                assert_kind::<()>(Err(error), ErrorKind::InvalidInput);
                let one = options.timeout(LONG).sequential();
                one.connect(&*address).await.unwrap();
            }
            set_default_timeout(Some(Duration::ZERO)).unwrap();
            assert_kind(new().connect(&*address).await, ErrorKind::InvalidInput);
            let stream = new().timeout(None).connect(&*address).await.unwrap();
            assert_eq!(stream.timeout(), None);
            set_default_timeout(Some(LONG)).unwrap();
            assert_eq!(new().connect(&*address).await.unwrap().timeout(), Some(LONG));

            for target in ["nonsense", "a\0b:80", "127.0.0.1:65536"] {
                let error = new().connect(target).await.unwrap_err();
                assert!(matches!(error, ConnectError::Resolve(_)), "{target}: {error:?}");
            }
            // What no source can be is told before anything is asked.
            let error = new().source("nonsense").connect(&*address).await.unwrap_err();
            assert!(matches!(error, ConnectError::Resolve(ResolveError::Invalid(_))), "{error:?}");
        });
    });
}

on_every_driver! { names_are_bound_and_connected_to }

async fn names_are_bound_and_connected_to(_: Driver) {
    let listener = TcpListener::bind("localhost:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    assert!(address.ip().is_loopback());
    for stream in [
        TcpStream::connect(("localhost", address.port())).await.unwrap(),
        TcpStream::connect(format!("localhost:{}", address.port())).await.unwrap(),
        ConnectOptions::new().connect(address).await.unwrap(),
    ] {
        assert_eq!(stream.peer_addr().unwrap(), address);
    }
    let a = UdpSocket::bind("localhost:0").await.unwrap();
    let b = UdpSocket::bind(("localhost", 0)).await.unwrap();
    a.connect(("localhost", b.local_addr().unwrap().port())).await.unwrap();
    a.send(b"hello").await.unwrap();
    let (n, from) = b.recv_from(&mut [0; 8]).await.unwrap();
    assert_eq!((n, from), (5, a.local_addr().unwrap()));

    // Every interface.
    let any = TcpListener::bind(":0").await.unwrap().local_addr().unwrap();
    assert!(any.ip().is_unspecified());
    // An errno stays one where an address was given in numbers.
    let error = TcpListener::bind(address).await.unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EADDRINUSE));
    let error = TcpListener::bind(("localhost", address.port())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    let error = error.downcast::<ConnectError>().unwrap();
    assert_eq!(error.attempts()[0].error.raw_os_error(), Some(libc::EADDRINUSE));
    drop(listener);
}

/// An order in which `count` of the first family come first, then families take turns.
fn is_interleaved(order: &[SocketAddr], given: &[SocketAddr], count: usize) -> bool {
    let of = |ipv6: bool, list: &[SocketAddr]| -> Vec<SocketAddr> {
        list.iter().copied().filter(|address| address.is_ipv6() == ipv6).collect()
    };
    let lead = given[0].is_ipv6();
    let (ours, theirs) = (of(lead, given).len(), of(!lead, given).len());
    let turns = |at: usize| {
        // How many of the other family there are among the first `at`, if all is in turn.
        let head = at.min(count.min(ours));
        let rest = at - head;
        let other = rest.div_ceil(2).min(theirs);
        other.max(rest.saturating_sub(ours - head))
    };
    [true, false].into_iter().all(|ipv6| of(ipv6, order) == of(ipv6, given))
        && (0..=order.len()).all(|at| of(!lead, &order[..at]).len() == turns(at))
}

/// Over the whole of a connect that is refused everywhere.
#[test]
fn any_answer_is_tried_with_families_taking_turns() {
    in_child("connecting::any_answer_is_tried_with_families_taking_turns", || {
        in_network(PATIENCE, |_| {
            let address = (any::<bool>(), 1_u16..1_000).prop_map(|(ipv6, port)| {
                let ip = if ipv6 { "[::1]" } else { "127.0.0.1" };
                format!("{ip}:{port}").parse::<SocketAddr>().unwrap()
            });
            let answers = proptest::collection::vec(address, 1..12);
            proptest!(ProptestConfig::with_cases(256), |(given in answers, count in 1_usize..5)| {
                let known = given.clone();
                let options = ConnectOptions::new()
                    .resolver(resolver(move || Answers::known(known.clone())))
                    .first_family_count(count);
                let error = berkeley::block_on(options.connect(HOST)).unwrap_err();
                let tried = error.attempts().iter().map(|a| a.address.as_ip().unwrap());
                let tried: Vec<_> = tried.collect();
                prop_assert!(is_interleaved(&tried, &given, count), "{given:?} -> {tried:?}");
            });
        });
    });
}

/// asyncio is told to interleave as RFC 8305 does, and to print what it tries.
#[test]
fn python_tries_addresses_in_the_same_order() {
    const SCRIPT: &str = "
import asyncio, sys
async def main(count):
    loop = asyncio.get_running_loop()
    tried = []
    connect = loop.sock_connect
    async def sock_connect(sock, address):
        tried.append(address[0])
        await connect(sock, address)
    loop.sock_connect = sock_connect
    try:
        await loop.create_connection(asyncio.Protocol, 'many', 80,
                                     happy_eyeballs_delay=1, interleave=count)
    except OSError:
        print(' '.join(tried))
for count in 1, 2, 3:
    asyncio.run(main(count))
";
    const HOSTS: &str = "::1 many\n2001:db8::1 many\n127.0.0.2 many\n127.0.0.3 many\n\
                         127.0.0.4 many\n192.0.2.1 many\n";
    let name = "connecting::python_tries_addresses_in_the_same_order";
    in_child(name, || {
        in_network(PATIENCE, |network| {
            network.add_address("2001:db8::1".parse().unwrap(), "here");
            with_etc(&[("hosts", HOSTS), ("nsswitch.conf", "hosts: files\n")], || {
                let Some(program) = peer("python3") else { return };
                let mut python = Process::spawn(Command::new(program).args(["-c", SCRIPT]));
                for count in 1..=3 {
                    let options = ConnectOptions::new().first_family_count(count);
                    let error = berkeley::block_on(options.connect(("many", 80))).unwrap_err();
                    let ips = error.attempts().iter().map(|a| a.address.as_ip().unwrap().ip());
                    let ours: Vec<_> = ips.map(|ip| ip.to_string()).collect();
                    assert_eq!(ours.len(), 6, "{error}");
                    assert_eq!(python.line(), ours.join(" "));
                }
                python.succeed();
            });
        });
    });
}
