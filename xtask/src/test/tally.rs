//! How many passed and failed.

use std::iter::Sum;

/// A count of tests or checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) passed: u32,
    pub(super) failed: u32,
}

impl Tally {
    /// One check.
    pub(super) fn of_check(passed: bool) -> Tally {
        if passed { Tally { passed: 1, failed: 0 } } else { Tally { passed: 0, failed: 1 } }
    }

    /// What a test program printed and how it ended. One that ended badly without a failed test did
    /// not compile or died, and counts as one failure.
    pub(super) fn of_program(succeeded: bool, output: &str) -> Tally {
        let mut tally: Tally = output.lines().filter_map(of_line).sum();
        if !succeeded && tally.failed == 0 {
            tally.failed = 1;
        }
        tally
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Tally>>(tallies: I) -> Tally {
        tallies.fold(Tally::default(), |sum, next| Tally {
            passed: sum.passed + next.passed,
            failed: sum.failed + next.failed,
        })
    }
}

/// Reads `test result: ok. 5 passed; 0 failed; ...`, `# 5 passed, 0 failed` and `transcripts: 5 passed,
/// 0 failed`: a name, then the counts.
fn of_line(line: &str) -> Option<Tally> {
    let (_, result) = line.split_once(": ").or_else(|| line.split_once("# "))?;
    Some(Tally { passed: before(result, " passed")?, failed: before(result, " failed")? })
}

fn before(line: &str, word: &str) -> Option<u32> {
    let (left, _) = line.split_once(word)?;
    left.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn the_results_of_all_test_binaries_are_added() {
        let output = "running 2 tests\ntest a ... ok\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
            test result: FAILED. 1 passed; 3 failed; 0 ignored\n# 4 passed, 0 failed\n\
            transcripts: 20 passed, 0 failed\n";
        assert_eq!(Tally::of_program(false, output), Tally { passed: 27, failed: 3 });
    }

    #[test]
    fn a_program_that_died_is_a_failure() {
        assert_eq!(Tally::of_program(false, "error[E0308]"), Tally { passed: 0, failed: 1 });
    }
}
