use crate::one_view::{harness, order, picture, stacks};
use crate::stage::{Show, Stage, many, shop};
use egui::{Key, Vec2, accesskit::SortDirection};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use helioscope::analyze::{GroupBy, SortKey, Transform};
use helioscope::layout::Scheme;
use helioscope::model::{Profile, ProfileBuilder, Unit};
use helioscope::ui::Action;
use helioscope::ui::views::ViewKind;

const SIZE: Vec2 = Vec2::new(1180.0, 560.0);
const HOT: [&str; 4] = ["walk", "price_with_discounts", "deepcopy", "dumps"];

fn shown(profile: Profile) -> Harness<'static, Stage> {
    harness(Stage::new(Show::Table, Scheme::Dark, profile), SIZE)
}

fn click(harness: &mut Harness<'_, Stage>, label: &str) {
    harness.get_by_label(label).click();
    harness.run();
}

fn open_menu(harness: &mut Harness<'_, Stage>, row: &str) {
    harness.get_by_label(row).click_secondary();
    harness.run();
}

fn copied(harness: &mut Harness<'_, Stage>, row: &str, item: &str) -> String {
    open_menu(harness, row);
    click(harness, item);
    let found = harness.state().actions.iter().rev().find_map(|a| match a {
        Action::Copy(text, _) => Some(text.clone()),
        _ => None,
    });
    found.expect("something was copied")
}

fn filter(harness: &mut Harness<'_, Stage>, text: &str) {
    harness.get_by_label("Filter").click();
    harness.run();
    harness.get_by_label("Filter").type_text(text);
    harness.run();
}

#[test]
fn numbers_sort_largest_first_and_names_from_a_to_z_and_a_second_click_turns_them() {
    let mut h = shown(shop());
    assert_eq!(order(&h, &HOT), ["walk", "price_with_discounts", "deepcopy", "dumps"], "by self at first");
    let sorted = |h: &Harness<'_, Stage>, label: &str| h.get_by_label(label).accesskit_node().sort_direction();
    assert_eq!(sorted(&h, "Self (ms)"), Some(SortDirection::Descending));
    click(&mut h, "Calls");
    assert_eq!(order(&h, &HOT), ["deepcopy", "walk", "price_with_discounts", "dumps"]);
    click(&mut h, "Function");
    assert_eq!(order(&h, &HOT), ["deepcopy", "dumps", "price_with_discounts", "walk"]);
    assert_eq!(sorted(&h, "Function"), Some(SortDirection::Ascending));
    click(&mut h, "Function");
    assert_eq!(order(&h, &HOT), ["walk", "price_with_discounts", "dumps", "deepcopy"]);
    click(&mut h, "Total (s)");
    assert_eq!((h.state().table.sort, h.state().table.descending), (SortKey::Total, true));
}

#[test]
fn lines_of_a_file_sort_as_numbers() {
    let mut h = shown(shop());
    click(&mut h, "File:line");
    assert_eq!(order(&h, &["never_returned", "handle_request"]), ["never_returned", "handle_request"]);
    let in_one_file = ["Template.render", "NodeList.render_annotated_with_a_name_that_goes_on"];
    assert_eq!(order(&h, &in_one_file), in_one_file);
    click(&mut h, "File:line");
    assert_eq!(order(&h, &["never_returned", "handle_request"]), ["handle_request", "never_returned"]);
}

#[test]
fn recursive_calls_are_shown_as_all_and_primitive_and_per_call_divides_as_pstats_does() {
    let h = shown(shop());
    assert!(h.query_by_label("48,640 / 320").is_some());
    assert!(h.query_by_label("8.04 µs").is_some(), "391.040 ms of self ÷ 48,640 calls");
    assert!(h.query_by_label("1.89 ms").is_some(), "604.112 ms of total ÷ 320 primitive calls");
}

#[test]
fn a_profile_without_calls_has_no_columns_for_them() {
    let h = shown(stacks(&["main;parse 3", "main;read 2"]));
    assert!(h.query_by_label("Calls").is_none());
    assert!(h.query_by_label("Self/call").is_none());
    assert!(h.query_by_label("Self (samples)").is_some());
}

