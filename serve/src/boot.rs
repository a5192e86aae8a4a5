//! What is served: a world, and the real doors to it.
//!
//! Servers of `--nodes` are joined by a `redis-cli --cluster create` that runs inside the world before
//! anybody can connect, as fast as this machine can. That is an action like any other: a recording
//! begins with it.

use crate::args::{Options, What};
use slotlab::compose::{self, Files, labs};
use slotlab::script;
use slotlab::shapes::Spec;
use slotlab::shapes::spec::{Namespace, NamespaceIx, Program, Server};
use slotlab::sim::{Action, Place};
use slotlab::words::Time;
use std::collections::BTreeMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// A port of this machine, and where it leads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Doorway {
    /// Where to listen.
    pub(crate) here: SocketAddr,
    /// Where that is, seen from the simulated host.
    pub(crate) there: SocketAddrV4,
}

/// What is to be served.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) spec: Spec,
    pub(crate) doorways: Vec<Doorway>,
    /// What joins the servers before anybody connects.
    pub(crate) create: Option<Action>,
}

/// What the options say. An error is a sentence.
pub(crate) fn plan(options: &Options) -> Result<Plan, String> {
    let (spec, create) = match &options.what {
        What::Nodes { count, replicas, empty, port, conf } => {
            let mut spec = script::loopback(*port, *count, conf)?;
            spec.start = wall_time();
            let create = (!empty).then(|| create(*port, *count, *replicas));
            (spec, create)
        }
        What::Lab(name) => (lab(name)?, None),
    };
    let doorways: Vec<Doorway> = ports(&spec)
        .into_iter()
        .map(|(port, ip)| Doorway {
            here: SocketAddr::new(options.bind, port),
            there: SocketAddrV4::new(ip, port),
        })
        .collect();
    if doorways.is_empty() {
        return Err("no client port of a server is published: nothing could connect".into());
    }
    Ok(Plan { spec, doorways, create })
}

/// Now, to the millisecond.
fn wall_time() -> Time {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Time::from_unix_ms(since.as_millis() as u64)
}

fn create(port: u16, count: u16, replicas: u16) -> Action {
    let mut argv: Vec<String> = ["--cluster", "create"].map(String::from).into();
    argv.extend((port..port + count).map(|port| format!("127.0.0.1:{port}")));
    argv.extend(["--cluster-replicas".into(), replicas.to_string(), "--cluster-yes".into()]);
    Action::RunJob { at: Place::Host, argv, stdin: None }
}

/// A ready project by its name, or a compose file with what is beside it.
fn lab(name: &str) -> Result<Spec, String> {
    let path = Path::new(name);
    let files = match labs::find(name) {
        Some(project) => project.files(),
        None if path.is_dir() => folder(path)?,
        None if path.is_file() => folder(path.parent().unwrap_or(Path::new(".")))?,
        None => {
            let names: Vec<&str> = labs::LABS.iter().map(|lab| lab.name).collect();
            return Err(format!(
                "--lab {name}: no such file, and the labs are {}",
                names.join(", ")
            ));
        }
    };
    let reading = compose::read(&files);
    let remarks: Vec<String> = reading
        .remarks
        .iter()
        .map(|remark| format!("{}:{}: {:?}", remark.at.file, remark.at.line, remark.code))
        .collect();
    reading.spec.ok_or_else(|| format!("--lab {name}: nothing to run\n{}", remarks.join("\n")))
}

/// The text files of a folder, and those one folder down.
fn folder(path: &Path) -> Result<Files, String> {
    let mut files = Files::new();
    let listed = |path: &Path| -> Result<Vec<fs::DirEntry>, String> {
        let entries = fs::read_dir(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(entries.flatten().collect())
    };
    let mut all = listed(path)?;
    for entry in listed(path)?.iter().filter(|entry| entry.path().is_dir()) {
        all.extend(listed(&entry.path())?);
    }
    for file in all.iter().map(fs::DirEntry::path).filter(|path| path.is_file()) {
        let name = file.strip_prefix(path).unwrap_or(&file);
        let bytes = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        files.insert_bytes(&name.to_string_lossy(), &bytes);
    }
    Ok(files)
}

/// The ports of the host that lead to a server's client port, with the address that they have there.
fn ports(spec: &Spec) -> BTreeMap<u16, Ipv4Addr> {
    let mut found = BTreeMap::new();
    for (ix, namespace) in spec.namespaces.iter().enumerate() {
        let ix = NamespaceIx(ix as u16);
        for server in servers_in(spec, ix) {
            for (port, ip) in ports_to(namespace, server.config.port) {
                found.insert(port, ip);
            }
        }
    }
    found
}

fn servers_in(spec: &Spec, ix: NamespaceIx) -> impl Iterator<Item = &Server> {
    spec.containers.iter().filter(move |container| container.namespace == ix).filter_map(|c| {
        match &c.program {
            Program::Server(server) => Some(&**server),
            Program::Cli { .. } | Program::Other { .. } => None,
        }
    })
}

/// In the host's own namespace a server's port is the host's.
fn ports_to(namespace: &Namespace, port: u16) -> Vec<(u16, Ipv4Addr)> {
    if namespace.owner.is_none() {
        return vec![(port, Ipv4Addr::LOCALHOST)];
    }
    let published = namespace.published.iter().filter(|publish| publish.container_port == port);
    published.map(|publish| (publish.host_port, Ipv4Addr::LOCALHOST)).collect()
}
