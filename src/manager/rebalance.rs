//! `rebalance`: to every master its share of the slots, by weight.
//!
//! In Redis: `clusterManagerCommandRebalance`.

use crate::cli::args::atof;
use crate::cli::tape::Flow;
use crate::manager::balance::{Share, close, weigh};
use crate::manager::check::{Blocks, check};
use crate::manager::cluster::Cluster;
use crate::manager::load::load_cluster;
use crate::manager::move_slot::{How, Move, move_slot};
use crate::manager::reshard_plan::plan;
use crate::manager::shell::Shell;
use crate::words::Slot;
use std::sync::Arc;

/// `--cluster rebalance`.
pub fn command(shell: &mut Shell) -> Flow<i32> {
    let (host, port) = shell.entry_address(shell.job.cluster_args())?;
    let mut cluster = load_cluster(shell, &host, port)?;
    let mut shares = involved(shell, &cluster)?;
    let total_weight = shares.iter().map(|share| share.weight).sum();
    if check(shell, &cluster, Blocks::Hide)?.errors > 0 {
        shell.error("*** Please fix your cluster problems before rebalancing\n");
        return Ok(1);
    }
    let threshold = shell.job.options.cluster_options.threshold;
    if !weigh(&mut shares, total_weight, threshold) {
        shell.warn(format!(
            "*** No rebalancing needed! All nodes are within the {threshold:.2}% threshold.\n"
        ));
        return Ok(0);
    }
    close(&mut shares);
    shares.sort_by_key(|share| share.balance);
    let count = shares.len();
    shell.info(format!(">>> Rebalancing across {count} nodes. Total weight = {total_weight:.2}\n"));
    if shell.job.options.verbose {
        for share in &shares {
            let address = cluster.nodes[share.node].address();
            shell.plain(format!("{address} balance is {} slots\n", share.balance));
        }
    }
    pair_up(shell, &mut cluster, shares)?;
    Ok(0)
}

/// The masters that take part, with their weights.
fn involved(shell: &mut Shell, cluster: &Cluster) -> Flow<Vec<Share>> {
    let mut weights = vec![1.0; cluster.nodes.len()];
    let options = Arc::clone(&shell.job.options);
    for word in &options.cluster_options.weights {
        let Some((name, weight)) = word.split_once('=') else {
            shell.error(format!("*** invalid input {word}\n"));
            return shell.exit(1);
        };
        let prefix = name.to_ascii_lowercase();
        let node = cluster.nodes.iter().position(|node| node.id.to_string().starts_with(&prefix));
        let Some(node) = node else {
            shell.error(format!("*** No such master node {name}\n"));
            return shell.exit(1);
        };
        weights[node] = atof(weight) as f32;
    }
    let share = |node: usize| {
        let slots = cluster.nodes[node].slot_count;
        Share { node, slots, weight: weights[node], balance: 0 }
    };
    let takes_part = |share: &Share| options.cluster_options.use_empty_masters || share.slots > 0;
    Ok(cluster.masters().map(share).filter(takes_part).collect())
}

/// Lets the one that gives most give to the one that takes most, until all are even.
fn pair_up(shell: &mut Shell, cluster: &mut Cluster, mut shares: Vec<Share>) -> Flow<()> {
    let (mut first, mut last) = (0, shares.len().saturating_sub(1));
    while first < last {
        let (taker, giver) = (shares[first], shares[last]);
        let count = taker.balance.wrapping_abs().min(giver.balance.wrapping_abs());
        if count > 0 {
            let moves = shell.once(|shell| give(shell, cluster, giver.node, taker.node, count))?;
            if !shell.job.options.cluster_options.simulate {
                moves.iter().for_each(|&what| cluster.moved(what));
            }
        }
        shares[first].balance = taker.balance.wrapping_add(count);
        shares[last].balance = giver.balance.wrapping_sub(count);
        first += usize::from(shares[first].balance == 0);
        last -= usize::from(shares[last].balance == 0);
    }
    Ok(())
}

/// Moves the lowest slots of a giver, each with its `#`; the moves.
fn give(
    shell: &mut Shell,
    cluster: &Cluster,
    source: usize,
    target: usize,
    count: i32,
) -> Flow<Arc<[Move]>> {
    let (from, to) = (cluster.nodes[source].address(), cluster.nodes[target].address());
    shell.plain(format!("Moving {count} slots from {from} to {to}\n"));
    let moves = shell.once(|_| {
        let slots = plan(cluster, &[source], count).into_iter();
        let moves = slots.map(|(slot, source): (Slot, usize)| Move { slot, source, target });
        Ok(moves.collect::<Arc<[Move]>>())
    })?;
    if i32::try_from(moves.len()) != Ok(count) {
        shell.error("*** Assertion failed: Reshard table != number of slots");
        return shell.exit(1);
    }
    if shell.job.options.cluster_options.simulate {
        shell.plain("#".repeat(moves.len()));
    } else {
        shell.each(&moves, |shell, &what| {
            if let Err(failure) = move_slot(shell, cluster, what, How::REBALANCE)? {
                // C prints a missing text so.
                let error = failure.unwrap_or_else(|| "(null)".to_owned());
                shell.error(format!("*** clusterManagerMoveSlot: {error}\n"));
                return shell.exit(1);
            }
            shell.plain("#");
            Ok(Some(()))
        })?;
    }
    shell.plain("\n");
    Ok(moves)
}
