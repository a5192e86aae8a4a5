//! A full resynchronisation on the replica's side: wait, receive, load.
//!
//! How long a dataset travels and loads is not Redis's to say; here both take a millisecond for each
//! 100 kB, so that the datasets of a classroom arrive at once and large ones show their states.
//! In Redis: `readSyncBulkPayload`, `replicationAttachToNewMaster`. Spec: replication 4.6, 4.7.
//! Absent: the temporary file (`repl-diskless-load disabled`): the old data stay until all is there,
//! but a process killed while loading has no partial file.

use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::node::keyspace::Keyspace;
use crate::node::log::Level::Notice;
use crate::node::persistence::Snapshot;
use crate::node::replication::Replication;
use crate::node::replication::backlog::Backlog;
use crate::node::replication::history::History;
use crate::node::replication::upstream::{Asked, Link, Upstream};
use crate::shapes::Fact;
use crate::shapes::stream::Dataset;
use crate::words::{Millis, ReplId, Time};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Bytes of a dataset that travel, or are loaded, in a millisecond.
const BYTES_PER_MS: u64 = 100_000;

/// How long this dataset travels from one server to another, or loads.
pub(in crate::node) fn travel_time(keyspace: &Keyspace) -> Millis {
    Millis(keyspace.approximate_bytes() / BYTES_PER_MS)
}

/// Where a transfer stands.
#[derive(Clone, Debug)]
pub(super) enum Transfer {
    /// The master will send its dataset, as it was at `offset` of the history `id`.
    /// `cached`: whether it could have resumed what it followed so far.
    Announced { id: ReplId, offset: u64, cached: bool },
    /// It comes in, until then.
    Receiving { id: ReplId, offset: u64, snapshot: Arc<Snapshot>, until: Time },
    /// All is there and is read into memory, until then.
    Loading { id: ReplId, offset: u64, snapshot: Arc<Snapshot>, until: Time },
}

impl Node {
    /// `+FULLRESYNC`: what this node followed so far cannot be resumed any more.
    pub(super) fn transfer_announced(
        &mut self,
        now: Time,
        conn: ConnId,
        id: ReplId,
        offset: u64,
        out: &mut Outbox,
    ) {
        let Some(up) = &mut self.replication.upstream else { return };
        if let Link::Handshake { asked: Asked::Psync, .. } = up.link {
            let cached = std::mem::replace(&mut up.resumable, false);
            out.log.write(Notice, format_args!("Full resync from master: {id}:{offset}"));
            let transfer = Transfer::Announced { id, offset, cached };
            up.link = Link::Transfer { conn, heard: now, transfer };
        }
    }

    pub(super) fn dataset_arrived(&mut self, now: Time, dataset: Dataset, out: &mut Outbox) {
        let Some(Upstream { link: Link::Transfer { transfer, .. }, .. }) =
            &mut self.replication.upstream
        else {
            return;
        };
        if let Transfer::Announced { id, offset, cached } = *transfer {
            let Some(snapshot) = Snapshot::from_dataset(dataset) else { return };
            let until = now + travel_time(&snapshot.keyspace);
            Node::tell_of_receiving(&snapshot, cached, out);
            *transfer = Transfer::Receiving { id, offset, snapshot, until };
            self.advance_transfer(now, out);
        }
    }

    /// Whether a dataset is still being read into memory. In Redis: `processEventsWhileBlocked`, which runs
    /// neither `serverCron` nor `clusterBeforeSleep`.
    pub(in crate::node) fn is_loading_from_master(&mut self, now: Time, out: &mut Outbox) -> bool {
        if self.replication.is_loading() {
            self.advance_transfer(now, out);
        }
        self.replication.is_loading()
    }

    /// Goes on when the time has come.
    pub(in crate::node) fn advance_transfer(&mut self, now: Time, out: &mut Outbox) {
        let Some(Upstream { link: Link::Transfer { transfer, .. }, .. }) =
            &mut self.replication.upstream
        else {
            return;
        };
        match transfer {
            Transfer::Receiving { id, offset, snapshot, until } if *until <= now => {
                let (id, offset, snapshot) = (*id, *offset, snapshot.clone());
                let until = now + travel_time(&snapshot.keyspace);
                *transfer = Transfer::Loading { id, offset, snapshot: snapshot.clone(), until };
                self.begin_loading(now, out);
                Node::tell_of_loading(now, &snapshot, out);
                self.advance_transfer(now, out);
            }
            Transfer::Loading { id, offset, snapshot, until } if *until <= now => {
                let (id, offset, snapshot) = (*id, *offset, snapshot.clone());
                self.end_sync(now, id, offset, &snapshot, out);
            }
            Transfer::Announced { .. } | Transfer::Receiving { .. } | Transfer::Loading { .. } => {}
        }
    }

    /// Redis hears nothing while it loads: that a link is gone it notices afterwards. Here it loads the
    /// rest at once.
    pub(super) fn finish_loading(&mut self, now: Time, out: &mut Outbox) {
        let Some(Upstream { link: Link::Transfer { transfer, .. }, .. }) =
            &self.replication.upstream
        else {
            return;
        };
        if let Transfer::Loading { id, offset, snapshot, .. } = transfer.clone() {
            self.end_sync(now, id, offset, &snapshot, out);
        }
    }

    /// The old dataset goes, and with it the own replicas, who followed it.
    fn begin_loading(&mut self, now: Time, out: &mut Outbox) {
        self.drop_all_replicas(now, out);
    }

    fn end_sync(
        &mut self,
        now: Time,
        id: ReplId,
        offset: u64,
        snapshot: &Snapshot,
        out: &mut Outbox,
    ) {
        self.note_lost_writes(snapshot, out);
        self.keyspace = snapshot.keyspace.clone();
        self.persistence.received(snapshot);
        self.clients.touch_all();
        let replication = &mut self.replication;
        replication.history = History { id, offset, former: None };
        replication.backlog = Some(Backlog::begin(offset));
        let Some(up) = &mut replication.upstream else { return };
        let Some(conn) = up.link.conn() else { return };
        up.link = Link::Connected { conn, heard: now };
        up.resumable = true;
        up.down_since = None;
        Node::tell_of_loaded(snapshot, out);
        if self.config.appendonly {
            self.rewrite_aof(now, true, out);
        }
        self.acknowledge(out);
        out.note(Fact::SyncDone { master: self.master_id(), replid: id, offset, full: true });
    }

    /// Which acknowledged writes are not in the dataset that replaces this one.
    ///
    /// Where the new history grew out of this one, all that came after they parted is lost. If they
    /// have nothing in common, a key of the own backlog that is not there any more is. A replica that
    /// was only late loses nothing.
    fn note_lost_writes(&self, snapshot: &Snapshot, out: &mut Outbox) {
        let Replication { history, backlog: Some(backlog), .. } = &self.replication else { return };
        let parted = match snapshot.history.former {
            _ if snapshot.history.id == history.id => return,
            Some(former) if former.id == history.id => Some(former.until),
            Some(_) | None => None,
        };
        let since = parted.map_or(0, |until| until - 1);
        let keys: BTreeSet<_> =
            backlog.after(since).flat_map(|command| self.keys_of(command)).collect();
        for key in keys {
            let lost = match parted {
                Some(_) => !self.keyspace.same_value(&snapshot.keyspace, &key),
                None => self.keyspace.get(&key).is_some() && snapshot.keyspace.get(&key).is_none(),
            };
            if lost {
                out.note(Fact::WriteLost { key });
            }
        }
    }
}
