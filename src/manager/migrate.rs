//! The keys of one slot, taken over in batches with MIGRATE.
//!
//! In Redis: `clusterManagerMigrateKeysInSlot`, `clusterManagerMigrateKeysInReply`,
//! `clusterManagerCompareKeysValues`, `clusterManagerGetSlotOwner`.

use crate::cli::args::Options;
use crate::cli::tape::Flow;
use crate::manager::cluster::Cluster;
use crate::manager::move_slot::Move;
use crate::manager::node::ManagedNode;
use crate::manager::shell::{Failure, Shell};
use crate::words::{Argv, Reply, Slot};
use bytes::Bytes;

/// The digest of a key that is not there.
const NO_VALUE: &[u8] = b"0000000000000000000000000000000000000000";

/// What has become of a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Batch {
    /// It went over.
    Moved,
    /// There was none: all keys are gone.
    None,
    /// The error, if there was one.
    Failed(Failure),
}

/// Moves all keys of a slot; with `dots`, one for each key.
pub fn migrate_keys(
    shell: &mut Shell,
    cluster: &Cluster,
    what: Move,
    dots: bool,
) -> Flow<Result<(), Failure>> {
    loop {
        match shell.once(|shell| next_batch(shell, cluster, what, dots))? {
            Batch::Moved => {}
            Batch::None => return Ok(Ok(())),
            Batch::Failed(failure) => return Ok(Err(failure)),
        }
    }
}

fn next_batch(shell: &mut Shell, cluster: &Cluster, what: Move, dots: bool) -> Flow<Batch> {
    let (source, target) = (&cluster.nodes[what.source], &cluster.nodes[what.target]);
    let slot = what.slot;
    let most = shell.job.options.cluster_options.pipeline;
    let command = format!("CLUSTER GETKEYSINSLOT {slot} {most}");
    let keys = match shell.call(source, command.as_str())? {
        Ok(reply) => texts(&reply),
        Err(failure) => {
            shell.report(source, failure.clone());
            return Ok(Batch::Failed(failure));
        }
    };
    if keys.is_empty() {
        return Ok(Batch::None);
    }
    let migrate = Migrate { cluster, source, target, slot, keys: &keys };
    match shell.call(source, migrate.command(&shell.job.options, false))? {
        Ok(_) => {}
        // The closed connection shows with the next command.
        Err(None) => return Ok(Batch::Moved),
        Err(Some(error)) => {
            if let Err(failure) = migrate.retry(shell, &error)? {
                return Ok(Batch::Failed(failure));
            }
        }
    }
    if dots {
        shell.plain(".".repeat(keys.len()));
    }
    Ok(Batch::Moved)
}

/// The texts of a list.
pub fn texts(reply: &Reply) -> Vec<Bytes> {
    let Reply::Array(items) = reply else { return Vec::new() };
    let text = |item: &Reply| match item {
        Reply::Bulk(text) | Reply::Simple(text) => Some(text.clone()),
        _ => None,
    };
    items.iter().filter_map(text).collect()
}

/// A batch on its way.
struct Migrate<'a> {
    cluster: &'a Cluster,
    source: &'a ManagedNode,
    target: &'a ManagedNode,
    slot: Slot,
    keys: &'a [Bytes],
}

