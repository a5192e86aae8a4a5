//! SORT.
//!
//! In Redis: sort.c. Patterns (BY, GET) are refused in a cluster and not simulated outside.

use super::sets::members;
use super::table::{Flags, GROW, Keys, READ, data};
use super::words::{float, int, lower};
use super::{Answer, Command, Refused};
use crate::node::keyspace::{Db, List, Value, Zset};
use crate::words::{Argv, Reply};
use bytes::Bytes;

pub(super) const COMMANDS: &[Command] = &[
    data("sort", -2, GROW.or(Flags::MOVABLE), Keys::Sort, sort),
    data("sort_ro", -2, READ.or(Flags::MOVABLE), super::table::key(1), sort),
];

/// What SORT was told.
#[derive(Default)]
struct Options {
    descending: bool,
    by_bytes: bool,
    limit: Option<(i64, i64)>,
    store: Option<Bytes>,
    unsorted: bool,
}

fn options(db: &Db<'_>, argv: &Argv) -> Result<Options, Refused> {
    let mut options = Options::default();
    let mut words = argv[2..].iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(Refused::Syntax);
        match lower(word).as_str() {
            "asc" => options.descending = false,
            "desc" => options.descending = true,
            "alpha" => options.by_bytes = true,
            "limit" => {
                let (offset, count) = (value()?, value()?);
                options.limit = Some((int(offset)?, int(count)?));
            }
            "store" => options.store = Some(value()?.clone()),
            "by" => match value()?.contains(&b'*') {
                false => options.unsorted = true,
                true => return Err(pattern("BY", db.in_cluster)),
            },
            "get" => {
                value()?;
                return Err(pattern("GET", db.in_cluster));
            }
            _ => return Err(Refused::Syntax),
        }
    }
    Ok(options)
}

fn pattern(option: &str, in_cluster: bool) -> Refused {
    Refused::text(match in_cluster {
        true => format!("ERR {option} option of SORT denied in Cluster mode."),
        false => format!("ERR {option} patterns of SORT are not simulated"),
    })
}

fn elements(db: &mut Db<'_>, key: &Bytes) -> Result<Vec<Bytes>, Refused> {
    match db.value(key) {
        None => Ok(Vec::new()),
        Some(Value::List(list)) => Ok(list.iter().cloned().collect()),
        Some(Value::Set(_)) => members(db, key),
        Some(Value::Zset(_)) => {
            let Some(zset) = db.get_mut::<Zset>(key)? else { return Ok(Vec::new()) };
            zset.grow();
            Ok(zset.iter().map(|(_, member)| member.clone()).collect())
        }
        Some(_) => Err(Refused::WrongType),
    }
}

fn sort(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let options = options(db, argv)?;
    let mut all = elements(db, &argv[1])?;
    if !options.unsorted && options.by_bytes {
        all.sort();
    } else if !options.unsorted {
        let number = |element: &Bytes| {
            // As in C, nothing is zero.
            let digits: &[u8] = if element.is_empty() { b"0" } else { element };
            float(digits)
                .map_err(|_| Refused::text("ERR One or more scores can't be converted into double"))
        };
        let mut numbered = Vec::with_capacity(all.len());
        for element in all {
            numbered.push((number(&element)?, element));
        }
        numbered.sort_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| x.cmp(y)));
        all = numbered.into_iter().map(|(_, element)| element).collect();
    }
    if options.descending {
        all.reverse();
    }
    if let Some((offset, count)) = options.limit {
        let offset = usize::try_from(offset).unwrap_or(0).min(all.len());
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        all = all.into_iter().skip(offset).take(count).collect();
    }
    let Some(target) = options.store else {
        return Ok(Reply::Array(all.into_iter().map(Reply::Bulk).collect()));
    };
    let len = all.len() as i64;
    match len {
        0 => {
            db.delete(&target);
        }
        _ => db.set(&target, all.into_iter().collect::<List>()),
    }
    Ok(Reply::Int(len))
}
