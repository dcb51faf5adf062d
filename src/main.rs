//! `helioscope`: a window, or a command.

use std::process::ExitCode;

fn main() -> ExitCode {
    helioscope::cli::main(|files| helioscope::app::run(files.open, files.compare))
}
