//! A cluster of paper: it answers what `--cluster create` asks, at once and without time.
//!
//! Every node knows at once what every other of its component knows, and of two owners of a slot the
//! one with the higher epoch keeps it. Enough for plans, errors and transcripts; how real nodes get
//! there is for the engine to show.

use super::drive::Cluster;
use slotlab::cli::{Answer, Request};
use slotlab::shapes::message::{Epoch, Flags};
use slotlab::shapes::topology::{Address, NodeLine, Topology};
use slotlab::words::{Argv, NodeId, Reply, Slot, SlotSet, Time};
use std::collections::{BTreeMap, BTreeSet};

/// What kind of server listens at an address.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// A node of a cluster.
    Node,
    /// A server with `cluster-enabled no`.
    Standalone,
    /// A node that wants a password first; any will do.
    Locked,
}

/// One server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    /// What it is.
    pub(crate) kind: Kind,
    /// Its id.
    pub(crate) id: NodeId,
    /// Whether it has a key.
    pub(crate) has_key: bool,
    /// Its slots.
    pub(crate) slots: SlotSet,
    /// Its config epoch.
    pub(crate) epoch: u64,
    /// Whom it replicates.
    pub(crate) master: Option<NodeId>,
    /// Nodes with the same number know each other.
    pub(crate) cluster: usize,
    /// How many nodes it knows that are not here.
    pub(crate) strangers: usize,
}

/// Servers by address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scripted {
    /// `127.0.0.1:7001`
    pub(crate) servers: BTreeMap<String, Server>,
    links: BTreeMap<u32, String>,
    /// Locked servers to which somebody has said a password.
    opened: BTreeSet<String>,
    now: Time,
}

impl Scripted {
    /// Adds an empty node.
    pub(crate) fn add(&mut self, address: &str, id: NodeId) -> &mut Server {
        let server = Server {
            kind: Kind::Node,
            id,
            has_key: false,
            slots: SlotSet::EMPTY,
            epoch: 0,
            master: None,
            cluster: self.servers.len(),
            strangers: 0,
        };
        self.servers.entry(address.to_owned()).or_insert(server)
    }
    /// The same servers at another moment.
    pub(crate) fn at(&self, now: Time) -> Scripted {
        Scripted { now, ..self.clone() }
    }

