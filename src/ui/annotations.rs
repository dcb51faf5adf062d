//! What is marked in a view: rings around boxes and arcs, notes beside them, and what can be done with them.
//!
//! Where notes stand is [`crate::layout`]'s to say, the same for the window and for exported pictures.

use super::{Action, Actions, Command, Theme, TreeKind, ViewCtx, accessible, theme};
use crate::analyze::CallTree;
use crate::layout::{
    self, Annotation, Callout, Ground, LONGEST_NOTE, Marked, NOTE_LINE, NOTE_PADDING, NOTE_TEXT, Note, Paths, RING,
    RING_HALO, Rectangle, Target, arrow_head, note_room, note_size, place_callouts, wrap_note,
};
use egui::{
    Align2, Area, Button, FontId, Frame, Id, Key, KeyboardShortcut, Modal, Modifiers, Order, Painter, Pos2, Rect,
    RichText, ScrollArea, Sense, Shape, Stroke, StrokeKind, TextEdit, Ui, UiKind, Vec2, WidgetInfo, accesskit,
};
use std::collections::HashMap;

/// The annotations a view may draw.
#[derive(Clone, Copy, Default)]
pub struct AnnotationsCtx<'a> {
    /// All of the document. Those about functions this profile lacks have no calls.
    pub all: &'a [Annotation],
    /// The one whose note is being written.
    pub editing: Option<u32>,
}

/// Something to be done with annotations.
#[derive(Clone, PartialEq, Debug)]
pub enum Annotating {
    /// Put a ring around a box, or take it off.
    Highlight(Marked),
    /// Write a note about a box, or change it.
    Note(Marked),
    /// Change the note of an annotation.
    Edit(u32),
    /// The text of a note.
    Set(u32, String),
    /// Write no note, and take off the annotation that was made for it.
    Discard(u32),
    /// Take an annotation off.
    Remove(u32),
    /// Put back what was taken off last.
    Restore,
    /// Show what an annotation is about.
    Show(u32),
    /// Where the box is whose note is being written.
    At(Rect),
}

/// An annotation in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listed {
    /// Its number.
    pub id: u32,
    /// What is marked: a function, or calls.
    pub name: String,
    /// What is said about it; empty where it is highlighted alone.
    pub note: String,
    /// Whether this profile has the functions it is about.
    pub known: bool,
}

/// A note that is being written.
#[derive(Clone, PartialEq, Debug)]
pub struct NoteField {
    /// Of which annotation.
    pub id: u32,
    /// What is marked.
    pub name: String,
    /// The text so far.
    pub text: String,
    /// Whether the annotation was made for this note: it goes where the note is not written.
    pub fresh: bool,
    /// Where the box is, as soon as it was drawn.
    pub at: Option<Rect>,
    /// Whether the field has been shown: it has the keyboard then.
    pub shown: bool,
}

impl TreeKind {
    /// How its paths are to be read.
    pub fn paths(self) -> Paths {
        match self {
            Self::Whole(order) | Self::Overview(order) => Paths::of(order),
            Self::Sunburst => Paths::FromRoot,
            Self::CallersOf(of) => Paths::CallersOf(of),
            Self::CalleesOf(of) => Paths::CalleesOf(of),
        }
    }
}

/// What of a view is marked, and its notes in their places.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    /// The numbers of annotations that are drawn.
    drawn: Vec<u32>,
    /// What notes were placed for, and where: they are placed again only when something has moved.
    wanted: Vec<Note>,
    area: Rectangle,
    callouts: Vec<Callout>,
    /// By annotation: its note in lines. Breaking a text into lines measures it a dozen times.
    wrapped: HashMap<u32, Wrapped>,
}

/// A note in lines, and what it was broken into them for.
#[derive(Clone, Debug, Default)]
struct Wrapped {
    text: String,
    room: NoteRoom,
    lines: Vec<String>,
    /// Its size, padding included.
    size: (f32, f32),
}

/// How wide the text of a note may be, how many lines it may have, and on how fine a screen it is measured.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
struct NoteRoom {
    width: f32,
    lines: usize,
    pixels_per_point: f32,
}

impl Wrapped {
    fn update(&mut self, ui: &Ui, text: &str, room: NoteRoom) {
        if self.text != text || self.room != room {
            let lines = wrap_note(text, room.width, room.lines, |text| width_of(ui, text));
            let size = note_size(&lines, |text| width_of(ui, text));
            *self = Self { text: text.to_owned(), room, lines, size };
        }
    }
}

