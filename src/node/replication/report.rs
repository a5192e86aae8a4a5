//! `INFO replication` and `ROLE`.
//!
//! In Redis: `genRedisInfoString`, `roleCommand`. Spec: replication 11, commands 8 and 9.

use crate::node::Node;
use crate::node::replication::Replication;
use crate::node::replication::downstream::{Progress, Replica};
use crate::node::replication::sync::Transfer;
use crate::node::replication::upstream::{Link, Upstream};
use crate::words::{ReplId, Reply, Time};
use std::fmt::Write;

impl Node {
    /// The section `# Replication` of INFO, without its title; lines end in CRLF.
    pub(in crate::node) fn info_replication(&self, now: Time) -> String {
        let replication = &self.replication;
        let mut text = String::new();
        let role = if replication.upstream.is_some() { "slave" } else { "master" };
        line(&mut text, "role", role);
        if let Some(up) = &replication.upstream {
            replication.info_upstream(now, up, &mut text);
            line(&mut text, "slave_priority", 100);
            line(&mut text, "slave_read_only", u8::from(self.config.replica_read_only));
            line(&mut text, "replica_announced", u8::from(self.config.replica_announced));
        }
        line(&mut text, "connected_slaves", replication.replicas.len());
        if 0 < self.config.min_replicas_to_write && 0 < self.config.min_replicas_max_lag {
            line(&mut text, "min_slaves_good_slaves", replication.good_replicas);
        }
        for (i, replica) in replication.replicas.iter().enumerate() {
            line(&mut text, &format!("slave{i}"), replica.describe(now));
        }
        replication.info_history(self.config.repl_backlog_size, &mut text);
        text
    }

    /// ROLE.
    pub(in crate::node) fn role_reply(&self) -> Reply {
        let replication = &self.replication;
        match &replication.upstream {
            None => {
                let replicas = replication.replicas.iter().filter(|r| r.is_online());
                Reply::Array(vec![
                    Reply::bulk("master"),
                    Reply::Int(replication.history.offset as i64),
                    Reply::Array(replicas.map(Replica::role_row).collect()),
                ])
            }
            Some(up) => Reply::Array(vec![
                Reply::bulk("slave"),
                Reply::bulk(up.master.ip().to_string()),
                Reply::Int(i64::from(up.master.port())),
                Reply::bulk(up.link.word()),
                Reply::Int(match up.link {
                    Link::Connected { .. } => replication.history.offset as i64,
                    _ => -1,
                }),
            ]),
        }
    }
}

impl Replication {
    fn info_upstream(&self, now: Time, up: &Upstream, text: &mut String) {
        let ago = |then: Time| now.unix_s().saturating_sub(then.unix_s());
        line(text, "master_host", up.master.ip());
        line(text, "master_port", up.master.port());
        let (status, last_io) = match up.link {
            Link::Connected { heard, .. } => ("up", ago(heard).to_string()),
            _ => ("down", "-1".to_owned()),
        };
        line(text, "master_link_status", status);
        line(text, "master_last_io_seconds_ago", last_io);
        line(text, "master_sync_in_progress", u8::from(matches!(up.link, Link::Transfer { .. })));
        let offset = if up.resumable { self.history.offset } else { 1 };
        line(text, "slave_read_repl_offset", offset);
        line(text, "slave_repl_offset", offset);
        if let Link::Transfer { heard, transfer, .. } = &up.link {
            info_transfer(transfer, ago(*heard), text);
        }
        if !matches!(up.link, Link::Connected { .. }) {
            let since = up.down_since.map_or("-1".to_owned(), |since| ago(since).to_string());
            line(text, "master_link_down_since_seconds", since);
        }
    }

    fn info_history(&self, backlog_size: u64, text: &mut String) {
        line(text, "master_failover_state", "no-failover");
        line(text, "master_replid", self.history.id);
        let former = self.history.former;
        line(text, "master_replid2", former.map_or(ReplId::ZERO, |former| former.id));
        line(text, "master_repl_offset", self.history.offset);
        let until = former.map_or("-1".to_owned(), |former| former.until.to_string());
        line(text, "second_repl_offset", until);
        line(text, "repl_backlog_active", u8::from(self.backlog.is_some()));
        line(text, "repl_backlog_size", backlog_size);
        let (first, held) = self.backlog.as_ref().map_or((0, 0), |b| (b.first(), b.len()));
        line(text, "repl_backlog_first_byte_offset", first);
        line(text, "repl_backlog_histlen", held);
    }
}

/// A size that is not known beforehand (diskless) is -1 until the first bytes come, then 0.
fn info_transfer(transfer: &Transfer, last_io_s: u64, text: &mut String) {
    let (total, percent) = match transfer {
        Transfer::Announced { .. } => (-1, "-0.00"),
        Transfer::Receiving { .. } | Transfer::Loading { .. } => (0, "0.00"),
    };
    line(text, "master_sync_total_bytes", total);
    line(text, "master_sync_read_bytes", 0);
    line(text, "master_sync_left_bytes", total);
    line(text, "master_sync_perc", percent);
    line(text, "master_sync_last_io_seconds_ago", last_io_s);
}

impl Replica {
    fn describe(&self, now: Time) -> String {
        let (state, lag) = match self.progress {
            Progress::AwaitingFork { .. } | Progress::Receiving => ("wait_bgsave", 0),
            Progress::AwaitingAck | Progress::Streaming => {
                ("online", now.unix_s().saturating_sub(self.acked_at.unix_s()))
            }
        };
        let (address, port, acked) = (&self.address, self.port, self.acked);
        format!("ip={address},port={port},state={state},offset={acked},lag={lag}")
    }
    fn role_row(&self) -> Reply {
        let words = [self.address.clone(), self.port.to_string(), self.acked.to_string()];
        Reply::Array(words.into_iter().map(Reply::bulk).collect())
    }
}

impl Link {
    fn word(&self) -> &'static str {
        match self {
            Link::Waiting => "connect",
            Link::Connecting { .. } => "connecting",
            Link::Handshake { .. } => "handshake",
            Link::Transfer { .. } => "sync",
            Link::Connected { .. } => "connected",
        }
    }
}

fn line(text: &mut String, name: &str, value: impl std::fmt::Display) {
    write!(text, "{name}:{value}\r\n").expect("a String takes all text");
}
