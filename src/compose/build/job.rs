//! The job that makes the cluster: whether `redis-cli --cluster create` will find what it names.

use super::launch::{Launch, command_place};
use super::namespaces::Spaces;
use super::{Planned, until};
use crate::compose::model::Project;
use crate::compose::remark::{Code, Remarks};
use crate::shapes::spec::{Restart, Until};
use crate::words::Millis;
use std::net::IpAddr;

/// The fewest masters of a cluster that `create` makes.
const FEWEST_MASTERS: usize = 3;

/// More nodes of one command are not looked up: there are never so many containers.
const MOST_NODES: usize = 2000;

/// A `redis-cli --cluster create`.
struct Create<'a> {
    ix: usize,
    it: &'a Planned<'a>,
    nodes: Vec<(&'a str, u16)>,
    replicas: usize,
    confirmed: bool,
    sleep: Millis,
}

/// Looks at every job that makes a cluster.
pub(super) fn check(
    project: &Project,
    planned: &[Planned],
    spaces: &Spaces,
    remarks: &mut Remarks,
) {
    let jobs: Vec<Create> =
        planned.iter().enumerate().filter_map(|(ix, it)| Create::of(ix, it)).collect();
    let clustered = planned
        .iter()
        .filter(|it| it.server().is_some_and(|server| server.config.cluster_enabled))
        .count();
    if jobs.is_empty() && FEWEST_MASTERS <= clustered {
        remarks.add(&project.at, Code::CreateMissing, []);
    }
    for job in &jobs {
        job.arguments(remarks);
        job.timing(planned, remarks);
        job.nodes(planned, spaces, remarks);
    }
}

impl<'a> Create<'a> {
    fn of(ix: usize, it: &'a Planned<'a>) -> Option<Create<'a>> {
        let Launch::Cli { argv, stdin, sleep } = &it.launch else { return None };
        let start = argv.windows(2).position(|two| two[0] == "--cluster" && two[1] == "create")?;
        let after = &argv[start + 2..];
        let is_option = |word: &&String| word.starts_with('-');
        // The nodes are the first words that are no options; an option with a value may come first.
        let named: Vec<&String> = after
            .split(|word| word.starts_with('-'))
            .map(|run| run.iter().filter(|word| word.contains(':')).collect::<Vec<_>>())
            .find(|run| !run.is_empty())
            .unwrap_or_default();
        let value = |name: &str| {
            let at = after.iter().position(|word| word == name)?;
            after.get(at + 1).filter(|word| !is_option(word))
        };
        let replicas = value("--cluster-replicas").and_then(|text| text.parse().ok()).unwrap_or(0);
        let yes = after.iter().any(|word| word == "--cluster-yes");
        let piped = stdin.as_deref().is_some_and(|text| text.starts_with("yes"));
        let nodes = named.into_iter().filter_map(|word| address(word)).take(MOST_NODES).collect();
        Some(Create { ix, it, nodes, replicas, confirmed: yes || piped, sleep: *sleep })
    }

    fn arguments(&self, remarks: &mut Remarks) {
        let at = command_place(self.it.service);
        let masters = self.nodes.len() / (self.replicas + 1);
        if masters < FEWEST_MASTERS {
            let args = [
                ("nodes", self.nodes.len().to_string()),
                ("replicas", self.replicas.to_string()),
                ("masters", masters.to_string()),
            ];
            remarks.add(at, Code::CreateTooFewMasters, args);
        }
        if !self.confirmed {
            remarks.add(at, Code::CreateUnconfirmed, []);
        }
        let by_name = self.nodes.iter().find(|(host, _)| host.parse::<IpAddr>().is_err());
        if let Some((name, _)) = by_name {
            remarks.add(at, Code::CreateHostname, [("name", (*name).into())]);
        }
        if self.it.service.restart == Restart::Always {
            let restart = [("restart", "always".into())];
            remarks.add(&self.it.service.restart_at, Code::CreateRestarts, restart);
        }
    }

    /// `depends_on` waits until a container runs, not until its server answers.
    fn timing(&self, planned: &[Planned], remarks: &mut Remarks) {
        let healthy = |name: &str| {
            let target = planned.iter().find(|other| other.it_is(name));
            target.is_some_and(|other| {
                matches!(until(self.it.service, planned, other.of), Until::Healthy { .. })
            })
        };
        let waits = &self.it.service.depends_on;
        let checked = !waits.is_empty() && waits.iter().all(|wait| healthy(&wait.service.value));
        if self.sleep == Millis(0) && !checked {
            let at = waits.first().map_or(&self.it.service.at, |wait| &wait.service.at);
            let args = [
                ("service", self.it.service.name.clone()),
                ("nodes", self.nodes.len().to_string()),
            ];
            remarks.add(at, Code::CreateBeforeReady, args);
        }
    }

    /// Every node named must be there, and every node that is there should be named.
    fn nodes(&self, planned: &[Planned], spaces: &Spaces, remarks: &mut Remarks) {
        let at = command_place(self.it.service);
        let mut named = vec![false; planned.len()];
        for &(host, port) in &self.nodes {
            let found: Vec<usize> = (0..planned.len())
                .filter(|&ix| self.reaches(host, port, ix, planned, spaces))
                .collect();
            if found.is_empty() {
                let address = [("address", format!("{host}:{port}"))];
                remarks.add(at, Code::CreateUnknownNode, address);
            }
            for ix in found {
                named[ix] = true;
            }
        }
        for (it, _) in planned.iter().zip(named).filter(|(_, named)| !named) {
            if it.server().is_some_and(|server| server.config.cluster_enabled) {
                let container = [("container", it.name.clone())];
                remarks.add(at, Code::CreateLeavesOut, container);
            }
        }
    }

    /// Whether `host:port`, seen from this job, is the server of the container `ix`.
    fn reaches(
        &self,
        host: &str,
        port: u16,
        ix: usize,
        planned: &[Planned],
        spaces: &Spaces,
    ) -> bool {
        let Some(server) = planned[ix].server() else { return false };
        let (here, there) = (spaces.of(self.ix), spaces.of(ix));
        let same = spaces.of[self.ix] == spaces.of[ix];
        let own = there.names.iter().any(|name| name == host)
            || there.addresses.iter().any(|(_, ip)| ip.to_string() == host);
        let loopback =
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
        let published = there.published.iter().any(|publish| {
            publish.host_port == port && publish.container_port == server.config.port
        });
        if loopback {
            return if here.owner.is_none() && !same {
                published
            } else {
                same && server.config.port == port
            };
        }
        (own && server.config.port == port) || (host == "host.docker.internal" && published)
    }
}

impl Planned<'_> {
    fn it_is(&self, service: &str) -> bool {
        self.service.name == service
    }
}

/// `host:port[@bus]`.
fn address(word: &str) -> Option<(&str, u16)> {
    let word = word.rsplit_once('@').map_or(word, |(address, _)| address);
    let (host, port) = word.rsplit_once(':')?;
    Some((host, port.parse().ok()?))
}
