//! A `redis-server`: its configuration from file and flags, its disk, its id.

use super::Planned;
use super::launch::{Launch, command_place};
use super::paths::{self, Seen};
use crate::compose::conf::Loaded;
use crate::compose::files::Files;
use crate::compose::lab::Lab;
use crate::compose::model::ConfigDef;
use crate::compose::remark::{Code, Place, Remarks};
use crate::shapes::config::ConfigFile;
use crate::shapes::spec::Server;
use std::collections::BTreeMap;

/// A server and where its directives stand.
pub(super) struct Built {
    pub(super) server: Server,
    pub(super) loaded: Loaded,
    /// Where a reader looks for its configuration: its file, or its command.
    pub(super) at: Place,
    /// The place of its data folder on some disk.
    pub(super) folder: String,
}

/// Configuration files as they were read, by where they begin: a thousand servers may share one.
pub(super) type Sheets = BTreeMap<Place, Loaded>;

impl Planned<'_> {
    /// Reads what its server is started with, if it runs one.
    pub(super) fn build_server(
        &mut self,
        files: &Files,
        configs: &[ConfigDef],
        lab: &Lab,
        sheets: &mut Sheets,
        remarks: &mut Remarks,
    ) {
        let Launch::Server { args } = &self.launch else { return };
        let command = command_place(self.service);
        let mut loaded = Loaded::default();
        let mut at = command.clone();
        let mut fatal = None;
        let mut flags = args.as_slice();
        if let Some((path, rest)) = args.split_first().filter(|(first, _)| !first.starts_with('-'))
        {
            flags = rest;
            let path = paths::absolute(self.service, None, path);
            match paths::seen(files, configs, self.service, &path) {
                Seen::File { text, at: file } => {
                    let sheet = sheets.entry(file.clone()).or_insert_with(|| {
                        let mut sheet = Loaded::default();
                        sheet.read_file(text, &file, remarks);
                        sheet
                    });
                    loaded = sheet.clone();
                    loaded.config.file = ConfigFile::NotOurs;
                    at = file;
                }
                // Redis opens the folder, reads nothing, and starts with what is built in.
                Seen::EmptyFolder { source, at } => {
                    let args = [("path", path.clone()), ("file", source.into())];
                    remarks.add(at, Code::ConfigMissing, args);
                }
                Seen::Nothing => {
                    remarks.add(command, Code::ConfigNotMounted, [("path", path.clone())]);
                    fatal = Some(cannot_read(&path));
                }
            }
        }
        loaded.read_flags(flags, command, remarks);
        loaded.finish(&at, remarks);
        let config = loaded.config.clone();
        let dir = config.get("dir").unwrap_or_default();
        let folder = paths::absolute(self.service, None, &dir);
        let file = paths::absolute(self.service, Some(&folder), &config.cluster_config_file);
        let node_id = lab.ids.get(&self.service.name).copied().filter(|_| self.number == 0);
        let server = Server {
            disk: paths::disk(self.service, &self.name, &file).to_string(),
            node_id,
            fatal: fatal.or_else(|| loaded.fatal.clone()),
            config,
        };
        let folder = paths::disk(self.service, &self.name, &folder).to_string();
        self.server = Some(Built { server, loaded, at, folder });
    }
}

/// What a server prints that cannot read its file.
fn cannot_read(path: &str) -> String {
    format!("Fatal error, can't open config file '{path}': No such file or directory\n")
}

impl Built {
    /// Where `directive` was set, or else where the configuration stands.
    pub(super) fn place(&self, directive: &str) -> &Place {
        self.loaded.place(directive).unwrap_or(&self.at)
    }
}
