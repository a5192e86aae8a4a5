//! From the file as written to what is to be built.
//!
//! Containers stand in the spec in the order of the file; addresses are given in the order in which
//! they start. What cannot be built is left out and remarked on; the rest still boots.

mod checks;
mod job;
mod launch;
mod namespaces;
mod network;
mod order;
mod paths;
mod server;

use super::env::{Env, shorten};
use super::files::Files;
use super::lab::Lab;
use super::model::fields::Text;
use super::model::{Project, Service};
use super::remark::{Code, Remarks};
use crate::shapes::Spec;
use crate::shapes::spec::{
    Container, ContainerIx, Dependency, Latency, Program, Server, Until, Wait,
};
use launch::Launch;
use namespaces::Spaces;
use network::Networks;
use order::Order;
use std::collections::BTreeMap;

/// The most containers of a project.
const MOST_CONTAINERS: usize = 1000;

/// The most bytes of env files that are read for all services together.
const ENV_BYTES: usize = 4 << 20;

/// A container to be, with what the files say of it.
struct Planned<'a> {
    service: &'a Service,
    /// Its service's place among the active services.
    of: usize,
    /// Which of its service's containers it is, from 0.
    number: u16,
    name: String,
    launch: Launch,
    /// Its server, if it runs one.
    server: Option<server::Built>,
}

/// The spec of `project`; none if nothing in it can run.
pub(super) fn build(
    project: &Project,
    files: &Files,
    lab: &Lab,
    env: &Env,
    remarks: &mut Remarks,
) -> Option<Spec> {
    let prefix = project_name(project, lab, env, remarks);
    let services = active(project, &profiles(lab, env), remarks);
    let order = order::order(project, &services, remarks);
    let mut planned = plan(&services, &prefix, files, env, remarks)?;
    let mut sheets = server::Sheets::new();
    for planned in &mut planned {
        planned.build_server(files, &project.configs, lab, &mut sheets, remarks);
    }
    let mut networks = Networks::new(project, &prefix, &services, remarks);
    let spaces = Spaces::new(&services, &order, &planned, &mut networks, remarks);
    checks::check(&planned, &spaces, remarks);
    job::check(project, &planned, &spaces, remarks);
    waits_for_health(&services, remarks);
    if planned.iter().all(|planned| planned.server.is_none()) {
        remarks.add(&project.at, Code::NoRedis, []);
        return None;
    }
    let containers =
        (0..planned.len()).map(|ix| container(ix, &planned, &spaces, &order)).collect();
    Some(Spec {
        project: prefix,
        start: lab.starts(),
        networks: networks.list,
        namespaces: spaces.list,
        containers,
        latency: Latency::default(),
        disk_sync: Wait::none(),
        wake_up: Wait::none(),
    })
}

/// The project's name: that of the environment, of the file, or of the folder.
fn project_name(project: &Project, lab: &Lab, env: &Env, remarks: &mut Remarks) -> String {
    const VARIABLE: &str = "COMPOSE_PROJECT_NAME";
    let Some(given) = env.get(VARIABLE).filter(|name| !name.is_empty()) else {
        return network::project_name(project.name.as_deref().unwrap_or(&lab.project));
    };
    let name = network::project_name(given);
    if name != given {
        remarks.add(&env.place(VARIABLE), Code::ProjectNameInvalid, [("name", shorten(given))]);
    }
    name
}

/// The active profiles: those asked for, or else those of the environment.
fn profiles(lab: &Lab, env: &Env) -> Vec<String> {
    if !lab.profiles.is_empty() {
        return lab.profiles.clone();
    }
    let named = env.get("COMPOSE_PROFILES").unwrap_or_default();
    named.split(',').map(|name| name.trim().to_owned()).collect()
}

/// The services that `docker compose up` starts.
fn active<'a>(
    project: &'a Project,
    profiles: &[String],
    remarks: &mut Remarks,
) -> Vec<&'a Service> {
    let all = profiles.iter().any(|name| name == "*");
    let wanted = |service: &&Service| {
        all || service.profiles.is_empty()
            || service.profiles.iter().any(|name| profiles.contains(name))
    };
    for service in project.services.iter().filter(|service| !wanted(service)) {
        let profile = service.profiles.join(", ");
        let args = [("service", service.name.clone()), ("profile", profile)];
        remarks.add(&service.at, Code::ProfileInactive, args);
    }
    project.services.iter().filter(wanted).collect()
}

/// The containers of `services`; none if there are too many.
fn plan<'a>(
    services: &[&'a Service],
    prefix: &str,
    files: &Files,
    env: &Env,
    remarks: &mut Remarks,
) -> Option<Vec<Planned<'a>>> {
    let count: usize = services.iter().map(|service| usize::from(service.replicas)).sum();
    if let Some(last) = services.last().filter(|_| MOST_CONTAINERS < count) {
        let args = [("count", count.to_string()), ("limit", MOST_CONTAINERS.to_string())];
        remarks.add(&last.at, Code::TooManyContainers, args);
        return None;
    }
    let mut planned = Vec::with_capacity(count);
    let mut budget = ENV_BYTES;
    for (of, &service) in services.iter().enumerate() {
        let inside = environment(service, files, env, &mut budget, remarks);
        let launch = launch::launch(service, &inside, remarks);
        for number in 0..service.replicas {
            let name = container_name(service, number, prefix, remarks);
            planned.push(Planned {
                service,
                of,
                number,
                name,
                launch: launch.clone(),
                server: None,
            });
        }
    }
    names_differ(&planned, remarks);
    Some(planned)
}

