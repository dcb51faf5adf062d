//! Pictures, written by the program without a display.

use crate::stacks;
use crate::support::{FOLDED, Folder, TWO_THREADS, cprofile};
use helioscope::layout::{Palette, Scheme};
use std::collections::BTreeSet;

/// The program on a machine without a display.
fn render(folder: &Folder, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = folder.command(["render"].iter().chain(arguments));
    let output = command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").output().expect("runs");
    assert_eq!(output.stdout, b"");
    (output.status.code(), String::from_utf8(output.stderr).expect("UTF-8"))
}

fn svg(folder: &Folder, arguments: &[&str]) -> String {
    let all: Vec<&str> = arguments.iter().copied().chain(["-o", "out.svg"]).collect();
    let (status, err) = render(folder, &all);
    assert_eq!(status, Some(0), "{err}");
    std::fs::read_to_string(folder.path().join("out.svg")).expect("reads")
}

/// The texts of a picture, in the order they are drawn; an error where it is no XML.
fn texts(svg: &str) -> Vec<String> {
    let tree = resvg::usvg::roxmltree::Document::parse(svg).expect("well-formed");
    let texts = tree.descendants().filter(|n| n.has_tag_name("text")).map(|n| {
        n.descendants().filter(resvg::usvg::roxmltree::Node::is_text).filter_map(|t| t.text()).collect::<String>()
    });
    texts.collect()
}

/// The rectangles with a title: name, x, y, width, height.
fn boxes(svg: &str) -> Vec<(String, f64, f64, f64, f64)> {
    let tree = resvg::usvg::roxmltree::Document::parse(svg).expect("well-formed");
    let titled = tree.descendants().filter_map(|group| {
        let title = group.children().find(|n| n.has_tag_name("title"))?.text()?;
        let rect = group.children().find(|n| n.has_tag_name("rect"))?;
        let number = |name| rect.attribute(name).and_then(|v| v.parse().ok()).expect("a number");
        let name = title.lines().next().unwrap_or_default().to_owned();
        group.has_tag_name("g").then(|| (name, number("x"), number("y"), number("width"), number("height")))
    });
    titled.collect()
}

#[test]
fn colours_can_tell_what_functions_cost_themselves() {
    let folder = Folder::new();
    folder.write("a.folded", "main;read 30\nmain;parse 2\nmain 68\n");
    for (theme, scheme) in [("dark", Scheme::Dark), ("light", Scheme::Light)] {
        let picture = svg(&folder, &["a.folded", "--colour-by", "self", "--theme", theme]);
        let palette = Palette::new(scheme);
        let filled = |share| picture.contains(&format!("fill=\"{}\"", palette.heat(share)));
        assert!(filled(0.02) && filled(0.3) && !filled(0.5 * 0.25), "{theme}");
        let texts = texts(&picture);
        assert!(texts.contains(&"self 25 % and more".to_owned()) && !texts.contains(&"your code".to_owned()));
    }
    folder.write("b.folded", "main 1\n");
    let (status, err) = render(&folder, &["a.folded", "--base", "b.folded", "--colour-by", "self", "-o", "out.svg"]);
    assert_eq!(status, Some(2), "{err}");
}

#[test]
fn boxes_are_as_wide_as_they_cost_and_stand_below_or_above_their_callers() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let expected = |rows: [f64; 4]| {
        [
            ("<module>", 0.0, 0, 999.0),
            ("main", 0.0, 1, 999.0),
            ("parse", 0.0, 2, 799.0),
            ("read", 800.0, 2, 199.0),
            ("parse", 0.0, 3, 299.0),
        ]
        .map(|(name, x, row, width)| (name.to_owned(), x, rows[row], width, 19.0))
    };
    let down = boxes(&svg(&folder, &["a.folded", "--size", "1000x400"]));
    assert_eq!(down, expected([65.0, 85.0, 105.0, 125.0]));
    let up = boxes(&svg(&folder, &["a.folded", "--size", "1000x400", "--view", "flame"]));
    assert_eq!(up, expected([346.0, 326.0, 306.0, 286.0]));
    let inverted = boxes(&svg(&folder, &["a.folded", "--size", "1000x400", "--view", "inverted", "--no-stamp"]));
    let outermost: Vec<_> = inverted.iter().filter(|b| b.2 == 0.0).map(|b| (b.0.as_str(), b.1, b.3)).collect();
    assert_eq!(outermost, [("parse", 0.0, 799.0), ("read", 800.0, 199.0)]);
}

