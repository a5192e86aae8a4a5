//! Persistence: what a disk keeps when the process is gone.
//!
//! With `appendonly yes` the append-only file is written before any reply leaves (`write(2)`; a killed
//! process loses nothing, whatever `appendfsync` says); without it only snapshots (RDB) are kept: at
//! save points, at FLUSHALL and at an orderly shutdown. `nodes.conf` is independent of both.
//! A node is asked for its disk when it dies: [`Node::disk`].
//!
//! Invariant: a disk is a value; two copies of it share what they hold.
//! In Redis: aof.c, rdb.c, `serverCron`, `loadDataFromDisk`. Spec: replication 9, bus 13.
//! Absent: power loss, a full disk, how large the append-only file is.

pub(in crate::node) mod files;
mod load;
mod rdb;
mod shutdown;
mod snapshot;

use crate::node::Node;
use crate::node::io::Outbox;
use crate::node::log::Level::Notice;
use crate::shapes::Config;
use crate::words::{Argv, Time};
use bytes::Bytes;
use files::{AofFiles, Children};
pub(in crate::node) use rdb::used_memory;
use shutdown::Shutdown;
pub use shutdown::ShutdownFlags;
pub use snapshot::{Saved, Snapshot};
use std::sync::Arc;

/// The files of one data directory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Disk {
    /// `cluster-config-file`, as text.
    pub nodes_conf: Option<Arc<str>>,
    /// The append-only file.
    pub aof: Option<Saved>,
    /// Its parts.
    pub aof_files: AofFiles,
    /// `dump.rdb`.
    pub rdb: Option<Saved>,
    /// The configuration file, if it was rewritten since somebody wrote it.
    pub redis_conf: Option<Arc<Config>>,
}

/// What a process knows of its files.
#[derive(Clone, Debug)]
pub struct Persistence {
    rdb: Option<Saved>,
    redis_conf: Option<Arc<Config>>,
    /// What an append-only file holds that this process does not write (`appendonly` was turned off).
    old_aof: Option<Saved>,
    /// The parts of the append-only file.
    aof: AofFiles,
    pub(in crate::node) children: Children,
    saved_at: Time,
    /// Elements that changed since the last snapshot, as each command counts them. In Redis:
    /// `server.dirty`.
    changes: u64,
    /// FLUSHALL writes a snapshot at once.
    flushed: bool,
    loading_until: Option<Time>,
    shutdown: Option<Shutdown>,
}

impl Persistence {
    pub(in crate::node) fn boot(now: Time, disk: &Disk) -> Persistence {
        Persistence {
            rdb: disk.rdb.clone(),
            redis_conf: disk.redis_conf.clone(),
            old_aof: disk.aof.clone(),
            aof: disk.aof_files,
            children: Children::default(),
            saved_at: now,
            changes: 0,
            flushed: false,
            loading_until: None,
            shutdown: None,
        }
    }
    /// When `dump.rdb` was last written, or the process began.
    pub fn saved_at(&self) -> Time {
        self.saved_at
    }
    /// How many elements changed since then.
    pub fn changes(&self) -> u64 {
        self.changes
    }
    /// The file that came from the master is its own now.
    pub(in crate::node) fn received(&mut self, snapshot: &Snapshot) {
        self.rdb = Some(Saved::new(snapshot.clone()));
    }
    /// A command changed so many elements.
    pub(in crate::node) fn changed(&mut self, changes: u64) {
        self.changes += changes;
    }
    /// Does not count what changed since there were so many changes: who waited for a key took it.
    pub(in crate::node) fn forget_changes_since(&mut self, changes: u64) {
        self.changes = changes;
    }
    /// A write goes to the replicas and the append-only file.
    pub(in crate::node) fn propagates(&mut self, command: &Argv) {
        self.aof.grow();
        self.flushed |= command.first().is_some_and(|word| word.eq_ignore_ascii_case(b"flushall"));
    }
}

impl Node {
    /// What its disk holds at this moment if the process is killed.
    pub fn disk(&self) -> Disk {
        let aof = match self.config.appendonly {
            true => Some(self.snapshot(self.persistence.aof.made())),
            false => self.persistence.old_aof.clone(),
        };
        let Persistence { rdb, redis_conf, aof: aof_files, .. } = self.persistence.clone();
        Disk { nodes_conf: self.cluster.saved_conf(), aof, aof_files, rdb, redis_conf }
    }
    /// Writes its configuration as it is now into its file. In Redis: `rewriteConfig`.
    pub(in crate::node) fn rewrite_config(&mut self) {
        self.persistence.redis_conf = Some(Arc::new(self.config.clone()));
    }

    /// What it knows of its files.
    pub fn persistence(&self) -> &Persistence {
        &self.persistence
    }

    /// Until when it reads its files at start, if that takes time: it has no cron before.
    pub fn starts_until(&self) -> Option<Time> {
        self.persistence.loading_until
    }
    /// Whether it reads its files at start.
    pub(in crate::node) fn is_starting(&self, now: Time) -> bool {
        self.persistence.loading_until.is_some_and(|until| now < until)
    }

    /// Whether it reads a dataset into memory: most commands are refused with LOADING.
    pub(in crate::node) fn is_loading(&self, now: Time) -> bool {
        self.is_starting(now) || self.replication.is_loading()
    }

    /// Each `serverCron`: what takes time is looked at again, and snapshots that are due are made.
    pub(in crate::node) fn persistence_cron(&mut self, now: Time, out: &mut Outbox) {
        if self.persistence.loading_until.take().is_some() {
            out.log.write(Notice, load::READY);
        }
        self.advance_transfer(now, out);
        self.advance_fork(now, out);
        self.advance_shutdown(now, out);
        self.notice_children(out);
        if let Some((seconds, changes)) = self.snapshot_is_due(now) {
            let text = format!("{changes} changes in {seconds} seconds. Saving...");
            out.log.write(Notice, text);
            self.save_in_background(now, out);
        }
    }

    /// After the commands of an iteration.
    pub(in crate::node) fn persistence_before_sleep(&mut self, now: Time, out: &mut Outbox) {
        if std::mem::take(&mut self.persistence.flushed) && !self.config.save.is_empty() {
            self.save_and_tell(now, out);
        }
    }

    /// The save point that asks for one.
    fn snapshot_is_due(&self, now: Time) -> Option<(u64, u64)> {
        let age_s = now.unix_s().saturating_sub(self.persistence.saved_at.unix_s());
        let changes = self.persistence.changes;
        let due = |&&(seconds, least): &&(u64, u64)| least <= changes && seconds < age_s;
        self.config.save.iter().find(due).copied()
    }

    /// Writes `dump.rdb`.
    pub(in crate::node) fn save(&mut self, now: Time) {
        self.persistence.rdb = Some(self.snapshot(now));
        self.persistence.saved_at = now;
        self.persistence.changes = 0;
    }

    /// Its dataset as the bytes of a file.
    pub(in crate::node) fn rdb(&self, now: Time) -> Bytes {
        self.snapshot(now).snapshot().rdb()
    }

    fn snapshot(&self, now: Time) -> Saved {
        Saved::new(Snapshot::new(now, &self.keyspace, *self.replication.history()))
    }
}
