//! Getting to know nodes: one by one from their addresses, or all from one of them.
//!
//! In Redis: `clusterManagerLoadInfoFromNode`, `clusterManagerNodeLoadInfo`,
//! `clusterManagerNodeIsCluster`, `clusterManagerNodeIsEmpty`.

use crate::cli::args::atoi;
use crate::cli::io::LinkId;
use crate::cli::tape::Flow;
use crate::manager::cluster::Cluster;
use crate::manager::node::ManagedNode;
use crate::manager::shell::{Failure, Shell, info_number};
use crate::shapes::topology::{NodeLine, Topology};

const NOT_EMPTY: &str = "is not empty. Either the node already knows other nodes (check with \
                         CLUSTER NODES) or contains some key in database 0.";

/// Host and port of `host:port[@bus port]`, split at the last colon; `None` without one.
pub fn parse_address(text: &str) -> Option<(&str, i32)> {
    let text = text.rsplit_once('@').map_or(text, |(address, _)| address);
    let (host, port) = text.rsplit_once(':')?;
    Some((host, atoi(port)))
}

/// Connects to a node that is to join a cluster: it must have cluster mode and be empty. `why_not` is
/// printed as well if nobody answers.
pub fn load_newcomer(shell: &mut Shell, node: ManagedNode, why_not: &str) -> Flow<ManagedNode> {
    shell.once(|shell| {
        let mut node = node;
        if !shell.connect(&node)? {
            if !why_not.is_empty() {
                shell.error(why_not);
            }
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
        Ok(node)
    })
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

/// Connects to one node of a cluster and learns of the others from it.
pub fn load_cluster(shell: &mut Shell, host: &str, port: i32) -> Flow<Cluster> {
    shell.once(|shell| {
        let entry = ManagedNode::new(LinkId(0), host, port, 0);
        if !shell.connect(&entry)? {
            return shell.exit(1);
        }
        load_from(shell, entry)
    })
}

/// Learns of a cluster from a node whose connection is open.
pub fn load_from(shell: &mut Shell, entry: ManagedNode) -> Flow<Cluster> {
    shell.once(|shell| {
        must_be_cluster_node(shell, &entry)?;
        let topology = match shell.call_for_text(&entry, "CLUSTER NODES")? {
            Ok(text) => text.parse::<Topology>().or_else(|_| invalid_reply(shell)),
            Err(failure) => Err(failure),
        };
        let topology = match topology {
            Ok(topology) => topology,
            Err(failure) => {
                shell.report(&entry, failure);
                return shell.exit(1);
            }
        };
        load_friends(shell, entry, topology)
    })
}

fn load_friends(shell: &mut Shell, entry: ManagedNode, topology: Topology) -> Flow<Cluster> {
    let mut entry = ManagedNode { replicates: None, replica_count: 0, ..entry };
    if let Some(line) = topology.myself() {
        entry.read_own_line(line);
    }
    let own_id = topology.myself().map(|line| line.id);
    let mut cluster = Cluster { nodes: vec![entry], unreachable_masters: 0, free_link: LinkId(1) };
    for line in topology.nodes.iter().filter(|line| Some(line.id) != own_id) {
        let link = cluster.free_link;
        let friend = shell.once(|shell| load_friend(shell, link, line))?;
        cluster.free_link = LinkId(link.0 + 1);
        match friend {
            Ok(friend) => cluster.nodes.push(friend),
            Err(lost) => cluster.unreachable_masters += usize::from(!lost.is_slave),
        }
    }
    count_replicas(shell, &mut cluster.nodes);
    Ok(cluster)
}

/// Asks a friend about itself; one that cannot be asked, or is gone, is an error.
fn load_friend(
    shell: &mut Shell,
    link: LinkId,
    line: &NodeLine,
) -> Flow<Result<ManagedNode, ManagedNode>> {
    let mut friend = ManagedNode::friend(link, line);
    let known = load_own_view(shell, &mut friend)?;
    Ok(if known && !friend.is_lost { Ok(friend) } else { Err(friend) })
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

fn count_replicas(shell: &mut Shell, nodes: &mut [ManagedNode]) {
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
}
