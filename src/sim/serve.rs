//! From a started container to a serving `redis-server`: its locks, its ports, its first step.
//!
//! In Redis: `clusterLockConfig`, `listenToPort`, `clusterInit`.

use crate::node::Node;
use crate::node::io::Port;
use crate::node::log::{Journal, Level, Line, Voice};
use crate::node::persistence::Disk;
use crate::shapes::spec::{ContainerIx, Program, Server};
use crate::shapes::{Config, Fact};
use crate::sim::World;
use crate::sim::action::Place;
use crate::sim::agenda::Event;
use crate::sim::container::State;
use crate::sim::entry::{Life, Log, What, Who};
use crate::sim::network::Socket;
use crate::sim::process::Process;
use crate::words::{Millis, Seed};
use std::net::{IpAddr, Ipv4Addr, SocketAddrV4};

impl World {
    /// The server has read its files: it listens, or it gives up.
    pub(in crate::sim) fn server_ready(&mut self, ix: ContainerIx, life: u32, log: &mut dyn Log) {
        if self.runtime(ix).life != life || !matches!(self.runtime(ix).state, State::Loading) {
            return;
        }
        let Some(server) = self.server(ix).cloned() else { return };
        let mut journal = Journal { voice: Voice::new(&server.config), ..Journal::default() };
        if let Err(text) = self.begin_to_serve(ix, &server, &mut journal) {
            let fact = What::Fact(Fact::Refused { text });
            let entry = self.note(Who::Container(ix), fact, None, log);
            for line in journal.lines {
                self.note(Who::Container(ix), What::Logged(line), None, log);
            }
            return self.process_ended(ix, life, 1, Some(entry), log);
        }
        self.life_entry(ix, Life::Ready, None, log);
        for socket in self.sockets(ix, &server) {
            self.network.listeners.insert(socket.0, (ix, socket.1));
        }
        let disk = self.open_disk(&server);
        let luck = Seed(self.runtime_mut(ix).luck.next_u64());
        let mut out = std::mem::take(&mut self.outbox);
        out.next_connection = self.connections.next;
        std::mem::swap(&mut out.cards, &mut self.cards);
        out.log.lines.extend(journal.lines);
        let node = Node::boot(self.now, &server, &disk, luck, &mut out);
        let starts_until = node.starts_until().unwrap_or(self.now);
        self.runtime_mut(ix).node_id = Some(node.cluster().myself());
        self.runtime_mut(ix).state = State::Serving(Box::new(Process::new(node)));
        self.carry_out(ix, life, out, None, log);
        self.agenda.add(starts_until.max(self.now + Millis(1)), Event::Cron { ix, life });
    }

    /// What a server finds on its disk. While it runs its files are what its node says (`Node::disk`), and
    /// the world forgets them: a thousand `nodes.conf` of a thousand lines are 130 MB. Only who shares a
    /// directory leaves them to the others.
    fn open_disk(&mut self, server: &Server) -> Disk {
        let programs = self.spec.containers.iter().map(|container| &container.program);
        let sharers = programs.filter(
            |program| matches!(program, Program::Server(other) if other.disk == server.disk),
        );
        let disk = match sharers.count() {
            0 | 1 => self.disks.remove(&server.disk),
            _ => self.disks.get(&server.disk).cloned(),
        };
        disk.unwrap_or_default()
    }

    /// The first steps of a server, and what it logs of them. If it gives up, the error says why.
    fn begin_to_serve(
        &self,
        ix: ContainerIx,
        server: &Server,
        log: &mut Journal,
    ) -> Result<(), String> {
        if let Some(text) = &server.fatal {
            // To its standard error, whatever the configuration says of a log.
            log.lines.push(Line::raw(text));
            return Err(text.clone());
        }
        log.open(server.config == Config::default());
        self.may_serve(ix, server).map_err(|lines| {
            lines.iter().for_each(|line| log.write(Level::Warning, line));
            lines[0].clone()
        })
    }

    /// Two processes cannot have one `nodes.conf` (it is locked) or one port. An error is what it logs.
    fn may_serve(&self, ix: ContainerIx, server: &Server) -> Result<(), Vec<String>> {
        for (n, runtime) in self.containers.iter().enumerate() {
            let other = self.server(ContainerIx(n as u16));
            let shares = |o: &Server| {
                o.disk == server.disk
                    && o.config.cluster_config_file == server.config.cluster_config_file
            };
            let locked = server.config.cluster_enabled && other.is_some_and(shares);
            if n != usize::from(ix.0) && matches!(runtime.state, State::Serving(_)) && locked {
                let file = &server.config.cluster_config_file;
                return Err(vec![format!(
                    "Sorry, the cluster configuration file {file} is already used by a different Redis Cluster node. Please make sure that different nodes use different cluster configuration files."
                )]);
            }
        }
        for ((_, _, ip, port), kind) in self.sockets(ix, server) {
            let here = self.standpoint(Place::Container(ix));
            if self.listener(here, SocketAddrV4::new(ip, port)).is_none() {
                continue;
            }
            let kind = if kind == Port::Bus { "cluster" } else { "TCP" };
            return Err(vec![
                format!(
                    "Warning: Could not create server TCP listening socket *:{port}: bind: Address already in use"
                ),
                format!("Failed listening on port {port} ({kind}), aborting."),
            ]);
        }
        Ok(())
    }

    /// What a server listens on.
    fn sockets(&self, ix: ContainerIx, server: &Server) -> Vec<(Socket, Port)> {
        let here = self.standpoint(Place::Container(ix));
        let config = &server.config;
        let mut ips: Vec<Ipv4Addr> = config.bind.iter().filter_map(v4).collect();
        if config.bind.is_empty() {
            ips.push(Ipv4Addr::UNSPECIFIED);
        }
        let mut ports = vec![(config.port, Port::Client)];
        if config.cluster_enabled {
            ports.push((config.bus_port(), Port::Bus));
        }
        let socket = |ip, port| (here.namespace.0, here.generation, ip, port);
        ips.iter()
            .flat_map(|&ip| ports.iter().map(move |&(port, kind)| (socket(ip, port), kind)))
            .collect()
    }

    /// The container whose server is configured to listen at an address, running or not.
    pub(in crate::sim) fn configured_at(&self, at: SocketAddrV4) -> Option<ContainerIx> {
        let listens = |ix: &&ContainerIx| {
            let bind = self.server(**ix).map(|server| server.config.bind.as_slice());
            bind.is_some_and(|bind| bind.is_empty() || bind.contains(&IpAddr::V4(*at.ip())))
        };
        self.network.configured.get(&at.port())?.iter().find(listens).copied()
    }
}

fn v4(ip: &IpAddr) -> Option<Ipv4Addr> {
    match ip {
        IpAddr::V4(ip) => Some(*ip),
        IpAddr::V6(_) => None,
    }
}
