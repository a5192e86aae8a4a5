//! What became true of one node: the spine of the log, the timeline, the lessons and the tests.
//!
//! A fact is data. Its sentences are in the locale files, one for each variant, under the variant's
//! name; its fields are their arguments (serde gives both). Every fact has a place in the code that
//! notes it and a transcript in which it occurs.

use crate::shapes::Epoch;
use crate::shapes::config::ClientClass;
use crate::words::{NodeId, ReplId, Slot};
use bytes::Bytes;
use serde::Serialize;
use std::net::IpAddr;

/// Something that became true of the node that reports it.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[expect(missing_docs, reason = "fields are named for what they are")]
pub enum Fact {
    // -- process
    /// The process is up and has read its files.
    Started { role: Role },
    /// It does not start; the text is what the server prints.
    Refused { text: String },
    /// Its own address became known.
    OwnAddress { ip: IpAddr },

    // -- membership
    /// A handshake began with an address.
    HandshakeStarted { ip: IpAddr, port: u16 },
    /// A node is known by its real id now.
    NodeJoined { peer: NodeId },
    /// A handshake got no answer in time.
    HandshakeExpired { ip: IpAddr, port: u16 },
    /// A peer announced another address.
    AddressChanged { peer: NodeId, ip: IpAddr, port: u16 },
    /// Somebody else answers at a peer's address; where the peer is, is not known any more.
    AddressLost { peer: NodeId },
    /// A peer was forgotten (CLUSTER FORGET, RESET).
    Forgotten { peer: NodeId },

    /// The send buffer of a link is over `cluster-link-sendbuf-limit`: the link is freed.
    LinkOverLimit { peer: NodeId, outbound: bool, bytes: u64 },

    // -- failure detection
    /// One node's opinion: the peer does not answer.
    Pfail { peer: NodeId },
    /// The peer answers again before anybody agreed that it failed.
    PfailCleared { peer: NodeId },
    /// Another master reported the peer as not reachable.
    FailureReported { peer: NodeId, by: NodeId },
    /// A majority agrees; it is broadcast.
    Fail { peer: NodeId, reports: u32, needed: u32 },
    /// Another node says that a majority agrees.
    FailHeard { peer: NodeId, from: NodeId },
    /// FAIL is taken back.
    FailCleared { peer: NodeId, why: ClearedWhy },

    // -- cluster state
    /// `Cluster state changed: ok`.
    StateOk,
    /// `Cluster state changed: fail`.
    StateFail { why: DownWhy },

    // -- epochs and ownership
    /// The node's own config epoch changed without an election.
    EpochBumped { epoch: Epoch },
    /// Two masters had one config epoch; this one moved on.
    EpochCollision { peer: NodeId, epoch: Epoch },
    /// Slots changed hands in this node's view.
    SlotsMoved { to: NodeId, first: Slot, count: u32, epoch: Epoch },
    /// A peer's claim is stale; it is told so.
    StaleClaim { peer: NodeId, owner: NodeId },
    /// Keys of slots that went to another node were deleted.
    DirtyKeysDeleted { count: u32 },
    /// Keys were found at start in a slot that nobody owns: the node takes it.
    SlotAdopted { slot: Slot },
    /// Keys were found at start in a slot of another node: it is set to importing.
    SlotHeldForOther { slot: Slot, owner: NodeId },
    /// A peer changed its role in this node's view.
    RoleSeen { peer: NodeId, role: Role },
    /// The node became a replica of another.
    BecameReplica { master: NodeId, why: ReplicaWhy },

    // -- election
    /// A replica will ask for votes after a delay in ms.
    ElectionScheduled { delay: u64, rank: u32, offset: u64 },
    /// Another replica has more data: the delay grows.
    RankUpdated { rank: u32, added: u64 },
    /// It asks for votes.
    ElectionStarted { epoch: Epoch, needed: u32 },
    /// A vote was given.
    Voted { candidate: NodeId, epoch: Epoch },
    /// A vote was refused.
    VoteDenied { candidate: NodeId, why: Denial },
    /// A vote was counted.
    VoteReceived { from: NodeId, votes: u32, needed: u32 },
    /// The votes suffice.
    ElectionWon { epoch: Epoch },
    /// It is a master now and owns its old master's slots.
    Promoted { epoch: Epoch, slots: u32 },
    /// It cannot fail over now.
    CannotFailOver { why: CannotWhy },

