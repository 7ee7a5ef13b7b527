//! The audit hook: what it is told, and what it forbids. Each test has a process of its own, for a
//! process has one hook.

use crate::assert_kind;
use berkeley_core::audit::{Event, set_hook};
use berkeley_core::constant::NameInfoFlags;
use berkeley_core::control::SendBuffer;
use berkeley_core::resolve::{self, HostEntry, ServiceEntry};
use berkeley_core::{Address, Family, Kind, MsgFlags, Outgoing, Protocol, Socket};
use berkeley_tests::{Process, in_child, open_descriptors, peer};
use std::io::{self, ErrorKind, IoSlice};
use std::net::{IpAddr, Ipv4Addr, TcpListener};
use std::process::Command;
use std::sync::{Arc, Mutex};

const NONE: MsgFlags = MsgFlags::empty();

/// What was told so far, a line each.
type Told = Arc<Mutex<Vec<String>>>;

/// Has all that is told written down as Python's hook below prints it.
fn listen() -> Told {
    let told = Told::default();
    let lines = told.clone();
    set_hook(move |event| {
        lines.lock().unwrap().push(format!("{} {}", event.name(), arguments(event).join(" ")));
        match event {
            Event::SetHostName { .. } => Err(ErrorKind::PermissionDenied.into()),
            _ => Ok(()),
        }
    })
    .unwrap();
    told
}

fn arguments(event: &Event<'_>) -> Vec<String> {
    let place = |address: &Address| {
        let ip = address.as_ip().expect("an internet address");
        let port = if ip.port() > 1024 { "port".to_owned() } else { ip.port().to_string() };
        format!("{}:{port}", ip.ip())
    };
    let text = |text: &std::ffi::CStr| text.to_str().unwrap().to_owned();
    match *event {
        Event::New { family, kind, protocol } => {
            [family.raw(), kind.raw(), protocol.raw()].map(|n| n.to_string()).to_vec()
        }
        Event::Bind { address, .. }
        | Event::Connect { address, .. }
        | Event::SendTo { address, .. }
        | Event::GetNameInfo { address } => vec![place(address)],
        Event::SendMsg { address, .. } => vec![address.map_or("None".to_owned(), place)],
        Event::GetAddrInfo { host, port, family, kind, protocol } => {
            let numbers = [family.raw(), kind.raw(), protocol.raw()].map(|n| n.to_string());
            [host, port]
                .iter()
                .map(|name| name.map_or("None".to_owned(), text))
                .chain(numbers)
                .collect()
        }
        Event::GetHostByName { name } => vec![text(name)],
        Event::GetHostByAddr { address } => vec![address.to_string()],
        Event::GetHostName => vec![],
        Event::SetHostName { name } => vec![name.to_str().unwrap().to_owned()],
        Event::GetServByName { name, protocol } => {
            vec![name.to_owned(), protocol.unwrap_or_default().to_owned()]
        }
        Event::GetServByPort { port, protocol } => {
            vec![port.to_string(), protocol.unwrap_or_default().to_owned()]
        }
        _ => panic!("{event:?} is not of Python's"),
    }
}

const PYTHON: &str = "
import socket, sys

def text(a):
    if isinstance(a, bytes): return a.decode()
    if isinstance(a, tuple): return a[0] + ':' + ('port' if a[1] > 1024 else str(a[1]))
    return str(a)

def hook(event, args):
    if not event.startswith('socket.'): return
    if event in ('socket.getservbyname', 'socket.getservbyport') and len(args) == 1: args += ('',)
    print(event, *[text(a) for a in args if not isinstance(a, socket._socket.socket)])
    if event == 'socket.sethostname': raise PermissionError

sys.addaudithook(hook)
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('127.0.0.1', 0))
me = s.getsockname()
s.sendto(b'x', me)
s.sendmsg([b'x'], [], 0, me)
s.connect(me)
s.sendmsg([b'x'])
s.send(b'x')
s.recv(9)
socket.getaddrinfo('localhost', 80, socket.AF_INET, socket.SOCK_STREAM, 6)
socket.gethostbyname('localhost')
socket.gethostbyname_ex('localhost')
socket.gethostname()
socket.getnameinfo(('127.0.0.1', 80), socket.NI_NUMERICHOST)
for call in (lambda: socket.gethostbyaddr('127.0.0.1'),
             lambda: socket.getservbyname('http', 'tcp'), lambda: socket.getservbyport(80, 'tcp'),
             lambda: socket.sethostname('another')):
    try: call()
    except OSError: pass
";

