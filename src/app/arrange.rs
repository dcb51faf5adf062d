//! Which bars and panes of a document stand where.

use super::document::Document;
use super::options::Options;
use super::pane::Views;
use super::recordings::Recordings;
use super::subject::Part;
use crate::analyze::diff::{Renamed, Side};
use crate::model::{StringId, format};
use crate::ui::annotations::AnnotationsCtx;
use crate::ui::bounds_strip::Strip;
use crate::ui::chrome::{BarState, bar_ui, status_ui, transforms_ui};
use crate::ui::compare_bar::{CompareBar, compare_bar_ui, side_ui};
use crate::ui::hints_page::HintsPage;
use crate::ui::search_field::Search;
use crate::ui::views::{
    SourceCtx, ViewKind, activity_ui, callers_ui, flame_ui, hints_ui, source_ui, sunburst_ui, table_ui,
};
use crate::ui::{
    Action, Actions, Arrangement, Command, OverTimeNeed, Theme, TreeNeed, ViewCtx, details_ui, empty_message, theme,
};
use egui::{Align, CentralPanel, Frame, Layout, Margin, Panel, Rect, RichText, Ui, UiBuilder};

/// What was chosen for the window.
#[derive(Clone, Copy)]
pub(super) struct Chosen<'a> {
    /// The cursor is to go into the search field.
    pub(super) focus_search: bool,
    /// Whether keys are for the views.
    pub(super) takes_keys: bool,
    /// The annotation whose note is being written.
    pub(super) editing: Option<u32>,
    /// What is remembered.
    pub(super) options: &'a Options,
}

/// What panes would like to have.
#[derive(Default)]
pub(super) struct Needs {
    pub(super) trees: Vec<(Part, TreeNeed)>,
    /// Source files; `None` where it is to be found out first which.
    pub(super) sources: Vec<(Part, Option<StringId>)>,
    pub(super) over_time: Vec<(Part, OverTimeNeed)>,
}

/// Draws a document; gives what its panes would like to have.
pub(super) fn document_ui(
    ui: &mut Ui,
    theme: &Theme,
    recordings: &Recordings,
    document: &mut Document,
    chosen: Chosen<'_>,
    actions: &mut Actions,
) -> Needs {
    bars_ui(ui, theme, recordings, document, chosen, actions);
    let renamed: &[Renamed] = match recordings {
        Recordings::File(_) => &[],
        Recordings::Comparison(sides) => &sides.matching.renamed,
    };
    let plain = Frame::new().fill(theme.panel);
    if chosen.options.details {
        let (ctx, _) = document.view_parts(Part::Whole, renamed, theme);
        Panel::right("details")
            .frame(plain.inner_margin(Margin { right: 0, ..Margin::same(theme::MARGIN as i8) }))
            .resizable(true)
            .default_size(310.0)
            .size_range(240.0..=520.0)
            .show(ui, |ui| details_ui(ui, &ctx, actions));
    }
    let mut needs = Needs::default();
    CentralPanel::default().frame(Frame::new().fill(theme.ground)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let parts = document.shown_parts();
        let before = document.choices();
        let panes = panes(ui.max_rect(), parts.len(), document.view);
        let top = ui.max_rect().top();
        for (&part, rect) in parts.iter().zip(panes) {
            let mut wanted = Actions::new();
            ui.scope_builder(UiBuilder::new().max_rect(rect).id_salt(part), |ui| {
                ui.set_clip_rect(rect.intersect(ui.clip_rect()));
                let view = document.view;
                // There is no source of both sides as one.
                let headed = part.side().or((view == ViewKind::Source).then_some(Side::New));
                if let (Some(side), Recordings::Comparison(sides)) = (headed, recordings) {
                    heading_ui(ui, theme, document, part, side, &sides.title(side), &mut wanted);
                }
                if view == ViewKind::Source && document.subject().in_place(part).is_none() {
                    needs.sources.push((part, None));
                    empty_message(ui, ui.available_rect_before_wrap(), theme, "Reading the source…");
                    return;
                }
                let (page, matcher) = (document.sources.page(part).cloned(), document.matcher.clone());
                let base = document.hints.page(Part::Side(Side::Base)).cloned().filter(|_| view == ViewKind::Hints);
                let (ctx, views) = document.view_parts(part, renamed, theme);
                let annotations = AnnotationsCtx { editing: chosen.editing, ..ctx.annotations };
                let ctx = ViewCtx { takes_keys: chosen.takes_keys, annotations, ..ctx };
                views.flame.controls = rect.top() <= top;
                for (canvas, _) in views.canvases(view) {
                    // A key that is meant for both is answered by one, and the other follows.
                    canvas.yields_keys = part == Part::Side(Side::Base);
                }
                let marks = match (page.as_deref(), ctx.hints) {
                    (Some(page), Some(hints)) if view == ViewKind::Source => hints.marks(&page.recorded),
                    _ => Vec::new(),
                };
                let source = SourceCtx {
                    page: page.as_deref(),
                    search: matcher.as_ref(),
                    marks: &marks,
                    editor: &chosen.options.editor,
                    roots: &chosen.options.source_roots,
                    mappings: &chosen.options.source_mappings,
                    takes_keys: part != Part::Side(Side::Base),
                };
                view_ui(ui, view, &ctx, &source, base.as_deref(), views, &mut wanted);
            });
            for action in wanted {
                match action {
                    Action::Need(need) => needs.trees.push((part, need)),
                    Action::NeedSource(file) => needs.sources.push((part, Some(file))),
                    Action::NeedOverTime(need) => needs.over_time.push((part, need)),
                    action => actions.push(action),
                }
            }
        }
        if document.link_sides(&before) {
            ui.request_repaint();
        }
    });
    needs
}