#[test]
fn the_filter_narrows_by_name_or_file_and_counts() {
    let mut h = shown(shop());
    h.get_by_label("20 functions");
    filter(&mut h, "pandas");
    h.get_by_label("1 of 20 functions");
    h.get_by_label("DataFrame.groupby");
    assert!(h.query_by_label("walk").is_none());
}

#[test]
fn a_bad_expression_is_explained_and_a_good_one_filters() {
    let mut h = shown(shop());
    click(&mut h, "Regular expression");
    filter(&mut h, "^walk$|(");
    h.get_by_label_contains("Not a regular expression: ");
    assert!(h.query_by_label("dumps").is_some(), "the rows stay while it is being typed");
    h.state_mut().table.filter.text = "^walk$|^dumps".to_owned();
    h.run();
    assert_eq!(order(&h, &HOT), ["walk", "dumps"]);
}

#[test]
fn a_filter_that_matches_nothing_says_so_and_can_be_cleared() {
    let mut h = shown(shop());
    filter(&mut h, "nowhere");
    h.get_by_label("No function matches “nowhere”.");
    click(&mut h, "Clear the filter");
    h.get_by_label("walk");
}

#[test]
fn escape_in_the_filter_clears_it_and_down_goes_to_the_first_row() {
    let mut h = shown(shop());
    filter(&mut h, "deepcopy");
    h.key_press(Key::Escape);
    h.run();
    h.get_by_label("20 functions");
    filter(&mut h, "dumps");
    h.key_press(Key::ArrowDown);
    h.run();
    assert_eq!(h.state().selected_name(), "dumps");
}

#[test]
fn an_empty_profile_says_what_to_do() {
    let mut b = ProfileBuilder::new("collapsed");
    b.metric("samples", Unit::Samples);
    let h = shown(b.finish().expect("builds"));
    h.get_by_label("This profile holds no samples. Record for longer, or open another one.");
}

#[test]
fn a_click_selects_and_a_second_one_shows_the_flame_graph() {
    let mut h = shown(shop());
    click(&mut h, "deepcopy");
    assert_eq!(h.state().selected_name(), "deepcopy");
    assert!(!h.state().actions.contains(&Action::Show(ViewKind::Flame)));
    h.get_by_label("deepcopy").click();
    h.step();
    h.get_by_label("deepcopy").click();
    h.run();
    assert!(h.state().actions.contains(&Action::Show(ViewKind::Flame)));
}

#[test]
fn keys_move_the_selection_and_enter_shows_its_callers() {
    let mut h = shown(shop());
    let press = |h: &mut Harness<'_, Stage>, key: Key| {
        h.key_press(key);
        h.run();
        h.state().selected_name()
    };
    assert_eq!(press(&mut h, Key::ArrowDown), "walk", "from nowhere to the first row");
    assert_eq!(press(&mut h, Key::ArrowDown), "<method 'execute' of 'sqlite3.Cursor' objects>");
    assert_eq!(press(&mut h, Key::ArrowUp), "walk");
    assert_eq!(press(&mut h, Key::ArrowUp), "walk", "there is nothing above");
    assert_eq!(press(&mut h, Key::End), "never_returned");
    assert_eq!(press(&mut h, Key::Home), "walk");
    press(&mut h, Key::Enter);
    assert_eq!(h.state().actions.last(), Some(&Action::Show(ViewKind::Callers)));
}

#[test]
fn a_selection_made_elsewhere_is_scrolled_to() {
    let mut h = shown(many(5_000));
    assert!(h.query_by_label("Handler_1.process_1").is_none());
    let last = h.state().analysis.table().present().min_by_key(|&g| h.state().analysis.table().own(g));
    let name = h.state().analysis.name(last.expect("there are rows")).into_owned();
    h.state_mut().select(&name);
    h.run();
    let row = h.get_by_label(&name).rect();
    assert!(row.top() > 0.0 && row.bottom() < SIZE.y, "{row:?}");
}

