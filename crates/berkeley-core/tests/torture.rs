//! Fails each system call of a scenario in turn: every failure must come out as an error with its
//! errno, and nothing may leak.
//!
//! `RUSTFLAGS="--cfg berkeley_faults" cargo test -p berkeley-core --test torture`
#![cfg(berkeley_faults)]

use berkeley_core::{
    Family, Interest, Kind, MsgFlags, Protocol, Shutdown, Socket, fault, option, resolve,
};
use std::fs;
use std::io::{self, IoSlice, IoSliceMut};
use std::time::Duration;

/// EIO: no call here fails with it by itself.
const ERRNO: i32 = 5;

fn open_descriptors() -> usize {
    fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Every operation of the core at least once, in timeout mode.
fn scenario() -> io::Result<()> {
    let second = Some(Duration::from_secs(5));
    let tcp = || Socket::with_timeout(Family::INET, Kind::STREAM, Protocol::TCP, second);
    let listener = tcp()?;
    listener.set(option::socket::ReuseAddress, true)?;
    listener.bind("127.0.0.1:0")?;
    listener.listen(8)?;
    let client = tcp()?;
    client.connect(listener.local_addr()?)?;
    let (served, _) = listener.accept_with_timeout(second)?;
    client.peer_addr()?;
    client.send_all(b"hello")?;
    client.send_vectored(&[IoSlice::new(b"a"), IoSlice::new(b"b")])?;
    let mut buffer = [0; 16];
    assert!(served.wait(Interest::Readable, second)?);
    served.recv(&mut buffer[..5])?;
    served.recv_vectored(&mut [IoSliceMut::new(&mut buffer)])?;
    client.shutdown(Shutdown::Write)?;
    assert_eq!(served.recv(&mut buffer)?, 0);

    let (a, b) = Socket::pair_with_timeout(Family::UNIX, Kind::DGRAM, Protocol::DEFAULT, second)?;
    a.send_with_flags(b"x", MsgFlags::empty())?;
    b.recv_from(&mut buffer)?;
    let again = Socket::from_fd(b.dup()?.into_fd())?;
    again.set_inheritable(again.is_inheritable()?)?;
    again.set_timeout(None)?;
    again.close()?;

    let (a, _b) = Socket::pair_over_loopback(Family::INET)?;
    a.set_timeout(second)?;
    resolve::host_name().map(drop)
}

// One test: it counts the descriptors of the process.
#[test]
fn every_call_of_a_scenario_may_fail() {
    scenario().unwrap();
    fault::fail(Some("listen"), 0, ERRNO);
    assert_eq!(scenario().unwrap_err().raw_os_error(), Some(ERRNO));
    assert!(!fault::clear());
    let before = open_descriptors();
    for nth in 0.. {
        fault::fail(None, nth, ERRNO);
        let outcome = scenario();
        let unused = fault::clear();
        assert_eq!(open_descriptors(), before, "call {nth} leaked");
        if unused {
            outcome.unwrap();
            assert!(nth > 30, "only {nth} calls");
            return;
        }
        let error = outcome.expect_err(&format!("call {nth} failed, and nobody said so"));
        assert_eq!(error.raw_os_error(), Some(ERRNO), "call {nth}: {error}");
    }
}
