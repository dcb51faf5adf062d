//! Scalable Vector Graphics: <https://www.w3.org/TR/SVG11/>.
//!
//! What is written is plain SVG 1.1 that browsers, Inkscape and resvg draw alike: attributes and no style sheets, text
//! as text, so that it can be selected, searched and read aloud, and `<title>` for what shows under the pointer.

use super::font::Font;
use crate::layout::{Point, Rectangle, Rgb};
use std::fmt::{self, Display, Write};

/// A picture that is being written.
pub(crate) struct Svg {
    text: String,
}

/// How a text is set.
#[derive(Clone, Copy)]
pub(crate) struct Style<'a> {
    /// Its font.
    pub(crate) font: &'a Font,
    /// Its size.
    pub(crate) size: f32,
    /// Its colour.
    pub(crate) fill: Rgb,
}

/// Which part of a text stands at the place it is given.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    /// A picture of a size in pixels. The title names it, the description says what is to be seen, for those who cannot
    /// see it.
    pub(crate) fn new(width: u32, height: u32, title: &str, description: &str) -> Self {
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" width=\"{width}\" \
             height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{}</title>\n<desc>{}</desc>\n",
            Escaped(title),
            Escaped(description)
        );
        Self { text }
    }

    /// The file.
    pub(crate) fn finish(mut self) -> String {
        self.text.push_str("</svg>\n");
        self.text
    }

    fn push(&mut self, arguments: fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.text.write_fmt(arguments);
    }

    /// Begins a group of texts of one style.
    pub(crate) fn begin_texts(&mut self, style: Style<'_>) {
        self.push(format_args!(
            "<g font-family=\"{}\" font-size=\"{}\" fill=\"{}\">\n",
            Escaped(style.font.family),
            Number(style.size),
            style.fill
        ));
    }

    /// Begins a group with a text that shows under the pointer.
    pub(crate) fn begin_titled(&mut self, title: &str) {
        self.push(format_args!("<g><title>{}</title>", Escaped(title)));
    }

    /// Begins a group with a text that shows under the pointer, and one that says what it is.
    pub(crate) fn begin_described(&mut self, title: &str, description: &str) {
        self.push(format_args!("<g><title>{}</title><desc>{}</desc>", Escaped(title), Escaped(description)));
    }

    /// Ends the group begun last.
    pub(crate) fn end(&mut self) {
        self.text.push_str("</g>\n");
    }

    /// A filled rectangle.
    pub(crate) fn rect(&mut self, x: f32, y: f32, width: f32, height: f32, fill: Rgb) {
        self.push(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\"/>",
            Number(x),
            Number(y),
            Number(width),
            Number(height)
        ));
    }

    /// The outline of a rectangle, within it.
    pub(crate) fn outline(&mut self, x: f32, y: f32, width: f32, height: f32, stroke: (f32, Rgb)) {
        let (thick, colour) = stroke;
        self.push(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{}\"/>\n",
            Number(x + thick / 2.0),
            Number(y + thick / 2.0),
            Number((width - thick).max(0.0)),
            Number((height - thick).max(0.0)),
            Number(thick)
        ));
    }

    /// A filled circle.
    pub(crate) fn circle(&mut self, x: f32, y: f32, radius: f32, fill: Rgb) {
        self.push(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{fill}\"/>\n",
            Number(x),
            Number(y),
            Number(radius)
        ));
    }

    /// A shape with an outline: [path data](https://www.w3.org/TR/SVG11/paths.html#PathData).
    pub(crate) fn path(&mut self, data: &str, fill: Rgb, stroke: (f32, Rgb)) {
        self.push(format_args!(
            "<path d=\"{data}\" fill=\"{fill}\" stroke=\"{}\" stroke-width=\"{}\"/>",
            stroke.1,
            Number(stroke.0)
        ));
    }

    /// The outline of a shape.
    pub(crate) fn outline_path(&mut self, data: &str, stroke: (f32, Rgb)) {
        self.push(format_args!(
            "<path d=\"{data}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>",
            stroke.1,
            Number(stroke.0)
        ));
    }

    /// A filled rectangle with round corners and an edge.
    pub(crate) fn card(&mut self, at: &Rectangle, radius: f32, fill: Rgb, stroke: (f32, Rgb)) {
        self.push(format_args!(
            "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"{}\" fill=\"{fill}\" stroke=\"{}\" \
             stroke-width=\"{}\"/>",
            Number(at.x),
            Number(at.y),
            Number(at.width),
            Number(at.height),
            Number(radius),
            stroke.1,
            Number(stroke.0)
        ));
    }

    /// A filled shape with straight edges.
    pub(crate) fn polygon(&mut self, corners: &[Point], fill: Rgb, stroke: (f32, Rgb)) {
        self.text.push_str("<polygon points=\"");
        for (i, (x, y)) in corners.iter().enumerate() {
            self.push(format_args!("{}{} {}", if i > 0 { " " } else { "" }, Number(*x), Number(*y)));
        }
        self.push(format_args!("\" fill=\"{fill}\" stroke=\"{}\" stroke-width=\"{}\"/>", stroke.1, Number(stroke.0)));
    }

    /// Lines from a place, each from one end to the other.
    pub(crate) fn lines(
        &mut self,
        (x, y): (f32, f32),
        lines: impl Iterator<Item = [(f32, f32); 2]>,
        stroke: (f32, Rgb),
    ) {
        self.text.push_str("<path d=\"");
        for [from, to] in lines {
            self.push(format_args!(
                "M{} {}L{} {}",
                Number(x + from.0),
                Number(y + from.1),
                Number(x + to.0),
                Number(y + to.1)
            ));
        }
        self.push(format_args!("\" stroke=\"{}\" stroke-width=\"{}\"/>", stroke.1, Number(stroke.0)));
    }

    /// A text in the style of the group it stands in; `y` is its base line.
    pub(crate) fn text(&mut self, x: f32, y: f32, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        self.push(format_args!("<text x=\"{}\" y=\"{}\"{anchor}>{}</text>", Number(x), Number(y), Escaped(text)));
    }

    /// A text in a style of its own.
    pub(crate) fn styled_text(&mut self, (x, y): (f32, f32), anchor: Anchor, style: Style<'_>, text: &str) {
        self.begin_texts(style);
        self.text(x, y, anchor, text);
        self.end();
    }

    /// A text in the middle of a line, which may be curved; `id` must be the line's alone. Inkscape follows no other
    /// reference to a line than that of SVG 1.1.
    pub(crate) fn text_along(&mut self, id: &str, line: &str, style: Style<'_>, text: &str) {
        self.push(format_args!(
            "<defs><path id=\"along-{id}\" d=\"{line}\"/></defs><text font-family=\"{}\" font-size=\"{}\" \
             fill=\"{}\" text-anchor=\"middle\"><textPath xlink:href=\"#along-{id}\" startOffset=\"50%\">{}</textPath></text>",
            Escaped(style.font.family),
            Number(style.size),
            style.fill,
            Escaped(text)
        ));
    }

    /// Ends a line of the file.
    pub(crate) fn line(&mut self) {
        self.text.push('\n');
    }
}

