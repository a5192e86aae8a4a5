//! Projects and what is read out of them: every folder of `testdata/compose` and every ready lab.
//! `REWRITE=1` records what is read now.

use slotlab::compose::{self, Files, labs};
use slotlab::shapes::spec::{Container, Program};
use slotlab::sim::{Entry, What, World};
use slotlab::words::{Millis, Seed};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const FOLDER: &str = "tests/testdata/compose";

/// A reading as people compare it: containers, networks, remarks.
fn summary(files: &Files) -> String {
    let reading = compose::read(files);
    let mut out = String::new();
    match &reading.spec {
        None => out += "nothing to run\n",
        Some(spec) => {
            for network in &spec.networks {
                let _ =
                    writeln!(out, "network {} {}/{}", network.name, network.subnet, network.prefix);
            }
            for (ix, space) in spec.namespaces.iter().enumerate() {
                let ips: Vec<String> =
                    space.addresses.iter().map(|(_, ip)| ip.to_string()).collect();
                let ports: Vec<String> = space
                    .published
                    .iter()
                    .map(|p| format!("{}:{}", p.host_port, p.container_port))
                    .collect();
                let _ = writeln!(out, "namespace {ix} [{}] {}", ips.join(" "), ports.join(" "));
            }
            for container in &spec.containers {
                let _ = writeln!(out, "{}", container_line(container));
            }
        }
    }
    for remark in &reading.remarks {
        let args: Vec<String> = remark.args.iter().map(|(k, v)| format!("{k}={v:?}")).collect();
        let at = &remark.at;
        let _ = writeln!(
            out,
            "{}:{}:{} {:?} {} {}",
            at.file,
            at.line,
            at.column,
            remark.severity(),
            remark.code.name(),
            args.join(" ")
        );
    }
    out.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn container_line(container: &Container) -> String {
    let waits: Vec<String> =
        container.depends_on.iter().map(|wait| format!("{}:{:?}", wait.on.0, wait.until)).collect();
    let program = match &container.program {
        Program::Server(server) => {
            let config = &server.config;
            let fatal =
                server.fatal.as_ref().map_or(String::new(), |text| format!(" fatal {text:?}"));
            format!(
                "redis-server port {} bus {} cluster {} timeout {} aof {} disk {:?}{fatal}",
                config.port,
                config.bus_port(),
                config.cluster_enabled,
                config.cluster_node_timeout,
                config.appendonly,
                server.disk
            )
        }
        Program::Cli { argv, stdin, sleep } => {
            format!("redis-cli {} stdin {stdin:?} after {sleep}", argv.join(" "))
        }
        Program::Other { image } => format!("other {image:?}"),
    };
    format!(
        "{} ({}) in {} restart {:?} waits [{}]: {program}",
        container.name,
        container.service,
        container.namespace.0,
        container.restart,
        waits.join(" ")
    )
}

fn folder(path: &Path) -> Files {
    let mut files = Files::new();
    add_folder(&mut files, path, "");
    files
}

fn add_folder(files: &mut Files, path: &Path, under: &str) {
    for entry in fs::read_dir(path).expect("a folder").flatten() {
        let name = format!("{under}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            add_folder(files, &entry.path(), &format!("{name}/"));
        } else if name != "expected.txt" {
            files.insert_bytes(&name, &fs::read(entry.path()).expect("a file"));
        }
    }
}

/// Compares with what is recorded, or records.
fn check(recorded: &Path, said: &str) {
    if env::var_os("REWRITE").is_some() {
        fs::write(recorded, said).expect("written");
        return;
    }
    let wanted = fs::read_to_string(recorded).expect("recorded with REWRITE=1");
    assert_eq!(wanted, said, "{}", recorded.display());
}

#[test]
fn every_project_is_read_as_recorded() {
    let mut seen = 0;
    for entry in fs::read_dir(FOLDER).expect("the folder").flatten() {
        if entry.path().is_dir() {
            check(&entry.path().join("expected.txt"), &summary(&folder(&entry.path())));
            seen += 1;
        }
    }
    assert!(10 < seen, "only {seen} projects were found");
}

#[test]
fn every_ready_lab_is_read_as_recorded() {
    for lab in labs::LABS {
        check(&Path::new(FOLDER).join(format!("lab-{}.txt", lab.name)), &summary(&lab.files()));
    }
}

/// Ten megabytes, too long to be kept beside the others.
fn huge() -> Files {
    let config = "# nothing\n".repeat(1 << 20);
    Files::new()
        .with("docker-compose.yml", "a: b\n".repeat(2 << 20))
        .with("docker-compose.override.yml", "services: {a: {image: redis:7.0.15}}\n")
        .with("redis.conf", config)
}

#[test]
fn a_paste_of_ten_megabytes_is_refused_with_a_remark() {
    check(&Path::new(FOLDER).join("huge.txt"), &summary(&huge()));
}

#[test]
fn every_remark_occurs_in_a_recorded_project() {
    let mut recorded = String::new();
    for entry in fs::read_dir(FOLDER).expect("the folder").flatten() {
        let path = entry.path();
        let text = if path.is_dir() { path.join("expected.txt") } else { path };
        recorded += &fs::read_to_string(text).expect("recorded with REWRITE=1");
    }
    let words: BTreeSet<&str> = recorded.split_whitespace().collect();
    let missing: Vec<&str> =
        compose::Code::ALL.iter().map(|code| code.name()).filter(|n| !words.contains(n)).collect();
    assert_eq!(missing, [""; 0], "no recorded project shows these remarks");
}

#[test]
fn a_thousand_servers_may_share_a_long_file() {
    let service = |n| {
        format!(
            "  s{n}:\n    image: redis:7.0\n    command: redis-server /r.conf\n    \
             env_file: e\n    volumes: [./r.conf:/r.conf]\n"
        )
    };
    let files = Files::new()
        .with(
            "docker-compose.yml",
            "services:\n".to_owned() + &(0..1000).map(service).collect::<String>(),
        )
        .with("r.conf", "save 1 1\n".repeat(100_000))
        .with("e", "A=b\n".repeat(200_000));
    let reading = compose::read(&files);
    assert_eq!(reading.spec.map(|spec| spec.containers.len()), Some(1000));
    assert!(reading.remarks.iter().any(|remark| remark.code == compose::Code::FileTooLarge));
}

#[test]
fn files_that_bring_each_other_in_without_end_are_read_to_a_limit() {
    let mut chain = "services:\n  s0:\n    image: redis:7.0\n    ports: [1]\n".to_owned();
    for n in 1..10_000 {
        let _ = writeln!(chain, "  s{n}: {{extends: s{}, ports: [{n}]}}", n - 1);
    }
    let mut files = Files::new().with("compose.yml", "include: [chain.yml, a0.yml, a0.yml]\n");
    files.insert("chain.yml", chain);
    for n in 0..30 {
        let next = n + 1;
        files.insert(&format!("a{n}.yml"), format!("include: [a{next}.yml, a{next}.yml]\n"));
    }
    let reading = compose::read(&files);
    let has = |code| reading.remarks.iter().any(|remark| remark.code == code);
    assert!(has(compose::Code::YamlBomb) && reading.spec.is_none(), "{:?}", reading.remarks);
}

#[test]
fn mutilated_files_are_read_without_a_panic() {
    let mut rng = slotlab::words::Rng::new(slotlab::words::Seed(7), 0);
    for round in 0..400 {
        let lab = labs::LABS[round % labs::LABS.len()];
        let mut files = Files::new();
        for (path, text) in lab.files().iter() {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..rng.below(8) {
                mutilate(&mut bytes, &mut rng);
            }
            files.insert_bytes(path, &bytes);
        }
        let reading = compose::read(&files);
        assert!(reading.remarks.len() <= 200, "round {round}");
    }
}

fn mutilate(bytes: &mut Vec<u8>, rng: &mut slotlab::words::Rng) {
    const PIECES: [&[u8]; 12] = [
        b"\t", b"&a ", b"*a", b"<<: ", b"${X:-", b"}", b": ", b"- ", b"\0", b"\xff", b"\"", b"\n  ",
    ];
    let at = rng.below(bytes.len() as u64 + 1) as usize;
    match rng.below(3) {
        0 => drop(bytes.splice(at..at, PIECES[rng.below(12) as usize].iter().copied())),
        1 => bytes.truncate(at.max(1)),
        _ => {
            let end = (at + rng.below(40) as usize).min(bytes.len());
            bytes.drain(at..end);
        }
    }
}

/// The seed's own lines: what the tutorial's author saw.
const PLAN: &str = include_str!("testdata/compose/tutorial-plan.txt");

#[test]
fn the_tutorial_boots_and_its_plan_is_the_one_in_the_article() {
    let reading = compose::read(&labs::LABS[0].files());
    let spec = reading.spec.expect("a spec");
    for seed in 0..20 {
        let mut world = World::new(&spec, Seed(seed));
        let mut log: Vec<Entry> = Vec::new();
        world.run_until(spec.start + Millis(15_000), &mut log);
        let printed: Vec<u8> = log
            .iter()
            .filter_map(|entry| match &entry.what {
                What::Output(output) => Some(output.bytes.to_vec()),
                _ => None,
            })
            .flatten()
            .collect();
        let printed = String::from_utf8(printed).expect("text");
        assert!(printed.starts_with(PLAN), "seed {seed}:\n{printed}");
        assert!(printed.ends_with("[OK] All 16384 slots covered.\n"), "seed {seed}:\n{printed}");
    }
}
