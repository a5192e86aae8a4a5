//! The command line of `redis-cli`.
//!
//! Options come first; the first word that is none is the command, except after `--cluster`, whose
//! words may stand anywhere. In Redis: `parseOptions`, `createClusterManagerCommand`.
//! Absent, and so not recognised: TLS, sockets, `--pipe`, `--scan`, `--latency` and the other modes
//! that measure instead of talking.

use crate::cli::io::Stream;
use crate::words::Millis;

/// The text of `redis-cli --help`.
pub const USAGE: &str = include_str!("usage.txt");
/// What `-a` provokes.
pub const PASSWORD_WARNING: &str = "Warning: Using a password with '-a' or '-u' option on the \
                                    command line interface may not be safe.\n";
const WEIGHTS_TWICE: &str = "WARNING: you cannot use --cluster-weight more than once.\nYou can set \
                             more weights by adding them as a space-separated list, ie:\n\
                             --cluster-weight n1=w n2=w\n";
const VERSION: &str = "redis-cli 7.0.15\n";

/// What the command line asks for.
#[derive(Clone, PartialEq, Debug)]
pub struct Options {
    /// `-h`
    pub host: String,
    /// `-p`
    pub port: i32,
    /// `-a`, `--pass`
    pub auth: Option<String>,
    /// `--user`
    pub user: Option<String>,
    /// Without `--no-auth-warning`.
    pub warn_of_auth: bool,
    /// `-r`: how often the command is run; negative for ever.
    pub repeat: i64,
    /// `-i`: the pause after each run.
    pub interval: Millis,
    /// `-n`
    pub db: i64,
    /// `-c`: follow MOVED and ASK.
    pub follow: bool,
    /// `-e`: errors go to standard error and make the exit code 1.
    pub errors_exit: bool,
    /// `-3`
    pub resp3: bool,
    /// `--quoted-input`
    pub quoted_input: bool,
    /// `--verbose`
    pub verbose: bool,
    /// `--raw`, `--no-raw`, `--csv`, `--json`; by default it depends on the terminal.
    pub format: Option<Format>,
    /// The words after the options.
    pub command: Vec<String>,
    /// `--cluster`
    pub cluster: Option<ClusterCommand>,
    /// The `--cluster-…` options.
    pub cluster_options: ClusterOptions,
}

/// How replies are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// For people: types are shown, strings quoted.
    Standard,
    /// For pipes: the bare bytes.
    Raw,
    /// Comma-separated values.
    Csv,
    /// JSON.
    Json,
}

/// A `--cluster` command and its words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClusterCommand {
    /// `create`
    pub name: String,
    /// Up to the first option.
    pub args: Vec<String>,
}

/// The options of the `--cluster` commands. Numbers are read as C's `atoi` does.
#[derive(Clone, PartialEq, Debug)]
pub struct ClusterOptions {
    /// `--cluster-replicas`, for each master.
    pub replicas: i32,
    /// `--cluster-yes`
    pub yes: bool,
    /// `--cluster-search-multiple-owners`
    pub search_multiple_owners: bool,
    /// `--cluster-fix-with-unreachable-masters`
    pub fix_with_unreachable_masters: bool,
    /// `--cluster-from`
    pub from: Option<String>,
    /// `--cluster-from-user`
    pub from_user: Option<String>,
    /// `--cluster-from-pass`
    pub from_pass: Option<String>,
    /// `--cluster-from-askpass`
    pub from_askpass: bool,
    /// `--cluster-to`
    pub to: Option<String>,
    /// `--cluster-slots`
    pub slots: i32,
    /// `--cluster-timeout`, in milliseconds.
    pub timeout_ms: i32,
    /// `--cluster-pipeline`, keys in one MIGRATE.
    pub pipeline: i32,
    /// `--cluster-threshold`, in per cent.
    pub threshold: f32,
    /// `--cluster-weight`: `node=weight` words.
    pub weights: Vec<String>,
    /// `--cluster-simulate`
    pub simulate: bool,
    /// `--cluster-use-empty-masters`
    pub use_empty_masters: bool,
    /// `--cluster-replace`
    pub replace: bool,
    /// `--cluster-copy`
    pub copy: bool,
    /// `--cluster-slave`
    pub slave: bool,
    /// `--cluster-master-id`
    pub master_id: Option<String>,
    /// `--cluster-only-masters`
    pub only_masters: bool,
    /// `--cluster-only-replicas`
    pub only_replicas: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            host: "127.0.0.1".to_owned(),
            port: 6379,
            auth: None,
            user: None,
            warn_of_auth: true,
            repeat: 1,
            interval: Millis(0),
            db: 0,
            follow: false,
            errors_exit: false,
            resp3: false,
            quoted_input: false,
            verbose: false,
            format: None,
            command: Vec::new(),
            cluster: None,
            cluster_options: ClusterOptions::default(),
        }
    }
}

