//! The start of a process: from files to memory.
//!
//! In Redis: `loadDataFromDisk`, `verifyClusterConfigWithData`. Spec: replication 9, bus 13.

use crate::node::Node;
use crate::node::io::Outbox;
use crate::node::log::Level::Notice;
use crate::node::persistence::{Disk, Saved, files, used_memory};
use crate::node::replication::CACHED_MYSELF;
use crate::node::replication::sync::travel_time;
use crate::shapes::Fact;
use crate::shapes::fact::{DiskKind, Role};
use crate::words::{Millis, Time};

/// It can be used.
pub(in crate::node) const READY: &str = "Ready to accept connections";

impl Node {
    /// A master does not load from a snapshot what has expired since. In Redis: `rdbLoadRioWithLoadingCtx`.
    fn leave_out_expired(&mut self, now: Time) {
        while let Some((at, key)) = self.keyspace.first_deadline()
            && at < now.unix_ms()
        {
            let key = key.clone();
            self.keyspace.remove(&key);
        }
    }

    /// It reads `dump.rdb`.
    fn tell_of_dump(&self, now: Time, saved: &Saved, all: u64, out: &mut Outbox) {
        let kept = self.keyspace.len() as u64;
        let bytes = saved.snapshot().keyspace.approximate_bytes();
        files::tell_of_rdb(&mut out.log, now, saved.snapshot().made, used_memory(bytes));
        files::tell_of_keys(&mut out.log, kept, all - kept);
        out.log.write(Notice, "DB loaded from disk: 0.000 seconds");
        if self.cluster.is_replica() {
            out.log.write(Notice, CACHED_MYSELF);
        }
    }

    /// Reads the dataset at start: the append-only file if it is in use, else the snapshot.
    pub(in crate::node) fn load(&mut self, now: Time, disk: &Disk, out: &mut Outbox) {
        let file = match self.config.appendonly {
            true => disk.aof.as_ref().map(|saved| (saved, DiskKind::Aof)),
            false => disk.rdb.as_ref().map(|saved| (saved, DiskKind::Rdb)),
        };
        let found = file.is_some();
        match file {
            Some((saved, from)) => self.load_from(now, saved, from, out),
            // Only somebody who has been here before can have lost something.
            None if disk.nodes_conf.is_some() => out.note(Fact::StartedEmpty),
            None => {}
        }
        self.open_aof(now, found, out);
        self.verify_config_with_data(now, out);
        let role = if self.cluster.is_replica() { Role::Replica } else { Role::Master };
        out.note(Fact::Started { role });
        if !self.is_starting(now) {
            out.log.write(Notice, READY);
        }
    }

    fn load_from(&mut self, now: Time, saved: &Saved, from: DiskKind, out: &mut Outbox) {
        let snapshot = saved.snapshot();
        self.keyspace = snapshot.keyspace.clone();
        match from {
            DiskKind::Aof => self.tell_of_aof(now, out),
            DiskKind::Rdb => {
                let is_replica = self.cluster.is_replica();
                self.replication.restore(snapshot.history, is_replica);
                let all = self.keyspace.len() as u64;
                if !is_replica {
                    self.leave_out_expired(now);
                }
                self.tell_of_dump(now, saved, all, out);
            }
        }
        let window = travel_time(&self.keyspace);
        if window != Millis(0) {
            self.persistence.loading_until = Some(now + window);
        }
        out.note(Fact::Loaded { keys: self.keyspace.len() as u32, from });
    }
}
