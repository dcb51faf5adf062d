//! Whose keys are whose: what lies over a view, or is typed into, has them, and the view behind it does not.

use crate::window::{
    Recording, Window, click_box, copied, double_click_box, is_zoomed_to, press, press_with, says, selected, start,
    write,
};
use egui::accesskit::Role;
use egui::{Key, Modifiers, Vec2};
use egui_kittest::kittest::Queryable;

const STACKS: &str = "main;parse;read 12\nmain;parse 3\nmain;render;draw 6\n";

/// A way to something that lies over the views, or that is typed into.
type Open = fn(&mut Window);

const OVER_VIEWS: [(&str, Open); 5] = [
    ("the sheet of shortcuts", |window| press(window, Key::Questionmark)),
    ("the palette", |window| press_with(window, Modifiers::COMMAND, Key::K)),
    ("the search", |window| {
        press_with(window, Modifiers::COMMAND, Key::F);
        write(window, "draw");
    }),
    ("a list", |window| {
        window.get_by_role(Role::ComboBox).click();
        window.run();
    }),
    ("the menu", |window| {
        window.get_by_label("Menu").click();
        window.run();
    }),
];

#[test]
fn escape_leaves_what_lies_over_a_graph_and_not_the_zoom() {
    let mut window = start(&[Recording::new(STACKS)]);
    double_click_box(&mut window, "parse");
    for (what, open) in OVER_VIEWS {
        open(&mut window);
        press(&mut window, Key::Escape);
        assert!(is_zoomed_to(&window, "parse"), "{what}");
    }
    press(&mut window, Key::Escape);
    assert!(!is_zoomed_to(&window, "parse"));
}

#[test]
fn arrows_move_nothing_behind_a_dialog() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "parse");
    for view in [Key::Num1, Key::Num2, Key::Num5] {
        press(&mut window, view);
        press(&mut window, Key::Questionmark);
        press(&mut window, Key::ArrowDown);
        press(&mut window, Key::Escape);
        assert_eq!(selected(&window), "parse", "{view:?}");
    }
}

#[test]
fn an_arrow_goes_one_way_between_callers_and_callees() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "parse");
    press(&mut window, Key::Num4);
    press(&mut window, Key::ArrowDown);
    press(&mut window, Key::ArrowDown);
    assert_eq!(selected(&window), "read");
    press_with(&mut window, Modifiers::ALT, Key::ArrowLeft);
    assert_eq!(selected(&window), "parse", "it was one step");
}

#[test]
fn text_that_is_selected_is_copied_and_not_the_function() {
    let mut window = start(&[Recording::new(STACKS)]);
    click_box(&mut window, "parse");
    press_with(&mut window, Modifiers::COMMAND, Key::C);
    assert!(says(&window, "Name copied"));
    // The message goes by itself.
    window.run_steps(60);
    let text = window.get_by_label_contains("Counted from recorded stacks").rect();
    window.drag_at(text.left_center() + Vec2::new(2.0, -4.0));
    window.run();
    window.hover_at(text.center());
    window.run();
    window.drop_at(text.center());
    window.run();
    window.event(egui::Event::Copy);
    window.step();
    let text = copied(&window).unwrap_or_default();
    assert!(!text.is_empty() && !text.contains("parse"), "{text}");
    window.run();
    assert!(!says(&window, "Name copied"));
}
