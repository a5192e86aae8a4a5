//! What waits in the kernel for a process that does not read.
//!
//! Invariants: sockets are read in the order in which each first had something, and a socket to its
//! end; a connection is accepted in one round and read in the next.
//! In Redis: `aeApiPoll`, `clusterReadHandler`, `clusterAcceptHandler`; in the kernel, the ready list of
//! epoll. Absent: that a client's socket is read 16 KB at a time.

use crate::node::io::{ConnId, Input, Port};
use crate::sim::entry::Cause;
use crate::sim::packet::Payload;

/// Something that waits for a process.
#[derive(Clone, Debug)]
pub(in crate::sim) enum Pending {
    /// A packet for one of its connections.
    Packet(ConnId, Payload, Option<Cause>),
    /// Something without a connection, or about one that is gone.
    Input(Input, Option<Cause>),
}

/// All that waits, in the order in which it came.
#[derive(Clone, Debug, Default)]
pub(in crate::sim) struct Inbox(Vec<Pending>);

/// What one round reads at a stretch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Socket(ConnId),
    Listener(Option<Port>),
    Signal,
}

impl Inbox {
    /// Something came.
    pub(in crate::sim) fn push(&mut self, pending: Pending) {
        self.0.push(pending);
    }
    /// Whether nothing waits.
    pub(in crate::sim) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// Takes what is ready in one round, in the order in which it is read.
    pub(in crate::sim) fn take_ready(
        &mut self,
        port_of: impl Fn(ConnId) -> Option<Port>,
    ) -> Vec<Pending> {
        let mut accepted: Vec<ConnId> = Vec::new();
        let mut ready: Vec<(Source, Vec<Pending>)> = Vec::new();
        for pending in std::mem::take(&mut self.0) {
            let source = match &pending {
                Pending::Packet(to, Payload::Ack, _) => {
                    accepted.push(*to);
                    Source::Listener(port_of(*to))
                }
                Pending::Packet(to, ..) if accepted.contains(to) => {
                    self.0.push(pending);
                    continue;
                }
                Pending::Packet(to, ..) => Source::Socket(*to),
                Pending::Input(
                    Input::ConnectFailed { conn, .. }
                    | Input::Closed { conn }
                    | Input::Unsent { conn, .. }
                    | Input::Undelivered { conn, .. }
                    | Input::Writable { conn },
                    _,
                ) => Source::Socket(*conn),
                Pending::Input(..) => Source::Signal,
            };
            match ready.iter_mut().find(|(other, _)| *other == source) {
                Some((_, waiting)) => waiting.push(pending),
                None => ready.push((source, vec![pending])),
            }
        }
        ready.into_iter().flat_map(|(_, waiting)| waiting).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::stream::ClientData;
    use crate::sim::packet::Payload;
    use bytes::Bytes;

    const BUS: Option<Port> = Some(Port::Bus);

    fn data(conn: u32, text: &'static str) -> Pending {
        let data = ClientData::Bytes(Bytes::from_static(text.as_bytes()));
        Pending::Packet(ConnId(conn), Payload::Client(data), None)
    }
    fn accept(conn: u32) -> Pending {
        Pending::Packet(ConnId(conn), Payload::Ack, None)
    }
    fn texts(ready: &[Pending]) -> Vec<String> {
        let text = |pending: &Pending| match pending {
            Pending::Packet(_, Payload::Client(ClientData::Bytes(bytes)), _) => {
                String::from_utf8_lossy(bytes).into_owned()
            }
            Pending::Packet(conn, ..) => format!("accept {}", conn.0),
            Pending::Input(..) => "input".to_owned(),
        };
        ready.iter().map(text).collect()
    }

    #[test]
    fn a_socket_is_read_to_its_end_before_the_next_one() {
        let mut inbox = Inbox::default();
        for pending in [data(2, "a1"), data(4, "b1"), data(2, "a2"), data(4, "b2")] {
            inbox.push(pending);
        }
        assert_eq!(texts(&inbox.take_ready(|_| BUS)), ["a1", "a2", "b1", "b2"]);
        assert!(inbox.is_empty());
    }

    #[test]
    fn what_a_new_connection_brought_is_read_a_round_after_it_was_accepted() {
        let mut inbox = Inbox::default();
        for pending in [accept(3), data(3, "new"), data(2, "old"), accept(5), data(5, "newer")] {
            inbox.push(pending);
        }
        assert_eq!(texts(&inbox.take_ready(|_| BUS)), ["accept 3", "accept 5", "old"]);
        inbox.push(data(2, "meanwhile"));
        assert_eq!(texts(&inbox.take_ready(|_| BUS)), ["new", "newer", "meanwhile"]);
    }
}
