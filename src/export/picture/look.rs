//! How the nodes of a tree look and what is said about them: the part of a picture that differs between a profile and a
//! comparison.

use super::boxes::label_in;
use crate::analyze::{Analysis, CallTree, Class, Exactness, GroupBy, GroupId, Matches, share};
use crate::export::scrub::Scrub;
use crate::layout::{ColourBy, Names, Palette, Rgb, Stripes};
use crate::model::{Unit, format};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// Colours, names and texts of nodes.
pub trait Look {
    /// What a node is filled with.
    fn fill(&self, tree: &CallTree, node: usize) -> Rgb;

    /// Whether a node stands back, because it is not what is searched for.
    fn is_dimmed(&self, tree: &CallTree, node: usize) -> bool;

    /// The names of a function.
    fn names_of(&self, group: GroupId) -> Names<'_>;

    /// The colour of a function in a list.
    fn swatch(&self, group: GroupId) -> Rgb;

    /// A function's file and line.
    fn place(&self, group: GroupId) -> Option<String>;

    /// What a function costs in all places.
    fn everywhere(&self, group: GroupId) -> String;

    /// Its name, in forms that shorten.
    fn names(&self, tree: &CallTree, node: usize) -> Names<'_> {
        self.names_of(tree.group(node))
    }

    /// What it is striped with.
    fn stripes(&self, _tree: &CallTree, _node: usize) -> Option<Stripes> {
        None
    }

    /// What is written on its box, where there is so much room.
    fn label(&self, tree: &CallTree, node: usize, room: f32) -> Option<String> {
        label_in(&self.names(tree, node), room)
    }

    /// What it did, in a word and a figure that stand beside its name; empty where it did nothing.
    fn change(&self, _tree: &CallTree, _node: usize) -> String {
        String::new()
    }

    /// Its cost as it is read aloud after its name.
    fn spoken(&self, tree: &CallTree, node: usize) -> String;

    /// What is known of this path of calls alone, a fact a line.
    fn of_path(&self, tree: &CallTree, node: usize) -> Vec<String>;

    /// Everything about it, a fact a line: what shows under the pointer.
    fn about(&self, tree: &CallTree, node: usize) -> String {
        let group = tree.group(node);
        let mut lines = vec![format::one_line(&self.names_of(group).name).into_owned()];
        lines.extend(self.place(group).map(|place| format::one_line(&place).into_owned()));
        lines.extend(self.of_path(tree, node));
        lines.push(self.everywhere(group));
        if tree.exactness() == Exactness::Estimated {
            lines.push(if tree.is_exact(node) { "exact" } else { "estimated from a call graph" }.to_owned());
        }
        lines.join("\n")
    }

    /// Its value as it is written beside its name.
    fn value(&self, tree: &CallTree, node: usize) -> String;

    /// What the colours mean, the most important first.
    fn legend(&self) -> Vec<LegendEntry>;

    /// The head of the column of values of [`Look::most_expensive`].
    fn listed_by(&self) -> &'static str {
        "own"
    }

    /// The functions that cost most themselves, to be listed beside a picture.
    fn most_expensive(&self, count: usize) -> Vec<Listed<'_>>;
}

/// A function in a list.
pub struct Listed<'a> {
    /// The colour of its boxes.
    pub fill: Rgb,
    /// Its name, in forms that shorten.
    pub names: Names<'a>,
    /// Its cost.
    pub value: String,
}

/// A colour and what it means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LegendEntry {
    /// The colour.
    pub fill: Rgb,
    /// What it is striped with.
    pub stripes: Option<Stripes>,
    /// What it means.
    pub text: String,
}

/// One profile, in the colours of its palette.
#[derive(Clone, Copy)]
pub struct OfProfile<'a> {
    analysis: &'a Analysis,
    palette: Palette,
    scrub: &'a Scrub,
    matches: Option<&'a Matches>,
}

impl<'a> OfProfile<'a> {
    /// The look of an analysis. With `matches`, everything else stands back.
    pub fn new(analysis: &'a Analysis, palette: Palette, scrub: &'a Scrub, matches: Option<&'a Matches>) -> Self {
        Self { analysis, palette, scrub, matches }
    }

    /// The fill of a function's boxes.
    fn fill_of(&self, group: GroupId) -> Rgb {
        self.palette.fill(self.analysis, group)
    }

    fn unit(&self) -> &'a Unit {
        &self.analysis.profile().metric(self.analysis.query().metric).unit
    }

    /// A cost at a node with its share of everything.
    fn figure(&self, tree: &CallTree, node: usize, value: i64) -> String {
        let about = if tree.is_exact(node) { "" } else { "≈ " };
        format!("{about}{} ({})", format::value(value, self.unit()), format::percent(share(value, tree.sum())))
    }
}

