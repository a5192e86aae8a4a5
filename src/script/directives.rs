//! The table of directives.

use crate::script::words::Words;
use crate::script::{Runner, Trouble, catch, faults, show, terminal};
use crate::sim::{Action, World};

/// One directive.
pub struct Directive {
    /// Its first word.
    pub name: &'static str,
    /// What follows it.
    pub args: &'static str,
    /// What it does, in a sentence.
    pub says: &'static str,
    pub(super) does: Does,
}

/// What a directive is. What needs a history, or lets time pass, is for a [`Runner`]; the rest can be done
/// to any world, also to one whose time follows a clock.
pub(super) enum Does {
    /// Moves about in a history.
    Runs(fn(&mut Runner, &mut Words) -> Result<String, Trouble>),
    /// Does something to the world.
    Acts(fn(&World, &mut Words) -> Result<Vec<Action>, Trouble>),
    /// Waits for a packet, and does something to it.
    Catches(fn(&mut Words) -> Result<catch::Catch, Trouble>),
    /// Shows something of the world, and changes nothing.
    Looks(fn(&World, &mut Words) -> Result<String, Trouble>),
}
use Does::{Acts, Catches, Looks, Runs};

/// Every directive there is.
pub const DIRECTIVES: &[Directive] = &[
    Directive { name: "help", args: "", says: "Lists the directives.", does: Runs(help) },
    // -- something to work with
    Directive {
        name: "servers",
        args: "<count> [seed <n>] [<directive of redis.conf> <value>]...",
        says: "Starts servers 7001, 7002, ... on one machine's loopback; they know nothing of each other.",
        does: Runs(Runner::servers),
    },
    Directive {
        name: "cluster",
        args: "<masters>[+<replicas>] [seed <n>] [<directive of redis.conf> <value>]...",
        says: "Starts servers, makes a cluster of them with redis-cli --cluster create, and waits until all is well.",
        does: Runs(Runner::cluster),
    },
    Directive {
        name: "ready",
        args: "<masters>[+<replicas>] [seed <n>] [<directive of redis.conf> <value>]...",
        says: "Starts servers that find the nodes.conf of a cluster on their disks.",
        does: Runs(Runner::ready),
    },
    Directive {
        name: "file",
        args: "<path>",
        says: "Writes the lines below into a file of the compose project.",
        does: Runs(Runner::file),
    },
    Directive {
        name: "lab",
        args: "<name> [seed <n>]",
        says: "Takes the files of a ready project and does up.",
        does: Runs(Runner::lab),
    },
    Directive {
        name: "up",
        args: "[seed <n>]",
        says: "Reads the project's files, shows the remarks, and begins docker compose up.",
        does: Runs(Runner::up),
    },
    // -- time
    Directive {
        name: "run",
        args: "<span> [quiet | <word>...]",
        says: "Lets time pass and shows what became true (only lines with one of the words).",
        does: Runs(Runner::let_pass),
    },
    Directive {
        name: "until",
        args: "<word>... [within <span>]",
        says: "Lets time pass until a line of the log has all the words, and shows that line.",
        does: Runs(Runner::until),
    },
    Directive {
        name: "settle",
        args: "",
        says: "Lets time pass until all nodes that run agree and see the cluster as ok.",
        does: Runs(Runner::settle),
    },
    Directive {
        name: "seek",
        args: "<span since the start>",
        says: "Moves to a moment, forwards or backwards.",
        does: Runs(Runner::seek),
    },
    Directive {
        name: "next",
        args: "[<word>...]",
        says: "Moves to the next entry of the log whose line has all the words.",
        does: Runs(Runner::next_event),
    },
    Directive {
        name: "back",
        args: "[<word>...]",
        says: "Moves to the entry before.",
        does: Runs(Runner::previous_event),
    },
    Directive {
        name: "lanes",
        args: "",
        says: "Shows the lanes of history.",
        does: Runs(Runner::lanes),
    },
    Directive {
        name: "switch",
        args: "<lane>",
        says: "Moves to another lane of history.",
        does: Runs(Runner::switch),
    },
    // -- processes
    Directive {
        name: "kill",
        args: "<node>...",
        says: "SIGKILL: gone at once, and left down.",
        does: Acts(faults::kill),
    },
    Directive {
        name: "crash",
        args: "<node>",
        says: "SIGKILL from inside: the restart policy decides what follows.",
        does: Acts(faults::crash),
    },
    Directive {
        name: "term",
        args: "<node>",
        says: "SIGTERM from inside.",
        does: Acts(faults::terminate),
    },
    Directive { name: "stop", args: "<node>...", says: "docker stop.", does: Acts(faults::stop) },
    Directive {
        name: "start",
        args: "<node>...",
        says: "docker start.",
        does: Acts(faults::start),
    },
    Directive {
        name: "restart",
        args: "<node>...",
        says: "docker restart.",
        does: Acts(faults::restart),
    },
    Directive {
        name: "pause",
        args: "<node>...",
        says: "Freezes it, as SIGSTOP does. It wakes up believing old things.",
        does: Acts(faults::pause),
    },
    Directive { name: "resume", args: "<node>...", says: "SIGCONT.", does: Acts(faults::resume) },
    Directive {
        name: "lose-disk",
        args: "<node>...",
        says: "Deletes the files of a node that is down.",
        does: Acts(faults::lose_disk),
    },
    // -- the network
    Directive {
        name: "partition",
        args: "<place>... | <place>... [bus|clients]",
        says: "Nothing passes between the two sides; `rest` is everything else, `host` the machine.",
        does: Acts(faults::partition),
    },
    Directive {
        name: "one-way",
        args: "<place>... | <place>... [bus|clients]",
        says: "Nothing passes from the left to the right.",
        does: Acts(faults::one_way),
    },
    Directive {
        name: "reject",
        args: "<place>... | <place>... [bus|clients]",
        says: "Connecting from left to right or back is refused; what is open hears nothing, as behind a firewall.",
        does: Acts(faults::reject),
    },
    Directive {
        name: "reset",
        args: "<place>... | <place>... [bus|clients]",
        says: "Connecting from left to right or back is refused, and what is open breaks.",
        does: Acts(faults::reset),
    },
    Directive {
        name: "slow",
        args: "<span> <place>... | <place>... [bus|clients]",
        says: "Packets between the two sides take that much longer.",
        does: Acts(faults::slow),
    },
    Directive {
        name: "lossy",
        args: "<per mille> <place>... | <place>... [bus|clients]",
        says: "So many packets of a thousand are lost, and retransmitted.",
        does: Acts(faults::lossy),
    },
    Directive {
        name: "heal",
        args: "",
        says: "Takes all rules of the network away.",
        does: Acts(faults::heal),
    },
    Directive {
        name: "latency",
        args: "<base> <jitter>",
        says: "How long every packet takes.",
        does: Acts(faults::latency),
    },
    Directive {
        name: "drop",
        args: "<word>...",
        says: "Loses the next packet in flight whose description has all the words.",
        does: Catches(catch::drop_packet),
    },
    Directive {
        name: "delay",
        args: "<span> <word>...",
        says: "Holds the next packet in flight whose description has all the words.",
        does: Catches(catch::delay_packet),
    },
    // -- clients
    Directive {
        name: "cli",
        args: "<node> [-c] <command>",
        says: "Runs redis-cli -p <port> <command> in the node's container; <id:7002> is a node's id, <x:100> a hundred x.",
        does: Runs(Runner::cli),
    },
    Directive {
        name: "begin",
        args: "<node> [-c] <command>",
        says: "As cli, but nobody waits for it.",
        does: Acts(terminal::begin),
    },
    Directive {
        name: "redis-cli",
        args: "[at <node>] <arguments>",
        says: "Runs redis-cli with these arguments (<id:7002> is a node's id) to its end, and shows what it prints.",
        does: Runs(Runner::redis_cli),
    },
    Directive {
        name: "terminal",
        args: "[as <name>] [at <node>] [<arguments>]",
        says: "Opens a terminal with redis-cli; a name is for `as`.",
        does: Runs(Runner::open_terminal),
    },
    Directive {
        name: "type",
        args: "<line>",
        says: "Types a line into the terminal and shows what it prints.",
        does: Runs(Runner::type_line),
    },
    Directive {
        name: "as",
        args: "<name> <line>",
        says: "Types a line into the terminal with that name and shows what it prints at once; <id:7002> is a node's id.",
        does: Runs(Runner::type_as),
    },
    Directive {
        name: "hear",
        args: "<terminal>...",
        says: "Shows what terminals printed since they were last looked at.",
        does: Runs(Runner::hear),
    },
    Directive {
        name: "load",
        args: "<writes> [keys <n>] [every <span>] [seed <n>] [at <node>] [via <node>]",
        says: "Begins to push values to lists through a client that knows the cluster.",
        does: Runs(Runner::begin_load),
    },
    Directive {
        name: "check",
        args: "",
        says: "Waits until the load is done, reads its lists and says which writes were lost.",
        does: Runs(Runner::check_load),
    },
    // -- views
    Directive {
        name: "nodes",
        args: "<node>",
        says: "What one node believes: CLUSTER NODES without its times.",
        does: Looks(show::nodes),
    },
    Directive {
        name: "info",
        args: "<node>",
        says: "What one node answers to CLUSTER INFO, without its counters of messages.",
        does: Looks(show::info),
    },
    Directive {
        name: "truth",
        args: "",
        says: "What every container does, and its node's role, epoch and offset.",
        does: Looks(show::truth),
    },
    Directive {
        name: "why",
        args: "<word>...",
        says: "Walks back from the last entry whose line has all the words.",
        does: Runs(Runner::why),
    },
    Directive {
        name: "output",
        args: "<service>",
        says: "What the redis-cli of a container printed.",
        does: Runs(Runner::output),
    },
    Directive {
        name: "log",
        args: "<word>...",
        says: "The lines of the log so far that have all the words (the last twenty).",
        does: Runs(Runner::log),
    },
    Directive {
        name: "logs",
        args: "<server> [<word>...]",
        says: "What a server wrote into its own log so far (only lines with one of the words).",
        does: Runs(Runner::logs),
    },
    Directive {
        name: "packets",
        args: "",
        says: "The packets in flight.",
        does: Looks(show::packets),
    },
    Directive {
        name: "hash",
        args: "",
        says: "A fingerprint of the world and of its log: equal everywhere, or something is wrong.",
        does: Runs(Runner::hash),
    },
];

fn help(_: &mut Runner, words: &mut Words) -> Result<String, Trouble> {
    words.done()?;
    let mut out = String::new();
    for directive in DIRECTIVES {
        let usage = format!("{} {}", directive.name, directive.args);
        out += &format!("{}\n    {}\n", usage.trim_end(), directive.says);
    }
    Ok(out)
}
