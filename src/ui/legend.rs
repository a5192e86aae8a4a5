//! The legend of the stage: the symbols that matter most.

use crate::say::{Lang, word};
use crate::ui::glyph::GlyphView;
use crate::view::packets::Glyph;
use yew::prelude::*;

/// Properties of [`Legend`].
#[derive(Properties, PartialEq)]
pub struct LegendProps {
    /// The language.
    pub lang: Lang,
}

/// The legend.
#[component]
pub fn Legend(LegendProps { lang }: &LegendProps) -> Html {
    let row = |id: &str, drawing: Html| {
        html! {
            <div>
                <svg viewBox="-12 -10 24 20" aria-hidden="true">{ drawing }</svg>
                <span>{ word(*lang, id) }</span>
            </div>
        }
    };
    let small = |glyph| html! { <g transform="scale(.72)"><GlyphView {glyph} /></g> };
    html! {
        <div class="legend" role="group" aria-label={word(*lang, "legend")}>
            { row("legend-master", html! { <g class="node master sh-none"><circle class="disc" r="7" /></g> }) }
            { row("legend-replica", html! { <g class="node replica sh-none"><circle class="disc" r="6.5" /></g> }) }
            { row("legend-suspect", html! {
                <g class="node master sh-none"><circle class="disc" r="5" /><circle class="pfail" r="8" /></g>
            }) }
            { row("legend-fail", html! {
                <g class="node fail sh-none"><circle class="disc" r="7.5" /><path class="cross" d="M-4-4 4 4M4-4-4 4" /></g>
            }) }
            { row("legend-request", small(Glyph::AuthRequest)) }
            { row("legend-vote", small(Glyph::AuthAck)) }
            { row("legend-gossip", html! {
                <>
                    <g transform="translate(-5 0)"><GlyphView glyph={Glyph::Ping} /></g>
                    <g transform="translate(5 0)"><GlyphView glyph={Glyph::Pong} /></g>
                </>
            }) }
        </div>
    }
}
