//! Buffered readers and writers: nothing is lost when the time is up, and a socket is closed with
//! the last of its files.

use crate::{SHORT, assert_kind, assert_timed_out, takes};
use berkeley_core::{Kind, Socket, SocketFile, SocketReader, SocketWriter};
use berkeley_tests::{
    PATIENCE, Process, bounded, fill, in_child, join, open_descriptors, peer, tcp_pair, unix_pair,
};
use proptest::prelude::*;
use std::io::{self, BufRead, ErrorKind, Read, Write};
use std::process::Command;
use std::string::FromUtf8Error;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

/// A reader in the mode that `timeout` says, and who sends to it.
fn reader(timeout: Option<Duration>) -> (SocketReader, Socket) {
    let (ours, theirs) = unix_pair(Kind::STREAM);
    ours.set_timeout(timeout).unwrap();
    (SocketReader::with_capacity(8, ours), theirs)
}

/// A writer in the mode that `timeout` says, and who receives from it.
fn writer(timeout: Option<Duration>) -> (SocketWriter, Socket) {
    let (ours, theirs) = unix_pair(Kind::STREAM);
    ours.set_timeout(timeout).unwrap();
    (SocketWriter::with_capacity(8, ours), theirs)
}

/// How a read that cannot be done at once fails, in each mode that does not wait for ever.
const MODES: [(Duration, ErrorKind); 2] =
    [(Duration::ZERO, ErrorKind::WouldBlock), (SHORT, ErrorKind::TimedOut)];

#[test]
fn a_line_goes_on_after_a_read_that_failed() {
    bounded(PATIENCE, || {
        for (timeout, kind) in MODES {
            let (mut reader, peer) = reader(Some(timeout));
            let mut line = String::new();
            assert_kind(reader.read_line(&mut line), kind);
            // In the middle of a letter, and past the buffer's first length.
            for part in [&b"half a l\xC3"[..], b"\xB6ng l", b"i"] {
                peer.send_all(part).unwrap();
                assert_kind(reader.read_line(&mut line), kind);
                assert_eq!(line, "", "a read that fails takes nothing");
            }
            peer.send_all(b"ne\nnext").unwrap();
            assert_eq!(reader.read_line(&mut line).unwrap(), 18);
            assert_eq!(line, "half a löng line\n");
            assert_eq!(reader.buffer(), b"next");
        }
    });
}

#[test]
fn lines_go_on_after_one_that_failed() {
    bounded(PATIENCE, || {
        for (timeout, kind) in MODES {
            let (reader, peer) = reader(Some(timeout));
            let mut lines = reader.lines();
            peer.send_all(b"first\r\nsec").unwrap();
            assert_eq!(lines.next().unwrap().unwrap(), "first");
            assert_kind(lines.next().unwrap(), kind);
            peer.send_all(b"ond\nno end").unwrap();
            assert_eq!(lines.next().unwrap().unwrap(), "second");
            assert_kind(lines.next().unwrap(), kind);
            drop(peer);
            assert_eq!(lines.next().unwrap().unwrap(), "no end");
            assert!(lines.next().is_none());
        }
    });
}

#[test]
fn every_other_read_goes_on_after_one_that_failed() {
    bounded(PATIENCE, || {
        for (timeout, kind) in MODES {
            let (mut reader, peer) = reader(Some(timeout));
            let (mut bytes, mut exact, mut text) = (Vec::new(), [0; 12], String::new());

            peer.send_all(b"a;b").unwrap();
            assert_eq!(reader.read_until(b';', &mut bytes).unwrap(), 2);
            assert_kind(reader.read_until(b';', &mut bytes), kind);
            assert_eq!(bytes, b"a;");
            peer.send_all(b";123").unwrap();
            assert_eq!(reader.read_until(b';', &mut bytes).unwrap(), 2);
            assert_eq!(bytes, b"a;b;");

            assert_kind(reader.read_exact(&mut exact), kind);
            assert_eq!(exact, [0; 12]);
            peer.send_all(b"4567").unwrap();
            assert_kind(reader.read_exact(&mut exact), kind);
            peer.send_all(b"89ABCDE").unwrap();
            reader.read_exact(&mut exact).unwrap();
            assert_eq!(&exact, b"123456789ABC");

            assert_kind(reader.read_to_string(&mut text), kind);
            assert_kind(reader.read_to_end(&mut bytes), kind);
            assert_eq!((&*text, bytes.len()), ("", 4));
            peer.send_all(b"F\xC3").unwrap();
            assert_kind(reader.read_to_string(&mut text), kind);
            peer.send_all(b"\xBC").unwrap();
            drop(peer);
            assert_eq!(reader.read_to_string(&mut text).unwrap(), 5);
            assert_eq!(text, "DEFü");
            assert_eq!(reader.read_to_end(&mut bytes).unwrap(), 0);
        }
    });
}

