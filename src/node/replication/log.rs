//! What master and replica log of a synchronisation.
//!
//! In Redis: the calls of `serverLog` in replication.c, rdb.c and networking.c (7.0.15), in their order.

use crate::node::Node;
use crate::node::io::Outbox;
use crate::node::log::Level::{Notice, Warning};
use crate::node::log::Writer;
use crate::node::persistence::{Snapshot, files, used_memory};
use crate::node::replication::Replication;
use crate::node::replication::downstream::{Fork, Progress, Replica};
use crate::node::replication::upstream::Attempt;
use crate::shapes::fact::FullWhy;
use crate::words::{ReplId, Time};

/// A master's own history becomes what it asks a new master for, or a replica's after a restart.
pub(in crate::node) const CACHED_MYSELF: &str = "Before turning into a replica, using my own master parameters to synthesize a cached master: I may be able to synchronize with the new master with just a partial transfer.";
pub(super) const DISCARDED: &str = "Discarding previously cached master state.";
pub(super) const CACHED: &str = "Caching the disconnected master state.";
pub(super) const LOST: &str = "Connection with master lost.";

impl Replication {
    /// A replica became a master, and its history goes on under a new id.
    pub(super) fn tell_of_shift(&self, out: &mut Outbox) {
        let Some(former) = self.history.former else { return };
        let text = format!(
            "Setting secondary replication ID to {}, valid up to offset: {}. New replication ID is {}",
            former.id, former.until, self.history.id
        );
        out.log.write(Warning, text);
    }
}

impl Node {
    /// A connection to the master is being opened.
    pub(super) fn tell_of_connecting(&self, how: Attempt, out: &mut Outbox) {
        let Some(master) = self.replication.master() else { return };
        let (ip, port) = (master.ip(), master.port());
        let (verb, why) = match how {
            Attempt::First => ("Connecting", ""),
            Attempt::Again => ("Reconnecting", ""),
            Attempt::AfterFailure => ("Reconnecting", " after failure"),
        };
        out.log.write(Notice, format_args!("{verb} to MASTER {ip}:{port}{why}"));
        out.log.write(Notice, "MASTER <-> REPLICA sync started");
    }

    /// The followed connection is gone, and what it carried can be resumed.
    pub(super) fn tell_of_lost_master(out: &mut Outbox) {
        out.log.write(Warning, LOST);
        out.log.write(Notice, CACHED);
    }

    /// It asks for the stream, from where it was if that is known.
    pub(super) fn tell_of_psync(&self, out: &mut Outbox) {
        let history = &self.replication.history;
        let resumable = self.replication.upstream.as_ref().is_some_and(|up| up.resumable);
        match resumable {
            true => out.log.write(
                Notice,
                format_args!(
                    "Trying a partial resynchronization (request {}:{}).",
                    history.id,
                    history.offset + 1
                ),
            ),
            false => {
                out.log.write(Notice, "Partial resynchronization not possible (no cached master)")
            }
        }
    }

    /// The dataset comes in, through a file.
    pub(super) fn tell_of_receiving(snapshot: &Snapshot, cached: bool, out: &mut Outbox) {
        let form = match snapshot.from_file {
            false => "streamed RDB from master with EOF".into(),
            true => format!("{} bytes from master", snapshot.rdb().len()),
        };
        out.log.write(Notice, format_args!("MASTER <-> REPLICA sync: receiving {form} to disk"));
        if cached {
            out.log.write(Notice, DISCARDED);
        }
    }

    /// All is there and is read.
    pub(super) fn tell_of_loading(now: Time, snapshot: &Snapshot, out: &mut Outbox) {
        out.log.write(Notice, "MASTER <-> REPLICA sync: Flushing old data");
        out.log.write(Notice, "MASTER <-> REPLICA sync: Loading DB in memory");
        let used = used_memory(snapshot.keyspace.approximate_bytes());
        files::tell_of_rdb(&mut out.log, now, snapshot.made, used);
    }

    /// It was read, and the stream is followed.
    pub(super) fn tell_of_loaded(snapshot: &Snapshot, out: &mut Outbox) {
        files::tell_of_keys(&mut out.log, snapshot.keyspace.len() as u64, 0);
        out.log.write(Notice, "MASTER <-> REPLICA sync: Finished with success");
    }

