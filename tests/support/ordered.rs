//! The engine with the orders of somebody's hash tables.
//!
//! A real server names nodes and keys in the order of hash tables that are seeded at random, and
//! `redis-cli --cluster` goes by it. Where the order is known, ours answers in it, so that transcripts can
//! be compared to the letter.

use super::drive::Cluster;
use super::engine::Engine;
use slotlab::cli::{Answer, Request};
use slotlab::shapes::Topology;
use slotlab::words::{NodeId, Reply, Time};
use std::collections::BTreeMap;

/// In which order servers name things.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    /// All nodes, as a node names them in CLUSTER NODES.
    nodes: BTreeMap<NodeId, Vec<NodeId>>,
    /// Keys, as SCAN names them.
    keys: Vec<String>,
}

impl Orders {
    /// Only the order of some keys.
    pub(crate) fn of_keys(keys: Vec<String>) -> Orders {
        Orders { keys, nodes: BTreeMap::new() }
    }
    /// The order of a node's view.
    pub(crate) fn add(&mut self, view: &Topology) {
        if let Some(own) = view.myself() {
            self.nodes.insert(own.id, view.nodes.iter().map(|line| line.id).collect());
        }
    }

    fn nodes(&self, text: &str) -> Option<String> {
        let own = text.lines().find(|line| line.contains("myself"))?;
        let order = self.nodes.get(&NodeId::from_hex(own.get(..40)?.as_bytes())?)?;
        let mut lines: Vec<&str> = text.lines().collect();
        let place = |line: &&str| order.iter().position(|id| line.starts_with(&id.to_string()));
        lines.sort_by_key(|line| place(line).unwrap_or(order.len()));
        Some(lines.iter().map(|line| format!("{line}\n")).collect())
    }

    fn keys(&self, mut found: Vec<Reply>) -> Vec<Reply> {
        let place = |key: &Reply| match key {
            Reply::Bulk(key) => self.keys.iter().position(|known| known.as_bytes() == key),
            _ => None,
        };
        found.sort_by_key(|key| place(key).unwrap_or(self.keys.len()));
        found
    }
}

/// The engine, answering in an order.
#[derive(Debug)]
pub(crate) struct Ordered<'a> {
    pub(crate) engine: &'a mut Engine,
    pub(crate) orders: &'a Orders,
}

impl Cluster for Ordered<'_> {
    fn now(&self) -> Time {
        self.engine.now()
    }
    fn answer(&mut self, request: &Request) -> Answer {
        let answer = self.engine.answer(request);
        let Request::Call { argv, .. } = request else { return answer };
        match (argv.name().as_str(), answer) {
            ("cluster", Answer::Reply(Reply::Bulk(text) | Reply::Verbatim(text))) => {
                let ordered = self.orders.nodes(&String::from_utf8_lossy(&text));
                Answer::Reply(ordered.map_or(Reply::Bulk(text), Reply::bulk))
            }
            ("scan", Answer::Reply(Reply::Array(mut parts))) => {
                if let Some(Reply::Array(keys)) = parts.pop() {
                    parts.push(Reply::Array(self.orders.keys(keys)));
                }
                Answer::Reply(Reply::Array(parts))
            }
            (_, answer) => answer,
        }
    }
}
