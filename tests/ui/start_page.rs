use crate::window::{SAMPLES, click, click_button, copied, says, start, start_with};
use egui_kittest::kittest::Queryable;
use helioscope::app::Setup;
use helioscope::import::FORMATS;

#[test]
fn it_says_what_opens_and_how_to_record_it() {
    let window = start::<&str>(&[]);
    for format in FORMATS {
        assert!(says(&window, format.name), "{}", format.name);
        for recipe in format.recipes {
            assert!(window.query_by_label(&format!("Copy {}", recipe.command)).is_some(), "{}", recipe.command);
        }
    }
    assert!(says(&window, "Drop a profile anywhere in this window"));
}

#[test]
fn a_recipe_is_copied() {
    let mut window = start::<&str>(&[]);
    let command = "python -m cProfile -o out.prof your_program.py";
    window.get_by_label(&format!("Copy {command}")).click();
    let mut found = None;
    for _ in 0..4 {
        window.step();
        found = found.or_else(|| copied(&window));
    }
    assert_eq!(found.as_deref(), Some(command));
    assert!(says(&window, "Command copied"));
}

#[test]
fn each_sample_opens_in_the_flame_view() {
    for sample in SAMPLES {
        let mut window = start::<&str>(&[]);
        let name = sample.rsplit('/').next().unwrap();
        click(&mut window, name);
        window.get_by_label(&format!("Close {name}"));
        window.get_by_label("Flame graph");
        window.get_by_label("Nothing selected");
    }
}

#[test]
fn what_was_opened_is_listed_and_can_be_forgotten() {
    let mut window = start(&[SAMPLES[0]]);
    click(&mut window, "Start");
    assert_eq!(window.get_all_by_label("shop.folded").count(), 3, "in its tab, as recent, and as a sample");
    click(&mut window, "Forget shop.folded");
    assert_eq!(window.get_all_by_label("shop.folded").count(), 2);
    click_button(&mut window, "shop.folded");
    window.get_by_label("Flame graph");
}

#[test]
fn where_nothing_can_be_dropped_it_does_not_ask_for_it() {
    let window = start_with(egui::Theme::Dark, Setup::default());
    assert!(says(&window, "Dropping files does not work under Wayland"));
    assert!(!says(&window, "Drop a profile"));
}
