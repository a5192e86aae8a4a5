//! Layer 3, the node: one Redis process as a pure state machine.
//!
//! [`io`] is its only door: one input in, effects and facts out. A node is four rooms: `cluster` (the
//! bus and all beliefs about other nodes), `keyspace` with `commands` (data and what clients ask),
//! `replication` (master and replica links, the stream), `persistence` (what a disk keeps).
//!
//! Invariants: no clock, no luck but its own stream, no I/O; after each round of inputs that were ready
//! together the node does what Redis does before it sleeps, in Redis's order.
//! In Redis: `aeMain`, `serverCron`, `beforeSleep` (server.c 7.0.15). Spec: bus 16.

pub mod cluster;
pub mod commands;
pub mod io;
pub mod keyspace;
pub mod log;
mod memory;
pub mod persistence;
pub mod replication;
pub mod route;

use crate::shapes::Config;
use crate::shapes::spec::Server;
use crate::shapes::stream::ClientData;
use crate::words::{Rng, Seed, Time};
use cluster::Cluster;
use commands::Clients;
use io::{Input, Outbox, Port};
use keyspace::Keyspace;
use log::Voice;
use persistence::{Disk, Persistence};
use replication::Replication;
use std::collections::VecDeque;

/// The version of Redis that all this is.
pub const VERSION: &str = "7.0.15";

/// One Redis process.
#[derive(Clone, Debug)]
pub struct Node {
    config: Config,
    rng: Rng,
    started: Time,
    /// How often `serverCron` has run.
    crons: u64,
    cluster: Cluster,
    keyspace: Keyspace,
    clients: Clients,
    replication: Replication,
    persistence: Persistence,
    /// How it writes its log as a master.
    voice: Voice,
    /// What waits in its sockets while a command of its own waits for another server.
    unread: VecDeque<Input>,
}

impl Node {
    /// Starts a process on what its disk holds. `luck` is this process's own (a restart draws anew).
    pub fn boot(now: Time, server: &Server, disk: &Disk, luck: Seed, out: &mut Outbox) -> Node {
        let mut rng = Rng::new(luck, 0);
        let config = disk.redis_conf.as_deref().unwrap_or(&server.config).clone();
        let voice = Voice::new(&config);
        out.log.voice = voice;
        let cluster = Cluster::boot(now, &config, disk, server.node_id, &mut rng, out);
        let replication = Replication::boot(now, &mut rng);
        out.log.announce(&config);
        let mut node = Node {
            config,
            rng,
            started: now,
            crons: 0,
            cluster,
            keyspace: Keyspace::default(),
            clients: Clients::default(),
            replication,
            persistence: Persistence::boot(now, disk),
            voice,
            unread: VecDeque::new(),
        };
        node.load(now, disk, out);
        node
    }

    /// A round of its event loop in which one thing is ready, and what that round's own packets lead
    /// to: for whoever has no disk to wait for.
    pub fn step(&mut self, now: Time, input: Input, out: &mut Outbox) {
        self.read(now, input, out);
        while self.before_sleep(now, out) {}
    }

    /// Takes one thing in, of all that is ready in this round; what the node wants goes to `out`. While
    /// MIGRATE waits for its target the process does nothing else: it reads no socket, the bus included,
    /// and has no cron. While it reads its files at start it only answers clients, and accepts nobody on
    /// the bus.
    pub fn read(&mut self, now: Time, input: Input, out: &mut Outbox) {
        self.speak(out);
        self.clients.now = now;
        if self.is_migrating() && !self.concerns_migration(&input) {
            self.put_off(now, input, out);
        } else if self.is_starting(now) && !self.concerns_clients(&input) {
            self.unread.push_back(input);
        } else {
            self.take_in(now, input, out);
        }
        while !self.is_migrating()
            && !self.is_starting(now)
            && let Some(input) = self.unread.pop_front()
        {
            self.take_in(now, input, out);
        }
    }

    /// Ends a round: what is done once, however much was read. Says whether the next round follows at
    /// once, with nothing to read: something is left to do, and a packet that was sent on the bus makes
    /// its socket ready to be written.
    ///
    /// In Redis: `beforeSleep`.
    pub fn before_sleep(&mut self, now: Time, out: &mut Outbox) -> bool {
        self.speak(out);
        if self.is_migrating() {
            return false;
        }
        self.clients.now = now;
        let waits = self.is_starting(now) || self.replication.is_loading();
        let goes_on = !waits && self.cluster_before_sleep(now, out);
        self.clients_before_sleep(now, out);
        self.persistence_before_sleep(now, out);
        self.replication_before_sleep(now, out);
        self.clients.stats.writes();
        self.settle_outputs(now, out);
        goes_on
    }

    /// What is logged next is logged by this node, as what it is now.
    fn speak(&self, out: &mut Outbox) {
        out.log.voice = self.voice.replicating(self.replication.master().is_some());
    }

