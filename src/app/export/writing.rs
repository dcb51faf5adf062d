//! Writing with progress, that can be stopped; and writing no more than a beginning.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How far a file is.
#[derive(Clone, Default)]
pub(in crate::app) struct Progress(Arc<State>);

#[derive(Default)]
struct State {
    bytes: AtomicU64,
    stopped: AtomicBool,
}

impl Progress {
    /// How many bytes are written.
    pub(in crate::app) fn bytes(&self) -> u64 {
        self.0.bytes.load(Ordering::Relaxed)
    }

    /// Asks the writer to stop.
    pub(in crate::app) fn stop(&self) {
        self.0.stopped.store(true, Ordering::Relaxed);
    }

    /// Whether that was asked.
    pub(in crate::app) fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::Relaxed)
    }
}

/// Large files are written in parts of so many bytes, so that each of them can be the last.
const PART: usize = 1 << 20;

/// Counts what is written, and refuses more when it is to stop.
pub(super) struct Counted<'a> {
    pub(super) out: &'a mut dyn Write,
    pub(super) progress: &'a Progress,
}

impl Write for Counted<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.progress.is_stopped() {
            return Err(io::Error::other("stopped"));
        }
        let written = self.out.write(&bytes[..bytes.len().min(PART)])?;
        self.progress.0.bytes.fetch_add(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.progress.is_stopped() {
            return Err(io::Error::other("stopped"));
        }
        self.out.flush()
    }
}

/// Keeps so many bytes, and refuses more: its writer need not go on.
pub(super) struct Beginning {
    bytes: Vec<u8>,
    most: usize,
    cut: bool,
}

impl Beginning {
    pub(super) fn of(most: usize) -> Self {
        Self { bytes: Vec::new(), most, cut: false }
    }

    /// Whether there was more.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// What was kept, as text; a character that was cut in two is left out.
    pub(super) fn into_text(mut self) -> String {
        if let Err(error) = std::str::from_utf8(&self.bytes)
            && error.error_len().is_none()
        {
            let valid = error.valid_up_to();
            self.bytes.truncate(valid);
        }
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

impl Write for Beginning {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.most - self.bytes.len();
        if room == 0 && !bytes.is_empty() {
            self.cut = true;
            return Err(io::Error::other("the beginning is enough"));
        }
        let taken = room.min(bytes.len());
        self.bytes.extend_from_slice(&bytes[..taken]);
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_beginning_ends_with_a_whole_character() {
        let mut beginning = Beginning::of(4);
        assert!(beginning.write_all("añé".as_bytes()).is_err());
        assert!(beginning.is_cut());
        assert_eq!(beginning.into_text(), "añ");
        let mut all = Beginning::of(5);
        all.write_all("añé".as_bytes()).expect("there is room for all of it");
        assert!(!all.is_cut());
    }

    #[test]
    fn what_was_stopped_writes_no_more() {
        let (progress, mut out) = (Progress::default(), Vec::new());
        let mut counted = Counted { out: &mut out, progress: &progress };
        counted.write_all(b"abc").expect("it goes on");
        progress.stop();
        assert!(counted.write_all(b"def").is_err());
        assert!(counted.flush().is_err(), "nor is there anything to be made for it");
        assert_eq!((progress.bytes(), out), (3, b"abc".to_vec()));
    }
}
