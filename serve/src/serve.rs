//! `slotlab serve`: puts the threads together, and apart again.

use crate::args::Options;
use crate::boot::{self, Doorway, Plan};
use crate::door;
use crate::record::mark;
use crate::world::{Message, Simulation};
use std::net::TcpListener;
use std::sync::mpsc;
use std::thread;
use tokio::sync::mpsc::unbounded_channel;

/// Serves until Ctrl-C.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let plan = boot::plan(options)?;
    for doorway in &plan.doorways {
        // The world opens the doors; whether they can be is better known now.
        TcpListener::bind(doorway.here).map_err(|error| format!("{}: {error}", doorway.here))?;
    }
    let (knocks, knocked) = unbounded_channel();
    let simulation = Simulation::boot(&plan, options.seed, options.speed, options.prints, knocks)?;
    tell(&plan, options);
    let (to_world, messages) = mpsc::channel();
    let world = thread::spawn(move || simulation.run(&messages));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    runtime.block_on(async {
        tokio::select! {
            () = door::keep(plan.doorways.clone(), knocked, to_world.clone()) => {}
            _ = tokio::signal::ctrl_c() => {}
        }
    });
    // If it has stopped by itself, joining it tells why.
    _ = to_world.send(Message::Stop);
    let (record, world) = world.join().map_err(|_| "the simulation panicked")?;
    if let Some(path) = &options.record {
        eprintln!("slotlab: {}, {}", record.save(&world, path)?, mark(&world));
    }
    Ok(())
}

fn tell(plan: &Plan, options: &Options) {
    let doors: Vec<String> =
        plan.doorways.iter().map(|Doorway { here, .. }| here.to_string()).collect();
    eprintln!("slotlab: serving {} (seed {})", doors.join(" "), options.seed.0);
    if let Some(first) = plan.doorways.first() {
        let (ip, port) = (first.here.ip(), first.here.port());
        eprintln!("slotlab: try  redis-cli -c -h {ip} -p {port}    Ctrl-C ends it");
    }
}
