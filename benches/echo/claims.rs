//! What the project promises of its own cost, held against the samples.
//!
//! A miss is reported and nothing more: a benchmark on somebody's machine is not a test.

use crate::campaign::{Campaign, CellRun};
use crate::cell::Cell;
use crate::measure::Slice;
use crate::summary::{Spread, ratio};

/// `of` may cost at most `bar` times what `to` costs.
struct Bar {
    of: &'static str,
    to: &'static str,
    bar: f64,
}

const BARS: [Bar; 4] = [
    Bar { of: "berkeley", to: "epoll", bar: 1.05 },
    Bar { of: "berkeley", to: "tokio", bar: 1.00 },
    Bar { of: "berkeley-deadline", to: "berkeley", bar: 1.02 },
    Bar { of: "berkeley-in-tokio", to: "tokio", bar: 1.02 },
];

pub(crate) struct Claim {
    pub(crate) cell: Cell,
    pub(crate) of: &'static str,
    pub(crate) to: &'static str,
    pub(crate) bar: f64,
    pub(crate) ratio: Spread,
}

impl Claim {
    /// To the thousandth that is printed.
    pub(crate) fn is_met(&self) -> bool {
        self.ratio.median < self.bar + 0.000_5
    }

    pub(crate) fn verdict(&self) -> String {
        if self.is_met() {
            "met".to_owned()
        } else {
            format!("missed by {:.3}", self.ratio.median - self.bar)
        }
    }
}

/// Every bar in every cell in which both of its contenders ran.
pub(crate) fn claims(campaign: &Campaign) -> Vec<Claim> {
    let of_cell = |run| BARS.iter().filter_map(move |bar| claim(run, bar));
    campaign.cells.iter().flat_map(of_cell).collect()
}

fn claim(run: &CellRun, bar: &Bar) -> Option<Claim> {
    let find = |name| run.runs.iter().find(|run| run.contender.name == name);
    let ratio = ratio(find(bar.of)?, find(bar.to)?, Slice::ns_per_request)?;
    Some(Claim { cell: run.cell, of: bar.of, to: bar.to, bar: bar.bar, ratio })
}
