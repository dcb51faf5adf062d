use crate::window::{
    FOLDED, PROF, Recording, SIZE, SPEEDSCOPE, Window, click, click_box, compare, point_at, press, press_with, rest,
    start, write,
};
use egui::accesskit::Role;
use egui::{Key, Modifiers, Pos2, Rect, Vec2};
use egui_kittest::Node;
use egui_kittest::kittest::{NodeT, Queryable};

const SMALL: Vec2 = Vec2::new(800.0, 600.0);
const FIELD: &str = "Search names and files";

fn small(file: &str) -> Window {
    let mut window = start(&[file]);
    window.set_size(SMALL);
    rest(&mut window);
    window
}

/// Every list to choose from, and the search field with what stands beside it.
fn controls(window: &Window) -> Vec<(String, Rect)> {
    let is_control = |node: &Node<'_>| {
        let (role, label) = (node.accesskit_node().role(), node.accesskit_node().label().unwrap_or_default());
        role == Role::ComboBox || [FIELD, ".*", "Back", "Forward", "Hints (1)"].contains(&label.as_str())
    };
    let found = window.root().children_recursive().filter(is_control);
    found.map(|node| (node.accesskit_node().label().unwrap_or_default(), node.rect())).collect()
}

fn assert_apart(rects: &[(String, Rect)]) {
    for (i, (name, rect)) in rects.iter().enumerate() {
        assert!(rect.left() >= 0.0 && rect.right() <= SMALL.x, "{name} is cut: {rect}");
        for (other, beside) in &rects[i + 1..] {
            assert!(!rect.shrink(1.0).intersects(beside.shrink(1.0)), "{name} is over {other}");
        }
    }
}

#[test]
fn every_choice_and_the_search_can_be_seen_in_a_small_window() {
    let mut window = small(SPEEDSCOPE);
    press_with(&mut window, Modifiers::COMMAND, Key::F);
    write(&mut window, "parse");
    press(&mut window, Key::Enter);
    let mut rects = controls(&window);
    assert_eq!(rects.len(), 8, "metric, thread, grouping, and five more: {rects:?}");
    let counted = |node: &Node<'_>| node.accesskit_node().value().is_some_and(|v| v.starts_with("1 of "));
    let count = window.root().children_recursive().find(counted).map(|node| node.rect());
    rects.push(("the number of matches".to_owned(), count.expect("it is said")));
    assert_apart(&rects);
}

#[test]
fn the_bar_is_a_row_where_there_is_room_for_one() {
    let window = start(&[SPEEDSCOPE]);
    let table = window.get_by_role_and_label(Role::Button, "Table").rect();
    let field = window.get_by_label(FIELD).rect();
    assert!((field.center().y - table.center().y).abs() < 4.0, "{field} beside {table}");
    assert!(field.width() > 140.0, "{field}");
}

#[test]
fn what_is_counted_stands_on_a_line_with_the_choices_beside_it() {
    let window = small(FOLDED);
    let is_choice = |node: &Node<'_>| node.accesskit_node().role() == Role::ComboBox;
    let choice = window.root().children_recursive().find(is_choice).map(|node| node.rect().center().y);
    let [(_, sum)] = &named(&window, &["samples · "])[..] else { panic!("it is said once") };
    let choice = choice.expect("threads");
    assert!((sum.center().y - choice).abs() < 1.0, "{sum} beside a choice at {choice}");
}

#[test]
fn tables_of_callers_and_callees_stay_apart_in_a_small_window() {
    let mut window = small(PROF);
    click_box(&mut window, "main");
    press(&mut window, Key::Num4);
    let heads = |name: &str| {
        let found = window.get_all_by_role_and_label(Role::ColumnHeader, name);
        let mut found: Vec<_> = found.map(|node| (name.to_owned(), node.rect())).collect();
        found.sort_by(|a, b| a.1.left().total_cmp(&b.1.left()));
        found
    };
    let rects = [heads("Total (s)"), heads("Function")].concat();
    assert_eq!(rects.len(), 4, "two tables: {rects:?}");
    assert_apart(&rects);
    let callees = rects[1].1.left();
    assert!(rects[2].1.right() <= callees, "names of callers end where the table of callees begins");
}

/// What has one of these names, whole or in part.
fn named(window: &Window, names: &[&str]) -> Vec<(String, Rect)> {
    let found = names.iter().map(|name| {
        let is_it = |node: &Node<'_>| {
            let node = node.accesskit_node();
            [node.label(), node.value()].into_iter().flatten().any(|text| text.contains(name))
        };
        let node = window.root().children_recursive().find(is_it);
        ((*name).to_owned(), node.unwrap_or_else(|| panic!("{name} is not there")).rect())
    });
    found.collect()
}

