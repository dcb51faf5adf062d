//! The row of tabs, and the main menu.

use crate::layout::shorten_middle;
use crate::ui::menus::{command_button, sign_button};
use crate::ui::{Action, Actions, Command, Theme, theme};
use egui::{Button, Frame, Margin, Pos2, Response, RichText, ScrollArea, Shape, Stroke, TextWrapMode, Ui, Vec2};
use std::f32::consts::PI;

/// What stands in a tab.
pub struct Tab {
    /// The file's name.
    pub title: String,
    /// The whole path, shown when pointed at.
    pub path: String,
    /// How far loading is, while it loads: `Some(None)` where that cannot be told.
    pub loading: Option<Option<f32>>,
    /// Whether the file could not be read.
    pub failed: bool,
}

/// What is on screen, which decides what the main menu offers.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Shown {
    /// The start page.
    #[default]
    StartPage,
    /// A tab with nothing open in it, by now or for good.
    Tab,
    /// A profile.
    Profile {
        /// Whether it is known what its file held before it was reloaded.
        has_earlier: bool,
    },
    /// A comparison.
    Comparison,
}

impl Shown {
    fn allows(self, command: Command) -> bool {
        match command {
            Command::OpenDialog
            | Command::SwitchTheme
            | Command::SwitchColours
            | Command::Palette
            | Command::Shortcuts
            | Command::Quit => true,
            Command::CompareWith | Command::ReloadAndCompare => matches!(self, Self::Profile { .. }),
            Command::CompareWithEarlier => self == Self::Profile { has_earlier: true },
            Command::SwapSides | Command::SwitchArrangement | Command::NextNormalization => self == Self::Comparison,
            _ => self != Self::StartPage,
        }
    }
}

/// What the main menu shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct MenuState {
    /// What is on screen.
    pub shown: Shown,
    /// Whether open files are watched.
    pub watching: bool,
}

/// The row of tabs with the main menu.
pub fn tabs_ui(
    ui: &mut Ui,
    theme: &Theme,
    tabs: &[Tab],
    active: Option<usize>,
    menu: MenuState,
    actions: &mut Actions,
) {
    Frame::new().fill(theme.panel).inner_margin(Margin::symmetric(8, 5)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.menu_button("Menu", |ui| {
                // It is taller than a small window.
                let room = ui.ctx().content_rect().height() - theme::BAR_HEIGHT - 2.0 * theme::MARGIN;
                ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
                let spacing = ui.spacing_mut();
                spacing.item_spacing.y = theme::GAP / 2.0;
                spacing.scroll.floating_allocated_width = theme::GAP;
                let area = ScrollArea::vertical().max_height(room).min_scrolled_height(room);
                area.show(ui, |ui| main_menu(ui, menu, actions));
            });
            let home = Button::selectable(active.is_none(), "Start");
            if ui.add(home).on_hover_text("Recent files, samples, and how to record a profile").clicked() {
                actions.push(Action::Run(Command::StartPage));
            }
            // Tabs have what the signs at the end leave, however many there are.
            let signs = SIGNS as f32 * (theme::SIGN_BUTTON + ui.spacing().item_spacing.x);
            let room = Vec2::new((ui.available_width() - signs).max(0.0), theme::SIGN_BUTTON);
            ui.allocate_ui(room, |ui| {
                ui.set_min_width(room.x);
                tab_row(ui, theme, tabs, active, actions);
            });
            let response = sign_button(ui, "", Command::SwitchTheme, true, actions);
            let color = ui.style().interact(&response).text_color();
            ui.painter().add(moon(response.rect.center(), Stroke::new(theme::MOON_LINE, color)));
            sign_button(ui, "?", Command::Shortcuts, true, actions);
        });
    });
}

/// Commands that stand at the end of the row as signs.
const SIGNS: usize = 2;

