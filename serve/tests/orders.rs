//! `SLOTLAB` on a connection, and a record that comes to the same moment again.

mod support;

use slotlab::sim::Action;
use slotlab::timeline::Recording;
use slotlab::words::{Rng, Seed};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};
use support::{PATIENCE, Served, connect, redis_cli, talk, text, there};

/// Waits until `true_now`.
fn until(what: &str, mut true_now: impl FnMut() -> bool) {
    let began = Instant::now();
    while !true_now() {
        assert!(began.elapsed() < PATIENCE, "it never came true: {what}");
        sleep(Duration::from_millis(50));
    }
}

fn cluster() -> Served {
    Served::start(6, &["--replicas", "1", "--conf", "cluster-node-timeout 1000", "--seed", "5"])
}

/// What a node answers to a line of words within half a second.
fn ask(port: u16, line: &str) -> Option<String> {
    let mut stream = connect(port);
    stream.set_read_timeout(Some(Duration::from_millis(500))).expect("a timeout can be set");
    stream.write_all(format!("{line}\r\n").as_bytes()).expect("it is open");
    let mut heard = [0; 64];
    let len = stream.read(&mut heard).ok()?;
    Some(text(&heard[..len]))
}

#[test]
fn a_killed_node_refuses_and_a_paused_one_is_silent() {
    if !there("redis-cli") {
        return;
    }
    let served = cluster();
    let (first, second) = (served.port, served.port + 1);
    let mut open = connect(second);
    assert_eq!(served.order(first, &["kill", &second.to_string()]), "OK\n");
    assert_eq!(open.read(&mut [0]).ok(), Some(0), "an open connection is closed");
    until("its port is closed", || TcpStream::connect(("127.0.0.1", second)).is_err());
    let again = served.order(first, &["KILL", &second.to_string()]);
    assert_eq!(again.trim_end(), format!("ERR {second}: it does not run"));
    until("a replica is promoted", || {
        let set = redis_cli(&["-c", "-p", &first.to_string(), "SET", "key:2", "x"]);
        text(&set.stdout) == "OK\n"
    });
    assert_eq!(served.order(first, &["start", &second.to_string()]), "OK\n");
    until("it is back", || TcpStream::connect(("127.0.0.1", second)).is_ok());

    let third = served.port + 2;
    assert_eq!(served.order(first, &["pause", &third.to_string()]), "OK\n");
    assert_eq!(ask(third, "PING"), None, "it accepts and says nothing");
    assert_eq!(served.order(first, &["resume", &third.to_string()]), "OK\n");
    assert_eq!(ask(third, "PING").as_deref(), Some("+PONG\r\n"));

    assert_eq!(served.order(first, &["partition", "host", "|", &third.to_string()]), "OK\n");
    assert_eq!(ask(third, "PING"), None, "nothing passes");
    assert_eq!(served.order(first, &["heal"]), "OK\n");
    assert_eq!(served.order(first, &["reject", "host", "|", &third.to_string()]), "OK\n");
    assert_eq!(ask(third, "PING").as_deref().unwrap_or(""), "", "it is refused");
}

#[test]
fn the_servers_own_logs_are_printed_and_need_no_reader() {
    let (served, stdout) = Served::printing(1, &["--empty", "--logs"]);
    let mut printed = BufReader::new(stdout);
    let mut line = String::new();
    printed.read_line(&mut line).expect("it is text");
    let port = served.port;
    assert!(line.starts_with(&format!("{port} | 1:C ")), "{line}");
    assert!(line.ends_with(" # oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo\n"), "{line}");
    drop(printed);
    for _ in 0..3 {
        // Each of these is logged, to nobody.
        assert_eq!(ask(port, "CLUSTER RESET HARD").as_deref(), Some("+OK\r\n"));
    }
}

#[test]
fn orders_say_what_is_wrong_with_them() {
    if !there("redis-cli") {
        return;
    }
    let served = Served::start(1, &["--empty"]);
    let said = |words: &[&str]| served.order(served.port, words).trim_end().to_owned();
    assert!(said(&["help"]).contains("PARTITION <place>... | <place>... [bus|clients]"));
    assert_eq!(said(&["nonsense"]), "ERR there is no directive \"nonsense\"; try help");
    assert_eq!(said(&["kill"]), "ERR usage: kill <node>...");
    assert_eq!(said(&["run", "2s"]), "ERR time follows the clock here: no run");
    assert_eq!(said(&["speed", "fast"]), "ERR a speed is between 0 and 100000");
    assert_eq!(said(&["clock", "x"]), "ERR usage: SLOTLAB CLOCK");
    assert_eq!(said(&["speed", "4"]), "OK");
    assert_eq!(said(&["speed"]), "4");
    assert_eq!(said(&["script", "# twice\nheal\nlatency 1ms 0us"]), "OK");
    assert!(said(&["script", "heal\nkill 9"]).starts_with("ERR kill 9: there is no \"9\""));
    // In a pipeline its answer has its place.
    let piped = talk(served.port, b"PING\r\nSLOTLAB heal\r\nECHO x\r\nQUIT\r\n");
    assert_eq!(text(&piped), "+PONG\r\n+OK\r\n$1\r\nx\r\n+OK\r\n");
}

