//! The command line: [`HELP`] and [`parse`].

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use berkeley::Address;
use lexopt::{Arg, Error, Parser, ValueExt};

use crate::load::Plan;

/// What `--help` prints.
pub(crate) const HELP: &str = "\
Loads an echo server and shows how fast it answers.

Usage: echo_load [ADDRESS] [OPTIONS]

  ADDRESS                 the server: 127.0.0.1:7000, [::1]:7000,
                          unix:/tmp/echo.sock or unix:@name;
                          without one, echo_load starts its own

Options:
  --connections NUMBER    connections kept busy at once        [default: 64]
  --size BYTES            bytes in a request                   [default: 64]
  --duration SECONDS      how long to load: 5, 0.5, 500ms      [default: 5]
  --timeout SECONDS       the longest wait for one echo        [default: 5]
  --plot FILE             draw requests a second over time as an SVG
  -h, --help              show this

Each connection sends a request, waits for its echo, compares every byte and
sends the next. Ctrl-C ends the run early and still shows the report.

Exit status: 0 if requests were echoed and none failed, 1 if one failed or the
server could not be reached, 2 if the command line is wrong.
";

const CONNECTIONS: RangeInclusive<usize> = 1..=65_536;
const SIZE: RangeInclusive<usize> = 1..=16_777_216;
const SECONDS: RangeInclusive<f64> = 0.001..=86_400.0;

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Command {
    /// Print [`HELP`].
    Help,
    /// Run a load.
    Run(Box<Options>),
}

/// A load, where to send it, and what to do with its result.
#[derive(Debug)]
pub(crate) struct Options {
    /// The server, or `None` for one of our own.
    pub(crate) target: Option<Address>,
    /// The load.
    pub(crate) plan: Plan,
    /// Where to draw the throughput.
    pub(crate) plot: Option<PathBuf>,
}

/// Reads the command line.
///
/// # Errors
///
/// One line that names the argument and says what would be right.
pub(crate) fn parse(mut parser: Parser) -> Result<Command, Error> {
    let mut target = None;
    let mut plot = None;
    let mut plan = Plan {
        connections: 64,
        size: 64,
        duration: Duration::from_secs(5),
        timeout: Duration::from_secs(5),
    };
    while let Some(argument) = parser.next()? {
        match argument {
            Arg::Short('h') | Arg::Long("help") => return Ok(Command::Help),
            Arg::Long("connections") => {
                plan.connections = number("--connections", &text(&mut parser)?, CONNECTIONS)?;
            }
            Arg::Long("size") => plan.size = number("--size", &text(&mut parser)?, SIZE)?,
            Arg::Long("duration") => plan.duration = seconds("--duration", &text(&mut parser)?)?,
            Arg::Long("timeout") => plan.timeout = seconds("--timeout", &text(&mut parser)?)?,
            Arg::Long("plot") => plot = Some(writable(parser.value()?.into())?),
            Arg::Value(value) if target.is_none() => {
                let address = value.string()?.parse::<Address>();
                target = Some(address.map_err(|error| error.to_string())?);
            }
            other => return Err(other.unexpected()),
        }
    }
    Ok(Command::Run(Box::new(Options { target, plan, plot })))
}

fn text(parser: &mut Parser) -> Result<String, Error> {
    parser.value()?.string()
}

fn number(option: &str, text: &str, allowed: RangeInclusive<usize>) -> Result<usize, Error> {
    text.parse().ok().filter(|value| allowed.contains(value)).ok_or_else(|| {
        let (least, most) = allowed.into_inner();
        format!("{option}: `{text}` is not a number from {least} to {most}").into()
    })
}

/// Reads `5`, `0.5`, `5s` or `500ms`.
fn seconds(option: &str, text: &str) -> Result<Duration, Error> {
    let (digits, unit) = match text.strip_suffix("ms") {
        Some(digits) => (digits, 1e-3),
        None => (text.strip_suffix('s').unwrap_or(text), 1.0),
    };
    let seconds = digits.parse::<f64>().ok().map(|value| value * unit);
    seconds.filter(|value| SECONDS.contains(value)).map(Duration::from_secs_f64).ok_or_else(|| {
        format!("{option}: `{text}` is not a time from 1ms to 86400s, such as 5, 0.5 or 500ms")
            .into()
    })
}

/// Refuses a file that cannot be written before the load is run, not after.
fn writable(file: PathBuf) -> Result<PathBuf, Error> {
    // The parent of a bare file name is the empty path, which stands for the current directory.
    let folder = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    if !folder.unwrap_or(Path::new(".")).is_dir() {
        return Err(format!("--plot: the folder of `{}` does not exist", file.display()).into());
    }
    if file.is_dir() {
        return Err(format!("--plot: `{}` is a folder", file.display()).into());
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(line: &str) -> Result<Options, String> {
        match parse(Parser::from_args(line.split_whitespace())) {
            Ok(Command::Run(options)) => Ok(*options),
            Ok(Command::Help) => Err("help".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn no_arguments_load_a_server_of_our_own() {
        let options = options("").unwrap();
        assert!(options.target.is_none() && options.plot.is_none());
        assert_eq!((options.plan.connections, options.plan.size), (64, 64));
        assert_eq!(options.plan.duration, Duration::from_secs(5));
    }

    #[test]
    fn every_option_is_read() {
        let line = "--connections=8 127.0.0.1:7000 --size 1000 --duration 1.5 --timeout 250ms \
                    --plot out.svg";
        let options = options(line).unwrap();
        assert_eq!(options.target.unwrap().to_string(), "127.0.0.1:7000");
        assert_eq!((options.plan.connections, options.plan.size), (8, 1000));
        assert_eq!(options.plan.duration, Duration::from_millis(1500));
        assert_eq!(options.plan.timeout, Duration::from_millis(250));
        assert_eq!(options.plot.unwrap(), Path::new("out.svg"));
    }

    #[test]
    fn addresses_of_every_family_are_read() {
        for address in ["127.0.0.1:7000", "[::1]:7000", "unix:/tmp/echo.sock"] {
            assert_eq!(options(address).unwrap().target.unwrap().to_string(), address);
        }
    }

    #[test]
    fn help_wins_over_what_follows_it() {
        assert_eq!(options("--help --nonsense").unwrap_err(), "help");
        assert_eq!(options("-h").unwrap_err(), "help");
    }

    #[test]
    fn bad_input_is_named_in_one_line() {
        for (line, expected) in [
            ("localhost", "address"),
            ("1.2.3.4:5 1.2.3.4:6", "unexpected argument"),
            ("--conections 5", "invalid option '--conections'"),
            ("--connections", "missing argument for option '--connections'"),
            ("--connections 0", "--connections: `0` is not a number from 1 to 65536"),
            ("--size big", "--size: `big` is not a number from 1 to 16777216"),
            ("--duration 0", "--duration: `0` is not a time"),
            ("--duration -1", "--duration: `-1` is not a time"),
            ("--timeout nan", "--timeout: `nan` is not a time"),
            ("--timeout inf", "--timeout: `inf` is not a time"),
            ("--plot /no/such/folder/out.svg", "the folder of `/no/such/folder/out.svg`"),
            ("--plot /", "`/` is a folder"),
        ] {
            let message = options(line).unwrap_err();
            assert!(message.contains(expected), "{line}: {message}");
            assert!(!message.contains('\n'), "{line}: {message}");
        }
    }
}
