//! What programs outside of the simulation said on their connections: commands, as one would type them.

use crate::sim::ClientId;
use crate::words::quote::quoted;
use crate::words::request::{Limits, Requests};
use std::collections::BTreeMap;

/// What each of them has said of a command that has no end yet.
#[derive(Default)]
pub(super) struct Outside(BTreeMap<ClientId, Requests>);

/// Longer commands are cut, in letters.
const LONGEST: usize = 240;

impl Outside {
    /// The commands that are whole with these bytes.
    pub(super) fn hear(&mut self, client: ClientId, bytes: &[u8]) -> Vec<String> {
        let requests = self.0.entry(client).or_default();
        requests.feed(bytes);
        let mut said = Vec::new();
        loop {
            match requests.next(Limits::default()) {
                Ok(Some(argv)) => said.push(typed(&argv)),
                Ok(None) => return said,
                Err(_) => {
                    said.push(typed(&[bytes.to_vec().into()]));
                    return said;
                }
            }
        }
    }
}

fn typed(words: &[bytes::Bytes]) -> String {
    let mut line = Vec::new();
    for word in words {
        if !line.is_empty() {
            line.push(b' ');
        }
        let plain = |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'\\');
        match !word.is_empty() && word.iter().all(plain) {
            true => line.extend_from_slice(word),
            false => quoted(word, &mut line),
        }
        if LONGEST < line.len() {
            line.truncate(LONGEST);
            line.extend("…".bytes());
            break;
        }
    }
    String::from_utf8_lossy(&line).into_owned()
}
