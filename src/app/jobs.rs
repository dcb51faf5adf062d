//! Work off the window's thread: loading files, counting profiles, making trees.
//!
//! Every piece of work says which document and which generation of its question it is for, so that the results of a
//! question that is no longer asked are dropped.

use super::dialogs;
use super::export::Exported;
use super::hints::HintsWanted;
use super::recordings::{LoadError, Loaded, Recordings, file_name};
use super::session::{self, Look, Opened};
use super::subject::{Part, Request, Subject, Wish};
use crate::analyze::diff::BoxWidth;
use crate::analyze::{Analysis, CallTree, GroupId, Matches, Neighbours, OverTime, Timeline};
use crate::hints::FindingKey;
use crate::hints::Hints;
use crate::import::{self, Job};
use crate::model::{Profile, StringId, TrackId};
use crate::source::Sources;
use crate::ui::export_dialog::ExportChoice;
use crate::ui::source_page::SourcePage;
use crate::ui::{OverTimeNeed, TreeNeed};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// A document, for as long as the program runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct DocumentId(pub(super) u64);

/// What came of a piece of work.
pub(super) enum Outcome {
    /// Files were read, or not. The serial is that of the [`Loading`].
    Loaded { document: DocumentId, serial: u64, result: Result<Loaded, LoadError> },
    /// A request was answered.
    Counted { document: DocumentId, generation: u64, subject: Subject },
    /// A tree was made.
    Tree { document: DocumentId, generation: u64, part: Part, need: TreeNeed, tree: Arc<CallTree> },
    /// The samples of a thread were put in order.
    Ordered { document: DocumentId, generation: u64, part: Part, track: TrackId, timeline: Option<Timeline> },
    /// Cost was divided over time; `None` where there is no time.
    Divided { document: DocumentId, generation: u64, part: Part, need: OverTimeNeed, over_time: Option<OverTime> },
    /// A search has ended.
    Found { document: DocumentId, generation: u64, search: u64, part: Part, matches: Matches },
    /// Callers and callees are known.
    Neighbours { document: DocumentId, generation: u64, part: Part, group: GroupId, neighbours: Neighbours },
    /// A source file was read, or not found.
    Source { document: DocumentId, epoch: u64, part: Part, page: Box<SourcePage> },
    /// Every rule has looked.
    Hints { document: DocumentId, epoch: u64, part: Part, hints: Arc<Hints> },
    /// A folder to look for sources in was chosen.
    SourceFolder(PathBuf),
    /// Files were chosen in the dialog.
    Chosen(Vec<PathBuf>, Purpose),
    /// Open files hold something else now.
    Changed(Vec<PathBuf>),
    /// A place to save a file at was chosen.
    Place(PathBuf, Saving),
    /// A review was read, or not.
    Session(PathBuf, Result<Box<Opened>, LoadError>),
    /// Something was exported, or not.
    Exported(Exported),
}

/// What files are chosen for in the dialog.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Purpose {
    /// To be opened.
    Open,
    /// To be compared with another.
    CompareWith(PathBuf),
    /// To see what mending a finding gained.
    AfterFix(PathBuf, FindingKey),
    /// To stand for a profile of a review that was not found.
    Locate,
}

/// What a place is chosen for in the dialog.
pub(super) enum Saving {
    /// What the export dialog is about.
    Export(Box<ExportChoice>),
    /// What the window looked like.
    Screen(Arc<egui::ColorImage>),
    /// A review: of what, how it is looked at, and whether profiles are embedded.
    Review(Box<(Recordings, Look, bool)>),
}

impl Saving {
    fn title(&self) -> &'static str {
        match self {
            Self::Export(_) => "Export as",
            Self::Screen(_) => "Save the picture of the window as",
            Self::Review(_) => "Save the review as",
        }
    }
}

/// Files on their way.
pub(super) struct Loading {
    /// No other has it: what was superseded is told by it.
    pub(super) serial: u64,
    pub(super) recordings: Recordings,
    jobs: Vec<Job>,
}

impl Loading {
    /// How far it is, from 0 to 1; `None` while that is not known.
    pub(super) fn fraction(&self) -> Option<f32> {
        let known: Vec<f32> = self.jobs.iter().filter_map(Job::fraction).collect();
        (!known.is_empty()).then(|| known.iter().sum::<f32>() / self.jobs.len() as f32)
    }

