//! What the page's script draws, as JSON.

use super::notes::{Noted, noted};
use crate::analyze::{CallTree, GroupId, share};
use crate::export::picture::{
    ByPackage, Picture, PictureError, PictureView, Stamp, Subject, describe_flame, flame_tree,
};
use crate::layout::{Growth, Names, Palette, Tones};
use crate::model::format;
use rustc_hash::FxHashMap;
use serde::Serialize;

/// About how many boxes a page holds: a browser draws so many without being slow, in less than two megabytes.
const MOST_BOXES: usize = 12_000;
/// The narrowest boxes a page begins with, as a part of everything.
const FINEST_SHARE: f64 = 1.0 / 20_000.0;

/// The functions and boxes of a page.
#[derive(Serialize)]
pub(super) struct Data {
    sum: i64,
    extent: i64,
    growth: &'static str,
    narrow: String,
    ground: String,
    functions: Functions,
    nodes: Nodes,
    annotations: Vec<Noted>,
}

/// Columns by function.
#[derive(Serialize, Default)]
pub(super) struct Functions {
    name: Vec<String>,
    module: Vec<String>,
    place: Vec<String>,
    fill: Vec<String>,
    everywhere: Vec<String>,
    #[serde(skip)]
    pub(super) groups: Vec<GroupId>,
    #[serde(skip)]
    row_of: FxHashMap<GroupId, usize>,
}

/// Columns by box; a parent stands before its children, and −1 is nobody's number.
#[derive(Serialize, Default)]
struct Nodes {
    parent: Vec<i64>,
    function: Vec<usize>,
    start: Vec<i64>,
    total: Vec<i64>,
    #[serde(rename = "totalText")]
    total_text: Vec<String>,
    #[serde(rename = "ownText")]
    own_text: Vec<String>,
    estimated: Vec<u8>,
}

impl Data {
    pub(super) fn new(
        picture: &Picture,
        subject: &Subject<'_>,
        look: &ByPackage<'_>,
        stamp: &mut Stamp,
    ) -> Result<Self, PictureError> {
        let analysis = subject.analysis;
        let growth = match &picture.view {
            PictureView::Flame { growth: Growth::Up, .. } => "up",
            _ => "down",
        };
        let tree = tree(picture, subject, stamp)?;
        let mut data = Self {
            sum: tree.sum(),
            extent: tree.extent(),
            growth,
            narrow: Palette::new(picture.scheme).narrow().to_string(),
            ground: Tones::new(picture.scheme).ground.to_string(),
            functions: Functions::default(),
            nodes: Nodes::default(),
            annotations: Vec::new(),
        };
        for group in super::table::rows(analysis) {
            data.functions.row(look, group);
        }
        let unit = &analysis.profile().metric(analysis.query().metric).unit;
        let text =
            |value: i64| format!("{} ({})", format::value(value, unit), format::percent(share(value, tree.sum())));
        let shown = picture.depth.and_then(|depth| tree.level(depth).next()).unwrap_or(tree.len());
        for node in 0..shown {
            let function = data.functions.row(look, tree.group(node));
            let nodes = &mut data.nodes;
            nodes.parent.push(tree.parent(node).map_or(-1, |parent| parent as i64));
            nodes.function.push(function);
            nodes.start.push(tree.start(node));
            nodes.total.push(tree.total(node));
            nodes.total_text.push(text(tree.total(node)));
            nodes.own_text.push(text(tree.own(node)));
            nodes.estimated.push(u8::from(!tree.is_exact(node)));
        }
        data.annotations = noted(picture, subject, look, &tree, shown);
        Ok(data)
    }

    pub(super) fn annotations(&self) -> &[Noted] {
        &self.annotations
    }

    pub(super) fn functions(&self) -> &Functions {
        &self.functions
    }

    /// JSON that may stand within a `<script>`: no `<`, `>` or `&`, and no line separators, which older scripts stumble
    /// over. All of these occur in strings only, where they may be written as escapes.
    pub(super) fn json(&self) -> String {
        // Numbers and strings always have a form in JSON.
        let json = serde_json::to_string(self).unwrap_or_default();
        let mut safe = String::with_capacity(json.len());
        for c in json.chars() {
            match c {
                '<' => safe.push_str("\\u003c"),
                '>' => safe.push_str("\\u003e"),
                '&' => safe.push_str("\\u0026"),
                '\u{2028}' => safe.push_str("\\u2028"),
                '\u{2029}' => safe.push_str("\\u2029"),
                c => safe.push(c),
            }
        }
        safe
    }
}

/// The tree of a page, as fine as its size allows.
fn tree(picture: &Picture, subject: &Subject<'_>, stamp: &mut Stamp) -> Result<CallTree, PictureError> {
    let analysis = subject.analysis;
    match &picture.view {
        PictureView::Flame { order, .. } => describe_flame(analysis, *order, subject.scrub, stamp)?,
        PictureView::Sunburst { .. } => "Sunburst".clone_into(&mut stamp.view),
        PictureView::Callers { .. } => "Callers and callees".clone_into(&mut stamp.view),
    }
    let mut finest = FINEST_SHARE;
    loop {
        let tree = match &picture.view {
            PictureView::Flame { order, .. } => flame_tree(analysis, *order, finest)?,
            PictureView::Sunburst { .. } | PictureView::Callers { .. } => {
                return Ok(analysis.tree(crate::analyze::Detail { min_total: i64::MAX, ..crate::analyze::Detail::ALL }));
            }
        };
        if tree.len() <= MOST_BOXES {
            if tree.detail().min_total > 1 {
                stamp.notes.push(format!(
                    "Boxes of less than {} of the total are left out.",
                    format::percent(tree.detail().min_total as f64 / tree.extent().max(1) as f64)
                ));
            }
            return Ok(tree);
        }
        finest *= 2.0;
    }
}

impl Functions {
    /// The name of a row's function, and its file and line.
    pub(super) fn name_and_place(&self, row: usize) -> (&str, &str) {
        (&self.name[row], &self.place[row])
    }

    /// The row of a group, added where it has none yet.
    fn row(&mut self, look: &ByPackage<'_>, group: GroupId) -> usize {
        if let Some(row) = self.row_of.get(&group) {
            return *row;
        }
        let row = self.groups.len();
        self.row_of.insert(group, row);
        self.groups.push(group);
        let Names { module, name } = look.names_of(group);
        self.name.push(name.into_owned());
        self.module.push(module.into_owned());
        self.place.push(look.place(group).unwrap_or_default());
        self.fill.push(look.fill_of(group).to_string());
        self.everywhere.push(look.everywhere(group));
        row
    }
}
