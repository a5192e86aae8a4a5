//! Reading the fields of a recording.

use serde_json::Value;
use slotlab::cli::Env;
use slotlab::words::NodeId;
use std::collections::BTreeMap;

/// A text field; empty if it is not there.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().unwrap_or("")
}

/// The texts of a list.
pub(crate) fn strings(value: &Value) -> Vec<String> {
    let items = value.as_array().into_iter().flatten();
    items.filter_map(|item| Some(item.as_str()?.to_owned())).collect()
}

/// The words after `redis-cli`.
pub(crate) fn arguments(recording: &Value) -> Vec<String> {
    strings(&recording["argv"]).into_iter().skip(1).collect()
}

/// Node ids by address.
pub(crate) fn ids(value: &Value) -> BTreeMap<String, NodeId> {
    let rows = value.as_object().into_iter().flatten();
    rows.filter_map(|(address, id)| Some((address.clone(), id.as_str()?.parse().ok()?))).collect()
}

/// What the program found around it.
pub(crate) fn environment(recording: &Value) -> Env {
    let variable = |name: &str| recording["env"][name].as_str().unwrap_or("");
    let tty = recording["tty"].as_bool().unwrap_or(false);
    Env {
        term_xterm: variable("TERM").contains("xterm"),
        yes_env: variable("REDISCLI_CLUSTER_YES") == "1",
        stdin_tty: tty,
        stdout_tty: tty,
    }
}

/// Whether a field is what it was.
pub(crate) fn same(what: &str, theirs: &Value, ours: &Value) -> Result<(), String> {
    match theirs == ours {
        true => Ok(()),
        false => Err(format!("{what} is {theirs}, ours {ours}")),
    }
}
