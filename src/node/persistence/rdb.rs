//! `dump.rdb` as bytes: what SYNC sends to a client that wants a copy.
//!
//! Replicas get the dataset itself; only `redis-cli --cluster backup` reads this. In Redis: `rdbSaveRio`, `rdbSaveInfoAuxFields`.

use crate::node::VERSION;
use crate::node::keyspace::dump;
use crate::node::persistence::Snapshot;
use bytes::Bytes;

const MAGIC: &[u8] = b"REDIS0010";
const AUX: u8 = 0xfa;
const RESIZE: u8 = 0xfb;
const EXPIRES_MS: u8 = 0xfc;
const SELECT: u8 = 0xfe;
const END: u8 = 0xff;
/// What an empty server of 7.0 uses, about.
const EMPTY_SERVER_BYTES: u64 = 1_900_000;

/// About what a server uses with a dataset of so many bytes.
pub(in crate::node) const fn used_memory(dataset: u64) -> u64 {
    EMPTY_SERVER_BYTES + dataset
}

impl Snapshot {
    /// The dataset as a file.
    pub(in crate::node) fn rdb(&self) -> Bytes {
        let mut out = MAGIC.to_vec();
        let history = &self.history;
        let used = used_memory(self.keyspace.approximate_bytes());
        let aux = [
            ("redis-ver", VERSION.to_owned()),
            ("redis-bits", "64".to_owned()),
            ("ctime", self.made.unix_s().to_string()),
            ("used-mem", used.to_string()),
            ("repl-stream-db", "0".to_owned()),
            ("repl-id", history.id.to_string()),
            ("repl-offset", history.offset.to_string()),
            ("aof-base", "0".to_owned()),
        ];
        for (name, value) in aux {
            out.push(AUX);
            dump::put(&mut out, name.as_bytes());
            dump::put(&mut out, value.as_bytes());
        }
        self.write_keys(&mut out);
        out.push(END);
        dump::sign(&mut out);
        out.into()
    }

    fn write_keys(&self, out: &mut Vec<u8>) {
        if self.keyspace.is_empty() {
            return;
        }
        out.extend([SELECT, 0, RESIZE]);
        dump::put_len(out, self.keyspace.len() as u64);
        dump::put_len(out, self.keyspace.expiring() as u64);
        for (key, entry) in self.keyspace.by_age() {
            if let Some(at) = entry.expires {
                out.push(EXPIRES_MS);
                out.extend(at.to_le_bytes());
            }
            // The key stands between the type of the value and the rest of it.
            let value = dump::encode(&entry.value);
            out.push(value[0]);
            dump::put(out, key);
            out.extend(&value[1..]);
        }
    }
}
