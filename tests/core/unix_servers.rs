//! Listening at paths: files that others left, permissions, and who removes what.

use crate::assert_kind;
use berkeley_core::{BoundPath, Family, Kind, Protocol, Socket, UnixAddress, UnixListenOptions};
use berkeley_tests::{
    PATIENCE, Process, Scratch, bounded, in_child, join, peer, unique_name, unix,
};
use nix::fcntl::{Flock, FlockArg};
use nix::libc;
use nix::sys::stat::{Mode, umask};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

fn take_over() -> UnixListenOptions {
    UnixListenOptions::new().remove_stale(true)
}

fn connect(path: &Path) -> io::Result<Socket> {
    let client = unix(Kind::STREAM);
    client.connect(UnixAddress::path(path)?)?;
    Ok(client)
}

#[test]
fn a_file_that_a_dead_server_left_is_removed_only_where_that_is_asked() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let path = scratch.path("service");
        drop(UnixListenOptions::new().listen(&*path).unwrap());
        assert_kind(UnixListenOptions::new().listen(&*path), ErrorKind::AddrInUse);
        let listener = take_over().listen(&*path).unwrap();
        connect(&path).unwrap();
        listener.accept().unwrap();
    });
}

#[test]
fn a_server_of_another_program_is_replaced_only_when_it_is_dead() {
    let Some(program) = peer("python3") else { return };
    bounded(PATIENCE, move || {
        let scratch = Scratch::new();
        let path = scratch.path("service");
        let script = "
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
print('listening', flush=True)
sys.stdin.read()
";
        let mut python = Process::spawn(Command::new(program).args(["-c", script]).arg(&path));
        assert_eq!(python.line(), "listening");
        assert_kind(take_over().listen(&*path), ErrorKind::AddrInUse);
        python.end_input();
        python.succeed();
        assert!(path.exists());
        take_over().listen(&*path).unwrap();
    });
}

#[test]
fn nothing_that_lives_or_is_no_socket_is_removed() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let refused = |path: &Path| {
            assert_kind(take_over().listen(path), ErrorKind::AddrInUse);
            assert_kind(take_over().listen_seqpacket(path), ErrorKind::AddrInUse);
            assert!(fs::symlink_metadata(path).is_ok());
        };
        for (name, kind) in
            [("stream", Kind::STREAM), ("seqpacket", Kind::SEQPACKET), ("dgram", Kind::DGRAM)]
        {
            let path = scratch.path(name);
            let living = unix(kind);
            living.bind(UnixAddress::path(&path).unwrap()).unwrap();
            if kind != Kind::DGRAM {
                living.listen(None).unwrap();
            }
            refused(&path);
        }
        // With a full backlog it does not answer, and lives.
        let path = scratch.path("full");
        let full = UnixListenOptions::new().backlog(0).listen(&*path).unwrap();
        let _waits = connect(&path).unwrap();
        refused(&path);
        drop(full);

        File::create(scratch.path("file")).unwrap();
        refused(&scratch.path("file"));
        fs::create_dir(scratch.path("folder")).unwrap();
        refused(&scratch.path("folder"));
        std::os::unix::fs::symlink(scratch.path("nowhere"), scratch.path("link")).unwrap();
        refused(&scratch.path("link"));
    });
}

/// They find the same dead file at once. Without turns, the second would remove the file that the
/// first has just bound.
#[test]
fn of_servers_that_take_over_at_once_one_is_left_and_reached() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        for round in 0..50 {
            let path = scratch.path(&round.to_string());
            drop(UnixListenOptions::new().listen(&*path).unwrap());
            let together = Arc::new(Barrier::new(4));
            let servers: Vec<_> = (0..4)
                .map(|_| {
                    let (path, together) = (path.clone(), together.clone());
                    thread::spawn(move || {
                        together.wait();
                        take_over().listen(&*path)
                    })
                })
                .collect();
            let (alive, refused): (Vec<_>, Vec<_>) =
                servers.into_iter().map(join).partition(Result::is_ok);
            assert_eq!(alive.len(), 1);
            for server in refused {
                assert_kind(server, ErrorKind::AddrInUse);
            }
            let listener = alive.into_iter().next().unwrap().unwrap();
            let client = connect(&path).unwrap();
            // Those that asked whether it lives came before, and are gone.
            let reached = loop {
                let (served, _) = listener.accept().unwrap();
                if served.send(b"x").is_ok() {
                    break served;
                }
            };
            assert_eq!(client.recv(&mut [0]).unwrap(), 1);
            drop(reached);
        }
    });
}

