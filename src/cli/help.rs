//! The commands of the console: their arguments, what they do, hints while typing, completion.
//!
//! One table (`commands.tsv`) for all of it. In Redis: `cliOutputHelp`, `hintsCallback`,
//! `completionCallback`. Absent: the commands that no node here knows.

use crate::words::quote;

const TABLE: &str = include_str!("commands.tsv");
const GENERIC: &str = "redis-cli 7.0.15\n\
To get help about Redis commands type:\n      \"help @<group>\" to get a list of commands in <group>\n      \
\"help <command>\" for help on <command>\n      \"help <tab>\" to get a list of possible help topics\n      \
\"quit\" to exit\n\nTo set redis-cli preferences:\n      \":set hints\" enable online hints\n      \
\":set nohints\" disable online hints\nSet your preferences in ~/.redisclirc\n";

/// A row of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Command {
    /// `CLUSTER SETSLOT`
    pub name: &'static str,
    /// `key value [NX|XX]`
    pub arguments: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// The first version of Redis with it.
    pub since: &'static str,
    /// `string`
    pub group: &'static str,
}

/// All commands, in order of their names.
pub fn commands() -> impl Iterator<Item = Command> + Clone {
    TABLE.lines().filter_map(|line| {
        let mut cells = line.split('\t');
        Some(Command {
            name: cells.next()?,
            arguments: cells.next()?,
            summary: cells.next()?,
            since: cells.next()?,
            group: cells.next()?,
        })
    })
}

/// What `help <words>` prints.
pub fn help(words: &[Vec<u8>]) -> String {
    let Some(first) = words.first() else { return GENERIC.to_owned() };
    let words: Vec<String> =
        words.iter().map(|word| String::from_utf8_lossy(word).to_uppercase()).collect();
    let group = first.strip_prefix(b"@").map(|_| words[0][1..].to_lowercase());
    let wanted = |command: &Command| match &group {
        Some(group) => command.group == group,
        None => {
            let mut name = command.name.split(' ');
            words.iter().all(|word| name.next() == Some(word.as_str()))
        }
    };
    let mut text = "\r\n".to_owned();
    for command in commands().filter(wanted) {
        text += &format!(
            "  \x1b[1m{}\x1b[0m \x1b[90m{}\x1b[0m\r\n  \x1b[33msummary:\x1b[0m {}\r\n  \
             \x1b[33msince:\x1b[0m {}\r\n",
            command.name, command.arguments, command.summary, command.since
        );
        if group.is_none() {
            text += &format!("  \x1b[33mgroup:\x1b[0m {}\r\n", command.group);
        }
        text += "\r\n";
    }
    text
}

/// The arguments that are still to be typed after `line`, shown in grey behind it.
pub fn hint(line: &str) -> Option<String> {
    let words = quote::split(line.as_bytes())?;
    let matching = |command: &Command| {
        let name: Vec<&str> = command.name.split(' ').collect();
        name.len() <= words.len()
            && name.iter().zip(&words).all(|(a, b)| a.as_bytes().eq_ignore_ascii_case(b))
    };
    let command = commands().filter(matching).max_by_key(|c| c.name.split(' ').count())?;
    let mut typed = words.len() - command.name.split(' ').count();
    let mut rest = command.arguments;
    while typed > 0 && !rest.is_empty() && !rest.starts_with('[') {
        typed -= usize::from(rest.starts_with(' '));
        rest = &rest[1..];
    }
    let gap = if line.ends_with(char::is_whitespace) { "" } else { " " };
    Some(format!("{gap}{rest}"))
}

/// What `line` may become with the Tab key, in the order of the key.
pub fn complete(line: &str) -> Vec<String> {
    let (before, start) = match line.get(..5) {
        Some(help) if help.eq_ignore_ascii_case("help ") => line.split_at(5),
        _ => ("", line),
    };
    let typed = start.to_uppercase();
    let names = commands().map(|command| command.name).filter(|name| name.starts_with(&typed));
    names.map(|name| format!("{before}{name}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{complete, hint};

    #[test]
    fn a_hint_shows_what_is_left_to_type() {
        assert_eq!(hint("LRANGE").as_deref(), Some(" key start stop"));
        assert_eq!(hint("lrange a ").as_deref(), Some("start stop"));
        assert_eq!(hint("cluster setslot 5").map(|h| h.starts_with(" IMPORTING")), Some(true));
        assert_eq!(hint("nosuch"), None);
    }

    #[test]
    fn completion_knows_commands_of_two_words() {
        assert_eq!(complete("cluster k"), ["CLUSTER KEYSLOT"]);
        assert_eq!(complete("help getd"), ["help GETDEL"]);
    }
}
