//! All rounds of all cells.

use std::io;

use crate::cell::Cell;
use crate::cli::Options;
use crate::contender::Contender;
use crate::machine::{self, Placement};
use crate::measure::{self, Round, Sample, Slice};
use crate::probe;
use crate::server::Server;
use crate::summary::median;

/// A round in which others had more than this share of a CPU is discarded and done again.
pub(crate) const TOLERATED: f64 = 0.05;

pub(crate) struct Campaign {
    pub(crate) machine: String,
    pub(crate) placement: Placement,
    pub(crate) cells: Vec<CellRun>,
    pub(crate) skipped: Vec<Skipped>,
    /// What servers said of how they run.
    pub(crate) notes: Vec<(&'static Contender, String)>,
    /// Rounds thrown away because of others.
    pub(crate) discarded: usize,
    /// Rounds kept although others had their share, because too many were thrown away before.
    pub(crate) disturbed: usize,
}

pub(crate) struct CellRun {
    pub(crate) cell: Cell,
    pub(crate) runs: Vec<Run>,
    /// For each round, the share of a CPU that others had.
    pub(crate) foreign: Vec<f64>,
}

/// One contender in one cell: a sample for each round.
pub(crate) struct Run {
    pub(crate) contender: &'static Contender,
    pub(crate) samples: Vec<Sample>,
}

pub(crate) struct Skipped {
    pub(crate) contender: &'static Contender,
    /// None: it did not run at all.
    pub(crate) cell: Option<Cell>,
    pub(crate) reason: String,
}

pub(crate) fn run(options: &Options) -> io::Result<Campaign> {
    let machine = machine::describe();
    let placement = Placement::choose(options.same_core)?;
    machine::pin(&[placement.generator])?;
    let mut campaign = Campaign {
        machine,
        placement,
        cells: Vec::new(),
        skipped: Vec::new(),
        notes: Vec::new(),
        discarded: 0,
        disturbed: 0,
    };
    let able = campaign.admit(&options.contenders);
    for &cell in &options.cells {
        campaign.cell(cell, &able, options)?;
    }
    Ok(campaign)
}

impl Campaign {
    /// Those that start here and echo properly.
    fn admit(&mut self, contenders: &[&'static Contender]) -> Vec<&'static Contender> {
        let mut able = Vec::new();
        for &contender in contenders {
            let server = Server::start(contender, &self.placement);
            match server.and_then(|server| probe::check(server.address).map(|()| server)) {
                Ok(server) => {
                    if !server.note.is_empty() {
                        self.notes.push((contender, server.note.clone()));
                    }
                    able.push(contender);
                }
                Err(error) => self.skip(contender, None, &error),
            }
        }
        able
    }

    fn cell(
        &mut self,
        cell: Cell,
        contenders: &[&'static Contender],
        options: &Options,
    ) -> io::Result<()> {
        println!("{}", cell.title());
        let run = |&contender| Run { contender, samples: Vec::new() };
        let mut runs: Vec<_> = contenders.iter().map(run).collect();
        let mut foreign = Vec::new();
        // Half as many again at most, so that a busy machine does not keep it going for ever.
        let mut spare = options.rounds / 2;
        while foreign.len() < options.rounds {
            let able: Vec<_> = runs.iter().map(|run| run.contender).collect();
            let round = measure::round(&able, cell, options, &self.placement)?;
            let disturbed = round.foreign > TOLERATED;
            let discard = disturbed && spare > 0;
            println!("{}", progress(foreign.len() + 1, &able, &round, discard));
            if discard {
                spare -= 1;
                self.discarded += 1;
                continue;
            }
            self.disturbed += usize::from(disturbed);
            foreign.push(round.foreign);
            self.keep(cell, &mut runs, round);
        }
        self.cells.push(CellRun { cell, runs, foreign });
        Ok(())
    }

    /// A contender that failed leaves the cell, with the samples it had.
    fn keep(&mut self, cell: Cell, runs: &mut Vec<Run>, round: Round) {
        let mut samples = round.samples.into_iter();
        runs.retain_mut(|run| match samples.next() {
            Some(Ok(sample)) => {
                run.samples.push(sample);
                true
            }
            Some(Err(error)) => {
                self.skip(run.contender, Some(cell), &error);
                false
            }
            None => false,
        });
    }

    fn skip(&mut self, contender: &'static Contender, cell: Option<Cell>, error: &io::Error) {
        let place = cell.map(|cell| format!(" in {cell}")).unwrap_or_default();
        println!("skipped {}{place}: {error}", contender.name);
        self.skipped.push(Skipped { contender, cell, reason: error.to_string() });
    }
}

fn progress(number: usize, able: &[&'static Contender], round: &Round, discard: bool) -> String {
    let samples = able.iter().zip(&round.samples).map(|(contender, sample)| {
        let ns = sample.as_ref().ok().and_then(|sample| median(sample, Slice::ns_per_request));
        match ns {
            Some(ns) => format!("{} {ns:.0}", contender.name),
            None => format!("{} failed", contender.name),
        }
    });
    let samples = samples.collect::<Vec<_>>().join(", ");
    let others = round.foreign * 100.0;
    let fate = if discard { "; discarded" } else { "" };
    format!("  round {number}, CPU ns/request: {samples} (others had {others:.1} %{fate})")
}
