//! The score on the project's own programs: what is to be found is found, and nothing else is said.

use super::support::{cases, folder, hints, speaks, spoken};

/// What was said of all programs by one kind of recording.
#[derive(Default)]
struct Score {
    slow: usize,
    found: usize,
    first: usize,
    wrong: Vec<String>,
    missed: Vec<String>,
}

fn score(recording: &str, with_source: bool) -> Score {
    let mut score = Score::default();
    for (name, case) in cases() {
        let which = if case.healthy { "main" } else { "slow" };
        if !case.is_recorded_as(recording) {
            continue;
        }
        let hints = hints(&name, &format!("{which}.{recording}"), with_source);
        let said = spoken(&hints);
        let right = |rule: &str| case.expected.as_deref() == Some(rule) || case.also.iter().any(|a| a == rule);
        score.wrong.extend(said.iter().filter(|r| !right(r)).map(|r| format!("{name}: {r}")));
        let Some(expected) = case.expected.as_deref() else { continue };
        score.slow += 1;
        let all: Vec<&str> = hints.findings.iter().map(|f| f.rule.id).collect();
        if all.contains(&expected) {
            score.found += 1;
        } else {
            score.missed.push(format!("{name}: {expected}, found {all:?}"));
        }
        score.first += usize::from(said.first().or(all.first()) == Some(&expected));
    }
    score
}

fn share(part: usize, all: usize) -> f64 {
    part as f64 / all as f64
}

#[test]
fn with_source_cprofile_shows_the_pattern_first_and_nothing_else() {
    let score = score("prof", true);
    assert!(score.wrong.is_empty(), "{:#?}", score.wrong);
    assert!(share(score.found, score.slow) >= 0.92, "{:#?}", score.missed);
    assert!(share(score.first, score.slow) >= 0.85, "{} of {}", score.first, score.slow);
}

#[test]
fn without_source_cprofile_still_shows_most_and_nothing_wrong() {
    let score = score("prof", false);
    assert!(score.wrong.is_empty(), "{:#?}", score.wrong);
    assert!(share(score.found, score.slow) >= 0.4, "{:#?}", score.missed);
}

#[test]
fn with_source_samples_of_pyspy_show_most() {
    let score = score("speedscope.json", true);
    assert!(score.wrong.is_empty(), "{:#?}", score.wrong);
    assert!(share(score.found, score.slow) >= 0.85, "{:#?}", score.missed);
}

#[test]
fn what_was_mended_is_not_said_again() {
    let mut still = Vec::new();
    for (name, case) in cases() {
        let Some(expected) = case.expected.as_deref() else { continue };
        if folder().join(&name).join("fast.prof").exists()
            && spoken(&hints(&name, "fast.prof", true)).contains(&expected)
        {
            still.push(name);
        }
    }
    assert!(still.is_empty(), "{still:?}");
}

/// The line named is where samples, which know lines, find most of the function's time.
#[test]
fn the_line_named_without_lines_is_the_one_that_samples_find() {
    let (mut near, mut all, mut far) = (0, 0, Vec::new());
    for (name, case) in cases() {
        let Some(expected) = case.expected.as_deref().filter(|_| case.samples) else { continue };
        let of = |recording: &str| {
            let hints = hints(&name, recording, true);
            hints.findings.iter().find(|f| f.rule.id == expected).map(|f| (f.name.clone(), f.line))
        };
        let (Some((_, counted)), Some((_, sampled))) = (of("slow.prof"), of("slow.speedscope.json")) else { continue };
        all += 1;
        if counted.abs_diff(sampled) <= 2 {
            near += 1;
        } else {
            far.push(format!("{name}: {counted}, samples {sampled}"));
        }
    }
    assert!(share(near, all) >= 0.85, "{far:#?}");
}

#[test]
fn a_finding_can_be_judged_by_what_it_says() {
    for (name, case) in cases() {
        let which = if case.healthy { "main" } else { "slow" };
        let hints = hints(&name, &format!("{which}.prof"), true);
        let said: f64 = hints.findings.iter().filter(|f| f.same_time_as.is_none() && speaks(f)).map(|f| f.share).sum();
        assert!(said <= 1.05, "{name}: gains add up to more than all of the time");
        for f in &hints.findings {
            let what = format!("{name}: {}", f.rule.id);
            assert!((0.0..=1.0).contains(&f.share), "{what}");
            assert!(f.ceiling >= 1.0 && f.likely_gain <= f.ceiling + 1e-9, "{what}");
            assert!(!f.reason.is_empty() && !f.advice.is_empty() && !f.evidence.is_empty(), "{what}");
            if let Some(other) = f.same_time_as {
                assert!(other < hints.findings.len() && hints.findings[other].same_time_as.is_none(), "{what}");
            }
        }
    }
}

#[test]
fn the_pattern_is_quoted_and_mended_in_the_names_of_the_program() {
    let after = |case: &str| {
        let hints = hints(case, "slow.prof", true);
        (hints.findings[0].before.clone(), hints.findings[0].after.clone())
    };
    assert_eq!(
        after("banned_guests").1,
        "unwelcome_set = set(unwelcome)  # once, before the loop\nif name in unwelcome_set:\n    refused += 1"
    );
    assert_eq!(after("page_hits").1, "hits = collections.Counter(pages)");
    assert_eq!(after("merged_days"), ("events = events + one".to_owned(), "events.extend(one)".to_owned()));
    assert_eq!(after("till").1, "total = sum(amounts)\nhighest = max(amounts)");
}
