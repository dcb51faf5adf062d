//! Locations → frames.

use super::super::{ImportError, Job};
use super::dropped::{Drop, Dropped};
use super::messages::{Contents, Line, Location};
use super::texts::TextIds;
use crate::model::{Frame, FrameId, Function, FunctionId, ProfileBuilder, StringId};
use rustc_hash::FxHashMap;
use std::num::NonZeroU32;

/// What a frame is called where the file does not say.
const UNKNOWN: &str = "[unknown]";

/// How many functions or locations are read between two reports of progress.
const ROWS_A_REPORT: usize = 8192;

/// The rows of [`Places::frames`] that belong to a location.
#[derive(Clone, Copy)]
struct Span {
    start: u32,
    len: NonZeroU32,
}

/// The frames of every location.
pub(super) struct Places {
    spans: IdMap<Span>,
    /// Outermost first within a location.
    frames: Vec<FrameId>,
    unknown: [FrameId; 1],
    /// What of each location is left out, where the file asks for that at all.
    drops: Option<IdMap<Drop>>,
}

impl Places {
    pub(super) fn read(
        contents: &Contents<'_>,
        texts: &mut TextIds,
        builder: &mut ProfileBuilder,
        job: &Job,
    ) -> Result<Self, ImportError> {
        let mut namer = Namer::read(contents, texts, builder, job)?;
        let mut dropped = Dropped::of(contents, builder)?;
        let mut drops = Vec::new();
        let mut spans = Vec::with_capacity(contents.locations.len());
        let mut frames = Vec::with_capacity(contents.lines.len());
        for (row, location) in contents.locations.iter().enumerate() {
            if row.is_multiple_of(ROWS_A_REPORT) {
                job.progress(0, 0)?;
            }
            let start = frames.len() as u32;
            let object = namer.object(location);
            match contents.lines_of(row) {
                [] => frames.push(namer.unsymbolised(location, object, builder)),
                lines => {
                    // The file has the innermost line first; all but the outermost were folded into their callers.
                    for (i, line) in lines.iter().rev().enumerate() {
                        frames.push(namer.frame(line, i > 0, location, object, builder));
                    }
                }
            }
            if let Some(dropped) = &mut dropped {
                let lines = contents.lines_of(row).iter().rev();
                let kept = lines.take_while(|line| !namer.is_dropped(line, dropped, builder)).count();
                let drop = match kept {
                    all if all == contents.lines_of(row).len() => Drop::Nothing,
                    0 => Drop::Whole,
                    outer => {
                        frames.truncate(start as usize + outer);
                        Drop::Inner
                    }
                };
                drops.push((location.id, drop));
            }
            let len = NonZeroU32::new(frames.len() as u32 - start).unwrap_or(NonZeroU32::MIN);
            spans.push((location.id, Span { start, len }));
        }
        builder.warn_times(
            "A location names a function the file does not hold; it is shown by its address.",
            namer.lost_functions,
        );
        let unknown = builder.function_named(UNKNOWN, "", 0);
        let unknown = [builder.frame(unknown, 0)];
        let drops = dropped.map(|_| IdMap::new(drops));
        Ok(Self { spans: IdMap::new(spans), frames, unknown, drops })
    }

    /// What of a location is left out below a function that is not.
    #[inline]
    pub(super) fn drop(&self, location: u64) -> Drop {
        self.drops.as_ref().and_then(|drops| drops.get(location)).unwrap_or(Drop::Nothing)
    }

    /// The frames of a location, outermost first; `None` where the file does not hold it.
    #[inline]
    pub(super) fn frames(&self, location: u64) -> Option<&[FrameId]> {
        let span = self.spans.get(location)?;
        let start = span.start as usize;
        self.frames.get(start..start + span.len.get() as usize)
    }

    /// What stands for a location the file does not hold.
    pub(super) fn unknown(&self) -> &[FrameId] {
        &self.unknown
    }
}

/// A function as the file has it, with its texts in the profile.
#[derive(Clone, Copy)]
struct Named {
    name: StringId,
    file: StringId,
    line: u32,
}

/// Makes functions and frames of the file's own.
struct Namer {
    functions: IdMap<Named>,
    objects: IdMap<StringId>,
    /// What a place is called of which only the library is known.
    within: FxHashMap<StringId, StringId>,
    lost_functions: u64,
}

