//! PSYNC and REPLCONF: a replica introduces itself, and its master decides what it needs.
//!
//! In Redis: `syncCommand`, `masterTryPartialResynchronization`, `replconfCommand`. Spec: replication 4.

use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::node::log::Level::Notice;
use crate::node::replication::Replication;
use crate::node::replication::backlog::Backlog;
use crate::node::replication::downstream::{Progress, Replica};
use crate::shapes::Fact;
use crate::shapes::fact::FullWhy;
use crate::shapes::stream::{ClientData, ReplData};
use crate::words::{Argv, ReplId, Reply, Time};
use bytes::Bytes;

/// The longest name of a host (`NET_HOST_STR_LEN`).
const LONGEST_HOST: usize = 255;

impl Replication {
    /// Whether a replica that followed `id` and wants the stream from the byte `wanted` on can have
    /// just that. Decides; changes nothing.
    fn judge(&self, id: &[u8], wanted: u64) -> Result<(), FullWhy> {
        if id == b"?" {
            return Err(FullWhy::FirstSync);
        }
        let id = ReplId::from_hex(id).ok_or(FullWhy::OtherHistory)?;
        if let Err(why) = self.history.includes(id, wanted) {
            // A fresh node asks for the first byte of a history of its own.
            return Err(if wanted == 1 { FullWhy::FirstSync } else { why });
        }
        match &self.backlog {
            Some(backlog) if backlog.holds(wanted) => Ok(()),
            Some(_) if self.history.offset + 1 < wanted => Err(FullWhy::BeyondMyHistory),
            Some(_) | None => Err(FullWhy::NotInBacklog),
        }
    }
}

impl Node {
    /// `REPLCONF option value ...`. Some forms have no answer.
    pub(in crate::node) fn replconf(
        &mut self,
        now: Time,
        conn: ConnId,
        argv: &Argv,
        out: &mut Outbox,
    ) -> Option<Reply> {
        if argv.len().is_multiple_of(2) {
            return Some(Reply::error("ERR syntax error"));
        }
        for pair in argv[1..].chunks_exact(2) {
            match pair[0].to_ascii_lowercase().as_slice() {
                b"listening-port" => match number(&pair[1]).and_then(|n| u16::try_from(n).ok()) {
                    Some(port) => {
                        self.replication.announced.entry(conn).or_default().port = port;
                    }
                    None => return Some(not_an_integer()),
                },
                b"ack" => {
                    let offset = number(&pair[1])?;
                    self.acknowledged(now, conn, offset, out);
                    return None;
                }
                b"getack" => {
                    self.acknowledge(out);
                    return None;
                }
                b"ip-address" => {
                    if LONGEST_HOST < pair[1].len() {
                        return Some(Reply::error(format!(
                            "ERR REPLCONF ip-address provided by replica instance is too long: {} bytes",
                            pair[1].len()
                        )));
                    }
                    let address = String::from_utf8_lossy(&pair[1]).into_owned();
                    let announced = self.replication.announced.entry(conn).or_default();
                    announced.address = Some(address);
                }
                b"capa" | b"rdb-only" | b"rdb-filter-only" => {}
                _ => {
                    let option = String::from_utf8_lossy(&pair[0]);
                    return Some(Reply::error(format!(
                        "ERR Unrecognized REPLCONF option: {option}"
                    )));
                }
            }
        }
        Some(Reply::OK)
    }

