//! What every dialog has: a title, a way to close it, and the focus, which stays inside.

use crate::say::{Lang, word};
use crate::session::Msg;
use crate::ui::focus::keep_inside;
use crate::ui::icon::{Icon, IconView};
use yew::prelude::*;

/// Properties of [`DialogFrame`].
#[derive(Properties, PartialEq)]
pub struct DialogFrameProps {
    /// Its name: its class, and the id of its title before `-title`.
    pub name: &'static str,
    /// Its title.
    pub title: String,
    /// The language.
    pub lang: Lang,
    /// The button that closes it, for whom it is the first to take the focus.
    #[prop_or_default]
    pub close: NodeRef,
    /// What it holds.
    pub children: Children,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The frame of a dialog. A click beside it closes it; so does Esc (`keyboard`).
#[component]
pub fn DialogFrame(props: &DialogFrameProps) -> Html {
    let DialogFrameProps { name, title, lang, close, children, on_msg } = props;
    let id = format!("{name}-title");
    let leave = on_msg.reform(|_: MouseEvent| Msg::Dialog(None));
    html! {
        <div class="dialog" onclick={leave.clone()}>
            <section class={*name} role="dialog" aria-modal="true" aria-labelledby={id.clone()}
                onclick={Callback::from(|event: MouseEvent| event.stop_propagation())}
                onkeydown={Callback::from(|event: KeyboardEvent| keep_inside(&event))}>
                <header>
                    <h2 {id}>{ title }</h2>
                    <button class="ib" ref={close} aria-label={word(*lang, "close")} onclick={leave}>
                        <IconView icon={Icon::Cross} />
                    </button>
                </header>
                { children.clone() }
            </section>
        </div>
    }
}
