//! The order in which `redis-cli` walks a hash table of texts.
//!
//! Redis's dict: chained buckets, a power of two of them, new entries at the head of their chain,
//! and growth that moves one bucket with each operation. `redis-cli` never seeds the hash function,
//! so the order depends on the keys and the order of the operations only; and since the optimiser
//! picks offenders by their place in it, it decides which replica goes where.
//!
//! Invariant: keys are distinct. In Redis: dict.c (`dictFind`, `dictReplace`, `_dictExpandIfNeeded`,
//! `dictRehash`). Absent: values, deletion, shrinking; the caller keeps values beside the keys.

/// SipHash-1-2 of `text` with a key of zeros.
pub fn siphash_1_2(text: &[u8]) -> u64 {
    let mut state = SipState::new();
    let mut chunks = text.chunks_exact(8);
    for chunk in &mut chunks {
        state.absorb(u64::from_le_bytes(chunk.try_into().expect("a chunk has 8 bytes")));
    }
    let mut last = [0; 8];
    last[..chunks.remainder().len()].copy_from_slice(chunks.remainder());
    last[7] = text.len() as u8;
    state.absorb(u64::from_le_bytes(last));
    state.finish()
}

struct SipState([u64; 4]);

impl SipState {
    fn new() -> SipState {
        // "somepseudorandomlygeneratedbytes", as in the paper.
        SipState([
            0x736f_6d65_7073_6575,
            0x646f_7261_6e64_6f6d,
            0x6c79_6765_6e65_7261,
            0x7465_6462_7974_6573,
        ])
    }
    fn round(&mut self) {
        let [a, b, c, d] = &mut self.0;
        *a = a.wrapping_add(*b);
        *b = b.rotate_left(13) ^ *a;
        *a = a.rotate_left(32);
        *c = c.wrapping_add(*d);
        *d = d.rotate_left(16) ^ *c;
        *a = a.wrapping_add(*d);
        *d = d.rotate_left(21) ^ *a;
        *c = c.wrapping_add(*b);
        *b = b.rotate_left(17) ^ *c;
        *c = c.rotate_left(32);
    }
    fn absorb(&mut self, word: u64) {
        self.0[3] ^= word;
        self.round();
        self.0[0] ^= word;
    }
    fn finish(mut self) -> u64 {
        self.0[2] ^= 0xff;
        self.round();
        self.round();
        self.0.iter().fold(0, |all, word| all ^ word)
    }
}

/// A dict of keys that are known by a number and their hash.
#[derive(Clone, Debug, Default)]
pub struct Dict {
    entries: Vec<Entry>,
    table: Table,
    growth: Option<Growth>,
}

/// A key, and the entry behind it in its chain.
#[derive(Clone, Copy, Debug)]
struct Entry {
    key: usize,
    hash: u64,
    behind: Option<usize>,
}

/// The heads of the chains: places in `entries`.
#[derive(Clone, Debug, Default)]
struct Table {
    heads: Vec<Option<usize>>,
    used: usize,
}

/// The table that entries are moving to, and the first bucket that has not moved yet.
#[derive(Clone, Debug)]
struct Growth {
    table: Table,
    next: usize,
}

const FIRST_SIZE: usize = 4;
/// How many empty buckets one step may skip.
const EMPTY_VISITS: usize = 10;

