//! What travels on a client port: requests, replies, and the replication stream.

use crate::words::resp::Protocol;
use crate::words::{Argv, ReplId, Reply};
use bytes::Bytes;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Data from one end of a client-port connection to the other.
#[derive(Clone, PartialEq, Debug)]
pub enum ClientData {
    /// A command from a client (or a replica in its handshake) to a server.
    Request(Argv),
    /// Bytes from a program outside of the simulation, as its socket gave them.
    Bytes(Bytes),
    /// A server's answer.
    Reply {
        /// The answer.
        reply: Reply,
        /// How it is encoded.
        protocol: Protocol,
    },
    /// From a master to its replica.
    Stream(ReplData),
}

impl ClientData {
    /// How many bytes it is on the wire. A dataset is written by a process of its own and does not count.
    pub fn wire_len(&self) -> u64 {
        match self {
            ClientData::Request(argv) => argv.encoded_len(),
            ClientData::Bytes(bytes) => bytes.len() as u64,
            ClientData::Reply { reply, protocol } => reply.encoded_len(*protocol),
            ClientData::Stream(ReplData::Commands { bytes, .. }) => *bytes,
            ClientData::Stream(
                ReplData::FullResync { .. }
                | ReplData::Continue { .. }
                | ReplData::Dataset(_)
                | ReplData::Newline,
            ) => 0,
        }
    }
}

/// From a master to its replica, after `PSYNC`.
#[derive(Clone, PartialEq, Debug)]
pub enum ReplData {
    /// `+FULLRESYNC <replid> <offset>`.
    FullResync {
        /** The history that begins. */
        replid: ReplId,
        /** Its offset in bytes at the fork. */
        offset: u64,
    },
    /// `+CONTINUE <replid>`.
    Continue {
        /** The history that goes on. */
        replid: ReplId,
    },
    /// The dataset at the fork.
    Dataset(Dataset),
    /// Write commands; together they take `bytes` of the stream.
    Commands {
        /** In order. */
        commands: Vec<Argv>,
        /** Bytes of stream. */
        bytes: u64,
    },
    /// A newline that keeps the connection alive while a fork is awaited.
    Newline,
}

/// A dataset on its way: the node layer's keyspace, opaque to this layer.
#[derive(Clone)]
pub struct Dataset(pub Arc<dyn Any + Send + Sync>);

impl PartialEq for Dataset {
    fn eq(&self, other: &Dataset) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dataset")
    }
}
