//! Resolvers that are plugged in: answers in parts, late, wrong or none, and who is asked.

use crate::connecting::{
    HOST, in_network_on_every_driver, listed, listener, options_for, resolver, silent,
};
use crate::drivers::Driver;
use crate::{SHORT, takes};
use berkeley::resolve::{Answers, Resolve, set_default_resolver};
use berkeley::{
    ConnectError, ConnectOptions, ListenOptions, Socket, TcpListener, TcpStream, UdpSocket,
};
use berkeley_core::constant::EaiCode;
use berkeley_tests::{PATIENCE, in_child, with_name_server};
use std::future::{pending, poll_fn, ready};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

#[test]
fn answers_in_parts_are_used_as_they_come() {
    let name = "resolvers::answers_in_parts_are_used_as_they_come";
    in_network_on_every_driver(name, |_| async {
        let (_v4, v4) = listener("127.0.0.1:0");
        let (_v6, v6) = listener("[::1]:0");
        let (v4, v6) = (listed(&[&v4])[0], listed(&[&v6])[0]);
        let connect = async |answers: fn(SocketAddr, SocketAddr) -> Answers| {
            let options = ConnectOptions::new().resolver(resolver(move || answers(v6, v4)));
            options.connect(HOST).await.unwrap().peer_addr().unwrap()
        };
        // Addresses of IPv6 do not wait for the others.
        let met = connect(|v6, _| Answers::by_family(ready(Ok(vec![v6])), pending()));
        assert_eq!(met.await, v6);
        // Those of IPv4 wait for so long, and no longer.
        let met = connect(|_, v4| Answers::by_family(pending(), ready(Ok(vec![v4]))));
        assert_eq!(takes(Duration::from_millis(50), met).await, v4);
        // While they wait, those of IPv6 come, and are first.
        let met = connect(|v6, v4| {
            let mut polls = 0;
            let in_a_moment = poll_fn(move |cx| {
                polls += 1;
                cx.waker().wake_by_ref();
                if polls < 3 { Poll::Pending } else { Poll::Ready(Ok(vec![v6])) }
            });
            Answers::by_family(in_a_moment, ready(Ok(vec![v4])))
        });
        assert_eq!(met.await, v6);
        // Nothing waits for what does not come: a delay of the whole test would be told.
        for _ in 0..10 {
            let met = connect(|_, v4| Answers::by_family(ready(Ok(vec![])), ready(Ok(vec![v4]))));
            assert_eq!(met.await, v4);
            let met = connect(|_, v4| {
                let none = ready(Err(ErrorKind::NotFound.into()));
                Answers::by_family(none, ready(Ok(vec![v4])))
            });
            assert_eq!(met.await, v4);
        }
    });
}

#[test]
fn addresses_that_come_late_join_in() {
    let name = "resolvers::addresses_that_come_late_join_in";
    in_network_on_every_driver(name, |_| async {
        // Those of IPv6 come once the first attempt, at a silent address of IPv4, has begun: it is
        // their turn then.
        let (sender, late) = futures::channel::oneshot::channel::<()>();
        let (sender, late) = (Mutex::new(Some(sender)), Mutex::new(Some(late)));
        let answers = move || {
            let late = late.lock().unwrap().take().unwrap();
            let ipv6 = async move {
                late.await.unwrap();
                Ok(listed(&["[::1]:80", "[2001:db8::1]:80"]))
            };
            let ipv4 = listed(&[&silent(2), "127.0.0.2:80", "127.0.0.3:80"]);
            Answers::by_family(ipv6, ready(Ok(ipv4)))
        };
        let begins = move |_: &Socket| {
            if let Some(sender) = sender.lock().unwrap().take() {
                sender.send(()).unwrap();
            }
            Ok(())
        };
        let options = ConnectOptions::new().resolver(resolver(answers)).prepare(begins);
        let options = options.attempt_delay(Duration::from_secs(2)).timeout(SHORT);
        let error = options.connect(HOST).await.unwrap_err();
        let order: Vec<_> = error.attempts().iter().map(|a| a.address.to_string()).collect();
        let silent = silent(2);
        let expected = [&*silent, "[::1]:80", "127.0.0.2:80", "[2001:db8::1]:80", "127.0.0.3:80"];
        assert_eq!(order, expected);
    });
}

#[test]
fn a_resolver_that_fails_or_finds_nothing_is_told() {
    let name = "resolvers::a_resolver_that_fails_or_finds_nothing_is_told";
    in_network_on_every_driver(name, |_| async {
        let connect = async |answers: fn() -> Answers| {
            ConnectOptions::new().resolver(resolver(answers)).connect(HOST).await.unwrap_err()
        };
        let nothing = connect(|| Answers::known([])).await;
        assert!(matches!(&nothing, ConnectError::Resolve(e) if e.code() == Some(EaiCode::NONAME)));
        let fails = || Answers::whole(ready(Err(io::Error::other("the server refuses"))));
        assert_eq!(connect(fails).await.to_string(), "the server refuses");
        let both = connect(|| {
            let error = || ready(Err(io::Error::other("broken")));
            Answers::by_family(error(), error())
        });
        assert_eq!(both.await.kind(), ErrorKind::Other);
    });
}

