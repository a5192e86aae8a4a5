//! Publish and subscribe: channels, patterns, and the channels of a shard.
//!
//! A message reaches this node's subscribers at once and those of other nodes over the bus; the
//! answer counts the former only. In Redis: pubsub.c. Spec: slots 8.

use super::table::{Flags, Keys, group, keys_from, node};
use super::{Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::io::{ConnId, Outbox};
use crate::node::keyspace::matches;
use crate::words::{Reply, Slot};
use bytes::Bytes;
use std::collections::BTreeMap;

const SUBSCRIBING: Flags = Flags::PUBSUB.or(Flags::NOSCRIPT).or(Flags::LOADING).or(Flags::STALE);
const PUBLISHING: Flags = Flags::PUBSUB.or(Flags::LOADING).or(Flags::STALE).or(Flags::FAST);
const ASKING: Flags = Flags::PUBSUB.or(Flags::LOADING).or(Flags::STALE);

pub(super) const COMMANDS: &[Command] = &[
    node("subscribe", -2, SUBSCRIBING, Keys::None, |node, call| {
        node.subscribe(call, Kind::Channel)
    }),
    node("psubscribe", -2, SUBSCRIBING, Keys::None, |node, call| {
        node.subscribe(call, Kind::Pattern)
    }),
    node("ssubscribe", -2, SUBSCRIBING, keys_from(1), |node, call| {
        node.subscribe(call, Kind::Shard)
    }),
    node("unsubscribe", -1, SUBSCRIBING, Keys::None, |node, call| {
        node.unsubscribe(call, Kind::Channel)
    }),
    node("punsubscribe", -1, SUBSCRIBING, Keys::None, |node, call| {
        node.unsubscribe(call, Kind::Pattern)
    }),
    node("sunsubscribe", -1, SUBSCRIBING, keys_from(1), |node, call| {
        node.unsubscribe(call, Kind::Shard)
    }),
    node("publish", 3, PUBLISHING, Keys::None, |node, call| node.publish(call, Kind::Channel)),
    node("spublish", 3, PUBLISHING, super::table::key(1), |node, call| {
        node.publish(call, Kind::Shard)
    }),
    group(
        "pubsub",
        -2,
        &[
            node("pubsub|channels", -2, ASKING, Keys::None, |node, call| {
                list(node, call, Kind::Channel)
            }),
            node("pubsub|shardchannels", -2, ASKING, Keys::None, |node, call| {
                list(node, call, Kind::Shard)
            }),
            node("pubsub|numsub", -2, ASKING, Keys::None, |node, call| {
                count(node, call, Kind::Channel)
            }),
            node("pubsub|shardnumsub", -2, ASKING, Keys::None, |node, call| {
                count(node, call, Kind::Shard)
            }),
            super::help::row("pubsub|help"),
            node("pubsub|numpat", 2, ASKING, Keys::None, |node, _| {
                let patterns = node.clients.subscriptions.of(Kind::Pattern).len();
                Reply::Int(patterns as i64).into()
            }),
        ],
    ),
];

/// What is subscribed to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Channel,
    Pattern,
    Shard,
}

impl Kind {
    const fn word(self, subscribe: bool) -> &'static str {
        match (self, subscribe) {
            (Kind::Channel, true) => "subscribe",
            (Kind::Channel, false) => "unsubscribe",
            (Kind::Pattern, true) => "psubscribe",
            (Kind::Pattern, false) => "punsubscribe",
            (Kind::Shard, true) => "ssubscribe",
            (Kind::Shard, false) => "sunsubscribe",
        }
    }
}

type Listeners = BTreeMap<Bytes, Vec<ConnId>>;

/// Who listens to what: names with their listeners in order of subscription.
#[derive(Clone, Debug, Default)]
pub(super) struct Subscriptions {
    channels: Listeners,
    patterns: Listeners,
    shard_channels: Listeners,
}