#[test]
fn the_timeout_is_that_of_a_whole_read() {
    bounded(PATIENCE, || {
        // A byte now and then, well within the timeout, and never the end of the line.
        let (mut reader, peer) = reader(Some(3 * SHORT));
        let dripping = thread::spawn(move || {
            while peer.send_all(b".").is_ok() {
                thread::sleep(SHORT);
            }
        });
        let mut line = String::new();
        assert_timed_out(takes(3 * SHORT, || reader.read_line(&mut line)));
        assert_timed_out(takes(3 * SHORT, || reader.read_exact(&mut [0; 100_000])));
        assert_timed_out(takes(3 * SHORT, || reader.read_to_end(&mut Vec::new())));
        assert!(reader.buffer().len() > 3);
        drop(reader);
        join(dripping);
    });
}

#[test]
fn text_that_is_no_text_comes_with_its_error() {
    bounded(PATIENCE, || {
        let (mut reader, peer) = reader(None);
        peer.send_all(b"bad \xFF\ngood\n\xFE").unwrap();
        let mut line = String::new();
        let error = reader.read_line(&mut line).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidData);
        let bytes = error.downcast::<FromUtf8Error>().unwrap().into_bytes();
        assert_eq!(bytes, b"bad \xFF\n");
        // The next line is not kept from being read.
        assert_eq!(reader.read_line(&mut line).unwrap(), 5);
        assert_eq!(line, "good\n");
        drop(peer);
        let error = reader.read_to_string(&mut line).unwrap_err();
        assert_eq!(error.downcast::<FromUtf8Error>().unwrap().into_bytes(), b"\xFE");
    });
}

#[test]
fn an_end_before_an_exact_read_leaves_what_came() {
    bounded(PATIENCE, || {
        let (mut reader, peer) = reader(None);
        peer.send_all(b"rest").unwrap();
        drop(peer);
        assert_kind(reader.read_exact(&mut [0; 5]), ErrorKind::UnexpectedEof);
        let mut rest = String::new();
        assert_eq!(reader.read_line(&mut rest).unwrap(), 4);
        assert_eq!(rest, "rest");
        assert_eq!(reader.read(&mut [0; 5]).unwrap(), 0);
        reader.read_exact(&mut []).unwrap();
    });
}

#[test]
fn a_reader_waits_for_nothing_to_fill_no_bytes_and_gives_up_all_there_is() {
    bounded(PATIENCE, || {
        let (mut reader, theirs) = reader(None);
        assert_eq!(reader.read(&mut []).unwrap(), 0);
        theirs.send_all(b"abc").unwrap();
        assert_eq!(reader.fill_buf().unwrap(), b"abc");
        reader.consume(1);
        reader.consume(usize::MAX);
        assert!(reader.buffer().is_empty());
    });
}

#[test]
fn a_large_read_goes_past_the_buffer_and_keeps_the_order() {
    bounded(PATIENCE, || {
        let (mut reader, peer) = reader(None);
        peer.send_all(b"0123456789abcdef").unwrap();
        let mut buffer = [0; 10];
        assert_eq!(reader.read(&mut buffer[..1]).unwrap(), 1);
        assert_eq!(reader.buffer(), b"1234567");
        // What is in the buffer comes first, then the rest directly.
        assert_eq!(reader.read(&mut buffer).unwrap(), 7);
        assert_eq!(&buffer[..7], b"1234567");
        assert_eq!(reader.read(&mut buffer).unwrap(), 8);
        assert_eq!(&buffer[..8], b"89abcdef");
        assert_eq!(reader.buffer(), b"");
    });
}

