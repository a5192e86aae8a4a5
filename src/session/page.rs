//! What of the page is open, its language, its theme and its size.

use crate::say::Lang;
use crate::session::Msg;
use crate::shapes::spec::ContainerIx;
use serde::{Deserialize, Serialize};

/// Light or dark.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "named for what they are")]
pub enum Theme {
    #[default]
    Dark,
    Light,
}

/// A tab of the console.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ConsoleTab {
    /// `redis-cli`.
    Cli,
    /// The log of facts.
    Log,
    /// What `docker compose` prints.
    #[default]
    Compose,
}

/// A tab of the inspector.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum InspectorTab {
    /// Its own `CLUSTER NODES`.
    #[default]
    Nodes,
    /// Its keys.
    Keys,
    /// What became true of it.
    Log,
}

/// What the phone's sheet shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sheet {
    /// The inspector.
    Node,
    /// The console.
    #[default]
    Console,
    /// The Lab.
    Lab,
}

/// What lies over the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialog {
    /// The keys.
    Help,
    /// The claims about Redis.
    Ledger,
    /// This moment as a link, and recordings to open.
    Share,
    /// What a phone's top bar has no room for.
    More,
}

/// In which state claims about Redis are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Claims {
    /// Ours does what Redis does.
    Matches,
    /// It does something else on purpose.
    Differs,
    /// It does not do it yet.
    Open,
    /// It does nothing of the kind.
    Absent,
}

impl Claims {
    /// All states.
    pub const ALL: [Claims; 4] = [Claims::Matches, Claims::Differs, Claims::Open, Claims::Absent];

    /// The id of its name in the locale files.
    pub const fn id(self) -> &'static str {
        match self {
            Claims::Matches => "ledger-matches",
            Claims::Differs => "ledger-differs",
            Claims::Open => "ledger-open-yet",
            Claims::Absent => "ledger-absent",
        }
    }
    /// Its class in the styles.
    pub const fn class(self) -> &'static str {
        match self {
            Claims::Matches => "matches",
            Claims::Differs => "differs",
            Claims::Open => "open",
            Claims::Absent => "absent",
        }
    }
}

/// What a reader of the ledger looks for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LedgerFilter {
    /// Words that a claim must have.
    pub words: String,
    /// The state it must be in.
    pub state: Option<Claims>,
}

/// How much of a phone the sheet takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum SheetSize {
    /// Beside the stage.
    #[default]
    Half,
    /// Instead of the stage.
    Tall,
    /// Only its tabs.
    Shut,
}

/// What of the page is open.
#[derive(Clone, PartialEq, Debug)]
#[expect(missing_docs, reason = "fields are named for what they are")]
pub struct Page {
    pub lang: Lang,
    pub theme: Theme,
    pub console: ConsoleTab,
    /// Whose lines `docker compose logs` shows; all containers' if none is chosen.
    pub logs_of: Option<ContainerIx>,
    pub inspector: InspectorTab,
    pub sheet: Sheet,
    pub sheet_size: SheetSize,
    /// Whether the learner closed the rail (on a wide window) or opened it (on a narrow one).
    pub rail_toggled: bool,
    pub inspector_toggled: bool,
    pub dialog: Option<Dialog>,
    pub ledger: LedgerFilter,
    /// The page's own address, without what stands behind its `#`.
    pub address: String,
    /// Whether the learner's machine asks that nothing on the screen moves.
    pub still: bool,
    /// The stage in pixels.
    pub stage: (f64, f64),
    /// The timeline's track in pixels.
    pub track: f64,
}

impl Default for Page {
    /// A desk of 1440 by 900.
    fn default() -> Page {
        Page {
            lang: Lang::En,
            theme: Theme::Dark,
            console: ConsoleTab::default(),
            logs_of: None,
            inspector: InspectorTab::default(),
            sheet: Sheet::default(),
            sheet_size: SheetSize::default(),
            rail_toggled: false,
            inspector_toggled: false,
            dialog: None,
            ledger: LedgerFilter::default(),
            address: String::new(),
            still: false,
            stage: (768.0, 560.0),
            track: 640.0,
        }
    }
}

impl Page {
    pub(super) fn update(&mut self, msg: Msg) {
        match msg {
            Msg::LogsOf(of) => self.logs_of = of,
            Msg::Console(tab) => {
                self.console = tab;
                self.sheet = Sheet::Console;
                self.unshut();
            }
            Msg::Inspector(tab) => self.inspector = tab,
            Msg::Sheet(sheet) => {
                self.sheet = sheet;
                self.unshut();
            }
            Msg::SheetSize => {
                self.sheet_size = match self.sheet_size {
                    SheetSize::Half => SheetSize::Tall,
                    SheetSize::Tall => SheetSize::Shut,
                    SheetSize::Shut => SheetSize::Half,
                };
            }
            Msg::Rail => self.rail_toggled = !self.rail_toggled,
            Msg::InspectorPanel => self.inspector_toggled = !self.inspector_toggled,
            Msg::Dialog(dialog) => self.dialog = dialog,
            Msg::LedgerWords(words) => self.ledger.words = words,
            Msg::LedgerState(state) => self.ledger.state = state,
            Msg::Lang(lang) => self.lang = lang,
            Msg::Theme(theme) => self.theme = theme,
            Msg::Resized { width, height, track } => {
                self.stage = (width.max(160.0), height.max(160.0));
                self.track = track.max(120.0);
            }
            _ => {}
        }
    }
    pub(super) fn show_node(&mut self) {
        self.sheet = Sheet::Node;
        self.unshut();
    }
    fn unshut(&mut self) {
        if self.sheet_size == SheetSize::Shut {
            self.sheet_size = SheetSize::Half;
        }
    }
}
