//! The report for programs: everything in the table, and each sample it was made of.

use std::time::Duration;

use serde_json::{Value, json};

use super::versions::version;
use crate::campaign::{Campaign, CellRun};
use crate::claims::{Claim, claims};
use crate::cli::Options;
use crate::measure::{Sample, Slice};
use crate::summary::{Row, Spread, rows};

pub(super) fn text(options: &Options, campaign: &Campaign) -> String {
    let contenders = options.contenders.iter().map(|contender| {
        json!({
            "name": contender.name,
            "about": contender.about,
            "package": contender.package,
            "version": version(contender.package),
        })
    });
    let skipped = campaign.skipped.iter().map(|skip| {
        json!({
            "contender": skip.contender.name,
            "cell": skip.cell.map(|cell| cell.to_string()),
            "reason": skip.reason,
        })
    });
    let notes = campaign.notes.iter();
    let notes = notes.map(|(contender, note)| (contender.name.to_owned(), json!(note)));
    let report = json!({
        "machine": campaign.machine,
        "rounds": options.rounds,
        "seconds": options.measured().as_secs_f64(),
        "server_cpu": campaign.placement.server,
        "generator_cpu": campaign.placement.generator,
        "contenders": contenders.collect::<Vec<_>>(),
        "notes": Value::Object(notes.collect()),
        "cells": campaign.cells.iter().map(cell).collect::<Vec<_>>(),
        "bars": claims(campaign).iter().map(claim).collect::<Vec<_>>(),
        "skipped": skipped.collect::<Vec<_>>(),
        "discarded": campaign.discarded,
        "disturbed": campaign.disturbed,
    });
    format!("{report:#}\n")
}

fn cell(cell: &CellRun) -> Value {
    let rows = rows(cell);
    json!({
        "connections": cell.cell.connections,
        "bytes": cell.cell.bytes,
        "foreign_cpu_share": cell.foreign,
        "contenders": rows.iter().map(|one| row(cell, one)).collect::<Vec<_>>(),
    })
}

fn row(cell: &CellRun, row: &Row) -> Value {
    let runs = cell.runs.iter().filter(|run| run.contender.name == row.contender.name);
    let samples = runs.flat_map(|run| &run.samples).map(sample);
    json!({
        "name": row.contender.name,
        "cpu_ns_per_request": spread(row.ns),
        "cpu_ratio": spread(row.ns_ratio),
        "requests_per_second": spread(row.rate),
        "rate_ratio": spread(row.rate_ratio),
        "server_cpu_share": spread(row.server_share),
        "generator_cpu_share": spread(row.generator_share),
        "rounds": samples.collect::<Vec<_>>(),
    })
}

/// The sums of a round.
fn sample(sample: &Sample) -> Value {
    let seconds =
        |what: fn(&Slice) -> Duration| sample.iter().map(what).sum::<Duration>().as_secs_f64();
    json!({
        "slices": sample.len(),
        "requests": sample.iter().map(|slice| slice.requests).sum::<f64>(),
        "seconds": seconds(|slice| slice.elapsed),
        "server_cpu_seconds": seconds(|slice| slice.server_cpu),
        "generator_cpu_seconds": seconds(|slice| slice.generator_cpu),
    })
}

fn claim(claim: &Claim) -> Value {
    json!({
        "cell": claim.cell.to_string(),
        "of": claim.of,
        "to": claim.to,
        "bar": claim.bar,
        "ratio": spread(claim.ratio),
        "met": claim.is_met(),
    })
}

fn spread(spread: Spread) -> Value {
    json!({ "median": spread.median, "min": spread.min, "max": spread.max })
}
