//! The servers of the recorded `--cluster` commands: three masters, their replicas, three spares and one
//! server without cluster mode, brought to where a recording began.
//!
//! Node ids are the recorded ones. The order in which a node names the others, and in which a server
//! names its keys, is that of hash tables seeded at random: here it is the recorded one.

use crate::recording::{ids, strings, text};
use crate::support::drive::Cluster;
use crate::support::engine::{Engine, Planned, recorded_config};
use crate::support::ordered::{Ordered, Orders};
use serde_json::Value;
use slotlab::shapes::config::ConfigFile;
use slotlab::shapes::{Config, Topology};
use slotlab::words::{Argv, Millis, NodeId, Reply, Slot, SlotSet, Time};
use std::collections::BTreeMap;

/// The server that is no cluster node.
const OUTSIDE: &str = "127.0.0.1:7020";
/// Between two looks whether something has happened, and how long it is waited for.
const GLANCE: Millis = Millis(100);
const PATIENCE: Millis = Millis::from_s(30);
/// After this the cluster was looked at again.
const SETTLED: Millis = Millis::from_s(3);

/// Servers and what a recording says of them.
pub(crate) struct House {
    engine: Engine,
    ids: BTreeMap<String, NodeId>,
    orders: Orders,
}

impl House {
    /// The servers where the recording begins; the time is not before `at`.
    pub(crate) fn of(recording: &Value, at: Time) -> House {
        let ids = ids(&recording["ids"]);
        let with_file = text(recording, "case").ends_with("with_conf_file");
        let planned = |(address, id): (&String, &NodeId)| Planned {
            address: address.clone(),
            id: *id,
            config: Config {
                cluster_enabled: address != OUTSIDE,
                file: if with_file { ConfigFile::Ours } else { ConfigFile::None },
                ..recorded_config()
            },
        };
        let outside = (OUTSIDE.to_owned(), NodeId([0x20; 20]));
        let mut all = ids.clone();
        all.extend([outside]);
        let servers: Vec<Planned> = all.iter().map(planned).collect();
        let views = views(recording, &ids);
        let mut orders = Orders::of_keys(scanned(recording));
        views.values().for_each(|view| orders.add(view));
        let engine = Engine::boot(&servers, at - PATIENCE - PATIENCE);
        let mut house = House { engine, ids, orders };
        house.join(recording);
        house.load(recording);
        for step in recording["prep_steps"].as_array().into_iter().flatten() {
            house.prepare(step);
        }
        let masters = strings(&recording["masters"]);
        house.wait_for(|house| house.looks_like(&views, &masters));
        house
    }

    /// Slots, epochs, introductions, replicas, as the recorder did it.
    fn join(&mut self, recording: &Value) {
        let masters = strings(&recording["masters"]);
        let replicas: Vec<Vec<String>> =
            recording["replicas"].as_array().into_iter().flatten().map(strings).collect();
        for (master, slots) in masters.iter().zip(self.shares(recording, &masters)) {
            for (first, last) in slots.ranges() {
                self.order(master, &format!("CLUSTER ADDSLOTSRANGE {first} {last}"));
            }
        }
        let all = || masters.iter().chain(replicas.iter().map(|pair| &pair[0]));
        for (node, epoch) in all().zip(1..) {
            self.order(node, &format!("CLUSTER SET-CONFIG-EPOCH {epoch}"));
        }
        for node in all().skip(1) {
            self.order(node, &format!("CLUSTER MEET {}", masters[0].replace(':', " ")));
        }
        let count = all().count();
        self.wait_for(|house| all().all(|node| house.view(node).nodes.len() == count));
        for pair in &replicas {
            let master = self.ids[&pair[1]];
            self.order(&pair[0], &format!("CLUSTER REPLICATE {master}"));
        }
        self.engine.wait(SETTLED);
    }

    /// Equal shares, unless nobody but the recorder made them unequal.
    fn shares(&self, recording: &Value, masters: &[String]) -> Vec<SlotSet> {
        let before = |master: &String| slots_in(&recording["slots_before"][master]);
        let recorded: Vec<SlotSet> = masters.iter().map(before).collect();
        let steps = recording["prep_steps"].as_array().into_iter().flatten();
        let changed = steps.filter(|step| {
            let words = strings(&step["cmd"]);
            let changes = ["DELSLOTS", "DELSLOTSRANGE", "SETSLOT"];
            words.iter().any(|word| changes.contains(&word.as_str()) || word.contains("SIGKILL"))
        });
        if changed.count() == 0 {
            return recorded;
        }
        let ranges = slotlab::manager::allocate::slot_ranges(masters.len());
        let set = |(first, last): (u32, u32)| {
            (first as u16..=last as u16).filter_map(Slot::new).collect()
        };
        ranges.into_iter().map(set).collect()
    }

    fn load(&mut self, recording: &Value) {
        let masters = strings(&recording["masters"]);
        let shares = self.shares(recording, &masters);
        for number in 0..recording["keys_loaded"].as_u64().unwrap_or(0) {
            let slot = Slot::of(format!("key:{number}").as_bytes());
            let owner = shares.iter().position(|slots| slots.contains(slot)).expect("an owner");
            self.order(&masters[owner], &format!("SET key:{number} v{number}"));
        }
    }

