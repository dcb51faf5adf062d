//! The columns of the table: what each is called, how its figures are computed, and how its cells look.

use super::rows::Scales;
use crate::analyze::{GroupBy, GroupId, SortKey};
use crate::model::format;
use crate::ui::views::group_rows::{Texts, dragged};
use crate::ui::{
    ViewCtx,
    cell::{self, Head, Painted},
    hint_marks,
};
use egui::Ui;
use egui_extras::Column as Width;
use std::borrow::Cow;

/// A column of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Column {
    Own,
    OwnShare,
    Total,
    TotalShare,
    Calls,
    OwnPerCall,
    TotalPerCall,
    Name,
    Module,
    Place,
}

impl Column {
    /// The columns that have something to say about a profile.
    pub(super) fn shown(ctx: &ViewCtx<'_>) -> Vec<Self> {
        let mut columns = vec![Self::Own, Self::OwnShare];
        if ctx.analysis.table().is_inclusive() {
            // There is one cost, and hits of lines where calls would stand.
            if ctx.analysis.table().has_calls() {
                columns.extend([Self::Calls, Self::OwnPerCall]);
            }
        } else {
            columns.extend([Self::Total, Self::TotalShare]);
        }
        if ctx.analysis.table().has_calls() && !ctx.analysis.table().is_inclusive() {
            columns.extend([Self::Calls, Self::OwnPerCall, Self::TotalPerCall]);
        }
        columns.push(Self::Name);
        columns.extend(match ctx.analysis.query().by {
            GroupBy::Function | GroupBy::Line => &[Self::Module, Self::Place][..],
            GroupBy::File => &[Self::Module],
            GroupBy::Module => &[Self::Place],
            GroupBy::Package => &[],
        });
        columns
    }

    /// What clicking its head sorts by.
    pub(super) fn sort_key(self) -> SortKey {
        match self {
            Self::Own | Self::OwnShare => SortKey::Own,
            Self::Total | Self::TotalShare => SortKey::Total,
            Self::Calls => SortKey::Calls,
            Self::OwnPerCall => SortKey::OwnPerCall,
            Self::TotalPerCall => SortKey::TotalPerCall,
            Self::Name => SortKey::Name,
            Self::Module => SortKey::Module,
            Self::Place => SortKey::Place,
        }
    }

    /// Whether it holds numbers: flush right, and largest first when sorted.
    pub(super) fn is_number(self) -> bool {
        self.texts().is_none()
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
        self.texts().map_or_else(|| dragged(self.number_width(head)), |texts| texts.width(room))
    }

    /// Room for the longest figures that are usual, and for `head`: what its head, or its widest figure, needs.
    pub(super) fn number_width(self, head: f32) -> f32 {
        match self {
            Self::Calls => head.max(72.0),
            Self::Own | Self::Total | Self::OwnPerCall | Self::TotalPerCall => head.max(68.0),
            Self::OwnShare | Self::TotalShare => head.max(56.0),
            Self::Name | Self::Module | Self::Place => 0.0,
        }
    }

    /// The widest figure in its cells; empty for texts, and where all are about as wide.
    pub(super) fn widest(self, scales: &Scales) -> String {
        match self {
            Self::Own => scales.own.format(scales.largest_own),
            Self::Total => scales.total.format(scales.largest_total),
            Self::Calls => cell::calls(scales.widest_calls),
            _ => String::new(),
        }
    }

