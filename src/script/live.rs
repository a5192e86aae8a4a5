//! Directives for a world whose time nobody here moves: it follows a clock.
//!
//! The same table and the same words as in a transcript. What moves in time or in history has no
//! meaning there and says so.

use crate::script::catch::Catch;
use crate::script::directives::Does;
use crate::script::{Directive, Trouble, named};
use crate::sim::{Action, World};

/// What a directive asks for.
#[derive(Clone, PartialEq, Debug)]
pub enum Deed {
    /// To do this.
    Act(Vec<Action>),
    /// To do something to a packet as soon as there is one.
    Catch(Catch),
    /// To say this.
    Said(String),
}

impl Directive {
    /// Whether it has a meaning in a world whose time follows a clock.
    pub fn is_live(&self) -> bool {
        match self.does {
            Does::Acts(_) | Does::Catches(_) | Does::Looks(_) => true,
            Does::Runs(_) => false,
        }
    }
}

/// What a directive asks for in `world`, which it does not change.
pub fn live(world: &World, input: &str) -> Result<Deed, Trouble> {
    let (directive, mut words) = named(input)?;
    let deed = match directive.does {
        Does::Acts(acts) => acts(world, &mut words).map(Deed::Act),
        Does::Catches(catches) => catches(&mut words).map(Deed::Catch),
        Does::Looks(looks) => looks(world, &mut words).map(Deed::Said),
        Does::Runs(_) => return Err(format!("time follows the clock here: no {}", directive.name)),
    };
    deed.map_err(|trouble| directive.or_usage(trouble))
}
