//! The servers as they were before a recorded command, on paper and in the engine.
//!
//! Some of it is recorded (`cluster_nodes_before`); the rest can be told from the error that it led
//! to: that a server has a key, wants a password, or is no cluster node.

use crate::recording::{arguments, text};
use crate::support::engine::{Engine, Planned, recorded_config};
use crate::support::scripted::{Kind, Scripted};
use crate::support::transcript::unescape;
use serde_json::Value;
use slotlab::shapes::{Config, Topology};
use slotlab::words::{Millis, NodeId, Rng, Seed, SlotSet, Time};
use std::collections::BTreeMap;

/// How long before the command the servers are started.
const PREPARATION: Millis = Millis::from_s(15);
/// How long nodes take to know each other, or a cluster of one to be well.
const SETTLED: Millis = Millis::from_s(4);

/// One server.
#[derive(Clone, Debug)]
struct Existing {
    address: String,
    id: NodeId,
    kind: Kind,
    password: Option<String>,
    has_key: bool,
    slots: SlotSet,
    epoch: u64,
    /// The addresses of the nodes that it knows.
    knows: Vec<String>,
}

/// All servers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Before(Vec<Existing>);

impl Existing {
    fn new(address: &str, id: NodeId) -> Existing {
        Existing {
            address: address.to_owned(),
            id,
            kind: Kind::Node,
            password: None,
            has_key: false,
            slots: SlotSet::EMPTY,
            epoch: 0,
            knows: Vec::new(),
        }
    }
    fn config(&self) -> Config {
        Config {
            cluster_enabled: self.kind != Kind::Standalone,
            requirepass: self.password.clone(),
            masterauth: self.password.clone(),
            ..recorded_config()
        }
    }
}

impl Before {
    /// Empty nodes with these ids.
    pub(crate) fn fresh(ids: &BTreeMap<String, NodeId>) -> Before {
        Before(ids.iter().map(|(address, id)| Existing::new(address, *id)).collect())
    }

    /// The servers behind a recorded error or special case.
    pub(crate) fn of(recording: &Value) -> Before {
        let screen = unescape(text(recording, "tty_output_esc"));
        let said = format!(
            "{}{}{}",
            text(recording, "stdout"),
            text(recording, "stderr"),
            String::from_utf8_lossy(&screen)
        );
        let known = ids_said(&said);
        let views = recording["cluster_nodes_before"].as_object().cloned().unwrap_or_default();
        let named = arguments(recording).into_iter().filter(|word| word.contains(':'));
        let met = views.values().filter_map(Value::as_str).flat_map(addresses_in);
        let mut addresses: Vec<String> =
            named.map(|word| plain(&word)).chain(views.keys().cloned()).chain(met).collect();
        addresses.sort();
        addresses.dedup();
        addresses.retain(|address| {
            let port = address.rsplit_once(':').map_or("", |(_, port)| port);
            let refused = format!("Could not connect to Redis at {address}: ");
            port.parse::<u16>().is_ok() && !said.contains(&refused)
        });
        let mut rng = Rng::new(Seed(7), 0);
        let existing = |address: &String| {
            let id = known.get(address).copied().unwrap_or_else(|| NodeId::random(&mut rng));
            let view = views.get(address).and_then(Value::as_str).unwrap_or("");
            let password = password(recording, address, &said);
            as_told(Existing { password, ..Existing::new(address, id) }, view, &said)
        };
        Before(addresses.iter().map(existing).collect())
    }

    /// The servers of paper.
    pub(crate) fn paper(&self) -> Scripted {
        let mut cluster = Scripted::default();
        for existing in &self.0 {
            let server = cluster.add(&existing.address, existing.id);
            server.kind = existing.kind;
            server.has_key = existing.has_key;
            server.slots = existing.slots.clone();
            server.epoch = existing.epoch;
            server.strangers = existing.knows.len();
        }
        cluster
    }

