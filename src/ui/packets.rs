//! The packets: the only part of the stage that is drawn with every frame. Their ways lie below the
//! nodes, their shapes above. While time stands still the focus reaches those in flight.

use crate::ui::disc::Pointed;
use crate::ui::glyph::GlyphView;
use crate::ui::shared::Shared;
use crate::view::packets::{Flight, Ghost, Packets};
use yew::prelude::*;

/// Properties of both layers.
#[derive(Properties, PartialEq)]
pub struct PacketsProps {
    /// What to draw.
    pub packets: Shared<Packets>,
    /// Where it sends which packet has the focus.
    #[prop_or_default]
    pub on_point: Callback<Option<Pointed>>,
}

/// The ways: fading behind what arrived; solid behind and dotted ahead of what flies.
#[component]
pub fn PacketWays(PacketsProps { packets, .. }: &PacketsProps) -> Html {
    html! {
        <g aria-hidden="true">
            { for packets.ghosts.iter().map(|ghost| html! {
                <path key={key(ghost)} class={ghost.trail_class} d={ghost.trail.clone()} />
            }) }
            { for packets.flights.iter().map(way) }
        </g>
    }
}

/// The shapes: ghosts below, packets in flight above.
#[component]
pub fn PacketShapes(PacketsProps { packets, on_point }: &PacketsProps) -> Html {
    let flights = packets.flights.iter().map(|packet| match packets.resting {
        true => resting(packet, on_point),
        false => {
            html! { <g key={packet.id} class="flight" aria-hidden="true">{ flight(packet) }</g> }
        }
    });
    html! {
        <>
            <g aria-hidden="true">{ for packets.ghosts.iter().map(ghost) }</g>
            { for flights }
        </>
    }
}

/// A packet that the focus can reach.
fn resting(packet: &Flight, on_point: &Callback<Option<Pointed>>) -> Html {
    let id = packet.id;
    let focus = on_point.reform(move |_: FocusEvent| Some(Pointed::Packet(id)));
    let blur = on_point.reform(|_: FocusEvent| None);
    html! {
        <g key={id} class="flight" role="img" tabindex="0" aria-label={packet.title.clone()}
            onfocus={focus} onblur={blur}>{ flight(packet) }</g>
    }
}

fn key(ghost: &Ghost) -> String {
    format!("{}-{}", ghost.key.0, ghost.key.1)
}

fn way(flight: &Flight) -> Html {
    let quiet = if flight.glyph.quiet() { "quiet" } else { "live" };
    html! {
        <g key={flight.id}>
            <path class={classes!("ch", "ahead", quiet)} d={flight.ahead.clone()} />
            <path class={classes!("ch", quiet)} d={flight.behind.clone()} />
            if let Some(tip) = &flight.tip {
                <path class={classes!("ch", quiet)} d="M-7-5 0 0-7 5" transform={tip.clone()} />
            }
        </g>
    }
}

fn ghost(ghost: &Ghost) -> Html {
    let loud = ghost.glyph.loud().then_some("loud");
    html! {
        <g key={key(ghost)}>
            <g class={classes!("ghost", loud)} transform={ghost.transform.clone()}>
                <title>{ &ghost.title }</title>
                <circle class="hit" r="10" />
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
    html! {
        <>
            <g transform={flight.transform.clone()}>
                <title>{ &flight.title }</title>
                <circle class="hit" r="10" />
                <GlyphView glyph={flight.glyph} />
            </g>
            if let Some(at) = flight.label {
                <text class="mono b halo mid" x={at.x.to_string()} y={at.y.to_string()}>
                    { flight.glyph.label() }
                </text>
            }
        </>
    }
}
