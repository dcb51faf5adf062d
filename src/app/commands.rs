//! Applying what the user wants.

use super::editor;
use super::jobs::Purpose;
use super::subject::Part;
use super::window::Helioscope;
use crate::analyze::Transform;
use crate::analyze::diff::Normalize;
use crate::layout::ColourBy;
use crate::ui::notice::Notice;
use crate::ui::overlays::Overlay;
use crate::ui::{Action, Actions, Command};
use egui::text_selection::LabelSelectionState;
use egui::{Context, ViewportCommand};

impl Helioscope {
    pub(super) fn apply(&mut self, ctx: &Context, actions: Actions) {
        for action in actions {
            self.apply_one(ctx, action);
        }
    }

    fn apply_one(&mut self, ctx: &Context, action: Action) {
        match action {
            Action::Run(command) => self.run(ctx, command),
            Action::Open(paths) => self.open(paths),
            Action::Compare(first, second) => self.compare(first, second),
            Action::ChooseToCompare(path) => self.workers.choose_files(Purpose::CompareWith(path)),
            Action::AddRuns(side, paths) => self.add_runs(side, paths),
            Action::Pair(renamed) => self.pair(renamed),
            Action::Unpair(renamed) => self.unpair(&renamed),
            Action::ReloadFile(path) => self.reload_file(&path, false),
            Action::ReloadAndCompare(path) => self.reload_file(&path, true),
            Action::ShowTab(i) => self.active = Some(i).filter(|i| *i < self.slots.len()),
            Action::CloseTab(i) | Action::CancelLoading(i) => self.close(i),
            Action::Copy(text, what) => {
                ctx.copy_text(text);
                self.say(what);
            }
            Action::ForgetRecent(path) => self.options.forget(&path),
            Action::ChooseSourceFolder => self.workers.choose_source_folder(),
            Action::MapSource(mapping) => {
                self.options.add_source_mapping(mapping);
                self.look_for_sources_again();
            }
            Action::ForgetSources => self.look_for_sources_again(),
            Action::RemoveSourceRoot(folder) => {
                self.options.source_roots.retain(|f| *f != folder);
                self.look_for_sources_again();
            }
            Action::RemoveMapping(mapping) => {
                self.options.source_mappings.retain(|m| *m != mapping);
                self.look_for_sources_again();
            }
            Action::OpenInEditor(line) => self.open_in_editor(Some(line)),
            Action::SetEditor(command) => self.options.editor = command,
            Action::Annotate(to_do) => self.annotate(to_do),
            Action::SaveReview { embed } => self.save_session(embed),
            Action::OpenAnyway => self.open_anyway(),
            Action::LocateProfile => self.locate(),
            Action::Dismiss(dismissal) => {
                self.options.dismiss(dismissal);
                self.dismissed_changed();
                self.say("Dismissed; it is listed below the hints");
            }
            Action::Restore(dismissal) => {
                self.options.dismissed.retain(|d| *d != dismissal);
                self.dismissed_changed();
            }
            Action::ChooseAfterFix(key) => self.ask_after_fix(key),
            Action::ChooseFileAfterFix(path, key) => self.workers.choose_files(Purpose::AfterFix(path, key)),
            Action::CompareAfterFix(base, new, key) => self.compare_after_fix(base, vec![new], key),
            Action::Arrange(arrangement) => {
                self.options.arrangement = arrangement;
                if let Some(document) = self.document() {
                    document.arrange(arrangement);
                }
            }
            _ => self.apply_to_document(action),
        }
    }

