//! How close the simulator comes to real servers: writes `docs/fidelity/*.md`.
//!
//! `cargo xtask fidelity` runs it. Real numbers come from recordings of Redis 7.0.15 (summaries in
//! `tests/oracle/{bus,failover}`), ours from the same scenarios played in the world with many seeds.
//! `cargo run --example fidelity -- 50` plays fewer.

mod bus;
mod causes;
#[path = "../../tests/ledger/claims.rs"]
mod claims;
mod exact;
mod failover;
mod lab;
mod logs;
mod measures;
mod numbers;
mod recorded;
mod report;
#[path = "../../tests/ledger/sources.rs"]
mod sources;
mod stories;
#[path = "../../tests/ledger/table.rs"]
#[allow(dead_code, reason = "the test of the ledger writes the document")]
mod table;

use std::path::Path;

fn main() -> std::io::Result<()> {
    let seeds = std::env::args().nth(1).and_then(|word| word.parse().ok()).unwrap_or(200);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fidelity");
    std::fs::create_dir_all(&folder)?;
    let reports = [
        ("bus.md", bus::report(seeds)),
        ("failover.md", report::report(seeds)),
        ("logs.md", logs::report()),
    ];
    for (name, report) in reports {
        std::fs::write(folder.join(name), report)?;
        println!("wrote docs/fidelity/{name}");
    }
    println!("ledger: {}", table::totals(&claims::all()));
    Ok(())
}
