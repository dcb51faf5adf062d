//! Labels that shorten with the room they have.

use crate::analyze::{Analysis, Class, GroupBy, GroupId, has_module};
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
        let file = analysis.place(group).0;
        // Other languages' compilers put packages into names.
        let is_named = by_function && !built_in && !file.is_empty() && has_module(file);
        let module = if is_named { analysis.groups().module(analysis.classes(), group) } else { "" };
        Self { module: Cow::Borrowed(module), name }
    }

    /// The longest form that fits in so many characters: `package.module.Class.func`, `module.Class.func`, `Class.func`,
    /// `…func`, `fun…`; `None` where not even three characters fit.
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
        Some(Cow::Owned(fit_name(&bare, characters).into_owned()))
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

/// The name of a function, cut to so many characters so that its last part stays: `…filter` of `QuerySet.filter`,
/// `…push` of `alloc::vec::Vec<T>::push`, and only where not even that fits, `fil…`.
pub fn fit_name(name: &str, characters: usize) -> Cow<'_, str> {
    fit_name_in(name, characters as f32, |_| 1.0)
}

/// As [`fit_name`], to a room that letters take as much of as `width_of` measures.
pub fn fit_name_in(name: &str, room: f32, mut width_of: impl FnMut(char) -> f32) -> Cow<'_, str> {
    match bare_name(name) {
        bare if bare.len() == name.len() => fit_parts(name, room, &mut width_of),
        _ if name.chars().map(&mut width_of).sum::<f32>() <= room => Cow::Borrowed(name),
        Cow::Borrowed(bare) => fit_parts(bare, room, &mut width_of),
        Cow::Owned(bare) => Cow::Owned(fit_parts(&bare, room, &mut width_of).into_owned()),
    }
}

fn fit_parts<'a>(name: &'a str, room: f32, width_of: &mut impl FnMut(char) -> f32) -> Cow<'a, str> {
    // Where parts begin, and how wide what stands before them is.
    let (mut parts, mut width) = (vec![(0, 0.0)], 0.0);
    let (mut depth, mut last) = (0_u32, ' ');
    let only_folders = name.contains(['/', '\\']);
    for (at, letter) in name.char_indices() {
        width += width_of(letter);
        match letter {
            '<' | '(' | '[' | '{' => depth += 1,
            // Of an arrow, `->`, it closes nothing.
            '>' if last == '-' => {}
            '>' | ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let next = at + letter.len_utf8();
        let ends_part = match letter {
            '/' | '\\' => true,
            '.' => !only_folders && !matches!(&name[next..], "py" | "pyx" | "so"),
            ':' => !only_folders && last == ':',
            _ => false,
        };
        if ends_part && depth == 0 && next < name.len() {
            parts.push((next, width));
        }
        last = letter;
    }
    if width <= room {
        return Cow::Borrowed(name);
    }
    let ellipsis = width_of('…');
    let fits = |(_, before): &&(usize, f32)| width - before + ellipsis <= room;
    if let Some((at, _)) = parts.iter().skip(1).find(fits) {
        return Cow::Owned(format!("…{}", &name[*at..]));
    }
    let innermost = parts.last().map_or(name, |(at, _)| &name[*at..]);
    let mut used = ellipsis;
    let kept = innermost.char_indices().find(|(_, letter)| {
        used += width_of(*letter);
        used > room
    });
    Cow::Owned(format!("{}…", &innermost[..kept.map_or(innermost.len(), |(at, _)| at)]))
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
    use crate::analyze::Query;
    use crate::model::ProfileBuilder;
    use std::sync::Arc;

    #[test]
    fn a_label_loses_packages_then_modules_then_its_end() {
        let names = Names { module: "django.db.models.query".into(), name: "QuerySet.filter".into() };
        let cases = [
            (60, Some("django.db.models.query.QuerySet.filter")),
            (37, Some("db.models.query.QuerySet.filter")),
            (22, Some("query.QuerySet.filter")),
            (15, Some("QuerySet.filter")),
            (14, Some("…filter")),
            (7, Some("…filter")),
            (6, Some("filte…")),
            (3, Some("fi…")),
            (2, None),
        ];
        for (room, expected) in cases {
            assert_eq!(names.fit(room).as_deref(), expected, "{room}");
        }
        let built_in = Names { module: "".into(), name: "<built-in method time.sleep>".into() };
        assert_eq!(built_in.fit(12).as_deref(), Some("time.sleep"));
        let method = Names { module: "".into(), name: "<method 'append' of 'list' objects>".into() };
        assert_eq!(method.fit(12).as_deref(), Some("list.append"));
        assert_eq!(method.fit(10).as_deref(), Some("…append"));
    }

    #[test]
    fn modules_stand_before_names_of_python_alone() {
        let mut b = ProfileBuilder::new("test");
        let files = ["/srv/app/orders.py", "/srv/app/fast.pyx", "/srv/app/proc.go", "/srv/app/ceval.c"];
        for file in files {
            b.function_named("run", file, 1);
        }
        let profile = Arc::new(b.finish().expect("builds"));
        let analysis = Analysis::new(Arc::clone(&profile), Query::new(&profile), None);
        let labels: Vec<String> = analysis
            .groups()
            .ids()
            .filter_map(|group| Names::of(&analysis, group).fit(80).map(Cow::into_owned))
            .collect();
        assert_eq!(labels, ["orders.run", "fast.run", "run", "run"]);
    }

    #[test]
    fn a_name_keeps_its_last_part_in_every_language() {
        let cases = [
            ("re.Pattern.match", 12, "…match"),
            ("re.Pattern.match", 14, "…Pattern.match"),
            ("outer.<locals>.inner.<locals>.<listcomp>", 20, "…<locals>.<listcomp>"),
            ("outer.<locals>.inner.<locals>.<listcomp>", 8, "<listco…"),
            ("alloc::vec::Vec<T>::push", 14, "…Vec<T>::push"),
            ("<alloc::vec::Vec<T,A> as core::ops::Drop>::drop", 12, "…drop"),
            ("void ns::Cache<std::string, int>::put(std::string const&, int)", 20, "put(std::string con…"),
            ("std::function<int (a.b) -> c::d>::call", 10, "…call"),
            ("com.example.shop.Orders.total", 16, "…Orders.total"),
            ("shop/orders.py", 12, "…orders.py"),
            ("orders.py", 6, "order…"),
            ("operator<", 4, "ope…"),
            ("<built-in method time.sleep>", 28, "<built-in method time.sleep>"),
            ("<built-in method time.sleep>", 9, "…sleep"),
            ("<method 'match' of 're.Pattern' objects>", 16, "re.Pattern.match"),
            ("a.", 1, "…"),
            ("", 0, ""),
        ];
        for (name, room, expected) in cases {
            assert_eq!(fit_name(name, room), expected, "{name} in {room}");
        }
        let long = format!("{}last", "a_namespace::".repeat(80));
        assert_eq!(fit_name(&long, 6), "…last");
        let shortened = fit_name(&"漢字".repeat(500), 5).into_owned();
        assert_eq!(shortened, "漢字漢字…");
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