fn bars_ui(
    ui: &mut Ui,
    theme: &Theme,
    recordings: &Recordings,
    document: &Document,
    chosen: Chosen<'_>,
    actions: &mut Actions,
) {
    let plain = Frame::new().fill(theme.panel);
    let subject = document.subject();
    let analysis = subject.analysis(Part::Whole);
    let bar = BarState {
        analysis,
        sum: subject.compared().is_none().then(|| analysis.sum()),
        view: document.view,
        hints: document.hints.count(subject),
        search: Search {
            text: &document.search,
            error: document.search_error.as_deref(),
            found: document.found(),
            focus: chosen.focus_search,
        },
        can_go_back: document.history().can_go_back(),
        can_go_forward: document.history().can_go_forward(),
    };
    Panel::top("bar").frame(plain).show(ui, |ui| bar_ui(ui, theme, &bar, actions));
    if let (Some(compared), Recordings::Comparison(sides)) = (subject.compared(), recordings) {
        let titles = Side::BOTH.map(|side| sides.title(side));
        let bar = CompareBar {
            comparison: &compared.comparison,
            summary: &compared.summary,
            findings: &compared.findings,
            titles: [&titles[0], &titles[1]],
            about: &recordings.about(),
            arrangement: document.arrangement(),
            view: document.view,
            box_width: document.box_width(),
            equal_scale: document.equal_scale,
            findings_open: document.findings_open,
        };
        Panel::top("comparison").frame(plain).show(ui, |ui| compare_bar_ui(ui, theme, &bar, actions));
    }
    if !document.query().transforms.is_empty() || document.query().time_ns.is_some() {
        Panel::top("transforms").frame(plain).show(ui, |ui| transforms_ui(ui, theme, analysis, actions));
    }
    let profiles = subject.profiles();
    let strips: Vec<Strip<'_>> = profiles
        .iter()
        .filter_map(|(side, profile)| {
            let page = document.hints.page(side.map_or(Part::Whole, Part::Side))?;
            let unit = &profile.metric(profile.default_metric()).unit;
            Some(Strip { side: *side, bounds: &page.hints().bounds, unit })
        })
        .collect();
    Panel::bottom("status")
        .frame(plain)
        .show(ui, |ui| status_ui(ui, theme, analysis, &profiles, &strips, document.is_busy(), actions));
}

