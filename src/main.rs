//! `helioscope`: a window, or a command.

use std::process::ExitCode;

fn main() -> ExitCode {
    helioscope::cli::main(helioscope::app::run)
}
