//! The source view: what lines cost, where files are looked for, and what it says where there is none.

use crate::picture::compare;
use crate::window::{
    FOLDED, PROF, Recording, Window, click, click_box, click_button, leave, point_at, press, press_with, rest, says,
    selected, start, start_in, write,
};
use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use std::fs;
use std::path::Path;

const LPROF: &str = "tests/fixtures/lprof/5.1.0-py3.12.lprof";

/// A folder that is gone when the test is over.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    fn put(&self, name: &str, text: impl AsRef<[u8]>) -> std::path::PathBuf {
        let path = self.0.path().join(name);
        fs::create_dir_all(path.parent().expect("lies in a folder")).expect("a folder");
        fs::write(&path, text).expect("a file");
        path
    }
}

/// The lines on screen, as screen readers read them.
fn lines(window: &Window) -> Vec<String> {
    let rows = window.root().children_recursive().filter_map(|node| {
        let node = node.accesskit_node();
        (node.role() == Role::ListItem).then(|| node.label()).flatten()
    });
    rows.collect()
}

fn line(window: &Window, number: u32) -> String {
    let beginning = format!("{number}: ");
    lines(window).into_iter().find(|l| l.starts_with(&beginning)).unwrap_or_default()
}

fn click_line(window: &mut Window, number: u32) {
    let text = line(window, number);
    click(window, &text);
}

/// Speedscope's samples with lines: three in `work`, one of them in what it calls.
fn sampled(file: &Path) -> String {
    let file = serde_json::to_string(&file.display().to_string()).expect("a text");
    format!(
        r#"{{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{{"frames":[
        {{"name":"main","file":{file},"line":6}},{{"name":"work","file":{file},"line":3}},
        {{"name":"work","file":{file},"line":4}}]}},"profiles":[{{"type":"sampled","name":"t","unit":"none",
        "startValue":0,"endValue":4,"samples":[[0,1],[0,1],[0,2],[0]],"weights":[1,1,1,1]}}]}}"#
    )
}

const PROGRAM: &str = "import json\ndef work():\n    x = sum(range(9))\n    return x\n\nwork()\n";

#[test]
fn recorded_lines_stand_beside_their_source() {
    let window = start(&[LPROF]);
    assert_eq!(line(&window, 24), "24: squares(n), [Hits 3, Time (ms) 1.152, Per hit 384 µs, % time 65.7 %]");
    assert_eq!(line(&window, 28), "28: return None []", "a line that never ran");
}

#[test]
fn hot_lines_are_a_key_apart() {
    let folder = Folder::new();
    let tall = format!("{PROGRAM}{}", "pass\n".repeat(400));
    let source = folder.put("app.py", tall);
    let profile = folder.put("out.speedscope.json", sampled(&source).replace("\"line\":4", "\"line\":300"));
    let mut window = start(&[profile]);
    press(&mut window, Key::Num5);
    assert!(line(&window, 300).is_empty(), "far below the hottest");
    press(&mut window, Key::J);
    press(&mut window, Key::J);
    assert!(line(&window, 300).contains("Self 1"), "{:?}", lines(&window));
    press(&mut window, Key::G);
    assert!(line(&window, 3).contains("Self 2"), "{:?}", lines(&window));
}

#[test]
fn a_click_on_a_line_selects_its_function_and_stays_there() {
    let mut window = start(&[LPROF]);
    click_line(&mut window, 16);
    assert_eq!(selected(&window), "squares");
    assert!(!line(&window, 45).is_empty(), "the view has not moved");
}

#[test]
fn samples_give_each_line_its_own_and_its_total() {
    let folder = Folder::new();
    let source = folder.put("app.py", PROGRAM);
    let mut window = start(&[folder.put("out.speedscope.json", sampled(&source))]);
    press(&mut window, Key::Num5);
    assert_eq!(line(&window, 3), "3: x = sum(range(9)) [Self 2, Total 2, Self % 50.0 %]");
    assert_eq!(line(&window, 6), "6: work() [Self 1, Total 4, Self % 25.0 %]");
    click_button(&mut window, "Total");
    assert_eq!(line(&window, 6), "6: work() [Self 1, Total 4, Total % 100 %]");
}

#[test]
fn the_place_in_the_details_leads_to_the_line() {
    let mut window = start(&[PROF]);
    click_box(&mut window, "parse");
    let link = |window: &Window| window.get_by_role(Role::Link).rect().center();
    let place = window.get_by_role(Role::Link).accesskit_node().label().unwrap_or_default();
    let (file, number) = place.rsplit_once(':').expect("file:line");
    assert!(file.ends_with("orders.py"), "{place}");
    let number = number.parse().expect("a line");
    let at = link(&window);
    point_at(&mut window, at);
    assert!(says(&window, &format!("{place}\nShow it in the source.")), "the whole path is said");
    window.get_by_role(Role::Link).click();
    rest(&mut window);
    assert!(line(&window, number).contains("def parse("), "{:?}", lines(&window));
    leave(&mut window);
    for _ in 0..5 {
        press(&mut window, Key::PageDown);
    }
    assert!(line(&window, number).is_empty(), "scrolled away");
    window.get_by_role(Role::Link).focus();
    press(&mut window, Key::Enter);
    assert!(line(&window, number).contains("def parse("), "by the keyboard, and again: {:?}", lines(&window));
}

#[test]
fn the_place_of_a_source_that_is_missing_leads_to_why() {
    let mut window = start(&[Recording::new("main (/srv/shop/app.py:3) 5\n")]);
    click_box(&mut window, "main");
    click(&mut window, "/srv/shop/app.py");
    window.get_by_label("Look again");
}

