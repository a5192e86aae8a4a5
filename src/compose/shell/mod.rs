//! `sh -c "..."`: which Redis programs a script runs, after how long, with what on their input.
//!
//! A script is followed from top to bottom as if every command succeeded; the body of a loop counts
//! once. Absent: a shell. What is neither `sleep`, `echo` nor Redis is passed over.

mod lex;

use super::env::Env;
use super::model::fields::thousandths;
use crate::words::Millis;
use lex::Token;

/// What a script comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Script {
    /// `redis-server` and `redis-cli` commands, in order, loops left out.
    pub(super) runs: Vec<Run>,
    /// Whether it waits in a loop; the sleep in it was counted once.
    pub(super) waits: bool,
    /// Whether something in it was not understood.
    pub(super) unclear: bool,
}

/// One command of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Its words, the program's name first.
    pub(super) argv: Vec<String>,
    /// What is piped into it.
    pub(super) stdin: Option<String>,
    /// How long the script slept before.
    pub(super) sleep: Millis,
}

/// The longest sleep that is believed: a day.
const LONGEST: Millis = Millis(86_400_000);

/// Follows a script.
pub(super) fn follow(script: &str, env: &Env) -> Script {
    let lexed = lex::tokens(script, env);
    let mut reader = Reader { unclear: lexed.unclear, ..Reader::default() };
    let mut words = Vec::new();
    for token in lexed.tokens {
        match token {
            Token::Word(word) => words.push(word),
            Token::Pipe => reader.command(std::mem::take(&mut words), true),
            Token::End => reader.command(std::mem::take(&mut words), false),
        }
    }
    reader.command(words, false);
    Script { runs: reader.runs, waits: reader.waits, unclear: reader.unclear }
}

#[derive(Default)]
struct Reader {
    runs: Vec<Run>,
    waits: bool,
    unclear: bool,
    slept: Millis,
    /// What the command to the left of a pipe printed.
    piped: Option<String>,
    /// Loops that are open.
    loops: u32,
}

/// Words that stand before a command and change nothing here.
const PREFIXES: [&str; 14] = [
    "then", "else", "do", "if", "elif", "!", "{", "}", "exec", "command", "nohup", "time", "sudo",
    "env",
];

impl Reader {
    fn command(&mut self, words: Vec<String>, into_pipe: bool) {
        let mut words = words.as_slice();
        while let Some(first) = words.first() {
            match first.as_str() {
                "while" | "until" => {
                    self.loops += 1;
                    self.waits = true;
                }
                "for" | "case" | "select" | "function" => {
                    self.loops += 1;
                    self.unclear = true;
                }
                "done" | "esac" => self.loops = self.loops.saturating_sub(1),
                word if PREFIXES.contains(&word) || is_assignment(word) => {}
                _ => break,
            }
            words = &words[1..];
        }
        let piped = self.piped.take();
        if let Some(name) = words.first() {
            self.run(program(name), words, piped, into_pipe);
        }
    }

    fn run(&mut self, name: &str, words: &[String], piped: Option<String>, into_pipe: bool) {
        match name {
            "sleep" => self.sleep(words.get(1).map_or("", String::as_str)),
            "echo" | "printf" | "yes" if into_pipe => self.piped = Some(printed(name, words)),
            "redis-server" | "redis-cli" | "redis-sentinel" if self.loops == 0 => {
                self.runs.push(Run { argv: words.to_vec(), stdin: piped, sleep: self.slept });
            }
            _ => {}
        }
    }

    fn sleep(&mut self, text: &str) {
        let seconds = text.trim_end_matches('s');
        let (number, factor) = match seconds.strip_suffix('m') {
            Some(minutes) => (minutes, 60),
            None => (seconds, 1),
        };
        let ms = thousandths(number).unwrap_or(0).saturating_mul(factor);
        self.slept = Millis(self.slept.0.saturating_add(ms)).min(LONGEST);
    }
}

fn is_assignment(word: &str) -> bool {
    let name = super::env::name_len(word);
    0 < name && word[name..].starts_with('=')
}

/// The program behind a path, under the name that Redis gives it.
pub(super) fn program(path: &str) -> &str {
    match path.rsplit('/').next().unwrap_or(path) {
        "valkey-server" | "keydb-server" => "redis-server",
        "valkey-cli" | "keydb-cli" => "redis-cli",
        name => name,
    }
}

/// What `echo yes`, `printf 'yes\n'` or `yes yes` print (the latter prints it for ever).
fn printed(name: &str, words: &[String]) -> String {
    let text = words[1..].iter().filter(|word| !matches!(word.as_str(), "-n" | "-e" | "--"));
    let text: Vec<&str> = text.map(String::as_str).collect();
    match name {
        "printf" => text.concat().replace("\\n", "\n"),
        "yes" if text.is_empty() => "y\n".repeat(16),
        "yes" => (text.join(" ") + "\n").repeat(16),
        _ => text.join(" ") + "\n",
    }
}
