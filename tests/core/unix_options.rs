//! Options of Unix sockets: who is at the other end, and what comes with each message.

use crate::assert_errno;
use berkeley_core::control::{RecvBuffer, UnreadBytes};
use berkeley_core::option::unix::{
    Inq, PassCredentials, PassPidFd, PassRights, PassSecurity, PeerCredentials, PeerGroups,
    PeerPidFd, PeerSecurity,
};
use berkeley_core::{Credentials, Kind, MsgFlags, Socket};
use berkeley_tests::{
    PATIENCE, Process, Scratch, bounded, kernel_lacks, option_bytes, peer, unix, unix_pair,
};
use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::unistd::{getgid, getpid, getuid};
use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::Command;

/// Python, connected to us as its socket `s`, and our end.
fn python(script: &str) -> Option<(Process, Socket)> {
    let python = peer("python3")?;
    let scratch = Scratch::new();
    let listener = unix(Kind::STREAM);
    listener.bind(scratch.address("socket")).unwrap();
    listener.listen(1).unwrap();
    let begin = "import os, socket, struct, sys
from socket import SOL_SOCKET
s = socket.socket(socket.AF_UNIX)
def connect(): s.connect(sys.argv[1])
";
    let script = format!("{begin}{script}\nsys.stdout.flush(); sys.stdin.read()");
    let mut command = Command::new(python);
    command.args(["-c", &script]).arg(scratch.path("socket"));
    let python = Process::spawn(&mut command);
    listener.set_timeout(Some(PATIENCE)).unwrap();
    let (ours, _) = listener.accept().unwrap();
    Some((python, ours))
}

fn ourselves() -> Credentials {
    Credentials {
        pid: getpid().as_raw().cast_unsigned(),
        uid: getuid().as_raw(),
        gid: getgid().as_raw(),
    }
}

#[test]
fn both_ends_know_who_is_at_the_other() {
    bounded(PATIENCE, || {
        let script = "connect()
print(os.getpid(), os.getuid(), os.getgid())
print(*struct.unpack('3i', s.getsockopt(SOL_SOCKET, socket.SO_PEERCRED, 12)))";
        let Some((mut python, ours)) = python(script) else { return };
        let Credentials { pid, uid, gid } = ours.get(PeerCredentials).unwrap();
        assert_eq!(python.line(), format!("{pid} {uid} {gid}"));
        let Credentials { pid, uid, gid } = ourselves();
        assert_eq!(python.line(), format!("{pid} {uid} {gid}"));
    });
}

#[test]
fn the_peer_of_a_pair_is_this_process_and_nobody_without_a_peer() {
    bounded(PATIENCE, || {
        for kind in [Kind::STREAM, Kind::DGRAM, Kind::SEQPACKET] {
            let (a, b) = unix_pair(kind);
            assert_eq!(a.get(PeerCredentials).unwrap(), ourselves());
            assert_eq!(b.get(PeerCredentials).unwrap(), ourselves());
        }
        let nobody = Credentials { pid: 0, uid: u32::MAX, gid: u32::MAX };
        assert_eq!(unix(Kind::STREAM).get(PeerCredentials).unwrap(), nobody);
    });
}

/// The descriptor of the peer's process; `None` after a printed skip.
fn pid_fd(on: &Socket) -> Option<OwnedFd> {
    match on.get(PeerPidFd) {
        Err(e) if e.raw_os_error() == Some(libc::ENOPROTOOPT) => {
            kernel_lacks("no SO_PEERPIDFD, which comes with Linux 6.5");
            None
        }
        result => Some(result.unwrap()),
    }
}

#[test]
fn a_descriptor_of_the_peers_process_tells_its_end() {
    bounded(PATIENCE, || {
        let Some((mut python, ours)) = python("connect(); print(os.getpid())") else { return };
        let Some(process) = pid_fd(&ours) else { return };
        let flags = FdFlag::from_bits_retain(fcntl(&process, FcntlArg::F_GETFD).unwrap());
        assert!(flags.contains(FdFlag::FD_CLOEXEC));
        let info = format!("/proc/self/fdinfo/{}", process.as_raw_fd());
        let info = std::fs::read_to_string(info).unwrap();
        let line = format!("Pid:\t{}", python.line());
        assert!(info.lines().any(|other| other == line), "{line} in {info}");

        let ended = |timeout: PollTimeout| {
            poll(&mut [PollFd::new(process.as_fd(), PollFlags::POLLIN)], timeout).unwrap() == 1
        };
        assert!(!ended(PollTimeout::ZERO));
        python.succeed();
        assert!(ended(PollTimeout::NONE));
    });
}

#[test]
fn a_descriptor_of_a_process_is_each_time_another_and_closed_by_its_owner() {
    bounded(PATIENCE, || {
        let (a, _b) = unix_pair(Kind::STREAM);
        let Some(first) = pid_fd(&a) else { return };
        let second = pid_fd(&a).unwrap();
        assert_ne!(first.as_raw_fd(), second.as_raw_fd());
        assert_errno(unix(Kind::STREAM).get(PeerPidFd), libc::ENODATA);
    });
}

