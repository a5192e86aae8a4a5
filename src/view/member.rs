//! What the stage needs to know of one server: the truth about its process, and what it believes.
//!
//! The two never mix: `state` is truth, `belief` is belief.

use crate::node::Node;
use crate::node::cluster::{Peer, PeerIx};
use crate::session::index::until;
use crate::session::run::Run;
use crate::shapes::message::Flags;
use crate::shapes::spec::ContainerIx;
use crate::shapes::{Epoch, Fact};
use crate::sim::{ContainerState, Group, Place, Verdict, What, World};
use crate::words::{NodeId, SlotSet};
use std::sync::Arc;

/// One server of the lab.
#[derive(Clone, PartialEq, Debug)]
pub struct Member {
    /// Its container.
    pub ix: ContainerIx,
    /// The container's name.
    pub container: String,
    /// Its name on the stage: its port, or the container's where ports repeat.
    pub name: String,
    /// Its client port.
    pub port: u16,
    /// Whether it sees the cluster as ok, while it runs.
    pub cluster_ok: Option<bool>,
    /// Its id, also while it is down; None before its first start.
    pub id: Option<NodeId>,
    /// Its process.
    pub state: State,
    /// Whether rules of the network cut it off from everybody.
    pub isolated: bool,
    /// What it believes of every node it knows, while it runs.
    pub belief: Vec<Line>,
    /// Its attempt to become master, if there is one.
    pub candidate: Option<Candidate>,
}

/// Whether a process runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// No process.
    Off,
    /// It reads its files.
    Loading,
    /// It runs.
    Up,
    /// It is frozen.
    Paused,
}

/// What a node believes of one node.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// Of whom.
    pub id: NodeId,
    /// Its flags.
    pub flags: Flags,
    /// Its master.
    pub master: Option<NodeId>,
    /// Its config epoch.
    pub config_epoch: Epoch,
    /// Its slots.
    pub slots: Arc<SlotSet>,
}

/// A replica that asks for votes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The epoch of its election.
    pub epoch: u64,
    /// Votes counted.
    pub votes: u32,
    /// Votes needed.
    pub needed: u32,
}

impl Member {
    /// Whether its process answers.
    pub fn answers(&self) -> bool {
        self.state == State::Up
    }
    /// Its line about a node.
    pub fn line(&self, id: NodeId) -> Option<&Line> {
        self.belief.iter().find(|line| line.id == id)
    }
    /// Its line about itself.
    pub fn myself(&self) -> Option<&Line> {
        self.belief.iter().find(|line| line.flags.has(Flags::MYSELF))
    }
}

/// All servers of the lab.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Members(pub Vec<Member>);

/// What the others think of a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Opinions {
    /// How many suspect it.
    pub pfail: u32,
    /// How many hold that it failed.
    pub fail: u32,
    /// How many have an opinion at all.
    pub of: u32,
}

