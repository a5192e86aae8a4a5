//! A real redis-server on loopback that owns all slots, and a connection to it.

use slotlab::words::Argv;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// The server; it ends with this value.
pub(crate) struct Real {
    server: Child,
    folder: PathBuf,
    stream: BufReader<TcpStream>,
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
        let stream = connect(port);
        let mut real = Real { server, folder, stream: BufReader::new(stream) };
        real.ask(&Argv::from("CLUSTER ADDSLOTSRANGE 0 16383"));
        while real.ask(&Argv::from("GET x")) != b"$-1\r\n" {
            sleep(Duration::from_millis(100));
        }
        Some(real)
    }
    /// Sends a command and reads the answer.
    pub(crate) fn ask(&mut self, argv: &Argv) -> Vec<u8> {
        let mut bytes = format!("*{}\r\n", argv.len()).into_bytes();
        for word in argv.iter() {
            bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            bytes.extend_from_slice(word);
            bytes.extend_from_slice(b"\r\n");
        }
        self.stream.get_mut().write_all(&bytes).expect("the server is up");
        let mut reply = Vec::new();
        self.read_value(&mut reply);
        reply
    }

    fn read_value(&mut self, reply: &mut Vec<u8>) {
        let mut line = Vec::new();
        self.stream.read_until(b'\n', &mut line).expect("the server answers");
        let text = String::from_utf8_lossy(&line[1..]).trim_end().to_owned();
        let number: i64 = text.parse().unwrap_or(-1);
        reply.extend_from_slice(&line);
        match (line[0], number) {
            (b'$' | b'=', 0..) => {
                let mut body = vec![0; number as usize + 2];
                self.stream.read_exact(&mut body).expect("the server answers");
                reply.extend_from_slice(&body);
            }
            (b'*' | b'~' | b'>', 0..) => (0..number).for_each(|_| self.read_value(reply)),
            (b'%', 0..) => (0..2 * number).for_each(|_| self.read_value(reply)),
            _ => {}
        }
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

fn connect(port: u16) -> TcpStream {
    for _ in 0..100 {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
            return stream;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("redis-server does not listen at {port}");
}