impl Default for ClusterOptions {
    fn default() -> ClusterOptions {
        ClusterOptions {
            replicas: 0,
            yes: false,
            search_multiple_owners: false,
            fix_with_unreachable_masters: false,
            from: None,
            from_user: None,
            from_pass: None,
            from_askpass: false,
            to: None,
            slots: 0,
            timeout_ms: 60_000,
            pipeline: 10,
            threshold: 2.0,
            weights: Vec::new(),
            simulate: false,
            use_empty_masters: false,
            replace: false,
            copy: false,
            slave: false,
            master_id: None,
            only_masters: false,
            only_replicas: false,
        }
    }
}

/// A command line that ends the program at once, with what it prints and its exit code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ended {
    /// Where the text goes.
    pub stream: Stream,
    /// What is printed.
    pub text: String,
    /// The exit code.
    pub code: i32,
}

impl Ended {
    fn usage(code: i32) -> Ended {
        let stream = if code == 0 { Stream::Stdout } else { Stream::Stderr };
        Ended { stream, text: USAGE.to_owned(), code }
    }
    fn error(text: impl Into<String>) -> Ended {
        Ended { stream: Stream::Stderr, text: text.into(), code: 1 }
    }
}

/// Reads the words after the program's name.
pub fn parse(argv: &[String]) -> Result<Options, Ended> {
    let mut options = Options::default();
    let mut at = 0;
    while let Some(word) = argv.get(at) {
        at += match take_option(&mut options, word, &argv[at + 1..])? {
            Taken::Words(count) => count,
            Taken::CommandStarts => {
                options.command = argv[at..].to_vec();
                break;
            }
        };
    }
    Ok(options)
}

/// How many words were used, or that the rest is the command.
enum Taken {
    Words(usize),
    CommandStarts,
}

fn take_option(options: &mut Options, word: &str, rest: &[String]) -> Result<Taken, Ended> {
    match (word, rest.first()) {
        ("--cluster", name) => take_cluster(options, name, rest),
        ("--cluster-weight", Some(_)) => take_weights(options, rest),
        ("--help", _) | ("-h", None) => Err(Ended::usage(0)),
        ("-v" | "--version", _) => {
            Err(Ended { stream: Stream::Stdout, text: VERSION.to_owned(), code: 0 })
        }
        (flag, _) if set_flag(options, flag) => Ok(Taken::Words(1)),
        (name, Some(value)) if set_value(options, name, value) => Ok(Taken::Words(2)),
        (other, _) if other.starts_with('-') => {
            Err(Ended::error(format!("Unrecognized option or bad number of args for: '{other}'\n")))
        }
        _ if options.cluster.is_some() => Ok(Taken::Words(take_late_args(options, word, rest))),
        _ => Ok(Taken::CommandStarts),
    }
}

/// `--cluster <name> <words up to the next option>`
fn take_cluster(
    options: &mut Options,
    name: Option<&String>,
    rest: &[String],
) -> Result<Taken, Ended> {
    let Some(name) = name.filter(|_| options.cluster.is_none()) else {
        return Err(Ended::usage(1));
    };
    let args: Vec<String> = words_before_option(&rest[1..]);
    let taken = 2 + args.len();
    options.cluster = Some(ClusterCommand { name: name.clone(), args });
    Ok(Taken::Words(taken))
}

/// `--cluster-weight <node=weight words>`
fn take_weights(options: &mut Options, rest: &[String]) -> Result<Taken, Ended> {
    let weights = &mut options.cluster_options.weights;
    if !weights.is_empty() {
        return Err(Ended::error(WEIGHTS_TWICE));
    }
    let words = rest.iter().take_while(|w| !w.starts_with("--") && w.contains('='));
    weights.extend(words.cloned());
    Ok(Taken::Words(1 + weights.len()))
}

/// Words after an option: the arguments, if the command's name was followed by an option at once;
/// later ones are silently ignored.
fn take_late_args(options: &mut Options, word: &str, rest: &[String]) -> usize {
    let Some(command) = options.cluster.as_mut().filter(|command| command.args.is_empty()) else {
        return 1;
    };
    command.args.push(word.to_owned());
    command.args.extend(words_before_option(rest));
    command.args.len()
}

fn words_before_option(words: &[String]) -> Vec<String> {
    words.iter().take_while(|word| !word.starts_with('-')).cloned().collect()
}

