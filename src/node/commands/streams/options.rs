//! What XADD and XTRIM are told besides the key: how to trim, and which id.
//!
//! In Redis: `streamParseAddOrTrimArgsOrReply` (t_stream.c 7.0).

use super::super::Refused;
use super::super::words::{int, is};
use super::{id, invalid_id};
use crate::node::keyspace::stream::{Keep, NODE_ENTRIES, StreamId, Trim};
use bytes::Bytes;

/// So many nodes go at most when nothing is said of a limit.
const NODES: u64 = 100;

/// Which of two commands it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Of {
    Add,
    Trim,
}

/// The id that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum NewId {
    /// `*`: the time.
    Time,
    /// `ms-*`: the next of a millisecond.
    NextIn(u64),
    /// This one.
    Exactly(StreamId),
}

/// What was read.
#[derive(Debug)]
pub(super) struct Options {
    /// How to trim.
    pub(super) trim: Option<Trim>,
    /// The place of the number or id to trim to.
    pub(super) trim_at: usize,
    /// NOMKSTREAM.
    pub(super) only_if_there: bool,
    /// The id.
    pub(super) id: NewId,
    /// Its place; where the words end if there is none.
    pub(super) id_at: usize,
    limit: Option<u64>,
}

impl Options {
    /// Reads them; who obeys (a replica) limits nothing, for its master did.
    pub(super) fn parse(words: &[Bytes], of: Of, obeys: bool) -> Result<Options, Refused> {
        let mut options = Options {
            trim: None,
            trim_at: 0,
            only_if_there: false,
            id: NewId::Time,
            id_at: words.len(),
            limit: None,
        };
        let mut at = 2;
        while at < words.len() {
            match options.one(words, at, of)? {
                Some(next) => at = next,
                None => {
                    options.id_at = at;
                    break;
                }
            }
        }
        options.limit(of, obeys)?;
        Ok(options)
    }

    /// Reads the option at `at`; where the next one is, or None at the id.
    fn one(&mut self, words: &[Bytes], at: usize, of: Of) -> Result<Option<usize>, Refused> {
        let (word, more) = (&words[at], words.len() - 1 - at);
        match () {
            () if of == Of::Add && word == "*" => Ok(None),
            () if is(word, "maxlen") && 0 < more => self.keep(words, at, |word| {
                u64::try_from(int(word)?)
                    .map(Keep::Newest)
                    .map_err(|_| Refused::text("ERR The MAXLEN argument must be >= 0."))
            }),
            () if is(word, "minid") && 0 < more => {
                self.keep(words, at, |word| id(word).map(Keep::From))
            }
            () if is(word, "limit") && 0 < more => {
                let negative = |_| Refused::text("ERR The LIMIT argument must be >= 0.");
                self.limit = Some(u64::try_from(int(&words[at + 1])?).map_err(negative)?);
                Ok(Some(at + 2))
            }
            () if of == Of::Add && is(word, "nomkstream") => {
                self.only_if_there = true;
                Ok(Some(at + 1))
            }
            () if of == Of::Add => {
                self.id = match StreamId::parse_open(word) {
                    Some(ms) => NewId::NextIn(ms),
                    None => StreamId::parse(word, 0).map(NewId::Exactly).ok_or_else(invalid_id)?,
                };
                Ok(None)
            }
            () => Err(Refused::Syntax),
        }
    }

    /// MAXLEN or MINID, with what follows.
    fn keep(
        &mut self,
        words: &[Bytes],
        at: usize,
        read: fn(&[u8]) -> Result<Keep, Refused>,
    ) -> Result<Option<usize>, Refused> {
        if self.trim.is_some() {
            return Err(Refused::text(
                "ERR syntax error, MAXLEN and MINID options at the same time are not compatible",
            ));
        }
        let how =
            words.get(at + 1).filter(|how| at + 2 < words.len() && (*how == "~" || *how == "="));
        let value = if how.is_some() { at + 2 } else { at + 1 };
        let nearly = how.is_some_and(|how| how == "~");
        self.trim = Some(Trim { keep: read(&words[value])?, nearly, limit: 0 });
        self.trim_at = value;
        Ok(Some(value + 1))
    }

    fn limit(&mut self, of: Of, obeys: bool) -> Result<(), Refused> {
        let Some(trim) = &mut self.trim else {
            return match of {
                _ if self.limit.is_some_and(|limit| limit != 0) => Err(Refused::text(
                    "ERR syntax error, LIMIT cannot be used without specifying a trimming strategy",
                )),
                Of::Trim => Err(Refused::text(
                    "ERR syntax error, XTRIM must be called with a trimming strategy",
                )),
                Of::Add if self.limit.is_some() && !obeys => Err(limit_needs_nearly()),
                Of::Add => Ok(()),
            };
        };
        match self.limit {
            _ if obeys => {}
            Some(_) if !trim.nearly => return Err(limit_needs_nearly()),
            Some(limit) => trim.limit = limit,
            None if trim.nearly => trim.limit = NODES * NODE_ENTRIES as u64,
            None => {}
        }
        Ok(())
    }
}

fn limit_needs_nearly() -> Refused {
    Refused::text("ERR syntax error, LIMIT cannot be used without the special ~ option")
}
