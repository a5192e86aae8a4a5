//! Random picks and scans: an answer must be possible, and afterwards both sides are the same again.

use super::clients::{node_of, tells_all};
use super::grammar::REPLICA;
use super::order;
use super::pair::Pair;
use super::value::Value;
use slotlab::words::{Argv, Millis};
use std::collections::BTreeSet;

/// A scan that takes longer goes round in a circle.
const ROUNDS: usize = 2000;
const PATIENCE: Millis = Millis(5000);

impl Pair {
    /// Two answers differ: if the order of a hash table or luck may be why, that is looked up on the
    /// spot.
    pub(super) fn look_closer(
        &mut self,
        line: usize,
        argv: &Argv,
        queue: &[Argv],
        real: &mut Value,
        ours: &mut Value,
    ) {
        let node = node_of(line);
        let pairs = real.parts().len() == queue.len() && ours.parts().len() == queue.len();
        if argv.name() == "exec" && pairs {
            for at in 0..queue.len() {
                let before = at.checked_sub(1).filter(|&at| tells_all(&queue[at]));
                let all = before.map(|at| [&*real, &*ours].map(|all| elements(&all.parts()[at])));
                let (real, ours) = (&mut real.parts_mut()[at], &mut ours.parts_mut()[at]);
                match all {
                    _ if real == ours => {}
                    _ if order::depends_on_encoding(&queue[at]) => {
                        self.sort_tables(node, &queue[at], real, ours);
                    }
                    Some(all) => self.check_queued_pick(node, &queue[at], &all, real, ours),
                    None => {}
                }
            }
        } else if order::depends_on_encoding(argv) {
            self.sort_tables(node, argv, real, ours);
        } else {
            self.check_pick(node, argv, real, ours);
        }
    }

    /// A pick in a transaction, from all that was told before it.
    fn check_queued_pick(
        &mut self,
        node: usize,
        argv: &Argv,
        all: &[BTreeSet<Vec<u8>>; 2],
        real: &mut Value,
        ours: &mut Value,
    ) {
        let picks = [elements(real), elements(ours)];
        let same_shape = shape(real) == shape(ours) && !real.is_error() && all[0] == all[1];
        let possible = same_shape
            && picks.iter().all(|picked| picked.is_subset(&all[0]))
            && match (argv.name().as_str(), argv.get(1)) {
                ("spop", Some(key)) => self.after_pop(node, key, &picks),
                ("srandmember" | "hrandfield", _) => true,
                _ => false,
            };
        if possible {
            real.mask("a random pick");
            ours.mask("a random pick");
        }
    }

    fn sort_tables(&mut self, node: usize, argv: &Argv, real: &mut Value, ours: &mut Value) {
        let Some(key) = argv.get(1) else { return };
        let (encoding, _) = self.ask_about(node, &["OBJECT", "ENCODING"], key, &[]);
        // It may be gone by the end of a transaction.
        if encoding.text().is_some_and(|text| text == b"hashtable") || encoding.number() == Some(-1)
        {
            order::sort(argv, real, true);
            order::sort(argv, ours, true);
        }
    }

    fn check_pick(&mut self, node: usize, argv: &Argv, real: &mut Value, ours: &mut Value) {
        let Some(key) = argv.get(1) else {
            return self.check_random_key(node, argv, real, ours);
        };
        let picks = [elements(real), elements(ours)];
        let same_shape = shape(real) == shape(ours) && !real.is_error();
        let possible = same_shape
            && match argv.name().as_str() {
                "spop" => self.after_pop(node, key, &picks),
                "srandmember" => {
                    let (left, right) = self.ask_about(node, &["SMEMBERS"], key, &[]);
                    let all = [elements(&left), elements(&right)];
                    all[0] == all[1] && picks.iter().all(|picked| picked.is_subset(&all[0]))
                }
                "hrandfield" => {
                    let (left, right) = self.ask_about(node, &["HGETALL"], key, &[]);
                    let all = [elements(&left), elements(&right)];
                    all[0] == all[1] && picks.iter().all(|picked| picked.is_subset(&all[0]))
                }
                _ => false,
            };
        if possible {
            real.mask("a random pick");
            ours.mask("a random pick");
        }
    }

    fn check_random_key(&mut self, node: usize, argv: &Argv, real: &mut Value, ours: &mut Value) {
        if argv.name() != "randomkey" || shape(real) != shape(ours) {
            return;
        }
        let mut keys = Vec::new();
        for value in [&*real, &*ours] {
            let Some(key) = value.text().map(<[u8]>::to_vec) else { return };
            let (one, other) = self.ask_about(node, &["TYPE"], &key, &[]);
            // A replica whose keys all expire may name one that has expired.
            let there = !one.is_line(b'+', "none") || node == REPLICA;
            keys.push(one == other && there);
        }
        if keys.iter().all(|there| *there) {
            real.mask("a random key");
            ours.mask("a random key");
        }
    }

