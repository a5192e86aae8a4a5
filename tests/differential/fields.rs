//! Fields of texts that may differ, by their names, each with the reason. All others must be equal.

use super::clients::has_link;
use super::grammar::REPLICA;

const MEMORY: &str = "what the process's memory says";
const MACHINE: &str = "the machine or the build";
const MOMENT: &str = "a moment";
const LINK: &str = "the replication link has commands and bytes of its own, one or more a second";
const KERNEL: &str = "how the kernel cuts streams into pieces";
const LENGTH: &str = "the lengths of masked answers";
const DRAWN: &str = "drawn at random";
const SEQUENCES: &str = "goes on from one sequence to the next in a real server";

/// Fields of INFO. One that ends in `*` is all that begin so.
const INFO: &[(&str, &str)] = &[
    ("redis_build_id", MACHINE),
    ("os", MACHINE),
    ("monotonic_clock", MACHINE),
    ("multiplexing_api", MACHINE),
    ("atomicvar_api", MACHINE),
    ("gcc_version", MACHINE),
    ("executable", MACHINE),
    ("process_id", MACHINE),
    ("run_id", DRAWN),
    ("server_time_usec", MOMENT),
    ("uptime_in_seconds", MOMENT),
    ("uptime_in_days", MOMENT),
    ("lru_clock", MOMENT),
    ("client_recent_max_*", MEMORY),
    ("used_memory*", MEMORY),
    ("allocator_*", MEMORY),
    ("rss_overhead_*", MEMORY),
    ("mem_*", MEMORY),
    ("total_system_memory*", MACHINE),
    ("lazyfreed_objects", "what is freed in the background depends on sizes in memory"),
    ("rdb_last_save_time", MOMENT),
    ("rdb_last_bgsave_time_sec", SEQUENCES),
    ("rdb_last_cow_size", MEMORY),
    ("total_commands_processed", LINK),
    ("instantaneous_*", MOMENT),
    ("total_net_input_bytes", LENGTH),
    ("total_net_output_bytes", LENGTH),
    ("total_net_repl_*", LINK),
    ("expired_stale_perc", "a running average over cycles that take time"),
    ("expire_cycle_cpu_milliseconds", MOMENT),
    ("migrate_cached_sockets", SEQUENCES),
    ("total_reads_processed", KERNEL),
    ("total_writes_processed", KERNEL),
    ("reply_buffer_*", MEMORY),
    ("master_replid", DRAWN),
    ("master_last_io_seconds_ago", MOMENT),
    ("master_repl_offset", LINK),
    ("slave_read_repl_offset", LINK),
    ("slave_repl_offset", LINK),
    ("repl_backlog_first_byte_offset", LINK),
    ("repl_backlog_histlen", LINK),
    ("used_cpu_*", MOMENT),
    ("latency_percentiles_usec_*", MOMENT),
];

/// Of these, the ones that are equal where there is no replication link.
const BY_LINK: [&str; 1] = ["total_commands_processed"];

/// Parts of a field that is made of several.
const PARTS: &[(&str, &[&str], &str)] = &[
    ("cmdstat_", &["usec", "usec_per_call"], "commands take no time here"),
    ("slave", &["offset", "lag"], LINK),
    ("db0", &["avg_ttl"], "sampled now and then"),
];

/// Commands that come over the replication link: a master's own replica says how far it is, and a replica is
/// asked that, and whether it is there.
fn of_the_link(node: usize) -> &'static [&'static str] {
    match node {
        0 => &["replconf", "psync"],
        REPLICA => &["replconf", "ping"],
        _ => &[],
    }
}

/// Fields of CLUSTER INFO: packets are a matter of time.
const CLUSTER_INFO: &[(&str, &str)] = &[
    ("cluster_stats_messages_*", "packets go out and come in all the time"),
    ("total_cluster_links_buffer_limit_exceeded", MEMORY),
];

/// Fields of a line of CLIENT LIST.
const CLIENT: &[(&str, &str)] = &[
    ("id", "numbers go on from one sequence to the next in a real server"),
    ("addr", "a port that the kernel chose"),
    ("fd", MACHINE),
    ("age", MOMENT),
    ("idle", MOMENT),
    ("qbuf", MEMORY),
    ("qbuf-free", MEMORY),
    ("argv-mem", MEMORY),
    ("multi-mem", MEMORY),
    ("rbs", MEMORY),
    ("rbp", MEMORY),
    ("obl", MEMORY),
    ("oll", MEMORY),
    ("omem", MEMORY),
    ("tot-mem", MEMORY),
];

