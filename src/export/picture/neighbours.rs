//! Who calls a function and whom it calls, as two tables below their picture: what boxes divide, these add up.

use super::boxes::label_in;
use super::recording::{Of, Recording};
use super::{Area, Frame, Look};
use crate::analyze::diff::Side;
use crate::analyze::{GroupId, Neighbour, share};
use crate::export::font::{MONOSPACE, PROPORTIONAL};
use crate::export::svg::{Anchor, Style, Svg};
use crate::layout::LABEL_SIZE;
use crate::model::format::{self, Scale};

/// Callers and callees of a function, most expensive first; of two recordings, what changed most first.
pub(super) struct Neighbours {
    heads: Vec<String>,
    sides: [Table; 2],
}

/// One of the two tables.
struct Table {
    title: &'static str,
    rows: Vec<(GroupId, Vec<String>)>,
}

/// The most rows a picture grows by.
const MOST_ROWS: usize = 12;
/// A table of fewer rows is not worth its head.
const FEWEST_ROWS: usize = 2;
const ROW: f32 = 20.0;
/// Above the first row: a gap, the title, and the heads of columns.
const HEAD: f32 = 56.0;
/// Below the last row: how many are left out, and a gap.
const FOOT: f32 = 28.0;
const INSET: f32 = 16.0;
const GAP: f32 = 14.0;
const SWATCH: f32 = 10.0;
const TEXT: f32 = 12.5;

impl Neighbours {
    pub(super) fn new(recording: Recording<'_>, of: GroupId) -> Self {
        let (heads, [callers, callees]) = match recording.sides() {
            Of::One(analysis) => {
                let found = analysis.neighbours(of);
                let unit = &analysis.profile().metric(analysis.query().metric).unit;
                let whole = analysis.table().total(of);
                let both = || found.callers.iter().chain(&found.callees);
                let largest = both().map(|n| n.total.saturating_abs()).fold(whole.saturating_abs(), i64::max);
                let scale = Scale::for_max(largest, unit);
                let with_calls = both().any(|n| n.calls.is_some());
                let mut heads = vec![with_unit("Total", &scale), "% of total".to_owned()];
                heads.extend(with_calls.then(|| "Calls".to_owned()));
                let row = |n: &Neighbour| {
                    let mut cells = vec![scale.format(n.total), format::percent(share(n.total, whole))];
                    cells.extend(with_calls.then(|| calls(n.calls)));
                    (n.group, cells)
                };
                (heads, [&found.callers, &found.callees].map(|rows| rows.iter().map(row).collect()))
            }
            Of::Both(comparison, _) => {
                let [base, new] = Side::BOTH.map(|side| comparison.side(side).neighbours(of));
                let found = comparison.neighbours(&base, &new);
                let unit = &comparison.metric().unit;
                let both = || found.callers.iter().chain(&found.callees);
                let costs = both().flat_map(|n| [n.base, n.new]).flatten().map(|n| n.total.saturating_abs());
                let scale = Scale::for_max(costs.max().unwrap_or(0), unit);
                let with_calls = both().any(|n| n.delta_calls().is_some());
                let mut heads = vec![with_unit("Base", &scale), "New".to_owned(), "Δ".to_owned()];
                heads.extend(with_calls.then(|| "Δ calls".to_owned()));
                let row = |n: &crate::analyze::diff::DiffNeighbour| {
                    let side = |side: Option<Neighbour>| side.map_or_else(|| "–".to_owned(), |n| scale.format(n.total));
                    let delta = plus(n.delta(), scale.format(n.delta()));
                    let mut cells = vec![side(n.base), side(n.new), delta];
                    let calls = |n: i64| plus(n, format::count(n));
                    cells.extend(with_calls.then(|| n.delta_calls().map_or_else(|| "–".to_owned(), calls)));
                    (n.group, cells)
                };
                (heads, [&found.callers, &found.callees].map(|rows| rows.iter().map(row).collect()))
            }
        };
        Self { heads, sides: [Table { title: "Callers", rows: callers }, Table { title: "Callees", rows: callees }] }
    }

    /// The height they would like to have.
    pub(super) fn height(&self) -> f32 {
        let rows = self.sides.iter().map(|table| table.rows.len()).max().unwrap_or(0);
        HEAD + rows.clamp(1, MOST_ROWS) as f32 * ROW + FOOT
    }