#[test]
fn the_stamp_says_what_the_picture_is_of() {
    let folder = Folder::new();
    folder.write("two.json", TWO_THREADS);
    let stamp = texts(&svg(&folder, &["two.json", "--thread", "worker", "--search", "wait"])).join("\n");
    for part in [
        "two.json",
        "speedscope",
        "time 9.00 ms",
        "1 sample",
        "Worker-1",
        "search “wait”: 1 function, 100 %",
        "your code",
        concat!("Helioscope ", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(stamp.contains(part), "{part}: {stamp}");
    }
    let bare = texts(&svg(&folder, &["two.json", "--no-stamp"])).join("\n");
    assert!(!bare.contains("two.json") && !bare.contains("Helioscope"), "{bare}");

    folder.write("a.prof", cprofile());
    let estimated = texts(&svg(&folder, &["a.prof"])).join("\n");
    assert!(estimated.contains("≈ Estimated: the profiler recorded who calls whom"), "{estimated}");
}

/// A profile of Go has a row for each stack, and the number of its samples is a metric.
#[test]
fn rows_that_stand_for_many_samples_are_not_called_samples() {
    let cpu = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/pprof/cpu.pb.gz");
    let profile = helioscope::import::open(std::path::Path::new(cpu), &helioscope::import::Job::new()).expect("opens");
    let samples = profile.total(helioscope::model::MetricId(0));
    assert!(samples > profile.sample_count() as i64);
    let facts = texts(&svg(&Folder::new(), &[cpu])).into_iter().find(|text| text.contains("cpu ")).expect("the facts");
    assert!(facts.contains(&format!(" · {} stacks · ", profile.sample_count())), "{facts}");
}

#[test]
fn what_does_not_fit_is_said_once() {
    let folder = Folder::new();
    let stack: Vec<String> = (0..60).map(|i| format!("f{i}")).collect();
    folder.write("deep.folded", format!("{} 7\n", stack.join(";")));
    let notes = |arguments: &[&str]| -> Vec<String> {
        let all: Vec<&str> = ["deep.folded"].iter().chain(arguments).copied().collect();
        texts(&svg(&folder, &all)).into_iter().filter(|t| t.contains("levels of calls")).collect()
    };
    let cut = "The first 11 levels of calls are shown; 49 deeper levels are left out.";
    assert_eq!(notes(&["--size", "800x350"]), [cut]);
    assert_eq!(notes(&["--size", "800xauto"]), [""; 0]);
    assert_eq!(
        notes(&["--size", "800xauto", "--depth", "59"]),
        ["The first 59 levels of calls are shown; 1 deeper level is left out."]
    );
}

#[test]
fn names_of_any_kind_give_well_formed_pictures() {
    let folder = Folder::new();
    let hostile = [
        "</text><script>",
        "a&b\"'<>",
        "\u{1}\u{8}\u{1b}[0m",
        "\u{fffe}\u{ffff}",
        "]]>",
        "<!-- -->",
        "漢字かな\u{1f600}",
        "\u{202e}gnp.exe",
        "\u{d7ff}\u{e000}",
        "%s{}\\n",
    ];
    folder.write("h<&>.json", stacks(&hostile.map(|name| (name, format!("{name}.py"), 10 + name.len()))));
    for view in ["flame", "time", "inverted", "sunburst"] {
        let svg = svg(&folder, &["h<&>.json", "--view", view, "--search", "<&\""]);
        let shown: BTreeSet<String> = texts(&svg).into_iter().collect();
        assert!(shown.contains("h<&>.json"), "{view}: {shown:?}");
    }
}

#[test]
fn the_same_profile_gives_the_same_bytes_at_the_size_asked_for() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    for (scale, size) in [("1", (640, 360)), ("3", (1920, 1080))] {
        let arguments = ["a.folded", "--size", "640x360", "--scale", scale, "--theme", "light", "-o", "a.png"];
        let bytes = || {
            assert_eq!(render(&folder, &arguments), (Some(0), String::new()));
            std::fs::read(folder.path().join("a.png")).expect("reads")
        };
        let first = bytes();
        assert_eq!(first, bytes());
        let image = image::load_from_memory(&first).expect("a PNG");
        assert_eq!((image.width(), image.height()), size);
    }
}

