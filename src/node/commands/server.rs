//! The process: its role, its replicas, its clock, its end.
//!
//! In Redis: server.c, replication.c, debug.c. What a cluster node refuses is refused here.

use super::blocking::Blocked;
use super::table::{Flags, Keys, group, node};
use super::words::{int, is, text};
use super::{Call, Command, Outcome, Refused, command_info, config, debug, info};
use crate::node::Node;
use crate::words::{Millis, Reply};
use bytes::Bytes;

const ADMIN: Flags = Flags::ADMIN.or(Flags::NOSCRIPT).or(Flags::LOADING).or(Flags::STALE);
const OFFLINE: Flags = Flags::ADMIN.or(Flags::NOSCRIPT).or(Flags::NO_ASYNC_LOADING);
const EVER: Flags = Flags::LOADING.or(Flags::STALE);
const QUICK: Flags = EVER.or(Flags::FAST);

pub(super) const COMMANDS: &[Command] = &[
    node("time", 1, QUICK, Keys::None, time),
    node("lastsave", 1, QUICK, Keys::None, |node, _| {
        Reply::Int(node.persistence().saved_at().unix_s() as i64).into()
    }),
    node("role", 1, EVER.or(Flags::NOSCRIPT).or(Flags::FAST), Keys::None, |node, _| {
        node.role_reply().into()
    }),
    node("wait", 3, Flags::NOSCRIPT, Keys::None, wait),
    node("info", -1, EVER, Keys::None, info::info),
    node("replconf", -1, ADMIN.or(Flags::ALLOW_BUSY), Keys::None, |node, call| {
        optional(node.replconf(call.now, call.conn, &call.argv.clone(), call.out))
    }),
    node("psync", -3, OFFLINE.or(Flags::NO_MULTI), Keys::None, |node, call| {
        optional(node.psync(call.now, call.conn, &call.argv.clone(), call.out))
    }),
    node("sync", 1, OFFLINE.or(Flags::NO_MULTI), Keys::None, sync),
    node(
        "shutdown",
        -1,
        ADMIN.or(Flags::NO_MULTI).or(Flags::ALLOW_BUSY),
        Keys::None,
        |node, call| {
            optional(node.shutdown_command(call.now, call.conn, &call.argv.clone(), call.out))
        },
    ),
    node("replicaof", 3, OFFLINE.or(Flags::STALE), Keys::None, replicaof),
    node("slaveof", 3, OFFLINE.or(Flags::STALE), Keys::None, replicaof),
    node("failover", -1, Flags::ADMIN.or(Flags::NOSCRIPT).or(Flags::STALE), Keys::None, |_, _| {
        Refused::text(
            "ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead.",
        )
        .into()
    }),
    node("swapdb", 3, Flags::WRITE.or(Flags::FAST), Keys::None, |_, _| {
        Refused::text("ERR SWAPDB is not allowed in cluster mode").into()
    }),
    node("save", 1, OFFLINE.or(Flags::NO_MULTI), Keys::None, |node, call| {
        node.clients.stats.rdb_saves += 1;
        node.save_and_tell(call.now, call.out);
        Reply::OK.into()
    }),
    node("bgsave", -1, OFFLINE, Keys::None, |node, call| {
        // The fork sees the dataset of this moment, and is done before anybody could look.
        node.save_in_background(call.now, call.out);
        Reply::Simple("Background saving started".into()).into()
    }),
    node("bgrewriteaof", 1, OFFLINE, Keys::None, |node, call| {
        node.rewrite_aof(call.now, false, call.out);
        Reply::Simple("Background append only file rewriting started".into()).into()
    }),
    node("debug", -2, ADMIN, Keys::None, debug::debug),
    group("config", -2, config::SUBCOMMANDS),
    Command {
        subcommands: command_info::SUBCOMMANDS,
        ..node("command", -1, EVER, Keys::None, command_info::all)
    },
];

/// The part of an INFO answer, an option of a handler that may have answered already.
fn optional(reply: Option<Reply>) -> Outcome {
    reply.map_or(Outcome::Silent, Outcome::Reply)
}

fn time(_: &mut Node, call: &mut Call<'_>) -> Outcome {
    let micros = call.now.0;
    let parts = [micros / 1_000_000, micros % 1_000_000];
    Reply::Array(parts.map(|part| Reply::bulk(part.to_string())).to_vec()).into()
}

fn replicaof(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    if node.config.cluster_enabled {
        return Refused::text("ERR REPLICAOF not allowed in cluster mode.").into();
    }
    let address = format!("{}:{}", text(&call.argv[1]), text(&call.argv[2]));
    if is(&call.argv[1], "no") && is(&call.argv[2], "one") {
        node.stop_replicating(call.now, call.out);
    } else if let Ok(master) = address.parse() {
        node.replicate(call.now, master, call.out);
    } else {
        return Refused::text("ERR Invalid master port").into();
    }
    Reply::OK.into()
}

/// A copy of the dataset for a client; replicas use PSYNC. The fork is done before anybody could look.
fn sync(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    if !node.may_be_copied() {
        return Refused::text("NOMASTERLINK Can't SYNC while not connected with my master").into();
    }
    Reply::Bulk(node.rdb(call.now)).into()
}

fn wait(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    if node.replication.master().is_some() {
        return Refused::text(
            "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 \
             if a replica is configured to be writable (which is not the default) writes to \
             replicas are just local and are not propagated.",
        )
        .into();
    }
    let wanted = match int(&call.argv[1]) {
        Ok(wanted) => wanted,
        Err(refused) => return refused.into(),
    };
    let timeout = match int(&call.argv[2]) {
        Ok(ms) if ms < 0 => return Refused::text("ERR timeout is negative").into(),
        Ok(ms) => ms as u64,
        Err(_) => {
            return Refused::text("ERR timeout is not an integer or out of range").into();
        }
    };
    let offset = node.clients.get(call.conn).map_or(0, |client| client.wrote_to);
    let count = i64::from(node.replication.acked_count(offset));
    if wanted <= count || !call.may_block {
        return Reply::Int(count).into();
    }
    let until = (timeout != 0).then(|| call.now + Millis(timeout));
    node.block(call.conn, Blocked::Replicas { wanted, offset, until });
    node.replication.want_acks();
    Outcome::Blocked
}

/// A text as a bulk string that RESP3 marks as text.
pub(super) fn verbatim(text: String) -> Outcome {
    Reply::Verbatim(Bytes::from(text)).into()
}
