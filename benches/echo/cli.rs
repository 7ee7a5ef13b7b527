//! The command line.

use std::time::Duration;

use lexopt::prelude::*;

use crate::cell::{self, Cell};
use crate::contender::{self, Contender};

pub(crate) const HELP: &str = "\
cargo bench --bench echo -- [OPTIONS]

  --quick            3 rounds of 0.12 s instead of 5 of 1.5 s: all of it in under a minute
  --rounds N         rounds for each cell; contenders take turns inside a round
  --seconds S        measured time of each contender in a round
  --cells LIST       connections x bytes, e.g. 64x64,1x64,1000x64,64x4096
  --only LIST        contenders, e.g. epoll,berkeley,tokio (the epoll floor always runs)
  --same-core        server and generator on one CPU, not on one each
  --strace LIST      no measurement: system calls for each request (first cell; needs strace)
  --help

Writes target/bench/echo.{json,md,svg}.
";

/// What this process is to do.
pub(crate) enum Command {
    Serve(Serve),
    Measure(Options),
    Strace(Options, Vec<&'static Contender>),
    Help,
    /// `cargo test --benches` runs this program too, without `--bench`.
    NotABench,
}

/// Shorter than the moods of shared hardware, which last a tenth of a second or so, and still
/// thousands of requests.
const SLICE: Duration = Duration::from_millis(20);

/// How a server process is started; `server.rs` writes it and reads it.
pub(crate) struct Serve {
    pub(crate) contender: &'static Contender,
    pub(crate) cpus: Vec<usize>,
    pub(crate) parent: i32,
}

pub(crate) struct Options {
    pub(crate) rounds: usize,
    /// The measured time of a contender in a round, cut into slices.
    pub(crate) slices: u32,
    pub(crate) slice: Duration,
    pub(crate) warm_up: Duration,
    pub(crate) cells: Vec<Cell>,
    pub(crate) contenders: Vec<&'static Contender>,
    pub(crate) same_core: bool,
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    let mut bench = false;
    let mut quick = false;
    let mut rounds = None;
    let mut seconds: Option<f64> = None;
    let mut cells = cell::DEFAULT.to_vec();
    let mut contenders: Vec<_> = contender::ALL.iter().collect();
    let mut same_core = false;
    let mut traced = None;
    let mut served = None;
    let mut cpus = Vec::new();
    let mut parent = 0;

    while let Some(argument) = parser.next()? {
        match argument {
            Long("bench") => bench = true,
            Long("quick") => quick = true,
            Long("rounds") => rounds = Some(parser.value()?.parse_with(at_least_one)?),
            Long("seconds") => seconds = Some(parser.value()?.parse_with(sensible_seconds)?),
            Long("cells") => cells = parser.value()?.parse_with(|text| list(text, str::parse))?,
            Long("only") => {
                let named = parser.value()?.parse_with(|text| list(text, contender::named))?;
                contenders.retain(|one| one.is_floor() || named.iter().any(|n| n.name == one.name));
            }
            Long("same-core") => same_core = true,
            Long("strace") => {
                traced = Some(parser.value()?.parse_with(|text| list(text, contender::named))?);
            }
            Long("serve") => served = Some(parser.value()?.parse_with(contender::named)?),
            Long("cpus") => {
                cpus = parser.value()?.parse_with(|text| list(text, str::parse::<usize>))?;
            }
            Long("parent") => parent = parser.value()?.parse()?,
            Short('h') | Long("help") => return Ok(Command::Help),
            // `cargo test --benches -- NAME` and the like.
            _ if !bench => return Ok(Command::NotABench),
            other => return Err(other.unexpected()),
        }
    }

    if let Some(contender) = served {
        return Ok(Command::Serve(Serve { contender, cpus, parent }));
    }
    if !bench {
        return Ok(Command::NotABench);
    }
    let measured = Duration::from_secs_f64(seconds.unwrap_or(if quick { 0.12 } else { 1.5 }));
    let slices = u32::try_from(measured.as_millis() / SLICE.as_millis()).unwrap_or(1).max(1);
    let options = Options {
        rounds: rounds.unwrap_or(if quick { 3 } else { 5 }),
        slices,
        slice: measured / slices,
        warm_up: Duration::from_millis(if quick { 25 } else { 250 }),
        cells,
        contenders,
        same_core,
    };
    Ok(match traced {
        Some(names) => Command::Strace(options, names),
        None => Command::Measure(options),
    })
}

fn list<T, E>(text: &str, one: impl Fn(&str) -> Result<T, E>) -> Result<Vec<T>, E> {
    text.split(',').map(|part| one(part.trim())).collect()
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=1_000) => Ok(number),
        _ => Err(format!("between 1 and 1000, not {text:?}")),
    }
}

fn sensible_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.05..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err(format!("between 0.05 and 600 seconds, not {text:?}")),
    }
}

impl Options {
    /// The measured time of a contender in a round.
    pub(crate) fn measured(&self) -> Duration {
        self.slice * self.slices
    }
}
