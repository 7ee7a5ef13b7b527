//! Names: what our lookups find is what Python's socket module finds, in files of a test's own.

mod databases;
mod hosts;
mod inet;
mod name_server;
mod queries;

use berkeley_tests::{PATIENCE, Process, bounded, in_child, in_network, peer, with_etc};
use std::process::Command;

/// A private hosts file: aliases, several addresses, both families, and an encoded name.
const HOSTS: &str = "\
127.0.0.1 localhost
::1 localhost
192.0.2.7 server.example.org server www.example.org
192.0.2.8 server.example.org
2001:db8::7 server.example.org
2001:db8::6 only6.example.org
192.0.2.9 xn--bcher-kva.example.org
192.0.2.10 bare
192.0.2.11 bare2 full.example.org
";

/// Names come from files alone.
const FILES_ONLY: &str = "hosts: files\nservices: files\nprotocols: files\n";

/// Runs a test body in a process of its own that has these files for names.
fn with_hosts(test: &str, hosts: &'static str, body: impl FnOnce() + Send + 'static) {
    in_child(test, move || with_etc(&[("hosts", hosts), ("nsswitch.conf", FILES_ONLY)], body));
}

/// Runs a test body in a process of its own that can ask no name server but a dead one.
fn with_dead_name_server(test: &str, body: impl FnOnce() + Send + 'static) {
    in_child(test, || {
        in_network(PATIENCE, |_| {
            let resolver = "nameserver 127.0.0.1\noptions attempts:1 timeout:1\n";
            let sources = "hosts: files dns\n";
            with_etc(&[("resolv.conf", resolver), ("nsswitch.conf", sources)], body);
        });
    });
}

/// What a Python script prints, or `None` where there is no Python. `socket` is imported as `s`;
/// `show(sockaddr)` is our text of an address, `tell(function, …)` prints what a function returns
/// or the code of its error.
fn python(script: &str) -> Option<String> {
    const PRELUDE: &str = "
import socket as s

def show(a):
    if len(a) == 2:
        return f'{a[0]}:{a[1]}'
    scope = f'%{a[3]}' if a[3] else ''
    return f'[{a[0].split(\"%\")[0]}{scope}]:{a[1]}'

def tell(f, *arguments):
    try:
        print(f(*arguments))
    except OSError as e:
        print('error', e.errno if e.errno is not None else 'unknown')
";
    let program = peer("python3")?;
    // By its input: a script may be longer than an argument can be.
    let mut python = Process::spawn(Command::new(program).arg("-"));
    python.give(PRELUDE.as_bytes());
    python.give(script.as_bytes());
    python.end_input();
    let output = String::from_utf8(python.to_end()).expect("UTF-8");
    python.succeed();
    Some(output)
}

/// That Python prints what we did, line by line.
#[track_caller]
pub(crate) fn assert_python(script: &str, ours: &[String]) {
    let Some(theirs) = python(script) else { return };
    let theirs: Vec<_> = theirs.lines().collect();
    for (nth, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        assert_eq!(ours, theirs, "line {nth} of\n{script}");
    }
    assert_eq!(ours.len(), theirs.len());
    assert!(!ours.is_empty());
}

/// Runs a test body that needs no files of its own.
fn quickly(body: impl FnOnce() + Send + 'static) {
    bounded(PATIENCE, body);
}
