//! Sorting of texts that begin alike, as paths and the names of one package do.
//!
//! A comparison sort walks along two far-apart texts at every step, over the same beginnings again and again. Here eight
//! bytes of every text are fetched at once and sorted as one number; only texts that agree in them are sorted by the next
//! eight.

use rustc_hash::FxHashMap;
use std::borrow::Cow;

const CHUNK: usize = 8;
/// Runs as short as this are compared whole.
const FEW: usize = 16;

/// Positions in `texts`, by text; positions of equal texts keep their order in both directions.
pub(super) fn of_texts(texts: &[Cow<'_, str>], descending: bool) -> Vec<u32> {
    let mut order: Vec<u32> = (0..texts.len() as u32).collect();
    let mut keyed: Vec<(u64, u32)> = Vec::new();
    let mut runs = vec![(0..order.len(), 0)];
    while let Some((run, skip)) = runs.pop() {
        let part = &mut order[run.clone()];
        if part.len() <= FEW {
            let rest = |at: u32| texts[at as usize].as_bytes().get(skip..).unwrap_or_default();
            if descending {
                part.sort_by(|&a, &b| rest(b).cmp(rest(a)));
            } else {
                part.sort_by(|&a, &b| rest(a).cmp(rest(b)));
            }
            continue;
        }
        keyed.clear();
        keyed.extend(part.iter().map(|&at| {
            let chunk = chunk(texts[at as usize].as_bytes(), skip);
            (if descending { !chunk } else { chunk }, at)
        }));
        // By position within equal chunks: they stand in that order already, and stay in it.
        keyed.sort_unstable();
        let mut start = run.start;
        for equal in keyed.chunk_by(|a, b| a.0 == b.0) {
            let end = start + equal.len();
            for (slot, (_, at)) in order[start..end].iter_mut().zip(equal) {
                *slot = *at;
            }
            let unfinished = equal.iter().any(|(_, at)| texts[*at as usize].len() > skip + CHUNK);
            if equal.len() > 1 && unfinished {
                runs.push((start..end, skip + CHUNK));
            }
            start = end;
        }
    }
    order
}

/// As [`of_texts`], for many rows that have one text, which lies in one place in memory: each place is looked at once.
pub(super) fn of_shared_texts<'a>(texts: impl Iterator<Item = Cow<'a, str>>, descending: bool) -> Vec<u32> {
    let mut numbers = FxHashMap::default();
    // Kept until the end, so that no two texts can have had the same place.
    let mut distinct = Vec::new();
    let of_row: Vec<u32> = texts
        .map(|text| {
            *numbers.entry((text.as_ptr(), text.len())).or_insert_with(|| {
                distinct.push(text);
                (distinct.len() - 1) as u32
            })
        })
        .collect();
    let mut ranks = vec![0_u32; distinct.len()];
    let order = of_texts(&distinct, descending);
    for (&before, &at) in order.iter().zip(order.iter().skip(1)) {
        let differs = distinct[before as usize] != distinct[at as usize];
        ranks[at as usize] = ranks[before as usize] + u32::from(differs);
    }
    let mut keyed: Vec<(u32, u32)> = (0..).zip(of_row).map(|(row, text)| (ranks[text as usize], row)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, row)| row).collect()
}

/// Eight bytes as a number that sorts as they do; past the end of the text, zeros.
fn chunk(text: &[u8], skip: usize) -> u64 {
    let mut bytes = [0; CHUNK];
    let rest = text.get(skip..).unwrap_or_default();
    let taken = rest.len().min(CHUNK);
    bytes[..taken].copy_from_slice(&rest[..taken]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_the_order_of_a_stable_sort(
            texts in prop::collection::vec("(src/package/|src/)?[ab<é]{0,20}", 0..200),
            descending: bool,
        ) {
            let texts: Vec<Cow<'_, str>> = texts.into_iter().map(Cow::Owned).collect();
            let mut expected: Vec<u32> = (0..texts.len() as u32).collect();
            let text = |at: &u32| texts[*at as usize].clone();
            if descending {
                expected.sort_by_key(|at| std::cmp::Reverse(text(at)));
            } else {
                expected.sort_by_key(text);
            }
            let shared = texts.iter().map(|t| Cow::Borrowed(&**t));
            prop_assert_eq!(of_shared_texts(shared, descending), expected.clone());
            prop_assert_eq!(of_texts(&texts, descending), expected);
        }
    }
}
