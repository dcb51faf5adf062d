//! Functions by the names that rules know them by.

use crate::analyze::{Analysis, Class, Classes};
use crate::model::{FunctionId, Profile};
use rustc_hash::FxHashMap;

/// The last part of a qualified name: `parse` of `Reader.parse`, `work` of `main.<locals>.work`.
pub(super) fn last_part(name: &str) -> &str {
    if name.starts_with("<built-in") || name.starts_with("<method") || name.starts_with('{') {
        return name;
    }
    name.rsplit('.').next().unwrap_or(name)
}

/// `<method 'pop' of 'list' objects>` → `list.pop`, `<built-in method time.sleep>` → `time.sleep`; also in the braces
/// of older versions. Functions that say no module belong to `builtins`.
fn built_in_key(name: &str) -> Option<String> {
    if let Some(rest) = name.split("built-in method ").nth(1) {
        let full = rest.trim_end_matches(['>', '}']);
        return Some(if full.contains('.') { full.to_owned() } else { format!("builtins.{full}") });
    }
    let rest = name.split("method '").nth(1)?;
    let (method, rest) = rest.split_once("' of '")?;
    let (owner, _) = rest.split_once('\'')?;
    Some(format!("{owner}.{method}"))
}

/// Indices over the functions of a profile.
pub(super) struct Names {
    built_in: FxHashMap<String, Vec<FunctionId>>,
    by_name: FxHashMap<String, Vec<FunctionId>>,
    by_module: FxHashMap<u32, Vec<FunctionId>>,
}

impl Names {
    pub(super) fn new(profile: &Profile, classes: &Classes) -> Self {
        let mut names =
            Self { built_in: FxHashMap::default(), by_name: FxHashMap::default(), by_module: FxHashMap::default() };
        for f in (0..profile.functions().len()).map(FunctionId::at) {
            let name = profile.name(f);
            if (name.starts_with("<built-in") || name.starts_with("<method") || name.starts_with('{'))
                && let Some(key) = built_in_key(name)
            {
                names.built_in.entry(key).or_default().push(f);
                continue;
            }
            let last = last_part(name);
            match names.by_name.get_mut(last) {
                Some(all) => all.push(f),
                None => {
                    names.by_name.insert(last.to_owned(), vec![f]);
                }
            }
            names.by_module.entry(classes.module_of(f)).or_default().push(f);
        }
        names
    }

    /// Python functions with this last name.
    pub(super) fn named(&self, name: &str) -> &[FunctionId] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    pub(super) fn find(&self, analysis: &Analysis, patterns: &[&str]) -> Vec<FunctionId> {
        let mut found: Vec<FunctionId> = patterns.iter().flat_map(|p| self.find_one(analysis, p)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn find_one(&self, analysis: &Analysis, pattern: &str) -> Vec<FunctionId> {
        let classes = analysis.classes();
        let Some((module, name)) = pattern.split_once(':') else {
            if let Some(owner) = pattern.strip_suffix('*') {
                let all = self.built_in.iter().filter(|(key, _)| key.starts_with(owner));
                return all.flat_map(|(_, functions)| functions).copied().collect();
            }
            return self.built_in.get(pattern).cloned().unwrap_or_default();
        };
        let in_module = |found: &str| match module.strip_suffix(".*") {
            Some(package) => found == package || found.strip_prefix(package).is_some_and(|rest| rest.starts_with('.')),
            None => found == module,
        };
        if module.is_empty() {
            let yours = |f: &&FunctionId| classes.class_of(**f) == Class::Yours;
            return self.named(name).iter().filter(yours).copied().collect();
        }
        // What lies in a folder of the user's that is called like a library is not the library.
        let library = |f: FunctionId| classes.class_of(f) != Class::Yours;
        if name == "*" {
            let modules = classes.modules().iter().enumerate().filter(|(_, m)| in_module(m));
            let functions = modules.flat_map(|(i, _)| self.by_module.get(&(i as u32)).map_or(&[][..], Vec::as_slice));
            return functions.copied().filter(|&f| library(f)).collect();
        }
        self.named(name).iter().copied().filter(|&f| in_module(classes.module(f)) && library(f)).collect()
    }
}

/// The minor version of Python 3 that ran, from what the profile says or from its paths.
pub(super) fn python_minor(profile: &Profile) -> Option<u32> {
    let digits = |text: &str| {
        let rest = text.split("3.").nth(1)?;
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        rest[..end].parse::<u32>().ok()
    };
    if let Some(minor) = profile.origin().interpreter.as_deref().and_then(digits) {
        return Some(minor);
    }
    let mut files = profile.functions().iter().map(|f| profile.text(f.file));
    files.find_map(|file| file.find("/lib/python3.").and_then(|at| digits(&file[at..])))
}

/// Whether an interpreter without the GIL ran, as its folders are named: `/lib/python3.13t/`.
pub(super) fn is_free_threaded(profile: &Profile) -> bool {
    let threaded = |file: &str| {
        let rest = file.split("/lib/python3.").nth(1).map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()));
        rest.is_some_and(|rest| rest.starts_with("t/"))
    };
    profile.functions().iter().any(|f| threaded(profile.text(f.file)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_ins_are_known_by_owner_and_name() {
        let cases = [
            ("<method 'pop' of 'list' objects>", Some("list.pop")),
            ("{method 'pop' of 'list' objects}", Some("list.pop")),
            ("<method 'match' of 're.Pattern' objects>", Some("re.Pattern.match")),
            ("<built-in method time.sleep>", Some("time.sleep")),
            ("<built-in method builtins.sorted>", Some("builtins.sorted")),
            ("<built-in method now>", Some("builtins.now")),
            ("<listcomp>", None),
        ];
        for (name, key) in cases {
            assert_eq!(built_in_key(name).as_deref(), key, "{name}");
        }
    }

    #[test]
    fn a_qualified_name_ends_in_the_function() {
        assert_eq!(last_part("main.<locals>.work"), "work");
        assert_eq!(last_part("Ticket.__lt__"), "__lt__");
        assert_eq!(last_part("<built-in method time.sleep>"), "<built-in method time.sleep>");
    }
}
