//! A comparison in a window, and pairs to compare there.

use crate::one_view::{Session, view_ui};
use helioscope::analyze::diff::{
    BoxWidth, Comparison, DiffNeighbours, Matching, Measure, Normalize, Question, Renamed, Side, align, align_runs,
};
use helioscope::analyze::{GroupId, Matches, Neighbours, Order, SearchText};
use helioscope::import::{Job, open};
use helioscope::layout::Scheme;
use helioscope::model::{Profile, TimeMeaning};
use helioscope::ui::views::{
    CallersState, FlameState, SunburstState, TableState, callers_ui, flame_ui, sunburst_ui, table_ui,
};
use helioscope::ui::{Action, CompareCtx, Theme, TreeKind, TreeNeed, Trees, ViewCtx, details_ui};
use std::path::Path;
use std::sync::Arc;

/// What is drawn.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Show {
    Table,
    Flame,
    Sunburst,
    Callers,
    Details,
}

/// A session in small: it applies what changes what is drawn, and keeps the rest for the test to look at.
pub(crate) struct Stage {
    pub(crate) comparison: Comparison,
    pub(crate) selection: Option<GroupId>,
    pub(crate) table: TableState,
    pub(crate) flame: FlameState,
    pub(crate) box_width: BoxWidth,
    pub(crate) measure: Measure,
    pub(crate) actions: Vec<Action>,
    matching: Matching,
    matches: Option<Matches>,
    neighbours: Option<Neighbours>,
    neighbours_of_both: Option<DiffNeighbours>,
    sunburst: SunburstState,
    callers: CallersState,
    theme: Theme,
    trees: Trees,
    show: Show,
    has_fonts: bool,
}

impl Stage {
    pub(crate) fn new(show: Show, scheme: Scheme, comparison: Comparison) -> Self {
        Self {
            comparison,
            selection: None,
            table: TableState::default(),
            flame: FlameState::default(),
            box_width: BoxWidth::default(),
            measure: Measure::default(),
            actions: Vec::new(),
            matching: Matching::default(),
            matches: None,
            neighbours: None,
            neighbours_of_both: None,
            sunburst: SunburstState::default(),
            callers: CallersState::default(),
            theme: Theme::new(scheme),
            trees: Trees::default(),
            show,
            has_fonts: false,
        }
    }

    pub(crate) fn normalized(mut self, normalize: Normalize) -> Self {
        let question = Question { normalize, ..self.comparison.question().clone() };
        self.comparison = Comparison::new(Arc::clone(self.comparison.aligned()), question, Some(&self.comparison));
        self
    }

    pub(crate) fn group(&self, name: &str) -> GroupId {
        let mut all = self.comparison.side(Side::New).groups().ids();
        all.find(|g| self.comparison.name(*g) == name).expect("it is in one of the profiles")
    }

    pub(crate) fn select(&mut self, name: &str) {
        let group = self.group(name);
        self.set_selection(Some(group));
    }

    pub(crate) fn search(&mut self, text: &str) {
        let text = SearchText { text: text.to_owned(), regex: false };
        let matcher = text.matcher().expect("plain text");
        self.matches = matcher.map(|m| self.comparison.side(Side::New).search(&m));
    }

    pub(crate) fn selected_name(&self) -> String {
        self.selection.map(|g| self.comparison.name(g).into_owned()).unwrap_or_default()
    }

    fn set_selection(&mut self, group: Option<GroupId>) {
        self.selection = group;
        let of_side = |side| group.map(|g| self.comparison.side(side).neighbours(g));
        let (base, new) = (of_side(Side::Base), of_side(Side::New));
        self.neighbours_of_both =
            base.as_ref().zip(new.as_ref()).map(|(base, new)| self.comparison.neighbours(base, new));
        self.neighbours = new;
    }

