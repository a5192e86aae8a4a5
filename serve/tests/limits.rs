//! What a client may ask and how long its answers may wait: ours and a real server end the same
//! connections with the same words.
//!
//! How much a kernel takes of what nobody reads is the kernel's business, so that is waited for, not
//! counted. Skipped with a line on standard error where redis-server is missing, except in CI.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use support::{PATIENCE, Real, Served, connect, talk, text, there};

/// A real server and ours, each with one node that owns all slots.
struct Both {
    real: Real,
    ours: Served,
}

impl Both {
    fn start() -> Option<Both> {
        if !there("redis-server") {
            return None;
        }
        let both = Both { real: Real::start(1, true), ours: Served::start(1, &["--empty"]) };
        for port in both.ports() {
            ask(port, b"CLUSTER ADDSLOTSRANGE 0 16383\r\n");
            wait_until(|| ask(port, b"CLUSTER INFO\r\n").contains("cluster_state:ok"));
        }
        Some(both)
    }
    fn ports(&self) -> [u16; 2] {
        [self.real.port, self.ours.port]
    }
    /// Does the same at both and wants the same to come of it; gives it.
    #[track_caller]
    fn same(&self, act: impl Fn(u16) -> String) -> String {
        let [theirs, ours] = self.ports().map(act);
        let shown = |said: &str| said.chars().take(300).collect::<String>();
        assert!(theirs == ours, "real {}\nours {}", shown(&theirs), shown(&ours));
        theirs
    }
}

fn ask(port: u16, said: &[u8]) -> String {
    text(&talk(port, &[said, b"QUIT\r\n"].concat()))
}

fn config(port: u16, name: &str, value: &str) -> String {
    ask(port, format!("CONFIG SET {name} \"{value}\"\r\n").as_bytes())
}

