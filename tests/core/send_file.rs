//! `send_file`: every byte of a file, within one time for the whole, and the position tells what
//! went.

use crate::{SHORT, assert_kind, takes};
use berkeley_core::{Kind, SendFileError, Shutdown, Socket, option};
use berkeley_tests::{
    PATIENCE, POLL, PipeSignals, Process, Scratch, Storm, blocked_in, bounded, drain, eventually,
    fill, in_child, join, peer, tcp_pair, udp, unix_pair,
};
use nix::libc;
use nix::sys::pthread::{pthread_kill, pthread_self};
use nix::sys::signal::{SigSet, Signal};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::process::Command;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// More than any pair of socket buffers holds here.
const BIG: usize = 8 << 20;

/// Bytes without a short period, so that a piece out of place shows.
fn content(len: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let next = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// A file of these bytes, opened for reading.
fn file_of(scratch: &Scratch, bytes: &[u8]) -> File {
    let path = scratch.path("file");
    fs::write(&path, bytes).unwrap();
    File::open(path).unwrap()
}

/// Receives all until the end, a little at a time.
fn read_slowly(socket: Socket) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let (mut all, mut buffer) = (Vec::new(), [0; 16_384]);
        while let n @ 1.. = socket.recv(&mut buffer).unwrap() {
            all.extend_from_slice(&buffer[..n]);
        }
        all
    })
}

/// Two connected streams of each family, with small buffers. (With buffers smaller than a
/// segment of the loopback, TCP waits for its timers.)
fn narrow_pairs() -> [(Socket, Socket); 2] {
    let pairs = [tcp_pair(), unix_pair(Kind::STREAM)];
    for (sender, receiver) in &pairs {
        sender.set(option::socket::SendBuffer, 64 << 10).unwrap();
        receiver.set(option::socket::ReceiveBuffer, 128 << 10).unwrap();
    }
    pairs
}

/// That the file's position is behind what went, and that so much came.
#[track_caller]
fn assert_consistent(error: &SendFileError, mut file: &File, offset: u64, received: usize) {
    assert_eq!(file.stream_position().unwrap(), offset + error.sent);
    assert_eq!(error.sent, u64::try_from(received).unwrap());
    assert!(error.unsent.is_empty());
}

#[test]
fn send_file_sends_every_byte_to_a_slow_reader_in_every_mode() {
    bounded(PATIENCE, || {
        let (scratch, bytes) = (Scratch::new(), content(BIG));
        let mut file = file_of(&scratch, &bytes);
        for timeout in [None, Some(PATIENCE)] {
            for (sender, receiver) in narrow_pairs() {
                sender.set_timeout(timeout).unwrap();
                let reader = read_slowly(receiver);
                assert_eq!(sender.send_file(&file, 0, None).unwrap(), BIG as u64);
                sender.shutdown(Shutdown::Write).unwrap();
                assert!(join(reader) == bytes);
                assert_eq!(file.stream_position().unwrap(), BIG as u64);
            }
        }
    });
}

#[test]
fn a_nonblocking_send_file_tells_what_went_and_can_be_gone_on_with() {
    bounded(PATIENCE, || {
        let (scratch, bytes) = (Scratch::new(), content(BIG));
        let file = file_of(&scratch, &bytes);
        for (sender, receiver) in narrow_pairs() {
            sender.set_timeout(Some(Duration::ZERO)).unwrap();
            let first = sender.send_file(&file, 0, None).unwrap_err();
            assert_eq!(first.kind(), ErrorKind::WouldBlock);
            assert!(first.sent > 0 && first.sent < BIG as u64, "{first}");
            assert_eq!((&file).stream_position().unwrap(), first.sent);

            let reader = read_slowly(receiver);
            let mut sent = first.sent;
            while sent < BIG as u64 {
                sent += match sender.send_file(&file, sent, None) {
                    Ok(rest) => rest,
                    Err(error) => {
                        assert_eq!(error.kind(), ErrorKind::WouldBlock);
                        assert!(sender.wait(berkeley_core::Interest::Writable, None).unwrap());
                        error.sent
                    }
                };
            }
            sender.shutdown(Shutdown::Write).unwrap();
            assert!(join(reader) == bytes);
        }
    });
}