impl Marks {
    /// The numbers of annotations that are drawn.
    pub(super) fn drawn(&self) -> &[u32] {
        &self.drawn
    }

    /// Draws what is marked over a view. `place` says where the box or arc of a node is, as far as it is drawn;
    /// `ground` where the view is empty.
    pub(super) fn ui(
        &mut self,
        ui: &Ui,
        painter: &Painter,
        ctx: &ViewCtx<'_>,
        (tree, paths): (&CallTree, Paths),
        (place, ground): (impl Fn(usize) -> Option<Target>, impl FnOnce(Rectangle) -> Ground),
        actions: &mut Actions,
    ) {
        self.drawn.clear();
        let all = ctx.annotations.all;
        if all.is_empty() {
            return;
        }
        let rect = painter.clip_rect();
        let area = rectangle_of(rect);
        let (width, lines) = note_room(&area);
        let room = NoteRoom { width, lines, pixels_per_point: ui.ctx().pixels_per_point() };
        let (mut wanted, mut texts, mut rings) = (Vec::new(), Vec::new(), Vec::new());
        for annotation in all {
            let node = annotation.marked.node(ctx.analysis, tree, paths);
            let Some(target) = node.and_then(&place) else { continue };
            self.drawn.push(annotation.id);
            halo(painter, ctx.theme, &target);
            rings.push(target);
            if ctx.annotations.editing == Some(annotation.id) {
                actions.push(Action::Annotate(Annotating::At(bounds_of(&target))));
                continue;
            }
            let name = node.map(|node| ctx.analysis.name(tree.group(node)).into_owned()).unwrap_or_default();
            let wrapped = self.wrapped.entry(annotation.id).or_default();
            wrapped.update(ui, &annotation.note, room);
            if wrapped.lines.is_empty() {
                say_highlighted(ui, annotation.id, &name, bounds_of(&target));
                continue;
            }
            let (width, height) = wrapped.size;
            wanted.push(Note { target, width, height });
            texts.push((annotation, name));
        }
        self.wrapped.retain(|id, _| self.drawn.contains(id));
        // Rings of neighbours touch: no halo is to cut through another ring.
        for target in &rings {
            ring(painter, target, Stroke::new(RING, ctx.theme.mark));
        }
        if self.wanted != wanted || self.area != area {
            self.callouts = if wanted.is_empty() { Vec::new() } else { place_callouts(area, &ground(area), &wanted) };
            (self.wanted, self.area) = (wanted, area);
        }
        for (callout, (annotation, name)) in self.callouts.iter().zip(&texts) {
            let lines = self.wrapped.get(&annotation.id).map_or(&[][..], |wrapped| &wrapped.lines);
            paint_callout(painter, ctx.theme, callout, lines);
            note_ui(ui, callout, annotation, name, actions);
        }
    }
}

/// Says how many annotations of a view are not drawn in it, in a corner; a click lists them.
pub(super) fn outside_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, rect: Rect, drawn: &[&[u32]], actions: &mut Actions) {
    let is_drawn = |annotation: &&Annotation| drawn.iter().any(|ids| ids.contains(&annotation.id));
    let count = ctx.annotations.all.len() - ctx.annotations.all.iter().filter(is_drawn).count();
    let text = match count {
        0 => return,
        1 => "1 annotation outside this view".to_owned(),
        _ => format!("{count} annotations outside this view"),
    };
    let text = RichText::new(text).small().color(ctx.theme.mark);
    let corner = Pos2::new(rect.left() + theme::GAP, rect.bottom() - theme::GAP);
    let size = Vec2::new(220.0, theme::BAR_HEIGHT - theme::GAP);
    let at = Rect::from_min_size(corner - Vec2::new(0.0, size.y), size);
    let layout = egui::Layout::left_to_right(egui::Align::Center);
    ui.scope_builder(egui::UiBuilder::new().max_rect(at).layout(layout), |ui| {
        let button = ui.add(Button::new(text).fill(ctx.theme.panel));
        let hint =
            "It is zoomed out of, too narrow, taken out by a filter, or drawn in another order. Click to list all.";
        if button.on_hover_text(hint).clicked() {
            actions.push(Action::Run(Command::ListAnnotations));
        }
    });
}

