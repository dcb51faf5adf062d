//! Sharing what is on screen: copying its picture, the dialog that exports it, and files of it.

mod shown;
mod writing;

pub(super) use shown::Shown;
pub(super) use writing::Progress;

use super::jobs::{DocumentId, Outcome, Saving, Workers};
use super::session::is_session;
use super::window::Helioscope;
use crate::export::png::{self, Raster};
use crate::export::write_file;
use crate::layout::{Scheme, fit};
use crate::model::{Unit, format};
use crate::ui::export_dialog::{
    Asked, Drawing, ExportChoice, ExportDialog, Format, Offer, PREVIEW, Preview, export_dialog_ui,
};
use crate::ui::notice::Notice;
use crate::ui::views::ViewKind;
use crate::ui::{Command, Theme};
use egui::{ColorImage, Context, TextureOptions, Ui};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use writing::{Beginning, Counted};

/// The most text that is put on the clipboard.
const MOST_COPIED: usize = 16 << 20;
/// How much of a text the preview shows.
const PREVIEWED: usize = 6_000;
/// How long a choice must stand before it is drawn, in seconds.
const SETTLED: f64 = 0.15;
/// How long it is said where a file was saved, in seconds.
const SAVED_SECONDS: f64 = 6.0;

/// The dialog, and what it waits for.
pub(super) struct Exporting {
    /// No other dialog has it: what comes late for an earlier one is told by it.
    id: u64,
    dialog: ExportDialog,
    shown: Shown,
    /// What the preview is of, or will be when it is done.
    previewed: Option<ExportChoice>,
    /// A choice that is not drawn yet, and since when it stands.
    pending: Option<(ExportChoice, f64)>,
    /// Counts previews: a late one is dropped.
    serial: u64,
    progress: Option<Progress>,
}

/// What came of exporting.
pub(super) enum Exported {
    /// What a choice looks like: of which dialog, and which of its previews.
    Preview { of: (u64, u64), preview: Previewed },
    /// To be put on the clipboard.
    Copied(Copied, &'static str),
    /// A file was written, with what it has no place for; by the dialog of this number where it was one.
    Saved { dialog: Option<u64>, path: PathBuf, result: Result<(u64, Vec<String>), String> },
    /// Nothing was made; why.
    Failed(String),
    /// What the window looked like.
    Screen(Arc<ColorImage>),
}

/// What a choice looks like.
pub(super) enum Previewed {
    Picture(ColorImage),
    Text(String, bool),
    Words(String),
    Failed(String),
}

/// Something for the clipboard.
pub(super) enum Copied {
    Picture(ColorImage),
    Text(String),
}

impl Helioscope {
    /// What is on screen; `None` where no profile is.
    fn shown(&mut self) -> Option<(DocumentId, ViewKind, Shown)> {
        let slot = self.active_slot()?;
        let recordings = slot.recordings.clone();
        let document = slot.document()?;
        let shown = document.shown(recordings);
        Some((document.id, document.view, shown))
    }

    /// Runs a command that shares what is on screen.
    pub(super) fn run_export(&mut self, ctx: &Context, command: Command) {
        let scheme = self.scheme(ctx);
        let Some((_, view, shown)) = self.shown() else {
            return self.say("Open a profile first: there is nothing to export");
        };
        match command {
            Command::CopyPicture => match Drawing::of(view) {
                Some(Drawing::Callers) if shown.selection.is_none() => {
                    self.say("Select a function first: this picture shows its callers");
                }
                Some(drawing) => {
                    let choice = shown.as_shown(ExportChoice::new(drawing, scheme));
                    copy_picture(&self.workers, shown, choice);
                }
                // The table and the source have no picture of their own.
                None => {
                    self.screenshot(ctx, |image| Exported::Copied(Copied::Picture(copy_of(image)), "Window copied"));
                }
            },
            Command::CopyReview => {
                let choice = ExportChoice { format: Format::Markdown, ..ExportChoice::new(Drawing::Flame, scheme) };
                copy_text(&self.workers, shown, choice, "Review copied as Markdown");
            }
            Command::SaveScreen => self.screenshot(ctx, |image| Exported::Screen(Arc::clone(image))),
            _ => self.open_export(view, shown, scheme),
        }
    }

