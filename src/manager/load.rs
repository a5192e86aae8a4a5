//! Getting to know nodes: one by one from their addresses, or all from one of them.
//!
//! In Redis: the first loop of `clusterManagerCommandCreate`, `clusterManagerLoadInfoFromNode`,
//! `clusterManagerNodeLoadInfo`, `clusterManagerNodeIsEmpty`.

use crate::cli::args::atoi;
use crate::cli::io::LinkId;
use crate::cli::tape::Flow;
use crate::manager::node::ManagedNode;
use crate::manager::phase::{Goal, Phase};
use crate::manager::shell::{Failure, Shell, info_number};
use crate::shapes::topology::{NodeLine, Topology};
use std::sync::Arc;

const NOT_EMPTY: &str = "is not empty. Either the node already knows other nodes (check with \
                         CLUSTER NODES) or contains some key in database 0.";

/// Host and port of `host:port[@bus port]`, split at the last colon; `None` without one.
pub fn parse_address(text: &str) -> Option<(&str, i32)> {
    let text = text.rsplit_once('@').map_or(text, |(address, _)| address);
    let (host, port) = text.rsplit_once(':')?;
    Some((host, atoi(port)))
}

/// Create: loads the next address, or goes on to the plan.
pub fn load_next(shell: &mut Shell, loaded: &[ManagedNode]) -> Flow<Phase> {
    let Some(address) = shell.job.cluster_args().get(loaded.len()) else {
        return Ok(Phase::Plan { nodes: loaded.to_vec() });
    };
    let Some((host, port)) = parse_address(address) else {
        shell.tape.err(format!("Invalid address format: {address}\n"));
        return shell.exit(1);
    };
    let mut node = ManagedNode::new(LinkId(loaded.len() as u32), host, port, 0);
    if !shell.connect(&node)? {
        return shell.exit(1);
    }
    must_be_cluster_node(shell, &node)?;
    match own_line(shell, &node)? {
        Ok(line) => node.read_own_line(&line),
        Err(failure) => {
            shell.report(&node, failure);
            return shell.exit(1);
        }
    }
    must_be_empty(shell, &node)?;
    Ok(Phase::Load { nodes: [loaded, &[node]].concat() })
}

fn must_be_cluster_node(shell: &mut Shell, node: &ManagedNode) -> Flow<()> {
    let why = match shell.call_for_text(node, "INFO")? {
        Ok(info) if info_number(&info, "cluster_enabled").unwrap_or(0) != 0 => return Ok(()),
        Err(Some(error)) => error,
        Ok(_) | Err(None) => "is not configured as a cluster node.".to_owned(),
    };
    shell.error(format!("[ERR] Node {} {why}\n", node.address()));
    shell.exit(1)
}

/// Only that it knows nobody and has no key in database 0; slots and epochs are not looked at.
fn must_be_empty(shell: &mut Shell, node: &ManagedNode) -> Flow<()> {
    let why = match is_empty(shell, node)? {
        Ok(true) => return Ok(()),
        Err(Some(error)) => error,
        Ok(false) | Err(None) => NOT_EMPTY.to_owned(),
    };
    shell.error(format!("[ERR] Node {} {why}\n", node.address()));
    shell.exit(1)
}

fn is_empty(shell: &mut Shell, node: &ManagedNode) -> Flow<Result<bool, Failure>> {
    match shell.call_for_text(node, "INFO")? {
        Ok(info) if info.contains("db0:") => return Ok(Ok(false)),
        Ok(_) => {}
        Err(failure) => return Ok(Err(failure)),
    }
    let info = shell.call_for_text(node, "CLUSTER INFO")?;
    Ok(info.map(|info| info_number(&info, "cluster_known_nodes") == Some(1)))
}

/// The line of `CLUSTER NODES` that a node writes about itself.
fn own_line(shell: &mut Shell, node: &ManagedNode) -> Flow<Result<NodeLine, Failure>> {
    let nodes = match shell.call_for_text(node, "CLUSTER NODES")? {
        Ok(nodes) => nodes,
        Err(failure) => return Ok(Err(failure)),
    };
    let own =
        nodes.lines().find(|line| line.split(' ').nth(2).is_some_and(|f| f.contains("myself")));
    match own.map(str::parse) {
        Some(Ok(line)) => Ok(Ok(line)),
        _ => Ok(invalid_reply(shell)),
    }
}

fn invalid_reply<T>(shell: &mut Shell) -> Result<T, Failure> {
    shell.tape.err("Error: invalid CLUSTER NODES reply\n");
    Err(None)
}

/// Check, info: connects to the entry node and learns of the others from it.
///
/// After a create the entry node's connection is open already.
pub fn load_entry(
    shell: &mut Shell,
    entry: &ManagedNode,
    connected: bool,
    goal: Goal,
) -> Flow<Phase> {
    if !connected && !shell.connect(entry)? {
        return shell.exit(1);
    }
    must_be_cluster_node(shell, entry)?;
    let topology = match shell.call_for_text(entry, "CLUSTER NODES")? {
        Ok(text) => text.parse::<Topology>().or_else(|_| invalid_reply(shell)),
        Err(failure) => Err(failure),
    };
    let topology = match topology {
        Ok(topology) => topology,
        Err(failure) => {
            shell.report(entry, failure);
            return shell.exit(1);
        }
    };
    let mut entry = ManagedNode { replicates: None, replica_count: 0, ..entry.clone() };
    if let Some(line) = topology.myself() {
        entry.read_own_line(line);
    }
    let own_id = topology.myself().map(|line| line.id);
    let friends = topology.nodes.into_iter().filter(|line| Some(line.id) != own_id).collect();
    Ok(Phase::Friends { nodes: vec![entry], friends: Arc::new(friends), next: 0, goal })
}

/// Asks the next friend about itself; one that cannot be asked is left out.
pub fn load_friend(
    shell: &mut Shell,
    nodes: &[ManagedNode],
    friends: &Arc<Vec<NodeLine>>,
    next: usize,
    goal: Goal,
) -> Flow<Phase> {
    let Some(line) = friends.get(next) else {
        return Ok(goal.begin(count_replicas(shell, nodes)));
    };
    // Node 0 is the entry node.
    let mut friend = ManagedNode::friend(LinkId(next as u32 + 1), line);
    let known = load_own_view(shell, &mut friend)?;
    let mut nodes = nodes.to_vec();
    nodes.extend((known && !friend.is_lost).then_some(friend));
    Ok(Phase::Friends { nodes, friends: Arc::clone(friends), next: next + 1, goal })
}

fn load_own_view(shell: &mut Shell, friend: &mut ManagedNode) -> Flow<bool> {
    if friend.host.is_empty() || friend.port == 0 || !shell.connect(friend)? {
        return Ok(false);
    }
    match own_line(shell, friend)? {
        Ok(line) => {
            friend.read_own_line(&line);
            Ok(true)
        }
        Err(_) => {
            shell.error(format!("[ERR] Unable to load info for node {}\n", friend.address()));
            Ok(false)
        }
    }
}

fn count_replicas(shell: &mut Shell, nodes: &[ManagedNode]) -> Vec<ManagedNode> {
    let mut nodes = nodes.to_vec();
    for i in 0..nodes.len() {
        let Some(master) = nodes[i].replicates else { continue };
        match nodes.iter_mut().find(|node| node.id == master) {
            Some(node) => node.replica_count += 1,
            None => shell.warn(format!(
                "*** WARNING: {} claims to be slave of unknown node ID {master}.\n",
                nodes[i].address()
            )),
        }
    }
    nodes
}
