//! Numbers as people read them.

use std::time::Duration;

use indicatif::HumanCount;

/// A time with three digits and a unit: `18.3 µs`.
pub(crate) fn time(nanoseconds: f64) -> String {
    let (value, unit) = match nanoseconds {
        // Just below a thousand, where rounding would give `1000 µs`, the next unit is used.
        ..999.5 => (nanoseconds, "ns"),
        ..999.5e3 => (nanoseconds / 1e3, "µs"),
        ..999.5e6 => (nanoseconds / 1e6, "ms"),
        _ => (nanoseconds / 1e9, "s"),
    };
    format!("{} {unit}", three_digits(value))
}

/// A [`time`] without zeros at its end: `1.25 ms`, `20 µs`.
pub(crate) fn short_time(nanoseconds: u64) -> String {
    let long = time(nanoseconds as f64);
    match long.split_once(' ') {
        Some((value, unit)) if value.contains('.') => {
            format!("{} {unit}", value.trim_end_matches('0').trim_end_matches('.'))
        }
        _ => long,
    }
}

/// A duration in seconds, as short as it can be: `5 s`, `0.25 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    format!("{} s", (duration.as_secs_f64() * 1000.0).round() / 1000.0)
}

/// A rate with three digits and a prefix before its unit: `119 k/s`, `7.61 MB/s`.
pub(crate) fn rate(value: f64, unit: &str) -> String {
    let (value, prefix) = match value {
        ..999.5 => (value, ""),
        ..999.5e3 => (value / 1e3, "k"),
        ..999.5e6 => (value / 1e6, "M"),
        _ => (value / 1e9, "G"),
    };
    format!("{} {prefix}{unit}", three_digits(value))
}

/// A count and its noun: `1 byte`, `1,000 bytes`.
pub(crate) fn count(value: usize, noun: &str) -> String {
    format!("{} {noun}{}", HumanCount(value as u64), if value == 1 { "" } else { "s" })
}

fn three_digits(value: f64) -> String {
    let decimals = match value {
        0.0 => 0,
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    format!("{value:.decimals$}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_a_unit() {
        assert_eq!(time(0.0), "0 ns");
        assert_eq!(time(18_349.0), "18.3 µs");
        assert_eq!(time(999_499.0), "999 µs");
        assert_eq!(time(999_700.0), "1.00 ms");
        assert_eq!(time(9_996_000.0), "10.0 ms");
        assert_eq!(time(2.5e9), "2.50 s");
    }

    #[test]
    fn short_times_drop_zeros_behind_the_point_only() {
        assert_eq!(short_time(1_250_000), "1.25 ms");
        assert_eq!(short_time(20_000), "20 µs");
        assert_eq!(short_time(500_000), "500 µs");
        assert_eq!(short_time(1_000_000_000), "1 s");
    }

    #[test]
    fn rates_have_a_prefix() {
        assert_eq!(rate(0.0, "/s"), "0 /s");
        assert_eq!(rate(950.0, "B/s"), "950 B/s");
        assert_eq!(rate(118_951.0, "/s"), "119 k/s");
        assert_eq!(rate(2_500_000.0, "B/s"), "2.50 MB/s");
        assert_eq!(rate(3.1e9, "B/s"), "3.10 GB/s");
    }

    #[test]
    fn durations_are_short() {
        assert_eq!(seconds(Duration::from_secs(5)), "5 s");
        assert_eq!(seconds(Duration::from_millis(250)), "0.25 s");
        assert_eq!(seconds(Duration::from_nanos(5_000_800_000)), "5.001 s");
    }

    #[test]
    fn one_is_not_plural() {
        assert_eq!(count(1, "byte"), "1 byte");
        assert_eq!(count(64, "byte"), "64 bytes");
        assert_eq!(count(1_000, "byte"), "1,000 bytes");
    }
}
