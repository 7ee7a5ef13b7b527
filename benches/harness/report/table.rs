//! The report as Markdown, padded so that it reads well on a terminal too.

use std::fmt::Write;

use super::versions::version;
use crate::harness::campaign::{Campaign, CellRun, TOLERATED};
use crate::harness::cell::{CPU, RATE, Work, grouped};
use crate::harness::claims::{Claim, claims};
use crate::harness::cli::Options;
use crate::harness::contender::Contender;
use crate::harness::machine::Where;
use crate::harness::summary::{Row, Spread, rows};

/// Every figure of every cell.
pub(super) fn markdown(options: &Options, campaign: &Campaign) -> String {
    let mut out = String::new();
    line(&mut out, "# Benchmarks: every figure\n");
    line(
        &mut out,
        "Written by `cargo bench -- --update`; PERFORMANCE.md says how it is measured.\n",
    );
    line(&mut out, &format!("{}; {}.", campaign.machine, super::setting(options)));
    for run in &campaign.cells {
        let place = if run.cell.is_loaded() { run.place.name() } else { "" };
        let comma = if place.is_empty() { "" } else { ", " };
        line(&mut out, &format!("\n## {}{comma}{place} (`{}`)\n", run.cell.title, run.cell.name));
        out.push_str(&cell(run));
        for (contender, note) in notes(run) {
            line(&mut out, &format!("\n- `{contender}`: {note}"));
        }
    }
    if !claims(campaign).is_empty() {
        line(&mut out, "\n## Bars\n");
        out.push_str(&bars(campaign));
    }
    line(&mut out, &format!("\n{}", disturbance(campaign)));
    out
}

/// One table for all cells of a group.
pub(super) fn group(campaign: &Campaign, group: &str) -> String {
    let runs: Vec<_> = campaign.cells.iter().filter(|run| run.cell.group() == group).collect();
    let mut out = String::new();
    for place in [Where::SameCore, Where::Across] {
        let here: Vec<_> = runs.iter().copied().filter(|run| run.place == place).collect();
        match here.first() {
            None => {}
            Some(first) if !first.cell.is_loaded() => out.push_str(&cell(first)),
            Some(_) => {
                let name = place.name();
                line(
                    &mut out,
                    &format!("CPU for each unit of work, {name}, ratio to the floor:\n"),
                );
                out.push_str(&matrix(&here));
                out.push('\n');
            }
        }
    }
    for run in &runs {
        for skipped in &run.skipped {
            let (name, reason) = (skipped.contender.name, &skipped.reason);
            line(&mut out, &format!("\nSkipped `{name}` in `{}`: {reason}.", run.cell.name));
        }
    }
    out
}

/// Contenders down, cells across, ratios of CPU in between; what the floor needs in numbers.
fn matrix(runs: &[&CellRun]) -> String {
    let mut names: Vec<&Contender> = Vec::new();
    for run in runs {
        for contender in run.cell.contenders {
            let is_new = names.iter().all(|other| other.name != contender.name);
            if is_new && run.run(contender.name).is_some() {
                names.push(contender);
            }
        }
    }
    let head: Vec<_> = std::iter::once(String::new())
        .chain(runs.iter().map(|run| format!("`{}`", run.cell.name)))
        .collect();
    let tables: Vec<_> = runs.iter().map(|run| rows(run)).collect();
    let of = |name: &str, run: &CellRun, rows: &[Row<'_>]| {
        let Some(row) = rows.iter().find(|row| row.contender.name == name) else {
            return "–".to_owned();
        };
        if row.contender.is_floor() {
            return format!("{} ns/{}", whole(row.figures[CPU].median), unit(run));
        }
        spread(row.ratios[CPU])
    };
    let body = names.iter().map(|contender| {
        let cells = runs.iter().zip(&tables).map(|(run, rows)| of(contender.name, run, rows));
        std::iter::once(label(contender)).chain(cells).collect()
    });
    table(&head, &body.collect::<Vec<_>>())
}

/// What io_uring gives: cells down, and across what berkeley and the prototype need in each. None if
/// no such cell ran.
pub(super) fn uring(campaign: &Campaign) -> Option<String> {
    const ACROSS: [&str; 3] = ["berkeley", "uring", "uring-multishot"];
    let is_meant = |run: &&CellRun| {
        run.cell.is_loaded()
            && run.place == Where::SameCore
            && run.runs.iter().any(|one| one.contender.package == "io-uring")
    };
    let line = |run: &CellRun| {
        let rows = rows(run);
        let cells = ACROSS.map(|name| {
            let row = rows.iter().find(|row| row.contender.name == name)?;
            Some(format!("{:.2} / {:.2}", row.ratios[CPU].median, row.ratios[RATE].median))
        });
        let cells = cells.into_iter().map(|cell| cell.unwrap_or_else(|| "–".to_owned()));
        std::iter::once(format!("`{}`", run.cell.name)).chain(cells).collect()
    };
    let body: Vec<_> = campaign.cells.iter().filter(is_meant).map(line).collect();
    let head: Vec<_> = ["CPU / rate"].iter().chain(&ACROSS).map(|&name| name.to_owned()).collect();
    (!body.is_empty()).then(|| table(&head, &body))
}

fn label(contender: &Contender) -> String {
    match contender.role {
        crate::harness::contender::Role::Ours => format!("**{}**", contender.name),
        _ => contender.name.to_owned(),
    }
}

