//! Files for other programs: what is written and opened again is the same, and other programs agree.

use crate::support::{FOLDED, Folder, TWO_THREADS, cprofile};
use helioscope::analyze::{Analysis, Detail, GroupId, Query};
use helioscope::import::{Job, open};
use helioscope::model::Profile;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

/// Every path of the call tree, as names with their files, with its total.
fn tree(profile: Arc<Profile>, metric: &str) -> BTreeMap<String, i64> {
    let mut query = Query::new(&profile);
    query.metric = (0..profile.metrics().len())
        .map(helioscope::model::MetricId::at)
        .find(|&id| profile.metric(id).name == metric || profile.metric(id).unit.name() == metric)
        .unwrap_or(query.metric);
    let analysis = Analysis::new(profile, query, None);
    let tree = analysis.tree(Detail::ALL);
    let name = |group: GroupId| format!("{} ({})", analysis.name(group), analysis.place(group).0);
    let mut paths = BTreeMap::new();
    for node in 0..tree.len() {
        let path: Vec<String> = tree.path(node).into_iter().map(name).collect();
        *paths.entry(path.join(" > ")).or_insert(0) += tree.total(node);
    }
    paths.insert("everything".to_owned(), tree.sum());
    paths
}

fn fixture(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn opened(path: &Path) -> Arc<Profile> {
    Arc::new(open(path, &Job::new()).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// Exports a file; what was said on standard error.
fn export(folder: &Folder, from: &Path, to: &str, more: &[&str]) -> String {
    let from = from.to_str().expect("UTF-8");
    let run = folder.run(["export", from, "-o", to].iter().chain(more));
    assert_eq!((run.status, run.out.as_str()), (Some(0), ""), "{}", run.err);
    run.err
}

#[test]
fn recorded_stacks_keep_their_tree_and_totals_in_every_format() {
    let folder = Folder::new();
    for (name, metric) in [
        ("collapsed/python315.folded", "samples"),
        ("pyspy/plain.raw", "samples"),
        ("speedscope/pyspy_threads.speedscope", "time"),
        ("speedscope/pyinstrument.speedscope", "time"),
        ("pprof/austin_wall.pb.gz", "wall"),
    ] {
        let original = opened(&fixture(name));
        let expected = tree(Arc::clone(&original), metric);
        assert!(expected.len() > 3, "{name}");
        for to in ["out.folded", "out.speedscope.json", "out.pb.gz"] {
            // In collapsed stacks a frame `thread (10864)` is how py-spy writes a thread, and is read as one.
            if to == "out.folded" && name.contains("threads") {
                continue;
            }
            export(&folder, &fixture(name), to, &["--no-scrub"]);
            let again = opened(&folder.path().join(to));
            let mut written = tree(again, metric);
            // Collapsed stacks cannot say that a sample has no stack.
            written.remove("(no stack) ()");
            let changed: Vec<_> = expected.iter().filter(|(path, total)| written.get(*path) != Some(total)).collect();
            assert_eq!((changed, written.len()), (Vec::new(), expected.len()), "{name} as {to}");
        }
    }
}

#[test]
fn an_estimated_tree_keeps_each_functions_own_cost_and_says_what_it_is() {
    let folder = Folder::new();
    let original = folder.write("a.prof", cprofile());
    for to in ["out.folded", "out.speedscope.json", "out.pb.gz"] {
        let said = export(&folder, &original, to, &[]);
        assert!(said.contains("the call tree is an estimate"), "{said}");
        let again = opened(&folder.path().join(to));
        let analysis = Analysis::new(Arc::clone(&again), Query::new(&again), None);
        let table = analysis.table();
        let mut own: Vec<(String, i64)> = table
            .present()
            .map(|g| (analysis.name(g).into_owned(), table.own(g)))
            .filter(|(_, own)| *own != 0)
            .collect();
        own.sort();
        let expected = [("<built-in method time.sleep>", 500_000_000), ("load", 375_000_000), ("main", 125_000_000)];
        assert_eq!(own, expected.map(|(name, own)| (name.to_owned(), own)), "{to}");
    }
}

#[test]
fn threads_and_lines_survive_where_the_format_has_a_place_for_them() {
    let folder = Folder::new();
    let two = folder.write("two.json", TWO_THREADS);
    for to in ["out.speedscope.json", "out.pb.gz"] {
        export(&folder, &two, to, &[]);
        let again = opened(&folder.path().join(to));
        let threads: Vec<String> = again.tracks().iter().map(helioscope::model::Track::title).collect();
        assert_eq!(threads, ["MainThread", "Worker-1"], "{to}");
        export(&folder, &two, to, &["--thread", "worker"]);
        assert_eq!(opened(&folder.path().join(to)).tracks().len(), 1, "{to}");
    }
    // Collapsed stacks of py-spy tell the lines that ran: two frames of `parse` are still one function.
    let lines = folder.write("a.folded", FOLDED);
    export(&folder, &lines, "lines.speedscope.json", &[]);
    let run = folder.run(["export", "lines.speedscope.json", "-o", "-"]);
    let mut expected: Vec<&str> = FOLDED.lines().collect();
    let mut written: Vec<&str> = run.out.lines().collect();
    expected.sort_unstable();
    written.sort_unstable();
    assert_eq!(written, expected);
}

#[test]
fn what_a_format_has_no_place_for_is_said() {
    let folder = Folder::new();
    let said = |name: &str, to: &str| export(&folder, &fixture(name), to, &[]);
    let speedscope = said("pprof/heap.pb.gz", "out.speedscope.json");
    for what in ["holds one metric", "The order of samples was not recorded", "The labels of samples"] {
        assert!(speedscope.contains(what), "{what}: {speedscope}");
    }
    let differences = said("collapsed/difference.folded", "out.folded");
    assert!(!differences.contains("metric"), "{differences}");
    let run = folder.run(["export", fixture("pprof/heap.pb.gz").to_str().expect("UTF-8"), "-o", "out.xlsx"]);
    assert_eq!(run.status, Some(2));
    assert!(run.err.contains(".speedscope.json, .speedscope, .pb.gz"), "{}", run.err);
}

#[test]
fn tables_hold_the_figures_of_the_table_without_home_folders() {
    let folder = Folder::new();
    folder.write("a.folded", "main (/home/jane/run.py:3);load (/home/jane/data.py:9) 5\n");
    let from = folder.path().join("a.folded");
    export(&folder, &from, "out.csv", &[]);
    let csv = std::fs::read_to_string(folder.path().join("out.csv")).expect("reads");
    assert_eq!(
        csv,
        "function,file,line,self,total,calls,primitive_calls\nload,~/data.py,,5,5,,\nmain,~/run.py,,0,5,,\n"
    );
    export(&folder, &from, "out.json", &["--no-scrub"]);
    let json = std::fs::read_to_string(folder.path().join("out.json")).expect("reads");
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&json["total"], &json["rows"][0]["file"]), (&5.into(), &"/home/jane/data.py".into()));
}

#[test]
fn home_folders_users_and_hosts_are_in_no_file() {
    let folder = Folder::new();
    let profile = TWO_THREADS
        .replace("\"run.py\"", "\"/home/jane/run.py\"")
        .replace("\"pool.py\"", "\"/scratch/jane/pool.py\"")
        .replace("Worker-1", "celery@jane-laptop:Worker-1");
    let from = folder.write("two.json", profile);
    for to in ["out.folded", "out.speedscope.json", "out.pb.gz", "out.csv", "out.json"] {
        export(&folder, &from, to, &[]);
        let mut bytes = std::fs::read(folder.path().join(to)).expect("reads");
        if to == "out.pb.gz" {
            let mut unpacked = Vec::new();
            std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut unpacked).expect("gzip");
            bytes = unpacked;
        }
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.contains("~/run.py") && text.contains("/scratch/user/pool.py"), "{to}: {text}");
        assert!(!text.contains("jane") && !text.contains("laptop"), "{to}: {text}");
    }
}

