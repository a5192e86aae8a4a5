//! Clients that wait: for a key, for replicas, for the end of a pause.
//!
//! A blocked client's later requests queue behind it. Deadlines are looked at before the process
//! sleeps and by its cron, as in Redis, so that a timeout may be up to 100 ms late. What becomes of them
//! when a key changes is [`super::ready`]'s business. In Redis: blocked.c,
//! `handleBlockedClientsTimeout`, `clusterRedirectBlockedClientIfNeeded`.

use super::gate::look_up;
use super::streams::Reader;
use super::table::Flags;
use super::{Call, Outcome};
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::node::route::{Query, Route};
use crate::words::{Argv, Reply, Time};
use bytes::Bytes;

const ROLE_CHANGED: &str = "UNBLOCKED force unblock from blocking operation, instance state \
    changed (master -> replica?)";

/// What a client waits for.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::node) enum Blocked {
    /// One of these keys.
    Keys { wants: Wants, keys: Vec<Bytes>, until: Option<Time>, turn: u64 },
    /// So many replicas that have the stream up to an offset (WAIT).
    Replicas { wanted: i64, offset: u64, until: Option<Time> },
    /// The end of a pause; then the request is looked at anew.
    Paused { argv: Argv },
    /// MIGRATE: the other node's answers.
    Migration,
}

/// What a client waits for a key to do with it.
#[derive(Clone, PartialEq, Debug)]
pub(in crate::node) enum Wants {
    /// A command that takes something out (BLPOP and its siblings).
    Pop(Argv),
    /// XREAD and XREADGROUP.
    Read(Reader),
}

impl Wants {
    fn writes(&self) -> bool {
        match self {
            Wants::Pop(argv) => look_up(argv).is_ok_and(|row| row.flags.has(Flags::WRITE)),
            Wants::Read(reader) => reader.by.is_some(),
        }
    }
}

impl Blocked {
    /// Whether it is a wait for this key.
    pub(super) fn is_for(&self, key: &Bytes) -> bool {
        matches!(self, Blocked::Keys { keys, .. } if keys.contains(key))
    }
}

impl Node {
    /// Lets a client wait.
    pub(in crate::node) fn block(&mut self, conn: ConnId, blocked: Blocked) {
        if let Some(client) = self.clients.get_mut(conn) {
            client.blocked = Some(blocked);
        }
    }

    /// Answers a client that waited, and goes on with what it asked since.
    pub(in crate::node) fn unblock(
        &mut self,
        now: Time,
        conn: ConnId,
        reply: Reply,
        out: &mut Outbox,
    ) {
        let Some(client) = self.clients.get_mut(conn) else { return };
        if client.blocked.take().is_none() {
            return;
        }
        self.reply(conn, reply, out);
        self.clients.get_mut(conn).into_iter().for_each(|client| client.silence.next());
        self.process_waiting(now, conn, out);
    }

    /// A command found none of its keys: it waits, unless it may not.
    pub(super) fn block_on_keys(
        &mut self,
        call: &Call<'_>,
        keys: Vec<Bytes>,
        until: Option<Time>,
        nothing: Reply,
    ) -> Outcome {
        self.wait_for_keys(call, Wants::Pop(call.argv.clone()), keys, until, nothing)
    }

    /// A client waits for keys to do something with, unless it may not.
    pub(super) fn wait_for_keys(
        &mut self,
        call: &Call<'_>,
        wants: Wants,
        keys: Vec<Bytes>,
        until: Option<Time>,
        nothing: Reply,
    ) -> Outcome {
        if !call.may_block {
            return nothing.into();
        }
        self.clients.blocked_count += 1;
        let turn = self.clients.blocked_count;
        self.block(call.conn, Blocked::Keys { wants, keys, until, turn });
        Outcome::Blocked
    }

    pub(in crate::node) fn clients_cron(&mut self, now: Time, out: &mut Outbox) {
        self.migrations_cron(now, out);
        self.tend_clients(now, out);
        self.clients.limit_kept(self.config.tracking_table_max_keys, &mut self.rng);
        if self.config.cluster_enabled {
            self.redirect_blocked(now, out);
        }
    }

    /// Looks after some of the clients, so that each has its turn once a second. In Redis: `clientsCron`.
    fn tend_clients(&mut self, now: Time, out: &mut Outbox) {
        const AT_LEAST: usize = 5;
        let all = self.clients.cron_order.len();
        let some = (all / self.config.hz.max(1) as usize).max(AT_LEAST).min(all);
        for _ in 0..some {
            let Some(conn) = self.clients.cron_order.pop_back() else { return };
            self.clients.cron_order.push_front(conn);
            if self.is_idle_too_long(now, conn) {
                self.disconnect(now, conn, out);
            } else {
                self.tend_output(now, conn, out);
            }
        }
    }

