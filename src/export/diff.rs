//! A comparison as JSON, CSV, Markdown and text.
//!
//! JSON and CSV are for programs: integers in the metric's base unit, in full; nothing (`null`, an empty cell) where a
//! side lacks a function or something was not recorded. Markdown and text are for people. All say how values were
//! normalised.
//!
//! ```text
//! {"metric":"cpu","unit":"ns","normalize":"none","base":{"path":"a.prof","total":90},"new":{"path":"b.prof","total":70},
//! "summary":"New is 22.2 % faster …","comparability":[],"rows":[
//! {"function":"parse","file":"app/csv.py","line":12,"status":"faster","base":{"self":60,"total":80,"calls":3}, …}
//! ]}
//! ```

mod text;

use super::markdown::{plain, plain_around_code};
use super::scrub::Scrub;
use super::table::{WIDEST, code_cell, column_head, csv_cell, scrubbed, write_optional};
use crate::analyze::diff::{Comparison, Costs, DiffRow, Interval, Measure, NoiseKind, Normalize, Side, Spread};
use crate::analyze::{GroupId, GroupKey, shown_name};
use crate::layout::{fit_name, shorten_middle};
use crate::model::format::{self, Scale};
use serde::Serialize;
use std::borrow::Cow;
use std::io::{self, Write};

/// What of a comparison is written.
pub struct DiffExport<'a> {
    comparison: &'a Comparison,
    /// The files of the base side, as they are to be named.
    base: Vec<String>,
    /// The files of the new side.
    new: Vec<String>,
    /// What is removed from texts.
    scrub: &'a Scrub,
    rows: Vec<Row<'a>>,
    left_out: usize,
}

/// A row as it is written.
#[derive(Serialize, Debug)]
struct Row<'a> {
    /// The function's name, or that of the file, module or package.
    function: Cow<'a, str>,
    /// Its file: as the new side has it, or else the base side.
    file: Option<Cow<'a, str>>,
    line: Option<u32>,
    /// By total cost.
    status: &'static str,
    base: Option<SideCosts>,
    new: Option<SideCosts>,
    delta_self: i64,
    delta_total: i64,
    delta_calls: Option<i64>,
    effect_calls: Option<i64>,
    effect_per_call: Option<i64>,
    noise: Option<Noise>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<Runs>,
    #[serde(skip)]
    costs: DiffRow,
}

#[derive(Serialize, Debug)]
struct SideCosts {
    #[serde(rename = "self")]
    own: i64,
    total: i64,
    calls: Option<i64>,
}

impl From<Costs> for SideCosts {
    fn from(costs: Costs) -> Self {
        Self { own: costs.own, total: costs.total, calls: costs.calls }
    }
}

/// The 95 % intervals of the deltas.
#[derive(Serialize, Debug)]
struct Noise {
    #[serde(rename = "self")]
    own: Ends,
    total: Ends,
}

#[derive(Serialize, Debug)]
struct Ends {
    low: i64,
    high: i64,
}

impl From<Interval> for Ends {
    fn from(interval: Interval) -> Self {
        Self { low: interval.low, high: interval.high }
    }
}

/// Mean and spread over the runs of each side.
#[derive(Serialize, Debug)]
struct Runs {
    base: RunsOfSide,
    new: RunsOfSide,
}

#[derive(Serialize, Debug)]
struct RunsOfSide {
    count: usize,
    #[serde(rename = "self")]
    own: MeanAndSpread,
    total: MeanAndSpread,
}

#[derive(Serialize, Debug)]
struct MeanAndSpread {
    mean: f64,
    spread: f64,
}

impl From<(Spread, Spread)> for RunsOfSide {
    fn from((own, total): (Spread, Spread)) -> Self {
        let of = |spread: Spread| MeanAndSpread { mean: spread.mean, spread: spread.deviation };
        Self { count: own.runs, own: of(own), total: of(total) }
    }
}

/// A side as it is written.
#[derive(Serialize)]
struct Recording<'a> {
    /// The file; several are separated by commas.
    path: String,
    /// Each file, where there are several.
    #[serde(skip_serializing_if = "Option::is_none")]
    paths: Option<&'a [String]>,
    total: i64,
}

