//! The function table as JSON, CSV, Markdown and text.
//!
//! JSON and CSV are for programs: integers in the metric's base unit, in full; nothing (`null`, an empty cell) where
//! something was not recorded. Markdown and text are for people.
//!
//! ```text
//! {"metric":"cpu","unit":"ns","total":90,"rows":[
//! {"function":"parse","file":"app/csv.py","line":12,"self":60,"total":80,"calls":3,"primitive_calls":3}
//! ]}
//! ```

use super::scrub::Scrub;
use crate::analyze::{Classes, FunctionTable, GroupId, GroupKey, Groups, shown_name};
use crate::layout::{fit_name, shorten_middle};
use crate::model::format::{self, Scale};
use crate::model::{Metric, MetricId, Profile};
use serde::Serialize;
use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::io::{self, Write};

/// The longest name and the longest path in a table of Markdown, in characters: pages of code reviews are narrow.
pub(super) const WIDEST: usize = 56;

/// What a table is made of: a profile, counted.
#[derive(Clone, Copy)]
pub struct Counted<'a> {
    /// The profile.
    pub profile: &'a Profile,
    /// Whose code its functions are; only used where groups are modules or packages.
    pub classes: &'a Classes,
    /// What rows stand for.
    pub groups: &'a Groups,
    /// The costs.
    pub table: &'a FunctionTable,
    /// The metric they are in.
    pub metric: MetricId,
    /// What is removed from texts.
    pub scrub: &'a Scrub,
}

/// A row as it is written.
#[derive(Serialize, Debug)]
pub struct Row<'a> {
    /// The function's name as recorded, or the name of the file, module or package.
    pub function: Cow<'a, str>,
    /// Its file as recorded.
    pub file: Option<Cow<'a, str>>,
    /// Its first line; the line that was running where rows are lines.
    pub line: Option<u32>,
    /// Cost in itself.
    #[serde(rename = "self")]
    pub own: i64,
    /// Cost in itself and all it called.
    pub total: i64,
    /// All calls.
    pub calls: Option<i64>,
    /// Calls that were not part of a recursion.
    pub primitive_calls: Option<i64>,
    /// The library of a native function, shown to people where there is no file.
    #[serde(skip)]
    object: Cow<'a, str>,
}

/// A table to be written.
pub struct Table<'a> {
    metric: &'a Metric,
    sum: i64,
    costs: &'a FunctionTable,
    rows: Vec<Row<'a>>,
    left_out: usize,
}

impl<'a> Table<'a> {
    /// The table of the given rows, in the given order.
    pub fn new(counted: &Counted<'a>, rows: &[GroupId]) -> Self {
        Self {
            metric: counted.profile.metric(counted.metric),
            sum: counted.table.sum(),
            costs: counted.table,
            rows: rows.iter().map(|&g| counted.row(g)).collect(),
            left_out: counted.table.present().count().saturating_sub(rows.len()),
        }
    }

