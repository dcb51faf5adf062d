//! What every picture says about itself: of which file, what was counted, what was left out, and what the colours mean.

use super::boxes::{STRIPE_STRENGTH, STRIPE_WIDTH};
use super::look::LegendEntry;
use crate::analyze::{Analysis, Exactness, GroupId, Matches, Transform};
use crate::export::font::{MONOSPACE, PROPORTIONAL};
use crate::export::scrub::Scrub;
use crate::export::svg::{Anchor, Style, Svg};
use crate::layout::{Tones, fit_name, shorten_middle};
use crate::model::{Unit, format};

/// The texts around a picture.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stamp {
    /// The name of the file.
    pub name: String,
    /// What kind of picture it is.
    pub view: String,
    /// What was recorded and how it is counted.
    pub facts: Vec<String>,
    /// What was changed or left out on purpose: transforms, search.
    pub filters: Vec<String>,
    /// What to know before believing it.
    pub notes: Vec<String>,
    /// What the colours mean.
    pub legend: Vec<LegendEntry>,
}

impl Stamp {
    /// The facts of an analysis of the profile in a file. `search` is what is searched for and what was found.
    pub fn new(name: &str, analysis: &Analysis, scrub: &Scrub, search: Option<(&str, &Matches)>) -> Self {
        let filters = analysis.query().transforms.iter().map(|t| transform_text(analysis, scrub, t));
        let mut filters: Vec<String> = filters.collect();
        if let Some((from, to)) = analysis.query().time_ns {
            let time = |ns| format::value(ns, &Unit::Nanoseconds);
            filters.push(format!("from {} to {}", time(from), time(to)));
        }
        if let Some((text, found)) = search {
            let about = if found.estimated { "≈ " } else { "" };
            filters.push(format!(
                "search “{}”: {}, {about}{}",
                format::one_line(&scrub.text(text)),
                format::counted(found.count as i64, "function", "functions"),
                format::percent(found.share)
            ));
        }
        let mut notes = Vec::new();
        if analysis.exactness() == Exactness::Estimated {
            notes.push(
                "≈ Estimated: the profiler recorded who calls whom, not whole stacks; each function is divided among \
                 its callers."
                    .to_owned(),
            );
        }
        if let Some((first, others)) = analysis.profile().warnings().split_first() {
            let more = if others.is_empty() { String::new() } else { format!(" And {} more.", others.len()) };
            let first = first.to_string();
            notes.push(format!("Warning: {}{more}", format::one_line(&scrub.text(&first))));
        }
        Self {
            name: format::one_line(&scrub.text(name)).into_owned(),
            view: String::new(),
            facts: facts(analysis, scrub),
            filters,
            notes,
            legend: Vec::new(),
        }
    }

    /// The name of the picture.
    pub(crate) fn title(&self) -> String {
        format!("{}: {}", self.name, self.view)
    }

    /// The same in a sentence or two, for those who cannot see the picture.
    pub(crate) fn description(&self) -> String {
        let mut sentences = vec![format!("{} of {}.", self.view, self.name), format!("{}.", self.facts.join(", "))];
        sentences.extend(self.filters.iter().map(|filter| format!("{filter}.")));
        sentences.extend(self.notes.iter().cloned());
        sentences.join(" ")
    }
}

/// How many functions of a focus are named.
const FOCUSED: usize = 3;

/// What a transform does, in words.
pub fn transform_text(analysis: &Analysis, scrub: &Scrub, transform: &Transform) -> String {
    let name = |group: GroupId| {
        let name = analysis.name(group);
        fit_name(&format::one_line(&scrub.name(&name)), 40).into_owned()
    };
    match transform {
        Transform::Focus(group) => format!("focus {}", name(*group)),
        Transform::FocusAny(groups) => {
            let named: Vec<String> = groups.iter().take(FOCUSED).map(|group| name(*group)).collect();
            let more = groups.len().saturating_sub(FOCUSED);
            let more = if more > 0 { format!(" and {} more", format::count(more as i64)) } else { String::new() };
            format!("focus {}{more}", named.join(", "))
        }
        Transform::FocusSubtree(path) => {
            format!("focus subtree {}", path.last().map(|group| name(*group)).unwrap_or_default())
        }
        Transform::CollapsePackage(_) | Transform::CollapseModule(_) => {
            let collapsed = transform.collapsed_name(analysis.groups(), analysis.classes()).unwrap_or_default();
            format!("{} collapsed", fit_name(&format::one_line(&scrub.name(collapsed)), 40))
        }
        Transform::Hide(group) => format!("hide {}", name(*group)),
        Transform::Drop(group) => format!("without stacks of {}", name(*group)),
        Transform::CollapseRecursion => "recursion collapsed".to_owned(),
        Transform::OnlyMine => "only your code".to_owned(),
    }
}

