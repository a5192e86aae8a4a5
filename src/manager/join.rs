//! Waiting until all nodes think the same about slots.
//!
//! In Redis: `clusterManagerWaitForClusterJoin`, `clusterManagerIsConfigConsistent`,
//! `clusterManagerGetConfigSignature`, `clusterManagerGetLinkStatus`.

use crate::cli::io::Request;
use crate::cli::tape::Flow;
use crate::manager::check;
use crate::manager::node::ManagedNode;
use crate::manager::phase::{Goal, Phase};
use crate::manager::shell::Shell;
use crate::manager::siphash_dict::order_after_replacing;
use crate::words::Millis;

/// Between two looks at the nodes: a dot.
const A_DOT: Millis = Millis(1000);
/// Dots before it is said who may be unreachable.
const PATIENCE: usize = 20;
/// More dots for each node.
const PATIENCE_PER_NODE: f32 = 0.15;

/// A question that goes round the nodes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Poll {
    next: usize,
    first: Option<String>,
    purpose: Purpose,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Purpose {
    /// Ask again until they agree; so many dots since the last warning.
    Join { dots: usize },
    /// Ask once.
    Check(Goal),
}

impl Poll {
    /// The first of a join.
    pub fn join() -> Poll {
        Poll { next: 0, first: None, purpose: Purpose::Join { dots: 0 } }
    }
    /// The one of a check.
    pub fn check(goal: Goal) -> Poll {
        Poll { next: 0, first: None, purpose: Purpose::Check(goal) }
    }
}

/// Asks the next node; decides as soon as one differs or all have answered.
pub fn ask_one(shell: &mut Shell, nodes: &[ManagedNode], poll: &Poll) -> Flow<Phase> {
    let lonely = nodes.len() <= 1;
    let Some(node) = nodes.get(poll.next).filter(|_| !lonely) else {
        return decided(shell, nodes, poll.purpose, true);
    };
    let own = shell.call_for_text(node, "CLUSTER NODES")?.ok().and_then(|text| signature(&text));
    let agrees =
        own.is_some() && poll.first.as_ref().is_none_or(|first| Some(first) == own.as_ref());
    if !agrees {
        return decided(shell, nodes, poll.purpose, false);
    }
    let first = poll.first.clone().or(own);
    let poll = Poll { next: poll.next + 1, first, purpose: poll.purpose };
    Ok(Phase::Agree { nodes: nodes.to_vec(), poll })
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

fn decided(
    shell: &mut Shell,
    nodes: &[ManagedNode],
    purpose: Purpose,
    agreed: bool,
) -> Flow<Phase> {
    let nodes = nodes.to_vec();
    match purpose {
        Purpose::Check(goal) => check::after_poll(shell, nodes, goal, agreed),
        Purpose::Join { .. } if agreed => {
            shell.plain("\n");
            Ok(Phase::Replicate { nodes, next: 0 })
        }
        Purpose::Join { dots } => {
            shell.plain(".");
            shell.tape.ask(Request::Sleep(A_DOT))?;
            let patience = PATIENCE + (nodes.len() as f32 * PATIENCE_PER_NODE) as usize;
            if dots + 1 > patience {
                return Ok(Phase::Unreachable { nodes, told: Vec::new(), next: 0 });
            }
            let poll = Poll { next: 0, first: None, purpose: Purpose::Join { dots: dots + 1 } };
            Ok(Phase::Agree { nodes, poll })
        }
    }
}

/// Asks the next node which links it has no luck with; when all have told, says so.
pub fn who_is_lost(
    shell: &mut Shell,
    nodes: &[ManagedNode],
    told: &[(String, Vec<String>)],
    next: usize,
) -> Flow<Phase> {
    let Some(node) = nodes.get(next) else {
        warn(shell, told);
        return Ok(Phase::Agree { nodes: nodes.to_vec(), poll: Poll::join() });
    };
    let mut told = told.to_vec();
    match shell.call_for_text(node, "CLUSTER NODES")? {
        Ok(text) => {
            for address in text.lines().filter_map(lost_address) {
                match told.iter_mut().find(|(known, _)| known == address) {
                    Some((_, reporters)) => reporters.push(node.address()),
                    None => told.push((address.to_owned(), vec![node.address()])),
                }
            }
        }
        Err(failure) => shell.report(node, failure),
    }
    Ok(Phase::Unreachable { nodes: nodes.to_vec(), told, next: next + 1 })
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