impl Subscriptions {
    fn of(&self, kind: Kind) -> &Listeners {
        match kind {
            Kind::Channel => &self.channels,
            Kind::Pattern => &self.patterns,
            Kind::Shard => &self.shard_channels,
        }
    }
    fn of_mut(&mut self, kind: Kind) -> &mut Listeners {
        match kind {
            Kind::Channel => &mut self.channels,
            Kind::Pattern => &mut self.patterns,
            Kind::Shard => &mut self.shard_channels,
        }
    }
    fn names_of(&self, kind: Kind, conn: ConnId) -> Vec<Bytes> {
        let heard = self.of(kind).iter().filter(|(_, listeners)| listeners.contains(&conn));
        heard.map(|(name, _)| name.clone()).collect()
    }
    /// How many channels, patterns and channels of shards a client listens to.
    pub(super) fn counts(&self, conn: ConnId) -> [usize; 3] {
        [Kind::Channel, Kind::Pattern, Kind::Shard].map(|kind| self.names_of(kind, conn).len())
    }
    /// How many names of all kinds a client listens to.
    pub(super) fn count(&self, conn: ConnId) -> usize {
        if self.channels.is_empty() && self.patterns.is_empty() && self.shard_channels.is_empty() {
            return 0;
        }
        self.counts(conn).iter().sum()
    }
    /// How many channels, patterns and shard channels there are.
    pub(super) fn names(&self) -> [usize; 3] {
        [Kind::Channel, Kind::Pattern, Kind::Shard].map(|kind| self.of(kind).len())
    }
    /// What the answer to a (un)subscription counts: shard channels on their own.
    fn shown_count(&self, kind: Kind, conn: ConnId) -> i64 {
        let of = |kind| self.names_of(kind, conn).len() as i64;
        match kind {
            Kind::Shard => of(Kind::Shard),
            Kind::Channel | Kind::Pattern => of(Kind::Channel) + of(Kind::Pattern),
        }
    }
    fn add(&mut self, kind: Kind, name: &Bytes, conn: ConnId) {
        let listeners = self.of_mut(kind).entry(name.clone()).or_default();
        if !listeners.contains(&conn) {
            listeners.push(conn);
        }
    }
    fn remove(&mut self, kind: Kind, name: &Bytes, conn: ConnId) {
        let all = self.of_mut(kind);
        if let Some(listeners) = all.get_mut(name) {
            listeners.retain(|&other| other != conn);
            if listeners.is_empty() {
                all.remove(name);
            }
        }
    }
    /// A client is gone.
    pub(super) fn remove_all(&mut self, conn: ConnId) {
        for kind in [Kind::Channel, Kind::Pattern, Kind::Shard] {
            for name in self.names_of(kind, conn) {
                self.remove(kind, &name, conn);
            }
        }
    }
}

impl Node {
    fn subscribe(&mut self, call: &mut Call<'_>, kind: Kind) -> Outcome {
        if !call.may_block && kind == Kind::Shard {
            let text = "ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client";
            return Refused::text(text).into();
        }
        for name in call.argv.clone()[1..].iter().cloned() {
            self.clients.subscriptions.add(kind, &name, call.conn);
            self.tell_subscription(call.conn, kind, true, Reply::Bulk(name), call.out);
        }
        Outcome::Silent
    }

    fn unsubscribe(&mut self, call: &mut Call<'_>, kind: Kind) -> Outcome {
        let mut names = call.argv[1..].to_vec();
        if names.is_empty() {
            names = self.clients.subscriptions.names_of(kind, call.conn);
        }
        if names.is_empty() {
            self.tell_subscription(call.conn, kind, false, Reply::Nil, call.out);
        }
        for name in names {
            self.clients.subscriptions.remove(kind, &name, call.conn);
            self.tell_subscription(call.conn, kind, false, Reply::Bulk(name), call.out);
        }
        Outcome::Silent
    }

