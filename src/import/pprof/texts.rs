//! The table of texts, to which everything else refers by number.

use super::super::protobuf::Reader;
use super::super::{ImportError, utf8};
use super::messages::Contents;
use crate::model::{ProfileBuilder, StringId};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// The table of texts. It keeps where each field begins and no more: a hostile file of empty texts needs no more
/// memory for the table than twice its own size.
#[derive(Default, Debug)]
pub(super) struct Texts<'a> {
    file: &'a [u8],
    /// A file in memory is at most 4 GiB, so where a field begins fits.
    starts: Vec<u32>,
    /// Numbers of the texts that were asked for and are not UTF-8.
    invalid: RefCell<BTreeSet<u64>>,
}

impl<'a> Texts<'a> {
    pub(super) fn new(file: &'a [u8]) -> Self {
        Self { file, ..Self::default() }
    }

    /// Adds the text whose field begins at `offset`.
    pub(super) fn add(&mut self, offset: u64) {
        self.starts.push(offset as u32);
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// The bytes of the text with a number.
    pub(super) fn bytes(&self, number: u64) -> Option<&'a [u8]> {
        let start = *self.starts.get(usize::try_from(number).ok()?)?;
        let field = Reader::new(self.file.get(start as usize..)?).field().ok()??;
        Some(field.bytes().ok()?.rest())
    }

    /// The text with a number. Bytes that are no text are written as `\xNN`, so that different names stay different.
    pub(super) fn get(&self, number: u64) -> Option<Cow<'a, str>> {
        let (text, damaged) = utf8::decoded(self.bytes(number)?);
        if damaged {
            self.invalid.borrow_mut().insert(number);
        }
        Some(text)
    }

    /// How many texts that were asked for are not UTF-8.
    pub(super) fn invalid(&self) -> u64 {
        self.invalid.borrow().len() as u64
    }
}

/// The texts of the file that are in the profile. However often a text is referred to, it is decoded and looked up once: a
/// long one that a million functions share must not take for ever.
pub(super) struct TextIds {
    /// By number; the empty text where it has not been asked for.
    ids: Vec<StringId>,
}

impl TextIds {
    pub(super) fn new(contents: &Contents<'_>) -> Self {
        Self { ids: vec![StringId::EMPTY; contents.texts.len()] }
    }

    /// The id of the text with a number.
    pub(super) fn id(
        &mut self,
        number: u64,
        contents: &Contents<'_>,
        builder: &mut ProfileBuilder,
    ) -> Result<StringId, ImportError> {
        let known = usize::try_from(number).ok().and_then(|number| self.ids.get_mut(number));
        match known {
            Some(id) if *id != StringId::EMPTY => Ok(*id),
            Some(id) => {
                *id = builder.string(&contents.text(number)?);
                Ok(*id)
            }
            // There is no such text, which is an error to tell.
            None => Ok(builder.string(&contents.text(number)?)),
        }
    }
}
