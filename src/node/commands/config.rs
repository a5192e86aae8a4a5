//! CONFIG GET, SET, RESETSTAT, REWRITE over the table of directives.
//!
//! SET is all or nothing. In Redis: `configGetCommand`, `configSetCommand` (config.c).

use super::table::{Flags, Keys, node};
use super::words::text;
use super::{Call, Command, Outcome, Refused};
use crate::node::Node;
use crate::node::keyspace::matches;
use crate::shapes::config::{ConfigFile, DIRECTIVES, Directive, directive};
use crate::words::Reply;
use bytes::Bytes;

const ADMIN: Flags = Flags::ADMIN.or(Flags::NOSCRIPT).or(Flags::LOADING).or(Flags::STALE);

pub(super) const SUBCOMMANDS: &[Command] = &[
    node("config|get", -3, ADMIN, Keys::None, get),
    node("config|set", -4, ADMIN, Keys::None, set),
    node("config|resetstat", 2, ADMIN, Keys::None, |node, _| {
        node.clients.stats.reset();
        node.replication.forget_syncs();
        Reply::OK.into()
    }),
    super::help::row("config|help"),
    node("config|rewrite", 2, ADMIN, Keys::None, rewrite),
];

fn get(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let wanted = |name: &str| {
        let hit = |pattern: &Bytes| matches(&pattern.to_ascii_lowercase(), name.as_bytes());
        call.argv[2..].iter().any(hit)
    };
    let mut rows: Vec<(Reply, Reply)> = Vec::new();
    for directive in DIRECTIVES {
        for name in std::iter::once(directive.name).chain(directive.alias) {
            if wanted(name) {
                let value = Reply::bulk(node.config.read(directive));
                rows.push((Reply::bulk(name), value));
            }
        }
    }
    Reply::Map(rows).into()
}

fn set(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    let words = &call.argv[2..];
    if !words.len().is_multiple_of(2) {
        return Refused::WrongArity("config|set".into()).into();
    }
    match changed(node, words) {
        Ok(config) => {
            let restarts_aof = config.appendonly && !node.config.appendonly;
            node.config = config;
            node.cluster.configure(&node.config);
            node.change_voice(call.out);
            if restarts_aof {
                node.rewrite_aof(call.now, true, call.out);
            }
            Reply::OK.into()
        }
        Err(refused) => refused.into(),
    }
}

fn rewrite(node: &mut Node, _call: &mut Call<'_>) -> Outcome {
    match node.config.file {
        ConfigFile::None => Refused::text("ERR The server is running without a config file").into(),
        ConfigFile::NotOurs => Refused::text("ERR Rewriting config file: Permission denied").into(),
        ConfigFile::Ours => {
            node.rewrite_config();
            Reply::OK.into()
        }
    }
}

/// The configuration with these changes; the first that cannot be is the answer.
fn changed(node: &Node, words: &[Bytes]) -> Result<crate::shapes::Config, Refused> {
    let mut asked: Vec<(&'static Directive, String, String)> = Vec::new();
    for pair in words.chunks_exact(2) {
        let name = text(&pair[0]);
        let Some(directive) = directive(&name) else {
            return Err(Refused::text(format!(
                "ERR Unknown option or number of arguments for CONFIG SET - '{name}'"
            )));
        };
        if asked.iter().any(|(other, ..)| other.name == directive.name) {
            return Err(failed(&name, "duplicate parameter"));
        }
        asked.push((directive, name, text(&pair[1])));
    }
    let mut config = node.config.clone();
    for (directive, name, value) in asked {
        config.set(directive, &value).map_err(|why| failed(&name, &why.to_string()))?;
    }
    Ok(config)
}

fn failed(name: &str, why: &str) -> Refused {
    Refused::text(format!("ERR CONFIG SET failed (possibly related to argument '{name}') - {why}"))
}
