//! The window: every frame, take what workers have done, draw, and apply what the user wants.

use super::document::{Document, title_of};
use super::editor;
use super::jobs::{DocumentId, Outcome, Workers};
use super::options::{self, Options};
use crate::analyze::Transform;
use crate::import::{ImportError, Job};
use crate::layout::Scheme;
use crate::model::TrackId;
use crate::ui::chrome::{BarState, Tab, bar_ui, status_ui, tabs_ui, transforms_ui};

use crate::ui::overlays::{Overlay, drop_target_ui, overlay_ui};
use crate::ui::start::{Start, failed_ui, loading_ui, start_ui};
use crate::ui::views::{SourceCtx, ViewKind, callers_ui, flame_ui, source_ui, sunburst_ui, table_ui};
use crate::ui::{Action, Actions, Command, Theme, details_ui};
use egui::{Context, Frame, Ui, ViewportCommand};
use std::path::{Path, PathBuf};

/// What a window is started with.
#[derive(Clone, Debug, Default)]
pub struct Setup {
    /// Files to open.
    pub paths: Vec<PathBuf>,
    /// Whether files can be dropped on this system.
    pub can_drop: bool,
    /// Profiles that come with the program.
    pub samples: Vec<PathBuf>,
}

/// A tab: a file on its way, an open one, or one that could not be opened.
struct Slot {
    id: DocumentId,
    path: PathBuf,
    content: Content,
}

enum Content {
    Loading(Job),
    Open(Box<Document>),
    /// An open document whose file is being read again.
    Reloading(Box<Document>, Job),
    Failed {
        why: String,
        advice: &'static str,
    },
}

impl Slot {
    fn document(&mut self) -> Option<&mut Document> {
        match &mut self.content {
            Content::Open(document) | Content::Reloading(document, _) => Some(document),
            Content::Loading(_) | Content::Failed { .. } => None,
        }
    }
}

/// The program.
pub struct Helioscope {
    dark: Theme,
    light: Theme,
    options: Options,
    setup: Setup,
    workers: Workers,
    slots: Vec<Slot>,
    /// The tab that is shown; `None` for the start page.
    active: Option<usize>,
    next_id: u64,
    overlay: Overlay,
    focus_search: bool,
    /// A short message, and when it is to go.
    notice: Option<(String, f64)>,
    title: String,
}

impl Helioscope {
    /// The program in a window of eframe's.
    pub fn new(creation: &eframe::CreationContext<'_>, setup: Setup) -> Self {
        let options: Options = creation.storage.and_then(|s| eframe::get_value(s, options::KEY)).unwrap_or_default();
        let workers = Workers::new(creation.egui_ctx.clone());
        Self::with(&creation.egui_ctx, options, workers, setup)
    }

    /// The program for a test: nothing remembered, all work done at once.
    pub fn for_test(ctx: &Context, setup: Setup) -> Self {
        Self::with(ctx, Options::default(), Workers::inline(ctx.clone()), setup)
    }

