//! Compression around a file: gzip (<https://www.rfc-editor.org/rfc/rfc1952>) and Zstandard
//! (<https://www.rfc-editor.org/rfc/rfc8878>).
//!
//! ```text
//! 1f 8b 08 …        a gzip member     | several may follow each other: what they hold is one file
//! 28 b5 2f fd …     a Zstandard frame |
//! 5? 2a 4d 18 …     a Zstandard frame to be skipped; pzstd puts one before each of the others
//! ```

use super::ImportError;
use flate2::bufread::GzDecoder;
use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::{FrameDecoder, StreamingDecoder};
use std::io::{BufRead, Error, ErrorKind, Read, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Compression {
    Gzip,
    Zstd,
}

impl Compression {
    /// The compression of what begins like this.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// What an error of a compressed stream means. Some files are sound, and need more than there is to be decompressed.
pub(super) fn error_of(compression: Compression, error: &Error) -> ImportError {
    let zstd = error.get_ref().and_then(|inner| inner.downcast_ref::<FrameDecoderError>());
    match zstd {
        Some(FrameDecoderError::WindowSizeTooBig { .. }) => ImportError::Recognised {
            what: "a zstd file that needs more than 128 MiB of memory to be decompressed",
            advice: "If you trust where it comes from, unpack it with `zstd -d --long=31 FILE` and open what comes out.",
        },
        Some(FrameDecoderError::DictNotProvided { .. }) => ImportError::Recognised {
            what: "a zstd file that was compressed with a dictionary",
            advice: "Unpack it with `zstd -d -D DICTIONARY FILE` and open what comes out.",
        },
        _ => ImportError::Compression { compression: compression.name(), why: why(error) },
    }
}

/// What a decompressor has to say about an error of its stream.
fn why(error: &Error) -> String {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<Error>().is_some_and(|e| e.kind() == ErrorKind::UnexpectedEof) {
            return "it ends too early".to_owned();
        }
        cause = error.source();
    }
    error.to_string()
}

/// The parts of a compressed stream, one after another, decompressed. Bytes behind the last one that are no part are left
/// out, as `gzip -d` does, and `leftover` is set unless they are zeros, which tapes and blocks are padded with.
pub(super) struct Parts<R: BufRead> {
    compression: Compression,
    at: At<R>,
    leftover: Arc<AtomicBool>,
}

enum At<R: BufRead> {
    Between(Ahead<R>),
    Gzip(Box<GzDecoder<Ahead<R>>>),
    Zstd(Box<StreamingDecoder<Ahead<R>, FrameDecoder>>),
    /// Behind the last part, or an error.
    End,
}

impl<R: BufRead> Parts<R> {
    pub(super) fn new(compression: Compression, reader: R, leftover: Arc<AtomicBool>) -> Self {
        Self { compression, at: At::Between(Ahead::new(reader)), leftover }
    }

    /// Begins the next part, if there is one.
    fn begin(&self, mut source: Ahead<R>) -> Result<At<R>> {
        let head = source.peek()?;
        // Only the first bytes of a file are asked for the method, of which gzip has one.
        let is_part = match self.compression {
            Compression::Gzip => head.starts_with(&[0x1f, 0x8b]),
            Compression::Zstd => Compression::of(head) == Some(Compression::Zstd),
        };
        if !is_part {
            if source.has_more_than_zeros()? {
                self.leftover.store(true, Ordering::Relaxed);
            }
            return Ok(At::End);
        }
        if let &[0x50..=0x5f, 0x2a, 0x4d, 0x18, a, b, c, d] = head {
            source.skip(AHEAD as u64 + u64::from(u32::from_le_bytes([a, b, c, d])))?;
            return Ok(At::Between(source));
        }
        Ok(match self.compression {
            Compression::Gzip => At::Gzip(Box::new(GzDecoder::new(source))),
            Compression::Zstd => At::Zstd(Box::new(StreamingDecoder::new(source).map_err(Error::other)?)),
        })
    }
}

impl<R: BufRead> Read for Parts<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            let n = match &mut self.at {
                At::Between(_) => 0,
                At::Gzip(part) => part.read(buffer)?,
                At::Zstd(part) => part.read(buffer)?,
                At::End => return Ok(0),
            };
            if n > 0 || buffer.is_empty() {
                return Ok(n);
            }
            self.at = match std::mem::replace(&mut self.at, At::End) {
                At::Between(source) => self.begin(source)?,
                At::Gzip(part) => At::Between(part.into_inner()),
                At::Zstd(part) => {
                    check(&part.decoder)?;
                    At::Between(part.into_inner())
                }
                At::End => At::End,
            };
        }
    }
}

/// A frame's checksum, where it has one, which the decoder leaves to be compared.
fn check(frame: &FrameDecoder) -> Result<()> {
    match frame.get_checksum_from_data() {
        Some(stored) if frame.get_calculated_checksum() != Some(stored) => {
            Err(Error::new(ErrorKind::InvalidData, "its data does not have the checksum it should have"))
        }
        _ => Ok(()),
    }
}

/// What must be seen to tell what comes next: a magic number and a length.
const AHEAD: usize = 8;

/// A reader of which the next bytes can be seen before they are read, wherever its buffer ends.
struct Ahead<R> {
    seen: [u8; AHEAD],
    /// Where in `seen` the bytes stand that were seen and not read yet.
    left: std::ops::Range<usize>,
    inner: R,
}

