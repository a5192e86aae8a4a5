//! `import`: the keys of a server outside, each to the master of its slot.
//!
//! In Redis: `clusterManagerCommandImport`. Absent: reconnecting to a source that was restarted.

use crate::cli::args::{ClusterOptions, atoi};
use crate::cli::io::{Answer, LinkId, Request};
use crate::cli::tape::Flow;
use crate::manager::attempt::{Attempt, Halt, outcome};
use crate::manager::check::{Blocks, check};
use crate::manager::cluster::Cluster;
use crate::manager::load::{load_cluster, parse_address};
use crate::manager::migrate::{login, texts};
use crate::manager::shell::{Shell, info_number};
use crate::words::{Argv, Reply, Slot};
use bytes::Bytes;

/// How many keys SCAN looks at.
const SCAN_COUNT: usize = 1000;

/// `--cluster import`.
pub fn command(shell: &mut Shell) -> Flow<i32> {
    let job = shell.job;
    let (host, port) = shell.entry_address(job.cluster_args())?;
    let options = &job.options.cluster_options;
    let (from_host, from_port) = source_address(shell, options)?;
    shell.info(format!(
        ">>> Importing data from {from_host}:{from_port} to cluster {host}:{port}\n"
    ));
    let cluster = load_cluster(shell, &host, port)?;
    if !check(shell, &cluster, Blocks::Show)?.in_order {
        return Ok(1);
    }
    let source = Source { link: cluster.free_link, address: format!("{from_host}:{from_port}") };
    let request = Request::Connect { link: source.link, host: from_host, port: from_port };
    if let Answer::NotConnected(why) = shell.tape.ask(request)? {
        shell.tape.err(format!("Could not connect to Redis at {}: {why}.\n", source.address));
        return Ok(1);
    }
    let imported = outcome(import(shell, &cluster, &source))?;
    Ok(i32::from(imported.is_none()))
}

fn source_address(shell: &mut Shell, options: &ClusterOptions) -> Flow<(String, i32)> {
    let Some(from) = &options.from else {
        shell.tape.err("[ERR] Option '--cluster-from' is required for subcommand 'import'.\n");
        return shell.exit(1);
    };
    match parse_address(from).filter(|(host, port)| !host.is_empty() && *port != 0) {
        Some((host, port)) => Ok((host.to_owned(), port)),
        None => {
            shell.tape.err(
                "[ERR] Invalid --cluster-from host. You need to pass a valid address (ie. \
                 120.0.0.1:7000).\n",
            );
            shell.exit(1)
        }
    }
}

/// The server outside.
struct Source {
    link: LinkId,
    address: String,
}

impl Source {
    /// Sends a command; its error is told and ends the import.
    fn order(&self, shell: &mut Shell, argv: impl Into<Argv>) -> Attempt<Reply> {
        match shell.tape.call(self.link, argv)? {
            Some(Reply::Error(error)) => {
                let error = String::from_utf8_lossy(&error);
                shell.error(format!("Source {} replied with error:\n{error}\n", self.address));
                Err(Halt::Failed)
            }
            Some(reply) => Ok(reply),
            None => Err(Halt::Failed),
        }
    }
}

fn import(shell: &mut Shell, cluster: &Cluster, source: &Source) -> Attempt<()> {
    log_in(shell, source)?;
    let info = match source.order(shell, "INFO")? {
        Reply::Bulk(text) | Reply::Verbatim(text) => String::from_utf8_lossy(&text).into_owned(),
        _ => String::new(),
    };
    if info_number(&info, "cluster_enabled").unwrap_or(0) != 0 {
        shell.error("[ERR] The source node should not be a cluster node.\n");
        return Err(Halt::Failed);
    }
    if let Reply::Int(size) = source.order(shell, "DBSIZE")? {
        shell.warn(format!("*** Importing {size} keys from DB 0\n"));
    }
    let mut cursor = 0;
    loop {
        let next = shell.once(|shell| outcome(import_some(shell, cluster, source, cursor)))?;
        cursor = next.ok_or(Halt::Failed)?;
        if cursor == 0 {
            return Ok(());
        }
    }
}

fn log_in(shell: &mut Shell, source: &Source) -> Attempt<()> {
    let job = shell.job;
    let options = &job.options.cluster_options;
    let Some(password) = &options.from_pass else { return Ok(()) };
    let words = ["AUTH"].into_iter().chain(options.from_user.as_deref()).chain([password.as_str()]);
    let login = Argv::new(words.map(|word| word.as_bytes().to_vec()));
    match shell.tape.call(source.link, login)? {
        Some(Reply::Error(error)) => {
            shell.tape.err(format!("AUTH failed: {}\n", String::from_utf8_lossy(&error)));
            Err(Halt::Failed)
        }
        Some(_) => Ok(()),
        None => {
            shell.tape.err("\nI/O error\n");
            Err(Halt::Failed)
        }
    }
}

/// The keys of one SCAN; the next cursor.
fn import_some(shell: &mut Shell, cluster: &Cluster, source: &Source, cursor: i32) -> Attempt<i32> {
    let scan = format!("SCAN {cursor} COUNT {SCAN_COUNT}");
    let Reply::Array(found) = source.order(shell, scan.as_str())? else { return Ok(0) };
    let [Reply::Bulk(next), keys] = &found[..] else { return Ok(0) };
    let keys = texts(keys);
    let done = shell.each(&keys, |shell, key| outcome(import_key(shell, cluster, source, key)))?;
    if done.len() < keys.len() {
        return Err(Halt::Failed);
    }
    Ok(atoi(&String::from_utf8_lossy(next)))
}

fn import_key(shell: &mut Shell, cluster: &Cluster, source: &Source, key: &Bytes) -> Attempt<()> {
    let slot = Slot::of(key);
    let owner = cluster.masters().find(|&node| cluster.nodes[node].slots.contains(slot));
    // The check found an owner for every slot.
    let target = &cluster.nodes[owner.ok_or(Halt::Failed)?];
    let name = String::from_utf8_lossy(key);
    shell.plain(format!("Migrating {name} to {}: ", target.address()));
    let job = shell.job;
    let options = &job.options.cluster_options;
    let (port, timeout) = (target.port.to_string(), options.timeout_ms.to_string());
    let text = |text: &str| Bytes::copy_from_slice(text.as_bytes());
    let mut words = vec![text("MIGRATE"), text(&target.host), text(&port), key.clone(), text("0")];
    words.push(text(&timeout));
    words.extend(login(&job.options).iter().map(|word| text(word)));
    words.extend(options.copy.then(|| text("COPY")));
    words.extend(options.replace.then(|| text("REPLACE")));
    source.order(shell, Argv::new(words))?;
    shell.ok("OK\n");
    Ok(())
}
