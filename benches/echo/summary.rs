//! Medians and spreads.

use crate::campaign::{CellRun, Run};
use crate::contender::Contender;
use crate::measure::{Sample, Slice};

#[derive(Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// None of an empty list.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let (&min, &max) = (values.first()?, values.last()?);
        let middle = values.len() / 2;
        let median = if values.len() % 2 == 1 {
            values[middle]
        } else {
            f64::midpoint(values[middle - 1], values[middle])
        };
        Some(Self { median, min, max })
    }
}

/// A line of a cell's table. The spreads are over the rounds.
pub(crate) struct Row {
    pub(crate) contender: &'static Contender,
    pub(crate) ns: Spread,
    pub(crate) ns_ratio: Spread,
    pub(crate) rate: Spread,
    pub(crate) rate_ratio: Spread,
    pub(crate) server_share: Spread,
    pub(crate) generator_share: Spread,
}

pub(crate) fn rows(cell: &CellRun) -> Vec<Row> {
    let Some(floor) = cell.runs.iter().find(|run| run.contender.is_floor()) else {
        return Vec::new();
    };
    cell.runs.iter().filter_map(|run| row(run, floor)).collect()
}

fn row(run: &Run, floor: &Run) -> Option<Row> {
    Some(Row {
        contender: run.contender,
        ns: spread(run, Slice::ns_per_request)?,
        ns_ratio: ratio(run, floor, Slice::ns_per_request)?,
        rate: spread(run, Slice::requests_per_second)?,
        rate_ratio: ratio(run, floor, Slice::requests_per_second)?,
        server_share: spread(run, Slice::server_share)?,
        generator_share: spread(run, Slice::generator_share)?,
    })
}

fn spread(run: &Run, what: fn(&Slice) -> f64) -> Option<Spread> {
    Spread::of(run.samples.iter().filter_map(|sample| median(sample, what)))
}

/// The median slice of a sample.
pub(crate) fn median(sample: &Sample, what: fn(&Slice) -> f64) -> Option<f64> {
    Some(Spread::of(sample.iter().map(what))?.median)
}

/// In each round the median of the ratios of slices that belong together.
///
/// On shared hardware this is several times as steady as the ratio of two sums or two medians.
pub(crate) fn ratio(run: &Run, to: &Run, what: fn(&Slice) -> f64) -> Option<Spread> {
    let rounds = run.samples.iter().zip(&to.samples);
    Spread::of(rounds.filter_map(|(sample, other)| {
        let pairs = sample.iter().zip(other);
        Some(Spread::of(pairs.map(|(slice, other)| what(slice) / what(other)))?.median)
    }))
}