    /// Writes one JSON object, each row on a line of its own.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"{\"metric\":")?;
        serde_json::to_writer(&mut *out, &self.metric.name)?;
        out.write_all(b",\"unit\":")?;
        serde_json::to_writer(&mut *out, self.metric.unit.name())?;
        write!(out, ",\"total\":{},\"rows\":[", self.sum)?;
        for (i, row) in self.rows.iter().enumerate() {
            out.write_all(if i == 0 { b"\n" } else { b",\n" })?;
            serde_json::to_writer(&mut *out, row)?;
        }
        out.write_all(b"\n]}\n")
    }

    /// Writes comma-separated values (RFC 4180) with the names of JSON's fields as the first line.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"function,file,line,self,total,calls,primitive_calls\n")?;
        for row in &self.rows {
            write!(out, "{},{},", csv_cell(&row.function), csv_cell(row.file.as_deref().unwrap_or_default()))?;
            write_optional(out, row.line.map(i64::from))?;
            write!(out, ",{},{},", row.own, row.total)?;
            write_optional(out, row.calls)?;
            out.write_all(b",")?;
            write_optional(out, row.primitive_calls)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Writes a table of GitHub's Markdown.
    pub fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let cells = self.cells();
        writeln!(out, "| {} | Function |", cells.head.join(" | "))?;
        writeln!(out, "|{}---|", "--:|".repeat(cells.head.len()))?;
        for (row, numbers) in self.rows.iter().zip(&cells.rows) {
            let name = fit_name(shown_name(&row.function), WIDEST);
            write!(out, "| {} | {}", numbers.join(" | "), code_cell(&name))?;
            let place = row.place();
            if !place.is_empty() {
                write!(out, " {}", code_cell(&shorten_middle(&place, WIDEST)))?;
            }
            out.write_all(b" |\n")?;
        }
        Ok(())
    }

    /// Writes columns for a terminal.
    pub fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let cells = self.cells();
        let widths: Vec<usize> = (0..cells.head.len())
            .map(|c| {
                cells.rows.iter().chain([&cells.head]).filter_map(|r| r.get(c)).map(|t| width(t)).max().unwrap_or(0)
            })
            .collect();
        write_line(out, &cells.head, &widths, "Function")?;
        for (row, numbers) in self.rows.iter().zip(&cells.rows) {
            let place = row.place();
            let name = format::one_line(shown_name(&row.function));
            let text = if place.is_empty() { name } else { format!("{name} ({})", format::one_line(&place)).into() };
            write_line(out, numbers, &widths, &text)?;
        }
        Ok(())
    }

    /// How many rows of what was counted are not in the table.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// Numbers as people read them, and the heads of their columns.
    fn cells(&self) -> Cells {
        let largest =
            |value: fn(&Row<'_>) -> i64| self.rows.iter().map(|r| value(r).saturating_abs()).max().unwrap_or(0);
        let own = Scale::for_max(largest(|r| r.own), &self.metric.unit);
        let total = Scale::for_max(largest(|r| r.total), &self.metric.unit).as_fine_as(&own);
        // Where lines were recorded there is one cost, and hits in place of calls.
        let inclusive = self.costs.is_inclusive();
        let mut head = if inclusive {
            vec![column_head("Time", &total), "Time %".to_owned()]
        } else {
            vec![column_head("Self", &own), "Self %".to_owned(), column_head("Total", &total), "Total %".to_owned()]
        };
        if self.costs.has_calls() {
            head.push(if inclusive { "Hits" } else { "Calls" }.to_owned());
        }
        let rows = self.rows.iter().map(|row| {
            let mut cells = vec![
                own.format(row.own),
                format::percent(self.costs.share(row.own)),
                total.format(row.total),
                format::percent(self.costs.share(row.total)),
            ];
            if inclusive {
                cells.drain(..2);
            }
            if self.costs.has_calls() {
                cells.push(row.calls_text());
            }
            cells
        });
        Cells { rows: rows.collect(), head }
    }
}

struct Cells {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl<'a> Counted<'a> {
    /// At most so many rows, those of the largest cost first; those of equal cost by name, file and line.
    pub fn largest(&self, cost: impl Fn(GroupId) -> i64, limit: usize) -> Vec<GroupId> {
        let mut rows: Vec<(Reverse<i64>, GroupId)> = self.table.present().map(|g| (Reverse(cost(g)), g)).collect();
        let order = |a: &(Reverse<i64>, GroupId), b: &(Reverse<i64>, GroupId)| {
            a.0.cmp(&b.0).then_with(|| self.by_name(a.1, b.1))
        };
        if limit < rows.len() {
            rows.select_nth_unstable_by(limit, order);
            rows.truncate(limit);
        }
        rows.sort_unstable_by(order);
        rows.into_iter().map(|(_, group)| group).collect()
    }

