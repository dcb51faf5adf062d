//! The window: every frame, take what workers have done, draw, and apply what the user wants.

use super::arrange::{Chosen, document_ui};
use super::editor;
use super::export::Exporting;
use super::fonts::use_system_fonts;
use super::jobs::Workers;
use super::options::{self, Options};
use super::recordings::{LoadError, Recordings};
use super::session::Pending;
use super::tabs::{Content, Slot};
use super::watch::{self, Watch, Watched};
use crate::layout::{ColourBy, Scheme};
use crate::ui::annotations::Annotating;
use crate::ui::chrome::tabs_ui;
use crate::ui::drops::drop_target_ui;
use crate::ui::notice::{Notice, notice_ui};
use crate::ui::overlays::{Overlay, overlay_ui};
use crate::ui::start::{Failure, Start, failed_ui, loading_ui, start_ui};
use crate::ui::{Action, Actions, Theme};
use egui::{Context, Frame, Key, Popup, Ui, ViewportCommand};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError};

/// What a window is started with.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Files to open.
    pub paths: Vec<PathBuf>,
    /// Recordings to compare: those of the base side and those of the new side.
    pub compare: Option<(Vec<PathBuf>, Vec<PathBuf>)>,
    /// Whether files can be dropped on this system.
    pub can_drop: bool,
    /// Profiles that come with the program.
    pub samples: Vec<PathBuf>,
}

/// The program.
pub struct Helioscope {
    dark: Arc<Theme>,
    light: Arc<Theme>,
    pub(super) options: Options,
    setup: Setup,
    pub(super) workers: Workers,
    pub(super) slots: Vec<Slot>,
    /// The tab that is shown; `None` for the start page.
    pub(super) active: Option<usize>,
    pub(super) next_id: u64,
    pub(super) overlay: Overlay,
    pub(super) focus_search: bool,
    pub(super) notice: Option<Notice>,
    /// The export dialog, while it is open.
    pub(super) exporting: Option<Exporting>,
    /// A review that waits for its profile to be located.
    pub(super) pending: Option<Pending>,
    /// Where files are saved without asking.
    pub(super) save_into: Option<PathBuf>,
    /// The window's clock, in seconds.
    pub(super) now: f64,
    /// Whether something had the focus in the frame before.
    was_focused: bool,
    watching: Watching,
    title: String,
}

/// Who looks at open files for changes.
enum Watching {
    /// A thread, at these.
    Thread(Watched),
    /// The window itself, next at a time of its clock: for tests.
    Window(Watch, f64),
}

impl Helioscope {
    /// The program in a window of eframe's.
    pub fn new(creation: &eframe::CreationContext<'_>, setup: Setup) -> Self {
        let options: Options = creation.storage.and_then(|s| eframe::get_value(s, options::KEY)).unwrap_or_default();
        use_system_fonts(&creation.egui_ctx);
        let workers = Workers::new(creation.egui_ctx.clone());
        let watched = Watched::default();
        watch::start(&watched, workers.reporter());
        Self::with(&creation.egui_ctx, options, workers, Watching::Thread(watched), setup)
    }

    /// The program for a test: nothing remembered, all work done at once.
    pub fn for_test(ctx: &Context, setup: Setup) -> Self {
        let watching = Watching::Window(Watch::default(), 0.0);
        Self::with(ctx, Options::default(), Workers::inline(ctx.clone()), watching, setup)
    }

    fn with(ctx: &Context, mut options: Options, workers: Workers, watching: Watching, setup: Setup) -> Self {
        if options.editor.is_empty() {
            options.editor = editor::guess();
        }
        let [dark, light] = themes(options.colour_by);
        ctx.set_fonts(Theme::fonts());
        ctx.set_style_of(egui::Theme::Dark, dark.style());
        ctx.set_style_of(egui::Theme::Light, light.style());
        ctx.set_theme(options.theme);
        ctx.set_zoom_factor(options.scale.clamp(0.5, 3.0));
        let mut program = Self {
            dark,
            light,
            options,
            workers,
            slots: Vec::new(),
            active: None,
            next_id: 0,
            overlay: Overlay::None,
            focus_search: false,
            notice: None,
            exporting: None,
            pending: None,
            save_into: None,
            now: 0.0,
            was_focused: false,
            watching,
            title: String::new(),
            setup,
        };
        let paths = std::mem::take(&mut program.setup.paths);
        program.open(paths);
        if let Some((base, new)) = program.setup.compare.take() {
            program.compare_given(base, new);
        }
        program
    }