    /// Asks the work to stop.
    pub(super) fn cancel(&self) {
        for job in &self.jobs {
            job.cancel();
        }
    }
}

/// A tree to be made.
pub(super) struct TreeWanted {
    pub(super) part: Part,
    pub(super) need: TreeNeed,
    pub(super) width: BoxWidth,
    /// For time order.
    pub(super) timeline: Option<Arc<Timeline>>,
}

/// A source file to be read.
pub(super) struct SourceWanted {
    pub(super) part: Part,
    /// As the part's profile names it.
    pub(super) file: StringId,
    pub(super) analysis: Arc<Analysis>,
    pub(super) sources: Arc<Sources>,
    /// When the profile was written.
    pub(super) recorded_at: Option<SystemTime>,
}

type Task = Box<dyn FnOnce() -> Option<Outcome> + Send>;

/// What is said where the program itself is at fault.
const FAULT: &str = "Helioscope itself is at fault, and what was asked for is not done. Please report it, with the profile \
                     if you can.";

/// Does a piece of work. One that panics is said to be at fault: its thread goes on with the next, and nobody waits for it.
fn guarded(task: impl FnOnce() -> Option<Outcome>, fault: impl FnOnce() -> Outcome) -> Option<Outcome> {
    std::panic::catch_unwind(AssertUnwindSafe(task)).unwrap_or_else(|_| Some(fault()))
}

/// Threads that do the work.
pub(super) struct Workers {
    tasks: Option<Sender<Task>>,
    outcomes: Receiver<Outcome>,
    report: Reporter,
}

/// Brings an outcome to the window and wakes it.
#[derive(Clone)]
pub(super) struct Reporter {
    outcomes: Sender<Outcome>,
    egui: egui::Context,
}

impl Reporter {
    pub(super) fn report(&self, outcome: Option<Outcome>) {
        if let Some(outcome) = outcome {
            // The window may be gone by now; then nobody waits for it.
            let _ = self.outcomes.send(outcome);
        }
        self.egui.request_repaint();
    }
}

impl Workers {
    /// Starts the threads.
    pub(super) fn new(egui: egui::Context) -> Self {
        const THREADS: usize = 2;
        let (outcomes_in, outcomes) = unbounded();
        let report = Reporter { outcomes: outcomes_in, egui };
        let (tasks, queue) = unbounded::<Task>();
        let mut started = 0;
        for i in 0..THREADS {
            let (queue, report) = (queue.clone(), report.clone());
            let worker = move || {
                for task in queue {
                    report.report(guarded(task, || Outcome::Exported(Exported::Failed(FAULT.to_owned()))));
                }
            };
            started += usize::from(std::thread::Builder::new().name(format!("analysis {i}")).spawn(worker).is_ok());
        }
        // Without threads the work is done at once, by the window's own.
        Self { tasks: (started > 0).then_some(tasks), outcomes, report }
    }

    /// Does all work at once, on the calling thread: for tests, which must not wait.
    pub(super) fn inline(egui: egui::Context) -> Self {
        let (outcomes_in, outcomes) = unbounded();
        Self { tasks: None, outcomes, report: Reporter { outcomes: outcomes_in, egui } }
    }

    /// What has been done since the last call.
    pub(super) fn outcomes(&self) -> Vec<Outcome> {
        self.outcomes.try_iter().collect()
    }

    fn run(&self, task: Task) {
        match &self.tasks {
            Some(tasks) => {
                // The threads end only with the program.
                let _ = tasks.send(task);
            }
            None => self.report.report(task()),
        }
    }

