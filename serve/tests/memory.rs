//! MEMORY USAGE of random keys: what ours says and what a real server with jemalloc measures.
//!
//! Only of what determines it: no strings that were changed in place, no skiplists, and hash tables with
//! all of their members looked at. Skipped with a line on standard error where redis-server is missing,
//! except in CI.

mod support;

use support::{Real, Served, talk, text, there};

/// A small generator of numbers: the same keys each time.
struct Luck(u64);

impl Luck {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % bound
    }
    fn word(&mut self) -> String {
        let len = match self.below(4) {
            0 => return (self.below(1 << 40) as i64 - 100_000).to_string(),
            1 => self.below(8),
            2 => self.below(44),
            _ => self.below(64),
        };
        format!("w{}", "x".repeat(len as usize))
    }
    /// The commands that make a key, which is not there yet.
    fn key(&mut self, key: &str) -> Vec<String> {
        let count = 1 + self.below(40);
        match self.below(8) {
            0 => {
                let len = [40, 100, 300, 3000, 70_000, 200_000][self.below(6) as usize];
                vec![format!("SET {key} {}", "v".repeat(self.below(len) as usize + 1))]
            }
            1 => vec![format!("SET {key} {}", self.word())],
            2 => (0..count).map(|_| format!("RPUSH {key} {}", self.word())).collect(),
            3 => {
                (0..self.below(300)).map(|_| format!("SADD {key} {}", self.below(70_000))).collect()
            }
            4 => (0..count).map(|n| format!("HSET {key} f{n} {}", self.word())).collect(),
            5 => (0..count).map(|n| format!("ZADD {key} {} m{n}", self.below(1000))).collect(),
            6 => (0..count * 4)
                .map(|n| format!("XADD {key} {}-{} f {}", n + 1, self.below(9), self.word()))
                .collect(),
            // A table that has just grown has two; in between it is luck when the old one goes.
            _ => {
                let count =
                    [1, 3, 4, 5, 8, 9, 16, 17, 32, 33, 64, 65, 128][self.below(13) as usize];
                (0..count).map(|n| format!("SADD {key} member-{n}-{}", self.word())).collect()
            }
        }
    }
}

/// An inline request has to be short.
fn request(line: &str) -> Vec<u8> {
    let words: Vec<&str> = line.split(' ').collect();
    let bulks = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len()));
    format!("*{}\r\n{}", words.len(), bulks.collect::<String>()).into_bytes()
}

#[test]
fn memory_usage_is_what_a_real_server_measures() {
    if !there("redis-server") {
        return;
    }
    let real = Real::start(1, false);
    let ours = Served::start(1, &["--empty", "--conf", "cluster-enabled no"]);
    let mut luck = Luck(7);
    let mut said = Vec::new();
    let mut asked = Vec::new();
    for number in 0..600 {
        let key = format!("{}{number}", "k".repeat(luck.below(50) as usize));
        said.extend(luck.key(&key));
        asked.push(format!("MEMORY USAGE {key} SAMPLES 0"));
    }
    for port in [real.port, ours.port] {
        let requests: Vec<u8> = said.iter().flat_map(|line| request(line)).collect();
        talk(port, &[requests, b"QUIT\r\n".to_vec()].concat());
    }
    let ask = |port| text(&talk(port, (asked.join("\r\n") + "\r\nQUIT\r\n").as_bytes()));
    let encodings = asked.iter().map(|line| line.replace("MEMORY USAGE", "OBJECT ENCODING"));
    let encodings: Vec<String> = encodings.map(|line| line.replace(" SAMPLES 0", "")).collect();
    let encodings = text(&talk(real.port, (encodings.join("\r\n") + "\r\nQUIT\r\n").as_bytes()));
    let encodings: Vec<&str> = encodings.lines().filter(|line| !line.starts_with('$')).collect();
    let (theirs, ours) = (ask(real.port), ask(ours.port));
    assert_eq!(theirs.lines().count(), asked.len() + 1, "all are answered");
    let rows = asked.iter().zip(encodings).zip(theirs.lines().zip(ours.lines()));
    let different: Vec<String> = rows
        .filter(|(_, (theirs, ours))| theirs != ours)
        .map(|((line, encoding), (theirs, ours))| {
            format!("{line} {encoding}: real {theirs}, ours {ours}")
        })
        .collect();
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}