    /// `PSYNC <replid> <offset>`. The connection becomes a replica's; the answer is part of the stream.
    pub(in crate::node) fn psync(
        &mut self,
        now: Time,
        conn: ConnId,
        argv: &Argv,
        out: &mut Outbox,
    ) -> Option<Reply> {
        if self.replication.is_replica_link(conn) {
            return None;
        }
        if !self.may_be_copied() {
            let text = "NOMASTERLINK Can't SYNC while not connected with my master";
            return Some(Reply::error(text));
        }
        let (id, wanted) = (argv.get(1)?, argv.get(2)?);
        // A first sync asks for -1, which no history holds.
        let Some(wanted) = number(wanted).or((wanted.as_ref() == b"-1").then_some(0)) else {
            return Some(not_an_integer());
        };
        let replica = self.introduce(now, conn, wanted);
        let asks_for_a_part = id.as_ref() != b"?";
        let name = replica.name();
        out.log.write(Notice, format_args!("Replica {name} asks for synchronization"));
        match self.replication.judge(id, wanted) {
            Ok(()) => self.resume_replica(now, replica, out),
            Err(why) => {
                let id = String::from_utf8_lossy(id).into_owned();
                self.tell_of_refusal(&name, (&id, wanted), why, out);
                self.replication.syncs.refused += u64::from(asks_for_a_part);
                self.enlist_replica(now, replica, why, out);
            }
        }
        None
    }

    /// Whether its dataset is its own, or its master's as it is now.
    pub(in crate::node) fn may_be_copied(&self) -> bool {
        self.replication.upstream.is_none() || self.replication.link_is_up()
    }

    fn introduce(&mut self, now: Time, conn: ConnId, wanted: u64) -> Replica {
        let peer = self.clients.peer(conn);
        let announced = self.replication.announced.remove(&conn).unwrap_or_default();
        let seen = || peer.map_or_else(String::new, |peer| peer.ip().to_string());
        Replica {
            conn,
            address: announced.address.unwrap_or_else(seen),
            port: announced.port,
            progress: Progress::AwaitingFork { since: now },
            sent: wanted.saturating_sub(1),
            unsent: 0,
            lags: false,
            holds: false,
            acked: 0,
            acked_at: now,
        }
    }

    /// `+CONTINUE`; the missing bytes follow before the node sleeps.
    fn resume_replica(&mut self, now: Time, mut replica: Replica, out: &mut Outbox) {
        let replication = &mut self.replication;
        replication.syncs.partial += 1;
        let replid = replication.history.id;
        out.send_client(replica.conn, ClientData::Stream(ReplData::Continue { replid }));
        let bytes = replication.history.offset - replica.sent;
        let text = format_args!(
            "Partial resynchronization request from {} accepted. Sending {bytes} bytes of backlog starting from offset {}.",
            replica.name(),
            replica.sent + 1
        );
        out.log.write(Notice, text);
        out.note(Fact::PartialResync { replica: replica.name(), bytes });
        replica.progress = Progress::Streaming;
        replica.holds = replication.backlog.as_ref().is_some_and(|backlog| !backlog.is_empty());
        replication.replicas.push(replica);
        replication.count_good_replicas(now, self.config.min_replicas_max_lag);
    }

    /// It waits for a fork. With a disk between (no diskless sync) that can be at once.
    fn enlist_replica(&mut self, now: Time, replica: Replica, why: FullWhy, out: &mut Outbox) {
        out.note(Fact::FullResync { replica: replica.name(), why });
        let replication = &mut self.replication;
        replication.syncs.full += 1;
        replication.replicas.push(replica);
        if replication.backlog.is_none() {
            // Nobody can have followed what was never kept.
            replication.history.renew(&mut self.rng);
            replication.backlog = Some(Backlog::begin(replication.history.offset));
            let text = format_args!(
                "Replication backlog created, my new replication IDs are '{}' and '{}'",
                replication.history.id,
                ReplId::ZERO
            );
            out.log.write(Notice, text);
        }
        if !self.config.repl_diskless_sync && replication.fork.is_none() {
            self.fork_for_replicas(now, out);
        } else if self.config.repl_diskless_sync_delay != 0 {
            out.note(Fact::SyncDelayed { seconds: self.config.repl_diskless_sync_delay });
        }
    }
}

fn number(word: &Bytes) -> Option<u64> {
    std::str::from_utf8(word).ok()?.parse().ok()
}

fn not_an_integer() -> Reply {
    Reply::error("ERR value is not an integer or out of range")
}
