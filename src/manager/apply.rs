//! Carrying out the plan of a create: slots, epochs, introductions, replicas.
//!
//! In Redis: the last third of `clusterManagerCommandCreate`, `clusterManagerFlushNodeConfig`,
//! `clusterManagerAddSlots`.

use crate::cli::io::{Answer, Request};
use crate::cli::tape::Flow;
use crate::manager::node::ManagedNode;
use crate::manager::shell::{Failure, Shell};
use crate::words::{Argv, Millis};
use bytes::Bytes;

/// How much higher a bus port is than the client port, by default.
const BUS_PORT_DISTANCE: i32 = 10_000;
/// Lets the join start, so that nodes do not agree on knowing nothing.
const HEAD_START: Millis = Millis(1000);

/// Tells each node its part, then its epoch: its place in the list, so that no two collide. The nodes
/// are returned with what they still have to be told.
///
/// Errors are not reported: a master that refuses its slots (it had some already) shows only in the
/// final check.
pub fn configure(shell: &mut Shell, nodes: &[ManagedNode]) -> Flow<Vec<ManagedNode>> {
    let nodes = shell.each(nodes, |shell, node| tell(shell, node).map(Some))?;
    shell.info(">>> Nodes configuration updated\n");
    shell.info(">>> Assign a different config epoch to each node\n");
    for (node, epoch) in nodes.iter().zip(1..) {
        // Nobody reads the reply: a node with an epoch already keeps it.
        shell.once(|shell| {
            shell.call(node, format!("cluster set-config-epoch {epoch}").as_str()).map(|_| ())
        })?;
    }
    Ok(nodes)
}

/// Tells the replicas whom to follow, now that they know each other.
pub fn replicate(shell: &mut Shell, nodes: &[ManagedNode]) -> Flow<()> {
    shell.each(nodes, |shell, node| tell(shell, node).map(Some)).map(|_| ())
}

/// A replica that could not be told stays dirty: it does not know its master yet.
fn tell(shell: &mut Shell, node: &ManagedNode) -> Flow<ManagedNode> {
    let mut node = node.clone();
    if !node.dirty {
        return Ok(node);
    }
    match node.replicates {
        Some(master) => {
            let told = shell.call(&node, format!("CLUSTER REPLICATE {master}").as_str())?;
            node.dirty = told.is_err();
        }
        None => {
            // Its refusal is swallowed, as there.
            let _ = shell.call(&node, add_slots(&node))?;
            node.dirty = false;
        }
    }
    Ok(node)
}

fn add_slots(node: &ManagedNode) -> Argv {
    let words = [Bytes::from_static(b"CLUSTER"), Bytes::from_static(b"ADDSLOTS")];
    let slots = node.slots.iter().map(|slot| Bytes::from(slot.to_string()));
    Argv::new(words.into_iter().chain(slots))
}

/// Introduces all nodes to the first one, and lets them have a second.
pub fn introduce(shell: &mut Shell, nodes: &[ManagedNode]) -> Flow<()> {
    shell.info(">>> Sending CLUSTER MEET messages to join the cluster\n");
    for node in &nodes[1..] {
        shell.once(|shell| match meet(shell, node, &nodes[0], "cluster meet")? {
            Ok(()) => Ok(()),
            Err(failure) => {
                match failure {
                    Some(error) => shell.node_error(node, &error),
                    None => shell.tape.err("Failed to send CLUSTER MEET command.\n"),
                }
                shell.exit(1)
            }
        })?;
    }
    shell.tape.ask(Request::Sleep(HEAD_START)).map(|_| ())
}

/// Has `node` meet `first`: with its IP address, since a name will not do, and with its bus port if that
/// is an unusual one. `verb` is the command as it is written there.
pub fn meet(
    shell: &mut Shell,
    node: &ManagedNode,
    first: &ManagedNode,
    verb: &str,
) -> Flow<Result<(), Failure>> {
    let Answer::Resolved(Some(ip)) =
        shell.tape.ask(Request::Resolve { host: first.host.to_string() })?
    else {
        shell.tape.err(format!("Invalid IP address or hostname specified: {}\n", first.host));
        return shell.exit(1);
    };
    let mut command = format!("{verb} {ip} {}", first.port);
    if first.bus_port != 0 && first.bus_port != first.port + BUS_PORT_DISTANCE {
        command += &format!(" {}", first.bus_port);
    }
    Ok(shell.call(node, command.as_str())?.map(|_| ()))
}
