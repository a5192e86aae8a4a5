//! A replica's link to its master: from an attempt to connect to a stream that is followed.
//!
//! Invariants: at most one connection; what was processed is kept as the place to resume from until
//! a full transfer begins. In Redis: `connectWithMaster`, `syncWithMaster`, `slaveTryPartialResynchronization`,
//! `replicationHandleMasterDisconnection`. Spec: replication 4.

use crate::node::Node;
use crate::node::io::{ConnId, Outbox, Port};
use crate::node::log::Level::{Notice, Warning};
use crate::node::replication::sync::Transfer;
use crate::shapes::Fact;
use crate::shapes::stream::{ClientData, ReplData};
use crate::words::{Argv, ReplId, Reply, Time};
use bytes::Bytes;
use std::net::SocketAddr;

/// Whose replica a node is, and how far that has come.
#[derive(Clone, Debug)]
pub(super) struct Upstream {
    pub(super) master: SocketAddr,
    pub(super) link: Link,
    /// Whether the own history can be resumed at a master. In Redis: a cached (or current) master.
    pub(super) resumable: bool,
    /// When the link was lost; none if there was none since the start or the last promotion.
    pub(super) down_since: Option<Time>,
}

/// The connection to the master. In Redis: `repl_state`.
#[derive(Clone, Debug)]
pub(super) enum Link {
    /// None; the next second's cron opens one.
    Waiting,
    /// Being opened.
    Connecting { conn: ConnId, since: Time },
    /// Question and answer.
    Handshake { conn: ConnId, asked: Asked, heard: Time },
    /// A dataset is awaited or on its way.
    Transfer { conn: ConnId, heard: Time, transfer: Transfer },
    /// The stream is followed.
    Connected { conn: ConnId, heard: Time },
}

/// Why a connection to the master is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Attempt {
    /// There was none.
    First,
    /// The stream broke off.
    Again,
    /// A dataset did not arrive.
    AfterFailure,
}

/// The question of the handshake that is not answered yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Asked {
    Ping,
    Auth,
    ListeningPort,
    IpAddress,
    Capabilities,
    Psync,
}

impl Link {
    pub(super) fn conn(&self) -> Option<ConnId> {
        match *self {
            Link::Waiting => None,
            Link::Connecting { conn, .. }
            | Link::Handshake { conn, .. }
            | Link::Transfer { conn, .. }
            | Link::Connected { conn, .. } => Some(conn),
        }
    }
    /// When something last happened on it.
    pub(super) fn heard(&self) -> Option<Time> {
        match *self {
            Link::Waiting => None,
            Link::Connecting { since, .. } => Some(since),
            Link::Handshake { heard, .. }
            | Link::Transfer { heard, .. }
            | Link::Connected { heard, .. } => Some(heard),
        }
    }
}

impl Node {
    /// Opens the connection, at once, and says so.
    pub(super) fn connect_to_master(&mut self, now: Time, how: Attempt, out: &mut Outbox) {
        self.open_link(now, how, out);
        out.note(Fact::SyncStarted { master: self.master_id() });
    }

    /// Opens the connection. In Redis: `connectWithMaster`.
    pub(super) fn open_link(&mut self, now: Time, how: Attempt, out: &mut Outbox) {
        self.tell_of_connecting(how, out);
        let Some(up) = &mut self.replication.upstream else { return };
        let conn = out.connect(up.master, Port::Client);
        up.link = Link::Connecting { conn, since: now };
    }

    pub(in crate::node) fn master_link_connected(
        &mut self,
        now: Time,
        conn: ConnId,
        out: &mut Outbox,
    ) {
        out.log.write(Notice, "Non blocking connect for SYNC fired the event.");
        self.ask(now, conn, Asked::Ping, out);
    }

    /// The connection did not come to be: the next second's cron tries again.
    pub(in crate::node) fn master_link_failed(&mut self, why: &str, out: &mut Outbox) {
        out.log.write(Warning, format_args!("Error condition on socket for SYNC: {why}"));
        if let Some(up) = &mut self.replication.upstream {
            up.link = Link::Waiting;
        }
    }

