//! A node as the cluster manager knows it: one address, one connection, and what the node said of
//! itself.
//!
//! In Redis: `clusterManagerNode`, `clusterManagerNodeInfo`, `clusterManagerNodeSlotsString`.

use crate::cli::io::LinkId;
use crate::shapes::message::Flags;
use crate::shapes::topology::{NodeLine, Way};
use crate::words::{NodeId, Slot, SlotSet};
use std::fmt::Write as _;
use std::sync::Arc;

/// One node of the manager's list.
#[derive(Clone, PartialEq, Debug)]
pub struct ManagedNode {
    /// The connection to it.
    pub link: LinkId,
    /// As it was typed, or as another node told it.
    pub host: Arc<str>,
    /// The client port.
    pub port: i32,
    /// The bus port that it told; 0 if it told none.
    pub bus_port: i32,
    /// Its id.
    pub id: NodeId,
    /// The flags of the last line that was read about it.
    pub flags: Flags,
    /// Whether anybody called it a replica.
    pub is_slave: bool,
    /// Whether anybody said `noaddr` or `fail` of it.
    pub is_lost: bool,
    /// The id of the node that it replicates, or will.
    pub replicates: Option<NodeId>,
    /// Its slots, and those that the plan gives it.
    pub slots: Arc<SlotSet>,
    /// How many slots are announced for it; a plan counts only those that it gave.
    pub slot_count: u32,
    /// How many nodes replicate it.
    pub replica_count: usize,
    /// Slots on their way out, with the id of the taker.
    pub migrating: Vec<(Slot, NodeId)>,
    /// Slots on their way in, with the id of the giver.
    pub importing: Vec<(Slot, NodeId)>,
    /// Its config epoch, as it tells it.
    pub epoch: u64,
    /// Whether the plan has something to tell it.
    pub dirty: bool,
}

impl ManagedNode {
    /// A node at this address, of which nothing is known yet.
    pub fn new(link: LinkId, host: &str, port: i32, bus_port: i32) -> ManagedNode {
        ManagedNode {
            link,
            host: Arc::from(host),
            port,
            bus_port,
            id: NodeId::ZERO,
            flags: Flags::default(),
            is_slave: false,
            is_lost: false,
            replicates: None,
            slots: Arc::new(SlotSet::EMPTY),
            slot_count: 0,
            replica_count: 0,
            migrating: Vec::new(),
            importing: Vec::new(),
            epoch: 0,
            dirty: false,
        }
    }
    /// A node that another one told about in `line`.
    pub fn friend(link: LinkId, line: &NodeLine) -> ManagedNode {
        let address = &line.address;
        let (port, bus_port) = (i32::from(address.port), i32::from(address.bus_port));
        let mut node = ManagedNode::new(link, &address.ip, port, bus_port);
        node.read_flags(line);
        node
    }
    /// Takes over what the node says of itself.
    pub fn read_own_line(&mut self, line: &NodeLine) {
        self.read_flags(line);
        self.bus_port = i32::from(line.address.bus_port);
        self.slot_count = u32::from(line.slots.len());
        self.slots = Arc::new(line.slots.clone());
        let open = |way| {
            let ours = line.open.iter().filter(move |open| open.way == way);
            ours.map(|open| (open.slot, open.peer)).collect()
        };
        self.migrating = open(Way::Migrating);
        self.importing = open(Way::Importing);
        self.dirty = false;
    }
    /// What has once been said of its role and its health stays said.
    fn read_flags(&mut self, line: &NodeLine) {
        self.id = line.id;
        self.flags = line.flags;
        self.epoch = line.config_epoch.0;
        self.is_lost |= line.flags.has(Flags::NOADDR.with(Flags::FAIL));
        if line.flags.has(Flags::REPLICA) {
            self.is_slave = true;
            self.replicates = line.master;
        }
    }
    /// `127.0.0.1:7001`
    pub fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
    /// Gives it the slots `first..=last`, as a plan does: slots it had stay, uncounted.
    pub fn give(&mut self, first: u32, last: u32) {
        let slots = Arc::make_mut(&mut self.slots);
        for number in first..=last {
            // A plan for more masters than slots runs over the end.
            if let Some(slot) = u16::try_from(number).ok().and_then(Slot::new) {
                slots.insert(slot);
            }
        }
        self.slot_count = last - first + 1;
        self.dirty = true;
    }
    /// Its block in a list of nodes; `indent` spaces before each line, no newline at the end.
    pub fn describe(&self, indent: usize) -> String {
        let pad = " ".repeat(indent);
        let role = if self.is_slave { 'S' } else { 'M' };
        let mut text = pad.clone();
        if self.dirty && self.replicates.is_some() {
            _ = write!(text, "S: {} {}", self.id, self.address());
        } else {
            _ = write!(
                text,
                "{role}: {} {}\n{pad}   slots:{} ({} slots) {}",
                self.id,
                self.address(),
                bracketed(&self.slots),
                self.slot_count,
                self.flags.without(Flags::MYSELF)
            );
        }
        match &self.replicates {
            Some(master) => _ = write!(text, "\n{pad}   replicates {master}"),
            None if self.replica_count > 0 => {
                _ = write!(text, "\n{pad}   {} additional replica(s)", self.replica_count);
            }
            None => {}
        }
        text
    }
}

/// `[0-5460],[5462]`
pub fn bracketed(slots: &SlotSet) -> String {
    let runs = slots.ranges().into_iter().map(|(first, last)| match first == last {
        true => format!("[{first}]"),
        false => format!("[{first}-{last}]"),
    });
    runs.collect::<Vec<_>>().join(",")
}
