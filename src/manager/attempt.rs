//! Repairs: procedures that give up at the first step that does not work.
//!
//! In Redis: the `goto cleanup` of the `clusterManagerFix*` functions.

use crate::cli::tape::{Flow, Stop};
use crate::manager::cluster::Cluster;
use crate::manager::node::ManagedNode;
use crate::manager::shell::Shell;
use crate::words::{Argv, Reply, Slot};

/// Why a repair goes no further.
#[derive(Clone, PartialEq, Debug)]
pub enum Halt {
    /// It waits for an answer, or the program has ended.
    Stop(Stop),
    /// A step did not work, and that has been told.
    Failed,
}

/// What a repair returns.
pub type Attempt<T> = Result<T, Halt>;

impl From<Stop> for Halt {
    fn from(stop: Stop) -> Halt {
        Halt::Stop(stop)
    }
}

/// The result of an attempt that is over: `None` if it failed.
pub fn outcome<T>(attempt: Attempt<T>) -> Flow<Option<T>> {
    match attempt {
        Ok(result) => Ok(Some(result)),
        Err(Halt::Failed) => Ok(None),
        Err(Halt::Stop(stop)) => Err(stop),
    }
}

impl Shell<'_> {
    /// Sends a command; its error is told and ends the attempt.
    pub fn order(&mut self, node: &ManagedNode, argv: impl Into<Argv>) -> Attempt<Reply> {
        match self.call(node, argv)? {
            Ok(reply) => Ok(reply),
            Err(failure) => {
                self.report(node, failure);
                Err(Halt::Failed)
            }
        }
    }
    /// How many keys of the slot a node has.
    pub fn count_keys(&mut self, node: &ManagedNode, slot: Slot) -> Attempt<i64> {
        let command = format!("CLUSTER COUNTKEYSINSLOT {slot}");
        match self.order(node, command.as_str())? {
            Reply::Int(count) => Ok(count),
            _ => Ok(0),
        }
    }
    /// Closes an open slot of a node.
    pub fn set_stable(&mut self, node: &ManagedNode, slot: Slot) -> Attempt<()> {
        self.order(node, format!("CLUSTER SETSLOT {slot} STABLE").as_str()).map(|_| ())
    }
    /// Sets the state of a slot in a node: `how` is `node`, `importing` or `migrating`.
    pub fn set_slot(
        &mut self,
        node: &ManagedNode,
        slot: Slot,
        how: &str,
        other: &ManagedNode,
    ) -> Attempt<()> {
        let command = format!("CLUSTER SETSLOT {slot} {how} {}", other.id);
        self.order(node, command.as_str()).map(|_| ())
    }
    /// Makes a node forget the owner of a slot; that it has none already is no failure.
    pub fn delete_slot(
        &mut self,
        cluster: &Cluster,
        node: &ManagedNode,
        slot: Slot,
    ) -> Attempt<()> {
        match self.call(node, format!("CLUSTER DELSLOTS {slot}").as_str())? {
            Ok(_) => Ok(()),
            Err(Some(error)) => match self.is_served(cluster, node, slot)? {
                Ok(false) => Ok(()),
                Ok(true) => {
                    self.node_error(node, &error);
                    Err(Halt::Failed)
                }
                Err(failure) => {
                    self.report(node, failure);
                    self.node_error(node, &error);
                    Err(Halt::Failed)
                }
            },
            Err(None) => Err(Halt::Failed),
        }
    }
    /// Gives a slot that nobody has to a node, under an epoch of its own. Of the commands in the
    /// transaction only ADDSLOTS has to work.
    pub fn set_owner(
        &mut self,
        cluster: &Cluster,
        owner: usize,
        slot: Slot,
        stable: bool,
    ) -> Attempt<()> {
        let owner = &cluster.nodes[owner];
        self.order(owner, "MULTI")?;
        // What fails here fails in EXEC as well.
        ignore_failure(self.delete_slot(cluster, owner, slot))?;
        ignore_failure(self.order(owner, format!("CLUSTER ADDSLOTS {slot}").as_str()))?;
        if stable {
            ignore_failure(self.set_stable(owner, slot))?;
        }
        ignore_failure(self.order(owner, "CLUSTER BUMPEPOCH"))?;
        let Reply::Array(replies) = self.order(owner, "EXEC")? else { return Err(Halt::Failed) };
        match replies.get(1).and_then(Reply::as_error) {
            None => Ok(()),
            Some(error) => {
                self.node_error(owner, error);
                Err(Halt::Failed)
            }
        }
    }
    /// The master among `nodes` with the most keys of a slot, the first of equals.
    pub fn with_most_keys(
        &mut self,
        cluster: &Cluster,
        nodes: &[usize],
        slot: Slot,
    ) -> Attempt<Option<usize>> {
        let mut best: Option<(usize, i64)> = None;
        for &node in nodes.iter().filter(|&&node| !cluster.nodes[node].is_slave) {
            let keys = match self.count_keys(&cluster.nodes[node], slot) {
                Err(Halt::Failed) => return Ok(None),
                counted => counted?,
            };
            if best.is_none_or(|(_, most)| most < keys) {
                best = Some((node, keys));
            }
        }
        Ok(best.map(|(node, _)| node))
    }
}

fn ignore_failure<T>(attempt: Attempt<T>) -> Flow<()> {
    outcome(attempt).map(|_| ())
}
