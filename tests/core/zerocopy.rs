//! Zero-copy sends: a buffer comes back once, and not while the kernel may read it.

use crate::{SHORT, assert_kind, assert_timed_out, takes};
use berkeley_core::{
    Completion, Family, Interest, Kind, Protocol, Shutdown, Socket, ZeroCopy, option,
};
use berkeley_tests::{
    PATIENCE, PipeSignals, Process, Storm, bounded, drain, eventually, in_child, in_network, join,
    peer, processor_time, tcp, tcp_listener, tcp_pair, udp, unix_pair,
};
use nix::libc;
use nix::sys::resource::{Resource, setrlimit};
use nix::unistd::{Uid, setuid};
use std::collections::HashSet;
use std::io::{ErrorKind, Read};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const SIZE: usize = 64 << 10;
const COUNT: usize = 128;

/// The bytes of the buffer number `n`.
fn content(n: usize) -> Vec<u8> {
    (0..SIZE).map(|at| ((at * 31 + n * 7) % 251).to_le_bytes()[0]).collect()
}

fn read_all(socket: Socket) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut all = Vec::new();
        (&socket).read_to_end(&mut all).unwrap();
        all
    })
}

fn whole_content() -> Vec<u8> {
    (0..COUNT).flat_map(content).collect()
}

fn push_all(sender: &mut ZeroCopy<&Socket, Vec<u8>>) {
    for n in 0..COUNT {
        sender.push(content(n));
    }
}

/// Sends all the content, using again each buffer as soon as it comes back, so that one which came
/// back too early would send something else.
fn send_with_few_buffers(socket: &Socket) -> Vec<Completion<Vec<u8>>> {
    let mut sender = ZeroCopy::new(socket).unwrap();
    let (mut free, mut all) = (vec![vec![0; SIZE]; 16], Vec::new());
    let mut next = 0;
    while next < COUNT {
        while let (Some(mut buffer), true) = (free.pop(), next < COUNT) {
            buffer.copy_from_slice(&content(next));
            sender.push(buffer);
            next += 1;
        }
        sender.flush().unwrap();
        sender.wait().unwrap();
        for mut done in sender.completions().unwrap() {
            done.buffer.fill(0xFF);
            free.push(std::mem::take(&mut done.buffer));
            all.push(done);
        }
    }
    sender.finish().unwrap();
    assert_eq!(sender.in_flight(), 0);
    all.extend(sender.completions().unwrap());
    assert_eq!(sender.completions().unwrap().count(), 0);
    all
}

fn assert_each_once<B>(all: &[Completion<B>], count: usize) {
    let tickets: HashSet<_> = all.iter().map(|done| done.ticket).collect();
    assert_eq!((all.len(), tickets.len()), (count, count));
}

#[test]
fn buffers_come_back_once_and_only_when_they_may_be_used_again() {
    bounded(PATIENCE, || {
        for timeout in [None, Some(PATIENCE)] {
            let (sender, receiver) = tcp_pair();
            sender.set_timeout(timeout).unwrap();
            let reader = read_all(receiver);
            let all = send_with_few_buffers(&sender);
            assert_each_once(&all, COUNT);
            // The loopback copies, and says so.
            assert!(all.iter().all(|done| done.copied && done.sent == SIZE));
            sender.shutdown(Shutdown::Write).unwrap();
            assert!(join(reader) == whole_content());
        }
    });
}

#[test]
fn buffers_come_back_from_another_network() {
    in_network(PATIENCE, |network| {
        let listener = network.neighbour(|_| {
            let listener = tcp();
            listener.bind("192.0.2.2:0").unwrap();
            listener.listen(1).unwrap();
            listener
        });
        let sender = tcp();
        sender.connect(listener.local_addr().unwrap()).unwrap();
        let reader = read_all(listener.accept().unwrap().0);
        assert_each_once(&send_with_few_buffers(&sender), COUNT);
        sender.shutdown(Shutdown::Write).unwrap();
        assert!(join(reader) == whole_content());
    });
}

