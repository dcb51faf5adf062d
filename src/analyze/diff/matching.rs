//! Which function of one recording is which of another: by file and qualified name, never by id and never by line.
//!
//! Lines only tell functions of one name in one file apart, which cProfile has many of (`__init__`, `<lambda>`): these
//! are paired in the order of their lines. Where one side has more of them, those are paired that lie where the
//! functions around them say they should.

use super::paths::{Files, files};
use crate::analyze::classify::is_python_file;
use crate::model::{FunctionId, Profile};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// What the user says about names and paths that the rules cannot know.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Matching {
    /// Folders and files that are called otherwise on the base side. The first that fits a path applies.
    pub mappings: Vec<Mapping>,
    /// Functions that were renamed. These go before every rule.
    pub renamed: Vec<Renamed>,
}

/// What a folder or a file of the base side is called on the new side.
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Mapping {
    /// On the base side: `/app`, `C:\app`, or the end of a path, `before.py`.
    pub from: String,
    /// On the new side.
    pub to: String,
}

/// A function of the base side and what it is called on the new side.
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Renamed {
    /// On the base side.
    pub base: FunctionName,
    /// On the new side.
    pub new: FunctionName,
}

/// A function as a recording names it.
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct FunctionName {
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// Its first line; 0 where not recorded.
    pub line: u32,
}

impl FunctionName {
    /// What a profile calls a function.
    pub fn of(profile: &Profile, function: FunctionId) -> Self {
        Self {
            name: profile.name(function).to_owned(),
            file: profile.file(function).to_owned(),
            line: profile.function(function).line,
        }
    }

    /// The function of that name, file and line, or else the first of that name and file.
    fn find(&self, profile: &Profile) -> Option<FunctionId> {
        let named = |f: &FunctionId| profile.name(*f) == self.name && profile.file(*f) == self.file;
        let all = || (0..profile.functions().len()).map(FunctionId::at).filter(named);
        all().find(|f| profile.function(*f).line == self.line).or_else(|| all().next())
    }
}

impl Mapping {
    /// A mapping as it is typed: `/old/folder=/new/folder`.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, to) = text.split_once('=')?;
        (!from.is_empty()).then(|| Self { from: from.to_owned(), to: to.to_owned() })
    }

    /// The path on the new side, where the mapping is about it.
    pub(super) fn apply(&self, path: &str) -> Option<String> {
        let from = self.from.trim_end_matches(['/', '\\']);
        let is_separator = |c: char| c == '/' || c == '\\';
        let ends = |at: usize| path[at..].is_empty() || path[at..].starts_with(is_separator);
        // A relative one may stand anywhere between separators.
        let anywhere = !from.starts_with(is_separator) && from.as_bytes().get(1) != Some(&b':');
        let begins = |at: usize| at == 0 || (anywhere && path[..at].ends_with(is_separator));
        let (at, _) = path.match_indices(from).find(|&(at, _)| begins(at) && ends(at + from.len()))?;
        let to = self.to.trim_end_matches(['/', '\\']);
        Some(format!("{}{to}{}", &path[..at], &path[at + from.len()..]))
    }
}

/// Which functions are the same.
#[derive(Debug)]
pub(super) struct Matched {
    /// By base function: the new one.
    pub(super) new_of: Vec<Option<FunctionId>>,
    pub(super) files: Files,
}

/// Matches the functions of two profiles.
pub(super) fn matched(base: &Profile, new: &Profile, rules: &Matching) -> Matched {
    let files = files(base, new, &rules.mappings);
    let mut pairs = Pairs { new_of: vec![None; base.functions().len()], base_of: vec![None; new.functions().len()] };
    for renamed in &rules.renamed {
        if let (Some(b), Some(n)) = (renamed.base.find(base), renamed.new.find(new)) {
            pairs.pair(b, n);
        }
    }
    let mut names = Names::default();
    let base_keys = names.keys(base, |f| files.of_base.get(&f).copied());
    let new_keys = names.keys(new, |f| files.of_new.get(&f).copied());
    pairs.by_key(&base_keys, &new_keys);
    pairs.bare_with_qualified(&names, &base_keys, &new_keys);
    pairs.by_name_alone(&base_keys, &new_keys);
    Matched { new_of: pairs.new_of, files }
}

/// A function as it is looked up: by file and name, then in the order of lines.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Key {
    /// `NO_FILE` where there is none, or where the name alone says it all.
    file: u32,
    name: u32,
    line: u32,
    function: FunctionId,
}

const NO_FILE: u32 = u32::MAX;

impl Key {
    fn place(&self) -> (u32, u32) {
        (self.file, self.name)
    }
}

/// Numbers of names, without what differs from run to run.
#[derive(Default)]
struct Names {
    index: FxHashMap<String, u32>,
    texts: Vec<String>,
}

impl Names {
    fn number(&mut self, name: &str) -> u32 {
        let plain = without_kind(plain(name));
        if let Some(&number) = self.index.get(&*plain) {
            return number;
        }
        let number = self.texts.len() as u32;
        self.texts.push(plain.clone().into_owned());
        self.index.insert(plain.into_owned(), number);
        number
    }

