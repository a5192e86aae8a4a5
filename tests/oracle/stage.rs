//! The stage of the recorded command scenes: six nodes in a cluster, two spares, a server without
//! cluster mode and one with DEBUG, in one world.

use serde_json::Value;
use slotlab::shapes::config::Config;
use slotlab::shapes::spec::{ContainerIx, Program, Spec};
use slotlab::sim::{Action, ClientId, World};
use slotlab::words::resp::Protocol;
use slotlab::words::{Argv, Millis, NodeId, Reply, Seed, Time};
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddrV4};

/// When the servers of the recordings started, about; and how old they were in the first scene with
/// a cluster: their masters had just sent the keepalive that they send every ten seconds.
const START: Time = Time::from_unix_s(1_795_385_438);
const AGE: Millis = Millis(11_000);

/// A world with the servers of a scene and its open connections.
pub(crate) struct Stage {
    world: World,
    nodes: BTreeMap<String, ContainerIx>,
    addresses: BTreeMap<ContainerIx, String>,
    connections: BTreeMap<(String, String), ClientId>,
    /// Every id that a node has had, and the node's address.
    ids: BTreeMap<NodeId, String>,
}

impl Stage {
    /// Builds what the scene's `layout` says.
    pub(crate) fn build(scene: &Value) -> Stage {
        let layout = &scene["layout"];
        let mut names: Vec<(String, String)> = Vec::new();
        for group in ["masters", "replicas", "spare"] {
            for (name, at) in layout[group].as_object().into_iter().flatten() {
                let address = at.as_str().or(at["addr"].as_str()).expect("an address");
                names.push((name.clone(), address.to_owned()));
            }
        }
        for name in ["ALONE", "DBG"] {
            names.push((name.to_owned(), layout[name].as_str().expect("an address").to_owned()));
        }
        let mut stage = Stage::start(scene, &names);
        stage.join(layout);
        stage.age(scene["scene"].as_str().unwrap_or_default(), &keys(&layout["masters"]));
        stage
    }

    /// All scenes were played on the same processes: after the views of a new cluster (05) the
    /// masters had produced some stream, but for M1, which 15 killed and which was a new process then.
    fn age(&mut self, scene: &str, masters: &[String]) {
        if scene < "06" {
            return;
        }
        for name in masters.iter().filter(|name| scene < "16" || *name != "M1") {
            self.order(name, "FLUSHALL");
        }
        self.sleep(Millis(2000));
    }

    fn start(scene: &Value, names: &[(String, String)]) -> Stage {
        let common = Config {
            cluster_enabled: true,
            cluster_node_timeout: Millis(2000),
            save: Vec::new(),
            repl_diskless_sync_delay: 0,
            ..Config::default()
        };
        let at: Vec<(Ipv4Addr, u16)> = names
            .iter()
            .map(|(_, address)| address.parse::<SocketAddrV4>().expect("an address"))
            .map(|address| (*address.ip(), address.port()))
            .collect();
        let mut spec = Spec::loopback(START, &common, &at);
        for ((name, address), container) in names.iter().zip(&mut spec.containers) {
            let Program::Server(server) = &mut container.program else { continue };
            let id = scene["ids"][address].as_str();
            server.node_id = id.map(|id| id.parse().expect("40 digits"));
            server.config.cluster_enabled = name != "ALONE";
            server.config.enable_debug_command = name == "DBG";
        }
        let ix = |at: usize| ContainerIx(at as u16);
        let mut world = World::new(&spec, Seed(1));
        world.run_until(START + AGE, &mut ());
        Stage {
            world,
            nodes: names.iter().enumerate().map(|(at, n)| (n.0.clone(), ix(at))).collect(),
            addresses: names.iter().enumerate().map(|(at, n)| (ix(at), n.1.clone())).collect(),
            connections: BTreeMap::new(),
            ids: BTreeMap::new(),
        }
    }

    /// As `build_cluster` of the recording: slots, epochs, MEET to the first, REPLICATE.
    fn join(&mut self, layout: &Value) {
        let masters: Vec<String> = keys(&layout["masters"]);
        let replicas: Vec<String> = keys(&layout["replicas"]);
        let mut first = 0;
        for (at, name) in masters.iter().enumerate() {
            let share = 16_384.0 / masters.len() as f64;
            let last = (share * (at + 1) as f64 - 1.0).round_ties_even() as u32;
            self.order(name, &format!("CLUSTER ADDSLOTSRANGE {first} {last}"));
            first = last + 1;
        }
        let (ip, port) = self.address(&masters[0]).split_once(':').map(owned).expect("ip:port");
        for (epoch, name) in masters.iter().chain(&replicas).enumerate() {
            self.order(name, &format!("CLUSTER SET-CONFIG-EPOCH {}", epoch + 1));
        }
        for name in masters.iter().chain(&replicas).skip(1) {
            self.order(name, &format!("CLUSTER MEET {ip} {port}"));
        }
        let (all, copies) = (masters.len() + replicas.len(), replicas.len());
        self.wait_for("everybody knows everybody", |stage, name| {
            let view = stage.ask(name, "CLUSTER NODES");
            view.lines().count() == all && !view.contains("handshake")
        });
        for name in &replicas {
            let master = layout["replicas"][name]["of"].as_str().expect("a master");
            let id = self.world.node_id(self.nodes[master]).expect("it runs");
            self.order(name, &format!("CLUSTER REPLICATE {id}"));
        }
        self.wait_for("all agree and replicas are in sync", |stage, name| {
            let view = stage.ask(name, "CLUSTER NODES");
            let state = stage.ask(name, "CLUSTER INFO");
            let link = stage.ask(name, "INFO replication");
            view.matches("slave").count() == copies
                && state.contains("cluster_state:ok")
                && !link.contains("master_link_status:down")
        });
        self.sleep(Millis(1500));
    }

