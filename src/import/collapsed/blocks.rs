//! A file in blocks of whole lines, so that it is never held whole. A thread of its own reads (and decompresses) the
//! next block while the last one is parsed.

use super::{NAME, UTF8_MARK};
use crate::import::{ImportError, Input};
use std::io::{BufRead, Read};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};

const BLOCK: usize = 2 << 20;

/// The longest line: a stack of some million frames.
const LONGEST_LINE: usize = 128 << 20;

struct Block {
    bytes: Vec<u8>,
    /// How many of them are lines.
    len: usize,
}

/// Calls `each` with blocks of whole lines and their offsets, until it answers `false`. The last block may lack its
/// line feed.
pub(super) fn for_each(
    input: &Input,
    mut each: impl FnMut(&[u8], u64) -> Result<bool, ImportError>,
) -> Result<(), ImportError> {
    let mut stream = input.open()?;
    if stream.fill_buf().map_err(|e| input.read_error(e))?.starts_with(UTF8_MARK) {
        stream.consume(UTF8_MARK.len());
    }
    std::thread::scope(|scope| {
        let (send, blocks) = sync_channel(2);
        let (give_back, used) = channel();
        std::thread::Builder::new()
            .name("read collapsed stacks".to_owned())
            .spawn_scoped(scope, move || read(stream, &send, &used))
            .map_err(|e| input.read_error(e))?;
        let mut offset = 0;
        for block in blocks {
            let Block { bytes, len } = block.map_err(|e| match e {
                ReadError::Io(e) => input.read_error(e),
                ReadError::LineTooLong(at) => ImportError::malformed(NAME, at, "a line is longer than 128 MiB"),
            })?;
            if !each(bytes.get(..len).unwrap_or(&bytes), offset)? {
                break;
            }
            offset += len as u64;
            // The reading thread may be done already.
            let _ = give_back.send(bytes);
        }
        Ok(())
    })
}

enum ReadError {
    Io(std::io::Error),
    LineTooLong(u64),
}

/// Sends blocks until the end of the stream, an error, or until nobody listens.
fn read(mut stream: impl Read, send: &SyncSender<Result<Block, ReadError>>, used: &Receiver<Vec<u8>>) {
    let mut tail = Vec::new();
    let mut offset = 0;
    loop {
        let block = used.try_recv().unwrap_or_default();
        let block = match fill(&mut stream, block, &mut tail) {
            Ok(Some(block)) => block,
            Ok(None) => return,
            Err(error) => {
                let error = error.map_or(ReadError::LineTooLong(offset), ReadError::Io);
                // Nobody listening is as good as told.
                let _ = send.send(Err(error));
                return;
            }
        };
        offset += block.len as u64;
        if send.send(Ok(block)).is_err() {
            return;
        }
    }
}

/// The next block; what follows its last line feed waits in `tail`. An error of `None` is a line too long.
fn fill(
    stream: &mut impl Read,
    mut bytes: Vec<u8>,
    tail: &mut Vec<u8>,
) -> Result<Option<Block>, Option<std::io::Error>> {
    if bytes.len() < tail.len() + BLOCK / 2 {
        bytes.resize((tail.len() + BLOCK).next_multiple_of(BLOCK), 0);
    }
    let mut filled = tail.len();
    if let Some(begin) = bytes.get_mut(..filled) {
        begin.copy_from_slice(tail);
    }
    tail.clear();
    let mut searched = 0;
    loop {
        let n = match stream.read(bytes.get_mut(filled..).unwrap_or_default()) {
            Ok(n) => n,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Some(error)),
        };
        filled += n;
        if n == 0 {
            return Ok((filled > 0).then_some(Block { bytes, len: filled }));
        }
        if filled < bytes.len() {
            continue;
        }
        let fresh = bytes.get(searched..filled).unwrap_or_default();
        if let Some(at) = memchr::memrchr(b'\n', fresh) {
            let len = searched + at + 1;
            tail.extend_from_slice(bytes.get(len..filled).unwrap_or_default());
            return Ok(Some(Block { bytes, len }));
        }
        if filled >= LONGEST_LINE {
            return Err(None);
        }
        searched = filled;
        bytes.resize(filled * 2, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_whole_lines_whatever_their_length() {
        let mut text = b"a;b 1\n".repeat(500_000);
        text.extend(b"x".repeat(3 * BLOCK));
        text.extend(b" 2\n");
        text.extend(b"y".repeat(BLOCK + 7));
        let input = Input::from_bytes(text.clone()).expect("is memory");
        let mut seen = Vec::new();
        let mut ends_in_lines = 0;
        for_each(&input, |block, offset| {
            assert_eq!(offset, seen.len() as u64);
            seen.extend_from_slice(block);
            ends_in_lines += u32::from(block.ends_with(b"\n"));
            Ok(true)
        })
        .expect("reads");
        assert!(seen == text);
        assert!(ends_in_lines >= 2);
    }

    #[test]
    fn stopping_early_stops_the_reading_thread() {
        let input = Input::from_bytes(b"a;b 1\n".repeat(5_000_000)).expect("is memory");
        let mut blocks = 0;
        for_each(&input, |_, _| {
            blocks += 1;
            Ok(false)
        })
        .expect("reads");
        assert_eq!(blocks, 1);
    }
}
