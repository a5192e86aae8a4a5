//! A real redis-server on loopback that owns all slots, and a connection to it.

use super::wire::Wire;
use slotlab::words::Argv;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// The server; it ends with this value.
pub(crate) struct Real {
    server: Child,
    folder: PathBuf,
    port: u16,
    wire: Wire,
}

impl Real {
    /// Starts it and waits until it serves; None if there is no redis-server.
    pub(crate) fn start() -> Option<Real> {
        let port = free_port();
        let folder = std::env::temp_dir().join(format!("slotlab-{}-{port}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder for the server");
        let flags = ["--bind", "127.0.0.1", "--cluster-enabled", "yes", "--save", ""];
        let server = Command::new("redis-server")
            .args(flags)
            .args(["--port", &port.to_string()])
            .current_dir(&folder)
            .stdout(Stdio::null())
            .spawn()
            .ok()?;
        let mut real = Real { server, folder, port, wire: Wire::open(port) };
        real.ask(&Argv::from("CLUSTER ADDSLOTSRANGE 0 16383"));
        while real.ask(&Argv::from("GET x")) != b"$-1\r\n" {
            sleep(Duration::from_millis(100));
        }
        Some(real)
    }
    /// Sends a command and reads the answer.
    pub(crate) fn ask(&mut self, argv: &Argv) -> Vec<u8> {
        self.wire.ask(argv)
    }
    /// Another connection.
    pub(crate) fn another(&self) -> Wire {
        Wire::open(self.port)
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        // It may be gone already; nothing more can be done then.
        _ = self.server.kill();
        _ = self.server.wait();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        if port < 50_000 {
            return port;
        }
    }
}