    /// The servers in the engine, brought to their state by commands; the time is `at`.
    pub(crate) fn engine(&self, at: Time) -> Engine {
        let planned = |existing: &Existing| Planned {
            address: existing.address.clone(),
            id: existing.id,
            config: existing.config(),
        };
        let servers: Vec<Planned> = self.0.iter().map(planned).collect();
        let mut engine = Engine::boot(&servers, at - PREPARATION);
        for existing in &self.0 {
            prepare(&mut engine, existing);
        }
        for existing in self.0.iter().filter(|existing| existing.has_key) {
            engine.tell(&existing.address, "CLUSTER ADDSLOTSRANGE 0 16383");
        }
        engine.wait(SETTLED);
        for existing in self.0.iter().filter(|existing| existing.has_key) {
            engine.tell(&existing.address, "SET key value");
            engine.tell(&existing.address, "CLUSTER DELSLOTSRANGE 0 16383");
        }
        engine.wait_until(at);
        engine
    }
}

fn prepare(engine: &mut Engine, existing: &Existing) {
    for (first, last) in existing.slots.ranges() {
        engine.tell(&existing.address, &format!("CLUSTER ADDSLOTSRANGE {first} {last}"));
    }
    if existing.epoch > 0 {
        engine.tell(&existing.address, &format!("CLUSTER SET-CONFIG-EPOCH {}", existing.epoch));
    }
    for other in &existing.knows {
        engine.tell(&existing.address, &format!("CLUSTER MEET {}", other.replace(':', " ")));
    }
}

/// The password of a server: the one that was given, unless an error says something else.
fn password(recording: &Value, address: &str, said: &str) -> Option<String> {
    let argv = arguments(recording);
    let given = argv.iter().position(|word| ["-a", "--pass"].contains(&word.as_str()));
    let given = given.and_then(|at| argv.get(at + 1)).cloned();
    let replied = format!("Node {address} replied with error:\n");
    match said.split_once(&replied).map(|(_, error)| error) {
        Some(error) if error.starts_with("WRONGPASS") => Some("another".to_owned()),
        Some(error) if error.contains("without any password configured") => None,
        _ if said.contains(&format!("[ERR] Node {address} NOAUTH")) => Some("secret".to_owned()),
        _ => given,
    }
}

/// Completes a server with what its view and the errors tell.
fn as_told(mut existing: Existing, view: &str, said: &str) -> Existing {
    let error = |words: &str| said.contains(&format!("[ERR] Node {} {words}", existing.address));
    if error("is not configured as a cluster node") {
        existing.kind = Kind::Standalone;
    }
    if existing.password.is_some() {
        existing.kind = Kind::Locked;
    }
    existing.knows = addresses_in(view).filter(|known| *known != existing.address).collect();
    // Whether it knows others is recorded; otherwise it must have had a key.
    existing.has_key = error("is not empty") && existing.knows.is_empty();
    if let Some(own) = view.lines().find(|line| line.contains("myself")) {
        // The recording has a name in place of the id.
        let (_, rest) = own.split_once(' ').unwrap_or(("", own));
        let line = format!("{} {rest}", NodeId::ZERO);
        let topology: Topology = line.parse().expect("a recorded CLUSTER NODES line");
        existing.slots = topology.nodes[0].slots.clone();
        existing.epoch = topology.nodes[0].config_epoch.0;
    }
    existing
}

/// The addresses of the nodes in a view whose address is known.
fn addresses_in(view: &str) -> impl Iterator<Item = String> {
    let addresses = view.lines().filter_map(|line| line.split(' ').nth(1)?.split('@').next());
    addresses.filter(|address| !address.starts_with(':')).map(str::to_owned)
}

/// `host:port` of `host:port@bus port`, with the name that the recordings use resolved.
fn plain(word: &str) -> String {
    let address = word.split('@').next().unwrap_or(word);
    address.replace("localhost", "127.0.0.1")
}

/// The ids in the blocks of a transcript, by address.
fn ids_said(said: &str) -> BTreeMap<String, NodeId> {
    let block = |line: &str| {
        let line = line.strip_prefix("\x1b[0m").unwrap_or(line).trim_end();
        let (id, address) =
            line.strip_prefix("M: ").or(line.strip_prefix("S: "))?.split_once(' ')?;
        Some((plain(address), id.parse().ok()?))
    };
    said.lines().filter_map(block).collect()
}
