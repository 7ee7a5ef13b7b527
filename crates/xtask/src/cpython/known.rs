//! The known differences: tests that pass with the stock module and not with ours, and why.

use super::Mode;
use super::module::PACKAGE;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::Path;

/// The lines of the file.
#[derive(Debug, Default)]
pub(super) struct Known(Vec<Line>);

#[derive(Debug, PartialEq, Eq)]
struct Line {
    mode: Mode,
    test: String,
    reason: String,
}

impl Known {
    pub(super) fn read() -> Result<Self> {
        let path = Path::new(PACKAGE).join("known_differences.txt");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Self::parse(&text)
    }

    /// Lines of `mode test: reason`; a line that begins with white space goes on with the reason,
    /// and one that begins with # is a comment.
    fn parse(text: &str) -> Result<Self> {
        let mut lines: Vec<Line> = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            if line.starts_with(' ') {
                let last = lines.last_mut().context("a reason without its test")?;
                last.reason += &format!(" {}", line.trim());
                continue;
            }
            let Some(((mode, test), reason)) = line
                .split_once(": ")
                .and_then(|(head, reason)| Some((head.split_once(' ')?, reason)))
            else {
                bail!("a known difference is written `mode test: reason`, not {line:?}");
            };
            let (test, reason) = (test.to_owned(), reason.to_owned());
            lines.push(Line { mode: mode.parse()?, test, reason });
        }
        Ok(Self(lines))
    }

    /// Why this test is known to differ.
    pub(super) fn reason(&self, mode: Mode, test: &str) -> Option<&str> {
        let line = self.0.iter().find(|line| line.mode == mode && line.test == test)?;
        Some(&line.reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_may_take_several_lines() {
        let known = Known::parse("# why\nasync test.a.B.c: one\n  and two\n\nsync test.d: three\n");
        let known = known.unwrap();
        assert_eq!(known.reason(Mode::Async, "test.a.B.c"), Some("one and two"));
        assert_eq!(known.reason(Mode::Sync, "test.a.B.c"), None);
        assert_eq!(known.reason(Mode::Sync, "test.d"), Some("three"));
    }

    #[test]
    fn a_line_without_a_reason_is_refused() {
        assert!(Known::parse("async test.a\n").is_err());
        assert!(Known::parse("both test.a: why\n").is_err());
        assert!(Known::parse("  why\n").is_err());
    }
}
