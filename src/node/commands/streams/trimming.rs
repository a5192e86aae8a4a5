//! XTRIM, and what of trimming is propagated.
//!
//! A trim that is only near enough depends on how the stream lies in memory, so it is propagated as an
//! exact one to what was left. In Redis: `xtrimCommand`, `streamRewriteTrimArgument`.

use super::super::Answer;
use super::super::words::number_word;
use super::options::{Of, Options};
use crate::node::keyspace::stream::{Keep, Trim};
use crate::node::keyspace::{Db, Stream, StreamId};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) fn xtrim(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let options = Options::parse(argv, Of::Trim, db.obeys())?;
    let key = &argv[1];
    let (Some(stream), Some(trim)) = (db.get_mut::<Stream>(key)?, options.trim) else {
        return Ok(Reply::Int(0));
    };
    let gone = stream.trim(&trim);
    if 0 < gone {
        let mut effective = argv.to_vec();
        if trim.nearly {
            make_exact(&mut effective, options.trim_at, &trim, stream);
        }
        db.changed_quietly(key, gone);
        db.rewrite(Argv::new(effective));
    }
    Ok(Reply::Int(gone as i64))
}

/// Makes `~` an `=`, and what was asked for what was left.
pub(super) fn make_exact(words: &mut [Bytes], at: usize, trim: &Trim, stream: &Stream) {
    words[at - 1] = Bytes::from_static(b"=");
    words[at] = match trim.keep {
        Keep::Newest(_) => number_word(stream.marks.len),
        Keep::From(_) => number_word(stream.first_ever().unwrap_or(StreamId::MAX)),
    };
}
