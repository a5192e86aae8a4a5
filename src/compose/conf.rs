//! `redis.conf` and the flags of a command line, as a starting server reads them.
//!
//! Line by line, by Redis's own quoting rules; the first line that is refused ends the server, with
//! the text that it prints. Flags are lines behind those of the file, as in Redis.
//! In Redis: `loadServerConfig`, `loadServerConfigFromString`, `sdssplitargs` (7.0.15).
//! Absent: `include` is noted, not followed; ACL users, modules and renamed commands are passed over.

use super::remark::{Code, Place, Remarks};
use crate::shapes::Config;
use crate::shapes::config::Complaint;
use crate::words::quote;
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

/// Flags as lines: `--port 7001 --save ""` is `port "7001"` and `save ""`. What follows a name is its
/// value even if it looks like a flag; `--save` alone is an empty value.
fn flag_lines(flags: &[String]) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut complete = true;
    for (at, flag) in flags.iter().enumerate() {
        let name = flag.strip_prefix("--").filter(|_| complete);
        if let (None, Some(line)) = (name, lines.last_mut()) {
            *line += &format!(" {}", quoted(flag));
            complete = true;
            continue;
        }
        lines.push(name.map_or_else(|| quoted(flag), str::to_owned));
        complete = name.is_none() || split_args(flag).is_none_or(|words| words.len() != 1);
        let next_is_flag = flags.get(at + 1).is_none_or(|next| next.starts_with("--"));
        if let Some(line) =
            lines.last_mut().filter(|_| flag.eq_ignore_ascii_case("--save") && next_is_flag)
        {
            line.push_str(" \"\"");
            complete = true;
        }
    }
    lines
}

fn quoted(text: &str) -> String {
    let mut out = Vec::new();
    quote::quoted(text.as_bytes(), &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// The words of a line; none if a quote is not closed, or closes in the middle of a word.
fn split_args(line: &str) -> Option<Vec<String>> {
    let words = quote::split(line.as_bytes())?;
    Some(words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect())
}