/// Where panes stand: beside each other where each is wide enough for its view, else one below the other. Flame graphs
/// and tables are wide things.
fn panes(all: Rect, count: usize, view: ViewKind) -> Vec<Rect> {
    const GAP: f32 = 2.0;
    if count < 2 {
        return vec![all];
    }
    let least = match view {
        ViewKind::Flame | ViewKind::Table | ViewKind::Activity => 760.0,
        ViewKind::Source => 440.0,
        ViewKind::Sunburst | ViewKind::Callers | ViewKind::Hints => 360.0,
    };
    let count = count as f32;
    let (width, height) = ((all.width() - GAP * (count - 1.0)) / count, (all.height() - GAP * (count - 1.0)) / count);
    let at = |i: f32| {
        if width >= least {
            let left = all.left() + i * (width + GAP);
            Rect::from_x_y_ranges(left..=left + width, all.y_range())
        } else {
            let top = all.top() + i * (height + GAP);
            Rect::from_x_y_ranges(all.x_range(), top..=top + height)
        }
    };
    (0..count as usize).map(|i| at(i as f32)).collect()
}

/// Which side a pane is.
fn heading_ui(
    ui: &mut Ui,
    theme: &Theme,
    document: &Document,
    part: Part,
    side: Side,
    title: &str,
    actions: &mut Actions,
) {
    let Some(compared) = document.subject().compared() else { return };
    let margin = Margin::symmetric(theme::MARGIN as i8, 3);
    Frame::new().fill(theme.panel).inner_margin(margin).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.horizontal(|ui| {
            side_ui(ui, theme, &compared.comparison, side, title, 60);
            if part == Part::Whole {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let keys = Command::SwitchArrangement.keys(ui.ctx());
                    let button = ui.small_button("Show base, too");
                    if button.on_hover_text(format!("The sources of both sides beside each other. ({keys})")).clicked()
                    {
                        actions.push(Action::Arrange(Arrangement::SideBySide));
                    }
                });
            }
            let runs = compared.comparison.aligned().runs(side).len();
            if runs > 1 {
                // The table and both sides as one have means; a side by itself is all that was recorded.
                let analysis = document.subject().analysis(Part::Side(side));
                let sum = format::value(analysis.sum(), &analysis.profile().metric(analysis.query().metric).unit);
                let text = format!("a run on average; the sum of {runs} runs is drawn: {sum}");
                ui.label(RichText::new(text).small().color(theme.text_weak));
            }
        });
    });
}

fn view_ui(
    ui: &mut Ui,
    view: ViewKind,
    ctx: &ViewCtx<'_>,
    source: &SourceCtx<'_>,
    base_hints: Option<&HintsPage>,
    views: &mut Views,
    actions: &mut Actions,
) {
    match view {
        ViewKind::Table => {
            let margin = Margin { left: 8, right: 8, top: 6, bottom: 0 };
            Frame::new().inner_margin(margin).show(ui, |ui| table_ui(ui, ctx, &mut views.table, actions));
        }
        ViewKind::Flame => flame_ui(ui, ctx, &mut views.flame, actions),
        ViewKind::Sunburst => sunburst_ui(ui, ctx, &mut views.sunburst, actions),
        ViewKind::Source => source_ui(ui, ctx, source, &mut views.source, actions),
        ViewKind::Callers => callers_ui(ui, ctx, &mut views.callers, actions),
        ViewKind::Activity => activity_ui(ui, ctx, &mut views.activity, actions),
        ViewKind::Hints => hints_ui(ui, ctx, base_hints, &mut views.hints, actions),
    }
}
