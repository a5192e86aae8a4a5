//! How much may wait for a client that does not read.
//!
//! In Redis: `client-output-buffer-limit`, with its defaults: none for ordinary clients; a subscriber is
//! dropped at 32 MiB, or at 8 MiB that last for a minute. Looked at whenever something more is said.
//! Absent: the limit of replicas, of which there are none outside.

use slotlab::words::{Millis, Time};

const HARD: usize = 32 << 20;
const SOFT: usize = 8 << 20;
const SOFT_FOR: Millis = Millis::from_s(60);

/// What is remembered of one subscriber.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limit {
    /// Since when more than the soft limit waits.
    since: Option<Time>,
}

impl Limit {
    /// Whether `unsent` bytes are too much for a subscriber at `now`.
    pub(crate) fn is_over(&mut self, unsent: usize, now: Time) -> bool {
        if unsent <= SOFT {
            self.since = None;
            return false;
        }
        let since = *self.since.get_or_insert(now);
        HARD < unsent || since + SOFT_FOR < now
    }
}

#[cfg(test)]
mod tests {
    use super::{HARD, Limit, SOFT};
    use slotlab::words::Time;

    #[test]
    fn a_little_too_much_may_wait_a_minute() {
        let at = Time::from_unix_s;
        let mut limit = Limit::default();
        assert!(!limit.is_over(SOFT + 1, at(0)));
        assert!(!limit.is_over(SOFT, at(50)), "it was read");
        assert!(!limit.is_over(SOFT + 1, at(70)));
        assert!(!limit.is_over(HARD, at(130)));
        assert!(limit.is_over(SOFT + 1, at(131)));
        assert!(Limit::default().is_over(HARD + 1, at(0)));
    }
}
