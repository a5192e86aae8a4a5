//! `ports:` — `8001:7001`, `127.0.0.1:8001:7001/tcp`, `7001-7006:7001-7006`, and the long form.

use super::fields::{Text, field, text};
use crate::compose::env::shorten;
use crate::compose::remark::{Code, Place, Remarks};
use crate::compose::yaml::{Kind, Value};
use crate::shapes::spec::Publish;
use std::net::Ipv4Addr;

/// One published port, and its line. Where the file names no port of the host, that is 0: Docker draws
/// one when the container starts.
#[derive(Clone, Debug)]
pub(in crate::compose) struct Port {
    pub(in crate::compose) at: Place,
    pub(in crate::compose) publish: Publish,
}

/// The longest range that is believed.
const LONGEST: u16 = 4096;

/// A service with more published ports than this is a joke or an attack.
const MOST: usize = 8192;

/// Reads the list under `ports:`.
pub(super) fn read(value: &Value, remarks: &mut Remarks) -> Vec<Port> {
    let Kind::List(items) = &value.kind else {
        super::fields::wrong(&value.at, "ports", "list", remarks);
        return Vec::new();
    };
    let mut ports = Vec::new();
    for item in items.iter() {
        let range = if item.map().is_some() {
            long(item, remarks)
        } else {
            text(item, "ports", remarks).map(|text| short(&text))
        };
        match range {
            Some(Some(range)) if ports.len() < MOST => ports.extend(range.each(&item.at)),
            Some(Some(_)) => {}
            Some(None) => {
                let text = item.text().map(shorten).unwrap_or_default();
                remarks.add(&item.at, Code::PortInvalid, [("text", text)]);
            }
            None => {}
        }
    }
    ports
}

/// Ports of the host and of the container, both from a first one.
struct Range {
    host_ip: Ipv4Addr,
    host: Option<(u16, u16)>,
    container: (u16, u16),
    udp: bool,
}

impl Range {
    fn each(&self, at: &Place) -> Vec<Port> {
        let (first, last) = if self.udp { (1, 0) } else { self.container };
        (first..=last)
            .map(|container_port| {
                let host_port = self.host.map_or(0, |(host, _)| host + (container_port - first));
                let publish = Publish { host_ip: self.host_ip, host_port, container_port };
                Port { at: at.clone(), publish }
            })
            .collect()
    }
}

fn short(text: &Text) -> Option<Range> {
    let (body, protocol) = text.value.split_once('/').unwrap_or((&text.value, "tcp"));
    let (head, container) = body.rsplit_once(':').unwrap_or(("", body));
    let (ip, host) = match head.rsplit_once(':') {
        Some((ip, host)) => (ip, host),
        None if head.contains('.') => (head, ""),
        None => ("", head),
    };
    let host_ip = if ip.is_empty() { Ipv4Addr::UNSPECIFIED } else { ip.parse().ok()? };
    let host = if host.is_empty() { None } else { Some(range(host)?) };
    let container = range(container)?;
    let same_length = host.is_none_or(|(a, b)| b - a == container.1 - container.0);
    let known = matches!(protocol, "tcp" | "udp");
    (same_length && known).then_some(Range { host_ip, host, container, udp: protocol == "udp" })
}

/// `target:`, `published:`, `host_ip:`, `protocol:`. A wrong field is remarked on where it stands.
fn long(value: &Value, remarks: &mut Remarks) -> Option<Option<Range>> {
    let mut part = |key: &str| field(value, key, remarks).map(|text| text.value);
    let (target, published) = (part("target"), part("published"));
    let (ip, protocol) = (part("host_ip"), part("protocol"));
    let parse = || {
        let container = range(&target?)?;
        let host = match published {
            Some(text) => Some(range(&text)?),
            None => None,
        };
        let host_ip = match ip {
            Some(ip) => ip.parse().ok()?,
            None => Ipv4Addr::UNSPECIFIED,
        };
        Some(Range { host_ip, host, container, udp: protocol.as_deref() == Some("udp") })
    };
    Some(parse())
}

/// `7001` or `7001-7006`.
fn range(text: &str) -> Option<(u16, u16)> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last): (u16, u16) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (0 < first && first <= last && last - first < LONGEST).then_some((first, last))
}
