//! `redis.conf` and the flags of a command line, as a starting server reads them.
//!
//! Line by line, by Redis's own quoting rules; the first line that is refused ends the server, with
//! the text that it prints. Flags are lines behind those of the file, as in Redis.
//! In Redis: `loadServerConfig`, `loadServerConfigFromString`, `sdssplitargs` (7.0.15).
//! Absent: `include` is noted, not followed; ACL users, modules and renamed commands are passed over.

use super::remark::{Code, Place, Remarks};
use crate::shapes::Config;
use crate::shapes::config::Complaint;
use std::collections::BTreeMap;

/// A server's configuration with the places of its directives.
#[derive(Clone, Debug, Default)]
pub(super) struct Loaded {
    pub(super) config: Config,
    /// What the server prints instead of starting.
    pub(super) fatal: Option<String>,
    /// Where each directive was set last.
    directives: BTreeMap<String, Place>,
    /// How many lines were read.
    lines: usize,
    /// How many bytes of directives were read.
    bytes: usize,
}

/// The most bytes of directives that are read, comments not counted: redis.conf as it is shipped has
/// 2 KiB of them.
const LARGEST: usize = 32 << 10;

impl Loaded {
    /// Where `directive` was set last.
    pub(super) fn place(&self, directive: &str) -> Option<&Place> {
        self.directives.get(directive)
    }

    /// Reads the lines of a file; `at` is the place of its first line (of the scalar, if the text
    /// stands inside a compose file). A file with too much in it is passed over as a whole.
    pub(super) fn read_file(&mut self, text: &str, at: &Place, remarks: &mut Remarks) {
        let first = at.line.max(1);
        for (number, line) in (0..).zip(text.split('\n')) {
            if LARGEST < self.bytes {
                let sizes = [("bytes", text.len().to_string()), ("limit", LARGEST.to_string())];
                remarks.add(&at.line(first + number), Code::FileTooLarge, sizes);
                *self = Loaded::default();
                return;
            }
            self.read_line(line, &at.line(first + number), remarks);
        }
    }

    /// Reads `--name value ...`.
    pub(super) fn read_flags(&mut self, flags: &[String], at: &Place, remarks: &mut Remarks) {
        if self.lines == 0 {
            self.lines = 1;
        }
        for line in flag_lines(flags) {
            self.read_line(&line, at, remarks);
        }
    }

    fn read_line(&mut self, line: &str, at: &Place, remarks: &mut Remarks) {
        self.lines += 1;
        let line = line.trim_matches([' ', '\t', '\r', '\n']);
        if self.fatal.is_some() || line.is_empty() || line.starts_with('#') {
            return;
        }
        self.bytes += line.len();
        let Some(words) = split_args(line) else {
            return self.refuse(line, "Unbalanced quotes in configuration line", at, remarks);
        };
        let Some((name, args)) = words.split_first() else { return };
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "include" => {
                let file = args.join(" ");
                remarks.add(at, Code::ConfigInclude, [("file", file)]);
            }
            "user" | "rename-command" | "loadmodule" => {
                remarks.add(at, Code::KeyIgnored, [("key", name.clone())]);
            }
            _ => {
                let args: Vec<&str> = args.iter().map(String::as_str).collect();
                if let Err(complaint) = self.config.apply(&name, &args) {
                    self.refuse(line, &complaint.to_string(), at, remarks);
                }
            }
        }
        self.directives.insert(name, at.clone());
    }

    fn refuse(&mut self, line: &str, complaint: &str, at: &Place, remarks: &mut Remarks) {
        let text = super::env::shorten(complaint);
        remarks.add(at, Code::ConfigFatal, [("text", text), ("line", super::env::shorten(line))]);
        self.fatal = Some(format!(
            "\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n\
             Reading the configuration file, at line {}\n>>> '{line}'\n{complaint}\n",
            self.lines
        ));
    }

    /// The checks that a server makes when all is read.
    pub(super) fn finish(&mut self, at: &Place, remarks: &mut Remarks) {
        if self.fatal.is_some() {
            return;
        }
        let Err(complaint) = self.config.check() else { return };
        let place = |name: &str| self.place(name).unwrap_or(at).clone();
        self.fatal = Some(match complaint {
            Complaint::ReplicaOfInCluster => {
                let written = self.place("replicaof").or(self.place("slaveof")).unwrap_or(at);
                remarks.add(&written.clone(), Code::ReplicaofInCluster, []);
                format!("\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n{complaint}\n")
            }
            Complaint::PortTooHigh => {
                let port = self.config.port.to_string();
                remarks.add(&place("port"), Code::PortTooHigh, [("port", port)]);
                format!("{complaint}\n")
            }
            complaint => {
                let text = complaint.to_string();
                remarks.add(at, Code::ConfigFatal, [("text", text), ("line", String::new())]);
                format!("{complaint}\n")
            }
        });
    }
}

/// Flags as lines: `--port 7001 --save ""` is `port "7001"` and `save ""`.
fn flag_lines(flags: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for flag in flags {
        match (flag.strip_prefix("--"), lines.last_mut()) {
            (Some(name), _) => lines.push(name.into()),
            (None, Some(line)) => {
                let value = flag.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
                *line += &format!(" \"{value}\"");
            }
            (None, None) => lines.push(flag.clone()),
        }
    }
    lines
}

/// The words of a line; none if a quote is not closed, or closes in the middle of a word.
fn split_args(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let (word, after) = next_arg(rest)?;
        words.push(word);
        rest = after.trim_start();
    }
    Some(words)
}

fn next_arg(text: &str) -> Option<(String, &str)> {
    let mut word = String::new();
    let mut chars = text.chars();
    loop {
        let rest = chars.as_str();
        match chars.next() {
            None => return Some((word, rest)),
            Some(c) if c.is_ascii_whitespace() => return Some((word, rest)),
            Some(quote @ ('"' | '\'')) => {
                quoted(quote, &mut chars, &mut word)?;
                let rest = chars.as_str();
                let closed = rest.is_empty() || rest.starts_with(|c: char| c.is_ascii_whitespace());
                return closed.then_some((word, rest));
            }
            Some(c) => word.push(c),
        }
    }
}

fn quoted(quote: char, chars: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            c if c == quote => return Some(()),
            '\\' if quote == '"' => word.push(escaped(chars)?),
            '\\' if chars.as_str().starts_with('\'') => {
                chars.next();
                word.push('\'');
            }
            c => word.push(c),
        }
    }
}

/// `\xHH`, `\n` and the like.
fn escaped(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let rest = chars.as_str();
    let hex = rest.strip_prefix('x').and_then(|hex| hex.get(..2));
    let hex = hex.filter(|hex| hex.bytes().all(|digit| digit.is_ascii_hexdigit()));
    if let Some(Ok(byte)) = hex.map(|hex| u8::from_str_radix(hex, 16)) {
        *chars = rest[3..].chars();
        return Some(char::from(byte));
    }
    Some(match chars.next()? {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'b' => '\u{8}',
        'a' => '\u{7}',
        c => c,
    })
}