/// The variables that the processes of `service` have: not those of `.env`, unless they are named.
fn environment(
    service: &Service,
    files: &Files,
    env: &Env,
    budget: &mut usize,
    remarks: &mut Remarks,
) -> Env {
    let mut inside = Env::default();
    for (path, required) in &service.env_files {
        match files.get_key_value(&path.value) {
            Some((name, text)) if text.len() <= *budget => {
                *budget -= text.len();
                inside.read(name, text, remarks);
            }
            Some((_, text)) => {
                let sizes = [("bytes", text.len().to_string()), ("limit", ENV_BYTES.to_string())];
                remarks.add(&path.at, Code::FileTooLarge, sizes);
            }
            None if *required => {
                remarks.add(&path.at, Code::EnvFileMissing, [("file", path.value.clone())]);
            }
            None => {}
        }
    }
    for (name, value) in &service.environment {
        let inherited = env.get(name).filter(|_| value.is_empty());
        inside.set(name, inherited.unwrap_or(value).into());
    }
    inside
}

fn container_name(service: &Service, number: u16, prefix: &str, remarks: &mut Remarks) -> String {
    match &service.container_name {
        Some(name) if service.replicas == 1 => name.value.clone(),
        Some(Text { value, at }) => {
            remarks.add(at, Code::ContainerNameScaled, [("name", value.clone())]);
            format!("{prefix}-{}-{}", service.name, number + 1)
        }
        None => format!("{prefix}-{}-{}", service.name, number + 1),
    }
}

fn names_differ(planned: &[Planned], remarks: &mut Remarks) {
    let mut first: BTreeMap<&str, &Service> = BTreeMap::new();
    for Planned { name, service, .. } in planned {
        if let Some(other) = first.insert(name, service) {
            let at = service.container_name.as_ref().map_or(&service.at, |text| &text.at);
            let line = other.at.line.to_string();
            remarks.add(at, Code::ContainerNameTwice, [("name", name.clone()), ("first", line)]);
        }
    }
}

/// `service_healthy` needs a health check.
fn waits_for_health(services: &[&Service], remarks: &mut Remarks) {
    for wait in services.iter().flat_map(|service| &service.depends_on) {
        let target = services.iter().find(|service| service.name == wait.service.value);
        let unchecked = target.is_some_and(|service| service.health.is_none());
        if wait.condition == super::model::Condition::Healthy && unchecked {
            let service = [("service", wait.service.value.clone())];
            remarks.add(&wait.service.at, Code::HealthcheckMissing, service);
        }
    }
}

fn container(ix: usize, planned: &[Planned], spaces: &Spaces, order: &Order) -> Container {
    let it = &planned[ix];
    let mut depends_on = Vec::new();
    for &before in &order.waits[it.of] {
        let until = until(it.service, planned, before);
        for (on, other) in planned.iter().enumerate() {
            if other.of == before {
                depends_on.push(Dependency { on: ContainerIx(on as u16), until });
            }
        }
    }
    let program = match (&it.launch, &it.server) {
        (_, Some(built)) => Program::Server(Box::new(built.server.clone())),
        (Launch::Cli { argv, stdin, sleep }, None) => {
            Program::Cli { argv: argv.clone(), stdin: stdin.clone(), sleep: *sleep }
        }
        (Launch::Server { .. } | Launch::Other, None) => {
            let image = it.service.image.as_ref().map_or("", |text| text.value.as_str());
            Program::Other { image: image.into() }
        }
    };
    Container {
        service: it.service.name.clone(),
        name: it.name.clone(),
        namespace: spaces.of[ix],
        depends_on,
        restart: it.service.restart,
        program,
    }
}

/// How far the service at `before` must be for `service`.
fn until(service: &Service, planned: &[Planned], before: usize) -> Until {
    use super::model::Condition;
    let Some(other) = planned.iter().find(|planned| planned.of == before) else {
        return Until::Started;
    };
    let wait = service.depends_on.iter().find(|wait| wait.service.value == other.service.name);
    match (wait.map(|wait| wait.condition), other.service.health) {
        (Some(Condition::Healthy), Some(interval)) => Until::Healthy { interval },
        (Some(Condition::Completed), _) => Until::Completed,
        (Some(Condition::Started | Condition::Healthy) | None, _) => Until::Started,
    }
}

impl Planned<'_> {
    fn server(&self) -> Option<&Server> {
        self.server.as_ref().map(|built| &built.server)
    }
}
