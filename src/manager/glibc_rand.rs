//! The C library's `rand()`, which decides the optimiser's swaps.
//!
//! glibc's default generator (`TYPE_3`): additive feedback over 31 words, seeded by a Lehmer
//! generator. Same seed, same numbers, on every Linux with glibc.

/// A generator after `srand(seed)`.
#[derive(Clone, Debug)]
pub struct GlibcRand {
    words: [u32; GlibcRand::DEGREE],
    /// Where the next word is written; the one that is three places before it is added.
    front: usize,
}

impl GlibcRand {
    const DEGREE: usize = 31;
    const SEPARATION: usize = 3;
    /// Outputs thrown away while seeding.
    const DISCARDED: usize = 10 * GlibcRand::DEGREE;

    /// `srand(seed)`.
    pub fn new(seed: u32) -> GlibcRand {
        let mut words = [0; GlibcRand::DEGREE];
        let mut word = i64::from(seed.max(1) as i32);
        for slot in &mut words {
            *slot = word as u32;
            // The remainder may be negative for the first word only; glibc then adds the modulus.
            word = word * 16807 % 0x7fff_ffff;
            if word < 0 {
                word += 0x7fff_ffff;
            }
        }
        let mut rand = GlibcRand { words, front: GlibcRand::SEPARATION };
        for _ in 0..GlibcRand::DISCARDED {
            rand.draw();
        }
        rand
    }
    /// `rand()`: the next number, of 31 bits.
    pub fn draw(&mut self) -> u32 {
        let back = (self.front + GlibcRand::DEGREE - GlibcRand::SEPARATION) % GlibcRand::DEGREE;
        let sum = self.words[self.front].wrapping_add(self.words[back]);
        self.words[self.front] = sum;
        self.front = (self.front + 1) % GlibcRand::DEGREE;
        sum >> 1
    }
    /// `rand() % len`, as an index.
    pub fn index(&mut self, len: usize) -> usize {
        self.draw() as usize % len
    }
}

#[cfg(test)]
mod tests {
    use super::GlibcRand;

    #[test]
    fn it_draws_what_glibc_draws() {
        let mut rand = GlibcRand::new(1_700_000_000);
        let drawn = std::array::from_fn(|_| rand.draw());
        assert_eq!(drawn, [280491303, 626398474, 65378190, 821524244, 1465218044, 821971775]);
    }

    #[test]
    fn seed_zero_is_seed_one() {
        assert_eq!(GlibcRand::new(0).draw(), GlibcRand::new(1).draw());
        assert_eq!(GlibcRand::new(1).draw(), 1804289383);
    }
}
