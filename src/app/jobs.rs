//! Work off the window's thread: loading files, counting profiles, making trees.
//!
//! Every piece of work says which document and which generation of its question it is for, so that the results of a
//! question that is no longer asked are dropped.

use crate::analyze::{Analysis, CallTree, GroupId, Matches, Neighbours, Query, Timeline};
use crate::import::{self, ImportError, Job};
use crate::model::{Profile, StringId, TrackId};
use crate::source::Sources;
use crate::ui::source_page::SourcePage;
use crate::ui::{TreeKind, TreeNeed};
use crossbeam_channel::{Receiver, Sender, unbounded};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

/// A document, for as long as the program runs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct DocumentId(pub(super) u64);

/// What came of a piece of work.
pub(super) enum Outcome {
    /// A file was read, or not.
    Loaded { document: DocumentId, result: Result<(Arc<Profile>, Analysis), ImportError> },
    /// A question was answered.
    Counted { document: DocumentId, generation: u64, analysis: Analysis },
    /// A tree was made.
    Tree { document: DocumentId, generation: u64, need: TreeNeed, tree: CallTree },
    /// The samples of a thread were put in order.
    Ordered { document: DocumentId, generation: u64, track: TrackId, timeline: Option<Timeline> },
    /// A search has ended.
    Found { document: DocumentId, generation: u64, search: u64, matches: Matches },
    /// Callers and callees are known.
    Neighbours { document: DocumentId, generation: u64, group: GroupId, neighbours: Neighbours },
    /// A source file was read, or not found.
    Source { document: DocumentId, epoch: u64, page: Box<SourcePage> },
    /// Files were chosen in the dialog.
    Chosen(Vec<PathBuf>),
    /// A folder to look for sources in was chosen.
    SourceFolder(PathBuf),
}

type Task = Box<dyn FnOnce() -> Option<Outcome> + Send>;

/// Threads that do the work.
pub(super) struct Workers {
    tasks: Option<Sender<Task>>,
    outcomes: Receiver<Outcome>,
    report: Reporter,
}

/// Brings an outcome to the window and wakes it.
#[derive(Clone)]
struct Reporter {
    outcomes: Sender<Outcome>,
    egui: egui::Context,
}