impl Migrate<'_> {
    fn command(&self, options: &Options, replace: bool) -> Argv {
        let (host, port) = (self.target.host.to_string(), self.target.port.to_string());
        let timeout = options.cluster_options.timeout_ms.to_string();
        let mut words = vec!["MIGRATE".to_owned(), host, port, String::new(), "0".into(), timeout];
        words.extend(replace.then(|| "REPLACE".to_owned()));
        words.extend(login(options));
        words.push("KEYS".to_owned());
        Argv::new(words.into_iter().map(Bytes::from).chain(self.keys.iter().cloned()))
    }

    /// Tries again if the error can be dealt with; the error that remains.
    fn retry(&self, shell: &mut Shell, error: &str) -> Flow<Result<(), Failure>> {
        let busy = error.contains("BUSYKEY");
        if busy {
            if !self.may_replace(shell)? {
                return Ok(Err(None));
            }
        } else {
            match shell.is_served(self.cluster, self.source, self.slot)? {
                Ok(false) => self.serve(shell)?,
                Ok(true) => return Ok(Err(self.tell(shell, error))),
                Err(failure) => {
                    shell.report(self.source, failure);
                    return Ok(Err(self.tell(shell, error)));
                }
            }
        }
        match shell.call(self.source, self.command(&shell.job.options, busy))? {
            Ok(_) => Ok(Ok(())),
            Err(Some(error)) => Ok(Err(self.tell(shell, &error))),
            Err(None) => Ok(Err(None)),
        }
    }

    fn tell(&self, shell: &mut Shell, error: &str) -> Failure {
        shell.plain("\n");
        shell.node_error(self.source, error);
        Some(error.to_owned())
    }

    /// A slot that nobody serves is given to the target, in the source's view, if this is a repair.
    fn serve(&self, shell: &mut Shell) -> Flow<()> {
        if !shell.job.is_fix() {
            return Ok(());
        }
        let (slot, target) = (self.slot, self.target);
        shell.warn(format!(
            "*** Slot was not served, setting owner to node {}.\n",
            target.address()
        ));
        let command = format!("CLUSTER SETSLOT {slot} node {}", target.id);
        if let Err(failure) = shell.call(self.source, command.as_str())? {
            shell.report(self.source, failure);
        }
        Ok(())
    }

    /// Whether keys that the target has already may be replaced: they are the same, or the command
    /// line says so.
    fn may_replace(&self, shell: &mut Shell) -> Flow<bool> {
        shell.warn("\n*** Target key exists\n");
        if !shell.job.options.cluster_options.replace {
            shell.warn("*** Checking key values on both nodes...\n");
            let Some(different) = self.different_keys(shell)? else {
                shell.error("*** Value check failed!\n");
                return Ok(false);
            };
            if !different.is_empty() {
                self.tell_different(shell, &different);
                return Ok(false);
            }
        }
        shell.warn("*** Replacing target keys...\n");
        Ok(true)
    }

    /// The keys that both nodes have with different values, unless they do not tell.
    fn different_keys(&self, shell: &mut Shell) -> Flow<Option<Vec<Bytes>>> {
        let words = [Bytes::from_static(b"DEBUG"), Bytes::from_static(b"DIGEST-VALUE")];
        let command = Argv::new(words.into_iter().chain(self.keys.iter().cloned()));
        let here = shell.call(self.source, command.clone())?;
        if here == Err(None) {
            return Ok(None);
        }
        let there = shell.call(self.target, command)?;
        match (here, there) {
            (Ok(here), Ok(there)) => {
                let digests = texts(&here).into_iter().zip(texts(&there));
                let differ = |(here, there): &(Bytes, Bytes)| {
                    here != there && ![here, there].iter().any(|digest| **digest == NO_VALUE)
                };
                let keys = digests.zip(self.keys).filter(|(digests, _)| differ(digests));
                Ok(Some(keys.map(|(_, key)| key.clone()).collect()))
            }
            (_, Err(None)) => Ok(None),
            (here, there) => {
                here.err().into_iter().for_each(|failure| shell.report(self.source, failure));
                there.err().into_iter().for_each(|failure| shell.report(self.target, failure));
                Ok(None)
            }
        }
    }

    fn tell_different(&self, shell: &mut Shell, keys: &[Bytes]) {
        shell.error(format!(
            "*** Found {} key(s) in both source node and target node having different values.\n    \
             Source node: {}\n    Target node: {}\n    Keys(s):\n",
            keys.len(),
            self.source.address(),
            self.target.address(),
        ));
        for key in keys {
            shell.error(format!("    - {}\n", String::from_utf8_lossy(key)));
        }
        shell.error(
            "Please fix the above key(s) manually and try again or relaunch the command \nwith \
             --cluster-replace option to force key overriding.\n",
        );
    }
}

/// `AUTH password` or `AUTH2 user password`, as the command line gave them.
pub fn login(options: &Options) -> Vec<String> {
    match (&options.auth, &options.user) {
        (None, _) => Vec::new(),
        (Some(password), None) => vec!["AUTH".to_owned(), password.clone()],
        (Some(password), Some(user)) => vec!["AUTH2".to_owned(), user.clone(), password.clone()],
    }
}

impl Shell<'_> {
    /// Whether a node knows an owner of the slot, and it is one that can be asked.
    pub fn is_served(
        &mut self,
        cluster: &Cluster,
        node: &ManagedNode,
        slot: Slot,
    ) -> Flow<Result<bool, Failure>> {
        Ok(self.call(node, "CLUSTER SLOTS")?.map(|reply| {
            let Reply::Array(ranges) = reply else { return false };
            let owner = ranges.iter().find_map(|range| owner_in(range, slot));
            owner.is_some_and(|id| cluster.find(&id).is_some())
        }))
    }
}

/// The id of the master in a range of CLUSTER SLOTS, if the slot lies in it.
fn owner_in(range: &Reply, slot: Slot) -> Option<String> {
    let Reply::Array(parts) = range else { return None };
    let [Reply::Int(first), Reply::Int(last), Reply::Array(master), ..] = &parts[..] else {
        return None;
    };
    let Some(Reply::Bulk(id)) = master.get(2) else { return None };
    let inside = (*first..=*last).contains(&i64::from(slot.number()));
    inside.then(|| String::from_utf8_lossy(id).into_owned())
}
