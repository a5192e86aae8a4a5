//! The start of a process: from files to memory.
//!
//! In Redis: `loadDataFromDisk`, `verifyClusterConfigWithData`. Spec: replication 9, bus 13.

use crate::node::Node;
use crate::node::io::Outbox;
use crate::node::persistence::{Disk, Saved};
use crate::node::replication::sync::travel_time;
use crate::shapes::Fact;
use crate::shapes::fact::{DiskKind, Role};
use crate::words::{Millis, Time};

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

    /// Reads the dataset at start: the append-only file if it is in use, else the snapshot.
    pub(in crate::node) fn load(&mut self, now: Time, disk: &Disk, out: &mut Outbox) {
        let file = match self.config.appendonly {
            true => disk.aof.as_ref().map(|saved| (saved, DiskKind::Aof)),
            false => disk.rdb.as_ref().map(|saved| (saved, DiskKind::Rdb)),
        };
        match file {
            Some((saved, from)) => self.load_from(now, saved, from, out),
            // Only somebody who has been here before can have lost something.
            None if disk.nodes_conf.is_some() => out.note(Fact::StartedEmpty),
            None => {}
        }
        self.verify_config_with_data(now, out);
        let role = if self.cluster.is_replica() { Role::Replica } else { Role::Master };
        out.note(Fact::Started { role });
    }

    fn load_from(&mut self, now: Time, saved: &Saved, from: DiskKind, out: &mut Outbox) {
        let snapshot = saved.snapshot();
        self.keyspace = snapshot.keyspace.clone();
        if from == DiskKind::Rdb {
            let is_replica = self.cluster.is_replica();
            self.replication.restore(snapshot.history, is_replica);
            if !is_replica {
                self.leave_out_expired(now);
            }
        }
        let window = travel_time(&self.keyspace);
        if window != Millis(0) {
            self.persistence.loading_until = Some(now + window);
        }
        out.note(Fact::Loaded { keys: self.keyspace.len() as u32, from });
    }
}
