//! Two recordings as one: colours by what changed, stripes for what only one side has, and signs and words beside.

use super::Base;
use super::boxes::label_in;
use super::look::{LegendEntry, Listed, Look, names_of, place_of};
use super::stamp::Stamp;
use crate::analyze::diff::{Comparison, Measure, NoiseKind, Normalize, Side, Status};
use crate::analyze::{CallTree, GroupId, Matches};
use crate::export::font::MONOSPACE;
use crate::export::scrub::Scrub;
use crate::layout::{Difference, DifferenceScale, LABEL_SIZE, Names, Palette, Rgb, Stripes, signed};
use crate::model::{Unit, format};

/// A comparison, coloured by the difference of costs.
#[derive(Clone, Copy)]
pub(crate) struct ByDifference<'a> {
    comparison: &'a Comparison,
    measure: Measure,
    palette: Palette,
    scrub: &'a Scrub,
    matches: Option<&'a Matches>,
    scale: DifferenceScale,
}

/// Characters of a name that are worth more than a difference beside it.
const NAME_FIRST: usize = 12;
/// Where on the scale the sample of a stripe stands in the legend.
const SAMPLE: f32 = 0.6;

impl<'a> ByDifference<'a> {
    pub(crate) fn new(base: &Base<'a>, palette: Palette, scrub: &'a Scrub, matches: Option<&'a Matches>) -> Self {
        let Base { comparison, measure, .. } = *base;
        Self { comparison, measure, palette, scrub, matches, scale: DifferenceScale::of(comparison, measure) }
    }

    fn difference(&self, tree: &CallTree, node: usize) -> Option<Difference> {
        Difference::of_node(tree, node, self.measure)
    }

    fn unit(&self) -> &'a Unit {
        &self.comparison.metric().unit
    }

    fn sides(&self, difference: &Difference) -> String {
        let side = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |v| format::value(v, self.unit()));
        format!("{} → {}", side(difference.base), side(difference.new))
    }
}

