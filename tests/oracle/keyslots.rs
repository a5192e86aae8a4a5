//! Family keyslots: keys of every kind and the slot that `CLUSTER KEYSLOT` gave them.

use crate::Case;
use crate::folder::Folder;
use serde_json::Value;
use slotlab::words::Slot;

/// Every key of every recording in the folder.
pub(crate) fn replay(folder: &Folder) -> Vec<Case> {
    folder.recordings().iter().flat_map(|(name, recording)| keys_of(name, recording)).collect()
}

fn keys_of(name: &str, recording: &Value) -> Vec<Case> {
    let rows = recording["cases"].as_array().into_iter().flatten();
    rows.map(|row| Case::new(format!("keyslots/{name}/{}", row["n"]), check(row))).collect()
}

fn check(row: &Value) -> Result<(), String> {
    let key = unhex(row["key_hex"].as_str().ok_or("no key_hex")?).ok_or("key_hex is not hex")?;
    let ours = Slot::of(&key).number();
    match row["slot"].as_u64() == Some(u64::from(ours)) {
        true => Ok(()),
        false => Err(format!("the slot is {}, ours {ours}", row["slot"])),
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}