    fn wait_for(&mut self, what: &str, done: impl Fn(&mut Stage, &str) -> bool) {
        let names: Vec<String> =
            self.nodes.keys().filter(|n| n.starts_with(['M', 'R'])).cloned().collect();
        for _ in 0..600 {
            if names.iter().all(|name| done(self, name)) {
                return;
            }
            self.sleep(Millis(50));
        }
        panic!("half a minute is over before {what}");
    }

    fn order(&mut self, node: &str, line: &str) {
        let reply = self.call(node, "stage", Argv::from(line));
        assert_eq!(reply.map(|r| r.0), Some(Reply::OK), "{node}: {line}");
    }

    fn ask(&mut self, node: &str, line: &str) -> String {
        match self.call(node, "stage", Argv::from(line)) {
            Some((Reply::Bulk(text) | Reply::Verbatim(text), _)) => {
                String::from_utf8_lossy(&text).into_owned()
            }
            other => panic!("{node}: {line}: {other:?}"),
        }
    }

    /// `127.0.0.1:7001`
    pub(crate) fn address(&self, node: &str) -> &str {
        &self.addresses[&self.nodes[node]]
    }

    /// Lets time pass.
    pub(crate) fn sleep(&mut self, span: Millis) {
        let until = self.world.now() + span;
        self.world.run_until(until, &mut ());
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self, node: &str) {
        let action = Action::Crash(self.nodes[node]);
        self.world.apply(&action, &mut ()).expect("it runs");
    }

    /// Sends a command on one of a node's named connections and waits for the answer.
    pub(crate) fn call(&mut self, node: &str, conn: &str, argv: Argv) -> Option<(Reply, Protocol)> {
        let client = self.connection(node, conn);
        self.world.send(client, argv);
        self.hear(node, conn)
    }

    /// Waits for what a connection says next.
    pub(crate) fn hear(&mut self, node: &str, conn: &str) -> Option<(Reply, Protocol)> {
        let client = self.connection(node, conn);
        let deadline = self.world.now() + Millis(10_000);
        loop {
            if let Some(heard) = self.world.receive_reply(client) {
                return Some(heard);
            }
            if !self.world.step_event(deadline, &mut ()) {
                return None;
            }
        }
    }

    fn connection(&mut self, node: &str, conn: &str) -> ClientId {
        let key = (node.to_owned(), conn.to_owned());
        if let Some(client) = self.connections.get(&key) {
            return *client;
        }
        let client = self.world.open(self.nodes[node]);
        self.connections.insert(key, client);
        client
    }

    /// The id that a node has now; it is remembered for [`Stage::normalise`].
    fn learn_ids(&mut self) {
        for (ix, address) in &self.addresses {
            if let Some(id) = self.world.node_id(*ix) {
                self.ids.insert(id, address.clone());
            }
        }
    }

    /// A recorded word with `<id:IP:PORT>` replaced by the id that the node has here.
    pub(crate) fn localise(&mut self, word: &str) -> String {
        self.learn_ids();
        let mut text = word.to_owned();
        for (ix, address) in &self.addresses {
            if let Some(id) = self.world.node_id(*ix) {
                text = text.replace(&format!("<id:{address}>"), &id.to_string());
            }
        }
        text
    }

    /// An answer as the recordings normalise it: ids replaced by `<id:IP:PORT>`.
    pub(crate) fn normalise(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.learn_ids();
        let mut bytes = bytes.to_vec();
        for (id, address) in &self.ids {
            let (id, name) = (id.to_string(), format!("<id:{address}>"));
            while let Some(at) = bytes.windows(40).position(|window| window == id.as_bytes()) {
                bytes.splice(at..at + 40, name.bytes());
            }
        }
        bytes
    }
}

fn keys(object: &Value) -> Vec<String> {
    object.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
}

fn owned((a, b): (&str, &str)) -> (String, String) {
    (a.to_owned(), b.to_owned())
}