#[test]
fn send_file_by_parts_leaves_the_position_and_ends_with_0() {
    bounded(PATIENCE, || {
        let (scratch, bytes) = (Scratch::new(), content(300_000));
        let mut file = file_of(&scratch, &bytes);
        file.seek(SeekFrom::Start(7)).unwrap();
        let (sender, receiver) = tcp_pair();
        let reader = read_slowly(receiver);
        let mut offset = 0;
        while let n @ 1.. = sender.send_file_part(&file, offset, 70_000).unwrap() {
            assert!(n <= 70_000);
            offset += n as u64;
        }
        assert_eq!(offset, 300_000);
        assert_eq!(sender.send_file_part(&file, 0, 0).unwrap(), 0);
        assert_eq!(file.stream_position().unwrap(), 7);
        sender.shutdown(Shutdown::Write).unwrap();
        assert!(join(reader) == bytes);
    });
}

#[test]
fn an_offset_and_a_count_choose_a_part_of_the_file() {
    bounded(PATIENCE, || {
        let (scratch, bytes) = (Scratch::new(), content(100_000));
        let mut file = file_of(&scratch, &bytes);
        // offset, count, where it ends
        for (offset, count, end) in [
            (0, Some(1), 1),
            (0, Some(100_000), 100_000),
            (99_999, None, 100_000),
            (10, Some(0), 10),
            (5, Some(50_000), 50_005),
            (90_000, Some(50_000), 100_000),
            (100_000, None, 100_000),
            (200_000, None, 200_000),
            (200_000, Some(9), 200_000),
            (0, Some(u64::MAX), 100_000),
        ] {
            let (sender, receiver) = unix_pair(Kind::STREAM);
            let sent = sender.send_file(&file, offset, count).unwrap();
            assert_eq!(sent, end - offset, "{offset} {count:?}");
            assert_eq!(file.stream_position().unwrap(), end);
            drop(sender);
            let mut received = Vec::new();
            (&receiver).read_to_end(&mut received).unwrap();
            let range = usize::try_from(offset).unwrap()..usize::try_from(end).unwrap();
            assert!(received == bytes.get(range).unwrap_or_default(), "{offset} {count:?}");
        }
    });
}

#[test]
fn an_empty_file_is_sent_as_nothing() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let file = file_of(&scratch, b"");
        let (sender, receiver) = tcp_pair();
        assert_eq!(sender.send_file(&file, 0, None).unwrap(), 0);
        assert_eq!(sender.send_file(&file, 0, Some(10)).unwrap(), 0);
        sender.send_all(b"x").unwrap();
        assert_eq!(receiver.recv(&mut [0; 8]).unwrap(), 1);
    });
}

#[test]
fn offsets_have_64_bits() {
    bounded(PATIENCE, || {
        const FAR: u64 = (1 << 33) + 5;
        let scratch = Scratch::new();
        let path = scratch.path("sparse");
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path).unwrap();
        file.seek(SeekFrom::Start(FAR)).unwrap();
        file.write_all(b"far away").unwrap();
        let mut file = File::open(path).unwrap();
        let (sender, receiver) = tcp_pair();
        assert_eq!(sender.send_file(&file, FAR, None).unwrap(), 8);
        assert_eq!(file.stream_position().unwrap(), FAR + 8);
        let mut buffer = [0; 16];
        let n = receiver.recv(&mut buffer).unwrap();
        assert_eq!(&buffer[..n], b"far away");
    });
}