#[test]
fn all_groups_of_a_peer_are_told_however_many() {
    bounded(PATIENCE, || {
        let script = "
try: os.setgroups(range(1000, 3000))
except PermissionError: pass
connect(); print(*sorted(os.getgroups()))";
        let Some((mut python, ours)) = python(script) else { return };
        let mut groups = ours.get(PeerGroups).unwrap();
        groups.sort_unstable();
        let groups: Vec<_> = groups.iter().map(u32::to_string).collect();
        assert_eq!(python.line(), groups.join(" "));
        assert_errno(unix(Kind::STREAM).get(PeerGroups), libc::ENODATA);
    });
}

#[test]
fn the_label_of_a_peer_is_what_python_reads() {
    bounded(PATIENCE, || {
        // Its own label, by which we know it: that of the process.
        let script = "connect()
try: print(open('/proc/self/attr/current', 'rb').read().rstrip(b'\\0\\n').hex())
except OSError: print('none')";
        let Some((mut python, ours)) = python(script) else { return };
        let theirs = python.line();
        match ours.get(PeerSecurity) {
            Ok(label) => {
                let label: String = String::from_utf8_lossy(&label).into_owned();
                let label = label.trim_end_matches(['\0', '\n']);
                let hex: String = label.bytes().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(theirs, hex);
            }
            // What a kernel without a security module says.
            Err(e) => assert_eq!(e.raw_os_error(), Some(libc::ENOPROTOOPT), "{e}"),
        }
    });
}

#[test]
fn options_of_unix_sockets_read_back() {
    bounded(PATIENCE, || {
        let (on, _peer) = unix_pair(Kind::STREAM);
        for value in [true, false] {
            on.set(PassCredentials, value).unwrap();
            assert_eq!(on.get(PassCredentials).unwrap(), value);
            let raw = option_bytes(&on, libc::SOL_SOCKET, libc::SO_PASSCRED);
            assert_eq!(raw, i32::from(value).to_ne_bytes());
            on.set(PassSecurity, value).unwrap();
            assert_eq!(on.get(PassSecurity).unwrap(), value);
        }
        assert!(!on.get(PassCredentials).unwrap());
    });
}

/// Sets an option that newer kernels have; `false` after a printed skip.
fn newer(result: io::Result<()>, what: &str) -> bool {
    let unknown = result.as_ref().is_err_and(|e| e.raw_os_error() == Some(libc::ENOPROTOOPT));
    if unknown {
        kernel_lacks(what);
    } else {
        result.unwrap();
    }
    !unknown
}

/// One receive with room for control messages.
fn receive(on: &Socket) -> (usize, RecvBuffer) {
    let mut control = RecvBuffer::with_capacity(256);
    let mut bytes = [0; 4];
    let received =
        on.recv_msg(&mut [IoSliceMut::new(&mut bytes)], &mut control, MsgFlags::empty()).unwrap();
    assert!(!received.is_control_truncated());
    (received.len, control)
}

#[test]
fn credentials_come_with_each_message_once_asked_for() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::DGRAM);
        a.send(b"x").unwrap();
        assert_eq!(receive(&b).1.get::<Credentials>(), None);
        b.set(PassCredentials, true).unwrap();
        for _ in 0..2 {
            a.send(b"x").unwrap();
            assert_eq!(receive(&b).1.get::<Credentials>(), Some(ourselves()));
        }
        b.set(PassCredentials, false).unwrap();
        a.send(b"x").unwrap();
        assert_eq!(receive(&b).1.get::<Credentials>(), None);
    });
}

#[test]
fn a_descriptor_of_the_sender_comes_with_each_message_once_asked_for() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::DGRAM);
        if !newer(b.set(PassPidFd, true), "no SO_PASSPIDFD, which comes with Linux 6.5") {
            return;
        }
        assert!(b.get(PassPidFd).unwrap());
        a.send(b"x").unwrap();
        assert!(receive(&b).1.take_pidfd().is_some());
        b.set(PassPidFd, false).unwrap();
        a.send(b"x").unwrap();
        assert!(receive(&b).1.take_pidfd().is_none());
    });
}

#[test]
fn descriptors_are_refused_where_they_are_not_wanted() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        if !newer(b.set(PassRights, false), "no SO_PASSRIGHTS, which comes with Linux 6.16") {
            return;
        }
        assert!(!b.get(PassRights).unwrap());
        let send = || a.send_fds(&[IoSlice::new(b"x")], &[a.as_fd()], MsgFlags::empty(), None);
        assert_errno(send(), libc::EPERM);
        b.set(PassRights, true).unwrap();
        send().unwrap();
        assert_eq!(receive(&b).1.take_rights().len(), 1);
    });
}

#[test]
fn a_receive_tells_how_much_is_left_once_asked_to() {
    bounded(PATIENCE, || {
        let (a, b) = unix_pair(Kind::STREAM);
        if !newer(b.set(Inq, true), "no SO_INQ, which comes with Linux 6.17") {
            return;
        }
        a.send(b"0123456789").unwrap();
        for left in [6, 2, 0] {
            assert_eq!(receive(&b).1.get::<UnreadBytes>().map(|unread| unread.0), Some(left));
        }
        b.set(Inq, false).unwrap();
        a.send(b"01").unwrap();
        assert_eq!(receive(&b).1.get::<UnreadBytes>(), None);
    });
}
