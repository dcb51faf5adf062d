use crate::one_view::{harness, order, picture, stacks};
use crate::stage::{Show, Stage, pair, recorded};
use egui::{Key, Vec2, accesskit::SortDirection};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use helioscope::analyze::diff::{Comparison, Measure, Normalize};
use helioscope::layout::Scheme;
use helioscope::ui::Action;

const SIZE: Vec2 = Vec2::new(1180.0, 560.0);
const SOME: [&str; 4] = ["parse", "old_write", "fast_write", "steady"];

/// Parsing got faster, and writing was written anew; hashing costs more.
fn rewritten() -> Comparison {
    let base = stacks(&["main;parse 5000", "main;old_write 3000", "main;hash 1000", "main;steady 4000"]);
    let new = stacks(&["main;parse 1500", "main;fast_write 800", "main;hash 2000", "main;steady 4000"]);
    pair(base, new)
}

fn calls() -> Comparison {
    recorded(&["base-1.prof"], &["new-1.prof"])
}

fn shown(comparison: Comparison) -> Harness<'static, Stage> {
    harness(Stage::new(Show::Table, Scheme::Dark, comparison), SIZE)
}

fn click(h: &mut Harness<'_, Stage>, label: &str) {
    h.get_by_label(label).click();
    h.run();
}

fn filter(h: &mut Harness<'_, Stage>, text: &str) {
    click(h, "Filter");
    h.get_by_label("Filter").type_text(text);
    h.run();
}

fn copied(h: &mut Harness<'_, Stage>, row: &str, item: &str) -> String {
    h.get_by_label(row).click_secondary();
    h.run();
    click(h, item);
    let found = h.state().actions.iter().rev().find_map(|a| match a {
        Action::Copy(text, _) => Some(text.clone()),
        _ => None,
    });
    found.expect("something was copied")
}

#[test]
fn the_largest_difference_stands_first_then_what_costs_more_then_what_costs_less() {
    let mut h = shown(rewritten());
    assert_eq!(order(&h, &SOME), ["parse", "old_write", "fast_write", "steady"], "by size, up or down");
    click(&mut h, "Δ (samples)");
    assert_eq!(order(&h, &SOME), ["fast_write", "steady", "old_write", "parse"], "from what costs more");
    click(&mut h, "Δ (samples)");
    assert_eq!(order(&h, &SOME), ["parse", "old_write", "steady", "fast_write"], "from what costs less");
    let direction = h.get_by_label("Δ (samples)").accesskit_node().sort_direction();
    assert_eq!(direction, Some(SortDirection::Ascending));
}

#[test]
fn every_column_sorts() {
    let mut h = shown(rewritten());
    for (head, first, last) in [
        ("Base (samples)", "parse", "fast_write"),
        ("New (samples)", "steady", "old_write"),
        ("Δ %", "fast_write", "old_write"),
        ("± (samples)", "steady", "fast_write"),
        ("Function", "fast_write", "steady"),
    ] {
        click(&mut h, head);
        let rows = order(&h, &SOME);
        assert_eq!((rows[0].as_str(), rows[3].as_str()), (first, last), "{head}: {rows:?}");
    }
    let mut h = shown(calls());
    filter(&mut h, "read.py");
    let rows = ["parse_row", "settings", "parse_note"];
    click(&mut h, "Δ calls");
    assert_eq!(order(&h, &rows)[2], "settings", "fewest calls last");
    click(&mut h, "Self by calls");
    assert_eq!(order(&h, &rows)[2], "settings");
    click(&mut h, "Self by cost");
    assert_eq!(order(&h, &rows)[2], "parse_row");
    click(&mut h, "Status");
    assert_eq!(order(&h, &rows)[2], "settings", "slower and faster before gone");
}

#[test]
fn chips_count_each_status_and_show_only_what_is_chosen() {
    let mut h = shown(rewritten());
    assert!(h.query_by_label_contains("of 6").is_none(), "all are shown");
    for chip in ["▲ slower 1", "▼ faster 2", "new 1", "gone 1", "= same 1"] {
        h.get_by_label(chip);
    }
    click(&mut h, "gone 1");
    h.get_by_label("1 of 6 functions");
    assert_eq!(order(&h, &SOME), ["old_write"]);
    click(&mut h, "new 1");
    assert_eq!(order(&h, &SOME), ["old_write", "fast_write"]);
    click(&mut h, "gone 1");
    click(&mut h, "new 1");
    assert!(h.query_by_label_contains("of 6").is_none(), "all are shown");
}

