//! What is to be built: machines, networks, containers and what runs in them.
//!
//! A run is a spec, a seed and the actions taken. The compose layer makes specs from text; tests
//! make them by hand ([`Spec::loopback`]).

use crate::shapes::Config;
use crate::words::{Millis, NodeId, Rng, Time};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};

/// A container's place in [`Spec::containers`]: the handle by which the world, its actions and its
/// log name a process.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct ContainerIx(pub u16);

/// A namespace's place in [`Spec::namespaces`].
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct NamespaceIx(pub u16);

/// A network's place in [`Spec::networks`].
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct NetworkIx(pub u16);

/// Everything a world is built from.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Spec {
    /// The compose project's name.
    pub project: String,
    /// When `docker compose up` runs; its whole second seeds redis-cli's optimiser.
    pub start: Time,
    /// Bridge networks.
    pub networks: Vec<Network>,
    /// Network namespaces. Two containers in one namespace share addresses and ports.
    pub namespaces: Vec<Namespace>,
    /// Containers, in the order of the file.
    pub containers: Vec<Container>,
    /// How long a packet takes.
    pub latency: Latency,
    /// How long a process waits until `nodes.conf` is on disk, where Redis waits (`fsync`): before it
    /// tells of a vote, an election, an epoch or a claim. By default the disk is infinitely fast.
    #[serde(default = "Wait::none")]
    pub disk_sync: Wait,
    /// How long a process takes to read what came for it, because others use the processors. By default it
    /// reads at once.
    #[serde(default = "Wait::none")]
    pub wake_up: Wait,
}

/// How long something takes on a machine that has other work as well: at least `base_us`, in half of
/// all cases no more than `half_us` longer, in half of the others no more than twice that, and so on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Wait {
    /// At least so long, in microseconds.
    #[serde(default)]
    pub base_us: u64,
    /// The half-life of what is left to wait, in microseconds.
    #[serde(default)]
    pub half_us: u64,
}

impl Wait {
    /// It takes no time.
    pub const fn none() -> Wait {
        Wait { base_us: 0, half_us: 0 }
    }
    /// How long it takes this time, in microseconds, if it takes any time at all.
    pub fn draw(self, luck: &mut Rng) -> Option<u64> {
        if self == Wait::none() {
            return None;
        }
        let drawn = luck.next_u64() | 1;
        let halvings = u64::from(drawn.leading_zeros());
        // What is below the first one bit says how far between two halvings.
        let below = drawn.wrapping_shl(halvings as u32).wrapping_shl(1) >> 44;
        let steps = ((halvings + 1) << 20) - below;
        Some(self.base_us + ((self.half_us * steps) >> 20))
    }
}

/// A bridge network.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Network {
    /// Its full name, `project_default`.
    pub name: String,
    /// Its first address.
    pub subnet: Ipv4Addr,
    /// How many leading bits of an address name the network; 16 by default.
    pub prefix: u8,
    /// The host's address in it.
    pub gateway: Ipv4Addr,
}

/// A network namespace: what a container sees as its own machine's network.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Namespace {
    /// The container that owns it: when that stops, the namespace is gone. None: the host's own.
    pub owner: Option<ContainerIx>,
    /// Its addresses, one a network. Loopback (127.0.0.0/8) always exists beside them.
    pub addresses: Vec<(NetworkIx, Ipv4Addr)>,
    /// Ports that the host forwards to it.
    pub published: Vec<Publish>,
    /// Names that resolve to it on its networks: service, container name, aliases.
    pub names: Vec<String>,
}

/// `host:container` of `ports:`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Publish {
    /// Address on the host; 0.0.0.0 by default.
    pub host_ip: Ipv4Addr,
    /// Port on the host.
    pub host_port: u16,
    /// Port in the namespace.
    pub container_port: u16,
}

/// A container.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Container {
    /// The service's name in the file.
    pub service: String,
    /// `container_name`, or the name compose makes.
    pub name: String,
    /// Whose network it sees.
    pub namespace: NamespaceIx,
    /// What it waits for before it is started.
    pub depends_on: Vec<Dependency>,
    /// What Docker does when it exits.
    pub restart: Restart,
    /// What it runs.
    pub program: Program,
}

/// One entry of `depends_on:`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Dependency {
    /// The container that goes first.
    pub on: ContainerIx,
    /// How far that one must be.
    pub until: Until,
}

/// How far a dependency must be (`condition:` of `depends_on:`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Until {
    /// It was started; whether its program answers is another matter.
    #[default]
    Started,
    /// Its health check passed, which is run for the first time so long after its start.
    Healthy {
        /// `interval:` of its `healthcheck:`.
        interval: Millis,
    },
    /// It ended with exit code 0.
    Completed,
}

