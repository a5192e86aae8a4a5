//! `lab.json`: what a project fixes beyond its compose file, so that a run can be told again.

use crate::words::{NodeId, Time};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The file's name in a project.
pub const LAB_FILE: &str = "lab.json";

/// The contents of `lab.json`; every field may be left out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Lab {
    /// Key of its title in the locale files.
    pub title: String,
    /// Name of the compose project: what `docker compose` takes from the folder.
    pub project: String,
    /// When `docker compose up` runs, in milliseconds since the Unix epoch.
    pub start_ms: u64,
    /// The zone that logs are shown in, in minutes east of UTC.
    pub utc_offset_minutes: i32,
    /// Node ids by service.
    pub ids: BTreeMap<String, NodeId>,
    /// Active profiles.
    pub profiles: Vec<String>,
}

impl Default for Lab {
    /// A moment before the second in which the tutorial's cluster was made: 2024-09-21 14:36:08 in
    /// Korea.
    fn default() -> Lab {
        Lab {
            title: String::new(),
            project: "slotlab".into(),
            start_ms: 1_726_896_966_500,
            utc_offset_minutes: 9 * 60,
            ids: BTreeMap::new(),
            profiles: Vec::new(),
        }
    }
}

impl Lab {
    /// The latest start that is believed: the end of the year 9999.
    const LATEST_MS: u64 = 253_402_300_799_000;

    /// When `docker compose up` runs.
    pub fn starts(&self) -> Time {
        Time::from_unix_ms(self.start_ms.min(Lab::LATEST_MS))
    }
}