    fn by_name(&self, a: GroupId, b: GroupId) -> Ordering {
        let name = |group| self.groups.name(self.profile, self.classes, group);
        let place = |group| self.groups.place(self.profile, group);
        name(a).cmp(&name(b)).then_with(|| place(a).cmp(&place(b))).then(a.cmp(&b))
    }

    fn row(&self, group: GroupId) -> Row<'a> {
        let (profile, groups) = (self.profile, self.groups);
        let function = match groups.key(group) {
            GroupKey::Function(function) | GroupKey::Line(function, _) => Cow::Borrowed(profile.name(function)),
            _ => groups.name(profile, self.classes, group),
        };
        let (file, line) = groups.place(profile, group);
        let (calls, primitive_calls) = self.table.calls(group).unzip();
        let object = match groups.key(group) {
            GroupKey::Function(f) | GroupKey::Line(f, _) => profile.text(profile.function(f).object),
            _ => "",
        };
        Row {
            function: scrubbed(function, self.scrub),
            file: (!file.is_empty()).then(|| self.scrub.text(file)),
            line: (line != 0).then_some(line),
            own: self.table.own(group),
            total: self.table.total(group),
            calls,
            primitive_calls: primitive_calls.filter(|&n| n >= 0),
            object: self.scrub.text(object),
        }
    }
}

/// A function's name as it may leave the machine.
pub(super) fn scrubbed<'a>(name: Cow<'a, str>, scrub: &Scrub) -> Cow<'a, str> {
    match name {
        Cow::Borrowed(name) => scrub.name(name),
        Cow::Owned(name) => Cow::Owned(scrub.name(&name).into_owned()),
    }
}

impl Row<'_> {
    /// `app/csv.py:12`; the library where there is no file; empty where the name says it all.
    fn place(&self) -> Cow<'_, str> {
        match (self.file.as_deref(), self.line) {
            (Some(file), Some(line)) => Cow::Owned(format!("{file}:{line}")),
            (Some(file), None) if file == self.function => Cow::Borrowed(""),
            (Some(file), None) => Cow::Borrowed(file),
            (None, _) => Cow::Borrowed(&self.object),
        }
    }

    /// All calls, and the primitive ones where they differ, as pstats writes them: `21,891/1`.
    fn calls_text(&self) -> String {
        match (self.calls, self.primitive_calls) {
            (Some(all), Some(primitive)) if all != primitive => {
                format!("{}/{}", format::count(all), format::count(primitive))
            }
            (Some(all), _) => format::count(all),
            (None, _) => "–".to_owned(),
        }
    }
}

/// The head of a column with the unit its numbers are in: `Self, ms`.
pub(super) fn column_head(name: &str, scale: &Scale) -> String {
    match scale.unit_name() {
        "" => name.to_owned(),
        unit => format!("{name}, {unit}"),
    }
}

fn write_line(out: &mut dyn Write, numbers: &[String], widths: &[usize], name: &str) -> io::Result<()> {
    for (number, &wide) in numbers.iter().zip(widths) {
        write!(out, "{:space$}{number}  ", "", space = wide.saturating_sub(width(number)))?;
    }
    writeln!(out, "{name}")
}

fn width(text: &str) -> usize {
    text.chars().count()
}

pub(super) fn write_optional(out: &mut dyn Write, value: Option<i64>) -> io::Result<()> {
    value.map_or(Ok(()), |v| write!(out, "{v}"))
}

pub(super) fn csv_cell(text: &str) -> Cow<'_, str> {
    if text.contains(['"', ',', '\n', '\r']) {
        Cow::Owned(format!("\"{}\"", text.replace('"', "\"\"")))
    } else {
        Cow::Borrowed(text)
    }
}

/// Code in a cell of a Markdown table, where `|` would be a border.
pub(crate) fn code_cell(text: &str) -> String {
    code_span(text).replace('|', "\\|")
}

