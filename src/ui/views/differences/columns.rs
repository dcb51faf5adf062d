//! The columns of the table of differences: what each is called, how its figures are computed, and how its cells look.

use super::rows::Scales;
use crate::analyze::GroupBy;
use crate::analyze::diff::{DiffRow, Measure, NoiseKind, Normalize, Status};
use crate::layout::Difference;
use crate::model::format;
use crate::ui::difference::{
    interval_text, less_and_more, measure_name, relative_text, signed_count, signed_in, status_text, text_color,
};
use crate::ui::views::group_rows::{Texts, dragged};
use crate::ui::views::table::name_head;
use crate::ui::{
    CompareCtx, ViewCtx,
    cell::{self, Head, Painted},
    hint_marks,
};
use egui::Ui;
use egui_extras::Column as Width;
use std::borrow::Cow;

/// Modules are shown where there is so much room for texts: files say nearly the same.
const MODULE_ROOM: f32 = 520.0;

/// A column of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Column {
    Base,
    New,
    Delta,
    Relative,
    DeltaCalls,
    EffectOfCalls,
    EffectOfPerCall,
    Error,
    Status,
    Name,
    Module,
    Place,
}

impl Column {
    /// The columns that have something to say about a comparison. Modules are left out where there is little room: see [`Self::fits`].
    pub(super) fn shown(ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>) -> Vec<Self> {
        let mut columns = vec![Self::Base, Self::New, Self::Delta, Self::Relative];
        if compare.comparison.noise() != NoiseKind::Unknown {
            columns.push(Self::Error);
        }
        if compare.comparison.table().has_calls() {
            columns.extend([Self::DeltaCalls, Self::EffectOfCalls, Self::EffectOfPerCall]);
        }
        columns.extend([Self::Status, Self::Name]);
        columns.extend(match ctx.analysis.query().by {
            GroupBy::Function | GroupBy::Line => &[Self::Module, Self::Place][..],
            GroupBy::File => &[Self::Module],
            GroupBy::Module => &[Self::Place],
            GroupBy::Package => &[],
        });
        columns
    }

    /// Whether it is shown in the room that texts share.
    pub(super) fn fits(self, room: f32) -> bool {
        self != Self::Module || room >= MODULE_ROOM
    }

    /// Whether it holds numbers: flush right, and largest first when sorted.
    pub(super) fn is_number(self) -> bool {
        self != Self::Status && self.texts().is_none()
    }

    fn texts(self) -> Option<Texts> {
        match self {
            Self::Name => Some(Texts::Names),
            Self::Module => Some(Texts::Modules),
            Self::Place => Some(Texts::Places),
            _ => None,
        }
    }

    /// Its width at first. `room` is what the columns of texts share.
    pub(super) fn width(self, head: f32, room: f32) -> Width {
        self.texts().map_or_else(|| dragged(self.fixed_width(head)), |texts| texts.width(room))
    }

    /// Room for the longest figures that are usual; nothing for texts.
    pub(super) fn fixed_width(self, head: f32) -> f32 {
        match self {
            Self::Delta => head.max(100.0),
            Self::Relative => head.max(62.0),
            Self::Status => head,
            Self::Name | Self::Module | Self::Place => 0.0,
            _ => head.max(68.0),
        }
    }

    /// The widest text usual in its cells.
    pub(super) fn widest(self, scales: &Scales) -> String {
        match self {
            Self::Base | Self::New => scales.costs.format(scales.largest_cost),
            Self::DeltaCalls => signed_count(scales.largest_delta_calls),
            Self::Status => status_text(if scales.knows_noise { Status::WithinNoise } else { Status::Slower }),
            _ => String::new(),
        }
    }

