//! What a subscriber of the tracing crate is told. Each test has a process, and a subscriber, of its
//! own.

use crate::bad_input::{allow_descriptors, no_more_descriptors, warm_up};
use crate::drivers::Driver;
use crate::{LONG, assert_kind, assert_timed_out};
use berkeley::{TcpListener, TcpStream, UdpSocket, UnixStream};
use futures::poll;
use std::collections::HashMap;
use std::fmt::{Debug, Write};
use std::io::ErrorKind;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

alone_on_every_driver! {
    a_socket_has_a_span_as_long_as_it_is_open
    a_connect_is_told_from_its_beginning_to_its_end
    a_connect_that_fails_is_told_with_its_reason
    a_deadline_that_expires_is_told_once
    a_socket_that_waits_is_told_with_its_driver
    a_loop_that_pauses_is_told
}

/// What was told so far: each event after its span, and the spans that are open.
#[derive(Default)]
struct Told {
    events: Vec<String>,
    open: HashMap<u64, (String, usize)>,
    made: u64,
}

#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Told>>);

impl Listener {
    fn set() -> Self {
        let listener = Self::default();
        tracing::subscriber::set_global_default(listener.clone()).expect("the first subscriber");
        listener
    }

    /// The events since it was asked last, all but the registrations.
    fn events(&self) -> Vec<String> {
        let events = std::mem::take(&mut self.0.lock().unwrap().events);
        events.into_iter().filter(|event| !event.contains("registered")).collect()
    }

    fn spans(&self) -> Vec<String> {
        self.0.lock().unwrap().open.values().map(|(text, _)| text.clone()).collect()
    }
}

/// Fields as text, but for numbers of descriptors.
#[derive(Default)]
struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "fd" => Ok(()),
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        }
        .unwrap();
    }
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "berkeley"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut text = Text(span.metadata().name().to_owned());
        span.record(&mut text);
        let mut told = self.0.lock().unwrap();
        told.made += 1;
        let id = told.made;
        told.open.insert(id, (text.0, 1));
        Id::from_u64(id)
    }

    fn event(&self, event: &Event<'_>) {
        let mut told = self.0.lock().unwrap();
        let span = event.parent().expect("it is told of a socket").into_u64();
        let mut text = Text(format!("{}:", told.open[&span].0));
        event.record(&mut text);
        told.events.push(text.0);
    }

    fn clone_span(&self, id: &Id) -> Id {
        self.0.lock().unwrap().open.get_mut(&id.into_u64()).unwrap().1 += 1;
        id.clone()
    }

    fn try_close(&self, id: Id) -> bool {
        let mut told = self.0.lock().unwrap();
        let (_, handles) = told.open.get_mut(&id.into_u64()).unwrap();
        *handles -= 1;
        let is_last = *handles == 0;
        if is_last {
            told.open.remove(&id.into_u64());
        }
        is_last
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

async fn a_socket_has_a_span_as_long_as_it_is_open(_: Driver) {
    let told = Listener::set();
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    assert_eq!(told.spans(), ["socket family=INET kind=DGRAM"]);
    socket.send_to(b"x", socket.local_addr().unwrap()).await.unwrap();
    assert_eq!(socket.recv(&mut [0]).await.unwrap(), 1);
    drop(socket);
    assert_eq!(told.spans(), [""; 0]);
    assert_eq!(told.events(), [""; 0], "what succeeds is not told");
}

async fn a_connect_is_told_from_its_beginning_to_its_end(_: Driver) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let told = Listener::set();
    let stream = TcpStream::connect(address).await.unwrap();
    let span = "socket family=INET kind=STREAM";
    let connecting = format!("{span}: connecting address={address}");
    assert_eq!(told.events(), [connecting, format!("{span}: connected")]);
    assert_eq!(told.spans(), [span]);
    drop(stream);
    assert_eq!(told.spans(), [""; 0]);
}

async fn a_connect_that_fails_is_told_with_its_reason(_: Driver) {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let told = Listener::set();
    assert_kind(TcpStream::connect(nobody).await, ErrorKind::ConnectionRefused);
    let events = told.events();
    assert!(events[1].contains("connect failed error=Connection refused"), "{events:?}");
    assert_eq!(events.len(), 2);
    assert_eq!(told.spans(), [""; 0]);
}

async fn a_deadline_that_expires_is_told_once(_: Driver) {
    let told = Listener::set();
    let (a, b) = UnixStream::pair().unwrap();
    assert_timed_out(a.recv(&mut [0]).timeout(Duration::from_millis(5)).await);
    let expired = "socket family=UNIX kind=STREAM: deadline expired interest=Readable";
    assert_eq!(told.events(), [expired]);
    b.send(b"x").await.unwrap();
    assert_eq!(a.recv(&mut [0]).timeout(LONG).await.unwrap(), 1);
    assert_kind(a.recv(&mut [0]).nonblocking().await, ErrorKind::WouldBlock);
    assert_eq!(told.events(), [""; 0]);
}

async fn a_socket_that_waits_is_told_with_its_driver(driver: Driver) {
    let told = Listener::set();
    let (a, _b) = UnixStream::pair().unwrap();
    for _ in 0..2 {
        assert!(poll!(a.recv(&mut [0])).is_pending());
    }
    let name = match driver {
        Driver::Own | Driver::Workers => "runtime",
        Driver::TokioCurrent | Driver::TokioMulti => "tokio",
        Driver::Futures | Driver::Smol => "background",
    };
    let registered = format!("socket family=UNIX kind=STREAM: registered driver={name:?}");
    assert_eq!(told.0.lock().unwrap().events, [registered]);
}

async fn a_loop_that_pauses_is_told(driver: Driver) {
    warm_up(driver).await;
    let told = Listener::set();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let _client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let allowed = no_more_descriptors();
    let mut incoming = listener.incoming().on_pause(|_| allow_descriptors(allowed));
    incoming.next().await.unwrap();
    let events = told.events();
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(events[0].contains("accepting pauses error=Too many open files"), "{events:?}");
    assert!(events[0].ends_with("pause=5ms"), "{events:?}");
}