#[test]
fn the_filter_narrows_rows_and_the_counts_of_the_chips() {
    let mut h = shown(rewritten());
    filter(&mut h, "write");
    h.get_by_label("2 of 6 functions");
    h.get_by_label("gone 1");
    assert!(h.query_by_label("▼ faster 2").is_none());
    click(&mut h, "gone 1");
    h.state_mut().table.differences.filter.text = "parse".to_owned();
    h.run();
    h.get_by_label("No function that matches “parse” is shown.");
    click(&mut h, "Show all");
    assert!(h.query_by_label_contains("of 6").is_none(), "all are shown");
}

#[test]
fn columns_that_say_nothing_are_absent() {
    let h = shown(rewritten());
    for absent in ["Δ calls", "By calls", "Self by calls"] {
        assert!(h.query_by_label(absent).is_none(), "no calls were recorded: {absent}");
    }
    let h = shown(calls());
    h.get_by_label("Δ calls");
    assert!(h.query_by_label_contains("± (").is_none(), "nothing is known of noise");
    let base = ["base-1.prof", "base-2.prof", "base-3.prof"];
    let h = shown(recorded(&base, &["new-1.prof", "new-2.prof", "new-3.prof"]));
    h.get_by_label_contains("± (");
}

#[test]
fn self_and_total_are_switched_and_the_effects_say_whose_they_are() {
    let mut h = shown(calls());
    h.get_by_label("Self by calls");
    click(&mut h, "Self");
    assert_eq!(h.state().actions.last(), Some(&Action::Measure(Measure::Own)));
    h.get_by_label("By calls");
    assert!(h.query_by_label("Self by calls").is_none());
}

#[test]
fn cost_by_call_says_so() {
    let stage = Stage::new(Show::Table, Scheme::Dark, calls()).normalized(Normalize::PerCall);
    let h = harness(stage, SIZE);
    h.get_by_label("Total per call");
    h.get_by_label("Base (ms)");
    h.get_by_label("Self by cost (ms)");
}

#[test]
fn keys_move_the_selection() {
    let mut h = shown(rewritten());
    h.key_press(Key::ArrowDown);
    h.run();
    h.key_press(Key::ArrowDown);
    h.run();
    let second = h.state().selected_name();
    h.key_press(Key::End);
    h.run();
    assert_eq!((second.as_str(), h.state().selected_name().as_str()), ("parse", "steady"));
}

#[test]
fn what_is_copied_is_what_is_shown_with_the_summary_and_how_values_were_made_comparable() {
    let mut h = shown(rewritten());
    let tsv = copied(&mut h, "steady", "Copy table as TSV");
    let lines: Vec<&str> = tsv.lines().collect();
    assert_eq!(lines.len(), 7);
    assert!(lines[0].starts_with("status\tbase total (samples, as recorded)\tnew total (samples, as recorded)\tdelta"));
    assert!(lines.iter().any(|l| l.starts_with("faster\t5000\t1500\t-3500\t-0.700000\t")), "{tsv}");
    assert!(lines.iter().any(|l| l.starts_with("gone\t3000\t\t-3000\t-1.000000\t")), "{tsv}");
    assert!(lines.iter().any(|l| l.starts_with("new\t\t800\t800\t\t")), "{tsv}");
    let summary = h.state().comparison.summary();
    let markdown = copied(&mut h, "steady", "Copy table as Markdown");
    assert!(markdown.starts_with(&format!("{summary}\n\nValues: total, as recorded.\n\n| status |")), "{markdown}");
    assert!(markdown.contains("| gone | 3,000 | – | −3,000 | −100 % | `old_write` |"), "{markdown}");
    let stage = Stage::new(Show::Table, Scheme::Dark, rewritten()).normalized(Normalize::Total);
    let markdown = copied(&mut harness(stage, SIZE), "steady", "Copy table as Markdown");
    assert!(markdown.contains("Values: total, base scaled to the total of new."), "{markdown}");
}

#[test]
fn picture_in_the_dark() {
    picture(shown(calls()), "differences_dark");
}

#[test]
fn picture_in_the_light() {
    let mut stage = Stage::new(Show::Table, Scheme::Light, calls());
    stage.select("find");
    picture(harness(stage, SIZE), "differences_light");
}

#[test]
fn picture_with_the_error_of_sampling() {
    picture(shown(recorded(&["base-1.raw.gz"], &["new-1.raw.gz"])), "differences_sampled_dark");
}
