//! The command line.

use std::time::Duration;

use lexopt::prelude::*;

use super::cell::{Cell, Effort};
use super::contender::{Contender, Program};
use super::machine::Where;
use crate::cells;

pub(crate) const HELP: &str = "\
cargo bench -- [OPTIONS] [CELL...]

A CELL is a name or a group, such as echo/64x64 or echo; none are all. --list prints them.

  --quick            1 round of 0.04 s on one core, without Python: all cells in under two minutes
  --rounds N         rounds for each cell (5); contenders take turns inside a round
  --seconds S        measured time of each contender in a round (0.4)
  --only LIST        contenders, e.g. berkeley,tokio (the floor always runs)
  --same-core        only with contender and generator on one CPU
  --across           only with a CPU for each
  --strace           no measurement: system calls for each unit of work (needs strace)
  --update           also write tables into PERFORMANCE.md, and charts and all figures into docs/
  --list
  --help

Writes target/bench/results.json, results.md and charts.
";

/// What this process is to do.
pub(crate) enum Command {
    Serve(Serve),
    Measure(Options),
    Strace(Options),
    List,
    Help,
    /// `cargo test --benches` runs this program too, without `--bench`.
    NotABench,
}

/// Shorter than the moods of shared hardware, which last a tenth of a second or so, and still
/// thousands of requests.
const SLICE: Duration = Duration::from_millis(20);

/// How a contender's process is started; `process.rs` writes it and reads it.
pub(crate) struct Serve {
    pub(crate) contender: &'static Contender,
    pub(crate) cpus: Vec<usize>,
    pub(crate) parent: i32,
    pub(crate) argument: String,
}

pub(crate) struct Options {
    pub(crate) rounds: usize,
    /// The measured time of a contender in a round, cut into slices.
    pub(crate) slices: u32,
    pub(crate) slice: Duration,
    pub(crate) warm_up: Duration,
    pub(crate) effort: Effort,
    pub(crate) cells: Vec<&'static Cell>,
    /// None: all.
    pub(crate) only: Option<Vec<String>>,
    pub(crate) places: Vec<Where>,
    pub(crate) update: bool,
}

pub(crate) fn parse() -> Result<Command, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    // Cargo puts it behind what the user has written.
    let bench = std::env::args_os().any(|argument| argument == "--bench");
    let mut effort = Effort::Full;
    let mut rounds = None;
    let mut seconds: Option<f64> = None;
    let mut cells = Vec::new();
    let mut only = None;
    let mut places = None;
    let mut update = false;
    let mut strace = false;
    let mut served = None;
    let mut cpus = Vec::new();
    let mut parent = 0;
    let mut argument = String::new();

    while let Some(option) = parser.next()? {
        match option {
            Long("bench") => {}
            Long("quick") => effort = Effort::Quick,
            Long("rounds") => rounds = Some(parser.value()?.parse_with(at_least_one)?),
            Long("seconds") => seconds = Some(parser.value()?.parse_with(sensible_seconds)?),
            Long("only") => only = Some(parser.value()?.parse_with(list::<String>)?),
            Long("same-core") => places = Some(vec![Where::SameCore]),
            Long("across") => places = Some(vec![Where::Across]),
            Long("update") => update = true,
            Long("strace") => strace = true,
            Long("list") => return Ok(Command::List),
            Long("serve") => {
                let cell = parser.value()?.parse_with(cells::named)?;
                let cell = cell[0];
                let name = parser.value()?.string()?;
                let contender = cell.contender(&name).ok_or_else(|| unknown(&name))?;
                served = Some(contender);
            }
            Long("cpus") => cpus = parser.value()?.parse_with(list::<usize>)?,
            Long("parent") => parent = parser.value()?.parse()?,
            Long("argument") => argument = parser.value()?.string()?,
            Short('h') | Long("help") => return Ok(Command::Help),
            Value(name) if bench => cells.extend(name.parse_with(cells::named)?),
            // `cargo test --benches -- NAME` and the like.
            _ if !bench => return Ok(Command::NotABench),
            other => return Err(other.unexpected()),
        }
    }

    if let Some(contender) = served {
        return Ok(Command::Serve(Serve { contender, cpus, parent, argument }));
    }
    if !bench {
        return Ok(Command::NotABench);
    }
    if cells.is_empty() {
        cells = cells::ALL.to_vec();
    }
    let quick = effort == Effort::Quick;
    let measured = Duration::from_secs_f64(seconds.unwrap_or(if quick { 0.04 } else { 0.4 }));
    let slices = u32::try_from(measured.as_millis() / SLICE.as_millis()).unwrap_or(1).max(1);
    let everywhere =
        if quick { vec![Where::SameCore] } else { vec![Where::SameCore, Where::Across] };
    let options = Options {
        rounds: rounds.unwrap_or(if quick { 1 } else { 5 }),
        slices,
        slice: measured / slices,
        warm_up: Duration::from_millis(if quick { 10 } else { 100 }),
        effort,
        cells,
        only,
        places: places.unwrap_or(everywhere),
        update,
    };
    Ok(if strace { Command::Strace(options) } else { Command::Measure(options) })
}

fn unknown(name: &str) -> lexopt::Error {
    format!("no contender of this cell is called {name:?}").into()
}

fn list<T: std::str::FromStr>(text: &str) -> Result<Vec<T>, T::Err> {
    text.split(',').map(|part| part.trim().parse()).collect()
}

fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number @ 1..=1_000) => Ok(number),
        _ => Err(format!("between 1 and 1000, not {text:?}")),
    }
}

fn sensible_seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.02..=600.0).contains(&seconds) => Ok(seconds),
        _ => Err(format!("between 0.02 and 600 seconds, not {text:?}")),
    }
}

impl Options {
    /// The measured time of a contender in a round.
    pub(crate) fn measured(&self) -> Duration {
        self.slice * self.slices
    }

    /// The contenders of a cell that take part in this run.
    pub(crate) fn contenders(&self, cell: &'static Cell) -> Vec<&'static Contender> {
        let takes_part = |contender: &&Contender| match &self.only {
            // Interpreters take longer to start than this is to take.
            None => self.effort == Effort::Full || matches!(contender.program, Program::Rust(_)),
            Some(names) => contender.is_floor() || names.iter().any(|name| name == contender.name),
        };
        cell.contenders.iter().filter(takes_part).collect()
    }
}
