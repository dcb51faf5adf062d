//! What was marked, in a picture: rings around boxes and arcs, notes beside them, and arrows between.

use super::{Area, Content, Frame, Picture, Subject};
use crate::analyze::GroupId;
use crate::export::font::{Font, PROPORTIONAL};
use crate::export::scrub::Scrub;
use crate::export::svg::{Anchor, Style, Svg};
use crate::layout::{
    ARROW, Annotation, Chain, Ground, Marked, NOTE_LINE, NOTE_PADDING, NOTE_TEXT, Names, Note, RING, RING_HALO,
    Rectangle, Rgb, Target, arrow_head, note_room, note_size, place_callouts, shorten_middle, wrap_note,
};
use crate::model::format;

/// What is marked in a drawing.
pub(crate) struct Marks {
    /// What was found in it.
    pub(crate) found: Vec<Found>,
    /// Where it is empty.
    pub(crate) ground: Ground,
    /// Where notes may stand.
    pub(crate) area: Rectangle,
}

/// A box or an arc that is marked.
pub(crate) struct Found {
    /// Which of the picture's annotations marks it.
    pub(crate) annotation: usize,
    /// Where it is.
    pub(crate) target: Target,
    /// The path data of an arc's edge; empty for a box.
    pub(crate) outline: String,
    /// The function's name.
    pub(crate) name: String,
}

/// Browsers without the font set text in one that may be this much wider.
const SLACK: f32 = 1.1;
/// A note may cover so much of what is drawn before the picture is made higher for it.
const COVERED: f32 = 0.12;
/// The part of a note's height that is left around it where the picture is made higher.
const AIR: f32 = 34.0;
/// Rounding of notes.
const RADIUS: f32 = 4.0;
/// Thickness of the edge of a note.
const EDGE: f32 = 1.5;
/// The base line of a text within its line.
const BASE_LINE: f32 = 13.0;

impl Area {
    pub(super) fn rectangle(&self) -> Rectangle {
        Rectangle { x: self.x, y: self.y, width: self.width, height: self.height }
    }
}

impl Picture {
    /// The same with notes that may leave the machine.
    pub(super) fn scrubbed(&self, scrub: &Scrub) -> Self {
        let mut scrubbed = self.clone();
        for annotation in &mut scrubbed.annotations {
            annotation.note = scrub.text(&annotation.note).into_owned();
        }
        scrubbed
    }

    /// How much higher a picture that is as high as needed is for the sake of its notes.
    pub(super) fn room_for_notes(&self, frame: &Frame<'_>, content: &dyn Content) -> f32 {
        if self.annotations.is_empty() || !content.leaves_room() {
            return 0.0;
        }
        let area = Area { x: 0.0, y: 0.0, width: self.width as f32, height: content.height(self) };
        let marks = content.marks(frame, &area);
        let notes = Notes::new(self, &marks);
        let covers = |at: &Rectangle| marks.ground.drawn_part(at) > COVERED;
        if !place_callouts(marks.area, &marks.ground, &notes.placed).iter().any(|callout| covers(&callout.at)) {
            return 0.0;
        }
        notes.placed.iter().map(|note| note.height).fold(0.0, f32::max) + AIR
    }

    /// Says how many annotations a drawing of a height has no place for; `None` where it has all.
    pub(super) fn outside(&self, frame: &Frame<'_>, content: &dyn Content, height: f32) -> Option<String> {
        if self.annotations.is_empty() {
            return None;
        }
        let area = Area { x: 0.0, y: 0.0, width: self.width as f32, height };
        outside(self.annotations.len() - content.marks(frame, &area).found.len())
    }

