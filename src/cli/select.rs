//! Metrics, threads and functions as they are named on the command line.

use super::failure::Failure;
use super::options::{SelectArguments, TransformArguments};
use crate::analyze::{Analysis, Classes, FunctionTable, GroupId, Groups, Matches, Query, SearchText, Transform};
use crate::model::{Body, Metric, MetricId, Profile, Track, TrackId, format};
use regex::Regex;

/// The query for the metric and the thread asked for.
pub(super) fn query(profile: &Profile, arguments: &SelectArguments) -> Result<Query, Failure> {
    let mut query = Query::new(profile);
    if let Some(name) = &arguments.metric {
        query.metric = metric(profile, name)?;
    }
    if let Some(text) = &arguments.thread {
        query.track = Some(thread(profile.tracks(), text)?);
    }
    Ok(query)
}

/// The transforms asked for, in the terms of `profile`, of everything that is counted by them. Hidden functions go first: what
/// is focused on may have been called by them.
pub(super) fn transforms(
    profile: &Profile,
    profiles: &[&Profile],
    query: &Query,
    arguments: &TransformArguments,
) -> Result<Vec<Transform>, Failure> {
    if arguments.focus.is_none() && arguments.hide.is_none() {
        return Ok(Vec::new());
    }
    if profiles.iter().any(|profile| matches!(profile.body(), Body::Graph(_))) {
        return match arguments.hide {
            // Pictures begin at it instead: see `below`.
            None => Ok(Vec::new()),
            Some(_) => Err(Failure::usage(
                "the profile holds who calls whom and no stacks, which --hide needs; --focus, and `--view callers --function \
                 NAME`, do without",
            )),
        };
    }
    let classes = Classes::new(profile);
    let groups = Groups::new(profile, &classes, query.by);
    let table = FunctionTable::new(profile, &groups, query);
    let mut transforms = Vec::new();
    if let Some(text) = &arguments.hide {
        let found = Matches::find(profile, &classes, &groups, &matcher("--hide", text)?);
        transforms.extend(table.present().filter(|g| found.contains(*g)).map(Transform::Hide));
        if transforms.is_empty() {
            return Err(Failure::usage(format!("no function matches --hide “{text}”")));
        }
    }
    if let Some(text) = &arguments.focus {
        let found = Matches::find(profile, &classes, &groups, &matcher("--focus", text)?);
        let matching: Vec<GroupId> = table.present().filter(|g| found.contains(*g)).collect();
        let exact = |g: &GroupId| *groups.name(profile, &classes, *g) == **text;
        let exactly: Vec<GroupId> = matching.iter().copied().filter(exact).collect();
        transforms.push(match (&exactly[..], &matching[..]) {
            (_, []) => return Err(Failure::usage(format!("no function matches --focus “{text}”"))),
            ([group], _) | ([], [group]) => Transform::Focus(*group),
            ([], _) => Transform::FocusAny(matching),
            _ => Transform::FocusAny(exactly),
        });
    }
    Ok(transforms)
}

/// The function a picture begins at, where a focus was asked for and there are no stacks to count it by.
pub(super) fn below(
    analysis: &Analysis,
    profiles: &[&Profile],
    arguments: &TransformArguments,
) -> Result<Option<GroupId>, Failure> {
    match &arguments.focus {
        Some(text) if profiles.iter().any(|profile| matches!(profile.body(), Body::Graph(_))) => {
            function(analysis, "--focus", text).map(Some)
        }
        _ => Ok(None),
    }
}

/// The function meant by `text`, the value of an option.
pub(super) fn function(analysis: &Analysis, option: &str, text: &str) -> Result<GroupId, Failure> {
    let found = Matches::find(analysis.profile(), analysis.classes(), analysis.groups(), &matcher(option, text)?);
    let described = |group| match analysis.place(group) {
        ("", _) => analysis.name(group).into_owned(),
        (file, 0) => format!("{} ({file})", analysis.name(group)),
        (file, line) => format!("{} ({file}:{line})", analysis.name(group)),
    };
    only(option, text, analysis.table(), &found, (|group| analysis.name(group).into_owned(), described))
}