/// Code in a text of Markdown: `<module>` is no HTML there.
pub(crate) fn code_span(text: &str) -> String {
    let text = format::one_line(text);
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::{GroupBy, Query};
    use crate::model::{Function, GraphBuilder, StringId, Unit};

    fn profile() -> Profile {
        let mut b = GraphBuilder::new("test");
        b.metric("time", Unit::Nanoseconds);
        let mut add = |name: &str, file: &str, line, calls: (i64, i64), own, total| {
            let (name, file) = (b.string(name), b.string(file));
            let function = b.function(Function { name, file, line, object: StringId::EMPTY });
            b.add(function, calls.0, calls.1, &[own], &[total]);
        };
        add("<module>", "a,b.py", 1, (1, 1), 1_500_000, 1_240_000_000);
        add("fib|`x", "say \"hi\".py", 3, (21_891, 1), 1_238_000_000, 1_238_500_000);
        add("<built-in len>", "", 0, (-1, -1), 500_000, 500_000);
        b.finish().expect("builds")
    }

    fn written(write: impl Fn(&Table<'_>, &mut dyn Write) -> io::Result<()>) -> String {
        let profile = profile();
        let query = Query::new(&profile);
        let classes = Classes::default();
        let groups = Groups::new(&profile, &classes, GroupBy::Function);
        let table = FunctionTable::new(&profile, &groups, &query);
        let counted = Counted {
            profile: &profile,
            classes: &classes,
            groups: &groups,
            table: &table,
            metric: query.metric,
            scrub: &Scrub::off(),
        };
        let rows: Vec<GroupId> = groups.ids().collect();
        let mut out = Vec::new();
        write(&Table::new(&counted, &rows), &mut out).expect("writes to memory");
        String::from_utf8(out).expect("UTF-8")
    }

    #[test]
    fn json_holds_base_units_and_null_where_nothing_was_recorded() {
        let expected = r#"{"metric":"time","unit":"ns","total":1240000000,"rows":[
{"function":"<module>","file":"a,b.py","line":1,"self":1500000,"total":1240000000,"calls":1,"primitive_calls":1},
{"function":"fib|`x","file":"say \"hi\".py","line":3,"self":1238000000,"total":1238500000,"calls":21891,"primitive_calls":1},
{"function":"<built-in len>","file":null,"line":null,"self":500000,"total":500000,"calls":null,"primitive_calls":null}
]}
"#;
        let text = written(|t, out| t.write_json(out));
        assert_eq!(text, expected);
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }

    #[test]
    fn csv_quotes_what_would_break_it() {
        let expected = "function,file,line,self,total,calls,primitive_calls\n\
            <module>,\"a,b.py\",1,1500000,1240000000,1,1\n\
            fib|`x,\"say \"\"hi\"\".py\",3,1238000000,1238500000,21891,1\n\
            <built-in len>,,,500000,500000,,\n";
        assert_eq!(written(|t, out| t.write_csv(out)), expected);
    }

    #[test]
    fn markdown_keeps_names_out_of_the_markup() {
        let expected = r#"| Self, s | Self % | Total, s | Total % | Calls | Function |
|--:|--:|--:|--:|--:|---|
| 0.002 | 0.12 % | 1.240 | 100 % | 1 | `<module>` `a,b.py:1` |
| 1.238 | 99.8 % | 1.239 | 99.9 % | 21,891/1 | ``fib\|`x`` `say "hi".py:3` |
| 0.001 | 0.04 % | 0.001 | 0.04 % | – | `<built-in len>` |
"#;
        assert_eq!(written(|t, out| t.write_markdown(out)), expected);
    }

    #[test]
    fn text_stands_in_columns() {
        let expected = "\
Self, s  Self %  Total, s  Total %     Calls  Function
  0.002  0.12 %     1.240    100 %         1  <module> (a,b.py:1)
  1.238  99.8 %     1.239   99.9 %  21,891/1  fib|`x (say \"hi\".py:3)
  0.001  0.04 %     0.001   0.04 %         –  <built-in len>
";
        assert_eq!(written(|t, out| t.write_text(out)), expected);
    }
}
