//! Layer 9, the session: all that the page knows, and the one function that changes it.
//!
//! Pure: a frame brings the time that passed on the wall; there is no clock and no browser here.
//! Whatever is done to the cluster is an [`Action`] in the run's history, so that spec, seed and
//! actions tell any moment again. Absent: how it looks.

mod book;
pub mod forecast;
pub mod index;
pub mod lab;
pub mod milestone;
pub mod page;
pub mod playback;
pub mod replay;
pub mod run;
pub mod share;
pub mod speed;
pub mod terminal;
pub mod weight;

use crate::compose::{labs, print};
use crate::say::Lang;
use crate::shapes::spec::ContainerIx;
use crate::sim::{Action, Done, Group, Refusal};
use crate::timeline::{Flaw, LaneId};
use crate::words::{Seed, Time};
use lab::Workbench;
use page::{Claims, ConsoleTab, Dialog, InspectorTab, Page, Sheet, Theme};
use playback::Playback;
use run::Run;
use share::{Guest, Opening, Share};
use speed::REAL_TIME;
use terminal::Typing;
use weight::Weight;

/// What the learner did, or the browser reported.
#[derive(Clone, PartialEq, Debug)]
#[expect(missing_docs, reason = "fields are named for what they are")]
pub enum Msg {
    /// The screen is drawn again; so much wall time passed, in microseconds.
    Frame {
        elapsed: u64,
    },
    /// Play or pause.
    TogglePlay,
    /// To the next entry of the log.
    Next,
    /// To the entry before.
    Back,
    /// To the next entry that a story is about.
    Skim,
    /// To the first moment.
    Start,
    /// To a moment.
    Seek(Time),
    /// To another lane of history, at this moment.
    Lane(LaneId),
    /// So many virtual microseconds on or back.
    Nudge(i64),
    /// A rung of the speed ladder.
    Speed(usize),
    /// One rung up or down.
    Faster(bool),

    /// Build what the files say and start it.
    Boot,
    /// Show a file in the editor.
    OpenFile(String),
    /// Show a line of a file.
    ShowRemark {
        file: String,
        line: u32,
    },
    /// A file has another text.
    Edit {
        file: String,
        text: String,
    },
    /// Take the files of the ready lab with this name, and boot it.
    OpenLab(String),

    /// Open a recording: the text of a link or of a file.
    Open(String),
    /// What is being opened cannot be.
    Fail(Flaw),
    /// Open it no further; or: what is wrong with it was read.
    CloseOpening,
    /// Keep this moment as a file.
    Save,

    /// Do this to the world.
    Act(Action),
    /// Cut a container off from everybody, or let it back.
    Isolate(ContainerIx),
    /// Look at a server; again at the same: at its replicas in turn.
    Select(ContainerIx),
    /// Look at none.
    Deselect,
    /// Open the menu of a server; time stands still meanwhile.
    Menu(ContainerIx),
    CloseMenu,
    /// Talk to a server.
    OpenTerminal(ContainerIx),

    /// The line in the console.
    Input(String),
    /// Enter.
    Submit,
    /// The arrow keys and Tab.
    Older,
    Newer,
    Complete,
    /// Whether the console follows redirections.
    Follow(bool),

    /// Whose lines `docker compose logs` shows.
    LogsOf(Option<ContainerIx>),
    Console(ConsoleTab),
    Inspector(InspectorTab),
    Sheet(Sheet),
    SheetSize,
    Rail,
    InspectorPanel,
    Dialog(Option<Dialog>),
    /// What the reader of the ledger looks for.
    LedgerWords(String),
    LedgerState(Option<Claims>),
    Dismiss,
    Lang(Lang),
    Theme(Theme),
    /// The stage's size in pixels, and the timeline's width.
    Resized {
        width: f64,
        height: f64,
        track: f64,
    },
}

/// Why something did not work; shown until it is dismissed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Notice {
    /// The world refused an action.
    Refused(Refusal),
    /// The files describe nothing that can run.
    NothingToRun,
}

/// The menu of a server.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Menu {
    /// Whose.
    pub node: ContainerIx,
    /// Whether time ran when it was opened.
    played: bool,
}

/// All that the page knows.
#[derive(Debug)]
pub struct Session {
    /// The files and what is to be said of them.
    pub bench: Workbench,
    /// What runs, if anything does.
    pub run: Option<Run>,
    /// Time.
    pub playback: Playback,
    /// The server that is looked at.
    pub selected: Option<ContainerIx>,
    /// The server that was chosen for the console.
    pub asked: Option<ContainerIx>,
    /// Whether the console follows redirections.
    pub follow: bool,
    /// What is typed into the console.
    pub typing: Typing,
    /// What of the page is open, its language and theme.
    pub page: Page,
    /// The menu that is open.
    pub menu: Option<Menu>,
    /// What did not work.
    pub notice: Option<Notice>,
    /// The moment that is shared.
    pub share: Option<Share>,
    /// The recording that is being opened.
    pub opening: Option<Opening>,
    /// Whose run this is, if not the learner's own.
    pub guest: Option<Guest>,
    seed: Seed,
}

impl Session {
    /// The tutorial's lab, booted and running; or the learner's own files.
    pub fn new(bench: Workbench, page: Page) -> Session {
        let mut session = Session {
            bench,
            run: None,
            playback: Playback::new(REAL_TIME),
            selected: None,
            asked: None,
            follow: true,
            typing: Typing::default(),
            page,
            menu: None,
            notice: None,
            share: None,
            opening: None,
            guest: None,
            seed: Seed(lab::SEED),
        };
        session.boot();
        session
    }