    pub(super) fn theme(&self, ctx: &Context) -> Arc<Theme> {
        Arc::clone(match ctx.theme() {
            egui::Theme::Dark => &self.dark,
            egui::Theme::Light => &self.light,
        })
    }

    /// Lets the colours of functions tell something else.
    pub(super) fn colour_by(&mut self, by: ColourBy) {
        self.options.colour_by = by;
        [self.dark, self.light] = themes(by);
    }

    fn dropped(&mut self, ctx: &Context, theme: &Theme) {
        let (hovered, dropped, apart) = ctx.input(|i| {
            let paths: Vec<PathBuf> = i.raw.dropped_files.iter().map(|f| f.path().to_owned()).collect();
            (i.raw.hovered_files.len(), paths, i.modifiers.shift)
        });
        if hovered > 0 {
            drop_target_ui(ctx, theme, &self.drop_effect(hovered, apart));
        }
        if !dropped.is_empty() {
            self.drop_files(dropped, apart);
        }
    }

    /// Has open files looked at.
    fn watch(&mut self) {
        let paths = if self.options.watch { self.open_files() } else { Vec::new() };
        let changed = match &mut self.watching {
            Watching::Thread(watched) => {
                *watched.lock().unwrap_or_else(PoisonError::into_inner) = paths;
                return;
            }
            Watching::Window(watch, next) if self.now >= *next => {
                *next = self.now + watch::PERIOD.as_secs_f64();
                watch.look(&paths)
            }
            Watching::Window(..) => return,
        };
        self.changed(&changed);
    }

    fn draw(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let theme = self.theme(&ctx);
        let mut actions = Actions::new();
        self.now = ctx.input(|i| i.time);
        self.take_outcomes();
        self.watch();
        let tabs = self.tabs();
        if tabs.iter().any(|t| t.loading.is_some()) {
            ctx.request_repaint_after(std::time::Duration::from_millis(100));
        }
        let takes_keys = self.views_take_keys(&ctx);
        let plain = Frame::new().fill(theme.panel);
        let menu = self.menu_state();
        egui::Panel::top("tabs")
            .frame(plain)
            .show(ui, |ui| tabs_ui(ui, &theme, &tabs, self.active, menu, &mut actions));
        self.content_ui(ui, &theme, takes_keys, &mut actions);
        // Views consume the keys that mean something to them; the others are commands.
        self.shortcuts(&ctx, &mut actions);
        if let (Some(listed), Overlay::Annotations(shown)) =
            (self.document().map(|document| document.annotations.listed()), &mut self.overlay)
        {
            *shown = listed;
        }
        let profiles = self.active.and_then(|i| self.slots.get(i)).map(Slot::profiles).unwrap_or_default();
        overlay_ui(ui, &theme, &mut self.overlay, &profiles, &mut actions);
        self.export_ui(ui, &theme);
        if self.notice.as_ref().is_some_and(|notice| notice_ui(ui, &theme, notice, &mut actions)) {
            self.notice = None;
        }
        self.dropped(&ctx, &theme);
        let every_frame = |action: &Action| {
            matches!(
                action,
                Action::Hover(_)
                    | Action::Need(_)
                    | Action::NeedOverTime(_)
                    | Action::NeedSource(_)
                    | Action::Annotate(Annotating::At(_))
            )
        };
        if !actions.iter().all(every_frame) {
            ctx.request_repaint();
        }
        self.apply(&ctx, actions);
        if let Some(document) = self.document()
            && document.end_frame()
        {
            ctx.request_repaint();
        }
        self.keep_choices();
        self.set_title(&ctx);
        self.was_focused = ctx.memory(|m| m.focused().is_some());
    }

    /// Whether keys are for the views. What lies over them, or is typed into, may close or lose the focus before they are
    /// drawn: so it is asked before anything is drawn.
    fn views_take_keys(&self, ctx: &Context) -> bool {
        let covered = self.overlay != Overlay::None || self.exporting.is_some() || Popup::is_any_open(ctx);
        let was_left = self.was_focused && ctx.memory(|m| m.focused().is_none());
        let closes_another = was_left && ctx.input(|i| i.key_pressed(Key::Escape));
        !covered && !closes_another
    }