    /// Pairs functions as the program does: everything is aligned anew.
    fn rename(&mut self, change: impl FnOnce(&mut Vec<Renamed>)) {
        let selected = self.selection.map(|g| self.comparison.name(g).into_owned());
        change(&mut self.matching.renamed);
        let aligned = Arc::clone(self.comparison.aligned());
        let [base, new] = Side::BOTH.map(|side| Arc::clone(aligned.recorded(side)));
        let aligned = align(&base, &new, &self.matching).expect("as before");
        self.comparison = compared(aligned);
        self.trees.clear();
        let group = selected
            .and_then(|name| self.comparison.side(Side::New).groups().ids().find(|g| self.comparison.name(*g) == name));
        self.set_selection(group);
    }

    fn put_tree(&mut self, need: TreeNeed) {
        use TreeKind::{CalleesOf, CallersOf, Overview, Sunburst, Whole};
        let (c, detail, width) = (&self.comparison, need.detail, self.box_width);
        let tree = match need.kind {
            Whole(Order::Inverted) | Overview(Order::Inverted) => c.inverted(width, detail),
            Whole(_) | Overview(_) | Sunburst => c.tree(width, detail),
            CallersOf(group) => c.callers_tree(group, width, detail),
            CalleesOf(group) => c.callees_tree(group, width, detail),
        };
        self.trees.put(need.kind, Arc::new(tree));
    }
}

impl Session for Stage {
    fn draw(&mut self, ui: &mut egui::Ui) {
        if !std::mem::replace(&mut self.has_fonts, true) {
            // They are there from the next frame on.
            ui.ctx().set_fonts(Theme::fonts());
            ui.ctx().request_repaint();
            return;
        }
        let mut actions = Vec::new();
        let colours = std::cell::RefCell::default();
        let ctx = ViewCtx {
            selection: self.selection,
            matches: self.matches.as_ref(),
            neighbours: self.neighbours.as_ref(),
            time_meaning: TimeMeaning::Order,
            compare: Some(CompareCtx {
                comparison: &self.comparison,
                measure: self.measure,
                box_width: self.box_width,
                side: None,
                neighbours: self.neighbours_of_both.as_ref(),
                renamed: &self.matching.renamed,
            }),
            ..ViewCtx::new(self.comparison.side(Side::New), &self.trees, &self.theme, &colours)
        };
        let ground = if self.show == Show::Details { self.theme.panel } else { self.theme.ground };
        let margin = if matches!(self.show, Show::Table | Show::Details) { 12.0 } else { 0.0 };
        view_ui(ui, &self.theme, ground, margin, |ui| match self.show {
            Show::Table => table_ui(ui, &ctx, &mut self.table, &mut actions),
            Show::Flame => flame_ui(ui, &ctx, &mut self.flame, &mut actions),
            Show::Sunburst => sunburst_ui(ui, &ctx, &mut self.sunburst, &mut actions),
            Show::Callers => callers_ui(ui, &ctx, &mut self.callers, &mut actions),
            Show::Details => details_ui(ui, &ctx, &mut actions),
        });
        for action in actions {
            match &action {
                Action::Select(group) => self.set_selection(*group),
                Action::Measure(measure) => self.measure = *measure,
                Action::Need(need) => {
                    self.put_tree(*need);
                    ui.ctx().request_repaint();
                    continue;
                }
                Action::Pair(renamed) => self.rename(|all| all.push(renamed.clone())),
                Action::Unpair(renamed) => self.rename(|all| all.retain(|r| r != renamed)),
                Action::Hover(_) => continue,
                _ => {}
            }
            self.actions.push(action);
        }
    }
}

fn compared(aligned: helioscope::analyze::diff::Aligned) -> Comparison {
    let question = Question::new(&aligned);
    Comparison::new(Arc::new(aligned), question, None)
}

pub(crate) fn pair(base: Profile, new: Profile) -> Comparison {
    compared(align(&Arc::new(base), &Arc::new(new), &Matching::default()).expect("can be compared"))
}

/// Recordings of one program before and after it was made faster.
pub(crate) fn recorded(base: &[&str], new: &[&str]) -> Comparison {
    let read = |names: &[&str]| -> Vec<Arc<Profile>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/compare/orders");
        names.iter().map(|n| Arc::new(open(&folder.join(n), &Job::new()).expect("a fixture"))).collect()
    };
    compared(align_runs(&read(base), &read(new), &Matching::default()).expect("can be compared"))
}
