//! Fails each system call of a scenario in turn: every failure must come out as an error with its
//! errno, and nothing may leak.
//!
//! `RUSTFLAGS="--cfg berkeley_faults" cargo test -p berkeley-core --test torture`
#![cfg(berkeley_faults)]

use berkeley_core::{
    Family, Interest, Kind, MessageSlot, MsgFlags, Outgoing, Pipe, Protocol, Shutdown, Socket,
    ZeroCopy, fault, option, resolve,
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

    let (near, _far) = Socket::pair_over_loopback(Family::INET)?;
    near.set_timeout(second)?;
    resolve::host_name()?;

    let part = [IoSlice::new(b"x")];
    assert_eq!(a.send_many(&[Outgoing::new(&part); 2], MsgFlags::empty())?, 2);
    let mut slots = [MessageSlot::new([0; 8]), MessageSlot::new([0; 8])];
    b.set_timeout(second)?;
    assert_eq!(b.recv_many(&mut slots, MsgFlags::empty())?, 2);
    transfers(&listener)
}

/// Bytes that do not pass through this process.
fn transfers(listener: &Socket) -> io::Result<()> {
    let second = Some(Duration::from_secs(5));
    let client = Socket::with_timeout(Family::INET, Kind::STREAM, Protocol::TCP, second)?;
    client.connect(listener.local_addr()?)?;
    let (served, _) = listener.accept_with_timeout(second)?;
    let file = fs::File::open("Cargo.toml")?;
    client.send_file(&file, 0, Some(100))?;
    let (source, mut writer) = io::pipe()?;
    io::Write::write_all(&mut writer, b"12345")?;
    client.send_file(&source, 0, Some(5))?;
    let mut buffer = [0; 105];
    io::Read::read_exact(&mut &served, &mut buffer)?;

    let mut pipe = Pipe::with_capacity(8192)?;
    let mut copy = Pipe::new()?;
    served.send_all(b"12345")?;
    let n = client.splice_in(&mut pipe, 5)?;
    pipe.copy_to(&mut copy, n)?;
    client.splice_out(&mut pipe, n)?;
    io::Read::read(&mut copy, &mut buffer)?;

    let mut sender = ZeroCopy::new(&client)?;
    sender.push([7; 10]);
    sender.finish()?;
    assert_eq!(sender.completions()?.count(), 1);
    Ok(())
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