/// A regular expression, by the rules of the window's search.
pub(super) fn matcher(option: &str, text: &str) -> Result<Regex, Failure> {
    match (SearchText { text: text.to_owned(), regex: true }).matcher() {
        Ok(Some(matcher)) => Ok(matcher),
        Ok(None) => Err(Failure::usage(format!("{option} is empty"))),
        Err(why) => Err(Failure::usage(format!("{option} “{text}”: {why}"))),
    }
}

/// The one function that matches, or the one that is called exactly so; with several of one name, the most expensive.
fn only(
    option: &str,
    text: &str,
    table: &FunctionTable,
    found: &Matches,
    (name, described): (impl Fn(GroupId) -> String, impl Fn(GroupId) -> String),
) -> Result<GroupId, Failure> {
    const SHOWN: usize = 10;
    let mut groups: Vec<GroupId> = table.present().filter(|g| found.contains(*g)).collect();
    groups.sort_unstable_by_key(|&g| (std::cmp::Reverse(table.total(g)), g));
    let exact = groups.iter().find(|&&g| name(g) == text);
    match (exact, &groups[..]) {
        (Some(group), _) | (None, [group]) => Ok(*group),
        (None, []) => Err(Failure::usage(format!("no function matches {option} “{text}”"))),
        (None, several) => {
            let lines = several.iter().take(SHOWN).map(|&g| format!("\n  {}", format::one_line(&described(g))));
            let more = several.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!("\n  … and {more} more") } else { String::new() };
            let names = lines.collect::<String>();
            Err(Failure::usage(format!("{option} “{text}” fits several functions:{names}{more}")))
        }
    }
}

/// A metric by its number in the list (`#2`) or its name; upper and lower case count only where they tell two apart.
fn metric(profile: &Profile, text: &str) -> Result<MetricId, Failure> {
    let metrics = profile.metrics();
    if let Some(index) = number(text, metrics.len()) {
        return Ok(MetricId::at(index));
    }
    let rules: [&dyn Fn(&Metric) -> bool; 2] = [&|m| m.name == text, &|m| m.name.eq_ignore_ascii_case(text)];
    for fits in rules {
        let found: Vec<usize> = (0..metrics.len()).filter(|&i| fits(&metrics[i])).collect();
        match found[..] {
            [] => {}
            [only] => return Ok(MetricId::at(only)),
            _ => {
                let sum = |id| format::value(profile.total(id), &profile.metric(id).unit);
                let line = |&i: &usize| {
                    let id = MetricId::at(i);
                    format!("\n  #{} {}: {}", i + 1, format::one_line(&metrics[i].name), sum(id))
                };
                let lines: String = found.iter().map(line).collect();
                return Err(Failure::usage(format!("“{text}” fits several metrics:{lines}")));
            }
        }
    }
    let names: Vec<&str> = metrics.iter().map(|m| m.name.as_str()).collect();
    Err(Failure::usage(format!("the profile has no metric “{text}”; it has: {}", names.join(", "))))
}

/// The position in a list of so many that `#2`, the second, stands for.
fn number(text: &str, count: usize) -> Option<usize> {
    let number: usize = text.strip_prefix('#')?.parse().ok()?;
    (1..=count).contains(&number).then(|| number - 1)
}

/// A thread by its number in the list (`#2`), its id, its name, or a part of the text it is listed by. The first of
/// these that fits any thread decides.
fn thread(tracks: &[Track], text: &str) -> Result<TrackId, Failure> {
    if let Some(index) = number(text, tracks.len()) {
        return Ok(TrackId::at(index));
    }
    let tid: Option<u64> = text.parse().ok();
    let rules: [&dyn Fn(&Track) -> bool; 4] =
        [&|t| tid.is_some() && t.tid == tid, &|t| t.name == text, &|t| label(t) == text, &|t| {
            label(t).to_lowercase().contains(&text.to_lowercase())
        }];
    for fits in rules {
        let found: Vec<usize> = (0..tracks.len()).filter(|&i| fits(&tracks[i])).collect();
        match found[..] {
            [] => {}
            [only] => return Ok(TrackId::at(only)),
            _ => return Err(Failure::usage(format!("“{text}” fits several threads:{}", list(tracks, &found)))),
        }
    }
    let all: Vec<usize> = (0..tracks.len()).collect();
    Err(Failure::usage(format!("the profile has no thread “{text}”; it has:{}", list(tracks, &all))))
}

