//! What `cargo xtask` and its commands say of themselves.

use std::ffi::OsString;

/// A command: the line about it in the list of all, and what `--help` adds.
struct Usage {
    name: &'static str,
    arguments: &'static str,
    says: &'static str,
    details: &'static str,
}

const COMMANDS: [Usage; 4] = [
    Usage {
        name: "serve",
        arguments: "[--port 8080]",
        says: "Build the page, serve it, rebuild and reload on every change",
        details: "  --port <port>  Listen on 127.0.0.1:<port>; 8080 unless told otherwise",
    },
    Usage {
        name: "build",
        arguments: "",
        says: "Make the release page in dist/: static files for any web server and any path",
        details: "It takes no arguments.",
    },
    Usage {
        name: "test",
        arguments: "[--only <part>]..",
        says: "Run everything; the parts are fmt clippy native oracle serve wasm browser",
        details: "  --only <part>..  Run these parts only: cargo xtask test --only fmt clippy native\n\n\
                  The last line is `N passed, N failed`; the exit code is 0 if nothing failed.",
    },
    Usage {
        name: "fidelity",
        arguments: "[<seeds>]",
        says: "Compare our timelines and packets with those of a real cluster",
        details: "  <seeds>  How many runs of each story; 200 unless told otherwise\n\n\
                  The reports are written to docs/fidelity/.",
    },
];

/// All commands.
pub(crate) fn all() -> String {
    let mut text = String::from("Usage: cargo xtask <command>\n");
    for Usage { name, arguments, says, .. } in &COMMANDS {
        let call = format!("{name} {arguments}");
        text += &format!("\n  {call:24}{says}");
    }
    text + "\n\ncargo xtask <command> --help says more."
}

/// What one command says of itself, if it is asked to.
pub(crate) fn of(command: &str, arguments: &[OsString]) -> Option<String> {
    let asks = |word: &OsString| word == "--help" || word == "-h";
    let usage = COMMANDS.iter().find(|usage| usage.name == command)?;
    let Usage { name, arguments: words, says, details } = usage;
    let call = format!("cargo xtask {name} {words}");
    let text = || format!("Usage: {}\n\n{says}\n\n{details}", call.trim_end());
    arguments.iter().any(asks).then(text)
}

#[cfg(test)]
mod tests {
    use super::{all, of};

    #[test]
    fn every_command_explains_itself() {
        for name in ["serve", "build", "test", "fidelity"] {
            let said = of(name, &["--help".into()]).expect("a text");
            assert!(said.starts_with(&format!("Usage: cargo xtask {name}")), "{said}");
            assert!(all().contains(&format!("\n  {name} ")), "{name}");
        }
        for part in crate::test::names() {
            assert!(all().contains(&format!(" {part}")), "{part}");
        }
        assert_eq!(of("serve", &["--port".into()]), None);
    }
}
