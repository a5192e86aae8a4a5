//! INFO: the process in sections.
//!
//! In Redis: `genRedisInfoString` (server.c). A section that nobody knows is empty. What only real
//! memory, sockets and processors can tell is left out.

use super::server::verbatim;
use super::stats;
use super::words::lower;
use super::{Call, Outcome};
use crate::node::{Node, VERSION};
use crate::words::Time;
use std::fmt::Write;

/// What writes a section, without its title.
type Section = fn(&Node, Time) -> String;

/// The sections in INFO's order.
const SECTIONS: [(&str, Section); 13] = [
    ("Server", server),
    ("Clients", clients),
    ("Memory", memory),
    ("Persistence", persistence),
    ("Stats", counters),
    ("Replication", |node, now| node.info_replication(now)),
    ("CPU", |_, _| {
        let ends = ["", "_children", "_main_thread"];
        let line = |end| format!("used_cpu_sys{end}:0.000000\r\nused_cpu_user{end}:0.000000\r\n");
        ends.map(line).concat()
    }),
    ("Modules", |_, _| String::new()),
    ("Commandstats", |node, _| stats::commandstats(node)),
    ("Errorstats", |node, _| stats::errorstats(node)),
    ("Latencystats", |node, _| stats::latencystats(node)),
    ("Cluster", |node, _| {
        lines(&[("cluster_enabled", if node.config.cluster_enabled { "1" } else { "0" })])
    }),
    ("Keyspace", keyspace),
];

/// The sections that only those get who ask for them, or for all.
const ON_DEMAND: [&str; 2] = ["Commandstats", "Latencystats"];

pub(super) fn info(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let asked: Vec<String> = call.argv[1..].iter().map(|word| lower(word)).collect();
    let has = |words: &[&str]| asked.iter().any(|word| words.contains(&word.as_str()));
    let all = has(&["all", "everything"]);
    let usual = asked.is_empty() || has(&["default"]);
    let mut text = String::new();
    for (name, section) in SECTIONS {
        let by_default = usual && !ON_DEMAND.contains(&name);
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
        ("redis_version", VERSION),
        ("redis_git_sha1", "00000000"),
        ("redis_git_dirty", "0"),
        ("redis_build_id", "0"),
        ("redis_mode", mode),
        ("os", "Slotlab"),
        ("arch_bits", "64"),
        ("monotonic_clock", "POSIX clock_gettime"),
        ("multiplexing_api", "epoll"),
        ("atomicvar_api", "c11-builtin"),
        ("gcc_version", "12.2.0"),
        ("process_id", "1"),
        ("process_supervised", "no"),
        ("run_id", &node.replication.replid().to_string()),
        ("tcp_port", &node.config.port.to_string()),
        ("server_time_usec", &now.0.to_string()),
        ("uptime_in_seconds", &up.to_string()),
        ("uptime_in_days", &(up / 86_400).to_string()),
        ("hz", &node.config.hz.to_string()),
        ("configured_hz", &node.config.hz.to_string()),
        ("lru_clock", &(now.unix_s() & 0xFF_FFFF).to_string()),
        ("executable", "/usr/local/bin/redis-server"),
        ("config_file", ""),
        ("io_threads_active", "0"),
    ])
}

fn clients(node: &Node, _: Time) -> String {
    let clients = || node.clients.iter();
    let replicas = clients().filter(|(conn, _)| node.replication.is_replica_link(*conn)).count();
    let blocked = clients().filter(|(_, client)| client.blocked.is_some()).count();
    let timed = clients().filter(|(_, client)| client.has_deadline()).count();
    let master = usize::from(node.replication.link_is_up());
    lines(&[
        ("connected_clients", &(clients().count() - replicas + master).to_string()),
        ("cluster_connections", &node.bus_connections().to_string()),
        ("maxclients", &node.config.max_clients.to_string()),
        ("client_recent_max_input_buffer", "0"),
        ("client_recent_max_output_buffer", "0"),
        ("blocked_clients", &blocked.to_string()),
        ("tracking_clients", &node.clients.tracking_count().to_string()),
        ("clients_in_timeout_table", &timed.to_string()),
    ])
}

