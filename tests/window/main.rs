//! The real window: started on a desktop of its own, photographed, and given a file by a real drag.
//!
//! The desktop needs tools that cargo cannot install (README.md names them). Without them these tests say so and pass;
//! with `CI` in the environment they fail instead.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod desktop;

use desktop::Desktop;
use image::RgbaImage;
use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/samples").join(name)
}

/// Text and boxes are on it: not one colour, and not a blank page with a frame.
fn shows_something(picture: &RgbaImage) -> bool {
    let mut pixels_by_colour: HashMap<_, usize> = HashMap::new();
    for pixel in picture.pixels() {
        *pixels_by_colour.entry(*pixel).or_default() += 1;
    }
    let pixels = picture.width() as usize * picture.height() as usize;
    let most = pixels_by_colour.values().copied().max().unwrap_or(0);
    // Smooth letters alone make dozens of shades.
    pixels_by_colour.len() >= 32 && pixels - most >= pixels / 200
}

#[test]
fn without_a_file_the_start_page_shows() {
    let Some(mut desktop) = Desktop::start() else { return };
    let window = desktop.start_helioscope([] as [&str; 0]);
    desktop.wait_for_title(&window, "Helioscope");
    desktop.wait_for_picture(&window, "picture of the start page", shows_something);
}

#[test]
fn a_file_given_opens_and_a_file_dropped_opens_beside_it() {
    let Some(mut desktop) = Desktop::start() else { return };
    let window = desktop.start_helioscope([sample("shop.prof")]);
    desktop.wait_for_title(&window, "shop.prof — Helioscope");
    // What the rules find is drawn a moment later: not what the drop is to change.
    let mut rests = at_rest();
    let before =
        desktop.wait_for_picture(&window, "picture of the profile", |after| rests(after) && shows_something(after));

    desktop.drop_files(&[sample("shop.folded")], &window);
    // Keys pressed before the question is there would not answer it.
    let mut rests = at_rest();
    let asked =
        desktop.wait_for_picture(&window, "question whether to compare", |after| rests(after) && *after != before);
    // The first answer compares; the second opens.
    desktop.press(&["Tab", "Return"], &window);
    desktop.wait_for_title(&window, "shop.folded — Helioscope");
    desktop.wait_for_picture(&window, "picture of the dropped profile", |after| {
        shows_something(after) && *after != before && *after != asked
    });
}

/// Whether the pictures it is asked about have been the same for a while.
fn at_rest() -> impl FnMut(&RgbaImage) -> bool {
    const LOOKS: usize = 5;
    let mut last = RgbaImage::default();
    let mut same = 0;
    move |picture| {
        same = if *picture == last { same + 1 } else { 0 };
        last.clone_from(picture);
        same >= LOOKS
    }
}

#[test]
fn two_files_dropped_together_are_compared() {
    let Some(mut desktop) = Desktop::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let [older, newer] = [("older.folded", 2_000), ("newer.folded", 1_000)].map(|(name, age_s)| {
        let path = folder.path().join(name);
        std::fs::copy(sample("shop.folded"), &path).unwrap();
        let file = std::fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age_s)).unwrap();
        path
    });
    let window = desktop.start_helioscope([] as [&str; 0]);
    desktop.wait_for_title(&window, "Helioscope");
    let before = desktop.wait_for_picture(&window, "picture of the start page", shows_something);

    desktop.drop_files(&[newer, older], &window);
    desktop.wait_for_title(&window, "older.folded → newer.folded — Helioscope");
    desktop.wait_for_picture(&window, "picture of the comparison", |after| shows_something(after) && *after != before);
}

#[test]
fn a_blank_picture_is_told_from_a_drawn_one() {
    let grey = image::Rgba([40, 40, 40, 255]);
    let mut picture = RgbaImage::from_pixel(100, 100, grey);
    assert!(!shows_something(&picture));
    picture.put_pixel(3, 3, image::Rgba([255, 255, 255, 255]));
    assert!(!shows_something(&picture), "a speck is not a page");
    for i in 0..100 {
        picture.put_pixel(i, 50, image::Rgba([i as u8 * 2, 90, 40, 255]));
    }
    assert!(shows_something(&picture));
}
