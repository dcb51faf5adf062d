//! The page of a comparison, and findings on a page.

use crate::browser::{BOXES, Browser, FUNCTIONS};
use crate::support::Folder;
use std::fmt::Write;
use std::path::PathBuf;

const BASE: &str = "main (a.py:1);load (a.py:2) 600\nmain (a.py:1);parse (a.py:3) 400\n";
const NEW: &str = "main (a.py:1);load (a.py:2) 100\nmain (a.py:1);write (a.py:4) 300\n";

fn page(folder: &Folder, arguments: &[&str]) -> PathBuf {
    folder.write("old.folded", BASE);
    folder.write("new.folded", NEW);
    let run = folder.run(["render", "new.folded", "--base", "old.folded", "-o", "page.html"].iter().chain(arguments));
    assert_eq!((run.status, run.out.as_str()), (Some(0), ""), "{}", run.err);
    folder.path().join("page.html")
}

#[test]
fn boxes_tell_both_sides_and_what_lies_between() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = Folder::new();
    browser.open(&page(&folder, &[]));
    assert_eq!(
        browser.text(BOXES),
        "main, 1,000 → 400, faster −600 | load, 600 → 100, faster −500 | parse, 400 → –, gone −400 | write, – → 300, new +300"
    );
    // Without colours: a sign beside the name, and stripes on what only one side has.
    let labels = browser.text("Array.from(document.querySelectorAll('#flame text'), (t) => t.textContent).join(' | ')");
    assert_eq!(labels, "a.main  ▼ −600 | a.load  ▼ −500 | a.parse  gone −400 | a.write  new +300");
    let stripes = "Array.from(document.querySelectorAll('#flame .striped'), (r) => r.getAttribute('fill')).join(' ')";
    assert_eq!(browser.text(stripes), "url(#falling) url(#rising)");
    let about = "document.getElementById('about').textContent";
    browser.click("#box-1");
    assert_eq!(browser.text(BOXES), "main, 1,000 → 400, faster −600 | load, 600 → 100, faster −500");
    let told = browser.text(about);
    let expected = "load\na.py\nthis call path 600 → 100, base → new\nfaster: −500 (−83.3 %), 95 %: ";
    assert!(told.starts_with(expected) && told.ends_with("everywhere 600 → 100, faster"), "{told}");
    browser.key("Escape");
    browser.eval("document.getElementById('flame').focus()");
    browser.key("ArrowRight");
    browser.key("Enter");
    assert_eq!(browser.text(BOXES), "main, 1,000 → 400, faster −600 | parse, 400 → –, gone −400");
    browser.click("#reset");
    let head = browser.text("document.querySelector('header').textContent");
    for part in ["old.folded → new.folded", "New is 60.0 % faster", "base: samples 1,000", "as recorded", "larger side"]
    {
        assert!(head.contains(part), "{part}: {head}");
    }
    assert_eq!(browser.text("document.querySelector('.lead code').textContent"), "load");
    assert_eq!(browser.errors, [""; 0]);
}

#[test]
fn a_search_says_its_share_of_either_side() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = Folder::new();
    browser.open(&page(&folder, &[]));
    browser.eval("document.getElementById('search').focus()");
    browser.type_text("load");
    let found = "document.getElementById('found').textContent";
    assert_eq!(browser.text(found), "1 functions, 60.0 % of base, 25.0 % of new");
    assert_eq!(browser.text(FUNCTIONS), "load");
    assert_eq!(browser.errors, [""; 0]);
}

#[test]
fn differences_are_sorted_by_size_then_from_what_costs_more() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = Folder::new();
    browser.open(&page(&folder, &[]));
    assert_eq!(browser.text(FUNCTIONS), "load | parse | write | main");
    let delta = "th[data-kind=change] button";
    let mut click = |selector: &str, expected: &str| {
        browser.click(selector);
        assert_eq!(browser.text(FUNCTIONS), expected, "{selector}");
    };
    click(delta, "write | main | parse | load");
    click(delta, "load | parse | main | write");
    click(delta, "load | parse | write | main");
    // What base lacks stands last both ways.
    click("th:first-child button", "load | parse | main | write");
    click("th:first-child button", "main | parse | load | write");
    click("th[data-kind=rank] button", "load | main | write | parse");
    let row = "Array.from(document.querySelector('tbody tr').cells, (c) => c.textContent).join(' | ')";
    let row = browser.text(row);
    assert!(row.starts_with("600 | 100 | −500 | −83.3 % | ") && row.contains(" | ▼ faster | load a.py"), "{row}");
    assert_eq!(browser.errors, [""; 0]);
}