impl Members {
    /// The servers of a run as they are now.
    pub fn of(run: &Run) -> Members {
        let world = run.world();
        let servers = run.servers().iter().enumerate();
        Members(servers.map(|(place, &ix)| member(run, world, place, ix)).collect())
    }
    /// The member in this container.
    pub fn get(&self, ix: ContainerIx) -> Option<&Member> {
        self.0.iter().find(|member| member.ix == ix)
    }
    /// The place in the list of the member with this id.
    pub fn place(&self, id: NodeId) -> Option<usize> {
        self.0.iter().position(|member| member.id == Some(id))
    }
    /// A node's name; the first digits of its id if it is nobody's here.
    pub fn name(&self, id: NodeId) -> String {
        match self.place(id) {
            Some(place) => self.0[place].name.clone(),
            None => id.to_string()[..8].to_owned(),
        }
    }
    /// What the running others think of a member.
    pub fn opinions(&self, about: &Member) -> Opinions {
        let mut found = Opinions::default();
        let Some(id) = about.id else { return found };
        for observer in self.0.iter().filter(|m| m.answers() && m.ix != about.ix) {
            if let Some(line) = observer.line(id) {
                found.of += 1;
                found.pfail += u32::from(line.flags.has(Flags::PFAIL));
                found.fail += u32::from(line.flags.has(Flags::FAIL));
            }
        }
        found
    }
    /// The freshest line about a member: its own while it runs, else the one of a running other with
    /// the highest config epoch.
    pub fn line<'a>(&'a self, about: &'a Member) -> Option<&'a Line> {
        if about.state != State::Off
            && let Some(own) = about.myself()
        {
            return Some(own);
        }
        let id = about.id?;
        let others = self.0.iter().filter(|m| m.answers() && m.ix != about.ix);
        others.filter_map(|m| m.line(id)).max_by_key(|line| line.config_epoch)
    }
    /// The place of a member's master, as itself or the others hold it.
    pub fn master_of(&self, about: &Member) -> Option<usize> {
        self.place(self.line(about)?.master?)
    }
}

fn member(run: &Run, world: &World, place: usize, ix: ContainerIx) -> Member {
    let spec = world.spec();
    let container = spec.container(ix).map(|c| c.name.clone()).unwrap_or_default();
    let node = world.node(ix);
    Member {
        ix,
        container,
        name: run.name(place).to_owned(),
        port: node.map(|n| n.config().port).unwrap_or_default(),
        cluster_ok: node.map(|n| n.cluster().state_ok()),
        id: node.map(|n| n.cluster().myself()).or(run.last_id(ix)),
        state: state(world.state(ix)),
        isolated: is_isolated(world, ix),
        belief: node.map(belief).unwrap_or_default(),
        candidate: candidate(run, ix),
    }
}

fn state(state: ContainerState) -> State {
    match state {
        ContainerState::Absent
        | ContainerState::Created
        | ContainerState::Starting
        | ContainerState::Exited(_) => State::Off,
        ContainerState::Loading => State::Loading,
        ContainerState::Running => State::Up,
        ContainerState::Asleep(_) | ContainerState::Paused => State::Paused,
    }
}

fn belief(node: &Node) -> Vec<Line> {
    let cluster = node.cluster();
    let known = cluster.peers().filter(|(_, peer)| !peer.in_handshake());
    let line = |(ix, peer): (PeerIx, Peer<'_>)| Line {
        id: peer.id(),
        flags: peer.flags(),
        master: peer.master().map(|master| cluster.peer(master).id()),
        config_epoch: cluster.shown_epoch(ix),
        slots: peer.slots().clone(),
    };
    known.map(line).collect()
}

/// Whether a rule drops what goes between it and everybody else.
fn is_isolated(world: &World, ix: ContainerIx) -> bool {
    let here = Place::Container(ix);
    let alone = |group: &Group| matches!(group, Group::These(places) if *places == [here]);
    world.rules().any(|rule| {
        rule.verdict == Verdict::Drop && (alone(&rule.from) || alone(&rule.to)) && rule.both_ways
    })
}

/// Its running election, as its own facts tell.
fn candidate(run: &Run, ix: ContainerIx) -> Option<Candidate> {
    let log = run.log();
    let mine = until(run.index().of(ix), log.len());
    let mut heard = None;
    for &place in mine.iter().rev().take(64) {
        match &log[place].what {
            What::Fact(Fact::VoteReceived { votes, .. }) => heard = heard.or(Some(*votes)),
            What::Fact(Fact::ElectionStarted { epoch, needed }) => {
                let votes = heard.unwrap_or(0);
                return Some(Candidate { epoch: epoch.0, votes, needed: *needed });
            }
            What::Fact(
                Fact::ElectionWon { .. } | Fact::Promoted { .. } | Fact::BecameReplica { .. },
            )
            | What::Life(_) => return None,
            _ => {}
        }
    }
    None
}