/// A crescent: drawn, because the program's fonts have none. The shadow is a circle, too, up and to the right of the moon.
fn moon(center: Pos2, stroke: Stroke) -> Shape {
    const SHADOW: f32 = 0.8;
    const AWAY: f32 = 0.6;
    const TOWARDS: f32 = -0.25 * PI;
    const POINTS: usize = 12;
    // How far from the middle of each circle, towards the shadow, the line through both horns is.
    let horns = (1.0 + AWAY * AWAY - SHADOW * SHADOW) / (2.0 * AWAY);
    let arc = |middle: f32, radius: f32, from: f32, to: f32| {
        (0..=POINTS).map(move |i| {
            let angle = TOWARDS + from + (to - from) * i as f32 / POINTS as f32;
            center + theme::MOON * (middle * Vec2::angled(TOWARDS) + radius * Vec2::angled(angle))
        })
    };
    let (lit, dark) = (horns.acos(), ((horns - AWAY) / SHADOW).acos());
    let outer = arc(0.0, 1.0, lit, 2.0 * PI - lit);
    let inner = arc(AWAY, SHADOW, 2.0 * PI - dark, dark);
    Shape::closed_line(outer.chain(inner).collect(), stroke)
}

/// The tabs, as many as there is room for; the one that is shown is among them when it begins to be.
fn tab_row(ui: &mut Ui, theme: &Theme, tabs: &[Tab], active: Option<usize>, actions: &mut Actions) {
    let id = ui.scope_id().with("tab in view");
    let now = (active, tabs.len());
    let is_new = ui.data(|d| d.get_temp(id)) != Some(now);
    ui.data_mut(|d| d.insert_temp(id, now));
    ScrollArea::horizontal().id_salt("tabs").show(ui, |ui| {
        for (i, tab) in tabs.iter().enumerate() {
            let response = tab_ui(ui, theme, tab, i, active == Some(i), actions);
            if is_new && active == Some(i) {
                response.scroll_to_me(None);
            }
        }
        if ui.add(Button::new("+").frame(false)).on_hover_text(Command::OpenDialog.tooltip()).clicked() {
            actions.push(Action::Run(Command::OpenDialog));
        }
    });
}

fn tab_ui(ui: &mut Ui, theme: &Theme, tab: &Tab, index: usize, active: bool, actions: &mut Actions) -> Response {
    let fill = if active { theme.ground } else { theme.raised };
    let frame = Frame::new().fill(fill).corner_radius(5.0).inner_margin(Margin::symmetric(8, 2));
    let frame = frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let mut text = RichText::new(shorten_middle(&tab.title, 32));
        if active {
            text = text.strong();
        }
        if tab.failed {
            text = text.color(theme.error);
        }
        if tab.loading.is_some() {
            ui.add(egui::Spinner::new().size(13.0));
        }
        let response = ui.add(Button::new(text).frame(false)).on_hover_text(&tab.path);
        if response.clicked() {
            actions.push(Action::ShowTab(index));
        }
        if response.middle_clicked() {
            actions.push(Action::CloseTab(index));
        }
        if let Some(Some(fraction)) = tab.loading {
            ui.label(RichText::new(format!("{:.0} %", fraction * 100.0)).small().color(theme.text_weak));
        }
        let close = ui.add(Button::new(RichText::new("×").color(theme.text_weak)).frame(false));
        let close = close.on_hover_text(if tab.loading.is_some() { "Cancel" } else { "Close" });
        close.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, format!("Close {}", tab.title)));
        if close.clicked() {
            actions.push(Action::CloseTab(index));
        }
    });
    frame.response
}

fn main_menu(ui: &mut Ui, menu: MenuState, actions: &mut Actions) {
    let sections: [&[Command]; 6] = [
        &[Command::OpenDialog, Command::Reload, Command::ToggleWatching, Command::CloseTab],
        &[Command::Export, Command::CopyPicture, Command::CopyReview, Command::SaveScreen, Command::SaveReview],
        &[
            Command::CompareWith,
            Command::ReloadAndCompare,
            Command::CompareWithEarlier,
            Command::SwapSides,
            Command::SwitchArrangement,
            Command::NextNormalization,
        ],
        &[Command::Find, Command::Back, Command::Forward, Command::ResetZoom],
        &[Command::ToggleDetails, Command::ShowWarnings, Command::SwitchTheme, Command::SwitchColours],
        &[Command::Palette, Command::Shortcuts, Command::Quit],
    ];
    for (i, section) in sections.into_iter().enumerate() {
        if i > 0 {
            ui.separator();
        }
        for &command in section {
            if command == Command::ToggleWatching {
                let mut on = menu.watching;
                if ui.checkbox(&mut on, command.label()).on_hover_text(command.tooltip()).clicked() {
                    actions.push(Action::Run(command));
                    ui.close();
                }
                continue;
            }
            command_button(ui, command, menu.shown.allows(command), actions);
        }
    }
}