/// Whether a program that checks what is written can be asked.
fn has(program: &str, argument: &str) -> bool {
    let found = Command::new(program).arg(argument).output().is_ok_and(|output| output.status.success());
    if !found {
        println!("skipped: {program} is not installed");
    }
    found
}

#[test]
fn go_tool_pprof_gives_the_same_figures() {
    if !has("go", "version") {
        return;
    }
    let folder = Folder::new();
    let source = fixture("speedscope/pyspy_threads.speedscope");
    export(&folder, &source, "out.pb.gz", &[]);
    let output = Command::new("go")
        .args(["tool", "pprof", "-symbolize=none", "-top", "-nodecount=0", "-nodefraction=0", "-unit=ns"])
        .args(["-sample_index=time"])
        .arg(folder.path().join("out.pb.gz"))
        .output()
        .expect("go runs");
    let text = String::from_utf8_lossy(&output.stdout);
    // Rows are `flat flat% sum% cum cum% name`.
    let nanoseconds = |cell: &str| cell.trim_end_matches("ns").parse::<i64>().expect("nanoseconds");
    let rows: BTreeMap<String, (i64, i64)> = text
        .lines()
        .skip_while(|line| !line.trim_start().starts_with("flat"))
        .skip(1)
        .map(|line| {
            let cells: Vec<&str> = line.split_whitespace().collect();
            (cells[5..].join(" "), (nanoseconds(cells[0]), nanoseconds(cells[3])))
        })
        .collect();
    let profile = opened(&source);
    let analysis = Analysis::new(Arc::clone(&profile), Query::new(&profile), None);
    let table = analysis.table();
    // pprof tells functions by name alone: those of one name are one row there.
    let mut named: BTreeMap<String, Vec<(i64, i64)>> = BTreeMap::new();
    for group in table.present() {
        let row = (table.own(group), table.total(group));
        named.entry(analysis.name(group).into_owned()).or_default().push(row);
    }
    assert_eq!(rows.len(), named.len(), "{text}");
    let expected: BTreeMap<String, (i64, i64)> =
        named.into_iter().filter_map(|(name, rows)| Some((name, <[_; 1]>::try_from(rows).ok()?[0]))).collect();
    assert!(expected.len() > 15);
    let changed: Vec<_> = expected.iter().filter(|(name, row)| rows.get(*name) != Some(row)).collect();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(changed, Vec::new(), "{errors}");
}