    fn prepare(&mut self, step: &Value) {
        let node = text(step, "node").to_owned();
        let words = strings(&step["cmd"]);
        let line = words.join(" ");
        if line.starts_with("<SIGKILL") {
            self.engine.kill(&node);
        } else if let Some(victim) = line.strip_prefix("<wait until it flags ") {
            let victim = self.ids[victim.split(' ').next().expect("an address")];
            self.wait_for(|house| {
                let view = house.view(&node);
                view.node(victim).is_some_and(|line| line.flags.to_string().ends_with("fail"))
            });
        } else if let Some(range) = line.strip_prefix("<SET imp:0..") {
            let last: usize = range.trim_end_matches('>').parse().expect("a number");
            (0..=last).for_each(|n| self.order(&node, &format!("SET imp:{n} value{n}")));
        } else {
            let next = strings(&step["same_connection_next"]);
            let commands = [words, next].into_iter().filter(|words| !words.is_empty());
            let argvs: Vec<Argv> = commands
                .map(|words| Argv::new(words.into_iter().map(String::into_bytes)))
                .collect();
            self.engine.tell_together(&node, &argvs);
            if line.starts_with("CLUSTER MEET") {
                self.engine.wait(SETTLED);
            }
        }
    }

    fn order(&mut self, node: &str, command: &str) {
        let reply = self.engine.tell(node, command);
        assert_eq!(reply, Some(Reply::OK), "{node}: {command}");
    }

    fn wait_for(&mut self, done: impl Fn(&mut House) -> bool) {
        let limit = self.engine.now() + PATIENCE;
        while self.engine.now() < limit && !done(self) {
            self.engine.wait(GLANCE);
        }
    }

    /// The servers, answering in the recorded order.
    pub(crate) fn ordered(&mut self) -> Ordered<'_> {
        Ordered { engine: &mut self.engine, orders: &self.orders }
    }
    /// Lets time pass until then.
    pub(crate) fn wait_until(&mut self, at: Time) {
        self.engine.wait_until(at);
    }
    /// Lets the cluster settle after a command.
    pub(crate) fn settle(&mut self) {
        self.engine.wait(SETTLED);
    }
    /// The text that a server replies to a command; empty if it is none.
    pub(crate) fn ask(&mut self, address: &str, command: &str) -> String {
        match self.engine.tell(address, command) {
            Some(Reply::Bulk(text) | Reply::Verbatim(text)) => {
                String::from_utf8_lossy(&text).into_owned()
            }
            Some(Reply::Int(number)) => number.to_string(),
            Some(Reply::Map(pairs)) => match &pairs[..] {
                [(_, Reply::Bulk(value))] => String::from_utf8_lossy(value).into_owned(),
                _ => String::new(),
            },
            _ => String::new(),
        }
    }
    /// What a node thinks of all.
    pub(crate) fn view(&mut self, address: &str) -> Topology {
        self.ask(address, "CLUSTER NODES").parse().unwrap_or_default()
    }
    /// The address of a node.
    pub(crate) fn address(&self, id: NodeId) -> Option<&str> {
        let known = self.ids.iter().find(|(_, known)| **known == id);
        known.map(|(address, _)| address.as_str())
    }

    /// Whether the masters think what they thought when they were recorded.
    fn looks_like(&mut self, views: &BTreeMap<String, Topology>, masters: &[String]) -> bool {
        views.iter().filter(|(address, _)| masters.contains(address)).all(|(address, theirs)| {
            let ours = self.view(address);
            // A dead server has no view any more.
            ours.nodes.is_empty() || beliefs(&ours) == beliefs(theirs)
        })
    }
}

/// Who has which role, master and slots in a view.
fn beliefs(view: &Topology) -> BTreeMap<NodeId, String> {
    let belief = |line: &slotlab::shapes::topology::NodeLine| {
        let slots = line.slots.ranges();
        format!("{} {:?} {slots:?} {:?} {}", line.flags, line.master, line.open, line.connected)
    };
    view.nodes.iter().map(|line| (line.id, belief(line))).collect()
}

/// The recorded views, ids in place of names.
fn views(recording: &Value, ids: &BTreeMap<String, NodeId>) -> BTreeMap<String, Topology> {
    let rows = recording["views_before"].as_object().into_iter().flatten();
    let view = |(address, view): (&String, &Value)| {
        let named = ids.iter().fold(view.as_str()?.to_owned(), |text, (address, id)| {
            text.replace(&format!("<id:{address}>"), &id.to_string())
        });
        Some((address.clone(), named.trim().parse().ok()?))
    };
    rows.filter_map(view).collect()
}

/// The keys in the order in which an import named them.
fn scanned(recording: &Value) -> Vec<String> {
    let lines = text(recording, "stdout").lines();
    let key = |line: &str| Some(line.strip_prefix("Migrating ")?.split(' ').next()?.to_owned());
    lines.filter_map(key).collect()
}

/// The slots in a list of ranges; open slots are left out.
pub(crate) fn slots_in(ranges: &Value) -> SlotSet {
    let mut slots = SlotSet::EMPTY;
    for range in strings(ranges).iter().filter(|range| !range.starts_with('[')) {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let number = |text: &str| text.parse::<u16>().expect("a slot");
        (number(first)..=number(last)).filter_map(Slot::new).for_each(|slot| {
            slots.insert(slot);
        });
    }
    slots
}
