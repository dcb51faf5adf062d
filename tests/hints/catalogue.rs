//! What holds for every rule, and for the page made of them.

use super::support::{cases, folder, hints};
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

/// What is shown is code that runs, but for what is typed into a shell.
#[test]
fn what_a_rule_shows_is_python() {
    const SHELL: [&str; 3] = ["dev-server", "worker-saturated", "worker-threads-not-profiled"];
    for rule in HINTS.iter().filter(|r| !SHELL.contains(&r.id)) {
        for code in [rule.before, rule.after] {
            // `await` stands in a coroutine.
            let lines = code.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n");
            let parsed = ruff_python_parser::parse_module(&format!("async def f():\n    pass\n{lines}"));
            assert!(parsed.is_ok(), "{}: {code}\n{:?}", rule.id, parsed.err());
        }
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

/// Rules that no small recording can show, and why.
const NOT_RECORDED: [(&str, &str); 2] = [
    ("gc-pressure", "the collector is seen in samples of native code alone, which differ from machine to machine"),
    ("worker-saturated", "it takes a server that is kept busy by others"),
];

/// A recording in which it speaks, and one in which it looks and keeps quiet.
#[test]
fn every_rule_is_shown_by_a_program_and_silent_on_another() {
    let cases = cases();
    let shown: BTreeSet<&str> = cases.values().filter_map(|c| c.expected.as_deref()).collect();
    let mut silent: BTreeSet<&str> = BTreeSet::new();
    for (name, case) in &cases {
        for recording in ["fast.prof", "main.prof", "main.speedscope.json"] {
            if folder().join(name).join(recording).exists() {
                let hints = hints(name, recording, true);
                let own = |rule: &&str| recording.starts_with("main") || case.expected.as_deref() == Some(*rule);
                silent.extend(hints.checked.iter().map(|r| r.id).filter(own));
            }
        }
    }
    for rule in HINTS.iter().map(|r| r.id) {
        let excused = NOT_RECORDED.iter().any(|(id, _)| *id == rule);
        assert!(
            shown.contains(rule) != excused,
            "{rule}: add a program to tests/fixtures/hints, or say why there is none"
        );
        assert!(silent.contains(rule), "{rule}: nothing shows that it can keep quiet");
    }
}

#[test]
fn the_page_is_as_the_rules_are() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/hints.md")).expect("is there");
    assert!(page == document(), "run `helioscope rules --format markdown > docs/hints.md`");
}
