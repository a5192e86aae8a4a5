//! `SLOTLAB` on any connection: faults on demand.

use crate::world::Simulation;
use slotlab::words::{Argv, Reply};

/// Does what is asked, and answers.
pub(crate) fn carry_out(simulation: &mut Simulation, argv: &Argv) -> Reply {
    let _ = (simulation, argv);
    Reply::error("ERR not yet")
}