fn facts(analysis: &Analysis, scrub: &Scrub) -> Vec<String> {
    let (profile, query) = (analysis.profile(), analysis.query());
    let (origin, metric) = (profile.origin(), profile.metric(query.metric));
    let mut facts = Vec::new();
    let producer = scrub.text(&origin.producer);
    facts.push(if producer.is_empty() { origin.format.to_owned() } else { producer.into_owned() });
    facts.extend(origin.interpreter.clone());
    facts.push(format!("{} {}", metric.name, format::value(analysis.sum(), &metric.unit)));
    // Where samples are what is counted, their number is the total.
    facts.extend(analysis.samples().filter(|_| metric.unit != Unit::Samples).map(|rows| profile.samples_text(rows)));
    if let Some(period) = origin.period_ns.filter(|ns| *ns > 0) {
        facts.push(format!("one every {}", format::value(period, &Unit::Nanoseconds)));
    }
    match query.track {
        Some(track) => facts.push(scrub.text(&profile.track(track).title()).into_owned()),
        None if profile.tracks().len() > 1 => facts.push(format!("{} threads", profile.tracks().len())),
        None => {}
    }
    facts.extend(origin.start_unix_ns.and_then(date_text).map(|date| format!("recorded {date}")));
    facts.iter().map(|fact| format::one_line(fact).into_owned()).collect()
}

/// Nanoseconds since 1970 as a date and a time of day; `None` before 1970, which no profiler knew.
pub(crate) fn date_text(unix_ns: i64) -> Option<String> {
    let minutes = u64::try_from(unix_ns).ok()? / 60_000_000_000;
    let (days, minute) = (minutes / 1440, minutes % 1440);
    // Howard Hinnant's `civil_from_days`: years begin in March, so that a leap day is the last one of its year.
    let days = days + 719_468;
    let era = days / 146_097;
    let day_of_era = days % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    Some(format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", minute / 60, minute % 60))
}

/// Between the stamp's text and the edge of the picture.
const MARGIN: f32 = 16.0;
const NAME_SIZE: f32 = 16.0;
const TEXT_SIZE: f32 = 12.5;
const LINE: f32 = 19.0;
/// Side of the square that shows a colour.
const SWATCH: f32 = 10.0;
const VERSION: &str = concat!("Helioscope ", env!("CARGO_PKG_VERSION"));
/// Browsers without the font set text in one that may be this much wider.
const SLACK: f32 = 1.12;

/// A stamp laid out for a width.
pub(crate) struct StampLayout<'a> {
    stamp: &'a Stamp,
    width: f32,
    facts: Vec<String>,
    filters: Vec<String>,
    notes: Vec<String>,
    /// How many entries of the legend there is room for.
    legend: usize,
}

impl<'a> StampLayout<'a> {
    pub(crate) fn new(stamp: &'a Stamp, width: f32) -> Self {
        let room = width - 2.0 * MARGIN;
        Self {
            stamp,
            width,
            facts: wrap(&stamp.facts, " · ", room),
            filters: wrap(&stamp.filters, " · ", room),
            notes: stamp.notes.iter().flat_map(|n| wrap_words(n, room)).collect(),
            legend: fitting(&stamp.legend, room - width_of(VERSION) - 2.0 * MARGIN),
        }
    }

    /// The height of everything around the picture.
    pub(crate) fn around(&self) -> f32 {
        self.above() + self.below()
    }

    /// The height of what stands above the picture.
    pub(crate) fn above(&self) -> f32 {
        38.0 + LINE * (self.facts.len() + self.filters.len()) as f32 + 8.0
    }

    /// The height of what stands below it.
    pub(crate) fn below(&self) -> f32 {
        34.0 + LINE * self.notes.len() as f32
    }

    pub(crate) fn draw(&self, svg: &mut Svg, height: f32, tones: &Tones) {
        let style = |fill| Style { font: &PROPORTIONAL, size: TEXT_SIZE, fill };
        svg.rect(0.0, 0.0, self.width, self.above(), tones.panel);
        svg.rect(0.0, height - self.below(), self.width, self.below(), tones.panel);
        svg.line();
        let view_width = width_of(&self.stamp.view);
        let name = Style { font: &MONOSPACE, size: NAME_SIZE, fill: tones.text };
        let room = self.width - view_width - 4.0 * MARGIN;
        let shown = shorten_middle(&self.stamp.name, (room / MONOSPACE.width("m", NAME_SIZE)) as usize);
        svg.styled_text((MARGIN, 28.0), Anchor::Start, name, &shown);
        svg.styled_text((self.width - MARGIN, 27.0), Anchor::End, style(tones.text_weak), &self.stamp.view);
        let mut y = 29.0;
        for (lines, fill) in [(&self.facts, tones.text_weak), (&self.filters, tones.accent)] {
            svg.begin_texts(style(fill));
            for line in lines {
                y += LINE;
                svg.text(MARGIN, y, Anchor::Start, line);
            }
            svg.end();
        }
        let mut y = height - self.below() + 4.0;
        svg.begin_texts(style(tones.estimated));
        for line in &self.notes {
            y += LINE;
            svg.text(MARGIN, y, Anchor::Start, line);
        }
        svg.end();
        self.draw_legend(svg, height - 12.0, tones);
    }

