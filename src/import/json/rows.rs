//! Arrays of indices, row after row.

use super::{Json, Kind, Result};
use crate::import::prefix;

/// Arrays of indices that stand one after another and mostly begin alike, as the stacks of a sampler do: what a row has in
/// common with the one before it is compared as text and not read again.
#[derive(Default, Debug)]
pub(in crate::import) struct IndexRows {
    values: Vec<u32>,
    /// Where the digits of each value end, in bytes from the row's opening bracket.
    ends: Vec<usize>,
    /// The last row's text. Empty where it holds anything but numbers, which are read one by one.
    row: std::ops::Range<usize>,
}

impl IndexRows {
    /// Reads an array, and answers how many of its first values are those of the row before. What is no index becomes
    /// `u32::MAX`.
    pub(in crate::import) fn read(&mut self, json: &mut Json<'_>) -> Result<usize> {
        json.blanks();
        let start = json.at;
        let shared = self.shared_with(json);
        self.values.truncate(shared);
        self.ends.truncate(shared);
        let is_plain = self.read_plain(json, start);
        if !is_plain {
            (json.at, self.row) = (start, 0..0);
            self.values.clear();
            self.ends.clear();
            self.read_any(json)?;
            return Ok(0);
        }
        self.row = start..json.at;
        Ok(shared)
    }

    /// The values of the row read last.
    pub(in crate::import) fn values(&self) -> &[u32] {
        &self.values
    }

    /// How many values the row at `json` has in common with the last one.
    fn shared_with(&self, json: &Json<'_>) -> usize {
        let last = json.bytes.get(self.row.clone()).unwrap_or_default();
        let next = json.bytes.get(json.at..).unwrap_or_default();
        let common = prefix::common(last, next);
        let shared = self.ends.partition_point(|end| *end < common);
        // The last digits they share end a number in both rows, or else `12` would pass for `123`.
        let ends_here = matches!(next.get(common), Some(b',' | b']' | b' ' | b'\n' | b'\r' | b'\t'));
        shared + usize::from(ends_here && self.ends.get(shared) == Some(&common))
    }

    /// Reads the rest of a row of plain indices; answers whether it is one.
    fn read_plain(&mut self, json: &mut Json<'_>, start: usize) -> bool {
        let Some(&end) = self.ends.last() else {
            if json.byte() != Some(b'[') {
                return false;
            }
            json.at += 1;
            json.blanks();
            if json.byte() == Some(b']') {
                json.at += 1;
                return true;
            }
            return self.read_index(json, start) && self.read_plain_rest(json, start);
        };
        json.at = start + end;
        self.read_plain_rest(json, start)
    }

    /// Reads from behind a value.
    fn read_plain_rest(&mut self, json: &mut Json<'_>, start: usize) -> bool {
        loop {
            json.blanks();
            match json.byte() {
                Some(b',') => json.at += 1,
                Some(b']') => {
                    json.at += 1;
                    return true;
                }
                _ => return false,
            }
            json.blanks();
            if !self.read_index(json, start) {
                return false;
            }
        }
    }

    #[inline]
    fn read_index(&mut self, json: &mut Json<'_>, start: usize) -> bool {
        /// So many digits always fit.
        const DIGITS: usize = 9;
        let mut value = 0_u32;
        let mut len = 0;
        for &b in json.bytes.get(json.at..).unwrap_or_default().iter().take(DIGITS + 1) {
            let digit = b.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            value = value.wrapping_mul(10).wrapping_add(u32::from(digit));
            len += 1;
        }
        json.at += len;
        self.values.push(value);
        self.ends.push(json.at - start);
        len > 0 && len <= DIGITS
    }

    /// Reads a row that may hold anything.
    fn read_any(&mut self, json: &mut Json<'_>) -> Result<()> {
        let mut items = json.array()?;
        while items.next(json)? {
            let value = match json.peek()? {
                Kind::Word => index(json.word()?),
                _ => json.skip().map(|()| None)?,
            };
            self.values.push(value.unwrap_or(u32::MAX));
        }
        Ok(())
    }
}

/// A plain unsigned integer.
fn index(word: &[u8]) -> Option<u32> {
    std::str::from_utf8(word).ok()?.parse().ok()
}
