//! The menu of a node: what can be done to it, where it stands on the stage.

use super::disc::Disc;
use super::inspector::{self, Button};
use super::member::Members;
use crate::say::word;
use crate::session::{Msg, Session};

/// The menu.
#[derive(Clone, PartialEq, Debug)]
pub struct Menu {
    /// Of whom it speaks.
    pub title: String,
    /// What can be done.
    pub items: Vec<Button>,
    /// Its upper left corner, in pixels of the stage.
    pub at: (f64, f64),
}

/// Its width in pixels, as in the style sheet.
const WIDTH: f64 = 232.0;
/// The height of an item in pixels, as in the style sheet, on a screen that is touched.
const ITEM: f64 = 44.0;
/// What stays free around it, in pixels.
const MARGIN: f64 = 8.0;

/// The menu that is open, if one is.
pub fn draw(session: &Session, members: &Members, discs: &[Disc]) -> Option<Menu> {
    let ix = session.menu.as_ref()?.node;
    let (member, disc) = (members.get(ix)?, discs.iter().find(|disc| disc.ix == ix)?);
    let lang = session.page.lang;
    let terminal = Button {
        label: word(lang, "act-terminal"),
        title: word(lang, "act-terminal-says"),
        msg: Some(Msg::OpenTerminal(ix)),
        class: "",
    };
    let mut items = inspector::actions(lang, member);
    items.push(terminal);
    let (width, height) = session.page.stage;
    let tall = ITEM * (items.len() + 1) as f64;
    let beside = disc.at.x + disc.radius + MARGIN;
    let x = match beside + WIDTH + MARGIN <= width {
        true => beside,
        false => disc.at.x - disc.radius - MARGIN - WIDTH,
    };
    let within = |at: f64, size: f64, room: f64| at.min(room - size - MARGIN).max(MARGIN);
    Some(Menu {
        title: disc.spoken.clone(),
        items,
        at: (within(x, WIDTH, width), within(disc.at.y - tall / 2.0, tall, height)),
    })
}