/// A thread as it is listed: what is known of it. `MainThread (pid 12, tid 34)`.
pub(super) fn label(track: &Track) -> String {
    // The title of a thread without a name is made of its ids already.
    let ids = match (track.name.as_str(), track.pid, track.tid) {
        ("", Some(pid), Some(_)) => format!(" (pid {pid})"),
        ("", ..) | (_, None, None) => String::new(),
        (_, Some(pid), Some(tid)) => format!(" (pid {pid}, tid {tid})"),
        (_, Some(pid), None) => format!(" (pid {pid})"),
        (_, None, Some(tid)) => format!(" (tid {tid})"),
    };
    track.title() + &ids
}

/// Threads to choose from, one a line, with the number to choose them by.
fn list(tracks: &[Track], which: &[usize]) -> String {
    const SHOWN: usize = 20;
    let lines = which.iter().take(SHOWN).map(|&i| format!("\n  #{} {}", i + 1, label(&tracks[i])));
    let mut text = lines.collect::<Vec<_>>().concat();
    if which.len() > SHOWN {
        text.push_str("\n  … (`helioscope info` lists them all)");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProfileBuilder, Unit};

    fn tracks() -> Vec<Track> {
        let track = |name: &str, pid, tid| Track { name: name.to_owned(), pid, tid, process: String::new() };
        vec![
            track("MainThread", Some(7), Some(70)),
            track("worker-1", Some(7), Some(71)),
            track("worker-10", Some(7), Some(72)),
            track("worker-1", Some(8), Some(81)),
            track("", None, Some(99)),
            track("71", None, None),
        ]
    }

    fn found(text: &str) -> Result<u32, String> {
        thread(&tracks(), text).map(|t| t.0).map_err(|e| e.to_string())
    }

    #[test]
    fn a_thread_is_known_by_id_name_or_a_part_of_its_name() {
        assert_eq!(found("70"), Ok(0));
        // An id goes before a name made of digits.
        assert_eq!(found("71"), Ok(1));
        assert_eq!(found("main"), Ok(0));
        assert_eq!(found("worker-10"), Ok(2));
        assert_eq!(found("thread 99"), Ok(4));
        assert_eq!(found("worker-1 (pid 8"), Ok(3));
        assert_eq!(found("#6"), Ok(5));
    }

    #[test]
    fn what_fits_several_or_none_is_refused_with_the_choices() {
        let several = "“worker-1” fits several threads:\n  #2 worker-1 (pid 7, tid 71)\n  #4 worker-1 (pid 8, tid 81)";
        assert_eq!(found("worker-1"), Err(several.to_owned()));
        let none = found("gpu").expect_err("no such thread");
        assert!(
            none.starts_with("the profile has no thread “gpu”; it has:\n  #1 MainThread (pid 7, tid 70)"),
            "{none}"
        );
        assert!(found("#0").is_err() && found("#7").is_err() && found("wor").is_err());
    }

    #[test]
    fn a_metric_is_known_by_name_or_number_and_one_of_several_by_number_alone() {
        let mut b = ProfileBuilder::new("test");
        for (name, unit) in [("cpu", Unit::Count), ("cpu", Unit::Nanoseconds), ("Alloc", Unit::Bytes)] {
            b.metric(name, unit);
        }
        let track = b.track(Track::default());
        let function = b.function_named("main", "", 0);
        let frame = b.frame(function, 0);
        let stack = b.stack_of(&[frame]);
        b.sample(track, stack, None, &[3, 40, 500]);
        let profile = b.finish().expect("builds");
        let found = |text: &str| metric(&profile, text).map(MetricId::index).map_err(|e| e.to_string());
        assert_eq!([found("alloc"), found("#1"), found("#2")], [Ok(2), Ok(0), Ok(1)]);
        let several = "“cpu” fits several metrics:\n  #1 cpu: 3\n  #2 cpu: 40 ns";
        assert_eq!(found("cpu"), Err(several.to_owned()));
        assert_eq!(found("#4"), Err("the profile has no metric “#4”; it has: cpu, cpu, Alloc".to_owned()));
    }

    #[test]
    fn an_unnamed_thread_does_not_repeat_its_id() {
        let track = |pid, tid| Track { pid, tid, ..Track::default() };
        assert_eq!(label(&track(Some(3), Some(5))), "thread 5 (pid 3)");
        assert_eq!(label(&track(Some(3), None)), "process 3");
        assert_eq!(label(&track(None, None)), "all threads");
    }
}