    /// The connection is gone.
    pub(in crate::node) fn master_link_closed(&mut self, now: Time, _: ConnId, out: &mut Outbox) {
        self.finish_loading(now, out);
        let Some(up) = &mut self.replication.upstream else { return };
        match std::mem::replace(&mut up.link, Link::Waiting) {
            Link::Waiting | Link::Connecting { .. } => {}
            Link::Handshake { .. } => {
                out.log.write(Warning, "Failed to read response from the server: Success");
                let text = "Master did not respond to command during SYNC handshake";
                out.log.write(Warning, text);
            }
            Link::Transfer { .. } => {
                out.log.write(Warning, "I/O error trying to sync with MASTER: connection lost");
                self.connect_to_master(now, Attempt::AfterFailure, out);
            }
            Link::Connected { .. } => {
                up.down_since = Some(now);
                out.note(Fact::MasterLinkDown { offset: self.replication.history.offset });
                Node::tell_of_lost_master(out);
                self.connect_to_master(now, Attempt::Again, out);
            }
        }
    }

    /// Drops the connection and what was under way on it.
    pub(in crate::node) fn drop_master_link(&mut self, now: Time, out: &mut Outbox) {
        let Some(conn) = self.replication.upstream.as_ref().and_then(|up| up.link.conn()) else {
            return;
        };
        out.close(conn);
        self.master_link_closed(now, conn, out);
    }

    pub(in crate::node) fn master_link_data(
        &mut self,
        now: Time,
        conn: ConnId,
        data: ClientData,
        out: &mut Outbox,
    ) {
        let Some(up) = &mut self.replication.upstream else { return };
        if up.link.conn() != Some(conn) {
            return;
        }
        match &mut up.link {
            Link::Handshake { heard, .. }
            | Link::Transfer { heard, .. }
            | Link::Connected { heard, .. } => *heard = now,
            Link::Waiting | Link::Connecting { .. } => {}
        }
        match data {
            ClientData::Reply { reply, .. } => self.handshake_answer(now, conn, &reply, out),
            ClientData::Stream(data) => self.stream_data(now, conn, data, out),
            ClientData::Request(_) | ClientData::Bytes(_) => {}
        }
    }

    fn stream_data(&mut self, now: Time, conn: ConnId, data: ReplData, out: &mut Outbox) {
        match data {
            ReplData::Newline => {}
            ReplData::FullResync { replid, offset } => {
                self.transfer_announced(now, conn, replid, offset, out);
            }
            ReplData::Continue { replid } => self.resume_stream(now, conn, replid, out),
            ReplData::Dataset(dataset) => self.dataset_arrived(now, dataset, out),
            ReplData::Commands { commands, .. } => self.follow(now, conn, &commands, out),
        }
    }

    /// In Redis: `syncWithMaster`, one call for each answer.
    fn handshake_answer(&mut self, now: Time, conn: ConnId, reply: &Reply, out: &mut Outbox) {
        let Some(up) = &self.replication.upstream else { return };
        let Link::Handshake { asked, .. } = up.link else { return };
        let refused = reply.as_error();
        self.tell_of_answer(asked, refused, out);
        match asked {
            Asked::Ping if refused.is_some_and(|text| !is_only_auth(text)) => self.give_up(out),
            Asked::Ping if self.config.masterauth.is_some() => {
                self.ask(now, conn, Asked::Auth, out)
            }
            Asked::Auth | Asked::Psync if refused.is_some() => self.give_up(out),
            Asked::Ping | Asked::Auth => self.ask(now, conn, Asked::ListeningPort, out),
            // Old masters do not know these; their errors are no obstacle.
            Asked::ListeningPort if self.config.replica_announce_ip.is_some() => {
                self.await_answer(now, conn, Asked::IpAddress);
            }
            Asked::ListeningPort | Asked::IpAddress => {
                self.await_answer(now, conn, Asked::Capabilities);
            }
            Asked::Capabilities => self.ask(now, conn, Asked::Psync, out),
            Asked::Psync => {}
        }
    }

    /// Closes; the next second's cron tries again.
    fn give_up(&mut self, out: &mut Outbox) {
        let Some(up) = &mut self.replication.upstream else { return };
        up.link.conn().into_iter().for_each(|conn| out.close(conn));
        up.link = Link::Waiting;
    }

