//! Trees → boxes and arcs in plain numbers, their labels and colours. Paints nothing, so that the window and exported
//! pictures are the same picture.

mod annotation;
mod callout;
mod colour;
mod difference;
mod flame;
mod follow;
mod label;
mod layers;
mod ruler;
mod sunburst;

pub use annotation::{Annotation, Chain, LONGEST_NOTE, MOST_ANNOTATIONS, Marked, Paths};
pub use callout::{
    ARROW, Callout, Ground, NOTE_LINE, NOTE_PADDING, NOTE_TEXT, NOTE_WIDTH, Note, Point, RING, RING_HALO, Rectangle,
    Target, arrow_head, note_room, note_size, place_callouts, wrap_note,
};
pub use colour::{ColourBy, DIMMED, Palette, Rgb, Scheme, Tones};
pub use difference::{Difference, DifferenceScale, STRIPE_STEP, Stripes, sign, signed};
pub use flame::{FlameBox, FlameView, Growth, LABEL_INSET, LABEL_ROOM, LABEL_SIZE, ROW_HEIGHT, flame_boxes};
pub use follow::{FollowScale, Followed, follow};
pub use label::{Names, bare_name, fit, fit_name, fit_name_in, fit_place, shorten_middle};
pub use layers::Layers;
pub use ruler::ruler_marks;
pub use sunburst::{Arc, RingPlace, Rings, SunburstView, arc_at, sunburst_arcs};
