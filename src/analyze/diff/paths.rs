//! Which file of one recording is which of another, where paths differ between machines.
//!
//! Installed packages and the standard library are known by what stands behind `site-packages/` or `lib/python3.12/`.
//! The user's own files are not: `/home/ann/shop/app/csv.py`, `C:\shop\app\csv.py` and `app/csv.py` have in common how
//! they end. Files that end alike say what their folders are called on either side, and the folders most files agree
//! on win:
//!
//! ```text
//! /home/ann/shop/app/csv.py   /srv/app/csv.py      /home/ann/shop = /srv    2 files
//! /home/ann/shop/app/run.py   /srv/app/run.py
//! /home/ann/shop/run.py                            (/home/ann/shop = /srv/app would be 1 file)
//! ```

use super::matching::Mapping;
use crate::analyze::classify::{Class, is_python_file, place};
use crate::model::{Profile, StringId};
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cmp::Reverse;

/// Files of one name looked at as each other's counterpart; more of them say nothing about folders.
const MAX_NAMESAKES: usize = 16;

/// The files of both sides under common numbers.
#[derive(Debug)]
pub(super) struct Files {
    /// By string of the base profile: the number of the file, where the string is one.
    pub(super) of_base: FxHashMap<StringId, u32>,
    /// By string of the new profile.
    pub(super) of_new: FxHashMap<StringId, u32>,
    /// What a base file that the new side lacks would be called there.
    pub(super) spelled_as_new: FxHashMap<StringId, String>,
    /// The one file of each side's own code, compared although they have other names.
    pub(super) renamed: Option<(String, String)>,
}

/// Numbers the files of both sides.
pub(super) fn files(base: &Profile, new: &Profile, mappings: &[Mapping]) -> Files {
    let (base_files, new_files) = (distinct_files(base), distinct_files(new));
    let mapped: Vec<Cow<'_, str>> = base_files.iter().map(|f| mapped(base.text(*f), mappings)).collect();
    let paths: Vec<&str> = new_files.iter().map(|f| new.text(*f)).collect();
    let mut numbers = Numbers::default();
    let of_new: Vec<u32> = paths.iter().map(|path| numbers.number(path)).collect();
    let mut of_base: Vec<Option<u32>> = mapped.iter().map(|path| numbers.known(path)).collect();
    let taken: Vec<bool> = {
        let used: rustc_hash::FxHashSet<u32> = of_base.iter().flatten().copied().collect();
        of_new.iter().map(|number| used.contains(number)).collect()
    };
    let open_base: Vec<usize> = (0..mapped.len()).filter(|&i| of_base[i].is_none() && is_path(&mapped[i])).collect();
    let open_new: Vec<usize> = (0..paths.len()).filter(|&i| !taken[i] && is_path(paths[i])).collect();
    let any_own_shared = (0..mapped.len()).any(|i| of_base[i].is_some() && is_own(&mapped[i]));
    let base_ends: Vec<OpenFile<'_>> = open_base.iter().map(|&i| OpenFile::new(i, &mapped[i])).collect();
    let new_ends: Vec<OpenFile<'_>> = open_new.iter().map(|&i| OpenFile::new(i, paths[i])).collect();
    let folders = Folders::new(&base_ends, &new_ends);
    for &(b, n) in &folders.pairs {
        of_base[b] = Some(of_new[n]);
    }
    let mut renamed = None;
    if !any_own_shared && folders.pairs.is_empty() {
        let own = |open: &[usize], text: &dyn Fn(usize) -> String| -> Vec<(usize, String)> {
            open.iter().map(|&i| (i, text(i))).filter(|(_, path)| is_own(path) && is_python_file(path)).collect()
        };
        let sole_base = own(&open_base, &|i| mapped[i].clone().into_owned());
        let sole_new = own(&open_new, &|i| paths[i].to_owned());
        if let ([(b, base_path)], [(n, new_path)]) = (&sole_base[..], &sole_new[..]) {
            of_base[*b] = Some(of_new[*n]);
            renamed = Some((base_path.clone(), new_path.clone()));
        }
    }
    let mut spelled_as_new = FxHashMap::default();
    let of_base = base_files.iter().zip(of_base).enumerate().map(|(i, (file, number))| {
        let number = number.unwrap_or_else(|| {
            if let Some(path) = folders.spelled_as_new(&mapped[i]) {
                spelled_as_new.insert(*file, path);
            }
            numbers.number(&mapped[i])
        });
        (*file, number)
    });
    let of_base = of_base.collect();
    Files { of_base, of_new: new_files.into_iter().zip(of_new).collect(), spelled_as_new, renamed }
}

fn distinct_files(profile: &Profile) -> Vec<StringId> {
    let mut seen = vec![false; profile.strings().len()];
    let files = profile.functions().iter().map(|f| f.file);
    files.filter(|file| !std::mem::replace(&mut seen[file.index()], true)).collect()
}

/// Numbers of files by what is left of their paths on any machine.
#[derive(Default)]
struct Numbers {
    by_landmark: FxHashMap<String, u32>,
}

impl Numbers {
    fn number(&mut self, path: &str) -> u32 {
        let next = self.by_landmark.len() as u32;
        *self.by_landmark.entry(landmark(path)).or_insert(next)
    }

    fn known(&self, path: &str) -> Option<u32> {
        self.by_landmark.get(&landmark(path)).copied()
    }
}

/// What is left of a path on any machine: the module of the standard library or of an installed package; the path
/// itself of anything else.
fn landmark(path: &str) -> String {
    let place = place("", "", path, "");
    match place.class {
        Class::StandardLibrary => format!("standard {}", place.module),
        Class::ThirdParty => format!("installed {}", place.module),
        _ => format!("at {}", path.replace('\\', "/")),
    }
}

