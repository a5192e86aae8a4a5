//! The inspector of the selected node.

use crate::say::{Lang, word};
use crate::session::Msg;
use crate::session::page::InspectorTab;
use crate::ui::icon::{Icon, IconView};
use crate::ui::input::sometimes;
use crate::ui::shared::Shared;
use crate::view::disc::Disc;
use crate::view::inspector::{Body, Button, Inspector, Row};
use yew::prelude::*;

/// Properties of [`InspectorView`].
#[derive(Properties, PartialEq)]
pub struct InspectorViewProps {
    /// What to show.
    pub inspector: Shared<Option<Inspector>>,
    /// The language.
    pub lang: Lang,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The inspector.
#[component]
pub fn InspectorView(InspectorViewProps { inspector, lang, on_msg }: &InspectorViewProps) -> Html {
    let say = |id: &str| word(*lang, id);
    let Some(inspector) = &**inspector else {
        return html! {
            <aside class="insp" aria-label={say("inspector")}><p class="empty">{ say("inspector-none") }</p></aside>
        };
    };
    html! {
        <aside class="insp" aria-label={say("inspector")}>
            <div class="insp-head">
                { inspector.disc.as_ref().map(portrait).unwrap_or_default() }
                <div><h2>{ &inspector.title }</h2><p>{ &inspector.sub }</p></div>
                <button class="ib" aria-label={say("close")} title={say("close")}
                    onclick={on_msg.reform(|_| Msg::Deselect)}><IconView icon={Icon::Cross} /></button>
            </div>
            <dl class="values">
                { for inspector.values.iter().map(|(name, value)| html! {
                    <div><dt>{ name }</dt><dd>{ value }</dd></div>
                }) }
            </dl>
            <div class="tabs" role="tablist" aria-label={say("inspector")}>
                { tab(inspector, InspectorTab::Nodes, say("tab-nodes"), "", on_msg) }
                { tab(inspector, InspectorTab::Keys, say("tab-keys"), &inspector.key_count, on_msg) }
                { tab(inspector, InspectorTab::Log, say("tab-log"), "", on_msg) }
            </div>
            <div class="insp-body" role="tabpanel">{ body(&inspector.body, *lang) }</div>
            <div class="acts">{ for inspector.actions.iter().map(|button| button_view(button, on_msg)) }</div>
        </aside>
    }
}

/// The node as it stands on the stage, small.
fn portrait(disc: &Disc) -> Html {
    html! {
        <svg viewBox="-40 -40 80 80" aria-hidden="true">
            <g class={disc.class.clone()}><circle class="disc" r={disc.radius.to_string()} /></g>
        </svg>
    }
}

fn tab(
    inspector: &Inspector,
    tab: InspectorTab,
    label: String,
    count: &str,
    on_msg: &Callback<Msg>,
) -> Html {
    let selected = inspector.tab == tab;
    let onclick = on_msg.reform(move |_: MouseEvent| Msg::Inspector(tab));
    html! {
        <button role="tab" aria-selected={selected.to_string()} {onclick}>
            { label }
            if !count.is_empty() { <span class="cnt">{ count }</span> }
        </button>
    }
}

fn body(body: &Body, lang: Lang) -> Html {
    match body {
        Body::Empty(why) => html! { <p class="empty">{ why }</p> },
        Body::Lines(lines) => list(lines),
        Body::Log { lines, text } => {
            html! { <>{ raw("log-raw", "raw tail", text, lang) }{ list(lines) }</> }
        }
        Body::Nodes { rows, text } => {
            html! { <>{ table(rows, lang) }{ raw("nodes-raw", "raw", text, lang) }</> }
        }
    }
}

fn list(lines: &[(String, String)]) -> Html {
    html! {
        <ul class="lines">
            { for lines.iter().map(|(left, right)| html! {
                <li><code class="mut">{ left }</code><span>{ right }</span></li>
            }) }
        </ul>
    }
}

/// What a program prints, for those who want to see that.
fn raw(label: &'static str, class: &'static str, text: &str, lang: Lang) -> Html {
    html! {
        <details {class}>
            <summary>{ word(lang, label) }</summary>
            <div class="text" tabindex="0"><pre>{ text }</pre></div>
        </details>
    }
}

fn table(rows: &[Row], lang: Lang) -> Html {
    html! {
        <table class="grid">
            <thead><tr>
                <th scope="col">{ word(lang, "column-node") }</th>
                <th scope="col">{ word(lang, "column-flags") }</th>
                <th scope="col">{ word(lang, "column-of") }</th>
                <th scope="col">{ word(lang, "column-epoch") }</th>
                <th scope="col" class="num">{ word(lang, "column-slots") }</th>
            </tr></thead>
            <tbody>{ for rows.iter().map(row) }</tbody>
        </table>
    }
}

fn row(row: &Row) -> Html {
    let flags = if row.class == "me" { "" } else { row.class };
    html! {
        <tr class={(row.class == "me").then_some("me")}>
            <td>{ &row.name }</td>
            <td class={flags}>{ &row.flags }</td>
            <td>{ &row.of }</td>
            <td>{ &row.epoch }</td>
            <td class="num">{ &row.slots }</td>
        </tr>
    }
}

/// A button that does not work stays reachable and says why.
fn button_view(button: &Button, on_msg: &Callback<Msg>) -> Html {
    let msg = button.msg.clone();
    let onclick = sometimes(on_msg, move |_: MouseEvent| msg.clone());
    html! {
        <button class={button.class} title={button.title.clone()} {onclick}
            aria-disabled={button.msg.is_none().to_string()}>{ &button.label }</button>
    }
}
