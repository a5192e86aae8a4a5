//! Sharing a moment, opening a recording, and how far that is.

use crate::say::{Lang, text, word};
use crate::script;
use crate::session::Session;
use crate::session::share::{Guest, Opening};
use crate::timeline::link::LONGEST_LINK;

/// The dialog in which a moment is shared.
#[derive(Clone, PartialEq, Debug)]
pub struct Share {
    /// The whole address; None if it is too long, or if nothing runs.
    pub link: Option<String>,
    /// How long it is, or why there is none.
    pub says: String,
    /// Whether there is anything to keep as a file.
    pub works: bool,
}

/// What is shown while a recording is opened, or if it cannot be.
#[derive(Clone, PartialEq, Debug)]
pub struct OpeningView {
    /// Its title.
    pub title: String,
    /// What goes on, or what is wrong.
    pub says: String,
    /// What to do about it.
    pub mend: String,
    /// How far it is, in hundredths; None if it goes no further.
    pub percent: Option<u64>,
    /// The button that ends it.
    pub close: String,
}

/// What the rail says of a run that came from elsewhere.
#[derive(Clone, PartialEq, Debug)]
pub struct GuestCard {
    /// Its title.
    pub title: String,
    /// What it is made of.
    pub what: String,
    /// What became of the learner's own files.
    pub files: String,
    /// Whether it came to the recorded moment, and if not, what that means.
    pub same: Option<(bool, String)>,
}

/// The dialog, if it is open.
pub fn share(session: &Session) -> Option<Share> {
    let lang = session.page.lang;
    let share = session.share.as_ref()?;
    if share.link.is_empty() {
        return Some(Share { link: None, says: word(lang, "share-nothing"), works: false });
    }
    let link = format!("{}{}", session.page.address, share.link);
    let args = [("count", link.len().into()), ("most", LONGEST_LINK.into())];
    Some(match share.link.len() <= LONGEST_LINK {
        true => Share { says: text(lang, "share-length", &args), link: Some(link), works: true },
        false => Share { says: text(lang, "share-too-long", &args), link: None, works: true },
    })
}

/// What is being opened, if anything is.
pub fn opening(session: &Session) -> Option<OpeningView> {
    let lang = session.page.lang;
    Some(match session.opening.as_ref()? {
        Opening::Playing(replay) => {
            let (done, of) = replay.progress();
            let seconds = |micros: u64| format!("{}.{}", micros / 1_000_000, micros / 100_000 % 10);
            let args = [("done", seconds(done).into()), ("of", seconds(of).into())];
            OpeningView {
                title: word(lang, "opening-title"),
                says: text(lang, "opening-says", &args),
                mend: String::new(),
                percent: Some(done * 100 / of.max(1)),
                close: word(lang, "opening-cancel"),
            }
        }
        Opening::Failed(flaw) => {
            let (says, mend) = script::flaw(lang, flaw);
            let (title, close) = (word(lang, "opening-failed"), word(lang, "close"));
            OpeningView { title, says, mend, percent: None, close }
        }
    })
}

/// What the rail says of whose run this is.
pub fn guest(session: &Session) -> Option<GuestCard> {
    let lang = session.page.lang;
    let (guest, run) = (session.guest.as_ref()?, session.run.as_ref()?);
    Some(GuestCard {
        title: word(lang, "guest-title"),
        what: what(lang, guest, run.servers().len()),
        files: word(lang, "guest-files"),
        same: guest
            .same
            .map(|same| (same, word(lang, if same { "guest-same" } else { "guest-differs" }))),
    })
}

fn what(lang: Lang, guest: &Guest, servers: usize) -> String {
    let at = format!("{}.{:03}", guest.at / 1_000_000, guest.at / 1000 % 1000);
    let args = [("servers", servers.into()), ("actions", guest.actions.into()), ("at", at.into())];
    text(lang, "guest-what", &args)
}