    /// In Redis: the errors of `syncWithMaster`, `slaveTryPartialResynchronization`.
    fn tell_of_answer(&self, asked: Asked, refused: Option<&str>, out: &mut Outbox) {
        let log = &mut out.log;
        match (asked, refused) {
            (Asked::Ping, Some(text)) if !is_only_auth(text) => {
                log.write(Warning, format_args!("Error reply to PING from master: '-{text}'"));
            }
            (Asked::Ping, _) => {
                log.write(Notice, "Master replied to PING, replication can continue...");
            }
            (Asked::Auth, Some(text)) => {
                log.write(Warning, format_args!("Unable to AUTH to MASTER: -{text}"));
            }
            (Asked::Psync, Some(text)) => {
                let text = format_args!(
                    "Master is currently unable to PSYNC but should be in the future: -{text}"
                );
                log.write(Notice, text);
            }
            _ => {}
        }
    }

    fn ask(&mut self, now: Time, conn: ConnId, asked: Asked, out: &mut Outbox) {
        if asked == Asked::Psync {
            self.tell_of_psync(out);
        }
        for question in self.questions(asked) {
            out.send_client(conn, ClientData::Request(question));
        }
        self.await_answer(now, conn, asked);
    }

    fn await_answer(&mut self, now: Time, conn: ConnId, asked: Asked) {
        if let Some(up) = &mut self.replication.upstream {
            up.link = Link::Handshake { conn, asked, heard: now };
        }
    }

    fn questions(&self, asked: Asked) -> Vec<Argv> {
        match asked {
            Asked::Ping => vec![Argv::from("PING")],
            Asked::Auth => {
                let password = self.config.masterauth.clone().unwrap_or_default();
                vec![Argv::new([Bytes::from("AUTH"), Bytes::from(password)])]
            }
            // All go out before the first is answered.
            Asked::ListeningPort | Asked::IpAddress | Asked::Capabilities => {
                let port = format!("REPLCONF listening-port {}", self.announced_port());
                let address = self.config.replica_announce_ip.as_deref();
                let words = |address: &str| {
                    let words = ["REPLCONF", "ip-address", address];
                    words.map(|word| Bytes::copy_from_slice(word.as_bytes()))
                };
                let mut questions = vec![Argv::from(port.as_str())];
                questions.extend(address.map(|address| Argv::new(words(address))));
                questions.push(Argv::from("REPLCONF capa eof capa psync2"));
                questions
            }
            Asked::Psync => vec![self.psync_request()],
        }
    }

    fn announced_port(&self) -> u16 {
        match self.config.replica_announce_port {
            0 => self.config.port,
            port => port,
        }
    }

    fn psync_request(&self) -> Argv {
        let history = &self.replication.history;
        match &self.replication.upstream {
            Some(up) if up.resumable => {
                Argv::from(format!("PSYNC {} {}", history.id, history.offset + 1).as_str())
            }
            Some(_) | None => Argv::from("PSYNC ? -1"),
        }
    }

    /// `+CONTINUE`. In Redis: `slaveTryPartialResynchronization`, `replicationResurrectCachedMaster`.
    fn resume_stream(&mut self, now: Time, conn: ConnId, replid: ReplId, out: &mut Outbox) {
        out.log.write(Notice, "Successful partial resynchronization with master.");
        if replid != self.replication.history.id {
            out.log.write(Warning, format_args!("Master replication ID changed to {replid}"));
            self.replication.history.rename(replid);
            // They have to learn the new id; they resume at once.
            self.drop_all_replicas(now, out);
        }
        let text = "MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.";
        out.log.write(Notice, text);
        self.replication.begin_backlog();
        let Some(up) = &mut self.replication.upstream else { return };
        up.link = Link::Connected { conn, heard: now };
        up.down_since = None;
        let offset = self.replication.history.offset;
        out.note(Fact::SyncDone { master: self.master_id(), replid, offset, full: false });
    }

    /// `REPLCONF ACK`: how far it is. No reply comes.
    pub(super) fn acknowledge(&mut self, out: &mut Outbox) {
        let Some(up) = &self.replication.upstream else { return };
        if let Link::Connected { conn, .. } = up.link {
            let ack = format!("REPLCONF ACK {}", self.replication.history.offset);
            out.send_client(conn, ClientData::Request(Argv::from(ack.as_str())));
        }
    }
}

fn is_only_auth(text: &str) -> bool {
    ["NOAUTH", "NOPERM", "ERR operation not permitted"].iter().any(|way| text.starts_with(way))
}
