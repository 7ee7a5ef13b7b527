//! A test that runs alone in a process, for what the whole process shares: limits, the default
//! timeout, signal dispositions, descriptor numbers. (`cargo test` runs tests as threads of one.)

use crate::Process;
use crate::bound::{PATIENCE, bounded, eventually};
use crate::observe::open_descriptors;
use crate::skip::{say, test_name};
use std::env;
use std::process::Command;

const MARKER: &str = "BERKELEY_TEST_CHILD";

/// Runs `body` in a process of its own: the test binary again, with the one test `name` (its
/// path in the binary, such as `modes::the_default_timeout_reaches_new_sockets`).
///
/// # Panics
/// When the body does, or does not end, or when there is no such test.
pub fn in_child(name: &str, body: impl FnOnce() + Send + 'static) {
    if env::var_os(MARKER).is_some_and(|child| child == name) {
        // Shorter than the wait for this process, so that the reason is told.
        return bounded(PATIENCE / 2, body);
    }
    let program = env::current_exe().expect("the test binary");
    let mut child = Process::spawn(
        Command::new(program).args(["--exact", name, "--nocapture"]).env(MARKER, name),
    );
    child.end_input();
    let status = child.finish();
    // Indented, so that nobody takes its results for those of this process.
    let output = String::from_utf8_lossy(&child.to_end()).replace('\n', "\n    ");
    let errors = child.errors_to_end();
    assert!(status.success(), "{name} failed in its process ({status}):\n{output}\n{errors}");
    assert!(output.contains("1 passed"), "there is no test {name}:\n{output}");
    // What was skipped or measured there was so here.
    let is_told = |line: &&str| line.starts_with("SKIPPED") || line.starts_with("MEASURED");
    errors.lines().filter(is_told).for_each(say);
}

/// Runs the body of the test that calls this in a process of its own, and sees that all
/// descriptors are closed at its end.
///
/// # Panics
/// As [`in_child`] does, and when descriptors are left.
pub fn balanced(body: impl FnOnce() + Send + 'static) {
    balanced_after(|| (), body);
}

/// As [`balanced`], but for what `prepare` leaves open.
///
/// # Panics
/// As [`balanced`] does.
pub fn balanced_after(prepare: fn(), body: impl FnOnce() + Send + 'static) {
    in_child(&test_name(), move || {
        prepare();
        let before = open_descriptors();
        body();
        eventually("the descriptors are closed", || open_descriptors() == before);
    });
}
