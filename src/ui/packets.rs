//! The layer of packets: the only part of the stage that is drawn with every frame.

use crate::ui::glyph::GlyphView;
use crate::ui::shared::Shared;
use crate::view::packets::{Flight, Ghost, Packets};
use yew::prelude::*;

/// Properties of [`PacketLayer`].
#[derive(Properties, PartialEq)]
pub struct PacketLayerProps {
    /// What to draw.
    pub packets: Shared<Packets>,
}

/// Ghosts below, packets in flight above.
#[component]
pub fn PacketLayer(PacketLayerProps { packets }: &PacketLayerProps) -> Html {
    html! {
        <g aria-hidden="true">
            { for packets.ghosts.iter().map(ghost) }
            { for packets.flights.iter().map(flight) }
        </g>
    }
}

fn ghost(ghost: &Ghost) -> Html {
    let loud = (!ghost.glyph.quiet()).then_some("loud");
    html! {
        <g key={ghost.id}>
            <path class={ghost.trail_class} d={ghost.trail.clone()} />
            <g class={classes!("ghost", loud)} transform={ghost.at.translate()}>
                <GlyphView glyph={ghost.glyph} />
                if ghost.held {
                    <path class="cross" d="M-5-5 5 5M5-5-5 5" />
                }
            </g>
            if let Some(at) = ghost.label {
                <text class="mono b halo mid ghost loud" x={at.x.to_string()} y={at.y.to_string()}>
                    { ghost.glyph.label() }
                </text>
            }
        </g>
    }
}

fn flight(flight: &Flight) -> Html {
    let quiet = if flight.glyph.quiet() { "quiet" } else { "live" };
    html! {
        <g key={flight.id}>
            <path class={classes!("ch", "ahead", quiet)} d={flight.ahead.clone()} />
            <path class={classes!("ch", quiet)} d={flight.behind.clone()} />
            <g transform={flight.at.translate()}><GlyphView glyph={flight.glyph} /></g>
            if let Some(at) = flight.label {
                <text class="mono b halo mid" x={at.x.to_string()} y={at.y.to_string()}>
                    { flight.glyph.label() }
                </text>
            }
        </g>
    }
}
