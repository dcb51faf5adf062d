//! Two recordings beside each other in one picture.

use helioscope::analyze::{Analysis, Order, Query};
use helioscope::export::picture::{Height, Picture, PictureView, Subject};
use helioscope::export::png;
use helioscope::export::scrub::Scrub;
use helioscope::import::{Job, open_bytes};
use helioscope::layout::{Growth, Scheme};
use resvg::usvg::roxmltree::{Document, Node};
use std::collections::HashSet;
use std::sync::Arc;

fn counted(stacks: &str) -> Analysis {
    let profile = Arc::new(open_bytes(stacks.as_bytes().to_vec(), &Job::new()).expect("opens"));
    let query = Query::new(&profile);
    Analysis::new(profile, query, None)
}

/// The picture of 200 samples beside 100, and its halves: where each is, and how wide the box of `main` in it.
fn drawn(picture: &Picture, factors: Option<[f64; 2]>) -> (String, Vec<(f64, f64, f64)>) {
    let (base, new) = (counted("main;parse;read 150\nmain;log 50\n"), counted("main;log 100\n"));
    let scrub = Scrub::off();
    let [base, new] = [("base: old.folded", &base), ("new: new.folded", &new)].map(|(name, analysis)| Subject {
        name,
        analysis,
        base: None,
        scrub: &scrub,
        search: None,
    });
    let svg = picture.side_by_side([&base, &new], factors).expect("drawn");
    let document = Document::parse(&svg).expect("well-formed");
    let number = |node: &Node<'_, '_>, name| node.attribute(name).and_then(|v| v.parse::<f64>().ok()).unwrap_or(-1.0);
    let halves: Vec<Node<'_, '_>> =
        document.root_element().children().filter(|node| node.has_tag_name("svg")).collect();
    let main = |half: &Node<'_, '_>| {
        let boxes = half.descendants().filter(|node| {
            node.children()
                .find(|n| n.has_tag_name("title"))
                .and_then(|t| t.text())
                .is_some_and(|t| t.starts_with("main"))
        });
        let mut rects = boxes.filter_map(|node| node.children().find(|n| n.has_tag_name("rect")));
        rects.next().map_or(-1.0, |rect| number(&rect, "width"))
    };
    let found = halves.iter().map(|half| (number(half, "x"), number(half, "y"), main(half))).collect();
    (svg, found)
}

fn flame(width: u32) -> Picture {
    let view = PictureView::Flame { order: Order::LeftHeavy, growth: Growth::Down, zoom: Vec::new() };
    Picture { width, height: Height::AsNeeded, ..Picture::new(view, Scheme::Dark) }
}

#[test]
fn both_stand_beside_each_other_on_one_scale_or_each_as_wide_as_it_can() {
    let (svg, halves) = drawn(&flame(1204), Some([1.0, 1.0]));
    assert_eq!(halves, [(0.0, 0.0, 599.0), (604.0, 0.0, 299.0)]);
    assert!(svg.contains("base: old.folded") && svg.contains("new: new.folded"));
    assert!(svg.contains("on one scale with the other"));
    let (_, halves) = drawn(&flame(1204), Some([1.0, 2.0]));
    assert_eq!(halves[1], (604.0, 0.0, 599.0), "scaled to equal totals");
    let (_, halves) = drawn(&flame(1204), None);
    assert_eq!(halves[1], (604.0, 0.0, 599.0));
}

#[test]
fn both_are_as_high_as_the_higher_one_and_one_below_the_other_where_it_is_narrow() {
    let (svg, _) = drawn(&flame(1204), None);
    let document = Document::parse(&svg).expect("well-formed");
    let svgs = document.descendants().filter(|node| node.has_tag_name("svg"));
    let heights: HashSet<&str> = svgs.filter_map(|node| node.attribute("height")).collect();
    assert_eq!(heights.len(), 1, "{heights:?}");
    let (svg, halves) = drawn(&flame(700), None);
    assert!(halves[1].0 == 0.0 && halves[1].1 > 100.0, "{halves:?}");
    assert!(png::from_svg(&svg, 1).is_ok());
}

#[test]
fn shapes_of_both_have_numbers_of_their_own() {
    let view = PictureView::Sunburst { root: Vec::new() };
    let (svg, halves) = drawn(&Picture { width: 1600, ..Picture::new(view, Scheme::Light) }, None);
    assert_eq!(halves.len(), 2);
    let document = Document::parse(&svg).expect("well-formed");
    let ids: Vec<&str> = document.descendants().filter_map(|node| node.attribute("id")).collect();
    assert!(!ids.is_empty());
    assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{ids:?}");
}
