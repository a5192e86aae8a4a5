//! Client-side caching: what clients are told of keys that change, by ours and by a real server.
//!
//! A story is a list of lines: who says what; after each, everything that anybody heard is compared.
//! Skipped with a line on standard error where redis-server is missing, except in CI.

mod support;

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use support::{Real, Served, connect, there};

/// Some connections to one server, by name.
struct Stage {
    port: u16,
    streams: BTreeMap<char, TcpStream>,
    ids: BTreeMap<char, String>,
}

impl Stage {
    fn new(port: u16) -> Stage {
        Stage { port, streams: BTreeMap::new(), ids: BTreeMap::new() }
    }
    fn enter(&mut self, name: char) {
        if self.streams.contains_key(&name) {
            return;
        }
        let mut stream = connect(self.port);
        stream.set_read_timeout(Some(Duration::from_millis(100))).expect("a timeout can be set");
        stream.write_all(b"CLIENT ID\r\n").expect("it is open");
        let id = heard(&mut stream);
        self.ids.insert(name, id.trim_start_matches(':').trim_end().to_owned());
        self.streams.insert(name, stream);
    }
    /// `a: GET k`; `#b` is the id of b. What everybody heard of it, ids by their names.
    fn play(&mut self, line: &str) -> String {
        let (name, words) = line.split_once(": ").expect("a name");
        let name = name.chars().next().expect("a letter");
        self.enter(name);
        if words == "leaves" {
            self.streams.remove(&name);
        }
        let mut words = words.to_owned();
        for (name, id) in &self.ids {
            words = words.replace(&format!("#{name}"), id);
        }
        if let Some(stream) = self.streams.get_mut(&name) {
            stream.write_all(format!("{words}\r\n").as_bytes()).expect("it is open");
        }
        let mut all = String::new();
        for (name, stream) in &mut self.streams {
            let mut said = heard(stream);
            for (other, id) in &self.ids {
                // HELLO tells the client's own, among others.
                let own = format!("$2\r\nid\r\n:{id}\r\n");
                said = said.replace(&own, "$2\r\nid\r\n:#\r\n");
                // Small numbers mean other things elsewhere.
                if said.contains("redir") || words.contains("GETREDIR") {
                    said = said.replace(&format!(":{id}\r\n"), &format!(":#{other}\r\n"));
                }
                said = said.replace(&format!("id={id} "), &format!("id=#{other} "));
                said = said.replace(&format!("redir={id} "), &format!("redir=#{other} "));
            }
            if !said.is_empty() {
                all += &format!("{name}<{}>", said.escape_debug());
            }
        }
        all
    }
}

/// All that comes before it is quiet for a while.
fn heard(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let mut piece = [0; 4096];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(len) => said.extend_from_slice(&piece[..len]),
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
                break;
            }
        }
    }
    String::from_utf8_lossy(&said).into_owned()
}