    fn scheme(&self, ctx: &Context) -> Scheme {
        self.theme(ctx).palette.scheme
    }

    fn open_export(&mut self, view: ViewKind, shown: Shown, scheme: Scheme) {
        let analysis = shown.subject.analysis(super::subject::Part::Whole);
        let has_calls = shown.subject.profiles().iter().all(|(_, profile)| profile.has_trees());
        let offer = Offer {
            title: shown.recordings.title(),
            compared: shown.subject.compared().is_some(),
            has_calls,
            selection: shown.selection.map(|group| analysis.name(group).into_owned()),
            search: shown.search.as_ref().map(|(text, _)| text.clone()),
            annotations: self.document().map(|document| document.annotations.listed()).unwrap_or_default(),
        };
        let mut choice = shown.as_shown(ExportChoice::new(Drawing::of(view).unwrap_or(Drawing::Flame), scheme));
        if !has_calls {
            choice.format = Format::Markdown;
        } else if Drawing::of(view).is_none() && view == ViewKind::Table {
            choice.format = Format::Csv;
        }
        if choice.drawing == Drawing::Callers && offer.selection.is_none() {
            choice.drawing = Drawing::Flame;
        }
        let dialog =
            ExportDialog { offer, choice, preview: Preview::Waiting, stale: false, writing: None, problem: None };
        self.next_id += 1;
        let (id, serial) = (self.next_id, 0);
        self.exporting = Some(Exporting { id, dialog, shown, previewed: None, pending: None, serial, progress: None });
    }

    /// Draws the dialog, where it is open.
    pub(super) fn export_ui(&mut self, ui: &Ui, theme: &Theme) {
        let Some(exporting) = &mut self.exporting else { return };
        exporting.dialog.writing = exporting.progress.as_ref().map(Progress::bytes);
        if exporting.dialog.writing.is_some() {
            ui.ctx().request_repaint_after(Duration::from_millis(100));
        }
        let before = exporting.dialog.choice.clone();
        let asked = export_dialog_ui(ui, theme, &mut exporting.dialog);
        if exporting.dialog.choice != before {
            exporting.dialog.problem = None;
        }
        exporting.preview(&self.workers, self.now);
        if exporting.pending.is_some() {
            ui.ctx().request_repaint_after(Duration::from_secs_f64(SETTLED));
        }
        let Some(asked) = asked else { return };
        let (choice, shown) = (exporting.dialog.choice.clone(), exporting.shown.clone());
        match asked {
            Asked::Close => self.exporting = None,
            Asked::Unmark(id) => {
                exporting.unmark(id);
                if let Some(document) = self.document() {
                    document.annotations.remove(id);
                }
            }
            Asked::Stop => {
                // Who draws sees it at its next write; who waits need not wait for that.
                if let Some(progress) = exporting.progress.take() {
                    progress.stop();
                }
            }
            Asked::Copy if choice.format == Format::Png => copy_picture(&self.workers, shown, choice),
            Asked::Copy => copy_text(&self.workers, shown, choice, "Copied"),
            Asked::Save => {
                let name = format!("{}.{}", shown.stem(&choice), choice.format.ending());
                let beside = shown.recordings.newest().parent().map(Path::to_owned);
                self.ask_where(beside, &name, Saving::Export(Box::new(choice)));
            }
        }
    }

    /// Lets the user choose where a file goes.
    pub(super) fn ask_where(&self, folder: Option<PathBuf>, name: &str, saving: Saving) {
        match &self.save_into {
            Some(folder) => self.workers.report(Outcome::Place(folder.join(name), saving)),
            None => self.workers.choose_place(folder, name, saving),
        }
    }

    /// Saves into a folder without asking: for tests, which have no dialog of the system's.
    pub fn save_into(&mut self, folder: PathBuf) {
        self.save_into = Some(folder);
    }