    fn apply_to_document(&mut self, action: Action) {
        let Some(slot) = self.active.and_then(|i| self.slots.get_mut(i)) else { return };
        let workers = &self.workers;
        let Some(document) = slot.document() else { return };
        match action {
            Action::Show(view) => document.show(view),
            Action::Select(group) => document.select(group, workers),
            Action::Hover(group) => document.hover(group),
            Action::Search(search) => document.set_search(search, workers),
            Action::Metric(metric) => document.ask(|q| q.metric = metric, workers),
            Action::Track(track) => document.show_track(track, workers),
            Action::TimeRange(range, track) => document.ask(
                |q| {
                    q.time_ns = range;
                    q.track = track;
                },
                workers,
            ),
            Action::Group(by) => document.group_by(by, workers),
            Action::Transform(transform) => document.transform(transform, workers),
            Action::RemoveTransform(off) => document.ask(|q| q.transforms.retain(|t| *t != off), workers),
            Action::ZoomTo(path) => document.zoom_to(&path),
            Action::Need(need) => document.need(Part::Whole, need, workers),
            Action::NeedSource(file) => document.need_source(Part::Whole, Some(file), workers),
            Action::NeedOverTime(need) => document.need_over_time(Part::Whole, need, workers),
            Action::ShowLine(group, line) => document.show_line(group, line, workers),
            Action::ShowHint(key) => document.show_hint(key),
            Action::Measure(measure) => document.measure = measure,
            Action::Normalize(normalize) => document.normalize(normalize, workers),
            Action::BoxWidth(width) => document.set_box_width(width, workers),
            Action::EqualScale(equal) => document.equal_scale = equal,
            Action::ShowFindings(open) => document.findings_open = open,
            // The window's own.
            Action::Run(_)
            | Action::Open(_)
            | Action::Compare(..)
            | Action::ChooseToCompare(_)
            | Action::AddRuns(..)
            | Action::Pair(_)
            | Action::Unpair(_)
            | Action::ReloadFile(_)
            | Action::ReloadAndCompare(_)
            | Action::ShowTab(_)
            | Action::CloseTab(_)
            | Action::CancelLoading(_)
            | Action::Copy(..)
            | Action::Arrange(_)
            | Action::ChooseSourceFolder
            | Action::MapSource(_)
            | Action::ForgetSources
            | Action::RemoveSourceRoot(_)
            | Action::RemoveMapping(_)
            | Action::OpenInEditor(_)
            | Action::SetEditor(_)
            | Action::Dismiss(_)
            | Action::SaveReview { .. }
            | Action::OpenAnyway
            | Action::LocateProfile
            | Action::Restore(_)
            | Action::Annotate(_)
            | Action::ChooseAfterFix(_)
            | Action::ChooseFileAfterFix(..)
            | Action::CompareAfterFix(..)
            | Action::ForgetRecent(_) => {}
        }
    }

