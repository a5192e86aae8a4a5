//! Who is started before whom.

use crate::compose::model::{Project, Service};
use crate::compose::remark::{Code, Remarks};
use std::collections::BTreeMap;

/// Which services each service waits for, by their places in the file; free of cycles.
pub(super) struct Order {
    pub(super) waits: Vec<Vec<usize>>,
    /// All services, those that nobody waits for last; else as in the file.
    pub(super) sequence: Vec<usize>,
}

/// Places of services by name.
pub(super) fn index(services: &[&Service]) -> BTreeMap<String, usize> {
    services.iter().enumerate().map(|(ix, service)| (service.name.clone(), ix)).collect()
}

/// The order of `services`. An edge that closes a cycle is remarked on and left out.
pub(super) fn order(project: &Project, services: &[&Service], remarks: &mut Remarks) -> Order {
    let index = index(services);
    let mut waits: Vec<Vec<usize>> = Vec::new();
    for service in services {
        let mut before = Vec::new();
        for wait in &service.depends_on {
            match index.get(&wait.service.value) {
                Some(&ix) => before.push(ix),
                None if is_service(project, &wait.service.value) => {}
                None => {
                    let name = [("name", wait.service.value.clone())];
                    remarks.add(&wait.service.at, Code::ServiceMissing, name);
                }
            }
        }
        let shared = shares_network_of(service).and_then(|name| index.get(name)).copied();
        before.extend(shared.filter(|ix| !before.contains(ix)));
        waits.push(before);
    }
    let sequence = sequence(services, &mut waits, remarks);
    Order { waits, sequence }
}

/// Whether the file has that service, active or not.
pub(super) fn is_service(project: &Project, name: &str) -> bool {
    project.services.iter().any(|service| service.name == name)
}

/// The service whose network namespace it uses.
pub(super) fn shares_network_of(service: &Service) -> Option<&str> {
    service.network_mode.as_ref()?.value.strip_prefix("service:")
}

/// How a walk through the services marks them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mark {
    New,
    /// On the path that is being walked.
    Open,
    Done,
}

/// Depth first, without recursion: a file may chain a thousand services.
fn sequence(services: &[&Service], waits: &mut [Vec<usize>], remarks: &mut Remarks) -> Vec<usize> {
    let mut marks = vec![Mark::New; waits.len()];
    let mut done = Vec::new();
    for root in 0..waits.len() {
        let mut path = vec![(root, 0)];
        while let Some((service, next)) = path.pop() {
            if next == 0 && marks[service] != Mark::New {
                continue;
            }
            marks[service] = Mark::Open;
            match waits[service].get(next).copied() {
                None => {
                    marks[service] = Mark::Done;
                    done.push(service);
                }
                Some(before) if marks[before] == Mark::Open => {
                    let name = [("service", services[service].name.clone())];
                    remarks.add(&services[service].at, Code::DependencyCycle, name);
                    waits[service].remove(next);
                    resume(&mut path, &mut marks, service, next);
                }
                Some(before) => {
                    resume(&mut path, &mut marks, service, next + 1);
                    path.push((before, 0));
                }
            }
        }
    }
    done
}

/// Comes back to `service` later, at its wait number `next`.
fn resume(path: &mut Vec<(usize, usize)>, marks: &mut [Mark], service: usize, next: usize) {
    if next == 0 {
        marks[service] = Mark::New;
    }
    path.push((service, next));
}
