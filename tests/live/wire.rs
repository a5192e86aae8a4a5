//! A connection to a real server: a command out, the bytes of one answer back.

use slotlab::words::Argv;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread::sleep;
use std::time::Duration;

/// How often a server that does not listen yet is tried again, every 100 ms.
const PATIENCE: usize = 200;

/// A connection.
pub(crate) struct Wire(BufReader<TcpStream>);

impl Wire {
    /// Connects to a port of the loopback, as soon as somebody listens.
    pub(crate) fn open(port: u16) -> Wire {
        for _ in 0..PATIENCE {
            if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)) {
                stream.set_nodelay(true).expect("a TCP option");
                stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a TCP option");
                return Wire(BufReader::new(stream));
            }
            sleep(Duration::from_millis(100));
        }
        panic!("redis-server does not listen at {port}");
    }
    /// Sends a command and reads the answer.
    pub(crate) fn ask(&mut self, argv: &Argv) -> Vec<u8> {
        let mut bytes = format!("*{}\r\n", argv.len()).into_bytes();
        for word in argv.iter() {
            bytes.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            bytes.extend_from_slice(word);
            bytes.extend_from_slice(b"\r\n");
        }
        self.0.get_mut().write_all(&bytes).expect("the server is up");
        self.next()
    }
    /// Reads what the server says next.
    pub(crate) fn next(&mut self) -> Vec<u8> {
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