    /// The height they get, where a picture of boxes that would like to be `boxes` high has so much room: what these do not
    /// need, and a third in any case; nothing where that is too little.
    pub(super) fn height_within(&self, room: f32, boxes: f32) -> f32 {
        let height = (room - boxes).max(room / 3.0).min(self.height());
        if height < HEAD + FOOT + FEWEST_ROWS as f32 * ROW && height < self.height() { 0.0 } else { height }
    }

    /// Draws both beside each other.
    pub(super) fn draw(&self, frame: &Frame<'_>, svg: &mut Svg, look: &dyn Look, area: &Area) {
        if area.height < HEAD {
            return;
        }
        let width = area.width / 2.0;
        for (i, table) in self.sides.iter().enumerate() {
            self.draw_table(frame, svg, look, table, &Area { x: area.x + i as f32 * width, width, ..*area });
        }
    }

    fn draw_table(&self, frame: &Frame<'_>, svg: &mut Svg, look: &dyn Look, table: &Table, area: &Area) {
        let strong = Style { font: &PROPORTIONAL, size: TEXT, fill: frame.tones.text };
        let weak = Style { fill: frame.tones.text_weak, ..strong };
        let (left, right) = (area.x + INSET, area.x + area.width - INSET);
        let title = format!("{} ({})", table.title, format::count(table.rows.len() as i64));
        svg.styled_text((left, area.y + 26.0), Anchor::Start, Style { size: 13.5, ..strong }, &title);
        let fitting = ((area.height - HEAD - FOOT) / ROW).max(0.0) as usize;
        let shown = &table.rows[..table.rows.len().min(fitting)];
        if shown.is_empty() {
            let none =
                if table.title == "Callers" { "Nothing calls it." } else { "It calls nothing that was recorded." };
            svg.styled_text((left, area.y + HEAD - 6.0), Anchor::Start, weak, none);
            return;
        }
        // The right edges of the columns of numbers.
        let width = |text: &str| PROPORTIONAL.width(text, TEXT) * 1.12;
        let mut x = left;
        let edges: Vec<f32> = (0..self.heads.len())
            .map(|c| {
                let widest = shown.iter().filter_map(|(_, cells)| cells.get(c)).map(|t| width(t));
                x += widest.fold(width(&self.heads[c]), f32::max);
                let edge = x;
                x += GAP;
                edge
            })
            .collect();
        let names = x + GAP / 2.0;
        svg.begin_texts(weak);
        for (head, edge) in self.heads.iter().zip(&edges) {
            svg.text(*edge, area.y + HEAD - 8.0, Anchor::End, head);
        }
        svg.text(names + SWATCH + 8.0, area.y + HEAD - 8.0, Anchor::Start, "Function");
        svg.end();
        svg.rect(left, area.y + HEAD - 2.0, right - left, 1.0, frame.tones.line);
        let mut y = area.y + HEAD - 5.0;
        for (group, cells) in shown {
            y += ROW;
            svg.begin_texts(strong);
            for (cell, edge) in cells.iter().zip(&edges) {
                svg.text(*edge, y, Anchor::End, cell);
            }
            svg.end();
            svg.rect(names, y - SWATCH + 1.0, SWATCH, SWATCH, look.swatch(*group));
            let room = right - names - SWATCH - 8.0;
            let name = label_in(&look.names_of(*group), room).unwrap_or_default();
            let style = Style { font: &MONOSPACE, size: LABEL_SIZE, fill: frame.tones.text };
            svg.styled_text((names + SWATCH + 8.0, y), Anchor::Start, style, &name);
        }
        let more = table.rows.len() - shown.len();
        if more > 0 {
            let more = format!("{} more", format::count(more as i64));
            svg.styled_text((names + SWATCH + 8.0, y + ROW), Anchor::Start, weak, &more);
        }
    }
}

/// All calls, and the primitive ones where they differ.
fn calls(calls: Option<(i64, i64)>) -> String {
    match calls {
        Some((all, primitive)) if all != primitive => format!("{}/{}", format::count(all), format::count(primitive)),
        Some((all, _)) => format::count(all),
        None => "–".to_owned(),
    }
}

fn with_unit(name: &str, scale: &Scale) -> String {
    if scale.unit_name().is_empty() { name.to_owned() } else { format!("{name}, {}", scale.unit_name()) }
}

/// With a plus where it is more than nothing.
fn plus(value: i64, text: String) -> String {
    if value > 0 { format!("+{text}") } else { text }
}
