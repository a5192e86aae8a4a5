//! Transcripts as text: blocks of comment, directive and output.
//!
//! The output ends at a blank line; one that contains blank lines stands between doubled lines of
//! dashes, as in cockroachdb/datadriven. Only the text of a `file` may contain blank lines.

const RULE: &str = "----";

/// A directive and what it is expected to print.
#[derive(Debug, PartialEq, Eq, Clone, Default)]
pub struct Block {
    /// Comment lines above, with their marks.
    pub comment: String,
    /// The directive, and the lines that belong to it; empty if there is only a comment.
    pub input: String,
    /// Its output; every line ends with a newline.
    pub output: String,
}

/// Splits a transcript into its blocks.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut found = Vec::new();
    let mut lines = text.lines().peekable();
    while lines.peek().is_some() {
        let mut block = Block::default();
        let mut in_input = false;
        for line in lines.by_ref() {
            if line == RULE {
                block.output = output(&mut lines);
                break;
            }
            if !in_input && line.starts_with('#') {
                block.comment += line;
                block.comment.push('\n');
            } else if line.is_empty() && !block.input.starts_with("file ") {
                break;
            } else {
                in_input = true;
                block.input += line;
                block.input.push('\n');
            }
        }
        block.input = block.input.trim_end().to_owned();
        if block != Block::default() {
            found.push(block);
        }
    }
    found
}

fn output<'a>(lines: &mut std::iter::Peekable<impl Iterator<Item = &'a str>>) -> String {
    let doubled = lines.next_if(|line| *line == RULE).is_some();
    let mut output = String::new();
    while let Some(line) = lines.next() {
        if doubled && line == RULE && lines.next_if(|next| *next == RULE).is_some() {
            break;
        }
        if !doubled && line.is_empty() {
            break;
        }
        output += line;
        output.push('\n');
    }
    output
}

/// The transcript again, with what `say` says now.
pub fn rewritten(text: &str, mut say: impl FnMut(&str) -> String) -> String {
    let mut out = String::new();
    for block in blocks(text) {
        out += &block.comment;
        if !block.input.is_empty() {
            let said = say(&block.input);
            let said = said.trim_end_matches('\n');
            // A reader takes a line of INFO that is only its end for an empty one.
            let doubled = said.lines().any(str::is_empty) || said.is_empty();
            let (open, close) = match doubled {
                true => ("----\n----\n", "\n----\n----\n"),
                false => ("----\n", "\n"),
            };
            out += &format!("{}\n{open}{said}{close}", block.input);
        }
        out.push('\n');
    }
    format!("{}\n", out.trim_end())
}
