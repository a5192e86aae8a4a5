//! The view in parts, each shared and kept for as long as it does not differ.

use crate::say::Lang;
use crate::session::Session;
use crate::ui::shared::Shared;
use crate::view::View;
use crate::view::client::ClientCard;
use crate::view::console::Console;
use crate::view::inspector::Inspector;
use crate::view::menu::Menu;
use crate::view::moment::{self, Moment};
use crate::view::packets::Packets;
use crate::view::rail::{self, Rail};
use crate::view::share::{GuestCard, OpeningView, Share};
use crate::view::stage::Stage;
use crate::view::story::Caption;
use crate::view::timeline::TimelineView;
use crate::view::top::Top;

/// The parts.
#[derive(Debug)]
#[expect(missing_docs, reason = "named as in View")]
pub struct Parts {
    pub top: Shared<Top>,
    pub rail: Shared<Rail>,
    pub stage: Shared<Stage>,
    pub client: Shared<Option<ClientCard>>,
    pub caption: Shared<Caption>,
    pub timeline: Shared<TimelineView>,
    pub inspector: Shared<Option<Inspector>>,
    pub console: Shared<Console>,
    pub menu: Shared<Option<Menu>>,
    pub notice: Shared<Option<String>>,
    pub share: Shared<Option<Share>>,
    pub opening: Shared<Option<OpeningView>>,
    pub guest: Shared<Option<GuestCard>>,
    pub packets: Shared<Packets>,
    pub moment: Moment,
    /// For which state of the files, in which language, the rail was drawn.
    edited: (u64, Lang),
}

impl Parts {
    /// The parts of a view.
    pub fn new(view: View, session: &Session) -> Parts {
        let moment = moment::draw(session, &view.timeline);
        Parts {
            top: Shared::new(view.top),
            rail: Shared::new(rail::draw(session)),
            edited: (session.bench.revision(), session.page.lang),
            stage: Shared::new(view.stage),
            client: Shared::new(view.client),
            caption: Shared::new(view.caption),
            timeline: Shared::new(view.timeline),
            inspector: Shared::new(view.inspector),
            console: Shared::new(view.console),
            menu: Shared::new(view.menu),
            notice: Shared::new(view.notice),
            share: Shared::new(view.share),
            opening: Shared::new(view.opening),
            guest: Shared::new(view.guest),
            packets: Shared::new(moment.packets.clone()),
            moment,
        }
    }
    /// Takes over what differs in `view`.
    pub fn renew(&mut self, view: View, session: &Session) {
        self.top.renew(view.top);
        let edited = (session.bench.revision(), session.page.lang);
        if edited != self.edited {
            self.rail.renew(rail::draw(session));
            self.edited = edited;
        }
        self.stage.renew(view.stage);
        self.client.renew(view.client);
        self.caption.renew(view.caption);
        self.timeline.renew(view.timeline);
        self.inspector.renew(view.inspector);
        self.console.renew(view.console);
        self.menu.renew(view.menu);
        self.notice.renew(view.notice);
        self.share.renew(view.share);
        self.opening.renew(view.opening);
        self.guest.renew(view.guest);
        self.renew_moment(session);
    }
    /// Takes over what changes with every frame.
    pub fn renew_moment(&mut self, session: &Session) {
        let mut moment = moment::draw(session, &self.timeline);
        self.packets.renew(std::mem::take(&mut moment.packets));
        self.moment = moment;
    }
}
