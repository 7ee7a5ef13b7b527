//! The throughput over time as an SVG.

use std::error::Error;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::load::{Report, Sample};
use crate::units::{count, rate, time};

const SIZE: (u32, u32) = (960, 440);

/// The most points of the line; more samples than that are averaged.
const POINTS: usize = 600;

const INK: RGBColor = RGBColor(31, 41, 55);
const FAINT: RGBColor = RGBColor(107, 114, 128);
const GRID: RGBColor = RGBColor(229, 231, 235);
const LINE: RGBColor = RGBColor(37, 99, 235);
const MEDIAN: RGBColor = RGBColor(194, 65, 12);

/// Draws `report` and returns the text of the SVG.
///
/// # Errors
///
/// Fails if there is no sample to draw, or if plotters fails.
pub(crate) fn svg(report: &Report) -> Result<String, Box<dyn Error + '_>> {
    let samples = thin(&report.samples);
    let (Some(first), Some(last)) = (samples.first(), samples.last()) else {
        return Err("the run was too short to draw anything".into());
    };
    let end = last.at.as_secs_f64();
    let highest = samples.iter().map(|sample| sample.rate).fold(1.0, f64::max);
    let median = median(&samples);
    let subtitle = format!(
        "{}, {} a request, {}, {}",
        count(report.plan.connections, "connection"),
        count(report.plan.size, "byte"),
        time(report.elapsed.as_nanos() as f64),
        report.target,
    );

    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        root.fill(&WHITE)?;
        root.draw(&Text::new("Echoed requests per second", (24, 20), text(20, INK)))?;
        root.draw(&Text::new(subtitle, (24, 46), text(14, FAINT)))?;

        let mut chart = ChartBuilder::on(&root)
            .margin_top(80)
            .margin_left(12)
            .margin_right(96)
            .margin_bottom(12)
            .x_label_area_size(44)
            .y_label_area_size(68)
            .build_cartesian_2d(0.0..end, 0.0..highest * 1.12)?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(FAINT)
            .y_labels(8)
            .label_style(text(13, FAINT))
            .axis_desc_style(text(13, FAINT))
            .x_desc("time (s)")
            .y_desc("requests per second")
            .x_label_formatter(&|second| format!("{}", (second * 1000.0).round() / 1000.0))
            .y_label_formatter(&|value| short(*value))
            .draw()?;

        // A sample speaks for the time before it: the first one begins at zero.
        let start = (0.0, first.rate);
        let line = samples.iter().map(|sample| (sample.at.as_secs_f64(), sample.rate));
        let line = std::iter::once(start).chain(line);
        let area = AreaSeries::new(line, 0.0, LINE.mix(0.16));
        chart.draw_series(area.border_style(LINE.stroke_width(2)))?;

        let level = [(0.0, median), (end, median)];
        chart.draw_series(DashedLineSeries::new(level, 7, 5, MEDIAN.stroke_width(2)))?;
        let (x, y) = chart.backend_coord(&(end, median));
        let left = Pos::new(HPos::Left, VPos::Center);
        root.draw(&Text::new("median", (x + 10, y - 9), text(13, MEDIAN).pos(left)))?;
        let value = rate(median, "/s");
        root.draw(&Text::new(value, (x + 10, y + 9), text(15, MEDIAN).pos(left)))?;
        root.present()?;
    }
    Ok(svg)
}

fn text(size: u32, color: RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&color)
}

/// A label of the axis: `0`, `50 k`.
fn short(value: f64) -> String {
    match value {
        ..1e3 => format!("{value}"),
        ..1e6 => format!("{} k", value / 1e3),
        _ => format!("{} M", value / 1e6),
    }
}

/// Averages neighbours so that no more than [`POINTS`] samples are left.
fn thin(samples: &[Sample]) -> Vec<Sample> {
    let group = samples.len().div_ceil(POINTS).max(1);
    let mean = |group: &[Sample]| Sample {
        at: group[group.len() - 1].at,
        rate: group.iter().map(|sample| sample.rate).sum::<f64>() / group.len() as f64,
    };
    samples.chunks(group).map(mean).collect()
}

fn median(samples: &[Sample]) -> f64 {
    let mut rates: Vec<_> = samples.iter().map(|sample| sample.rate).collect();
    rates.sort_by(f64::total_cmp);
    let middle = rates.len() / 2;
    if rates.len().is_multiple_of(2) {
        f64::midpoint(rates[middle - 1], rates[middle])
    } else {
        rates[middle]
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn samples(rates: &[f64]) -> Vec<Sample> {
        (1..)
            .zip(rates)
            .map(|(tick, &rate)| Sample { at: Duration::from_millis(100) * tick, rate })
            .collect()
    }

    #[test]
    fn the_median_is_the_middle_or_between_the_two() {
        assert_eq!(median(&samples(&[5.0, 1.0, 3.0])), 3.0);
        assert_eq!(median(&samples(&[5.0, 1.0, 3.0, 4.0])), 3.5);
    }

    #[test]
    fn many_samples_are_averaged_and_reach_the_same_end() {
        let many = samples(&[1.0, 3.0].repeat(POINTS));
        let thin = thin(&many);
        assert_eq!(thin.len(), POINTS);
        assert!(thin.iter().all(|sample| sample.rate == 2.0));
        assert_eq!(thin[POINTS - 1].at, many[2 * POINTS - 1].at);
    }

    #[test]
    fn labels_of_the_axis_are_short() {
        assert_eq!([0.0, 500.0, 50_000.0, 1_500_000.0].map(short), ["0", "500", "50 k", "1.5 M"]);
    }
}
