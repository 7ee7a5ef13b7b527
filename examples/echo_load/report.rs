//! A [`Report`] as text.

use std::cmp::Reverse;
use std::fmt;

use indicatif::{HumanCount, HumanFloatCount};

use crate::histogram::Bars;
use crate::load::Report;
use crate::units::{count, rate, time};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fmt_totals(f)?;
        if self.requests() > 0 {
            writeln!(f)?;
            self.fmt_latencies(f)?;
            writeln!(f)?;
            Bars(&self.latencies).fmt(f)?;
        }
        Ok(())
    }
}

impl Report {
    fn fmt_totals(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests = HumanCount(self.requests());
        let elapsed = time(self.elapsed.as_nanos() as f64);
        let checked = if self.requests() > 0 { ", every byte checked" } else { "" };
        writeln!(f, "  Requests   {requests} echoed in {elapsed}{checked}")?;
        writeln!(f, "  Rate       {} requests/s", HumanFloatCount(self.rate().round()))?;
        let bytes = self.rate() * self.plan.size as f64;
        writeln!(f, "  Data       {} each way", rate(bytes, "B/s"))?;
        if self.errors.is_empty() {
            writeln!(f, "  Errors     none")?;
        }
        let mut errors: Vec<_> = self.errors.iter().collect();
        errors.sort_by_key(|&(_, times)| Reverse(times));
        for (row, (reason, times)) in errors.into_iter().enumerate() {
            let title = if row == 0 { "Errors" } else { "" };
            writeln!(f, "  {title:<9}  {} × {reason}", HumanCount(*times))?;
        }
        if self.lost > 0 {
            writeln!(f, "  Lost       {}", count(self.lost, "connection"))?;
        }
        if self.unanswered > 0 {
            let unanswered = count(self.unanswered, "request");
            writeln!(f, "  Pending    {unanswered} not yet echoed at the end")?;
        }
        Ok(())
    }

    fn fmt_latencies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |quantile| self.latencies.value_at_quantile(quantile) as f64;
        let columns = [
            ("min", self.latencies.min() as f64),
            ("mean", self.latencies.mean()),
            ("p50", at(0.5)),
            ("p90", at(0.9)),
            ("p99", at(0.99)),
            ("p99.9", at(0.999)),
            ("max", self.latencies.max() as f64),
        ];
        write!(f, "  Latency")?;
        for (name, _) in columns {
            write!(f, "{name:>9}")?;
        }
        write!(f, "\n         ")?;
        for (_, nanoseconds) in columns {
            write!(f, "{:>9}", time(nanoseconds))?;
        }
        writeln!(f)
    }
}
