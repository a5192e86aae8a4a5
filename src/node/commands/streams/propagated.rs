//! What replicas and the append-only file are told of a group: who was given what, how far it read.
//!
//! Reading and claiming depend on the moment, so each entry is propagated as an XCLAIM that can be
//! repeated. In Redis: `streamPropagateXCLAIM`, `streamPropagateGroupID`,
//! `streamPropagateConsumerCreation`.

use super::super::words::number_word;
use crate::node::keyspace::stream::{Group, Pending};
use crate::words::Argv;
use bytes::Bytes;

/// A pending entry is that consumer's.
pub(super) fn claim(key: &Bytes, name: &Bytes, group: &Group, id: Bytes, entry: &Pending) -> Argv {
    Argv::new([
        Bytes::from_static(b"XCLAIM"),
        key.clone(),
        name.clone(),
        entry.consumer.clone(),
        Bytes::from_static(b"0"),
        id,
        Bytes::from_static(b"TIME"),
        number_word(entry.delivered_ms),
        Bytes::from_static(b"RETRYCOUNT"),
        number_word(entry.deliveries),
        Bytes::from_static(b"FORCE"),
        Bytes::from_static(b"JUSTID"),
        Bytes::from_static(b"LASTID"),
        number_word(group.last),
    ])
}

/// The group has read so far.
pub(super) fn set_id(key: &Bytes, name: &Bytes, group: &Group) -> Argv {
    const UNKNOWN: i64 = -1;
    Argv::new([
        Bytes::from_static(b"XGROUP"),
        Bytes::from_static(b"SETID"),
        key.clone(),
        name.clone(),
        number_word(group.last),
        Bytes::from_static(b"ENTRIESREAD"),
        number_word(group.read.unwrap_or(UNKNOWN)),
    ])
}

/// The group has this consumer.
pub(super) fn create_consumer(key: &Bytes, group: &Bytes, consumer: &Bytes) -> Argv {
    Argv::new([
        Bytes::from_static(b"XGROUP"),
        Bytes::from_static(b"CREATECONSUMER"),
        key.clone(),
        group.clone(),
        consumer.clone(),
    ])
}
