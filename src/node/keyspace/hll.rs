//! HyperLogLog: counting distinct elements in 12 KB.
//!
//! In Redis: hyperloglog.c; the dense form only (a small one is sparse there, which shows in STRLEN).

use bytes::Bytes;

const REGISTERS: usize = 1 << 14;
const HEADER: usize = 16;
/// Longest run of zeros that a register can tell.
const LONGEST: usize = 50;

/// The registers of a HyperLogLog.
#[derive(Clone, PartialEq, Debug)]
pub struct Hll(Vec<u8>);

impl Default for Hll {
    fn default() -> Hll {
        Hll(vec![0; REGISTERS])
    }
}

impl Hll {
    /// Reads the string form; `None` if it is another string.
    pub fn parse(bytes: &[u8]) -> Option<Hll> {
        let packed = bytes.strip_prefix(b"HYLL")?.get(HEADER - 4..)?;
        if packed.len() != REGISTERS * 6 / 8 {
            return None;
        }
        let unpack = |three: &[u8]| {
            let word = u32::from_le_bytes([three[0], three[1], three[2], 0]);
            [0, 6, 12, 18].map(|shift| (word >> shift & 63) as u8)
        };
        Some(Hll(packed.chunks_exact(3).flat_map(unpack).collect()))
    }
    /// The string form.
    pub fn to_bytes(&self) -> Bytes {
        let mut bytes = b"HYLL".to_vec();
        bytes.resize(HEADER, 0);
        for four in self.0.chunks_exact(4) {
            let word =
                four.iter().rev().fold(0u32, |word, &register| word << 6 | u32::from(register));
            bytes.extend_from_slice(&word.to_le_bytes()[..3]);
        }
        bytes.into()
    }
    /// Adds an element; whether a register changed.
    pub fn add(&mut self, element: &[u8]) -> bool {
        let hash = murmur64a(element, 0xadc8_3b19);
        let register = &mut self.0[hash as usize % REGISTERS];
        let run = ((hash >> 14 | 1 << LONGEST).trailing_zeros() + 1) as u8;
        let larger = *register < run;
        *register = run.max(*register);
        larger
    }
    /// Adds what another one has seen.
    pub fn merge(&mut self, other: &Hll) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).max(*theirs);
        }
    }
    /// About how many distinct elements it has seen (Ertl's estimator).
    pub fn count(&self) -> u64 {
        let mut histogram = [0u32; 64];
        for &register in &self.0 {
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