impl<R: BufRead> Ahead<R> {
    fn new(inner: R) -> Self {
        Self { seen: [0; AHEAD], left: 0..0, inner }
    }

    fn unread(&self) -> &[u8] {
        self.seen.get(self.left.clone()).unwrap_or_default()
    }

    /// The next bytes: fewer than [`AHEAD`] only where there are no more.
    fn peek(&mut self) -> Result<&[u8]> {
        self.seen.copy_within(self.left.clone(), 0);
        self.left = 0..self.left.len();
        while let Some(room) = self.seen.get_mut(self.left.end..).filter(|room| !room.is_empty()) {
            match self.inner.read(room) {
                Ok(0) => break,
                Ok(n) => self.left.end += n,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.unread())
    }

    fn skip(&mut self, bytes: u64) -> Result<()> {
        let skipped = std::io::copy(&mut self.by_ref().take(bytes), &mut std::io::sink())?;
        if skipped < bytes { Err(ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }

    fn has_more_than_zeros(&mut self) -> Result<bool> {
        loop {
            let bytes = self.fill_buf()?;
            if bytes.is_empty() {
                return Ok(false);
            }
            if bytes.iter().any(|byte| *byte != 0) {
                return Ok(true);
            }
            let len = bytes.len();
            self.consume(len);
        }
    }
}

impl<R: BufRead> BufRead for Ahead<R> {
    fn fill_buf(&mut self) -> Result<&[u8]> {
        if self.left.is_empty() { self.inner.fill_buf() } else { Ok(self.unread()) }
    }

    fn consume(&mut self, bytes: usize) {
        if self.left.is_empty() {
            self.inner.consume(bytes);
        } else {
            self.left.start += bytes.min(self.left.len());
        }
    }
}

impl<R: BufRead> Read for Ahead<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        if self.left.is_empty() {
            return self.inner.read(buffer);
        }
        let n = self.unread().read(buffer)?;
        self.left.start += n;
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression as Level, write::GzEncoder};
    use std::io::{BufReader, Write};

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
        encoder.write_all(bytes).expect("writes to memory");
        encoder.finish().expect("ends")
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
    }

    /// What is read through a buffer of so many bytes, and whether something was left out.
    fn read(bytes: &[u8], buffer: usize) -> Result<(Vec<u8>, bool)> {
        let compression = Compression::of(bytes).expect("is compressed");
        let leftover = Arc::new(AtomicBool::new(false));
        let mut out = Vec::new();
        Parts::new(compression, BufReader::with_capacity(buffer, bytes), Arc::clone(&leftover))
            .read_to_end(&mut out)?;
        Ok((out, leftover.load(Ordering::Relaxed)))
    }

    #[test]
    fn all_parts_are_read_wherever_a_buffer_ends() {
        let skipped = [b"\x5e\x2a\x4d\x18\x04\0\0\0skip".as_slice()].concat();
        let files = [
            [gzip(b"first "), gzip(b"second")].concat(),
            [zstd(b"first "), zstd(b"second")].concat(),
            [skipped.clone(), zstd(b"first "), skipped, zstd(b"second")].concat(),
        ];
        for file in files {
            for buffer in 1..=file.len() {
                assert_eq!(read(&file, buffer).expect("reads"), (b"first second".to_vec(), false), "{buffer}");
            }
        }
    }

    #[test]
    fn what_is_left_out_is_known_unless_it_is_padding() {
        for (behind, expected) in [(&b""[..], false), (&[0; 7_000], false), (b"\0\0\0\0\0\0\0\0\0junk", true)] {
            for file in [gzip(b"data"), zstd(b"data")] {
                let file = [file, behind.to_vec()].concat();
                assert_eq!(read(&file, 64).expect("reads"), (b"data".to_vec(), expected), "{behind:?}");
            }
        }
    }

    #[test]
    fn a_sound_file_that_needs_more_than_there_is_is_not_called_damaged() {
        // Headers of frames: a window of 256 MiB, and the number of a dictionary.
        for (header, needs) in [(&[0x00, 18 << 3][..], "128 MiB"), (&[0x01, 0, 7], "dictionary")] {
            let frame = [b"\x28\xb5\x2f\xfd", header, b"\x09\0\0x"].concat();
            let error = error_of(Compression::Zstd, &read(&frame, 64).expect_err("cannot be read"));
            assert!(matches!(&error, ImportError::Recognised { what, .. } if what.contains(needs)), "{error}");
        }
        let cut = read(&zstd(b"main;parse 12\n")[..9], 64).expect_err("is cut");
        assert!(matches!(error_of(Compression::Zstd, &cut), ImportError::Compression { .. }));
    }

    #[test]
    fn a_wrong_checksum_and_every_cut_are_errors() {
        let text = b"main;parse 12\n".repeat(40);
        for file in [gzip(&text), zstd(&text)] {
            assert_eq!(read(&file, 64).expect("reads").0, text);
            for end in 5..file.len() {
                let error = read(&file[..end], 64).expect_err("is cut");
                assert_eq!(why(&error), "it ends too early", "{end} of {}: {error:?}", file.len());
            }
        }
        for at in [2, 6] {
            let mut file = if at == 2 { zstd(&text) } else { gzip(&text) };
            let last = file.len() - at;
            file[last] ^= 0xff;
            assert!(why(&read(&file, 64).expect_err("is damaged")).contains("checksum"), "{at}");
        }
    }
}
