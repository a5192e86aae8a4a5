//! `info`: a line for each master: keys, slots, replicas.
//!
//! In Redis: `clusterManagerCommandInfo`, `clusterManagerShowClusterInfo`.

use crate::cli::tape::Flow;
use crate::manager::cluster::Cluster;
use crate::manager::load::load_cluster;
use crate::manager::node::ManagedNode;
use crate::manager::shell::Shell;
use crate::words::{Reply, Slot};

/// `--cluster info`.
pub fn command(shell: &mut Shell) -> Flow<i32> {
    let (host, port) = shell.entry_address(shell.job.cluster_args())?;
    let cluster = load_cluster(shell, &host, port)?;
    show_masters(shell, &cluster)?;
    Ok(0)
}

/// Shows the masters and the sum of their keys; stops at one that does not tell.
pub fn show_masters(shell: &mut Shell, cluster: &Cluster) -> Flow<()> {
    shell.once(|shell| {
        let (mut masters, mut keys) = (0, 0);
        for node in cluster.masters() {
            let node = &cluster.nodes[node];
            let Some(own) = shell.once(|shell| count_keys(shell, node))? else { return Ok(()) };
            let id = node.id.to_string();
            let replicas = cluster.nodes.iter().filter(|n| n.replicates == Some(node.id)).count();
            shell.plain(format!(
                "{} ({}...) -> {own} keys | {} slots | {replicas} slaves.\n",
                node.address(),
                &id[..8],
                node.slot_count,
            ));
            masters += 1;
            keys += own;
        }
        shell.ok(format!("[OK] {keys} keys in {masters} masters.\n"));
        // A C float, printed with two digits.
        let average = keys as f32 / f32::from(Slot::COUNT);
        shell.plain(format!("{average:.2} keys per slot on average.\n"));
        Ok(())
    })
}

fn count_keys(shell: &mut Shell, node: &ManagedNode) -> Flow<Option<i64>> {
    match shell.call(node, "DBSIZE")? {
        Ok(Reply::Int(keys)) => return Ok(Some(keys)),
        Ok(_) | Err(None) => shell.node_error(node, ""),
        Err(Some(error)) => shell.node_error(node, &error),
    }
    Ok(None)
}
