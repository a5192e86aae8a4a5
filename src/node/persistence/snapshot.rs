//! A dataset at one moment: what a fork sees, what a file holds, what travels to a new replica.

use crate::node::keyspace::Keyspace;
use crate::node::replication::history::History;
use crate::shapes::stream::Dataset;
use crate::words::Time;
use std::fmt;
use std::sync::Arc;

/// A dataset and the place in the replication stream at which it was taken (`repl-id` and
/// `repl-offset` of an RDB file).
///
/// The history carries more than a file does (the former id): only to tell which writes were lost.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The keys.
    pub keyspace: Keyspace,
    /// Where in which history.
    pub history: History,
    /// When.
    pub made: Time,
    /// Whether it was a file before it travelled (`repl-diskless-sync no`).
    pub from_file: bool,
}

impl Snapshot {
    pub(in crate::node) fn new(now: Time, keyspace: &Keyspace, history: History) -> Snapshot {
        Snapshot { keyspace: keyspace.clone(), history, made: now, from_file: false }
    }
    /// As it travels.
    pub(in crate::node) fn into_dataset(self) -> Dataset {
        Dataset(Arc::new(self))
    }
    /// As it arrived.
    pub(in crate::node) fn from_dataset(dataset: Dataset) -> Option<Arc<Snapshot>> {
        dataset.0.downcast().ok()
    }
}

/// A snapshot in a file. Two are equal if they are the same file.
#[derive(Clone)]
pub struct Saved(Arc<Snapshot>);

impl Saved {
    pub(in crate::node) fn new(snapshot: Snapshot) -> Saved {
        Saved(Arc::new(snapshot))
    }
    /// What the file holds.
    pub fn snapshot(&self) -> &Snapshot {
        &self.0
    }
}

impl PartialEq for Saved {
    fn eq(&self, other: &Saved) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Saved({} keys)", self.0.keyspace.len())
    }
}
