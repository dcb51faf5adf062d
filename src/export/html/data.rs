//! What the page's script draws, as JSON.

use super::notes::{Noted, noted};
use crate::analyze::{CallTree, Detail, GroupId};
use crate::export::picture::{
    Look, Picture, PictureError, PictureView, Recording, Stamp, Subject, describe_flame, flame_tree,
};
use crate::layout::{Growth, Names, Palette, Rgb, Scheme, Stripes, Tones};
use crate::model::format;
use rustc_hash::FxHashMap;
use serde::Serialize;

/// About how many boxes a page holds: a browser draws so many without being slow.
const MOST_BOXES: usize = 12_000;
/// The most bytes of them. With table and findings, a page stays below two megabytes.
const MOST_BYTES: usize = 1_400_000;
/// No picture is made coarser than this to save bytes: names may be long.
const FEWEST_BOXES: usize = 100;
/// The narrowest boxes a page begins with, as a part of everything.
const FINEST_SHARE: f64 = 1.0 / 20_000.0;

/// The data of a page.
pub(super) struct Data {
    /// The functions in it; first those of the table.
    pub(super) functions: Functions,
    /// What the script reads.
    pub(super) json: String,
    /// What is left out, in a sentence.
    pub(super) cut: Option<String>,
    /// What is marked.
    pub(super) noted: Vec<Noted>,
}

#[derive(Serialize)]
struct Drawn<'a> {
    sum: i64,
    /// Of base and new.
    #[serde(skip_serializing_if = "Option::is_none")]
    sums: Option<[i64; 2]>,
    extent: i64,
    growth: &'static str,
    themes: Vec<ThemeColours<'a>>,
    functions: &'a Functions,
    nodes: &'a Nodes,
    texts: &'a [String],
}

/// Colours of boxes in a scheme.
#[derive(Serialize)]
struct ThemeColours<'a> {
    narrow: String,
    ground: String,
    fills: &'a [String],
}

/// Columns by function.
#[derive(Serialize, Default, Clone)]
pub(super) struct Functions {
    name: Vec<String>,
    module: Vec<String>,
    place: Vec<String>,
    everywhere: Vec<String>,
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
    /// A fill among those of the theme.
    fill: Vec<usize>,
    estimated: Vec<u8>,
    /// Texts: its cost as it is read aloud, and what is known of this path.
    spoken: Vec<usize>,
    path: Vec<usize>,
    /// Of two recordings: what stands beside the name, a text; 1 for rising stripes, 2 for falling; what either side cost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    change: Vec<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stripes: Vec<u8>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    base: Vec<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    new: Vec<i64>,
}

/// Things that are written once and named by their number.
#[derive(Default)]
struct Numbered<K> {
    number_of: FxHashMap<K, usize>,
    all: Vec<K>,
}

impl<K: Clone + Eq + std::hash::Hash> Numbered<K> {
    fn number(&mut self, key: K) -> usize {
        if let Some(number) = self.number_of.get(&key) {
            return *number;
        }
        self.all.push(key.clone());
        self.number_of.insert(key, self.all.len() - 1);
        self.all.len() - 1
    }
}

