//! Locations → frames.

use super::super::ImportError;
use super::messages::{Contents, Line, Location};
use crate::model::{Frame, FrameId, Function, FunctionId, ProfileBuilder, StringId};
use std::ops::Range;

/// What a frame is called where the file does not say.
const UNKNOWN: &str = "[unknown]";

/// The frames of every location.
pub(super) struct Places {
    ids: IdMap,
    /// By row of the table of locations.
    spans: Vec<Range<u32>>,
    /// Outermost first within a location.
    frames: Vec<FrameId>,
    unknown: [FrameId; 1],
}

impl Places {
    pub(super) fn read(contents: &Contents<'_>, builder: &mut ProfileBuilder) -> Result<Self, ImportError> {
        let mut namer = Namer::read(contents, builder)?;
        let mut spans = Vec::with_capacity(contents.locations.len());
        let mut frames = Vec::with_capacity(contents.lines.len());
        for (row, location) in contents.locations.iter().enumerate() {
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
            spans.push(start..frames.len() as u32);
        }
        builder.warn_times(
            "A location names a function the file does not hold; it is shown by its address.",
            namer.lost_functions,
        );
        let unknown = builder.function_named(UNKNOWN, "", 0);
        let unknown = [builder.frame(unknown, 0)];
        Ok(Self { ids: IdMap::new(contents.locations.iter().map(|l| l.id)), spans, frames, unknown })
    }

    /// The frames of a location, outermost first; `None` where the file does not hold it.
    #[inline]
    pub(super) fn frames(&self, location: u64) -> Option<&[FrameId]> {
        let span = self.spans.get(self.ids.get(location)?)?;
        self.frames.get(span.start as usize..span.end as usize)
    }

    /// What stands for a location the file does not hold.
    pub(super) fn unknown(&self) -> &[FrameId] {
        &self.unknown
    }
}

/// A function as the file has it, with its texts in the profile.
struct Named {
    name: StringId,
    file: StringId,
    line: u32,
}

/// Makes functions and frames of the file's own.
struct Namer {
    function_ids: IdMap,
    functions: Vec<Named>,
    mapping_ids: IdMap,
    /// By row of the table of mappings.
    objects: Vec<StringId>,
    lost_functions: u64,
}

impl Namer {
    fn read(contents: &Contents<'_>, builder: &mut ProfileBuilder) -> Result<Self, ImportError> {
        let mut functions = Vec::with_capacity(contents.functions.len());
        for function in &contents.functions {
            let mut name = contents.text(function.name)?;
            if name.is_empty() {
                name = contents.text(function.system_name)?;
            }
            let file = contents.text(function.file)?;
            let (name, file) = (builder.string(&name), builder.string(&file));
            functions.push(Named { name, file, line: line_number(function.start_line) });
        }
        let mut objects = Vec::with_capacity(contents.mappings.len());
        for mapping in &contents.mappings {
            objects.push(builder.string(&contents.text(mapping.file)?));
        }
        Ok(Self {
            function_ids: IdMap::new(contents.functions.iter().map(|f| f.id)),
            functions,
            mapping_ids: IdMap::new(contents.mappings.iter().map(|m| m.id)),
            objects,
            lost_functions: 0,
        })
    }

    /// The library or executable a location lies in.
    fn object(&self, location: &Location) -> StringId {
        let row = self.mapping_ids.get(location.mapping);
        row.and_then(|row| self.objects.get(row)).copied().unwrap_or(StringId::EMPTY)
    }

    fn frame(
        &mut self,
        line: &Line,
        inlined: bool,
        location: &Location,
        object: StringId,
        builder: &mut ProfileBuilder,
    ) -> FrameId {
        let row = self.function_ids.get(line.function);
        let Some(named) = row.and_then(|row| self.functions.get(row)) else {
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

    /// A place whose function is not known: told by its address, or at least by its library.
    fn unsymbolised(&self, location: &Location, object: StringId, builder: &mut ProfileBuilder) -> FrameId {
        let name = match (location.address, builder.text(object)) {
            (0, "") => UNKNOWN.to_owned(),
            (0, library) => format!("[{}]", library.rsplit(['/', '\\']).next().unwrap_or(library)),
            (address, _) => format!("{address:#x}"),
        };
        let name = builder.string(&name);
        let function: FunctionId = builder.function(Function { name, file: StringId::EMPTY, line: 0, object });
        builder.frame(function, 0)
    }
}

/// A line as the file has it; 0, for "not known", where it cannot be one.
fn line_number(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(0)
}

/// From the ids of the file, which may be any number, to rows of a table. The last of equal ids counts.
enum IdMap {
    /// By id: the row and one, or 0 where there is none.
    Dense(Vec<u32>),
    /// Sorted by id. A hash table could be made slow by a hostile choice of ids.
    Sparse(Vec<(u64, u32)>),
}

impl IdMap {
    fn new(ids: impl ExactSizeIterator<Item = u64> + Clone) -> Self {
        let count = ids.len();
        let largest = ids.clone().max().unwrap_or(0);
        if largest <= 4 * count as u64 + 1024 {
            let mut rows = vec![0; largest as usize + 1];
            for (row, id) in ids.enumerate() {
                if let Some(slot) = rows.get_mut(id as usize) {
                    *slot = row as u32 + 1;
                }
            }
            return Self::Dense(rows);
        }
        let mut rows: Vec<(u64, u32)> = ids.enumerate().map(|(row, id)| (id, row as u32)).collect();
        rows.sort_unstable();
        rows.reverse();
        rows.dedup_by_key(|(id, _)| *id);
        rows.reverse();
        Self::Sparse(rows)
    }

    #[inline]
    fn get(&self, id: u64) -> Option<usize> {
        match self {
            Self::Dense(rows) => rows.get(usize::try_from(id).ok()?)?.checked_sub(1).map(|row| row as usize),
            Self::Sparse(rows) => {
                let at = rows.binary_search_by_key(&id, |(id, _)| *id).ok()?;
                rows.get(at).map(|(_, row)| *row as usize)
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
            let ids = [1, 2, far, 7, 2];
            let map = IdMap::new(ids.iter().copied());
            assert_eq!(matches!(map, IdMap::Dense(_)), far == 0);
            assert_eq!(
                [1, 2, far, 7, 3, u64::MAX - 1].map(|id| map.get(id)),
                [Some(0), Some(4), Some(2), Some(3), None, None]
            );
        }
        assert_eq!(IdMap::new([].into_iter()).get(0), None);
    }
}
