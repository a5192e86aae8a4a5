//! A fact's sentence: `fact-<variant>` with its fields as arguments.
//!
//! serde names variant and fields; a field that is an enum itself (why, role, mode, from, class) becomes the
//! sentence `<field>-<variant>`, with its own fields as arguments. A node id becomes the node's name.

use super::{Arg, Lang, text};
use crate::shapes::Fact;
use crate::words::NodeId;
use serde_json::{Map, Value};

/// Fields whose value is an enum with sentences of its own.
const NAMED: &[&str] = &["why", "role", "mode", "from", "class"];

/// The plain sentence for what became true of `who`; `names` gives the name of a node.
///
/// `7002 marks 7001 FAIL: 2 masters report it, 2 needed`
pub fn fact(lang: Lang, who: &str, fact: &Fact, names: &dyn Fn(NodeId) -> String) -> String {
    let value = serde_json::to_value(fact).expect("facts are plain data");
    sentence(lang, "fact", who, &value, names)
}

fn sentence(
    lang: Lang,
    prefix: &str,
    who: &str,
    value: &Value,
    names: &dyn Fn(NodeId) -> String,
) -> String {
    let none = Map::new();
    let (variant, fields) = match value {
        Value::String(variant) => (variant.as_str(), &none),
        Value::Object(one) => match one.iter().next() {
            Some((variant, Value::Object(fields))) => (variant.as_str(), fields),
            Some((variant, _)) => (variant.as_str(), &none),
            None => return String::new(),
        },
        _ => return String::new(),
    };
    let mut args = vec![("who", Arg::from(who))];
    for (name, field) in fields {
        args.push((name.as_str(), argument(lang, who, name, field, names)));
    }
    text(lang, &format!("{prefix}-{}", kebab(variant)), &args)
}

fn argument(
    lang: Lang,
    who: &str,
    name: &str,
    field: &Value,
    names: &dyn Fn(NodeId) -> String,
) -> Arg {
    match field {
        Value::Number(number) => Arg::Count(number.as_u64().unwrap_or_default()),
        Value::String(text) => match text.parse::<NodeId>() {
            Ok(id) if name != "replid" => Arg::Text(names(id)),
            Err(_) if NAMED.contains(&name) => Arg::Text(sentence(lang, name, who, field, names)),
            _ => Arg::Text(text.clone()),
        },
        Value::Array(bytes) => {
            let bytes: Vec<u8> = bytes.iter().filter_map(|b| b.as_u64()).map(|b| b as u8).collect();
            Arg::Text(String::from_utf8_lossy(&bytes).into_owned())
        }
        Value::Object(_) => Arg::Text(sentence(lang, name, who, field, names)),
        Value::Null | Value::Bool(_) => Arg::Text(field.to_string()),
    }
}

/// `FailHeard` as `fail-heard`.
fn kebab(camel: &str) -> String {
    let mut out = String::with_capacity(camel.len() + 4);
    for (i, c) in camel.chars().enumerate() {
        if c.is_ascii_uppercase() && i != 0 {
            out.push('-');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
