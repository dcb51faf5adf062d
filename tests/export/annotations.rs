//! What is marked, in pictures and pages: notes as text, drawn where their box is, and nothing but text.

use crate::browser::Browser;
use helioscope::analyze::{Analysis, Detail, GroupId, Order, Query};
use helioscope::export::html::Page;
use helioscope::export::markdown::{Review, review};
use helioscope::export::picture::{Height, Picture, PictureView, Subject};
use helioscope::export::png;
use helioscope::export::scrub::Scrub;
use helioscope::import::{Job, open_bytes};
use helioscope::layout::{Annotation, Chain, Growth, Marked, Paths, Scheme};
use resvg::usvg::roxmltree::{Document, Node};
use std::sync::Arc;

const STACKS: &str = "main (app/run.py:1);parse (app/csv.py:4);read (app/csv.py:9) 40\n\
                      main (app/run.py:1);parse (app/csv.py:4) 30\n\
                      main (app/run.py:1);log (app/log.py:2) 30\n\
                      main (app/run.py:1);tick (app/tick.py:2) 1\n";

const HOSTILE: &str = "</script><img src=x onerror=\"alert(1)\"> & ]]> \u{1}\u{fffe} <b>bold</b>";

fn counted(stacks: &str) -> Analysis {
    let profile = Arc::new(open_bytes(stacks.as_bytes().to_vec(), &Job::new()).expect("opens"));
    let query = Query::new(&profile);
    Analysis::new(profile, query, None)
}

fn group(analysis: &Analysis, name: &str) -> GroupId {
    analysis.groups().ids().find(|&g| analysis.name(g) == name).expect("it was recorded")
}

fn annotation(analysis: &Analysis, id: u32, path: &str, note: &str) -> Annotation {
    let calls = path.split(';').map(|name| group(analysis, name)).collect();
    Annotation { id, marked: Marked { calls, chain: Chain::FromRoot, at: None }, note: note.to_owned() }
}

fn flame(zoom: Vec<GroupId>, annotations: Vec<Annotation>) -> Picture {
    let view = PictureView::Flame { order: Order::LeftHeavy, growth: Growth::Down, zoom };
    let (width, height) = (900, Height::Pixels(420));
    Picture { width, height, annotations, ..Picture::new(view, Scheme::Dark) }
}

fn subject<'a>(analysis: &'a Analysis, scrub: &'a Scrub) -> Subject<'a> {
    Subject { name: "run.folded", analysis, base: None, scrub, search: None }
}

fn text_of(node: &Node<'_, '_>) -> String {
    node.descendants().filter(Node::is_text).filter_map(|text| text.text()).collect()
}

/// The notes of a picture: title, description, and the lines that are drawn.
fn notes(svg: &str) -> Vec<(String, String, Vec<String>)> {
    let document = Document::parse(svg).expect("well-formed");
    let child = |group: &Node<'_, '_>, name: &str| group.children().find(|n| n.has_tag_name(name)).map(|n| text_of(&n));
    let note = |group: Node<'_, '_>| {
        let (title, description) = (child(&group, "title")?, child(&group, "desc")?);
        let lines = group.descendants().filter(|n| n.has_tag_name("text")).map(|n| text_of(&n)).collect();
        (group.has_tag_name("g")).then_some((title, description, lines))
    };
    document.descendants().filter_map(note).collect()
}

fn highlighted(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).expect("well-formed");
    let titles = document.descendants().filter(|n| n.has_tag_name("title")).map(|n| text_of(&n));
    titles.filter_map(|title| title.strip_prefix("Highlighted: ").map(str::to_owned)).collect()
}

