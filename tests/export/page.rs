//! The page that any browser opens.

use crate::browser::{BOXES, Browser, FUNCTIONS};
use crate::stacks;
use crate::support::{FOLDED, Folder};

fn page(folder: &Folder, profile: &[u8], name: &str, arguments: &[&str]) -> std::path::PathBuf {
    folder.write(name, profile);
    let run = folder.run(["render", name, "-o", "page.html"].iter().chain(arguments));
    assert_eq!((run.status, run.out.as_str()), (Some(0), ""), "{}", run.err);
    folder.path().join("page.html")
}

#[test]
fn boxes_are_zoomed_by_pointer_and_by_keys() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = Folder::new();
    browser.open(&page(&folder, FOLDED.as_bytes(), "a.folded", &[]));
    let everything =
        "<module>, 10 (100 %) | main, 10 (100 %) | parse, 8 (80.0 %) | read, 2 (20.0 %) | parse, 3 (30.0 %)";
    assert_eq!(browser.text(BOXES), everything);
    assert!(browser.text("document.querySelector('#flame text').textContent").ends_with("<module>"));

    browser.click("#box-2");
    assert_eq!(
        browser.text(BOXES),
        "<module>, 10 (100 %) | main, 10 (100 %) | parse, 8 (80.0 %) | parse, 3 (30.0 %)",
        "what lies beside the box is gone"
    );
    let about = browser.text("document.getElementById('about').textContent");
    assert_eq!(
        about,
        "parse\napp/csv.py\nthis call path 8 (80.0 %), of that own 5 (50.0 %)\neverywhere 8 total, 8 own"
    );
    browser.key("Escape");
    assert_eq!(browser.text(BOXES), everything);

    browser.eval("document.getElementById('flame').focus()");
    for key in ["ArrowDown", "ArrowUp", "ArrowRight"] {
        browser.key(key);
    }
    assert_eq!(
        browser.text("document.querySelector('#flame .current').getAttribute('aria-label')"),
        "read, 2 (20.0 %)"
    );
    browser.key("Enter");
    assert_eq!(browser.text(BOXES), "<module>, 10 (100 %) | main, 10 (100 %) | read, 2 (20.0 %)");
    browser.click("#reset");
    assert_eq!(browser.text(BOXES), everything);
    assert_eq!(browser.errors, [""; 0]);
}

#[test]
fn a_search_counts_each_part_once_and_narrows_the_table() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = Folder::new();
    browser.open(&page(&folder, FOLDED.as_bytes(), "a.folded", &[]));
    let found = "document.getElementById('found').textContent";
    browser.eval("document.getElementById('search').focus()");
    browser.type_text("parse");
    // Of 10 samples 8 lie in `parse`, three of them twice.
    assert_eq!(browser.text(found), "1 functions, 80.0 %");
    assert_eq!(browser.text(FUNCTIONS), "parse");
    assert_eq!(browser.eval("document.querySelectorAll('#flame .dimmed').length"), 3);
    browser.type_text("(");
    assert_eq!(browser.text(found), "0 functions, 0 %", "a parenthesis is one");
    browser.click("#regex");
    assert_eq!(browser.text(found), "This is not a regular expression.");
    browser.eval("document.getElementById('search').focus()");
    browser.key("Escape");
    assert_eq!(browser.text(found), "");
    browser.eval("document.getElementById('search').focus()");
    browser.type_text("^(parse|read)$");
    assert_eq!(browser.text(found), "2 functions, 100 %");
    assert_eq!(browser.errors, [""; 0]);
}

#[test]
fn the_table_is_sorted_by_its_heads() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = Folder::new();
    browser.open(&page(&folder, FOLDED.as_bytes(), "a.folded", &["--view", "sunburst"]));
    assert_eq!(browser.text(FUNCTIONS), "parse | read | <module> | main");
    browser.click("th:nth-child(3) button");
    assert_eq!(browser.text(FUNCTIONS), "<module> | main | parse | read");
    browser.click("th:nth-child(3) button");
    assert_eq!(browser.text(FUNCTIONS), "read | parse | <module> | main");
    browser.click("th:last-child button");
    assert_eq!(browser.text(FUNCTIONS), "<module> | main | parse | read");
    assert!(browser.eval("document.querySelectorAll('.picture path').length").as_u64() > Some(3), "the sunburst");
    assert_eq!(browser.errors, [""; 0]);
}

#[test]
fn text_of_a_profile_never_runs() {
    const RUN: &str = "window.ran=1";
    let hostile = [
        format!("</script><img src=x onerror={RUN}>"),
        format!("<!--<script>{RUN}//"),
        format!("\"><svg onload={RUN}>"),
        format!("'-({RUN})-'"),
        format!("]]><script>{RUN}</script>"),
        format!("\u{2028}{RUN}\u{2029}"),
        format!("`${{{RUN}}}`"),
        format!("</title></style><script>{RUN}</script>"),
        format!("<a href=javascript:{RUN}>"),
        "\u{0}\u{1b}\u{fffe}&lt;script&gt;".to_owned(),
    ];
    let Some(mut browser) = Browser::start() else { return };
    let folder = Folder::new();
    let profile = stacks(&hostile.each_ref().map(|name| (name.as_str(), name.clone(), 10 + name.len())));
    let name = format!("<img src=x onerror={RUN}>&amp;\".json");
    for arguments in [&["--search", "<img src=x onerror=window.ran=1>"][..], &["--view", "sunburst", "--no-scrub"]] {
        browser.open(&page(&folder, profile.as_bytes(), &name, arguments));
        assert_eq!(browser.eval("String(window.ran)"), "undefined");
        for selector in ["img", "a", "script[src]", "[onload]", "[onerror]"] {
            let count = browser.eval(&format!("document.querySelectorAll({selector:?}).length"));
            assert_eq!(count, 0, "{selector}");
        }
        assert_eq!(browser.text("document.querySelector('h1').textContent"), name);
        let functions =
            browser.text("Array.from(document.querySelectorAll('tbody code'), (c) => c.textContent).join('\\u0001')");
        for text in &hostile[..9] {
            assert!(functions.split('\u{1}').any(|name| name == text), "{text:?} is shown as it is: {functions:?}");
        }
        assert_eq!(browser.errors, [""; 0]);
    }
    // Even a script that got into the page would not run: the policy names one script.
    browser.eval("(() => { const s = document.createElement('script'); s.textContent = 'window.ran=1'; document.body.append(s); })()");
    assert_eq!(browser.eval("String(window.ran)"), "undefined");
    assert!(browser.errors.iter().any(|error| error.contains("Content Security Policy")), "{:?}", browser.errors);
}

/// As the window shortens them: the part that tells functions apart stays.
#[test]
fn names_without_room_keep_their_last_part() {
    let Some(mut browser) = Browser::start() else { return };
    let folder = Folder::new();
    let long = "Query.Set.filter (app/models.py:1)";
    let profile = format!("main (app/run.py:1);{long} 90\nmain (app/run.py:1);rest (app/run.py:2) 910\n");
    browser.open(&page(&folder, profile.as_bytes(), "a.folded", &[]));
    let label = "document.querySelector('#box-2 text')?.textContent ?? ''";
    let mut seen = std::collections::BTreeSet::new();
    for width in [1200, 1000, 800, 600] {
        browser.eval(&format!("(document.getElementById('flame').style.width = '{width}px')"));
        browser.eval("new Promise((done) => setTimeout(done, 60))");
        seen.insert(browser.text(label));
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["filte…", "…Set.filter", "…filter"]);
}