    /// Reads files on threads of their own, because that may take long.
    pub(super) fn load(
        &self,
        document: DocumentId,
        serial: u64,
        recordings: Recordings,
        wish: Option<Wish>,
        held: Option<Arc<Profile>>,
    ) -> Loading {
        let jobs = recordings.jobs();
        let loading = Loading { serial, recordings: recordings.clone(), jobs: jobs.clone() };
        let file = match &recordings {
            Recordings::File(path) => Some(path.clone()),
            Recordings::Comparison(_) => None,
        };
        let work = move || {
            let result = recordings.load(wish.as_ref(), held, &jobs);
            // A cancelled load has nobody waiting for it, and its memory is free by now.
            (!jobs.iter().any(Job::is_cancelled)).then_some(Outcome::Loaded { document, serial, result })
        };
        if self.tasks.is_none() {
            self.report.report(work());
            return loading;
        }
        let report = self.report.clone();
        let failed = move |why: String, advice| {
            let result = Err(LoadError { path: file.clone(), side: None, why, advice });
            Outcome::Loaded { document, serial, result }
        };
        let thread = std::thread::Builder::new().name("load".to_owned());
        let at_fault = failed.clone();
        let at_fault = move || at_fault("something went wrong in reading".to_owned(), FAULT);
        if let Err(error) = thread.spawn(move || report.report(guarded(work, at_fault))) {
            let why = format!("no thread could be started to read with: {error}");
            self.report.report(Some(failed(why, "Close other programs and try again.")));
        }
        loading
    }

    /// Answers another request to the same subject.
    pub(super) fn count(&self, document: DocumentId, generation: u64, request: Request, earlier: Subject) {
        self.run(Box::new(move || Some(Outcome::Counted { document, generation, subject: earlier.ask(&request) })));
    }

    /// Makes a tree.
    pub(super) fn tree(&self, document: DocumentId, generation: u64, subject: Subject, wanted: TreeWanted) {
        self.run(Box::new(move || {
            let TreeWanted { part, need, width, timeline } = wanted;
            let tree = Arc::new(subject.tree(part, need, width, timeline.as_deref())?);
            Some(Outcome::Tree { document, generation, part, need, tree })
        }));
    }

    /// Puts a thread's samples in order.
    pub(super) fn order(&self, document: DocumentId, generation: u64, part: Part, track: TrackId, subject: Subject) {
        self.run(Box::new(move || {
            let timeline = subject.analysis(part).timeline(track);
            Some(Outcome::Ordered { document, generation, part, track, timeline })
        }));
    }

    /// Divides cost over time.
    pub(super) fn divide(
        &self,
        document: DocumentId,
        generation: u64,
        part: Part,
        need: OverTimeNeed,
        subject: Subject,
    ) {
        self.run(Box::new(move || {
            let over_time = OverTime::new(subject.analysis(part), need.by, need.window);
            Some(Outcome::Divided { document, generation, part, need, over_time })
        }));
    }

    /// Searches; the second number counts searches.
    pub(super) fn search(
        &self,
        document: DocumentId,
        (generation, search): (u64, u64),
        part: Part,
        matcher: regex::Regex,
        subject: Subject,
    ) {
        self.run(Box::new(move || {
            let matches = subject.analysis(part).search(&matcher);
            Some(Outcome::Found { document, generation, search, part, matches })
        }));
    }

    /// Finds callers and callees.
    pub(super) fn neighbours(
        &self,
        document: DocumentId,
        generation: u64,
        part: Part,
        group: GroupId,
        subject: Subject,
    ) {
        self.run(Box::new(move || {
            let neighbours = subject.analysis(part).neighbours(group);
            Some(Outcome::Neighbours { document, generation, part, group, neighbours })
        }));
    }

    /// Finds and reads a source file, and counts its lines.
    pub(super) fn source(&self, document: DocumentId, epoch: u64, wanted: SourceWanted) {
        self.run(Box::new(move || {
            let SourceWanted { part, file, analysis, sources, recorded_at } = wanted;
            let page = Box::new(SourcePage::new(&analysis, &sources, file, recorded_at));
            Some(Outcome::Source { document, epoch, part, page })
        }));
    }

    /// Runs every rule.
    pub(super) fn hints(&self, document: DocumentId, epoch: u64, wanted: HintsWanted) {
        self.run(Box::new(move || {
            let part = wanted.part;
            Some(Outcome::Hints { document, epoch, part, hints: Arc::new(wanted.find()) })
        }));
    }

    /// Lets the user choose a folder to look for sources in.
    pub(super) fn choose_source_folder(&self) {
        let report = self.report.clone();
        let dialog = move || {
            let dialog = rfd::FileDialog::new().set_title("Where the sources are");
            report.report(dialogs::ask(|| dialog.pick_folder(), Outcome::SourceFolder));
        };
        let _ = std::thread::Builder::new().name("folder dialog".to_owned()).spawn(dialog);
    }