impl Look for OfProfile<'_> {
    fn fill(&self, tree: &CallTree, node: usize) -> Rgb {
        self.fill_of(tree.group(node))
    }

    fn is_dimmed(&self, tree: &CallTree, node: usize) -> bool {
        self.matches.is_some_and(|m| !m.contains(tree.group(node)))
    }

    fn names_of(&self, group: GroupId) -> Names<'_> {
        names_of(self.analysis, self.scrub, group)
    }

    fn swatch(&self, group: GroupId) -> Rgb {
        self.fill_of(group)
    }

    fn place(&self, group: GroupId) -> Option<String> {
        place_of(self.analysis.place(group), self.scrub)
    }

    /// Its cost and how often it was called.
    fn everywhere(&self, group: GroupId) -> String {
        let (table, unit) = (self.analysis.table(), self.unit());
        let (total, own) = (format::value(table.total(group), unit), format::value(table.own(group), unit));
        let calls = match table.calls(group) {
            Some((all, primitive)) => {
                let calls = format::counted(all, "call", "calls");
                let outer = if all == primitive {
                    String::new()
                } else {
                    format!(", {} not recursive", format::count(primitive))
                };
                format!(", {calls}{outer}")
            }
            None => String::new(),
        };
        format!("everywhere {total} total, {own} own{calls}")
    }

    fn spoken(&self, tree: &CallTree, node: usize) -> String {
        self.figure(tree, node, tree.total(node))
    }

    fn of_path(&self, tree: &CallTree, node: usize) -> Vec<String> {
        let (total, own) = (self.spoken(tree, node), self.figure(tree, node, tree.own(node)));
        vec![format!("this call path {total}, of that own {own}")]
    }

    fn value(&self, tree: &CallTree, node: usize) -> String {
        let unit = self.unit();
        let about = if tree.is_exact(node) { "" } else { "≈ " };
        format!("{about}{}", format::value(tree.total(node), unit))
    }

    /// Shares; or classes and packages by what they cost themselves.
    fn legend(&self) -> Vec<LegendEntry> {
        if self.palette.by == ColourBy::OwnShare {
            let entry = |(fill, share)| LegendEntry { fill, stripes: None, text: format!("self {share}") };
            return self.palette.heat_legend().map(entry).into();
        }
        let (classes, groups, table) = (self.analysis.classes(), self.analysis.groups(), self.analysis.table());
        let mut own: FxHashMap<u32, i64> = FxHashMap::default();
        for group in table.present() {
            let package = classes.package_of(groups.example(group));
            let sum = own.entry(package).or_default();
            *sum = sum.saturating_add(table.own(group).saturating_abs());
        }
        let mut packages: Vec<(i64, u32)> = own.into_iter().map(|(package, own)| (own, package)).collect();
        packages.sort_unstable_by_key(|&(own, package)| (std::cmp::Reverse(own), package));
        let mut legend: Vec<LegendEntry> = Vec::new();
        for (_, package) in packages {
            let Some(package) = classes.packages().get(package as usize) else { continue };
            // Third-party packages have colours of their own; libraries of native code share one.
            let text = match package.class {
                Class::ThirdParty => format::one_line(&self.scrub.text(&package.name)).into_owned(),
                class => class.name().to_owned(),
            };
            let fill = self.palette.legend(package.class, &package.name);
            let entry = LegendEntry { fill, stripes: None, text };
            if !legend.contains(&entry) {
                legend.push(entry);
            }
        }
        legend
    }

    fn most_expensive(&self, count: usize) -> Vec<Listed<'_>> {
        let table = self.analysis.table();
        let unit = self.unit();
        let mut groups: Vec<GroupId> = table.present().filter(|g| table.own(*g) > 0).collect();
        groups.sort_unstable_by_key(|&g| (std::cmp::Reverse(table.own(g)), g));
        groups.truncate(count);
        let listed = groups.into_iter().map(|group| Listed {
            fill: self.fill_of(group),
            names: self.names_of(group),
            value: format!(
                "{} ({})",
                format::value(table.own(group), unit),
                format::percent(table.share(table.own(group)))
            ),
        });
        listed.collect()
    }
}

/// The names of a group as they may leave the machine.
pub(super) fn names_of<'a>(analysis: &'a Analysis, scrub: &Scrub, group: GroupId) -> Names<'a> {
    let Names { module, name } = Names::of(analysis, group);
    let modules = analysis.groups().by() == GroupBy::Module;
    Names {
        module: map(module, |module| scrub.module(module)),
        name: map(name, |name| if modules { scrub.module(name) } else { scrub.name(name) }),
    }
}

/// A file and a line as they may leave the machine; `None` where there is no file.
pub(super) fn place_of((file, line): (&str, u32), scrub: &Scrub) -> Option<String> {
    let file = scrub.text(file);
    (!file.is_empty()).then(|| if line > 0 { format!("{file}:{line}") } else { file.into_owned() })
}

/// Changes a text that may be borrowed for longer than what changes it.
fn map<'a>(text: Cow<'a, str>, change: impl for<'b> Fn(&'b str) -> Cow<'b, str>) -> Cow<'a, str> {
    match text {
        Cow::Borrowed(text) => change(text),
        Cow::Owned(text) => Cow::Owned(change(&text).into_owned()),
    }
}
