//! Paths of a file in another folder, told from the project's folder.

use crate::compose::yaml::{Entry, Kind, Value};

/// The folder of a path; nothing if it is the project's own.
pub(super) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The tree of a file whose paths are relative to `dir`.
pub(super) fn relocated(root: Value, dir: &str) -> Value {
    if dir.is_empty() { root } else { walk(&root, &mut Vec::new(), dir) }
}

/// What a text at some place of the tree is.
enum Text {
    /// A path.
    Path,
    /// `source:target`; the source is a path if it looks like one.
    Volume,
    Other,
}

/// An item of a list goes by the name `*`.
fn text_at(path: &[&str]) -> Text {
    match path {
        ["services", _, "env_file"]
        | ["services", _, "env_file", "*"]
        | ["services", _, "env_file", "*", "path"]
        | ["services", _, "extends", "file"]
        | ["configs", _, "file"]
        | ["include", "*"]
        | ["include", "*", "path" | "project_directory" | "env_file"]
        | ["include", "*", "path" | "env_file", "*"] => Text::Path,
        ["services", _, "volumes", "*"] | ["services", _, "volumes", "*", "source"] => Text::Volume,
        _ => Text::Other,
    }
}

fn walk<'a>(value: &'a Value, path: &mut Vec<&'a str>, dir: &str) -> Value {
    match &value.kind {
        Kind::Null => value.clone(),
        Kind::Scalar(text) => match text_at(path) {
            Text::Path => value.with_text(&joined(dir, text)),
            Text::Volume if text.starts_with('.') => value.with_text(&format!("./{dir}/{text}")),
            Text::Volume | Text::Other => value.clone(),
        },
        Kind::List(items) => {
            path.push("*");
            let items = items.iter().map(|item| walk(item, path, dir)).collect();
            path.pop();
            value.with_items(items)
        }
        Kind::Map(entries) => {
            let entry = |entry: &'a Entry| {
                path.push(&entry.key);
                let value = walk(&entry.value, path, dir);
                path.pop();
                Entry { value, ..entry.clone() }
            };
            value.with_entries(entries.iter().map(entry).collect())
        }
    }
}

fn joined(dir: &str, path: &str) -> String {
    if path.starts_with(['/', '~']) { path.into() } else { format!("{dir}/{path}") }
}
