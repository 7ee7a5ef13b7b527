//! Unix sockets with what comes with their messages, and who their peers are.

use crate::assert_timed_out;
use crate::drivers::Driver;
use berkeley::net::unix::UnixMessage;
use berkeley::{
    MsgFlags, UnixDatagram, UnixListener, UnixSeqpacket, UnixSeqpacketListener, UnixStream,
};
use berkeley_tests::{Process, open_descriptors, peer, unique_name};
use futures::poll;
use nix::libc;
use nix::unistd::{getgid, getgroups, getuid};
use std::fs::{self, File};
use std::io::{IoSlice, Read};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::Command;
use std::time::Duration;

on_every_driver! {
    a_message_comes_with_its_descriptors_and_its_sender
    nothing_comes_that_was_not_asked_for
    a_record_that_was_cut_says_so
    the_peer_is_known
    python_is_known_and_passes_descriptors_both_ways
}

alone_on_every_driver! {
    descriptors_past_the_limit_are_closed_and_it_is_said
    a_dropped_receive_of_a_message_takes_nothing
}

const NONE: MsgFlags = MsgFlags::empty();

/// The number of the process that a descriptor stands for.
fn process_of(pidfd: &OwnedFd) -> u32 {
    let info = fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd())).unwrap();
    let line = info.lines().find_map(|line| line.strip_prefix("Pid:")).unwrap();
    line.trim().parse().unwrap()
}

fn assert_is_from_here(message: &UnixMessage) {
    let said = message.credentials.unwrap();
    let here = (std::process::id(), getuid().as_raw(), getgid().as_raw());
    assert_eq!((said.pid, said.uid, said.gid), here);
    assert_eq!(process_of(message.pidfd.as_ref().unwrap()), std::process::id());
}

macro_rules! each_kind {
    ($a:ident, $b:ident, $body:block) => {
        each_kind!(@ UnixStream, $a, $b, $body);
        each_kind!(@ UnixDatagram, $a, $b, $body);
        each_kind!(@ UnixSeqpacket, $a, $b, $body);
    };
    (@ $type:ident, $a:ident, $b:ident, $body:block) => {{
        let ($a, $b) = $type::pair().unwrap();
        $body
    }};
}

async fn a_message_comes_with_its_descriptors_and_its_sender(_: Driver) {
    let file = File::open("/dev/null").unwrap();
    each_kind!(a, b, {
        b.set_pass_credentials(true).unwrap();
        b.set_pass_pidfd(true).unwrap();
        let fds = [file.as_fd(), file.as_fd()];
        a.send_fds(&[IoSlice::new(b"two")], &fds, NONE, None).await.unwrap();
        let mut buffer = [0; 8];
        let message = b.recv_message(&mut buffer, 2).await.unwrap();
        assert_eq!((&buffer[..message.len], message.fds.len()), (&b"two"[..], 2));
        assert!(!message.is_truncated() && !message.is_control_truncated());
        assert_is_from_here(&message);
    });
}

async fn nothing_comes_that_was_not_asked_for(_: Driver) {
    each_kind!(a, b, {
        a.send(b"x").await.unwrap();
        let message = b.recv_message(&mut [0; 8], 4).await.unwrap();
        assert_eq!((message.len, message.fds.len()), (1, 0));
        assert!(message.credentials.is_none() && message.pidfd.is_none());
        assert!(message.from.as_pathname().is_none());
    });
    // The end is 0 bytes.
    let (a, b) = UnixSeqpacket::pair().unwrap();
    drop(a);
    assert_eq!(b.recv_message(&mut [0; 8], 0).await.unwrap().len, 0);
}

async fn descriptors_past_the_limit_are_closed_and_it_is_said(_: Driver) {
    let file = File::open("/dev/null").unwrap();
    each_kind!(a, b, {
        let mut buffer = [0; 8];
        assert_timed_out(b.recv_message(&mut buffer, 0).timeout(Duration::from_millis(1)).await);
        let before = open_descriptors();
        for (sent, most) in [(2, 1), (3, 1), (2, 0), (3, 2), (100, 60)] {
            let fds = vec![file.as_fd(); sent];
            a.send_fds(&[IoSlice::new(b"x")], &fds, NONE, None).await.unwrap();
            let message = b.recv_message(&mut buffer, most).await.unwrap();
            assert_eq!((message.len, message.fds.len()), (1, most));
            assert!(message.is_control_truncated() && !message.is_truncated());
        }
        assert_eq!(open_descriptors(), before);
    });
}

