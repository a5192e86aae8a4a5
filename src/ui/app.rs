//! The page: the one component that owns the session.
//!
//! A frame makes a new [`Moment`] (clock, playhead, packets); the rest of the view is made anew only
//! when something was done or became true, and each part is drawn again only if it differs.

use crate::say::{Lang, word};
use crate::session::lab::Workbench;
use crate::session::page::{Dialog, Page, Sheet, SheetSize};
use crate::session::{Msg, Session};
use crate::timeline::Flaw;
use crate::ui::browser;
use crate::ui::carry;
use crate::ui::console::ConsoleView;
use crate::ui::frames::{Callbacks, Stopwatch};
use crate::ui::help::Help;
use crate::ui::inspector::InspectorView;
use crate::ui::keyboard;
use crate::ui::ledger::Ledger;
use crate::ui::legend::Legend;
use crate::ui::menu::NodeMenu;
use crate::ui::more::More;
use crate::ui::opening::OpeningDialog;
use crate::ui::parts::Parts;
use crate::ui::rail::RailView;
use crate::ui::share::ShareDialog;
use crate::ui::sheet::SheetTabs;
use crate::ui::stage::StageView;
use crate::ui::status::{Notice, Status};
use crate::ui::timeline::TimelineTrack;
use crate::ui::top::TopBar;
use crate::view;
use web_sys::KeyboardEvent;
use yew::prelude::*;

/// What reaches the page.
#[derive(Debug)]
pub enum Input {
    /** From a component. */
    Msg(Msg),
    /** The screen is drawn again. */
    Frame,
    /** A key, wherever the focus is. */
    Key(KeyboardEvent),
    /** The window has another size. */
    Resized,
    /** The page's address has another end. */
    Address,
}

/// What the page starts with.
#[derive(Properties, Clone, PartialEq, Debug)]
pub struct AppProps {
    /// The files.
    #[prop_or_else(Workbench::tutorial)]
    pub bench: Workbench,
    /// Language, theme, sizes.
    #[prop_or_default]
    pub page: Page,
}

/// The page.
#[derive(Debug)]
pub struct App {
    session: Session,
    parts: Parts,
    /// How much was known when the view was last made: what became true since makes it anew.
    known: (usize, u64),
    stopwatch: Stopwatch,
    callbacks: Option<Callbacks>,
    stage: NodeRef,
    track: NodeRef,
}

/// While time runs the view is made anew at least so often, in wall microseconds: offsets and ages
/// change without a fact.
const REFRESH_US: u64 = 150_000;
/// Where nothing on the screen may move, it changes in steps this far apart, in wall microseconds.
const STEP_US: u64 = 1_000_000;

/// For so long a frame plays a recording, in wall microseconds.
const PLAY_US: u64 = 12_000;
/// The most memory that the page may take while it plays one, in bytes.
const MOST_MEMORY: u64 = 1 << 30;

impl Component for App {
    type Message = Input;
    type Properties = AppProps;

    fn create(ctx: &Context<Self>) -> App {
        let AppProps { bench, page } = ctx.props().clone();
        let session = Session::new(bench, page);
        App {
            parts: Parts::new(view::of(&session), &session),
            known: (0, 0),
            session,
            stopwatch: Stopwatch::default(),
            callbacks: None,
            stage: NodeRef::default(),
            track: NodeRef::default(),
        }
    }

    fn rendered(&mut self, ctx: &Context<Self>, first: bool) {
        if first {
            browser::dress(&self.session.page);
            browser::remember(&Msg::Boot, &self.session);
            self.callbacks = Some(Callbacks::new(ctx.link(), &[&self.stage, &self.track]));
            ctx.link().send_message(Input::Address);
        }
    }

    fn update(&mut self, ctx: &Context<Self>, input: Input) -> bool {
        match input {
            Input::Msg(msg) => self.take(msg),
            Input::Frame => self.frame(),
            Input::Resized => {
                if let Some(msg) = browser::sizes(&self.stage, &self.track) {
                    self.take(msg);
                }
            }
            Input::Address => {
                if let Some(link) = carry::link() {
                    self.take(Msg::Open(link));
                }
            }
            Input::Key(event) => return self.key(ctx, &event),
        }
        true
    }