/// Only the dataset is known: no process's memory is measured here.
fn memory(node: &Node, _: Time) -> String {
    let used = node.keyspace.approximate_bytes().to_string();
    let links = node.cluster.links_memory().to_string();
    let known = |name: &&'static str| match *name {
        "used_memory_dataset" => used.clone(),
        "mem_cluster_links" => links.clone(),
        "maxmemory_policy" => "noeviction".into(),
        "mem_allocator" => "jemalloc-5.3.0".into(),
        name if name.ends_with("_human") => "0B".into(),
        name if name.ends_with("_perc") => "0.00%".into(),
        name if name.ends_with("_ratio") => "1.00".into(),
        _ => "0".into(),
    };
    MEMORY.iter().map(|name| format!("{name}:{}\r\n", known(name))).collect()
}

const MEMORY: [&str; 51] = [
    "used_memory",
    "used_memory_human",
    "used_memory_rss",
    "used_memory_rss_human",
    "used_memory_peak",
    "used_memory_peak_human",
    "used_memory_peak_perc",
    "used_memory_overhead",
    "used_memory_startup",
    "used_memory_dataset",
    "used_memory_dataset_perc",
    "allocator_allocated",
    "allocator_active",
    "allocator_resident",
    "total_system_memory",
    "total_system_memory_human",
    "used_memory_lua",
    "used_memory_vm_eval",
    "used_memory_lua_human",
    "used_memory_scripts_eval",
    "number_of_cached_scripts",
    "number_of_functions",
    "number_of_libraries",
    "used_memory_vm_functions",
    "used_memory_vm_total",
    "used_memory_vm_total_human",
    "used_memory_functions",
    "used_memory_scripts",
    "used_memory_scripts_human",
    "maxmemory",
    "maxmemory_human",
    "maxmemory_policy",
    "allocator_frag_ratio",
    "allocator_frag_bytes",
    "allocator_rss_ratio",
    "allocator_rss_bytes",
    "rss_overhead_ratio",
    "rss_overhead_bytes",
    "mem_fragmentation_ratio",
    "mem_fragmentation_bytes",
    "mem_not_counted_for_evict",
    "mem_replication_backlog",
    "mem_total_replication_buffers",
    "mem_clients_slaves",
    "mem_clients_normal",
    "mem_cluster_links",
    "mem_aof_buffer",
    "mem_allocator",
    "active_defrag_running",
    "lazyfree_pending_objects",
    "lazyfreed_objects",
];

/// A snapshot is done before anybody could look, so that none is ever in progress.
fn persistence(node: &Node, now: Time) -> String {
    let own = node.persistence();
    lines(&[
        ("loading", if node.is_loading(now) { "1" } else { "0" }),
        ("async_loading", "0"),
        ("current_cow_peak", "0"),
        ("current_cow_size", "0"),
        ("current_cow_size_age", "0"),
        ("current_fork_perc", "0.00"),
        ("current_save_keys_processed", "0"),
        ("current_save_keys_total", "0"),
        ("rdb_changes_since_last_save", &own.changes().to_string()),
        ("rdb_bgsave_in_progress", "0"),
        ("rdb_last_save_time", &own.saved_at().unix_s().to_string()),
        ("rdb_last_bgsave_status", "ok"),
        ("rdb_last_bgsave_time_sec", "-1"),
        ("rdb_current_bgsave_time_sec", "-1"),
        ("rdb_saves", &node.clients.stats.rdb_saves.to_string()),
        ("rdb_last_cow_size", "0"),
        ("rdb_last_load_keys_expired", "0"),
        ("rdb_last_load_keys_loaded", "0"),
        ("aof_enabled", if node.config.appendonly { "1" } else { "0" }),
        ("aof_rewrite_in_progress", "0"),
        ("aof_rewrite_scheduled", "0"),
        ("aof_last_rewrite_time_sec", "-1"),
        ("aof_current_rewrite_time_sec", "-1"),
        ("aof_last_bgrewrite_status", "ok"),
        ("aof_rewrites", "0"),
        ("aof_rewrites_consecutive_failures", "0"),
        ("aof_last_write_status", "ok"),
        ("aof_last_cow_size", "0"),
        ("module_fork_in_progress", "0"),
        ("module_fork_last_cow_size", "0"),
    ])
}

