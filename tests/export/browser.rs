//! A real Chromium without a screen, told what to do over its debugging pipe:
//! <https://chromedevtools.github.io/devtools-protocol/>.

use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A page that takes longer than this to answer hangs.
const PATIENCE: Duration = Duration::from_mins(1);

/// Asks a page for the names of the boxes that are drawn, in the order of the drawing.
pub(crate) const BOXES: &str =
    "Array.from(document.querySelectorAll('#flame g[data-node]'), (g) => g.getAttribute('aria-label')).join(' | ')";
/// Asks it for the functions its table lists.
pub(crate) const FUNCTIONS: &str = "Array.from(document.querySelectorAll('tbody tr'), (r) => r.hidden ? '' : r.querySelector('code').textContent).filter((t) => t).join(' | ')";

/// A browser with one page.
pub(crate) struct Browser {
    process: Child,
    commands: File,
    answers: Receiver<Value>,
    session: Option<String>,
    last_id: u64,
    /// Errors of scripts, of the console, and refused by the page's own security policy.
    pub(crate) errors: Vec<String>,
    _profile: TempDir,
}

impl Browser {
    /// Starts Chromium; `None`, in words, where there is none. With `CI=true` there must be one.
    pub(crate) fn start() -> Option<Self> {
        let Some(program) = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(|name| answers(name))
        else {
            assert!(std::env::var_os("CI").is_none(), "there is no Chromium to test pages with");
            println!("skipped: there is no Chromium to test pages with; on Debian, `apt-get install chromium`");
            return None;
        };
        let profile = tempfile::tempdir().expect("a folder");
        let (commands, answers) = (profile.path().join("commands"), profile.path().join("answers"));
        let made = Command::new("mkfifo").args([&commands, &answers]).status().expect("mkfifo runs");
        assert!(made.success());
        // Chromium reads from file 3 and writes to file 4.
        let process = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<\"$COMMANDS\" 4>\"$ANSWERS\"", program])
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe"])
            .args(["--no-first-run", "--window-size=1200,900", "--force-device-scale-factor=1"])
            .arg(format!("--user-data-dir={}", profile.path().join("user").display()))
            .env("COMMANDS", &commands)
            .env("ANSWERS", &answers)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Chromium starts");
        let commands = File::options().write(true).open(commands).expect("a pipe");
        let answers = File::open(answers).expect("a pipe");
        let (send, receive) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(answers).split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("Chromium writes JSON");
                if send.send(message).is_err() {
                    break;
                }
            }
        });
        Some(Self {
            process,
            commands,
            answers: receive,
            session: None,
            last_id: 0,
            errors: Vec::new(),
            _profile: profile,
        })
    }

    /// Opens a file, and waits until it is there.
    pub(crate) fn open(&mut self, path: &Path) {
        self.open_at(path, "");
    }

    /// Opens a file at a place within it.
    pub(crate) fn open_at(&mut self, path: &Path, place: &str) {
        let target = self.call("Target.createTarget", &json!({"url": "about:blank"}));
        self.session = None;
        let attached = self.call("Target.attachToTarget", &json!({"targetId": target["targetId"], "flatten": true}));
        self.session = Some(attached["sessionId"].as_str().expect("a session").to_owned());
        for domain in ["Page.enable", "Runtime.enable", "Log.enable"] {
            self.call(domain, &json!({}));
        }
        let path = path.canonicalize().expect("a file");
        let url: String = path.to_str().expect("UTF-8").bytes().map(in_url).collect();
        self.call("Page.navigate", &json!({"url": format!("file://{url}{place}")}));
        while self.message()["method"] != "Page.loadEventFired" {}
    }

    /// The value of an expression in the page.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let call = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let answer = self.call("Runtime.evaluate", &call);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// A text in the page.
    pub(crate) fn text(&mut self, expression: &str) -> String {
        self.eval(expression).as_str().unwrap_or_else(|| panic!("{expression} is no text")).to_owned()
    }

    /// Clicks in the middle of the first element that fits a selector.
    pub(crate) fn click(&mut self, selector: &str) {
        let place = self.eval(&format!(
            "(() => {{ const e = document.querySelector({selector:?}); e.scrollIntoView({{block: 'center'}}); \
             const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()"
        ));
        for kind in ["mouseMoved", "mousePressed", "mouseReleased"] {
            let event = json!({"type": kind, "x": place[0], "y": place[1], "button": "left", "clickCount": 1});
            self.call("Input.dispatchMouseEvent", &event);
        }
    }

    /// Presses a key by its name.
    pub(crate) fn key(&mut self, key: &str) {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowRight" => 39,
            "ArrowDown" => 40,
            "Tab" => 9,
            other => panic!("{other}"),
        };
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let event = json!({"type": kind, "key": key, "windowsVirtualKeyCode": code, "text": text});
            self.call("Input.dispatchKeyEvent", &event);
        }
    }

    /// Waits until an expression is true.
    pub(crate) fn wait_for(&mut self, expression: &str) {
        let begin = Instant::now();
        while self.eval(expression) != true {
            assert!(begin.elapsed() < PATIENCE, "{expression} never came true");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Presses a key that is a character.
    pub(crate) fn press_letter(&mut self, letter: &str) {
        for kind in ["keyDown", "keyUp"] {
            let event =
                json!({"type": kind, "key": letter, "text": letter, "windowsVirtualKeyCode": letter.as_bytes()[0]});
            self.call("Input.dispatchKeyEvent", &event);
        }
    }

    /// Types into what has the focus.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", &json!({"text": text}));
    }

    fn call(&mut self, method: &str, params: &Value) -> Value {
        self.last_id += 1;
        let mut command = json!({"id": self.last_id, "method": method, "params": params});
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        write!(self.commands, "{command}\0").expect("Chromium listens");
        self.commands.flush().expect("Chromium listens");
        loop {
            let mut message = self.message();
            if message["id"] == self.last_id {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].take();
            }
        }
    }

    fn message(&mut self) -> Value {
        let message = self.answers.recv_timeout(PATIENCE).expect("Chromium answers");
        let params = &message["params"];
        let error = match message["method"].as_str() {
            Some("Runtime.exceptionThrown") => true,
            Some("Log.entryAdded") => params["entry"]["level"] == "error",
            Some("Runtime.consoleAPICalled") => params["type"] == "error" || params["type"] == "warning",
            _ => false,
        };
        if error {
            self.errors.push(message.to_string());
        }
        message
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn answers(program: &str) -> bool {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output();
    output.is_ok_and(|output| output.status.success())
}

fn in_url(byte: u8) -> String {
    match byte {
        b'/' | b'.' | b'-' | b'_' => char::from(byte).to_string(),
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    }
}
