//! Whether a spec that somebody wrote can be built.
//!
//! The compose layer makes none that cannot; one that came in a link may hold anything. Checked is what
//! the world relies on: that indices lead somewhere, that durations add up, that settings are such as
//! Redis takes. Whether a cluster comes of it is the world's business.

use crate::shapes::Spec;
use crate::shapes::spec::{
    Container, ContainerIx, Latency, Namespace, NetworkIx, Program, Server, Until, Wait,
};
use crate::words::Millis;
use std::collections::BTreeSet;

/// The last moment at which a run may begin: the year 9000. Dates are printed with four digits.
const LATEST_US: u64 = 221_845_392_000_000_000;
/// The longest of all durations: a week.
const LONGEST_US: u64 = 7 * 24 * 60 * 60 * 1_000_000;

impl Spec {
    /// Its servers.
    pub fn servers(&self) -> impl Iterator<Item = (ContainerIx, &Server)> {
        let all = self.containers.iter().enumerate();
        all.filter_map(|(n, container)| match &container.program {
            Program::Server(server) => Some((ContainerIx(n as u16), &**server)),
            Program::Cli { .. } | Program::Other { .. } => None,
        })
    }

    /// Whether it can be built; the part that does not fit, if not.
    pub fn check(&self) -> Result<(), String> {
        let fits = |holds: bool, part: &str| if holds { Ok(()) } else { Err(part.to_owned()) };
        let most = usize::from(u16::MAX);
        fits(self.start.0 <= LATEST_US, "start")?;
        fits(is_short(self.latency), "latency")?;
        fits(is_bearable(self.disk_sync), "disk_sync")?;
        fits(is_bearable(self.wake_up), "wake_up")?;
        fits(self.containers.len() < most, "containers")?;
        fits(self.namespaces.len() < most, "namespaces")?;
        fits(self.networks.len() < most, "networks")?;
        for (n, network) in self.networks.iter().enumerate() {
            fits(network.prefix <= 32, &format!("networks[{n}].prefix"))?;
        }
        for (n, namespace) in self.namespaces.iter().enumerate() {
            self.check_namespace(namespace).map_err(|part| format!("namespaces[{n}].{part}"))?;
        }
        let mut ids = BTreeSet::new();
        for (n, container) in self.containers.iter().enumerate() {
            let named = |part: &str| format!("containers[{n}].{part}");
            self.check_container(container).map_err(|part| named(&part))?;
            if let Program::Server(server) = &container.program {
                let new = server.node_id.is_none_or(|id| ids.insert(id));
                fits(new, &named("program.node_id"))?;
            }
        }
        Ok(())
    }

    fn check_namespace(&self, namespace: &Namespace) -> Result<(), String> {
        if namespace.owner.is_some_and(|ix| self.container(ix).is_none()) {
            return Err("owner".into());
        }
        let leads = |&(NetworkIx(net), _): &_| usize::from(net) < self.networks.len();
        if namespace.addresses.iter().all(leads) { Ok(()) } else { Err("addresses".into()) }
    }

    fn check_container(&self, container: &Container) -> Result<(), String> {
        // One past the last: the host's own, if no namespace is.
        if self.namespaces.len() < usize::from(container.namespace.0) {
            return Err("namespace".into());
        }
        let dependencies = container.depends_on.iter().all(|dependency| {
            let waits = match dependency.until {
                // It is asked again after each interval: none would be asked for ever.
                Until::Healthy { interval } => interval != Millis(0) && is_brief(interval),
                Until::Started | Until::Completed => true,
            };
            waits && self.container(dependency.on).is_some()
        });
        if !dependencies {
            return Err("depends_on".into());
        }
        match &container.program {
            Program::Server(server) => match server.config.misfit() {
                Some(directive) => Err(format!("program.config.{directive}")),
                None => Ok(()),
            },
            Program::Cli { sleep, .. } if !is_brief(*sleep) => Err("program.sleep".into()),
            Program::Cli { .. } | Program::Other { .. } => Ok(()),
        }
    }
}

fn is_short(latency: Latency) -> bool {
    latency.base_us <= LONGEST_US && latency.jitter_us <= LONGEST_US
}

/// Of the halvings of a wait there may be 64.
fn is_bearable(wait: Wait) -> bool {
    wait.base_us <= LONGEST_US && wait.half_us <= LONGEST_US / 64
}

fn is_brief(span: Millis) -> bool {
    span.0 <= LONGEST_US / 1000
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::Config;
    use crate::shapes::spec::{Dependency, NamespaceIx};
    use crate::words::{NodeId, Time};
    use std::net::Ipv4Addr;

    fn spec() -> Spec {
        let at = [7001, 7002].map(|port| (Ipv4Addr::LOCALHOST, port));
        Spec::loopback(Time::from_unix_s(1), &Config::default(), &at)
    }

    fn check(part: &str, change: impl FnOnce(&mut Spec)) {
        let mut spec = spec();
        assert_eq!(spec.check(), Ok(()));
        change(&mut spec);
        assert_eq!(spec.check(), Err(part.to_owned()));
    }

    fn config(spec: &mut Spec) -> &mut Config {
        match &mut spec.containers[1].program {
            Program::Server(server) => &mut server.config,
            Program::Cli { .. } | Program::Other { .. } => unreachable!("it is a server"),
        }
    }

    #[test]
    fn what_the_world_relies_on_is_checked() {
        check("start", |spec| spec.start = Time(u64::MAX));
        check("latency", |spec| spec.latency.base_us = u64::MAX);
        check("disk_sync", |spec| spec.disk_sync.half_us = u64::MAX);
        check("wake_up", |spec| spec.wake_up.base_us = u64::MAX);
        check("namespaces[0].owner", |spec| spec.namespaces[0].owner = Some(ContainerIx(2)));
        check("namespaces[0].addresses", |spec| {
            spec.namespaces[0].addresses = vec![(NetworkIx(0), Ipv4Addr::LOCALHOST)];
        });
        check("containers[1].namespace", |spec| spec.containers[1].namespace = NamespaceIx(2));
        let wait = |on: u16, ms: u64| {
            let until = Until::Healthy { interval: Millis(ms) };
            vec![Dependency { on: ContainerIx(on), until }]
        };
        check("containers[0].depends_on", |spec| spec.containers[0].depends_on = wait(9, 1));
        check("containers[0].depends_on", |spec| spec.containers[0].depends_on = wait(1, 0));
        check("containers[1].program.node_id", |spec| {
            for container in &mut spec.containers {
                if let Program::Server(server) = &mut container.program {
                    server.node_id = Some(NodeId([1; 20]));
                }
            }
        });
    }

    #[test]
    fn a_setting_must_be_one_that_redis_takes() {
        check("containers[1].program.config.cluster-replica-validity-factor", |spec| {
            config(spec).replica_validity_factor = u32::MAX;
        });
        check("containers[1].program.config.cluster-announce-ip", |spec| {
            config(spec).announce_ip = Some("1.2.3.4\n".into());
        });
        check("containers[1].program.config.cluster-announce-hostname", |spec| {
            config(spec).announce_hostname = Some("a b".into());
        });
        check("containers[1].program.config.no-such", |spec| {
            config(spec).others.push(("no-such".into(), "1".into()));
        });
    }
}