    fn view(&self, ctx: &Context<Self>) -> Html {
        let on_msg = ctx.link().callback(Input::Msg);
        let Page { lang, theme, .. } = self.session.page;
        let parts = &self.parts;
        let clock: AttrValue = parts.moment.clock.clone().into();
        html! {
            <div class={classes(&self.session.page, parts.timeline.lanes.len())}>
                <a class="skip" href="#stage">{ word(lang, "skip-to-stage") }</a>
                <TopBar top={&parts.top} clock={clock.clone()} {lang} {theme} on_msg={&on_msg} />
                <RailView rail={&parts.rail} guest={&parts.guest} {lang} on_msg={&on_msg} />
                <main class="stage" id="stage" tabindex="-1" ref={self.stage.clone()} aria-label={word(lang, "stage")}>
                    <div class="stage-head">
                        <div class="seg" role="tablist" aria-label={word(lang, "views")}>
                            <button role="tab" aria-selected="true">{ word(lang, "view-ring") }</button>
                        </div>
                    </div>
                    <StageView stage={&parts.stage} client={&parts.client} packets={&parts.packets} on_msg={&on_msg} />
                    <Legend {lang} />
                    <NodeMenu menu={&parts.menu} on_msg={&on_msg} />
                </main>
                <Status caption={&parts.caption} />
                <TimelineTrack timeline={&parts.timeline} head={parts.moment.head} {clock} {lang}
                    track={self.track.clone()} on_msg={&on_msg} />
                <SheetTabs page={self.session.page.clone()} on_msg={&on_msg} />
                <ConsoleView console={&parts.console} {lang} on_msg={&on_msg} />
                <InspectorView inspector={&parts.inspector} {lang} on_msg={&on_msg} />
                <Notice notice={&parts.notice} {lang} on_msg={&on_msg} />
                { match self.session.page.dialog {
                    None => html! {},
                    Some(Dialog::Help) => html! { <Help {lang} on_msg={&on_msg} /> },
                    Some(Dialog::More) => html! { <More {lang} {theme} on_msg={&on_msg} /> },
                    Some(Dialog::Share) => self.share(lang, &on_msg),
                    Some(Dialog::Ledger) => html! { <Ledger {lang} filter={self.session.page.ledger.clone()} on_msg={&on_msg} /> },
                } }
                if let Some(opening) = &*parts.opening {
                    <OpeningDialog key={opening.title.clone()} opening={opening.clone()} {lang} on_msg={&on_msg} />
                }
            </div>
        }
    }
}

impl App {
    fn share(&self, lang: Lang, on_msg: &Callback<Msg>) -> Html {
        match &*self.parts.share {
            Some(share) => html! { <ShareDialog share={share.clone()} {lang} {on_msg} /> },
            None => html! {},
        }
    }

    fn take(&mut self, msg: Msg) {
        self.session.update(msg.clone());
        if let (Msg::Save, Some(recording)) = (&msg, self.session.recording()) {
            carry::save("slotlab-run.json", &recording.to_json());
        }
        match &msg {
            Msg::Boot | Msg::OpenLab(_) | Msg::CloseOpening => carry::forget_link(),
            Msg::Open(text) if carry::link().as_ref() != Some(text) => carry::forget_link(),
            _ => {}
        }
        if matches!(msg, Msg::Lang(_) | Msg::Theme(_)) {
            browser::dress(&self.session.page);
        }
        browser::remember(&msg, &self.session);
        self.refresh();
    }

    fn frame(&mut self) {
        let elapsed = self.stopwatch.lap();
        let opening = self.session.opening.is_some();
        self.session.update(Msg::Frame { elapsed });
        if let Some(callbacks) = &self.callbacks {
            callbacks.ask_for_frame();
        }
        if opening {
            return self.play_on();
        }
        let entries = self.session.run.as_ref().map_or(0, |run| run.log().len());
        let still = self.session.page.still;
        let every = if still { STEP_US } else { REFRESH_US };
        let due = self.known.1 + every <= self.session.playback.wall;
        if entries != self.known.0 || (due && self.session.playback.playing) {
            return self.refresh();
        }
        if !still {
            self.parts.renew_moment(&self.session);
        }
    }

    /// Plays as much of a recording as one frame has time for.
    fn play_on(&mut self) {
        let began = browser::wall().unwrap_or_default();
        let now = || browser::wall().unwrap_or(u64::MAX);
        while self.session.is_opening() && now() < began + PLAY_US {
            self.session.update(Msg::Frame { elapsed: 0 });
            if MOST_MEMORY < carry::memory() {
                self.session.update(Msg::Fail(Flaw::TooMuch));
            }
        }
        self.refresh();
        if self.session.opening.is_none() {
            browser::remember(&Msg::Boot, &self.session);
        }
    }

    fn refresh(&mut self) {
        let entries = self.session.run.as_ref().map_or(0, |run| run.log().len());
        self.known = (entries, self.session.playback.wall);
        self.parts.renew(view::of(&self.session), &self.session);
    }

    /// Keys that work everywhere; a text field keeps its own, and a button its Space and Enter.
    fn key(&mut self, ctx: &Context<Self>, event: &KeyboardEvent) -> bool {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let key = event.key();
        let typing = browser::is_typing() && key != "Escape";
        if typing || (browser::on_button() && key == " ") {
            return false;
        }
        if key == "`" {
            event.prevent_default();
            browser::focus("cli");
            return false;
        }
        let Some(msg) = keyboard::message(&self.session, &key) else { return false };
        event.prevent_default();
        ctx.link().send_message(Input::Msg(msg));
        false
    }
}

fn classes(page: &Page, forks: usize) -> Classes {
    let sheet = match page.sheet {
        Sheet::Node => "sheet-node",
        Sheet::Console => "sheet-con",
        Sheet::Lab => "sheet-lab",
    };
    let size = match page.sheet_size {
        SheetSize::Half => "",
        SheetSize::Tall => "sheet-tall",
        SheetSize::Shut => "sheet-shut",
    };
    // On a wide window the panels are open until they are closed, on a narrow one the other way round:
    // the style sheet knows which.
    classes!(
        "app",
        sheet,
        size,
        (0 < forks).then(|| format!("forks-{forks}")),
        page.rail_toggled.then_some("rail-toggled"),
        page.inspector_toggled.then_some("insp-toggled")
    )
}
