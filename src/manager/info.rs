//! A line for each master: keys, slots, replicas.
//!
//! In Redis: `clusterManagerShowClusterInfo`.

use crate::cli::tape::Flow;
use crate::manager::node::ManagedNode;
use crate::manager::phase::{Goal, Phase};
use crate::manager::shell::Shell;
use crate::words::{Reply, Slot};

/// Masters counted so far, and their keys.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    masters: usize,
    keys: i64,
}

/// Shows the next master, or the sum.
pub fn show_master(
    shell: &mut Shell,
    nodes: &[ManagedNode],
    next: usize,
    seen: Seen,
    goal: Goal,
) -> Flow<Phase> {
    let Some(node) = nodes.get(next) else {
        sum_up(shell, seen);
        return end(shell, nodes, goal);
    };
    let mut seen = seen;
    if !node.is_slave {
        let keys = match shell.call(node, "DBSIZE")? {
            Ok(Reply::Int(keys)) => keys,
            Ok(_) => 0,
            Err(failure) => {
                shell.report(node, failure);
                return end(shell, nodes, goal);
            }
        };
        let id = node.id.to_string();
        let replicas = nodes.iter().filter(|n| n.is_slave && n.replicates == Some(node.id)).count();
        shell.plain(format!(
            "{} ({}...) -> {keys} keys | {} slots | {replicas} slaves.\n",
            node.address(),
            &id[..8],
            node.slot_count,
        ));
        seen = Seen { masters: seen.masters + 1, keys: seen.keys + keys };
    }
    Ok(Phase::Masters { nodes: nodes.to_vec(), next: next + 1, seen, goal })
}

fn sum_up(shell: &mut Shell, seen: Seen) {
    shell.ok(format!("[OK] {} keys in {} masters.\n", seen.keys, seen.masters));
    // A C float, printed with two digits.
    let average = seen.keys as f32 / f32::from(Slot::COUNT);
    shell.plain(format!("{average:.2} keys per slot on average.\n"));
}

fn end(shell: &mut Shell, nodes: &[ManagedNode], goal: Goal) -> Flow<Phase> {
    match goal {
        Goal::Info => shell.exit(0),
        Goal::Check | Goal::FinishCreate => Ok(Phase::Check { nodes: nodes.to_vec(), goal }),
    }
}