    fn with(ctx: &Context, mut options: Options, workers: Workers, setup: Setup) -> Self {
        if options.editor.is_empty() {
            options.editor = editor::guess();
        }
        let (dark, light) = (Theme::new(Scheme::Dark), Theme::new(Scheme::Light));
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
            title: String::new(),
            setup,
        };
        let paths = std::mem::take(&mut program.setup.paths);
        program.open(paths);
        program
    }

    fn theme(&self, ctx: &Context) -> Theme {
        match ctx.theme() {
            egui::Theme::Dark => self.dark.clone(),
            egui::Theme::Light => self.light.clone(),
        }
    }

    /// Opens files, each in a tab; one that is open already is shown.
    fn open(&mut self, paths: Vec<PathBuf>) {
        for path in paths {
            if let Some(i) = self.slots.iter().position(|s| same_file(&s.path, &path)) {
                self.active = Some(i);
                continue;
            }
            self.next_id += 1;
            let id = DocumentId(self.next_id);
            let job = Job::new();
            self.workers.load(id, path.clone(), None, job.clone());
            self.slots.push(Slot { id, path, content: Content::Loading(job) });
            self.active = Some(self.slots.len() - 1);
        }
    }

    fn document(&mut self) -> Option<&mut Document> {
        self.active.and_then(|i| self.slots.get_mut(i)).and_then(Slot::document)
    }

    fn take_outcomes(&mut self) {
        for outcome in self.workers.outcomes() {
            match outcome {
                Outcome::Chosen(paths) => self.open(paths),
                Outcome::SourceFolder(folder) => {
                    self.options.add_source_root(folder);
                    self.look_for_sources_again();
                }
                Outcome::Loaded { document, result } => self.loaded(document, result),
                Outcome::Counted { document: id, .. }
                | Outcome::Tree { document: id, .. }
                | Outcome::Ordered { document: id, .. }
                | Outcome::Found { document: id, .. }
                | Outcome::Source { document: id, .. }
                | Outcome::Neighbours { document: id, .. } => {
                    if let Some(slot) = self.slots.iter_mut().find(|s| s.id == id)
                        && let Some(document) = slot.document()
                    {
                        document.take(outcome, &self.workers);
                    }
                }
            }
        }
    }

    fn loaded(
        &mut self,
        id: DocumentId,
        result: Result<(std::sync::Arc<crate::model::Profile>, crate::analyze::Analysis), ImportError>,
    ) {
        let Some(slot) = self.slots.iter_mut().find(|s| s.id == id) else { return };
        let failed = Content::Failed { why: String::new(), advice: "" };
        slot.content = match (result, std::mem::replace(&mut slot.content, failed)) {
            (Ok((profile, analysis)), Content::Reloading(mut document, _)) => {
                document.reload(profile, analysis, &self.workers);
                Content::Open(document)
            }
            (Ok((profile, analysis)), _) => {
                self.options.remember(&slot.path);
                let places = self.options.source_places();
                let mut document = Box::new(Document::new(id, profile, analysis, &slot.path, &places));
                document.flame.growth = self.options.growth;
                document.flame.minimap = self.options.minimap;
                if document.has_time() || self.options.order != crate::analyze::Order::Time {
                    document.flame.order = self.options.order;
                }
                Content::Open(document)
            }
            // What is open stays as it was.
            (Err(error), Content::Reloading(document, _)) => {
                self.notice = Some((format!("Not reloaded: {error}. {}", error.advice()), f64::INFINITY));
                Content::Open(document)
            }
            (Err(error), _) => Content::Failed { why: error.to_string(), advice: error.advice() },
        };
    }

    fn close(&mut self, index: usize) {
        if index >= self.slots.len() {
            return;
        }
        let slot = self.slots.remove(index);
        if let Content::Loading(job) | Content::Reloading(_, job) = &slot.content {
            job.cancel();
        }
        self.active = match self.active {
            Some(active) if active > index => Some(active - 1),
            Some(active) if active == index && self.slots.is_empty() => None,
            Some(active) => Some(active.min(self.slots.len().saturating_sub(1))),
            None => None,
        };
    }

    fn reload(&mut self) {
        let Some(slot) = self.active.and_then(|i| self.slots.get_mut(i)) else { return };
        let job = Job::new();
        let failed = Content::Failed { why: String::new(), advice: "" };
        let (content, wish) = match std::mem::replace(&mut slot.content, failed) {
            Content::Open(document) => {
                let wish = document.wish();
                (Content::Reloading(document, job.clone()), Some(wish))
            }
            Content::Failed { .. } => (Content::Loading(job.clone()), None),
            busy => {
                slot.content = busy;
                return;
            }
        };
        slot.content = content;
        self.workers.load(slot.id, slot.path.clone(), wish, job);
    }

    fn apply(&mut self, ctx: &Context, actions: Actions) {
        for action in actions {
            self.apply_one(ctx, action);
        }
    }

    fn apply_one(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Run(command) => return self.run(ctx, command),
            Action::Open(paths) => return self.open(paths),
            Action::ShowTab(i) => {
                self.active = Some(i).filter(|i| *i < self.slots.len());
                return;
            }
            Action::CloseTab(i) | Action::CancelLoading(i) => return self.close(i),
            Action::Copy(text, what) => {
                ctx.copy_text(text);
                return self.notify(ctx, what);
            }
            Action::ForgetRecent(path) => return self.options.forget(&path),
            Action::ChooseSourceFolder => return self.workers.choose_source_folder(),
            Action::MapSource(mapping) => {
                self.options.add_source_mapping(mapping);
                return self.look_for_sources_again();
            }
            Action::ForgetSources => return self.look_for_sources_again(),
            Action::OpenInEditor(line) => return self.open_in_editor(ctx, Some(line)),
            Action::SetEditor(command) => {
                self.options.editor = command;
                return;
            }
            _ => {}
        }
        let Some(slot) = self.active.and_then(|i| self.slots.get_mut(i)) else { return };
        let workers = &self.workers;
        let Some(document) = slot.document() else { return };
        match action {
            Action::Show(view) => document.show(view),
            Action::Select(group) => document.select(group, workers),
            Action::Hover(group) => document.hover(group),
            Action::Search(search) => document.set_search(search, workers),
            Action::Metric(metric) => document.ask(|q| q.metric = metric, workers),
            Action::Track(track) => document.ask(|q| q.track = track, workers),
            Action::Group(by) => document.group_by(by, workers),
            Action::Transform(transform) => document.transform(transform, workers),
            Action::RemoveTransform(i) => document.ask(|q| q.transforms.truncate(i), workers),
            Action::ZoomTo(path) => document.zoom_to(path),
            Action::Need(need) => document.need(need, workers),
            Action::NeedSource(file) => document.need_source(file, workers),
            Action::Measure(_)
            | Action::Pair(_)
            | Action::Unpair(_)
            | Action::Run(_)
            | Action::Open(_)
            | Action::ShowTab(_)
            | Action::CloseTab(_)
            | Action::CancelLoading(_)
            | Action::Copy(..)
            | Action::ForgetRecent(_)
            | Action::ChooseSourceFolder
            | Action::MapSource(_)
            | Action::ForgetSources
            | Action::OpenInEditor(_)
            | Action::SetEditor(_) => {}
        }
    }

    fn run(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::OpenDialog => self.workers.choose_files(),
            Command::Reload => self.reload(),
            Command::CloseTab => {
                if let Some(i) = self.active {
                    self.close(i);
                }
            }
            Command::NextTab => {
                let count = self.slots.len();
                self.active = (count > 0).then(|| self.active.map_or(0, |i| (i + 1) % count));
            }
            Command::StartPage => self.active = None,
            Command::Find => self.focus_search = true,
            Command::Palette => self.overlay = Overlay::Palette(String::new(), 0),
            Command::Shortcuts => self.overlay = Overlay::Shortcuts,
            Command::ShowWarnings => {
                if self.document().is_some() {
                    self.overlay = Overlay::Warnings;
                }
            }
            Command::SwitchTheme => {
                use egui::ThemePreference::{Dark, Light, System};
                let (next, what) = match self.options.theme {
                    System => (Dark, "Dark theme"),
                    Dark => (Light, "Light theme"),
                    Light => (System, "Theme of the system"),
                };
                self.options.theme = next;
                ctx.set_theme(next);
                self.notify(ctx, what);
            }
            Command::ToggleDetails => self.options.details = !self.options.details,
            Command::OpenInEditor => self.open_in_editor(ctx, None),
            Command::ScaleUp => self.scale(ctx, self.options.scale * 1.1),
            Command::ScaleDown => self.scale(ctx, self.options.scale / 1.1),
            Command::ScaleReset => self.scale(ctx, 1.0),
            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            _ => self.run_on_document(ctx, command),
        }
    }

    fn run_on_document(&mut self, ctx: &Context, command: Command) {
        let Some(slot) = self.active.and_then(|i| self.slots.get_mut(i)) else { return };
        let workers = &self.workers;
        let Some(document) = slot.document() else { return };
        let selection = document.selection();
        match command {
            Command::View(view) => document.show(view),
            Command::NextMatch => document.step_match(true, workers),
            Command::PreviousMatch => document.step_match(false, workers),
            Command::HottestLine | Command::NextHotLine | Command::PreviousHotLine => document.step_hot(command),
            Command::Back => document.go_back(workers),
            Command::Forward => document.go_forward(workers),
            Command::ResetZoom => {
                document.zoom_to(Vec::new());
                document.ask(
                    |q| {
                        q.transforms.clear();
                        q.time_ns = None;
                    },
                    workers,
                );
            }
            Command::NextTrack | Command::PreviousTrack => {
                let step = if command == Command::NextTrack { 1 } else { -1 };
                let next = next_track(document, step);
                document.ask(|q| q.track = next, workers);
            }
            Command::CollapseRecursion => document.transform(Transform::CollapseRecursion, workers),
            Command::OnlyMine => document.transform(Transform::OnlyMine, workers),
            Command::FocusSelection | Command::HideSelection | Command::DropSelection => {
                let Some(group) = selection else { return };
                let transform = match command {
                    Command::FocusSelection => Transform::Focus(group),
                    Command::HideSelection => Transform::Hide(group),
                    _ => Transform::Drop(group),
                };
                if document.can_transform() {
                    document.transform(transform, workers);
                } else {
                    self.notify(ctx, "A call graph has no whole stacks to change");
                }
            }
            Command::CopySelection => {
                let Some(group) = selection else { return };
                let (file, line) = document.analysis.place(group);
                let name = document.analysis.name(group);
                let text = match (file, line) {
                    ("", _) => name.into_owned(),
                    (file, 0) => format!("{name} ({file})"),
                    (file, line) => format!("{name} ({file}:{line})"),
                };
                ctx.copy_text(text);
                self.notify(ctx, "Name copied");
            }
            _ => {}
        }
    }

    /// Sources may lie elsewhere now, or have changed.
    fn look_for_sources_again(&mut self) {
        let places = self.options.source_places();
        for slot in &mut self.slots {
            let path = slot.path.clone();
            if let Some(document) = slot.document() {
                let profile = std::sync::Arc::clone(&document.profile);
                document.sources.look_again(&path, &profile, &places);
            }
        }
    }

    /// Opens a line of the source view's file in the editor; without one, the line the user is at.
    fn open_in_editor(&mut self, ctx: &Context, line: Option<u32>) {
        let command = self.options.editor.clone();
        let Some(document) = self.document() else { return };
        let Some(place) = document.source_place(line) else {
            return self.notify(ctx, "No source file is open");
        };
        match editor::open(&command, &place.0, place.1) {
            Ok(()) => self.notify(ctx, "Opened in the editor"),
            Err(why) => self.notice = Some((why, f64::INFINITY)),
        }
    }

    fn scale(&mut self, ctx: &Context, scale: f32) {
        self.options.scale = scale.clamp(0.5, 3.0);
        ctx.set_zoom_factor(self.options.scale);
    }

    fn notify(&mut self, ctx: &Context, what: &str) {
        const SECONDS: f64 = 2.5;
        self.notice = Some((what.to_owned(), ctx.input(|i| i.time) + SECONDS));
    }

    fn shortcuts(&self, ctx: &Context, actions: &mut Actions) {
        let typing = ctx.text_edit_focused();
        let overlay = self.overlay != Overlay::None;
        for command in Command::all() {
            let Some(shortcut) = command.shortcut() else { continue };
            let plain = shortcut.modifiers.is_none();
            let function_key = matches!(shortcut.logical_key, egui::Key::F3);
            if (typing && plain && !function_key) || (overlay && command != Command::Quit) {
                continue;
            }
            // Text fields copy their own selection.
            if typing && command == Command::CopySelection {
                continue;
            }
            if ctx.input_mut(|i| consume(i, shortcut)) {
                actions.push(Action::Run(command));
            }
        }
    }

    fn dropped(&mut self, ctx: &Context, theme: &Theme) {
        let (hovered, dropped) = ctx.input(|i| {
            let paths: Vec<PathBuf> = i.raw.dropped_files.iter().map(|f| f.path().to_owned()).collect();
            (i.raw.hovered_files.len(), paths)
        });
        if hovered > 0 {
            drop_target_ui(ctx, theme, hovered);
        }
        if !dropped.is_empty() {
            self.overlay = Overlay::None;
            self.open(dropped);
        }
    }

    fn tabs(&self) -> Vec<Tab> {
        self.slots
            .iter()
            .map(|slot| Tab {
                title: title_of(&slot.path),
                path: slot.path.display().to_string(),
                loading: match &slot.content {
                    Content::Loading(job) | Content::Reloading(_, job) => Some(job.fraction()),
                    Content::Open(_) | Content::Failed { .. } => None,
                },
                failed: matches!(slot.content, Content::Failed { .. }),
            })
            .collect()
    }

    fn draw(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let theme = self.theme(&ctx);
        let mut actions = Actions::new();
        self.take_outcomes();
        let tabs = self.tabs();
        if tabs.iter().any(|t| t.loading.is_some()) {
            ctx.request_repaint_after(std::time::Duration::from_millis(100));
        }
        let plain = Frame::new().fill(theme.panel);
        egui::Panel::top("tabs").frame(plain).show(ui, |ui| tabs_ui(ui, &theme, &tabs, self.active, &mut actions));
        self.content_ui(ui, &theme, &mut actions);
        // Views consume the keys that mean something to them; the others are commands.
        self.shortcuts(&ctx, &mut actions);
        let profile =
            self.active.and_then(|i| self.slots.get_mut(i)).and_then(Slot::document).map(|d| d.profile.clone());
        overlay_ui(ui, &theme, &mut self.overlay, profile.as_deref(), &mut actions);
        self.notice_ui(ui, &theme);
        self.dropped(&ctx, &theme);
        if actions.iter().any(|a| !matches!(a, Action::Hover(_) | Action::Need(_) | Action::NeedSource(_))) {
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
    }

    fn content_ui(&mut self, ui: &mut Ui, theme: &Theme, actions: &mut Actions) {
        let Some(index) = self.active.filter(|i| *i < self.slots.len()) else {
            let start =
                Start { recent: &self.options.recent, samples: &self.setup.samples, can_drop: self.setup.can_drop };
            egui::CentralPanel::default()
                .frame(Frame::new().fill(theme.ground))
                .show(ui, |ui| start_ui(ui, theme, &start, actions));
            return;
        };
        let slot = &mut self.slots[index];
        match &mut slot.content {
            Content::Loading(job) => {
                let mut cancel = false;
                egui::CentralPanel::default().frame(Frame::new().fill(theme.ground)).show(ui, |ui| {
                    loading_ui(ui, theme, &title_of(&slot.path), job.fraction(), &mut cancel);
                });
                if cancel {
                    actions.push(Action::CancelLoading(index));
                }
            }
            Content::Failed { why, advice } => {
                egui::CentralPanel::default()
                    .frame(Frame::new().fill(theme.ground))
                    .show(ui, |ui| failed_ui(ui, theme, &slot.path, why, advice, actions));
            }
            Content::Open(document) | Content::Reloading(document, _) => {
                let focus_search = std::mem::take(&mut self.focus_search);
                document_ui(ui, theme, document, focus_search, &self.options, actions);
            }
        }
    }

    fn notice_ui(&mut self, ui: &Ui, theme: &Theme) {
        let Some((text, until)) = &self.notice else { return };
        let now = ui.input(|i| i.time);
        let mut dismissed = now >= *until;
        egui::Area::new(egui::Id::unique("notice")).anchor(egui::Align2::CENTER_BOTTOM, [0.0, -44.0]).show(
            ui.ctx(),
            |ui| {
                let frame = Frame::popup(ui.style()).fill(theme.raised).inner_margin(10.0);
                frame.show(ui, |ui| {
                    ui.horizontal(|ui| {
                        ui.set_max_width(700.0);
                        ui.label(text);
                        if until.is_infinite() {
                            dismissed |= ui.button("Close").clicked();
                        }
                    });
                });
            },
        );
        if until.is_finite() {
            ui.ctx().request_repaint_after(std::time::Duration::from_millis(200));
        }
        if dismissed {
            self.notice = None;
        }
    }

    /// Remembers what was chosen in the view on screen for the next profile.
    fn keep_choices(&mut self) {
        let Some(document) = self.document() else { return };
        let (growth, minimap, order) = (document.flame.growth, document.flame.minimap, document.flame.order);
        self.options.growth = growth;
        self.options.minimap = minimap;
        self.options.order = order;
    }

    fn set_title(&mut self, ctx: &Context) {
        let title = match self.active.and_then(|i| self.slots.get(i)) {
            Some(slot) if matches!(slot.content, Content::Loading(_)) => {
                format!("Reading {} — Helioscope", title_of(&slot.path))
            }
            Some(slot) => format!("{} — Helioscope", title_of(&slot.path)),
            None => "Helioscope".to_owned(),
        };
        if title != self.title {
            ctx.send_viewport_cmd(ViewportCommand::Title(title.clone()));
            self.title = title;
        }
    }
}