/// The entries of a box's menu.
pub(super) fn menu_ui(ui: &mut Ui, ctx: &ViewCtx<'_>, marked: Option<&Marked>, actions: &mut Actions) {
    let annotation = marked.and_then(|marked| ctx.annotations.all.iter().find(|one| one.marked == *marked));
    let (highlight, note) = match annotation {
        None => (Command::Highlight.label(), Command::AddNote.label()),
        Some(annotation) if annotation.note.is_empty() => ("Remove highlight", Command::AddNote.label()),
        Some(_) => ("Remove note", "Edit note…"),
    };
    for (label, command, to_do) in [
        (highlight, Command::Highlight, Annotating::Highlight as fn(Marked) -> Annotating),
        (note, Command::AddNote, Annotating::Note as fn(Marked) -> Annotating),
    ] {
        let button = Button::new(label).shortcut_text(command.keys(ui.ctx()));
        let response = ui.add_enabled(marked.is_some(), button).on_hover_text(command.tooltip());
        if response.clicked()
            && let Some(marked) = marked
        {
            actions.push(Action::Annotate(to_do(marked.clone())));
            ui.close();
        }
    }
}

/// The field a note is written in, beside its box. Whether it is to close.
pub(super) fn note_field_ui(ui: &Ui, theme: &Theme, field: &mut NoteField, actions: &mut Actions) -> bool {
    let at = actions.iter().rev().find_map(|action| match action {
        Action::Annotate(Annotating::At(at)) => Some(*at),
        _ => None,
    });
    field.at = at.or(field.at);
    let mut done = None;
    let frame = Frame::popup(ui.style()).inner_margin(theme::MARGIN).stroke(Stroke::new(1.5, theme.mark));
    let modal = Modal::new(Id::unique("note"))
        .area(note_area(ui, field.at))
        .backdrop_color(theme::CLEAR)
        .frame(frame)
        .show(ui.ctx(), |ui| {
            ui.set_width(theme::NOTE_FIELD);
            let name = layout::shorten_middle(&field.name, 44).into_owned();
            ui.label(RichText::new(name).monospace().small().color(theme.text_weak));
            // Enter ends the note, and with Shift the line.
            let edit = TextEdit::multiline(&mut field.text)
                .hint_text("What is there to see here?")
                .desired_rows(2)
                .desired_width(f32::INFINITY)
                .char_limit(LONGEST_NOTE)
                .return_key(KeyboardShortcut::new(Modifiers::SHIFT, Key::Enter));
            let response = ui.add(edit);
            response.widget_info(|| WidgetInfo::labeled(egui::Role::MultilineTextInput, true, "Note"));
            if !field.shown {
                response.request_focus();
            }
            ui.horizontal(|ui| {
                let used = field.text.chars().count();
                let hint = if used * 4 > LONGEST_NOTE * 3 {
                    format!("{used} of {LONGEST_NOTE} characters")
                } else {
                    "Enter saves, Esc cancels".to_owned()
                };
                ui.label(RichText::new(hint).small().color(theme.text_weak));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let save = Button::new(RichText::new("Save").color(theme.on_accent).strong()).fill(theme.accent);
                    if ui.add(save).clicked() {
                        done = Some(true);
                    }
                    if ui.button("Cancel").clicked() {
                        done = Some(false);
                    }
                });
            });
            let (enter, escape) = ui.input(|i| {
                let enter = i.key_pressed(Key::Enter) && i.modifiers.is_none();
                (enter, i.key_pressed(Key::Escape))
            });
            if escape {
                done = Some(false);
            } else if enter && ui.memory(|m| m.has_focus(response.id)) {
                done = Some(true);
            }
        });
    if !field.shown {
        field.shown = true;
        ui.ctx().request_repaint();
    }
    // What was written is not lost by a click beside the field.
    if done.is_none() && modal.should_close() {
        done = Some(!field.text.trim().is_empty());
    }
    let Some(keep) = done else { return false };
    if keep {
        actions.push(Action::Annotate(Annotating::Set(field.id, field.text.trim().to_owned())));
    } else if field.fresh {
        actions.push(Action::Annotate(Annotating::Discard(field.id)));
    }
    true
}