#[test]
fn a_nonblocking_sender_goes_on_where_it_ended() {
    bounded(PATIENCE, || {
        let (socket, receiver) = tcp_pair();
        socket.set_timeout(Some(Duration::ZERO)).unwrap();
        let mut sender = ZeroCopy::new(&socket).unwrap();
        push_all(&mut sender);
        assert_kind(sender.flush(), ErrorKind::WouldBlock);
        assert_kind(sender.finish(), ErrorKind::WouldBlock);
        assert!(sender.in_flight() > 0);

        let reader = read_all(receiver);
        let mut all = Vec::new();
        while all.len() < COUNT {
            match sender.flush() {
                Ok(()) => {}
                Err(e) if e.kind() == ErrorKind::WouldBlock => {
                    assert!(socket.wait(Interest::Writable, Some(PATIENCE)).unwrap());
                }
                Err(e) => panic!("{e}"),
            }
            match sender.wait() {
                Ok(()) => all.extend(sender.completions().unwrap()),
                Err(e) => assert_eq!(e.kind(), ErrorKind::WouldBlock),
            }
        }
        assert_each_once(&all, COUNT);
        assert!(all.iter().enumerate().all(|(n, done)| done.buffer == content(n)));
        socket.shutdown(Shutdown::Write).unwrap();
        assert!(join(reader) == whole_content());
    });
}

#[test]
fn buffers_of_every_kind_are_taken() {
    bounded(PATIENCE, || {
        let (socket, receiver) = tcp_pair();
        let reader = read_all(receiver);
        // Bytes that lie in the buffer itself stay where they are, however many are pushed.
        let mut sender = ZeroCopy::new(&socket).unwrap();
        for n in 0..100_u8 {
            sender.push([n; 5_000]);
        }
        sender.finish().unwrap();
        assert_eq!(sender.completions().unwrap().count(), 100);
        drop(sender);

        let (socket2, receiver2) = tcp_pair();
        let reader2 = read_all(receiver2);
        let mut sender = ZeroCopy::new(Arc::new(socket2)).unwrap();
        let shared: Arc<[u8]> = vec![7; 1_000].into();
        sender.push(shared.clone());
        sender.push(shared.clone());
        sender.push(Arc::default());
        sender.finish().unwrap();
        let sent: Vec<_> = sender.completions().unwrap().map(|done| done.sent).collect();
        assert_eq!(sent, [1_000, 1_000, 0]);
        assert_eq!(Arc::strong_count(&shared), 1);
        drop(sender);
        assert_eq!(join(reader2), [7; 2_000]);

        socket.shutdown(Shutdown::Write).unwrap();
        let received = join(reader);
        assert_eq!(received.len(), 500_000);
        assert!(
            received
                .chunks(5_000)
                .enumerate()
                .all(|(n, part)| { part.iter().all(|byte| usize::from(*byte) == n) })
        );
    });
}

#[test]
fn the_reset_of_a_connection_gives_every_buffer_back() {
    bounded(PATIENCE, || {
        let (socket, receiver) = tcp_pair();
        socket.set_timeout(Some(SHORT)).unwrap();
        let mut sender = ZeroCopy::new(&socket).unwrap();
        push_all(&mut sender);
        assert_timed_out(sender.flush());
        let mut all: Vec<_> = sender.completions().unwrap().collect();
        assert!(sender.in_flight() > 0);
        receiver.set(option::socket::Linger, Some(Duration::ZERO)).unwrap();
        drop(receiver);

        socket.set_timeout(Some(PATIENCE)).unwrap();
        let mut gone = Vec::new();
        eventually("the reset arrives", || {
            gone.extend(sender.flush().err().map(|e| e.kind()));
            !gone.is_empty()
        });
        assert!(matches!(gone[0], ErrorKind::ConnectionReset | ErrorKind::BrokenPipe), "{gone:?}");
        // What was not sent waits until it is given up.
        assert!(sender.flush().is_err());
        sender.cancel();
        sender.finish().unwrap();
        all.extend(sender.completions().unwrap());
        assert_each_once(&all, COUNT);
        assert!(all.iter().any(|done| done.sent == 0));
    });
}

