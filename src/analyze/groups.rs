//! What rows and boxes stand for: functions, lines, files, modules or packages.

use super::{Class, Classes, GroupBy};
use crate::model::{CallGraph, FunctionId, Profile, StringId};
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// What is shown for a function's name as it was recorded: itself, or, where that is nothing, words that say so.
pub fn shown_name(recorded: &str) -> &str {
    if recorded.is_empty() { "(no name)" } else { recorded }
}

/// A row of [`Groups`]: what a table row or a box of a tree stands for. Valid for one profile and one [`GroupBy`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct GroupId(pub u32);

impl GroupId {
    /// The position in columns by group.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }

    /// The group at a position.
    #[inline]
    pub fn at(index: usize) -> Self {
        Self(index as u32)
    }
}

/// What identifies a group.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum GroupKey {
    /// A function.
    Function(FunctionId),
    /// A line of a function; 0 where the line is not known.
    Line(FunctionId, u32),
    /// A file; empty for functions of no file.
    File(StringId),
    /// A module, by its number in [`Classes::modules`].
    Module(u32),
    /// A package, by its number in [`Classes::packages`].
    Package(u32),
}

/// The groups of a profile under one [`GroupBy`], and which frame or function belongs to which.
#[derive(Debug)]
pub struct Groups {
    by: GroupBy,
    keys: Vec<GroupKey>,
    /// One function of each group, to tell its class and file.
    example: Vec<FunctionId>,
    of_function: Vec<GroupId>,
    of_frame: Vec<GroupId>,
}

impl Groups {
    /// Groups the functions and frames of a profile. Only modules and packages look at the classes.
    pub fn new(profile: &Profile, classes: &Classes, by: GroupBy) -> Self {
        let functions = profile.functions().len();
        if by == GroupBy::Function {
            return Self {
                by,
                keys: (0..functions).map(|i| GroupKey::Function(FunctionId::at(i))).collect(),
                example: (0..functions).map(FunctionId::at).collect(),
                of_function: (0..functions).map(GroupId::at).collect(),
                of_frame: profile.frames().iter().map(|f| GroupId(f.function.0)).collect(),
            };
        }
        let mut groups =
            Self { by, keys: Vec::new(), example: Vec::new(), of_function: Vec::new(), of_frame: Vec::new() };
        let mut index = FxHashMap::default();
        let key = |function: FunctionId, line: u32| match by {
            GroupBy::Function => GroupKey::Function(function),
            GroupBy::Line => GroupKey::Line(function, line),
            GroupBy::File => GroupKey::File(profile.function(function).file),
            GroupBy::Module => GroupKey::Module(classes.module_of(function)),
            GroupBy::Package => GroupKey::Package(classes.package_of(function)),
        };
        let mut number = |key: GroupKey, function: FunctionId| {
            *index.entry(key).or_insert_with(|| {
                groups.keys.push(key);
                groups.example.push(function);
                GroupId::at(groups.keys.len() - 1)
            })
        };
        // Where frames and functions are shared by two profiles that are compared, their groups are the same, too.
        groups.of_frame = profile.frames().iter().map(|f| number(key(f.function, f.line), f.function)).collect();
        groups.of_function =
            (0..functions).map(FunctionId::at).map(|f| number(key(f, profile.function(f).line), f)).collect();
        groups
    }

    /// The graph of these groups; `None` where they are the functions of the graph itself.
    pub fn regroup(&self, graph: &CallGraph) -> Option<CallGraph> {
        // Lines of a graph are its functions, unless it shares frames with recorded stacks.
        let are_functions = || self.of_function.iter().enumerate().all(|(f, g)| g.index() == f);
        if self.by == GroupBy::Function || (self.len() == self.of_function.len() && are_functions()) {
            return None;
        }
        let of: Vec<u32> = self.of_function.iter().map(|g| g.0).collect();
        Some(graph.grouped(&of, self.len()))
    }

    /// What a group stands for.
    pub fn by(&self) -> GroupBy {
        self.by
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Every group.
    pub fn ids(&self) -> impl Iterator<Item = GroupId> + use<> {
        (0..self.keys.len()).map(GroupId::at)
    }

    /// What identifies a group.
    pub fn key(&self, group: GroupId) -> GroupKey {
        self.keys[group.index()]
    }

    /// A function of the group: the function itself where groups are functions.
    pub fn example(&self, group: GroupId) -> FunctionId {
        self.example[group.index()]
    }

    /// The group of each frame, by frame id.
    pub fn of_frames(&self) -> &[GroupId] {
        &self.of_frame
    }

    /// The group of each function, by function id.
    pub fn of_functions(&self) -> &[GroupId] {
        &self.of_function
    }

    /// The text to show for a group; a function is [never without a name](shown_name).
    pub fn name<'a>(&self, profile: &'a Profile, classes: &'a Classes, group: GroupId) -> Cow<'a, str> {
        match self.key(group) {
            GroupKey::Function(f) | GroupKey::Line(f, 0) => Cow::Borrowed(shown_name(profile.name(f))),
            GroupKey::Line(f, line) => Cow::Owned(format!("{}:{line}", shown_name(profile.name(f)))),
            GroupKey::File(StringId::EMPTY) => Cow::Borrowed("(no file)"),
            GroupKey::File(file) => Cow::Borrowed(profile.text(file)),
            GroupKey::Module(m) => Cow::Borrowed(classes.modules()[m as usize].as_str()),
            GroupKey::Package(p) => Cow::Borrowed(classes.packages()[p as usize].name.as_str()),
        }
    }

    /// The file of a group and the line to show with it (0: none); empty where there is not one file.
    pub fn place<'a>(&self, profile: &'a Profile, group: GroupId) -> (&'a str, u32) {
        match self.key(group) {
            GroupKey::Function(f) => (profile.file(f), profile.function(f).line),
            GroupKey::Line(f, line) => (profile.file(f), line),
            GroupKey::File(file) => (profile.text(file), 0),
            GroupKey::Module(_) => (profile.file(self.example(group)), 0),
            GroupKey::Package(_) => ("", 0),
        }
    }

    /// What kind of code a group is.
    pub fn class(&self, classes: &Classes, group: GroupId) -> Class {
        classes.class_of(self.example(group))
    }

    /// The module a group lies in; empty for packages.
    pub fn module<'a>(&self, classes: &'a Classes, group: GroupId) -> &'a str {
        match self.key(group) {
            GroupKey::Package(_) => "",
            _ => classes.module(self.example(group)),
        }
    }

    /// The group of the same thing under another grouping or after a reload, found by what it is called.
    pub fn find(&self, profile: &Profile, classes: &Classes, name: &str, file: &str) -> Option<GroupId> {
        self.ids()
            .find(|&g| self.place(profile, g).0 == file && self.name(profile, classes, g) == name)
            .or_else(|| self.ids().find(|&g| self.name(profile, classes, g) == name))
    }
}