/// Below the box, or above it where there is no room below; in the middle where the box is not drawn.
fn note_area(ui: &Ui, at: Option<Rect>) -> Area {
    const ROOM: f32 = 150.0;
    let area = Area::new(Id::unique("note"))
        .kind(UiKind::Modal)
        .sense(Sense::hover())
        .order(Order::Foreground)
        .interactable(true);
    let window = ui.ctx().content_rect();
    match at {
        None => area.anchor(Align2::CENTER_CENTER, Vec2::ZERO),
        Some(at) => {
            let x = at.center().x.clamp(at.left(), at.left() + theme::NOTE_FIELD / 2.0);
            if at.bottom() + ROOM < window.bottom() {
                area.pivot(Align2::LEFT_TOP).fixed_pos(Pos2::new(x, at.bottom() + theme::GAP))
            } else {
                area.pivot(Align2::LEFT_BOTTOM).fixed_pos(Pos2::new(x, at.top() - theme::GAP))
            }
        }
    }
}

/// Every annotation with what can be done about it. Whether it is to close.
pub(super) fn annotations_ui(ui: &Ui, theme: &Theme, listed: &[Listed], actions: &mut Actions) -> bool {
    let mut done = false;
    let frame = Frame::popup(ui.style()).inner_margin(theme::MARGIN);
    let modal = Modal::new(Id::unique("annotations")).frame(frame).show(ui.ctx(), |ui| {
        ui.set_width(560.0);
        ui.heading("Annotations");
        ui.add_space(theme::GAP);
        if listed.is_empty() {
            let text = "Nothing is marked. Right-click a box or an arc to highlight it or to add a note.";
            ui.label(RichText::new(text).color(theme.text_weak));
        }
        // By itself it would keep the height of fewer annotations.
        let height = ui.ctx().content_rect().height() - 240.0;
        ScrollArea::vertical().max_height(height).min_scrolled_height(height).show(ui, |ui| {
            for one in listed {
                done |= row_ui(ui, theme, one, actions);
                ui.separator();
            }
        });
        ui.add_space(theme::GAP);
        ui.horizontal(|ui| {
            done |= ui.button("Close").clicked();
            if ui.add_enabled(!listed.is_empty(), Button::new("Remove all")).clicked() {
                actions.push(Action::Run(Command::RemoveAnnotations));
            }
        });
    });
    done || modal.should_close()
}

fn row_ui(ui: &mut Ui, theme: &Theme, one: &Listed, actions: &mut Actions) -> bool {
    let mut done = false;
    ui.horizontal(|ui| {
        ui.label(RichText::new(layout::shorten_middle(&one.name, 40)).monospace().strong());
        if !one.known {
            ui.label(RichText::new("not in this profile, or grouped otherwise").small().color(theme.warning));
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let edit = if one.note.is_empty() { "Add note…" } else { "Edit note…" };
            for (label, enabled, to_do) in [
                ("Remove", true, Annotating::Remove(one.id)),
                (edit, true, Annotating::Edit(one.id)),
                ("Show", one.known, Annotating::Show(one.id)),
            ] {
                let response = ui.add_enabled(enabled, Button::new(label).small());
                response
                    .widget_info(|| WidgetInfo::labeled(egui::Role::Button, enabled, format!("{label} {}", one.name)));
                if response.clicked() {
                    done |= label == "Show";
                    actions.push(Action::Annotate(to_do));
                }
            }
        });
    });
    if !one.note.is_empty() {
        ui.add(egui::Label::new(&one.note).wrap());
    }
    done
}

/// Tells screen readers, and tests, of a ring without a note.
fn say_highlighted(ui: &Ui, annotation: u32, name: &str, at: Rect) {
    ui.ctx().accesskit_node_builder(ui.scope_id().with(("ring", annotation)), |access| {
        access.set_role(accesskit::Role::Label);
        access.set_value(format!("Highlighted: {name}"));
        access.set_bounds(accessible::bounds(at));
    });
}