#[test]
fn written_bytes_go_when_they_are_many_or_flushed() {
    bounded(PATIENCE, || {
        let (mut writer, peer) = writer(None);
        let mut buffer = [0; 64];
        let at_once = |peer: &Socket, buffer: &mut [u8]| {
            peer.set_timeout(Some(Duration::ZERO)).unwrap();
            peer.recv(buffer)
        };
        writer.write_all(b"1234567").unwrap();
        assert_kind(at_once(&peer, &mut buffer), ErrorKind::WouldBlock);
        assert_eq!(writer.buffer(), b"1234567");
        writer.flush().unwrap();
        assert_eq!(at_once(&peer, &mut buffer).unwrap(), 7);
        // What has no room beside the rest makes that go first.
        writer.write_all(b"1234").unwrap();
        assert_eq!(writer.write(b"56789").unwrap(), 5);
        assert_eq!(at_once(&peer, &mut buffer).unwrap(), 4);
        writer.write_all(b"a whole lot more").unwrap();
        assert_eq!(at_once(&peer, &mut buffer).unwrap(), 21);
        assert_eq!(&buffer[..21], b"56789a whole lot more");
        assert_eq!(writer.write(b"").unwrap(), 0);
        // Dropped, it sends the rest.
        writer.write_all(b"bye").unwrap();
        drop(writer);
        assert_eq!(at_once(&peer, &mut buffer).unwrap(), 3);
        assert_eq!(at_once(&peer, &mut buffer).unwrap(), 0);
    });
}

#[test]
fn a_writer_without_a_buffer_sends_at_once() {
    bounded(PATIENCE, || {
        let (ours, theirs) = unix_pair(Kind::STREAM);
        let mut writer = SocketWriter::with_capacity(0, ours);
        writer.write_all(b"x").unwrap();
        assert_eq!(writer.write(b"yz").unwrap(), 2);
        assert_eq!(writer.buffer(), b"");
        assert_eq!(theirs.recv(&mut [0; 8]).unwrap(), 3);
    });
}

#[test]
fn unsent_bytes_stay_after_a_flush_that_failed() {
    bounded(PATIENCE, || {
        for (timeout, kind) in MODES {
            let (mut writer, peer) = writer(Some(timeout));
            writer.write_all(b"kept").unwrap();
            let filled = fill(writer.socket());
            assert_kind(writer.flush(), kind);
            assert_eq!(writer.buffer(), b"kept");
            // What does not fit is not taken.
            assert_kind(writer.write(b"12345"), kind);
            assert_kind(writer.write_all(b"12345"), kind);
            assert_kind(writer.write_all(&[b'x'; 100]), kind);
            assert_eq!(writer.buffer(), b"kept");
            // What fits beside it is.
            writer.write_all(b"123").unwrap();
            assert_eq!(writer.buffer(), b"kept123");

            let mut received = vec![0; filled];
            let mut receiver = &peer;
            receiver.read_exact(&mut received).unwrap();
            writer.flush().unwrap();
            drop(writer);
            receiver.read_to_end(&mut received).unwrap();
            assert_eq!(&received[filled..], b"kept123");
        }
    });
}

/// Some of it goes, the time is up: it is taken whole, and the rest goes later.
#[test]
fn a_write_that_went_in_part_is_taken_whole() {
    bounded(PATIENCE, || {
        for (timeout, kind) in MODES {
            let (mut writer, peer) = writer(Some(timeout));
            let payload: Vec<u8> = (0..=255).cycle().take(4_000_000).collect();
            writer.write_all(&payload).unwrap();
            let unsent = writer.buffer().len();
            assert!(0 < unsent && unsent < payload.len(), "{unsent}");
            assert_kind(writer.flush(), kind);
            assert_eq!(writer.buffer().len(), unsent);

            writer.socket().set_timeout(None).unwrap();
            let receiving = thread::spawn(move || {
                let mut received = Vec::new();
                (&peer).read_to_end(&mut received).unwrap();
                received
            });
            writer.write_all(b"end").unwrap();
            drop(writer);
            let received = join(receiving);
            assert!(received.strip_suffix(b"end").unwrap() == payload);
        }
    });
}

#[test]
fn a_dead_peer_is_an_error_and_no_signal() {
    bounded(PATIENCE, || {
        let (mut writer, peer) = writer(None);
        drop(peer);
        writer.write_all(b"lost").unwrap();
        assert_kind(writer.flush(), ErrorKind::BrokenPipe);
        // Dropping it tries once more, and says nothing.
    });
}

#[test]
fn a_socket_is_closed_with_the_last_of_its_files() {
    in_child("files::a_socket_is_closed_with_the_last_of_its_files", || {
        let (ours, theirs) = tcp_pair();
        theirs.set_timeout(Some(SHORT)).unwrap();
        let before = open_descriptors();
        let ours = Arc::new(ours);
        let (first, second) = (SocketReader::new(ours.clone()), SocketWriter::new(ours.clone()));
        let file = SocketFile::new(ours.clone());
        assert!(Arc::ptr_eq(file.reader.socket(), second.socket()));
        // It stays open for each of them.
        drop(ours);
        drop(first);
        drop(file);
        assert_timed_out(theirs.recv(&mut [0]));
        assert_eq!(open_descriptors(), before);
        drop(second);
        assert_eq!(theirs.recv(&mut [0]).unwrap(), 0);
        assert_eq!(open_descriptors(), before - 1);
    });
}