#[test]
fn controls_of_views_and_what_to_know_about_them_stay_apart_in_a_small_window() {
    let window = small(PROF);
    let flame = ["Left heavy", "Time order", "Inverted", "Icicle", "Overview", "estimated from a call graph"];
    assert_apart(&named(&window, &flame));
    let mut window = small(SPEEDSCOPE);
    press(&mut window, Key::Num6);
    let details = window.get_by_label("Nothing selected").rect().left();
    let controls = named(&window, &["By activity", "By package", "Zoom to span", "All of the time", "Clear span"]);
    assert_apart(&controls);
    for (name, rect) in controls {
        assert!(rect.right() < details, "{name} is cut: {rect}");
    }
}

#[test]
fn a_flame_graph_is_as_wide_as_the_room_beside_the_details_in_the_smallest_window() {
    let mut window = start(&[PROF]);
    window.set_size(Vec2::new(640.0, 400.0));
    rest(&mut window);
    let flame = window.get_by_role_and_label(Role::Canvas, "Flame graph").rect();
    let details = window.get_by_label("Nothing selected").rect();
    assert!(flame.width() > 200.0 && flame.right() < details.left(), "{flame} beside {details}");
}

#[test]
fn what_is_wrong_with_a_filter_can_be_read_in_a_small_window() {
    let mut window = small(PROF);
    press(&mut window, Key::Num1);
    window.get_by_label("Filter").click();
    rest(&mut window);
    write(&mut window, "(a(b");
    window.get_by_label("Regular expression").click();
    rest(&mut window);
    let details = window.get_by_label("Nothing selected").rect().left();
    let [(_, error)] = &named(&window, &["Not a regular expression: "])[..] else { panic!("it is said once") };
    assert!(error.right() < details, "{error} is cut");
}

#[test]
fn the_legend_of_a_comparison_is_whole_in_a_small_window() {
    let [base, new] = ["main;a 5\nmain;b 7\n", "main;a 3\nmain;c 9\n"].map(Recording::new);
    let mut window = compare(&base, &new);
    window.set_size(SMALL);
    rest(&mut window);
    let details = window.get_by_label("Everything").rect().left();
    let is_entry = |node: &Node<'_>| {
        let entries = ["new", "gone", "same, within noise"];
        node.accesskit_node().value().is_some_and(|text| entries.contains(&text.as_str()))
    };
    let legend: Vec<Rect> = window.root().children_recursive().filter(is_entry).map(|node| node.rect()).collect();
    assert!(legend.len() >= 3, "{legend:?}");
    assert!(legend.iter().all(|rect| rect.right() < details), "{legend:?}");
}

#[test]
fn no_word_of_the_legend_is_parted_from_its_colour() {
    let [base, new] = ["main;a 5\nmain;b 7\n", "main;a 3\nmain;c 9\n"].map(Recording::new);
    let mut window = compare(&base, &new);
    let is = |node: &Node<'_>, texts: &[&str]| node.accesskit_node().value().is_some_and(|v| texts.contains(&&*v));
    for width in (640..=820).step_by(12) {
        window.set_size(Vec2::new(width as f32, 600.0));
        rest(&mut window);
        let flame = window.get_by_role_and_label(Role::Canvas, "Flame graph").rect();
        let words: Vec<_> = window.root().children_recursive().collect();
        let words = words.iter().filter(|node| is(node, &["new", "gone", "same, within noise"]));
        for word in words.map(Node::rect).filter(|rect| rect.top() > flame.bottom()) {
            assert!(word.left() > flame.left() + 28.0, "{word} begins a line of a window {width} wide");
        }
    }
}

#[test]
fn the_tab_that_is_shown_can_be_seen_among_many() {
    let files: Vec<Recording> =
        (0..16).map(|i| Recording::named(&format!("recording-{i}.folded"), "main 1\n")).collect();
    let mut window = start(&files);
    let shown = |window: &Window, name: &str| {
        let rect = window.get_by_label(&format!("Close {name}")).rect();
        rect.left() > 0.0 && rect.right() <= SIZE.x
    };
    assert!(shown(&window, "recording-15.folded"), "the last one opened");
    press_with(&mut window, Modifiers::CTRL, Key::Tab);
    rest(&mut window);
    assert!(shown(&window, "recording-0.folded"), "the one after it, which is the first");
    assert!(!shown(&window, "recording-15.folded"));
}

