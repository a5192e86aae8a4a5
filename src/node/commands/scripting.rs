//! EVAL, as far as a lesson on routing needs it.
//!
//! A script is `return` and a number, a string, `KEYS[i]`, `ARGV[i]`, or one `redis.call(...)` of
//! such. Its keys are routed before it runs; every call inside is routed again. In Redis: eval.c,
//! `scriptVerifyClusterState` (script.c). Spec: slots 7. Absent: the rest of Lua, EVALSHA, functions.

use super::absent::not_simulated;
use super::gate::look_up;
use super::help;
use super::monitor::Shown;
use super::table::{Flags, Keys, group, node};
use super::words::{int, is, lower};
use super::{Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::route::{Query, Route};
use crate::words::{Argv, Reply};
use bytes::Bytes;
use sha1::{Digest, Sha1};

/// What runs a script, be it sent along or kept as a function.
pub(super) const SCRIPTED: Flags = Flags::NOSCRIPT
    .or(Flags::STALE)
    .or(Flags::SKIP_MONITOR)
    .or(Flags::NO_MANDATORY_KEYS)
    .or(Flags::MOVABLE);
/// Its keys: as many as the second word says.
pub(super) const COUNTED: Keys = Keys::Counted { count: 2, store: 0 };

pub(super) const COMMANDS: &[Command] = &[
    node("eval", -3, SCRIPTED, COUNTED, eval),
    node("eval_ro", -3, SCRIPTED.or(Flags::READONLY), COUNTED, eval),
    node("evalsha", -3, SCRIPTED, COUNTED, evalsha),
    node("evalsha_ro", -3, SCRIPTED.or(Flags::READONLY), COUNTED, evalsha),
    group(
        "script",
        -2,
        &[
            node("script|load", 3, Flags::NOSCRIPT.or(Flags::STALE), Keys::None, |_, call| {
                Reply::bulk(digest(&call.argv[2])).into()
            }),
            node("script|exists", -3, Flags::NOSCRIPT, Keys::None, |_, call| {
                Reply::Array(call.argv[2..].iter().map(|_| Reply::Int(0)).collect()).into()
            }),
            node("script|flush", -2, Flags::NOSCRIPT, Keys::None, |_, call| {
                match &call.argv[2..] {
                    [] => Reply::OK.into(),
                    [how] if is(how, "async") || is(how, "sync") => Reply::OK.into(),
                    _ => Refused::text("ERR SCRIPT FLUSH only support SYNC|ASYNC option").into(),
                }
            }),
            node("script|kill", 2, Flags::NOSCRIPT.or(Flags::ALLOW_BUSY), Keys::None, not_busy),
            node("script|debug", 3, Flags::NOSCRIPT, Keys::None, |node, call| {
                match lower(&call.argv[2]).as_str() {
                    "no" => Reply::OK.into(),
                    "yes" | "sync" => not_simulated(node, call),
                    _ => Refused::text("ERR Use SCRIPT DEBUG YES/SYNC/NO").into(),
                }
            }),
            help::row("script|help"),
        ],
    ),
];

/// No script runs longer than a moment.
pub(super) fn not_busy(_: &mut Node, _: &mut Call<'_>) -> Outcome {
    Refused::text("NOTBUSY No scripts in execution right now.").into()
}

/// No script is kept, so none is known by its name.
fn evalsha(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    node.show_now(call);
    Refused::text("NOSCRIPT No matching script. Please use EVAL.").into()
}

fn digest(script: &[u8]) -> String {
    Sha1::digest(script).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a script returns.
#[derive(Clone, PartialEq, Debug)]
enum Expression {
    Number(i64),
    Words(Bytes),
    Call { words: Vec<Expression>, protected: bool },
}

fn eval(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    node.show_now(call);
    let count = match int(&call.argv[2]) {
        Ok(count) if count < 0 => {
            return Refused::text("ERR Number of keys can't be negative").into();
        }
        Ok(count) => count as usize,
        Err(refused) => return refused.into(),
    };
    if call.argv.len() - 3 < count {
        return Refused::text("ERR Number of keys can't be greater than number of args").into();
    }
    let words = call.argv.clone();
    let (keys, args) = words[3..].split_at(count);
    node.clients.kept.declared = keys.to_vec();
    let script = String::from_utf8_lossy(&words[1]).into_owned();
    let expression = script.trim().strip_prefix("return").and_then(|body| {
        let (expression, rest) = parse(body.trim(), keys, args)?;
        rest.trim().is_empty().then_some(expression)
    });
    match expression {
        None => Refused::text("ERR this simulator runs only `return` of a value or one redis.call")
            .into(),
        Some(Expression::Number(number)) => Reply::Int(number).into(),
        Some(Expression::Words(words)) => Reply::Bulk(words).into(),
        Some(Expression::Call { words, protected }) => match call_from_script(node, call, &words) {
            Outcome::Reply(Reply::Error(text)) if !protected => {
                let text = String::from_utf8_lossy(&text).into_owned();
                let sha = digest(script.as_bytes());
                Refused::text(format!("{text} script: {sha}, on @user_script:1.")).into()
            }
            Outcome::Reply(reply) => returned(reply).into(),
            outcome => outcome,
        },
    }
}

/// Reads one expression; the rest of the text.
fn parse<'a>(text: &'a str, keys: &[Bytes], args: &[Bytes]) -> Option<(Expression, &'a str)> {
    let text = text.trim_start();
    for (call, protected) in [("redis.call(", false), ("redis.pcall(", true)] {
        if let Some(inside) = text.strip_prefix(call) {
            return parse_call(inside, keys, args, protected);
        }
    }
    for (name, values) in [("KEYS[", keys), ("ARGV[", args)] {
        if let Some(inside) = text.strip_prefix(name) {
            let (index, rest) = inside.split_once(']')?;
            let value = values.get(index.trim().parse::<usize>().ok()?.checked_sub(1)?)?;
            return Some((Expression::Words(value.clone()), rest));
        }
    }
    if let Some(quote) = text.chars().next().filter(|c| *c == '\'' || *c == '"') {
        let (inside, rest) = text[1..].split_once(quote)?;
        return Some((Expression::Words(Bytes::copy_from_slice(inside.as_bytes())), rest));
    }
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '-')).unwrap_or(text.len());
    Some((Expression::Number(text[..end].parse().ok()?), &text[end..]))
}

