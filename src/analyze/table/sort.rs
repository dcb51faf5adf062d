//! Rows of the function table in the order of a column.

use super::FunctionTable;
use crate::analyze::GroupId;
use rustc_hash::FxHashMap;
use std::borrow::Cow;
use std::cmp::Ordering;

/// A column the table can be sorted by.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
pub enum SortKey {
    /// Cost in the function itself.
    #[default]
    Own,
    /// Cost in the function and everything it called.
    Total,
    /// All calls.
    Calls,
    /// Own cost for each call.
    OwnPerCall,
    /// Total cost for each primitive call.
    TotalPerCall,
    /// Name.
    Name,
    /// Module.
    Module,
    /// File and line.
    Place,
}

impl FunctionTable {
    /// Sorts groups by a column of numbers, or by a text the caller knows. Ties keep the groups' order.
    pub fn sort<'a>(
        &self,
        rows: &mut [GroupId],
        key: SortKey,
        descending: bool,
        text: impl Fn(GroupId) -> Cow<'a, str>,
    ) {
        let none = f64::NEG_INFINITY;
        match key {
            SortKey::Own => sort_by(rows, descending, |g| self.own(g)),
            SortKey::Total => sort_by(rows, descending, |g| self.total(g)),
            SortKey::Calls => sort_by(rows, descending, |g| self.calls(g).map_or(-1, |c| c.0)),
            SortKey::OwnPerCall => sort_by(rows, descending, |g| Ordered(self.own_per_call(g).unwrap_or(none))),
            SortKey::TotalPerCall => sort_by(rows, descending, |g| Ordered(self.total_per_call(g).unwrap_or(none))),
            SortKey::Name | SortKey::Module | SortKey::Place => sort_by_text(rows, descending, text),
        }
    }
}

fn sort_by<K: Ord>(rows: &mut [GroupId], descending: bool, key: impl Fn(GroupId) -> K) {
    if descending {
        rows.sort_by_cached_key(|&g| std::cmp::Reverse(key(g)));
    } else {
        rows.sort_by_cached_key(|&g| key(g));
    }
}

/// Many rows have one text, which lies in one place in memory: texts are sorted once for each place, and rows by the rank
/// of theirs.
fn sort_by_text<'a>(rows: &mut [GroupId], descending: bool, text: impl Fn(GroupId) -> Cow<'a, str>) {
    let mut numbers = FxHashMap::default();
    // All of them are kept until the end, so that no two can have had the same place.
    let mut texts = Vec::new();
    let mut keyed: Vec<(u32, u32, GroupId)> = (0..)
        .zip(rows.iter())
        .map(|(row, &group)| {
            let text = text(group);
            let number = *numbers.entry((text.as_ptr(), text.len())).or_insert_with(|| {
                texts.push(text);
                (texts.len() - 1) as u32
            });
            (number, row, group)
        })
        .collect();
    let ranks = ranks(&texts, descending);
    for (key, ..) in &mut keyed {
        *key = ranks[*key as usize];
    }
    keyed.sort_unstable();
    for (row, (.., group)) in rows.iter_mut().zip(keyed) {
        *row = group;
    }
}

/// Where each text stands among them; equal texts stand in one place.
fn ranks(texts: &[Cow<'_, str>], descending: bool) -> Vec<u32> {
    // The first eight bytes as a number decide most comparisons without a look at the text.
    let mut order: Vec<(u64, u32)> = (0..).zip(texts).map(|(number, text)| (first_bytes(text), number)).collect();
    let ascending =
        |a: &(u64, u32), b: &(u64, u32)| a.0.cmp(&b.0).then_with(|| texts[a.1 as usize].cmp(&texts[b.1 as usize]));
    if descending {
        order.sort_unstable_by(|a, b| ascending(b, a));
    } else {
        order.sort_unstable_by(ascending);
    }
    let mut ranks = vec![0; texts.len()];
    for (before, at) in order.iter().zip(order.iter().skip(1)) {
        ranks[at.1 as usize] = ranks[before.1 as usize] + u32::from(ascending(before, at).is_ne());
    }
    ranks
}

fn first_bytes(text: &str) -> u64 {
    let mut bytes = [0; 8];
    let length = text.len().min(8);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    u64::from_be_bytes(bytes)
}

#[derive(PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}
