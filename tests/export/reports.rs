//! Reports for a review.

use crate::support::{FOLDED, Folder, cprofile};

#[test]
fn a_report_sums_up_in_markdown_with_its_picture_beside_it() {
    let folder = Folder::new();
    folder.write("a|b.folded", FOLDED);
    assert_eq!(folder.run(["report", "a|b.folded", "-o", "my report.md", "-n", "2"]).clean(), "");
    let text = std::fs::read_to_string(folder.path().join("my report.md")).expect("reads");
    let expected = r"**`a|b.folded`**: samples 10. Most expensive in themselves: `parse` (80.0 %), `read` (20.0 %).

collapsed stacks · samples 10

![Flame graph of a\|b.folded](my%20report.flame.png)

| Self, samples | Self % | Total, samples | Total % | Function |
|--:|--:|--:|--:|---|
| 8 | 80.0 % | 8 | 80.0 % | `parse` `app/csv.py` |
| 2 | 20.0 % | 2 | 20.0 % | `read` `app/io.py` |

2 more functions are left out.
";
    assert_eq!(text, expected);
    let picture = image::open(folder.path().join("my report.flame.png")).expect("a PNG");
    assert_eq!(picture.width(), 3200);
}

#[test]
fn long_names_are_shortened_and_estimates_are_said() {
    let folder = Folder::new();
    let long = format!("{}_{}", "start".repeat(20), "end".repeat(20));
    folder.write("a.folded", format!("main;{long} 5\n"));
    folder.run(["report", "a.folded", "-o", "a.md"]).clean();
    let text = std::fs::read_to_string(folder.path().join("a.md")).expect("reads");
    assert!(text.lines().all(|line| line.chars().count() < 200) && text.contains('…'), "{text}");

    folder.write("b.prof", cprofile());
    folder.run(["report", "b.prof", "-o", "b.md"]).clean();
    let text = std::fs::read_to_string(folder.path().join("b.md")).expect("reads");
    assert!(text.contains("> ≈ Estimated:") && text.contains("The table is exact."), "{text}");
}

#[test]
fn a_report_as_a_page_is_one_file() {
    let folder = Folder::new();
    folder.write("b.prof", cprofile());
    folder.run(["report", "b.prof", "-o", "b.html"]).clean();
    let page = std::fs::read_to_string(folder.path().join("b.html")).expect("reads");
    // Links are followed by people alone.
    let page = page
        .replace("http://www.w3.org/2000/svg", "")
        .replace("<a href=\"https:", "")
        .replace("url(#", "")
        .replace("http://www.w3.org/1999/xlink", "");
    assert!(["http:", "https:", "src=", "@import", "url("].iter().all(|link| !page.contains(link)), "no network");
    assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 2);
    let run = folder.run(["report", "b.prof", "-o", "b.docx"]);
    assert_eq!(run.status, Some(2), "{}", run.err);
}

#[test]
fn figures_of_lines_are_reported_without_a_picture() {
    let folder = Folder::new();
    let lines = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/lprof/5.1.0-py3.12.lprof");
    let run = folder.run(["report", lines, "-o", "l.md"]);
    assert_eq!((run.status, run.out.as_str()), (Some(0), ""), "{}", run.err);
    let text = std::fs::read_to_string(folder.path().join("l.md")).expect("reads");
    assert!(text.contains("line\\_profiler") && !text.contains("!["), "{text}");
    assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 1);
    let run = folder.run(["render", lines, "-o", "l.png"]);
    assert_eq!(run.status, Some(2));
    assert!(run.err.contains("records lines, not calls"), "{}", run.err);
}

#[test]
fn a_report_of_a_change_says_what_changed() {
    let folder = Folder::new();
    folder.write("old.folded", "main (/home/jane/a.py:1);load (/home/jane/a.py:2) 600\n");
    folder.write("new.folded", "main (/home/jane/a.py:1);load (/home/jane/a.py:2) 100\n");
    folder.run(["report", "new.folded", "--base", "old.folded", "-o", "change.md"]).clean();
    let text = std::fs::read_to_string(folder.path().join("change.md")).expect("reads");
    let begin = "**`old.folded` → `new.folded`**\n\n![Flame graph of what changed from old.folded to new.folded](change.flame.png)\n\nNew is 83.3 % faster";
    assert!(text.starts_with(begin), "{text}");
    assert!(text.contains("| faster | `load` `~/a.py") && !text.contains("jane"), "{text}");
    assert!(image::open(folder.path().join("change.flame.png")).is_ok());
}

#[test]
fn a_report_of_a_change_says_its_order_and_how_much_of_it_is_left_out() {
    let folder = Folder::new();
    folder.write("old.folded", "main;load 600\nmain;parse 50\nmain;draw 7\nmain;log 2\n");
    folder.write("new.folded", "main;load 100\nmain;parse 90\nmain;draw 7\nmain;log 1\n");
    folder.run(["report", "new.folded", "--base", "old.folded", "-o", "change.md", "-n", "1"]).clean();
    let text = std::fs::read_to_string(folder.path().join("change.md")).expect("reads");
    let said = "\nThe largest difference in self cost comes first; 3 more functions that differ are left out.\n";
    assert!(text.contains("`load`") && text.contains(said), "{text}");
    folder.run(["report", "new.folded", "--base", "old.folded", "-o", "all.md"]).clean();
    let text = std::fs::read_to_string(folder.path().join("all.md")).expect("reads");
    let place = |name: &str| text.find(&format!("`{name}`"));
    assert!(place("load") < place("parse") && place("parse") < place("log"), "{text}");
    assert!(text.contains("\nThe largest difference in self cost comes first.\n"), "{text}");
}

#[test]
fn warnings_say_which_of_two_recordings_they_are_about() {
    let folder = Folder::new();
    folder.write("old.folded", "main;load 5\n 2\n");
    folder.write("new.folded", "main;load 5\n");
    for arguments in [["render", "-o", "a.svg"], ["report", "-o", "a.md"]] {
        let run = folder.run(arguments.iter().chain(&["new.folded", "--base", "old.folded"]));
        let told =
            "warning: base: A line has a count but no frame: its samples are part of the total, under no function.\n";
        assert_eq!((run.status, run.err.as_str()), (Some(0), told), "{arguments:?}");
    }
}