#[test]
fn send_file_refuses_what_it_cannot_mean_and_moves_nothing() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let mut file = file_of(&scratch, b"content");
        file.seek(SeekFrom::Start(3)).unwrap();
        let (packets, _peer) = unix_pair(Kind::SEQPACKET);
        for socket in [&packets, &udp()] {
            let error = socket.send_file(&file, 0, None).unwrap_err();
            assert_eq!((error.kind(), error.sent), (ErrorKind::InvalidInput, 0), "{socket:?}");
            assert_kind(socket.send_file_part(&file, 0, 1), ErrorKind::InvalidInput);
        }
        let (sender, _peer) = tcp_pair();
        let past = (1 << 63) + 1;
        assert_eq!(
            sender.send_file(&file, past, None).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
        assert_kind(sender.send_file_part(&file, past, 1), ErrorKind::InvalidInput);
        assert_eq!(file.stream_position().unwrap(), 3);

        let (reader, _writer) = std::io::pipe().unwrap();
        let error = sender.send_file(&reader, 1, None).unwrap_err();
        assert_eq!(error.error.raw_os_error(), Some(libc::ESPIPE));

        let write_only = OpenOptions::new().write(true).open(scratch.path("file")).unwrap();
        let error = sender.send_file(&write_only, 0, None).unwrap_err();
        assert_eq!(error.error.raw_os_error(), Some(libc::EBADF));
        let directory = File::open("/tmp").unwrap();
        let error = sender.send_file(&directory, 0, None).unwrap_err();
        assert_eq!(error.error.raw_os_error(), Some(libc::EISDIR));
    });
}

/// sendfile(2) serves some of them and refuses others; all say that their size is 0.
#[test]
fn files_of_proc_are_sent_whole() {
    bounded(PATIENCE, || {
        for name in ["/proc/version", "/proc/self/environ", "/proc/self/limits", "/proc/kallsyms"] {
            let mut file = File::open(name).unwrap();
            let expected = fs::read(name).unwrap();
            assert!(!expected.is_empty());
            for timeout in [None, Some(PATIENCE)] {
                let (sender, receiver) = unix_pair(Kind::STREAM);
                sender.set_timeout(timeout).unwrap();
                let reader = read_slowly(receiver);
                assert_eq!(sender.send_file(&file, 0, None).unwrap(), expected.len() as u64);
                assert_eq!(file.stream_position().unwrap(), expected.len() as u64);
                let rest = expected.len() as u64 - 3;
                assert_eq!(sender.send_file(&file, 3, None).unwrap(), rest);
                drop(sender);
                assert!(join(reader) == [&expected, &expected[3..]].concat(), "{name}");
            }
        }
    });
}

#[test]
fn pipes_and_sockets_are_sent_until_their_end_or_the_count() {
    bounded(PATIENCE, || {
        let bytes = content(300_000);
        for timeout in [None, Some(PATIENCE)] {
            let (sender, receiver) = tcp_pair();
            sender.set_timeout(timeout).unwrap();
            let (reader, mut writer) = std::io::pipe().unwrap();
            let received = read_slowly(receiver);
            let expected = bytes.clone();
            let writing = thread::spawn(move || writer.write_all(&expected).unwrap());
            assert_eq!(sender.send_file(&reader, 0, Some(100_001)).unwrap(), 100_001);
            assert_eq!(sender.send_file(&reader, 0, None).unwrap(), 199_999);
            join(writing);

            let (from, to) = unix_pair(Kind::STREAM);
            from.send_all(&bytes[..1_000]).unwrap();
            assert_eq!(sender.send_file(&to, 0, Some(900)).unwrap(), 900);
            drop(from);
            assert_eq!(sender.send_file(&to, 0, None).unwrap(), 100);
            drop(sender);
            assert!(join(received) == [&bytes, &bytes[..1_000]].concat());
        }
    });
}