/// What is counted is in `known`; the rest has nothing to count here.
fn counters(node: &Node, _: Time) -> String {
    let stats = &node.clients.stats;
    let syncs = node.replication.syncs();
    let [channels, patterns, shard_channels] = node.clients.subscriptions.names();
    let [keys, items, prefixes] = node.clients.kept.totals();
    let known = |name: &str| match name {
        "tracking_total_keys" => keys as u64,
        "tracking_total_items" => items as u64,
        "tracking_total_prefixes" => prefixes as u64,
        "total_connections_received" => stats.connections_received,
        "rejected_connections" => stats.connections_rejected,
        "total_commands_processed" => stats.commands_processed,
        "migrate_cached_sockets" => node.clients.migrations.cached() as u64,
        "total_net_input_bytes" => stats.net_input,
        "total_net_output_bytes" => stats.net_output,
        "sync_full" => syncs.full,
        "sync_partial_ok" => syncs.partial,
        "sync_partial_err" => syncs.refused,
        "expired_keys" => stats.expired_keys,
        "keyspace_hits" => stats.keyspace_hits,
        "keyspace_misses" => stats.keyspace_misses,
        "pubsub_channels" => channels as u64,
        "pubsub_patterns" => patterns as u64,
        "pubsubshard_channels" => shard_channels as u64,
        "total_error_replies" => stats.error_replies,
        _ => 0,
    };
    let line = |name: &&str| match *name {
        "expired_stale_perc" => format!("{name}:0.00\r\n"),
        name if name.ends_with("_kbps") => format!("{name}:0.00\r\n"),
        name => format!("{name}:{}\r\n", known(name)),
    };
    COUNTERS.iter().map(line).collect()
}

const COUNTERS: [&str; 50] = [
    "total_connections_received",
    "total_commands_processed",
    "instantaneous_ops_per_sec",
    "total_net_input_bytes",
    "total_net_output_bytes",
    "total_net_repl_input_bytes",
    "total_net_repl_output_bytes",
    "instantaneous_input_kbps",
    "instantaneous_output_kbps",
    "instantaneous_input_repl_kbps",
    "instantaneous_output_repl_kbps",
    "rejected_connections",
    "sync_full",
    "sync_partial_ok",
    "sync_partial_err",
    "expired_keys",
    "expired_stale_perc",
    "expired_time_cap_reached_count",
    "expire_cycle_cpu_milliseconds",
    "evicted_keys",
    "evicted_clients",
    "total_eviction_exceeded_time",
    "current_eviction_exceeded_time",
    "keyspace_hits",
    "keyspace_misses",
    "pubsub_channels",
    "pubsub_patterns",
    "pubsubshard_channels",
    "latest_fork_usec",
    "total_forks",
    "migrate_cached_sockets",
    "slave_expires_tracked_keys",
    "active_defrag_hits",
    "active_defrag_misses",
    "active_defrag_key_hits",
    "active_defrag_key_misses",
    "total_active_defrag_time",
    "current_active_defrag_time",
    "tracking_total_keys",
    "tracking_total_items",
    "tracking_total_prefixes",
    "unexpected_error_replies",
    "total_error_replies",
    "dump_payload_sanitizations",
    "total_reads_processed",
    "total_writes_processed",
    "io_threaded_reads_processed",
    "io_threaded_writes_processed",
    "reply_buffer_shrinks",
    "reply_buffer_expands",
];

fn keyspace(node: &Node, _: Time) -> String {
    let (keys, expires) = (node.keyspace.len(), node.keyspace.expiring());
    match keys {
        0 => String::new(),
        _ => lines(&[("db0", &format!("keys={keys},expires={expires},avg_ttl=0"))]),
    }
}