    /// Writes the file the dialog was about.
    pub(super) fn export_to(&mut self, path: PathBuf, choice: ExportChoice) {
        let Some(exporting) = &mut self.exporting else { return };
        let path = match with_ending(path, choice.format.ending()) {
            Ok(path) => path,
            Err(problem) => {
                exporting.dialog.problem = Some(problem);
                return;
            }
        };
        let (progress, shown, dialog) = (Progress::default(), exporting.shown.clone(), Some(exporting.id));
        exporting.progress = Some(progress.clone());
        exporting.dialog.problem = None;
        self.workers.run_apart("export", move || {
            let written = write_file(&path, |out| shown.write(&mut Counted { out, progress: &progress }, &choice));
            let result = match written {
                Ok(notes) => Ok((progress.bytes(), notes)),
                Err(_) if progress.is_stopped() => Err(String::new()),
                Err(error) => Err(not_written(&path, &error)),
            };
            Some(Outcome::Exported(Exported::Saved { dialog, path, result }))
        });
    }

    /// Takes what a worker has exported.
    pub(super) fn exported(&mut self, exported: Exported) {
        match exported {
            Exported::Preview { of, preview } => {
                let ctx = self.workers.context();
                if let Some(exporting) = self.exporting.as_mut().filter(|e| (e.id, e.serial) == of) {
                    exporting.dialog.stale = false;
                    exporting.dialog.preview = match preview {
                        Previewed::Picture(image) => {
                            Preview::Picture(ctx.load_texture("export preview", image, TextureOptions::LINEAR))
                        }
                        Previewed::Text(text, more) => Preview::Text(text, more),
                        Previewed::Words(words) => Preview::Words(words),
                        Previewed::Failed(why) => Preview::Refused(why),
                    };
                }
            }
            Exported::Copied(Copied::Picture(image), what) => {
                self.workers.context().copy_image(image);
                self.say(what);
            }
            Exported::Copied(Copied::Text(text), what) => {
                self.workers.context().copy_text(text);
                self.say(what);
            }
            Exported::Failed(why) => match &mut self.exporting {
                Some(exporting) => exporting.dialog.problem = Some(why),
                None => self.notice = Some(Notice::lasting(why)),
            },
            Exported::Screen(image) => {
                let folder = self.active_slot().and_then(|slot| slot.recordings.newest().parent().map(Path::to_owned));
                self.ask_where(folder, "helioscope.png", Saving::Screen(image));
            }
            Exported::Saved { dialog, path, result } => self.saved(dialog, &path, result),
        }
    }

    fn saved(&mut self, dialog: Option<u64>, path: &Path, result: Result<(u64, Vec<String>), String>) {
        // It was the user who stopped it, and something else may be written by now.
        if result.as_ref().is_err_and(String::is_empty) {
            return;
        }
        let mut by = self.exporting.take_if(|exporting| Some(exporting.id) == dialog);
        match (result, &mut by) {
            (Ok((bytes, notes)), _) => {
                if is_session(path) {
                    self.options.remember(path);
                }
                let size = format::value(i64::try_from(bytes).unwrap_or(i64::MAX), &Unit::Bytes);
                let text = format!("Saved {} ({size})", super::recordings::file_name(path));
                self.notice = Some(if notes.is_empty() {
                    Notice::passing(text, self.now + SAVED_SECONDS)
                } else {
                    Notice::lasting(format!("{text}. {}", notes.join(" ")))
                });
            }
            (Err(why), Some(exporting)) => {
                exporting.progress = None;
                exporting.dialog.problem = Some(why);
                self.exporting = by;
            }
            (Err(why), None) => self.notice = Some(Notice::lasting(why)),
        }
    }

    /// Has the next frame of the window taken as a picture.
    fn screenshot(&self, ctx: &Context, then: impl FnOnce(&Arc<ColorImage>) -> Exported + Send + 'static) {
        let report = self.workers.reporter();
        ctx.request_screenshot(move |image| report.report(Some(Outcome::Exported(then(&image)))));
    }

