//! SORT.
//!
//! Patterns (BY, GET) are refused in a cluster, where a key that they make may be anywhere. In Redis:
//! sort.c.

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
    /// A pattern of keys to sort by.
    by: Option<Bytes>,
    unsorted: bool,
    /// Patterns of what is told instead of the elements.
    get: Vec<Bytes>,
}

fn options(db: &Db<'_>, argv: &Argv) -> Result<Options, Refused> {
    let mut options = Options::default();
    let may_store = lower(&argv[0]) == "sort";
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
            "store" if may_store => options.store = Some(value()?.clone()),
            "by" => {
                let pattern = value()?;
                options.unsorted |= !pattern.contains(&b'*');
                refuse_in_cluster(db, "BY", pattern.contains(&b'*'))?;
                options.by = Some(pattern.clone());
            }
            "get" => {
                let pattern = value()?;
                refuse_in_cluster(db, "GET", true)?;
                options.get.push(pattern.clone());
            }
            _ => return Err(Refused::Syntax),
        }
    }
    Ok(options)
}

/// Keys that a pattern makes may be anywhere.
fn refuse_in_cluster(db: &Db<'_>, option: &str, names_keys: bool) -> Result<(), Refused> {
    match db.in_cluster && names_keys {
        true => Err(Refused::text(format!("ERR {option} option of SORT denied in Cluster mode."))),
        false => Ok(()),
    }
}

/// What a pattern means for an element: itself (`#`), or the string or the field (`->`) of a hash at
/// the key with the element for the first star. In Redis: `lookupKeyByPattern`.
fn look_up(db: &mut Db<'_>, pattern: &[u8], element: &Bytes) -> Option<Bytes> {
    if pattern == b"#" {
        return Some(element.clone());
    }
    let star = pattern.iter().position(|&byte| byte == b'*')?;
    let (before, after) = (&pattern[..star], &pattern[star + 1..]);
    let arrow = after.windows(2).position(|two| two == b"->").filter(|at| at + 2 < after.len());
    let (after, field) = match arrow {
        Some(at) => (&after[..at], Some(&after[at + 2..])),
        None => (after, None),
    };
    match (db.value(&[before, element, after].concat().into())?, field) {
        (Value::Hash(hash), Some(field)) => hash.fields.get(field).cloned(),
        (Value::Text(text), None) => Some(text.bytes.clone()),
        _ => None,
    }
}

fn elements(db: &mut Db<'_>, key: &Bytes) -> Result<Vec<Bytes>, Refused> {
    match db.value(key) {
        None => Ok(Vec::new()),
        Some(Value::List(list)) => Ok(list.iter().cloned().collect()),
        Some(Value::Set(_)) => db.again(|db| members(db, key)),
        Some(Value::Zset(_)) => db.again(|db| {
            let Some(zset) = db.get_mut::<Zset>(key)? else { return Ok(Vec::new()) };
            zset.grow();
            Ok(zset.iter().map(|(_, member)| member.clone()).collect())
        }),
        Some(_) => Err(Refused::WrongType),
    }
}

fn sort(db: &mut Db<'_>, argv: &Argv) -> Answer {
    let options = options(db, argv)?;
    let mut all = elements(db, &argv[1])?;
    let is_set = db.again(|db| matches!(db.value(&argv[1]), Some(Value::Set(_))));
    // Where two are equal, their order stays, also in a descending one.
    if options.descending && !options.unsorted {
        all.reverse();
    }
    let mut sorted = match options.unsorted {
        // A set has no order that replicas could share.
        true if is_set && options.store.is_some() => by_weight(all, Bytes::clone),
        true => all,
        false if options.by_bytes => {
            by_weight(all, |element| weight_in_bytes(db, &options, element))
        }
        false => by_number(db, &options, all)?,
    };
    let has_no_order = options.unsorted && is_set && options.store.is_none();
    if options.descending && !has_no_order {
        sorted.reverse();
    }
    if let Some((offset, count)) = options.limit {
        let offset = usize::try_from(offset).unwrap_or(0).min(sorted.len());
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        sorted = sorted.into_iter().skip(offset).take(count).collect();
    }
    let told: Vec<Option<Bytes>> = match &options.get[..] {
        [] => sorted.into_iter().map(Some).collect(),
        patterns => {
            let of = |element| patterns.iter().map(move |pattern| (pattern, element));
            let pairs: Vec<_> = sorted.iter().flat_map(of).collect();
            pairs.into_iter().map(|(pattern, element)| look_up(db, pattern, element)).collect()
        }
    };
    match &options.store {
        None => {
            Ok(Reply::Array(told.into_iter().map(|t| t.map_or(Reply::Nil, Reply::Bulk)).collect()))
        }
        Some(target) => Ok(store(db, target, told)),
    }
}

/// The text that an element is compared by. Nothing comes before everything.
fn weight_in_bytes(db: &mut Db<'_>, options: &Options, element: &Bytes) -> Option<Bytes> {
    match &options.by {
        Some(pattern) => look_up(db, pattern, element),
        None => Some(element.clone()),
    }
}

fn by_weight<W: Ord>(all: Vec<Bytes>, mut weight: impl FnMut(&Bytes) -> W) -> Vec<Bytes> {
    let mut weighed: Vec<(W, Bytes)> = all.into_iter().map(|e| (weight(&e), e)).collect();
    weighed.sort_by(|(a, _), (b, _)| a.cmp(b));
    weighed.into_iter().map(|(_, element)| element).collect()
}

/// By numbers, and by bytes where they are equal. What has no number counts as 0.
fn by_number(db: &mut Db<'_>, options: &Options, all: Vec<Bytes>) -> Result<Vec<Bytes>, Refused> {
    let mut numbered = Vec::with_capacity(all.len());
    for element in all {
        let digits = weight_in_bytes(db, options, &element).filter(|digits| !digits.is_empty());
        let number = float(digits.as_deref().unwrap_or(b"0"));
        let not_a_number = "ERR One or more scores can't be converted into double";
        // No zero is less than another one.
        numbered.push((number.map_err(|_| Refused::text(not_a_number))? + 0.0, element));
    }
    numbered.sort_by(|(a, x), (b, y)| a.total_cmp(b).then_with(|| x.cmp(y)));
    Ok(numbered.into_iter().map(|(_, element)| element).collect())
}

fn store(db: &mut Db<'_>, target: &Bytes, told: Vec<Option<Bytes>>) -> Reply {
    let len = told.len() as i64;
    match len {
        0 => {
            db.clear(target);
        }
        _ => {
            let list = told.into_iter().map(Option::unwrap_or_default).collect::<List>();
            db.set_all(target, list, len as usize);
        }
    }
    Reply::Int(len)
}
