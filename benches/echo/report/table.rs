//! The report as Markdown, padded so that it reads well on a terminal too.

use std::fmt::Write;

use super::versions::version;
use crate::campaign::{Campaign, TOLERATED};
use crate::cell::grouped;
use crate::claims::{Claim, claims};
use crate::cli::Options;
use crate::contender::{Contender, Threads};
use crate::summary::{Row, Spread, rows};

const HEAD: [&str; 7] = [
    "contender",
    "CPU ns/request",
    "ratio to epoll (min–max)",
    "requests/s",
    "ratio",
    "server CPU",
    "generator CPU",
];

pub(super) fn markdown(options: &Options, campaign: &Campaign) -> String {
    let mut out = String::new();
    line(&mut out, "# Echo: server CPU for each request\n");
    line(&mut out, &format!("{}; {}.", campaign.machine, super::setting(options, campaign)));
    for cell in &campaign.cells {
        line(&mut out, &format!("\n## {}\n", cell.cell.title()));
        let lines: Vec<_> = rows(cell).iter().map(cells).collect();
        table(&mut out, &HEAD, &lines);
    }
    let claims = claims(campaign);
    if !claims.is_empty() {
        line(&mut out, "\n## Bars\n");
        line(&mut out, "What the project promises of its own cost, in every cell.\n");
        let lines: Vec<_> = claims.iter().map(claim_cells).collect();
        table(&mut out, &["cell", "ratio", "median (min–max)", "bar", "verdict"], &lines);
    }
    line(&mut out, "\n## Contenders\n");
    for contender in &options.contenders {
        line(&mut out, &contender_line(contender, campaign));
    }
    line(&mut out, &format!("\n{}", disturbance(campaign)));
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn cells(row: &Row) -> Vec<String> {
    vec![
        row.contender.name.to_owned(),
        format!("{:.0}", row.ns.median),
        spread(row.ns_ratio),
        thousands(row.rate.median),
        format!("{:.2}", row.rate_ratio.median),
        percent(row.server_share.median),
        percent(row.generator_share.median),
    ]
}

fn claim_cells(claim: &Claim) -> Vec<String> {
    vec![
        claim.cell.to_string(),
        format!("{} / {}", claim.of, claim.to),
        format!("{:.3} ({:.3}–{:.3})", claim.ratio.median, claim.ratio.min, claim.ratio.max),
        format!("≤ {:.2}", claim.bar),
        claim.verdict(),
    ]
}

fn contender_line(contender: &Contender, campaign: &Campaign) -> String {
    let mut out = format!("- `{}`: {}", contender.name, contender.about);
    if let Some(version) = version(contender.package) {
        let _ = write!(out, " ({} {version})", contender.package);
    }
    if contender.threads == Threads::Several {
        let cpus = campaign.placement.for_server(contender.threads);
        let cpus: Vec<_> = cpus.iter().map(usize::to_string).collect();
        let _ = write!(out, "; on CPU {}", cpus.join(" and "));
    }
    for (_, note) in campaign.notes.iter().filter(|(noted, _)| noted.name == contender.name) {
        let _ = write!(out, "; here: {note}");
    }
    for skipped in campaign.skipped.iter().filter(|skip| skip.contender.name == contender.name) {
        let place = skipped.cell.map(|cell| format!(" in {cell}")).unwrap_or_default();
        let _ = write!(out, "; **skipped{place}**: {}", skipped.reason);
    }
    out
}

fn disturbance(campaign: &Campaign) -> String {
    let rounds: usize = campaign.cells.iter().map(|cell| cell.foreign.len()).sum();
    format!(
        "{rounds} rounds kept. Others had more than {:.0} % of a CPU during {} of them, and during \
         {} that were discarded and done again. Contenders skipped: {}.",
        TOLERATED * 100.0,
        campaign.disturbed,
        campaign.discarded,
        campaign.skipped.len(),
    )
}

fn table(out: &mut String, head: &[&str], lines: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = lines.iter().map(|line| line[column].chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0)
    };
    let widths: Vec<_> = (0..head.len()).map(width).collect();
    let head: Vec<_> = head.iter().map(|&name| name.to_owned()).collect();
    // Text to the left, numbers to the right.
    let numeric: Vec<_> = (0..head.len()).map(|column| is_numeric(lines, column)).collect();
    table_line(out, &head, &widths, &numeric);
    let rule = |(&width, &numeric): (&usize, &bool)| {
        if numeric { format!("{}:", "-".repeat(width - 1)) } else { "-".repeat(width) }
    };
    let rules: Vec<_> = widths.iter().zip(&numeric).map(rule).collect();
    table_line(out, &rules, &widths, &numeric);
    for cells in lines {
        table_line(out, cells, &widths, &numeric);
    }
}

fn is_numeric(lines: &[Vec<String>], column: usize) -> bool {
    lines
        .iter()
        .all(|line| line[column].ends_with(|last: char| !last.is_alphabetic() && last != '*'))
}

fn table_line(out: &mut String, cells: &[String], widths: &[usize], numeric: &[bool]) {
    for ((cell, &width), &numeric) in cells.iter().zip(widths).zip(numeric) {
        let _ = if numeric {
            write!(out, "| {cell:>width$} ")
        } else {
            write!(out, "| {cell:<width$} ")
        };
    }
    out.push_str("|\n");
}

fn spread(spread: Spread) -> String {
    format!("{:.2} ({:.2}–{:.2})", spread.median, spread.min, spread.max)
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// `123456.7` as `123,457`.
fn thousands(number: f64) -> String {
    format!("{number:.0}").parse().map_or_else(|_| "–".to_owned(), grouped)
}