#[track_caller]
fn wait_until(so: impl Fn() -> bool) {
    let began = Instant::now();
    while !so() {
        assert!(began.elapsed() < PATIENCE, "it takes too long");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// `SET key <bytes>`
fn set(key: &str, bytes: usize) -> Vec<u8> {
    let head = format!("*3\r\n$3\r\nSET\r\n${}\r\n{key}\r\n${bytes}\r\n", key.len());
    [head.as_bytes(), &vec![b'x'; bytes], b"\r\n"].concat()
}

fn publish(bytes: usize) -> Vec<u8> {
    let head = format!("*3\r\n$7\r\nPUBLISH\r\n$4\r\nnews\r\n${bytes}\r\n");
    [head.as_bytes(), &vec![b'x'; bytes], b"\r\n"].concat()
}

/// A subscriber that will not read.
fn subscriber(port: u16) -> TcpStream {
    let mut stream = connect(port);
    stream.write_all(b"SUBSCRIBE news\r\n").expect("it is open");
    stream.read_exact(&mut [0; 33]).expect("it is subscribed");
    stream
}

/// What is left to read until the other side ends it.
fn rest(mut stream: &TcpStream) -> Vec<u8> {
    stream.set_read_timeout(Some(PATIENCE)).expect("a timeout can be set");
    let mut heard = Vec::new();
    // A reset is an end, too.
    _ = stream.read_to_end(&mut heard);
    heard
}

#[test]
fn limits_of_output_buffers_are_read_as_by_a_real_server() {
    let Some(both) = Both::start() else { return };
    for value in [
        "pubsub 100kb 0 0",
        "normal 1k 2k",
        "foo 1 2 3",
        "master 1 2 3",
        "pubsub 1x 0 0",
        "pubsub -1 0 0",
        "pubsub 1 1 -1",
        "pubsub 1 1 1x",
        "pubsub  100kb 0 0",
        "",
        "replica 1mb 2mb 3 normal 1gb 2 3",
        "PUBSUB 1 2 3 pubsub 4 5 6",
        "pubsub 1 2 99999999999",
    ] {
        both.same(|port| config(port, "client-output-buffer-limit", value));
        both.same(|port| ask(port, b"CONFIG GET client-output-buffer-limit\r\n"));
    }
    for name in ["client-query-buffer-limit", "proto-max-bulk-len", "maxclients", "timeout"] {
        for value in ["-1", "0", "1048575", "1mb", "9223372036854775808", "x"] {
            // What the operating system bears is its own business.
            if (name, value) != ("maxclients", "1048575") {
                both.same(|port| config(port, name, value));
            }
        }
    }
}

#[test]
fn one_answer_may_be_too_large() {
    let Some(both) = Both::start() else { return };
    both.same(|port| text(&talk(port, &[set("k", 1_100_000), b"QUIT\r\n".to_vec()].concat())));
    both.same(|port| config(port, "client-output-buffer-limit", "normal 1mb 0 0"));
    // Nothing of that round is written, and what was asked behind it is not done.
    let said = b"PING\r\nGET k\r\nSET {k}after 1\r\n";
    assert_eq!(both.same(|port| text(&talk(port, said))), "");
    assert_eq!(both.same(|port| ask(port, b"EXISTS {k}after\r\n")), ":0\r\n+OK\r\n");
    // Within a transaction all is done.
    let said = b"MULTI\r\nGET k\r\nSET {k}within 1\r\nEXEC\r\n";
    assert_eq!(both.same(|port| text(&talk(port, said))), "");
    assert_eq!(both.same(|port| ask(port, b"EXISTS {k}within\r\n")), ":1\r\n+OK\r\n");
    // Blocks are larger than what they hold.
    for bytes in [1_010_000, 1_040_000, 1_064_000, 1_064_900, 1_065_000, 1_080_000] {
        both.same(|port| {
            config(port, "client-output-buffer-limit", "normal 0 0 0");
            talk(port, &[set("k", bytes), b"QUIT\r\n".to_vec()].concat());
            config(port, "client-output-buffer-limit", "normal 1mb 0 0");
            let heard = talk(port, b"GET k\r\nQUIT\r\n").len();
            format!("{bytes}: {heard}")
        });
    }
}

#[test]
fn a_client_that_asks_and_never_reads_is_closed() {
    let Some(both) = Both::start() else { return };
    both.same(|port| text(&talk(port, &[set("k", 10_000), b"QUIT\r\n".to_vec()].concat())));
    both.same(|port| config(port, "client-output-buffer-limit", "normal 1mb 0 0"));
    for port in both.ports() {
        let mut deaf = connect(port);
        deaf.set_write_timeout(Some(PATIENCE)).expect("a timeout can be set");
        let began = Instant::now();
        // It ends with a reset: nobody listens any more.
        while deaf.write_all(&b"GET k\r\n".repeat(50)).is_ok() {
            assert!(began.elapsed() < PATIENCE, "port {port}");
        }
    }
}

#[test]
fn without_a_limit_answers_wait_until_they_are_read() {
    let Some(both) = Both::start() else { return };
    both.same(|port| text(&talk(port, &[set("k", 100_000), b"QUIT\r\n".to_vec()].concat())));
    for port in both.ports() {
        let mut slow = connect(port);
        slow.write_all(&b"GET k\r\n".repeat(400)).expect("it is open");
        let waits = || {
            let list = ask(port, b"CLIENT LIST\r\n");
            list.lines().any(|line| line.contains("events=rw") && !line.contains("omem=0"))
        };
        wait_until(waits);
        slow.write_all(b"QUIT\r\n").expect("it is open");
        assert_eq!(rest(&slow).len(), 400 * (9 + 100_000 + 2) + 5, "port {port}");
    }
}

#[test]
fn a_subscriber_that_never_reads_is_closed() {
    let Some(both) = Both::start() else { return };
    both.same(|port| config(port, "client-output-buffer-limit", "pubsub 100kb 0 0"));
    // One message that is too large: it is counted as heard.
    let heard = both.same(|port| {
        let deaf = subscriber(port);
        let told = [200_000, 1]
            .map(|bytes| text(&talk(port, &[publish(bytes), b"QUIT\r\n".to_vec()].concat())));
        format!("{} {}", told.concat(), rest(&deaf).len())
    });
    assert_eq!(heard, ":1\r\n+OK\r\n:0\r\n+OK\r\n 0");
    // Many small ones.
    for port in both.ports() {
        let _deaf = subscriber(port);
        let mut speaker = connect(port);
        let mut answer = [0; 4];
        let began = Instant::now();
        while &answer != b":0\r\n" {
            speaker.write_all(&publish(1000)).expect("it is open");
            speaker.read_exact(&mut answer).expect("it is answered");
            assert!(began.elapsed() < PATIENCE, "port {port}");
        }
    }
}

#[test]
fn a_soft_limit_has_to_last() {
    let Some(both) = Both::start() else { return };
    both.same(|port| config(port, "client-output-buffer-limit", "pubsub 0 100kb 2"));
    let began = Instant::now();
    let deaf = both.ports().map(subscriber);
    for port in both.ports() {
        let told = text(&talk(port, &[publish(1 << 20).repeat(10), b"QUIT\r\n".to_vec()].concat()));
        assert!(told.starts_with(&":1\r\n".repeat(10)), "port {port}: {told}");
    }
    for port in both.ports() {
        let count = || ask(port, b"PUBSUB NUMSUB news\r\n");
        wait_until(|| count().contains(":0\r\n"));
        assert!(Duration::from_secs(2) < began.elapsed(), "port {port}");
    }
    drop(deaf);
}

#[test]
fn requests_have_limits() {
    let Some(both) = Both::start() else { return };
    both.same(|port| config(port, "proto-max-bulk-len", "1mb"));
    both.same(|port| ask(port, b"*1\r\n$1048577\r\n"));
    both.same(|port| {
        let said = [set("k", 1_048_576), b"STRLEN k\r\nAPPEND k x\r\nQUIT\r\n".to_vec()].concat();
        text(&talk(port, &said))
    });
    both.same(|port| config(port, "proto-max-bulk-len", "512mb"));
    both.same(|port| config(port, "client-query-buffer-limit", "1mb"));
    let heard = both.same(|port| text(&talk(port, &set("k", 1_200_000))));
    assert_eq!(heard, "", "it is closed without a word");
    both.same(|port| ask(port, b"STRLEN k\r\n"));
}

#[test]
fn there_may_be_so_many_clients() {
    let Some(both) = Both::start() else { return };
    let heard = both.same(|port| {
        let (first, second) = (connect(port), connect(port));
        // They are there when they are answered.
        for mut stream in [&first, &second] {
            stream.write_all(b"PING\r\n").expect("it is open");
            stream.read_exact(&mut [0; 7]).expect("it is answered");
        }
        let mut last = connect(port);
        last.write_all(b"CONFIG SET maxclients 3\r\n").expect("it is open");
        last.read_exact(&mut [0; 5]).expect("it is answered");
        let refused = text(&rest(&connect(port)));
        drop(first);
        last.write_all(b"CONFIG SET maxclients 100\r\nQUIT\r\n").expect("it is open");
        rest(&last);
        let info = ask(port, b"INFO stats\r\n");
        let count = info.lines().find(|line| line.starts_with("rejected_connections"));
        format!("{refused} {}", count.unwrap_or_default())
    });
    assert!(heard.starts_with("-ERR max number of clients + cluster"), "{heard}");
    assert!(heard.ends_with("rejected_connections:1"), "{heard}");
}

#[test]
fn an_idle_client_is_closed() {
    let Some(both) = Both::start() else { return };
    both.same(|port| config(port, "timeout", "1"));
    let heard = both.same(|port| {
        let (idle, subscribed) = (connect(port), subscriber(port));
        let heard = text(&rest(&idle));
        // Subscribers may be silent.
        talk(port, &[publish(1), b"QUIT\r\n".to_vec()].concat());
        let mut message = [0; 4];
        (&subscribed).read_exact(&mut message).expect("it is open");
        format!("{heard}{}", text(&message))
    });
    assert_eq!(heard, "*3\r\n");
}
