//! Programs that look at packets: what they keep, where they steer.

use super::{PATIENCE, assert_errno, assert_kind};
use crate::SHORT;
use berkeley_core::option::socket::{self, Instruction};
use berkeley_core::{Interest, Socket};
use berkeley_tests::{Process, Scratch, bounded, peer, tcp, udp};
use nix::libc;
use std::fs::File;
use std::io::ErrorKind;
use std::os::fd::AsFd;
use std::os::unix::net::UnixDatagram;
use std::process::Command;
use vmm_sys_util::sock_ctrl_msg::ScmSocket;

/// Keeps datagrams of UDP whose first byte of data is `k`, behind the header of 8 bytes.
const KEEP_K: [Instruction; 4] = [
    // Load the byte at 8; equal? the whole : nothing. As `tcpdump -dd` would print it.
    Instruction::new(0x30, 0, 0, 8),
    Instruction::new(0x15, 0, 1, b'k' as u32),
    Instruction::ret(u32::MAX),
    Instruction::ret(0),
];

/// What came next, until `end`.
fn until_end(to: &Socket) -> Vec<String> {
    let mut buffer = [0; 64];
    let mut came = Vec::new();
    loop {
        let n = to.recv(&mut buffer).unwrap();
        let text = String::from_utf8_lossy(&buffer[..n]).into_owned();
        if text == "k end" {
            return came;
        }
        came.push(text);
    }
}

#[test]
fn a_filter_drops_what_it_does_not_keep() {
    bounded(PATIENCE, || {
        let (from, to) = (udp(), udp());
        from.connect(to.local_addr().unwrap()).unwrap();
        let send = |texts: &[&str]| {
            for text in texts {
                from.send(text.as_bytes()).unwrap();
            }
        };
        assert_eq!(to.get(socket::Filter).unwrap(), []);
        to.set(socket::Filter, &KEEP_K).unwrap();
        assert_eq!(to.get(socket::Filter).unwrap(), KEEP_K);
        send(&["drop", "keep", "d", "k", "k end"]);
        assert_eq!(until_end(&to), ["keep", "k"]);
        // Keeps the header and three bytes of data.
        to.set(socket::Filter, &[Instruction::ret(8 + 3)]).unwrap();
        send(&["keep"]);
        let mut buffer = [0; 8];
        assert_eq!(to.recv(&mut buffer).unwrap(), 3);
        to.set(socket::DetachFilter, ()).unwrap();
        send(&["drop", "k end"]);
        assert_eq!(until_end(&to), ["drop"]);
        assert_errno(to.set(socket::DetachFilter, ()), libc::ENOENT);
    });
}

#[test]
fn a_locked_filter_stays() {
    bounded(PATIENCE, || {
        let on = udp();
        on.set(socket::Filter, &KEEP_K).unwrap();
        assert!(!on.get(socket::LockFilter).unwrap());
        on.set(socket::LockFilter, true).unwrap();
        assert!(on.get(socket::LockFilter).unwrap());
        assert_errno(on.set(socket::LockFilter, false), libc::EPERM);
        assert_errno(on.set(socket::DetachFilter, ()), libc::EPERM);
        assert_errno(on.set(socket::Filter, &[Instruction::ret(0)]), libc::EPERM);
        assert_eq!(on.get(socket::Filter).unwrap(), KEEP_K);
    });
}

#[test]
fn a_program_that_is_none_is_refused() {
    bounded(PATIENCE, || {
        let on = udp();
        assert_kind(on.set(socket::Filter, &[]), ErrorKind::InvalidInput);
        let long = vec![Instruction::ret(0); 5_000];
        assert_kind(on.set(socket::Filter, &long), ErrorKind::InvalidInput);
        // It jumps past its end; it has no end.
        let jump = [Instruction::new(0x05, 0, 0, 9), Instruction::ret(0)];
        assert_errno(on.set(socket::Filter, &jump), libc::EINVAL);
        assert_errno(on.set(socket::Filter, &KEEP_K[..2]), libc::EINVAL);
        assert_eq!(on.get(socket::Filter).unwrap(), []);
        // A descriptor of something else.
        let file = File::open("/dev/null").unwrap();
        assert_errno(on.set(socket::LoadedFilter, file.as_fd()), libc::EINVAL);
        assert_errno(on.set(socket::LoadedReusePortFilter, file.as_fd()), libc::EINVAL);
    });
}

