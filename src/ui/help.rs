//! The keyboard, in one table, as `keyboard` understands it.

use crate::say::{Lang, word};
use crate::session::Msg;
use crate::session::page::Dialog;
use crate::ui::dialog::DialogFrame;
use crate::ui::focus::use_focus;
use crate::ui::keyboard::TABLE;
use yew::prelude::*;

/// Properties of [`Help`].
#[derive(Properties, PartialEq)]
pub struct HelpProps {
    /// The language.
    pub lang: Lang,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The help dialog. It takes the focus and leads to the ledger.
#[component]
pub fn Help(HelpProps { lang, on_msg }: &HelpProps) -> Html {
    let close = use_node_ref();
    use_focus(&close);
    html! {
        <DialogFrame name="help" title={word(*lang, "help-title")} lang={*lang} {close} {on_msg}>
            <p class="sec">{ word(*lang, "help-note") }</p>
            <div class="keys">
                { for TABLE.iter().map(|(keys, id)| html! {
                    <div>
                        <span>{ for keys.iter().map(|key| html! { <><kbd>{ *key }</kbd>{ " " }</> }) }</span>
                        <span>{ word(*lang, id) }</span>
                    </div>
                }) }
            </div>
            <button class="btn" onclick={on_msg.reform(|_| Msg::Dialog(Some(Dialog::Ledger)))}>{ word(*lang, "ledger-open") }</button>
        </DialogFrame>
    }
}
