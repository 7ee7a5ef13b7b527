//! What a machine may lack. A skip is printed and counted; in CI it is a failure.

use berkeley_core::{Family, Kind, Protocol, Socket};
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

/// Says on stderr that this test does not run, and adds a line to the file that
/// `BERKELEY_SKIPS` names.
///
/// # Panics
/// Where skips are failures: when `CI` is set, or `BERKELEY_REQUIRE_PEERS` is 1.
pub fn skip(reason: &str) {
    let line = format!("SKIPPED {}: {reason}\n", test_name());
    let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    assert!(!set("CI") && !set("BERKELEY_REQUIRE_PEERS"), "a skip is a failure here: {line}");
    // Not eprint!, which the test harness captures.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(file) = env::var_os("BERKELEY_SKIPS") {
        let opened = OpenOptions::new().create(true).append(true).open(Path::new(&file));
        opened.and_then(|mut file| file.write_all(line.as_bytes())).expect("BERKELEY_SKIPS");
    }
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
