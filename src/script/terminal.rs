//! Directives that run `redis-cli`.

use crate::script::words::{Words, container};
use crate::script::{Runner, Trouble};
use crate::sim::{Action, ClientId, Place, What, Who, World};
use crate::words::Millis;

/// A job that takes longer than this is left alone.
const PATIENCE: Millis = Millis(600_000);
/// How long `type` waits for the prompt.
const PROMPT_PATIENCE: Millis = Millis(10_000);
/// How long `in` waits for it: what takes longer is to be heard later.
const GLANCE: Millis = Millis(200);
/// The longest `<x:100>`.
const MOST_FILLING: usize = 1024 * 1024;

impl Runner {
    pub(super) fn cli(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let action = cli_action(self.history()?.world(), words)?;
        self.job(action)
    }

    pub(super) fn redis_cli(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let at = self.place(words)?;
        let argv = self.rest_with_ids(words)?;
        let stdin = (!words.body.is_empty()).then(|| words.body.clone() + "\n");
        self.job(Action::RunJob { at, argv, stdin })
    }

    fn rest_with_ids(&mut self, words: &mut Words) -> Result<Vec<String>, Trouble> {
        let world = self.history()?.world();
        words.rest().iter().map(|word| with_ids(world, word)).collect()
    }

    pub(super) fn place(&mut self, words: &mut Words) -> Result<Place, Trouble> {
        if !words.eat("at") {
            return Ok(Place::Host);
        }
        let world = self.history()?.world();
        Ok(Place::Container(container(world, &words.need()?)?))
    }

    /// Runs a job to its end; what it printed, and its exit code if that is not 0.
    pub(super) fn job(&mut self, action: Action) -> Result<String, Trouble> {
        let history = self.history()?;
        let seen = history.log().len();
        let done = history.act(action).map_err(|refusal| refusal.to_string())?;
        let client = done.client.ok_or("it is not a job")?;
        let limit = history.now() + PATIENCE;
        loop {
            let ended = history.log()[seen..].iter().rev().find_map(|entry| match entry.what {
                What::Ended(code) if entry.who == Who::Client(client) => Some(code),
                _ => None,
            });
            let Some(code) = ended else {
                let next = history.world().next_event_time().filter(|&at| at <= limit);
                let next = next.ok_or("it does not end within ten minutes")?;
                history.seek(next);
                continue;
            };
            let printed = self.printed(client, seen)?;
            return Ok(if code == 0 { printed } else { format!("{printed}(exit code {code})\n") });
        }
    }

    /// What a program printed since the log had so many entries; the byte that begins a terminal's order
    /// is `\e` here, so that a transcript stays a text.
    fn printed(&mut self, client: ClientId, since: usize) -> Result<String, Trouble> {
        let mut text = String::new();
        for entry in &self.history()?.log()[since..] {
            if let (Who::Client(id), What::Output(output)) = (entry.who, &entry.what)
                && id == client
            {
                text += &String::from_utf8_lossy(&output.bytes);
            }
        }
        Ok(text.replace('\u{1b}', "\\e"))
    }

    pub(super) fn open_terminal(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let name = if words.eat("as") { Some(words.need()?) } else { None };
        let at = self.place(words)?;
        let argv = self.rest_with_ids(words)?;
        let history = self.history()?;
        let seen = history.log().len();
        let done = history.act(Action::OpenClient { at, argv }).map_err(|why| why.to_string())?;
        let client = done.client.ok_or("it is not a terminal")?;
        let said = self.wait_for_prompt(client, seen, PROMPT_PATIENCE)?;
        if let Some(name) = name {
            self.looked_at(name, client)?;
        }
        self.terminal = Some(client);
        Ok(said)
    }

    pub(super) fn type_line(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let client = self.terminal.ok_or("no terminal is open; try `terminal`")?;
        self.type_into(client, &words.line)
    }

    fn type_into(&mut self, client: ClientId, line: &str) -> Result<String, Trouble> {
        let history = self.history()?;
        let seen = history.log().len();
        let line = with_ids(history.world(), line)?;
        history.act(Action::Type { client, line }).map_err(|why| why.to_string())?;
        self.wait_for_prompt(client, seen, PROMPT_PATIENCE)
    }

