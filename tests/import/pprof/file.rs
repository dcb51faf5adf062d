//! A pprof written by hand, field by field.

use helioscope::import::ProtobufWriter as Writer;

/// A pprof as its fields; texts are given by themselves and numbered here.
#[derive(Default)]
pub(super) struct File {
    pub(super) writer: Writer,
    pub(super) texts: Vec<Vec<u8>>,
}

impl File {
    pub(super) fn new() -> Self {
        Self { writer: Writer::default(), texts: vec![Vec::new()] }
    }

    pub(super) fn text(&mut self, text: impl AsRef<[u8]>) -> u64 {
        let text = text.as_ref();
        let at = self.texts.iter().position(|t| t == text).unwrap_or_else(|| {
            self.texts.push(text.to_vec());
            self.texts.len() - 1
        });
        at as u64
    }

    pub(super) fn sample_type(&mut self, kind: &str, unit: &str) -> &mut Self {
        let (kind, unit) = (self.text(kind), self.text(unit));
        self.writer.message(1, |w| {
            w.varint(1, kind);
            w.varint(2, unit);
        });
        self
    }

    /// Labels are `(key, text, number, unit)`; an empty text stands for a number.
    pub(super) fn sample(
        &mut self,
        locations: &[u64],
        values: &[i64],
        labels: &[(&str, &str, i64, &str)],
    ) -> &mut Self {
        let labels: Vec<_> = labels.iter().map(|(k, t, n, u)| (self.text(k), self.text(t), *n, self.text(u))).collect();
        self.writer.message(2, |w| {
            w.packed(1, locations.iter().copied());
            w.packed(2, values.iter().map(|v| v.cast_unsigned()));
            for (key, text, number, unit) in labels {
                w.message(3, |w| {
                    w.varint(1, key);
                    w.varint(2, text);
                    w.int(3, number);
                    w.varint(4, unit);
                });
            }
        });
        self
    }

    pub(super) fn mapping(&mut self, id: u64, file: &str) -> &mut Self {
        let file = self.text(file);
        self.writer.message(3, |w| {
            w.varint(1, id);
            w.varint(5, file);
        });
        self
    }

    /// Lines are `(function, line)`, innermost first.
    pub(super) fn location(&mut self, id: u64, mapping: u64, address: u64, lines: &[(u64, i64)]) -> &mut Self {
        self.writer.message(4, |w| {
            w.varint(1, id);
            w.varint(2, mapping);
            w.varint(3, address);
            for (function, line) in lines {
                w.message(4, |w| {
                    w.varint(1, *function);
                    w.int(2, *line);
                });
            }
        });
        self
    }

    pub(super) fn function(&mut self, id: u64, name: impl AsRef<[u8]>, file: &str) -> &mut Self {
        let (name, file) = (self.text(name), self.text(file));
        self.writer.message(5, |w| {
            w.varint(1, id);
            w.varint(2, name);
            w.varint(4, file);
        });
        self
    }

    pub(super) fn number(&mut self, field: u32, value: u64) -> &mut Self {
        self.writer.varint(field, value);
        self
    }

    pub(super) fn named(&mut self, field: u32, text: &str) -> &mut Self {
        let text = self.text(text);
        self.number(field, text)
    }

    pub(super) fn bytes(&mut self) -> Vec<u8> {
        for text in &self.texts {
            self.writer.bytes_field(6, text);
        }
        self.writer.bytes().to_vec()
    }
}

/// Two threads, an inlined call, a place without a name, a library, labels, negative values and a stack without a frame.
pub(super) fn sample_file() -> File {
    let mut file = File::new();
    file.sample_type("cpu", "microseconds").sample_type("memory", "kilobytes");
    file.sample(&[3, 2, 1], &[5, -1], &[("thread", "main", 0, ""), ("size", "", 512, "bytes")])
        .sample(&[2, 1], &[7, 0], &[("thread", "worker;x", 0, ""), ("tid", "", 7, ""), ("pid", "9", 0, "")])
        .sample(&[4, 1], &[11, 2], &[("thread", "main", 0, ""), ("span", "a", 0, ""), ("span", "b", 0, "")])
        .sample(&[], &[13, 0], &[]);
    file.mapping(1, "/usr/lib/libz.so.1");
    file.location(1, 0, 0, &[(1, 3)]).location(2, 1, 0x10, &[(3, 9), (2, 8)]).location(3, 1, 0x4f_2a10, &[]).location(
        4,
        1,
        0x20,
        &[(4, 0)],
    );
    file.function(1, "<module>", "app.py")
        .function(2, "outer", "a.c")
        .function(3, "folded", "a.h")
        .function(4, "inflate", "");
    file.number(9, 1_700_000_000_000_000_000).number(10, 2_000_000_000).number(12, 10);
    file.named(13, "a remark").named(14, "cpu").named(15, "https://example.org/profile");
    let (kind, unit) = (file.text("cpu"), file.text("milliseconds"));
    file.writer.message(11, |w| {
        w.varint(1, kind);
        w.varint(2, unit);
    });
    file
}