#[test]
fn a_call_graph_gives_functions_and_estimates_their_calls() {
    let mut window = start(&[PROF]);
    press(&mut window, Key::Num5);
    assert!(says(&window, "The profile names functions, not lines"), "{:?}", lines(&window));
    assert!(lines(&window).iter().any(|l| l.contains("Calls") && l.contains("def ")), "{:?}", lines(&window));
    assert!(lines(&window).iter().any(|l| l.contains('≈')), "{:?}", lines(&window));
}

#[test]
fn a_missing_file_says_where_it_was_looked_for_and_a_mapping_finds_it() {
    let folder = Folder::new();
    folder.put("elsewhere/app.py", PROGRAM);
    let mut window = start(&[folder.put("run/out.speedscope.json", sampled(Path::new("/srv/shop/app.py")))]);
    press(&mut window, Key::Num5);
    assert!(says(&window, "/srv/shop/app.py was not found on this machine."));
    assert!(says(&window, &folder.0.path().join("run/shop/app.py").display().to_string()));
    let fields: Vec<_> = window.query_all_by_role(Role::TextInput).filter(|n| n.rect().top() > 100.0).collect();
    let field = fields.last().expect("a field for the folder here");
    field.click();
    rest(&mut window);
    write(&mut window, &folder.0.path().join("elsewhere").display().to_string());
    click_button(&mut window, "Map");
    assert!(line(&window, 3).contains("sum(range(9))"), "{:?}", lines(&window));
}

#[test]
fn a_file_that_changed_is_doubted() {
    let folder = Folder::new();
    let profile = folder.put("out.speedscope.json", sampled(Path::new("app.py")));
    let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    fs::File::options().write(true).open(&profile).and_then(|f| f.set_modified(hour_ago)).expect("an older file");
    folder.put("app.py", PROGRAM);
    let mut window = start(&[profile]);
    press(&mut window, Key::Num5);
    assert!(says(&window, "The file was changed after the profile was recorded"));
    let stacks = "main (app.py:5);work (app.py:3) 2\n";
    let folder = Folder::new();
    folder.put("app.py", PROGRAM);
    let mut window = start(&[folder.put("out.folded", stacks)]);
    press(&mut window, Key::Num5);
    assert!(!says(&window, "The file was changed"), "written together");
}

#[test]
fn only_the_lines_on_screen_are_laid_out() {
    let folder = Folder::new();
    let source = folder.put("app.py", format!("{PROGRAM}{}", "x = 1  # one of many\n".repeat(50_000)));
    let mut window = start(&[folder.put("out.speedscope.json", sampled(&source))]);
    press(&mut window, Key::Num5);
    assert!((20..60).contains(&lines(&window).len()), "{}", lines(&window).len());
    press(&mut window, Key::PageDown);
    press(&mut window, Key::PageDown);
    assert!(line(&window, 3).is_empty() && lines(&window).len() < 60);
}

#[test]
fn a_search_marks_lines_and_steps_through_them() {
    let folder = Folder::new();
    let source = folder.put("app.py", format!("{PROGRAM}{}needle = 1\n", "pass\n".repeat(300)));
    let mut window = start(&[folder.put("out.speedscope.json", sampled(&source))]);
    press(&mut window, Key::Num5);
    press_with(&mut window, Modifiers::COMMAND, Key::F);
    write(&mut window, "needle");
    press(&mut window, Key::F3);
    assert!(line(&window, 307).contains("needle = 1"), "{:?}", lines(&window));
}

#[test]
fn views_of_calls_say_that_there_are_none() {
    let mut window = start(&[LPROF]);
    for key in [Key::Num2, Key::Num3, Key::Num4] {
        press(&mut window, key);
        assert!(says(&window, "This profile records the time of lines, not calls"), "{key:?}");
    }
    press(&mut window, Key::Num1);
    assert!(says(&window, "Box.fill") && says(&window, "Time (ms)"));
}

#[test]
fn what_is_built_in_has_no_source_but_callers() {
    let mut window = start(&[PROF]);
    press(&mut window, Key::Num1);
    let name = window
        .root()
        .children_recursive()
        .filter_map(|n| n.accesskit_node().label())
        .find(|l| l.starts_with("<built-in") || l.starts_with("<method"))
        .expect("the profile has built-in functions");
    click(&mut window, &name);
    press(&mut window, Key::Num5);
    assert!(says(&window, "This function is built in"));
    assert!(says(&window, "Called from"));
}

#[test]
fn a_profile_without_files_says_so() {
    let mut window = start(&[Recording::new("main;parse;read 12\n")]);
    press(&mut window, Key::Num5);
    assert!(says(&window, "No function of this profile has a source file."));
    let mut window = start(&[FOLDED]);
    press(&mut window, Key::Num5);
    assert!(!says(&window, "Reading the source"));
}

/// Of files written now, the source first: how old those of the checkout are is its own affair.
fn picture(theme: egui::Theme, name: &str) {
    let folder = Folder::new();
    folder.put("work.py", fs::read("tests/fixtures/lprof/work.py").expect("reads"));
    let profile = folder.put("work.lprof", fs::read(LPROF).expect("reads"));
    compare(start_in(theme, &[profile]), "tests/snapshots", name);
}

#[test]
fn in_the_dark() {
    picture(egui::Theme::Dark, "source_lines_dark");
}

#[test]
fn in_the_light() {
    picture(egui::Theme::Light, "source_lines_light");
}
