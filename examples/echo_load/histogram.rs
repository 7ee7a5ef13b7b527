//! A histogram of latencies in text, with logarithmic buckets.

use std::fmt;

use hdrhistogram::Histogram;

use crate::units::short_time;

/// Preferred numbers (ISO 3): they cut a decade into twenty steps that are equal on a logarithmic
/// scale, yet round. Every second or fourth of them is a coarser series of the same standard.
const DECADE: [u64; 20] = [
    100, 112, 125, 140, 160, 180, 200, 224, 250, 280, 315, 355, 400, 450, 500, 560, 630, 710, 800,
    900,
];

/// The most rows; where there would be more, the steps are made larger.
const ROWS: usize = 20;

/// Columns of the longest bar.
const WIDTH: u64 = 40;

/// One bar: the latencies from `low` up to, but not including, `high`, in nanoseconds.
#[derive(Debug, PartialEq)]
struct Bucket {
    /// `None` in the first row if it holds all that is faster.
    low: Option<u64>,
    /// `None` in the last row if it holds all that is slower.
    high: Option<u64>,
    count: u64,
}

/// Draws the latencies of a histogram, in nanoseconds.
pub(crate) struct Bars<'a>(pub(crate) &'a Histogram<u64>);

impl fmt::Display for Bars<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let buckets = buckets(self.0);
        let largest = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(0);
        for bucket in &buckets {
            let label = match (bucket.low, bucket.high) {
                (Some(low), Some(high)) => {
                    format!("{:>7} – {:<7}", short_time(low), short_time(high))
                }
                (None, Some(high)) => format!("{:>7}   {:<7}", "below", short_time(high)),
                (Some(low), None) => format!("{:>7}   {:<7}", "above", short_time(low)),
                (None, None) => "all".to_owned(),
            };
            let share = percent(bucket.count, self.0.len());
            let row = format!("  {label}  {share:>6}  {}", bar(bucket.count, largest));
            writeln!(f, "{}", row.trim_end())?;
        }
        Ok(())
    }
}

/// Sorts the latencies into at most [`ROWS`] buckets.
///
/// They divide what lies between the fastest and the slowest half per cent; these belong to the
/// first and the last bucket.
fn buckets(latencies: &Histogram<u64>) -> Vec<Bucket> {
    if latencies.is_empty() {
        return Vec::new();
    }
    let fastest = latencies.value_at_quantile(0.005);
    let slowest = latencies.value_at_quantile(0.995);
    let edges = [1, 2, 4]
        .map(|step| edges(fastest, slowest, step))
        .into_iter()
        .find(|edges| edges.len() <= ROWS + 1)
        .unwrap_or_else(|| edges(fastest, slowest, DECADE.len()));

    let rows = edges.windows(2);
    let mut buckets: Vec<_> =
        rows.map(|edge| Bucket { low: Some(edge[0]), high: Some(edge[1]), count: 0 }).collect();
    for step in latencies.iter_recorded() {
        let value = step.value_iterated_to();
        let last = buckets.len() - 1;
        let row = edges.partition_point(|&edge| edge <= value).saturating_sub(1).min(last);
        buckets[row].count += step.count_at_value();
    }
    if latencies.min() < edges[0] {
        buckets.first_mut().expect("there are two edges").low = None;
    }
    if latencies.max() >= edges[edges.len() - 1] {
        buckets.last_mut().expect("there are two edges").high = None;
    }
    buckets
}

/// Every `step`th preferred number, from one that is not above `low` to one that is above `high`.
fn edges(low: u64, high: u64, step: usize) -> Vec<u64> {
    let decades = (0..16).map(|exponent| 10_u64.pow(exponent));
    let all: Vec<_> = decades
        .flat_map(|unit| DECADE.into_iter().step_by(step).map(move |number| number * unit))
        .collect();
    let first = all.partition_point(|&edge| edge <= low).saturating_sub(1);
    let last = all.partition_point(|&edge| edge <= high).max(first + 1);
    all[first..=last].to_vec()
}

