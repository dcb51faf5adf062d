use crate::window::{
    FOLDED, PROF, Recording, box_of, boxes, choose, click, click_box, is_zoomed_to, press, says, selected, start,
};
use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};

const STACKS: &str = "main;parse;read 12\nmain;parse 3\nmain;render;draw 4\nmain;render;read 1\n";

#[test]
fn each_filter_is_a_chip_that_comes_off() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "read");
    press(&mut window, Key::H);
    assert!(says(&window, "hide read"));
    assert!(boxes(&window, "read").is_empty());
    assert!(!boxes(&window, "parse, 15").is_empty() || says(&window, "parse, 15"), "its time goes to its caller");
    click_box(&mut window, "render");
    press(&mut window, Key::F);
    assert!(is_zoomed_to(&window, "render"));
    click(&mut window, "hide read  ×");
    assert!(says(&window, "focus render") && !says(&window, "hide read"), "no other goes with it");
    assert!(!boxes(&window, "read").is_empty());
    click(&mut window, "focus render  ×");
    assert!(!says(&window, "Filters"));
}

#[test]
fn a_filter_comes_off_alone_though_others_came_after_it() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "read");
    press(&mut window, Key::H);
    click_box(&mut window, "draw");
    press(&mut window, Key::H);
    click(&mut window, "hide read  ×");
    assert!(says(&window, "hide draw  ×") && !says(&window, "hide read"));
    assert!(!boxes(&window, "read").is_empty() && boxes(&window, "draw").is_empty());
}

#[test]
fn a_function_that_filters_took_out_is_not_said_to_be_called_by_nothing() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "parse");
    assert!(!says(&window, "It is on no stack that is counted"));
    press(&mut window, Key::H);
    assert_eq!(selected(&window), "parse");
    assert!(says(&window, "It is on no stack that is counted"));
    press(&mut window, Key::Num4);
    assert!(!says(&window, "Nothing calls it"));
}

#[test]
fn a_subtree_is_focused_on_from_the_menu_of_a_box_and_is_not_every_call_of_its_function() {
    let mut window = start(&[Recording::new(STACKS)]);
    box_of(&window, "read").click_secondary();
    window.run();
    click(&mut window, "Focus on this subtree");
    assert!(says(&window, "focus subtree read  ×"));
    assert!(says(&window, "samples · 12"), "without the call from render");
    assert!(boxes(&window, "main").is_empty());
    click(&mut window, "focus subtree read  ×");
    click(&mut window, "Inverted");
    box_of(&window, "read").click_secondary();
    window.run();
    assert!(window.get_by_label("Focus on this subtree").accesskit_node().is_disabled());
}

#[test]
fn a_package_is_collapsed_from_the_menu_and_named_in_the_chip() {
    let mut window = start(&[FOLDED]);
    let before = boxes(&window, "dumps").len();
    assert!(!boxes(&window, "iterencode").is_empty());
    box_of(&window, "dumps").click_secondary();
    window.run();
    click(&mut window, "Collapse the selected function's package");
    assert!(says(&window, "collapse standard library  ×"));
    assert_eq!(boxes(&window, "dumps").len(), before, "the user's code calls it");
    assert!(boxes(&window, "iterencode").is_empty(), "it is called by the standard library alone");
}

#[test]
fn dropping_takes_the_samples_of_a_function_out_of_the_total() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "read");
    click(&mut window, "Drop");
    assert!(says(&window, "drop read"));
    assert!(says(&window, "samples · 7"), "20 without 13");
    press(&mut window, Key::Home);
    assert!(says(&window, "samples · 20"));
    assert!(!says(&window, "drop read"));
}

#[test]
fn filtering_everything_away_says_so_in_every_view() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "main");
    click(&mut window, "Drop");
    for key in [Key::Num1, Key::Num2, Key::Num3, Key::Num4] {
        press(&mut window, key);
        assert!(says(&window, "drop main"), "{key:?}");
    }
    press(&mut window, Key::Num2);
    assert!(says(&window, "Nothing is left under these filters"));
}

#[test]
fn only_my_code_goes_on_and_off() {
    let mut window = start(&[FOLDED]);
    assert!(!boxes(&window, "dumps").is_empty());
    press(&mut window, Key::M);
    assert!(says(&window, "only my code"));
    assert!(boxes(&window, "dumps").is_empty(), "json is the standard library's");
    assert!(!boxes(&window, "write_day").is_empty());
    press(&mut window, Key::M);
    assert!(!says(&window, "only my code"));
    assert!(!boxes(&window, "dumps").is_empty());
}

#[test]
fn a_call_graph_has_no_stacks_to_filter_and_says_so() {
    let mut window = start(&[PROF]);
    click_box(&mut window, "write_day");
    for name in ["Focus", "Hide", "Drop"] {
        assert!(window.get_by_label(name).accesskit_node().is_disabled(), "{name}");
    }
    press(&mut window, Key::F);
    assert!(says(&window, "A call graph has no whole stacks to change"));
    assert!(!says(&window, "Filters"));
    box_of(&window, "write_day").click_secondary();
    window.run();
    assert!(window.get_by_label("Focus on the selected function F").accesskit_node().is_disabled());
}

#[test]
fn a_call_graph_has_no_lines_to_group_by() {
    let mut window = start(&[PROF]);
    let list = window.get_by_role(Role::ComboBox);
    list.click();
    window.run();
    assert!(window.get_by_label("by line").accesskit_node().is_disabled());
    assert!(!window.get_by_label("by module").accesskit_node().is_disabled());
}

#[test]
fn grouping_by_file_keeps_the_view_and_goes_back() {
    let mut window = start(&[FOLDED]);
    click_box(&mut window, "write_day");
    choose(&mut window, "by function", "by file");
    assert!(window.query_by_label("Flame graph").is_some());
    assert!(boxes(&window, "write_day").is_empty());
    press(&mut window, Key::Num1);
    assert!(says(&window, "orders.py"));
    choose(&mut window, "by file", "by function");
    press(&mut window, Key::Num2);
    click_box(&mut window, "write_day");
    assert_eq!(selected(&window), "write_day");
}
