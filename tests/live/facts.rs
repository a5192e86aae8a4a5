//! What a real server tells of its commands, as `src/node/commands/facts.txt` keeps it.

use super::real::Real;
use super::value::Value;
use slotlab::words::Argv;
use std::collections::BTreeMap;

/// The lines about each command.
type Blocks = BTreeMap<String, String>;

/// The whole file, from the answers of a server that speaks RESP3.
pub(crate) fn recorded(server: &mut Real) -> String {
    server.ask(&Argv::from("HELLO 3"));
    let mut ask = |command| Value::read(&server.ask(&Argv::from(command)));
    let (rows, pages) = (ask("COMMAND"), ask("COMMAND DOCS"));
    let mut blocks = Blocks::new();
    rows.items().iter().for_each(|row| note_row(row, &mut blocks));
    pages.pairs().iter().for_each(|(name, page)| note_page(name.text(), page, &mut blocks));
    let blocks: Vec<String> =
        blocks.iter().map(|(name, lines)| format!("{name}\n{lines}")).collect();
    blocks.join("\n")
}

fn words(set: &Value) -> String {
    set.items().iter().map(Value::text).collect::<Vec<_>>().join(" ")
}

fn note_row(row: &Value, blocks: &mut Blocks) {
    let [name, _, _, _, _, _, categories, tips, specs, subcommands] = row.items() else {
        panic!("a row has ten cells: {row:?}")
    };
    let mut lines = format!("categories {}\n", words(categories).replace('@', ""));
    tips.items().iter().for_each(|tip| lines += &format!("tip {}\n", tip.text()));
    specs.items().iter().for_each(|spec| lines += &format!("key {}\n", key_spec(spec)));
    blocks.insert(name.text().to_owned(), lines);
    subcommands.items().iter().for_each(|row| note_row(row, blocks));
}

/// `RO access`, `index 1`, `range 0 1 0` and notes.
fn key_spec(spec: &Value) -> String {
    let step = |name| {
        let step = spec.get(name).expect("a specification has two steps");
        let numbers = step.get("spec").map_or(&[][..], Value::pairs);
        let mut cells = vec![step.get("type").map_or("", Value::text)];
        cells.extend(numbers.iter().map(|(_, value)| value.text()));
        cells.join(" ")
    };
    let flags = spec.get("flags").map(words).unwrap_or_default();
    let notes = spec.get("notes").map(|notes| format!("\t{}", notes.text())).unwrap_or_default();
    format!("{flags}\t{}\t{}{notes}", step("begin_search"), step("find_keys"))
}

fn note_page(name: &str, page: &Value, blocks: &mut Blocks) {
    let mut lines = String::new();
    for (field, value) in page.pairs() {
        match field.text() {
            "subcommands" => {
                value.pairs().iter().for_each(|(name, page)| note_page(name.text(), page, blocks));
            }
            "arguments" => {
                lines += "arguments\n";
                value.items().iter().for_each(|argument| note_argument(argument, 1, &mut lines));
            }
            "history" => {
                for change in value.items() {
                    lines += &format!("history {}\n", words(change));
                }
            }
            "doc_flags" => lines += &format!("doc_flags {}\n", words(value)),
            other => lines += &format!("{other} {}\n", value.text()),
        }
    }
    *blocks.get_mut(name).expect("COMMAND has told of it") += &lines;
}

fn note_argument(argument: &Value, depth: usize, lines: &mut String) {
    let cell = |(field, value): &(Value, Value)| match field.text() {
        "arguments" => None,
        "name" | "type" => Some(value.text().to_owned()),
        "flags" => Some(format!("flags {}", words(value))),
        other => Some(format!("{other} {}", value.text())),
    };
    let cells: Vec<String> = argument.pairs().iter().filter_map(cell).collect();
    *lines += &format!("{}{}\n", " ".repeat(depth), cells.join("\t"));
    let parts = argument.get("arguments").map_or(&[][..], Value::items);
    parts.iter().for_each(|part| note_argument(part, depth + 1, lines));
}
