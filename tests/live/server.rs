//! A real redis-server on loopback, and the real redis-cli.

use crate::support::engine::{Planned, recorded_config};
use slotlab::words::NodeId;
use std::io::{self, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Past the capture of the test harness.
pub(crate) fn say(line: &str) {
    // Nothing depends on it being read.
    _ = writeln!(io::stderr(), "{line}");
}

/// Whether both programs are there; without them a test is skipped, except in CI.
pub(crate) fn both_are_there() -> bool {
    let both = there("redis-server") && there("redis-cli");
    if !both {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "CI must have redis-server");
        say("live: skipped, redis-server and redis-cli are not on the PATH");
    }
    both
}

fn there(program: &str) -> bool {
    let found = Command::new(program).arg("--version").stdout(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}

/// Runs it to its end, with nothing to read.
pub(crate) fn redis_cli(argv: &[String], term: &str) -> io::Result<Output> {
    Command::new("redis-cli").args(argv).env("TERM", term).stdin(Stdio::null()).output()
}

/// The second it is.
pub(crate) fn unix_second() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("it is after 1970").as_secs()
}

/// A running redis-server; it dies with its value.
pub(crate) struct Server {
    host: String,
    port: u16,
    folder: PathBuf,
    process: Child,
}

impl Server {
    /// Starts it on 127.0.0.x.
    pub(crate) fn start(host: u8) -> Server {
        let host = format!("127.0.0.{host}");
        let port = free_port(&host);
        let name = format!("slotlab-live-{}-{port}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("a temporary folder");
        let process = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", &host, "--bind-source-addr", &host])
            .args(["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"])
            .args(["--repl-diskless-sync-delay", "0", "--save", "", "--appendonly", "no", "--dir"])
            .arg(&folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server starts");
        Server { host, port, folder, process }
    }
    /// `127.0.0.1:40123`
    pub(crate) fn address(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }
    /// The same server for the engine.
    pub(crate) fn planned(&self) -> Result<Planned, String> {
        Ok(Planned { address: self.address(), id: self.id()?, config: recorded_config() })
    }
    /// Its id, as soon as it answers.
    pub(crate) fn id(&self) -> Result<NodeId, String> {
        let argv = ["-h", &self.host, "-p", &self.port.to_string(), "CLUSTER", "MYID"];
        let argv = argv.map(str::to_owned);
        let deadline = SystemTime::now() + PATIENCE;
        while SystemTime::now() < deadline {
            let output = redis_cli(&argv, "dumb").map_err(|error| error.to_string())?;
            if let Some(id) = NodeId::from_hex(output.stdout.trim_ascii_end()) {
                return Ok(id);
            }
            sleep(Duration::from_millis(20));
        }
        Err(format!("{} does not answer", self.address()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Whatever fails here has gone already.
        _ = self.process.kill();
        _ = self.process.wait();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A port that is free together with its bus port.
fn free_port(host: &str) -> u16 {
    let free = |port: u16| TcpListener::bind((host, port)).is_ok();
    loop {
        let any = TcpListener::bind((host, 0)).and_then(|listener| listener.local_addr());
        let port = any.expect("a free port").port();
        if port < 55_535 && free(port + 10_000) {
            return port;
        }
    }
}