fn document_ui(
    ui: &mut Ui,
    theme: &Theme,
    document: &mut Document,
    focus_search: bool,
    options: &Options,
    actions: &mut Actions,
) {
    let plain = Frame::new().fill(theme.panel);
    let bar = BarState {
        analysis: &document.analysis,
        view: document.view,
        search: &document.search,
        search_error: document.search_error.as_deref(),
        matches: document.matches(),
        focus_search,
        can_go_back: document.can_go_back(),
        can_go_forward: document.can_go_forward(),
    };
    egui::Panel::top("bar").frame(plain).show(ui, |ui| bar_ui(ui, theme, &bar, actions));
    if !document.query().transforms.is_empty() {
        egui::Panel::top("transforms")
            .frame(plain)
            .show(ui, |ui| transforms_ui(ui, theme, &document.analysis, actions));
    }
    egui::Panel::bottom("status")
        .frame(plain)
        .show(ui, |ui| status_ui(ui, theme, &document.analysis, document.is_busy(), actions));
    let view = document.view;
    let (page, matcher) = (document.sources.page().cloned(), document.matcher.clone());
    let (ctx, states) = document.view_parts(theme);
    if options.details {
        egui::Panel::right("details")
            .frame(plain.inner_margin(crate::ui::theme::MARGIN))
            .resizable(true)
            .default_size(310.0)
            .size_range(240.0..=520.0)
            .show(ui, |ui| details_ui(ui, &ctx, actions));
    }
    egui::CentralPanel::default().frame(Frame::new().fill(theme.ground)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        match view {
            ViewKind::Table => {
                let margin = egui::Margin { left: 8, right: 8, top: 6, bottom: 0 };
                Frame::new().inner_margin(margin).show(ui, |ui| table_ui(ui, &ctx, states.table, actions));
            }
            ViewKind::Flame => flame_ui(ui, &ctx, states.flame, actions),
            ViewKind::Sunburst => sunburst_ui(ui, &ctx, states.sunburst, actions),
            ViewKind::Callers => callers_ui(ui, &ctx, states.callers, actions),
            ViewKind::Source => {
                let source =
                    SourceCtx { page: page.as_deref(), search: matcher.as_ref(), marks: &[], editor: &options.editor };
                source_ui(ui, &ctx, &source, states.source, actions);
            }
        }
    });
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