#[test]
fn what_never_left_was_not_copied() {
    bounded(PATIENCE, || {
        let (socket, receiver) = tcp_pair();
        socket.set(option::socket::SendBuffer, 64 << 10).unwrap();
        receiver.set(option::socket::Linger, Some(Duration::ZERO)).unwrap();
        socket.set_timeout(Some(SHORT)).unwrap();
        assert!(socket.send_all(&vec![0; 64 << 20]).is_err());
        // Behind what the peer does not take.
        socket.set(option::socket::SendBuffer, 1 << 20).unwrap();
        let mut sender = ZeroCopy::new(&socket).unwrap();
        sender.push(content(0));
        sender.flush().unwrap();
        assert_eq!((sender.in_flight(), sender.completions().unwrap().count()), (1, 0));
        drop(receiver);
        socket.set_timeout(Some(PATIENCE)).unwrap();
        sender.wait().unwrap();
        let done = sender.completions().unwrap().next().unwrap();
        assert!(!done.copied && done.sent == SIZE && done.buffer == content(0));
    });
}

/// A buffer that counts itself.
struct Counted(Vec<u8>, Arc<AtomicUsize>);

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fill(0xFF);
        self.1.fetch_sub(1, Ordering::Relaxed);
    }
}

#[test]
fn a_dropped_sender_frees_what_the_kernel_does_not_read_and_nothing_else() {
    bounded(PATIENCE, || {
        let (socket, receiver) = tcp_pair();
        socket.set_timeout(Some(Duration::ZERO)).unwrap();
        let alive = Arc::new(AtomicUsize::new(COUNT));
        let mut sender = ZeroCopy::new(&socket).unwrap();
        for n in 0..COUNT {
            sender.push(Counted(content(n), alive.clone()));
        }
        assert_kind(sender.flush(), ErrorKind::WouldBlock);
        let in_flight = sender.in_flight();
        drop(sender);
        let left = alive.load(Ordering::Relaxed);
        assert!(left > 0 && left <= in_flight, "{left} of {in_flight}");
        drop(socket);
        let reader = join(read_all(receiver));
        assert!(reader.len() > SIZE && whole_content().starts_with(&reader));
    });
}

#[test]
fn a_sender_without_locked_memory_copies() {
    in_child("zerocopy::a_sender_without_locked_memory_copies", || {
        // The kernel counts the pages of who has no privilege.
        setrlimit(Resource::RLIMIT_MEMLOCK, 100_000, 100_000).unwrap();
        setuid(Uid::from_raw(65_534)).unwrap();
        let (sender, receiver) = tcp_pair();
        let reader = read_all(receiver);
        assert_each_once(&send_with_few_buffers(&sender), COUNT);
        sender.shutdown(Shutdown::Write).unwrap();
        assert!(join(reader) == whole_content());
    });
}

#[test]
fn waiting_for_buffers_ends_as_the_mode_says_and_takes_no_processor_time() {
    bounded(PATIENCE, || {
        let long = Duration::from_millis(500);
        let (socket, receiver) = tcp_pair();
        let mut sender = ZeroCopy::new(&socket).unwrap();
        // Nothing is there to be waited for.
        sender.wait().unwrap();
        sender.finish().unwrap();

        push_all(&mut sender);
        socket.set_timeout(Some(SHORT)).unwrap();
        assert_timed_out(takes(SHORT, || sender.flush()));
        assert!(sender.completions().unwrap().count() < COUNT);
        sender.cancel();
        assert!(sender.completions().unwrap().count() < COUNT);
        socket.set_timeout(Some(long)).unwrap();
        let before = processor_time();
        let storm = Storm::on_this_thread();
        assert_timed_out(takes(long, || sender.finish()));
        assert!(storm.signals() > 5);
        drop(storm);
        assert_timed_out(takes(long, || sender.wait()));
        let used = processor_time() - before;
        assert!(used < long / 4, "{used:?}");
        socket.set_timeout(Some(Duration::ZERO)).unwrap();
        assert_kind(sender.wait(), ErrorKind::WouldBlock);

        socket.set_timeout(None).unwrap();
        let reader = thread::spawn(move || drain(&receiver));
        sender.finish().unwrap();
        assert_eq!(sender.in_flight(), 0);
        socket.shutdown(Shutdown::Write).unwrap();
        assert!(join(reader) > SIZE);
    });
}

