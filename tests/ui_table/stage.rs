//! A profile in a window, and profiles to show there.

use crate::one_view::{Session, view_ui};
use helioscope::analyze::{Analysis, GroupBy, GroupId, Matches, Neighbours, Query, SearchText};
use helioscope::layout::Scheme;
use helioscope::model::{Function, FunctionId, GraphBuilder, Profile, StringId, Unit};
use helioscope::ui::views::callers_tables::callers_tables_ui;
use helioscope::ui::views::table::{TableState, table_ui};
use helioscope::ui::{Action, Theme, Trees, ViewCtx, details_ui};
use std::sync::Arc;

/// What is drawn.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Show {
    Table,
    Details,
    Callers,
}

/// A session in small: it applies what changes what is drawn, and keeps the rest for the test to look at.
pub(crate) struct Stage {
    pub(crate) analysis: Analysis,
    pub(crate) selection: Option<GroupId>,
    pub(crate) matches: Option<Matches>,
    pub(crate) table: TableState,
    pub(crate) actions: Vec<Action>,
    neighbours: Option<Neighbours>,
    theme: Theme,
    trees: Trees,
    show: Show,
}

impl Stage {
    pub(crate) fn new(show: Show, scheme: Scheme, profile: Profile) -> Self {
        let query = Query::new(&profile);
        Self {
            analysis: Analysis::new(Arc::new(profile), query, None),
            selection: None,
            matches: None,
            table: TableState::default(),
            actions: Vec::new(),
            neighbours: None,
            theme: Theme::new(scheme),
            trees: Trees::default(),
            show,
        }
    }

    pub(crate) fn select(&mut self, name: &str) {
        let group = self.analysis.groups().ids().find(|&g| self.analysis.name(g) == name);
        self.set_selection(group);
        assert!(self.selection.is_some(), "{name} is in the profile");
    }

    pub(crate) fn search(&mut self, text: &str) {
        let text = SearchText { text: text.to_owned(), regex: false };
        self.matches = text.matcher().expect("plain text").map(|m| self.analysis.search(&m));
    }

    pub(crate) fn selected_name(&self) -> String {
        self.selection.map(|g| self.analysis.name(g).into_owned()).unwrap_or_default()
    }

    fn set_selection(&mut self, group: Option<GroupId>) {
        self.selection = group;
        self.neighbours = group.map(|g| self.analysis.neighbours(g));
    }

    pub(crate) fn group_by(&mut self, by: GroupBy) {
        let query = Query { by, ..self.analysis.query().clone() };
        self.analysis = Analysis::new(Arc::clone(self.analysis.profile()), query, Some(&self.analysis));
        self.set_selection(None);
    }
}

impl Session for Stage {
    fn draw(&mut self, ui: &mut egui::Ui) {
        let mut actions = Vec::new();
        let colours = std::cell::RefCell::default();
        let ctx = ViewCtx {
            selection: self.selection,
            matches: self.matches.as_ref(),
            neighbours: self.neighbours.as_ref(),
            ..ViewCtx::new(&self.analysis, &self.trees, &self.theme, &colours)
        };
        let ground = if self.show == Show::Details { self.theme.panel } else { self.theme.ground };
        view_ui(ui, &self.theme, ground, 12.0, |ui| match self.show {
            Show::Table => table_ui(ui, &ctx, &mut self.table, &mut actions),
            Show::Details => details_ui(ui, &ctx, &mut actions),
            Show::Callers => callers_tables_ui(ui, &ctx, &mut actions),
        });
        for action in actions {
            match &action {
                Action::Select(group) => self.set_selection(*group),
                Action::Group(by) => self.group_by(*by),
                Action::Hover(_) => continue,
                _ => {}
            }
            self.actions.push(action);
        }
    }
}

const SITE: &str = "/srv/shop/.venv/lib/python3.12/site-packages";
const LIB: &str = "/usr/lib/python3.12";

