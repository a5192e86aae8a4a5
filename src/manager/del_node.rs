//! `del-node`: all others forget a node, and it forgets them.
//!
//! In Redis: `clusterManagerCommandDeleteNode`.

use crate::cli::tape::Flow;
use crate::manager::attempt::{Attempt, outcome};
use crate::manager::cluster::Cluster;
use crate::manager::load::load_cluster;
use crate::manager::shell::Shell;

/// `--cluster del-node`.
pub fn command(shell: &mut Shell) -> Flow<i32> {
    let job = shell.job;
    let args = job.cluster_args();
    let (host, port) = shell.entry_address(&args[..1])?;
    let id = &args[1];
    shell.info(format!(">>> Removing node {id} from cluster {host}:{port}\n"));
    let cluster = load_cluster(shell, &host, port)?;
    let Some(gone) = cluster.find(id) else {
        shell.error(format!("[ERR] No such node ID {id}\n"));
        return Ok(1);
    };
    let node = &cluster.nodes[gone];
    if node.slot_count != 0 {
        let address = node.address();
        shell.error(format!(
            "[ERR] Node {address} is not empty! Reshard data away and try again.\n"
        ));
        return Ok(1);
    }
    let done = outcome(forget(shell, &cluster, gone, id))?;
    Ok(i32::from(done.is_none()))
}

fn forget(shell: &mut Shell, cluster: &Cluster, gone: usize, id: &str) -> Attempt<()> {
    shell.info(">>> Sending CLUSTER FORGET messages to the cluster...\n");
    let others = cluster.nodes.iter().enumerate().filter(|(at, _)| *at != gone);
    for (_, node) in others {
        if node.replicates == Some(cluster.nodes[gone].id)
            && let Some(master) = cluster.with_fewest_replicas()
        {
            // Nobody keeps it from being the node that goes.
            let master = &cluster.nodes[master];
            let (replica, address) = (node.address(), master.address());
            shell.info(format!(">>> {replica} as replica of {address}\n"));
            shell.order(node, format!("CLUSTER REPLICATE {}", master.id).as_str())?;
        }
        shell.order(node, format!("CLUSTER FORGET {id}").as_str())?;
    }
    shell.info(">>> Sending CLUSTER RESET SOFT to the deleted node.\n");
    shell.order(&cluster.nodes[gone], "CLUSTER RESET SOFT").map(|_| ())
}