    pub(super) fn type_as(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let name = words.need()?;
        let (client, seen) = self.named_terminal(&name)?;
        let history = self.history()?;
        let typed = words.line.trim_start()[name.len()..].trim_start();
        let line = with_ids(history.world(), typed)?;
        history.act(Action::Type { client, line }).map_err(|why| why.to_string())?;
        let said = self.wait_for_prompt(client, seen, GLANCE)?;
        self.looked_at(name, client)?;
        Ok(said)
    }

    pub(super) fn hear(&mut self, words: &mut Words) -> Result<String, Trouble> {
        let mut names = vec![words.need()?];
        names.extend(words.rest());
        let several = names.len() > 1;
        let mut out = String::new();
        for name in names {
            let (client, seen) = self.named_terminal(&name)?;
            let printed = self.printed(client, seen)?;
            self.looked_at(name.clone(), client)?;
            let lines = if printed.is_empty() { "(nothing)\n".into() } else { printed };
            for line in lines.lines() {
                out += &if several { format!("{name}: {line}\n") } else { format!("{line}\n") };
            }
        }
        Ok(out)
    }

    fn looked_at(&mut self, name: String, client: ClientId) -> Result<(), Trouble> {
        let seen = self.history()?.log().len();
        self.terminals.insert(name, (client, seen));
        Ok(())
    }

    fn named_terminal(&self, name: &str) -> Result<(ClientId, usize), Trouble> {
        let known = self.terminals.get(name).copied();
        known.ok_or_else(|| format!("no terminal is called {name:?}; try `terminal as {name}`"))
    }

    fn wait_for_prompt(
        &mut self,
        client: ClientId,
        seen: usize,
        patience: Millis,
    ) -> Result<String, Trouble> {
        let history = self.history()?;
        let limit = history.now() + patience;
        let prompt = loop {
            match history.world().clients().find(|view| view.id == client) {
                None => break "(closed)".into(),
                Some(view) => {
                    if let Some(prompt) = view.prompt {
                        break prompt.to_owned();
                    }
                    if view.listens {
                        break "(listening)".into();
                    }
                }
            }
            match history.world().next_event_time().filter(|&at| at <= limit) {
                Some(next) => history.seek(next),
                None => break "(waiting)".into(),
            }
        };
        let printed = self.printed(client, seen)?;
        Ok(format!("{printed}{}\n", prompt.trim_end()))
    }
}

/// `cli`, but nobody waits for it.
pub(super) fn begin(world: &World, words: &mut Words) -> Result<Vec<Action>, Trouble> {
    cli_action(world, words).map(|action| vec![action])
}

fn cli_action(world: &World, words: &mut Words) -> Result<Action, Trouble> {
    let ix = words.container(world)?;
    let door = world.front_door(ix);
    let mut argv = vec!["-h".into(), door.ip().to_string(), "-p".into(), door.port().to_string()];
    for word in words.rest() {
        argv.push(with_ids(world, &word)?);
    }
    Ok(Action::RunJob { at: Place::Container(ix), argv, stdin: None })
}

/// The word with every `<id:7002>` replaced by that node's id, and every `<x:100>` by so many x.
fn with_ids(world: &World, word: &str) -> Result<String, Trouble> {
    let with_ids = replaced(word, "<id:", |name| {
        let ix = container(world, name)?;
        let id = world.node_id(ix).ok_or_else(|| format!("{name} has no id yet"))?;
        Ok(id.to_string())
    })?;
    replaced(&with_ids, "<x:", |count| {
        let count = count.parse().ok().filter(|&count| count <= MOST_FILLING);
        Ok("x".repeat(count.ok_or_else(|| format!("<x: takes up to {MOST_FILLING}"))?))
    })
}

/// The word with `what` replaced wherever it is between `mark` and `>`.
fn replaced(
    word: &str,
    mark: &str,
    by: impl Fn(&str) -> Result<String, Trouble>,
) -> Result<String, Trouble> {
    let mut out = String::new();
    let mut rest = word;
    while let Some((before, after)) = rest.split_once(mark) {
        let (what, left) = after.split_once('>').ok_or_else(|| format!("{mark} without its >"))?;
        out += before;
        out += &by(what)?;
        rest = left;
    }
    Ok(out + rest)
}
