//! `cargo xtask`: what this workspace does for itself beyond cargo's own commands.
//!
//! | file | what |
//! |---|---|
//! | `main.rs` | the command line |
//! | `command.rs` | programs run to their end, with their reasons when they fail |
//! | `cpython/` | `cargo xtask cpython`: CPython's own tests on our module `_socket` |
//! | `platforms.rs` | `cargo xtask platforms`: the libraries compiled for other systems |
//! | `vm/` | `cargo xtask vm`: tests on a real kernel |

mod command;
mod cpython;
mod platforms;
mod vm;

use anyhow::Context;
use lexopt::{Arg, Parser, ValueExt};
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

const HELP: &str = "\
Usage: cargo xtask platforms [--install]
       cargo xtask vm [OPTIONS] [-- ARGUMENTS]
       cargo xtask cpython [OPTIONS]

platforms: compiles the libraries, without a warning, for macOS, the BSDs, Android and
other kinds of Linux, as far as their standard libraries are installed.

Options of platforms:
  --install            have rustup install them first

vm: boots a Debian kernel in QEMU and runs the tests of the socket families on it.
ARGUMENTS go to the test binary: names of tests, --nocapture, …

Options of vm:
  --accel kvm|tcg      the processor's virtualization, or emulation
                       [default: kvm where /dev/kvm may be used, else tcg]
  --timeout SECONDS    how long the machine may take              [default: 600]
  -h, --help           show this

cpython: runs CPython's own tests of sockets on the module _socket of tests/cpython, and
compares test by test with the stock module. It takes a Python 3.13 with its tests.

Options of cpython:
  --mode sync|async    which crate the module calls               [default: both]
  --suite NAME         a suite, such as test_socket; may be given again  [default: all]
  --vm                 of test_socket the families that few kernels have, on one that does
  --lint               also check the form of the module, and run clippy

Exit status: 0 if all is well, 1 if a test or a system failed, the kernel did, or
the machine did not end in time, 2 for a wrong command line.
";

enum Task {
    Help,
    Platforms { install: bool },
    Vm(vm::Options),
    Cpython(cpython::Options),
}

fn main() -> ExitCode {
    let result = match parse(Parser::from_env()) {
        Ok(Task::Help) => {
            print!("{HELP}");
            Ok(true)
        }
        Ok(Task::Platforms { install }) => platforms::run(install),
        Ok(Task::Vm(options)) => vm::run(&options),
        Ok(Task::Cpython(options)) => cpython::run(&options),
        Err(error) => {
            eprintln!("xtask: {error:#} (--help shows all options)");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn parse(mut parser: Parser) -> anyhow::Result<Task> {
    match parser.next()? {
        Some(Arg::Value(name)) if name == "vm" => {}
        Some(Arg::Value(name)) if name == "cpython" => return parse_cpython(parser),
        Some(Arg::Value(name)) if name == "platforms" => {
            let mut install = false;
            while let Some(argument) = parser.next()? {
                match argument {
                    Arg::Long("install") => install = true,
                    Arg::Short('h') | Arg::Long("help") => return Ok(Task::Help),
                    argument => return Err(argument.unexpected().into()),
                }
            }
            return Ok(Task::Platforms { install });
        }
        Some(Arg::Short('h') | Arg::Long("help")) => return Ok(Task::Help),
        Some(argument) => return Err(argument.unexpected().into()),
        None => anyhow::bail!("no task is named"),
    }
    let mut options = vm::Options::default();
    // What follows `--` is not ours: it may look like options.
    loop {
        if let Some(rest) = after_separator(&mut parser) {
            options.arguments = rest?;
            return Ok(Task::Vm(options));
        }
        match parser.next()? {
            None => return Ok(Task::Vm(options)),
            Some(Arg::Short('h') | Arg::Long("help")) => return Ok(Task::Help),
            Some(Arg::Long("accel")) => options.accel = Some(parser.value()?.parse()?),
            Some(Arg::Long("timeout")) => {
                options.timeout = Duration::from_secs(parser.value()?.parse()?);
            }
            Some(argument) => return Err(argument.unexpected().into()),
        }
    }
}

fn parse_cpython(mut parser: Parser) -> anyhow::Result<Task> {
    let mut options = cpython::Options::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Task::Help),
            Arg::Long("mode") => options.mode = Some(parser.value()?.parse()?),
            Arg::Long("suite") => options.suites.push(parser.value()?.string()?),
            Arg::Long("vm") => options.vm = true,
            Arg::Long("lint") => options.lint = true,
            argument => return Err(argument.unexpected().into()),
        }
    }
    Ok(Task::Cpython(options))
}

/// All arguments after `--`, if that is next.
fn after_separator(parser: &mut Parser) -> Option<anyhow::Result<Vec<String>>> {
    let mut rest = parser.try_raw_args()?;
    if rest.peek()? != "--" {
        return None;
    }
    rest.next();
    let text = |argument: OsString| argument.into_string().ok().context("an argument is no UTF-8");
    Some(rest.map(text).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use vm::Accel;

    fn parsed(line: &str) -> anyhow::Result<Task> {
        parse(Parser::from_iter(["xtask"].into_iter().chain(line.split_whitespace())))
    }

    #[test]
    fn options_come_before_the_separator_and_the_tests_after_it() {
        let Ok(Task::Vm(options)) = parsed("vm --accel tcg --timeout 9 -- can --nocapture --accel")
        else {
            panic!("a task")
        };
        assert_eq!(options.accel, Some(Accel::Tcg));
        assert_eq!(options.timeout, Duration::from_secs(9));
        assert_eq!(options.arguments, ["can", "--nocapture", "--accel"]);
    }

    #[test]
    fn without_options_the_machine_has_five_minutes() {
        let Ok(Task::Vm(options)) = parsed("vm") else { panic!("a task") };
        assert_eq!(options.accel, None);
        assert_eq!(options.timeout, Duration::from_secs(600));
        assert!(options.arguments.is_empty());
    }

    #[test]
    fn platforms_are_installed_only_when_asked() {
        assert!(matches!(parsed("platforms"), Ok(Task::Platforms { install: false })));
        assert!(matches!(parsed("platforms --install"), Ok(Task::Platforms { install: true })));
    }

    #[test]
    fn suites_of_cpython_are_named_one_by_one() {
        let line = "cpython --mode async --suite test_socket --suite test_ssl";
        let Ok(Task::Cpython(options)) = parsed(line) else { panic!("a task") };
        assert_eq!(options.mode, Some(cpython::Mode::Async));
        assert_eq!(options.suites, ["test_socket", "test_ssl"]);
    }

    #[test]
    fn what_is_not_known_is_an_error() {
        for line in [
            "",
            "wm",
            "platforms now",
            "vm can",
            "vm --accel xen",
            "vm --timeout soon",
            "vm --timeout",
            "cpython test_socket",
            "cpython --mode fast",
        ] {
            assert!(parsed(line).is_err(), "{line}");
        }
        assert!(matches!(parsed("vm --help"), Ok(Task::Help)));
        assert!(matches!(parsed("platforms --help"), Ok(Task::Help)));
    }
}
