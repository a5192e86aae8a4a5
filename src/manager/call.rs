//! `call`: the same command to every node.
//!
//! In Redis: `clusterManagerCommandCall`.

use crate::cli::args::Format;
use crate::cli::format::{as_received, format};
use crate::cli::tape::Flow;
use crate::manager::load::load_cluster;
use crate::manager::shell::Shell;
use crate::words::resp::Protocol;
use crate::words::{Argv, Reply};

/// `--cluster call`.
pub fn command(shell: &mut Shell) -> Flow<i32> {
    let job = shell.job;
    let [_, words @ ..] = job.cluster_args() else { return Ok(1) };
    let (host, port) = shell.entry_address(&job.cluster_args()[..1])?;
    let cluster = load_cluster(shell, &host, port)?;
    shell.info(">>> Calling");
    shell.plain(format!(" {}\n", words.join(" ")));
    let options = &job.options.cluster_options;
    let asked = |is_replica: bool| match is_replica {
        true => !options.only_masters,
        false => !options.only_replicas,
    };
    let argv = Argv::new(words.iter().map(|word| word.as_bytes().to_vec()));
    for node in cluster.nodes.iter().filter(|node| asked(node.replicates.is_some())) {
        let reply = shell.once(|shell| shell.tape.call(node.link, argv.clone()))?;
        let text = reply.map_or_else(|| "Failed!".to_owned(), raw);
        shell.plain(format!("{}: {text}\n", node.address()));
    }
    Ok(0)
}

/// Bare as in a pipe, even on a terminal.
fn raw(reply: Reply) -> String {
    let reply = as_received(reply, Protocol::Resp2);
    String::from_utf8_lossy(&format(&reply, Format::Raw, true)).into_owned()
}
