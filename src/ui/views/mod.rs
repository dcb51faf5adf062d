//! The views. Each file has its state and a function that draws it.

mod activity;
mod callers;
mod callers_compared;
mod callers_rows;
pub mod callers_tables;
pub mod differences;
mod flame;
pub(super) mod group_rows;
mod hints;
pub mod source;
mod sunburst;
pub mod table;

pub use activity::{ActivityState, activity_ui};
pub use callers::{CallersState, callers_ui};
pub use flame::{FlameState, flame_ui};
pub use hints::{HintsState, gain_text, hints_ui};
pub use source::{LineMark, SourceCtx, SourceState, source_ui};
pub use sunburst::{SunburstState, sunburst_ui};
pub use table::{TableState, table_ui};

use egui::Key;

/// A view of a profile.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum ViewKind {
    /// The sortable table of functions.
    Table,
    /// The flame graph.
    #[default]
    Flame,
    /// The sunburst.
    Sunburst,
    /// Callers above, callees below the selected function.
    Callers,
    /// A source file with what each line cost.
    Source,
    /// How the time divides, as it passed.
    Activity,
    /// What could make it faster.
    Hints,
}

impl ViewKind {
    /// Every view, in the order of the tabs; also the number keys that show them.
    pub const ALL: [Self; 7] =
        [Self::Table, Self::Flame, Self::Sunburst, Self::Callers, Self::Source, Self::Activity, Self::Hints];

    /// Its name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Table => "Table",
            Self::Flame => "Flame",
            Self::Sunburst => "Sunburst",
            Self::Callers => "Callers",
            Self::Source => "Source",
            Self::Activity => "Activity",
            Self::Hints => "Hints",
        }
    }

    /// What it shows.
    pub fn tooltip(self) -> &'static str {
        match self {
            Self::Table => "Every function with its own and its total cost.",
            Self::Flame => "Who called whom, as wide as it cost.",
            Self::Sunburst => "Who called whom, in rings around the centre.",
            Self::Callers => "Who calls the selected function, and what it calls.",
            Self::Source => "The file of the selected function, with what each line cost.",
            Self::Activity => "What the program did while time passed, and a span of it to look at alone.",
            Self::Hints => "What could make it faster, with the evidence for it.",
        }
    }

    /// Whether it shows both sides of a comparison beside each other. Hints are compared one by one.
    pub fn has_sides(self) -> bool {
        self != Self::Hints
    }

    /// The key that shows it.
    pub fn key(self) -> Key {
        match self {
            Self::Table => Key::Num1,
            Self::Flame => Key::Num2,
            Self::Sunburst => Key::Num3,
            Self::Callers => Key::Num4,
            Self::Source => Key::Num5,
            Self::Activity => Key::Num6,
            Self::Hints => Key::Num7,
        }
    }
}