    /// Draws what is marked over a drawing.
    pub(super) fn annotate(&self, frame: &Frame<'_>, content: &dyn Content, svg: &mut Svg, area: &Area) {
        if self.annotations.is_empty() {
            return;
        }
        let marks = content.marks(frame, area);
        // Rings of neighbours touch: no halo is to cut through another ring.
        for found in &marks.found {
            ring(svg, found, (RING + 2.0 * RING_HALO, frame.tones.mark_halo));
            svg.line();
        }
        for found in &marks.found {
            svg.begin_titled(&format!("Highlighted: {}", format::one_line(&found.name)));
            ring(svg, found, (RING, frame.tones.mark));
            svg.end();
        }
        let notes = Notes::new(self, &marks);
        let callouts = place_callouts(marks.area, &marks.ground, &notes.placed);
        let (tones, family) = (frame.tones, font());
        for (callout, (found, lines)) in callouts.iter().zip(&notes.texts) {
            let annotation = &self.annotations[found.annotation];
            svg.begin_described(&annotation.note, &format!("A note on {}.", found.name));
            if let Some(arrow) = callout.arrow {
                let head = arrow_head(arrow);
                let base = (f32::midpoint(head[1].0, head[2].0), f32::midpoint(head[1].1, head[2].1));
                svg.lines((0.0, 0.0), [[arrow[0], base]].into_iter(), (ARROW + 2.0 * RING_HALO, tones.mark_halo));
                svg.polygon(&head, tones.mark, (2.0 * RING_HALO, tones.mark_halo));
                svg.lines((0.0, 0.0), [[arrow[0], base]].into_iter(), (ARROW, tones.mark));
                svg.polygon(&head, tones.mark, (0.5, tones.mark));
            }
            svg.card(&callout.at, RADIUS, tones.panel, (EDGE, tones.mark));
            svg.begin_texts(Style { font: family, size: NOTE_TEXT, fill: tones.text });
            let (x, mut y) = (callout.at.x + NOTE_PADDING.0, callout.at.y + NOTE_PADDING.1 + BASE_LINE);
            for line in lines {
                svg.text(x, y, Anchor::Start, line);
                y += NOTE_LINE;
            }
            svg.end();
            svg.end();
        }
    }
}

/// What is marked, for people: a function, or calls where they are no whole stack.
pub(crate) fn marked_name(subject: &Subject<'_>, marked: &Marked) -> String {
    let names = |group: &GroupId| {
        let Names { name, .. } = Names::of(subject.analysis, *group);
        shorten_middle(&format::one_line(&subject.scrub.name(&name)), 60).into_owned()
    };
    let first = if marked.chain == Chain::FromRoot { marked.calls.len().saturating_sub(1) } else { 0 };
    let names: Vec<String> = marked.calls[first..].iter().map(names).collect();
    if names.is_empty() { "a function this profile lacks".to_owned() } else { names.join(" → ") }
}

/// `1 annotation is outside this picture.`
fn outside(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 annotation is outside this picture.".to_owned()),
        _ => Some(format!("{count} annotations are outside this picture.")),
    }
}

/// The notes of a picture in lines, and how large they are.
struct Notes<'a> {
    texts: Vec<(&'a Found, Vec<String>)>,
    placed: Vec<Note>,
}

impl<'a> Notes<'a> {
    fn new(picture: &Picture, marks: &'a Marks) -> Self {
        let (room, most) = note_room(&marks.area);
        let (mut texts, mut placed) = (Vec::new(), Vec::new());
        for found in &marks.found {
            let Annotation { note, .. } = &picture.annotations[found.annotation];
            let lines = wrap_note(note, room, most, width_of);
            if lines.is_empty() {
                continue;
            }
            let (width, height) = note_size(&lines, width_of);
            placed.push(Note { target: found.target, width, height });
            texts.push((found, lines));
        }
        Self { texts, placed }
    }
}

fn font() -> &'static Font {
    &PROPORTIONAL
}

fn width_of(text: &str) -> f32 {
    font().width(text, NOTE_TEXT) * SLACK
}

/// A line around what is marked; in its middle lies the edge of the box or arc.
fn ring(svg: &mut Svg, found: &Found, stroke: (f32, Rgb)) {
    match found.target {
        Target::Box(own) => {
            let around = own.grown(stroke.0 / 2.0);
            svg.outline(around.x, around.y, around.width, around.height, stroke);
        }
        Target::Arc { .. } => svg.outline_path(&found.outline, stroke),
    }
}