    /// Tells a client of its new count.
    fn tell_subscription(
        &mut self,
        conn: ConnId,
        kind: Kind,
        subscribed: bool,
        name: Reply,
        out: &mut Outbox,
    ) {
        let count = self.clients.subscriptions.shown_count(kind, conn);
        let word = Reply::bulk(kind.word(subscribed));
        self.reply(conn, Reply::Push(vec![word, name, Reply::Int(count)]), out);
    }

    fn publish(&mut self, call: &mut Call<'_>, kind: Kind) -> Outcome {
        let (channel, message) = (call.argv[1].clone(), call.argv[2].clone());
        let shard = kind == Kind::Shard;
        let heard = self.deliver_published(&channel, &message, shard, call.out);
        if self.config.cluster_enabled {
            self.cluster_publish(channel, message, shard, call.out);
        } else {
            self.clients.effects.push(call.argv.clone());
        }
        Reply::Int(heard as i64).into()
    }

    /// Gives a message to this node's subscribers; how many there were.
    pub(in crate::node) fn deliver_published(
        &mut self,
        channel: &Bytes,
        message: &Bytes,
        shard: bool,
        out: &mut Outbox,
    ) -> usize {
        let subscriptions = &self.clients.subscriptions;
        let (kind, word) =
            if shard { (Kind::Shard, "smessage") } else { (Kind::Channel, "message") };
        let bulk = |bytes: &Bytes| Reply::Bulk(bytes.clone());
        let mut sends: Vec<(ConnId, Reply)> = Vec::new();
        for &conn in subscriptions.of(kind).get(channel).into_iter().flatten() {
            let parts = vec![Reply::bulk(word), bulk(channel), bulk(message)];
            sends.push((conn, Reply::Push(parts)));
        }
        let patterns = subscriptions.patterns.iter().filter(|_| !shard);
        for (pattern, listeners) in patterns.filter(|(pattern, _)| matches(pattern, channel)) {
            let parts = vec![Reply::bulk("pmessage"), bulk(pattern), bulk(channel), bulk(message)];
            sends.extend(listeners.iter().map(|&conn| (conn, Reply::Push(parts.clone()))));
        }
        let heard = sends.len();
        for (conn, push) in sends {
            self.reply(conn, push, out);
        }
        heard
    }

    /// Subscribers of a slot that went to another node are told that they hear nothing any more. In
    /// Redis: `removeChannelsInSlot`.
    pub(in crate::node) fn end_shard_channels(&mut self, slot: Slot, out: &mut Outbox) {
        if self.clients.subscriptions.shard_channels.is_empty() {
            return;
        }
        let names: Vec<Bytes> = self.clients.subscriptions.shard_channels.keys().cloned().collect();
        for name in names.into_iter().filter(|name| Slot::of(name) == slot) {
            let listeners = self.clients.subscriptions.shard_channels.remove(&name);
            for conn in listeners.unwrap_or_default() {
                self.tell_subscription(conn, Kind::Shard, false, Reply::Bulk(name.clone()), out);
            }
        }
    }
}

fn list(node: &mut Node, call: &mut Call<'_>, kind: Kind) -> Outcome {
    let pattern = call.argv.get(2);
    let wanted = |name: &&Bytes| pattern.is_none_or(|pattern| matches(pattern, name));
    let names = node.clients.subscriptions.of(kind).keys().filter(wanted);
    Reply::Array(names.cloned().map(Reply::Bulk).collect()).into()
}

fn count(node: &mut Node, call: &mut Call<'_>, kind: Kind) -> Outcome {
    let listeners = node.clients.subscriptions.of(kind);
    let row = |name: &Bytes| {
        let count = listeners.get(name).map_or(0, Vec::len);
        [Reply::Bulk(name.clone()), Reply::Int(count as i64)]
    };
    Reply::Array(call.argv[2..].iter().flat_map(row).collect()).into()
}
