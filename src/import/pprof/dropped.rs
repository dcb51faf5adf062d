//! Functions a file asks to leave out, with all they called: in a profile of memory, the allocator itself says nothing.
//!
//! ```text
//! drop_frames: "malloc|operator new"      main → parse → malloc → sys_alloc   becomes   main → parse
//! keep_frames: "malloc_from_pool"         these are kept, though the other pattern fits them
//! ```
//!
//! Whole names are matched, as `go tool pprof` does when it opens a file:
//! <https://github.com/google/pprof/blob/main/profile/prune.go>

use super::super::ImportError;
use super::messages::Contents;
use crate::model::{ProfileBuilder, StringId};
use regex::{Regex, RegexBuilder};
use rustc_hash::FxHashMap;

/// The longest pattern; parsed, it needs many times its length.
const LONGEST_PATTERN: usize = 16 << 10;

/// The most memory a pattern may need. With the length of a name it bounds the time that takes.
const MOST_MEMORY: usize = 256 << 10;

/// Longer names are of no function a pattern could mean.
const LONGEST_NAME: usize = 4 << 10;

/// What of a location is left out where a function of its is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Drop {
    Nothing,
    /// What was inlined into its outer functions.
    Inner,
    Whole,
}

/// Which functions are left out.
pub(super) struct Dropped {
    drop: Regex,
    keep: Option<Regex>,
    /// By name, whether it is left out. Many functions have one name.
    known: FxHashMap<StringId, bool>,
}

impl Dropped {
    /// `None` where the file asks for nothing, or where its pattern cannot be read, which is told.
    pub(super) fn of(contents: &Contents<'_>, builder: &mut ProfileBuilder) -> Result<Option<Self>, ImportError> {
        let (drop, keep) = (contents.text(contents.drop_frames)?, contents.text(contents.keep_frames)?);
        if drop.is_empty() {
            return Ok(None);
        }
        let keep = if keep.is_empty() { Some(None) } else { pattern(&keep).map(Some) };
        if let (Some(drop), Some(keep)) = (pattern(&drop), keep) {
            return Ok(Some(Self { drop, keep, known: FxHashMap::default() }));
        }
        builder.warn("The file asks for functions to be left out by a pattern that cannot be read; none are left out.");
        Ok(None)
    }

    /// Whether functions of this name are left out.
    pub(super) fn has(&mut self, name: StringId, builder: &ProfileBuilder) -> bool {
        *self.known.entry(name).or_insert_with(|| {
            let name = without_arguments(builder.text(name));
            name.len() <= LONGEST_NAME
                && self.drop.is_match(name)
                && !self.keep.as_ref().is_some_and(|keep| keep.is_match(name))
        })
    }
}

fn pattern(text: &str) -> Option<Regex> {
    if text.len() > LONGEST_PATTERN {
        return None;
    }
    RegexBuilder::new(&format!("^({text})$")).size_limit(MOST_MEMORY).dfa_size_limit(MOST_MEMORY).build().ok()
}

/// `malloc` of `malloc(unsigned long)`; a parenthesis may be part of a name, too.
fn without_arguments(name: &str) -> &str {
    const OPERATOR: &str = "operator";
    const ANONYMOUS: &str = "(anonymous namespace)";
    let name = name.strip_prefix('.').unwrap_or(name);
    let mut from = 0;
    while let Some(open) = name.get(from..).and_then(|rest| rest.find('(')).map(|at| from + at) {
        let (before, rest) = name.split_at(open);
        from = if rest.starts_with(ANONYMOUS) {
            open + ANONYMOUS.len()
        } else if before.ends_with(OPERATOR) && rest.starts_with("()") {
            open + "()".len()
        } else {
            return before;
        };
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_no_part_of_a_name() {
        for (name, bare) in [
            ("malloc", "malloc"),
            ("malloc(unsigned long)", "malloc"),
            (".malloc", "malloc"),
            ("(anonymous namespace)::f(int)", "(anonymous namespace)::f"),
            ("Less::operator()(int, int) const", "Less::operator()"),
            ("a::operator()", "a::operator()"),
            ("f((anonymous namespace)::T)", "f"),
            ("<built-in>", "<built-in>"),
        ] {
            assert_eq!(without_arguments(name), bare);
        }
    }

    #[test]
    fn patterns_too_large_are_refused() {
        assert!(pattern("malloc|free").is_some_and(|p| p.is_match("free") && !p.is_match("free_list")));
        assert!(pattern("mall(oc").is_none());
        assert!(pattern(&"x".repeat(LONGEST_PATTERN + 1)).is_none());
        assert!(pattern("((a{100}){100}){100}").is_none());
        assert!(pattern(&r"\pL".repeat(LONGEST_PATTERN / 3)).is_none());
    }
}
