//! How many slots each master should give or take.
//!
//! Shares are C floats cut to whole numbers; what the cutting leaves over goes round those that take.
//! In Redis: the middle of `clusterManagerCommandRebalance`.

use crate::words::Slot;

/// One master's part.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Share {
    /// The place of the master in the cluster.
    pub node: usize,
    /// Its slots now.
    pub slots: u32,
    /// Its weight.
    pub weight: f32,
    /// Slots to give, or if it is negative to take.
    pub balance: i32,
}

/// Sets the balances; whether any is out of its share by more than `threshold` per cent.
pub fn weigh(shares: &mut [Share], total_weight: f32, threshold: f32) -> bool {
    let mut worth_it = false;
    for share in &mut *shares {
        let expected = to_int(f32::from(Slot::COUNT) / total_weight * share.weight);
        share.balance = (share.slots as i32).wrapping_sub(expected);
        worth_it |= threshold > 0.0
            && match share.slots {
                0 => expected > 1,
                slots => error(expected, slots) > threshold,
            };
    }
    worth_it
}

/// A C cast: what is no number, or too large, becomes the smallest one.
fn to_int(number: f32) -> i32 {
    if number.is_nan() || number.abs() >= 2_147_483_648.0 { i32::MIN } else { number as i32 }
}

/// By how many per cent a share is wrong.
fn error(expected: i32, slots: u32) -> f32 {
    (100.0 - 100.0 * f64::from(expected) / f64::from(slots)).abs() as f32
}

/// Lets those that take one more each, in turns, until what is given is taken.
pub fn close(shares: &mut [Share]) {
    let mut left = shares.iter().fold(0_i32, |sum, share| sum.wrapping_add(share.balance));
    while left > 0 && shares.iter().any(|share| share.balance <= 0) {
        for share in shares.iter_mut().filter(|share| share.balance <= 0) {
            if left > 0 {
                share.balance -= 1;
                left -= 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Share, close, weigh};

    fn check(masters: &[(u32, f32)], expected: &[i32]) {
        let share = |(node, &(slots, weight)): (usize, &(u32, f32))| Share {
            node,
            slots,
            weight,
            balance: 0,
        };
        let mut shares: Vec<Share> = masters.iter().enumerate().map(share).collect();
        let total = masters.iter().map(|(_, weight)| weight).sum();
        assert!(weigh(&mut shares, total, 2.0));
        close(&mut shares);
        let balances: Vec<i32> = shares.iter().map(|share| share.balance).collect();
        assert_eq!(balances, expected);
    }

    #[test]
    fn what_rounding_leaves_goes_to_those_that_take() {
        check(&[(5461, 1.0), (5462, 1.0), (5461, 1.0), (0, 1.0)], &[1365, 1366, 1365, -4096]);
        check(&[(16_384, 1.0), (0, 1.0), (0, 1.0)], &[10_923, -5462, -5461]);
    }

    #[test]
    fn a_weight_of_nothing_takes_everything_away() {
        check(&[(8192, 1.0), (8192, 0.0)], &[-8192, 8192]);
    }
}