    /// `loglevel` may have changed.
    fn change_voice(&mut self, out: &mut Outbox) {
        self.voice = Voice::new(&self.config);
        self.speak(out);
    }

    /// In Redis: `processEventsWhileBlocked`, in which `clusterAcceptHandler` does nothing.
    fn concerns_clients(&self, input: &Input) -> bool {
        match input {
            Input::Accepted { port, .. } => *port == Port::Client,
            Input::Client { .. } | Input::Terminate => true,
            Input::Closed { conn } => self.clients.has(*conn),
            Input::Cron
            | Input::Connected { .. }
            | Input::ConnectFailed { .. }
            | Input::Bus { .. }
            | Input::Unsent { .. } => false,
            Input::Undelivered { conn, .. } | Input::Writable { conn } => self.clients.has(*conn),
        }
    }

    fn put_off(&mut self, now: Time, input: Input, out: &mut Outbox) {
        if input != Input::Cron {
            self.unread.push_back(input);
            return;
        }
        self.migration_deadline(now, out);
        // It waits in a command: when that is over, timers are due before any socket is read.
        if !self.unread.contains(&Input::Cron) {
            self.unread.push_front(input);
        }
    }

    fn concerns_migration(&self, input: &Input) -> bool {
        match input {
            Input::Connected { conn, .. }
            | Input::ConnectFailed { conn, .. }
            | Input::Closed { conn }
            | Input::Client { conn, .. } => self.is_migration_link(*conn),
            Input::Cron
            | Input::Accepted { .. }
            | Input::Bus { .. }
            | Input::Unsent { .. }
            | Input::Undelivered { .. }
            | Input::Writable { .. }
            | Input::Terminate => false,
        }
    }

    fn take_in(&mut self, now: Time, input: Input, out: &mut Outbox) {
        match input {
            Input::Cron => self.cron(now, out),
            Input::Connected { conn, .. } if self.is_migration_link(conn) => {
                self.migration_connected(now, out);
            }
            Input::Connected { conn, local } => match self.replication.is_master_link(conn) {
                true => self.master_link_connected(now, conn, out),
                false => self.bus_connected(now, conn, local, out),
            },
            Input::ConnectFailed { conn, .. } if self.is_migration_link(conn) => {
                self.migration_lost(now, conn, out);
            }
            Input::ConnectFailed { conn, why } => match self.replication.is_master_link(conn) {
                true => self.master_link_failed(why, out),
                false => self.bus_connect_failed(now, conn, out),
            },
            Input::Accepted { conn, port: Port::Bus, peer, local } => {
                self.bus_accepted(now, conn, peer, local, out);
            }
            Input::Accepted { conn, port: Port::Client, peer, local } => {
                self.client_accepted(now, conn, peer, local, out);
            }
            Input::Closed { conn } => self.closed(now, conn, out),
            Input::Bus { conn, message } => self.bus_message(now, conn, &message, out),
            Input::Unsent { conn, messages, written } => self.bus_unsent(conn, messages, written),
            Input::Undelivered { conn, data, written } => self.client_unsent(conn, data, written),
            Input::Writable { conn } if self.clients.has(conn) => {
                self.client_writable(now, conn, out);
            }
            Input::Writable { conn } => self.bus_writable(now, conn, out),
            Input::Client { conn, data: ClientData::Request(argv) } => {
                self.client_request(now, conn, argv, out);
            }
            Input::Client { conn, data: ClientData::Bytes(bytes) } => {
                self.client_bytes(now, conn, &bytes, out);
            }
            Input::Client { conn, data: ClientData::Reply { reply, .. } }
                if self.is_migration_link(conn) =>
            {
                self.migration_answer(now, &reply, out);
            }
            Input::Client { conn, data } => self.master_link_data(now, conn, data, out),
            Input::Terminate => self.shutdown_requested(now, out),
        }
    }

    /// In Redis: `serverCron`. `replicationCron` runs every tenth time, before `clusterCron`.
    fn cron(&mut self, now: Time, out: &mut Outbox) {
        // While it reads a dataset it looks at its sockets now and then, but at no timer.
        if self.is_loading_from_master(now, out) {
            return;
        }
        self.clients_cron(now, out);
        self.keyspace_cron(now, out);
        self.persistence_cron(now, out);
        if self.crons.is_multiple_of(10) {
            self.replication_cron(now, out);
        }
        if self.config.cluster_enabled {
            self.cluster_cron(now, out);
        }
        self.crons += 1;
    }

    fn closed(&mut self, now: Time, conn: io::ConnId, out: &mut Outbox) {
        if self.replication.is_master_link(conn) {
            self.master_link_closed(now, conn, out);
        } else if self.clients.has(conn) {
            self.replica_closed(now, conn, out);
            self.client_closed(now, conn, out);
        } else if self.is_migration_link(conn) {
            self.migration_lost(now, conn, out);
        } else {
            self.bus_closed(now, conn, out);
        }
    }

    /// Its configuration as it is now.
    pub fn config(&self) -> &Config {
        &self.config
    }
}
