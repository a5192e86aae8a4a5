//! Variables: env files, and `${NAME}` in the compose file.
//!
//! Rules are those of compose: `$NAME`, `${NAME}`, `${NAME:-d}`, `${NAME-d}`, `${NAME:?err}`,
//! `${NAME?err}`, `${NAME:+x}`, `${NAME+x}`, `$$`; what stands behind the operator may hold variables
//! again. Absent: the shell's own environment; a web page has none.

use super::remark::{Code, Place, Remarks};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Variables by name.
#[derive(Clone, Debug)]
pub(super) struct Env {
    values: BTreeMap<String, String>,
    /// Where those stand that were read from a file.
    places: BTreeMap<String, Place>,
    /// How many more bytes may be put in: `A=$B$B`, `B=$C$C` and so on would fill any memory.
    budget: usize,
}

/// The deepest nesting of `${A:-${B:-...}}`.
const DEPTH: u32 = 16;

/// The most bytes that variables put into one project.
const BUDGET: usize = 1 << 20;

impl Default for Env {
    fn default() -> Env {
        Env { values: BTreeMap::new(), places: BTreeMap::new(), budget: BUDGET }
    }
}

impl Env {
    /// Reads a `.env` file into it: `NAME=value`, `export NAME=value`, quotes, comments.
    pub(super) fn read(&mut self, file: &str, text: &str, remarks: &mut Remarks) {
        let file: Arc<str> = file.into();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim().trim_start_matches('\u{feff}');
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let at = Place { file: file.clone(), line: number, column: 0 };
            let assignment = line.strip_prefix("export ").unwrap_or(line);
            let split = assignment.split_once(['=', ':']);
            let (name, value) = split.unwrap_or((assignment, ""));
            let name = name.trim_end();
            if split.is_none() || name.is_empty() || !name.chars().all(is_env_name) {
                let text = [("text", shorten(line))];
                remarks.add(&at, Code::EnvLineBroken, text);
                continue;
            }
            let value = self.env_value(value.trim_start(), &at, remarks);
            self.set(name, value);
            self.places.insert(name.into(), at);
        }
    }

    /// Sets a variable.
    pub(super) fn set(&mut self, name: &str, value: String) {
        self.values.insert(name.into(), value);
    }
    /// Sets all variables of another.
    pub(super) fn set_all(&mut self, other: &Env) {
        self.values.extend(other.values.clone());
        self.places.extend(other.places.clone());
    }
    /// Where a variable was set in a file.
    pub(super) fn place(&self, name: &str) -> Place {
        self.places.get(name).cloned().unwrap_or_default()
    }
    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// `'as it is'`, `"with \n and ${NAME}"`, or bare up to ` #`.
    fn env_value(&mut self, text: &str, at: &Place, remarks: &mut Remarks) -> String {
        if let Some(rest) = text.strip_prefix('\'') {
            return rest.split_once('\'').map_or(rest, |(inside, _)| inside).into();
        }
        if let Some(rest) = text.strip_prefix('"') {
            let end = closing_quote(rest);
            let inside = rest[..end].replace("\\n", "\n").replace("\\\"", "\"");
            return self.put_in(&inside, at, remarks);
        }
        let bare = text.find(" #").map_or(text, |end| &text[..end]);
        self.put_in(bare.trim_end(), at, remarks)
    }

    /// `text` with its variables' values.
    pub(super) fn put_in(&mut self, text: &str, at: &Place, remarks: &mut Remarks) -> String {
        if !text.contains('$') {
            return text.into();
        }
        self.expand(text, DEPTH, at, remarks)
    }

    fn expand(&mut self, text: &str, depth: u32, at: &Place, remarks: &mut Remarks) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(dollar) = rest.find('$') {
            out.push_str(&rest[..dollar]);
            let after = &rest[dollar + 1..];
            let taken = if after.starts_with('$') {
                out.push('$');
                1
            } else if let Some(inside) = after.strip_prefix('{') {
                let Some(len) = closing_brace(inside).filter(|_| 0 < depth) else {
                    remarks.add(at, Code::InterpolationBroken, [("text", shorten(rest))]);
                    return out + &rest[dollar..];
                };
                out.push_str(&self.braced(&inside[..len], depth - 1, at, remarks));
                len + 2
            } else {
                let len = name_len(after);
                if len == 0 {
                    remarks.add(at, Code::InterpolationBroken, [("text", shorten(text))]);
                    out.push('$');
                }
                out.push_str(&self.plain(&after[..len], at, remarks));
                len
            };
            rest = &after[taken..];
        }
        out + rest
    }

    fn plain(&mut self, name: &str, at: &Place, remarks: &mut Remarks) -> String {
        if name.is_empty() {
            return String::new();
        }
        match self.values.get(name) {
            Some(value) if value.len() <= self.budget => {
                self.budget -= value.len();
                value.clone()
            }
            Some(_) => {
                remarks.add(at, Code::YamlBomb, [("limit", BUDGET.to_string())]);
                String::new()
            }
            None => {
                remarks.add(at, Code::VariableMissing, [("name", name.into())]);
                String::new()
            }
        }
    }

    /// What stands between the braces: a name, and perhaps an operator with its word.
    fn braced(&mut self, inside: &str, depth: u32, at: &Place, remarks: &mut Remarks) -> String {
        let (name, tail) = inside.split_at(name_len(inside));
        let (empty_is_unset, tail) = match tail.strip_prefix(':') {
            Some(tail) => (true, tail),
            None => (false, tail),
        };
        let set = self.get(name).is_some_and(|value| !empty_is_unset || !value.is_empty());
        let word = tail.get(1..).unwrap_or("");
        match tail.chars().next() {
            None if !empty_is_unset && !name.is_empty() => self.plain(name, at, remarks),
            Some('-' | '?') if set => self.plain(name, at, remarks),
            Some('-') if !name.is_empty() => self.expand(word, depth, at, remarks),
            Some('+') if set => self.expand(word, depth, at, remarks),
            Some('+') if !name.is_empty() => String::new(),
            Some('?') if !name.is_empty() => {
                let args = [("name", name.into()), ("text", shorten(word))];
                remarks.add(at, Code::VariableRequired, args);
                String::new()
            }
            None | Some(_) => {
                let text = format!("${{{inside}}}");
                remarks.add(at, Code::InterpolationBroken, [("text", shorten(&text))]);
                text
            }
        }
    }
}

/// At most 80 characters of a text, for a remark.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.into(),
    }
}

fn is_env_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// How many bytes of `text` are a variable's name.
pub(super) fn name_len(text: &str) -> usize {
    let digit_first = text.starts_with(|c: char| c.is_ascii_digit());
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
    if digit_first { 0 } else { end.unwrap_or(text.len()) }
}

/// Where the brace closes that was opened just before `inside`.
fn closing_brace(inside: &str) -> Option<usize> {
    let mut open = 1;
    for (at, c) in inside.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

/// Where the double quote closes; the end of the text if it does not.
fn closing_quote(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' if !escaped => return at,
            _ => escaped = c == '\\' && !escaped,
        }
    }
    text.len()
}