impl Data {
    /// The boxes of a picture, as fine as the size of a page allows, and the functions `listed` in its table.
    pub(super) fn new(
        picture: &Picture,
        subject: &Subject<'_>,
        recording: Recording<'_>,
        (schemes, looks): (&[Scheme], &[Box<dyn Look + '_>]),
        listed: &[GroupId],
        stamp: &mut Stamp,
    ) -> Result<Self, PictureError> {
        let mut in_table = Functions::default();
        for &group in listed {
            in_table.row(&*looks[0], group);
        }
        let mut finest = FINEST_SHARE;
        let order = match &picture.view {
            PictureView::Flame { order, .. } if subject.has_calls() => {
                describe_flame(recording, subject.analysis, *order, subject.scrub, stamp)?;
                Some(*order)
            }
            PictureView::Flame { .. } => {
                "Lines".clone_into(&mut stamp.view);
                None
            }
            PictureView::Sunburst { .. } => {
                "Sunburst".clone_into(&mut stamp.view);
                None
            }
            PictureView::Callers { .. } => {
                "Callers and callees".clone_into(&mut stamp.view);
                None
            }
            // What it says depends on what was recorded, and is said already.
            PictureView::Activity { .. } => None,
        };
        loop {
            let Some(order) = order else {
                let nothing = recording.tree(Detail { min_total: i64::MAX, ..Detail::ALL });
                let (functions, json) = drawn(picture, recording, (schemes, looks), &nothing, in_table);
                let noted = noted(picture, subject, &*looks[0], &nothing);
                return Ok(Self { functions, json, cut: None, noted });
            };
            let tree = flame_tree(recording, subject.analysis, order, finest)?;
            if tree.len() <= MOST_BOXES {
                let (functions, json) = drawn(picture, recording, (schemes, looks), &tree, in_table.clone());
                if json.len() <= MOST_BYTES || tree.len() <= FEWEST_BOXES {
                    let noted = noted(picture, subject, &*looks[0], &tree);
                    return Ok(Self { functions, json, cut: cut(&tree), noted });
                }
            }
            finest *= 2.0;
        }
    }
}

/// How many boxes of a tree are in the page.
pub(super) fn shown(picture: &Picture, tree: &CallTree) -> usize {
    picture.depth.and_then(|depth| tree.level(depth).next()).unwrap_or(tree.len())
}

fn cut(tree: &CallTree) -> Option<String> {
    let share = tree.detail().min_total as f64 / tree.extent().max(1) as f64;
    (tree.detail().min_total > 1)
        .then(|| format!("Boxes of less than {} of the total are left out.", format::percent(share).replace('<', "")))
}

/// The functions of a tree, after those of a table, and all the script draws.
fn drawn(
    picture: &Picture,
    recording: Recording<'_>,
    (schemes, looks): (&[Scheme], &[Box<dyn Look + '_>]),
    tree: &CallTree,
    mut functions: Functions,
) -> (Functions, String) {
    let look = &*looks[0];
    let (mut nodes, mut texts, mut fills) = (Nodes::default(), Numbered::default(), Numbered::default());
    for node in 0..shown(picture, tree) {
        nodes.parent.push(tree.parent(node).map_or(-1, |parent| parent as i64));
        nodes.function.push(functions.row(look, tree.group(node)));
        nodes.start.push(tree.start(node));
        nodes.total.push(tree.total(node));
        nodes.fill.push(fills.number(looks.iter().map(|look| look.fill(tree, node)).collect::<Vec<Rgb>>()));
        nodes.estimated.push(u8::from(!tree.is_exact(node)));
        nodes.spoken.push(texts.number(look.spoken(tree, node)));
        nodes.path.push(texts.number(look.of_path(tree, node).join("\n")));
        let Some(sides) = tree.sides(node) else { continue };
        nodes.change.push(texts.number(look.change(tree, node)));
        nodes.stripes.push(look.stripes(tree, node).map_or(0, |stripes| match stripes {
            Stripes::Rising => 1,
            Stripes::Falling => 2,
        }));
        let total = |side: Option<(i64, i64)>| side.map_or(0, |(_, total)| total);
        nodes.base.push(total(sides.base));
        nodes.new.push(total(sides.new));
    }
    let fills: Vec<Vec<String>> =
        (0..schemes.len()).map(|i| fills.all.iter().map(|fill| fill[i].to_string()).collect()).collect();
    let themes = schemes.iter().zip(&fills).map(|(&scheme, fills)| ThemeColours {
        narrow: Palette::new(scheme).narrow().to_string(),
        ground: Tones::new(scheme).ground.to_string(),
        fills,
    });
    let drawn = Drawn {
        sum: tree.sum(),
        sums: recording.comparison().map(|both| [both.table().base_sum(), both.table().new_sum()]),
        extent: tree.extent(),
        growth: match &picture.view {
            PictureView::Flame { growth: Growth::Up, .. } => "up",
            _ => "down",
        },
        themes: themes.collect(),
        functions: &functions,
        nodes: &nodes,
        texts: &texts.all,
    };
    let json = safe_json(&drawn);
    (functions, json)
}

/// JSON that may stand within a `<script>`: no `<`, `>` or `&`, and no line separators, which older scripts stumble over.
/// All of these occur in strings only, where they may be written as escapes.
pub(super) fn safe_json(value: &impl Serialize) -> String {
    // Numbers and strings always have a form in JSON.
    let json = serde_json::to_string(value).unwrap_or_default();
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

impl Functions {
    /// The name of a row's function, and its file and line.
    pub(super) fn name_and_place(&self, row: usize) -> (&str, &str) {
        (&self.name[row], &self.place[row])
    }

    /// The row of a group, added where it has none yet.
    fn row(&mut self, look: &dyn Look, group: GroupId) -> usize {
        if let Some(row) = self.row_of.get(&group) {
            return *row;
        }
        let row = self.name.len();
        self.row_of.insert(group, row);
        let Names { module, name } = look.names_of(group);
        self.name.push(name.into_owned());
        self.module.push(module.into_owned());
        self.place.push(look.place(group).unwrap_or_default());
        self.everywhere.push(look.everywhere(group));
        row
    }
}
