//! The figures beside each line.

use crate::analyze::{HeatKind, LineHeat, share};
use crate::model::format::{self, Scale};
use crate::ui::ViewCtx;
use crate::ui::source_page::{CallHeat, HeatBy, SourcePage};
use egui::{Color32, FontId, Ui};

/// A column of figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Figure {
    Hits,
    Calls,
    Own,
    Total,
    PerHit,
    /// Of the function, as `line_profiler` gives it.
    ShareOfFunction,
    /// Of everything counted.
    Share,
}

/// A column with its head and width.
pub(super) struct Column {
    figure: Figure,
    pub(super) head: String,
    pub(super) tooltip: &'static str,
    pub(super) width: f32,
}

/// The columns of a file, and how their figures are written.
pub(super) struct Columns {
    pub(super) shown: Vec<Column>,
    own: Scale,
    total: Scale,
    by: HeatBy,
    sum: i64,
}

/// A cell's text, and whether it is estimated.
pub(super) struct Cell {
    pub(super) text: String,
    pub(super) estimated: bool,
}

impl Columns {
    /// The columns for what was recorded of a file.
    pub(super) fn new(ui: &Ui, ctx: &ViewCtx<'_>, page: &SourcePage, by: HeatBy, font: &FontId) -> Self {
        let (heat, unit) = (&page.heat, &ctx.metric().unit);
        let largest = page.largest;
        let own = Scale::for_max(largest.own, unit);
        let total = Scale::for_max(largest.total, unit).as_fine_as(&own);
        let has_counts = largest.hits.is_some();
        let figures: &[Figure] = match heat.kind {
            HeatKind::Recorded => &[Figure::Hits, Figure::Total, Figure::PerHit, Figure::ShareOfFunction],
            HeatKind::Functions if has_counts => &[Figure::Calls, Figure::Own, Figure::Total, Figure::Share],
            HeatKind::Sampled | HeatKind::Functions => &[Figure::Own, Figure::Total, Figure::Share],
        };
        let mut columns = Self { shown: Vec::new(), own, total, by, sum: heat.sum };
        let widest = |texts: [&str; 2]| {
            let width = |text: &str| ui.painter().layout_no_wrap(text.to_owned(), font.clone(), Color32::PLACEHOLDER);
            texts.map(|t| width(t).size().x).into_iter().fold(0.0, f32::max)
        };
        for &figure in figures {
            let head = columns.head(figure, heat.kind);
            let example = match figure {
                Figure::Own => format!("≈ {}", columns.own.format(largest.own)),
                Figure::Total => format!("≈ {}", columns.total.format(largest.total)),
                Figure::Hits | Figure::Calls => format::count(largest.hits.unwrap_or(0)),
                Figure::PerHit => format::per_call(Some(999.9), unit),
                Figure::Share | Figure::ShareOfFunction => format::percent(1e-9),
            };
            let width = widest([&head, &example]);
            columns.shown.push(Column { figure, head, tooltip: tooltip(figure, heat.kind, by), width });
        }
        columns
    }

    fn head(&self, figure: Figure, kind: HeatKind) -> String {
        let with_unit = |name: &str, scale: &Scale| match scale.unit_name() {
            "" => name.to_owned(),
            unit => format!("{name} ({unit})"),
        };
        match figure {
            Figure::Hits => "Hits".to_owned(),
            Figure::Calls => "Calls".to_owned(),
            Figure::Own => with_unit("Self", &self.own),
            Figure::Total if kind == HeatKind::Recorded => with_unit("Time", &self.total),
            Figure::Total => with_unit("Total", &self.total),
            Figure::PerHit => "Per hit".to_owned(),
            Figure::ShareOfFunction => "% time".to_owned(),
            Figure::Share if self.by == HeatBy::Own => "Self %".to_owned(),
            Figure::Share => "Total %".to_owned(),
        }
    }

    /// What stands in a column for a line; empty where it cost nothing.
    pub(super) fn cell(
        &self,
        ctx: &ViewCtx<'_>,
        column: &Column,
        line: Option<&LineHeat>,
        calls: Option<&CallHeat>,
    ) -> Cell {
        let unit = &ctx.metric().unit;
        let exact = |text: String| Cell { text, estimated: false };
        let Some(line) = line else {
            let estimated = |text: String| Cell { text, estimated: true };
            let Some(calls) = calls else { return exact(String::new()) };
            return match column.figure {
                Figure::Total => estimated(format!("≈ {}", self.total.format(calls.total))),
                Figure::Calls => estimated(calls.calls.map_or_else(String::new, format::count)),
                Figure::Own if calls.built_in > 0 => estimated(format!("≈ {}", self.own.format(calls.built_in))),
                Figure::Share if self.by.cost_of_calls(calls) > 0 => {
                    estimated(format::percent(share(self.by.cost_of_calls(calls), self.sum)))
                }
                _ => exact(String::new()),
            };
        };
        exact(match column.figure {
            Figure::Hits | Figure::Calls => line.hits.map_or_else(String::new, format::count),
            Figure::Own if line.own == 0 => String::new(),
            Figure::Own => self.own.format(line.own),
            Figure::Total => self.total.format(line.total),
            Figure::PerHit => {
                let hits = line.hits.filter(|&h| h > 0);
                format::per_call(hits.map(|hits| line.total as f64 / hits as f64), unit)
            }
            Figure::ShareOfFunction => format::percent(share(line.total, line.function_total)),
            Figure::Share if self.by.cost(line) == 0 => String::new(),
            Figure::Share => format::percent(share(self.by.cost(line), self.sum)),
        })
    }
}

fn tooltip(figure: Figure, kind: HeatKind, by: HeatBy) -> &'static str {
    match (figure, kind) {
        (Figure::Hits, _) => "How often the line ran.",
        (Figure::Calls, _) => "How often the function that begins here was called.",
        (Figure::Own, HeatKind::Functions) => "Cost in the function that begins here, without what it called.",
        (Figure::Own, _) => "Cost in the line itself: it was running.",
        (Figure::Total, HeatKind::Recorded) => "Time in the line and everything it called, as recorded.",
        (Figure::Total, HeatKind::Functions) => {
            "Cost of the function that begins here with everything it called. On other lines (≈): of what the line calls, \
             where the source leaves one line for it."
        }
        (Figure::Total, HeatKind::Sampled) => "Cost in the line and everything it called. A sample counts once.",
        (Figure::PerHit, _) => "Time ÷ hits.",
        (Figure::ShareOfFunction, _) => "Time ÷ time of the function's lines, as line_profiler shows it.",
        (Figure::Share, _) if by == HeatBy::Own => "Self ÷ everything that was counted.",
        (Figure::Share, _) => "Total ÷ everything that was counted.",
    }
}