#[test]
fn tabs_leave_room_for_the_signs_behind_them_in_the_smallest_window() {
    let files: Vec<Recording> =
        (0..9).map(|i| Recording::named(&format!("recording-{i}.folded"), "main;parse 3\nmain;draw 2\n")).collect();
    let mut window = start(&files);
    window.set_size(Vec2::new(640.0, 400.0));
    press_with(&mut window, Modifiers::CTRL, Key::Tab);
    rest(&mut window);
    let rect = |name: &str| window.get_by_label(name).rect();
    let signs = ["Switch theme", "Keyboard shortcuts"].map(rect);
    assert!(signs[0].right() <= signs[1].left() && signs[1].right() <= 640.0, "{signs:?}");
    assert!((signs[1].center().x - rect("Forward").center().x).abs() < 1.0, "signs stand above signs");
    assert!(rect("Close recording-0.folded").right() < signs[0].left(), "the tab that is shown is not below them");
}

#[test]
fn the_scroll_bar_of_the_details_stands_in_their_margin() {
    let mut window = small(PROF);
    click_box(&mut window, "main");
    let top = |window: &Window| window.get_by_label("Show in flame").rect().top();
    let (before, right) = (top(&window), window.get_by_label("Copy file:line").rect().right());
    let bar = Pos2::new(SMALL.x - 4.0, 140.0);
    assert!(right < bar.x - 4.0, "nothing lies under it: {right}");
    window.drag_at(bar);
    window.run();
    window.drop_at(bar + Vec2::new(0.0, 60.0));
    window.run();
    assert!(top(&window) < before - 20.0, "{} after {before}", top(&window));
}

#[test]
fn the_end_of_the_menu_can_be_reached_in_a_small_window() {
    let mut window = small(PROF);
    click(&mut window, "Menu");
    let last = |window: &Window| window.get_by_label_contains("Quit").rect();
    assert!(last(&window).top() > SMALL.y, "it is taller than the window");
    point_at(&mut window, Pos2::new(60.0, 300.0));
    for _ in 0..10 {
        window.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Line,
            delta: Vec2::new(0.0, -10.0),
            phase: egui::TouchPhase::Move,
            modifiers: Modifiers::NONE,
            source: egui::MouseWheelSource::Wheel,
        });
        window.run();
    }
    assert!(last(&window).bottom() < SMALL.y, "{}", last(&window));
    let mut window = start(&[PROF]);
    click(&mut window, "Menu");
    assert!(last(&window).bottom() < SIZE.y, "all of it is on screen where there is room: {}", last(&window));
    let details = window.get_by_label_contains("Show or hide details").rect();
    assert!(details.bottom() < last(&window).top() && details.top() > 500.0, "{details}");
}

/// A second in each of many packages, one after the other; in the last a bit more.
fn packages(more: f64) -> Recording {
    let names = ["django", "sqlalchemy", "rest_framework", "requests", "celery", "pandas", "jinja2", "urllib3"];
    let frame = |name: &&str| format!(r#"{{"name":"run","file":"/srv/lib/python3.11/site-packages/{name}/base.py"}}"#);
    let frames: Vec<String> = names.iter().map(frame).collect();
    let samples: Vec<String> = (0..names.len()).map(|i| format!("[{i}]")).collect();
    let profile = format!(
        r#"{{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{{"frames":[{}]}},"profiles":[
        {{"type":"sampled","name":"t","unit":"seconds","startValue":0,"endValue":{},"samples":[{}],
        "weights":[1,1,1,1,1,1,1,{}]}}]}}"#,
        frames.join(","),
        8.0 + more,
        samples.join(","),
        1.0 + more
    );
    Recording::named("run.speedscope.json", profile)
}

#[test]
fn every_package_of_the_activity_is_in_its_legend_whole() {
    let mut window = start(&[packages(0.0)]);
    window.set_size(SMALL);
    press(&mut window, Key::Num6);
    click(&mut window, "By package");
    let details = window.get_by_label("Nothing selected").rect().left();
    let is_share = |node: &Node<'_>| node.accesskit_node().value().is_some_and(|text| text == "12.5 %");
    let shares: Vec<Rect> = window.root().children_recursive().filter(is_share).map(|node| node.rect()).collect();
    assert!(shares.len() >= 8, "{shares:?}");
    assert!(shares.iter().all(|rect| rect.right() < details && rect.bottom() < SMALL.y), "{shares:?}");
}

#[test]
fn no_time_along_a_flame_graph_is_cut_at_its_end() {
    let mut window = start(&[packages(0.1)]);
    click(&mut window, "Time order");
    let mut seen = 0;
    for width in (800..1280).step_by(8) {
        window.set_size(Vec2::new(width as f32, 600.0));
        window.run();
        for shape in &window.output().shapes {
            let egui::Shape::Text(text) = &shape.shape else { continue };
            if text.galley.text().ends_with(" s") && shape.clip_rect.height() < 19.0 {
                let right = text.pos.x + text.galley.size().x;
                assert!(right <= shape.clip_rect.right(), "{} of a window {width} wide", text.galley.text());
                seen += 1;
            }
        }
    }
    assert!(seen > 100, "{seen}");
}