impl Namer {
    fn read(
        contents: &Contents<'_>,
        texts: &mut TextIds,
        builder: &mut ProfileBuilder,
        job: &Job,
    ) -> Result<Self, ImportError> {
        let mut functions = Vec::with_capacity(contents.functions.len());
        for (row, function) in contents.functions.iter().enumerate() {
            if row.is_multiple_of(ROWS_A_REPORT) {
                job.progress(0, 0)?;
            }
            let mut name = texts.id(function.name, contents, builder)?;
            if name == StringId::EMPTY {
                name = texts.id(function.system_name, contents, builder)?;
            }
            let file = texts.id(function.file, contents, builder)?;
            functions.push((function.id, Named { name, file, line: line_number(function.start_line) }));
        }
        let mut objects = Vec::with_capacity(contents.objects.len());
        for object in &contents.objects {
            objects.push((object.id, texts.id(object.file, contents, builder)?));
        }
        Ok(Self {
            functions: IdMap::new(functions),
            objects: IdMap::new(objects),
            within: FxHashMap::default(),
            lost_functions: 0,
        })
    }

    /// The library or executable a location lies in.
    fn object(&self, location: &Location) -> StringId {
        self.objects.get(location.object).unwrap_or(StringId::EMPTY)
    }

    fn frame(
        &mut self,
        line: &Line,
        inlined: bool,
        location: &Location,
        object: StringId,
        builder: &mut ProfileBuilder,
    ) -> FrameId {
        let Some(named) = self.functions.get(line.function) else {
            self.lost_functions += u64::from(line.function != 0);
            return self.unsymbolised(location, object, builder);
        };
        if named.name == StringId::EMPTY {
            return self.unsymbolised(location, object, builder);
        }
        // The interpreter's executable says nothing about a function of a known source file.
        let object = if named.file == StringId::EMPTY { object } else { StringId::EMPTY };
        let function = Function { name: named.name, file: named.file, line: named.line, object };
        let function = builder.function(function);
        builder.frame_of(Frame { function, line: line_number(line.line), inlined })
    }

    fn is_dropped(&self, line: &Line, dropped: &mut Dropped, builder: &ProfileBuilder) -> bool {
        let named = self.functions.get(line.function).filter(|named| named.name != StringId::EMPTY);
        named.is_some_and(|named| dropped.has(named.name, builder))
    }

    /// A place whose function is not known: told by its address, or at least by its library.
    fn unsymbolised(&mut self, location: &Location, object: StringId, builder: &mut ProfileBuilder) -> FrameId {
        let name = match location.address {
            0 => *self.within.entry(object).or_insert_with(|| {
                let name = match builder.text(object) {
                    "" => UNKNOWN.to_owned(),
                    library => format!("[{}]", library.rsplit(['/', '\\']).next().unwrap_or(library)),
                };
                builder.string(&name)
            }),
            address => builder.string(&format!("{address:#x}")),
        };
        let function: FunctionId = builder.function(Function { name, file: StringId::EMPTY, line: 0, object });
        builder.frame(function, 0)
    }
}

/// A line as the file has it; 0, for "not known", where it cannot be one.
fn line_number(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(0)
}

/// From the ids of the file, which may be any number, to what they stand for. The last of equal ids counts.
enum IdMap<T> {
    /// By id.
    Dense(Vec<Option<T>>),
    /// Sorted by id. A hash table could be made slow by a hostile choice of ids.
    Sparse(Vec<(u64, T)>),
}

impl<T: Copy> IdMap<T> {
    fn new(mut entries: Vec<(u64, T)>) -> Self {
        let largest = entries.iter().map(|(id, _)| *id).max().unwrap_or(0);
        if largest > 4 * entries.len() as u64 + 1024 {
            // The last one to be the first of its equals, which are dropped but for the first.
            entries.reverse();
            entries.sort_by_key(|(id, _)| *id);
            entries.dedup_by_key(|(id, _)| *id);
            return Self::Sparse(entries);
        }
        let mut by_id = vec![None; largest as usize + 1];
        for (id, value) in entries {
            if let Some(slot) = by_id.get_mut(id as usize) {
                *slot = Some(value);
            }
        }
        Self::Dense(by_id)
    }

    #[inline]
    fn get(&self, id: u64) -> Option<T> {
        match self {
            Self::Dense(by_id) => *by_id.get(usize::try_from(id).ok()?)?,
            Self::Sparse(entries) => {
                let at = entries.binary_search_by_key(&id, |(id, _)| *id).ok()?;
                entries.get(at).map(|(_, value)| *value)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::IdMap;

    #[test]
    fn ids_are_found_dense_or_sparse_and_the_last_of_equal_ones_counts() {
        for far in [0, 1 << 40, u64::MAX] {
            let map = IdMap::new(vec![(1, 'a'), (2, 'b'), (far, 'c'), (7, 'd'), (2, 'e')]);
            assert_eq!(matches!(map, IdMap::Dense(_)), far == 0);
            let found = [1, 2, far, 7, 3, u64::MAX - 1].map(|id| map.get(id));
            assert_eq!(found, [Some('a'), Some('e'), Some('c'), Some('d'), None, None]);
        }
        assert_eq!(IdMap::<char>::new(Vec::new()).get(0), None);
    }
}
