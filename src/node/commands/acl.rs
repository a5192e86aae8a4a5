//! ACL, where the only user is the default one, who may do everything.
//!
//! In Redis: `aclCommand` (acl.c). Absent: SETUSER, and with it other users.

use super::absent::absent;
use super::facts::Facts;
use super::gate::look_up;
use super::table::{Flags, Keys, node};
use super::words::{int, lower, text};
use super::{Answer, Call, Command, Refused, acl_log, help};
use crate::node::Node;
use crate::words::Reply;
use sha2::{Digest, Sha256};

const USER: Flags = Flags::NOSCRIPT.or(Flags::LOADING).or(Flags::STALE);
const ADMIN: Flags = USER.or(Flags::ADMIN);

const NO_FILE: &str = "ERR This Redis instance is not configured to use an ACL file. You may want to \
    specify users via the ACL SETUSER command and then issue a CONFIG REWRITE (assuming you have a \
    Redis configuration file set) in order to store users in the Redis configuration.";

pub(super) const SUBCOMMANDS: &[Command] = &[
    node("acl|cat", -2, USER, Keys::None, |_, call| cat(call).into()),
    node("acl|deluser", -3, ADMIN, Keys::None, |_, call| deluser(call).into()),
    node("acl|dryrun", -4, ADMIN, Keys::None, |_, call| dryrun(call).into()),
    node("acl|genpass", -2, USER, Keys::None, |node, call| genpass(node, call).into()),
    node("acl|getuser", 3, ADMIN, Keys::None, |node, call| match call.argv[2][..] == *b"default" {
        true => getuser(node).into(),
        false => Reply::Nil.into(),
    }),
    help::row("acl|help"),
    node("acl|list", 2, ADMIN, Keys::None, |node, _| {
        let line = format!("user default on {} ~* &* +@all", password(node));
        Reply::Array(vec![Reply::bulk(line)]).into()
    }),
    node("acl|load", 2, ADMIN, Keys::None, |_, _| Refused::text(NO_FILE).into()),
    node("acl|log", -2, ADMIN, Keys::None, |node, call| acl_log::log(node, call).into()),
    node("acl|save", 2, ADMIN, Keys::None, |_, _| Refused::text(NO_FILE).into()),
    absent("acl|setuser", -3, ADMIN, Keys::None),
    node("acl|users", 2, ADMIN, Keys::None, |_, _| {
        Reply::Array(vec![Reply::bulk("default")]).into()
    }),
    node("acl|whoami", 2, USER, Keys::None, |_, _| Reply::bulk("default").into()),
];

/// Categories of commands, in the server's order.
const CATEGORIES: [&str; 21] = [
    "keyspace",
    "read",
    "write",
    "set",
    "sortedset",
    "list",
    "hash",
    "string",
    "bitmap",
    "hyperloglog",
    "geo",
    "stream",
    "pubsub",
    "admin",
    "fast",
    "slow",
    "blocking",
    "dangerous",
    "connection",
    "transaction",
    "scripting",
];

/// What more words than it knows are answered with.
pub(super) fn too_many(call: &Call<'_>) -> Refused {
    Refused::UnknownOrArity { sub: text(&call.argv[1]), of: "ACL" }
}

fn cat(call: &Call<'_>) -> Answer {
    let name = match &call.argv[2..] {
        [] => return Ok(Reply::Array(CATEGORIES.map(Reply::bulk).to_vec())),
        [name] => name,
        _ => return Err(too_many(call)),
    };
    let category = lower(name);
    if !CATEGORIES.contains(&category.as_str()) {
        return Err(Refused::text(format!("ERR Unknown category '{}'", text(name))));
    }
    let facts = Facts::read();
    let rows = facts.in_category(&category);
    Ok(Reply::Array(rows.map(|row| Reply::bulk(row.name)).collect()))
}

fn deluser(call: &Call<'_>) -> Answer {
    match call.argv[2..].iter().any(|name| name[..] == *b"default") {
        true => Err(Refused::text("ERR The 'default' user cannot be removed")),
        false => Ok(Reply::Int(0)),
    }
}

/// Whether a user may run a command: the only one may.
fn dryrun(call: &Call<'_>) -> Answer {
    let (user, words) = (&call.argv[2], &call.argv[3..]);
    if user[..] != *b"default" {
        return Err(Refused::text(format!("ERR User '{}' not found", text(user))));
    }
    match look_up(words) {
        Ok(command) if command.takes(words.len()) => Ok(Reply::OK),
        Ok(command) => Err(Refused::WrongArity(command.name.into())),
        Err(_) => Err(Refused::text(format!("ERR Command '{}' not found", text(&words[0])))),
    }
}

fn genpass(node: &mut Node, call: &Call<'_>) -> Answer {
    const MOST_BITS: i64 = 4096;
    let bits = match &call.argv[2..] {
        [] => 256,
        [bits] => int(bits)?,
        _ => return Err(too_many(call)),
    };
    if !(1..=MOST_BITS).contains(&bits) {
        return Err(Refused::text(
            "ERR ACL GENPASS argument must be the number of bits for the output password, a \
             positive number up to 4096",
        ));
    }
    let digit = |_| char::from(b"0123456789abcdef"[node.rng.below(16) as usize]);
    Ok(Reply::bulk((0..(bits + 3) / 4).map(digit).collect::<String>()))
}

/// `nopass`, or the password's digest.
fn password(node: &Node) -> String {
    node.config.requirepass.as_ref().map_or("nopass".to_owned(), |password| {
        let digest = Sha256::digest(password.as_bytes());
        std::iter::once("#".to_owned()).chain(digest.iter().map(|b| format!("{b:02x}"))).collect()
    })
}

fn getuser(node: &Node) -> Reply {
    let row = |name: &'static str, value| (Reply::bulk(name), value);
    let password = password(node);
    let digest = password.strip_prefix('#').map(|digest| Reply::bulk(digest.to_owned()));
    let no_password = digest.is_none().then_some("nopass");
    let flags = std::iter::once("on").chain(no_password).map(Reply::bulk);
    Reply::Map(vec![
        row("flags", Reply::Set(flags.collect())),
        row("passwords", Reply::Array(digest.into_iter().collect())),
        row("commands", Reply::bulk("+@all")),
        row("keys", Reply::bulk("~*")),
        row("channels", Reply::bulk("&*")),
        row("selectors", Reply::Array(Vec::new())),
    ])
}