async fn a_dropped_receive_of_a_message_takes_nothing(_: Driver) {
    let file = File::open("/dev/null").unwrap();
    each_kind!(a, b, {
        let mut buffer = [0; 8];
        assert_timed_out(b.recv_message(&mut buffer, 1).timeout(Duration::from_millis(1)).await);
        let before = open_descriptors();
        for _ in 0..20 {
            let mut waiting = Box::pin(b.recv_message(&mut buffer, 1));
            assert!(poll!(&mut waiting).is_pending());
            a.send_fds(&[IoSlice::new(b"x")], &[file.as_fd()], NONE, None).await.unwrap();
            drop(waiting);
            let message = b.recv_message(&mut buffer, 1).await.unwrap();
            assert_eq!((message.len, message.fds.len()), (1, 1));
        }
        assert_eq!(open_descriptors(), before);
    });
}

async fn a_record_that_was_cut_says_so(_: Driver) {
    let (a, b) = UnixSeqpacket::pair().unwrap();
    a.send(b"a long record").await.unwrap();
    a.send(b"next").await.unwrap();
    let mut buffer = [0; 6];
    let cut = b.recv_message(&mut buffer, 0).await.unwrap();
    assert_eq!((&buffer[..cut.len], cut.is_truncated()), (&b"a long"[..], true));
    // The rest of it is gone, and nothing else.
    let whole = b.recv_message(&mut buffer, 0).await.unwrap();
    assert_eq!((&buffer[..whole.len], whole.is_truncated()), (&b"next"[..], false));
}

async fn the_peer_is_known(_: Driver) {
    let name = format!("unix:@{}", unique_name());
    let listener = UnixSeqpacketListener::bind(&*name).unwrap();
    let a = UnixSeqpacket::connect(&*name).await.unwrap();
    let (b, _) = listener.accept().await.unwrap();
    for socket in [&a, &b] {
        let cred = socket.peer_cred().unwrap();
        assert_eq!(cred.pid(), i32::try_from(std::process::id()).ok());
        assert_eq!((cred.uid(), cred.gid()), (getuid().as_raw(), getgid().as_raw()));
        assert_eq!(process_of(&socket.peer_pidfd().unwrap()), std::process::id());
        let groups: Vec<_> = getgroups().unwrap().iter().map(|group| group.as_raw()).collect();
        assert_eq!(socket.peer_groups().unwrap(), groups);
        match socket.peer_security() {
            Ok(label) => assert!(!label.is_empty()),
            Err(e) => assert_eq!(e.raw_os_error(), Some(libc::ENOPROTOOPT)),
        }
    }
}

/// Gets a descriptor, writes to it, and passes the reading end of a pipe of its own.
const PYTHON: &str = r"
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.connect('\0' + sys.argv[1])
data, fds, flags, _ = socket.recv_fds(s, 100, 4)
for fd in fds: os.write(fd, b'from python'); os.close(fd)
ours, theirs = os.pipe()
os.write(theirs, b'a pipe of python'); os.close(theirs)
socket.send_fds(s, [data], [ours])
print(os.getpid(), len(fds), flush=True)
s.recv(1)
";

async fn python_is_known_and_passes_descriptors_both_ways(_: Driver) {
    let Some(program) = peer("python3") else { return };
    let name = unique_name();
    let listener = UnixListener::bind(&*format!("unix:@{name}")).unwrap();
    let mut python = Process::spawn(Command::new(program).args(["-c", PYTHON, &name]));
    let (stream, _) = listener.accept().await.unwrap();
    stream.set_pass_credentials(true).unwrap();
    let (mut reader, writer) = std::io::pipe().unwrap();
    let fds = [writer.as_fd(), writer.as_fd()];
    stream.send_fds(&[IoSlice::new(b"take these")], &fds, NONE, None).await.unwrap();
    drop(writer);
    let mut buffer = [0; 16];
    let message = stream.recv_message(&mut buffer, 4).await.unwrap();
    assert_eq!((&buffer[..message.len], message.fds.len()), (&b"take these"[..], 1));
    let mut text = String::new();
    File::from(message.fds.into_iter().next().unwrap()).read_to_string(&mut text).unwrap();
    assert_eq!(text, "a pipe of python");
    text.clear();
    reader.read_to_string(&mut text).unwrap();
    assert_eq!(text, "from pythonfrom python");
    let pid = python.line().split(' ').next().unwrap().parse().unwrap();
    assert_eq!(message.credentials.unwrap().pid, pid);
    assert_eq!(process_of(&stream.peer_pidfd().unwrap()), pid);
    assert_eq!(stream.peer_cred().unwrap().pid(), i32::try_from(pid).ok());
    stream.send(b"!").await.unwrap();
    assert!(python.finish().success());
}