#[test]
fn a_source_that_has_nothing_is_waited_for_as_the_mode_says() {
    bounded(PATIENCE, || {
        let (sender, receiver) = tcp_pair();
        let (reader, mut writer) = std::io::pipe().unwrap();
        sender.set_timeout(Some(Duration::ZERO)).unwrap();
        let error = sender.send_file(&reader, 0, None).unwrap_err();
        assert_eq!((error.kind(), error.sent), (ErrorKind::WouldBlock, 0));

        sender.set_timeout(Some(SHORT)).unwrap();
        writer.write_all(b"some").unwrap();
        let error = takes(SHORT, || sender.send_file(&reader, 0, None)).unwrap_err();
        assert_eq!((error.kind(), error.sent), (ErrorKind::TimedOut, 4));
        assert!(error.unsent.is_empty());

        // The source's own mode does not matter: a blocking socket waits for it.
        let (source, feeder) = unix_pair(Kind::STREAM);
        source.set_timeout(Some(Duration::ZERO)).unwrap();
        sender.set_timeout(None).unwrap();
        let sending = blocked_in(&POLL, move || sender.send_file(&source, 0, None).unwrap());
        feeder.send_all(b"later").unwrap();
        drop(feeder);
        assert_eq!(join(sending), 5);
        assert_eq!(drain(&receiver), 9);
    });
}

#[test]
fn what_was_read_of_a_pipe_and_not_sent_is_given_back() {
    bounded(PATIENCE, || {
        let bytes = content(10_000);
        for timeout in [Duration::ZERO, SHORT] {
            let (sender, receiver) = unix_pair(Kind::STREAM);
            let before = fill(&sender);
            sender.set_timeout(Some(timeout)).unwrap();
            let (reader, mut writer) = std::io::pipe().unwrap();
            writer.write_all(&bytes).unwrap();
            let error = sender.send_file(&reader, 0, None).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
            let sent = usize::try_from(error.sent).unwrap();
            assert!(error.unsent == bytes[sent..], "{} of {sent}", error.unsent.len());
            drop(sender);
            assert_eq!(drain(&receiver), before + sent);
        }
    });
}

#[test]
fn send_file_to_a_peer_that_does_not_read_ends_in_time() {
    bounded(PATIENCE, || {
        let (scratch, bytes) = (Scratch::new(), content(BIG));
        let file = file_of(&scratch, &bytes);
        for (sender, receiver) in narrow_pairs() {
            sender.set_timeout(Some(SHORT)).unwrap();
            let error = takes(SHORT, || sender.send_file(&file, 10, None)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut);
            assert_eq!(error.error.raw_os_error(), None);
            assert!(error.to_string().starts_with(&format!("after {} bytes: ", error.sent)));
            sender.shutdown(Shutdown::Write).unwrap();
            assert_consistent(&error, &file, 10, drain(&receiver));
        }
    });
}