impl Look for ByDifference<'_> {
    fn fill(&self, tree: &CallTree, node: usize) -> Rgb {
        let position = self.difference(tree, node).map_or(0.0, |difference| self.scale.position(&difference));
        self.palette.difference(position)
    }

    fn stripes(&self, tree: &CallTree, node: usize) -> Option<Stripes> {
        self.difference(tree, node)?.stripes()
    }

    fn is_dimmed(&self, tree: &CallTree, node: usize) -> bool {
        self.matches.is_some_and(|m| !m.contains(tree.group(node)))
    }

    fn names_of(&self, group: GroupId) -> Names<'_> {
        names_of(self.comparison.side(Side::New), self.scrub, group)
    }

    /// By what the function did in all places.
    fn swatch(&self, group: GroupId) -> Rgb {
        let everywhere = Difference::of_row(&self.comparison.table().row(group), self.measure);
        self.palette.difference(self.scale.position(&everywhere))
    }

    fn place(&self, group: GroupId) -> Option<String> {
        place_of(self.comparison.place(group), self.scrub)
    }

    fn everywhere(&self, group: GroupId) -> String {
        let everywhere = Difference::of_row(&self.comparison.table().row(group), self.measure);
        format!("everywhere {}, {}", self.sides(&everywhere), everywhere.status.name())
    }

    fn change(&self, tree: &CallTree, node: usize) -> String {
        self.difference(tree, node).map_or_else(String::new, |d| d.label(self.unit()))
    }

    fn spoken(&self, tree: &CallTree, node: usize) -> String {
        let Some(difference) = self.difference(tree, node) else { return String::new() };
        let about = if tree.is_exact(node) { "" } else { "≈ " };
        let delta = match difference.status {
            Status::Same => String::new(),
            _ => format!(" {}", signed(difference.delta(), self.unit())),
        };
        format!("{about}{}, {}{delta}", self.sides(&difference), difference.status.name())
    }

    fn label(&self, tree: &CallTree, node: usize, room: f32) -> Option<String> {
        let names = self.names(tree, node);
        let change = self.change(tree, node);
        let left = room - MONOSPACE.width(&change, LABEL_SIZE) - MONOSPACE.width("  ", LABEL_SIZE);
        let first = names.name.chars().count().min(NAME_FIRST) as f32 * MONOSPACE.width("m", LABEL_SIZE);
        if change.is_empty() || left < first {
            return label_in(&names, room);
        }
        label_in(&names, left).map(|name| format!("{name}  {change}"))
    }

    fn of_path(&self, tree: &CallTree, node: usize) -> Vec<String> {
        let Some(difference) = self.difference(tree, node) else { return Vec::new() };
        let about = if tree.is_exact(node) { "" } else { "≈ " };
        let relative = difference.relative().map_or_else(String::new, |part| format!(" ({})", format::percent(part)));
        let delta = signed(difference.delta(), self.unit());
        // What lies between runs is known of functions, not of paths.
        let noise = self
            .comparison
            .noise_of(difference.base.unwrap_or(0), difference.new.unwrap_or(0))
            .filter(|_| self.comparison.noise() == NoiseKind::Sampling)
            .map(|noise| format!(", 95 %: {} … {}", signed(noise.low, self.unit()), signed(noise.high, self.unit())));
        vec![
            format!("this call path {about}{}, base → new", self.sides(&difference)),
            format!("{}: {about}{delta}{relative}{}", difference.status.name(), noise.unwrap_or_default()),
        ]
    }

    fn value(&self, tree: &CallTree, node: usize) -> String {
        self.difference(tree, node).map_or_else(String::new, |difference| self.sides(&difference))
    }

    fn legend(&self) -> Vec<LegendEntry> {
        let entry = |position: f32, stripes: Option<Stripes>, text: String| LegendEntry {
            fill: self.palette.difference(position),
            stripes,
            text,
        };
        let limit = self.scale.limit();
        let (less, more) = match self.unit() {
            Unit::Nanoseconds | Unit::Samples => (Status::Faster.name(), Status::Slower.name()),
            Unit::Bytes | Unit::Count | Unit::Other(_) => ("less", "more"),
        };
        let same = if self.comparison.noise() == NoiseKind::Unknown { "same" } else { "same, within noise" };
        vec![
            entry(-1.0, None, format!("{less} {}", signed(limit.saturating_neg(), self.unit()))),
            entry(0.0, None, same.to_owned()),
            entry(1.0, None, format!("{more} {}", signed(limit, self.unit()))),
            entry(SAMPLE, Some(Stripes::Rising), Status::New.name().to_owned()),
            entry(-SAMPLE, Some(Stripes::Falling), Status::Gone.name().to_owned()),
        ]
    }

    fn listed_by(&self) -> &'static str {
        "change of own"
    }

    /// The functions whose own costs differ most.
    fn most_expensive(&self, count: usize) -> Vec<Listed<'_>> {
        let table = self.comparison.table();
        let mut rows: Vec<_> = table.rows().filter(|row| row.delta(Measure::Own) != 0).collect();
        rows.sort_unstable_by_key(|row| (std::cmp::Reverse(row.delta(Measure::Own).unsigned_abs()), row.group));
        rows.truncate(count);
        let scale = DifferenceScale::of(self.comparison, Measure::Own);
        let listed = rows.into_iter().map(|row| Listed {
            fill: self.palette.difference(scale.position(&Difference::of_row(&row, Measure::Own))),
            names: self.names_of(row.group),
            value: signed(row.delta(Measure::Own), self.unit()),
        });
        listed.collect()
    }
}

fn measure_name(measure: Measure) -> &'static str {
    match measure {
        Measure::Own => "self",
        Measure::Total => "total",
    }
}

/// The stamp of a comparison of the files `base` and `new`: both sides in words, how they were made comparable, and what
/// makes them hard to compare.
pub(crate) fn stamp(base: &Base<'_>, new: &str, scrub: &Scrub, search: Option<(&str, &Matches)>) -> Stamp {
    let comparison = base.comparison;
    let one = Stamp::new(new, comparison.side(Side::New), scrub, search);
    let (table, metric) = (comparison.table(), comparison.metric());
    let (base_sum, new_sum) = (table.base_sum(), table.new_sum());
    let whole = Difference { base: Some(base_sum), new: Some(new_sum), status: comparison.status_of_sums() };
    let relative = whole.relative().map_or_else(String::new, |part| format!(", {}", format::percent(part)));
    let normalize = match comparison.normalize() {
        // Trees stay as recorded.
        Normalize::PerCall => Normalize::None,
        normalize => normalize,
    };
    let base_name = format::one_line(&scrub.text(base.name)).into_owned();
    let facts = vec![
        format!("base: {} {}", metric.name, format::value(base_sum, &metric.unit)),
        format!("new: {} {}", metric.name, format::value(new_sum, &metric.unit)),
        format!("{} {}{relative}", whole.status.name(), signed(whole.delta(), &metric.unit)),
        normalize.legend().to_owned(),
        base.width.legend().to_owned(),
        format!("coloured by the change of {}", measure_name(base.measure)),
    ];
    let found = comparison.findings().into_iter().map(|finding| finding.text);
    let found = found.map(|text| format::one_line(&scrub.text(&text)).into_owned());
    let notes = one.notes.into_iter().chain(found).collect();
    Stamp { name: format!("{base_name} → {}", one.name), facts, notes, ..one }
}