    /// Whether what each side popped was there; then each loses what the other popped.
    fn after_pop(&mut self, node: usize, key: &[u8], popped: &[BTreeSet<Vec<u8>>; 2]) -> bool {
        let (left, right) = self.ask_about(node, &["SMEMBERS"], key, &[]);
        let rest = [elements(&left), elements(&right)];
        let all = [0, 1].map(|side| popped[side].union(&rest[side]).cloned().collect());
        let all: [BTreeSet<Vec<u8>>; 2] = all;
        if all[0] != all[1] || (0..2).any(|side| !popped[side].is_disjoint(&rest[side])) {
            return false;
        }
        for side in 0..2 {
            let too_many: Vec<Vec<u8>> =
                rest[side].intersection(&popped[1 - side]).cloned().collect();
            let words = [b"SREM".to_vec(), key.to_vec()].into_iter().chain(too_many);
            let argv = Argv::new(words);
            match side {
                0 => _ = self.real.control(node, &argv),
                _ => _ = self.ours.control(node, &argv),
            }
        }
        true
    }

    /// Asks both about a key, also where its slot is on its way.
    fn ask_about(
        &mut self,
        node: usize,
        command: &[&str],
        key: &[u8],
        more: &[&str],
    ) -> (Value, Value) {
        _ = self.control(node, "ASKING");
        let words = command.iter().map(|word| word.as_bytes().to_vec());
        let more = more.iter().map(|word| word.as_bytes().to_vec());
        let argv = Argv::new(words.chain([key.to_vec()]).chain(more));
        (self.real.control(node, &argv), self.ours.control(node, &argv))
    }

    /// A scan goes on to its end, on each side by its own cursors, with as many calls.
    pub(super) fn go_on(
        &mut self,
        line: usize,
        argv: &Argv,
        real: &mut [Value],
        ours: &mut [Value],
    ) {
        const SCANS: [(&str, usize); 4] = [("scan", 1), ("sscan", 2), ("hscan", 2), ("zscan", 2)];
        let scan = SCANS.iter().find(|(name, _)| argv.name() == *name);
        let Some(&(_, at)) = scan.filter(|_| !self.is_in_transaction(line)) else { return };
        let ([real], [ours]) = (real, ours) else { return };
        if cursor(real).is_none() || cursor(ours).is_none() {
            return;
        }
        for _ in 0..ROUNDS {
            let next = [cursor(real), cursor(ours)].map(|cursor| cursor.unwrap_or_default());
            let ended = next.clone().map(|cursor| cursor == b"0" || cursor.is_empty());
            if ended == [true, true] {
                break;
            }
            // The side that has ended makes as many calls, for they are counted.
            for side in 0..2 {
                let mut words = argv.to_vec();
                words[at] = next[side].clone().into();
                let more = self.ask_side(side, line, &Argv::new(words));
                if !ended[side] {
                    join(if side == 0 { real } else { ours }, more);
                }
            }
        }
        if ["scan", "sscan"].contains(&argv.name().as_str()) {
            [real, ours].into_iter().for_each(without_repetitions);
        }
    }

    fn ask_side(&mut self, side: usize, line: usize, argv: &Argv) -> Value {
        if side == 0 {
            self.real.send(line, argv);
            return self.real.next(line).unwrap_or(Value::Closed);
        }
        self.ours.ask(line, argv, PATIENCE);
        self.ours.take(line).pop_front().unwrap_or(Value::Closed)
    }
}

/// A cursor and a list.
fn cursor(answer: &Value) -> Option<Vec<u8>> {
    match answer.parts() {
        [Value::Text(_, cursor), Value::Many(..)] => Some(cursor.clone()),
        _ => None,
    }
}

/// More of a scan; if it is none, the scan ends there.
fn join(answer: &mut Value, more: Value) {
    let Value::Many(mark, mut parts) = more else { return *answer = more };
    let (Some(Value::Many(_, mut found)), Some(cursor)) = (parts.pop(), parts.pop()) else {
        return;
    };
    if let Value::Many(of, before) = &mut answer.parts_mut()[1] {
        before.append(&mut found);
        let all = Value::Many(*of, std::mem::take(before));
        *answer = Value::Many(mark, vec![cursor, all]);
    }
}

/// A table that grows or shrinks on the way may show an element twice.
fn without_repetitions(answer: &mut Value) {
    if let [_, Value::Many(_, found)] = answer.parts_mut() {
        let mut seen = BTreeSet::new();
        found.retain(|value| seen.insert(value.clone()));
    }
}

/// The texts in an answer: elements, fields, values.
fn elements(answer: &Value) -> BTreeSet<Vec<u8>> {
    let own = match answer {
        Value::Text(_, text) => Some(text.clone()),
        _ => None,
    };
    answer.parts().iter().flat_map(elements).chain(own).collect()
}

/// Marks and numbers of parts.
fn shape(answer: &Value) -> Vec<(u8, usize)> {
    match answer {
        Value::Line(mark, _) | Value::Text(mark, _) => vec![(*mark, 0)],
        Value::Many(mark, parts) => {
            [(*mark, parts.len())].into_iter().chain(parts.iter().flat_map(shape)).collect()
        }
        Value::Masked(_) | Value::Closed => vec![(0, 0)],
    }
}
