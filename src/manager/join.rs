//! Waiting until all nodes think the same about slots.
//!
//! In Redis: `clusterManagerWaitForClusterJoin`, `clusterManagerIsConfigConsistent`,
//! `clusterManagerGetConfigSignature`, `clusterManagerGetLinkStatus`.

use crate::cli::io::Request;
use crate::cli::tape::Flow;
use crate::manager::node::ManagedNode;
use crate::manager::shell::Shell;
use crate::manager::siphash_dict::order_after_replacing;
use crate::words::Millis;
use std::sync::Arc;

/// Between two looks at the nodes: a dot.
const A_DOT: Millis = Millis(1000);
/// Dots before it is said who may be unreachable.
const PATIENCE: usize = 20;
/// More dots for each node.
const PATIENCE_PER_NODE: f32 = 0.15;

/// Looks at the nodes once a second until they agree.
pub fn wait_until_joined(shell: &mut Shell, nodes: &[ManagedNode]) -> Flow<()> {
    shell.plain("Waiting for the cluster to join\n");
    let patience = PATIENCE + (nodes.len() as f32 * PATIENCE_PER_NODE) as usize;
    let mut dots = 0;
    while !agree(shell, nodes)? {
        shell.once(|shell| {
            shell.plain(".");
            shell.tape.ask(Request::Sleep(A_DOT))
        })?;
        dots += 1;
        if dots > patience {
            shell.once(|shell| say_who_is_lost(shell, nodes))?;
            dots = 0;
        }
    }
    shell.plain("\n");
    Ok(())
}

/// Whether all nodes think the same about slots; nobody is asked after the first that differs.
pub fn agree(shell: &mut Shell, nodes: &[ManagedNode]) -> Flow<bool> {
    // One node always agrees with itself.
    let [first, others @ ..] = nodes else { return Ok(true) };
    if others.is_empty() {
        return Ok(true);
    }
    shell.once(|shell| {
        let Some(theirs) = shell.once(|shell| ask_signature(shell, first))? else {
            return Ok(false);
        };
        for node in others {
            let same =
                shell.once(|shell| Ok(ask_signature(shell, node)?.as_ref() == Some(&theirs)));
            if !same? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

fn ask_signature(shell: &mut Shell, node: &ManagedNode) -> Flow<Option<Arc<str>>> {
    let text = shell.call_for_text(node, "CLUSTER NODES")?.ok();
    Ok(text.and_then(|text| signature(&text)).map(Arc::from))
}

/// What a node thinks about slots: who has which. Nodes without slots do not show in it.
fn signature(cluster_nodes: &str) -> Option<String> {
    let mut owners: Vec<String> = cluster_nodes.lines().filter_map(owner_and_slots).collect();
    owners.sort_unstable();
    (!owners.is_empty()).then(|| owners.join("|"))
}

fn owner_and_slots(line: &str) -> Option<String> {
    let mut words = line.split(' ');
    let id = words.next()?;
    let mut slots: Vec<&str> =
        words.skip(7).filter(|word| !word.is_empty() && !word.starts_with('[')).collect();
    slots.sort_unstable();
    (!slots.is_empty()).then(|| format!("{id}:{}", slots.join(",")))
}

/// Asks every node which links it has no luck with, and says so.
fn say_who_is_lost(shell: &mut Shell, nodes: &[ManagedNode]) -> Flow<()> {
    let mut told: Vec<(String, Vec<String>)> = Vec::new();
    for node in nodes {
        let text = match shell.call_for_text(node, "CLUSTER NODES")? {
            Ok(text) => text,
            Err(failure) => {
                shell.report(node, failure);
                continue;
            }
        };
        for address in text.lines().filter_map(lost_address) {
            match told.iter_mut().find(|(known, _)| known == address) {
                Some((_, reporters)) => reporters.push(node.address()),
                None => told.push((address.to_owned(), vec![node.address()])),
            }
        }
    }
    warn(shell, &told);
    Ok(())
}

/// The address of a node that the writer of this line has no link to.
fn lost_address(line: &str) -> Option<&str> {
    let words: Vec<&str> = line.split(' ').collect();
    let (address, flags, link) = (words.get(1)?, words.get(2)?, words.get(7)?);
    let lost = flags.contains("noaddr") || flags.contains("handshake") || *link == "disconnected";
    (lost && !flags.contains("myself")).then_some(*address)
}

fn warn(shell: &mut Shell, told: &[(String, Vec<String>)]) {
    if told.is_empty() {
        return;
    }
    shell.plain("\n");
    shell.error(format!("Warning: {} node(s) may be unreachable\n", told.len()));
    for address in order_after_replacing(told.iter().map(|(address, _)| address.as_str())) {
        shell.error(match bus_port(address) {
            Some((ip, port)) => {
                format!(" - The port {port} of node {ip} may be unreachable from:\n")
            }
            None => format!(" - Node {address} may be unreachable from:\n"),
        });
        let reporters = told.iter().find(|(known, _)| known == address);
        for reporter in reporters.into_iter().flat_map(|(_, reporters)| reporters) {
            shell.error(format!("   {reporter}\n"));
        }
        shell.error(
            "Cluster bus ports must be reachable by every node.\n\
             Remember that cluster bus ports are different from standard instance ports.\n",
        );
    }
}

fn bus_port(address: &str) -> Option<(&str, i32)> {
    let (client, port) = address.rsplit_once('@')?;
    let (ip, _) = client.rsplit_once(':')?;
    let port = crate::cli::args::atoi(port);
    (port != 0).then_some((ip, port))
}
