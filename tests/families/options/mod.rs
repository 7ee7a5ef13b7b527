//! Options of the families: a module a level. What is set is read back, and its effect seen.

mod alg;
mod bluetooth;
mod can;
mod isotp;
mod j1939;
mod netlink;
mod packet;
mod rds;
mod sctp;
mod tipc;
mod vsock;
mod xdp;

use berkeley_core::option::{Decode, Encode, Readable, SocketOption, Writable};
use berkeley_core::{Interest, Socket};
use berkeley_tests::{PATIENCE, kernel_lacks};
use nix::libc;
use std::fmt::Debug;
use std::io;

/// A fresh socket says `first`, and then what it is told.
#[track_caller]
fn round_trip<O, V>(on: &Socket, option: O, first: V, then: impl IntoIterator<Item = V>)
where
    O: SocketOption<Access: Readable + Writable> + Copy,
    O::Codec: Decode<Value = V> + for<'v> Encode<'v, Value = V>,
    V: Debug + PartialEq + Clone,
{
    assert_eq!(on.get(option).unwrap(), first);
    for value in then {
        on.set(option, value.clone()).unwrap();
        assert_eq!(on.get(option).unwrap(), value);
    }
}

/// As [`round_trip`], of on and off, for options that are off at first.
#[track_caller]
fn switch<O>(on: &Socket, option: O)
where
    O: SocketOption<Access: Readable + Writable> + Copy,
    O::Codec: Decode<Value = bool> + for<'v> Encode<'v, Value = bool>,
{
    round_trip(on, option, false, [true, false]);
}

/// Whether the kernel has the option that was set; `false` after a printed skip.
#[track_caller]
fn known<T: Debug>(result: &io::Result<T>, what: &str) -> bool {
    let unknown = result.as_ref().is_err_and(|e| e.raw_os_error() == Some(libc::ENOPROTOOPT));
    if unknown {
        kernel_lacks(&format!("no {what}"));
    }
    !unknown
}

/// That `result` failed with this errno.
#[track_caller]
fn assert_errno<T: Debug>(result: io::Result<T>, errno: i32) {
    let error = result.expect_err("it should fail");
    assert_eq!(error.raw_os_error(), Some(errno), "{error}");
}

/// The next message, which has to come.
#[track_caller]
fn next(on: &Socket) -> Vec<u8> {
    assert!(on.wait(Interest::Readable, Some(PATIENCE)).unwrap(), "nothing came");
    let mut buffer = [0; 65_536];
    let len = on.recv(&mut buffer).unwrap();
    buffer[..len].to_vec()
}

/// Whether a message is there now.
fn is_empty(on: &Socket) -> bool {
    !on.wait(Interest::Readable, Some(std::time::Duration::ZERO)).unwrap()
}
