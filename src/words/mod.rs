//! Layer 1, words: the quantities and names that everything else is said in.
//!
//! Absent: any knowledge of nodes, networks or the page.

pub mod argv;
pub mod id;
pub mod quote;
pub mod request;
pub mod resp;
pub mod rng;
pub mod slot;
pub mod time;

pub use argv::Argv;
pub use id::{NodeId, ReplId};
pub use resp::Reply;
pub use rng::{Rng, Seed};
pub use slot::{Slot, SlotSet};
pub use time::{Millis, Time};