#[test]
fn the_default_resolver_is_asked_for_names_alone() {
    in_child("resolvers::the_default_resolver_is_asked_for_names_alone", || {
        for driver in Driver::ALL {
            driver.block_on(async {
                let asked = Arc::new(Mutex::new(Vec::new()));
                let log = asked.clone();
                let resolver = move |host: &str, port: u16| {
                    log.lock().unwrap().push(format!("{host} {port}"));
                    Answers::known([SocketAddr::from(([127, 0, 0, 1], port))])
                };
                set_default_resolver(Some(Arc::new(resolver)));
                let listener = TcpListener::bind("a.example:0").await.unwrap();
                let address = listener.local_addr().unwrap();
                TcpStream::connect(address).await.unwrap();
                TcpStream::connect(("b\u{fc}cher.example", address.port())).await.unwrap();
                let socket = UdpSocket::bind("c.example:0").await.unwrap();
                socket.connect("d.example:tftp").await.unwrap();
                let error = socket.connect("e.example:no-such-service").await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::NotFound);
                TcpListener::bind(":0").await.unwrap();
                ListenOptions::new().listen("g.example:0").await.unwrap();

                let port = address.port();
                let expected = [
                    "a.example 0".to_owned(),
                    format!("xn--bcher-kva.example {port}"),
                    "c.example 0".to_owned(),
                    "d.example 69".to_owned(),
                    "g.example 0".to_owned(),
                ];
                assert_eq!(*asked.lock().unwrap(), expected);
                // That of one connect is asked first, and the system again when there is none.
                let options = options_for(&[&address.to_string()]);
                options.connect("f.example:1").await.unwrap();
                assert_eq!(asked.lock().unwrap().len(), 5);
                set_default_resolver(None);
                TcpStream::connect(("localhost", port)).await.unwrap();
                assert_eq!(asked.lock().unwrap().len(), 5);
            });
        }
    });
}

/// Asks the name server of the test by itself, a question for each family.
struct Questions;

impl Resolve for Questions {
    fn resolve(&self, host: &str, port: u16) -> Answers {
        let (a, aaaa) = (ask(host, port, 1), ask(host, port, 28));
        Answers::by_family(aaaa, a)
    }
}

/// One question, and the addresses of its answer: RFC 1035.
fn ask(
    host: &str,
    port: u16,
    kind: u8,
) -> impl Future<Output = io::Result<Vec<SocketAddr>>> + use<> {
    let labels = host.split('.').map(|label| {
        let len = u8::try_from(label.len()).expect("a short label");
        [&[len], label.as_bytes()].concat()
    });
    let header = [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    let question = [&header, &*labels.collect::<Vec<_>>().concat(), &[0, 0, kind, 0, 1]].concat();
    async move {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        socket.connect("127.0.0.1:53").await?;
        socket.send(&question).await?;
        let mut answer = [0; 512];
        let n = socket.recv(&mut answer).timeout(PATIENCE).await?;
        // A name of two bytes, type, class, lifetime, length.
        let mut records = &answer[question.len()..n];
        let mut addresses = Vec::new();
        while let [_, _, _, _, _, _, _, _, _, _, _, len, rest @ ..] = records {
            let (data, rest) = rest.split_at(usize::from(*len));
            let ip = match data.len() {
                4 => IpAddr::from(<[u8; 4]>::try_from(data).unwrap()),
                _ => IpAddr::from(<[u8; 16]>::try_from(data).unwrap()),
            };
            addresses.push(SocketAddr::new(ip, port));
            records = rest;
        }
        Ok(addresses)
    }
}

#[test]
fn a_resolver_may_ask_for_each_family_by_itself() {
    with_name_server("resolvers::a_resolver_may_ask_for_each_family_by_itself", |_| {
        for driver in Driver::ALL {
            driver.block_on(async {
                let (_v4, v4) = listener("192.0.2.7:0");
                let (_v6, v6) = listener("[2001:db8::7]:0");
                let options = ConnectOptions::new().resolver(Arc::new(Questions));
                let met = async |host: &str, address: &str| {
                    let target = (host, listed(&[address])[0].port());
                    options.connect(target).await.map(|stream| stream.peer_addr().unwrap())
                };
                assert_eq!(met("both.example", &v6).await.unwrap().to_string(), v6);
                // Nobody listens there by IPv6, and there is no such address.
                assert_eq!(met("both.example", &v4).await.unwrap().to_string(), v4);
                assert_eq!(met("host.example", &v4).await.unwrap().to_string(), v4);
                let error = met("nowhere.example", &v4).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::NotFound);
                // As the C library does, which asks the same.
                let port = listed(&[&v6])[0].port();
                let stream = TcpStream::connect(("both.example", port)).await.unwrap();
                assert_eq!(stream.peer_addr().unwrap().to_string(), v6);
            });
        }
    });
}
