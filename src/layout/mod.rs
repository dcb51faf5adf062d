//! Trees → boxes and arcs in plain numbers, their labels and colours. Paints nothing, so that the window and exported
//! pictures are the same picture.

mod colour;
mod difference;
mod flame;
mod label;
mod sunburst;

pub use colour::{Palette, Rgb, Scheme};
pub use difference::{Difference, DifferenceScale, STRIPE_STEP, Stripes, sign, signed};
pub use flame::{FlameBox, FlameView, flame_boxes};
pub use label::{Names, bare_name, fit, fit_place, shorten_middle};
pub use sunburst::{Arc, SunburstView, arc_at, sunburst_arcs};
