//! What ends a command early, and the exit status it ends with.

use crate::analyze::diff::AlignError;
use crate::export::picture::PictureError;
use crate::import::ImportError;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// Why a command did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// The command line has no meaning; also `--help` and `--version`, which clap treats alike.
    #[error(transparent)]
    CommandLine(#[from] clap::Error),
    /// The command line has no meaning for this profile.
    #[error("{0}")]
    Usage(String),
    /// The picture that was asked for has no meaning for this profile.
    #[error(transparent)]
    Picture(#[from] PictureError),
    /// The profile cannot be read.
    #[error("{error}")]
    Import {
        /// As typed.
        path: PathBuf,
        /// Why.
        error: ImportError,
    },
    /// A file cannot be written.
    #[error("{} could not be written: {source}", path.display())]
    Output {
        /// As typed.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Standard output cannot be written.
    #[error("standard output could not be written: {0}")]
    Stdout(io::Error),
    /// Helioscope could not record itself.
    #[error("{0}")]
    SelfProfile(String),
    /// Two recordings that cannot be compared.
    #[error(transparent)]
    Align(#[from] AlignError),
    /// What was compared got slower than allowed: what, and by how much.
    #[error("slower than allowed:\n  {}", what.join("\n  "))]
    Slower {
        /// What got slower, and by how much.
        what: Vec<String>,
        /// How to be surer of it; empty where that is as sure as can be.
        advice: &'static str,
    },
    /// A comparison could not be made, for a reason of its own.
    #[error(transparent)]
    Diff(Box<Failure>),
    /// The window ended with an error.
    #[error("{0}")]
    Window(String),
}

impl Failure {
    pub(super) fn usage(text: impl Into<String>) -> Self {
        Self::Usage(text.into())
    }

    /// Says on standard error what happened and what to do, and gives the exit status: 1 for what cannot be read or
    /// written and for what got slower, 2 for bad usage and for every error of a comparison.
    pub(super) fn report(&self) -> ExitCode {
        let advice = match self {
            Self::Diff(failure) => {
                let code = failure.report();
                return if code == ExitCode::SUCCESS { code } else { ExitCode::from(2) };
            }
            Self::CommandLine(error) => {
                // Where the output is gone there is nobody to tell.
                let _ = error.print();
                return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
            }
            // Whoever read the output has seen enough: `helioscope top … | head`.
            Self::Stdout(error) if error.kind() == io::ErrorKind::BrokenPipe => return ExitCode::SUCCESS,
            Self::Import { error, .. } => error.advice(),
            Self::Slower { advice, .. } => advice,
            Self::Align(AlignError::NothingInCommon { .. }) => "Record both with the same profiler, or compare others.",
            Self::Usage(_) | Self::Picture(_) => "For more information, try '--help'.",
            Self::Output { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "Check that its folder is there."
            }
            Self::Output { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "Choose a folder you may write to."
            }
            Self::Output { .. } | Self::Stdout(_) | Self::SelfProfile(_) | Self::Align(_) | Self::Window(_) => "",
        };
        let mut err = io::stderr().lock();
        // Nobody is left to tell where standard error is closed.
        let _ = match self {
            // The message of a file that cannot be opened names it.
            Self::Import { path, error } if !matches!(error, ImportError::Io { .. }) => {
                writeln!(err, "error: {}: {error}", path.display())
            }
            _ => writeln!(err, "error: {self}"),
        };
        if !advice.is_empty() {
            let _ = writeln!(err, "\n{advice}");
        }
        ExitCode::from(if matches!(self, Self::Usage(_) | Self::Picture(_)) { 2 } else { 1 })
    }
}
