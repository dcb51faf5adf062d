//! What holds for every rule, and for the page made of them.

use super::support::cases;
use helioscope::hints::{HINTS, document, rule};
use std::collections::BTreeSet;

#[test]
fn ids_are_unique_and_speak_for_themselves() {
    let ids: BTreeSet<&str> = HINTS.iter().map(|r| r.id).collect();
    assert_eq!(ids.len(), HINTS.len());
    for id in ids {
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'), "{id}");
        assert_eq!(rule(id).map(|r| r.id), Some(id));
    }
    assert!(HINTS.len() >= 60);
}

#[test]
fn every_rule_says_when_it_speaks_what_to_do_and_when_it_is_wrong() {
    for rule in HINTS {
        for text in [rule.title, rule.signal, rule.advice, rule.settle, rule.wrong_if] {
            assert!(!text.is_empty(), "{}", rule.id);
        }
        assert!(rule.docs.starts_with("https://"), "{}", rule.id);
        assert!((0.0..=1.0).contains(&rule.removable), "{}", rule.id);
        assert!(rule.kinds.calls || rule.kinds.samples, "{}", rule.id);
    }
}

#[test]
fn every_category_has_rules() {
    let categories: BTreeSet<&str> = HINTS.iter().map(|r| r.category.name()).collect();
    assert!(categories.len() >= 20, "{categories:?}");
}

#[test]
fn the_programs_name_rules_that_exist() {
    for (name, case) in cases() {
        for id in case.expected.iter().chain(&case.also) {
            assert!(rule(id).is_some(), "{name}: {id}");
        }
    }
}

#[test]
fn the_page_is_as_the_rules_are() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/hints.md")).expect("is there");
    assert!(page == document(), "run `helioscope rules --format markdown > docs/hints.md`");
}
