//! Layer 10, the view: finished data for the screen, in the screen's words.
//!
//! Total and pure: any session has a view, and nothing here changes anything. Absent: HTML, and every
//! decision about the cluster.

pub mod client;
pub mod clock;
pub mod console;
pub mod curve;
pub mod disc;
pub mod inspector;
pub mod lanes;
pub mod ledger;
pub mod member;
pub mod menu;
pub mod moment;
pub mod owners;
pub mod packets;
pub mod place;
pub mod rail;
pub mod sentence;
pub mod share;
pub mod stage;
pub mod story;
pub mod timeline;
pub mod top;

use crate::say::word;
use crate::session::{Notice, Session};
use client::ClientCard;
use console::Console;
use inspector::Inspector;
use member::Members;
use menu::Menu;
use share::{GuestCard, OpeningView, Share};
use stage::{Scene, Stage};
use story::Caption;
use timeline::TimelineView;
use top::Top;

/// The page, but for what changes with every frame ([`moment::Moment`]) and what changes only when the
/// learner edits ([`rail::Rail`]).
#[derive(Clone, PartialEq, Debug)]
pub struct View {
    /// The top bar.
    pub top: Top,
    /// The ring.
    pub stage: Stage,
    /// The client's card.
    pub client: Option<ClientCard>,
    /// What just became true, in a sentence.
    pub caption: Caption,
    /// The timeline.
    pub timeline: TimelineView,
    /// The selected server.
    pub inspector: Option<Inspector>,
    /// The console.
    pub console: Console,
    /// The menu of a node, if it is open.
    pub menu: Option<Menu>,
    /// What did not work.
    pub notice: Option<String>,
    /// The moment that is shared.
    pub share: Option<Share>,
    /// The recording that is being opened.
    pub opening: Option<OpeningView>,
    /// Whose run it is, if not the learner's own.
    pub guest: Option<GuestCard>,
}

/// What the page shows for `session`.
pub fn of(session: &Session) -> View {
    let members = session.run.as_ref().map(Members::of).unwrap_or_default();
    let stage = draw_stage(session, &members);
    View {
        top: top::draw(session, &members),
        client: story::client(session),
        caption: story::caption(session),
        timeline: timeline::draw(session),
        inspector: inspector::draw(session, &members, &stage.discs),
        menu: menu::draw(session, &members, &stage.discs),
        stage,
        share: share::share(session),
        opening: share::opening(session),
        guest: share::guest(session),
        console: console::draw(session),
        notice: session.notice.as_ref().map(|notice| match notice {
            Notice::Refused(refusal) => story::refusal(session, refusal),
            Notice::NothingToRun => word(session.page.lang, "notice-nothing-to-run"),
        }),
    }
}

fn draw_stage(session: &Session, members: &Members) -> Stage {
    let (width, height) = session.page.stage;
    let Some(run) = &session.run else { return Stage { width, height, ..Stage::default() } };
    let homes = place::homes(run.parts());
    let network = story::network(session, run);
    let keys = story::pinned_keys(run);
    stage::draw(&Scene {
        members,
        homes: &homes,
        width,
        height,
        selected: session.selected,
        keys: &keys,
        network: &network,
        lang: session.page.lang,
    })
}