    fn draw_legend(&self, svg: &mut Svg, y: f32, tones: &Tones) {
        let style = Style { font: &PROPORTIONAL, size: TEXT_SIZE, fill: tones.text_weak };
        svg.begin_texts(style);
        let mut x = MARGIN;
        for entry in &self.stamp.legend[..self.legend] {
            svg.rect(x, y - SWATCH, SWATCH, SWATCH, entry.fill);
            if let Some(stripes) = entry.stripes {
                let stroke = (STRIPE_WIDTH, entry.fill.mix(tones.ground, 2.0 * STRIPE_STRENGTH));
                svg.lines((x, y - SWATCH), stripes.lines(0.0, SWATCH, SWATCH), stroke);
            }
            let text = legend_text(entry);
            svg.text(x + SWATCH + 5.0, y, Anchor::Start, &text);
            x += legend_width(&text);
        }
        let left_out = self.stamp.legend.len() - self.legend;
        if left_out > 0 {
            svg.text(x, y, Anchor::Start, &more(left_out));
        }
        svg.text(self.width - MARGIN, y, Anchor::End, VERSION);
        svg.end();
    }
}

fn width_of(text: &str) -> f32 {
    PROPORTIONAL.width(text, TEXT_SIZE) * SLACK
}

fn legend_text(entry: &LegendEntry) -> std::borrow::Cow<'_, str> {
    shorten_middle(&entry.text, 32)
}

fn legend_width(text: &str) -> f32 {
    SWATCH + 5.0 + width_of(text) + 18.0
}

fn more(count: usize) -> String {
    format!("+ {count} more")
}

/// How many entries fit in a line, with room for the number of the others.
fn fitting(legend: &[LegendEntry], room: f32) -> usize {
    let mut used = 0.0;
    for (i, entry) in legend.iter().enumerate() {
        used += legend_width(&legend_text(entry));
        let others = if i + 1 < legend.len() { width_of(&more(legend.len())) } else { 0.0 };
        if used + others > room {
            return i;
        }
    }
    legend.len()
}

/// Texts in lines that are no wider than `room`.
fn wrap(texts: &[String], between: &str, room: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for text in texts {
        // A text that is too wide for a line of its own is cut.
        let text = PROPORTIONAL.cut(text, TEXT_SIZE * SLACK, room).unwrap_or_default();
        match lines.last_mut() {
            Some(line) if width_of(line) + width_of(between) + width_of(&text) <= room => {
                line.push_str(between);
                line.push_str(&text);
            }
            _ => lines.push(text),
        }
    }
    lines
}

fn wrap_words(text: &str, room: f32) -> Vec<String> {
    wrap(&text.split(' ').map(str::to_owned).collect::<Vec<_>>(), " ", room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_340, "2000-02-28 23:59 UTC"),
            (951_868_799, "2000-02-29 23:59 UTC"),
            (1_790_000_000, "2026-09-21 14:13 UTC"),
            (4_102_444_800, "2100-01-01 00:00 UTC"),
        ] {
            assert_eq!(date_text(seconds * 1_000_000_000).as_deref(), Some(expected));
        }
        assert_eq!(date_text(-1), None);
    }

    #[test]
    fn texts_go_on_the_next_line_and_a_legend_says_how_many_did_not_fit() {
        let texts: Vec<String> = ["cProfile", "time 1.24 s", "12 samples"].map(str::to_owned).into();
        assert_eq!(wrap(&texts, " · ", 1000.0), ["cProfile · time 1.24 s · 12 samples"]);
        let narrow = wrap(&texts, " · ", 150.0);
        assert_eq!(narrow, ["cProfile · time 1.24 s", "12 samples"]);
        let entry =
            |text: &str| LegendEntry { fill: crate::layout::Rgb(0, 0, 0), stripes: None, text: text.to_owned() };
        let legend = [entry("your code"), entry("standard library"), entry("django")];
        assert_eq!(fitting(&legend, 1000.0), 3);
        assert_eq!(fitting(&legend, 200.0), 1);
        assert_eq!(fitting(&legend, 0.0), 0);
    }
}
