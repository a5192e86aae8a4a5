//! The caption, which is the live region too, and what did not work.

use crate::say::{Lang, word};
use crate::session::Msg;
use crate::ui::icon::{Icon, IconView};
use crate::ui::shared::Shared;
use crate::view::story::Caption;
use yew::prelude::*;

/// Properties of [`Status`].
#[derive(Properties, PartialEq)]
pub struct StatusProps {
    /// What to say.
    pub caption: Shared<Caption>,
}

/// The caption.
#[component]
pub fn Status(StatusProps { caption }: &StatusProps) -> Html {
    html! {
        <p class="caption" role="status" aria-live="polite">
            <span class="mono" aria-hidden="true">{ &caption.at }</span>
            <span>{ &caption.text }</span>
        </p>
    }
}

/// Properties of [`Notice`].
#[derive(Properties, PartialEq)]
pub struct NoticeProps {
    /// What did not work.
    pub notice: Shared<Option<String>>,
    /// The language.
    pub lang: Lang,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// What did not work, until it is dismissed.
#[component]
pub fn Notice(NoticeProps { notice, lang, on_msg }: &NoticeProps) -> Html {
    let Some(notice) = &**notice else { return html! {} };
    html! {
        <div class="toast" role="alert">
            <IconView icon={Icon::Warning} class="wrn" />
            <span>{ notice }</span>
            <button class="ib" aria-label={word(*lang, "close")} onclick={on_msg.reform(|_| Msg::Dismiss)}>
                <IconView icon={Icon::Cross} />
            </button>
        </div>
    }
}