impl Reporter {
    fn report(&self, outcome: Option<Outcome>) {
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
                    report.report(task());
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

    /// Reads a file on a thread of its own, because that may take long.
    pub(super) fn load(&self, document: DocumentId, path: PathBuf, query: Option<QueryWish>, job: Job) {
        let work = move || {
            let result = import::open(&path, &job).map(|profile| {
                let profile = Arc::new(profile);
                let query = query.map_or_else(|| Query::new(&profile), |wish| wish.for_profile(&profile));
                let analysis = Analysis::new(Arc::clone(&profile), query, None);
                (profile, analysis)
            });
            // A cancelled load has nobody waiting for it, and its memory is free by now.
            (!job.is_cancelled()).then_some(Outcome::Loaded { document, result })
        };
        if self.tasks.is_none() {
            self.report.report(work());
            return;
        }
        let report = self.report.clone();
        let thread = std::thread::Builder::new().name("load".to_owned());
        if let Err(error) = thread.spawn(move || report.report(work())) {
            let result = Err(ImportError::Io { path: PathBuf::from("a thread to read with"), source: error });
            self.report.report(Some(Outcome::Loaded { document, result }));
        }
    }

    /// Answers another question to the same profile.
    pub(super) fn count(&self, document: DocumentId, generation: u64, query: Query, earlier: Arc<Analysis>) {
        self.run(Box::new(move || {
            let analysis = Analysis::new(Arc::clone(earlier.profile()), query, Some(&earlier));
            Some(Outcome::Counted { document, generation, analysis })
        }));
    }

    /// Makes a tree.
    pub(super) fn tree(
        &self,
        document: DocumentId,
        generation: u64,
        need: TreeNeed,
        analysis: Arc<Analysis>,
        timeline: Option<Arc<Timeline>>,
    ) {
        self.run(Box::new(move || {
            use crate::analyze::Order;
            let detail = need.detail;
            let tree = match need.kind {
                TreeKind::Whole(Order::LeftHeavy) | TreeKind::Overview(Order::LeftHeavy) | TreeKind::Sunburst => {
                    analysis.tree(detail)
                }
                TreeKind::Whole(Order::Inverted) | TreeKind::Overview(Order::Inverted) => analysis.inverted(detail),
                TreeKind::Whole(Order::Time) | TreeKind::Overview(Order::Time) => {
                    analysis.timeline_tree(timeline.as_deref()?, detail)?
                }
                TreeKind::CallersOf(group) => analysis.callers_tree(group, detail),
                TreeKind::CalleesOf(group) => analysis.callees_tree(group, detail),
            };
            Some(Outcome::Tree { document, generation, need, tree })
        }));
    }

    /// Puts a thread's samples in order.
    pub(super) fn order(&self, document: DocumentId, generation: u64, track: TrackId, analysis: Arc<Analysis>) {
        self.run(Box::new(move || {
            let timeline = analysis.timeline(track);
            Some(Outcome::Ordered { document, generation, track, timeline })
        }));
    }

    /// Searches.
    pub(super) fn search(
        &self,
        document: DocumentId,
        generation: u64,
        search: u64,
        matcher: regex::Regex,
        analysis: Arc<Analysis>,
    ) {
        self.run(Box::new(move || {
            let matches = analysis.search(&matcher);
            Some(Outcome::Found { document, generation, search, matches })
        }));
    }

    /// Finds callers and callees.
    pub(super) fn neighbours(&self, document: DocumentId, generation: u64, group: GroupId, analysis: Arc<Analysis>) {
        self.run(Box::new(move || {
            let neighbours = analysis.neighbours(group);
            Some(Outcome::Neighbours { document, generation, group, neighbours })
        }));
    }

    /// Finds and reads a source file, and counts its lines.
    pub(super) fn source(
        &self,
        document: DocumentId,
        epoch: u64,
        file: StringId,
        analysis: Arc<Analysis>,
        sources: Arc<Sources>,
        recorded_at: Option<SystemTime>,
    ) {
        self.run(Box::new(move || {
            let page = Box::new(SourcePage::new(&analysis, &sources, file, recorded_at));
            Some(Outcome::Source { document, epoch, page })
        }));
    }

    /// Lets the user choose a folder to look for sources in.
    pub(super) fn choose_source_folder(&self) {
        let report = self.report.clone();
        let dialog = move || {
            let chosen = rfd::FileDialog::new().set_title("Where the sources are").pick_folder();
            report.report(chosen.map(Outcome::SourceFolder));
        };
        let _ = std::thread::Builder::new().name("folder dialog".to_owned()).spawn(dialog);
    }

    /// Shows the system's dialog. It has a thread of its own, because it blocks until it is closed.
    pub(super) fn choose_files(&self) {
        let report = self.report.clone();
        let dialog = move || {
            let mut dialog = rfd::FileDialog::new().set_title("Open profiles");
            let mut all: Vec<&str> = import::FORMATS.iter().flat_map(|f| f.extensions.iter().copied()).collect();
            all.sort_unstable();
            all.dedup();
            dialog = dialog.add_filter("All files", &["*"]).add_filter("Profiles", &all);
            for format in import::FORMATS {
                dialog = dialog.add_filter(format.name, format.extensions);
            }
            let chosen = dialog.pick_files();
            report.report(chosen.map(Outcome::Chosen));
        };
        let _ = std::thread::Builder::new().name("file dialog".to_owned()).spawn(dialog);
    }
}

/// What of a question survives a reload: things are named, because ids are only good for one profile.
#[derive(Clone, Debug)]
pub(super) struct QueryWish {
    pub(super) metric: String,
    pub(super) track: Option<crate::model::Track>,
    pub(super) by: crate::analyze::GroupBy,
}

impl QueryWish {
    fn for_profile(&self, profile: &Profile) -> Query {
        use crate::model::MetricId;
        let mut query = Query::new(profile);
        if let Some(i) = profile.metrics().iter().position(|m| m.name == self.metric) {
            query.metric = MetricId::at(i);
        }
        query.track =
            self.track.as_ref().and_then(|t| profile.tracks().iter().position(|other| other == t)).map(TrackId::at);
        query.by = self.by;
        query
    }
}
