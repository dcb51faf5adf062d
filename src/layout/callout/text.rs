//! Notes in lines.

/// How many narrower widths are tried to make lines about as long as each other.
const NARROWER: u8 = 12;

/// A text in lines no wider than `room`, at most so many; the last says by `…` that there is more. Words stay whole where
/// they fit, line breaks stay, and no word is left alone in the last line where the lines can be about as long as each
/// other. `width_of` measures a text.
pub fn wrap_note(text: &str, room: f32, most: usize, mut width_of: impl FnMut(&str) -> f32) -> Vec<String> {
    let mut lines = lines_within(text, room, most, &mut width_of);
    for narrower in (1..NARROWER).map(|step| room * (1.0 - f32::from(step) / f32::from(NARROWER))) {
        let mut balanced = lines_within(text, narrower, most, &mut width_of);
        let whole = |lines: &[String]| lines.iter().flat_map(|line| line.split_whitespace()).count();
        // A narrower note is not to be longer, and is not to break words.
        if balanced.len() != lines.len() || whole(&balanced) != whole(&lines) || lines.len() < 2 {
            break;
        }
        std::mem::swap(&mut lines, &mut balanced);
    }
    lines
}

fn lines_within(text: &str, room: f32, most: usize, width_of: &mut impl FnMut(&str) -> f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.trim().lines() {
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            let mut word = word;
            loop {
                let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
                if width_of(&longer) <= room {
                    line = longer;
                    break;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    continue;
                }
                // A word too long for a line of its own, a path perhaps, is broken where it must be.
                let end = fitting(word, room, width_of);
                let (head, rest) = word.split_at(end);
                if rest.is_empty() {
                    head.clone_into(&mut line);
                    break;
                }
                lines.push(head.to_owned());
                word = rest;
            }
            if lines.len() > most {
                break;
            }
        }
        lines.push(line);
        if lines.len() > most {
            break;
        }
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while !last.is_empty() && width_of(&format!("{last}…")) > room {
                last.pop();
            }
            last.push('…');
        }
    }
    lines
}

/// How many bytes of a word fit, at least one character.
fn fitting(word: &str, room: f32, width_of: &mut impl FnMut(&str) -> f32) -> usize {
    let ends = word.char_indices().map(|(at, c)| at + c.len_utf8());
    let mut fits = 0;
    for end in ends {
        if fits > 0 && width_of(&word[..end]) > room {
            break;
        }
        fits = end;
    }
    fits
}
