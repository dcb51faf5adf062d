//! What tables have in common whose rows stand for groups: the pointer, the keyboard and the menu, the selection that is
//! scrolled to, and the filter that says which are shown.

use super::ViewKind;
use crate::analyze::{Analysis, GroupBy, GroupId, Matches, SearchText, Transform};
use crate::model::Body;
use crate::ui::{
    Action, Actions, ViewCtx,
    cell::{self, Painted},
    theme,
};
use egui::{Key, Modifiers, Response, Ui};
use egui_extras::{Column as Width, TableBuilder, TableRow};

/// Draws a row.
pub(super) fn row_ui<'a, C: FnOnce(&Ui) -> Painted<'a>>(
    row: &mut TableRow<'_, '_>,
    ctx: &ViewCtx<'_>,
    group: GroupId,
    cells: impl Iterator<Item = C>,
    menu: impl FnOnce(&mut Ui, &mut Actions),
    actions: &mut Actions,
) {
    row.set_selected(ctx.selection == Some(group));
    if ctx.hovered == Some(group) {
        row.set_hovered(true);
    }
    for paint in cells {
        cell::add(row, paint);
    }
    let response = row.response();
    if response.hovered() {
        actions.push(Action::Hover(group));
    }
    if response.clicked() || response.secondary_clicked() {
        actions.push(Action::Select(Some(group)));
    }
    if response.double_clicked() {
        actions.push(Action::Show(if has_trees(ctx) { ViewKind::Flame } else { ViewKind::Source }));
    }
    response.context_menu(|ui| {
        group_items_ui(ui, ctx, group, actions);
        menu(ui, actions);
    });
}

/// A column of texts: they share the room that columns of figures leave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Texts {
    Names,
    Modules,
    Places,
}

impl Texts {
    /// Its width at first. Columns can be dragged, but for names, which take the room that is left; before they are
    /// squeezed, the table scrolls sideways.
    pub(super) fn width(self, room: f32) -> Width {
        match self {
            Self::Names => Width::remainder().at_least(NAME_AT_LEAST).resizable(false),
            Self::Modules => dragged((room * 0.24).clamp(64.0, 180.0)),
            Self::Places => dragged((room * 0.32).clamp(92.0, 280.0)),
        }
    }
}

const NAME_AT_LEAST: f32 = 120.0;

/// A column of this width at first.
pub(super) fn dragged(width: f32) -> Width {
    Width::initial(width).at_least(40.0).resizable(true)
}

/// How far a table is scrolled.
#[derive(Clone, Debug, Default)]
pub(super) struct Scrolled {
    /// The selection that has been scrolled to.
    to: Option<GroupId>,
    /// How many rows the screen held in the frame before.
    rows: usize,
}

impl Scrolled {
    /// Scrolls to what was selected since the frame before.
    pub(super) fn follow<'a>(
        &mut self,
        table: TableBuilder<'a>,
        selection: Option<GroupId>,
        position: impl FnOnce(GroupId) -> Option<usize>,
    ) -> TableBuilder<'a> {
        if self.to == selection {
            return table;
        }
        self.to = selection;
        match selection.and_then(position) {
            Some(row) => table.scroll_to_row(row, None),
            None => table,
        }
    }

    /// Takes the height rows were drawn in.
    pub(super) fn fit(&mut self, height: f32) {
        self.rows = (height / theme::TABLE_ROW) as usize;
    }
}

/// Which rows a filter lets through.
#[derive(Clone, Debug, Default)]
pub(super) struct RowFilter {
    text: SearchText,
    /// By group. `None` where it lets everything through.
    mask: Option<Vec<bool>>,
    /// What is wrong with it.
    error: Option<String>,
}

impl RowFilter {
    /// Takes another text, or other groups; whether it lets other rows through now. A text that cannot be read leaves what
    /// the last one showed: half a regular expression is not an answer.
    pub(super) fn update(&mut self, analysis: &Analysis, text: &SearchText, are_other_groups: bool) -> bool {
        if !are_other_groups && self.text == *text {
            return false;
        }
        self.text.clone_from(text);
        let groups = analysis.groups();
        match text.matcher() {
            Ok(matcher) => {
                self.error = None;
                self.mask = matcher.map(|m| Matches::find(analysis.profile(), analysis.classes(), groups, &m).mask);
            }
            Err(error) => {
                self.error = Some(error);
                self.mask = self.mask.take().filter(|mask| mask.len() == groups.len());
            }
        }
        true
    }