fn is_listed(table: &[(&str, &str)], field: &str) -> bool {
    table.iter().any(|(name, _)| match name.strip_suffix('*') {
        Some(start) => field.starts_with(start),
        None => field == *name,
    })
}

/// INFO, its masked fields without their values.
pub(crate) fn info(text: &str, node: usize) -> String {
    let mut sections: Vec<Vec<String>> = vec![Vec::new()];
    for line in text.split("\r\n") {
        if line.starts_with('#') {
            sections.push(Vec::new());
        }
        let shown = info_line(line, node);
        sections.last_mut().expect("it has one").extend(shown);
    }
    for section in &mut sections {
        // Commands are in a hash table.
        if section
            .first()
            .is_some_and(|title| title.contains("Commandstats") || title.contains("Latencystats"))
        {
            section.sort();
        }
    }
    sections.concat().join("\r\n")
}

fn info_line(line: &str, node: usize) -> Option<String> {
    let Some((name, value)) = line.split_once(':') else { return Some(line.to_owned()) };
    for (start, hidden, _) in PARTS {
        let digits = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit());
        let Some(rest) = name.strip_prefix(start) else { continue };
        if *start == "cmdstat_" && of_the_link(node).contains(&rest) {
            return None;
        }
        if *start == "cmdstat_" || digits(rest) {
            return Some(format!("{name}:{}", parts(value, hidden)));
        }
    }
    if name.starts_with("latency_percentiles") && has_link(node) {
        let command = name.rsplit('_').next().unwrap_or_default();
        // A command that waits takes a time once it is served: WAIT may have been answered at once.
        if of_the_link(node).contains(&command) || command == "wait" {
            return None;
        }
    }
    let may_differ = is_listed(INFO, name) && (!BY_LINK.contains(&name) || has_link(node));
    Some(if may_differ { format!("{name}:~") } else { line.to_owned() })
}

/// `calls=1,usec=~`
fn parts(value: &str, hidden: &[&str]) -> String {
    let part = |part: &str| match part.split_once('=') {
        Some((name, _)) if hidden.contains(&name) => format!("{name}=~"),
        _ => part.to_owned(),
    };
    value.split(',').map(part).collect::<Vec<_>>().join(",")
}

/// CLUSTER INFO.
pub(crate) fn cluster_info(text: &str) -> String {
    let line = |line: &str| match line.split_once(':') {
        // A kind of packet that was never sent has no line.
        Some((name, _)) if is_listed(CLUSTER_INFO, name) => None,
        _ => Some(line.to_owned()),
    };
    text.split("\r\n").filter_map(line).collect::<Vec<_>>().join("\r\n")
}

/// A line of CLUSTER NODES: `<id> <address> <flags> <master> <ping sent> <pong received> ...`, of
/// which two columns are moments.
pub(crate) fn cluster_node(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    if 8 <= words.len() {
        (words[4], words[5]) = ("~", "~");
    }
    words.join(" ")
}

/// CLUSTER NODES: lines in the order of a hash table.
pub(crate) fn cluster_nodes(text: &str) -> String {
    let mut lines: Vec<String> = text.split('\n').map(cluster_node).collect();
    lines.sort();
    lines.join("\n")
}

/// CLIENT LIST, in the order in which clients came: that of connections made at once is luck.
pub(crate) fn client_list(text: &str) -> String {
    // What MIGRATE opens stays for ten seconds, from one sequence to the next.
    let of_migrate = |line: &&str| line.contains(" cmd=restore-asking ");
    let mut lines: Vec<String> =
        text.split('\n').filter(|line| !of_migrate(line)).map(client).collect();
    lines.sort();
    lines.join("\n")
}

fn client(line: &str) -> String {
    let of_the_link = line.contains(" flags=S ") || line.contains(" flags=M ");
    let word = |word: &str| match word.split_once('=') {
        Some((name, _)) if is_listed(CLIENT, name) => format!("{name}=~"),
        // Its last command depends on the moment; the port of one that went out is the kernel's.
        Some((name @ ("cmd" | "laddr"), _)) if of_the_link => format!("{name}=~"),
        _ => word.to_owned(),
    };
    line.split(' ').map(word).collect::<Vec<_>>().join(" ")
}
