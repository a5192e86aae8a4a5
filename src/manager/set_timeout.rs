//! `set-timeout`: another node timeout for every node, and into its configuration file.
//!
//! In Redis: `clusterManagerCommandSetTimeout`.

use crate::cli::args::atoi;
use crate::cli::tape::Flow;
use crate::manager::load::load_cluster;
use crate::manager::node::ManagedNode;
use crate::manager::shell::{Failure, Shell};

const LEAST_MS: i32 = 100;

/// `--cluster set-timeout`.
pub fn command(shell: &mut Shell) -> Flow<i32> {
    let job = shell.job;
    let args = job.cluster_args();
    let (host, port) = shell.entry_address(&args[..1])?;
    let timeout = atoi(&args[1]);
    if timeout < LEAST_MS {
        shell.tape.err("Setting a node timeout of less than 100 milliseconds is a bad idea.\n");
        return Ok(1);
    }
    let cluster = load_cluster(shell, &host, port)?;
    shell.info(">>> Reconfiguring node timeout in every cluster node...\n");
    let (mut done, mut failed) = (0, 0);
    for node in &cluster.nodes {
        let address = node.address();
        match shell.once(|shell| configure(shell, node, timeout))? {
            Ok(()) => {
                shell.warn(format!("*** New timeout set for {address}\n"));
                done += 1;
            }
            Err(failure) => {
                let error = failure.unwrap_or_default();
                shell.error(format!("ERR setting node-timeout for {address}: {error}\n"));
                failed += 1;
            }
        }
    }
    shell.info(format!(">>> New node timeout set. {done} OK, {failed} ERR.\n"));
    Ok(0)
}

/// A node without a configuration file has the new timeout all the same.
fn configure(shell: &mut Shell, node: &ManagedNode, timeout: i32) -> Flow<Result<(), Failure>> {
    let set = format!("CONFIG SET cluster-node-timeout {timeout}");
    for command in [set.as_str(), "CONFIG REWRITE"] {
        if let Err(failure) = shell.call(node, command)? {
            return Ok(Err(failure));
        }
    }
    Ok(Ok(()))
}
