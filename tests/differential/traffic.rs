//! Bytes that a node counts as read and written, beside those that the test said and heard.
//!
//! Masked answers have lengths of their own; what is left when all that the test knows is taken away is the
//! same: what MIGRATE sends from node to node. At an end of the replication link that is not so: the
//! replica says how far it is, one time or more a second.

use super::clients::has_link;
use super::grammar::NODES;
use super::value::Value;

/// Read and written.
type Bytes = [i64; 2];

/// How many there were at first, of the real cluster and of ours, by node.
#[derive(Clone, Default, Debug)]
pub(crate) struct Beyond {
    first: [Option<[Bytes; 2]>; NODES],
}

impl Beyond {
    /// Both sides, if they have not come as far since the first time.
    pub(crate) fn compare(
        &mut self,
        node: usize,
        now: [Bytes; 2],
    ) -> Option<(Vec<String>, Vec<String>)> {
        if has_link(node) {
            return None;
        }
        let first = *self.first[node].get_or_insert(now);
        let since = |side: usize| [0, 1].map(|way| now[side][way] - first[side][way]);
        if since(0) == since(1) {
            return None;
        }
        self.forget(node);
        let told = |[read, written]: Bytes| vec![format!("{read} read, {written} written beside")];
        Some((told(since(0)), told(since(1))))
    }
    /// Begins anew: what was counted is gone, or was told.
    pub(crate) fn forget(&mut self, node: usize) {
        self.first[node] = None;
    }
}

/// A number of INFO.
pub(crate) fn counted(info: &Value, name: &str) -> i64 {
    let text = String::from_utf8_lossy(info.text().unwrap_or_default()).into_owned();
    let of_name = |line: &str| line.strip_prefix(name)?.strip_prefix(':')?.trim().parse().ok();
    text.lines().find_map(of_name).unwrap_or_default()
}

/// How many messages more a node has published than heard, according to CLUSTER INFO; in all, those that
/// are on their way.
pub(crate) fn published(info: &Value) -> i64 {
    let count =
        |kind: &str, way: &str| counted(info, &format!("cluster_stats_messages_{kind}_{way}"));
    let kinds = ["publish", "publishshard"].iter();
    kinds.map(|kind| count(kind, "sent") - count(kind, "received")).sum()
}
