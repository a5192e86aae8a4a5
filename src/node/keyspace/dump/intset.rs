//! Intsets: integers in ascending order, all as wide as the widest.
//!
//! In Redis: intset.c. A real one stays wide when its widest member leaves; this one does not.

use super::rdb::Reader;
use bytes::Bytes;

/// Writes integers that are in ascending order.
pub(super) fn write(members: &[i64]) -> Vec<u8> {
    let fits = |low: i64, high: i64| members.iter().all(|n| (low..=high).contains(n));
    let width: u32 = match () {
        () if fits(i16::MIN.into(), i16::MAX.into()) => 2,
        () if fits(i32::MIN.into(), i32::MAX.into()) => 4,
        () => 8,
    };
    let mut out = Vec::from(width.to_le_bytes());
    out.extend_from_slice(&(members.len() as u32).to_le_bytes());
    for n in members {
        out.extend_from_slice(&n.to_le_bytes()[..width as usize]);
    }
    out
}

/// Reads them as text.
pub(super) fn read(bytes: &[u8]) -> Option<Vec<Bytes>> {
    let mut from = Reader(bytes);
    let width = u32::from_le_bytes(from.array()?);
    let len = u32::from_le_bytes(from.array()?);
    let mut members = Vec::new();
    for _ in 0..len {
        let n = match width {
            2 => i64::from(i16::from_le_bytes(from.array()?)),
            4 => i64::from(i32::from_le_bytes(from.array()?)),
            8 => i64::from_le_bytes(from.array()?),
            _ => return None,
        };
        members.push(Bytes::from(n.to_string()));
    }
    from.0.is_empty().then_some(members)
}
