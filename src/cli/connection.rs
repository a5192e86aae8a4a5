//! What `redis-cli` believes about its connection: where it leads, whether it is open, in which
//! database, protocol and transaction.
//!
//! In Redis: `cliConnect`, `cliAuth`, `cliSelect`, `cliSwitchProto`, `cliRefreshPrompt`.

use crate::cli::args::Options;
use crate::cli::io::{Answer, LinkId, Request};
use crate::cli::tape::{Flow, Tape};
use crate::words::resp::Protocol;
use crate::words::{Argv, Reply};

/// The only connection that a session has.
pub const LINK: LinkId = LinkId(0);

/// Whether a failure to connect is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OnFailure {
    /// The command will try again and tell.
    Quiet,
    /// It is told at once.
    Tell,
}

/// A session's connection.
#[derive(Clone, PartialEq, Debug)]
pub struct Connection {
    /// Where it leads, or will.
    pub host: String,
    /// And at which port.
    pub port: i32,
    /// Whether it is open, as far as anybody has noticed.
    pub open: bool,
    /// The database that is asked for.
    pub wanted_db: i64,
    /// The database that is selected.
    pub db: i64,
    /// Between MULTI and EXEC.
    pub in_multi: bool,
    /// The database before MULTI.
    pub db_before_multi: i64,
    /// RESP2, or RESP3 after HELLO 3.
    pub protocol: Protocol,
}

impl Connection {
    /// The closed connection to where the options say.
    pub fn new(options: &Options) -> Connection {
        Connection {
            host: options.host.clone(),
            port: options.port,
            open: false,
            wanted_db: options.db,
            db: 0,
            in_multi: false,
            db_before_multi: 0,
            protocol: Protocol::Resp2,
        }
    }
    /// `127.0.0.1:7001[2](TX)> `
    pub fn prompt(&self) -> String {
        if !self.open {
            return "not connected> ".to_owned();
        }
        let host =
            if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let db = if self.db == 0 { String::new() } else { format!("[{}]", self.db) };
        let transaction = if self.in_multi { "(TX)" } else { "" };
        format!("{host}:{}{db}{transaction}> ", self.port)
    }
    /// The next connection goes elsewhere.
    pub fn move_to(&mut self, host: String, port: i32) {
        self.host = host;
        self.port = port;
    }
    /// Forgets an open connection that broke.
    pub fn lost(&mut self) {
        self.open = false;
    }

    /// Connects anew, logs in, selects the database, switches the protocol; whether all worked.
    pub fn open(
        &mut self,
        tape: &mut Tape,
        options: &Options,
        on_failure: OnFailure,
    ) -> Flow<bool> {
        if self.open {
            // Whatever the old connection knew is gone; without one, what was believed stays.
            self.db = 0;
            self.in_multi = false;
        }
        self.protocol = Protocol::Resp2;
        let request = Request::Connect { link: LINK, host: self.host.clone(), port: self.port };
        if let Answer::NotConnected(why) = tape.ask(request)? {
            self.open = false;
            if on_failure == OnFailure::Tell {
                let (host, port) = (&self.host, self.port);
                tape.err(format!("Could not connect to Redis at {host}:{port}: {why}\n"));
            }
            return Ok(false);
        }
        self.open = true;
        Ok(self.log_in(tape, options)?
            && self.select(tape)?
            && self.switch_protocol(tape, options)?)
    }

    fn log_in(&mut self, tape: &mut Tape, options: &Options) -> Flow<bool> {
        let Some(password) = &options.auth else { return Ok(true) };
        let words = ["AUTH"].into_iter().chain(options.user.as_deref()).chain([password.as_str()]);
        let login = Argv::new(words.map(|word| word.as_bytes().to_vec()));
        self.prepare(tape, login, "AUTH failed: ")
    }
    /// Selects the wanted database, if it is another.
    pub fn select(&mut self, tape: &mut Tape) -> Flow<bool> {
        let db = self.wanted_db;
        if db == self.db {
            return Ok(true);
        }
        let command = Argv::from(format!("SELECT {db}").as_str());
        let selected = self.prepare(tape, command, &format!("SELECT {db} failed: "))?;
        if selected {
            self.db = db;
        } else {
            self.wanted_db = self.db;
        }
        Ok(selected)
    }
    fn switch_protocol(&mut self, tape: &mut Tape, options: &Options) -> Flow<bool> {
        if !options.resp3 {
            return Ok(true);
        }
        let switched = self.prepare(tape, Argv::from("HELLO 3"), "HELLO 3 failed: ")?;
        if switched {
            self.protocol = Protocol::Resp3;
        }
        Ok(switched)
    }
    /// A command of the program's own, of which only an error is shown.
    fn prepare(&mut self, tape: &mut Tape, argv: Argv, complaint: &str) -> Flow<bool> {
        match tape.call(LINK, argv)? {
            None => {
                tape.err("\nI/O error\n");
                Ok(false)
            }
            Some(Reply::Error(text)) => {
                tape.err([complaint.as_bytes(), &text[..], b"\n"].concat());
                Ok(false)
            }
            Some(_) => Ok(true),
        }
    }
    /// Tells the node that the next command was sent here by another one; whether it took that.
    pub fn asking(&mut self, tape: &mut Tape) -> Flow<bool> {
        self.prepare(tape, Argv::from("ASKING"), "ASKING failed: ")
    }
}
