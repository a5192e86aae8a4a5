//! How many nodes the radix tree has that a stream's keys are in.
//!
//! All keys are 16 bytes long, so the tree has one shape however it grew: bytes that several keys
//! share are one node, a byte where they part is one, and every key ends in one. In Redis: rax.c.

use super::StreamId;

/// `radix-tree-nodes` for these keys, which are in order.
pub(in crate::node::keyspace) fn nodes(keys: impl Iterator<Item = StreamId>) -> usize {
    let keys: Vec<[u8; 16]> = keys.map(StreamId::to_bytes).collect();
    if keys.is_empty() { 1 } else { below(&keys, 0) }
}

/// The nodes of keys that share their first `depth` bytes.
fn below(keys: &[[u8; 16]], depth: usize) -> usize {
    let (first, last) = (&keys[0], &keys[keys.len() - 1]);
    let alike = first.iter().zip(last).skip(depth).take_while(|(a, b)| a == b).count();
    let parts = depth + alike;
    let chain = usize::from(0 < alike);
    if parts == first.len() {
        return chain + 1;
    }
    let branches = keys.chunk_by(|a, b| a[parts] == b[parts]);
    chain + 1 + branches.map(|keys| below(keys, parts + 1)).sum::<usize>()
}