#[test]
fn a_note_is_text_beside_its_box_and_hostile_text_is_no_markup() {
    let (a, scrub) = (counted(STACKS), Scrub::off());
    let marked = vec![
        annotation(&a, 0, "main;parse;read", "Reads the file once a row: the most to be gained is here."),
        annotation(&a, 1, "main;log", HOSTILE),
        annotation(&a, 2, "main;parse", ""),
    ];
    let svg = flame(Vec::new(), marked).svg(&subject(&a, &scrub)).expect("drawn");
    assert_eq!(highlighted(&svg), ["read", "log", "parse"]);
    let notes = notes(&svg);
    assert_eq!(notes.len(), 2, "{notes:?}");
    assert_eq!(notes[0].0, "Reads the file once a row: the most to be gained is here.");
    assert_eq!(notes[0].1, "A note on read.");
    assert_eq!(notes[0].2.join(" "), notes[0].0, "the whole note can be read and selected");
    assert!(notes[1].2.join(" ").starts_with("</script><img src=x"), "{notes:?}");
    assert!(!svg.contains("<img") && !svg.contains("<script"));
}

#[test]
fn what_a_picture_does_not_show_is_not_marked_and_that_is_said() {
    let (a, scrub) = (counted(STACKS), Scrub::off());
    let marked = || {
        vec![
            annotation(&a, 0, "main;parse;read", "here"),
            annotation(&a, 1, "main;log", "elsewhere"),
            annotation(&a, 2, "main;tick", "too narrow"),
        ]
    };
    let zoomed = flame(vec![group(&a, "main"), group(&a, "parse")], marked());
    let svg = zoomed.svg(&subject(&a, &scrub)).expect("drawn");
    assert_eq!(highlighted(&svg), ["read"]);
    assert!(svg.contains("2 annotations are outside this picture."));
    let shallow = Picture { depth: Some(2), ..flame(Vec::new(), marked()) };
    let svg = shallow.svg(&subject(&a, &scrub)).expect("drawn");
    assert_eq!(highlighted(&svg), ["log", "tick"]);
    assert!(svg.contains("1 annotation is outside this picture."));
    let all = flame(Vec::new(), marked()).svg(&subject(&a, &scrub)).expect("drawn");
    assert!(!all.contains("outside this picture"));
}

#[test]
fn every_kind_of_picture_has_its_marks() {
    let (a, scrub) = (counted(STACKS), Scrub::off());
    let growth = Growth::Up;
    for view in [
        PictureView::Flame { order: Order::LeftHeavy, growth, zoom: Vec::new() },
        PictureView::Flame { order: Order::Inverted, growth, zoom: Vec::new() },
        PictureView::Sunburst { root: Vec::new() },
        PictureView::Callers { of: group(&a, "read") },
    ] {
        let marked = vec![annotation(&a, 0, "main;parse;read", "the dearest call")];
        for height in [Height::Pixels(700), Height::AsNeeded] {
            let picture = Picture { view: view.clone(), height, ..flame(Vec::new(), marked.clone()) };
            let svg = picture.svg(&subject(&a, &scrub)).expect("drawn");
            assert_eq!(notes(&svg).len(), 1, "{view:?}");
            assert!(png::from_svg(&svg, 1).is_ok(), "{view:?}");
        }
    }
}

#[test]
fn in_time_order_the_call_that_was_marked_has_the_note() {
    let profile = Arc::new(open_bytes(crate::support::TWO_THREADS.as_bytes().to_vec(), &Job::new()).expect("opens"));
    let query = Query::new(&profile);
    let (a, scrub) = (Analysis::new(profile, query, None), Scrub::off());
    let timeline = a.timeline(a.query().time_track(a.profile())).expect("it has an order");
    let tree = a.timeline_tree(&timeline, Detail::ALL).expect("a tree");
    let marked = Marked::of(&tree, 0, Paths::InTime);
    let view = PictureView::Flame { order: Order::Time, growth: Growth::Down, zoom: Vec::new() };
    let annotations = vec![Annotation { id: 0, marked, note: "begins here".to_owned() }];
    let picture = Picture { annotations, ..Picture::new(view, Scheme::Light) };
    assert_eq!(notes(&picture.svg(&subject(&a, &scrub)).expect("drawn")).len(), 1);
}