    // -- manual failover
    /// CLUSTER FAILOVER was accepted by this replica.
    ManualRequested { mode: ManualMode },
    /// This master pauses its clients for a replica.
    ManualPaused { replica: NodeId },
    /// The master's offset at the pause is known.
    ManualOffset { offset: u64 },
    /// All of the master's stream is processed.
    ManualCaughtUp,
    /// The five seconds are over.
    ManualTimedOut,

    // -- migration of replicas
    /// The replica leaves for a master that has none.
    Migrating { to: NodeId },

    // -- replication
    /// It opens a connection to its master.
    SyncStarted { master: NodeId },
    /// A replica asked for a part of the stream and gets it.
    PartialResync { replica: String, bytes: u64 },
    /// A replica needs the whole dataset.
    FullResync { replica: String, why: FullWhy },
    /// A fork was delayed in the hope of more replicas (repl-diskless-sync-delay).
    SyncDelayed { seconds: u64 },
    /// The replica has the dataset and follows the stream.
    SyncDone { master: NodeId, replid: ReplId, offset: u64, full: bool },
    /// Too much waits for a client, by `client-output-buffer-limit`: it is closed.
    ClientOverLimit { class: ClientClass, address: String, bytes: u64 },
    /// The connection to the master was lost.
    MasterLinkDown { offset: u64 },
    /// A replica's connection was lost.
    ReplicaLost { replica: String },
    /// Data that was acknowledged to a client is gone from this node.
    WriteLost { key: Bytes },

    // -- persistence
    /// Data was read from disk.
    Loaded { keys: u32, from: DiskKind },
    /// Nothing was on disk: what memory held before is gone.
    StartedEmpty,
}

/// Master or replica.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[expect(missing_docs, reason = "the field's words")]
pub enum Role {
    Master,
    Replica,
}

/// Why a FAIL flag went (spec: bus 8).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[expect(missing_docs, reason = "the field's words")]
pub enum ClearedWhy {
    ReplicaReachable,
    MasterWithoutSlots,
    NobodyServesItsSlots,
}

/// Why the cluster state is fail (spec: bus 10).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[expect(missing_docs, reason = "the field's words")]
pub enum DownWhy {
    SlotUnassigned { slot: Slot },
    SlotOwnerFailed { slot: Slot, owner: NodeId },
    Minority { reachable: u32, needed: u32 },
}

/// Why a node became a replica.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[expect(missing_docs, reason = "the field's words")]
pub enum ReplicaWhy {
    Told,
    LostItsSlots,
    MasterLostItsSlots,
    MasterIsReplica,
    Migrated,
}

/// Why a master does not vote (spec: failover 2), in the order of the checks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[expect(missing_docs, reason = "fields are named for what they are")]
pub enum Denial {
    IAmReplica,
    NoSlots,
    StaleEpoch { asked: Epoch, current: Epoch },
    AlreadyVoted { epoch: Epoch },
    CandidateIsMaster,
    MasterUnknown,
    MasterIsUp,
    VotedRecently { wait: u64 },
    NewerClaim { slot: Slot, have: Epoch, asked: Epoch },
}

/// Why a replica does not fail over (spec: failover 1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[expect(missing_docs, reason = "the field's words")]
pub enum CannotWhy {
    DataTooOld,
    WaitingDelay,
    Expired,
    WaitingVotes,
}

/// CLUSTER FAILOVER's three forms.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[expect(missing_docs, reason = "the field's words")]
pub enum ManualMode {
    Default,
    Force,
    Takeover,
}

/// Why a full resync was needed (spec: replication 4).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[expect(missing_docs, reason = "the field's words")]
pub enum FullWhy {
    FirstSync,
    OtherHistory,
    BeyondMyHistory,
    NotInBacklog,
}

/// Which file the data came from.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[expect(missing_docs, reason = "the field's words")]
pub enum DiskKind {
    Aof,
    Rdb,
}
