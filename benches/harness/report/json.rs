//! The report for programs: everything in the tables, and the median of each round.

use serde_json::{Value, json};

use super::versions::version;
use crate::harness::campaign::{Campaign, CellRun, Run};
use crate::harness::cell::Work;
use crate::harness::claims::{Claim, claims};
use crate::harness::cli::Options;
use crate::harness::summary::{Row, Spread, median, rows};

pub(super) fn text(options: &Options, campaign: &Campaign) -> String {
    let report = json!({
        "machine": campaign.machine,
        "rounds": options.rounds,
        "seconds": options.measured().as_secs_f64(),
        "effort": options.effort.name(),
        "cells": campaign.cells.iter().map(cell).collect::<Vec<_>>(),
        "bars": claims(campaign).iter().map(claim).collect::<Vec<_>>(),
        "discarded": campaign.discarded,
        "disturbed": campaign.disturbed,
    });
    format!("{report:#}\n")
}

fn cell(run: &CellRun) -> Value {
    let skipped = run
        .skipped
        .iter()
        .map(|skipped| json!({ "contender": skipped.contender.name, "reason": skipped.reason }));
    let unit = match run.cell.work {
        Work::Load { unit, .. } => Some(unit),
        Work::Once { .. } => None,
    };
    json!({
        "name": run.cell.name,
        "place": run.place.name(),
        "unit": unit,
        "foreign_cpu_share": run.foreign,
        "ratios_to": run.base().map(|base| base.contender.name),
        "contenders": rows(run).iter().map(|row| contender(run, row)).collect::<Vec<_>>(),
        "skipped": skipped.collect::<Vec<_>>(),
    })
}

fn contender(run: &CellRun, row: &Row<'_>) -> Value {
    let names = run.cell.figures();
    let figures = names.iter().enumerate().map(|(at, figure)| {
        json!({
            "name": figure.name,
            "value": spread(row.figures[at]),
            "ratio": spread(row.ratios[at]),
            "rounds": rounds(row.run, at),
        })
    });
    json!({
        "name": row.contender.name,
        "about": row.contender.about,
        "package": row.contender.package,
        "version": version(row.contender.package),
        "note": row.run.note,
        "figures": figures.collect::<Vec<_>>(),
    })
}

fn rounds(run: &Run, figure: usize) -> Vec<Option<f64>> {
    run.samples.iter().map(|sample| median(sample, figure)).collect()
}

fn claim(claim: &Claim) -> Value {
    json!({
        "cell": claim.cell,
        "what": claim.what,
        "bar": claim.limit(),
        "ratio": spread(claim.ratio),
        "met": claim.is_met(),
    })
}

fn spread(spread: Spread) -> Value {
    json!({ "median": spread.median, "min": spread.min, "max": spread.max })
}
