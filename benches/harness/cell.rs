//! What a cell is: a kind of work, and who does it.

use std::io;
use std::time::{Duration, Instant};

use super::contender::Contender;
use super::process::{Server, Start};

/// One line of `cells::ALL`.
pub(crate) struct Cell {
    /// `group/which` or one word: what the command line and the tables call it.
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    /// In the order in which they take turns; the floor among them is what ratios are to.
    pub(crate) contenders: &'static [Contender],
    pub(crate) work: Work,
}

pub(crate) enum Work {
    /// This process keeps each contender busy, in slices that take turns: what it costs the
    /// contender in CPU time, and how many a second.
    Load {
        /// What is counted, in the singular: `request`, `MiB`.
        unit: &'static str,
        /// How many are traced by `--strace`; none where strace would count something else.
        traced: u32,
        open: fn(Start<'_>) -> io::Result<Station>,
    },
    /// Each contender is measured once a round, by a function that says these figures.
    Once {
        figures: &'static [Figure],
        /// Whether it matters on which CPUs it runs; otherwise it runs with all of them, once.
        placed: bool,
        measure: fn(Start<'_>, Effort) -> io::Result<Vec<f64>>,
    },
}

/// A column of a table.
#[derive(Clone, Copy)]
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) digits: usize,
}

/// How much to do in a cell whose size can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effort {
    Quick,
    Full,
}

impl Effort {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Quick => "quick",
            Self::Full => "full",
        }
    }
}

/// What every loaded cell is measured by.
pub(crate) const CPU: usize = 0;
pub(crate) const RATE: usize = 1;
pub(crate) const LOADED: [&str; 4] = ["CPU ns", "a second", "server CPU", "generator CPU"];

/// A contender's server, and the load that is kept ready for it.
pub(crate) struct Station {
    // Before the server: the client closes first, as clients do.
    pub(crate) load: Box<dyn Load>,
    pub(crate) server: Server,
}

impl Station {
    pub(crate) fn new(server: Server, load: impl Load + 'static) -> io::Result<Self> {
        Ok(Self { load: Box::new(load), server })
    }
}

/// What keeps a server busy: leaner than any server it measures.
pub(crate) trait Load {
    /// Makes units of work until told to stop, and returns how many when the last is done.
    fn run(&mut self, until: Until) -> io::Result<u64>;

    /// Before anything is timed: that the server does what it should.
    fn prove(&mut self) -> io::Result<()> {
        Ok(())
    }

    /// Units before each slice that are not counted: after the turns of all the others, neither
    /// code nor sockets are in the CPU's caches.
    fn run_in(&self) -> u64;
}

/// When to stop making work.
#[derive(Clone, Copy)]
pub(crate) enum Until {
    Time(Instant),
    Units(u64),
}

impl Until {
    pub(crate) fn after(time: Duration) -> Self {
        Self::Time(Instant::now() + time)
    }

    /// Reads the clock for a time: not to be asked for each unit where units are small.
    pub(crate) fn is_over(self, done: u64) -> bool {
        match self {
            Self::Time(end) => Instant::now() >= end,
            Self::Units(units) => done >= units,
        }
    }

    /// The most units that may be begun.
    pub(crate) fn limit(self) -> u64 {
        match self {
            Self::Time(_) => u64::MAX,
            Self::Units(units) => units,
        }
    }
}

impl Cell {
    /// The first part of the name: cells of a group share a table.
    pub(crate) fn group(&self) -> &'static str {
        self.name.split('/').next().unwrap_or(self.name)
    }

    /// Whether the command line's `text` means this cell: its name, or its group's.
    pub(crate) fn is_named(&self, text: &str) -> bool {
        self.name == text || self.group() == text
    }

    pub(crate) fn contender(&self, name: &str) -> Option<&'static Contender> {
        self.contenders.iter().find(|contender| contender.name == name)
    }

    pub(crate) fn figures(&self) -> Vec<Figure> {
        match self.work {
            Work::Load { .. } => LOADED.map(|name| Figure { name, digits: 0 }).to_vec(),
            Work::Once { figures, .. } => figures.to_vec(),
        }
    }

    pub(crate) fn is_loaded(&self) -> bool {
        matches!(self.work, Work::Load { .. })
    }
}

/// `1000` as `1,000`.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