#[test]
fn a_folder_that_stays_locked_is_told_in_time() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let path = scratch.path("service");
        let folder = File::open(path.parent().unwrap()).unwrap();
        let lock = Flock::lock(folder, FlockArg::LockExclusive).unwrap();
        let start = Instant::now();
        let error = take_over().listen(&*path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::WouldBlock);
        assert!(error.to_string().contains("locked"), "{error}");
        assert!(start.elapsed() >= Duration::from_secs(1));
        drop(lock);
        take_over().listen(&*path).unwrap();
    });
}

#[test]
fn a_file_has_its_permissions_before_anybody_can_connect() {
    in_child("unix_servers::a_file_has_its_permissions_before_anybody_can_connect", || {
        let scratch = Scratch::new();
        let permissions = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        umask(Mode::from_bits_retain(0o077));
        for mode in [0o600, 0o660, 0o666, 0o777] {
            let path = scratch.path(&mode.to_string());
            let options = UnixListenOptions::new().mode(mode);
            let _listener = options.listen(&*path).unwrap();
            assert_eq!(permissions(&path), mode);
        }
        let path = scratch.path("plain");
        let _listener = UnixListenOptions::new().listen(&*path).unwrap();
        assert_eq!(permissions(&path), 0o700);

        // The kernel refuses who connects between bind and listen, which is when they are set.
        let bound = unix(Kind::STREAM);
        bound.bind(UnixAddress::path(scratch.path("bound")).unwrap()).unwrap();
        assert_kind(connect(&scratch.path("bound")), ErrorKind::ConnectionRefused);
    });
}

#[test]
fn a_listener_that_fails_leaves_no_file() {
    bounded(PATIENCE, || {
        let scratch = Scratch::new();
        let path = scratch.path("service");
        let refuses = |_: &Socket| Err(io::Error::from_raw_os_error(libc::EPERM));
        assert_kind(
            UnixListenOptions::new().before_bind(refuses).listen(&*path),
            ErrorKind::PermissionDenied,
        );
        assert!(!path.exists());
        assert_kind(take_over().listen(&*scratch.path("no/folder")), ErrorKind::NotFound);
        let name = format!("unix:@{}", unique_name());
        let error = UnixListenOptions::new().mode(0o600).listen(&*name).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("is no path"), "{error}");
        // A name has no file to be stale.
        take_over().listen(&*name).unwrap();
    });
}

#[test]
fn a_bound_path_removes_its_file_and_no_other() {
    in_child("unix_servers::a_bound_path_removes_its_file_and_no_other", || {
        let scratch = Scratch::new();
        std::env::set_current_dir(scratch.path(".")).unwrap();
        let listen = |path: &str| UnixListenOptions::new().listen(Path::new(path)).unwrap();

        let listener = listen("relative");
        let bound = BoundPath::of(&listener).unwrap();
        assert!(bound.path().is_absolute());
        std::env::set_current_dir("/").unwrap();
        drop(bound);
        assert!(!scratch.path("relative").exists());
        std::env::set_current_dir(scratch.path(".")).unwrap();

        // Another has the path by now.
        let listener = listen("replaced");
        let bound = BoundPath::of(&listener).unwrap();
        drop(listener);
        let successor = take_over().listen(Path::new("replaced")).unwrap();
        drop(bound);
        connect(Path::new("replaced")).unwrap();
        drop(successor);

        let listener = listen("kept");
        BoundPath::of(&listener).unwrap().forget();
        assert!(Path::new("kept").exists());

        let datagrams = unix(Kind::DGRAM);
        datagrams.bind(UnixAddress::path("datagrams").unwrap()).unwrap();
        drop(BoundPath::of(&datagrams).unwrap());
        assert!(!Path::new("datagrams").exists());
        assert_kind(BoundPath::of(&datagrams), ErrorKind::NotFound);

        let unbound = Socket::new(Family::UNIX, Kind::STREAM, Protocol::DEFAULT).unwrap();
        assert_kind(BoundPath::of(&unbound), ErrorKind::InvalidInput);
    });
}