/// What a real server and ours make of a story.
fn check(story: &str) {
    if !there("redis-server") {
        return;
    }
    let (real, ours) =
        (Real::start(1, false), Served::start(1, &["--empty", "--conf", "cluster-enabled no"]));
    let mut stages = [Stage::new(real.port), Stage::new(ours.port)];
    let mut different = Vec::new();
    for line in story.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let [theirs, ours] = stages.each_mut().map(|stage| stage.play(line));
        if theirs != ours {
            different.push(format!("{line}\n  real {theirs}\n  ours {ours}"));
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

#[test]
fn who_has_read_a_key_is_told_once() {
    check(
        "a: HELLO 3
         b: SET k 1
         a: CLIENT TRACKING on
         a: CLIENT TRACKINGINFO
         a: CLIENT GETREDIR
         a: GET k
         b: SET k 2
         b: SET k 3
         a: MGET k l m
         b: DEL l
         b: SET l 1
         b: DEL m
         a: GET k
         a: SET k 4
         a: GET k
         a: INCRBY k 1
         a: MULTI
         a: GET k
         a: SET k 6
         a: GET k
         a: EXEC
         b: INCR k
         a: LRANGE list 0 -1
         a: SMEMBERS list
         b: RPUSH list 1 2
         a: LLEN list
         b: RPOP list
         b: APPEND k x
         a: EXISTS k l
         b: RENAME k l
         a: GET l
         b: PEXPIRE l 100000
         a: GET l
         b: PERSIST l
         a: TTL l
         b: EXPIRE l 0
         a: CLIENT TRACKING off
         a: GET k
         b: SET k 1",
    );
}

#[test]
fn what_a_client_does_itself_comes_after_its_answer() {
    check(
        "a: HELLO 3
         a: CLIENT TRACKING on NOLOOP
         a: SET k 1
         a: GET k
         a: SET k 2
         a: GET k
         b: SET k 3
         a: CLIENT TRACKING on
         a: MGET k l
         a: MSET k 1 l 2
         a: GET k
         a: CLIENT REPLY off
         b: SET k 4
         a: CLIENT REPLY on
         a: GET k
         a: FLUSHALL
         b: SET k 1
         a: GET k
         b: FLUSHDB
         b: FLUSHALL ASYNC
         a: EVAL 'return redis.call(\"get\",KEYS[1])' 1 x
         b: SET x 1
         a: EVAL 'return redis.call(\"get\",KEYS[1])' 2 x y
         b: SET y 1
         a: EVAL_RO 'return redis.call(\"get\",KEYS[1])' 1 x
         b: SET x 1
         a: GET x
         a: EVAL 'return redis.call(\"set\",KEYS[1],1)' 1 x",
    );
}

#[test]
fn opting_in_and_out() {
    check(
        "a: HELLO 3
         a: CLIENT CACHING YES
         a: CLIENT TRACKING on OPTIN
         a: CLIENT TRACKINGINFO
         a: GET k
         b: SET k 1
         a: CLIENT CACHING YES
         a: CLIENT TRACKINGINFO
         a: GET k
         a: GET l
         b: SET l 1
         b: SET k 2
         a: CLIENT CACHING YES
         a: MULTI
         a: GET k
         a: GET l
         a: EXEC
         b: MSET k 1 l 1
         a: CLIENT CACHING YES
         a: nonsense
         a: GET k
         b: SET k 1
         a: CLIENT CACHING NO
         a: CLIENT CACHING maybe
         a: CLIENT TRACKING on OPTOUT
         a: CLIENT TRACKING off
         a: CLIENT TRACKING on OPTOUT
         a: CLIENT CACHING YES
         a: CLIENT CACHING NO
         a: CLIENT TRACKINGINFO
         a: GET k
         a: GET l
         b: MSET k 1 l 1
         a: CLIENT TRACKING on OPTIN OPTOUT
         a: CLIENT TRACKING on BCAST
         a: CLIENT TRACKING on OPTIN
         a: CLIENT TRACKING off
         a: CLIENT TRACKING on OPTIN BCAST",
    );
}

#[test]
fn broadcasts() {
    check(
        "a: HELLO 3
         a: CLIENT TRACKING on BCAST PREFIX user: PREFIX item:
         a: CLIENT TRACKINGINFO
         b: SET user:1 1
         b: SET other 1
         b: MSET user:2 1 item:1 1 user:1 2
         a: SET item:1 1
         a: CLIENT TRACKING on BCAST PREFIX user:1
         a: CLIENT TRACKING on BCAST PREFIX x PREFIX xy
         a: CLIENT TRACKING on BCAST PREFIX p PREFIX x PREFIX xy
         a: CLIENT TRACKINGINFO
         a: CLIENT TRACKING on BCAST PREFIX order: NOLOOP
         a: CLIENT TRACKINGINFO
         a: SET order:1 1
         b: SET order:1 1
         a: EVAL 'return redis.call(\"set\",KEYS[1],1)' 1 order:1
         a: CLIENT TRACKING on
         a: CLIENT TRACKING off
         a: CLIENT TRACKINGINFO
         a: CLIENT TRACKING on BCAST
         c: HELLO 3
         c: CLIENT TRACKING on BCAST
         b: SET anything 1
         b: DEL anything
         b: DEL anything
         b: FLUSHALL
         a: PREFIX
         a: CLIENT TRACKING on PREFIX x
         a: CLIENT TRACKING on BCAST PREFIX
         b: SET k 2
         c: leaves
         b: SET k 3
         a: RESET
         b: SET k 4",
    );
}

#[test]
fn another_connection_may_hear_of_it() {
    check(
        "a: CLIENT TRACKING on
         a: GET k
         b: SET k 1
         r: SUBSCRIBE __redis__:invalidate
         a: CLIENT TRACKING on REDIRECT #r
         a: CLIENT GETREDIR
         a: CLIENT TRACKINGINFO
         a: GET k
         b: SET k 2
         a: GET k
         a: SET k 3
         b: FLUSHALL
         a: CLIENT TRACKING on REDIRECT #r REDIRECT #b
         a: CLIENT TRACKING on REDIRECT 999999
         a: CLIENT TRACKING on REDIRECT x
         a: CLIENT TRACKING on REDIRECT
         a: CLIENT TRACKING
         a: CLIENT TRACKING maybe
         a: CLIENT TRACKING on nonsense
         a: GET k
         r: UNSUBSCRIBE
         b: SET k 4
         r: HELLO 3
         a: GET k
         b: SET k 4
         a: HELLO 3
         a: GET k
         r: leaves
         b: SET k 5
         a: CLIENT TRACKINGINFO
         a: CLIENT TRACKING off
         a: CLIENT TRACKING on BCAST REDIRECT #b
         b: SUBSCRIBE __redis__:invalidate
         a: SET k 6
         b: QUIT
         a: SET k 7",
    );
}
