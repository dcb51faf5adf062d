//! A comparison in the columns of a terminal.

use super::{Cell, Cells, Column, DiffExport, Row, columns};
use crate::analyze::diff::Status;
use crate::analyze::shown_name;
use crate::model::format;
use std::io::{self, Write};

/// Names are not cut shorter than this, however narrow the terminal.
const NARROWEST_NAME: usize = 16;
/// Room names should have; columns that can be missed give way to it.
const ROOM_FOR_NAMES: usize = 28;
/// Between two columns.
const GAP: usize = 2;

impl DiffExport<'_> {
    /// Writes the summary, what to know, and columns for a terminal of so many characters a line.
    pub fn write_text(&self, out: &mut dyn Write, width: usize) -> io::Result<()> {
        write_wrapped(out, &self.summary(), "", width)?;
        for finding in self.findings() {
            write_wrapped(out, &format!("Note: {}", format::one_line(&finding)), "      ", width)?;
        }
        write_wrapped(out, &self.legend(), "", width)?;
        if self.rows.is_empty() {
            return Ok(());
        }
        writeln!(out)?;
        let (cells, widths) = self.fitting(width);
        let status_width = Status::ALL.iter().map(|s| s.name().len()).max().unwrap_or(0);
        let name_width = width.saturating_sub(used(&widths) + status_width + GAP).max(NARROWEST_NAME);
        let mut line = |numbers: &[&str], status: &str, name: &str| -> io::Result<()> {
            for (number, &wide) in numbers.iter().zip(&widths) {
                write!(out, "{:space$}{number}{:GAP$}", "", "", space = wide.saturating_sub(characters(number)))?;
            }
            writeln!(out, "{status:status_width$}{:GAP$}{name}", "")
        };
        let head: Vec<&str> = cells.head.iter().map(String::as_str).collect();
        line(&head, "Status", "Function")?;
        for (row, numbers) in self.rows.iter().zip(&cells.rows) {
            let numbers: Vec<&str> = numbers.iter().map(|cell| cell.text.as_str()).collect();
            line(&numbers, row.status, &row.label(name_width))?;
        }
        if self.left_out > 0 {
            writeln!(out, "\n{} more; `-n all` prints every row.", format::count(self.left_out as i64))?;
        }
        Ok(())
    }

    /// The columns that leave room for names, and how wide each is.
    fn fitting(&self, width: usize) -> (Cells, Vec<usize>) {
        let status = Status::ALL.iter().map(|s| s.name().len()).max().unwrap_or(0) + GAP;
        let mut columns = columns(self.comparison);
        let mut missed = [Column::Effects, Column::Total, Column::Calls].into_iter();
        loop {
            let cells = self.cells(&columns);
            let widths = widths(&cells);
            if used(&widths) + status + ROOM_FOR_NAMES <= width {
                return (cells, widths);
            }
            match missed.next() {
                Some(next) => columns.retain(|column| *column != next),
                None => return (cells, widths),
            }
        }
    }
}

impl Row<'_> {
    /// `parse (csv.py:12)` in at most so many characters; what is too long is cut in the middle.
    fn label(&self, room: usize) -> String {
        let name = format::one_line(shown_name(&self.function));
        let place = self.place();
        let short = place.rsplit(['/', '\\']).next().unwrap_or(&place);
        for place in [place.as_str(), short] {
            let place = format::one_line(place);
            if !place.is_empty() && characters(&name) + characters(&place) + 3 <= room {
                return format!("{name} ({place})");
            }
        }
        cut_in_the_middle(&name, room)
    }
}

fn widths(cells: &Cells) -> Vec<usize> {
    let wide = |(c, head): (usize, &String)| {
        let numbers = cells.rows.iter().filter_map(|row| row.get(c)).map(|Cell { text, .. }| characters(text));
        numbers.max().unwrap_or(0).max(characters(head))
    };
    cells.head.iter().enumerate().map(wide).collect()
}

fn used(widths: &[usize]) -> usize {
    widths.iter().map(|w| w + GAP).sum()
}

fn characters(text: &str) -> usize {
    text.chars().count()
}

/// The beginning and the end of a text that is longer than `room` characters: names differ at both.
fn cut_in_the_middle(text: &str, room: usize) -> String {
    let length = characters(text);
    if length <= room || room < 3 {
        return text.to_owned();
    }
    let end = (room - 1) / 2;
    let begin = room - 1 - end;
    text.chars().take(begin).chain(['…']).chain(text.chars().skip(length - end)).collect()
}

/// Writes a text in lines of at most `width` characters, broken at spaces; lines after the first are indented.
fn write_wrapped(out: &mut dyn Write, text: &str, indent: &str, width: usize) -> io::Result<()> {
    let mut column = 0;
    for word in text.split(' ') {
        let length = characters(word);
        if column > 0 && column + 1 + length > width {
            write!(out, "\n{indent}")?;
            column = characters(indent);
        } else if column > 0 {
            out.write_all(b" ")?;
            column += 1;
        }
        out.write_all(word.as_bytes())?;
        column += length;
    }
    writeln!(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_keep_both_ends() {
        assert_eq!(cut_in_the_middle("short", 9), "short");
        assert_eq!(cut_in_the_middle("a_very_long_name", 9), "a_ve…name");
        assert_eq!(characters(&cut_in_the_middle("каталог_товаров", 8)), 8);
    }

    #[test]
    fn sentences_are_broken_at_spaces() {
        let mut out = Vec::new();
        write_wrapped(&mut out, "one two three four", "  ", 9).expect("writes to memory");
        assert_eq!(String::from_utf8(out).expect("UTF-8"), "one two\n  three\n  four\n");
    }
}
