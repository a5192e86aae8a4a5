//! A connection to a real server: commands out, values back, whether asked for or not.

use super::value::{Value, read};
use slotlab::words::Argv;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How often a server that does not listen yet is tried again, every 100 ms.
const PATIENCE: usize = 200;
/// A read looks up so often whether its patience has ended.
const GLANCE: Duration = Duration::from_millis(50);

/// A connection.
pub(crate) struct Socket {
    stream: TcpStream,
    unread: Vec<u8>,
    gone: bool,
    /// What was said and heard.
    pub(crate) traffic: Traffic,
}

/// Bytes to a server and from it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Traffic {
    /// What it was sent.
    pub(crate) sent: u64,
    /// What it said, as far as it was heard.
    pub(crate) heard: u64,
}

impl std::ops::AddAssign for Traffic {
    fn add_assign(&mut self, other: Traffic) {
        self.sent += other.sent;
        self.heard += other.heard;
    }
}

impl Socket {
    /// Connects to a port of the loopback, as soon as somebody listens.
    pub(crate) fn open(port: u16) -> Socket {
        for _ in 0..PATIENCE {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
                stream.set_nodelay(true).expect("a TCP option");
                stream.set_read_timeout(Some(GLANCE)).expect("a TCP option");
                let traffic = Traffic::default();
                return Socket { stream, unread: Vec::new(), gone: false, traffic };
            }
            sleep(Duration::from_millis(100));
        }
        panic!("redis-server does not listen at {port}");
    }
    /// Sends a command.
    pub(crate) fn send(&mut self, argv: &Argv) {
        let mut bytes = format!("*{}\r\n", argv.len()).into_bytes();
        for word in argv.iter() {
            bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            bytes.extend_from_slice(word);
            bytes.extend_from_slice(b"\r\n");
        }
        self.traffic.sent += bytes.len() as u64;
        // If the server closed the connection, reading will tell.
        _ = self.stream.write_all(&bytes);
    }
    /// The next value, if one comes in time; the end of the connection is told once.
    pub(crate) fn next(&mut self, patience: Duration) -> Option<Value> {
        let began = Instant::now();
        loop {
            if let Some(value) = self.whole() {
                return Some(value);
            }
            if self.gone || patience < began.elapsed() {
                return None;
            }
            if self.fill() {
                return Some(Value::Closed);
            }
        }
    }
    /// A value that is here already.
    pub(crate) fn early(&mut self) -> Option<Value> {
        if let Some(value) = self.whole() {
            return Some(value);
        }
        self.stream.set_nonblocking(true).expect("a TCP option");
        let closed = !self.gone && self.fill();
        self.stream.set_nonblocking(false).expect("a TCP option");
        if closed { Some(Value::Closed) } else { self.whole() }
    }

    fn whole(&mut self) -> Option<Value> {
        let (value, len) = read(&self.unread)?;
        self.unread.drain(..len);
        self.traffic.heard += len as u64;
        Some(value)
    }
    /// Reads what is there; whether it is the end.
    fn fill(&mut self) -> bool {
        let mut piece = [0; 16_384];
        match self.stream.read(&mut piece) {
            Ok(len @ 1..) => self.unread.extend_from_slice(&piece[..len]),
            Err(error) if [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&error.kind()) => {}
            Ok(0) | Err(_) => self.gone = true,
        }
        self.gone
    }
}
