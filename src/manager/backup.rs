//! `backup`: an RDB file of each master, and `nodes.json`.
//!
//! In Redis: `clusterManagerCommandBackup`, `clusterManagerNodeGetJSON`, `getRDB`, `sendSync`.

use crate::cli::io::{Answer, Request};
use crate::cli::tape::Flow;
use crate::manager::check::{Blocks, check};
use crate::manager::load::load_cluster;
use crate::manager::node::{ManagedNode, bracketed};
use crate::manager::shell::Shell;
use crate::shapes::message::Flags;
use crate::words::{NodeId, Reply, Slot};
use std::fmt::Write as _;

/// `--cluster backup`.
pub fn command(shell: &mut Shell) -> Flow<i32> {
    let job = shell.job;
    let args = job.cluster_args();
    let (host, port) = shell.entry_address(&args[..1])?;
    let cluster = load_cluster(shell, &host, port)?;
    let findings = check(shell, &cluster, Blocks::Show)?;
    let errors = if findings.in_order { 0 } else { findings.errors };
    let folder = &args[1];
    for node in cluster.nodes.iter().filter(|node| node.replicates.is_none()) {
        shell.info(format!(">>> Node {} -> Saving RDB...\n", node.address()));
        shell.once(|shell| save_rdb(shell, node, folder))?;
    }
    let nodes: Vec<String> = cluster.nodes.iter().map(|node| json(node, errors)).collect();
    let path = in_folder(folder, "nodes.json");
    shell.info(format!("Saving cluster configuration to: {path}\n"));
    let bytes = format!("[\n{}\n]", nodes.join(",\n")).into();
    if let Answer::NotWritten(_) =
        shell.tape.ask(Request::WriteFile { path: path.clone(), bytes })?
    {
        shell.error(format!("Could not save nodes to: {path}\n"));
        // In the colour of a success, as there.
        shell.ok("[ERR] Failed to back cluster!\n");
        return Ok(1);
    }
    if !findings.in_order {
        shell.warn(
            "*** Cluster seems to have some problems, please be aware of it if you're going to \
             restore this backup.\n",
        );
    }
    shell.ok(format!("[OK] Backup created into: {folder}\n"));
    Ok(0)
}

fn in_folder(folder: &str, file: &str) -> String {
    let slash = if folder.ends_with('/') { "" } else { "/" };
    format!("{folder}{slash}{file}")
}

/// Has a master send its dataset as to a new replica.
fn save_rdb(shell: &mut Shell, node: &ManagedNode, folder: &str) -> Flow<()> {
    let file = format!("redis-node-{}-{}-{}.rdb", node.host, node.port, node.id);
    let path = in_folder(folder, &file);
    let bytes = match shell.call(node, "SYNC")? {
        Ok(Reply::Bulk(bytes)) => bytes,
        Ok(_) | Err(None) => {
            shell.tape.err("Error reading bulk length while SYNCing\n");
            return shell.exit(1);
        }
        Err(Some(error)) => {
            shell.tape.err(format!("SYNC with master failed: -{error}\n"));
            return shell.exit(1);
        }
    };
    shell.tape.err(format!("SYNC sent to master, writing {} bytes to '{path}'\n", bytes.len()));
    if let Answer::NotWritten(why) =
        shell.tape.ask(Request::WriteFile { path: path.clone(), bytes })?
    {
        shell.tape.err(format!("Error opening '{path}': {why}\n"));
        return shell.exit(1);
    }
    shell.tape.err("Transfer finished with success.\n");
    Ok(())
}

/// A node as an object of `nodes.json`.
fn json(node: &ManagedNode, errors: usize) -> String {
    let master = node.replicates.map_or("null".to_owned(), |id| format!("\"{id}\""));
    let slots = bracketed(&node.slots).replace('-', ",");
    let mut text = format!(
        "  {{\n    \"name\": \"{}\",\n    \"host\": \"{}\",\n    \"port\": {},\n    \
         \"replicate\": {master},\n    \"slots\": [{slots}],\n    \"slots_count\": {},\n    \
         \"flags\": \"{}\",\n    \"current_epoch\": {}",
        node.id,
        node.host,
        node.port,
        node.slot_count,
        node.flags.without(Flags::MYSELF),
        node.epoch,
    );
    if errors > 0 {
        _ = write!(text, ",\n    \"cluster_errors\": {errors}");
    }
    for (state, slots) in [("migrating", &node.migrating), ("importing", &node.importing)] {
        if !slots.is_empty() {
            _ = write!(text, ",\n    \"{state}\": {{{}}}", open(slots));
        }
    }
    text + "\n  }"
}

/// `"5": "<id>"`
fn open(slots: &[(Slot, NodeId)]) -> String {
    let pairs = slots.iter().map(|(slot, other)| format!("\"{slot}\": \"{other}\""));
    pairs.collect::<Vec<_>>().join(",")
}
