//! The colours of a terminal: what `\\x1b[...m` says, as parts of one colour.
//!
//! redis-cli colours the lines of `--cluster` by how loud they are, and resets the colour at the start of
//! the next line. Whatever else a terminal is told (to move, to clear) is left out. Absent: how a
//! colour looks (`www/css`).

/// How a part of a line is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Ink {
    /// As all text.
    #[default]
    Plain,
    /// Bold.
    Bold,
    /// Red and bold.
    Red,
    /// Green and bold.
    Green,
    /// Yellow and bold.
    Yellow,
}

impl Ink {
    /// Its class; none for plain text.
    pub fn class(self) -> Option<&'static str> {
        match self {
            Ink::Plain => None,
            Ink::Bold => Some("i-bold"),
            Ink::Red => Some("i-red"),
            Ink::Green => Some("i-green"),
            Ink::Yellow => Some("i-yellow"),
        }
    }
}

/// A part of a line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Span {
    /// What it says.
    pub text: String,
    /// How it is written.
    pub ink: Ink,
}

/// Adds text to a line; of the colour of what stands before it, it belongs to that.
pub(super) fn push(spans: &mut Vec<Span>, text: &str, ink: Ink) {
    match spans.last_mut() {
        _ if text.is_empty() => {}
        Some(last) if last.ink == ink => last.text.push_str(text),
        _ => spans.push(Span { text: text.to_owned(), ink }),
    }
}

/// The colour in which a terminal writes on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pen(Ink);

impl Pen {
    /// What is printed, without carriage returns, in parts of one colour.
    pub(super) fn read(&mut self, text: &str) -> Vec<Span> {
        let mut spans = Vec::new();
        let mut pieces = text.split('\u{1b}');
        push(&mut spans, &printable(pieces.next().unwrap_or_default()), self.0);
        for piece in pieces {
            let end = piece.find(|c: char| c.is_ascii_alphabetic());
            let (order, rest) = piece.split_at(end.map_or(piece.len(), |end| end + 1));
            if let Some(codes) = order.strip_prefix('[').and_then(|order| order.strip_suffix('m')) {
                codes.split(';').for_each(|code| self.take(code));
            }
            push(&mut spans, &printable(rest), self.0);
        }
        spans
    }

    fn take(&mut self, code: &str) {
        self.0 = match (code, self.0) {
            ("" | "0", _) => Ink::Plain,
            ("31", _) => Ink::Red,
            ("32", _) => Ink::Green,
            ("33", _) => Ink::Yellow,
            ("1", Ink::Plain) => Ink::Bold,
            (_, ink) => ink,
        };
    }
}

/// What a terminal prints, without its colours.
pub(super) fn plain(text: &str) -> String {
    Pen::default().read(text).into_iter().map(|span| span.text).collect()
}

fn printable(text: &str) -> String {
    text.replace('\r', "")
}

#[cfg(test)]
mod tests {
    use super::{Ink, Pen, plain};

    #[test]
    fn a_colour_holds_until_it_is_reset_be_it_in_another_output() {
        let mut pen = Pen::default();
        let mut read = |text: &str| -> Vec<(String, Ink)> {
            pen.read(text).into_iter().map(|span| (span.text, span.ink)).collect()
        };
        assert_eq!(read("a\u{1b}[33;1mb"), [("a".into(), Ink::Plain), ("b".into(), Ink::Yellow)]);
        assert_eq!(read("c\n\u{1b}[0md"), [("c\n".into(), Ink::Yellow), ("d".into(), Ink::Plain)]);
        assert_eq!(read("\u{1b}[29;1m>>>"), [(">>>".into(), Ink::Bold)]);
    }

    #[test]
    fn orders_that_are_no_colours_and_broken_ones_print_nothing() {
        assert_eq!(plain("a\u{1b}[2Jb\u{1b}[999mc\r\n"), "abc\n");
        assert_eq!(plain("a\u{1b}["), "a");
    }
}