    /// The next state.
    pub fn update(&mut self, msg: Msg) {
        match msg {
            Msg::Frame { elapsed } => self.frame(elapsed),
            Msg::TogglePlay => self.playback.playing = !self.playback.playing,
            Msg::Next => self.next(Weight::Plain),
            Msg::Back => self.back(Weight::Plain),
            Msg::Skim => self.next(Weight::Major),
            Msg::Start => self.back_to_start(),
            Msg::Seek(to) => self.seek(to),
            Msg::Lane(lane) => self.switch(lane),
            Msg::Nudge(micros) => self.nudge(micros),
            Msg::Speed(rung) => self.playback.set_rung(rung),
            Msg::Faster(true) => self.playback.set_rung(self.playback.rung + 1),
            Msg::Faster(false) => self.playback.set_rung(self.playback.rung.saturating_sub(1)),
            Msg::Boot => self.boot(),
            Msg::OpenFile(file) => self.bench.open(&file),
            Msg::ShowRemark { file, line } => self.bench.show(&file, line),
            Msg::Edit { file, text } => self.bench.edit(&file, text),
            Msg::OpenLab(name) => self.open_lab(&name),
            Msg::Open(text) => self.open_recording(&text),
            Msg::Fail(flaw) => self.opening = Some(Opening::Failed(flaw)),
            Msg::CloseOpening => self.opening = None,
            Msg::Dialog(dialog) => self.show(dialog),
            // A file is the browser's business.
            Msg::Save => {}
            Msg::Act(action) => {
                self.act(action);
            }
            Msg::Isolate(ix) => self.isolate(ix),
            Msg::Select(ix) => self.select(ix),
            Msg::Deselect => self.selected = None,
            Msg::Menu(ix) => self.open_menu(ix),
            Msg::CloseMenu => self.close_menu(),
            Msg::OpenTerminal(ix) => self.talk_to(ix),
            Msg::Input(line) => self.typing.set(line),
            Msg::Submit => self.submit(),
            Msg::Older => self.typing.older(),
            Msg::Newer => self.typing.newer(),
            Msg::Complete => self.typing.complete(),
            Msg::Follow(follow) => self.follow = follow,
            Msg::Dismiss => self.notice = None,
            Msg::LogsOf(_)
            | Msg::Console(_)
            | Msg::Inspector(_)
            | Msg::Sheet(_)
            | Msg::SheetSize
            | Msg::Rail
            | Msg::InspectorPanel
            | Msg::LedgerWords(_)
            | Msg::LedgerState(_)
            | Msg::Lang(_)
            | Msg::Theme(_)
            | Msg::Resized { .. } => self.page.update(msg),
        }
    }

    fn open_lab(&mut self, name: &str) {
        if let Some(lab) = labs::find(name) {
            self.bench = self.bench.replaced_by(Workbench::new(lab.files()));
            self.boot();
        }
    }

    fn boot(&mut self) {
        (self.notice, self.menu, self.guest) = (None, None, None);
        let Some(spec) = self.bench.spec() else {
            self.notice = Some(Notice::NothingToRun);
            return;
        };
        let warnings = print::warnings(self.bench.reading(), &spec);
        self.run = Some(Run::new(&spec, self.seed, warnings));
        self.playback = Playback::new(self.playback.rung);
        self.selected = self.run.as_ref().and_then(|run| run.servers().first().copied());
        self.asked = None;
        self.page.logs_of = None;
    }

    /// Does `action`; a refusal is kept for the learner to read.
    fn act(&mut self, action: Action) -> Option<Done> {
        let done = self.run.as_mut()?.act(action);
        self.done(done)
    }

    fn done(&mut self, done: Result<Done, Refusal>) -> Option<Done> {
        match done {
            Ok(done) => {
                self.notice = None;
                Some(done)
            }
            Err(refusal) => {
                self.notice = Some(Notice::Refused(refusal));
                None
            }
        }
    }

    fn back_to_start(&mut self) {
        if let Some(run) = &mut self.run {
            run.seek(run.start());
        }
    }

    fn switch(&mut self, lane: LaneId) {
        if let Some(run) = &mut self.run {
            run.switch(lane);
        }
    }

    fn isolate(&mut self, ix: ContainerIx) {
        let Some(run) = &self.run else { return };
        let alone = Group::of([ix]);
        let cut = run.world().rules().any(|rule| rule.from == alone);
        let action = match cut {
            true => Action::Heal,
            false => Action::partition(alone, Group::all_but([ix]), true),
        };
        self.act(action);
    }

    /// A second look at a master goes to its replicas.
    fn select(&mut self, ix: ContainerIx) {
        let next = match self.selected == Some(ix) {
            true => self.run.as_ref().and_then(|run| run.replica_of(ix)).unwrap_or(ix),
            false => ix,
        };
        self.selected = Some(next);
        self.page.show_node();
    }

    fn open_menu(&mut self, ix: ContainerIx) {
        self.close_menu();
        self.selected = Some(ix);
        self.menu = Some(Menu { node: ix, played: self.playback.playing });
        self.playback.playing = false;
    }

    fn close_menu(&mut self) {
        if let Some(menu) = self.menu.take() {
            self.playback.playing |= menu.played;
        }
    }

    fn talk_to(&mut self, ix: ContainerIx) {
        self.asked = Some(ix);
        self.selected = Some(ix);
        self.page.update(Msg::Console(ConsoleTab::Cli));
    }
}
