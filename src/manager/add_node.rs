//! `add-node`: an empty node joins a cluster, as a master without slots or as a replica.
//!
//! In Redis: `clusterManagerCommandAddNode`.

use crate::cli::io::Request;
use crate::cli::tape::Flow;
use crate::manager::apply::meet;
use crate::manager::attempt::{Attempt, Halt, outcome};
use crate::manager::check::{Blocks, check};
use crate::manager::cluster::Cluster;
use crate::manager::join::wait_until_joined;
use crate::manager::load::{load_cluster, load_newcomer};
use crate::manager::node::ManagedNode;
use crate::manager::shell::{Failure, Shell};
use crate::words::{Argv, Millis, NodeId, Reply};
use bytes::Bytes;

/// Lets the join start before it is waited for.
const HEAD_START: Millis = Millis(1000);

/// `--cluster add-node`.
pub fn command(shell: &mut Shell) -> Flow<i32> {
    let job = shell.job;
    let args = job.cluster_args();
    let (entry_host, entry_port) = shell.entry_address(&args[1..])?;
    let (host, port) = shell.entry_address(&args[..1])?;
    shell.info(format!(">>> Adding node {host}:{port} to cluster {entry_host}:{entry_port}\n"));
    let cluster = load_cluster(shell, &entry_host, entry_port)?;
    if !check(shell, &cluster, Blocks::Show)?.in_order {
        return Ok(1);
    }
    let master = find_master(shell, &cluster)?;
    let node = ManagedNode::new(cluster.free_link, &host, port, 0);
    let sorry = format!("[ERR] Sorry, can't connect to node {host}:{port}\n");
    let node = load_newcomer(shell, node, &sorry)?;
    let added = outcome(add(shell, &cluster, &node, master))?;
    Ok(i32::from(added.is_none()))
}

/// The master that the new node is to replicate, if it is.
fn find_master(shell: &mut Shell, cluster: &Cluster) -> Flow<Option<usize>> {
    let job = shell.job;
    let options = &job.options.cluster_options;
    if !options.slave {
        return Ok(None);
    }
    let Some(id) = &options.master_id else {
        let master = cluster.with_fewest_replicas();
        for master in master.iter().map(|&master| cluster.nodes[master].address()) {
            shell.plain(format!("Automatically selected master {master}\n"));
        }
        return Ok(master);
    };
    // That it is a master is not looked at.
    match cluster.find(id) {
        Some(master) => Ok(Some(master)),
        None => {
            shell.error(format!("[ERR] No such master ID {id}\n"));
            shell.exit(1)
        }
    }
}

fn add(
    shell: &mut Shell,
    cluster: &Cluster,
    node: &ManagedNode,
    master: Option<usize>,
) -> Attempt<()> {
    let address = node.address();
    if master.is_none() {
        hand_over_functions(shell, &cluster.nodes[0], node)?;
    }
    shell.info(format!(">>> Send CLUSTER MEET to node {address} to make it join the cluster.\n"));
    if let Err(failure) = meet(shell, node, &cluster.nodes[0], "CLUSTER MEET")? {
        shell.report(node, failure);
        return Err(Halt::Failed);
    }
    if let Some(master) = master {
        shell.tape.ask(Request::Sleep(HEAD_START))?;
        let nodes: Vec<ManagedNode> = cluster.nodes.iter().chain([node]).cloned().collect();
        wait_until_joined(shell, &nodes)?;
        let master = &cluster.nodes[master];
        shell.info(format!(">>> Configure node as replica of {}.\n", master.address()));
        replicate(shell, node, master.id)?;
    }
    shell.ok("[OK] New node added correctly.\n");
    Ok(())
}

fn replicate(shell: &mut Shell, node: &ManagedNode, master: NodeId) -> Attempt<()> {
    shell.order(node, format!("CLUSTER REPLICATE {master}").as_str()).map(|_| ())
}

/// Copies the functions of the cluster to a new master; a replica gets them from its master.
fn hand_over_functions(shell: &mut Shell, entry: &ManagedNode, node: &ManagedNode) -> Attempt<()> {
    let address = node.address();
    // C prints a reply that never came so.
    let text = |failure: Failure| failure.unwrap_or_else(|| "NULL reply".to_owned());
    shell.info(">>> Getting functions from cluster\n");
    let functions = match shell.call(entry, "FUNCTION DUMP")? {
        Ok(Reply::Bulk(functions)) => functions,
        Ok(_) => Bytes::new(),
        Err(failure) => {
            shell.info(format!(
                ">>> Failed retrieving Functions from the cluster, skip this step as Redis version \
                 do not support function command (error = '{}')\n",
                text(failure)
            ));
            return Ok(());
        }
    };
    shell.info(format!(
        ">>> Send FUNCTION LIST to {address} to verify there is no functions in it\n"
    ));
    let error = match shell.call(node, "FUNCTION LIST")? {
        Ok(Reply::Array(known)) if known.is_empty() => None,
        Ok(_) => Some(
            ">>> New node already contains functions and can not be added to the cluster. Use \
             FUNCTION FLUSH and try again.\r\n"
                .to_owned(),
        ),
        Err(failure) => {
            Some(format!(">>> Failed on CLUSTER LIST (error = '{}')\r\n", text(failure)))
        }
    };
    if let Some(error) = error {
        shell.error(error);
        return Err(Halt::Failed);
    }
    shell.info(format!(">>> Send FUNCTION RESTORE to {address}\n"));
    let words = [Bytes::from_static(b"FUNCTION"), Bytes::from_static(b"RESTORE"), functions];
    if let Err(failure) = shell.call(node, Argv::new(words))? {
        shell.error(format!(
            ">>> Failed loading functions to the new node (error = '{}')\r\n",
            text(failure)
        ));
        return Err(Halt::Failed);
    }
    Ok(())
}
