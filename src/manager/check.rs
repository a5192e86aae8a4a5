//! Whether a cluster is in order: agreement, open slots, coverage, and single owners if asked; and `fix`,
//! which is a check that repairs what it finds.
//!
//! In Redis: `clusterManagerCommandCheck`, `clusterManagerCommandFix`, `clusterManagerCheckCluster`.

use crate::cli::tape::Flow;
use crate::manager::cluster::Cluster;
use crate::manager::info::show_masters;
use crate::manager::join::agree;
use crate::manager::load::load_cluster;
use crate::manager::node::ManagedNode;
use crate::manager::shell::Shell;
use crate::manager::siphash_dict::order_after_replacing;
use crate::manager::{fix_coverage, fix_open, owners};
use crate::words::Slot;

/// Whether what is found is to be repaired.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fix {
    /// `check` and all that look before they act.
    No,
    /// `fix`.
    Yes,
}

/// Whether the check begins with a list of nodes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blocks {
    /// It does.
    Show,
    /// It does not.
    Hide,
}

/// What a check has found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Findings {
    /// Whether the cluster is in order, perhaps since it was repaired.
    pub in_order: bool,
    /// How many problems were told, repaired or not.
    pub errors: usize,
}

/// `--cluster check` and `--cluster fix`.
pub fn command(shell: &mut Shell, fix: Fix) -> Flow<i32> {
    let (host, port) = shell.entry_address(shell.job.cluster_args())?;
    let cluster = load_cluster(shell, &host, port)?;
    show_masters(shell, &cluster)?;
    let findings = check_and_fix(shell, cluster, Blocks::Show, fix)?;
    Ok(i32::from(!findings.in_order))
}

/// Looks whether a cluster is in order, and changes nothing.
pub fn check(shell: &mut Shell, cluster: &Cluster, blocks: Blocks) -> Flow<Findings> {
    shell.once(|shell| check_and_fix(shell, cluster.clone(), blocks, Fix::No))
}

fn check_and_fix(
    shell: &mut Shell,
    mut cluster: Cluster,
    blocks: Blocks,
    fix: Fix,
) -> Flow<Findings> {
    let first = cluster.nodes[0].address();
    shell.info(format!(">>> Performing Cluster Check (using node {first})\n"));
    if blocks == Blocks::Show {
        shell.show_nodes(&cluster.nodes);
    }
    let mut findings = Findings { in_order: true, errors: 0 };
    check_agreement(shell, &cluster, &mut findings)?;
    let open = report_open_slots(shell, &cluster.nodes, &mut findings);
    if fix == Fix::Yes && !open.is_empty() {
        findings.in_order = fix_open::fix_all(shell, &mut cluster, &open)?;
    }
    let covered = report_coverage(shell, &cluster, &mut findings);
    if fix == Fix::Yes && !covered && fix_coverage::fix(shell, &cluster)? {
        findings.in_order = true;
    }
    if shell.job.options.cluster_options.search_multiple_owners {
        owners::search(shell, &cluster, fix, &mut findings)?;
    }
    Ok(findings)
}

fn check_agreement(shell: &mut Shell, cluster: &Cluster, findings: &mut Findings) -> Flow<()> {
    if agree(shell, &cluster.nodes)? {
        shell.ok("[OK] All nodes agree about slots configuration.\n");
    } else {
        findings.problem(shell, "[ERR] Nodes don't agree about configuration!\n");
    }
    Ok(())
}

/// The open slots, in the order of a hash table.
fn report_open_slots(
    shell: &mut Shell,
    nodes: &[ManagedNode],
    findings: &mut Findings,
) -> Vec<Slot> {
    shell.info(">>> Check for open slots...\n");
    let mut open: Vec<String> = Vec::new();
    for node in nodes {
        for (state, slots) in [("migrating", &node.migrating), ("importing", &node.importing)] {
            if slots.is_empty() {
                continue;
            }
            let slots: Vec<String> = slots.iter().map(|(slot, _)| slot.to_string()).collect();
            let (address, list) = (node.address(), slots.join(","));
            findings.problem(
                shell,
                &format!("[WARNING] Node {address} has slots in {state} state {list}.\n"),
            );
            open.extend(slots);
        }
    }
    let open = order_after_replacing(open.iter().map(String::as_str));
    if !open.is_empty() {
        let all = open.join(",");
        shell.error(format!("[WARNING] The following slots are open: {all}.\n"));
    }
    open.iter().filter_map(|slot| Slot::new(slot.parse().ok()?)).collect()
}

/// Whether every slot is some node's, as each says of itself.
fn report_coverage(shell: &mut Shell, cluster: &Cluster, findings: &mut Findings) -> bool {
    shell.info(">>> Check slots coverage...\n");
    let all = cluster.covered().len() == Slot::COUNT;
    if all {
        shell.ok("[OK] All 16384 slots covered.\n");
    } else {
        // One newline is the message's, one is the log's.
        findings.problem(shell, "[ERR] Not all 16384 slots are covered by nodes.\n\n");
    }
    all
}

impl Findings {
    fn problem(&mut self, shell: &mut Shell, text: &str) {
        shell.error(text);
        self.in_order = false;
        self.errors += 1;
    }
}
