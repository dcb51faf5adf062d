//! The command line: headless commands for scripts and for machines without a display, over the same functions the
//! window uses.
//!
//! Exit status: 0; 1 for a file that cannot be read or written, with the reason on standard error; 2 for bad usage.
//! `diff` ends with 1 where it is asked to fail and does, and with 2 for every error. A reader of standard output that stops early is no error.

mod args;
mod counted;
mod diff;
mod export;
mod failure;
mod formats;
mod hints;
mod info;
mod options;
mod output;
mod render;
mod report;
mod rules;
mod select;
mod self_profile;
mod top;

use crate::analyze::diff::Side;
use crate::import::{self, Job};
use crate::model::{Profile, format};
use args::Command;
use failure::Failure;
use self_profile::SelfProfiler;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// What the window is to show.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct WindowFiles {
    /// Files that open each in a tab.
    pub open: Vec<PathBuf>,
    /// Recordings to compare: those of the base side and those of the new side.
    pub compare: Option<(Vec<PathBuf>, Vec<PathBuf>)>,
}

/// Does what the command line asks for. `window` opens the window with the given files.
pub fn main<E: Display>(window: impl FnOnce(WindowFiles) -> Result<(), E>) -> ExitCode {
    match run(window) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

fn run<E: Display>(window: impl FnOnce(WindowFiles) -> Result<(), E>) -> Result<(), Failure> {
    let arguments = args::parse(std::env::args_os())?;
    let command = || match &arguments.command {
        None => window(arguments.window_files()?).map_err(|e| Failure::Window(e.to_string())),
        Some(Command::Info(info)) => to_stdout(|out| info::run(info, out)),
        Some(Command::Top(top)) => to_stdout(|out| top::run(top, out)),
        Some(Command::Diff(diff)) => to_stdout(|out| diff::run(diff, out)),
        Some(Command::Export(export)) => export::run(export),
        Some(Command::Hints(hints)) => to_stdout(|out| hints::run(hints, out)),
        Some(Command::Rules(rules)) => to_stdout(|out| rules::run(rules, out)),
        Some(Command::Render(render)) => render::run(render),
        Some(Command::Report(report)) => report::run(report),
        Some(Command::Formats) => to_stdout(formats::run),
    };
    let Some(out) = &arguments.self_profile else { return command() };
    let profiler = SelfProfiler::start().map_err(Failure::SelfProfile)?;
    let result = command();
    let recorded = profiler.finish(out);
    result?;
    let samples = recorded.map_err(Failure::SelfProfile)?;
    let samples = format::counted(samples, "sample", "samples");
    tell("note", [format!("{samples} of Helioscope itself written to {}", out.display())]);
    Ok(())
}

/// Runs a command that prints.
fn to_stdout<T>(command: impl FnOnce(&mut dyn Write) -> Result<T, Failure>) -> Result<T, Failure> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let value = command(&mut out)?;
    out.flush().map_err(Failure::Stdout)?;
    Ok(value)
}

/// Reads the profile of a command.
fn load(path: &Path) -> Result<Arc<Profile>, Failure> {
    let profile = import::open(path, &Job::new()).map_err(|error| Failure::Import { path: path.to_owned(), error })?;
    let profile = Arc::new(profile);
    // The process ends with the command: taking millions of rows apart first would only keep the user waiting.
    std::mem::forget(Arc::clone(&profile));
    Ok(profile)
}

/// Says on standard error what to know before believing the output.
fn warn<W: Display>(warnings: impl IntoIterator<Item = W>) {
    tell("warning", warnings);
}

/// The same of recordings of one side: each thing once, however many of them it is true of.
fn warn_of(profiles: &[Arc<Profile>], side: Side) {
    let mut said = BTreeSet::new();
    let warnings = profiles.iter().flat_map(|profile| profile.warnings());
    warn(warnings.filter(|w| said.insert(&w.text)).map(|warning| format!("{}: {warning}", side.name())));
}

fn tell<W: Display>(kind: &str, messages: impl IntoIterator<Item = W>) {
    let mut err = io::stderr().lock();
    for message in messages {
        // Nobody is left to tell where standard error is closed.
        let _ = writeln!(err, "{kind}: {}", format::one_line(&message.to_string()));
    }
}
