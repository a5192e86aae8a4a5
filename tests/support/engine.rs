//! The real engine under a recorded command: a world of servers on one machine's loopback.

use super::drive::Cluster;
use slotlab::cli::{Answer, LinkId, Request};
use slotlab::shapes::spec::{ContainerIx, Program};
use slotlab::shapes::{Config, Spec};
use slotlab::sim::client::Line;
use slotlab::sim::{Action, ClientId, ContainerState, World};
use slotlab::words::{Argv, Millis, NodeId, Reply, Seed, Time};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

/// How long the servers run before anything happens.
const BOOT: Millis = Millis::from_s(4);

/// A server to be started.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// `127.0.0.1:7001`
    pub(crate) address: String,
    /// Its id.
    pub(crate) id: NodeId,
    /// Its configuration; address and port come from `address`.
    pub(crate) config: Config,
}

/// What all servers of the recordings were started with.
pub(crate) fn recorded_config() -> Config {
    Config {
        cluster_enabled: true,
        cluster_node_timeout: Millis(2000),
        appendonly: false,
        save: Vec::new(),
        repl_diskless_sync_delay: 0,
        ..Config::default()
    }
}

/// A running world and the connections that a program holds.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    world: World,
    containers: BTreeMap<String, ContainerIx>,
    links: BTreeMap<LinkId, ClientId>,
}

impl Engine {
    /// Servers that have run for a while when `at` comes.
    pub(crate) fn boot(servers: &[Planned], at: Time) -> Engine {
        let addresses: Vec<(Ipv4Addr, u16)> = servers.iter().map(|s| parse(&s.address)).collect();
        let mut spec = Spec::loopback(at - BOOT, &Config::default(), &addresses);
        for (container, planned) in spec.containers.iter_mut().zip(servers) {
            let Program::Server(server) = &mut container.program else { continue };
            let (port, bind) = (server.config.port, server.config.bind.clone());
            let bind_source_addr = server.config.bind_source_addr;
            server.config = Config { port, bind, bind_source_addr, ..planned.config.clone() };
            server.node_id = Some(planned.id);
        }
        let indices = (0..).map(ContainerIx);
        let containers = servers.iter().map(|s| s.address.clone()).zip(indices).collect();
        let mut world = World::new(&spec, Seed(u64::from(servers.len() as u16)));
        world.run_until(at, &mut ());
        Engine { world, containers, links: BTreeMap::new() }
    }
    /// Sends a command to a server on a connection of its own.
    pub(crate) fn tell(&mut self, address: &str, command: &str) -> Option<Reply> {
        let ix = *self.containers.get(address)?;
        let client = self.world.open(ix);
        let reply = self.world.call(client, Argv::from(command));
        self.world.hang_up(client);
        reply
    }
    /// Sends commands to a server on one connection.
    pub(crate) fn tell_together(&mut self, address: &str, commands: &[Argv]) {
        let client = self.world.open(self.containers[address]);
        for command in commands {
            self.world.call(client, command.clone());
        }
        self.world.hang_up(client);
    }
    /// Lets time pass.
    pub(crate) fn wait(&mut self, span: Millis) {
        self.world.run_until(self.world.now() + span, &mut ());
    }
    /// Lets time pass until then.
    pub(crate) fn wait_until(&mut self, at: Time) {
        self.world.run_until(at, &mut ());
    }
    /// Kills a server.
    pub(crate) fn kill(&mut self, address: &str) {
        if let Some(ix) = self.containers.get(address) {
            self.world.apply(&Action::Kill(*ix), &mut ()).expect("it runs");
        }
    }

    fn connect(&mut self, link: LinkId, host: &str, port: i32) -> Answer {
        if let Some(old) = self.links.remove(&link) {
            self.world.hang_up(old);
        }
        let failed = |why: &str| Answer::NotConnected(why.to_owned());
        let refused = || failed("Connection refused");
        let host = if host == "localhost" { "127.0.0.1" } else { host };
        match host.parse::<IpAddr>() {
            Err(_) => return failed("Name or service not known"),
            Ok(_) if port < 0 => return failed("Servname not supported for ai_socktype"),
            Ok(_) => {}
        }
        let Some(ix) = self.containers.get(&format!("{host}:{port}")) else { return refused() };
        if self.world.state(*ix) != ContainerState::Running {
            return refused();
        }
        let client = self.world.open(*ix);
        while self.world.line(client) == Line::Opening {
            self.wait(Millis(1));
        }
        match self.world.line(client) {
            Line::Open => {
                self.links.insert(link, client);
                Answer::Connected
            }
            Line::Opening | Line::Closed => refused(),
        }
    }
}

impl Cluster for Engine {
    fn now(&self) -> Time {
        self.world.now()
    }
    fn answer(&mut self, request: &Request) -> Answer {
        match request {
            Request::Connect { link, host, port } => self.connect(*link, host, *port),
            Request::Call { link, argv } => {
                let client = self.links[link];
                self.world.call(client, argv.clone()).map_or(Answer::Closed, Answer::Reply)
            }
            Request::Sleep(span) => {
                self.wait(*span);
                Answer::Done
            }
            Request::Resolve { host } => {
                let ip = if host == "localhost" { "127.0.0.1" } else { host };
                Answer::Resolved(Some(ip.to_owned()))
            }
            Request::WriteFile { path, .. } => match path.starts_with("/nonexistent") {
                true => Answer::NotWritten("No such file or directory".to_owned()),
                false => Answer::Done,
            },
            Request::Listen { .. } | Request::ReadLine { .. } | Request::ReadBytes { .. } => {
                Answer::Interrupted
            }
        }
    }
}

fn parse(address: &str) -> (Ipv4Addr, u16) {
    let (ip, port) = address.rsplit_once(':').expect("an address has a port");
    (ip.parse().expect("an IPv4 address"), port.parse().expect("a port is a number"))
}
