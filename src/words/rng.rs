//! Luck, as an argument.
//!
//! Every node, the network and every client has a stream of its own, derived from the seed of the
//! run, so that adding a node does not change the luck of the others.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng};
use serde::{Deserialize, Serialize};

/// The seed of a run. Same spec, seed and actions: same bytes.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize,
)]
pub struct Seed(pub u64);

/// One stream of random numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rng(Xoshiro256PlusPlus);

impl Rng {
    /// The stream of `lane` in a run with `seed`. Lanes are independent.
    pub fn new(seed: Seed, lane: u64) -> Rng {
        Rng(Xoshiro256PlusPlus::seed_from_u64(
            seed.0 ^ lane.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(17),
        ))
    }
    /// The next 64 random bits.
    #[inline]
    pub fn next_u64(&mut self) -> u64 {
        self.0.next_u64()
    }
    /// A number in `0..bound`, near enough to uniform (multiply-shift). `bound` must not be 0.
    #[inline]
    pub fn below(&mut self, bound: u64) -> u64 {
        debug_assert!(bound > 0, "there is no number below 0");
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }
    /// 20 random bytes, for ids.
    pub fn bytes20(&mut self) -> [u8; 20] {
        let mut bytes = [0; 20];
        for chunk in bytes.chunks_mut(8) {
            let word = self.next_u64().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        bytes
    }
}