fn parse_call<'a>(
    mut text: &'a str,
    keys: &[Bytes],
    args: &[Bytes],
    protected: bool,
) -> Option<(Expression, &'a str)> {
    let mut words = Vec::new();
    loop {
        let (word, rest) = parse(text, keys, args)?;
        words.push(word);
        let rest = rest.trim_start();
        if let Some(rest) = rest.strip_prefix(')') {
            return Some((Expression::Call { words, protected }, rest));
        }
        text = rest.strip_prefix(',')?;
    }
}

fn call_from_script(node: &mut Node, call: &mut Call<'_>, words: &[Expression]) -> Outcome {
    let word = |expression: &Expression| match expression {
        Expression::Words(words) => Some(words.clone()),
        Expression::Number(number) => Some(Bytes::from(number.to_string())),
        Expression::Call { .. } => None,
    };
    let Some(words) = words.iter().map(word).collect::<Option<Vec<Bytes>>>() else {
        return Refused::text("ERR this simulator runs only one redis.call").into();
    };
    let at = |why: &str| Outcome::from(Refused::text(format!("ERR {why}")));
    let argv = Argv::new(words);
    let command = match look_up(&argv) {
        Ok(command) if command.takes(argv.len()) => command,
        Ok(_) => return at("Wrong number of args calling Redis command from script"),
        Err(_) => return at("Unknown Redis command called from script"),
    };
    if command.flags.has(Flags::NOSCRIPT) {
        return at("This Redis command is not allowed from script");
    }
    let is_replica = node.replication.master().is_some();
    if command.flags.has(Flags::WRITE) && is_replica && node.config.replica_read_only {
        return Refused::ReadOnlyReplica.into();
    }
    match route_from_script(node, call, command, &argv) {
        Route::Here => {}
        Route::Down => {
            return at("Script attempted to execute a command while the cluster is down");
        }
        Route::DownForWrites => {
            return at(
                "Script attempted to execute a write command while the cluster is down and \
                       readonly",
            );
        }
        _ => return at("Script attempted to access a non local key in a cluster node"),
    }
    let inner = &mut Call {
        now: call.now,
        conn: call.conn,
        argv,
        command,
        may_block: false,
        shown: Shown::ByScript,
        out: &mut *call.out,
    };
    node.run(inner)
}

/// What comes of an answer that Lua has seen: it knows no maps, no sets and but one nothing.
fn returned(reply: Reply) -> Reply {
    let all = |parts: Vec<Reply>| Reply::Array(parts.into_iter().map(returned).collect());
    match reply {
        Reply::NilArray => Reply::Nil,
        Reply::Double(text) | Reply::Verbatim(text) => Reply::Bulk(text),
        Reply::Array(parts) | Reply::Set(parts) | Reply::Push(parts) => all(parts),
        Reply::Map(pairs) => all(pairs.into_iter().flat_map(|(key, value)| [key, value]).collect()),
        Reply::ByProtocol(forms) => {
            let [old, _] = *forms;
            returned(old)
        }
        Reply::Said(_, reply) => returned(*reply),
        Reply::Simple(_) | Reply::Error(_) | Reply::Int(_) | Reply::Bulk(_) | Reply::Nil => reply,
    }
}

fn route_from_script(node: &Node, call: &Call<'_>, command: &Command, argv: &Argv) -> Route {
    if !node.config.cluster_enabled || lower(&argv[0]) == "eval" {
        return Route::Here;
    }
    let client = node.clients.get(call.conn);
    let places = command.keys.places(argv);
    let query = Query {
        keys: places.into_iter().filter_map(|at| argv.get(at)).collect(),
        writes: command.flags.has(Flags::WRITE),
        is_write_command: command.flags.has(Flags::WRITE),
        asking: client.is_some_and(|client| client.asking),
        readonly: client.is_some_and(|client| client.readonly),
        ..Query::default()
    };
    node.route(call.now, &query)
}