/// The keys of a shortcut, with Shift where the layout needs it for `?` and `+`.
fn consume(input: &mut egui::InputState, shortcut: egui::KeyboardShortcut) -> bool {
    if shortcut.modifiers.is_none() {
        let shifted = matches!(shortcut.logical_key, egui::Key::Questionmark);
        let modifiers = input.modifiers;
        let fits = modifiers.is_none() || (shifted && modifiers == egui::Modifiers::SHIFT);
        return fits && input.consume_key(modifiers, shortcut.logical_key);
    }
    // egui turns Ctrl+C into an event of its own.
    if shortcut.logical_key == egui::Key::C && shortcut.modifiers == egui::Modifiers::COMMAND {
        let copies = input.events.iter().any(|e| matches!(e, egui::Event::Copy));
        return copies || input.consume_shortcut(&shortcut);
    }
    input.consume_shortcut(&shortcut)
}

fn next_track(document: &Document, step: isize) -> Option<TrackId> {
    let tracks = document.profile.tracks().len() as isize;
    // All threads stand before the first.
    let at = document.query().track.map_or(0, |t| t.index() as isize + 1);
    let next = (at + step).rem_euclid(tracks + 1);
    (next > 0 && tracks > 1).then(|| TrackId::at(next as usize - 1))
}

fn same_file(a: &Path, b: &Path) -> bool {
    let absolute =
        |p: &Path| std::fs::canonicalize(p).or_else(|_| std::path::absolute(p)).unwrap_or_else(|_| p.to_owned());
    absolute(a) == absolute(b)
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
