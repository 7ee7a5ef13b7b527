//! All rounds of all cells, in all places.

use std::io;

use super::cell::{Cell, Work};
use super::cli::Options;
use super::contender::Contender;
use super::machine::{self, Placement, Where};
use super::measure::{self, Round, Sample};
use super::process::Start;
use super::summary::Spread;

/// A round in which others had more than this share of a CPU is discarded and done again.
pub(crate) const TOLERATED: f64 = 0.05;

pub(crate) struct Campaign {
    pub(crate) machine: String,
    pub(crate) cells: Vec<CellRun>,
    /// Rounds thrown away because of others.
    pub(crate) discarded: usize,
    /// Rounds kept although others had their share, because too many were thrown away before.
    pub(crate) disturbed: usize,
}

/// One cell in one place.
pub(crate) struct CellRun {
    pub(crate) cell: &'static Cell,
    pub(crate) place: Where,
    pub(crate) runs: Vec<Run>,
    pub(crate) skipped: Vec<Skipped>,
    /// For each round, the share of a CPU that others had.
    pub(crate) foreign: Vec<f64>,
}

/// One contender in one cell: a sample for each round.
pub(crate) struct Run {
    pub(crate) contender: &'static Contender,
    /// What it said of how it runs.
    pub(crate) note: String,
    pub(crate) samples: Vec<Sample>,
}

pub(crate) struct Skipped {
    pub(crate) contender: &'static Contender,
    pub(crate) reason: String,
}

pub(crate) fn run(options: &Options) -> io::Result<Campaign> {
    let machine = machine::describe();
    let mut campaign = Campaign { machine, cells: Vec::new(), discarded: 0, disturbed: 0 };
    for &cell in &options.cells {
        let places = match cell.work {
            Work::Once { placed: false, .. } => &[Where::Across],
            _ => &options.places[..],
        };
        for &place in places {
            let placement = Placement::choose(place)?;
            machine::pin(&[placement.generator])?;
            println!("{}, {} ({})", cell.title, place.name(), cell.name);
            campaign.cell(cell, &placement, options)?;
        }
    }
    Ok(campaign)
}

impl Campaign {
    fn cell(
        &mut self,
        cell: &'static Cell,
        placement: &Placement,
        options: &Options,
    ) -> io::Result<()> {
        let mut kept = CellRun {
            cell,
            place: placement.place,
            runs: Vec::new(),
            skipped: Vec::new(),
            foreign: Vec::new(),
        };
        for contender in options.contenders(cell) {
            kept.admit(contender, placement);
        }
        // Half as many again at most, so that a busy machine does not keep it going for ever.
        let mut spare = options.rounds / 2;
        while kept.foreign.len() < options.rounds && !kept.runs.is_empty() {
            let able: Vec<_> = kept.runs.iter().map(|run| run.contender).collect();
            let round = measure::round(&able, cell, options, placement)?;
            let disturbed = round.foreign > TOLERATED;
            let discard = disturbed && spare > 0;
            println!("{}", progress(kept.foreign.len() + 1, &able, &round, discard));
            if discard {
                spare -= 1;
                self.discarded += 1;
                continue;
            }
            self.disturbed += usize::from(disturbed);
            kept.foreign.push(round.foreign);
            kept.keep(round);
        }
        self.cells.push(kept);
        Ok(())
    }
}

impl CellRun {
    /// Takes a contender in if it starts here and does its work properly.
    fn admit(&mut self, contender: &'static Contender, placement: &Placement) {
        let start = Start { cell: self.cell, contender, placement };
        let proved = match self.cell.work {
            Work::Load { open, .. } => open(start).and_then(|mut station| {
                station.load.prove()?;
                Ok(station.server.note.clone())
            }),
            Work::Once { .. } => Ok(String::new()),
        };
        match proved {
            Ok(note) => self.runs.push(Run { contender, note, samples: Vec::new() }),
            Err(error) => self.skip(contender, &error),
        }
    }

    /// A contender that failed leaves the cell.
    fn keep(&mut self, round: Round) {
        let runs = std::mem::take(&mut self.runs);
        for (mut run, sample) in runs.into_iter().zip(round.samples) {
            match sample {
                Ok(sample) => {
                    run.samples.push(sample);
                    self.runs.push(run);
                }
                Err(error) => self.skip(run.contender, &error),
            }
        }
    }

    fn skip(&mut self, contender: &'static Contender, error: &io::Error) {
        println!("  skipped {}: {error}", contender.name);
        self.skipped.push(Skipped { contender, reason: error.to_string() });
    }

    pub(crate) fn run(&self, contender: &str) -> Option<&Run> {
        self.runs.iter().find(|run| run.contender.name == contender)
    }

    /// What ratios are to: the floor, or where there is none, the first.
    pub(crate) fn base(&self) -> Option<&Run> {
        self.runs.iter().find(|run| run.contender.is_floor()).or(self.runs.first())
    }
}

fn progress(number: usize, able: &[&'static Contender], round: &Round, discard: bool) -> String {
    let samples = able.iter().zip(&round.samples).map(|(contender, sample)| {
        let first = sample.as_ref().ok();
        match first.and_then(|sample| Spread::of(sample.iter().map(|turn| turn[0]))) {
            Some(figure) => format!("{} {:.0}", contender.name, figure.median),
            None => format!("{} failed", contender.name),
        }
    });
    let samples = samples.collect::<Vec<_>>().join(", ");
    let others = round.foreign * 100.0;
    let fate = if discard { "; discarded" } else { "" };
    format!("  round {number}: {samples} (others had {others:.1} %{fate})")
}