    fn reply(&mut self, address: &str, argv: &Argv) -> Reply {
        let words: Vec<String> =
            argv.iter().map(|word| String::from_utf8_lossy(word).to_lowercase()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let server = &self.servers[address];
        if words[0] == "auth" {
            self.opened.insert(address.to_owned());
            return Reply::OK;
        }
        if server.kind == Kind::Locked && !self.opened.contains(address) {
            return Reply::error("NOAUTH Authentication required.");
        }
        match words[..] {
            ["info"] => Reply::bulk(info(server)),
            ["cluster", "info"] => {
                let known = self.component(server.cluster).count() + server.strangers;
                Reply::bulk(format!("cluster_known_nodes:{known}\r\n"))
            }
            ["cluster", "nodes"] => Reply::bulk(self.nodes(address).to_string()),
            ["cluster", "addslots", ref slots @ ..] => self.add_slots(address, slots),
            ["cluster", "set-config-epoch", epoch] => self.set_epoch(address, epoch),
            ["cluster", "meet", ip, port] => self.meet(address, &format!("{ip}:{port}")),
            ["cluster", "replicate", id] => self.replicate(address, id),
            ["cluster", "countkeysinslot", _] => Reply::Int(0),
            _ => Reply::error(format!("ERR the paper cluster does not know {words:?}")),
        }
    }

    fn component(&self, cluster: usize) -> impl Iterator<Item = (&String, &Server)> {
        self.servers.iter().filter(move |(_, server)| server.cluster == cluster)
    }

    fn nodes(&self, of: &str) -> Topology {
        let line = |(address, server): (&String, &Server)| {
            let (ip, port) = address.rsplit_once(':').expect("an address has a port");
            let port: u16 = port.parse().expect("a port is a number");
            let role = server.master.map_or(Flags::MASTER, |_| Flags::REPLICA);
            NodeLine {
                id: server.id,
                address: Address {
                    ip: ip.to_owned(),
                    port,
                    bus_port: port + 10_000,
                    hostname: None,
                },
                flags: if address == of { role.with(Flags::MYSELF) } else { role },
                master: server.master,
                ping_sent: 0,
                pong_received: 0,
                config_epoch: Epoch(server.epoch),
                connected: true,
                slots: server.slots.clone(),
                open: Vec::new(),
            }
        };
        Topology { nodes: self.component(self.servers[of].cluster).map(line).collect() }
    }

    fn add_slots(&mut self, address: &str, slots: &[&str]) -> Reply {
        let wanted: SlotSet =
            slots.iter().filter_map(|slot| Slot::new(slot.parse().ok()?)).collect();
        let server = self.servers.get_mut(address).expect("only servers are asked");
        if let Some(busy) = wanted.iter().find(|slot| server.slots.contains(*slot)) {
            return Reply::error(format!("ERR Slot {busy} is already busy"));
        }
        wanted.iter().for_each(|slot| _ = server.slots.insert(slot));
        Reply::OK
    }

    fn set_epoch(&mut self, address: &str, epoch: &str) -> Reply {
        let server = self.servers.get_mut(address).expect("only servers are asked");
        if server.epoch != 0 {
            return Reply::error("ERR Node config epoch is already non-zero");
        }
        server.epoch = epoch.parse().unwrap_or(0);
        Reply::OK
    }

    fn meet(&mut self, address: &str, other: &str) -> Reply {
        let (from, to) = (self.servers[address].cluster, self.servers[other].cluster);
        for server in self.servers.values_mut().filter(|server| server.cluster == from) {
            server.cluster = to;
        }
        self.settle(to);
        Reply::OK
    }

    /// Takes slots from owners with lower epochs.
    fn settle(&mut self, cluster: usize) {
        let mut claims: Vec<(u64, SlotSet)> =
            self.component(cluster).map(|(_, s)| (s.epoch, s.slots.clone())).collect();
        claims.sort_by_key(|(epoch, _)| *epoch);
        for server in self.servers.values_mut().filter(|server| server.cluster == cluster) {
            for (_, slots) in claims.iter().filter(|(epoch, _)| server.epoch < *epoch) {
                slots.iter().for_each(|slot| _ = server.slots.remove(slot));
            }
        }
    }

    fn replicate(&mut self, address: &str, id: &str) -> Reply {
        let cluster = self.servers[address].cluster;
        let known: Vec<NodeId> = self.component(cluster).map(|(_, server)| server.id).collect();
        let Some(master) = known.into_iter().find(|known| known.to_string() == id) else {
            return Reply::error(format!("ERR Unknown node {id}"));
        };
        self.servers.get_mut(address).expect("only servers are asked").master = Some(master);
        Reply::OK
    }
}

impl Cluster for Scripted {
    fn now(&self) -> Time {
        self.now
    }
    fn answer(&mut self, request: &Request) -> Answer {
        match request {
            Request::Connect { link, host, port } => {
                let address = format!("{}:{port}", resolve(host));
                if !self.servers.contains_key(&address) {
                    return Answer::NotConnected("Connection refused".to_owned());
                }
                self.links.insert(link.0, address);
                Answer::Connected
            }
            Request::Call { link, argv } => {
                let address = self.links[&link.0].clone();
                Answer::Reply(self.reply(&address, argv))
            }
            Request::Resolve { host } => Answer::Resolved(Some(resolve(host).to_owned())),
            Request::Sleep(_) | Request::WriteFile { .. } => Answer::Done,
            Request::ReadBytes { .. } | Request::ReadLine { .. } | Request::Listen { .. } => {
                Answer::Line(None)
            }
        }
    }
}

fn resolve(host: &str) -> &str {
    if host == "localhost" { "127.0.0.1" } else { host }
}

fn info(server: &Server) -> String {
    let keys = if server.has_key { "db0:keys=1,expires=0,avg_ttl=0\r\n" } else { "" };
    let enabled = u8::from(server.kind != Kind::Standalone);
    format!("# Cluster\r\ncluster_enabled:{enabled}\r\n\r\n# Keyspace\r\n{keys}")
}