fn is_path(path: &str) -> bool {
    !path.is_empty() && path != "~" && !path.starts_with('<')
}

/// Whether a file is neither of the standard library nor installed.
fn is_own(path: &str) -> bool {
    is_path(path) && place("", "", path, "").class == Class::Yours
}

fn components(path: &str) -> Vec<&str> {
    path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != ".").collect()
}

/// A path of the base side as the user says it is called on the new side.
fn mapped<'a>(path: &'a str, mappings: &[Mapping]) -> Cow<'a, str> {
    for mapping in mappings {
        if let Some(path) = mapping.apply(path) {
            return Cow::Owned(path);
        }
    }
    Cow::Borrowed(path)
}

/// A file that has no counterpart yet.
struct OpenFile<'a> {
    /// Where it stands in its profile's list of files.
    position: usize,
    path: &'a str,
    parts: Vec<&'a str>,
}

impl<'a> OpenFile<'a> {
    fn new(position: usize, path: &'a str) -> Self {
        Self { position, path, parts: components(path) }
    }

    /// The path up to its last so many components, with the separator.
    fn before_last(&self, components: usize) -> &'a str {
        let end = self.path.rmatch_indices(['/', '\\']).nth(components.saturating_sub(1)).map_or(0, |(at, _)| at + 1);
        &self.path[..end]
    }
}

/// The components of a folder on the base and on the new side.
type Renamed<'a> = (&'a [&'a str], &'a [&'a str]);

/// What files say of a pair of folders.
struct Vote {
    /// How many agree.
    files: usize,
    /// How many components the paths of one of them have in common at most.
    longest: usize,
    /// A new file among them.
    new: usize,
    /// A path of one is the whole of what the other ends with, as py-spy shortens them, and of no other.
    whole: bool,
}

/// What a folder is called on either side.
struct Folder<'a> {
    base: &'a [&'a str],
    new: &'a [&'a str],
    /// The new side's folder as recorded, with the separator.
    new_path: &'a str,
}

/// Pairs of files that end alike, and the folders that say so.
struct Folders<'a> {
    /// Positions of base and new files.
    pairs: Vec<(usize, usize)>,
    /// The most trusted first.
    rules: Vec<Folder<'a>>,
}

impl<'a> Folders<'a> {
    fn new(base: &'a [OpenFile<'a>], new: &'a [OpenFile<'a>]) -> Self {
        let mut namesakes: FxHashMap<&str, Vec<usize>> = FxHashMap::default();
        for (n, file) in new.iter().enumerate() {
            if let Some(name) = file.parts.last() {
                namesakes.entry(name).or_default().push(n);
            }
        }
        let mut votes: FxHashMap<Renamed<'_>, Vote> = FxHashMap::default();
        for file in base {
            let Some(candidates) = file.parts.last().and_then(|name| namesakes.get(name)) else { continue };
            if candidates.len() > MAX_NAMESAKES {
                continue;
            }
            let shared = |n: usize| common_end(&file.parts, &new[n].parts);
            let Some(longest) = candidates.iter().map(|&n| shared(n)).max() else { continue };
            let nearest: Vec<usize> = candidates.iter().copied().filter(|&n| shared(n) == longest).collect();
            for &n in &nearest {
                let other = &new[n].parts;
                let rule = (&file.parts[..file.parts.len() - longest], &other[..other.len() - longest]);
                let vote = votes.entry(rule).or_insert(Vote { files: 0, longest: 0, new: n, whole: false });
                vote.files += 1;
                vote.longest = vote.longest.max(longest);
                vote.whole |= nearest.len() == 1 && (rule.0.is_empty() || rule.1.is_empty());
            }
        }
        let mut rules: Vec<_> = votes.into_iter().collect();
        rules.sort_unstable_by_key(|(rule, vote)| (Reverse((vote.files, vote.longest)), *rule));
        // One file of the same name, in folders of other names, among files that agree otherwise, is another file.
        let mut first = true;
        rules.retain(|(_, vote)| std::mem::take(&mut first) || vote.files > 1 || vote.longest > 1 || vote.whole);
        let mut free: FxHashMap<&[&str], usize> = new.iter().map(|file| (&file.parts[..], file.position)).collect();
        let mut pairs = Vec::new();
        let mut paired = vec![false; base.len()];
        for ((from, to), _) in &rules {
            for (file, paired) in base.iter().zip(&mut paired) {
                if *paired || !file.parts.starts_with(from) {
                    continue;
                }
                let target: Vec<&str> = to.iter().chain(&file.parts[from.len()..]).copied().collect();
                if let Some(n) = free.remove(&target[..]) {
                    pairs.push((file.position, n));
                    *paired = true;
                }
            }
        }
        let rules = rules.into_iter().map(|((base, to), vote)| {
            let new_path = new[vote.new].before_last(new[vote.new].parts.len() - to.len());
            Folder { base, new: to, new_path }
        });
        Self { pairs, rules: rules.collect() }
    }

    /// What a file the new side lacks would be called there, by the most trusted folder it lies in.
    fn spelled_as_new(&self, path: &str) -> Option<String> {
        let parts = components(path);
        // A path without folders may lie in any.
        let within = |folder: &&Folder<'_>| {
            !folder.base.is_empty() && folder.base != folder.new && parts.starts_with(folder.base)
        };
        let folder = self.rules.iter().find(within)?;
        Some(format!("{}{}", folder.new_path, parts[folder.base.len()..].join("/")))
    }
}

fn common_end(a: &[&str], b: &[&str]) -> usize {
    a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count()
}
