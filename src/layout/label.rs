//! Labels that shorten with the room they have.

use crate::analyze::{Analysis, Class, GroupBy, GroupId};
use std::borrow::Cow;

/// The names of a group, from the longest to the shortest that still says something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Names<'a> {
    /// `json.decoder`; empty where not known or not of use.
    pub module: Cow<'a, str>,
    /// `JSONDecoder.raw_decode`, `<built-in method time.sleep>`.
    pub name: Cow<'a, str>,
}

impl<'a> Names<'a> {
    /// The names of a group.
    pub fn of(analysis: &'a Analysis, group: GroupId) -> Self {
        let name = analysis.name(group);
        let by_function = matches!(analysis.groups().by(), GroupBy::Function | GroupBy::Line);
        let built_in = analysis.groups().class(analysis.classes(), group) == Class::BuiltIn;
        let has_file = !built_in && !analysis.place(group).0.is_empty();
        let module = if by_function && has_file { analysis.groups().module(analysis.classes(), group) } else { "" };
        Self { module: Cow::Borrowed(module), name }
    }

    /// The longest form that fits in so many characters: `package.module.func`, `module.func`, `func`, `fun…`; `None`
    /// where not even three characters fit.
    pub fn fit(&self, characters: usize) -> Option<Cow<'_, str>> {
        if characters < 3 {
            return None;
        }
        let name_length = self.name.chars().count();
        let bare = bare_name(&self.name);
        if !self.module.is_empty() {
            let mut module: &str = &self.module;
            loop {
                if module.chars().count() + 1 + name_length <= characters {
                    return Some(Cow::Owned(format!("{module}.{}", self.name)));
                }
                match module.split_once('.') {
                    Some((_, rest)) => module = rest,
                    None => break,
                }
            }
        }
        if name_length <= characters {
            return Some(Cow::Borrowed(&self.name));
        }
        if bare.len() < self.name.len() && bare.chars().count() <= characters {
            return Some(Cow::Borrowed(bare));
        }
        Some(fit(bare, characters))
    }
}

/// `<built-in method time.sleep>` → `time.sleep`; `<method 'append' of 'list' objects>` → `list.append` is not a part of
/// the text, so that one gives `append`.
fn bare_name(name: &str) -> &str {
    for prefix in ["<built-in method ", "<built-in function "] {
        if let Some(rest) = name.strip_prefix(prefix) {
            return rest.trim_end_matches('>');
        }
    }
    if let Some(rest) = name.strip_prefix("<method '") {
        return rest.split('\'').next().unwrap_or(name);
    }
    name
}

/// A text cut at its end to so many characters, the last being `…`.
pub fn fit(text: &str, characters: usize) -> Cow<'_, str> {
    if text.chars().count() <= characters {
        return Cow::Borrowed(text);
    }
    let mut cut: String = text.chars().take(characters.saturating_sub(1)).collect();
    cut.push('…');
    Cow::Owned(cut)
}

/// A text cut in its middle to so many characters, because the ends of paths say most.
pub fn shorten_middle(text: &str, characters: usize) -> Cow<'_, str> {
    let length = text.chars().count();
    if length <= characters || characters < 2 {
        return Cow::Borrowed(text);
    }
    let keep = characters - 1;
    let head = keep / 3;
    let start: String = text.chars().take(head).collect();
    let end: String = text.chars().skip(length - (keep - head)).collect();
    Cow::Owned(format!("{start}…{end}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_loses_packages_then_modules_then_its_end() {
        let names = Names { module: "django.db.models.query".into(), name: "QuerySet.filter".into() };
        let cases = [
            (60, Some("django.db.models.query.QuerySet.filter")),
            (37, Some("db.models.query.QuerySet.filter")),
            (22, Some("query.QuerySet.filter")),
            (15, Some("QuerySet.filter")),
            (10, Some("QuerySet.…")),
            (3, Some("Qu…")),
            (2, None),
        ];
        for (room, expected) in cases {
            assert_eq!(names.fit(room).as_deref(), expected, "{room}");
        }
        let built_in = Names { module: "".into(), name: "<built-in method time.sleep>".into() };
        assert_eq!(built_in.fit(12).as_deref(), Some("time.sleep"));
        let method = Names { module: "".into(), name: "<method 'append' of 'list' objects>".into() };
        assert_eq!(method.fit(10).as_deref(), Some("append"));
    }

    #[test]
    fn paths_keep_their_ends() {
        assert_eq!(shorten_middle("/srv/app/very/long/path/to/views.py", 16), "/srv/…o/views.py");
        assert_eq!(shorten_middle("short.py", 16), "short.py");
    }
}