    /// Its head: a name and the unit of its figures.
    pub(super) fn head(self, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>, scales: &Scales) -> Head<'static> {
        let per_call = compare.comparison.normalize() == Normalize::PerCall;
        let unit = match self {
            Self::Base | Self::New => scales.costs.unit_name(),
            Self::Delta | Self::Error => scales.deltas.unit_name(),
            // Elsewhere they are in the unit of the difference beside them.
            Self::EffectOfCalls | Self::EffectOfPerCall if per_call => scales.effects.unit_name(),
            _ => "",
        };
        Head { name: self.name(ctx, compare), unit: unit.to_owned(), is_number: self.is_number() }
    }

    /// What it is called.
    pub(super) fn name(self, ctx: &ViewCtx<'_>, compare: &CompareCtx<'_>) -> &'static str {
        let of_self = compare.measure == Measure::Own && compare.comparison.normalize() != Normalize::PerCall;
        match self {
            Self::Base => "Base",
            Self::New => "New",
            Self::Delta => "Δ",
            Self::Relative => "Δ %",
            Self::DeltaCalls => "Δ calls",
            Self::EffectOfCalls if of_self => "By calls",
            Self::EffectOfCalls => "Self by calls",
            Self::EffectOfPerCall if of_self => "By cost",
            Self::EffectOfPerCall => "Self by cost",
            Self::Error => "±",
            Self::Status => "Status",
            Self::Name => name_head(ctx.analysis.query().by),
            Self::Module => "Module",
            Self::Place if ctx.analysis.query().by == GroupBy::Module => "File",
            Self::Place => "File:line",
        }
    }

    /// How its figures are computed.
    pub(super) fn tooltip(self, compare: &CompareCtx<'_>) -> String {
        let measure = measure_name(compare.measure);
        let what = match compare.comparison.normalize() {
            Normalize::None => format!("{measure} cost, as recorded"),
            Normalize::Total => format!("{measure} cost, base scaled to the total of new"),
            Normalize::PerCall => format!("{measure} cost of each call"),
        };
        match self {
            Self::Base => format!("The base side's {what}."),
            Self::New => format!("The new side's {what}."),
            Self::Delta => {
                "New less base. Click to sort by size, then from what costs more, then from what costs less.".to_owned()
            }
            Self::Relative => "The difference as a part of base. What base lacks has none.".to_owned(),
            Self::DeltaCalls => "All calls of new less all calls of base.".to_owned(),
            Self::EffectOfCalls => {
                "What the difference in calls makes of the difference in self cost: Δ calls × base cost \
                                    per call. With the next column it adds up to that difference."
                    .to_owned()
            }
            Self::EffectOfPerCall => {
                "What dearer or cheaper calls make of the difference in self cost: Δ cost per call × \
                                      new calls."
                    .to_owned()
            }
            Self::Error => match compare.comparison.noise() {
                NoiseKind::Runs => "How far the difference may stray between runs: 95 %, Welch's interval.",
                NoiseKind::Sampling | NoiseKind::Unknown => {
                    "How far the difference may stray because only samples were taken: 95 %, Newcombe's interval."
                }
            }
            .to_owned(),
            Self::Status => "What it did, beyond noise where that is known.".to_owned(),
            Self::Name => "Sorts by name. The colour says whose code it is.".to_owned(),
            Self::Module => "The module it is defined in.".to_owned(),
            Self::Place => "Where it is defined: on the new side, where that has it.".to_owned(),
        }
    }

    /// Paints a cell.
    pub(super) fn cell_ui<'a>(
        self,
        ui: &Ui,
        ctx: &'a ViewCtx<'_>,
        compare: &CompareCtx<'_>,
        scales: &Scales,
        row: &DiffRow,
    ) -> Painted<'a> {
        let rect = ui.max_rect();
        let (strong, weak) = cell::colours(ctx, row.group);
        let difference = Difference::of_row(row, compare.measure);
        let dimmed = ctx.is_dimmed(row.group);
        let coloured = |color| if dimmed { ctx.theme.dimmed(color) } else { color };
        let change = coloured(text_color(ctx.theme, difference.status));
        if self == Self::Delta {
            let part = difference.delta() as f64 / scales.largest_delta.max(1) as f64;
            let color = match difference.status {
                Status::Same | Status::WithinNoise => ctx.theme.line,
                _ => change.gamma_multiply(0.42),
            };
            cell::diverging_bar(ui, rect, part as f32, color);
        }
        let text = self.text(ctx, compare, scales, row, &difference);
        let by_file = ctx.analysis.query().by == GroupBy::File;
        let paint = match self {
            Self::Place => cell::path,
            Self::Name if by_file => cell::path,
            Self::Name => cell::name,
            _ => cell::text,
        };
        let is_cut = match self {
            Self::Name => {
                let room = hint_marks::badge_ui(ui, ctx, row.group, rect);
                paint(ui, cell::swatch(ui, room, cell::swatch_colour(ctx, row.group)), &text, strong)
            }
            Self::Module | Self::Place => paint(ui, rect, &text, weak),
            Self::Status => paint(ui, rect, &text, change),
            Self::Relative => cell::number(ui, &text, change),
            Self::Error => cell::number(ui, &text, weak),
            _ => cell::number(ui, &text, strong),
        };
        let unit = &ctx.metric().unit;
        let note = match self {
            Self::Error => row.noise(compare.measure).map(|i| format!("95 %: {}", interval_text(i, unit))),
            Self::Status => Some(status_reason(difference.status, compare)),
            _ => None,
        };
        Painted { text, is_cut, note }
    }

    fn text<'a>(
        self,
        ctx: &'a ViewCtx<'_>,
        compare: &CompareCtx<'_>,
        scales: &Scales,
        row: &DiffRow,
        difference: &Difference,
    ) -> Cow<'a, str> {
        let analysis = ctx.analysis;
        let side = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |v| scales.costs.format(v));
        let effect = |value: Option<i64>| value.map_or_else(|| "–".to_owned(), |v| signed_in(&scales.effects, v));
        Cow::Owned(match self {
            Self::Base => side(difference.base),
            Self::New => side(difference.new),
            Self::Delta => signed_in(&scales.deltas, difference.delta()),
            Self::Relative if difference.delta() == 0 => "=".to_owned(),
            Self::Relative => relative_text(difference.relative()),
            Self::DeltaCalls => row.delta_calls().map_or_else(|| "–".to_owned(), signed_count),
            Self::EffectOfCalls => effect(row.effects.map(|e| e.calls)),
            Self::EffectOfPerCall => effect(row.effects.map(|e| e.per_call)),
            Self::Error => row.noise(compare.measure).map_or_else(
                || "–".to_owned(),
                |i| {
                    let delta = difference.delta();
                    let reach = delta.abs_diff(i.low).max(delta.abs_diff(i.high));
                    scales.deltas.format(i64::try_from(reach).unwrap_or(i64::MAX))
                },
            ),
            Self::Status => status_text(difference.status),
            Self::Name => return analysis.name(row.group),
            Self::Module => return Cow::Borrowed(analysis.groups().module(analysis.classes(), row.group)),
            Self::Place => cell::place(ctx, row.group),
        })
    }
}

fn status_reason(status: Status, compare: &CompareCtx<'_>) -> String {
    let noise = compare.comparison.noise();
    let (less, more) = less_and_more(&compare.comparison.metric().unit);
    match (status, noise) {
        (Status::Slower, NoiseKind::Unknown) => format!("{more} than base. How far it strays by chance is not known."),
        (Status::Faster, NoiseKind::Unknown) => format!("{less} than base. How far it strays by chance is not known."),
        (Status::Slower, _) => format!("{more} than base, beyond noise."),
        (Status::Faster, _) => format!("{less} than base, beyond noise."),
        (Status::New, _) => "The base side does not have it.".to_owned(),
        (Status::Gone, _) => "The new side does not have it.".to_owned(),
        (Status::Same, _) => format!("The same to {}.", format::percent(0.0001)),
        (Status::WithinNoise, _) => "The difference may be chance: its 95 % interval holds zero.".to_owned(),
    }
}
