//! HyperLogLog: counting distinct elements in at most 12 KB.
//!
//! A small one is kept as runs of registers (`hll_sparse`); it becomes dense when it outgrows them.
//! The last estimate is kept beside the registers until one of them changes. In Redis: hyperloglog.c.

use super::hll_sparse::{Run, Runs};
use bytes::Bytes;

/// How many registers there are.
pub const REGISTERS: usize = 1 << 14;
const HEADER: usize = 16;
const MAGIC: &[u8] = b"HYLL";
/// Longest run of zeros that a register can tell.
const LONGEST: usize = 50;
/// `hll-sparse-max-bytes`.
const LARGEST_SPARSE: usize = 3000;
/// The bit of the estimate that says that it is out of date.
const STALE: u64 = 1 << 63;

/// A HyperLogLog.
#[derive(Clone, PartialEq, Debug)]
pub struct Hll {
    registers: Registers,
    estimate: u64,
}

#[derive(Clone, PartialEq, Debug)]
enum Registers {
    Sparse(Runs),
    Dense(Vec<u8>),
}

/// Why a string is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoHll {
    /// It is something else.
    Other,
    /// It begins like one, but its runs do not cover the registers.
    Corrupt,
}

impl Default for Hll {
    fn default() -> Hll {
        Hll { registers: Registers::Sparse(Runs::default()), estimate: 0 }
    }
}

impl Hll {
    /// Reads the string form.
    pub fn parse(bytes: &[u8]) -> Result<Hll, NoHll> {
        let (header, body) = bytes.split_at_checked(HEADER).ok_or(NoHll::Other)?;
        let registers = match header[4] {
            _ if !header.starts_with(MAGIC) => return Err(NoHll::Other),
            0 if body.len() == REGISTERS * 6 / 8 => Registers::Dense(unpack(body)),
            1 => Registers::Sparse(Runs::parse(body).ok_or(NoHll::Corrupt)?),
            _ => return Err(NoHll::Other),
        };
        let estimate = header[8..].iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte));
        Ok(Hll { registers, estimate })
    }
    /// The string form.
    pub fn to_bytes(&self) -> Bytes {
        let (encoding, body) = match &self.registers {
            Registers::Dense(registers) => (0, pack(registers)),
            Registers::Sparse(runs) => (1, runs.to_bytes()),
        };
        let mut bytes = [MAGIC, &[encoding, 0, 0, 0]].concat();
        bytes.extend_from_slice(&self.estimate.to_le_bytes());
        bytes.extend_from_slice(&body);
        bytes.into()
    }
    /// Adds an element; whether a register changed.
    pub fn add(&mut self, element: &[u8]) -> bool {
        let hash = murmur64a(element, 0xadc8_3b19);
        let run = ((hash >> 14 | 1 << LONGEST).trailing_zeros() + 1) as u8;
        self.raise(hash as usize % REGISTERS, run)
    }
    /// Sets a register, unless it is as large already; whether it changed.
    pub fn raise(&mut self, at: usize, value: u8) -> bool {
        if let Registers::Sparse(runs) = &mut self.registers {
            match runs.raise(at, value, LARGEST_SPARSE - HEADER) {
                Some(false) => return false,
                Some(true) => {
                    self.forget_estimate();
                    return true;
                }
                None => _ = self.make_dense(),
            }
        }
        let Registers::Dense(registers) = &mut self.registers else { return false };
        let larger = registers[at] < value;
        registers[at] = value.max(registers[at]);
        larger
    }
    /// Gives up the runs; whether there were any.
    pub fn make_dense(&mut self) -> bool {
        let was_sparse = !self.is_dense();
        self.registers = Registers::Dense(self.registers());
        was_sparse
    }
    /// Whether it has its registers one by one.
    pub fn is_dense(&self) -> bool {
        matches!(self.registers, Registers::Dense(_))
    }
    /// The runs of registers, if it has those.
    pub fn runs(&self) -> Option<&[Run]> {
        match &self.registers {
            Registers::Sparse(runs) => Some(runs.all()),
            Registers::Dense(_) => None,
        }
    }
    /// All registers.
    pub fn registers(&self) -> Vec<u8> {
        match &self.registers {
            Registers::Dense(registers) => registers.clone(),
            Registers::Sparse(runs) => runs.registers(),
        }
    }
    /// The last estimate, if it still holds.
    pub fn estimate(&self) -> Option<u64> {
        (self.estimate & STALE == 0).then_some(self.estimate)
    }
    /// Counts anew, and keeps the estimate.
    pub fn count(&mut self) -> u64 {
        self.estimate = estimate(&self.registers());
        self.estimate
    }
    /// The estimate does not hold any more.
    pub fn forget_estimate(&mut self) {
        self.estimate |= STALE;
    }
}

fn unpack(packed: &[u8]) -> Vec<u8> {
    let four = |three: &[u8]| {
        let word = u32::from_le_bytes([three[0], three[1], three[2], 0]);
        [0, 6, 12, 18].map(|shift| (word >> shift & 63) as u8)
    };
    packed.chunks_exact(3).flat_map(four).collect()
}

fn pack(registers: &[u8]) -> Vec<u8> {
    let three = |four: &[u8]| {
        let word = four.iter().rev().fold(0u32, |word, &one| word << 6 | u32::from(one));
        let [a, b, c, _] = word.to_le_bytes();
        [a, b, c]
    };
    registers.chunks_exact(4).flat_map(three).collect()
}

/// About how many distinct elements made these registers (Ertl's estimator).
pub fn estimate(registers: &[u8]) -> u64 {
    let mut histogram = [0u32; 64];
    for &register in registers {
        histogram[usize::from(register)] += 1;
    }
    let m = REGISTERS as f64;
    let mut z = m * tau((m - f64::from(histogram[LONGEST + 1])) / m);
    for &n in histogram[1..=LONGEST].iter().rev() {
        z = (z + f64::from(n)) * 0.5;
    }
    z += m * sigma(f64::from(histogram[0]) / m);
    (0.721_347_520_444_481_7 * m * m / z).round() as u64
}

fn tau(mut x: f64) -> f64 {
    if x == 0.0 || x == 1.0 {
        return 0.0;
    }
    let (mut y, mut z) = (1.0, 1.0 - x);
    loop {
        x = x.sqrt();
        let before = z;
        y *= 0.5;
        z -= (1.0 - x).powi(2) * y;
        if before == z {
            return z / 3.0;
        }
    }
}

fn sigma(mut x: f64) -> f64 {
    if x == 1.0 {
        return f64::INFINITY;
    }
    let (mut y, mut z) = (1.0, x);
    loop {
        x *= x;
        let before = z;
        z += x * y;
        y += y;
        if before == z {
            return z;
        }
    }
}

fn murmur64a(bytes: &[u8], seed: u64) -> u64 {
    const M: u64 = 0xc6a4_a793_5bd1_e995;
    const R: u32 = 47;
    let mut hash = seed ^ (bytes.len() as u64).wrapping_mul(M);
    let chunks = bytes.chunks_exact(8);
    let tail = chunks.remainder();
    for chunk in chunks {
        let mut k = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
        k = k.wrapping_mul(M);
        k = (k ^ k >> R).wrapping_mul(M);
        hash = (hash ^ k).wrapping_mul(M);
    }
    if !tail.is_empty() {
        let k = tail.iter().rev().fold(0, |k, &byte| k << 8 | u64::from(byte));
        hash = (hash ^ k).wrapping_mul(M);
    }
    hash = (hash ^ hash >> R).wrapping_mul(M);
    hash ^ hash >> R
}
