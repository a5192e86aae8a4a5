//! CLIENT KILL: connections are closed, whoever is at the other end.
//!
//! The links of replicas and the link to the master are clients too. In Redis: `clientCommand`,
//! `getClientType` (networking.c).

use super::words::{is, text};
use super::{Answer, Call, Outcome, Refused};
use crate::node::Node;
use crate::node::io::ConnId;
use crate::node::keyspace::number::integer;
use crate::words::Reply;
use bytes::Bytes;

/// What a client is to this node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Type {
    Normal,
    Replica,
    Pubsub,
    Master,
}

impl Type {
    /// What a client that came to this node is.
    pub(super) fn of(node: &Node, conn: ConnId) -> Type {
        match () {
            () if node.replication.is_replica_link(conn) => Type::Replica,
            () if node.clients.subscriptions.count(conn) != 0 => Type::Pubsub,
            () => Type::Normal,
        }
    }
    fn named(word: &[u8]) -> Option<Type> {
        const NAMES: [(&str, Type); 5] = [
            ("normal", Type::Normal),
            ("slave", Type::Replica),
            ("replica", Type::Replica),
            ("pubsub", Type::Pubsub),
            ("master", Type::Master),
        ];
        NAMES.iter().find(|(name, _)| is(word, name)).map(|(_, of_type)| *of_type)
    }
}

/// Whom to close; all that is given must fit.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Filter {
    address: Option<String>,
    local: Option<String>,
    id: Option<u64>,
    of_type: Option<Type>,
    spares_me: bool,
}

/// A connection as a filter sees it.
struct Candidate {
    conn: ConnId,
    address: String,
    local: String,
    id: Option<u64>,
    of_type: Type,
}

impl Filter {
    fn read(words: &[Bytes]) -> Result<Filter, Refused> {
        if let [address] = words {
            return Ok(Filter { address: Some(text(address)), ..Filter::default() });
        }
        let mut filter = Filter { spares_me: true, ..Filter::default() };
        for pair in words.chunks(2) {
            let [name, value] = pair else { return Err(Refused::Syntax) };
            match String::from_utf8_lossy(name).to_ascii_lowercase().as_str() {
                "id" => filter.id = Some(id(value)?),
                "type" => filter.of_type = Some(of_type(value)?),
                "addr" => filter.address = Some(text(value)),
                "laddr" => filter.local = Some(text(value)),
                "user" if value[..] == *b"default" => {}
                "user" => {
                    return Err(Refused::text(format!("ERR No such user '{}'", text(value))));
                }
                "skipme" if is(value, "yes") => filter.spares_me = true,
                "skipme" if is(value, "no") => filter.spares_me = false,
                _ => return Err(Refused::Syntax),
            }
        }
        Ok(filter)
    }

    fn hits(&self, candidate: &Candidate, me: ConnId) -> bool {
        let same = |wanted: &Option<String>, is: &str| wanted.as_ref().is_none_or(|w| w == is);
        same(&self.address, &candidate.address)
            && same(&self.local, &candidate.local)
            && self.id.is_none_or(|id| candidate.id == Some(id))
            && self.of_type.is_none_or(|of_type| of_type == candidate.of_type)
            && !(self.spares_me && candidate.conn == me)
    }
}

fn id(word: &[u8]) -> Result<u64, Refused> {
    let id = integer(word).and_then(|id| u64::try_from(id).ok()).filter(|id| *id != 0);
    id.ok_or_else(|| Refused::text("ERR client-id should be greater than 0"))
}

pub(super) fn of_type(word: &[u8]) -> Result<Type, Refused> {
    let unknown = || Refused::text(format!("ERR Unknown client type '{}'", text(word)));
    Type::named(word).ok_or_else(unknown)
}

pub(super) fn kill(node: &mut Node, call: &mut Call<'_>) -> Outcome {
    close_all(node, call).into()
}

fn close_all(node: &mut Node, call: &mut Call<'_>) -> Answer {
    let filter = Filter::read(&call.argv[2..])?;
    let victims: Vec<Candidate> = candidates(node)
        .into_iter()
        .filter(|candidate| filter.hits(candidate, call.conn))
        .collect();
    for victim in &victims {
        if victim.of_type == Type::Master {
            node.drop_master_link(call.now, call.out);
        } else if victim.conn == call.conn {
            node.clients.get_mut(victim.conn).into_iter().for_each(|c| c.close_after_reply = true);
        } else {
            node.disconnect(call.now, victim.conn, call.out);
        }
    }
    match call.argv.len() {
        3 if victims.is_empty() => Err(Refused::text("ERR No such client")),
        3 => Ok(Reply::OK),
        _ => Ok(Reply::Int(victims.len() as i64)),
    }
}

fn candidates(node: &Node) -> Vec<Candidate> {
    let clients = node.clients.iter().map(|(conn, client)| Candidate {
        conn,
        address: client.peer.to_string(),
        local: client.local.to_string(),
        id: Some(client.id),
        of_type: Type::of(node, conn),
    });
    let master = node.replication.master_link().map(|(conn, master)| Candidate {
        conn,
        address: master.to_string(),
        local: String::new(),
        id: None,
        of_type: Type::Master,
    });
    clients.chain(master).collect()
}
