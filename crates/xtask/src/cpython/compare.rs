//! What passes with the stock module, and with ours.

use super::Mode;
use super::known::Known;
use super::suite::{Outcome, Run};
use anyhow::Result;

/// Counts of tests.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Comparison {
    pub(super) passed: usize,
    /// Pass with the stock module and not with ours, and no known difference; or known to differ,
    /// and do not.
    pub(super) failed: usize,
    /// Skipped with ours, or not judged.
    pub(super) skipped: usize,
    /// Pass with the stock module.
    pub(super) stock: usize,
    /// Of those, pass with ours.
    pub(super) ours: usize,
    pub(super) known: usize,
    /// Fail with both.
    pub(super) unjudged: usize,
}

impl Comparison {
    pub(super) fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Compares test by test, and prints each difference. What differs is run `again` first, alone:
/// these tests measure time, and a busy machine fails some.
pub(super) fn compare(
    stock: &Run,
    ours: &Run,
    mode: Mode,
    known: &Known,
    again: impl FnOnce(&[&str]) -> Result<Run>,
) -> Result<Comparison> {
    if let Some(crash) = &ours.crash {
        println!("the suite did not end: {crash}");
    }
    let passes = |test: &str| stock.outcomes.get(test) == Some(&Outcome::Passed);
    let differs = |test: &&str| {
        passes(test)
            && ours.outcomes.get(*test) != Some(&Outcome::Passed)
            && known.reason(mode, test).is_none()
    };
    let differing: Vec<_> = stock.outcomes.keys().map(String::as_str).filter(differs).collect();
    let second = if differing.is_empty() || ours.crash.is_some() {
        Run::default()
    } else {
        again(&differing)?
    };

    let mut counts = Comparison::default();
    let missing = Outcome::Failed("it did not run".to_owned());
    for (test, of_stock) in &stock.outcomes {
        let mut of_ours = ours.outcomes.get(test).unwrap_or(&missing);
        if passes(test) && second.outcomes.get(test) == Some(&Outcome::Passed) {
            println!("{test}: passes at the second try");
            of_ours = &Outcome::Passed;
        }
        let reason = known.reason(mode, test);
        counts.stock += usize::from(passes(test));
        match (of_stock, of_ours, reason) {
            (Outcome::Passed, Outcome::Passed, Some(_)) => {
                println!("{test}: FAILED: it passes, and is listed as a known difference");
                counts.ours += 1;
                counts.failed += 1;
            }
            (Outcome::Passed, Outcome::Passed, None) => {
                counts.ours += 1;
                counts.passed += 1;
            }
            (Outcome::Passed, _, Some(reason)) => {
                println!("{test}: differs, as is known: {reason}");
                counts.known += 1;
                counts.skipped += 1;
            }
            (Outcome::Passed, Outcome::Skipped, None) => {
                println!("{test}: FAILED: skipped, and not with the stock module");
                counts.failed += 1;
            }
            (Outcome::Passed, Outcome::Failed(why), None) => {
                println!("{test}: FAILED: {why}");
                counts.failed += 1;
            }
            (_, Outcome::Passed, _) => {
                println!("{test}: passes, and not with the stock module");
                counts.passed += 1;
            }
            (_, Outcome::Skipped, _) => counts.skipped += 1,
            (Outcome::Failed(_), Outcome::Failed(why), _) => {
                println!("{test}: fails with both: {why}");
                counts.unjudged += 1;
                counts.skipped += 1;
            }
            (Outcome::Skipped, Outcome::Failed(why), _) => {
                println!("{test}: FAILED, and skipped with the stock module: {why}");
                counts.failed += 1;
            }
        }
    }
    if ours.warnings > stock.warnings {
        let (ours, stock) = (ours.warnings, stock.warnings);
        println!("FAILED: {ours} sockets that nobody closed, {stock} with the stock module");
        counts.failed += 1;
    }
    Ok(counts)
}
