//! `reshard`: so many slots from some masters to one other.
//!
//! What the options do not say is asked. In Redis: `clusterManagerCommandReshard`,
//! `clusterNodeForResharding`.

use crate::cli::args::atoi;
use crate::cli::tape::Flow;
use crate::manager::check::{Blocks, check};
use crate::manager::cluster::Cluster;
use crate::manager::load::load_cluster;
use crate::manager::move_slot::{How, Move, move_slot};
use crate::manager::prompt::{Stdin, is_yes};
use crate::manager::reshard_plan::plan;
use crate::manager::shell::Shell;
use crate::words::Slot;
use std::sync::Arc;

/// How many bytes are read for a number of slots, and for an id.
const NUMBER: usize = 6;
const ID: usize = 255;

/// `--cluster reshard`.
pub fn command(shell: &mut Shell) -> Flow<i32> {
    let (host, port) = shell.entry_address(shell.job.cluster_args())?;
    let cluster = load_cluster(shell, &host, port)?;
    if check(shell, &cluster, Blocks::Show)?.errors > 0 {
        shell.tape.err("*** Please fix your cluster problems before resharding\n");
        return Ok(1);
    }
    let mut stdin = Stdin::default();
    let wanted = number_of_slots(shell, &mut stdin)?;
    let target = find_target(shell, &cluster, &mut stdin)?;
    let sources = find_sources(shell, &cluster, target, &mut stdin)?;
    if sources.is_empty() {
        shell.tape.err("*** No source nodes given, operation aborted.\n");
        return Ok(1);
    }
    let moves = shell.once(|shell| {
        let moves: Arc<[(Slot, usize)]> = plan(&cluster, &sources, wanted).into();
        show_plan(shell, &cluster, &sources, target, wanted, &moves);
        Ok(moves)
    })?;
    let question = "Do you want to proceed with the proposed reshard plan (yes/no)? ";
    if !shell.job.yes && !is_yes(shell, question)? {
        return Ok(1);
    }
    shell.each(&moves, |shell, &(slot, source)| {
        match move_slot(shell, &cluster, Move { slot, source, target }, How::RESHARD)? {
            Ok(()) => return Ok(Some(())),
            Err(Some(error)) => shell.error(format!("clusterManagerMoveSlot failed: {error}\n")),
            Err(None) => {}
        }
        shell.exit(1)
    })?;
    Ok(0)
}

fn number_of_slots(shell: &mut Shell, stdin: &mut Stdin) -> Flow<i32> {
    let mut wanted = shell.job.options.cluster_options.slots;
    // An option is taken as it is, an answer must be in range.
    let asked = wanted == 0;
    while asked && !(1..=i32::from(Slot::COUNT)).contains(&wanted) {
        let question = "How many slots do you want to move (from 1 to 16384)? ";
        wanted = atoi(&stdin.ask(shell, question, NUMBER)?);
    }
    Ok(wanted)
}

fn find_target(shell: &mut Shell, cluster: &Cluster, stdin: &mut Stdin) -> Flow<usize> {
    let id = match &shell.job.options.cluster_options.to {
        Some(id) => id.clone(),
        None => loop {
            let answer = stdin.ask(shell, "What is the receiving node ID? ", ID)?;
            if !answer.is_empty() {
                break answer;
            }
        },
    };
    find_master(shell, cluster, &id)
}

/// The master with this id; the program ends if there is none.
fn find_master(shell: &mut Shell, cluster: &Cluster, id: &str) -> Flow<usize> {
    match cluster.find(id).filter(|&node| !cluster.nodes[node].is_slave) {
        Some(node) => Ok(node),
        None => {
            shell.error(format!(
                "*** The specified node ({id}) is not known or not a master, please retry.\n"
            ));
            shell.exit(1)
        }
    }
}

fn find_sources(
    shell: &mut Shell,
    cluster: &Cluster,
    target: usize,
    stdin: &mut Stdin,
) -> Flow<Vec<usize>> {
    let all = || cluster.masters().filter(|&node| node != target).collect();
    let mut sources = Vec::new();
    if let Some(from) = &shell.job.options.cluster_options.from {
        let mut ids: Vec<&str> = from.split(',').collect();
        // After the last comma there may be nothing.
        ids.pop_if(|last| last.is_empty());
        for id in ids {
            if id == "all" {
                return Ok(all());
            }
            add_source(shell, cluster, target, id, &mut sources)?;
        }
        return Ok(sources);
    }
    shell.plain(
        "Please enter all the source node IDs.\n  \
         Type 'all' to use all the nodes as source nodes for the hash slots.\n  \
         Type 'done' once you entered all the source nodes IDs.\n",
    );
    loop {
        let question = format!("Source node #{}: ", sources.len() + 1);
        let answer = stdin.ask(shell, &question, ID)?;
        match answer.as_str() {
            "done" => return Ok(sources),
            "all" => return Ok(all()),
            id => add_source(shell, cluster, target, id, &mut sources)?,
        }
    }
}

/// Adds a source, unless it is the target, which is told.
fn add_source(
    shell: &mut Shell,
    cluster: &Cluster,
    target: usize,
    id: &str,
    sources: &mut Vec<usize>,
) -> Flow<()> {
    let source = find_master(shell, cluster, id)?;
    if source == target {
        shell.error("*** It is not possible to use the target node as source node.\n");
    } else {
        sources.push(source);
    }
    Ok(())
}

fn show_plan(
    shell: &mut Shell,
    cluster: &Cluster,
    sources: &[usize],
    target: usize,
    wanted: i32,
    moves: &[(Slot, usize)],
) {
    shell.plain(format!("\nReady to move {wanted} slots.\n  Source nodes:\n"));
    for &source in sources {
        shell.plain(format!("{}\n", cluster.nodes[source].describe(4)));
    }
    let target = cluster.nodes[target].describe(4);
    shell.plain(format!("  Destination node:\n{target}\n  Resharding plan:\n"));
    let line = |&(slot, source): &(Slot, usize)| {
        format!("    Moving slot {slot} from {}\n", cluster.nodes[source].id)
    };
    shell.plain(moves.iter().map(line).collect::<String>());
}
