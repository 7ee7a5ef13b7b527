//! The report as pictures: CPU for each unit of work, against the floor.
//!
//! One panel a cell, one bar a contender, the whole range of the rounds as a whisker. Only
//! plotters' SVG backend is used, which needs no fonts at build time: the viewer has them.

use std::error::Error;
use std::io;

use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::harness::campaign::{Campaign, CellRun};
use crate::harness::cell::CPU;
use crate::harness::cli::Options;
use crate::harness::contender::Role;
use crate::harness::machine::Where;
use crate::harness::summary::{Row, Spread, rows};

/// A file, its title, and the groups of cells in it.
const CHARTS: [(&str, &str, &[&str]); 4] = [
    ("echo.svg", "Echo over loopback TCP", &["echo"]),
    ("streams.svg", "Bytes in bulk over loopback TCP", &["bulk", "file", "relay"]),
    ("datagrams.svg", "Datagrams over loopback UDP", &["datagrams"]),
    ("connections.svg", "Connections and descriptors", &["churn", "descriptors"]),
];

const WIDTH: i32 = 1_160;
const MARGIN: i32 = 36;
const HEADER: i32 = 116;
const FOOTER: i32 = 30;
const MOST_COLUMNS: usize = 2;
const PANEL_GAP: i32 = 36;
const PANEL_TITLE: i32 = 34;
const PANEL_AXIS: i32 = 46;
const ROW: i32 = 27;
const BAR: i32 = 17;
/// Room for the names, left of the bars.
const NAMES: i32 = 186;
/// Room for the numbers, right of them.
const NUMBERS: i32 = 44;
/// Where the axis ends; a longer bar is cut there and says its value.
const END: f64 = 2.0;

const INK: RGBColor = RGBColor(28, 33, 40);
const QUIET: RGBColor = RGBColor(101, 109, 118);
const GRID: RGBColor = RGBColor(228, 232, 236);
const OURS: RGBColor = RGBColor(13, 116, 128);
const THEIRS: RGBColor = RGBColor(168, 184, 201);
const FLOOR: RGBColor = RGBColor(201, 91, 42);

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Drawn = Result<(), Box<dyn Error>>;

/// Every chart of which all cells ran on one core.
pub(super) fn charts(
    options: &Options,
    campaign: &Campaign,
) -> io::Result<Vec<(&'static str, String)>> {
    let mut out = Vec::new();
    for (file, title, groups) in CHARTS {
        let is_in =
            |run: &&CellRun| run.place == Where::SameCore && groups.contains(&run.cell.group());
        let runs: Vec<_> = campaign.cells.iter().filter(is_in).collect();
        if groups.iter().all(|group| runs.iter().any(|run| run.cell.group() == *group)) {
            let note = format!("{}; {}, same core.", campaign.machine, super::setting(options));
            let mut text = String::new();
            draw(&mut text, title, &note, &runs)
                .map_err(|error| io::Error::other(error.to_string()))?;
            out.push((file, text));
        }
    }
    Ok(out)
}

fn draw(text: &mut String, title: &str, note: &str, runs: &[&CellRun]) -> Drawn {
    let panels: Vec<_> = runs.iter().map(|run| (run.cell.title, rows(run))).collect();
    let columns = panels.len().clamp(1, MOST_COLUMNS);
    let bands: Vec<_> = panels.chunks(columns).collect();
    let heights: Vec<_> = bands.iter().map(|band| band_height(band)).collect();
    let height = HEADER + heights.iter().sum::<i32>() + FOOTER;
    let size = (u32::try_from(WIDTH)?, u32::try_from(height)?);
    let area = SVGBackend::with_string(text, size).into_drawing_area();
    area.fill(&WHITE)?;
    header(&area, title)?;
    let columns = i32::try_from(columns)?;
    let width = (WIDTH - 2 * MARGIN - (columns - 1) * PANEL_GAP) / columns;
    let mut top = HEADER;
    for (band, height) in bands.iter().zip(heights) {
        let mut left = MARGIN;
        for (title, rows) in *band {
            Panel { area: &area, left, top, width }.draw(title, rows)?;
            left += width + PANEL_GAP;
        }
        top += height;
    }
    label(&area, note, (MARGIN, height - 24), 12, QUIET, HPos::Left)?;
    area.present()?;
    Ok(())
}

