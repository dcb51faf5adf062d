//! A desktop of its own for a test: an X server with no screen, a window manager, a mouse and a camera.

use image::RgbaImage;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longest wait for anything to show. Debug builds draw in software, perhaps beside other tests.
const PATIENCE: Duration = Duration::from_secs(90);
/// Longest a single tool may take.
const TOOL_LIMIT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(100);
/// Between two movements of the mouse: a drag source must get round to answering each.
const MOUSE_PAUSE: Duration = Duration::from_millis(25);

const DRAG_STEPS: i32 = 40;

/// An X server and what runs on it. Everything is ended when it is dropped, in reverse order.
pub(crate) struct Desktop {
    display: String,
    home: TempDir,
    python: &'static str,
    /// The server first.
    running: Vec<Running>,
}

struct Running {
    name: &'static str,
    child: Child,
    /// Everything it wrote.
    log: PathBuf,
}

impl Running {
    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Desktop {
    /// Starts an empty desktop, or says which tools are missing. In CI nothing may be missing.
    pub(crate) fn start() -> Option<Self> {
        let missing: Vec<&str> = ["Xvfb", "openbox", "xdotool", "import"].into_iter().filter(|t| !on_path(t)).collect();
        let python = ["/usr/bin/python3", "python3"].into_iter().find(|python| has_qt(python));
        let (Some(python), true) = (python, missing.is_empty()) else {
            let missing = missing.into_iter().chain(python.is_none().then_some("python3 with PyQt5"));
            let missing = missing.collect::<Vec<_>>().join(", ");
            assert!(std::env::var_os("CI").is_none(), "the window tests need {missing}");
            // Past the test runner, which keeps back what a passing test prints.
            let _ = writeln!(std::io::stderr(), "SKIPPED: the window tests need {missing}; see README.md");
            return None;
        };
        let home = tempfile::tempdir().unwrap();
        let mut desktop = Self { display: String::new(), home, python, running: Vec::new() };
        desktop.display = desktop.start_server();
        desktop.spawn("openbox", Command::new("openbox"));
        desktop.wait_for("window manager", |d| {
            d.tool(Command::new("xdotool").arg("get_num_desktops")).filter(|number| !number.is_empty())
        });
        Some(desktop)
    }

    /// The server picks a free display by itself and writes its number once it answers.
    fn start_server(&mut self) -> String {
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]);
        self.spawn("Xvfb", server);
        let number = self.wait_for("X server", |d| d.log_of("Xvfb").lines().find_map(|line| line.parse::<u32>().ok()));
        format!(":{number}")
    }

    /// Starts Helioscope.
    pub(crate) fn start_helioscope<S: AsRef<OsStr>>(&mut self, args: impl IntoIterator<Item = S>) -> Window {
        let mut command = Command::new(env!("CARGO_BIN_EXE_helioscope"));
        command.args(args);
        self.spawn("helioscope", command);
        let id = self.wait_for("window of Helioscope's", |d| {
            let found = d.tool(Command::new("xdotool").args(["search", "--onlyvisible", "--name", "Helioscope$"]))?;
            found.lines().next().map(str::to_owned)
        });
        Window { id }
    }

    /// Waits until the window's title reads `title`.
    pub(crate) fn wait_for_title(&mut self, window: &Window, title: &str) {
        self.wait_for(&format!("title “{title}”"), |d| d.title(window).filter(|seen| seen == title));
    }

    fn title(&self, window: &Window) -> Option<String> {
        self.tool(Command::new("xdotool").args(["getwindowname", &window.id]))
    }

    /// Waits until the window shows a picture for which `holds`, and returns it.
    pub(crate) fn wait_for_picture(
        &mut self,
        window: &Window,
        what: &str,
        mut holds: impl FnMut(&RgbaImage) -> bool,
    ) -> RgbaImage {
        self.wait_for(what, |d| d.picture(window).filter(|picture| holds(picture)))
    }

    fn picture(&self, window: &Window) -> Option<RgbaImage> {
        Some(image::open(self.photograph(&window.id)?).ok()?.to_rgba8())
    }

    fn photograph(&self, window: &str) -> Option<PathBuf> {
        let file = self.home.path().join("picture.png");
        self.tool(Command::new("import").args(["-window", window]).arg(&file)).map(|_| file)
    }

    /// Drags files from another program's window onto the middle of this one and lets go.
    pub(crate) fn drop_files(&mut self, files: &[PathBuf], window: &Window) {
        let mut source = Command::new(self.python);
        source.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/window/drag_source.py")).args(files);
        self.spawn("drag source", source);
        self.wait_for("drag source", |d| d.log_of("drag source").lines().find(|&line| line == "ready").map(drop));

        let (from, to) = ((60, 60), self.wait_for("place to drop on", |d| d.middle_of(window)));
        self.mouse(&["mousemove", &from.0.to_string(), &from.1.to_string()]);
        self.mouse(&["mousedown", "1"]);
        for step in 1..=DRAG_STEPS {
            let x = from.0 + (to.0 - from.0) * step / DRAG_STEPS;
            let y = from.1 + (to.1 - from.1) * step / DRAG_STEPS;
            self.mouse(&["mousemove", &x.to_string(), &y.to_string()]);
        }
        std::thread::sleep(10 * MOUSE_PAUSE);
        self.mouse(&["mouseup", "1"]);
        self.wait_for("drop that is taken", |d| d.log_of("drag source").lines().find(|&line| line == "copy").map(drop));
    }

    fn mouse(&self, action: &[&str]) {
        assert!(self.tool(Command::new("xdotool").args(action)).is_some(), "xdotool {action:?}\n{}", self.logs());
        std::thread::sleep(MOUSE_PAUSE);
    }

    /// Presses keys, one after another, in a window.
    pub(crate) fn press(&self, keys: &[&str], window: &Window) {
        for key in keys {
            self.mouse(&["windowfocus", &window.id, "key", key]);
            std::thread::sleep(10 * MOUSE_PAUSE);
        }
    }

    /// On the screen. Asked of the mouse: `getwindowgeometry` counts a window manager's frame twice.
    fn middle_of(&self, window: &Window) -> Option<(i32, i32)> {
        let size = self.shell_values(&["getwindowgeometry", "--shell", &window.id])?;
        let (x, y) = (size.get("WIDTH")? / 2, size.get("HEIGHT")? / 2);
        self.mouse(&["mousemove", "--window", &window.id, &x.to_string(), &y.to_string()]);
        let at = self.shell_values(&["getmouselocation", "--shell"])?;
        Some((*at.get("X")?, *at.get("Y")?))
    }

    fn shell_values(&self, question: &[&str]) -> Option<HashMap<String, i32>> {
        let answer = self.tool(Command::new("xdotool").args(question))?;
        let pairs = answer.lines().filter_map(|line| line.split_once('='));
        Some(pairs.filter_map(|(key, value)| Some((key.to_owned(), value.parse().ok()?))).collect())
    }

    /// Polls for a value; past the limit, fails with everybody's last words and a screenshot to look at.
    fn wait_for<T>(&mut self, what: &str, mut look: impl FnMut(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            let ended = self.running.iter_mut().find_map(|r| Some((r.name, r.child.try_wait().ok()??)));
            if let Some((name, status)) = ended {
                panic!("{name} ended ({status}) before the {what} showed\n{}", self.logs());
            }
            let late = Instant::now() > deadline;
            assert!(!late, "no {what} after {PATIENCE:?}; {}\n{}", self.keep_screenshot(), self.logs());
            std::thread::sleep(POLL);
        }
    }

    fn keep_screenshot(&self) -> String {
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("window{}.png", self.display.replace(':', "-")));
        match self.photograph("root").map(|file| std::fs::copy(file, &kept)) {
            Some(Ok(_)) => format!("the screen is in {}", kept.display()),
            _ => "and no screenshot could be taken".to_owned(),
        }
    }

    fn logs(&self) -> String {
        let logs: Vec<String> = self.running.iter().map(|r| format!("--- {}\n{}", r.name, r.log())).collect();
        logs.concat()
    }

    fn log_of(&self, name: &str) -> String {
        self.running.iter().find(|r| r.name == name).map(Running::log).unwrap_or_default()
    }

    fn spawn(&mut self, name: &'static str, mut command: Command) {
        let log = self.home.path().join(format!("{name}.log"));
        let file = File::create(&log).unwrap();
        self.settle_in(&mut command);
        command.stdin(Stdio::null()).stdout(file.try_clone().unwrap()).stderr(file);
        let child = command.spawn().unwrap_or_else(|e| panic!("{name} could not be started: {e}"));
        self.running.push(Running { name, child, log });
    }

    /// What a tool wrote, without the last line's end; `None` if it failed.
    fn tool(&self, command: &mut Command) -> Option<String> {
        self.settle_in(command);
        let output = finish(command)?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// On this desktop, with a home of its own: neither the user's settings nor a compositor get in the way.
    fn settle_in(&self, command: &mut Command) {
        let home = self.home.path();
        command.env("DISPLAY", &self.display).env("HOME", home).env("XDG_RUNTIME_DIR", home);
        command.env("XDG_CONFIG_HOME", home.join("config")).env("XDG_DATA_HOME", home.join("data"));
        command.env("QT_QPA_PLATFORM", "xcb").env("LIBGL_ALWAYS_SOFTWARE", "1");
        command.env_remove("WAYLAND_DISPLAY").env_remove("DBUS_SESSION_BUS_ADDRESS");
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        for running in self.running.iter_mut().rev() {
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}

/// A window of Helioscope's.
pub(crate) struct Window {
    id: String,
}

/// Runs a tool with a time limit.
fn finish(command: &mut Command) -> Option<Output> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
    let deadline = Instant::now() + TOOL_LIMIT;
    while child.try_wait().ok()?.is_none() {
        if Instant::now() > deadline {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    child.wait_with_output().ok()
}

fn on_path(tool: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file()))
}

fn has_qt(python: &str) -> bool {
    finish(Command::new(python).args(["-c", "import PyQt5.QtWidgets"])).is_some_and(|output| output.status.success())
}