#[test]
fn boxes_are_as_wide_as_the_side_asked_for_and_the_page_says_so() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = Folder::new();
    browser.open(&page(&folder, &["--width", "new", "--normalize", "total"]));
    assert_eq!(
        browser.text(BOXES),
        "main, 400 → 400, same | write, – → 300, new +300 | load, 240 → 100, faster −140",
        "what is gone has no width"
    );
    let head = browser.text("document.querySelector('header').textContent");
    assert!(head.contains("as wide as new") && head.contains("base scaled to the total of new"), "{head}");
    assert_eq!(browser.errors, [""; 0]);
}

/// Two recordings of a program that copies deeply, the second one mended, in a function and files with hostile names.
fn hostile(folder: &Folder) {
    const NAME: &str = "</script></b><img src=x onerror=window.ran=1>`'\"";
    let stacks = |copied: usize, slept: usize| {
        let mut text =
            format!("main (/home/jane/a.py:1) 100\nmain (/home/jane/a.py:1);{NAME} (/home/jane/a.py:3) 100\n");
        let mut add = |callee: &str, weight: usize| {
            if weight > 0 {
                writeln!(text, "main (/home/jane/a.py:1);{NAME} (/home/jane/a.py:3);{callee} {weight}")
                    .expect("writes to memory");
            }
        };
        add("deepcopy (/usr/lib/python3.12/copy.py:128)", copied);
        add("compile (/usr/lib/python3.12/re/__init__.py:226)", slept);
        text
    };
    folder.write("<img src=x onerror=window.ran=2>.folded", stacks(900, 0));
    folder.write("new.folded", stacks(0, 300));
}

#[test]
fn findings_stand_on_the_page_with_their_evidence_and_never_run() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = Folder::new();
    hostile(&folder);
    let base = "<img src=x onerror=window.ran=2>.folded";
    folder.run(["report", base, "-o", "one.html"]).clean();
    folder.run(["report", "new.folded", "--base", base, "-o", "both.html"]).clean();
    for (name, parts) in [
        ("one.html", &["likely 3.8× faster", "at most", "share 81.8 %", "Before", "deepcopy-hot", "~/a.py:3"][..]),
        ("both.html", &["1 went away, 1 came and 0 stayed", "Went away (1)", "Came (1)", "its function, base → new"]),
    ] {
        browser.open(&folder.path().join(name));
        assert_eq!(browser.eval("String(window.ran)"), "undefined");
        for selector in ["img", "script[src]", "[onerror]", "a:not([href^='https://'])"] {
            assert_eq!(browser.eval(&format!("document.querySelectorAll({selector:?}).length")), 0, "{selector}");
        }
        let hints = browser.text("document.querySelector('.hints').textContent.replace(/\\s+/g, ' ')");
        for part in parts {
            assert!(hints.replace("share", "share ").replace("  ", " ").contains(part), "{name}: {part}: {hints}");
        }
        assert!(hints.contains("<img src=x onerror=window.ran=1>") && !hints.contains("jane"), "{hints}");
        // A page without a theme follows the reader's system.
        assert_eq!(browser.eval("getComputedStyle(document.documentElement).colorScheme"), "light dark");
        assert_eq!(browser.errors, [""; 0]);
    }
}

#[test]
fn a_review_of_a_change_tells_what_became_of_the_findings() {
    let folder = Folder::new();
    hostile(&folder);
    let base = "<img src=x onerror=window.ran=2>.folded";
    folder.run(["report", "new.folded", "--base", base, "-o", "change.md"]).clean();
    let text = std::fs::read_to_string(folder.path().join("change.md")).expect("reads");
    let findings = text.split("Of what could be done, ").nth(1).expect("the findings");
    for part in
        ["1 went away, 1 came and 0 stayed.", "Went away (1):", "- **copy.deepcopy in a hot path** in ", "Came (1):"]
    {
        assert!(findings.contains(part), "{part}: {findings}");
    }
    assert!(!text.contains("jane"), "{text}");
}
