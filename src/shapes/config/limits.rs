//! `client-output-buffer-limit`: how much may wait for a client of a class until it is closed.
//!
//! In Redis: `clientBufferLimitsConfig` (server.h), `updateClientOutputBufferLimit` (config.c).

use super::setting::Setting;
use super::shape::{Complaint, memory};
use serde::{Deserialize, Serialize};

/// What kind of client a limit is for. A master counts as a normal one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ClientClass {
    /// Whoever asks; monitors too.
    Normal,
    /// A replica of this server.
    Replica,
    /// Whoever is subscribed to a channel or a pattern.
    Pubsub,
}

impl ClientClass {
    /// All of them, in the order of CONFIG GET.
    pub const ALL: [ClientClass; 3] =
        [ClientClass::Normal, ClientClass::Replica, ClientClass::Pubsub];

    /// As CONFIG GET calls it.
    pub const fn word(self) -> &'static str {
        match self {
            ClientClass::Normal => "normal",
            ClientClass::Replica => "slave",
            ClientClass::Pubsub => "pubsub",
        }
    }
    fn named(word: &str) -> Option<ClientClass> {
        let word = if word.eq_ignore_ascii_case("replica") { "slave" } else { word };
        ClientClass::ALL.into_iter().find(|class| class.word().eq_ignore_ascii_case(word))
    }
}

/// The limit of one class; 0 bytes are no limit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct OutputLimit {
    /// So many bytes close it at once.
    pub hard: u64,
    /// So many bytes close it if they last.
    pub soft: u64,
    /// How long they have to last, in seconds.
    pub seconds: u64,
}

/// The limits of all classes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct OutputLimits([OutputLimit; 3]);

impl OutputLimits {
    /// The limit of a class.
    pub const fn of(&self, class: ClientClass) -> OutputLimit {
        self.0[class as usize]
    }
}

impl Default for OutputLimits {
    fn default() -> OutputLimits {
        const MIB: u64 = 1 << 20;
        let limit =
            |hard, soft, seconds| OutputLimit { hard: hard * MIB, soft: soft * MIB, seconds };
        OutputLimits([limit(0, 0, 0), limit(256, 64, 60), limit(32, 8, 60)])
    }
}

impl Setting for OutputLimits {
    fn read(&self) -> String {
        let one = |class: ClientClass| {
            let OutputLimit { hard, soft, seconds } = self.of(class);
            format!("{} {hard} {soft} {seconds}", class.word())
        };
        ClientClass::ALL.map(one).join(" ")
    }
    /// Classes that are not named keep theirs.
    fn write(&mut self, text: &str) {
        let named = named_limits(text).expect("the shape of the directive fits its field");
        for (class, limit) in named {
            self.0[class as usize] = limit;
        }
    }
}

/// The limits that a text names.
pub(super) fn named_limits(text: &str) -> Result<Vec<(ClientClass, OutputLimit)>, Complaint> {
    let words: Vec<&str> = if text.is_empty() { Vec::new() } else { text.split(' ').collect() };
    if !words.len().is_multiple_of(4) {
        return Err(Complaint::LimitWords);
    }
    let limit = |words: &[&str]| {
        let class = ClientClass::named(words[0]).ok_or(Complaint::LimitClass)?;
        let hard = memory(words[1]).ok_or(Complaint::LimitNumbers)?;
        let soft = memory(words[2]).ok_or(Complaint::LimitNumbers)?;
        // A long is kept as an int.
        let seconds = words[3].parse::<i64>().map_err(|_| Complaint::LimitNumbers)? as i32;
        let seconds = u64::try_from(seconds).map_err(|_| Complaint::LimitNumbers)?;
        Ok((class, OutputLimit { hard, soft, seconds }))
    };
    words.chunks_exact(4).map(limit).collect()
}
