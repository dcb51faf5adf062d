//! Flame graphs as SVG pictures: py-spy's default output, made by [inferno](https://github.com/jonhoo/inferno), and those
//! of [flamegraph.pl](https://github.com/brendangregg/FlameGraph).
//!
//! ```text
//! <svg … xmlns:fg="http://github.com/jonhoo/inferno">
//!   <text id="title" …>py-spy record -o out.svg -- python a.py</text>
//!   <svg id="frames" x="10" width="1180" total_samples="118">
//!     <g><title>parse (a.py:12) (9 samples, 7.63%)</title>
//!        <rect x="1.6949%" y="84" width="7.6271%" height="15" fill="rgb(227,0,7)" fg:x="2" fg:w="9"/></g>
//! ```
//!
//! A picture is not a profile, but inferno's says nearly all: `fg:x` and `fg:w` are exact offsets and widths in samples.
//! A frame's caller is the one in the next row towards the root that spans it; its self time is its width without its
//! callees'. What is too narrow to draw is left out of a picture, so that self time may be some callee's.
//! flamegraph.pl's pictures (and inferno's before 0.10) have pixels only: there, frames are placed by pixels and counted
//! by the numbers in their titles.

mod picture;
mod title;
mod tree;

use super::frame_text::{self, Dialect, scope::Scope, scope::Tracks};
use super::{Format, ImportError, Input, Job, Recipe, Sniff, utf8};
use crate::model::{FrameId, Profile, ProfileBuilder, StackId, TrackId, Unit};
use picture::Picture;
use tree::{Placed, Tree};

const NAME: &str = "flame graph SVG";

pub(super) const FORMAT: Format = Format {
    name: NAME,
    about: "py-spy's default output, and the pictures of inferno and flamegraph.pl",
    extensions: &["svg"],
    recipes: &[Recipe { tool: "py-spy", command: "py-spy record -o out.svg -- python your_program.py" }],
    timed: false,
    sniff,
    parse,
};

fn sniff(head: &[u8]) -> Sniff {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let is_xml = [&b"<?xml"[..], b"<svg", b"<!DOCTYPE svg", b"<!--"].iter().any(|begin| head.starts_with(begin));
    if is_xml && memchr::memmem::find(head, b"<svg").is_some() { Sniff::Yes } else { Sniff::No }
}

fn parse(input: &mut Input, job: &Job) -> Result<Profile, ImportError> {
    let (text, damaged) = utf8::decoded(input.bytes(job)?);
    let picture = Picture::read(&text, job)?;
    if picture.frames.is_empty() {
        return Err(not_a_flame_graph(&picture));
    }
    job.progress(1, 2)?;
    let tree = Tree::of(&picture);
    let mut profile = Reader::new(&picture).profile(&picture, &tree, job)?;
    if damaged {
        profile.warn("Some of the picture's text is not valid UTF-8; its odd bytes are shown as \\xNN.");
    }
    Ok(profile)
}

fn not_a_flame_graph(picture: &Picture) -> ImportError {
    if picture.says_no_input {
        return ImportError::Recognised {
            what: "a flame graph without a single stack",
            advice: "The profiler caught no sample: the program may have ended too soon, or slept. Record it for longer.",
        };
    }
    ImportError::Recognised {
        what: "an SVG picture other than a flame graph",
        advice: "Open the profile the picture was made from, or record a flame graph: `py-spy record -o out.svg -- python your_program.py`.",
    }
}

/// Turns a tree of boxes into samples.
struct Reader {
    builder: ProfileBuilder,
    dialect: Dialect,
    /// The frame of each name, once it is needed.
    frames: Vec<Option<FrameId>>,
    /// The scopes so far, and their threads once they have a sample.
    scopes: Vec<(Scope, Option<TrackId>)>,
    tracks: Tracks,
    /// How much of the metric's unit one unit of width is.
    factor: i64,
    unit: String,
    without_frames: i64,
}

/// Where a frame stands: what its callees' stacks begin with.
#[derive(Clone, Copy)]
struct Standing {
    stack: StackId,
    /// Where it ran: an index into [`Reader::scopes`].
    scope: usize,
    /// Whether an ordinary frame has been seen, behind which there is no more scope.
    in_frames: bool,
}

