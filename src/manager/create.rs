//! `create`: from lonely nodes to a cluster.
//!
//! In Redis: `clusterManagerCommandCreate`.

use crate::cli::io::LinkId;
use crate::cli::tape::Flow;
use crate::manager::apply;
use crate::manager::check::{Blocks, check};
use crate::manager::join::wait_until_joined;
use crate::manager::load::{load_from, load_newcomer, parse_address};
use crate::manager::node::ManagedNode;
use crate::manager::plan::plan;
use crate::manager::prompt::confirm;
use crate::manager::shell::Shell;

/// `--cluster create`.
pub fn create(shell: &mut Shell) -> Flow<i32> {
    let nodes = shell.once(load_all)?;
    let nodes = shell.once(|shell| plan(shell, &nodes))?;
    // Anything but yes ends the program, in peace.
    if !shell.job.yes && !confirm(shell, "Can I set the above configuration?")? {
        return Ok(0);
    }
    let nodes = shell.once(|shell| apply::configure(shell, &nodes))?;
    shell.once(|shell| apply::introduce(shell, &nodes))?;
    wait_until_joined(shell, &nodes)?;
    shell.once(|shell| apply::replicate(shell, &nodes))?;
    let cluster = load_from(shell, nodes[0].clone())?;
    // The exit code is 0 whatever the check finds.
    check(shell, &cluster, Blocks::Show)?;
    Ok(0)
}

fn load_all(shell: &mut Shell) -> Flow<Vec<ManagedNode>> {
    let job = shell.job;
    let mut nodes = Vec::new();
    for (address, link) in job.cluster_args().iter().zip(0..) {
        let Some((host, port)) = parse_address(address) else {
            shell.tape.err(format!("Invalid address format: {address}\n"));
            return shell.exit(1);
        };
        let node = ManagedNode::new(LinkId(link), host, port, 0);
        nodes.push(load_newcomer(shell, node, "")?);
    }
    Ok(nodes)
}
