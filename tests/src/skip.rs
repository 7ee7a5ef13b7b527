//! What a machine may lack. A skip is printed and counted. In CI it is a failure, but for what the
//! kernel lacks: that is one in the machine of `cargo xtask vm`, which has it all.

use berkeley_core::{Family, Kind, Protocol, Socket};
use nix::libc;
use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread;

/// The program `name`, or `None` after a printed skip.
///
/// # Panics
/// Where skips are failures.
#[must_use]
pub fn peer(name: &str) -> Option<PathBuf> {
    // The system's own first: a version manager's shim of python3 starts slowly.
    let path = env::var_os("PATH").unwrap_or_default();
    let found = ["/usr/bin", "/bin", "/usr/sbin", "/sbin"]
        .map(PathBuf::from)
        .into_iter()
        .chain(env::split_paths(&path))
        .map(|directory| directory.join(name))
        .find(|program| program.is_file());
    if found.is_none() {
        skip(&format!("{name} is not installed (tests/setup installs it)"));
    }
    found
}

/// Whether this machine has IPv6 on its loopback; `false` after a printed skip.
///
/// # Panics
/// Where skips are failures.
#[must_use]
pub fn ipv6() -> bool {
    let bound = Socket::new(Family::INET6, Kind::STREAM, Protocol::DEFAULT)
        .and_then(|socket| socket.bind("[::1]:0"));
    if let Err(e) = &bound {
        skip(&format!("no IPv6 on the loopback: {e}"));
    }
    bound.is_ok()
}

/// A socket of a family that a kernel may lack; `None` after a printed skip.
///
/// # Panics
/// When it cannot be made for another reason, and as [`kernel_lacks`] does.
#[must_use]
pub fn family(family: Family, kind: Kind, protocol: Protocol) -> Option<Socket> {
    let error = match Socket::new(family, kind, protocol) {
        Ok(socket) => return Some(socket),
        Err(error) => error,
    };
    // A number: names of protocols are those of the internet families.
    let what = format!("no {kind:?} of {family:?}, protocol {}: {error}", protocol.raw());
    match error.raw_os_error() {
        Some(
            libc::EAFNOSUPPORT
            | libc::EPROTONOSUPPORT
            | libc::ESOCKTNOSUPPORT
            | libc::ENOPROTOOPT
            | libc::EPERM
            | libc::EACCES,
        ) => kernel_lacks(&what),
        _ => panic!("{what}"),
    }
    None
}

/// As [`skip`], for what this machine's kernel lacks or does not allow. It is no failure in CI,
/// which has whatever kernel it has: `cargo xtask vm` runs the test on one that lacks nothing.
///
/// # Panics
/// In that machine, which sets `BERKELEY_VM`.
pub fn kernel_lacks(reason: &str) {
    assert!(!is_set("BERKELEY_VM"), "this kernel should have it: {reason}");
    record(reason);
}

/// Says on stderr that this test does not run, and adds a line to the file that
/// `BERKELEY_SKIPS` names.
///
/// # Panics
/// Where skips are failures: when `CI` is set, or `BERKELEY_REQUIRE_PEERS` is 1.
pub fn skip(reason: &str) {
    let allowed = !is_set("CI") && !is_set("BERKELEY_REQUIRE_PEERS");
    assert!(allowed, "a skip is a failure here: {}: {reason}", test_name());
    record(reason);
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

fn record(reason: &str) {
    let line = format!("SKIPPED {}: {reason}", test_name());
    say(&line);
    if let Some(file) = env::var_os("BERKELEY_SKIPS") {
        let opened = OpenOptions::new().create(true).append(true).open(Path::new(&file));
        opened
            .and_then(|mut file| file.write_all(format!("{line}\n").as_bytes()))
            .expect("BERKELEY_SKIPS");
    }
}

/// A line on stderr, at once and whole. Not by eprintln!, which the test harness captures.
pub(crate) fn say(line: &str) {
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// The test that this thread runs: the harness names threads so, or was told one name.
pub(crate) fn test_name() -> String {
    match thread::current().name() {
        Some(name) if name != "main" => name.to_owned(),
        _ => env::args()
            .skip_while(|argument| argument != "--exact")
            .nth(1)
            .unwrap_or_else(|| "a test".to_owned()),
    }
}