#[test]
fn what_cannot_be_drawn_is_refused_with_a_reason_and_leaves_no_file() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    folder.write("a.prof", cprofile());
    for (arguments, reason) in [
        (&["a.folded", "-o", "a.gif"][..], "names no kind of picture"),
        (&["a.folded", "-o", "a.png", "--size", "99999x99999"], "cannot be drawn"),
        (&["a.folded", "-o", "a.png", "--size", "10x10"], "cannot be drawn"),
        (&["a.folded", "-o", "a.png", "--size", "big"], "expected WIDTHxHEIGHT"),
        (&["a.folded", "-o", "a.svg", "--view", "callers"], "say whose callers to draw"),
        (&["a.folded", "-o", "a.svg", "--function", "nothing"], "no function matches"),
        (&["a.folded", "-o", "a.svg", "--function", "py"], "fits several functions:\n  <module> (app/run.py)"),
        (&["a.folded", "-o", "a.svg", "--focus", "nothing"], "no function matches --focus"),
        (&["a.folded", "-o", "a.svg", "--hide", "nothing"], "no function matches --hide"),
        (&["a.folded", "-o", "a.svg", "--search", "("], "--search “(”:"),
        (&["a.prof", "-o", "a.svg", "--view", "time"], "does not record the order"),
        (&["a.folded", "-o", "a.svg", "--view", "activity"], "does not record when its samples were taken"),
        (&["a.prof", "-o", "a.svg", "--view", "packages"], "record with `py-spy record -f speedscope`"),
        (&["a.prof", "-o", "a.svg", "--hide", "main"], "holds who calls whom and no stacks"),
        (&["a.prof", "-o", "a.svg", "--focus", "nothing"], "no function matches --focus"),
        (&["a.prof", "-o", "a.svg", "--focus", "load", "--view", "inverted"], "but not one of its callers"),
    ] {
        let (status, err) = render(&folder, arguments);
        assert_eq!(status, Some(2), "{arguments:?}: {err}");
        assert!(err.contains(reason), "{arguments:?}: {err}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 2);
}

#[test]
fn a_focus_and_hidden_functions_are_drawn_and_said() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let svg = svg(&folder, &["a.folded", "--focus", "^main$", "--hide", "read", "--size", "1000x400"]);
    let names: Vec<String> = boxes(&svg).into_iter().map(|b| b.0).collect();
    assert_eq!(names, ["main", "parse", "parse"]);
    assert!(texts(&svg).contains(&"hide read · focus main".to_owned()));
}

#[test]
fn a_focus_on_several_functions_begins_at_the_outermost_of_them() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let svg = svg(&folder, &["a.folded", "--focus", "^(parse|read)$", "--size", "1000x400"]);
    let names: Vec<_> = boxes(&svg).into_iter().map(|b| (b.0, b.3)).collect();
    assert_eq!(names, [("parse".to_owned(), 799.0), ("read".to_owned(), 199.0), ("parse".to_owned(), 299.0)]);
    assert!(texts(&svg).contains(&"focus parse, read".to_owned()));
}

/// cProfile records no stacks that could be counted again: the picture begins at the function instead.
#[test]
fn a_focus_without_stacks_begins_at_the_function_and_stays_an_estimate() {
    let folder = Folder::new();
    let shop = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/shop.prof");
    for view in ["left-heavy", "flame"] {
        let svg = svg(&folder, &[shop, "--focus", "parse_line", "--size", "1000x400", "--view", view]);
        let first = &boxes(&svg)[0];
        assert_eq!((first.0.as_str(), first.3), ("parse_line", 999.0));
        let texts = texts(&svg);
        assert!(texts.contains(&"focus parse_line".to_owned()), "{texts:?}");
        assert!(texts.iter().any(|text| text.starts_with("≈ Estimated")), "{texts:?}");
        assert!(svg.contains("this call path 990 ms (100 %)"), "shares are of what is drawn");
    }
    let (status, err) = render(&folder, &[shop, "--focus", "parse_line", "-o", "a.html"]);
    assert_eq!((status, err.as_str()), (Some(0), ""));
}

