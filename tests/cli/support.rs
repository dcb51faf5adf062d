//! Small profiles, written by the tests, and the program that reads them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

/// A folder with profiles in it, gone with the test.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, bytes).expect("writes");
        path
    }

    /// The program with this folder as its working directory, so that output names files as the test does.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_helioscope"));
        command.current_dir(self.path()).args(arguments).stdin(Stdio::null());
        command
    }

    pub(crate) fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Run {
        Run::of(&self.command(arguments).output().expect("runs"))
    }
}

/// What the program said, and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub status: Option<i32>,
    pub out: String,
    pub err: String,
}

impl Run {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Self { status: output.status.code(), out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Standard output of a run that went well and had nothing to warn of.
    pub(crate) fn clean(self) -> String {
        assert_eq!((self.status, self.err.as_str()), (Some(0), ""), "{}", self.out);
        self.out
    }

    /// Standard output as JSON.
    pub(crate) fn json(self) -> serde_json::Value {
        serde_json::from_str(&self.clean()).expect("JSON")
    }
}

/// Stacks of one thread: `parse` recurs, `read` stands in two places.
pub(crate) const FOLDED: &str = "\
<module> (app/run.py:9);main (app/run.py:3);parse (app/csv.py:12) 5
<module> (app/run.py:9);main (app/run.py:3);parse (app/csv.py:14);parse (app/csv.py:12) 3
<module> (app/run.py:9);main (app/run.py:4);read (app/io.py:7) 2
";

/// Two named threads of one process, as speedscope JSON in milliseconds.
pub(crate) const TWO_THREADS: &str = r#"{
"$schema":"https://www.speedscope.app/file-format-schema.json",
"shared":{"frames":[{"name":"main","file":"run.py","line":3},{"name":"wait","file":"pool.py","line":8}]},
"profiles":[
{"type":"sampled","name":"MainThread","unit":"milliseconds","startValue":0,"endValue":6,"samples":[[0],[0]],"weights":[2,4]},
{"type":"sampled","name":"Worker-1","unit":"milliseconds","startValue":0,"endValue":9,"samples":[[1]],"weights":[9]}
]}"#;

/// A file of cProfile: `main` and `retry` call `load`, so its callers share its time.
pub(crate) fn cprofile() -> Vec<u8> {
    type Row<'a> = (Key<'a>, Figures, &'a [(Key<'a>, Figures)]);
    type Key<'a> = (&'a str, i32, &'a str);
    /// Primitive calls and all calls, for callers the other way round; own and total seconds.
    type Figures = (i32, i32, f64, f64);
    const MAIN: Key<'_> = ("app/run.py", 1, "main");
    const RETRY: Key<'_> = ("app/run.py", 9, "retry");
    const LOAD: Key<'_> = ("app/data.py", 4, "load");
    const SLEEP: Key<'_> = ("~", 0, "<built-in method time.sleep>");
    let rows: [Row<'_>; 4] = [
        (MAIN, (1, 1, 0.125, 1.0), &[]),
        (RETRY, (1, 1, 0.0, 0.5), &[(MAIN, (1, 1, 0.0, 0.5))]),
        (LOAD, (2, 5, 0.375, 0.875), &[(MAIN, (1, 1, 0.125, 0.375)), (RETRY, (4, 1, 0.25, 0.5))]),
        (SLEEP, (2, 2, 0.5, 0.5), &[(LOAD, (2, 2, 0.5, 0.5))]),
    ];
    let mut bytes = vec![b'{'];
    let string = |bytes: &mut Vec<u8>, text: &str| {
        bytes.push(b'u');
        bytes.extend((text.len() as u32).to_le_bytes());
        bytes.extend(text.as_bytes());
    };
    let int = |bytes: &mut Vec<u8>, value: i32| {
        bytes.push(b'i');
        bytes.extend(value.to_le_bytes());
    };
    let tuple = |bytes: &mut Vec<u8>, length: u32| {
        bytes.push(b'(');
        bytes.extend(length.to_le_bytes());
    };
    let key = |bytes: &mut Vec<u8>, (file, line, name): Key<'_>| {
        tuple(bytes, 3);
        string(bytes, file);
        int(bytes, line);
        string(bytes, name);
    };
    let figures = |bytes: &mut Vec<u8>, (primitive, all, own, total): Figures| {
        int(bytes, primitive);
        int(bytes, all);
        for seconds in [own, total] {
            bytes.push(b'g');
            bytes.extend(seconds.to_le_bytes());
        }
    };
    for (function, costs, callers) in rows {
        key(&mut bytes, function);
        tuple(&mut bytes, 5);
        figures(&mut bytes, costs);
        bytes.push(b'{');
        for (caller, costs) in callers {
            key(&mut bytes, *caller);
            tuple(&mut bytes, 4);
            figures(&mut bytes, *costs);
        }
        bytes.push(b'0');
    }
    bytes.push(b'0');
    bytes
}