#[test]
fn a_hook_is_told_what_python_tells_its_own() {
    in_child("audit::a_hook_is_told_what_python_tells_its_own", || {
        let Some(python) = peer("python3") else { return };
        let told = listen();
        let socket = Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        socket.bind("127.0.0.1:0").unwrap();
        let me = socket.local_addr().unwrap();
        let x = [IoSlice::new(b"x")];
        socket.send_to(b"x", me).unwrap();
        socket.send_msg(&x, &SendBuffer::new(), NONE, Some(&me)).unwrap();
        socket.connect(me).unwrap();
        socket.send_msg(&x, &SendBuffer::new(), NONE, None).unwrap();
        socket.send(b"x").unwrap();
        socket.recv(&mut [0; 9]).unwrap();
        let query = resolve::addresses("localhost", 80).family(Family::INET);
        query.kind(Kind::STREAM).protocol(Protocol::TCP).lookup().unwrap();
        resolve::host_by_name("localhost").unwrap();
        HostEntry::from_name("localhost").unwrap();
        resolve::host_name().unwrap();
        let http = (IpAddr::from(Ipv4Addr::LOCALHOST), 80);
        resolve::name_info(http, NameInfoFlags::NUMERICHOST).unwrap();
        let _ = HostEntry::from_address(Ipv4Addr::LOCALHOST);
        let _ = ServiceEntry::from_name("http", Some("tcp"));
        let _ = ServiceEntry::from_port(80, Some("tcp"));
        assert_kind(resolve::set_host_name("another"), ErrorKind::PermissionDenied);

        let mut child = Process::spawn(Command::new(python).args(["-c", PYTHON]));
        let theirs = String::from_utf8(child.to_end()).unwrap();
        assert!(child.finish().success(), "{}", child.errors_to_end());
        let theirs: Vec<_> = theirs.lines().map(str::trim_end).collect();
        let told = told.lock().unwrap();
        let ours: Vec<_> = told.iter().map(|line| line.trim_end()).collect();
        assert_eq!(ours, theirs);
        assert_eq!(ours.len(), 15);
    });
}

#[test]
fn what_a_hook_forbids_is_not_done() {
    in_child("audit::what_a_hook_forbids_is_not_done", || {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let socket = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap();
        let (near, far) = Socket::pair(Family::UNIX, Kind::DGRAM, Protocol::DEFAULT).unwrap();
        let before = open_descriptors();
        set_hook(|event| Err(io::Error::other(event.name()))).unwrap();

        let error = Socket::new(Family::INET, Kind::STREAM, Protocol::DEFAULT).unwrap_err();
        assert_eq!(error.to_string(), "socket.__new__");
        assert!(Socket::pair(Family::UNIX, Kind::STREAM, Protocol::DEFAULT).is_err());
        assert_eq!(open_descriptors(), before);

        assert_kind(socket.bind("127.0.0.1:0"), ErrorKind::Other);
        assert_eq!(socket.local_addr().unwrap().port(), Some(0));
        assert_kind(socket.connect(listener.local_addr().unwrap()), ErrorKind::Other);
        assert_kind(listener.accept(), ErrorKind::WouldBlock);

        let x = [IoSlice::new(b"x")];
        assert_kind(near.send_msg(&x, &SendBuffer::new(), NONE, None), ErrorKind::Other);
        assert_kind(near.send_many(&[Outgoing::new(&x)], NONE), ErrorKind::Other);
        let error = near.send_segmented(b"x", 1, &SendBuffer::new(), None).unwrap_err();
        assert_eq!((error.sent, error.kind()), (0, ErrorKind::Other));
        far.set_timeout(Some(std::time::Duration::ZERO)).unwrap();
        assert_kind(far.recv(&mut [0]), ErrorKind::WouldBlock);
        near.send(b"x").unwrap();

        let error = resolve::addresses("localhost", 80).lookup().unwrap_err();
        assert_eq!(error.to_string(), "socket.getaddrinfo");
        let error = resolve::host_by_name("localhost").unwrap_err();
        assert_eq!(error.to_string(), "socket.gethostbyname");
    });
}

#[test]
fn a_process_has_one_hook_for_good() {
    in_child("audit::a_process_has_one_hook_for_good", || {
        let told = listen();
        assert_kind(set_hook(|_| Err(ErrorKind::Other.into())), ErrorKind::AlreadyExists);
        Socket::new(Family::UNIX, Kind::STREAM, Protocol::DEFAULT).unwrap();
        assert_eq!(told.lock().unwrap().len(), 1);
    });
}

#[test]
fn numbers_are_no_lookups_to_tell_of() {
    in_child("audit::numbers_are_no_lookups_to_tell_of", || {
        let told = listen();
        resolve::first("127.0.0.1:80", Family::INET).unwrap();
        assert_eq!(*told.lock().unwrap(), [""; 0]);
        resolve::first(("localhost", 80), Family::INET).unwrap();
        assert_eq!(*told.lock().unwrap(), ["socket.getaddrinfo localhost 80 2 0 0"]);
    });
}