#[test]
fn nothing_lies_over_the_row_that_keys_are_at() {
    let mut h = shown(many(200));
    for _ in 0..40 {
        h.key_press(Key::ArrowDown);
        h.run();
    }
    let name = h.state().selected_name();
    let row = h.get_by_label(&name).rect();
    assert!(row.bottom() > SIZE.y - 40.0, "it is the last one on screen: {row}");
    let is_over = |shape: &egui::Shape| matches!(shape, egui::Shape::Mesh(mesh) if mesh.calc_bounds().intersects(row));
    assert!(!h.output().shapes.iter().any(|shape| is_over(&shape.shape)), "{name} at {row}");
}

#[test]
fn rows_of_packages_have_no_module_and_say_that_totals_are_estimated() {
    let mut h = shown(shop());
    h.state_mut().group_by(GroupBy::Package);
    h.run();
    h.get_by_label("django");
    h.get_by_label("your code");
    h.get_by_label_contains("≈ Total (");
    assert!(h.query_by_label("Module").is_none(), "packages have no module");
}

#[test]
fn transforms_are_offered_for_whole_stacks_only() {
    let mut h = shown(shop());
    open_menu(&mut h, "walk");
    assert!(h.get_by_label("Focus").accesskit_node().is_disabled());
    let mut h = shown(stacks(&["main;parse 3", "main;read 2"]));
    open_menu(&mut h, "parse");
    click(&mut h, "Hide");
    let parse = h.state().selection.expect("the menu's row is selected");
    assert_eq!(h.state().actions.last(), Some(&Action::Transform(Transform::Hide(parse))));
}

#[test]
fn what_is_copied_is_what_is_shown() {
    let mut h = shown(shop());
    filter(&mut h, "copy");
    assert_eq!(copied(&mut h, "deepcopy", "Copy name"), "deepcopy");
    assert_eq!(copied(&mut h, "deepcopy", "Copy file:line"), "/usr/lib/python3.12/copy.py:128");
    let tsv = copied(&mut h, "deepcopy", "Copy table as TSV");
    let lines: Vec<&str> = tsv.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("self (ns)\tself share\ttotal (ns)\ttotal share\tcalls\tprimitive calls\t"));
    assert!(lines[1].starts_with("188240000\t"), "{}", lines[1]);
    assert!(lines[1].contains("\t96310\t9600\t1954.522\t31455.938\tdeepcopy\tcopy\t"), "{}", lines[1]);
}

#[test]
fn markdown_keeps_names_that_look_like_html_and_says_where_it_ends() {
    let mut h = shown(shop());
    let text = copied(&mut h, "walk", "Copy table as Markdown");
    assert!(text.starts_with("| self (ms) | self % | total (s) | total % | calls |"), "{text}");
    assert!(text.contains("| `<module>` | `/srv/shop/serve.py:1` |"), "{text}");
    assert_eq!(text.lines().count(), 22);
    let mut h = shown(many(120));
    let row = h.state().analysis.table().present().max_by_key(|&g| h.state().analysis.table().own(g));
    let row = h.state().analysis.name(row.expect("there are rows")).into_owned();
    let text = copied(&mut h, &row, "Copy table as Markdown");
    assert!(text.ends_with("\nThe first 50 of 120 rows.\n"), "{text}");
}

fn picture_of(scheme: Scheme, name: &str) {
    let mut stage = Stage::new(Show::Table, scheme, shop());
    stage.select("deepcopy");
    picture(harness(stage, SIZE), name);
}

#[test]
fn picture_in_the_dark() {
    picture_of(Scheme::Dark, "table_dark");
}

#[test]
fn picture_in_the_light() {
    picture_of(Scheme::Light, "table_light");
}

#[test]
fn picture_of_a_search_among_packages() {
    let mut stage = Stage::new(Show::Table, Scheme::Dark, shop());
    stage.group_by(GroupBy::File);
    stage.search("django");
    picture(harness(stage, Vec2::new(760.0, 420.0)), "table_files_searched");
}
