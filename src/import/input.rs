//! The bytes of a file: found, decompressed, bounded, and read either as a stream or whole.
//!
//! Files are read, not mapped: a profiler that truncates a mapped file while it is shown would end the program with a
//! signal nobody can catch, and mapping needs `unsafe`.

use super::ImportError;
use super::compression::{self, Compression, Parts};
use super::pipe::Pipe;
use super::utf16::{Order, Transcoder};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How much of a file the formats see to tell whether it is theirs.
pub(super) const HEAD_BYTES: usize = 64 << 10;

/// Most bytes of one file held in memory, after decompression.
pub(super) const WHOLE_LIMIT: u64 = 4 << 30;

/// How many times its stored size a compressed file may be in memory, and what any may be. Real profiles shrink to a
/// fiftieth at most; what shrinks further was made to fill the memory.
const MOST_TIMES: u64 = 250;
const ALWAYS_HELD: u64 = 64 << 20;

/// Most layers of compression around a profile; more is a bomb.
const MAX_LAYERS: usize = 3;

/// Progress of a piece of work, and the means to stop it. Clones share both.
#[derive(Clone, Debug, Default)]
pub struct Job {
    shared: Arc<JobState>,
}

#[derive(Debug, Default)]
struct JobState {
    done: AtomicU64,
    of: AtomicU64,
    cancelled: AtomicBool,
}

impl Job {
    /// A job that has not begun.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reports that `done` of `of` (bytes, rows) are behind us, and fails if the user has cancelled. Cheap enough to
    /// call every few thousand rows.
    pub fn progress(&self, done: u64, of: u64) -> Result<(), ImportError> {
        self.shared.done.store(done, Ordering::Relaxed);
        self.shared.of.store(of, Ordering::Relaxed);
        if self.is_cancelled() { Err(ImportError::Cancelled) } else { Ok(()) }
    }

    /// How far it is, from 0 to 1; `None` while that is not known.
    pub fn fraction(&self) -> Option<f32> {
        let of = self.shared.of.load(Ordering::Relaxed);
        (of > 0).then(|| (self.shared.done.load(Ordering::Relaxed) as f64 / of as f64).clamp(0.0, 1.0) as f32)
    }

    /// Asks the work to stop; it does so at its next report of progress.
    pub fn cancel(&self) {
        self.shared.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether it was asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.shared.cancelled.load(Ordering::Relaxed)
    }
}

enum Place {
    Path(PathBuf),
    Memory(Vec<u8>),
    Pipe(Pipe),
}

impl Place {
    /// The bytes as stored, where they are in memory.
    fn held(&self) -> Option<&[u8]> {
        match self {
            Self::Path(_) => None,
            Self::Memory(bytes) => Some(bytes),
            Self::Pipe(pipe) => Some(pipe.bytes()),
        }
    }
}

/// A file to be read, with its compression already taken off, and its text as UTF-8.
pub struct Input {
    place: Place,
    /// Bytes on disk, before decompression.
    stored_bytes: u64,
    layers: Vec<Compression>,
    /// What lies within is text in UTF-16.
    utf16: Option<Order>,
    head: Vec<u8>,
    whole: Option<Vec<u8>>,
    /// Whether something stood behind the compressed data that was left out.
    leftover: Arc<AtomicBool>,
}

impl Input {
    /// Opens the file at `path` and looks at its beginning.
    pub fn from_path(path: &Path) -> Result<Self, ImportError> {
        let io = |source| ImportError::Io { path: path.to_owned(), source };
        let metadata = std::fs::metadata(path).map_err(io)?;
        if metadata.is_dir() {
            return Err(io(std::io::Error::new(std::io::ErrorKind::IsADirectory, "it is a folder")));
        }
        if !metadata.is_file() {
            let stream = File::open(path).map_err(io)?;
            return Self::from_stream(path, Box::new(stream));
        }
        let mut input = Self::new(Place::Path(path.to_owned()), metadata.len());
        input.look()?;
        Ok(input)
    }

