//! The program in a window without a screen, and what hands do with it.

use egui::accesskit::Role;
use egui::{HoveredFile, Key, Modifiers, Pos2, Rect, Vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};
use helioscope::app::{Helioscope, Setup};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The program in its window.
pub(crate) type Window = Harness<'static, Helioscope>;

/// As large as the program opens its window.
pub(crate) const SIZE: Vec2 = Vec2::new(1280.0, 800.0);
/// Right of this is the panel of details.
const DETAILS: f32 = 970.0;

/// py-spy's samples of the shop, as text.
pub(crate) const FOLDED: &str = "assets/samples/shop.folded";
/// The same program under cProfile.
pub(crate) const PROF: &str = "assets/samples/shop.prof";
/// The same program under py-spy, in time order.
pub(crate) const SPEEDSCOPE: &str = "assets/samples/shop.speedscope.json";
/// Every profile that comes with the program.
pub(crate) const SAMPLES: [&str; 4] = [FOLDED, PROF, SPEEDSCOPE, "assets/samples/shop.svg"];

/// The program, started with these files.
pub(crate) fn start<P: AsRef<Path>>(files: &[P]) -> Window {
    start_in(egui::Theme::Dark, files)
}

/// The program in a dark or light window.
pub(crate) fn start_in<P: AsRef<Path>>(theme: egui::Theme, files: &[P]) -> Window {
    let setup = Setup {
        paths: files.iter().map(|f| f.as_ref().to_owned()).collect(),
        compare: None,
        can_drop: true,
        samples: SAMPLES.iter().map(PathBuf::from).collect(),
    };
    start_with(theme, setup)
}

/// The program, started to compare two files.
pub(crate) fn compare<P: AsRef<Path>>(base: P, new: P) -> Window {
    compare_in(egui::Theme::Dark, base, new)
}

/// The program, started to compare two files, in a dark or light window.
pub(crate) fn compare_in<P: AsRef<Path>>(theme: egui::Theme, base: P, new: P) -> Window {
    let sides = [base, new].map(|file| vec![file.as_ref().to_owned()]);
    let [base, new] = sides;
    start_with(theme, Setup { compare: Some((base, new)), can_drop: true, ..Setup::default() })
}

/// The program with everything chosen.
pub(crate) fn start_with(theme: egui::Theme, setup: Setup) -> Window {
    let mut window = Harness::builder()
        .with_size(SIZE)
        .with_theme(theme)
        .with_step_dt(0.05)
        .with_max_steps(80)
        .build_eframe(|creation| Helioscope::for_test(&creation.egui_ctx, setup));
    window.run();
    window
}

/// Collapsed stacks in a file that is gone when the test is over.
pub(crate) struct Recording {
    folder: tempfile::TempDir,
    path: PathBuf,
}

impl Recording {
    /// `main;parse;read 2`: a stack and its samples on each line.
    pub(crate) fn new(stacks: &str) -> Self {
        Self::named("run.folded", stacks)
    }

    pub(crate) fn named(name: &str, content: impl AsRef<[u8]>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let recording = Self { path: folder.path().join(name), folder };
        recording.write(content);
        recording
    }

    /// What the profiler writes when it runs again.
    pub(crate) fn write(&self, content: impl AsRef<[u8]>) {
        assert!(self.folder.path().is_dir());
        std::fs::write(&self.path, content).expect("a file");
    }
}

impl AsRef<Path> for Recording {
    fn as_ref(&self) -> &Path {
        &self.path
    }
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

/// Types letter by letter, as hands do.
pub(crate) fn write(window: &mut Window, text: &str) {
    for letter in text.chars() {
        window.event(egui::Event::Text(letter.to_string()));
        window.run();
    }
}

/// Waits until a second click is not the second of a double click.
pub(crate) fn rest(window: &mut Window) {
    window.run();
    window.run_steps(8);
    window.run();
}

/// Clicks what has this name.
pub(crate) fn click(window: &mut Window, name: &str) {
    window.get_by_label(name).click();
    rest(window);
}

/// Clicks the button with this name, where a text has it too.
pub(crate) fn click_button(window: &mut Window, name: &str) {
    window.get_by_role_and_label(Role::Button, name).click();
    rest(window);
}

/// Chooses from a list that shows `now`.
pub(crate) fn choose(window: &mut Window, now: &str, next: &str) {
    let list = |node: &Node<'_>| {
        let node = node.accesskit_node();
        node.role() == Role::ComboBox && node.value().is_some_and(|v| v == now)
    };
    let found = window.root().children_recursive().find(list).map(|node| node.click());
    assert!(found.is_some(), "no list shows {now}");
    rest(window);
    click(window, next);
}

