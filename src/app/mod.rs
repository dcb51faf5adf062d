//! The running program: the session's state, work on other threads, applying actions, what is remembered.

mod annotations;
mod arrange;
mod commands;
mod dialogs;
#[cfg(target_os = "linux")]
mod display;
mod document;
mod drops;
mod editor;
mod export;
mod fonts;
mod hints;
mod history;
mod jobs;
mod options;
mod pane;
mod recordings;
mod session;
mod sources;
mod subject;
mod tabs;
mod translate;
mod watch;
mod window;

pub use window::{Helioscope, Setup};

use std::path::PathBuf;

/// Why no window could be opened.
#[derive(Debug, thiserror::Error)]
#[error(
    "no window could be opened: {0}\n\
     Without a window, use Helioscope on the command line: `helioscope top FILE`, `helioscope info FILE`, \
     `helioscope export FILE -o out.folded`."
)]
pub struct RunError(String);

impl RunError {
    fn new(error: &eframe::Error) -> Self {
        match error {
            eframe::Error::WinitEventLoop(_) => {
                let text = error.to_string();
                // The library's error begins with the place in its sources.
                let why = text.rsplit_once(": ").map_or(text.as_str(), |(_, why)| why);
                Self(format!("no display can be reached ({why})"))
            }
            _ => Self(format!("{error}\nHelioscope draws with Vulkan, Metal, Direct3D or OpenGL.")),
        }
    }
}

/// Opens the window with files in it, and two sides to compare, and returns when it is closed.
pub fn run(paths: Vec<PathBuf>, compare: Option<(Vec<PathBuf>, Vec<PathBuf>)>) -> Result<(), RunError> {
    let icon =
        eframe::icon_data::from_png_bytes(include_bytes!("../../assets/icon/helioscope.png")).unwrap_or_default();
    let mut options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_title("Helioscope")
            .with_app_id("helioscope")
            .with_inner_size([1280.0, 800.0])
            .with_min_inner_size([640.0, 400.0])
            .with_drag_and_drop(true)
            .with_icon(icon),
        renderer: eframe::Renderer::Wgpu,
        ..eframe::NativeOptions::default()
    };
    let can_drop = prefer_x11(&mut options);
    let setup = Setup { paths, compare, can_drop, samples: window::samples() };
    eframe::run_native("Helioscope", options, Box::new(|creation| Ok(Box::new(Helioscope::new(creation, setup)))))
        .map_err(|error| RunError::new(&error))
}

/// winit 0.30 delivers no dropped files under Wayland, so X11 is preferred where there is one. Whether files can be
/// dropped.
#[cfg(target_os = "linux")]
fn prefer_x11(options: &mut eframe::NativeOptions) -> bool {
    use winit::platform::x11::EventLoopBuilderExtX11;
    let display = std::env::var("DISPLAY").unwrap_or_default();
    let has_wayland = std::env::var_os("WAYLAND_DISPLAY").is_some_and(|v| !v.is_empty());
    if !has_wayland {
        return !display.is_empty();
    }
    let has_x11 = display::is_served(&display);
    if has_x11 {
        options.event_loop_builder = Some(Box::new(|builder| {
            builder.with_x11();
        }));
    }
    has_x11
}

#[cfg(not(target_os = "linux"))]
fn prefer_x11(_options: &mut eframe::NativeOptions) -> bool {
    true
}