/// What the window shows below the boxes: figures along each link, as recorded.
#[test]
fn callers_and_callees_are_listed_below_their_boxes() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let drawn = svg(&folder, &["a.folded", "--view", "callers", "--function", "main", "--size", "1200xauto"]);
    let words = texts(&drawn).join("|");
    for part in
        ["Callers (1)", "Callees (2)", "|10|100 %|app.run.<module>|", "|8|80.0 %|app.csv.parse|2|20.0 %|app.io.read|"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    folder.write("b.folded", FOLDED.replace(" 2\n", " 7\n"));
    let both = ["b.folded", "--base", "a.folded", "--view", "callers", "--function", "main", "--size", "1200xauto"];
    let words = texts(&svg(&folder, &both)).join("|");
    assert!(words.contains("|2|7|+5|app.io.read|8|8|0|app.csv.parse|"), "{words}");
}

/// Stripes tell what only one side has on arcs, too.
#[test]
fn arcs_of_what_only_one_side_has_are_striped() {
    let folder = Folder::new();
    folder.write("old.folded", "main (a.py:1);load (a.py:2) 600\nmain (a.py:1);parse (a.py:3) 400\n");
    folder.write("new.folded", "main (a.py:1);load (a.py:2) 600\n");
    let drawn = svg(&folder, &["new.folded", "--base", "old.folded", "--view", "sunburst"]);
    let tree = resvg::usvg::roxmltree::Document::parse(&drawn).expect("well-formed");
    let striped = tree
        .descendants()
        .filter(|n| n.has_tag_name("g") && n.children().filter(|c| c.has_tag_name("path")).count() == 2);
    let names: Vec<_> = striped.filter_map(|g| g.first_element_child()?.text()?.lines().next()).collect();
    assert_eq!(names, ["parse"]);
    // The only reference that browsers, resvg and Inkscape all follow.
    assert!(drawn.contains("<textPath xlink:href=\"#along-dark-0\"") && !drawn.contains(" href="));
}

#[test]
fn home_folders_do_not_leave_the_machine_unless_asked_to() {
    let folder = Folder::new();
    folder.write("a.folded", "main (/home/jane/shop/run.py:3);load (/scratch/jane/data.py:9) 5\n");
    for format in ["out.svg", "out.html"] {
        let written = |more: &[&str]| {
            let all: Vec<&str> = ["a.folded", "-o", format].iter().chain(more).copied().collect();
            assert_eq!(render(&folder, &all).0, Some(0));
            std::fs::read_to_string(folder.path().join(format)).expect("reads")
        };
        let clean = written(&[]);
        assert!(!clean.contains("jane") && clean.contains("~/shop/run.py") && clean.contains("/scratch/user/data.py"));
        assert!(written(&["--no-scrub"]).contains("/home/jane/shop/run.py"));
    }
}

#[test]
fn a_comparison_is_drawn_with_both_sides_in_words() {
    let folder = Folder::new();
    folder.write("old.folded", "main (a.py:1);load (a.py:2) 600\nmain (a.py:1);parse (a.py:3) 400\n");
    folder.write("new.folded", "main (a.py:1);load (a.py:2) 100\nmain (a.py:1);write (a.py:4) 400\n");
    let drawn = svg(&folder, &["new.folded", "--base", "old.folded", "--size", "1400x400"]);
    let words = texts(&drawn);
    for part in [
        "old.folded → new.folded",
        "main  ▼ −500",
        "load  ▼ −500",
        "write  new +400",
        "parse  gone −400",
        "new",
        "gone",
    ] {
        assert!(words.iter().any(|text| text.ends_with(part)), "{part}: {words:?}");
    }
    let facts = words.iter().find(|text| text.starts_with("base: ")).expect("the facts");
    assert!(
        facts.starts_with("base: samples 1,000 · new: samples 500 · faster −500, −50.0 % · as recorded"),
        "{facts}"
    );
    // What only one side has is striped: `write`, `parse`, and the two samples of the legend.
    assert_eq!(drawn.matches("<path d=\"M").count(), 4);
    for (arguments, reason) in [
        (&["new.folded", "--base", "old.folded", "-o", "a.svg", "--view", "time"][..], "in time order"),
        (&["new.folded", "--base", "old.folded", "-o", "a.html", "--view", "time"], "in time order"),
        (&["new.folded", "-o", "a.svg", "--width", "new"], "--base"),
        (&["new.folded", "-o", "a.svg", "--normalize", "total"], "--base"),
    ] {
        let (status, err) = render(&folder, arguments);
        assert!(status == Some(2) && err.contains(reason), "{arguments:?}: {err}");
    }
}