/// A bar in eighths of a column, which is visible for everything that is not nothing.
fn bar(count: u64, largest: u64) -> String {
    if largest == 0 {
        return String::new();
    }
    let eighths = u128::from(count) * u128::from(WIDTH * 8);
    let eighths =
        usize::try_from(eighths.div_ceil(u128::from(largest))).expect("at most WIDTH * 8");
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8];
    "█".repeat(eighths / 8) + rest
}

/// A share of a whole, never rounded down to nothing or up to everything.
fn percent(count: u64, total: u64) -> String {
    let share = count as f64 * 100.0 / total as f64;
    match share {
        _ if count == 0 => "0 %".to_owned(),
        _ if count == total => "100 %".to_owned(),
        ..0.1 => "<0.1 %".to_owned(),
        99.95.. => ">99.9 %".to_owned(),
        _ => format!("{share:.1} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn histogram(values: &[(u64, u64)]) -> Histogram<u64> {
        let mut histogram = Histogram::new_with_bounds(1, 3_600_000_000_000, 3).unwrap();
        for &(value, count) in values {
            histogram.record_n(value, count).unwrap();
        }
        histogram
    }

    #[test]
    fn nothing_recorded_draws_nothing() {
        assert_eq!(Bars(&histogram(&[])).to_string(), "");
    }

    #[test]
    fn one_latency_is_one_full_bar() {
        let drawn = Bars(&histogram(&[(21_000, 3)])).to_string();
        assert_eq!(drawn, format!("    20 µs – 22.4 µs   100 %  {}\n", "█".repeat(40)));
    }

    #[test]
    fn buckets_cover_what_is_between_without_a_gap() {
        let buckets = buckets(&histogram(&[(23_000, 10), (29_000, 20), (34_000, 5)]));
        let counts: Vec<_> = buckets.iter().map(|bucket| bucket.count).collect();
        assert_eq!(counts, [10, 0, 20, 5]);
        assert_eq!((buckets[0].low, buckets[3].high), (Some(22_400), Some(35_500)));
        for pair in buckets.windows(2) {
            assert_eq!(pair[0].high, pair[1].low);
        }
    }

    #[test]
    fn the_tails_are_in_the_first_and_last_row() {
        let buckets =
            buckets(&histogram(&[(1_000, 1), (23_000, 50_000), (26_000, 50_000), (9_000_000, 1)]));
        assert_eq!(
            buckets,
            [
                Bucket { low: None, high: Some(25_000), count: 50_001 },
                Bucket { low: Some(25_000), high: None, count: 50_001 },
            ]
        );
    }

    #[test]
    fn every_latency_is_in_one_bucket() {
        let mut state = 1_u64;
        let values: Vec<_> = (0..5_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (1 + (state >> (24 + state % 40)), 1 + state % 3)
            })
            .collect();
        let histogram = histogram(&values);
        let buckets = buckets(&histogram);
        assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), histogram.len());
    }

    #[test]
    fn a_wide_spread_gets_wider_buckets_not_more() {
        assert_eq!(edges(10_000, 40_000, 1).len(), 14);
        for slowest in [100_000, 1_000_000, 100_000_000, 3_000_000_000_000] {
            let rows = buckets(&histogram(&[(10, 1), (slowest, 1)])).len();
            assert!((2..=ROWS).contains(&rows), "{slowest} ns: {rows} rows");
        }
    }

    #[test]
    fn bars_are_in_proportion_and_never_invisible() {
        assert_eq!(bar(0, 100), "");
        assert_eq!(bar(1, 1_000_000), "▏");
        assert_eq!(bar(50, 100), "█".repeat(20));
        assert_eq!(bar(51, 100), "█".repeat(20) + "▌");
    }

    #[test]
    fn shares_are_not_rounded_to_nothing_or_everything() {
        assert_eq!(percent(0, 10), "0 %");
        assert_eq!(percent(1, 1_000_000), "<0.1 %");
        assert_eq!(percent(125, 1000), "12.5 %");
        assert_eq!(percent(999_999, 1_000_000), ">99.9 %");
        assert_eq!(percent(10, 10), "100 %");
    }
}
