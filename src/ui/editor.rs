//! The editor: a plain text field over a drawing of the same lines.
//!
//! The field holds the text, so that the keyboard, the screen reader and undo work as everywhere; the
//! drawing behind it has the colours and the marked lines. Both share one grid cell and one font.

use crate::say::{Lang, text};
use crate::session::Msg;
use crate::ui::icon::{Icon, IconView};
use crate::ui::input::value;
use crate::ui::shared::Shared;
use crate::view::rail::{Rail, SourceLine};
use web_sys::HtmlElement;
use yew::prelude::*;

/// Properties of [`Editor`].
#[derive(Properties, PartialEq)]
pub struct EditorProps {
    /// The open file is in it.
    pub rail: Shared<Rail>,
    /// The language.
    pub lang: Lang,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// A line's height in pixels, as in the style sheet.
const LINE: i32 = 20;

/// The editor.
#[component]
pub fn Editor(EditorProps { rail, lang, on_msg }: &EditorProps) -> Html {
    let frame = use_node_ref();
    {
        let frame = frame.clone();
        use_effect_with((rail.open.clone(), rail.line), move |(_, line)| {
            if let Some(frame) = frame.cast::<HtmlElement>() {
                let line = i32::try_from(*line).unwrap_or(0);
                frame.set_scroll_top((line - 4).max(0) * LINE);
            }
        });
    }
    let edit = {
        let file = rail.open.clone();
        on_msg
            .reform(move |event: InputEvent| Msg::Edit { file: file.clone(), text: value(&event) })
    };
    let label = text(*lang, "editor", &[("file", rail.open.as_str().into())]);
    let lines = rail.lines.len().max(1);
    html! {
        <div class="ed" ref={frame}>
            <ol class="gutter" aria-hidden="true">{ for rail.lines.iter().zip(1..).map(number) }</ol>
            <div class="sheetlike">
                <pre aria-hidden="true">{ for rail.lines.iter().map(drawn) }</pre>
                <textarea key={rail.open.clone()} class={classes!(rail.lines.is_empty().then_some("plain"))}
                    aria-label={label} spellcheck="false" autocapitalize="off" autocomplete="off"
                    wrap="off" rows={lines.to_string()} value={rail.text.clone()} oninput={edit} />
            </div>
        </div>
    }
}

fn number((line, number): (&SourceLine, usize)) -> Html {
    html! {
        <li class={line.remark}>
            if !line.remark.is_empty() {
                <IconView icon={if line.remark == "hint" { Icon::Info } else { Icon::Warning }} />
            }
            { number }
        </li>
    }
}

fn drawn(line: &SourceLine) -> Html {
    html! {
        <span class={line.remark}>
            { for line.pieces.iter().map(|(class, piece)| html! { <span class={*class}>{ piece }</span> }) }
        </span>
    }
}
