//! Programs run to their end: how long at most, and their reasons when they fail; and where what is
//! built goes.

use anyhow::{Context, Result, bail};
use std::env;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Longer than a package takes to come and to be unpacked, where the network is slow.
const LIMIT: &str = "1200";

/// What `program` writes to its standard output.
///
/// # Errors
/// When it does not start, fails (with the end of what it said), or does not end.
pub(crate) fn output(program: &str, arguments: &[&str]) -> Result<String> {
    let mut command = Command::new("timeout");
    command.arg(LIMIT).arg(program).args(arguments).stdin(Stdio::null());
    // Messages are read by people, and some output by us.
    command.env("LC_ALL", "C.UTF-8").env("DEBIAN_FRONTEND", "noninteractive");
    let done = command.output().with_context(|| format!("{program} does not start"))?;
    if !done.status.success() {
        let said = [done.stdout, done.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        let line = format!("{program} {}", arguments.join(" "));
        bail!("`{line}` failed ({}):\n{}", done.status, tail(&said, 8));
    }
    String::from_utf8(done.stdout).with_context(|| format!("{program} wrote no UTF-8"))
}

/// Cargo's target directory, whatever chose it: this program is in it.
pub(crate) fn target_directory() -> Result<PathBuf> {
    let program = env::current_exe().context("where is this program?")?;
    // target/PROFILE/xtask
    program.ancestors().nth(2).map(PathBuf::from).context("this program is in no target directory")
}

/// The last lines of a text.
pub(crate) fn tail(text: &str, lines: usize) -> String {
    let all: Vec<_> = text.lines().collect();
    all[all.len().saturating_sub(lines)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_says_why() {
        let error = output("sh", &["-c", "echo the reason >&2; exit 3"]).unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && error.contains("the reason"), "{error}");
    }

    #[test]
    fn the_tail_is_the_end_of_a_text() {
        assert_eq!(tail("a\nb\nc\n", 2), "b\nc");
        assert_eq!(tail("a\n", 2), "a");
    }
}
