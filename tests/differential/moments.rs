//! Ids of entries that a server makes of its clock: XADD with `*`.
//!
//! They differ, and nothing else may: the first that was made on one side is the first on the other, so
//! that each is told by its number wherever it comes up.

use super::value::Value;
use slotlab::words::Argv;

/// The ids that were made, of the real cluster and of ours, in the same order.
#[derive(Clone, Default, Debug)]
pub(crate) struct Moments {
    made: Vec<[Vec<u8>; 2]>,
}

impl Moments {
    /// Notes what was made, and writes numbers in place of all that were.
    pub(crate) fn settle(
        &mut self,
        argv: &Argv,
        queue: &[Argv],
        real: &mut Value,
        ours: &mut Value,
    ) {
        let several = real.parts().len() == queue.len() && ours.parts().len() == queue.len();
        if argv.name() == "exec" && several {
            for (queued, (one, other)) in queue.iter().zip(real.parts().iter().zip(ours.parts())) {
                self.note(queued, one, other);
            }
        } else {
            self.note(argv, real, ours);
        }
        if !self.made.is_empty() {
            self.number(real, 0);
            self.number(ours, 1);
        }
    }

    fn note(&mut self, argv: &Argv, real: &Value, ours: &Value) {
        let makes = argv.name() == "xadd" && argv.iter().any(|word| word == "*");
        if let (true, Some(real), Some(ours)) = (makes, id(real), id(ours)) {
            self.made.push([real.to_vec(), ours.to_vec()]);
        }
    }

    fn number(&self, value: &mut Value, side: usize) {
        if let Some(id) = id(value) {
            let place = self.made.iter().rposition(|made| made[side] == id);
            if let (Some(place), Value::Text(_, text)) = (place, &mut *value) {
                *text = format!("the moment {place}").into_bytes();
            }
        }
        value.parts_mut().iter_mut().for_each(|part| self.number(part, side));
    }
}

/// `1700000000000-0`
fn id(value: &Value) -> Option<&[u8]> {
    const DIGITS: usize = 13;
    let Value::Text(_, text) = value else { return None };
    let (ms, rest) = text.split_at_checked(DIGITS)?;
    let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    let number = rest.strip_prefix(b"-")?;
    (digits(ms) && digits(number)).then_some(text)
}