    /// Its head: a name and the unit of its figures.
    pub(super) fn head(self, ctx: &ViewCtx<'_>, scales: &Scales) -> Head<'static> {
        let unit = match self {
            Self::Own => scales.own.unit_name(),
            Self::Total => scales.total.unit_name(),
            _ => "",
        };
        Head { name: self.head_name(ctx), unit: unit.to_owned(), is_number: self.is_number() }
    }

    fn head_name(self, ctx: &ViewCtx<'_>) -> &'static str {
        let by = ctx.analysis.query().by;
        if ctx.analysis.table().is_inclusive() {
            match self {
                Self::Own => return "Time",
                Self::OwnShare => return "Time %",
                Self::Calls => return "Hits",
                Self::OwnPerCall => return "Per hit",
                _ => {}
            }
        }
        match (self, ctx.analysis.table().totals_are_exact()) {
            (Self::Own, _) => "Self",
            (Self::OwnShare, _) => "Self %",
            (Self::Total, true) => "Total",
            (Self::Total, false) => "≈ Total",
            (Self::TotalShare, true) => "Total %",
            (Self::TotalShare, false) => "≈ Total %",
            (Self::Calls, _) => "Calls",
            (Self::OwnPerCall, _) => "Self/call",
            (Self::TotalPerCall, true) => "Total/call",
            (Self::TotalPerCall, false) => "≈ Total/call",
            (Self::Name, _) => name_head(by),
            (Self::Module, _) => "Module",
            (Self::Place, _) if by == GroupBy::Module => "File",
            (Self::Place, _) => "File:line",
        }
    }

    /// How its figures are computed.
    pub(super) fn tooltip(self, ctx: &ViewCtx<'_>) -> String {
        let stacks = ctx.analysis.samples().is_some();
        let total = match (ctx.analysis.table().totals_are_exact(), stacks) {
            (true, true) => "Cost in it and in everything it called. A sample counts once, however often it recurs.",
            (true, false) => "Cost in it and in everything it called, as the profiler recorded it.",
            (false, _) => {
                "Cost in it and in everything it called: estimated, because the profiler recorded totals of functions only."
            }
        };
        if ctx.analysis.table().is_inclusive() {
            match self {
                Self::Own => return "Time of its lines, with everything they called.".to_owned(),
                Self::OwnShare => {
                    return "Time ÷ the time of all lines. Time of watched functions that call each other counts twice there."
                        .to_owned();
                }
                Self::Calls => return "How often the line ran.".to_owned(),
                Self::OwnPerCall => return "Time ÷ hits.".to_owned(),
                _ => {}
            }
        }
        match self {
            Self::Own => "Cost in it alone, without what it called.".to_owned(),
            Self::OwnShare => "Self ÷ everything that was counted.".to_owned(),
            Self::Total => total.to_owned(),
            Self::TotalShare => "Total ÷ everything that was counted, at most 100 %.".to_owned(),
            Self::Calls => "All calls. Where some are recursive: all / primitive, primitive calls being those that \
                            were not part of a recursion."
                .to_owned(),
            Self::OwnPerCall => "Self ÷ all calls, as pstats computes it.".to_owned(),
            Self::TotalPerCall => "Total ÷ primitive calls, as pstats computes it.".to_owned(),
            Self::Name => "Sorts by name. The colour says whose code it is.".to_owned(),
            Self::Module => "The module it is defined in.".to_owned(),
            Self::Place => "Where it is defined, as the profiler recorded it.".to_owned(),
        }
    }

    /// Paints a cell.
    pub(super) fn cell_ui<'a>(self, ui: &Ui, ctx: &'a ViewCtx<'_>, scales: &Scales, group: GroupId) -> Painted<'a> {
        let table = ctx.analysis.table();
        let rect = ui.max_rect();
        let (strong, weak) = cell::colours(ctx, group);
        match self {
            Self::Own => cell::bar(ui, rect, table.share(table.own(group)), cell::bar_colour(ctx, group)),
            Self::Total => cell::bar(ui, rect, table.share(table.total(group)), cell::bar_colour(ctx, group)),
            _ => {}
        }
        let text = self.text(ctx, scales, group);
        let by_file = ctx.analysis.query().by == GroupBy::File;
        let paint = match self {
            Self::Place => cell::path,
            Self::Name if by_file => cell::path,
            Self::Name | Self::Module => cell::name,
            _ => cell::text,
        };
        let is_cut = match self {
            Self::Name => {
                let room = hint_marks::badge_ui(ui, ctx, group, rect);
                paint(ui, cell::swatch(ui, room, cell::swatch_colour(ctx, group)), &text, strong)
            }
            Self::Module | Self::Place => paint(ui, rect, &text, weak),
            Self::OwnShare | Self::TotalShare => cell::number(ui, &text, weak),
            _ => cell::number(ui, &text, strong),
        };
        Painted { text, is_cut, note: None }
    }

    fn text<'a>(self, ctx: &'a ViewCtx<'_>, scales: &Scales, group: GroupId) -> Cow<'a, str> {
        let (analysis, table) = (ctx.analysis, ctx.analysis.table());
        let (own, total) = (table.own(group), table.total(group));
        let unit = &ctx.metric().unit;
        Cow::Owned(match self {
            Self::Own => scales.own.format(own),
            Self::OwnShare => format::percent(table.share(own)),
            Self::Total => scales.total.format(total),
            Self::TotalShare => format::percent(table.share(total)),
            Self::Calls => cell::calls(table.calls(group)),
            Self::OwnPerCall => format::per_call(table.own_per_call(group), unit),
            Self::TotalPerCall => format::per_call(table.total_per_call(group), unit),
            Self::Name => return analysis.name(group),
            Self::Module => return Cow::Borrowed(analysis.groups().module(analysis.classes(), group)),
            Self::Place => cell::place(ctx, group),
        })
    }
}

/// What names are names of.
pub(in crate::ui) fn name_head(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Function => "Function",
        GroupBy::Line => "Function:line",
        GroupBy::File => "File",
        GroupBy::Module => "Module",
        GroupBy::Package => "Package",
    }
}
