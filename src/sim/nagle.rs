//! Why a broadcast of the bus may come 40 ms late: Nagle's algorithm meets a delayed acknowledgement.
//!
//! A node leaves Nagle's algorithm on for the links it opens: while something it sent is not
//! acknowledged, its kernel keeps the next small packet. The other side's kernel acknowledges with the
//! next data it sends on that link, but to most messages there is no answer on it; then it waits 40 ms.
//! So the winner's PONG, right behind its request for votes, reaches the others 40 ms later, and a
//! manual failover takes 50 ms. Seen in recordings of the bus; pings, which are answered, never wait,
//! and what a process sends at the end of one round is one `write`: a request for votes that goes with a
//! ping is acknowledged by the answer to that, and the news right behind it do not wait.
//!
//! In Redis: `clusterAcceptHandler` sets TCP_NODELAY, `clusterLinkConnectHandler` (7.0.15) does not;
//! `clusterWriteHandler` writes all that `clusterSendMessage` gathered.
//! Absent: the quick acknowledgements of a young connection are a count of answers here.

use crate::node::io::{ConnId, Port};
use crate::sim::World;
use crate::sim::agenda::Event;
use crate::sim::connection::{Connection, side};
use crate::sim::entry::{EntryId, Log, PacketId};
use crate::sim::packet::Payload;
use crate::words::{Millis, Time};

/// How long a kernel waits for data to send an acknowledgement with.
const DELAYED_ACK: Millis = Millis(40);
/// Its timer is late by up to so much, in microseconds (bound, exclusive).
const TIMER_SLACK_US: u64 = 5000;
/// How many answers make a kernel expect that there will be one.
const ANSWERS_UNTIL_DELAY: u8 = 3;

/// It sent nothing that is not acknowledged. (Not an `Option`, for there are a million of these.)
const NOTHING: Time = Time(0);

/// What the opener of a bus connection knows of what it sent.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::sim) struct Unanswered {
    /// When the last thing it sent arrives that nothing came back for; [`NOTHING`] if there is none.
    arrives_at: Time,
    /// At the end of which round of a process it was sent.
    round: u64,
    /// How often something came back, as far as it matters.
    answers: u8,
    /// Whether something waits.
    corked: bool,
}

impl World {
    /// Keeps a packet in the sender's kernel if Nagle's algorithm says so.
    pub(in crate::sim) fn corks(
        &mut self,
        to: ConnId,
        waiting: (PacketId, &Payload, Option<EntryId>),
    ) -> bool {
        let now = self.now;
        let Some(connection) = self.connections.get(to) else { return false };
        if !is_nagled(connection, to) {
            return false;
        }
        let Unanswered { arrives_at, round, answers, corked } = connection.unanswered;
        if round == self.rounds && !corked {
            return false;
        }
        let acknowledged = |at: Time| at + DELAYED_ACK <= now;
        if arrives_at == NOTHING || (!corked && acknowledged(arrives_at)) {
            return false;
        }
        if answers < ANSWERS_UNTIL_DELAY || !matches!(waiting.1, Payload::Bus(_)) {
            return false;
        }
        let (id, payload, because) = waiting;
        self.network.corked.entry(to).or_default().push_back((id, payload.clone(), because));
        if !corked {
            let slack = self.network.rng.below(TIMER_SLACK_US);
            let at = (arrives_at + DELAYED_ACK).plus_micros(slack).max(now);
            self.agenda.add(at, Event::Acknowledged { to });
            if let Some(connection) = self.connections.get_mut(to) {
                connection.unanswered.corked = true;
            }
        }
        true
    }

    /// The opener sent something that arrives then.
    pub(in crate::sim) fn expect_answer(
        connection: &mut Connection,
        to: ConnId,
        arrives_at: Time,
        round: u64,
    ) {
        if is_nagled(connection, to) {
            connection.unanswered.arrives_at = arrives_at;
            connection.unanswered.round = round;
        }
    }

    /// Something came back to the opener: it acknowledges all that had arrived when it was sent.
    pub(in crate::sim) fn answered(&mut self, at: ConnId, sent_at: Time, log: &mut dyn Log) {
        let Some(connection) = self.connections.get_mut(at.other()) else { return };
        if !is_nagled(connection, at.other()) {
            return;
        }
        let unanswered = &mut connection.unanswered;
        unanswered.answers = (unanswered.answers + 1).min(ANSWERS_UNTIL_DELAY);
        if unanswered.arrives_at != NOTHING && unanswered.arrives_at <= sent_at {
            unanswered.arrives_at = NOTHING;
            if unanswered.corked {
                self.uncork(at.other(), log);
            }
        }
    }

    /// What waits is sent, as one segment.
    pub(in crate::sim) fn uncork(&mut self, to: ConnId, log: &mut dyn Log) {
        let Some(waiting) = self.network.corked.remove(&to) else { return };
        if let Some(connection) = self.connections.get_mut(to) {
            connection.unanswered.corked = false;
            connection.unanswered.arrives_at = NOTHING;
        }
        for (id, payload, because) in waiting {
            self.route_packet(to, id, payload, because, log);
        }
    }
}

/// Whether packets to the end `to` are subject to it: those of the opener of a bus connection.
fn is_nagled(connection: &Connection, to: ConnId) -> bool {
    connection.port == Port::Bus && side(to) == 1
}
