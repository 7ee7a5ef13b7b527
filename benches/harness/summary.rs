//! Medians and spreads.

use super::campaign::{CellRun, Run};
use super::contender::Contender;
use super::measure::Sample;

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

/// A line of a cell's table: for each figure its spread over the rounds, and that of its ratio.
pub(crate) struct Row<'a> {
    pub(crate) contender: &'static Contender,
    pub(crate) run: &'a Run,
    pub(crate) figures: Vec<Spread>,
    pub(crate) ratios: Vec<Spread>,
}

pub(crate) fn rows(cell: &CellRun) -> Vec<Row<'_>> {
    let Some(base) = cell.base() else {
        return Vec::new();
    };
    let figures = cell.cell.figures().len();
    cell.runs.iter().filter_map(|run| row(run, base, figures)).collect()
}

fn row<'a>(run: &'a Run, base: &Run, figures: usize) -> Option<Row<'a>> {
    Some(Row {
        contender: run.contender,
        run,
        figures: (0..figures).map(|figure| spread(run, figure)).collect::<Option<_>>()?,
        ratios: (0..figures).map(|figure| ratio(run, base, figure)).collect::<Option<_>>()?,
    })
}

fn spread(run: &Run, figure: usize) -> Option<Spread> {
    Spread::of(run.samples.iter().filter_map(|sample| median(sample, figure)))
}

/// The median turn of a sample.
pub(crate) fn median(sample: &Sample, figure: usize) -> Option<f64> {
    Some(Spread::of(sample.iter().map(|turn| turn[figure]))?.median)
}

/// In each round the median of the ratios of turns that belong together.
///
/// On shared hardware this is several times as steady as the ratio of two sums or two medians.
pub(crate) fn ratio(run: &Run, to: &Run, figure: usize) -> Option<Spread> {
    let rounds = run.samples.iter().zip(&to.samples);
    Spread::of(rounds.filter_map(|(sample, other)| {
        let pairs = sample.iter().zip(other);
        Some(Spread::of(pairs.map(|(turn, other)| turn[figure] / other[figure]))?.median)
    }))
}
