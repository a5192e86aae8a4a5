//! The plan of a create: who is master, with which slots, and who replicates whom.
//!
//! In Redis: the middle of `clusterManagerCommandCreate`.

use crate::cli::tape::Flow;
use crate::manager::affinity::{self, Placement};
use crate::manager::allocate::{group_by_host, interleave, slot_ranges};
use crate::manager::assign::{Pair, assign};
use crate::manager::node::ManagedNode;
use crate::manager::shell::Shell;

const FEWEST_MASTERS: i64 = 3;
/// The exit of a process that divided by zero.
const SIGFPE: i32 = -8;

/// Makes the plan, prints it and shows the nodes; they are returned as they will be.
pub fn plan(shell: &mut Shell, nodes: &[ManagedNode]) -> Flow<Vec<ManagedNode>> {
    let replicas = i64::from(shell.job.options.cluster_options.replicas);
    let masters_count = count_masters(shell, nodes.len(), replicas)?;
    let mut nodes = nodes.to_vec();
    shell.info(format!(">>> Performing hash slots allocation on {} nodes...\n", nodes.len()));
    let hosts: Vec<_> = nodes.iter().map(|node| node.host.clone()).collect();
    let hosts: Vec<&str> = hosts.iter().map(|host| &**host).collect();
    let turns = interleave(&group_by_host(&hosts));
    let (masters, rest) = turns.split_at(masters_count);
    for (i, (&master, (first, last))) in masters.iter().zip(slot_ranges(masters_count)).enumerate()
    {
        shell.plain(format!("Master[{i}] -> Slots {first} - {last}\n"));
        nodes[master].give(first, last);
    }
    let draft = assign(&hosts, masters, rest, usize::try_from(replicas).unwrap_or(0));
    adopt(shell, &mut nodes, &draft.pairs);
    if let Some(extra) = &draft.extra {
        shell.plain("Adding extra replicas...\n");
        adopt(shell, &mut nodes, extra);
    }
    optimise(shell, &mut nodes, &hosts);
    shell.show_nodes(&nodes);
    Ok(nodes)
}

fn count_masters(shell: &mut Shell, nodes: usize, replicas: i64) -> Flow<usize> {
    // Nobody checks for `--cluster-replicas -1`.
    let Some(masters) = (nodes as i64).checked_div(replicas + 1) else {
        return shell.exit(SIGFPE);
    };
    if masters < FEWEST_MASTERS {
        shell.error(format!(
            "*** ERROR: Invalid configuration for cluster creation.\n\
             *** Redis Cluster requires at least 3 master nodes.\n\
             *** This is not possible with {nodes} nodes and {replicas} replicas per node."
        ));
        let needed = FEWEST_MASTERS * (replicas + 1);
        shell.error(format!("\n*** At least {needed} nodes are required.\n"));
        return shell.exit(1);
    }
    Ok(masters as usize)
}

fn adopt(shell: &mut Shell, nodes: &mut [ManagedNode], pairs: &[Pair]) {
    for &(replica, master) in pairs {
        nodes[replica].replicates = Some(nodes[master].id);
        nodes[replica].dirty = true;
        let (replica, master) = (nodes[replica].address(), nodes[master].address());
        shell.plain(format!("Adding replica {replica} to {master}\n"));
    }
}

fn optimise(shell: &mut Shell, nodes: &mut [ManagedNode], hosts: &[&str]) {
    let ids: Vec<_> = nodes.iter().map(|node| node.id).collect();
    let masters: Vec<_> = nodes.iter().map(|node| node.replicates).collect();
    let mut placement = Placement::new(hosts, &ids, &masters);
    if placement.score() == 0 {
        return;
    }
    shell.info(">>> Trying to optimize slaves allocation for anti-affinity\n");
    let score = affinity::optimise(&mut placement, shell.tape.now().unix_s());
    for (node, master) in nodes.iter_mut().zip(placement.masters()) {
        node.replicates = master;
    }
    match score {
        0 => shell.ok("[OK] Perfect anti-affinity obtained!\n"),
        affinity::SAME_HOST_AS_MASTER.. => {
            shell.warn("[WARNING] Some slaves are in the same host as their master\n");
        }
        _ => shell.warn("[WARNING] Some slaves of the same master are in the same host\n"),
    }
}