#[test]
fn a_record_comes_to_the_same_moment_again() {
    let file = std::env::temp_dir().join(format!("slotlab-{}.json", std::process::id()));
    let name = file.to_str().expect("it is text");
    let served = Served::start(3, &["--record", name, "--seed", "9"]);
    for n in 0..50 {
        talk(served.port, format!("SET key:{n} \"a\\x00\\xff{n}\"\r\nQUIT\r\n").as_bytes());
    }
    talk(served.port, format!("SLOTLAB pause {}\r\nQUIT\r\n", served.port + 1).as_bytes());
    talk(served.port, b"*1\r\nx\r\n");
    talk(served.port, format!("SLOTLAB resume {}\r\nQUIT\r\n", served.port + 1).as_bytes());
    let said = served.end();
    let mark = said.split_whitespace().last().expect("it tells the fingerprint");
    let slotlab = |words: &[&str]| {
        let run = Command::new(env!("CARGO_BIN_EXE_slotlab")).args(words).output();
        text(&run.expect("it runs").stdout)
    };
    let replayed = slotlab(&["replay", name]);
    assert_eq!(replayed.lines().last(), Some(&*format!("fingerprint {mark}")), "{said}");
    let link = slotlab(&["link", name, "--page", "https://example.org/lab/"]);
    assert!(link.starts_with("https://example.org/lab/#run=1."), "{link}");
    assert_eq!(slotlab(&["replay", link.trim()]), replayed, "a link is the same run");
    assert!(slotlab(&["link", name]).starts_with("http://127.0.0.1:8080/#run=1."));
    std::fs::remove_file(&file).expect("it was written");
}

#[test]
fn a_link_tells_the_run_so_far_and_what_is_too_long_for_one() {
    if !there("redis-cli") {
        return;
    }
    let served = Served::start(3, &["--seed", "3"]);
    talk(served.port, b"SET {a}x 1\r\nQUIT\r\n");
    let link = served.order(served.port, &["record", "LINK", "http://here/"]);
    assert!(link.starts_with("http://here/#run=1."), "{link}");
    let recording = Recording::read(&link).expect("it can be read");
    let said = |action: &Action| matches!(action, Action::Bytes { bytes, .. } if bytes.starts_with(b"SET"));
    assert!(recording.actions.iter().any(|(_, action)| said(action)));
    assert!(recording.fingerprint.is_some());
    let usage = served.order(served.port, &["record", "it"]);
    assert_eq!(usage.trim_end(), "ERR usage: SLOTLAB RECORD [link [<address of the page>]]");
    // What nobody can guess does not pack: a link has an end.
    let mut luck = Rng::new(Seed(1), 1);
    for _ in 0..40 {
        let noise: String = (0..500).map(|_| format!("{:04x}", luck.below(65_536))).collect();
        talk(served.port, format!("SET {{a}}x {noise}\r\nQUIT\r\n").as_bytes());
    }
    let said = served.order(served.port, &["record", "link"]);
    assert!(said.starts_with("ERR the link would have "), "{said}");
}

#[test]
fn a_wrong_command_line_is_told_in_a_sentence() {
    let check = |words: &str, said: &str| {
        let run = Command::new(env!("CARGO_BIN_EXE_slotlab")).args(words.split(' ')).output();
        let run = run.expect("it runs");
        assert_eq!(text(&run.stderr), format!("slotlab: {said}\n"));
        assert_eq!(run.status.code(), Some(1));
    };
    check("serv", "there is no command \"serv\"; there are serve, replay, link, help, version");
    check("serve", "serve needs --nodes or --lab (slotlab help)");
    check("serve --nodes", "missing argument for option '--nodes' (slotlab help)");
    check("serve --nodes 3 --what", "invalid option '--what' (slotlab help)");
    check("serve --nodes 3 --lab x", "--nodes or --lab, not both");
    check(
        "serve --lab nowhere",
        "--lab nowhere: no such file, and the labs are tutorial-6, three-hosts, bus-port-forgotten, three-masters",
    );
    check("link", "link needs a recorded file (slotlab help)");
    check("link /nowhere.json", "/nowhere.json: No such file or directory (os error 2)");
    check("serve --nodes 3 --speed -1", "--speed is between 0 and 100000");
    check(
        "serve --nodes 9 --port 60000",
        "the ports and those of the bus, 10000 higher, must be below 65536",
    );
}
