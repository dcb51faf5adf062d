//! Who ran: a thread of a process.

/// A thread of a process. Every sample belongs to one.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Track {
    /// The thread's name as recorded; empty where only its id is known.
    pub name: String,
    /// The process id, where recorded.
    pub pid: Option<u64>,
    /// The thread id, where recorded.
    pub tid: Option<u64>,
    /// The process' name or command line; empty where not recorded.
    pub process: String,
}

impl Track {
    /// A name to show: the recorded one, or one made of the ids.
    pub fn title(&self) -> String {
        match (self.name.as_str(), self.tid, self.pid) {
            ("", Some(tid), _) => format!("thread {tid}"),
            ("", None, Some(pid)) => format!("process {pid}"),
            ("", None, None) => "all threads".to_owned(),
            (name, ..) => name.to_owned(),
        }
    }
}
