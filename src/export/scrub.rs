//! What leaves the machine names no one: home folders become `~`, names of users and hosts become `user` and `host`.
//!
//! ```text
//! /home/jane/shop/orders.py:12           ~/shop/orders.py:12
//! C:\Users\Jane Doe\shop\orders.py       ~\shop\orders.py
//! file:///Users/jane/shop/orders.py      file://~/shop/orders.py
//! /scratch/jane/run.py                   /scratch/user/run.py       (`jane` has a home folder elsewhere in the profile)
//! \\files.example.org\team\run.py        \\host\team\run.py
//! celery@jane-laptop                     user@host
//! ```
//!
//! Only the profile decides, and nothing of the machine that writes: the same profile gives the same bytes everywhere.

use crate::model::{Profile, StringId};
use regex::{Captures, Regex};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Removes names of people and machines from texts, or leaves them alone.
#[derive(Clone, Default, Debug)]
pub struct Scrub {
    on: bool,
    /// The users whose home folders the profile mentions.
    users: BTreeSet<String>,
    /// The same as a pattern; `None` where there are none.
    user: Option<Regex>,
}

/// A home folder at the beginning of a path, up to its user's name.
static HOME: LazyLock<Option<Regex>> = LazyLock::new(|| {
    // What may stand before a path; drives, mounts and the like; `home` or `Users`; the name. A name holds spaces only
    // where a separator ends it: elsewhere the space ends the path.
    Regex::new(
        r#"(?ix)
        (?P<before> ^ | [\s"'`=,;:(\[<>|@] | file:// )
        (?: [a-z]:
          | (?:[\\/] (?:mnt|cygdrive) )? [\\/] [a-z]
          | [\\/] (?:var|export|usr|data|net|nfs|mnt|host|rootfs|private|private/var|System/Volumes/Data)
        )?
        (?: (?P<slash>[\\/]+) (?:home|users) [\\/]+
            (?: (?P<spaced>[^\\/:*?"'`<>|\s]+(?:\ [^\\/:*?"'`<>|\s]+){0,3}) (?P<end>[\\/])
              | (?P<name>[^\\/:*?"'`<>|\s,;()\[\]]+) )
          | (?P<root_slash>/) root (?P<root_end> / | \b ) )
        "#,
    )
    .ok()
});

/// A server at the beginning of a Windows path, and an account or a worker at a host.
static HOST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?P<unc>^|[\s"'=,;(])\\\\(?P<server>[^\\/\s?.][^\\/\s]*)(?P<rest>\\)|\b(?P<account>[\w.+-]+)@(?P<host>[A-Za-z][\w-]*(?:\.[\w-]+)*)\b"#)
        .ok()
});

/// Folders beside those of users: no names.
const NOT_USERS: [&str; 6] = ["shared", "public", "default", "all users", "user", "runner"];

impl Scrub {
    /// Leaves every text as it is.
    pub fn off() -> Self {
        Self::default()
    }

    /// Learns from profiles who their users are.
    pub fn new(profiles: &[&Profile]) -> Self {
        let mut users = BTreeSet::new();
        for profile in profiles {
            let origin = profile.origin();
            let strings = (0..profile.strings().len()).map(|i| profile.text(StringId::at(i)));
            let texts = strings.chain(origin.command.as_deref()).chain(origin.comments.iter().map(String::as_str));
            let threads = profile.tracks().iter().flat_map(|t| [t.name.as_str(), t.process.as_str()]);
            for text in texts.chain(threads).filter(|text| may_hold_home(text)) {
                for found in HOME.iter().flat_map(|home| home.captures_iter(text)) {
                    if let Some(name) = found.name("spaced").or_else(|| found.name("name")) {
                        users.insert(name.as_str().to_owned());
                    }
                }
            }
        }
        users.retain(|name| name.chars().count() > 1 && !NOT_USERS.contains(&name.to_lowercase().as_str()));
        let names: Vec<String> = users.iter().map(|name| regex::escape(name)).collect();
        // A whole folder's name, or a whole word of a command; `janet.py` stays.
        let pattern = format!(r"(?P<before>^|[\\/\s@=-])(?:{})(?P<after>$|[\\/\s@:])", names.join("|"));
        let user = if names.is_empty() { None } else { Regex::new(&pattern).ok() };
        Self { on: true, users, user }
    }

    /// Whether anything is removed.
    pub fn is_on(&self) -> bool {
        self.on
    }

    /// A path, or a text that may hold paths: a command line, the name of a thread, a remark.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if !self.on {
            return Cow::Borrowed(text);
        }
        let text = self.name(text);
        let text = match (&self.user, text) {
            (None, text) => text,
            (Some(user), text) => replace(user, text, |found| format!("{}user{}", &found["before"], &found["after"])),
        };
        let Some(host) = HOST.as_ref().filter(|_| text.contains(['@', '\\'])) else { return text };
        replace(host, text, |found| {
            if found.name("server").is_some() {
                format!("{}\\\\host{}", &found["unc"], &found["rest"])
            } else {
                "user@host".to_owned()
            }
        })
    }

    /// The value of a label of samples. Some keys say that it is a name.
    pub fn label<'a>(&self, key: &str, value: &'a str) -> Cow<'a, str> {
        match key.to_ascii_lowercase().as_str() {
            "user" | "username" | "login" if self.on => Cow::Borrowed("user"),
            "host" | "hostname" | "node" | "nodename" if self.on => Cow::Borrowed("host"),
            _ => self.text(value),
        }
    }

    /// A module's name, which may be made of its path: `home.jane.shop.orders` → `shop.orders`.
    pub fn module<'a>(&self, module: &'a str) -> Cow<'a, str> {
        if self.users.is_empty() || !module.split('.').any(|part| self.users.contains(part)) {
            return Cow::Borrowed(module);
        }
        let parts: Vec<&str> = module.split('.').collect();
        let home = parts.iter().position(|part| self.users.contains(*part)).filter(|&user| {
            user.checked_sub(1).is_some_and(|before| ["home", "users"].contains(&parts[before].to_lowercase().as_str()))
        });
        let below = &parts[home.map_or(0, |user| user + 1)..];
        let parts: Vec<&str> =
            below.iter().map(|part| if self.users.contains(*part) { "user" } else { part }).collect();
        Cow::Owned(parts.join("."))
    }

    /// A function's name, of which only home folders are removed: names that look like a user's are its own.
    pub fn name<'a>(&self, text: &'a str) -> Cow<'a, str> {
        match HOME.as_ref().filter(|_| self.on && may_hold_home(text)) {
            None => Cow::Borrowed(text),
            Some(home) => replace(home, Cow::Borrowed(text), |found| {
                let part = |name: &str| found.name(name).map_or("", |m| m.as_str());
                format!("{}~{}{}", part("before"), part("end"), part("root_end"))
            }),
        }
    }
}

