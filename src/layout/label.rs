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
            return Some(bare);
        }
        Some(Cow::Owned(fit(&bare, characters).into_owned()))
    }
}

/// A built-in's name without the words around it: `<built-in method time.sleep>` → `time.sleep`,
/// `<method 'append' of 'list' objects>` → `list.append`.
pub fn bare_name(name: &str) -> Cow<'_, str> {
    for prefix in ["<built-in method ", "<built-in function "] {
        if let Some(rest) = name.strip_prefix(prefix) {
            return Cow::Borrowed(rest.trim_end_matches('>'));
        }
    }
    let method = name.strip_prefix("<method '").and_then(|rest| rest.strip_suffix("' objects>"));
    match method.and_then(|rest| rest.split_once("' of '")) {
        Some((method, class)) => Cow::Owned(format!("{class}.{method}")),
        None => Cow::Borrowed(name),
    }
}

/// A place cut at its front to the folders and the file that fit a room: `…/shop/orders.py:67`. Whole folders go first,
/// then letters of the file's name. `width_of` measures a letter.
pub fn fit_place(place: &str, room: f32, mut width_of: impl FnMut(char) -> f32) -> Cow<'_, str> {
    let mut used = 0.0;
    let mut fits_from = place.len();
    let mut whole = true;
    let ellipsis = width_of('…');
    // Where the text would begin were an ellipsis before it.
    let mut cut_from = place.len();
    for (at, letter) in place.char_indices().rev() {
        used += width_of(letter);
        if used > room {
            whole = false;
            break;
        }
        fits_from = at;
        if used + ellipsis <= room {
            cut_from = at;
        }
    }
    if whole && fits_from == 0 {
        return Cow::Borrowed(place);
    }
    let tail = place.get(cut_from..).unwrap_or_default();
    let tail = tail.find(['/', '\\']).and_then(|separator| tail.get(separator..)).unwrap_or(tail);
    Cow::Owned(format!("…{tail}"))
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
        assert_eq!(method.fit(12).as_deref(), Some("list.append"));
        assert_eq!(method.fit(10).as_deref(), Some("list.appe…"));
    }

    #[test]
    fn places_lose_whole_folders_before_letters_of_the_file() {
        let fit = |place, room| fit_place(place, room, |_| 1.0).into_owned();
        assert_eq!(fit("/srv/app/shop/orders.py:67", 26.0), "/srv/app/shop/orders.py:67");
        assert_eq!(fit("/srv/app/shop/orders.py:67", 25.0), "…/app/shop/orders.py:67");
        assert_eq!(fit("/srv/app/shop/orders.py:67", 16.0), "…/orders.py:67");
        assert_eq!(fit("/srv/app/shop/orders.py:67", 9.0), "…rs.py:67");
        assert_eq!(fit(r"C:\shop\orders.py:67", 16.0), r"…\orders.py:67");
        assert_eq!(fit("", 3.0), "");
        assert_eq!(fit("é/ü.py", 0.0), "…");
    }

    #[test]
    fn paths_keep_their_ends() {
        assert_eq!(shorten_middle("/srv/app/very/long/path/to/views.py", 16), "/srv/…o/views.py");
        assert_eq!(shorten_middle("short.py", 16), "short.py");
    }
}
