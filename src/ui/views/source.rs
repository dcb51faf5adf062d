//! The source view: a file with what each line cost.

mod columns;
mod missing;
mod rows;
mod toolbar;

use crate::analyze::diff::Side;
use crate::analyze::{GroupId, GroupKey};
use crate::model::StringId;
use crate::source::{Mapping, Recorded};
use crate::ui::source_page::{HeatBy, SourcePage, hottest, next_hot};
use crate::ui::{Action, Actions, ViewCtx, empty_message, theme};
use egui::{Key, Modifiers, Ui};
use regex::Regex;
use std::path::PathBuf;

/// State of the source view.
#[derive(Clone, Debug, Default)]
pub struct SourceState {
    /// By what lines are hot.
    pub by: HeatBy,
    /// The file on screen; `None` until one is chosen.
    file: Option<StringId>,
    /// The line the user is at; 0 for none.
    line: u32,
    /// The selection that has been followed, once any has.
    followed: Followed,
    /// Where to go once the file is there.
    aim: Option<Aim>,
    /// How far the text is scrolled to the right.
    scrolled_right: f32,
    /// How many rows the screen held in the frame before.
    rows_on_screen: usize,
    /// What is being typed into the fields of a missing file.
    mapping: (String, String),
}

/// What the view has followed so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Followed {
    /// Nothing yet.
    #[default]
    Nothing,
    /// A selection, or that there is none.
    Selection(Option<GroupId>),
}

/// A place to scroll to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Aim {
    /// A line, counted from one.
    Line(u32),
    /// The beginning of the selected function.
    Selection,
    /// The line that cost most.
    Hottest,
}

impl SourceState {
    /// The line the user is at.
    pub fn line(&self) -> Option<u32> {
        (self.line > 0).then_some(self.line)
    }

    /// Goes to a line of the file on screen.
    pub fn go_to(&mut self, line: u32) {
        self.aim = Some(Aim::Line(line));
    }

    /// Goes to what is selected, also where it has been followed before.
    pub fn go_to_selection(&mut self) {
        self.followed = Followed::Nothing;
    }

    /// Goes to the line that cost most.
    pub fn go_to_hottest(&mut self) {
        self.aim = Some(Aim::Hottest);
    }

    /// Goes to the next hot line, or the one before.
    pub fn step_hot(&mut self, page: &SourcePage, forward: bool) {
        if let Some(line) = next_hot(page.costs(self.by), self.line, forward) {
            self.aim = Some(Aim::Line(line));
        }
    }

    /// Goes to the next line of the file that a search matches, or the one before; whether there is one.
    pub fn step_match(&mut self, page: &SourcePage, search: &Regex, forward: bool) -> bool {
        let Some(found) = page.found() else { return false };
        let count = found.file.line_count() as u32;
        let matches = |line: &u32| found.file.line(*line).is_some_and(|text| search.is_match(text));
        let here = self.line.min(count);
        let next = if forward {
            (here + 1..=count).chain(1..=here).find(matches)
        } else {
            (1..here).rev().chain((here.max(1)..=count).rev()).find(matches)
        };
        self.aim = next.map(Aim::Line).or(self.aim);
        next.is_some()
    }

    /// Forgets what ids meant before a reload or another grouping.
    pub fn forget(&mut self) {
        self.file = None;
        self.followed = Followed::Nothing;
    }
}

/// A remark on a line, shown in the margin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LineMark {
    /// Counted from one.
    pub line: u32,
    /// What is shown when it is pointed at.
    pub text: String,
}

/// What the source view shows beside what every view is given.
#[derive(Clone, Copy)]
pub struct SourceCtx<'a> {
    /// The file that is ready.
    pub page: Option<&'a SourcePage>,
    /// What is searched for.
    pub search: Option<&'a Regex>,
    /// Remarks, by line.
    pub marks: &'a [LineMark],
    /// The command a file is opened in an editor with.
    pub editor: &'a str,
    /// Folders the user has sources searched in.
    pub roots: &'a [PathBuf],
    /// Recorded folders and what they are here.
    pub mappings: &'a [Mapping],
    /// Whether keys are for it: of two beside each other, one takes them.
    pub takes_keys: bool,
}

/// Draws the source view.
pub fn source_ui(
    ui: &mut Ui,
    ctx: &ViewCtx<'_>,
    source: &SourceCtx<'_>,
    state: &mut SourceState,
    actions: &mut Actions,
) {
    let keys_are_free = source.takes_keys && ctx.keys_are_free(ui);
    follow(ctx, state);
    let Some(file) = state.file else {
        let rect = ui.available_rect_before_wrap();
        let text = "No function of this profile has a source file. Those of other languages, built-in functions and \
                    code made while the program runs have none.";
        empty_message(ui, rect, ctx.theme, text);
        return;
    };
    let Some(page) = source.page.filter(|page| page.file == file) else {
        actions.push(Action::NeedSource(file));
        empty_message(ui, ui.available_rect_before_wrap(), ctx.theme, "Reading the source…");
        return;
    };
    if let Err(missing) = &page.answer {
        missing::missing_ui(ui, ctx, source, missing, &mut state.mapping, actions);
        return;
    }
    if let Some(line) = state.aim.take().and_then(|aim| aimed_line(ctx, page, state, aim)) {
        state.line = line;
        state.aim = Some(Aim::Line(line));
    }
    toolbar::toolbar_ui(ui, ctx, source, page, state, actions);
    if keys_are_free {
        keyboard(ui, page, state);
    }
    rows::rows_ui(ui, ctx, source, page, state, actions);
}