/// Loads a program of eBPF that keeps three bytes of data and sends its descriptor to a socket.
const LOADER: &str = r#"
import ctypes, socket, struct, sys
insns = struct.pack("<BBhi", 0xb7, 0, 0, int(sys.argv[2])) + struct.pack("<BBhi", 0x95, 0, 0, 0)
code, licence = ctypes.create_string_buffer(insns, len(insns)), ctypes.create_string_buffer(b"GPL")
attr = struct.pack("<IIQQ", 1, len(insns) // 8, ctypes.addressof(code), ctypes.addressof(licence))
attr = ctypes.create_string_buffer(attr.ljust(128, b"\0"), 128)
libc = ctypes.CDLL(None, use_errno=True)
fd = libc.syscall(int(sys.argv[3]), 5, attr, 128)
if fd < 0:
    print("no right to load a program:", ctypes.get_errno())
    sys.exit()
to = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
to.connect(sys.argv[1])
socket.send_fds(to, [b"fd"], [fd])
print("loaded")
"#;

/// A program that bpf(2) loaded (by another program), which returns `result`.
fn loaded(result: u32) -> Option<File> {
    let python = peer("python3")?;
    let scratch = Scratch::new();
    let path = scratch.path("fd");
    let inbox = UnixDatagram::bind(&path).unwrap();
    let arguments = [path.display().to_string(), result.to_string(), libc::SYS_bpf.to_string()];
    let mut loader = Process::spawn(Command::new(python).args(["-c", LOADER]).args(arguments));
    let said = loader.line();
    if said != "loaded" {
        berkeley_tests::kernel_lacks(&said);
        return None;
    }
    let (_, file) = inbox.recv_with_fd(&mut [0; 2]).unwrap();
    Some(file.expect("a descriptor"))
}

#[test]
fn a_program_that_was_loaded_elsewhere_filters() {
    bounded(PATIENCE, || {
        let Some(program) = loaded(8 + 3) else { return };
        let (from, to) = (udp(), udp());
        to.set(socket::LoadedFilter, program.as_fd()).unwrap();
        // The kernel holds the program by itself.
        drop(program);
        from.send_to(b"keep", to.local_addr().unwrap()).unwrap();
        assert_eq!(to.recv(&mut [0; 8]).unwrap(), 3);
        // It has no instructions of the classic kind.
        assert_errno(to.get(socket::Filter), libc::EACCES);
        to.set(socket::DetachFilter, ()).unwrap();
    });
}

/// Three sockets that share an address, in the order in which they came there.
fn sharing(made: fn() -> Socket, listen: bool) -> [Socket; 3] {
    let mut address = "127.0.0.1:0".parse::<berkeley_core::Address>().unwrap();
    [(); 3].map(|()| {
        let on = made();
        on.set(socket::ReusePort, true).unwrap();
        on.bind(address).unwrap();
        address = on.local_addr().unwrap();
        if listen {
            on.listen(8).unwrap();
        }
        on
    })
}

fn fresh_udp() -> Socket {
    use berkeley_core::{Family, Kind, Protocol};
    Socket::new(Family::INET, Kind::DGRAM, Protocol::DEFAULT).unwrap()
}

/// Which of the sockets something comes to, for each of `n` attempts.
fn chosen(among: &[Socket], n: usize, attempt: impl Fn()) -> Vec<usize> {
    let mut chosen = Vec::new();
    for _ in 0..n {
        attempt();
        let mut ready = None;
        berkeley_tests::eventually("it comes", || {
            ready = among.iter().position(|on| {
                on.wait(Interest::Readable, Some(std::time::Duration::ZERO)).unwrap()
            });
            ready.is_some()
        });
        let at = ready.unwrap();
        if among[at].get(socket::AcceptsConnections).unwrap() {
            among[at].accept().unwrap();
        } else {
            among[at].recv(&mut [0]).unwrap();
        }
        chosen.push(at);
    }
    chosen
}

#[test]
fn a_program_steers_datagrams_and_connections_to_a_socket() {
    bounded(PATIENCE, || {
        for (made, listen) in [(fresh_udp as fn() -> Socket, false), (tcp, true)] {
            let sockets = sharing(made, listen);
            let address = sockets[0].local_addr().unwrap();
            let attempt = || {
                let from = made();
                from.connect(address).unwrap();
                if !listen {
                    from.send(b"x").unwrap();
                }
            };
            assert_errno(sockets[0].set(socket::DetachReusePortFilter, ()), libc::ENOENT);
            for to in [1, 2, 0] {
                let program = [Instruction::ret(u32::try_from(to).unwrap())];
                sockets[0].set(socket::ReusePortFilter, &program).unwrap();
                assert_eq!(chosen(&sockets, 20, attempt), [to; 20]);
            }
            sockets[1].set(socket::DetachReusePortFilter, ()).unwrap();
            // By chance again: all on one has a chance of one in 3^39.
            let spread = chosen(&sockets, 40, attempt);
            assert!(spread.iter().any(|to| *to != spread[0]), "{spread:?}");
        }
    });
}

#[test]
fn a_loaded_program_steers_too() {
    bounded(PATIENCE, || {
        let Some(program) = loaded(2) else { return };
        let sockets = sharing(fresh_udp, false);
        let address = sockets[0].local_addr().unwrap();
        sockets[0].set(socket::LoadedReusePortFilter, program.as_fd()).unwrap();
        let attempt = || {
            udp().send_to(b"x", address).unwrap();
        };
        assert_eq!(chosen(&sockets, 20, attempt), [2; 20]);
        // A socket that nobody chose has nothing.
        assert!(!sockets[0].wait(Interest::Readable, Some(SHORT)).unwrap());
    });
}
