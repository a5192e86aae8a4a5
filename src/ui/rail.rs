//! The Lab rail: files, editor, remarks, Boot.

use crate::say::{Lang, word};
use crate::session::Msg;
use crate::session::page::Dialog;
use crate::ui::editor::Editor;
use crate::ui::icon::{Icon, IconView};
use crate::ui::input::{sometimes, value};
use crate::ui::shared::Shared;
use crate::view::rail::{FileTab, Rail, RemarkView};
use crate::view::share::GuestCard;
use yew::prelude::*;

/// Properties of [`RailView`].
#[derive(Properties, PartialEq)]
pub struct RailViewProps {
    /// What to show.
    pub rail: Shared<Rail>,
    /// Whose run is open, if not the learner's own.
    pub guest: Shared<Option<GuestCard>>,
    /// The language.
    pub lang: Lang,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The rail.
#[component]
pub fn RailView(RailViewProps { rail, guest, lang, on_msg }: &RailViewProps) -> Html {
    let say = |id: &str| word(*lang, id);
    let choose = sometimes(on_msg, |event: Event| {
        let name = value(&event);
        (!name.is_empty()).then_some(Msg::OpenLab(name))
    });
    let boot = if rail.changed { "boot-again" } else { "boot" };
    html! {
        <aside class="rail" aria-label={say("lab")}>
            <div class="tabs">
                <div role="tablist" class="tablist"><button role="tab" aria-selected="true">{ say("lab") }</button></div>
                <select class="select grow" aria-label={say("lab-choose")} onchange={choose}>
                    if rail.labs.iter().all(|(_, _, open)| !open) {
                        <option selected=true value="">{ say("lab-own") }</option>
                    }
                    { for rail.labs.iter().map(|(name, title, open)| html! {
                        <option value={*name} selected={*open}>{ title }</option>
                    }) }
                </select>
                <button class="ib" aria-label={say("rail-toggle")} title={say("rail-toggle")}
                    onclick={on_msg.reform(|_| Msg::Rail)}><IconView icon={Icon::Left} /></button>
            </div>
            { guest_view(guest, *lang, on_msg) }
            <div class="files" role="tablist" aria-label={say("files")}>
                { for rail.files.iter().map(|file| file_view(file, on_msg)) }
            </div>
            <Editor rail={rail.clone()} lang={*lang} on_msg={on_msg} />
            <section class="remarks">
                <h3>{ say("remarks") }</h3>
                <ul>
                    { for rail.remarks.iter().map(|remark| remark_view(remark, on_msg)) }
                    if rail.remarks.is_empty() { <li class="mut">{ say("remarks-none") }</li> }
                </ul>
            </section>
            <div class="foot">
                <button class="btn pri" id="boot" title={say("boot-says")}
                    onclick={on_msg.reform(|_| Msg::Boot)}>{ say(boot) }</button>
                <button class="ib" aria-label={say("share-open")} title={say("share-open")}
                    onclick={on_msg.reform(|_| Msg::Dialog(Some(Dialog::Share)))}><IconView icon={Icon::Share} /></button>
            </div>
        </aside>
    }
}

/// That the files below are not what runs, and the way back to them.
fn guest_view(guest: &Option<GuestCard>, lang: Lang, on_msg: &Callback<Msg>) -> Html {
    let Some(card) = guest else { return html! {} };
    html! {
        <section class="guest" role="status">
            <h3>{ &card.title }</h3>
            <p>{ &card.what }</p>
            if let Some((same, says)) = &card.same {
                <p class={classes!((!same).then_some("wrn"))}>
                    <IconView icon={if *same { Icon::Check } else { Icon::Warning }} />{ says }
                </p>
            }
            <p class="mut">{ &card.files }</p>
            <button class="btn" onclick={on_msg.reform(|_| Msg::Boot)}>{ word(lang, "guest-back") }</button>
        </section>
    }
}

fn mark(severity: &str) -> (Icon, &'static str) {
    match severity {
        "error" => (Icon::Stop, "bad"),
        "warning" => (Icon::Warning, "wrn"),
        _ => (Icon::Info, "mut"),
    }
}

fn file_view(file: &FileTab, on_msg: &Callback<Msg>) -> Html {
    let path = file.path.clone();
    let onclick = on_msg.reform(move |_: MouseEvent| Msg::OpenFile(path.clone()));
    html! {
        <button role="tab" key={file.path.clone()} aria-selected={file.open.to_string()} {onclick}>
            <IconView icon={Icon::File} />
            <code>{ &file.path }</code>
            if let Some((count, severity)) = file.remarks {
                <span class={classes!("count", mark(severity).1)}>
                    <IconView icon={mark(severity).0} />{ count }
                </span>
            }
        </button>
    }
}

fn remark_view(remark: &RemarkView, on_msg: &Callback<Msg>) -> Html {
    let (icon, class) = mark(remark.severity);
    let (file, line) = (remark.file.clone(), remark.line);
    let onclick = on_msg.reform(move |_: MouseEvent| Msg::ShowRemark { file: file.clone(), line });
    html! {
        <li>
            <button {onclick}>
                <IconView {icon} {class} />
                <span>
                    <b>{ &remark.says }</b>{ " " }<code class="mut">{ &remark.place }</code>
                    if !remark.more.is_empty() { <small>{ &remark.more }</small> }
                </span>
            </button>
        </li>
    }
}
