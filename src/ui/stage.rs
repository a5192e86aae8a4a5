//! The stage: the ring, its nodes, the client and the packets between them.

use crate::session::Msg;
use crate::ui::disc::{DiscView, Pointed};
use crate::ui::packets::{PacketShapes, PacketWays};
use crate::ui::shared::Shared;
use crate::ui::tip::Tip;
use crate::view::client::ClientCard;
use crate::view::packets::Packets;
use crate::view::stage::{Arc, Bound, Curved, KeyTick, Rail, Stage};
use yew::prelude::*;

/// Properties of [`StageView`].
#[derive(Properties, PartialEq)]
pub struct StageViewProps {
    /// The ring.
    pub stage: Shared<Stage>,
    /// The client.
    pub client: Shared<Option<ClientCard>>,
    /// The packets.
    pub packets: Shared<Packets>,
    /// Where it sends what the learner did.
    pub on_msg: Callback<Msg>,
}

/// The drawing. Its order is that of the design: hull, ring, keys, rails, packets below nodes.
#[component]
pub fn StageView(props: &StageViewProps) -> Html {
    let StageViewProps { stage, client, packets, on_msg } = props;
    let pointed = use_state_eq(|| None::<Pointed>);
    let on_point = {
        let pointed = pointed.clone();
        Callback::from(move |now| pointed.set(now))
    };
    html! {
        <>
        <svg class="stage-svg" width={stage.width.to_string()} height={stage.height.to_string()}
            role="group" aria-label={stage.spoken.clone()}>
            <Patterns />
            <path class="hull" d={stage.hull.clone()} />
            { curved(stage.network.as_ref()) }
            <path class="band" d={stage.band.clone()} stroke-width={stage.band_width.to_string()} />
            { for stage.arcs.iter().map(|arc| arc_view(arc, stage.band_width)) }
            { for stage.bounds.iter().map(bound_view) }
            { for stage.keys.iter().map(key_view) }
            { for stage.rails.iter().map(rail_view) }
            if let Some(client) = &**client { { client_view(client) } }
            <PacketWays packets={packets} />
            { for stage.discs.iter().map(|disc| {
                html! { <DiscView key={disc.ix.0} disc={disc.clone()} on_msg={on_msg} on_point={&on_point} /> }
            }) }
            <PacketShapes packets={packets} on_point={&on_point} />
        </svg>
        { tip(stage, packets, *pointed) }
        </>
    }
}

/// What it says of itself that is pointed at.
fn tip(stage: &Stage, packets: &Packets, pointed: Option<Pointed>) -> Html {
    /// From the middle of a packet to its tip, in px.
    const BELOW: f64 = 16.0;
    let found = pointed.and_then(|pointed| match pointed {
        Pointed::Node(ix, by_pointer) => {
            let disc = stage.discs.iter().find(|disc| disc.ix == ix)?;
            Some((disc.spoken.clone(), disc.tip_at, by_pointer))
        }
        Pointed::Packet(id) => {
            let flight = packets.flights.iter().find(|flight| flight.id == id)?;
            Some((flight.title.clone(), (flight.at.x, flight.at.y + BELOW), false))
        }
    });
    let Some((text, at, pointed)) = found else { return html! {} };
    html! { <Tip {text} {at} {pointed} /> }
}

/// One hatch a hue, for arcs and discs that nobody serves.
#[component]
pub fn Patterns() -> Html {
    const HUES: [&str; 9] =
        ["sh-a", "sh-b", "sh-c", "sh-d", "sh-e", "sh-f", "sh-g", "sh-h", "sh-none"];
    html! {
        <defs>
            { for HUES.iter().map(|&hue| html! {
                <pattern key={hue} id={format!("hatch-{hue}")} width="7" height="7"
                    patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
                    <rect class={classes!("hatch", hue)} width="2.4" height="7" />
                </pattern>
            }) }
        </defs>
    }
}

fn arc_view(arc: &Arc, width: f64) -> Html {
    let width = width.to_string();
    if arc.unassigned {
        let [inner, outer] = arc.edges.clone();
        return html! {
            <>
                <path class="band none" d={inner} />
                <path class="band none" d={outer} />
                { curved(arc.label.as_ref()) }
            </>
        };
    }
    html! {
        <>
            <path class={classes!("arc", arc.hue, arc.down.then_some("down"))} d={arc.path.clone()}
                stroke-width={width.clone()} />
            if arc.down {
                <path class="arc-hatch" d={arc.path.clone()} stroke-width={width}
                    stroke={format!("url(#hatch-{})", arc.hue)} />
                { for arc.edges.iter().map(|edge| html! { <path class="arc-edge" d={edge.clone()} /> }) }
            }
            { curved(arc.label.as_ref()) }
        </>
    }
}

fn curved(label: Option<&Curved>) -> Html {
    let Some(label) = label else { return html! {} };
    html! {
        <>
            <path id={label.id.clone()} d={label.path.clone()} fill="none" />
            <text class={label.class}>
                <textPath href={format!("#{}", label.id)} startOffset="50%">{ &label.text }</textPath>
            </text>
        </>
    }
}

fn bound_view(bound: &Bound) -> Html {
    html! {
        <>
            <path class="bound" d={bound.path.clone()} />
            <text class="mono mut halo mid" x={bound.at.x.to_string()} y={bound.at.y.to_string()}>
                { &bound.text }
            </text>
        </>
    }
}

fn key_view(key: &KeyTick) -> Html {
    html! {
        <>
            <path class="keytick hot" d={key.path.clone()} />
            <text class={classes!("mono", "b", "halo", key.anchor)} x={key.at.x.to_string()}
                y={key.at.y.to_string()}>{ &key.text }</text>
        </>
    }
}

fn rail_view(rail: &Rail) -> Html {
    let class = classes!("rails", rail.cut.map(|_| "cut"));
    html! {
        <>
            { for rail.paths.iter().map(|path| html! { <path class={class.clone()} d={path.clone()} /> }) }
            if let Some(at) = rail.cut {
                <path class="cross" transform={at.translate()} d="M-5-5 5 5M5-5-5 5" />
            }
        </>
    }
}

fn client_view(client: &ClientCard) -> Html {
    let [x, y, width, height] = client.frame.map(|n| n.to_string());
    html! {
        <g class="client" role="img" aria-label={client.spoken.clone()}>
            <rect class="card" {x} {y} {width} {height} rx="12" />
            { for client.lines.iter().map(|line| html! {
                <text class={line.class} x={line.at.x.to_string()} y={line.at.y.to_string()}>{ &line.text }</text>
            }) }
        </g>
    }
}