#[test]
fn sockets_that_are_no_tcp_are_refused() {
    bounded(PATIENCE, || {
        let (stream, _peer) = unix_pair(Kind::STREAM);
        for socket in [&stream, &udp()] {
            assert_kind(ZeroCopy::<_, Vec<u8>>::new(socket), ErrorKind::InvalidInput);
        }
        if let Ok(socket) = Socket::new(Family::INET, Kind::STREAM, Protocol::MPTCP) {
            assert!(ZeroCopy::<_, Vec<u8>>::new(socket).is_err());
        }
        // An accepted socket has it from its listener.
        let listener = tcp_listener();
        drop(ZeroCopy::<_, Vec<u8>>::new(&listener).unwrap());
        let client = tcp();
        client.connect(listener.local_addr().unwrap()).unwrap();
        let mut sender = ZeroCopy::new(listener.accept().unwrap().0).unwrap();
        sender.push(vec![7; 100_000]);
        let reader = read_all(client);
        sender.finish().unwrap();
        drop(sender);
        assert_eq!(join(reader).len(), 100_000);
    });
}

#[test]
fn python_receives_what_was_sent_without_a_copy() {
    bounded(PATIENCE, || {
        let Some(program) = peer("python3") else { return };
        let script = "import hashlib, socket\n\
            s = socket.socket(socket.AF_INET6)\n\
            s.bind(('::1', 0))\n\
            s.listen()\n\
            print(s.getsockname()[1], flush=True)\n\
            c, _ = s.accept()\n\
            expected = bytes((at * 31 + n * 7) % 251 for n in range(128) for at in range(65536))\n\
            got = bytearray()\n\
            while data := c.recv(65536): got += data\n\
            print(got == expected, flush=True)\n";
        if !berkeley_tests::ipv6() {
            return;
        }
        let mut python = Process::spawn(Command::new(program).args(["-c", script]));
        let port = python.line();
        let sender = berkeley_tests::tcp6();
        sender.connect(&*format!("[::1]:{port}")).unwrap();
        assert_each_once(&send_with_few_buffers(&sender), COUNT);
        sender.shutdown(Shutdown::Write).unwrap();
        assert_eq!(python.line(), "True");
        python.succeed();
    });
}

#[test]
fn a_zero_copy_send_raises_no_signal_when_the_peer_is_gone() {
    in_child("zerocopy::a_zero_copy_send_raises_no_signal_when_the_peer_is_gone", || {
        let signals = PipeSignals::count();
        let (shut, _served) = tcp_pair();
        shut.shutdown(Shutdown::Write).unwrap();
        assert_eq!(nix::unistd::write(&shut, b"x"), Err(nix::errno::Errno::EPIPE));
        assert_eq!(signals.take(), 1);
        let mut sender = ZeroCopy::new(&shut).unwrap();
        sender.push(vec![7; 100_000]);
        assert_eq!(sender.flush().unwrap_err().raw_os_error(), Some(libc::EPIPE));
        assert_eq!(signals.take(), 0);
        sender.cancel();
        assert_eq!(sender.completions().unwrap().map(|done| done.sent).sum::<usize>(), 0);
    });
}