    /// Whether it lets everything through.
    pub(super) fn is_open(&self) -> bool {
        self.mask.is_none()
    }

    /// Whether it lets a group through.
    pub(super) fn passes(&self, group: GroupId) -> bool {
        self.mask.as_ref().is_none_or(|mask| mask.get(group.index()).copied().unwrap_or(false))
    }

    /// What is wrong with it.
    pub(super) fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }
}

/// Steps of the keyboard from row to row.
pub(super) fn keyboard(
    ui: &Ui,
    ctx: &ViewCtx<'_>,
    shown: &[GroupId],
    position: impl Fn(GroupId) -> Option<usize>,
    scrolled: &Scrolled,
    actions: &mut Actions,
) {
    const NONE: Modifiers = Modifiers::NONE;
    let (steps, first, last, enter) = ui.input_mut(|i| {
        let page = scrolled.rows.saturating_sub(1).max(1);
        let down = i.count_and_consume_key(NONE, Key::ArrowDown) + page * i.count_and_consume_key(NONE, Key::PageDown);
        let up = i.count_and_consume_key(NONE, Key::ArrowUp) + page * i.count_and_consume_key(NONE, Key::PageUp);
        let enter = ctx.selection.is_some() && i.consume_key(NONE, Key::Enter);
        (down as isize - up as isize, i.consume_key(NONE, Key::Home), i.consume_key(NONE, Key::End), enter)
    });
    let end = shown.len().saturating_sub(1);
    let to = if first {
        Some(0)
    } else if last {
        Some(end)
    } else if steps != 0 {
        // From nowhere, the first step goes to the first row.
        let from = ctx.selection.and_then(position);
        Some(from.map_or(0, |at| at.saturating_add_signed(steps).min(end)))
    } else {
        None
    };
    if let Some(&group) = to.and_then(|to| shown.get(to)) {
        actions.push(Action::Select(Some(group)));
    }
    if enter {
        actions.push(Action::Show(if has_trees(ctx) { ViewKind::Callers } else { ViewKind::Source }));
    }
}

/// `12 functions`, without the number.
pub(super) fn things(by: GroupBy, count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{}{plural}", by.name())
}

/// What can be done with the group of a row.
fn group_items_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, group: GroupId, actions: &mut Actions) {
    let transforms = [
        ("Focus", "Begin every stack at it and drop stacks without it.", Transform::Focus(group)),
        ("Hide", "Take it out of every stack; its time goes to its caller.", Transform::Hide(group)),
        ("Drop samples", "Leave out every sample whose stack holds it.", Transform::Drop(group)),
    ];
    for (label, tooltip, transform) in transforms {
        if transform_button(ui, ctx, label, tooltip).clicked() {
            actions.push(Action::Transform(transform));
        }
    }
    ui.separator();
    if ui.button("Show source").on_hover_text(ViewKind::Source.tooltip()).clicked() {
        actions.push(Action::Show(ViewKind::Source));
    }
    ui.separator();
    if ui.button("Copy name").clicked() {
        actions.push(Action::Copy(ctx.analysis.name(group).into_owned(), "Name copied"));
    }
    let place = cell::place(ctx, group);
    if ui.add_enabled(!place.is_empty(), egui::Button::new("Copy file:line")).clicked() {
        actions.push(Action::Copy(place, "Place copied"));
    }
    ui.separator();
}

/// A button for a transform; greyed out, with the reason, where there are no stacks to transform.
pub(in crate::ui) fn transform_button(ui: &mut Ui, ctx: &ViewCtx<'_>, label: &str, tooltip: &str) -> Response {
    ui.add_enabled(is_stacks(ctx), egui::Button::new(label))
        .on_hover_text(tooltip)
        .on_disabled_hover_text("This profile holds no whole stacks, so there is nothing to take out of them.")
}

fn has_trees(ctx: &ViewCtx<'_>) -> bool {
    ctx.analysis.profile().has_trees()
}

fn is_stacks(ctx: &ViewCtx<'_>) -> bool {
    matches!(ctx.analysis.profile().body(), Body::Stacks(_))
}
