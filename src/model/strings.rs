//! One text store a profile: every name and path once, addressed by [`StringId`].

use super::{BuildError, StringId};
use hashbrown::HashTable;
use rustc_hash::FxHasher;
use std::hash::Hasher;

/// The texts of a profile, end to end in one buffer.
#[derive(Debug, Default, Clone)]
pub struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    /// The text behind `id`.
    #[inline]
    pub fn get(&self, id: StringId) -> &str {
        let i = id.index();
        let start = if i == 0 { 0 } else { self.ends[i - 1] as usize };
        &self.text[start..self.ends[i] as usize]
    }

    /// How many texts there are; the empty text is always the first.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no text but the empty one.
    pub fn is_empty(&self) -> bool {
        self.ends.len() <= 1
    }

    /// Every text with its id, in the order of first use.
    pub fn iter(&self) -> impl Iterator<Item = (StringId, &str)> {
        (0..self.ends.len()).map(|i| (StringId::at(i), self.get(StringId::at(i))))
    }

    fn push(&mut self, text: &str) -> Result<StringId, BuildError> {
        if self.text.len() + text.len() > u32::MAX as usize {
            return Err(BuildError::TooMuchText);
        }
        self.text.push_str(text);
        self.ends.push(self.text.len() as u32);
        Ok(StringId::at(self.ends.len() - 1))
    }
}

/// Gives equal texts the same id.
#[derive(Debug)]
pub(super) struct Interner {
    strings: Strings,
    index: HashTable<StringId>,
}

impl Interner {
    pub(super) fn new() -> Self {
        let mut interner = Self { strings: Strings::default(), index: HashTable::new() };
        // The empty text must be id 0: see `StringId::EMPTY`.
        interner.strings.ends.push(0);
        interner.index.insert_unique(hash(""), StringId::EMPTY, |_| hash(""));
        interner
    }

    /// Goes on from the texts of a profile, whose ids stay as they are.
    pub(super) fn of(strings: Strings) -> Self {
        let mut index = HashTable::with_capacity(strings.len());
        for (id, text) in strings.iter() {
            index.insert_unique(hash(text), id, |&id| hash(strings.get(id)));
        }
        Self { strings, index }
    }

    pub(super) fn intern(&mut self, text: &str) -> Result<StringId, BuildError> {
        let h = hash(text);
        if let Some(&id) = self.index.find(h, |&id| self.strings.get(id) == text) {
            return Ok(id);
        }
        let id = self.strings.push(text)?;
        let strings = &self.strings;
        self.index.insert_unique(h, id, |&id| hash(strings.get(id)));
        Ok(id)
    }

    pub(super) fn get(&self, id: StringId) -> &str {
        self.strings.get(id)
    }

    pub(super) fn finish(self) -> Strings {
        self.strings
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_an_id_and_the_empty_text_is_zero() -> Result<(), BuildError> {
        let mut interner = Interner::new();
        assert_eq!(interner.intern("")?, StringId::EMPTY);
        let a = interner.intern("<module>")?;
        let b = interner.intern("main")?;
        assert_eq!(interner.intern("<module>")?, a);
        assert_ne!(a, b);
        let strings = interner.finish();
        assert_eq!((strings.get(a), strings.get(b), strings.len()), ("<module>", "main", 3));
        Ok(())
    }
}
