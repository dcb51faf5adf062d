//! What can be read only once and may never end: a pipe, a terminal, a device.
//!
//! It is held in memory, since formats look at a file more than once; but no further than anybody needs it. So what no
//! format takes is refused by its beginning, where waiting for the end of `/dev/zero` would fill the memory first.

use super::ImportError;
use super::input::{Job, WHOLE_LIMIT, too_large};
use std::io::Read;
use std::path::{Path, PathBuf};

pub(super) struct Pipe {
    path: PathBuf,
    bytes: Vec<u8>,
    /// What was not read yet; nothing behind the end.
    rest: Option<Box<dyn Read + Send>>,
}

impl Pipe {
    /// A pipe of which nothing was read.
    pub(super) fn new(path: &Path, stream: Box<dyn Read + Send>) -> Self {
        Self { path: path.to_owned(), bytes: Vec::new(), rest: Some(stream) }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What was read so far.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether all was read.
    pub(super) fn has_ended(&self) -> bool {
        self.rest.is_none()
    }

    /// Reads until there are so many bytes, or the end comes.
    pub(super) fn read_up_to(&mut self, wanted: u64, job: &Job) -> Result<(), ImportError> {
        const STEP: u64 = 8 << 20;
        while let Some(stream) = &mut self.rest {
            let missing = wanted.saturating_sub(self.bytes.len() as u64).min(STEP);
            if missing == 0 {
                break;
            }
            job.progress(0, 0)?;
            let read = stream.take(missing).read_to_end(&mut self.bytes);
            let read = read.map_err(|source| ImportError::Io { path: self.path.clone(), source })?;
            if self.bytes.len() as u64 > WHOLE_LIMIT {
                return Err(too_large());
            }
            if (read as u64) < missing {
                self.rest = None;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FORMATS, Input, input::HEAD_BYTES, read};
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::{Cursor, Write, repeat};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Counts what is read of a stream.
    struct Counted<R> {
        stream: R,
        read: Arc<AtomicU64>,
    }

    impl<R: Read> Read for Counted<R> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = self.stream.read(buffer)?;
            self.read.fetch_add(n as u64, Ordering::Relaxed);
            Ok(n)
        }
    }

    /// What a stream is opened as, and how many of its bytes were read for that.
    fn open(stream: impl Read + Send + 'static) -> (Result<crate::model::Profile, ImportError>, u64) {
        let count = Arc::new(AtomicU64::new(0));
        let stream = Counted { stream, read: Arc::clone(&count) };
        let opened =
            Input::from_stream(Path::new("pipe"), Box::new(stream)).and_then(|mut input| read(&mut input, &Job::new()));
        (opened, count.load(Ordering::Relaxed))
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("writes to memory");
        encoder.finish().expect("ends")
    }

    #[test]
    fn what_never_ends_is_refused_by_its_beginning() {
        let beginnings: [(&[u8], &str); 5] = [
            (b"", "binary data of an unknown kind"),
            (b"<!DOCTYPE html><title>404</title>", "a web page"),
            (b"version https://git-lfs.github.com/spec/v1\n", "a Git LFS pointer"),
            (b"\x7fELF", "an executable"),
            (b"dear diary\n", "unknown kind"),
        ];
        for (beginning, expected) in beginnings {
            let (opened, count) = open(beginning.chain(repeat(0)));
            let error = opened.expect_err("is no profile").to_string();
            assert!(error.contains(expected), "{error}");
            assert_eq!(count, HEAD_BYTES as u64, "{error}");
        }
    }

    #[test]
    fn what_a_format_takes_is_read_to_its_end_compressed_or_not() {
        let text = "main;parse 12\nmain;read 30\n".repeat(100_000).into_bytes();
        // A frame that is skipped, longer than what is looked at first.
        let skipped = [b"\x5e\x2a\x4d\x18".as_slice(), &200_000_u32.to_le_bytes(), &vec![0; 200_000]].concat();
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        let zstd = [skipped, ruzstd::encoding::compress_to_vec(text.as_slice(), level)].concat();
        for bytes in [text.clone(), gzip(&text), zstd] {
            let len = bytes.len() as u64;
            let (opened, count) = open(Cursor::new(bytes));
            let profile = opened.expect("reads");
            assert_eq!((profile.sample_count(), profile.total(crate::model::MetricId(0))), (200_000, 4_200_000));
            assert_eq!(count, len);
        }
    }

    #[test]
    fn a_short_stream_is_what_a_file_of_its_bytes_is() {
        let texts: [&[u8]; 4] = [b"", b"main;parse 12\n", b"\x1f\x8b\x08\0", b"no profile"];
        for text in texts {
            let shown = |opened: Result<crate::model::Profile, ImportError>| match opened {
                Ok(profile) => profile.origin().format.to_owned(),
                Err(error) => error.to_string(),
            };
            let file = Input::from_bytes(text.to_vec()).and_then(|mut input| read(&mut input, &Job::new()));
            assert_eq!(shown(open(text).0), shown(file), "{text:?}");
        }
    }

    #[test]
    fn reading_on_ends_where_the_work_is_cancelled() {
        let job = Job::new();
        job.cancel();
        let stream = b"main;parse 12\n".repeat(HEAD_BYTES);
        let mut input = Input::from_stream(Path::new("pipe"), Box::new(Cursor::new(stream))).expect("begins");
        assert!(FORMATS.iter().any(|format| (format.sniff)(input.head()) != super::super::Sniff::No));
        assert!(matches!(input.hold(&job), Err(ImportError::Cancelled)));
    }
}