/// Whether a text with this in it can be read anywhere, or is the name of anything.
pub(crate) fn says(window: &Window, text: &str) -> bool {
    let has = |found: Option<String>| found.is_some_and(|found| found.contains(text));
    window
        .root()
        .children_recursive()
        .any(|node| has(node.accesskit_node().label()) || has(node.accesskit_node().value()))
}

/// Clicks the widest box of a function.
pub(crate) fn click_box(window: &mut Window, function: &str) {
    box_of(window, function).click();
    rest(window);
}

/// Double-clicks the widest box of a function.
pub(crate) fn double_click_box(window: &mut Window, function: &str) {
    let at = box_of(window, function);
    at.click();
    at.click();
    rest(window);
}

/// Opens the menu of the widest box or arc of a function.
pub(crate) fn right_click_box(window: &mut Window, function: &str) {
    let at = box_of(window, function).rect().center();
    window.hover_at(at);
    window.run();
    for pressed in [true, false] {
        window.event(egui::Event::PointerButton {
            pos: at,
            button: egui::PointerButton::Secondary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        window.step();
    }
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
        node.role() == Role::Button && node.label().is_some_and(|l| l.starts_with(&beginning))
    };
    window.root().children_recursive().filter(is_box).collect()
}

/// The canvas with this name.
pub(crate) fn canvas(window: &Window, name: &str) -> Rect {
    window.get_by_role_and_label(Role::Canvas, name).rect()
}

/// The canvases with this name, from top to bottom.
pub(crate) fn canvas_rects(window: &Window, name: &str) -> Vec<Rect> {
    let mut rects: Vec<Rect> =
        window.get_all_by_role_and_label(Role::Canvas, name).map(|canvas| canvas.rect()).collect();
    rects.sort_by(|a, b| a.top().total_cmp(&b.top()).then(a.left().total_cmp(&b.left())));
    rects
}

/// Whether the box of a function is as wide as the flame graph.
pub(crate) fn is_zoomed_to(window: &Window, function: &str) -> bool {
    let whole = canvas(window, "Flame graph").width();
    (box_of(window, function).rect().width() - whole).abs() < 2.0
}

/// The name above the panel of details; empty where nothing is selected.
pub(crate) fn selected(window: &Window) -> String {
    let texts = window.root().children_recursive().filter_map(|node| {
        let node = node.accesskit_node();
        (node.role() == Role::Label).then_some(())?;
        Some((node.bounding_box()?, node.value()?))
    });
    let mut texts: Vec<(f32, String)> = texts
        .filter(|(bounds, _)| bounds.x0 as f32 > DETAILS && bounds.y0 > 80.0)
        .map(|(bounds, text)| (bounds.y0 as f32, text))
        .collect();
    texts.sort_by(|a, b| a.0.total_cmp(&b.0));
    // First whose code it is, then the name.
    match texts.get(1) {
        Some((_, name)) if texts[0].1 != "Nothing selected" => name.clone(),
        _ => String::new(),
    }
}

/// The text last put on the clipboard in this frame.
pub(crate) fn copied(window: &Window) -> Option<String> {
    window.output().platform_output.commands.iter().rev().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

/// Moves the pointer somewhere and waits for what is said there.
pub(crate) fn point_at(window: &mut Window, at: Pos2) {
    window.hover_at(at);
    window.run();
    window.run_steps(10);
}

/// Takes the pointer away, so that nothing is highlighted.
pub(crate) fn leave(window: &mut Window) {
    window.remove_cursor();
    rest(window);
}

#[derive(Debug)]
struct Dropped(PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        Err("the program reads files itself, on another thread".to_owned())
    }
}

/// Lets go of files over the window.
pub(crate) fn drop_files<P: AsRef<Path>>(window: &mut Window, files: &[P]) {
    window.input_mut().hovered_files.clear();
    window.input_mut().dropped_files = files.iter().map(|f| Arc::new(Dropped(f.as_ref().to_owned())) as _).collect();
    window.run();
}

/// Holds files over the window.
pub(crate) fn hover_files(window: &mut Window, count: usize) {
    window.input_mut().hovered_files = vec![HoveredFile::default(); count];
    // egui draws without end while files are held over the window.
    window.run_steps(3);
}

/// The titles of the tabs.
pub(crate) fn tabs(window: &Window) -> Vec<String> {
    let labels = window.root().children_recursive().filter_map(|n| n.accesskit_node().label());
    labels.filter_map(|l| l.strip_prefix("Close ").filter(|l| l.contains('.')).map(str::to_owned)).collect()
}
