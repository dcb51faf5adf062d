//! The program: a window, or a command.

fn main() -> std::process::ExitCode {
    match helioscope::app::run(std::env::args_os().skip(1).map(Into::into).collect()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(_) => std::process::ExitCode::FAILURE,
    }
}