    /// Bytes that are already in memory.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, ImportError> {
        let stored = bytes.len() as u64;
        let mut input = Self::new(Place::Memory(bytes), stored);
        input.look()?;
        Ok(input)
    }

    /// What can be read only once and may never end: no more is read than shows what it is. The rest waits for
    /// [`hold`](Self::hold).
    pub(super) fn from_stream(path: &Path, stream: Box<dyn Read + Send>) -> Result<Self, ImportError> {
        let mut input = Self::new(Place::Pipe(Pipe::new(path, stream)), 0);
        let mut wanted = HEAD_BYTES as u64;
        loop {
            let ended = input.read_on(wanted, &Job::new())?;
            match input.look() {
                Ok(()) if ended || input.head.len() == HEAD_BYTES => return Ok(input),
                Err(error) if ended => return Err(error),
                // Compressed data that unfolds later than it mostly does.
                _ => wanted = wanted.saturating_mul(2),
            }
        }
    }

    fn new(place: Place, stored_bytes: u64) -> Self {
        Self {
            place,
            stored_bytes,
            layers: Vec::new(),
            utf16: None,
            head: Vec::new(),
            whole: None,
            leftover: Arc::default(),
        }
    }

    /// Takes compression and UTF-16 off until the first bytes are those of a profile.
    fn look(&mut self) -> Result<(), ImportError> {
        self.layers.clear();
        self.utf16 = None;
        loop {
            self.head = self.read_head()?;
            let Some(compression) = Compression::of(&self.head) else { break };
            if self.layers.len() == MAX_LAYERS {
                return Err(ImportError::Compression {
                    compression: compression.name(),
                    why: format!("it is compressed more than {MAX_LAYERS} times over"),
                });
            }
            self.layers.push(compression);
        }
        self.utf16 = Order::of(&self.head);
        if self.utf16.is_some() {
            self.head = self.read_head()?;
        }
        Ok(())
    }

    /// Reads a pipe to its end, since a format takes it; anything else is at hand as it is.
    pub(super) fn hold(&mut self, job: &Job) -> Result<(), ImportError> {
        self.read_on(u64::MAX, job).map(drop)
    }

    /// Reads a pipe up to so many bytes in all; tells whether nothing is left to be read.
    fn read_on(&mut self, wanted: u64, job: &Job) -> Result<bool, ImportError> {
        let Place::Pipe(pipe) = &mut self.place else { return Ok(true) };
        pipe.read_up_to(wanted, job)?;
        self.stored_bytes = pipe.bytes().len() as u64;
        Ok(pipe.has_ended())
    }

    fn read_head(&self) -> Result<Vec<u8>, ImportError> {
        let mut head = Vec::new();
        let result = self.open()?.take(HEAD_BYTES as u64).read_to_end(&mut head);
        match result {
            // A file cut short may still begin with enough to be told what it is.
            Err(_) if !head.is_empty() => Ok(head),
            Err(error) => Err(self.read_error(error)),
            Ok(_) => Ok(head),
        }
    }

    /// The first bytes after decompression, of text as UTF-8.
    pub fn head(&self) -> &[u8] {
        &self.head
    }

    /// Where the file is, if it is a file.
    pub fn path(&self) -> Option<&Path> {
        match &self.place {
            Place::Path(path) => Some(path),
            Place::Memory(_) | Place::Pipe(_) => None,
        }
    }

    /// Bytes as stored, before decompression; of a pipe, those read so far.
    pub fn stored_bytes(&self) -> u64 {
        self.stored_bytes
    }

    /// Whether the bytes were compressed on disk.
    pub fn is_compressed(&self) -> bool {
        !self.layers.is_empty()
    }

    /// A fresh stream over all bytes, as [`head`](Self::head) shows them, for readers that need not hold the file. Progress
    /// is up to the reader: [`Input::stored_bytes`] is the total of an uncompressed file.
    pub fn open(&self) -> Result<Box<dyn BufRead + Send + '_>, ImportError> {
        const BUFFER: usize = 1 << 20;
        let mut reader: Box<dyn BufRead + Send + '_> = match &self.place {
            Place::Path(path) => {
                let file = File::open(path).map_err(|source| ImportError::Io { path: path.clone(), source })?;
                Box::new(BufReader::with_capacity(BUFFER, file))
            }
            Place::Memory(bytes) => Box::new(bytes.as_slice()),
            Place::Pipe(pipe) => Box::new(pipe.bytes()),
        };
        for layer in &self.layers {
            let parts = Parts::new(*layer, reader, Arc::clone(&self.leftover));
            reader = Box::new(BufReader::with_capacity(BUFFER, parts));
        }
        if let Some(order) = self.utf16 {
            reader = Box::new(BufReader::with_capacity(BUFFER, Transcoder::new(reader, order)));
        }
        Ok(reader)
    }

    /// All bytes, as [`head`](Self::head) shows them, read on first use and kept until `rewind` or the end.
    pub fn bytes(&mut self, job: &Job) -> Result<&[u8], ImportError> {
        if let Some(bytes) = self.place.held().filter(|_| self.layers.is_empty() && self.utf16.is_none()) {
            return Ok(bytes);
        }
        if self.whole.is_none() {
            self.whole = Some(self.read_whole(job)?);
        }
        Ok(self.whole.as_deref().unwrap_or_default())
    }

    fn read_whole(&self, job: &Job) -> Result<Vec<u8>, ImportError> {
        const STEP: u64 = 8 << 20;
        if self.stored_bytes > WHOLE_LIMIT {
            return Err(too_large());
        }
        let most = self.most_held();
        let expected = if self.is_compressed() { 0 } else { self.stored_bytes };
        let mut bytes = Vec::with_capacity(expected as usize + 1);
        let mut reader = self.open()?;
        loop {
            job.progress(0, 0)?;
            let read = reader.by_ref().take(STEP).read_to_end(&mut bytes).map_err(|e| self.read_error(e))?;
            if read == 0 {
                return Ok(bytes);
            }
            if bytes.len() as u64 > most {
                let swells = most < WHOLE_LIMIT;
                return Err(if swells { ImportError::Swells { times: MOST_TIMES } } else { too_large() });
            }
        }
    }

    /// Most bytes to hold of this file, after decompression.
    fn most_held(&self) -> u64 {
        let most = self.stored_bytes.saturating_mul(MOST_TIMES).max(ALWAYS_HELD);
        if self.is_compressed() { most.min(WHOLE_LIMIT) } else { WHOLE_LIMIT }
    }

    /// Whether a stream that was read to its end left something out that stood behind the compressed data.
    pub(super) fn has_leftover(&self) -> bool {
        self.leftover.load(Ordering::Relaxed)
    }

    /// Forgets bytes held for a reader that refused the file.
    pub(super) fn rewind(&mut self) {
        self.whole = None;
    }

    /// An error of the stream from [`open`](Self::open), in the terms of this file.
    pub fn read_error(&self, source: std::io::Error) -> ImportError {
        match (self.layers.last(), &self.place) {
            (Some(layer), _) => ImportError::Compression { compression: layer.name(), why: compression::why(&source) },
            (None, Place::Path(path)) => ImportError::Io { path: path.clone(), source },
            (None, Place::Pipe(pipe)) => ImportError::Io { path: pipe.path().to_owned(), source },
            (None, Place::Memory(_)) => ImportError::Io { path: PathBuf::from("memory"), source },
        }
    }
}

