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

/// Decimal places that INCRBYFLOAT shows.
const PLACES: u32 = 17;
const ONE: u128 = 10u128.pow(PLACES);
/// Bits of a mantissa.
const BITS: u32 = 64;

/// A number as C's `long double` on x86 holds it, which INCRBYFLOAT computes in: 64 bits and a power
/// of two. So `1.5 + 0.1` is `1.6`, and `3000 + 0.1` is `3000.10000000000000009`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Extended {
    /// Less than 2^64 in size.
    mantissa: i128,
    exponent: i32,
}

impl Extended {
    /// Reads a decimal number, with an exponent or without.
    pub fn parse(text: &[u8]) -> Option<Extended> {
        let text = std::str::from_utf8(text).ok()?.to_ascii_lowercase();
        let (number, power) = match text.split_once('e') {
            Some((number, power)) => (number, power.parse::<i32>().ok()?),
            None => (text.as_str(), 0),
        };
        let (sign, digits) = match number.strip_prefix('-') {
            Some(digits) => (-1, digits),
            None => (1, number.strip_prefix('+').unwrap_or(number)),
        };
        let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
        let places = &places[..places.len().min(18)];
        let all = format!("{whole}{places}");
        if all.is_empty() || !all.bytes().all(|c| c.is_ascii_digit()) {
            return None;
        }
        let value = Extended::ratio(all.parse().ok()?, places.len() as i32 - power)?;
        Some(Extended { mantissa: sign * value.mantissa, ..value })
    }

    /// `digits / 10^places`, rounded to 64 bits.
    fn ratio(digits: u128, places: i32) -> Option<Extended> {
        if digits == 0 {
            return Some(Extended { mantissa: 0, exponent: 0 });
        }
        if places < 0 {
            let digits = digits.checked_mul(10u128.checked_pow(places.unsigned_abs())?)?;
            return Extended::ratio(digits, 0);
        }
        let divisor = 10u128.checked_pow(places as u32)?;
        // As many bits above the point as keep the quotient within 64.
        let mut shift = (divisor.ilog2() + BITS) as i32 - digits.ilog2() as i32;
        loop {
            let (over, under) = match shift < 0 {
                true => (digits, divisor.checked_shl(shift.unsigned_abs())?),
                false => (digits.checked_mul(1u128.checked_shl(shift as u32)?)?, divisor),
            };
            let quotient = round(over, under);
            if quotient < 1 << BITS {
                return Some(Extended { mantissa: quotient as i128, exponent: -shift });
            }
            shift -= 1;
        }
    }

    /// The same number with the smallest mantissa.
    fn without_zeros(self) -> Extended {
        let zeros = if self.mantissa == 0 { 0 } else { self.mantissa.trailing_zeros() };
        Extended { mantissa: self.mantissa >> zeros, exponent: self.exponent + zeros as i32 }
    }

    /// The sum, rounded to 64 bits.
    pub fn plus(self, other: Extended) -> Extended {
        let ordered = |one: Extended, other: Extended| {
            if one.exponent < other.exponent { (other, one) } else { (one, other) }
        };
        let (high, low) = ordered(self, other);
        let far = i64::from(BITS) - 2 < i64::from(high.exponent - low.exponent);
        let (high, low) = ordered(high, if far { low.without_zeros() } else { low });
        let apart = (high.exponent - low.exponent) as u32;
        if high.mantissa == 0 || BITS - 2 < apart && low.mantissa != 0 {
            return if high.mantissa == 0 { low } else { high };
        }
        let sum =
            if low.mantissa == 0 { high.mantissa } else { (high.mantissa << apart) + low.mantissa };
        let exponent = if low.mantissa == 0 { high.exponent } else { low.exponent };
        let extra = (u128::BITS - sum.unsigned_abs().leading_zeros()).saturating_sub(BITS);
        let size = round(sum.unsigned_abs(), 1 << extra) as i128;
        Extended { mantissa: sum.signum() * size, exponent: exponent + extra as i32 }
    }
}

/// A quotient, rounded to the nearest; halves to the even one.
fn round(over: u128, under: u128) -> u128 {
    let (quotient, rest) = (over / under, over % under);
    let half = under - rest;
    quotient + u128::from(half < rest || half == rest && quotient % 2 == 1)
}

impl std::fmt::Display for Extended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.mantissa.unsigned_abs();
        let below = (-self.exponent).clamp(0, 127) as u32;
        let above = self.exponent.clamp(0, 63) as u32;
        let (whole, rest) = ((size << above) >> below, size & ((1 << below) - 1));
        let places = match rest.checked_mul(ONE) {
            Some(places) if above == 0 => round(places, 1 << below),
            _ => 0,
        };
        let (whole, places) = if places == ONE { (whole + 1, 0) } else { (whole, places) };
        let sign = if self.mantissa < 0 { "-" } else { "" };
        f.write_str(without_zeros(&format!("{sign}{whole}.{places:017}")))
    }
}