impl<'a> DiffExport<'a> {
    /// The given rows of a comparison, in the given order. `base` and `new` are the files of either side.
    pub fn new(comparison: &'a Comparison, [base, new]: [&[String]; 2], rows: &[GroupId], scrub: &'a Scrub) -> Self {
        let left_out = comparison.table().present().count().saturating_sub(rows.len());
        let rows = rows.iter().map(|&group| Row::new(comparison, group, scrub)).collect();
        let [base, new] = [base, new].map(|paths| paths.iter().map(|path| scrub.text(path).into_owned()).collect());
        Self { comparison, base, new, scrub, rows, left_out }
    }

    fn recording(&self, side: Side) -> Recording<'_> {
        let (paths, total) = match side {
            Side::Base => (&self.base, self.comparison.table().base_sum()),
            Side::New => (&self.new, self.comparison.table().new_sum()),
        };
        Recording { path: paths.join(", "), paths: (paths.len() > 1).then_some(paths.as_slice()), total }
    }

    /// Writes one JSON object, each row on a line of its own.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        #[derive(Serialize)]
        struct Head<'a> {
            metric: &'a str,
            unit: &'a str,
            normalize: &'a str,
            base: Recording<'a>,
            new: Recording<'a>,
            summary: String,
            comparability: Vec<String>,
        }
        let metric = self.comparison.metric();
        let head = Head {
            metric: &metric.name,
            unit: metric.unit.name(),
            normalize: self.comparison.normalize().name(),
            base: self.recording(Side::Base),
            new: self.recording(Side::New),
            summary: self.summary(),
            comparability: self.findings(),
        };
        let head = serde_json::to_string(&head)?;
        // The rows stand in the same object, but are not held as one text.
        out.write_all(head.strip_suffix('}').unwrap_or(&head).as_bytes())?;
        out.write_all(b",\"rows\":[")?;
        for (i, row) in self.rows.iter().enumerate() {
            out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut *out, row)?;
        }
        out.write_all(b"\n]}\n")
    }

    /// Writes comma-separated values (RFC 4180), with a line of names first. The last column is how values were
    /// normalised.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(
            b"function,file,line,status,base_self,base_total,base_calls,new_self,new_total,new_calls,delta_self,\
              delta_total,delta_calls,effect_calls,effect_per_call,noise_self_low,noise_self_high,noise_total_low,\
              noise_total_high,normalize\n",
        )?;
        for row in &self.rows {
            write!(out, "{},{},", csv_cell(&row.function), csv_cell(row.file.as_deref().unwrap_or_default()))?;
            write_optional(out, row.line.map(i64::from))?;
            write!(out, ",{}", row.status)?;
            let side = |side: &Option<SideCosts>| match side {
                Some(costs) => [Some(costs.own), Some(costs.total), costs.calls],
                None => [None; 3],
            };
            let noise = row.noise.as_ref();
            let numbers = side(&row.base).into_iter().chain(side(&row.new)).chain([
                Some(row.delta_self),
                Some(row.delta_total),
                row.delta_calls,
                row.effect_calls,
                row.effect_per_call,
                noise.map(|n| n.own.low),
                noise.map(|n| n.own.high),
                noise.map(|n| n.total.low),
                noise.map(|n| n.total.high),
            ]);
            for number in numbers {
                out.write_all(b",")?;
                write_optional(out, number)?;
            }
            writeln!(out, ",{}", self.comparison.normalize().name())?;
        }
        Ok(())
    }

    /// Writes the summary, what to know, and a table of GitHub's Markdown.
    pub fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{}", plain_around_code(&self.summary()))?;
        let findings = self.findings();
        if !findings.is_empty() {
            writeln!(out)?;
        }
        for finding in findings {
            writeln!(out, "- {}", plain(&finding))?;
        }
        let cells = self.cells(&columns(self.comparison));
        writeln!(out, "\n| {} | Status | Function |", cells.head.join(" | "))?;
        writeln!(out, "|{}---|---|", "--:|".repeat(cells.head.len()))?;
        for (row, numbers) in self.rows.iter().zip(&cells.rows) {
            let numbers: Vec<&str> = numbers.iter().map(|cell| cell.text.as_str()).collect();
            let name = fit_name(shown_name(&row.function), WIDEST);
            write!(out, "| {} | {} | {}", numbers.join(" | "), row.status, code_cell(&name))?;
            let place = row.place();
            if !place.is_empty() {
                write!(out, " {}", code_cell(&shorten_middle(&place, WIDEST)))?;
            }
            out.write_all(b" |\n")?;
        }
        writeln!(out, "\n{}", plain(&self.legend()))
    }

    /// The comparison in one sentence.
    pub(super) fn summary(&self) -> String {
        self.scrub.text(&self.comparison.summary()).into_owned()
    }

    /// How many rows of the comparison are not written.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    fn findings(&self) -> Vec<String> {
        let findings = self.comparison.findings().into_iter();
        findings.map(|finding| self.scrub.text(&finding.text).into_owned()).collect()
    }

    /// What the numbers are, in a line or two.
    pub(super) fn legend(&self) -> String {
        let comparison = self.comparison;
        let metric = comparison.metric();
        let normalize = comparison.normalize();
        let noise = match comparison.noise() {
            NoiseKind::Sampling => "± is the 95 % error of sampling.",
            NoiseKind::Runs => "± is the 95 % interval of the difference of means of the runs.",
            NoiseKind::Unknown if normalize == Normalize::PerCall => "",
            NoiseKind::Unknown => "Nothing is known of noise: record several runs a side to learn how far they stray.",
        };
        let text = format!(
            "Self cost of {}, {}; the status is of the total. {noise}",
            format::one_line(&metric.name),
            normalize.legend()
        );
        text.trim_end().to_owned()
    }
}

