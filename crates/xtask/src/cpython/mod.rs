//! `cargo xtask cpython`: CPython's own tests of sockets, on our `_socket` (`tests/cpython`).
//!
//! | file | what |
//! |---|---|
//! | `python.rs` | the Python: found, and asked what it is |
//! | `module.rs` | the module: built, and put where that Python finds it first |
//! | `suite.rs` | a suite, run by `python -m test`, and what came of each test |
//! | `machine.rs` | the families of a real kernel, with a Python in the machine of `cargo xtask vm` |
//! | `known.rs` | `tests/cpython/known_differences.txt` |
//! | `compare.rs` | what passes with the stock module, and with ours |

mod compare;
mod known;
mod machine;
mod module;
mod python;
mod suite;

use anyhow::{Result, ensure};
use compare::Comparison;
use known::Known;
use python::Python;
use std::fmt;
use std::path::Path;
use suite::{Run, Suite};

/// Which of the crates the module calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Sync,
    Async,
}

impl Mode {
    pub(crate) const ALL: [Self; 2] = [Self::Sync, Self::Async];
}

impl std::str::FromStr for Mode {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "sync" => Ok(Self::Sync),
            "async" => Ok(Self::Async),
            _ => anyhow::bail!("a mode is sync or async, not {text:?}"),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::Sync { "sync" } else { "async" })
    }
}

/// What the command line says.
#[derive(Debug, Default)]
pub(crate) struct Options {
    /// One mode; `None` for both.
    pub(crate) mode: Option<Mode>,
    /// Names of suites; none for all.
    pub(crate) suites: Vec<String>,
    /// The families that this kernel lacks, in a virtual machine.
    pub(crate) vm: bool,
    /// Have clippy read the module as well.
    pub(crate) lint: bool,
}

/// Runs the suites; whether every test that passes with the stock module passes with ours.
///
/// # Errors
/// When there is no Python, the module does not build, or a suite cannot be run.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let suites = Suite::chosen(&options.suites)?;
    let python = python::find()?;
    println!("Python {} ({})", python.version, python.program.display());
    let folder = crate::command::target_directory()?.join("cpython");
    if options.lint {
        module::lint(&folder, &python)?;
    }
    let module = module::build(&folder, &python)?;
    let known = Known::read()?;
    if options.vm {
        return run_in_machine(&python, &module, &known);
    }

    let mut total = Comparison::default();
    let mut summary = String::new();
    for suite in suites {
        let stock = suite.baseline(&folder, &python)?;
        ensure!(!stock.outcomes.is_empty(), "{}: no test ran with the stock module", suite.name);
        for mode in Mode::ALL {
            if options.mode.is_some_and(|chosen| chosen != mode) {
                continue;
            }
            let ours = suite.run(&folder, &python, Some((&module, mode)))?;
            let again = |tests: &[&str]| suite.again(&folder, &python, (&module, mode), tests);
            let comparison = compare::compare(&stock, &ours, mode, &known, again)?;
            summary += &line(suite.name, mode, &comparison, (&stock, &ours));
            total.add(&comparison);
        }
    }
    print!("\n{summary}");
    println!("{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
    Ok(total.failed == 0)
}

/// The same of the classes of `test_socket` that need a real kernel.
fn run_in_machine(python: &Python, module: &Path, known: &Known) -> Result<bool> {
    let [stock, synchronous, asynchronous] = machine::run(python, module)?;
    let mut total = Comparison::default();
    let mut summary = String::new();
    for (mode, ours) in [(Mode::Sync, synchronous), (Mode::Async, asynchronous)] {
        let comparison = compare::compare(&stock, &ours, mode, known, |_| Ok(Run::default()))?;
        summary += &line("test_socket's families", mode, &comparison, (&stock, &ours));
        total.add(&comparison);
    }
    print!("\n{summary}");
    println!("{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
    Ok(total.failed == 0)
}

fn line(suite: &str, mode: Mode, of: &Comparison, (stock, ours): (&Run, &Run)) -> String {
    let mut line = format!("{suite} ({mode}): {}/{}", of.ours, of.stock);
    if of.known > 0 {
        line += &format!(", {} known differences", of.known);
    }
    if of.unjudged > 0 {
        line += &format!(", {} fail with both", of.unjudged);
    }
    line + &format!(" ({:.0} s, stock {:.0} s)\n", ours.seconds, stock.seconds)
}
