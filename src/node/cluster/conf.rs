//! `nodes.conf`: the cluster's memory on disk.
//!
//! The text is made only when somebody reads the file (a person, or the next start). Saving is
//! cheap: the file is this node's view, without what it learnt since. Who became known or suspected
//! after the last save carries the number of saves at that time; ping and pong times are kept.
//!
//! Invariant: a vote, an epoch and a claim are saved before the packet that tells of them leaves.
//! In Redis: `clusterSaveConfig`, `clusterLoadConfig`. Spec: bus 13.
//! Absent: other changes without a save of their own, since there are none.

use super::Cluster;
use super::peer::{Peer, PeerIx};
use super::stamp::Stamp;
use crate::shapes::Epoch;
use crate::shapes::message::Flags;
use crate::shapes::topology::{NodeLine, Topology};
use std::sync::Arc;

/// What is on disk beside the view itself.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    saves: u32,
    current_epoch: Epoch,
    last_vote_epoch: Epoch,
    /// Whether the node knew its own ports: the first save at a first start is too early for that.
    ports_known: bool,
    /// When each was pinged and answered, by place.
    times: Arc<[(Stamp, Stamp)]>,
}

impl File {
    pub(super) fn saves(&self) -> u32 {
        self.saves
    }
}

impl Cluster {
    /// In Redis: `clusterSaveConfigOrDie`.
    pub(super) fn write_conf(&mut self) {
        self.todo.save = false;
        self.file = File {
            saves: self.file.saves + 1,
            current_epoch: self.current_epoch,
            last_vote_epoch: self.last_vote_epoch,
            ports_known: self.me().port() != 0,
            times: self.roster.times().collect(),
        };
    }

    /// The file as the last save left it.
    pub(in crate::node) fn saved_conf(&self) -> Option<Arc<str>> {
        if self.file.saves == 0 {
            return None;
        }
        let saved = |peer: Peer<'_>| peer.added() < self.file.saves && !peer.in_handshake();
        let lines =
            self.peers().filter(|(_, peer)| saved(*peer)).map(|(ix, _)| self.saved_line(ix));
        let nodes = lines.collect();
        let (current_epoch, last_vote_epoch) = (self.file.current_epoch, self.file.last_vote_epoch);
        let vars = format!("vars currentEpoch {current_epoch} lastVoteEpoch {last_vote_epoch}\n");
        Some(format!("{}{vars}", Topology { nodes }).into())
    }

    fn saved_line(&self, ix: PeerIx) -> NodeLine {
        let mut line = self.node_line(ix);
        if let Some((ping_sent, pong_received)) = self.file.times.get(ix.index()) {
            (line.ping_sent, line.pong_received) = (ping_sent.ms(), pong_received.ms());
        }
        if self.suspected.get(&ix).is_some_and(|&saves| saves >= self.file.saves) {
            line.flags.remove(Flags::PFAIL);
        }
        if ix == PeerIx::MYSELF && !self.file.ports_known {
            (line.address.port, line.address.bus_port) = (0, 0);
        }
        line
    }
}

/// What a file says.
pub(super) struct Loaded {
    pub(super) topology: Topology,
    pub(super) current_epoch: Epoch,
    pub(super) last_vote_epoch: Epoch,
}

/// What the server prints when it cannot make sense of its file.
pub(super) const CORRUPTED: &str = "Unrecoverable error: corrupted cluster config file.";

/// Reads a file. Lines that are empty are skipped: an older, longer file was padded with them.
pub(super) fn parse(text: &str) -> Option<Loaded> {
    let mut loaded = Loaded {
        topology: Topology::default(),
        current_epoch: Epoch(0),
        last_vote_epoch: Epoch(0),
    };
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(vars) = line.strip_prefix("vars ") {
            parse_vars(vars, &mut loaded)?;
        } else {
            loaded.topology.nodes.push(line.parse().ok()?);
        }
    }
    loaded.topology.myself()?;
    Some(loaded)
}

fn parse_vars(vars: &str, loaded: &mut Loaded) -> Option<()> {
    let words: Vec<&str> = vars.split(' ').collect();
    for pair in words.chunks(2) {
        let &[name, value] = pair else { return None };
        let epoch = Epoch(value.parse().ok()?);
        match name {
            "currentEpoch" => loaded.current_epoch = epoch,
            "lastVoteEpoch" => loaded.last_vote_epoch = epoch,
            _ => {}
        }
    }
    Some(())
}