/// Whether a closer look is worth it.
fn may_hold_home(text: &str) -> bool {
    text.len() > 4 && text.contains(['/', '\\'])
}

fn replace<'a>(pattern: &Regex, text: Cow<'a, str>, with: impl Fn(&Captures<'_>) -> String) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => pattern.replace_all(text, with),
        Cow::Owned(text) => Cow::Owned(pattern.replace_all(&text, with).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProfileBuilder, Unit};

    fn scrub(files: &[&str]) -> Scrub {
        let mut b = ProfileBuilder::new("test");
        b.metric("samples", Unit::Samples);
        for file in files {
            b.function_named("f", file, 1);
        }
        Scrub::new(&[&b.finish().expect("builds")])
    }

    #[test]
    fn home_folders_are_told_from_folders_called_home() {
        let scrub = scrub(&[]);
        for (path, expected) in [
            ("/home/jane/shop/orders.py", "~/shop/orders.py"),
            ("/home/jane", "~"),
            ("/root/shop.py", "~/shop.py"),
            ("/rooted/shop.py", "/rooted/shop.py"),
            ("/Users/jane.doe/shop.py", "~/shop.py"),
            (r"C:\Users\Jane Doe\shop\orders.py", r"~\shop\orders.py"),
            ("c:/users/jane/shop.py", "~/shop.py"),
            ("/c/Users/jane/shop.py", "~/shop.py"),
            ("/mnt/c/Users/jane/shop.py", "~/shop.py"),
            ("/var/home/jane/shop.py", "~/shop.py"),
            ("/export/home/jane/shop.py", "~/shop.py"),
            ("file:///home/jane/shop.py", "file://~/shop.py"),
            ("python /home/jane/run.py --out=/home/jane/x.prof", "python ~/run.py --out=~/x.prof"),
            ("\"/home/jane/run.py\"", "\"~/run.py\""),
            ("/srv/shop/home/views/index.py", "/srv/shop/home/views/index.py"),
            ("shop/home/jane.py", "shop/home/jane.py"),
            ("<frozen importlib._bootstrap>", "<frozen importlib._bootstrap>"),
            ("/usr/lib/python3.12/json/decoder.py", "/usr/lib/python3.12/json/decoder.py"),
        ] {
            assert_eq!(scrub.text(path), expected, "{path}");
            assert_eq!(scrub.name(path), expected, "{path}");
        }
    }

    #[test]
    fn a_user_known_by_a_home_folder_is_removed_everywhere() {
        let scrub = scrub(&["/home/jane/shop.py", "/home/runner/work.py"]);
        assert_eq!(scrub.text("/scratch/jane/run.py"), "/scratch/user/run.py");
        assert_eq!(scrub.text("/tmp/pytest-of-jane/out.py"), "/tmp/pytest-of-user/out.py");
        assert_eq!(scrub.text("/srv/janet.py"), "/srv/janet.py");
        assert_eq!(scrub.text("/srv/runner/run.py"), "/srv/runner/run.py");
        assert_eq!(scrub.name("jane"), "jane", "a function may be called so");
        assert_eq!(scrub.module("home.jane.shop.orders"), "shop.orders");
        assert_eq!(scrub.module("scratch.jane.run"), "scratch.user.run");
        assert_eq!(scrub.module("home.views.index"), "home.views.index");
    }

    #[test]
    fn hosts_are_removed_and_decorators_and_versions_are_not() {
        let scrub = scrub(&[]);
        assert_eq!(scrub.text("celery@jane-laptop.local:MainProcess"), "user@host:MainProcess");
        assert_eq!(scrub.text(r"\\files.example.org\team\run.py"), r"\\host\team\run.py");
        assert_eq!(scrub.text("py-spy@0.4.0"), "py-spy@0.4.0");
        assert_eq!(scrub.text(r"\\?\C:\run.py"), r"\\?\C:\run.py");
    }

    #[test]
    fn switched_off_nothing_changes() {
        assert_eq!(Scrub::off().text("/home/jane/a.py celery@laptop"), "/home/jane/a.py celery@laptop");
    }
}
