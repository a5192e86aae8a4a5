//! A command as a client sends it: a list of byte strings.

use bytes::Bytes;
use std::ops::Deref;
use std::sync::Arc;

/// The words of one command. Cheap to clone. Never empty when it reaches a node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Argv(Arc<[Bytes]>);

impl Argv {
    /// A command of these words.
    pub fn new<W: Into<Bytes>>(words: impl IntoIterator<Item = W>) -> Argv {
        Argv(words.into_iter().map(Into::into).collect())
    }
    /// How many bytes it takes in a RESP array of bulk strings: what a replication offset counts.
    pub fn encoded_len(&self) -> u64 {
        let bulks: usize = self.0.iter().map(|w| 1 + digits(w.len()) + 2 + w.len() + 2).sum();
        (1 + digits(self.0.len()) + 2 + bulks) as u64
    }
    /// Its first word in lower case, for looking it up.
    pub fn name(&self) -> String {
        self.0.first().map(|w| String::from_utf8_lossy(w).to_lowercase()).unwrap_or_default()
    }
}

impl Deref for Argv {
    type Target = [Bytes];
    fn deref(&self) -> &[Bytes] {
        &self.0
    }
}

impl From<&str> for Argv {
    /// Split at white space, without quoting: for commands written in code.
    fn from(line: &str) -> Argv {
        Argv::new(line.split_whitespace().map(|w| Bytes::copy_from_slice(w.as_bytes())))
    }
}

fn digits(n: usize) -> usize {
    n.checked_ilog10().map_or(1, |d| d as usize + 1)
}
