//! What a phone's top bar has no room for: the theme, sharing, the ledger, and what the shapes mean.

use crate::say::{Lang, word};
use crate::session::Msg;
use crate::session::page::{Dialog, Theme};
use crate::ui::dialog::DialogFrame;
use crate::ui::focus::use_focus;
use crate::ui::icon::{Icon, IconView};
use crate::ui::legend::Legend;
use yew::prelude::*;

/// Properties of [`More`].
#[derive(Properties, PartialEq)]
pub struct MoreProps {
    /// The language.
    pub lang: Lang,
    /// The theme.
    pub theme: Theme,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The dialog. It takes the focus.
#[component]
pub fn More(MoreProps { lang, theme, on_msg }: &MoreProps) -> Html {
    let close = use_node_ref();
    use_focus(&close);
    let (other, icon, id) = theme_switch(*theme);
    let row = |icon: Icon, id: &str, msg: Msg| {
        html! {
            <button class="btn" onclick={on_msg.reform(move |_| msg.clone())}>
                <IconView {icon} />{ word(*lang, id) }
            </button>
        }
    };
    html! {
        <DialogFrame name="more" title={word(*lang, "more-title")} lang={*lang} {close} {on_msg}>
            { row(Icon::Share, "share-title", Msg::Dialog(Some(Dialog::Share))) }
            { row(Icon::Check, "ledger-open", Msg::Dialog(Some(Dialog::Ledger))) }
            { row(icon, id, Msg::Theme(other)) }
            <h3>{ word(*lang, "legend") }</h3>
            <Legend lang={*lang} />
        </DialogFrame>
    }
}

/// The theme that the switch leads to, with its icon and its words.
pub(super) fn theme_switch(now: Theme) -> (Theme, Icon, &'static str) {
    match now {
        Theme::Dark => (Theme::Light, Icon::Sun, "theme-light"),
        Theme::Light => (Theme::Dark, Icon::Moon, "theme-dark"),
    }
}