impl Reader {
    fn new(picture: &Picture) -> Self {
        let mut builder = ProfileBuilder::new(NAME);
        let widths_are_scaled = picture.is_exact && picture.titles_are_scaled();
        let unit = picture.unit.as_deref().filter(|_| !widths_are_scaled).unwrap_or("samples");
        let (base, factor) = Unit::from_name(unit);
        let name = if base == Unit::Nanoseconds { "time" } else { unit };
        let unit_name = base.name().to_owned();
        builder.metric(name, base);
        if widths_are_scaled {
            builder.warn(
                "The titles of this picture show counts multiplied by a factor; the exact counts behind them are shown here.",
            );
        }
        let origin = builder.origin_mut();
        picture.producer().clone_into(&mut origin.producer);
        let invocation = title::Invocation::of(&picture.title);
        origin.command = invocation.program.map(str::to_owned);
        origin.period_ns = invocation.period_ns;
        if invocation.is_py_spy && invocation.program.is_none() {
            origin.comments.push(picture.title.clone());
        }
        let dialect = if invocation.by_function { Dialect::FirstLine } else { Dialect::RunningLine };
        Self {
            builder,
            dialect,
            frames: vec![None; picture.names.len()],
            scopes: vec![(Scope::default(), None)],
            tracks: Tracks::default(),
            factor,
            unit: unit_name,
            without_frames: 0,
        }
    }

    fn profile(mut self, picture: &Picture, tree: &Tree, job: &Job) -> Result<Profile, ImportError> {
        const FRAMES_A_REPORT: usize = 1 << 16;
        let root = Standing { stack: StackId::EMPTY, scope: 0, in_frames: false };
        // Parents stand before their callees, so that one pass finds every caller known.
        let mut standings: Vec<Standing> = Vec::with_capacity(tree.placed.len());
        for placed in &tree.placed {
            if standings.len().is_multiple_of(FRAMES_A_REPORT) {
                job.progress((tree.placed.len() + standings.len()) as u64, 2 * tree.placed.len() as u64)?;
            }
            let caller = placed.caller.and_then(|c| standings.get(c)).unwrap_or(&root);
            let standing = match picture.frames.get(placed.frame) {
                Some(frame) if !placed.is_root => self.enter(*caller, frame.name, picture.name(frame)),
                _ => *caller,
            };
            self.count(standing, placed)?;
            standings.push(standing);
        }
        self.warn(picture, tree);
        Ok(self.builder.finish()?)
    }

    fn enter(&mut self, caller: Standing, index: usize, name: &str) -> Standing {
        let scope = self.scopes.get(caller.scope).filter(|_| !caller.in_frames);
        if let Some(scope) = scope.and_then(|(scope, _)| scope.with(name)) {
            self.scopes.push((scope, None));
            return Standing { scope: self.scopes.len() - 1, ..caller };
        }
        let known = self.frames.get(index).copied().flatten();
        let id = known.unwrap_or_else(|| frame_text::intern(&mut self.builder, name, self.dialect));
        if let Some(slot) = self.frames.get_mut(index) {
            *slot = Some(id);
        }
        Standing { stack: self.builder.stack(caller.stack, id), in_frames: true, ..caller }
    }

    fn count(&mut self, standing: Standing, placed: &Placed) -> Result<(), ImportError> {
        if placed.own == 0 {
            return Ok(());
        }
        let Some(value) = placed.own.checked_mul(self.factor) else {
            return Err(ImportError::malformed(NAME, None, "its widths do not fit 64 bits"));
        };
        if standing.stack == StackId::EMPTY {
            self.without_frames = self.without_frames.saturating_add(value);
        }
        let track = self.track(standing.scope);
        self.builder.sample(track, standing.stack, None, &[value]);
        Ok(())
    }

    fn track(&mut self, scope: usize) -> TrackId {
        let Some((scope, track)) = self.scopes.get_mut(scope) else { return TrackId(0) };
        *track.get_or_insert_with(|| self.tracks.track(&mut self.builder, scope))
    }

    fn warn(&mut self, picture: &Picture, tree: &Tree) {
        let builder = &mut self.builder;
        self.tracks.name_the_rest(builder);
        if !picture.is_exact {
            builder.warn(
                "This picture gives positions in pixels only: its tree was reconstructed from pixel positions and the counts in its titles, so the caller of a narrow frame may be wrong.",
            );
        }
        if let Some(hidden) = tree.hidden(picture) {
            builder.warn(&hidden);
        }
        builder.warn_times("A frame that no other frame spans was taken as the beginning of a stack.", tree.strays);
        builder
            .warn_times("The callees of a frame are wider than the frame: its self time is taken as 0.", tree.overfull);
        builder.warn_times("A frame whose title gives no count was left out.", picture.uncounted);
        builder.warn_times("An entity that the file defines itself was left as it is written.", picture.entities);
        if self.without_frames > 0 {
            let text = format!(
                "Some of the total stands under no function ({} {}): frames too narrow to draw, or none at all.",
                self.without_frames, self.unit
            );
            builder.warn(&text);
        }
    }
}