/// Speedscope itself, as npm installs it, in a real browser: `SPEEDSCOPE` names the folder of its package.
#[cfg(unix)]
#[test]
fn speedscope_shows_the_same_figures() {
    let Some(package) = std::env::var_os("SPEEDSCOPE") else {
        println!("skipped: SPEEDSCOPE does not name the folder of npm's package speedscope");
        return;
    };
    let Some(mut browser) = crate::browser::Browser::start() else { return };
    let folder = Folder::new();
    let from = folder.write("two.json", TWO_THREADS);
    export(&folder, &from, "out.speedscope.json", &[]);
    let written = std::fs::read(folder.path().join("out.speedscope.json")).expect("reads");
    let written = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, written);
    let script = folder.write("load.js", format!("speedscope.loadFileFromBase64('out.speedscope.json', '{written}')"));
    let place = format!("#localProfilePath={}", script.display());
    browser.open_at(&Path::new(&package).join("dist/release/index.html"), &place);
    let text = "document.body.innerText";
    browser.wait_for(&format!("{text}.includes('MainThread')"));
    // Key 3 shows the table of functions: total and own time of each.
    browser.press_letter("3");
    browser.wait_for(&format!("{text}.includes('100%')"));
    let shown = browser.text(text);
    for part in ["MainThread (1/2)", "main", "6.00ms"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
}
