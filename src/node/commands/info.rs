//! INFO: the process in sections.
//!
//! In Redis: `genRedisInfoString` (server.c). A section that nobody knows is empty. What only real
//! memory, sockets and processors can tell is left out.

use super::server::verbatim;
use super::stats;
use super::words::lower;
use super::{Call, Outcome};
use crate::node::Node;
use crate::words::Time;
use std::fmt::Write;

/// What writes a section, without its title.
type Section = fn(&Node, Time) -> String;

/// The sections in INFO's order.
const SECTIONS: [(&str, Section); 11] = [
    ("Server", server),
    ("Clients", clients),
    ("Memory", memory),
    ("Persistence", persistence),
    ("Stats", counters),
    ("Replication", |node, now| node.info_replication(now)),
    ("CPU", |_, _| lines(&[("used_cpu_sys", "0.000000"), ("used_cpu_user", "0.000000")])),
    ("Commandstats", |node, _| stats::commandstats(node)),
    ("Errorstats", |node, _| stats::errorstats(node)),
    ("Cluster", |node, _| {
        lines(&[("cluster_enabled", if node.config.cluster_enabled { "1" } else { "0" })])
    }),
    ("Keyspace", keyspace),
];

/// The section that only those get who ask for it, or for all.
const ON_DEMAND: &str = "Commandstats";

pub(super) fn info(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let asked: Vec<String> = call.argv[1..].iter().map(|word| lower(word)).collect();
    let has = |words: &[&str]| asked.iter().any(|word| words.contains(&word.as_str()));
    let all = has(&["all", "everything"]);
    let usual = asked.is_empty() || has(&["default"]);
    let mut text = String::new();
    for (name, section) in SECTIONS {
        let by_default = usual && name != ON_DEMAND;
        if all || by_default || asked.contains(&name.to_lowercase()) {
            let gap = if text.is_empty() { "" } else { "\r\n" };
            let _ = write!(text, "{gap}# {name}\r\n{}", section(node, call.now));
        }
    }
    verbatim(text)
}

fn lines(fields: &[(&str, &str)]) -> String {
    fields.iter().map(|(name, value)| format!("{name}:{value}\r\n")).collect()
}

fn server(node: &Node, now: Time) -> String {
    let mode = if node.config.cluster_enabled { "cluster" } else { "standalone" };
    let up = now.unix_s().saturating_sub(node.started.unix_s());
    lines(&[
        ("redis_version", "7.0.15"),
        ("redis_git_sha1", "00000000"),
        ("redis_git_dirty", "0"),
        ("redis_mode", mode),
        ("os", "Slotlab"),
        ("arch_bits", "64"),
        ("process_supervised", "no"),
        ("run_id", &node.replication.replid().to_string()),
        ("tcp_port", &node.config.port.to_string()),
        ("server_time_usec", &now.0.to_string()),
        ("uptime_in_seconds", &up.to_string()),
        ("uptime_in_days", &(up / 86_400).to_string()),
        ("hz", &node.config.hz.to_string()),
        ("configured_hz", &node.config.hz.to_string()),
        ("lru_clock", &(now.unix_s() & 0xFF_FFFF).to_string()),
        ("config_file", ""),
        ("io_threads_active", "0"),
    ])
}

fn clients(node: &Node, _: Time) -> String {
    let clients = || node.clients.iter();
    let replicas = clients().filter(|(conn, _)| node.replication.is_replica_link(*conn)).count();
    let blocked = clients().filter(|(_, client)| client.blocked.is_some()).count();
    let master = usize::from(node.replication.link_is_up());
    lines(&[
        ("connected_clients", &(clients().count() - replicas + master).to_string()),
        ("cluster_connections", &node.cluster.links().count().to_string()),
        ("maxclients", "10000"),
        ("blocked_clients", &blocked.to_string()),
        ("tracking_clients", "0"),
        ("clients_in_timeout_table", "0"),
    ])
}

fn memory(node: &Node, _: Time) -> String {
    let used = node.keyspace.approximate_bytes();
    lines(&[
        ("used_memory_dataset", &used.to_string()),
        ("maxmemory", "0"),
        ("maxmemory_human", "0B"),
        ("maxmemory_policy", "noeviction"),
        ("mem_cluster_links", &node.cluster.links_memory().to_string()),
    ])
}

fn persistence(node: &Node, now: Time) -> String {
    lines(&[
        ("loading", if node.is_loading(now) { "1" } else { "0" }),
        ("async_loading", "0"),
        ("rdb_changes_since_last_save", &node.persistence().changes().to_string()),
        ("rdb_bgsave_in_progress", "0"),
        ("rdb_last_save_time", &node.persistence().saved_at().unix_s().to_string()),
        ("rdb_last_bgsave_status", "ok"),
        ("aof_enabled", if node.config.appendonly { "1" } else { "0" }),
        ("aof_rewrite_in_progress", "0"),
        ("aof_last_bgrewrite_status", "ok"),
        ("aof_last_write_status", "ok"),
    ])
}

fn counters(node: &Node, _: Time) -> String {
    let stats = &node.clients.stats;
    let syncs = node.replication.syncs();
    lines(&[
        ("total_connections_received", &stats.connections_received.to_string()),
        ("total_commands_processed", &stats.commands_processed.to_string()),
        ("rejected_connections", "0"),
        ("sync_full", &syncs.full.to_string()),
        ("sync_partial_ok", &syncs.partial.to_string()),
        ("sync_partial_err", &syncs.refused.to_string()),
        ("expired_keys", &stats.expired_keys.to_string()),
        ("evicted_keys", "0"),
        ("total_error_replies", &stats.error_replies.to_string()),
    ])
}

fn keyspace(node: &Node, _: Time) -> String {
    let (keys, expires) = (node.keyspace.len(), node.keyspace.expiring());
    match keys {
        0 => String::new(),
        _ => lines(&[("db0", &format!("keys={keys},expires={expires},avg_ttl=0"))]),
    }
}
