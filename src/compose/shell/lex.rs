//! Words and operators of a shell script, variables put in.
//!
//! Quotes, escapes, `$NAME`, `${NAME}`, `${NAME:-word}`, comments and redirections are understood.
//! Absent: command substitution and here-documents; they only set `unclear`.

use crate::compose::env::{Env, name_len};
use std::iter::Peekable;
use std::str::Chars;

/// A piece of a script.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Token {
    Word(String),
    /// `|`
    Pipe,
    /// `;`, `&&`, `||`, `&`, a newline, a parenthesis: a command ends here.
    End,
}

/// The tokens of a script.
pub(super) struct Lexed {
    pub(super) tokens: Vec<Token>,
    /// Whether something in it was not understood.
    pub(super) unclear: bool,
}

/// Splits `script`.
pub(super) fn tokens(script: &str, env: &Env) -> Lexed {
    let chars = script.chars().peekable();
    let out = Lexed { tokens: Vec::new(), unclear: false };
    let mut lexer = Lexer { chars, env, out, word: None, redirects: false };
    while let Some(c) = lexer.chars.next() {
        lexer.take(c);
    }
    lexer.end_word();
    lexer.out
}

struct Lexer<'a> {
    chars: Peekable<Chars<'a>>,
    env: &'a Env,
    out: Lexed,
    word: Option<String>,
    /// Whether the next word is a file that is redirected to or from.
    redirects: bool,
}

impl Lexer<'_> {
    fn take(&mut self, c: char) {
        match c {
            ' ' | '\t' | '\r' => self.end_word(),
            '\n' | ';' | '&' | '(' | ')' => self.end_command(c),
            '|' => self.pipe(),
            '\\' => match self.chars.next() {
                Some('\n') | None => {}
                Some(c) => self.push(c),
            },
            '\'' => {
                let text: String = self.chars.by_ref().take_while(|&c| c != '\'').collect();
                self.push_str(&text);
            }
            '"' => self.quoted(),
            '`' => {
                self.out.unclear = true;
                self.chars.by_ref().find(|&c| c == '`');
            }
            '$' => self.variable(),
            '<' | '>' => self.redirect(c),
            '#' if self.word.is_none() => while self.chars.next_if(|&c| c != '\n').is_some() {},
            _ => self.push(c),
        }
    }

    fn push(&mut self, c: char) {
        self.word.get_or_insert_default().push(c);
    }

    fn push_str(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if !std::mem::take(&mut self.redirects) {
            self.out.tokens.push(Token::Word(word));
        }
    }

    /// `2>&1` has an `&` that ends nothing.
    fn end_command(&mut self, c: char) {
        if c == '&' && self.redirects && self.word.is_none() {
            return;
        }
        self.end_word();
        self.out.tokens.push(Token::End);
    }

    fn pipe(&mut self) {
        self.end_word();
        let or = self.chars.next_if_eq(&'|').is_some();
        self.out.tokens.push(if or { Token::End } else { Token::Pipe });
    }

    /// The number before `>` names a stream, and is no word.
    fn redirect(&mut self, c: char) {
        let stream = |word: &String| word.chars().all(|c| c.is_ascii_digit());
        if self.word.as_ref().is_some_and(stream) {
            self.word = None;
        }
        self.end_word();
        let twice = self.chars.next_if_eq(&c).is_some();
        self.out.unclear |= twice && c == '<';
        self.redirects = true;
    }

    fn quoted(&mut self) {
        self.push_str("");
        while let Some(c) = self.chars.next() {
            match c {
                '"' => return,
                '\\' => match self.chars.next() {
                    Some('\n') | None => {}
                    Some(c @ ('"' | '\\' | '$' | '`')) => self.push(c),
                    Some(c) => {
                        self.push('\\');
                        self.push(c);
                    }
                },
                '$' => self.variable(),
                '`' => self.out.unclear = true,
                c => self.push(c),
            }
        }
    }

    /// What follows a dollar sign.
    fn variable(&mut self) {
        match self.chars.peek() {
            Some('(') => self.substitution(),
            Some('{') => {
                self.chars.next();
                let inside: String = self.chars.by_ref().take_while(|&c| c != '}').collect();
                let (name, tail) = inside.split_at(name_len(&inside));
                let otherwise = tail.trim_start_matches(':').strip_prefix('-').unwrap_or("");
                let value = self.env.get(name).filter(|value| !value.is_empty());
                let value = value.unwrap_or(otherwise).to_string();
                self.push_str(&value);
            }
            Some('?' | '#' | '@' | '*' | '$' | '!' | '0'..='9') => {
                self.chars.next();
                self.out.unclear = true;
            }
            Some(c) if c.is_ascii_alphabetic() || *c == '_' => {
                let mut name = String::new();
                while let Some(c) = self.chars.next_if(|&c| c.is_ascii_alphanumeric() || c == '_') {
                    name.push(c);
                }
                let value = self.env.get(&name).unwrap_or("").to_string();
                self.push_str(&value);
            }
            Some(_) | None => self.push('$'),
        }
    }

    fn substitution(&mut self) {
        self.out.unclear = true;
        let mut open = 0;
        for c in self.chars.by_ref() {
            match c {
                '(' => open += 1,
                ')' => open -= 1,
                _ => {}
            }
            if open == 0 {
                break;
            }
        }
    }
}
