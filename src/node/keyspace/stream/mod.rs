//! Streams: entries by id, in nodes; what the stream remembers; groups that read it.
//!
//! Clones share nodes and groups until one of them writes. Invariants: `marks.len` counts the entries
//! that are not deleted; those are in ascending order. In Redis: t_stream.c 7.0, stream.h.

mod group;
mod id;
mod marks;
mod node;
mod tree;
mod trim;

pub use group::{Consumer, Group, Pending};
pub use id::StreamId;
pub use marks::Marks;
pub use node::{Entry, NODE_ENTRIES, Node};
pub(in crate::node::keyspace) use tree::nodes as tree_nodes;
pub use trim::{Keep, Trim};

use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A stream.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Stream {
    /// Its numbers.
    pub marks: Marks,
    nodes: BTreeMap<StreamId, Arc<Node>>,
    groups: BTreeMap<Bytes, Arc<Group>>,
}

impl Stream {
    /// A stream of these parts.
    pub fn of(
        nodes: BTreeMap<StreamId, Arc<Node>>,
        marks: Marks,
        groups: BTreeMap<Bytes, Arc<Group>>,
    ) -> Stream {
        Stream { marks, nodes, groups }
    }
    /// Its nodes by the id of their first entry.
    pub fn nodes(&self) -> &BTreeMap<StreamId, Arc<Node>> {
        &self.nodes
    }
    /// How many nodes its radix tree has.
    pub fn tree_nodes(&self) -> usize {
        tree::nodes(self.nodes.keys().copied())
    }

    /// Adds an entry whose id is greater than all before.
    pub fn add(&mut self, id: StreamId, words: Vec<Bytes>) {
        let room = self.nodes.last_key_value().filter(|(_, node)| !node.is_full_for(&words));
        let first = room.map_or(id, |(&first, _)| first);
        let names = || words.iter().step_by(2).cloned().collect();
        let node = self.nodes.entry(first).or_insert_with(|| Arc::new(Node::new(names())));
        let node = Arc::make_mut(node);
        let same_fields = node.has_fields_of(&words);
        node.push(first, Entry { id, words, same_fields, deleted: false });
        self.marks.len += 1;
        self.marks.added = self.marks.added.wrapping_add(1);
        self.marks.last = id;
        if self.marks.len == 1 {
            self.marks.first = id;
        }
    }
    /// Deletes an entry; whether it was there.
    pub fn delete(&mut self, id: StreamId) -> bool {
        let Some((first, at)) = self.place(id) else { return false };
        if self.nodes[&first].live() == 1 {
            self.nodes.remove(&first);
        } else if let Some(node) = self.nodes.get_mut(&first) {
            Arc::make_mut(node).delete(at);
        }
        self.marks.len -= 1;
        true
    }
    /// Finds its first entry anew.
    pub fn note_first(&mut self) {
        let first = self.range(StreamId::MIN, StreamId::MAX).next();
        self.marks.first = first.map_or(StreamId::MIN, |entry| entry.id);
    }

    /// The entries from one id to another.
    pub fn range(&self, low: StreamId, high: StreamId) -> impl Iterator<Item = &Entry> {
        let nodes = self.nodes.range(self.node_of(low)..);
        let entries = nodes.flat_map(|(_, node)| &node.entries);
        let from = entries.filter(move |entry| low <= entry.id && !entry.deleted);
        from.take_while(move |entry| entry.id <= high)
    }
    /// The entries from one id to another, the last one first.
    pub fn range_back(&self, low: StreamId, high: StreamId) -> impl Iterator<Item = &Entry> {
        let nodes = self.nodes.range(..=high).rev();
        let entries = nodes.flat_map(|(_, node)| node.entries.iter().rev());
        let until = entries.filter(move |entry| entry.id <= high && !entry.deleted);
        until.take_while(move |entry| low <= entry.id)
    }
    /// An entry.
    pub fn get(&self, id: StreamId) -> Option<&Entry> {
        self.range(id, id).next()
    }
    /// The last entry.
    pub fn last_entry(&self) -> Option<&Entry> {
        self.range_back(StreamId::MIN, StreamId::MAX).next()
    }
    /// The first entry or the mark of one.
    pub fn first_ever(&self) -> Option<StreamId> {
        self.nodes.values().flat_map(|node| &node.entries).map(|entry| entry.id).next()
    }
    /// The node where a search for `id` begins.
    fn node_of(&self, id: StreamId) -> StreamId {
        self.nodes.range(..=id).next_back().map_or(StreamId::MIN, |(&first, _)| first)
    }
    /// The node of an entry, and its place there.
    fn place(&self, id: StreamId) -> Option<(StreamId, usize)> {
        for (&first, node) in self.nodes.range(self.node_of(id)..) {
            let at = node.entries.iter().position(|entry| id <= entry.id && !entry.deleted);
            if let Some(at) = at {
                return (node.entries[at].id == id).then_some((first, at));
            }
        }
        None
    }

    /// Whether another one has the same entries, and the same pending ones of the same groups. When a
    /// consumer was seen, and how often it read what it had, only the master knows.
    pub fn is_copy_of(&self, other: &Stream) -> bool {
        let entries = |stream: &Stream| {
            let all = stream.range(StreamId::MIN, StreamId::MAX);
            all.map(|entry| (entry.id, entry.words.clone())).collect::<Vec<_>>()
        };
        let groups = |stream: &Stream| {
            let owners = |group: &Group| {
                let pending = group.pending().iter();
                pending.map(|(&id, pending)| (id, pending.consumer.clone())).collect::<Vec<_>>()
            };
            let group =
                |(name, group): (&Bytes, &Arc<Group>)| (name.clone(), group.last, owners(group));
            stream.groups.iter().map(group).collect::<Vec<_>>()
        };
        self.marks.last == other.marks.last
            && entries(self) == entries(other)
            && groups(self) == groups(other)
    }

    /// Its groups, in the order of their names.
    pub fn groups(&self) -> &BTreeMap<Bytes, Arc<Group>> {
        &self.groups
    }
    /// A group.
    pub fn group(&self, name: &[u8]) -> Option<&Group> {
        self.groups.get(name).map(|group| &**group)
    }
    /// A group, to be changed.
    pub fn group_mut(&mut self, name: &[u8]) -> Option<&mut Group> {
        self.groups.get_mut(name).map(Arc::make_mut)
    }
    /// Adds a group; whether there was none of this name.
    pub fn add_group(&mut self, name: &Bytes, group: Group) -> bool {
        let fresh = !self.groups.contains_key(name);
        if fresh {
            self.groups.insert(name.clone(), Arc::new(group));
        }
        fresh
    }
    /// Takes a group out, to be put back when it has read.
    pub fn take_group(&mut self, name: &[u8]) -> Option<Arc<Group>> {
        self.groups.remove(name)
    }
    /// Puts it back.
    pub fn put_group(&mut self, name: &Bytes, group: Arc<Group>) {
        self.groups.insert(name.clone(), group);
    }
    /// Takes a group out; whether it was there.
    pub fn remove_group(&mut self, name: &[u8]) -> bool {
        self.groups.remove(name).is_some()
    }
}
