//! Help, exit statuses, and the ways a command line can be wrong.

use crate::support::{FOLDED, Folder, Run, TWO_THREADS};
use std::io::Read;
use std::process::Stdio;

const COMMANDS: [&str; 9] = ["info", "top", "diff", "export", "hints", "rules", "render", "report", "formats"];

#[test]
fn help_names_the_commands_with_examples() {
    let help = Folder::new().run(["--help"]).clean();
    for part in COMMANDS.iter().chain(&["--self-profile", "Examples:", "Formats: cProfile"]) {
        assert!(help.contains(part), "{part} is missing:\n{help}");
    }
    for command in COMMANDS {
        let help = Folder::new().run([command, "--help"]).clean();
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        let without_options = ["rules", "formats"].contains(&command);
        assert!(without_options || help.contains("Examples:\n  helioscope "), "{help}");
    }
}

#[test]
fn a_profile_is_never_written_over_by_what_is_made_of_it() {
    let folder = Folder::new();
    let names = ["a.folded", "a.svg", "a.html", "a.md", "-"];
    for name in names {
        folder.write(name, FOLDED);
    }
    std::fs::create_dir(folder.path().join("inner")).expect("makes");
    for arguments in [
        ["export", "a.folded", "-o", "a.folded"],
        ["export", "a.folded", "-o", "inner/../a.folded"],
        ["render", "a.svg", "-o", "a.svg"],
        ["render", "a.html", "-o", "./a.html"],
        ["report", "a.md", "-o", "a.md"],
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.status, run.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.err.contains("is the profile itself; write to another file"), "{}", run.err);
    }
    let run = folder.run(["render", "a.folded", "--base", "a.svg", "-o", "a.svg"]);
    assert_eq!(run.status, Some(2), "{}", run.err);
    assert_eq!(folder.run(["export", "./-", "-o", "-"]).clean(), FOLDED);
    for name in names {
        assert_eq!(std::fs::read_to_string(folder.path().join(name)).expect("reads"), FOLDED, "{name}");
    }
}

