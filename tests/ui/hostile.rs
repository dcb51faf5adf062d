//! Profiles at the edge of what a profile can be: every view and order draws them without a panic.

use crate::window::{Recording, SIZE};
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use helioscope::app::{Helioscope, Setup};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Opens a file and shows it in every way there is.
fn show_every_way(path: &Path) {
    let setup = Setup { paths: vec![path.to_owned()], can_drop: true, ..Setup::default() };
    let mut window = Harness::builder()
        .with_size(SIZE)
        .with_step_dt(0.05)
        // Names in any script are data.
        .allow_missing_glyphs()
        .build_eframe(|creation| Helioscope::for_test(&creation.egui_ctx, setup));
    let press = |window: &mut Harness<'static, Helioscope>, modifiers, key| {
        window.key_press_modifiers(modifiers, key);
        window.run_steps(3);
    };
    for order in ["Left heavy", "Inverted", "Time order", "↓ Icicle"] {
        press(&mut window, Modifiers::NONE, Key::Num2);
        if let Some(button) = window.query_by_label(order).filter(|b| !b.accesskit_node().is_disabled()) {
            button.click();
        }
        window.run_steps(3);
        for key in [Key::ArrowDown, Key::ArrowDown, Key::Enter, Key::W, Key::W, Key::D, Key::S, Key::Num0] {
            press(&mut window, Modifiers::NONE, key);
        }
        window.hover_at(egui::pos2(400.0, 300.0));
        window.run_steps(10);
    }
    for key in [Key::Num1, Key::ArrowDown, Key::End, Key::Num3, Key::Num4, Key::F, Key::Num1, Key::Home, Key::M] {
        press(&mut window, Modifiers::NONE, key);
    }
    for key in [Key::I, Key::R] {
        press(&mut window, Modifiers::COMMAND, key);
        press(&mut window, Modifiers::NONE, Key::Escape);
    }
}

#[test]
fn a_profile_of_nothing() {
    for empty in ["empty-2.7.18.prof", "empty-3.12.1.prof"] {
        show_every_way(&Path::new("tests/fixtures/cprofile").join(empty));
    }
}

#[test]
fn nothing_but_negative_values() {
    show_every_way(Recording::new("main;freed -7\nmain;gone;freed -3\n").as_ref());
}

#[test]
fn nothing_but_zeros() {
    show_every_way(Recording::new("main;idle 0\nmain 0\n").as_ref());
}

#[test]
fn gains_and_losses_that_cancel() {
    show_every_way(Recording::new("main;a 5\nmain;b -5\n").as_ref());
}

#[test]
fn figures_as_large_as_they_get() {
    show_every_way(Recording::new("main;a 9000000000000000000\nmain;b 200000000000000000\n").as_ref());
}

#[test]
fn a_stack_fifty_thousand_deep() {
    let mut stack = String::from("main");
    for i in 0..50_000 {
        write!(stack, ";f{}", i % 700).unwrap();
    }
    show_every_way(Recording::new(&format!("{stack} 9\nmain;flat 1\n")).as_ref());
}

#[test]
fn a_name_as_long_as_a_page_and_in_every_script() {
    let long = "x".repeat(20_000);
    show_every_way(Recording::new(&format!("main;{long} 3\nmain;загрузка;読み込む;🙂 4\n")).as_ref());
}

#[test]
fn a_call_graph_without_a_beginning() {
    show_every_way(Path::new("tests/fixtures/malformed/pstats_cycle_no_root.prof"));
}

#[test]
fn every_damaged_file_is_shown_or_refused() {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir("tests/fixtures/malformed").unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 50);
    for file in files.iter().filter(|f| f.extension().is_none_or(|e| e != "py")) {
        show_every_way(file);
    }
}