    /// In Redis: `clientsCronHandleTimeout`.
    fn is_idle_too_long(&self, now: Time, conn: ConnId) -> bool {
        let limit = self.config.idle_timeout;
        let Some(client) = self.clients.get(conn).filter(|_| limit != 0) else { return false };
        let exempt = client.blocked.is_some()
            || self.is_monitor(conn)
            || self.replication.is_replica_link(conn)
            || self.clients.is_subscriber(conn);
        !exempt && limit < now.unix_s().saturating_sub(client.asked.unix_s())
    }

    pub(in crate::node) fn clients_before_sleep(&mut self, now: Time, out: &mut Outbox) {
        let paused = self.clients.paused(now).is_some() || self.writes_are_paused(now);
        let due = |blocked: &Blocked| match blocked {
            Blocked::Keys { until, .. } | Blocked::Replicas { until, .. } => {
                until.is_some_and(|until| until <= now)
            }
            Blocked::Paused { .. } => !paused,
            Blocked::Migration => false,
        };
        let blocked =
            |(conn, client): (ConnId, &super::Client)| client.blocked.as_ref().map(|_| conn);
        // Nobody is, in most rounds.
        if self.clients.iter().find_map(blocked).is_some() {
            let ready = |client: &super::Client| client.blocked.as_ref().is_some_and(due);
            let due = self.clients.iter().filter(|(_, client)| ready(client));
            let due: Vec<ConnId> = due.map(|(conn, _)| conn).collect();
            for conn in due {
                self.end_of_wait(now, conn, out);
            }
            self.serve_waits(now, out);
        }
        self.serve_ready_keys(now, out);
        self.tell_of_changes(out);
        self.broadcast_changes(out);
    }

    /// A wait is over, whether it was long enough or not.
    pub(super) fn end_of_wait(&mut self, now: Time, conn: ConnId, out: &mut Outbox) {
        let blocked = self.clients.get(conn).and_then(|client| client.blocked.clone());
        match blocked {
            // Whatever the command would answer otherwise (`replyToBlockedClientOnTimeout`).
            Some(Blocked::Keys { .. }) => self.unblock(now, conn, Reply::NilArray, out),
            Some(Blocked::Replicas { offset, .. }) => {
                let count = self.replication.acked_count(offset);
                self.unblock(now, conn, Reply::Int(i64::from(count)), out);
            }
            Some(Blocked::Paused { argv }) => {
                if let Some(client) = self.clients.get_mut(conn) {
                    client.blocked = None;
                }
                self.process(now, conn, argv, out);
                self.process_waiting(now, conn, out);
            }
            Some(Blocked::Migration) | None => {}
        }
    }

    /// Answers every WAIT that has enough acknowledgements. In Redis: `processClientsWaitingReplicas`.
    fn serve_waits(&mut self, now: Time, out: &mut Outbox) {
        let mut served = Vec::new();
        for (conn, client) in self.clients.iter() {
            if let Some(Blocked::Replicas { wanted, offset, .. }) = client.blocked {
                let count = i64::from(self.replication.acked_count(offset));
                if wanted <= count {
                    served.push((conn, count));
                }
            }
        }
        for (conn, count) in served {
            self.unblock(now, conn, Reply::Int(count), out);
        }
    }

    /// Clients that wait for keys which another node serves by now are sent there.
    fn redirect_blocked(&mut self, now: Time, out: &mut Outbox) {
        let mut elsewhere = Vec::new();
        for (conn, client) in self.clients.iter() {
            let Some(Blocked::Keys { keys, wants, .. }) = &client.blocked else { continue };
            let writes = wants.writes();
            let query = Query {
                keys: keys.iter().take(1).collect(),
                asking: true,
                readonly: client.readonly,
                writes,
                is_write_command: writes,
                ..Query::default()
            };
            let route = match self.cluster.state_ok() {
                true => self.route(now, &query),
                false => Route::Down,
            };
            if matches!(route, Route::Down | Route::NotServed | Route::Moved { .. }) {
                elsewhere.push((conn, route));
            }
        }
        for (conn, route) in elsewhere {
            self.unblock(now, conn, Reply::error(route.to_string()), out);
        }
    }

    /// All who wait get an error and lose their connection, but those who wait for the end of a
    /// pause: they will be redirected. In Redis: `disconnectAllBlockedClients`.
    pub(in crate::node) fn disconnect_blocked_clients(&mut self, now: Time, out: &mut Outbox) {
        let waits =
            |client: &super::Client| !matches!(client.blocked, None | Some(Blocked::Paused { .. }));
        let all: Vec<ConnId> =
            self.clients.iter().filter(|(_, client)| waits(client)).map(|(conn, _)| conn).collect();
        for conn in all {
            self.reply(conn, Reply::error(ROLE_CHANGED), out);
            self.disconnect(now, conn, out);
        }
    }
}