impl<'a> Row<'a> {
    fn new(comparison: &'a Comparison, group: GroupId, scrub: &Scrub) -> Self {
        let row = comparison.table().row(group);
        let analysis = comparison.side(Side::New);
        let function = match analysis.groups().key(group) {
            GroupKey::Function(function) | GroupKey::Line(function, _) => {
                Cow::Borrowed(analysis.profile().name(function))
            }
            _ => comparison.name(group),
        };
        let (file, line) = comparison.place(group);
        let noise = row.own_noise.zip(row.total_noise);
        let runs = comparison.table().spreads(group);
        Self {
            function: scrubbed(function, scrub),
            file: (!file.is_empty()).then(|| scrub.text(file)),
            line: (line != 0).then_some(line),
            status: row.status(Measure::Total).name(),
            base: row.base.map(Into::into),
            new: row.new.map(Into::into),
            delta_self: row.delta(Measure::Own),
            delta_total: row.delta(Measure::Total),
            delta_calls: row.delta_calls(),
            effect_calls: row.effects.map(|e| e.calls),
            effect_per_call: row.effects.map(|e| e.per_call),
            noise: noise.map(|(own, total)| Noise { own: own.into(), total: total.into() }),
            runs: runs.map(|[base, new]| Runs { base: base.into(), new: new.into() }),
            costs: row,
        }
    }

    /// `app/csv.py:12`; empty where the name says it all.
    fn place(&self) -> String {
        match (self.file.as_deref(), self.line) {
            (Some(file), Some(line)) => format!("{file}:{line}"),
            (Some(file), None) if file != self.function => file.to_owned(),
            _ => String::new(),
        }
    }
}

/// A column for people that not every table has room for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Column {
    Noise,
    Total,
    Calls,
    Effects,
}

/// The columns a comparison has something for, in their order.
fn columns(comparison: &Comparison) -> Vec<Column> {
    let calls = comparison.table().has_calls();
    let effects = calls && comparison.normalize() != Normalize::PerCall;
    let noise = comparison.noise() != NoiseKind::Unknown;
    let all = [(noise, Column::Noise), (true, Column::Total), (calls, Column::Calls), (effects, Column::Effects)];
    all.into_iter().filter(|(has, _)| *has).map(|(_, column)| column).collect()
}