pub(super) fn too_large() -> ImportError {
    ImportError::TooLarge { what: "the file".to_owned(), limit: "4 GiB" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression as Level, write::GzEncoder};
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Level::default());
        encoder.write_all(bytes).expect("writes to memory");
        encoder.finish().expect("ends")
    }

    fn whole(bytes: Vec<u8>) -> Result<Vec<u8>, ImportError> {
        Input::from_bytes(bytes)?.bytes(&Job::new()).map(<[u8]>::to_vec)
    }

    #[test]
    fn members_layers_and_padding_are_taken_off() {
        let two = [gzip(b"first "), gzip(b"second")].concat();
        assert_eq!(whole(two).expect("reads"), b"first second");
        assert_eq!(whole(gzip(&gzip(b"deep"))).expect("reads"), b"deep");
        let padded = [gzip(b"data"), b"\0\0\0junk".to_vec()].concat();
        assert_eq!(whole(padded).expect("reads"), b"data");
    }

    #[test]
    fn what_is_left_out_behind_compressed_data_is_known_unless_it_is_padding() {
        for (behind, expected) in [(&b""[..], false), (b"\0\0\0\0", false), (b"\0\0junk", true)] {
            let mut input = Input::from_bytes([gzip(b"data"), behind.to_vec()].concat()).expect("opens");
            input.bytes(&Job::new()).expect("reads");
            assert_eq!(input.has_leftover(), expected, "{behind:?}");
        }
    }

    #[test]
    fn a_broken_checksum_and_a_cut_are_errors() {
        let mut bad = gzip(b"some data that has a checksum");
        let at = bad.len() - 6;
        bad[at] ^= 0xff;
        assert!(matches!(whole(bad), Err(ImportError::Compression { compression: "gzip", .. })));
        let cut = gzip(&[7_u8; 5000])[..20].to_vec();
        assert!(matches!(whole(cut), Err(ImportError::Compression { .. })));
    }

    #[test]
    fn what_was_compressed_to_fill_the_memory_is_refused() {
        let bomb = gzip(&vec![0; ALWAYS_HELD as usize + (16 << 20)]);
        let error = whole(bomb).map(|bytes| bytes.len()).expect_err("is a bomb");
        assert!(matches!(error, ImportError::Swells { .. }), "{error}");
        assert_eq!(whole(gzip(&vec![0; 1 << 20])).expect("is small whatever its ratio").len(), 1 << 20);
    }

    #[test]
    fn compressing_over_and_over_is_refused() {
        let mut bytes = b"x".to_vec();
        for _ in 0..6 {
            bytes = gzip(&bytes);
        }
        assert!(matches!(Input::from_bytes(bytes), Err(ImportError::Compression { .. })));
    }
}