#[test]
fn a_file_reads_and_writes() {
    bounded(PATIENCE, || {
        let (ours, theirs) = tcp_pair();
        let (mut ours, theirs) = (SocketFile::new(ours), Arc::new(theirs));
        let echoing = thread::spawn(move || {
            let mut writer = SocketWriter::new(theirs.clone());
            for line in SocketReader::new(theirs).lines() {
                writeln!(writer, "{}", line.unwrap().to_uppercase()).unwrap();
                writer.flush().unwrap();
            }
        });
        let mut line = String::new();
        for text in ["one\n", "two\n"] {
            ours.write_all(text.as_bytes()).unwrap();
            ours.flush().unwrap();
            line.clear();
            ours.read_line(&mut line).unwrap();
            assert_eq!(line, text.to_uppercase());
        }
        ours.writer.socket().shutdown(berkeley_core::Shutdown::Write).unwrap();
        assert_eq!(ours.read_line(&mut line).unwrap(), 0);
        join(echoing);
    });
}

#[test]
fn python_s_files_talk_to_ours() {
    let Some(program) = peer("python3") else { return };
    let script = "
import socket, sys
with socket.create_connection(('127.0.0.1', int(sys.argv[1]))) as s, s.makefile('rw', encoding='utf-8') as f:
    for line in f:
        f.write(line[::-1].strip() + '\\n')
        f.flush()
";
    bounded(PATIENCE, move || {
        let listener = berkeley_tests::tcp_listener();
        let port = listener.local_addr().unwrap().port().unwrap().to_string();
        let mut python = Process::spawn(Command::new(program).args(["-c", script, &port]));
        let (served, _) = listener.accept().unwrap();
        let mut file = SocketFile::new(served);
        for (text, back) in [("abc\n", "cba\n"), ("größer\n", "reßörg\n")] {
            file.write_all(text.as_bytes()).unwrap();
            file.flush().unwrap();
            let mut line = String::new();
            file.read_line(&mut line).unwrap();
            assert_eq!(line, back);
        }
        drop(file);
        python.succeed();
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// However the bytes come, and however small the buffer, a reader that tries again gets the
    /// lines that a slice would.
    #[test]
    fn lines_are_the_same_however_they_come(
        text in "[a-zé\n]{0,200}",
        cuts in prop::collection::vec(0_usize..20, 0..50),
        capacity in 0_usize..20,
    ) {
        bounded(PATIENCE, move || {
            let (ours, theirs) = unix_pair(Kind::STREAM);
            ours.set_timeout(Some(Duration::ZERO)).unwrap();
            let mut lines = SocketReader::with_capacity(capacity, ours).lines();
            let mut rest = text.as_bytes();
            let mut got = Vec::new();
            for cut in cuts {
                let (part, later) = rest.split_at(cut.min(rest.len()));
                theirs.send_all(part).unwrap();
                rest = later;
                loop {
                    match lines.next().unwrap() {
                        Ok(line) => got.push(line),
                        Err(e) if e.kind() == ErrorKind::WouldBlock => break,
                        Err(e) => panic!("{e}"),
                    }
                }
            }
            theirs.send_all(rest).unwrap();
            drop(theirs);
            got.extend(lines.map(io::Result::unwrap));
            let expected: Vec<_> = text.as_bytes().lines().map(io::Result::unwrap).collect();
            assert_eq!(got, expected);
        });
    }

    /// However small the buffer and whatever is flushed when, a receiver gets what was written.
    #[test]
    fn what_is_written_is_what_is_received(
        parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..40),
        capacity in 0_usize..40,
    ) {
        bounded(PATIENCE, move || {
            let (ours, theirs) = unix_pair(Kind::STREAM);
            let mut writer = SocketWriter::with_capacity(capacity, ours);
            for (nth, part) in parts.iter().enumerate() {
                writer.write_all(part).unwrap();
                if nth % 3 == 0 {
                    writer.flush().unwrap();
                    assert_eq!(writer.buffer(), b"");
                }
            }
            drop(writer);
            let mut received = Vec::new();
            (&theirs).read_to_end(&mut received).unwrap();
            assert_eq!(received, parts.concat());
        });
    }
}
