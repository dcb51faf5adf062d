//! The program in a window without a screen, and what hands do with it.

use egui::{Key, Modifiers, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};
use helioscope::app::{Helioscope, Setup};
use std::path::{Path, PathBuf};

/// The program in its window.
pub(crate) type Window = Harness<'static, Helioscope>;

/// As large as the program opens its window.
pub(crate) const SIZE: Vec2 = Vec2::new(1280.0, 800.0);

/// py-spy's samples of the shop, as text.
pub(crate) const FOLDED: &str = "assets/samples/shop.folded";
/// The same program under cProfile.
pub(crate) const PROF: &str = "assets/samples/shop.prof";
/// The same program under py-spy, in time order.
pub(crate) const SPEEDSCOPE: &str = "assets/samples/shop.speedscope.json";
/// Every profile that comes with the program.
const SAMPLES: [&str; 4] = [FOLDED, PROF, SPEEDSCOPE, "assets/samples/shop.svg"];

/// The program, started with these files.
pub(crate) fn start<P: AsRef<Path>>(files: &[P]) -> Window {
    start_in(egui::Theme::Dark, files)
}

/// The program in a dark or light window.
pub(crate) fn start_in<P: AsRef<Path>>(theme: egui::Theme, files: &[P]) -> Window {
    let setup = Setup {
        paths: files.iter().map(|f| f.as_ref().to_owned()).collect(),
        can_drop: true,
        samples: SAMPLES.iter().map(PathBuf::from).collect(),
    };
    let mut window = Harness::builder()
        .with_size(SIZE)
        .with_theme(theme)
        .with_step_dt(0.05)
        .with_max_steps(80)
        .build_eframe(|creation| Helioscope::for_test(&creation.egui_ctx, setup));
    window.run();
    window
}

/// Presses a key alone.
pub(crate) fn press(window: &mut Window, key: Key) {
    press_with(window, Modifiers::NONE, key);
}

/// Presses a key with others held.
pub(crate) fn press_with(window: &mut Window, modifiers: Modifiers, key: Key) {
    window.key_press_modifiers(modifiers, key);
    window.run();
}

/// Waits until a second click is not the second of a double click.
fn rest(window: &mut Window) {
    window.run();
    window.run_steps(8);
    window.run();
}

/// Clicks what has this name.
pub(crate) fn click(window: &mut Window, name: &str) {
    window.get_by_label(name).click();
    rest(window);
}

/// Double-clicks the widest box or arc of a function.
pub(crate) fn double_click_box(window: &mut Window, function: &str) {
    let at = box_of(window, function);
    at.click();
    at.click();
    rest(window);
}

/// Clicks the widest box or arc of a function.
pub(crate) fn click_box(window: &mut Window, function: &str) {
    box_of(window, function).click();
    rest(window);
}

/// The widest box or arc of a function: its name is followed by its cost.
pub(crate) fn box_of<'w>(window: &'w Window, function: &str) -> Node<'w> {
    let found = boxes(window, function).into_iter().max_by(|a, b| a.rect().width().total_cmp(&b.rect().width()));
    found.unwrap_or_else(|| panic!("{function} is not drawn"))
}

/// All boxes or arcs of a function.
pub(crate) fn boxes<'w>(window: &'w Window, function: &str) -> Vec<Node<'w>> {
    let beginning = format!("{function}, ");
    let is_box = |node: &Node<'_>| {
        let node = node.accesskit_node();
        node.role() == egui::accesskit::Role::Button && node.label().is_some_and(|l| l.starts_with(&beginning))
    };
    window.root().children_recursive().filter(is_box).collect()
}

/// Takes the pointer away, so that nothing is highlighted.
pub(crate) fn leave(window: &mut Window) {
    window.remove_cursor();
    window.run();
    window.run_steps(8);
    window.run();
}