    /// Writes what the window looked like.
    pub(super) fn save_screen(&self, path: PathBuf, image: Arc<ColorImage>) {
        self.workers.run_apart("export", move || {
            let result = with_ending(path.clone(), "png").and_then(|path| {
                let [width, height] = image.size.map(|length| u32::try_from(length).unwrap_or(u32::MAX));
                let rgba = image.pixels.iter().flat_map(egui::Color32::to_array).collect();
                let png = png::from_raster(&Raster { width, height, rgba }).map_err(|error| error.to_string())?;
                write_file(&path, |out| out.write_all(&png)).map_err(|error| not_written(&path, &error))?;
                Ok((png.len() as u64, Vec::new()))
            });
            Some(Outcome::Exported(Exported::Saved { dialog: None, path, result }))
        });
    }
}

impl Exporting {
    /// Takes an annotation off, and has the preview made anew.
    fn unmark(&mut self, id: u32) {
        self.dialog.offer.annotations.retain(|one| one.id != id);
        self.shown.annotations.retain(|one| one.id != id);
        self.previewed = None;
    }

    /// Has the preview made when the choice has stood for a moment.
    fn preview(&mut self, workers: &Workers, now: f64) {
        let choice = &self.dialog.choice;
        if self.previewed.as_ref() == Some(choice) {
            self.pending = None;
            return;
        }
        if let Some(why) = self.dialog.offer.refusal(choice) {
            self.dialog.preview = Preview::Refused(why.to_owned());
            self.dialog.stale = false;
            self.previewed = Some(choice.clone());
            self.serial += 1;
            return;
        }
        self.dialog.stale = true;
        let since = match &self.pending {
            Some((pending, since)) if pending == choice => *since,
            _ => now,
        };
        self.pending = Some((choice.clone(), since));
        if self.previewed.is_some() && now - since < SETTLED {
            return;
        }
        self.pending = None;
        self.serial += 1;
        self.previewed = Some(choice.clone());
        if !matches!(self.dialog.preview, Preview::Picture(_)) {
            self.dialog.preview = Preview::Waiting;
        }
        let (of, choice, shown) = ((self.id, self.serial), choice.clone(), self.shown.clone());
        let pixels = workers.context().pixels_per_point();
        workers.run_soon(move || {
            let preview = preview_of(&shown, &choice, pixels);
            Some(Outcome::Exported(Exported::Preview { of, preview }))
        });
    }
}

/// What a choice looks like.
fn preview_of(shown: &Shown, choice: &ExportChoice, pixels_per_point: f32) -> Previewed {
    if choice.format.is_drawn() {
        let size = PREVIEW * pixels_per_point;
        let picture = shown
            .svg(choice)
            .and_then(|svg| png::raster_within(&svg, size.x as u32, size.y as u32).map_err(|error| error.to_string()));
        return match picture {
            Ok(raster) => Previewed::Picture(image_of(&raster)),
            Err(why) => Previewed::Failed(why),
        };
    }
    if choice.format == Format::Pprof {
        let words = "A compressed protocol buffer: its bytes are no text. Open it with go tool pprof or Helioscope.";
        return Previewed::Words(words.to_owned());
    }
    let mut beginning = Beginning::of(PREVIEWED);
    match shown.write(&mut beginning, choice) {
        Err(error) if !beginning.is_cut() => Previewed::Failed(error.to_string()),
        _ => {
            let more = beginning.is_cut();
            let lines: Vec<String> = beginning.into_text().lines().map(|line| fit(line, 160).into_owned()).collect();
            Previewed::Text(lines.join("\n"), more)
        }
    }
}

fn copy_picture(workers: &Workers, shown: Shown, choice: ExportChoice) {
    workers.run_soon(move || {
        Some(Outcome::Exported(match shown.raster(&choice) {
            Ok(raster) => Exported::Copied(Copied::Picture(image_of(&raster)), "Picture copied"),
            Err(why) => Exported::Failed(format!("No picture was copied: {why}")),
        }))
    });
}

fn copy_text(workers: &Workers, shown: Shown, choice: ExportChoice, said: &'static str) {
    workers.run_soon(move || {
        let mut text = Beginning::of(MOST_COPIED);
        let written = shown.write(&mut text, &choice);
        Some(Outcome::Exported(if text.is_cut() {
            let most = format::value(MOST_COPIED as i64, &Unit::Bytes);
            Exported::Failed(format!("This is more than {most}, too much for the clipboard. Save it as a file."))
        } else if let Err(error) = written {
            Exported::Failed(format!("Nothing was copied: {error}"))
        } else {
            Exported::Copied(Copied::Text(text.into_text()), said)
        }))
    });
}

fn image_of(raster: &Raster) -> ColorImage {
    ColorImage::from_rgba_premultiplied([raster.width as usize, raster.height as usize], &raster.rgba)
}

fn copy_of(image: &Arc<ColorImage>) -> ColorImage {
    ColorImage::clone(image)
}

/// A path with the ending of its format, where it was typed without one.
fn with_ending(path: PathBuf, ending: &str) -> Result<PathBuf, String> {
    if path.extension().is_some() { Ok(path) } else { with_another_ending(&path, ending) }
}

/// A path with an ending more than was typed. The dialog has not asked whether that file may be replaced.
pub(super) fn with_another_ending(path: &Path, ending: &str) -> Result<PathBuf, String> {
    let path = path.with_added_extension(ending);
    if path.exists() {
        return Err(format!("{} exists already. Choose it by its whole name to replace it.", path.display()));
    }
    Ok(path)
}

fn not_written(path: &Path, error: &std::io::Error) -> String {
    format!("{} was not written: {error}. Nothing is left of it; choose another place and try again.", path.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::window::Setup;

    fn program() -> (Context, Helioscope) {
        let ctx = Context::default();
        let setup = Setup { paths: vec!["assets/samples/shop.folded".into()], ..Setup::default() };
        let mut program = Helioscope::for_test(&ctx, setup);
        program.take_outcomes();
        (ctx, program)
    }

    #[test]
    fn what_comes_late_for_a_dialog_that_was_closed_is_not_shown_in_the_next() {
        let (ctx, mut program) = program();
        for _ in 0..2 {
            program.run_export(&ctx, Command::Export);
            let exporting = program.exporting.as_mut().expect("the dialog");
            exporting.preview(&program.workers, 0.0);
        }
        let previews: Vec<Exported> = program.workers.outcomes().into_iter().filter_map(exported).collect();
        assert_eq!(previews.len(), 2);
        let mut shown = Vec::new();
        for preview in previews {
            program.exported(preview);
            let dialog = &program.exporting.as_ref().expect("the dialog").dialog;
            shown.push(!matches!(dialog.preview, Preview::Waiting));
        }
        assert_eq!(shown, [false, true]);
    }

    fn exported(outcome: Outcome) -> Option<Exported> {
        match outcome {
            Outcome::Exported(exported) => Some(exported),
            _ => None,
        }
    }

    #[test]
    fn a_file_that_another_command_wrote_closes_no_dialog() {
        let (ctx, mut program) = program();
        program.run_export(&ctx, Command::Export);
        let saved = |dialog| Exported::Saved { dialog, path: "window.png".into(), result: Ok((1, Vec::new())) };
        program.exported(saved(None));
        assert!(program.exporting.is_some() && program.notice.is_some());
        let id = program.exporting.as_ref().map(|exporting| exporting.id);
        program.exported(saved(id));
        assert!(program.exporting.is_none());
    }

    #[test]
    fn an_ending_that_was_not_typed_replaces_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let typed = folder.path().join("run.prof");
        let review = with_another_ending(&typed, "helioscope").expect("it is free");
        assert_eq!(review, folder.path().join("run.prof.helioscope"));
        std::fs::write(&review, "kept").expect("a file");
        assert!(with_another_ending(&typed, "helioscope").is_err_and(|why| why.contains("exists already")));
        assert_eq!(with_ending(typed.clone(), "png"), Ok(typed));
    }
}