    /// The keys of a profile's functions, sorted.
    fn keys(&mut self, profile: &Profile, file: impl Fn(crate::model::StringId) -> Option<u32>) -> Vec<Key> {
        // Most names and files occur many times.
        let mut known: Vec<Option<u32>> = vec![None; profile.strings().len()];
        let mut keys: Vec<Key> = Vec::with_capacity(profile.functions().len());
        for (i, function) in profile.functions().iter().enumerate() {
            let name = match known[function.name.index()] {
                Some(number) => number,
                None => self.number(profile.text(function.name)),
            };
            known[function.name.index()] = Some(name);
            let path = profile.text(function.file);
            // Names of compiled code are whole, and its files lie wherever it was compiled.
            let file = if path == "~" || !is_python_file(path) { None } else { file(function.file) };
            let file = file.unwrap_or(NO_FILE);
            keys.push(Key { file, name, line: function.line, function: FunctionId::at(i) });
        }
        keys.sort_unstable();
        keys
    }

    fn text(&self, name: u32) -> &str {
        &self.texts[name as usize]
    }
}

/// A name without addresses, and with the brackets of today's Python:
/// `{built-in method __new__ of type object at 0x7f3b}` → `<built-in method __new__ of type object>`.
pub(super) fn plain(name: &str) -> Cow<'_, str> {
    let mut plain = Cow::Borrowed(name);
    if let Some(inner) = name.strip_prefix('{').and_then(|n| n.strip_suffix('}')) {
        plain = Cow::Owned(format!("<{inner}>"));
    }
    while let Some(at) = plain.find(" at 0x") {
        let digits = plain[at + 6..].bytes().take_while(u8::is_ascii_hexdigit).count();
        let rest = plain[at + 6 + digits..].to_owned();
        plain.to_mut().truncate(at);
        plain.to_mut().push_str(&rest);
    }
    plain
}

/// A built-in function as Python 2 writes it: `<built-in method builtins.len>` → `<len>`.
fn without_kind(name: Cow<'_, str>) -> Cow<'_, str> {
    let Some(inner) = name.strip_prefix("<built-in method ") else { return name };
    let inner = inner.strip_prefix("builtins.").unwrap_or(inner);
    Cow::Owned(format!("<{inner}"))
}

struct Pairs {
    new_of: Vec<Option<FunctionId>>,
    base_of: Vec<Option<FunctionId>>,
}

impl Pairs {
    fn pair(&mut self, base: FunctionId, new: FunctionId) {
        self.new_of[base.index()] = Some(new);
        self.base_of[new.index()] = Some(base);
    }

    fn open<'k>(&self, base: &'k [Key], new: &'k [Key]) -> (Vec<&'k Key>, Vec<&'k Key>) {
        (
            base.iter().filter(|k| self.new_of[k.function.index()].is_none()).collect(),
            new.iter().filter(|k| self.base_of[k.function.index()].is_none()).collect(),
        )
    }

    /// Functions of one name in one file.
    fn by_key(&mut self, base: &[Key], new: &[Key]) {
        let (base, new) = self.open(base, new);
        let mut uneven = Vec::new();
        for (b, n) in runs(&base, &new, Key::place) {
            if b.len() == n.len() {
                for (b, n) in b.iter().zip(n) {
                    self.pair(b.function, n.function);
                }
            } else {
                uneven.push((b, n));
            }
        }
        self.uneven(&uneven, &base, &new);
    }

    /// Functions of one name of which one side has more.
    fn uneven(&mut self, runs: &[(&[&Key], &[&Key])], base: &[&Key], new: &[&Key]) {
        if runs.is_empty() {
            return;
        }
        let lines: FxHashMap<FunctionId, u32> = new.iter().map(|k| (k.function, k.line)).collect();
        let mut anchors: Vec<Anchor> = Vec::new();
        for key in base.iter().filter(|k| k.line > 0) {
            let new_line = self.new_of[key.function.index()].and_then(|n| lines.get(&n)).filter(|line| **line > 0);
            anchors.extend(new_line.map(|&line| Anchor { file: key.file, base: key.line, new: line }));
        }
        anchors.sort_unstable();
        for (b, n) in runs {
            for (b, n) in nearest(b, n, &anchors) {
                self.pair(b, n);
            }
        }
    }

    /// `__init__` of one side with `Shop.__init__` of the other: profilers differ in whether they write the class.
    fn bare_with_qualified(&mut self, names: &Names, base: &[Key], new: &[Key]) {
        let last = |k: &&Key| {
            let name = names.text(k.name);
            let bare = name.rsplit('.').next().unwrap_or(name);
            (k.file, bare.to_owned(), k.line)
        };
        let is_bare = |k: &&&Key| !names.text(k.name).contains('.');
        let (mut base, mut new) = self.open(base, new);
        for keys in [&mut base, &mut new] {
            keys.retain(|k| k.file != NO_FILE);
            keys.sort_by_cached_key(last);
        }
        let mut pairs = Vec::new();
        for (b, n) in runs(&base, &new, |k| (k.file, last(&k).1)) {
            let split = |keys: &[&Key]| -> (Vec<FunctionId>, Vec<FunctionId>) {
                let of = |bare: bool| keys.iter().filter(|k| is_bare(k) == bare).map(|k| k.function).collect();
                (of(true), of(false))
            };
            let ((base_bare, base_whole), (new_bare, new_whole)) = (split(b), split(n));
            for (b, n) in [(base_bare, new_whole), (base_whole, new_bare)] {
                // Which of several is meant, nothing says.
                if b.len() == n.len() {
                    pairs.extend(b.into_iter().zip(n));
                }
            }
        }
        for (b, n) in pairs {
            self.pair(b, n);
        }
    }

    /// What has a file on one side only, where nothing else has that name.
    fn by_name_alone(&mut self, base: &[Key], new: &[Key]) {
        let (mut base, mut new) = self.open(base, new);
        base.sort_unstable_by_key(|k| (k.name, k.file));
        new.sort_unstable_by_key(|k| (k.name, k.file));
        let pairs: Vec<_> = runs(&base, &new, |k| k.name)
            .filter_map(|pair| match pair {
                ([b], [n]) if (b.file == NO_FILE) != (n.file == NO_FILE) => Some((b.function, n.function)),
                _ => None,
            })
            .collect();
        for (b, n) in pairs {
            self.pair(b, n);
        }
    }
}