/// A picture against the one that is stored: text may be smoothed a little differently, boxes may not move.
/// `UPDATE_SNAPSHOTS=1` stores what is drawn now.
#[test]
fn pictures_look_as_they_did() {
    let folder = Folder::new();
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/samples/shop.prof");
    for (name, arguments) in [
        ("flame_dark", &["--view", "left-heavy"][..]),
        ("sunburst_light", &["--view", "sunburst", "--theme", "light"]),
        ("callers_light", &["--view", "callers", "--function", "parse", "--theme", "light"]),
    ] {
        let mut all = vec![source, "--size", "800x450", "--scale", "1", "-o", "now.png"];
        all.extend(arguments);
        assert_eq!(render(&folder, &all), (Some(0), String::new()));
        let drawn = folder.path().join("now.png");
        let stored =
            std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/export/snapshots/{name}.png"));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::copy(&drawn, &stored).expect("stores");
        }
        let [now, then] = [&drawn, &stored].map(|path| image::open(path).expect("a PNG").into_rgb8());
        assert_eq!(now.dimensions(), then.dimensions());
        let far = now
            .pixels()
            .zip(then.pixels())
            .filter(|(a, b)| a.0.iter().zip(b.0).map(|(a, b)| u32::from(a.abs_diff(b))).sum::<u32>() > 60);
        let far = far.count();
        // One box of the smallest size that has a label is 26 × 19 pixels.
        assert!(far < 200, "{name}: {far} pixels differ");
    }
}

/// Two threads: the first parses and then waits for the second, which works all the time.
const TRACE: &str = r#"{"traceEvents":[
{"ph":"X","name":"main","pid":1,"tid":1,"ts":0,"dur":1000},
{"ph":"X","name":"parse","pid":1,"tid":1,"ts":0,"dur":400},
{"ph":"X","name":"wait (/usr/lib/python3.12/threading.py:327)","pid":1,"tid":1,"ts":400,"dur":600},
{"ph":"X","name":"worker","pid":1,"tid":2,"ts":0,"dur":1000}
]}"#;

/// The area of each band, told by its title, as a part of all of them.
fn areas(svg: &str) -> Vec<(String, f64)> {
    let tree = resvg::usvg::roxmltree::Document::parse(svg).expect("well-formed");
    let mut areas = Vec::new();
    for group in tree.descendants().filter(|n| n.has_tag_name("g")) {
        let Some(title) = group.children().find(|n| n.has_tag_name("title")).and_then(|t| t.text()) else { continue };
        let Some(path) = group.children().find(|n| n.has_tag_name("path")) else { continue };
        let data = path.attribute("d").expect("path data").trim_end_matches('Z');
        let points: Vec<(f64, f64)> = data
            .split(['M', 'L'])
            .filter_map(|point| point.split_once(' '))
            .map(|(x, y)| (x.parse().expect("a number"), y.parse().expect("a number")))
            .collect();
        let next = points.iter().cycle().skip(1);
        let twice: f64 = points.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum();
        areas.push((title.lines().next().unwrap_or_default().to_owned(), twice.abs() / 2.0));
    }
    let all: f64 = areas.iter().map(|(_, area)| area).sum();
    areas.into_iter().map(|(name, area)| (name, area / all)).collect()
}

#[test]
fn bands_over_time_are_as_large_as_they_cost() {
    let folder = Folder::new();
    folder.write("a.json", TRACE);
    let svg = svg(&folder, &["a.json", "--view", "activity", "--size", "1000x400"]);
    let areas = areas(&svg);
    assert_eq!(areas.len(), 2);
    for ((name, area), (expected, part)) in areas.iter().zip([("Python", 0.7), ("waiting for locks", 0.3)]) {
        assert_eq!(name, expected);
        assert!((area - part).abs() < 0.01, "{name}: {area}");
    }
    let texts = texts(&svg);
    for text in ["2", "1", "600 µs", "Python 70.0 %", "waiting for locks 30.0 %"] {
        assert!(texts.iter().any(|t| t == text), "{text}: {texts:?}");
    }
    assert!(svg.contains("Activity over time"));
}
