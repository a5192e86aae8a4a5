//! Carrying out the plan of a create: slots, epochs, introductions, replicas.
//!
//! In Redis: the last third of `clusterManagerCommandCreate`, `clusterManagerFlushNodeConfig`,
//! `clusterManagerAddSlots`.

use crate::cli::io::{Answer, Request};
use crate::cli::tape::Flow;
use crate::manager::join::Poll;
use crate::manager::node::ManagedNode;
use crate::manager::phase::{Goal, Phase};
use crate::manager::shell::Shell;
use crate::words::{Argv, Millis};
use bytes::Bytes;

/// How much higher a bus port is than the client port, by default.
const BUS_PORT_DISTANCE: i32 = 10_000;
/// Lets the join start, so that nodes do not agree on knowing nothing.
const HEAD_START: Millis = Millis(1000);

/// Tells the next node its part. Errors are not reported: a master that refuses its slots (it had
/// some already) shows only in the final check.
pub fn configure(shell: &mut Shell, nodes: &[ManagedNode], next: usize) -> Flow<Phase> {
    let mut nodes = nodes.to_vec();
    let Some(node) = nodes.get_mut(next) else {
        shell.info(">>> Nodes configuration updated\n");
        shell.info(">>> Assign a different config epoch to each node\n");
        return Ok(Phase::Epochs { nodes, next: 0 });
    };
    tell(shell, node)?;
    Ok(Phase::Configure { nodes, next: next + 1 })
}

/// A replica that could not be told stays dirty: it does not know its master yet.
fn tell(shell: &mut Shell, node: &mut ManagedNode) -> Flow<()> {
    if !node.dirty {
        return Ok(());
    }
    match node.replicates {
        Some(master) => {
            let told = shell.call(node, format!("CLUSTER REPLICATE {master}").as_str())?;
            node.dirty = told.is_err();
        }
        None => {
            // Its refusal is swallowed, as there.
            let _ = shell.call(node, add_slots(node))?;
            node.dirty = false;
        }
    }
    Ok(())
}

fn add_slots(node: &ManagedNode) -> Argv {
    let words = [Bytes::from_static(b"CLUSTER"), Bytes::from_static(b"ADDSLOTS")];
    let slots = node.slots.iter().map(|slot| Bytes::from(slot.to_string()));
    Argv::new(words.into_iter().chain(slots))
}

/// Gives the next node its place in the list as config epoch, so that no two collide.
pub fn set_epoch(shell: &mut Shell, nodes: &[ManagedNode], next: usize) -> Flow<Phase> {
    let Some(node) = nodes.get(next) else {
        shell.info(">>> Sending CLUSTER MEET messages to join the cluster\n");
        return Ok(Phase::Meet { nodes: nodes.to_vec(), next: 1 });
    };
    // Nobody reads the reply: a node with an epoch already keeps it.
    let _ = shell.call(node, format!("cluster set-config-epoch {}", next + 1).as_str())?;
    Ok(Phase::Epochs { nodes: nodes.to_vec(), next: next + 1 })
}

/// Introduces the next node to the first one.
pub fn meet(shell: &mut Shell, nodes: &[ManagedNode], next: usize) -> Flow<Phase> {
    let first = &nodes[0];
    let Answer::Resolved(Some(ip)) =
        shell.tape.ask(Request::Resolve { host: first.host.to_string() })?
    else {
        shell.tape.err(format!("Invalid IP address or hostname specified: {}\n", first.host));
        return shell.exit(1);
    };
    let Some(node) = nodes.get(next) else {
        shell.tape.ask(Request::Sleep(HEAD_START))?;
        shell.plain("Waiting for the cluster to join\n");
        return Ok(Phase::Agree { nodes: nodes.to_vec(), poll: Poll::join() });
    };
    let mut command = format!("cluster meet {ip} {}", first.port);
    if first.bus_port != 0 && first.bus_port != first.port + BUS_PORT_DISTANCE {
        command += &format!(" {}", first.bus_port);
    }
    match shell.call(node, command.as_str())? {
        Ok(_) => return Ok(Phase::Meet { nodes: nodes.to_vec(), next: next + 1 }),
        Err(Some(error)) => shell.node_error(node, &error),
        Err(None) => shell.tape.err("Failed to send CLUSTER MEET command.\n"),
    }
    shell.exit(1)
}

/// Tells the next replica whom to follow; then the cluster is loaded again and checked.
pub fn replicate(shell: &mut Shell, nodes: &[ManagedNode], next: usize) -> Flow<Phase> {
    let mut nodes = nodes.to_vec();
    let Some(node) = nodes.get_mut(next) else {
        let node = nodes.swap_remove(0);
        return Ok(Phase::Entry { node, connected: true, goal: Goal::FinishCreate });
    };
    tell(shell, node)?;
    Ok(Phase::Replicate { nodes, next: next + 1 })
}