#[test]
fn names_of_people_leave_notes_too() {
    let jane = "main (/home/jane/shop/run.py:1);parse (/home/jane/shop/csv.py:4) 30\n";
    let a = counted(jane);
    let marked = vec![annotation(&a, 0, "main;parse", "see /home/jane/notes.txt")];
    for (scrub, kept) in [(Scrub::new(&[a.profile()]), false), (Scrub::off(), true)] {
        let subject = subject(&a, &scrub);
        let picture = flame(Vec::new(), marked.clone());
        let written = [
            picture.svg(&subject).expect("drawn"),
            Page { picture: &picture, scheme: Some(Scheme::Dark), found: None }.html(&subject).expect("a page"),
            review(&subject, Review { rows: 5, picture: None, found: None, annotations: &marked }),
        ];
        for text in written {
            assert_eq!(text.contains("jane"), kept, "{text}");
            assert!(text.contains("notes.txt"), "{text}");
        }
    }
}

#[test]
fn a_review_lists_what_is_marked() {
    let (a, scrub) = (counted(STACKS), Scrub::off());
    let marked = [
        annotation(&a, 0, "main;parse;read", "Once a row:\nread it *once*."),
        annotation(&a, 1, "main;log", ""),
        Annotation {
            id: 2,
            marked: Marked { calls: Vec::new(), chain: Chain::FromRoot, at: None },
            note: "lost".to_owned(),
        },
    ];
    let text = review(&subject(&a, &scrub), Review { rows: 5, picture: None, found: None, annotations: &marked });
    let expected = "Notes:\n\n1. `read`: Once a row: read it \\*once\\*.\n2. `log` is highlighted\n\
                    3. `a function this profile lacks`: lost\n\n";
    assert!(text.contains(expected), "{text}");
}

const NOTES: &str =
    "Array.from(document.querySelectorAll('#flame .note'), (g) => g.getAttribute('aria-label')).join(' | ')";
const RINGS: &str = "document.querySelectorAll('#flame .rings .ring').length";
const OUTSIDE: &str = "document.getElementById('outside').textContent";

#[test]
fn notes_of_a_page_follow_the_zoom_and_run_no_script() {
    let Some(mut browser) = Browser::start() else { return };
    let (a, scrub) = (counted(STACKS), Scrub::off());
    let marked = vec![
        annotation(&a, 0, "main;parse;read", "Reads the file once a row."),
        annotation(&a, 1, "main;log", HOSTILE),
        annotation(&a, 2, "main;parse", ""),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("page.html");
    let picture = flame(Vec::new(), marked);
    std::fs::write(
        &path,
        Page { picture: &picture, scheme: None, found: None }.html(&subject(&a, &scrub)).expect("a page"),
    )
    .expect("writes");
    browser.open(&path);
    let both = browser.text(NOTES);
    assert!(both.starts_with("Note on read: Reads the file once a row. | Note on log: </script><img"), "{both}");
    assert_eq!((browser.eval(RINGS).as_u64(), browser.text(OUTSIDE)), (Some(3), String::new()));
    // Within the picture, off each other, and not on their boxes.
    let apart = "(() => { const r = (s) => Array.from(document.querySelectorAll(s), (e) => e.getBoundingClientRect()); \
                 const notes = r('#flame .note > rect'), rings = r('#flame .rings .ring'), [all] = r('#flame svg'); \
                 const meets = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom; \
                 return !meets(notes[0], notes[1]) && !meets(notes[0], rings[0]) && !meets(notes[1], rings[1]) && \
                 notes.every((n) => n.left >= all.left && n.right <= all.right && n.top >= all.top && n.bottom <= all.bottom); })()";
    assert_eq!(browser.eval(apart), true);

    browser.click("#flame g[aria-label^='parse,']");
    assert_eq!(browser.text(NOTES), "Note on read: Reads the file once a row.");
    assert_eq!(
        (browser.eval(RINGS).as_u64(), browser.text(OUTSIDE).as_str()),
        (Some(2), "1 annotation is outside this view.")
    );
    browser.key("Escape");
    assert_eq!(browser.text(NOTES), both);
    assert_eq!(browser.eval("document.querySelectorAll('#flame img, .noted img').length").as_u64(), Some(0));
    assert_eq!(browser.errors, [""; 0]);
}