/// `restart:`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Restart {
    /// Stays down.
    #[default]
    No,
    /// Comes back, whatever the exit code.
    Always,
    /// Comes back unless a person stopped it.
    UnlessStopped,
    /// Comes back after a failure, at most this often (0: without limit).
    OnFailure(u32),
}

/// What a container runs.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Program {
    /// `redis-server` with a configuration.
    Server(Box<Server>),
    /// `redis-cli` once, with these words after its name.
    Cli {
        /// Arguments, without `redis-cli` itself.
        argv: Vec<String>,
        /// What is piped into it (`echo yes |`).
        stdin: Option<String>,
        /// How long the shell waits before it (`sleep 5 &&`).
        sleep: Millis,
    },
    /// Something this simulator does not know; it is listed, and does nothing.
    Other {
        /// The image.
        image: String,
    },
}

/// One `redis-server`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub struct Server {
    /// Its configuration, flags included.
    pub config: Config,
    /// Where its files are: containers with an equal place share `nodes.conf` and data.
    pub disk: String,
    /// The node id to take when there is no `nodes.conf` yet; drawn from the seed if absent.
    pub node_id: Option<NodeId>,
    /// What it prints instead of starting, if its configuration is wrong: it then exits with code 1.
    pub fatal: Option<String>,
}

/// How long a packet takes from one end to the other.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Latency {
    /// Shortest, in microseconds.
    pub base_us: u64,
    /// Added at random, `0..jitter_us` microseconds.
    pub jitter_us: u64,
}

impl Default for Latency {
    /// Loopback on an ordinary machine: 30 to 90 microseconds, a process woken included.
    fn default() -> Latency {
        Latency { base_us: 30, jitter_us: 60 }
    }
}

impl Spec {
    /// Servers that share one machine's loopback, one for each `(address, port)`, not yet a
    /// cluster; `config` says what they have in common.
    pub fn loopback(start: Time, config: &Config, at: &[(Ipv4Addr, u16)]) -> Spec {
        let containers = at.iter().map(|&(ip, port)| loopback_server(config, ip, port)).collect();
        let host = Namespace {
            owner: None,
            addresses: Vec::new(),
            published: Vec::new(),
            names: Vec::new(),
        };
        Spec {
            project: "loopback".into(),
            start,
            networks: Vec::new(),
            namespaces: vec![host],
            containers,
            latency: Latency::default(),
            disk_sync: Wait::none(),
            wake_up: Wait::none(),
        }
    }
    /// The container with this index.
    pub fn container(&self, ix: ContainerIx) -> Option<&Container> {
        self.containers.get(usize::from(ix.0))
    }
    /// The container with this name (or service name).
    pub fn find(&self, name: &str) -> Option<ContainerIx> {
        let by =
            |pick: fn(&Container) -> &str| self.containers.iter().position(|c| pick(c) == name);
        by(|c| &c.name).or_else(|| by(|c| &c.service)).map(|ix| ContainerIx(ix as u16))
    }
}

fn loopback_server(common: &Config, ip: Ipv4Addr, port: u16) -> Container {
    let bind = vec![IpAddr::V4(ip)];
    let config = Config { port, bind, bind_source_addr: Some(IpAddr::V4(ip)), ..common.clone() };
    let name = format!("{ip}:{port}");
    Container {
        service: name.clone(),
        name: name.clone(),
        namespace: NamespaceIx(0),
        depends_on: Vec::new(),
        restart: Restart::No,
        program: Program::Server(Box::new(Server { config, disk: name, ..Server::default() })),
    }
}

#[cfg(test)]
mod tests {
    use super::Wait;
    use crate::words::{Rng, Seed};

    #[test]
    fn half_of_all_waits_are_shorter_than_one_half_life_and_a_quarter_longer_than_two() {
        let (wait, mut luck) = (Wait { base_us: 100, half_us: 1000 }, Rng::new(Seed(1), 0));
        let drawn: Vec<u64> = (0..4000).filter_map(|_| wait.draw(&mut luck)).collect();
        let share = |most: u64| drawn.iter().filter(|us| **us < most).count() * 100 / drawn.len();
        assert!((48..=52).contains(&share(1100)), "{}", share(1100));
        assert!((73..=77).contains(&share(2100)), "{}", share(2100));
        assert!(drawn.iter().all(|us| 100 <= *us));
        assert_eq!(Wait::none().draw(&mut luck), None);
    }
}
