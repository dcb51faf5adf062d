//! Dropped files: what dropping them will do, said over everything else.

use super::{Theme, theme};
use egui::{Align2, Context, FontId, Id, LayerId, Order, Stroke, StrokeKind, accesskit};

/// What comes of dropping files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DropEffect {
    /// Each opens in a tab.
    Open(usize),
    /// Two are compared.
    Compare,
    /// The user is asked whether to compare with the profile of that name, or to open.
    AskProfile(String),
    /// The user is asked which side of the comparison to add them to, or to open.
    AskComparison(usize),
}

impl DropEffect {
    fn text(&self) -> String {
        match self {
            Self::Open(0 | 1) => "Drop to open this profile".to_owned(),
            Self::Open(n) => format!("Drop to open {n} profiles, each in a tab"),
            Self::Compare => "Drop to open 2 profiles and compare them".to_owned(),
            Self::AskProfile(name) => format!("Drop to compare with {name}, or to open"),
            Self::AskComparison(1) => "Drop to add a run to the comparison, or to open".to_owned(),
            Self::AskComparison(n) => format!("Drop to add {n} runs to the comparison, or to open"),
        }
    }

    fn remark(&self) -> &'static str {
        match self {
            Self::Compare => "The older one is the base. Hold Shift to open each in a tab.",
            _ => "",
        }
    }
}

/// Draws what dropping will do.
pub fn drop_target_ui(ctx: &Context, theme: &Theme, effect: &DropEffect) {
    let painter = ctx.layer_painter(LayerId::new(Order::Foreground, Id::unique("drop target")));
    let rect = ctx.content_rect();
    painter.rect_filled(rect, 0.0, theme::VEIL);
    let stroke = Stroke::new(3.0, theme.accent);
    painter.rect_stroke(rect.shrink(28.0), 14.0, stroke, StrokeKind::Inside);
    let text = effect.text();
    ctx.accesskit_node_builder(Id::unique("drop target"), |node| {
        node.set_role(accesskit::Role::Label);
        node.set_value(text.as_str());
    });
    let said = painter.text(
        rect.center(),
        Align2::CENTER_CENTER,
        text,
        FontId::proportional(theme::TITLE_TEXT),
        theme::ON_VEIL,
    );
    let below = said.center_bottom() + egui::vec2(0.0, theme::MARGIN);
    painter.text(below, Align2::CENTER_TOP, effect.remark(), FontId::proportional(theme::FIGURE_TEXT), theme::ON_VEIL);
}