    fn run(&mut self, ctx: &Context, command: Command) {
        match command {
            Command::OpenDialog => self.workers.choose_files(Purpose::Open),
            Command::Reload | Command::ReloadAndCompare => {
                if let Some(i) = self.active {
                    self.reload(i, command == Command::ReloadAndCompare);
                }
            }
            Command::CompareWith => self.ask_what_to_compare_with(),
            Command::CompareWithEarlier => {
                if let Some(i) = self.active {
                    self.compare_with_earlier(i);
                }
            }
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
            Command::ToggleWatching => {
                self.options.watch = !self.options.watch;
                self.say(if self.options.watch {
                    "Open files are watched for changes"
                } else {
                    "Open files are not watched any more"
                });
            }
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
                self.say(what);
            }
            Command::SwitchColours => {
                let (by, what) = match self.options.colour_by {
                    ColourBy::Package => (ColourBy::OwnShare, "Colours by self share"),
                    ColourBy::OwnShare => (ColourBy::Package, "Colours by package"),
                };
                self.colour_by(by);
                self.say(what);
            }
            Command::ToggleDetails => self.options.details = !self.options.details,
            Command::OpenInEditor => self.open_in_editor(None),
            Command::ScaleUp => self.scale(ctx, self.options.scale * 1.1),
            Command::ScaleDown => self.scale(ctx, self.options.scale / 1.1),
            Command::ScaleReset => self.scale(ctx, 1.0),
            Command::Highlight | Command::AddNote | Command::ListAnnotations | Command::RemoveAnnotations => {
                self.run_on_annotations(command);
            }
            Command::SaveReview => self.ask_how_to_save(),
            Command::Export | Command::CopyPicture | Command::CopyReview | Command::SaveScreen => {
                self.run_export(ctx, command);
            }
            Command::Quit => ctx.send_viewport_cmd(ViewportCommand::Close),
            Command::SwapSides
            | Command::SwitchArrangement
            | Command::NextNormalization
            | Command::NextDifference
            | Command::PreviousDifference => self.run_on_comparison(command),
            _ => self.run_on_document(ctx, command),
        }
    }

    fn run_on_comparison(&mut self, command: Command) {
        let Some(slot) = self.active.and_then(|i| self.slots.get_mut(i)) else { return };
        let workers = &self.workers;
        let Some(document) = slot.document() else { return };
        let Some(compared) = document.subject().compared().cloned() else {
            self.say("This is for comparisons: compare this profile with another first");
            return;
        };
        match command {
            Command::SwapSides => self.change_sides(super::recordings::Sides::swapped),
            Command::SwitchArrangement => {
                let next = document.arrangement().other();
                document.arrange(next);
                self.options.arrangement = next;
            }
            Command::NextNormalization => {
                let calls = compared.comparison.table().has_calls();
                let possible = Normalize::ALL.into_iter().filter(|n| calls || *n != Normalize::PerCall);
                let possible: Vec<Normalize> = possible.collect();
                let at = possible.iter().position(|n| *n == compared.comparison.normalize()).unwrap_or(0);
                document.normalize(possible[(at + 1) % possible.len()], workers);
            }
            _ => document.step_difference(command == Command::NextDifference, workers),
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
                document.zoom_to(&[]);
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
                let next = document.next_track(step);
                document.show_track(next, workers);
            }
            Command::CollapseRecursion => document.transform(Transform::CollapseRecursion, workers),
            Command::OnlyMine => document.transform(Transform::OnlyMine, workers),
            Command::FocusSelection
            | Command::HideSelection
            | Command::DropSelection
            | Command::CollapsePackage
            | Command::CollapseModule => {
                let Some(group) = selection else { return };
                let transform = match command {
                    Command::FocusSelection => Transform::Focus(group),
                    Command::HideSelection => Transform::Hide(group),
                    Command::CollapsePackage => Transform::CollapsePackage(group),
                    Command::CollapseModule => Transform::CollapseModule(group),
                    _ => Transform::Drop(group),
                };
                if document.subject().can_transform() {
                    document.transform(transform, workers);
                } else {
                    self.say("A call graph has no whole stacks to change");
                }
            }
            Command::CopySelection => {
                let Some(group) = selection else { return };
                let analysis = document.subject().analysis(Part::Whole);
                let (file, line) = analysis.place(group);
                let name = analysis.name(group);
                let text = match (file, line) {
                    ("", _) => name.into_owned(),
                    (file, 0) => format!("{name} ({file})"),
                    (file, line) => format!("{name} ({file}:{line})"),
                };
                ctx.copy_text(text);
                self.say("Name copied");
            }
            _ => {}
        }
    }

    fn scale(&mut self, ctx: &Context, scale: f32) {
        self.options.scale = scale.clamp(0.5, 3.0);
        ctx.set_zoom_factor(self.options.scale);
    }

    /// Sources may lie elsewhere now, or have changed.
    pub(super) fn look_for_sources_again(&mut self) {
        let places = self.options.source_places();
        for slot in &mut self.slots {
            let recordings = slot.recordings.clone();
            if let Some(document) = slot.document() {
                document.look_for_sources_again(&recordings, &places);
            }
        }
        for index in 0..self.slots.len() {
            self.look_for_hints(index);
        }
    }

    /// Opens a line of the source view's file in the editor; without one, the line the user is at.
    fn open_in_editor(&mut self, line: Option<u32>) {
        let command = self.options.editor.clone();
        let Some(document) = self.document() else { return };
        let Some(place) = document.source_place(line) else { return self.say("No source file is open") };
        match editor::open(&command, &place.0, place.1) {
            Ok(()) => self.say("Opened in the editor"),
            Err(why) => self.notice = Some(Notice::lasting(why)),
        }
    }

    /// Says something for a moment.
    pub(super) fn say(&mut self, what: &str) {
        const SECONDS: f64 = 2.5;
        self.notice = Some(Notice::passing(what, self.now + SECONDS));
    }

    pub(super) fn shortcuts(&self, ctx: &Context, actions: &mut Actions) {
        let typing = ctx.text_edit_focused();
        let overlay = self.overlay != Overlay::None || self.exporting.is_some();
        let copies_text = typing || ctx.plugin::<LabelSelectionState>().lock().has_selection();
        let mut commands: Vec<(Command, egui::KeyboardShortcut)> = Command::all()
            .into_iter()
            .flat_map(|command| [command.shortcut(), command.other_shortcut()].map(|keys| (command, keys)))
            .filter_map(|(command, keys)| Some((command, keys?)))
            .collect();
        // A shortcut is also met with Shift held, unless another with Shift is asked first.
        commands.sort_by_key(|(_, shortcut)| !shortcut.modifiers.shift);
        for (command, shortcut) in commands {
            let plain = shortcut.modifiers.is_none();
            let function_key = matches!(shortcut.logical_key, egui::Key::F3 | egui::Key::F5);
            if (typing && plain && !function_key) || (overlay && command != Command::Quit) {
                continue;
            }
            // Selected text is copied by what it is selected in.
            if copies_text && command == Command::CopySelection {
                continue;
            }
            if ctx.input_mut(|i| consume(i, shortcut)) {
                actions.push(Action::Run(command));
            }
        }
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