fn set_flag(options: &mut Options, name: &str) -> bool {
    let cluster = &mut options.cluster_options;
    match name {
        "-c" => options.follow = true,
        "-e" => options.errors_exit = true,
        "-2" => options.resp3 = false,
        "-3" => options.resp3 = true,
        "--raw" => options.format = Some(Format::Raw),
        "--no-raw" => options.format = Some(Format::Standard),
        "--csv" => options.format = Some(Format::Csv),
        "--json" | "--quoted-json" => {
            options.format = Some(Format::Json);
            options.resp3 = true;
        }
        "--quoted-input" => options.quoted_input = true,
        "--no-auth-warning" => options.warn_of_auth = false,
        "--verbose" => options.verbose = true,
        "--cluster-yes" => cluster.yes = true,
        "--cluster-search-multiple-owners" => cluster.search_multiple_owners = true,
        "--cluster-fix-with-unreachable-masters" => cluster.fix_with_unreachable_masters = true,
        "--cluster-simulate" => cluster.simulate = true,
        "--cluster-use-empty-masters" => cluster.use_empty_masters = true,
        "--cluster-replace" => cluster.replace = true,
        "--cluster-copy" => cluster.copy = true,
        "--cluster-from-askpass" => cluster.from_askpass = true,
        "--cluster-slave" => cluster.slave = true,
        "--cluster-only-masters" => cluster.only_masters = true,
        "--cluster-only-replicas" => cluster.only_replicas = true,
        _ => return false,
    }
    true
}

fn set_value(options: &mut Options, name: &str, value: &str) -> bool {
    let cluster = &mut options.cluster_options;
    let text = || Some(value.to_owned());
    match name {
        "-h" => options.host = value.to_owned(),
        "-p" => options.port = atoi(value),
        "-a" | "--pass" => options.auth = text(),
        "--user" => options.user = text(),
        "-r" => options.repeat = i64::from(atoi(value)),
        "-i" => options.interval = milliseconds(value),
        "-n" => options.db = i64::from(atoi(value)),
        "--cluster-replicas" => cluster.replicas = atoi(value),
        "--cluster-from" => cluster.from = text(),
        "--cluster-from-user" => cluster.from_user = text(),
        "--cluster-from-pass" => cluster.from_pass = text(),
        "--cluster-to" => cluster.to = text(),
        "--cluster-slots" => cluster.slots = atoi(value),
        "--cluster-timeout" => cluster.timeout_ms = atoi(value),
        "--cluster-pipeline" => cluster.pipeline = atoi(value),
        "--cluster-threshold" => cluster.threshold = atof(value) as f32,
        "--cluster-master-id" => cluster.master_id = text(),
        _ => return false,
    }
    true
}

/// `0.1` seconds.
fn milliseconds(seconds: &str) -> Millis {
    Millis((seconds.trim().parse::<f64>().unwrap_or(0.0).max(0.0) * 1000.0) as u64)
}

/// C's `atoi`: the number that a text starts with, or 0.
pub fn atoi(text: &str) -> i32 {
    let text = text.trim_start_matches([' ', '\t', '\n', '\x0b', '\x0c', '\r']);
    let (sign, digits) = match text.as_bytes().first() {
        Some(b'-') => (-1, &text[1..]),
        Some(b'+') => (1, &text[1..]),
        _ => (1, text),
    };
    let digits = digits.bytes().take_while(u8::is_ascii_digit);
    let number =
        digits.fold(0_i64, |n, digit| n.saturating_mul(10).saturating_add(i64::from(digit - b'0')));
    // glibc reads a long and cuts it to an int.
    (sign * number) as i32
}

/// C's `atof`: the number that a text starts with, or 0.
pub fn atof(text: &str) -> f64 {
    let text = text.trim_start();
    let ends = (1..=text.len()).rev().filter(|&end| text.is_char_boundary(end));
    ends.map(|end| &text[..end]).find_map(|number| number.parse().ok()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::{atof, atoi, parse};

    fn cluster_args(line: &str) -> String {
        let argv: Vec<String> = line.split(' ').map(str::to_owned).collect();
        match parse(&argv) {
            Ok(options) => options.cluster.map(|c| c.args.join(" ")).unwrap_or_default(),
            Err(ended) => ended.text,
        }
    }

    #[test]
    fn the_words_of_a_cluster_command_end_at_the_first_option() {
        assert_eq!(cluster_args("--cluster create a b --cluster-yes c d"), "a b");
        assert_eq!(
            cluster_args("--cluster create --cluster-replicas 1 a b --cluster-yes c"),
            "a b"
        );
    }

    #[test]
    fn an_option_without_its_value_is_not_recognised() {
        assert_eq!(
            cluster_args("--cluster create a --cluster-replicas"),
            "Unrecognized option or bad number of args for: '--cluster-replicas'\n"
        );
    }

    #[test]
    fn numbers_are_read_as_c_reads_them() {
        assert_eq!((atoi("two"), atoi("-1"), atoi(" 12x"), atoi("+3")), (0, -1, 12, 3));
        assert_eq!((atof("x"), atof("2.5%"), atof(" -1e1e")), (0.0, 2.5, -10.0));
    }
}