/// All figures of one cell.
fn cell(run: &CellRun) -> String {
    let rows = rows(run);
    let Work::Load { .. } = run.cell.work else {
        return figures(run, &rows);
    };
    let unit = unit(run);
    let head = [
        "contender".to_owned(),
        format!("CPU ns/{unit}"),
        "ratio (min–max)".to_owned(),
        format!("{unit}/s"),
        "ratio (min–max)".to_owned(),
        "server CPU".to_owned(),
        "generator CPU".to_owned(),
    ];
    let body = rows.iter().map(|row| {
        vec![
            label(row.contender),
            whole(row.figures[CPU].median),
            spread(row.ratios[CPU]),
            whole(row.figures[RATE].median),
            spread(row.ratios[RATE]),
            percent(row.figures[2].median),
            percent(row.figures[3].median),
        ]
    });
    table(&head, &body.collect::<Vec<_>>())
}

/// A cell that is measured in figures of its own.
fn figures(run: &CellRun, rows: &[Row<'_>]) -> String {
    let figures = run.cell.figures();
    let names = figures.iter().map(|figure| figure.name.to_owned());
    let head: Vec<_> = std::iter::once("contender".to_owned()).chain(names).collect();
    let body = rows.iter().map(|row| {
        let numbers = figures.iter().zip(&row.figures).map(|(figure, spread)| {
            let number = |value: f64| match figure.digits {
                0 => whole(value),
                digits => format!("{value:.digits$}"),
            };
            let Spread { median, min, max } = *spread;
            match median.is_nan() {
                true => "–".to_owned(),
                false => format!("{} ({}–{})", number(median), number(min), number(max)),
            }
        });
        std::iter::once(label(row.contender)).chain(numbers).collect()
    });
    table(&head, &body.collect::<Vec<_>>())
}

pub(super) fn bars(campaign: &Campaign) -> String {
    let head = ["cell", "ratio", "measured (min–max)", "bar", "verdict"].map(str::to_owned);
    let body: Vec<_> = claims(campaign).iter().map(claim_cells).collect();
    table(&head, &body)
}

fn claim_cells(claim: &Claim) -> Vec<String> {
    let Spread { median, min, max } = claim.ratio;
    vec![
        format!("`{}`", claim.cell),
        claim.what.clone(),
        format!("{median:.3} ({min:.3}–{max:.3})"),
        claim.limit(),
        claim.verdict(),
    ]
}

/// Who took part, and who did not.
fn notes(run: &CellRun) -> Vec<(&'static str, String)> {
    let ran = run.runs.iter().map(|one| {
        let mut note = one.contender.about.to_owned();
        if let Some(version) = version(one.contender.package) {
            let _ = write!(note, " ({} {version})", one.contender.package);
        }
        if !one.note.is_empty() {
            let _ = write!(note, "; here: {}", one.note);
        }
        (one.contender.name, note)
    });
    let skipped = run
        .skipped
        .iter()
        .map(|skipped| (skipped.contender.name, format!("**skipped**: {}", skipped.reason)));
    ran.chain(skipped).collect()
}

fn disturbance(campaign: &Campaign) -> String {
    let rounds: usize = campaign.cells.iter().map(|cell| cell.foreign.len()).sum();
    let skipped: usize = campaign.cells.iter().map(|cell| cell.skipped.len()).sum();
    format!(
        "{rounds} rounds kept. Others had more than {:.0} % of a CPU during {} of them, and during \
         {} that were discarded and done again. Contenders skipped: {skipped}.",
        TOLERATED * 100.0,
        campaign.disturbed,
        campaign.discarded,
    )
}

fn unit(run: &CellRun) -> &'static str {
    match run.cell.work {
        Work::Load { unit, .. } => unit,
        Work::Once { .. } => "",
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn table(head: &[String], body: &[Vec<String>]) -> String {
    let mut out = String::new();
    let width = |column: usize| {
        let cells = body.iter().map(|line| line[column].chars().count());
        cells.chain([head[column].chars().count(), 3]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    table_line(&mut out, head, &widths);
    // Names to the left, numbers to the right.
    let rule = |(column, &width): (usize, &usize)| match column {
        0 => "-".repeat(width),
        _ => format!("{}:", "-".repeat(width - 1)),
    };
    let rules: Vec<_> = widths.iter().enumerate().map(rule).collect();
    table_line(&mut out, &rules, &widths);
    for cells in body {
        table_line(&mut out, cells, &widths);
    }
    out
}

fn table_line(out: &mut String, cells: &[String], widths: &[usize]) {
    for (column, (cell, &width)) in cells.iter().zip(widths).enumerate() {
        let _ = match column {
            0 => write!(out, "| {cell:<width$} "),
            _ => write!(out, "| {cell:>width$} "),
        };
    }
    out.push_str("|\n");
}

/// Two digits behind the point, and more where there is nothing else.
fn spread(spread: Spread) -> String {
    let digits = if spread.median < 0.1 { 3 } else { 2 };
    let Spread { median, min, max } = spread;
    format!("{median:.digits$} ({min:.digits$}–{max:.digits$})")
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// `123456.7` as `123,457`.
fn whole(number: f64) -> String {
    format!("{number:.0}").parse().map_or_else(|_| format!("{number:.0}"), grouped)
}