/// Shows the file of what was selected since the last frame, or the costliest function's where nothing is.
fn follow(ctx: &ViewCtx<'_>, state: &mut SourceState) {
    if state.followed == Followed::Selection(ctx.selection) {
        return;
    }
    let first = state.followed == Followed::Nothing;
    state.followed = Followed::Selection(ctx.selection);
    match ctx.selection {
        Some(group) => {
            if let Some((file, aim)) = place_of(ctx, group) {
                // A click on a line selects its function: the view must not run away from it.
                let clicked_here = !first && state.file == Some(file) && is_line_of(ctx, state, group);
                // Whoever asks for a line of it gets that line.
                let is_asked_for = matches!(state.aim, Some(Aim::Line(_)));
                if !clicked_here && !is_asked_for {
                    state.aim = Some(aim);
                    state.scrolled_right = 0.0;
                }
                state.file = Some(file);
            }
        }
        None if state.file.is_none() => {
            state.file = costliest_file(ctx);
            state.aim = Some(Aim::Hottest);
        }
        None => {}
    }
}

/// Whether the line the user is at belongs to a group's function.
fn is_line_of(ctx: &ViewCtx<'_>, state: &SourceState, group: GroupId) -> bool {
    let profile = ctx.analysis.profile();
    let function = ctx.analysis.groups().example(group);
    state.line > 0
        && match ctx.analysis.groups().key(group) {
            GroupKey::Line(_, line) => line == state.line,
            GroupKey::Function(f) => {
                profile.function(f).line == state.line
                    || profile.frames().iter().any(|frame| frame.function == function && frame.line == state.line)
            }
            _ => true,
        }
}

/// The file of a group, and what to show of it.
fn place_of(ctx: &ViewCtx<'_>, group: GroupId) -> Option<(StringId, Aim)> {
    let profile = ctx.analysis.profile();
    match ctx.analysis.groups().key(group) {
        GroupKey::Function(f) | GroupKey::Line(f, 0) => Some((profile.function(f).file, Aim::Selection)),
        GroupKey::Line(f, line) => Some((profile.function(f).file, Aim::Line(line))),
        GroupKey::File(file) => Some((file, Aim::Hottest)),
        GroupKey::Module(_) => Some((profile.function(ctx.analysis.groups().example(group)).file, Aim::Hottest)),
        GroupKey::Package(_) => None,
    }
}

/// The file of the function that cost most by itself and has one.
fn costliest_file(ctx: &ViewCtx<'_>) -> Option<StringId> {
    let (analysis, profile) = (ctx.analysis, ctx.analysis.profile());
    let table = analysis.table();
    let file = |group: GroupId| profile.function(analysis.groups().example(group)).file;
    // Beside each other, both sides begin with the file of one function.
    let cost = |group: GroupId| match ctx.compare {
        Some(compare) => Side::BOTH.map(|side| compare.comparison.side(side).table().own(group)).into_iter().max(),
        None => Some(table.own(group)),
    };
    let on_both = |group: GroupId| ctx.compare.is_none_or(|c| Side::BOTH.iter().all(|side| c.has(*side, group)));
    table
        .present()
        .filter(|&g| Recorded::new(profile.text(file(g))).path().is_some())
        .max_by_key(|&g| (on_both(g), cost(g), std::cmp::Reverse(g)))
        .map(file)
}

fn aimed_line(ctx: &ViewCtx<'_>, page: &SourcePage, state: &SourceState, aim: Aim) -> Option<u32> {
    let hottest = || hottest(page.costs(state.by)).map(|(line, _)| line);
    match aim {
        Aim::Line(line) => Some(line),
        Aim::Hottest => hottest(),
        Aim::Selection => {
            let function = ctx.analysis.groups().example(ctx.selection?);
            let line = page.line_of(ctx.analysis, function);
            (line > 0).then_some(line).or_else(hottest)
        }
    }
}

fn keyboard(ui: &Ui, page: &SourcePage, state: &mut SourceState) {
    const NONE: Modifiers = Modifiers::NONE;
    let Some(found) = page.found() else { return };
    let last = found.file.line_count() as u32;
    let screen = state.rows_on_screen.saturating_sub(2).max(1);
    let steps = ui.input_mut(|i| {
        let down =
            i.count_and_consume_key(NONE, Key::ArrowDown) + screen * i.count_and_consume_key(NONE, Key::PageDown);
        let up = i.count_and_consume_key(NONE, Key::ArrowUp) + screen * i.count_and_consume_key(NONE, Key::PageUp);
        let sideways = i.count_and_consume_key(NONE, Key::ArrowRight) as f32
            - i.count_and_consume_key(NONE, Key::ArrowLeft) as f32;
        state.scrolled_right = (state.scrolled_right + sideways * theme::SOURCE_STEP).max(0.0);
        down as i64 - up as i64
    });
    if steps != 0 && last > 0 {
        let line = (i64::from(state.line) + steps).clamp(1, i64::from(last));
        state.aim = Some(Aim::Line(line as u32));
        state.line = line as u32;
    }
}