fn band_height(band: &[(&str, Vec<Row<'_>>)]) -> i32 {
    let rows = band.iter().map(|(_, rows)| rows.len()).max().unwrap_or(0);
    PANEL_TITLE + ROW * i32::try_from(rows).unwrap_or(0) + PANEL_AXIS
}

fn header(area: &Area<'_>, title: &str) -> Drawn {
    bold(area, &format!("{title}: server CPU"), (MARGIN, 36), 22, INK, HPos::Left)?;
    let what = "For each unit of work, as a ratio to plain system calls; shorter is better.";
    label(area, what, (MARGIN, 62), 14, QUIET, HPos::Left)?;
    let mut left = MARGIN;
    for (colour, name, width) in
        [(OURS, "berkeley", 100), (THEIRS, "others", 86), (FLOOR, "the floor, 1.00", 140)]
    {
        swatch(area, left, colour)?;
        label(area, name, (left + 20, 92), 13, INK, HPos::Left)?;
        left += width;
    }
    stroke(area, [(left, 92), (left + 24, 92)])?;
    cap(area, left, 92)?;
    cap(area, left + 24, 92)?;
    label(area, "lowest and highest round", (left + 32, 92), 13, INK, HPos::Left)
}

fn swatch(area: &Area<'_>, left: i32, colour: RGBColor) -> Drawn {
    area.draw(&Rectangle::new([(left, 86), (left + 13, 99)], colour.filled()))?;
    Ok(())
}

struct Panel<'a, 'b> {
    area: &'a Area<'b>,
    left: i32,
    top: i32,
    width: i32,
}

impl Panel<'_, '_> {
    fn draw(&self, title: &str, rows: &[Row<'_>]) -> Drawn {
        bold(self.area, title, (self.left, self.top + 12), 15, INK, HPos::Left)?;
        let first = self.top + PANEL_TITLE;
        let last = first + ROW * i32::try_from(rows.len())?;
        self.grid(first, last)?;
        for (index, row) in rows.iter().enumerate() {
            self.bar(row, first + ROW * i32::try_from(index)? + ROW / 2)?;
        }
        // Over the bars, so that one sees how far each passes it.
        let floor = [(self.x(1.0), first - 4), (self.x(1.0), last + 4)];
        self.area.draw(&PathElement::new(floor, FLOOR.stroke_width(2)))?;
        Ok(())
    }

    fn grid(&self, first: i32, last: i32) -> Drawn {
        for tick in [0.0, 0.5, 1.0, 1.5, 2.0] {
            let x = self.x(tick);
            self.area.draw(&PathElement::new([(x, first), (x, last)], GRID.stroke_width(1)))?;
            let name = format!("{tick:.1}");
            label(self.area, &name, (x, last + 14), 12, QUIET, HPos::Center)?;
        }
        Ok(())
    }

    fn bar(&self, row: &Row<'_>, middle: i32) -> Drawn {
        let contender = row.contender;
        let ratio = row.ratios[CPU];
        let colour = match contender.role {
            Role::Floor => FLOOR,
            Role::Ours => OURS,
            Role::Peer => THEIRS,
        };
        let name = (self.left + NAMES - 10, middle);
        label(self.area, contender.name, name, 13, INK, HPos::Right)?;
        let (top, bottom) = (middle - BAR / 2, middle + BAR / 2);
        let end = self.x(ratio.median.min(END));
        let corners = [(self.x(0.0), top), (end, bottom)];
        self.area.draw(&Rectangle::new(corners, colour.filled()))?;
        if ratio.median > END {
            self.cut(end - 26, top, bottom)?;
        } else if !contender.is_floor() {
            self.spread(ratio, middle)?;
        }
        let value = (self.left + self.width, middle);
        bold(self.area, &format!("{:.2}", ratio.median), value, 13, INK, HPos::Right)
    }

    /// The end of a whisker that goes on beyond the axis stays open.
    fn spread(&self, ratio: Spread, middle: i32) -> Drawn {
        let (low, high) = (self.x(ratio.min), self.x(ratio.max.min(END)));
        stroke(self.area, [(low, middle), (high, middle)])?;
        cap(self.area, low, middle)?;
        if ratio.max <= END { cap(self.area, high, middle) } else { Ok(()) }
    }

    /// Two white strokes across a bar that goes on beyond the axis.
    fn cut(&self, left: i32, top: i32, bottom: i32) -> Drawn {
        for shift in [0, 7] {
            let stroke = [(left + shift, bottom + 2), (left + shift + 7, top - 2)];
            self.area.draw(&PathElement::new(stroke, WHITE.stroke_width(3)))?;
        }
        Ok(())
    }

    fn x(&self, ratio: f64) -> i32 {
        let zero = self.left + NAMES;
        let length = f64::from(self.width - NAMES - NUMBERS);
        zero + pixels(ratio / END * length)
    }
}

fn stroke(area: &Area<'_>, line: [(i32, i32); 2]) -> Drawn {
    area.draw(&PathElement::new(line, INK.stroke_width(1)))?;
    Ok(())
}

/// One end of a whisker.
fn cap(area: &Area<'_>, x: i32, middle: i32) -> Drawn {
    stroke(area, [(x, middle - 4), (x, middle + 4)])
}

fn label(
    area: &Area<'_>,
    text: &str,
    at: (i32, i32),
    size: i32,
    colour: RGBColor,
    side: HPos,
) -> Drawn {
    write(area, text, at, ("sans-serif", size).into_font(), colour, side)
}

fn bold(
    area: &Area<'_>,
    text: &str,
    at: (i32, i32),
    size: i32,
    colour: RGBColor,
    side: HPos,
) -> Drawn {
    let font = ("sans-serif", size).into_font().style(FontStyle::Bold);
    write(area, text, at, font, colour, side)
}

fn write(
    area: &Area<'_>,
    text: &str,
    at: (i32, i32),
    font: FontDesc<'_>,
    colour: RGBColor,
    side: HPos,
) -> Drawn {
    let style = TextStyle::from(font).color(&colour).pos(Pos::new(side, VPos::Center));
    area.draw_text(text, &style, at)?;
    Ok(())
}

/// Ratios are clipped to the axis before they come here.
#[allow(clippy::cast_possible_truncation)]
fn pixels(length: f64) -> i32 {
    length.round() as i32
}