#[test]
fn the_version_is_the_packages() {
    let version = Folder::new().run(["--version"]).clean();
    assert_eq!(version, format!("helioscope {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn formats_are_listed_with_what_records_them() {
    let text = Folder::new().run(["formats"]).clean();
    for format in helioscope::import::FORMATS {
        assert!(text.contains(format.name) && text.contains(format.about), "{}", format.name);
        for recipe in format.recipes {
            assert!(text.contains(recipe.command), "{}", recipe.command);
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_status_1_with_a_reason_and_advice() {
    let folder = Folder::new();
    folder.write("page.prof", "<!DOCTYPE html><html><body>Not found</body></html>");
    folder.write("empty.prof", "");
    std::fs::create_dir(folder.path().join("folder")).expect("makes");
    let cases = [
        ("none.prof", "none.prof could not be read: ", "Check the path"),
        ("folder", "folder could not be read: it is a folder", "Open a file, not a folder."),
        ("page.prof", "page.prof: this is a web page, which is not a profile", "open the file in a browser"),
        ("empty.prof", "empty.prof: this is an empty file, which is not a profile", "Record it again."),
    ];
    for (file, reason, advice) in cases {
        for arguments in [&["info", file][..], &["info", file, "--json"], &["top", file], &["export", file, "-o", "x"]]
        {
            let run = folder.run(arguments);
            assert_eq!((run.status, run.out.as_str()), (Some(1), ""), "{arguments:?}");
            assert!(run.err.starts_with(&format!("error: {reason}")), "{}", run.err);
            assert!(run.err.contains(advice), "{}", run.err);
        }
    }
    assert!(!folder.path().join("x").exists());
}

#[test]
fn a_command_line_without_meaning_is_status_2() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let cases = [
        (&["top"][..], "<FILE>"),
        (&["top", "a.folded", "--sort", "name"], "[possible values: self, total, calls]"),
        (&["top", "a.folded", "--by", "class"], "[possible values: function, line, file, module, package]"),
        (&["top", "a.folded", "--format", "html"], "[possible values: table, json, csv, markdown]"),
        (&["top", "a.folded", "-n", "few"], "expected a number or `all`"),
        (&["top", "a.folded", "--sort", "calls"], "the profile does not count calls"),
        (&["top", "a.folded", "b.folded"], "unexpected argument 'b.folded'"),
        (&["export", "a.folded"], "--output <OUT>"),
        (&["a.folded", "top", "a.folded"], "a file stands before the command"),
        (&["hints", "a.folded", "--source-root", "none"], "there is no such folder"),
        (&["hints", "a.folded", "--min-share", "101"], "expected per cent, from 0 to 100"),
        (&["diff", "a.folded", "a.folded", "--min-share", "a%"], "expected a number of per cent"),
        (&["diff", "a.folded"], "a comparison needs two recordings"),
        (&["report", "a.folded", "-o", "a.txt"], "names no kind of report"),
        (&["report", "a.folded", "-o", "a.md", "-n", "few"], "expected a number or `all`"),
        (&["rules", "none"], "there is no rule “none”"),
        (&["--verbose"], "unexpected argument '--verbose'"),
    ];
    for (arguments, part) in cases {
        let run = folder.run(arguments);
        assert_eq!((run.status, run.out.as_str()), (Some(2), ""), "{arguments:?}");
        assert!(run.err.starts_with("error: ") && run.err.contains(part), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn an_unknown_metric_or_thread_is_answered_with_the_known_ones() {
    let folder = Folder::new();
    folder.write("two.json", TWO_THREADS);
    for command in [&["top", "two.json"][..], &["export", "two.json", "-o", "x.folded"]] {
        let run = folder.run([command, &["--metric", "cpu"]].concat());
        let known =
            "error: the profile has no metric “cpu”; it has: time, samples\n\nFor more information, try '--help'.\n";
        assert_eq!((run.status, run.err.as_str()), (Some(2), known));
        let run = folder.run([command, &["--thread", "gpu"]].concat());
        assert_eq!(run.status, Some(2));
        assert!(run.err.contains("no thread “gpu”; it has:\n  #1 MainThread\n  #2 Worker-1\n"), "{}", run.err);
        let run = folder.run([command, &["--thread", "r"]].concat());
        assert_eq!(run.status, Some(2));
        assert!(run.err.contains("“r” fits several threads:"), "{}", run.err);
    }
    assert!(!folder.path().join("x.folded").exists());
}

#[test]
fn a_reader_that_stops_early_is_no_error() {
    let folder = Folder::new();
    let many: Vec<String> = (0..20_000).map(|i| format!("main;function_number_{i} 1\n")).collect();
    folder.write("many.folded", many.concat());
    for arguments in [&["top", "many.folded", "--format", "csv"][..], &["export", "many.folded", "-o", "-"]] {
        let mut child = folder.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
        let mut first = [0; 8];
        let mut out = child.stdout.take().expect("piped");
        out.read_exact(&mut first).expect("begins to print");
        drop(out);
        let mut err = String::new();
        child.stderr.take().expect("piped").read_to_string(&mut err).expect("UTF-8");
        assert_eq!((child.wait().expect("ends").code(), err.as_str()), (Some(0), ""));
    }
}

#[cfg(unix)]
#[test]
fn a_path_need_not_be_utf_8() {
    use std::os::unix::ffi::OsStrExt;
    let folder = Folder::new();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.folded");
    folder.write(name, FOLDED);
    let info = folder.run([std::ffi::OsStr::new("info"), name, "--json".as_ref()]).json();
    assert_eq!(info["path"], "caf\u{fffd}.folded");
    assert_eq!(info["samples"], 3);
}

#[cfg(unix)]
#[test]
fn a_device_that_never_ends_is_refused_and_a_pipe_is_read() {
    let folder = Folder::new();
    let run = folder.run(["info", "/dev/zero"]);
    let reason = "error: /dev/zero: this is not a profile in any format Helioscope knows: it is binary data";
    assert_eq!((run.status, run.out.as_str()), (Some(1), ""));
    assert!(run.err.starts_with(reason), "{}", run.err);

    let file = std::fs::File::open(folder.write("a.folded", FOLDED)).expect("opens");
    let mut cat = std::process::Command::new("cat").stdin(file).stdout(Stdio::piped()).spawn().expect("runs");
    let pipe = cat.stdout.take().expect("piped");
    let output = folder.command(["top", "/dev/stdin"]).stdin(pipe).output().expect("runs");
    cat.wait().expect("ends");
    assert_eq!(Run::of(&output), folder.run(["top", "a.folded"]));
}

#[cfg(unix)]
#[test]
fn a_profile_of_helioscope_itself_can_be_opened() {
    let folder = Folder::new();
    folder.write("a.folded", FOLDED);
    let alone = folder.run(["top", "a.folded"]);
    let run = folder.run(["--self-profile", "self.pb.gz", "top", "a.folded"]);
    assert_eq!((run.status, &run.out), (Some(0), &alone.out));
    assert!(run.err.starts_with("note: ") && run.err.ends_with(" written to self.pb.gz\n"), "{}", run.err);
    let info = folder.run(["info", "self.pb.gz", "--json"]);
    assert_eq!(info.status, Some(0), "{}", info.err);
    assert!(info.out.contains("\"format\": \"pprof\""), "{}", info.out);
    let run = folder.run(["top", "a.folded", "--self-profile", "none/self.pb.gz"]);
    assert_eq!((run.status, &run.out), (Some(1), &alone.out));
}
