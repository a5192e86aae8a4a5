//! Four real redis-servers on loopback, with the ids and the nodes.conf of ours.

use super::grammar::{CONNECTIONS, NODES};
use slotlab::words::Argv;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// How often something is asked again, every 100 ms, before the test gives up.
const PATIENCE: usize = 200;

/// The servers; they end with this value.
pub(crate) struct Real {
    servers: Vec<Child>,
    folder: PathBuf,
    first_port: u16,
    lines: Vec<Line>,
    control: Vec<Line>,
}

/// A connection.
struct Line(BufReader<TcpStream>);

impl Real {
    /// Starts them; None if there is no redis-server. `confs` are their nodes.conf.
    pub(crate) fn start(first_port: u16, confs: &[String]) -> Option<Real> {
        let folder = std::env::temp_dir().join(format!("slotlab-{}-nodes", std::process::id()));
        let mut servers = Vec::new();
        for (port, conf) in (first_port..).zip(confs) {
            let folder = folder.join(port.to_string());
            std::fs::create_dir_all(&folder).expect("a folder for the server");
            std::fs::write(folder.join("nodes.conf"), conf).expect("its nodes.conf");
            let started = Command::new("redis-server")
                .args(["--bind", "127.0.0.1", "--cluster-enabled", "yes", "--save", ""])
                .args(["--port", &port.to_string(), "--repl-diskless-sync-delay", "0"])
                .current_dir(&folder)
                .stdout(Stdio::null())
                .spawn();
            servers.push(started.ok()?);
        }
        let control = open(first_port, 1);
        let mut real = Real { servers, folder, first_port, lines: Vec::new(), control };
        real.wait_until_whole();
        real.lines = open(first_port, CONNECTIONS);
        Some(real)
    }
    /// Asks on a connection of the test.
    pub(crate) fn ask(&mut self, node: usize, conn: usize, argv: &Argv) -> Vec<u8> {
        self.lines[node * CONNECTIONS + conn].ask(argv)
    }
    /// Asks on a connection that the test's commands do not see.
    pub(crate) fn control(&mut self, node: usize, argv: &Argv) -> Vec<u8> {
        self.control[node].ask(argv)
    }
    /// New connections, as after a start.
    pub(crate) fn reconnect(&mut self) {
        self.lines = open(self.first_port, CONNECTIONS);
    }

    fn wait_until_whole(&mut self) {
        let agreed = |real: &mut Real, node: usize| {
            let info = real.control(node, &Argv::from("CLUSTER INFO"));
            // A replica is online for others once they heard of its offset.
            let shards = real.control(node, &Argv::from("CLUSTER SHARDS"));
            let (info, shards) = (String::from_utf8_lossy(&info), String::from_utf8_lossy(&shards));
            info.contains("cluster_state:ok") && !shards.contains("loading")
        };
        for _ in 0..PATIENCE {
            if (0..NODES).all(|node| agreed(self, node)) {
                return;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("the real cluster does not come up");
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        for server in &mut self.servers {
            // It may be gone already; nothing more can be done then.
            _ = server.kill();
            _ = server.wait();
        }
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn open(first_port: u16, each: usize) -> Vec<Line> {
    let ports = (first_port..).take(NODES);
    ports.flat_map(|port| (0..each).map(move |_| Line::open(port))).collect()
}

impl Line {
    fn open(port: u16) -> Line {
        for _ in 0..PATIENCE {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
                stream.set_nodelay(true).expect("a TCP option");
                stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a TCP option");
                return Line(BufReader::new(stream));
            }
            sleep(Duration::from_millis(100));
        }
        panic!("redis-server does not listen at {port}");
    }
    fn ask(&mut self, argv: &Argv) -> Vec<u8> {
        let mut bytes = format!("*{}\r\n", argv.len()).into_bytes();
        for word in argv.iter() {
            bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            bytes.extend_from_slice(word);
            bytes.extend_from_slice(b"\r\n");
        }
        self.0.get_mut().write_all(&bytes).expect("the server is up");
        let mut reply = Vec::new();
        self.read_value(&mut reply);
        reply
    }
    fn read_value(&mut self, reply: &mut Vec<u8>) {
        let mut line = Vec::new();
        self.0.read_until(b'\n', &mut line).expect("the server answers");
        assert!(!line.is_empty(), "the server closed the connection");
        let text = String::from_utf8_lossy(&line[1..]).trim_end().to_owned();
        let number: i64 = text.parse().unwrap_or(-1);
        reply.extend_from_slice(&line);
        match (line[0], number) {
            (b'$' | b'=', 0..) => {
                let mut body = vec![0; number as usize + 2];
                self.0.read_exact(&mut body).expect("the server answers");
                reply.extend_from_slice(&body);
            }
            (b'*' | b'~' | b'>', 0..) => (0..number).for_each(|_| self.read_value(reply)),
            (b'%', 0..) => (0..2 * number).for_each(|_| self.read_value(reply)),
            _ => {}
        }
    }
}

/// The first of four ports that are free, and their bus ports too.
pub(crate) fn free_ports() -> u16 {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let mut candidates = (0..400).map(|n| 20_000 + (std::process::id() as u16 % 97 + n) * 16);
    let all_free =
        |first: &u16| (*first..).take(NODES).all(|port| free(port) && free(port + 10_000));
    candidates.find(all_free).expect("eight free ports")
}