/// Numbers as people read them, and the heads of their columns.
pub(super) struct Cells {
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A number as people read it.
pub(super) struct Cell {
    pub(super) text: String,
    /// What it is sorted by; `None` where it is not there.
    pub(super) value: Option<f64>,
}

impl DiffExport<'_> {
    /// Every column the comparison has something for.
    pub(super) fn all_cells(&self) -> Cells {
        self.cells(&columns(self.comparison))
    }

    fn cells(&self, columns: &[Column]) -> Cells {
        let unit = &self.comparison.metric().unit;
        let scale = |values: &dyn Fn(&DiffRow) -> i64| {
            let largest = self.rows.iter().map(|r| values(&r.costs).saturating_abs()).max().unwrap_or(0);
            Scale::for_max(largest, unit)
        };
        let largest_side = |row: &DiffRow, measure: Measure| {
            row.cost(Side::Base, measure)
                .unwrap_or(0)
                .saturating_abs()
                .max(row.cost(Side::New, measure).unwrap_or(0).saturating_abs())
        };
        // Sides and their difference are written alike: as finely as the difference needs.
        let own = scale(&|row| largest_side(row, Measure::Own)).as_fine_as(&scale(&|row| row.delta(Measure::Own)));
        let total = scale(&|row| row.delta(Measure::Total));
        let mut head = vec![column_head("Base", &own), "New".to_owned(), "Δ".to_owned(), "Δ %".to_owned()];
        for column in columns {
            match column {
                Column::Noise => head.push("±".to_owned()),
                Column::Total => head.push(column_head("Δ total", &total)),
                Column::Calls => head.push("Δ calls".to_owned()),
                Column::Effects => head.extend(["by calls".to_owned(), "by cost of a call".to_owned()]),
            }
        }
        let cell = |value: Option<i64>, text: &dyn Fn(i64) -> String| Cell {
            text: value.map_or_else(|| "–".to_owned(), text),
            value: value.map(|v| v as f64),
        };
        let rows = self.rows.iter().map(|r| {
            let row = &r.costs;
            let side = |side: Side| cell(row.cost(side, Measure::Own), &|v| own.format(v));
            let in_own = |value: Option<i64>| cell(value, &|v| signed(&own, v));
            let relative = Cell { text: relative(row), value: row.relative(Measure::Own) };
            let mut cells = vec![side(Side::Base), side(Side::New), in_own(Some(row.delta(Measure::Own))), relative];
            for column in columns {
                match column {
                    Column::Noise => {
                        cells.push(cell(row.own_noise.map(|noise| reach(noise, row)), &|v| own.format(v)));
                    }
                    Column::Total => cells.push(cell(Some(row.delta(Measure::Total)), &|v| signed(&total, v))),
                    Column::Calls => cells.push(cell(row.delta_calls(), &|n| plus(n, format::count(n)))),
                    Column::Effects => {
                        cells.push(in_own(row.effects.map(|e| e.calls)));
                        cells.push(in_own(row.effects.map(|e| e.per_call)));
                    }
                }
            }
            cells
        });
        Cells { rows: rows.collect(), head }
    }
}

/// How far the delta of own cost may stray, at most.
fn reach(noise: Interval, row: &DiffRow) -> i64 {
    let delta = row.delta(Measure::Own);
    noise.high.saturating_sub(delta).max(delta.saturating_sub(noise.low))
}

/// With a plus where it is more than nothing.
fn plus(value: i64, text: String) -> String {
    if value > 0 { format!("+{text}") } else { text }
}

fn signed(scale: &Scale, value: i64) -> String {
    let text = scale.format(value);
    let nothing = text.bytes().all(|b| matches!(b, b'0' | b'.'));
    if nothing { text } else { plus(value, text) }
}

/// The delta of own cost as a part of base; a word where there is nothing to divide by.
fn relative(row: &DiffRow) -> String {
    match (row.base, row.new, row.relative(Measure::Own)) {
        (None, _, _) => "new".to_owned(),
        (_, None, _) => "gone".to_owned(),
        (_, _, Some(share)) => {
            let text = format::percent(share);
            if share > 0.0 { format!("+{text}") } else { text }
        }
        (_, _, None) => "–".to_owned(),
    }
}
