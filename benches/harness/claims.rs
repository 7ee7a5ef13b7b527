//! What the project promises of its own cost, held against the samples.
//!
//! A miss is reported and nothing more: a benchmark on somebody's machine is not a test.

use super::campaign::{Campaign, CellRun};
use super::cell::{CPU, RATE};
use super::machine::Where;
use super::summary::{Spread, ratio};

/// How a figure of `of` stands to the same of `to`.
struct Bar {
    cell: &'static str,
    of: &'static str,
    to: &'static str,
    figure: usize,
    limit: Limit,
}

#[derive(Clone, Copy)]
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

use Limit::{AtLeast, AtMost};

const fn bar(
    cell: &'static str,
    of: &'static str,
    to: &'static str,
    figure: usize,
    limit: Limit,
) -> Bar {
    Bar { cell, of, to, figure, limit }
}

/// Of CPU time for each unit of work, or of the rate; with server and generator on one core.
#[rustfmt::skip]
const BARS: &[Bar] = &[
    bar("echo/64x64", "berkeley", "floor", CPU, AtMost(1.04)),
    bar("echo/64x4096", "berkeley", "floor", CPU, AtMost(1.04)),
    bar("echo/1000x64", "berkeley", "floor", CPU, AtMost(1.08)),
    bar("echo/1x64", "berkeley", "floor", CPU, AtMost(1.04)),
    bar("echo/64x64", "berkeley-deadline", "floor", CPU, AtMost(1.05)),
    bar("echo/64x64", "berkeley-deadline", "berkeley", CPU, AtMost(1.01)),
    bar("echo/64x64", "berkeley-in-tokio", "tokio", CPU, AtMost(1.02)),
    bar("echo/64x64", "berkeley-in-tokio-deadline", "tokio-deadline", CPU, AtMost(0.95)),
    bar("churn", "berkeley", "floor", CPU, AtMost(1.05)),
    bar("bulk/in", "berkeley", "floor", CPU, AtMost(1.01)),
    bar("bulk/out", "berkeley", "floor", CPU, AtMost(1.01)),
    bar("datagrams/in", "berkeley", "floor", CPU, AtMost(1.02)),
    bar("datagrams/in", "berkeley-segmented", "floor", RATE, AtLeast(17.6)),
    bar("datagrams/in", "berkeley-segmented", "floor-segmented", RATE, AtLeast(0.98)),
    bar("datagrams/likewise", "berkeley-segmented", "floor", RATE, AtLeast(17.6)),
    bar("datagrams/out", "berkeley-segmented", "floor", RATE, AtLeast(34.0)),
    bar("datagrams/out", "berkeley-segmented", "floor-segmented", RATE, AtLeast(1.00)),
    bar("file", "berkeley", "floor", RATE, AtLeast(0.98)),
    bar("file", "berkeley", "floor", CPU, AtMost(1.03)),
    bar("relay", "berkeley", "floor", RATE, AtLeast(1.00)),
    bar("relay", "berkeley", "floor", CPU, AtMost(1.05)),
    bar("relay", "berkeley", "tokio", CPU, AtMost(0.40)),
    bar("idle", "berkeley", "tokio", 0, AtMost(1.00)),
    bar("deadlines", "berkeley", "tokio", 0, AtMost(1.00)),
];

pub(crate) struct Claim {
    pub(crate) cell: &'static str,
    pub(crate) what: String,
    pub(crate) limit: Limit,
    pub(crate) ratio: Spread,
}

impl Claim {
    /// To the thousandth that is printed.
    pub(crate) fn is_met(&self) -> bool {
        match self.limit {
            AtMost(limit) => self.ratio.median < limit + 0.000_5,
            AtLeast(limit) => self.ratio.median > limit - 0.000_5,
        }
    }

    pub(crate) fn limit(&self) -> String {
        match self.limit {
            AtMost(limit) => format!("≤ {limit:.2}"),
            AtLeast(limit) => format!("≥ {limit:.2}"),
        }
    }

    pub(crate) fn verdict(&self) -> String {
        let (AtMost(limit) | AtLeast(limit)) = self.limit;
        match self.is_met() {
            true => "met".to_owned(),
            false => format!("**missed** by {:.3}", (self.ratio.median - limit).abs()),
        }
    }
}

/// Every bar whose contenders both ran.
pub(crate) fn claims(campaign: &Campaign) -> Vec<Claim> {
    BARS.iter().filter_map(|bar| claim(campaign, bar)).collect()
}

fn claim(campaign: &Campaign, bar: &Bar) -> Option<Claim> {
    let is_meant = |run: &&CellRun| {
        run.cell.name == bar.cell && (run.place == Where::SameCore || !run.cell.is_loaded())
    };
    let run = campaign.cells.iter().find(is_meant)?;
    let ratio = ratio(run.run(bar.of)?, run.run(bar.to)?, bar.figure)?;
    let figure = match (run.cell.is_loaded(), bar.figure) {
        (true, CPU) => "CPU",
        (true, _) => "rate",
        (false, figure) => run.cell.figures()[figure].name,
    };
    let what = format!("{figure}, {} / {}", bar.of, bar.to);
    Some(Claim { cell: bar.cell, what, limit: bar.limit, ratio })
}
