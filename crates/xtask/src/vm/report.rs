//! What the machine's lines mean: those of the tests, and those of the kernel.

use super::qemu::End;
use std::collections::BTreeSet;
use std::fmt;

/// What `init.sh` writes when the work has ended, before its exit status.
const WORK_ENDED: &str = "the work ended: ";

/// What a kernel says when it is broken.
const FAULTS: &[&str] = &[
    "Kernel panic",
    "Oops:",
    "BUG:",
    "kernel BUG at",
    "general protection fault",
    "Unable to handle kernel",
];

/// What was seen of the work.
#[derive(Debug, Default)]
pub(crate) struct Report {
    passed: usize,
    failed: usize,
    ignored: usize,
    /// Tests that said that they do not run. The test harness takes them for passed.
    skipped: BTreeSet<String>,
    exit: Option<String>,
}

/// How many tests went how.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) passed: usize,
    pub(super) failed: usize,
    pub(super) skipped: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { passed, failed, skipped } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

impl Report {
    /// Takes a line of the work; whether it is for people.
    pub(super) fn line(&mut self, line: &str) -> bool {
        if let Some(status) = line.strip_prefix(WORK_ENDED) {
            self.exit = Some(status.to_owned());
            return false;
        }
        // It may come behind the name of a test that has not ended yet.
        if let Some((_, skip)) = line.split_once("SKIPPED ") {
            let name = skip.split_once(": ").map_or(skip, |(name, _)| name);
            self.skipped.insert(name.to_owned());
        }
        if let Some((passed, failed, ignored)) = result(line) {
            self.passed += passed;
            self.failed += failed;
            self.ignored += ignored;
        }
        true
    }

    /// The counts so far.
    pub(super) fn counts(&self) -> Counts {
        Counts {
            passed: self.passed.saturating_sub(self.skipped.len()),
            failed: self.failed,
            skipped: self.skipped.len() + self.ignored,
        }
    }

    /// All that went wrong.
    pub(super) fn troubles(&self, end: &End, kernel: &str) -> Vec<String> {
        let mut troubles = Vec::new();
        if let Some(fault) = fault(kernel) {
            troubles.push(format!("the kernel failed: {fault}"));
        }
        match end {
            End::Off(status) if status.success() => {}
            End::Off(_) => troubles.push(end.to_string()),
            End::TimedOut(_) => {
                troubles
                    .push(format!("the machine did not end: {end} (--timeout gives it longer)"));
            }
        }
        match self.exit.as_deref() {
            None => troubles.push("the machine did not say how its work ended".to_owned()),
            Some("0") => {}
            Some(status) => troubles.push(format!("the tests ended with exit status {status}")),
        }
        // The status says it too, unless a harness forgets.
        if self.failed > 0 && self.exit.as_deref() == Some("0") {
            troubles.push("tests failed, but their exit status does not say so".to_owned());
        }
        troubles
    }

    /// Whether any test ran. It says so if not.
    pub(super) fn has_tests(&self) -> bool {
        let Counts { passed, failed, skipped } = self.counts();
        let any = passed + failed + skipped > 0;
        if !any {
            eprintln!("xtask: no test ran");
        }
        any
    }

    /// Whether the kernel's lines may tell why something went wrong.
    pub(super) fn is_kernel_suspect(&self, kernel: &str) -> bool {
        self.exit.is_none() || fault(kernel).is_some()
    }
}

/// What libtest says at its end: passed, failed, ignored.
fn result(line: &str) -> Option<(usize, usize, usize)> {
    // test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in …
    let (_, counts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let count = |what| {
        counts.split("; ").find_map(|count| count.strip_suffix(what)?.trim().parse::<usize>().ok())
    };
    Some((count("passed")?, count("failed")?, count("ignored")?))
}

/// The first line that tells of a broken kernel.
fn fault(kernel: &str) -> Option<&str> {
    kernel.lines().find(|line| FAULTS.iter().any(|fault| line.contains(fault))).map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;
    use std::process::ExitStatus;
    use std::time::Duration;

    const FINE: &str = "\
running 4 tests
test can::opens ... ok
test rds::opens ... SKIPPED rds::opens: no RDS: why: not
ok
SKIPPED rds::opens: and once more
test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.02s
the work ended: 0";

    fn report(lines: &str) -> Report {
        let mut report = Report::default();
        for line in lines.lines() {
            report.line(line);
        }
        report
    }

    fn off() -> End {
        End::Off(ExitStatus::from_raw(0))
    }

    fn troubles(lines: &str, kernel: &str) -> String {
        report(lines).troubles(&off(), kernel).join("\n")
    }

    #[test]
    fn a_skipped_test_is_counted_once_and_is_not_passed() {
        let report = report(FINE);
        assert_eq!(report.counts(), Counts { passed: 2, failed: 0, skipped: 2 });
        assert_eq!(report.counts().to_string(), "2 passed, 0 failed, 2 skipped");
        assert!(report.troubles(&off(), "all is well").is_empty());
    }

    #[test]
    fn several_test_binaries_are_counted_together() {
        let more = "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out";
        let report = report(&format!("{more}\n{FINE}"));
        assert_eq!(report.counts(), Counts { passed: 3, failed: 2, skipped: 2 });
        assert!(!report.troubles(&off(), "").is_empty(), "whatever the exit status says");
    }

    #[test]
    fn the_exit_status_must_be_said_and_be_zero() {
        assert!(troubles(&FINE.replace("ended: 0", "ended: 101"), "").contains("exit status 101"));
        assert!(troubles(&FINE.replace("the work", "nothing"), "").contains("did not say"));
    }

    #[test]
    fn a_run_without_a_test_is_no_success() {
        let none = "test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 9 filtered out";
        assert!(!report(&format!("{none}\nthe work ended: 0")).has_tests());
        assert!(!report("the work ended: 0").has_tests());
        assert!(report(FINE).has_tests());
    }

    #[test]
    fn a_machine_that_is_not_off_in_time_has_failed() {
        let troubles = report(FINE).troubles(&End::TimedOut(Duration::from_secs(7)), "");
        assert!(troubles.concat().contains("ended after 7 s"), "{troubles:?}");
    }

    #[test]
    fn a_broken_kernel_is_told_by_its_first_line() {
        for line in [
            "[    1.5] Kernel panic - not syncing: sysrq triggered crash",
            "[    1.5] BUG: kernel NULL pointer dereference, address: 0000000000000000",
            "[    1.5] Oops: 0000 [#1] PREEMPT SMP PTI",
            "[    1.5] kernel BUG at net/can/raw.c:1!",
            "[    1.5] general protection fault, probably for non-canonical address 0x1: 0000 [#1]",
        ] {
            let log = format!("[    1.0] fine\r\n{line}\r\n[    1.6] Call Trace:\r\n");
            assert_eq!(troubles(FINE, &log), format!("the kernel failed: {line}"));
            assert!(report(FINE).is_kernel_suspect(&log));
        }
        assert!(!report(FINE).is_kernel_suspect("[    1.0] bugs are none"));
        assert!(report("").is_kernel_suspect(""), "no end: perhaps the kernel knows why");
    }
}
