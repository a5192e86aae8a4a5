//! The dialog in which a moment is shared and a recording is opened.

use crate::say::{Lang, word};
use crate::session::Msg;
use crate::ui::carry;
use crate::ui::dialog::DialogFrame;
use crate::ui::focus::use_focus;
use crate::view::share::Share;
use web_sys::{HtmlInputElement, HtmlTextAreaElement};
use yew::prelude::*;

/// Properties of [`ShareDialog`].
#[derive(Properties, PartialEq)]
pub struct ShareDialogProps {
    /// What to show.
    pub share: Share,
    /// The language.
    pub lang: Lang,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The dialog. What copies the link takes the focus.
#[component]
pub fn ShareDialog(ShareDialogProps { share, lang, on_msg }: &ShareDialogProps) -> Html {
    let say = |id: &str| word(*lang, id);
    let (copy, close) = (use_node_ref(), use_node_ref());
    use_focus(if share.link.is_some() { &copy } else { &close });
    html! {
        <DialogFrame name="share" title={say("share-title")} lang={*lang} {close} {on_msg}>
            <p class="sec">{ say("share-note") }</p>
            <Give share={share.clone()} button={copy} lang={*lang} on_msg={on_msg} />
            <h2>{ say("record-title") }</h2>
            <p class="sec" id="record-note">{ say("record-note") }</p>
            <Take lang={*lang} on_msg={on_msg} />
        </DialogFrame>
    }
}

#[derive(Properties, PartialEq)]
struct GiveProps {
    share: Share,
    /// What copies the link.
    button: NodeRef,
    lang: Lang,
    on_msg: Callback<Msg>,
}

/// The link, its length, and the run as a file.
#[component]
fn Give(GiveProps { share, button, lang, on_msg }: &GiveProps) -> Html {
    let say = |id: &str| word(*lang, id);
    let field = use_node_ref();
    let copied = use_state(|| None::<bool>);
    let copy = {
        let (field, copied) = (field.clone(), copied.clone());
        Callback::from(move |_: MouseEvent| {
            let copied = copied.clone();
            if let Some(field) = field.cast::<HtmlInputElement>() {
                carry::copy(&field, Callback::from(move |done| copied.set(Some(done))));
            }
        })
    };
    let says = match *copied {
        None => share.says.clone(),
        Some(true) => say("share-copied"),
        Some(false) => say("share-select"),
    };
    html! {
        <>
            if let Some(link) = &share.link {
                <input class="field mono" ref={field} readonly=true value={link.clone()} aria-label={say("share-link")}
                    onfocus={Callback::from(select)} />
            }
            <p class="sec" role="status">{ says }</p>
            <p class="row-of">
                if share.link.is_some() {
                    <button class="btn pri" ref={button} onclick={copy}>{ say("share-copy") }</button>
                }
                if share.works {
                    <button class={classes!("btn", share.link.is_none().then_some("pri"))}
                        onclick={on_msg.reform(|_| Msg::Save)}>{ say("share-save") }</button>
                }
            </p>
        </>
    }
}

fn select(event: FocusEvent) {
    if let Some(field) = event.target_dyn_into::<HtmlInputElement>() {
        field.select();
    }
}

#[derive(Properties, PartialEq)]
struct TakeProps {
    lang: Lang,
    on_msg: Callback<Msg>,
}

/// A link to paste, or a file to choose.
#[component]
fn Take(TakeProps { lang, on_msg }: &TakeProps) -> Html {
    let say = |id: &str| word(*lang, id);
    let field = use_node_ref();
    let open = {
        let (field, on_msg) = (field.clone(), on_msg.clone());
        Callback::from(move |_: MouseEvent| {
            if let Some(field) = field.cast::<HtmlTextAreaElement>() {
                on_msg.emit(Msg::Open(field.value()));
            }
        })
    };
    let choose = {
        let on_msg = on_msg.clone();
        Callback::from(move |event: Event| {
            let input = event.target_dyn_into::<HtmlInputElement>();
            carry::open_first(input.and_then(|input| input.files()), on_msg.clone());
        })
    };
    html! {
        <>
            <textarea class="field mono" ref={field} rows="3" spellcheck="false" autocomplete="off" autocapitalize="off"
                aria-label={say("record-link")} aria-describedby="record-note" placeholder="#run=1.…" />
            <p class="row-of">
                <button class="btn" onclick={open}>{ say("record-open") }</button>
                <label class="btn">
                    { say("record-file") }
                    <input type="file" accept=".json,application/json" onchange={choose} />
                </label>
            </p>
        </>
    }
}