    /// Does something on one of the threads, in its turn.
    pub(super) fn run_soon(&self, work: impl FnOnce() -> Option<Outcome> + Send + 'static) {
        self.run(Box::new(work));
    }

    /// Does something that may take long on a thread of its own.
    pub(super) fn run_apart(&self, name: &str, work: impl FnOnce() -> Option<Outcome> + Send + 'static) {
        if self.tasks.is_none() {
            return self.report.report(work());
        }
        let report = self.report.clone();
        let failed = |why: String| Outcome::Exported(Exported::Failed(why));
        let thread = std::thread::Builder::new().name(name.to_owned());
        if let Err(error) = thread.spawn(move || report.report(guarded(work, || failed(FAULT.to_owned())))) {
            let why = format!("No thread could be started: {error}. Close other programs and try again.");
            self.report.report(Some(failed(why)));
        }
    }

    /// Tells the window of something that needs no work.
    pub(super) fn report(&self, outcome: Outcome) {
        self.report.report(Some(outcome));
    }

    /// The window the workers work for.
    pub(super) fn context(&self) -> egui::Context {
        self.report.egui.clone()
    }

    /// Lets the user choose where to save a file.
    pub(super) fn choose_place(&self, folder: Option<PathBuf>, name: &str, saving: Saving) {
        let (report, name) = (self.report.clone(), name.to_owned());
        let dialog = move || {
            let mut dialog = rfd::FileDialog::new().set_title(saving.title()).set_file_name(name);
            if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
                dialog = dialog.set_directory(folder);
            }
            report.report(dialogs::ask(|| dialog.save_file(), |path| Outcome::Place(path, saving)));
        };
        let _ = std::thread::Builder::new().name("save dialog".to_owned()).spawn(dialog);
    }

    /// The means to report changes of files from another thread.
    pub(super) fn reporter(&self) -> Reporter {
        self.report.clone()
    }

    /// Shows the system's dialog. It has a thread of its own, because it blocks until it is closed.
    pub(super) fn choose_files(&self, purpose: Purpose) {
        let report = self.report.clone();
        let dialog = move || {
            let title = match &purpose {
                Purpose::Open => "Open profiles".to_owned(),
                Purpose::CompareWith(path) => format!("Compare {} with", file_name(path)),
                Purpose::Locate => "Locate the profile of the review".to_owned(),
                Purpose::AfterFix(..) => "The profile recorded after the fix".to_owned(),
            };
            let mut dialog = rfd::FileDialog::new().set_title(title);
            let mut all: Vec<&str> = import::FORMATS.iter().flat_map(|f| f.extensions.iter().copied()).collect();
            all.sort_unstable();
            all.dedup();
            dialog = dialog.add_filter("All files", &["*"]).add_filter("Profiles", &all);
            if purpose == Purpose::Open {
                dialog = dialog.add_filter("Helioscope reviews", &[session::ENDING]);
            }
            for format in import::FORMATS {
                dialog = dialog.add_filter(format.name, format.extensions);
            }
            report.report(dialogs::ask(|| dialog.pick_files(), |paths| Outcome::Chosen(paths, purpose)));
        };
        let _ = std::thread::Builder::new().name("file dialog".to_owned()).spawn(dialog);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn work_that_panics_is_said_and_leaves_its_thread_to_others() {
        let workers = Workers::new(egui::Context::default());
        let nothing: [u8; 0] = [];
        for i in 0..4 {
            workers.run_soon(move || nothing.get(i).map(|_| Outcome::Changed(Vec::new())).or_else(|| unreachable!()));
        }
        workers.run_soon(|| Some(Outcome::Changed(Vec::new())));
        let mut told = [0; 2];
        for _ in 0..5 {
            match workers.outcomes.recv_timeout(Duration::from_secs(20)) {
                Ok(Outcome::Exported(Exported::Failed(why))) if why == FAULT => told[0] += 1,
                Ok(Outcome::Changed(_)) => told[1] += 1,
                _ => break,
            }
        }
        assert_eq!(told, [4, 1]);
    }
}