/// One deadline for the whole: a peer that reads a little each time must not renew it.
#[test]
fn send_file_ends_in_time_though_the_peer_reads_a_little_again_and_again() {
    bounded(PATIENCE, || {
        let (scratch, bytes) = (Scratch::new(), content(BIG));
        let file = file_of(&scratch, &bytes);
        let (sender, receiver) = unix_pair(Kind::STREAM);
        let timeout = Duration::from_millis(300);
        sender.set_timeout(Some(timeout)).unwrap();
        let (stop, stopped) = mpsc::channel::<()>();
        let reader = thread::spawn(move || {
            let mut total = 0;
            // A read every 10 ms is far more often than the timeout, far too slow for BIG.
            while stopped.recv_timeout(Duration::from_millis(10)).is_err() {
                total += receiver.recv(&mut [0; 16_384]).unwrap();
            }
            total + drain(&receiver)
        });
        let error = takes(timeout, || sender.send_file(&file, 0, None)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
        sender.shutdown(Shutdown::Write).unwrap();
        stop.send(()).unwrap();
        assert_consistent(&error, &file, 0, join(reader));
    });
}

#[test]
fn a_peer_that_resets_midway_is_an_error_that_tells_what_went() {
    bounded(PATIENCE, || {
        let (scratch, bytes) = (Scratch::new(), content(BIG));
        let mut file = file_of(&scratch, &bytes);
        for timeout in [None, Some(PATIENCE)] {
            for (sender, receiver) in [tcp_pair(), unix_pair(Kind::STREAM)] {
                sender.set_timeout(timeout).unwrap();
                let resetting = thread::spawn(move || {
                    assert!(receiver.recv(&mut [0; 1_000]).unwrap() > 0);
                    // What is unread makes the close of a TCP socket a reset.
                });
                let error = sender.send_file(&file, 0, None).unwrap_err();
                let gone = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
                assert!(gone.contains(&error.kind()), "{error}");
                assert!(error.sent > 0);
                assert_eq!(file.stream_position().unwrap(), error.sent);
                join(resetting);
            }
        }
    });
}

#[test]
fn a_file_that_shrinks_meanwhile_ends_where_it_ends_now() {
    bounded(PATIENCE, || {
        let (scratch, bytes) = (Scratch::new(), content(BIG));
        let file = file_of(&scratch, &bytes);
        let (sender, receiver) = unix_pair(Kind::STREAM);
        let sending = blocked_in(&[libc::SYS_sendfile], move || {
            let sent = sender.send_file(&file, 0, None).unwrap();
            assert_eq!((&file).stream_position().unwrap(), sent);
            sent
        });
        let path = scratch.path("file");
        OpenOptions::new().write(true).open(path).unwrap().set_len(1_000).unwrap();
        let received = drain(&receiver) as u64;
        assert_eq!(join(sending), received);
        assert!(received < BIG as u64);
    });
}

#[test]
fn signals_neither_fail_a_send_file_nor_cost_bytes_or_time() {
    bounded(PATIENCE, || {
        let (scratch, bytes) = (Scratch::new(), content(BIG));
        let file = file_of(&scratch, &bytes);
        for timeout in [None, Some(PATIENCE)] {
            let (sender, receiver) = unix_pair(Kind::STREAM);
            sender.set_timeout(timeout).unwrap();
            let calls = if timeout.is_none() { vec![libc::SYS_sendfile] } else { POLL.to_vec() };
            let file = file.try_clone().unwrap();
            let sending = Storm::on_blocked(&calls, move || sender.send_file(&file, 0, None));
            let reader = read_slowly(receiver);
            assert_eq!(join(sending).unwrap(), BIG as u64);
            assert!(join(reader) == bytes);
        }

        let (sender, _receiver) = unix_pair(Kind::STREAM);
        let timeout = Duration::from_millis(200);
        sender.set_timeout(Some(timeout)).unwrap();
        let storm = Storm::on_this_thread();
        eventually("signals arrive", || {
            let error = takes(timeout, || sender.send_file(&file, 0, None)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TimedOut);
            storm.signals() > 5
        });
    });
}

#[test]
fn python_receives_a_file_as_it_reads_it_itself() {
    bounded(PATIENCE, || {
        let Some(program) = peer("python3") else { return };
        let script = "import hashlib, socket, sys\n\
            s = socket.socket()\n\
            s.bind(('127.0.0.1', 0))\n\
            s.listen()\n\
            print(s.getsockname()[1], flush=True)\n\
            c, _ = s.accept()\n\
            got = hashlib.sha256()\n\
            while data := c.recv(65536): got.update(data)\n\
            expected = hashlib.sha256(open(sys.argv[1], 'rb').read())\n\
            print(got.digest() == expected.digest(), flush=True)\n";
        let (scratch, bytes) = (Scratch::new(), content(BIG));
        let file = file_of(&scratch, &bytes);
        let mut python =
            Process::spawn(Command::new(program).args(["-c", script]).arg(scratch.path("file")));
        let port: u16 = python.line().parse().unwrap();
        let sender = berkeley_tests::tcp();
        sender.connect(("127.0.0.1".parse::<std::net::IpAddr>().unwrap(), port)).unwrap();
        assert_eq!(sender.send_file(&file, 0, None).unwrap(), BIG as u64);
        sender.shutdown(Shutdown::Write).unwrap();
        assert_eq!(python.line(), "True");
        python.succeed();
    });
}

#[test]
fn send_file_raises_no_signal_when_the_peer_is_gone() {
    in_child("send_file::send_file_raises_no_signal_when_the_peer_is_gone", || {
        let signals = PipeSignals::count();
        let (scratch, bytes) = (Scratch::new(), content(BIG));
        let file = file_of(&scratch, &bytes);
        let environment = File::open("/proc/self/environ").unwrap();
        let (shut, _served) = tcp_pair();
        shut.shutdown(Shutdown::Write).unwrap();
        let (left, gone) = unix_pair(Kind::STREAM);
        drop(gone);
        for socket in [&shut, &left] {
            // The count works: sendfile(2) raises the signal.
            let bare = nix::sys::sendfile::sendfile(socket, &file, None, 10);
            assert_eq!((bare, signals.take()), (Err(nix::errno::Errno::EPIPE), 1));
            for timeout in [None, Some(PATIENCE), Some(Duration::ZERO)] {
                socket.set_timeout(timeout).unwrap();
                for file in [&file, &environment] {
                    let error = socket.send_file(file, 0, None).unwrap_err();
                    assert_eq!((error.kind(), error.sent), (ErrorKind::BrokenPipe, 0));
                    assert_kind(socket.send_file_part(file, 0, 10), ErrorKind::BrokenPipe);
                }
                let (reader, mut writer) = std::io::pipe().unwrap();
                writer.write_all(b"lost").unwrap();
                let error = socket.send_file(&reader, 0, None).unwrap_err();
                assert_eq!((error.kind(), &*error.unsent), (ErrorKind::BrokenPipe, &b"lost"[..]));
                assert_eq!(signals.take(), 0, "{socket:?} {timeout:?}");
            }
        }

        // The peer has ended its sending, and goes while a sendfile(2) waits: that tells of what
        // went, and signals as well.
        let (sender, receiver) = tcp_pair();
        receiver.shutdown(Shutdown::Write).unwrap();
        eventually("the end arrives", || sender.is_peer_closed().unwrap());
        let sending = blocked_in(&[libc::SYS_sendfile], move || sender.send_file(&file, 0, None));
        drop(receiver);
        let error = join(sending).unwrap_err();
        assert!(error.sent > 0);
        assert_eq!((error.kind(), signals.take()), (ErrorKind::BrokenPipe, 0));
    });
}

#[test]
fn send_file_leaves_the_signals_of_its_thread_as_they_were() {
    in_child("send_file::send_file_leaves_the_signals_of_its_thread_as_they_were", || {
        let signals = PipeSignals::count();
        let scratch = Scratch::new();
        let file = file_of(&scratch, b"content");
        let (sender, gone) = unix_pair(Kind::STREAM);
        drop(gone);
        let send = || {
            let error = sender.send_file(&file, 0, None).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        };
        let is_blocked = || SigSet::thread_get_mask().unwrap().contains(Signal::SIGPIPE);
        send();
        assert!(!is_blocked());

        // Blocked by its owner: it stays so, and what came of the send does not wait.
        let mut pipe = SigSet::empty();
        pipe.add(Signal::SIGPIPE);
        pipe.thread_block().unwrap();
        send();
        assert!(is_blocked());
        pipe.thread_unblock().unwrap();
        assert_eq!(signals.take(), 0);

        // One that waited before still waits.
        pipe.thread_block().unwrap();
        pthread_kill(pthread_self(), Signal::SIGPIPE).unwrap();
        send();
        assert_eq!(signals.take(), 0);
        pipe.thread_unblock().unwrap();
        assert_eq!(signals.take(), 1);
    });
}