impl Dict {
    /// An empty one.
    pub fn new() -> Dict {
        Dict::default()
    }
    /// Looks `key` up, which moves a bucket if the table grows; whether it is there.
    pub fn find(&mut self, key: usize, hash: u64) -> bool {
        if self.len() == 0 {
            return false;
        }
        self.step();
        self.holds(key, hash)
    }
    /// Sets the value of `key`, adding the key if need be.
    pub fn replace(&mut self, key: usize, hash: u64) {
        self.step();
        self.expand_if_needed();
        if self.holds(key, hash) {
            return;
        }
        let entry = self.entries.len();
        self.entries.push(Entry { key, hash, behind: None });
        let table = match &mut self.growth {
            Some(growth) => &mut growth.table,
            None => &mut self.table,
        };
        table.push(&mut self.entries, entry);
    }
    /// Its keys, in the order of a walk.
    pub fn keys(&self) -> impl Iterator<Item = usize> + '_ {
        let tables = std::iter::once(&self.table).chain(self.growth.iter().map(|g| &g.table));
        let chains = tables.flat_map(|table| table.heads.iter().copied());
        chains.flat_map(|head| self.chain(head)).map(|entry| entry.key)
    }

    fn chain(&self, head: Option<usize>) -> impl Iterator<Item = &Entry> + '_ {
        let entry = |at: usize| &self.entries[at];
        std::iter::successors(head.map(entry), move |e| e.behind.map(entry))
    }
    fn len(&self) -> usize {
        self.table.used + self.growth.as_ref().map_or(0, |growth| growth.table.used)
    }
    fn holds(&self, key: usize, hash: u64) -> bool {
        let in_table = |table: &Table| {
            let head = table.bucket(hash).and_then(|bucket| table.heads[bucket]);
            self.chain(head).any(|entry| entry.key == key)
        };
        in_table(&self.table) || self.growth.as_ref().is_some_and(|growth| in_table(&growth.table))
    }
    fn expand_if_needed(&mut self) {
        if self.growth.is_some() {
            return;
        }
        let size = self.table.heads.len();
        if size == 0 {
            self.table = Table::of_size(FIRST_SIZE);
        } else if self.table.used >= size {
            let table = Table::of_size((self.table.used + 1).next_power_of_two());
            self.growth = Some(Growth { table, next: 0 });
        }
    }
    /// Moves one bucket to the larger table, if there is one.
    fn step(&mut self) {
        let Some(growth) = &mut self.growth else { return };
        let mut empty_visits = EMPTY_VISITS;
        while self.table.heads[growth.next].is_none() {
            growth.next += 1;
            empty_visits -= 1;
            if empty_visits == 0 {
                return;
            }
        }
        let mut next = self.table.heads[growth.next].take();
        while let Some(entry) = next {
            next = self.entries[entry].behind;
            self.table.used -= 1;
            growth.table.push(&mut self.entries, entry);
        }
        growth.next += 1;
        if self.table.used == 0
            && let Some(grown) = self.growth.take()
        {
            self.table = grown.table;
        }
    }
}

impl Table {
    fn of_size(size: usize) -> Table {
        Table { heads: vec![None; size], used: 0 }
    }
    /// Where keys of this hash are; nowhere in a table without buckets.
    fn bucket(&self, hash: u64) -> Option<usize> {
        Some(hash as usize & self.heads.len().checked_sub(1)?)
    }
    /// Puts an entry at the head of its chain.
    fn push(&mut self, entries: &mut [Entry], entry: usize) {
        let Some(bucket) = self.bucket(entries[entry].hash) else { return };
        entries[entry].behind = self.heads[bucket].replace(entry);
        self.used += 1;
    }
}

/// The distinct texts among `keys`, in the order in which a walk meets them after `dictReplace` of
/// each in turn.
pub fn order_after_replacing<'a>(keys: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut known: Vec<&str> = Vec::new();
    let mut dict = Dict::new();
    for key in keys {
        let number = known.iter().position(|&k| k == key).unwrap_or_else(|| {
            known.push(key);
            known.len() - 1
        });
        dict.replace(number, siphash_1_2(key.as_bytes()));
    }
    dict.keys().map(|number| known[number]).collect()
}

#[cfg(test)]
mod tests {
    use super::{Dict, order_after_replacing, siphash_1_2};

    #[test]
    fn the_hash_of_an_id_is_what_redis_cli_computes() {
        let id = b"866a95987cd8f228c2a99d31f2928d64ebbdcd34";
        assert_eq!(siphash_1_2(id), 0x52f4_1379_bb0a_d5fd);
    }

    #[test]
    fn open_slots_come_in_the_order_that_was_recorded() {
        assert_eq!(order_after_replacing(["5", "6", "5"]), ["6", "5"]);
    }

    #[test]
    fn a_chain_is_walked_from_its_youngest_entry() {
        let mut dict = Dict::new();
        for key in 0..3 {
            dict.replace(key, 4 * key as u64);
        }
        assert_eq!(dict.keys().collect::<Vec<_>>(), [2, 1, 0]);
    }

    #[test]
    fn while_it_grows_new_keys_go_to_the_larger_table() {
        let mut dict = Dict::new();
        for key in 0..5 {
            dict.replace(key, key as u64);
        }
        assert_eq!(dict.keys().collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        // Each lookup moves one bucket behind the others.
        assert!(dict.find(4, 4));
        assert_eq!(dict.keys().collect::<Vec<_>>(), [1, 2, 3, 0, 4]);
    }
}
