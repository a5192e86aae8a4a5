//! Numbers in the words of a command: Redis's strict integers, and floats in its text forms.
//!
//! In Redis: `string2ll`, `getDoubleFromObject`, `addReplyDouble`, `ld2string` (util.c, object.c).

pub use crate::shapes::config::strict_integer as integer;

/// A float as ZADD reads it: C's syntax, infinities too, no spaces, not NaN.
pub fn float(text: &[u8]) -> Option<f64> {
    let text = std::str::from_utf8(text).ok()?;
    let number = match text.to_ascii_lowercase().as_str() {
        "inf" | "+inf" | "infinity" | "+infinity" => f64::INFINITY,
        "-inf" | "-infinity" => f64::NEG_INFINITY,
        plain if plain.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c)) => {
            plain.parse().ok()?
        }
        _ => return None,
    };
    if number.is_nan() { None } else { Some(number) }
}

/// A score as a reply shows it: C's `%.17g`.
pub fn show_float(number: f64) -> String {
    const DIGITS: i32 = 17;
    if number.is_infinite() {
        return if number < 0.0 { "-inf" } else { "inf" }.into();
    }
    let scientific = format!("{number:.*e}", DIGITS as usize - 1);
    let (mantissa, exponent) = scientific.split_once('e').expect("the form of `{:e}`");
    let exponent: i32 = exponent.parse().expect("the form of `{:e}`");
    if (-4..DIGITS).contains(&exponent) {
        let places = (DIGITS - 1 - exponent) as usize;
        return without_zeros(&format!("{number:.places$}")).into();
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{}e{sign}{:02}", without_zeros(mantissa), exponent.abs())
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// Decimal places that INCRBYFLOAT keeps.
const PLACES: u32 = 17;
const ONE: i128 = 10i128.pow(PLACES);

/// A decimal number with 17 places, so that `1.5 + 0.1` is `1.6` as in C's `long double`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Decimal(i128);

impl Decimal {
    /// Reads digits with at most one point; an exponent goes through a float.
    pub fn parse(text: &[u8]) -> Option<Decimal> {
        let text = std::str::from_utf8(text).ok()?;
        let (sign, digits) = match text.as_bytes().first()? {
            b'-' => (-1, &text[1..]),
            b'+' => (1, &text[1..]),
            _ => (1, text),
        };
        let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
        let plain = |part: &str| part.bytes().all(|c| c.is_ascii_digit());
        if !plain(whole) || !plain(places) || digits.is_empty() || digits == "." {
            let number = float(text.as_bytes()).filter(|n| n.abs() < 1e20)?;
            return Some(Decimal((number * ONE as f64) as i128));
        }
        let places = format!("{places:0<17}");
        let whole: i128 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let part: i128 = places[..PLACES as usize].parse().ok()?;
        Some(Decimal(sign * whole.checked_mul(ONE)?.checked_add(part)?))
    }
    /// The sum, unless it is too large.
    pub fn plus(self, other: Decimal) -> Option<Decimal> {
        self.0.checked_add(other.0).map(Decimal)
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.0.unsigned_abs();
        let (whole, part) = (size / ONE as u128, size % ONE as u128);
        let sign = if self.0 < 0 { "-" } else { "" };
        f.write_str(without_zeros(&format!("{sign}{whole}.{part:017}")))
    }
}
