//! `helioscope`: a window, or a command.

use std::process::ExitCode;

fn main() -> ExitCode {
    helioscope::cli::main(|_files| Err("the window is not built yet"))
}
