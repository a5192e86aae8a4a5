//! The shapes of packets, around the origin.

use crate::view::packets::Glyph;
use yew::prelude::*;

const DIAMOND: &str = "M0-11 11 0 0 11-11 0Z";
const OCTAGON: &str = "M-4.1-10h8.2L10-4.1v8.2L4.1 10h-8.2L-10 4.1v-8.2Z";
const QUESTION: &str = "M-2.6-2.4a2.7 2.7 0 1 1 4 2.3C.4.5 0 .9 0 1.9M0 4.6v.1";
const TICK: &str = "M-4.6.2-1.4 3.6 4.8-3.6";
const CROSS: &str = "M-4-4 4 4M4-4-4 4";
const TRIANGLE: &str = "M0-11 11 8-11 8Z";
const ARROW_UP: &str = "M0 5V-3M-3 0 0-3.6 3 0";
const ARROWHEAD: &str = "M-5-6 7 0-5 6Z";

/// Properties of [`GlyphView`].
#[derive(Properties, PartialEq)]
pub struct GlyphViewProps {
    /// Which packet.
    pub glyph: Glyph,
}

/// A packet's shape.
#[component]
pub fn GlyphView(GlyphViewProps { glyph }: &GlyphViewProps) -> Html {
    match glyph {
        Glyph::Ping => html! { <circle class="pk quiet" r="3.2" /> },
        Glyph::Pong => html! { <circle class="pk quiet full" r="3.2" /> },
        Glyph::Meet => html! {
            <><circle class="pk quiet" r="6" /><path class="pk-in quiet" d="M-3 0H3M0-3V3" /></>
        },
        Glyph::Fail => html! {
            <><path class="pk fail" d={OCTAGON} /><path class="pk-in inv" d={CROSS} /></>
        },
        Glyph::AuthRequest => html! {
            <><path class="pk" d={DIAMOND} /><path class="pk-in" d={QUESTION} /></>
        },
        Glyph::AuthAck => html! {
            <>
                <rect class="pk full" x="-10" y="-10" width="20" height="20" rx="4" />
                <path class="pk-in inv" d={TICK} />
            </>
        },
        Glyph::Update => html! {
            <><path class="pk" d={TRIANGLE} /><path class="pk-in" d={ARROW_UP} /></>
        },
        Glyph::MfStart => html! {
            <>
                <rect class="pk" x="-9" y="-9" width="18" height="18" rx="4" />
                <path class="pk-in" d="M-3-4V4M3-4V4" />
            </>
        },
        Glyph::Publish => html! { <rect class="pk" x="-4" y="-4" width="8" height="8" rx="1" /> },
        Glyph::Stream => {
            html! { <rect class="pk quiet full" x="-4" y="-1.6" width="8" height="3.2" rx="1.6" /> }
        }
        Glyph::Request => html! { <path class="pk full" d={ARROWHEAD} /> },
        Glyph::Reply => html! { <path class="pk" d={ARROWHEAD} /> },
        Glyph::Knock => html! { <path class="pk quiet" d="M-2.5 3.5 2.5-3.5" /> },
    }
}