/// Runs of equal keys that both sides have; both must be sorted by the key.
fn runs<'a, 'k, K: Ord>(
    base: &'a [&'k Key],
    new: &'a [&'k Key],
    key: impl Fn(&'k Key) -> K + Copy,
) -> impl Iterator<Item = (&'a [&'k Key], &'a [&'k Key])> {
    let mut news = new.chunk_by(move |a, b| key(a) == key(b)).peekable();
    base.chunk_by(move |a, b| key(a) == key(b)).filter_map(move |b| {
        let wanted = key(b[0]);
        while news.next_if(|n| key(n[0]) < wanted).is_some() {}
        news.next_if(|n| key(n[0]) == wanted).map(|n| (b, n))
    })
}

/// A function whose line is known on both sides: what stands behind it has moved as it has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Anchor {
    file: u32,
    base: u32,
    new: u32,
}

/// More cells than this are not worth the time: the first ones are paired in order.
const MAX_CELLS: usize = 1 << 22;

/// Pairs two runs of different length in order, so that lines are as near as can be to where the anchors expect them.
fn nearest(base: &[&Key], new: &[&Key], anchors: &[Anchor]) -> Vec<(FunctionId, FunctionId)> {
    // Without lines nothing tells them apart.
    if base.iter().chain(new).any(|k| k.line == 0) {
        return Vec::new();
    }
    let in_order = || base.iter().zip(new).map(|(b, n)| (b.function, n.function)).collect();
    let (rows, columns) = (base.len().min(new.len()), base.len().max(new.len()));
    if rows.saturating_mul(columns) > MAX_CELLS {
        return in_order();
    }
    let expected: Vec<i64> = base.iter().map(|k| expected_line(k, anchors)).collect();
    let short_is_base = base.len() <= new.len();
    let cost = |row: usize, column: usize| {
        let (b, n) = if short_is_base { (row, column) } else { (column, row) };
        (expected[b] - i64::from(new[n].line)).unsigned_abs()
    };
    // `least[r][c]`: the first `r` of the shorter run paired within the first `c` of the longer.
    let width = columns + 1;
    let mut least = vec![0_u64; (rows + 1) * width];
    for row in 1..=rows {
        least[row * width..row * width + row].fill(u64::MAX);
        for column in row..=columns {
            let skipped = if column > row { least[row * width + column - 1] } else { u64::MAX };
            let taken = least[(row - 1) * width + column - 1].saturating_add(cost(row - 1, column - 1));
            least[row * width + column] = skipped.min(taken);
        }
    }
    let mut pairs = Vec::with_capacity(rows);
    let (mut row, mut column) = (rows, columns);
    while row > 0 {
        if column > row && least[row * width + column - 1] == least[row * width + column] {
            column -= 1;
            continue;
        }
        let (b, n) = if short_is_base { (row - 1, column - 1) } else { (column - 1, row - 1) };
        pairs.push((base[b].function, new[n].function));
        (row, column) = (row - 1, column - 1);
    }
    pairs
}

/// The line a base function should have on the new side, by the nearest anchor before it, or else behind it.
fn expected_line(key: &Key, anchors: &[Anchor]) -> i64 {
    let at = anchors.partition_point(|a| (a.file, a.base) <= (key.file, key.line));
    let in_file = |a: &&Anchor| a.file == key.file;
    let before = at.checked_sub(1).and_then(|i| anchors.get(i)).filter(in_file);
    let anchor = before.or_else(|| anchors.get(at).filter(in_file));
    i64::from(key.line) + anchor.map_or(0, |a| i64::from(a.new) - i64::from(a.base))
}
