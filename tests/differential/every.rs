//! Every command of the table with too few words, or too many.

use super::talk;
use slotlab::node::commands::{COMMANDS, Command};
use slotlab::words::{Argv, Rng};

/// A command that no number of arguments lets run.
pub(crate) fn wrong_arity(rng: &mut Rng) -> Argv {
    let families: Vec<&'static Command> =
        COMMANDS.iter().flat_map(|family| family.iter()).collect();
    loop {
        let row = talk::one(rng, &families);
        let row = match row.subcommands {
            [] => row,
            _ if row.name != "command" && rng.below(8) == 0 => return Argv::from(row.name),
            several => &several[rng.below(several.len() as u64) as usize],
        };
        let least = row.arity.unsigned_abs() as usize;
        let own = row.name.split('|').count();
        let few = least.checked_sub(1).filter(|words| own <= *words);
        let many = (0 < row.arity).then_some(least + 1);
        let count = if rng.below(2) == 0 { few.or(many) } else { many.or(few) };
        let Some(count) = count else { continue };
        let name = row.name.split('|').map(str::to_owned);
        let fillers = ["{t}a", "1", "{c}b", "x", "0", "{b}set", "2", "y"];
        let fillers = fillers.iter().cycle().map(|word| (*word).to_owned());
        return Argv::new(name.chain(fillers).take(count));
    }
}