    fn content_ui(&mut self, ui: &mut Ui, theme: &Theme, takes_keys: bool, actions: &mut Actions) {
        let ground = Frame::new().fill(theme.ground);
        let Some(index) = self.active.filter(|i| *i < self.slots.len()) else {
            let start =
                Start { recent: &self.options.recent, samples: &self.setup.samples, can_drop: self.setup.can_drop };
            egui::CentralPanel::default().frame(ground).show(ui, |ui| start_ui(ui, theme, &start, actions));
            return;
        };
        let Slot { recordings, content, .. } = &mut self.slots[index];
        match content {
            Content::Loading(loading) => {
                let mut cancel = false;
                egui::CentralPanel::default().frame(ground).show(ui, |ui| {
                    loading_ui(ui, theme, &recordings.title(), loading.fraction(), &mut cancel);
                });
                if cancel {
                    actions.push(Action::CancelLoading(index));
                }
            }
            Content::Failed(error) => {
                egui::CentralPanel::default()
                    .frame(ground)
                    .show(ui, |ui| load_error_ui(ui, theme, recordings, error, actions));
            }
            Content::Open(document) | Content::Reloading(document, _) => {
                let focus_search = std::mem::take(&mut self.focus_search);
                let editing = match &self.overlay {
                    Overlay::Note(field) => Some(field.id),
                    _ => None,
                };
                let chosen = Chosen { focus_search, takes_keys, editing, options: &self.options };
                let needs = document_ui(ui, theme, recordings, document, chosen, actions);
                for (part, need) in needs.trees {
                    document.need(part, need, &self.workers);
                }
                for (part, file) in needs.sources {
                    document.need_source(part, file, &self.workers);
                }
                for (part, need) in needs.over_time {
                    document.need_over_time(part, need, &self.workers);
                }
            }
        }
    }

    /// Remembers what was chosen in the view on screen for the next profile.
    fn keep_choices(&mut self) {
        let Some(choices) = self.document().map(|document| document.choices()) else { return };
        self.options.growth = choices.growth;
        self.options.minimap = choices.minimap;
        self.options.order = choices.order;
    }

    fn set_title(&mut self, ctx: &Context) {
        let title = match self.active.and_then(|i| self.slots.get(i)) {
            Some(slot) if matches!(slot.content, Content::Loading(_)) => {
                format!("Reading {} — Helioscope", slot.recordings.title())
            }
            Some(slot) => format!("{} — Helioscope", slot.recordings.title()),
            None => "Helioscope".to_owned(),
        };
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

fn load_error_ui(ui: &mut Ui, theme: &Theme, recordings: &Recordings, error: &LoadError, actions: &mut Actions) {
    let title = recordings.title();
    let others: Vec<&Path> = match recordings {
        Recordings::File(_) => Vec::new(),
        Recordings::Comparison(_) => {
            recordings.paths().into_iter().filter(|path| error.path.as_deref() != Some(*path)).collect()
        }
    };
    let failure = Failure {
        title: &title,
        path: error.path.as_deref(),
        side: error.side,
        why: &error.why,
        advice: error.advice,
        others: &others,
    };
    failed_ui(ui, theme, &failure, actions);
}

impl eframe::App for Helioscope {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.draw(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        eframe::set_value(storage, options::KEY, &self.options);
    }
}

impl Helioscope {
    /// Draws a frame: for tests, which have no window of eframe's.
    pub fn frame_ui(&mut self, ui: &mut Ui) {
        self.draw(ui);
    }
}

/// The samples that lie beside the program, or in the folder it was built from.
pub(super) fn samples() -> Vec<PathBuf> {
    let beside = std::env::current_exe().ok().and_then(|exe| Some(exe.parent()?.join("samples")));
    let built = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("assets/samples");
    let working = PathBuf::from("assets/samples");
    for folder in beside.into_iter().chain([working, built]) {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        let mut found: Vec<PathBuf> = entries
            .filter_map(Result::ok)
            .map(|e| e.path())
            .filter(|p| p.is_file() && p.extension().is_none_or(|e| e != "py" && e != "md"))
            .collect();
        found.sort();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The dark theme and the light one.
fn themes(by: ColourBy) -> [Arc<Theme>; 2] {
    [Scheme::Dark, Scheme::Light].map(|scheme| Arc::new(Theme::new(scheme).telling(by)))
}