/// A coordinate: two decimals, none where they are zero.
pub(crate) struct Number(pub(crate) f32);

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = (self.0 * 100.0).round();
        if hundredths % 100.0 == 0.0 {
            write!(f, "{}", hundredths as i64 / 100)
        } else if hundredths % 10.0 == 0.0 {
            write!(f, "{:.1}", hundredths / 100.0)
        } else {
            write!(f, "{:.2}", hundredths / 100.0)
        }
    }
}

/// A text as XML may hold it, between tags or within an attribute. Characters XML has no place for, escaped or not,
/// become U+FFFD: <https://www.w3.org/TR/xml/#charsets>.
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut plain = 0;
        for (at, c) in self.0.char_indices() {
            let instead = match c {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '"' => "&quot;",
                '\'' => "&#39;",
                '\t' | '\n' => continue,
                '\r' => " ",
                '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => "\u{fffd}",
                _ => continue,
            };
            f.write_str(&self.0[plain..at])?;
            f.write_str(instead)?;
            plain = at + c.len_utf8();
        }
        f.write_str(&self.0[plain..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_and_what_xml_cannot_hold_is_replaced() {
        let hostile = "<b>&\"'\u{0}\u{8}\r\u{fffe}\u{85}é漢\u{1f600}]]>";
        let expected = "&lt;b&gt;&amp;&quot;&#39;\u{fffd}\u{fffd} \u{fffd}\u{fffd}é漢\u{1f600}]]&gt;";
        assert_eq!(Escaped(hostile).to_string(), expected);
    }

    #[test]
    fn numbers_are_short() {
        let texts: Vec<String> = [0.0, 3.0, 2.5, 1.234, 99.999, -0.126].map(|n| Number(n).to_string()).into();
        assert_eq!(texts, ["0", "3", "2.5", "1.23", "100", "-0.13"]);
    }
}