/// A row as cProfile writes it: name, file, line, all and primitive calls, own and total microseconds.
type Row = (&'static str, String, u32, (i64, i64), i64, i64);

fn rows() -> Vec<Row> {
    let site = |file: &str| format!("{SITE}/{file}");
    let lib = |file: &str| format!("{LIB}/{file}");
    let shop = |file: &str| format!("/srv/shop/{file}");
    let none = String::new;
    vec![
        ("<module>", shop("serve.py"), 1, (1, 1), 84, 2_418_300),
        ("handle_request", shop("shop/views.py"), 41, (320, 320), 18_204, 2_401_882),
        ("render_basket", shop("shop/baskets/rendering.py"), 118, (320, 320), 44_917, 1_187_415),
        ("walk", shop("shop/categories/tree.py"), 9, (48_640, 320), 391_040, 604_112),
        ("price_with_discounts", shop("shop/pricing.py"), 203, (12_800, 12_800), 266_031, 488_760),
        ("QuerySet.__iter__", site("django/db/models/query.py"), 370, (960, 960), 8_411, 702_554),
        ("SQLCompiler.execute_sql", site("django/db/models/sql/compiler.py"), 1_513, (960, 960), 31_775, 612_310),
        ("CursorWrapper.execute", site("django/db/backends/utils.py"), 94, (960, 960), 4_102, 402_977),
        ("<method 'execute' of 'sqlite3.Cursor' objects>", none(), 0, (960, 960), 371_604, 371_604),
        ("Template.render", site("django/template/base.py"), 167, (320, 320), 3_355, 598_121),
        (
            "NodeList.render_annotated_with_a_name_that_goes_on",
            site("django/template/base.py"),
            958,
            (21_440, 640),
            120_663,
            561_440,
        ),
        ("dumps", lib("json/__init__.py"), 183, (320, 320), 1_287, 62_209),
        ("JSONEncoder.iterencode", lib("json/encoder.py"), 204, (320, 320), 52_944, 58_720),
        ("deepcopy", lib("copy.py"), 128, (96_310, 9_600), 188_240, 301_977),
        ("DataFrame.groupby", site("pandas/core/frame.py"), 9_183, (12, 12), 611, 91_337),
        ("<built-in method builtins.isinstance>", none(), 0, (182_400, 182_400), 29_388, 29_388),
        ("<built-in method builtins.len>", none(), 0, (64_020, 64_020), 7_704, 7_704),
        ("<built-in method time.sleep>", none(), 0, (4, 4), 200_311, 200_311),
        ("Logger.debug", lib("logging/__init__.py"), 1_524, (5_120, 5_120), 6_240, 9_018),
        ("never_returned", shop("shop/views.py"), 12, (0, 0), 0, 0),
    ]
}

/// Who calls whom: caller, callee, calls, total microseconds.
const EDGES: [(&str, &str, (i64, i64), i64); 17] = [
    ("<module>", "handle_request", (320, 320), 2_401_882),
    ("handle_request", "render_basket", (320, 320), 1_187_415),
    ("handle_request", "QuerySet.__iter__", (640, 640), 520_113),
    ("handle_request", "dumps", (320, 320), 62_209),
    ("handle_request", "<built-in method time.sleep>", (4, 4), 200_311),
    ("handle_request", "deepcopy", (320, 320), 11_204),
    ("handle_request", "Logger.debug", (5_120, 5_120), 9_018),
    ("handle_request", "DataFrame.groupby", (12, 12), 91_337),
    ("render_basket", "walk", (320, 320), 604_112),
    ("render_basket", "Template.render", (320, 320), 598_121),
    ("walk", "walk", (48_320, 0), 590_000),
    ("walk", "deepcopy", (8_960, 8_960), 290_773),
    ("walk", "<built-in method builtins.isinstance>", (97_280, 97_280), 15_664),
    ("QuerySet.__iter__", "SQLCompiler.execute_sql", (960, 960), 612_310),
    ("SQLCompiler.execute_sql", "CursorWrapper.execute", (960, 960), 402_977),
    ("CursorWrapper.execute", "<method 'execute' of 'sqlite3.Cursor' objects>", (960, 960), 371_604),
    ("Template.render", "NodeList.render_annotated_with_a_name_that_goes_on", (320, 320), 561_440),
];

fn function(b: &mut GraphBuilder, name: &str, file: &str, line: u32) -> FunctionId {
    let (name, file) = (b.string(name), b.string(file));
    b.function(Function { name, file, line, object: StringId::EMPTY })
}

/// A web shop under cProfile.
pub(crate) fn shop() -> Profile {
    let mut b = GraphBuilder::new("cProfile");
    b.metric("time", Unit::Nanoseconds);
    let mut ids = std::collections::HashMap::new();
    for (name, file, line, (all, primitive), own, total) in rows() {
        let id = function(&mut b, name, &file, line);
        b.add(id, all, primitive, &[own * 1_000], &[total * 1_000]);
        ids.insert(name, id);
    }
    for (caller, callee, calls, total) in EDGES {
        b.add_edge(ids[caller], ids[callee], calls, &[total * 300], &[total * 1_000]);
    }
    b.finish().expect("builds")
}

/// Functions of made-up names, so many of them, each in one of a twentieth as many files.
pub(crate) fn many(functions: u32) -> Profile {
    let mut b = GraphBuilder::new("cProfile");
    b.metric("time", Unit::Nanoseconds);
    let mut seed = 0x2545_f491_u32;
    for i in 0..functions {
        seed ^= seed << 13;
        seed ^= seed >> 17;
        seed ^= seed << 5;
        let module = seed % (functions / 20).max(1);
        let file = format!("{SITE}/package_{}/module_{module}.py", module % 97);
        let id = function(&mut b, &format!("Handler_{}.process_{i}", seed % 5_000), &file, i % 1_000 + 1);
        let own = i64::from(seed % 1_000_000);
        b.add(id, i64::from(i % 50), i64::from(i % 20), &[own], &[own * 3]);
    }
    b.finish().expect("builds")
}
