//! What the tests share: `slotlab serve` and real servers as child processes, and their ports.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a server may take to listen, and a connection to say something.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Whether a program is there. CI must have what it is asked for.
pub(crate) fn there(program: &str) -> bool {
    let found = Command::new(program).arg("--version").output();
    if found.is_ok_and(|output| output.status.success()) {
        return true;
    }
    missing(program)
}

/// Says that a test is skipped for want of something; in CI that is a failure.
pub(crate) fn missing(what: &str) -> bool {
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must have {what}");
    say(&format!("skipped: {what} is missing"));
    false
}

/// Past the capture of the test harness.
pub(crate) fn say(line: &str) {
    // Nothing depends on it being read.
    _ = writeln!(io::stderr(), "{line}");
}

/// A running `slotlab serve`; it ends with its value.
pub(crate) struct Served {
    process: Child,
    stderr: BufReader<ChildStderr>,
    /// The first node's port.
    pub(crate) port: u16,
}

impl Served {
    /// Serves so many nodes, with these arguments more, and waits until all are open.
    pub(crate) fn start(nodes: u16, more: &[&str]) -> Served {
        Served::spawn(nodes, more, Stdio::inherit())
    }
    /// The same, and what it prints.
    pub(crate) fn printing(nodes: u16, more: &[&str]) -> (Served, ChildStdout) {
        let mut served = Served::spawn(nodes, more, Stdio::piped());
        let stdout = served.process.stdout.take().expect("it is piped");
        (served, stdout)
    }
    fn spawn(nodes: u16, more: &[&str], stdout: Stdio) -> Served {
        let port = free_ports(nodes);
        let mut process = Command::new(env!("CARGO_BIN_EXE_slotlab"))
            .args(["serve", "--quiet", "--nodes", &nodes.to_string(), "--port", &port.to_string()])
            .args(more)
            .stdout(stdout)
            .stderr(Stdio::piped())
            .spawn()
            .expect("slotlab starts");
        let stderr = BufReader::new(process.stderr.take().expect("it is piped"));
        let served = Served { process, stderr, port };
        (port..port + nodes).for_each(|port| drop(connect(port)));
        served
    }
    /// Ctrl-C, and what it said on standard error.
    pub(crate) fn end(mut self) -> String {
        let pid = self.process.id().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status();
        assert!(sent.is_ok_and(|status| status.success()), "it can be interrupted");
        let mut said = String::new();
        for line in self.stderr.by_ref().lines() {
            said += &(line.expect("it is text") + "\n");
        }
        let status = self.process.wait().expect("it ends");
        assert!(status.success(), "{status}: {said}");
        said
    }
    /// What `SLOTLAB <words>` answers on the connection of the node at `port`, as redis-cli shows it.
    pub(crate) fn order(&self, port: u16, words: &[&str]) -> String {
        let port = port.to_string();
        let all = [&["-p", port.as_str(), "SLOTLAB"], words].concat();
        text(&redis_cli(&all).stdout)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Whatever fails here has gone already.
        _ = self.process.kill();
        _ = self.process.wait();
    }
}

/// Real servers on consecutive ports; they end with their value.
pub(crate) struct Real {
    processes: Vec<Child>,
    folder: PathBuf,
    /// The first server's port.
    pub(crate) port: u16,
}

impl Real {
    /// Starts so many, with cluster mode on or off, and waits until they answer.
    pub(crate) fn start(count: u16, cluster: bool) -> Real {
        let port = free_ports(count);
        let name = format!("slotlab-serve-{}-{port}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let cluster = if cluster { "yes" } else { "no" };
        let mut processes = Vec::new();
        for port in port..port + count {
            let place = folder.join(port.to_string());
            std::fs::create_dir_all(&place).expect("a temporary folder");
            let server = Command::new("redis-server")
                .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""])
                .args(["--cluster-enabled", cluster, "--dir"])
                .arg(&place)
                .stdout(Stdio::null())
                .spawn();
            processes.push(server.expect("redis-server starts"));
        }
        (port..port + count).for_each(|port| drop(connect(port)));
        Real { processes, folder, port }
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        for process in &mut self.processes {
            // Whatever fails here has gone already.
            _ = process.kill();
            _ = process.wait();
        }
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Runs the real redis-cli to its end.
pub(crate) fn redis_cli(words: &[&str]) -> Output {
    let run =
        Command::new("redis-cli").args(words).env("TERM", "dumb").stdin(Stdio::null()).output();
    run.expect("redis-cli runs")
}

/// What a program printed.
pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Connects as soon as somebody listens.
pub(crate) fn connect(port: u16) -> TcpStream {
    let began = Instant::now();
    loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => return stream,
            Err(error) => assert!(began.elapsed() < PATIENCE, "port {port}: {error}"),
        }
        sleep(Duration::from_millis(20));
    }
}

/// Says `bytes` at `port` and reads until the other side closes.
pub(crate) fn talk(port: u16, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(port);
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    let (mut write, bytes) = (stream.try_clone().expect("two halves"), bytes.to_vec());
    // The other side may close before it has heard all.
    let writer = std::thread::spawn(move || _ = write.write_all(&bytes));
    let mut heard = Vec::new();
    // A reset is an end, too.
    _ = stream.read_to_end(&mut heard);
    writer.join().expect("it wrote what it could");
    heard
}

/// The first of so many consecutive ports that are free, with those of their buses.
fn free_ports(count: u16) -> u16 {
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    loop {
        let any = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let first = any.expect("a free port").port();
        if first < 55_000 && (first..first + count).all(|port| free(port) && free(port + 10_000)) {
            return first;
        }
    }
}