/// A note on screen: a click changes it.
fn note_ui(ui: &Ui, callout: &Callout, annotation: &Annotation, name: &str, actions: &mut Actions) {
    let at = rect_of(&callout.at);
    let response = ui.interact(at, ui.scope_id().with(("note", annotation.id)), Sense::click());
    let label = format!("Note on {name}: {}", annotation.note);
    response.widget_info(|| WidgetInfo::labeled(egui::Role::Button, true, &label));
    if response.hovered() {
        ui.ctx().set_cursor_icon(egui::CursorIcon::PointingHand);
    }
    if response.clicked() {
        actions.push(Action::Annotate(Annotating::Edit(annotation.id)));
    }
    response.context_menu(|ui| {
        for (label, to_do) in [
            ("Edit note…", Action::Annotate(Annotating::Edit(annotation.id))),
            ("Remove note", Action::Annotate(Annotating::Remove(annotation.id))),
            (Command::ListAnnotations.label(), Action::Run(Command::ListAnnotations)),
        ] {
            if ui.button(label).clicked() {
                actions.push(to_do);
                ui.close();
            }
        }
    });
    response.on_hover_text("Click to change this note.");
}

fn width_of(ui: &Ui, text: &str) -> f32 {
    let font = FontId::proportional(NOTE_TEXT);
    ui.fonts_mut(|fonts| text.chars().map(|c| fonts.glyph_width(&font, c)).sum())
}

fn halo(painter: &Painter, theme: &Theme, target: &Target) {
    ring(painter, target, Stroke::new(RING + 2.0 * RING_HALO, theme.mark_halo));
}

/// A line around what is marked; in its middle lies the edge of the box or arc.
fn ring(painter: &Painter, target: &Target, stroke: Stroke) {
    match target {
        Target::Box(own) => {
            painter.rect_stroke(rect_of(own), 0.0, stroke, StrokeKind::Middle);
        }
        Target::Arc { .. } => {
            painter.add(Shape::closed_line(edge_of(target), stroke));
        }
    }
}

/// The edge of an arc in steps so short that it looks round.
pub(super) fn edge_of(target: &Target) -> Vec<Pos2> {
    let Target::Arc { center, inner, outer, from, to } = *target else { return Vec::new() };
    let steps = (((to - from) as f32 * std::f32::consts::TAU * outer / 4.0).ceil() as usize).clamp(1, 360);
    let along = |radius: f32, step: usize| {
        let (right, below) = layout::Rings::offset(radius, from + (to - from) * step as f64 / steps as f64);
        Pos2::new(center.0 + right, center.1 + below)
    };
    (0..=steps).map(|step| along(outer, step)).chain((0..=steps).rev().map(|step| along(inner, step))).collect()
}

fn paint_callout(painter: &Painter, theme: &Theme, callout: &Callout, lines: &[String]) {
    let point = |(x, y): layout::Point| Pos2::new(x, y);
    if let Some(arrow) = callout.arrow {
        let head = arrow_head(arrow);
        let base = point(head[1]).lerp(point(head[2]), 0.5);
        let shaft = [point(arrow[0]), base];
        let halo = Stroke::new(2.0 * RING_HALO, theme.mark_halo);
        painter.line_segment(shaft, Stroke::new(layout::ARROW + 2.0 * RING_HALO, theme.mark_halo));
        painter.add(Shape::convex_polygon(head.map(point).to_vec(), theme.mark, halo));
        painter.line_segment(shaft, Stroke::new(layout::ARROW, theme.mark));
        painter.add(Shape::convex_polygon(head.map(point).to_vec(), theme.mark, Stroke::NONE));
    }
    let at = rect_of(&callout.at);
    painter.rect(at, theme::NOTE_RADIUS, theme.panel, Stroke::new(1.5, theme.mark), StrokeKind::Middle);
    let font = FontId::proportional(NOTE_TEXT);
    for (i, line) in lines.iter().enumerate() {
        let middle = at.top() + NOTE_PADDING.1 + (i as f32 + 0.5) * NOTE_LINE;
        let pos = Pos2::new(at.left() + NOTE_PADDING.0, middle);
        painter.text(pos, Align2::LEFT_CENTER, line, font.clone(), theme.text);
    }
}

pub(super) fn rectangle_of(rect: Rect) -> Rectangle {
    Rectangle { x: rect.left(), y: rect.top(), width: rect.width(), height: rect.height() }
}

fn rect_of(rectangle: &Rectangle) -> Rect {
    Rect::from_min_size(Pos2::new(rectangle.x, rectangle.y), Vec2::new(rectangle.width, rectangle.height))
}

fn bounds_of(target: &Target) -> Rect {
    match target {
        Target::Box(own) => rect_of(own),
        Target::Arc { .. } => Rect::from_points(&edge_of(target)),
    }
}