    /// Why a replica that asked for a part does not get one, or that it did not ask.
    pub(super) fn tell_of_refusal(
        &self,
        name: &str,
        asked: (&str, u64),
        why: FullWhy,
        out: &mut Outbox,
    ) {
        let (id, wanted) = asked;
        let history = &self.replication.history;
        let (mine, second) = (history.id, history.former.map_or(ReplId::ZERO, |former| former.id));
        let refused = "Partial resynchronization not accepted:";
        let own_id = id == mine.to_string();
        let log = &mut out.log;
        if id == "?" {
            log.write(Notice, format_args!("Full resync requested by replica {name}"));
        } else if own_id || (id == second.to_string() && why == FullWhy::NotInBacklog) {
            log.write(
                Notice,
                format_args!("Unable to partial resync with replica {name} for lack of backlog (Replica request was: {wanted})."),
            );
            if history.offset < wanted {
                log.write(
                    Warning,
                    format_args!("Warning: replica {name} tried to PSYNC with an offset that is greater than the master replication offset."),
                );
            }
        } else if let Some(former) = history.former.filter(|_| id == second.to_string()) {
            log.write(
                Notice,
                format_args!("{refused} Requested offset for second ID was {wanted}, but I can reply up to {}", former.until),
            );
        } else {
            log.write(
                Notice,
                format_args!("{refused} Replication ID mismatch (Replica asked for '{id}', my replication IDs are '{mine}' and '{second}')"),
            );
        }
    }

    /// A fork begins to write a dataset for those who wait.
    pub(super) fn tell_of_fork(pid: u32, diskless: bool, out: &mut Outbox) {
        let target = if diskless { "replicas sockets" } else { "disk" };
        let text = format_args!("Starting BGSAVE for SYNC with target: {target}");
        out.log.write(Notice, text);
        let what = if diskless { "RDB transfer" } else { "saving" };
        out.log.write(Notice, format_args!("Background {what} started by pid {pid}"));
    }

    /// It is done, for these replicas.
    pub(super) fn tell_of_forks_end(fork: Fork, fed: &[Replica], out: &mut Outbox) {
        let Fork { pid, diskless, .. } = fork;
        let fed = fed.iter().filter(|replica| replica.progress == Progress::Receiving);
        let names: Vec<String> = fed.map(Replica::name).collect();
        if !diskless {
            let child = Writer::Child(pid);
            out.log.write_as(child, Notice, "DB saved on disk");
            files::tell_of_cow(&mut out.log, pid, "RDB");
            return out.log.write(Notice, "Background saving terminated with success");
        }
        files::tell_of_cow(&mut out.log, pid, "RDB");
        let up = names.len();
        out.log.write(
            Warning,
            format_args!("Diskless rdb transfer, done reading from pipe, {up} replicas still up."),
        );
        out.log.write(Notice, "Background RDB transfer terminated with success");
        for name in names {
            out.log.write(
                Notice,
                format_args!("Streamed RDB transfer with replica {name} succeeded (socket). Waiting for REPLCONF ACK from slave to enable streaming"),
            );
        }
    }

    /// Before an orderly end: who is not as far as it.
    pub(in crate::node) fn tell_of_laggards(&self, now: Time, out: &mut Outbox) {
        let replicas = &self.replication.replicas;
        let offset = self.replication.history.offset;
        let late = |replica: &&Replica| replica.acked != offset;
        for replica in replicas.iter().filter(late) {
            let lag = match replica.progress {
                Progress::Streaming => now.unix_s().saturating_sub(replica.acked_at.unix_s()),
                _ => 0,
            };
            let (name, state) = (replica.name(), replica.progress.word());
            let behind = offset.saturating_sub(replica.acked);
            out.log.write(
                Warning,
                format_args!("Lagging replica {name} reported offset {behind} behind master, lag={lag}, state={state}."),
            );
        }
        if !replicas.is_empty() {
            let (all, late) = (replicas.len(), replicas.iter().filter(late).count());
            let in_sync = all - late;
            let text = format!("{in_sync} of {all} replicas are in sync when shutting down.");
            out.log.write(Notice, text);
        }
    }
}
