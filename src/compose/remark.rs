//! What a reader of the files has to say about them: where, how grave, and which lesson it is.
//!
//! A remark is data. Its sentences are in `www/locales/*/remarks.ftl` as `remark-<code>`: the message
//! says what is wrong, `.meaning` what it means for the cluster, `.mend` how to mend it.

use serde::Serialize;
use std::sync::Arc;

/// A place in a file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize)]
pub struct Place {
    /// The file's path in the project.
    pub file: Arc<str>,
    /// Line, from 1; 0 if it is about the file as a whole.
    pub line: u32,
    /// Column in characters, from 1; 0 if it is about the line as a whole.
    pub column: u32,
}

impl Place {
    /// The file as a whole.
    pub fn file(file: &str) -> Place {
        Place { file: file.into(), line: 0, column: 0 }
    }
    /// A whole line (from 1) of the same file.
    pub fn line(&self, line: u32) -> Place {
        Place { file: self.file.clone(), line, column: 0 }
    }
}

/// One remark.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Remark {
    /// What it is about.
    pub at: Place,
    /// Which remark it is.
    pub code: Code,
    /// Names and values that its sentences speak of.
    pub args: Vec<(&'static str, String)>,
}

impl Remark {
    /// How grave it is.
    pub fn severity(&self) -> Severity {
        self.code.severity()
    }
}

/// How grave a remark is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Something does not start, or not as it is meant.
    Error,
    /// It starts, and surprises later.
    Warning,
    /// Good to know.
    Hint,
}

/// Remarks, as they are collected.
#[derive(Clone, Debug, Default)]
pub struct Remarks(Vec<Remark>);

impl Remarks {
    /// A text with a mistake in every line must not become a list that nobody can read.
    const MOST: usize = 200;

    /// Adds one, unless it was said already.
    pub fn add<const N: usize>(
        &mut self,
        at: &Place,
        code: Code,
        args: [(&'static str, String); N],
    ) {
        let remark = Remark { at: at.clone(), code, args: args.into() };
        if self.0.len() < Remarks::MOST && !self.0.contains(&remark) {
            self.0.push(remark);
        }
    }
    /// Adds one unless its code was used already: what is true of every service is said of the first.
    pub fn add_once<const N: usize>(
        &mut self,
        at: &Place,
        code: Code,
        args: [(&'static str, String); N],
    ) {
        if !self.has(code) {
            self.add(at, code, args);
        }
    }
    /// Whether one about this file as a whole was added.
    pub fn about(&self, file: &str) -> bool {
        self.0.iter().any(|remark| remark.at == Place::file(file))
    }
    /// Whether one with this code was added.
    pub fn has(&self, code: Code) -> bool {
        self.0.iter().any(|remark| remark.code == code)
    }
    /// All of them in the order of files and lines.
    pub fn sorted(mut self) -> Vec<Remark> {
        self.0.sort_by(|a, b| (&a.at, a.severity(), a.code).cmp(&(&b.at, b.severity(), b.code)));
        self.0
    }
}

macro_rules! codes {
    ($( $(#[$doc:meta])* $name:ident = $severity:ident $text:literal; )*) => {
        /// Which remark it is.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Code { $( $(#[$doc])* $name, )* }

        impl Code {
            /// Every code, in the order of this table.
            pub const ALL: &[Code] = &[$(Code::$name),*];

            /// Its name in the locale files, after `remark-`.
            pub const fn name(self) -> &'static str {
                match self { $( Code::$name => $text, )* }
            }
            /// How grave it is.
            pub const fn severity(self) -> Severity {
                match self { $( Code::$name => Severity::$severity, )* }
            }
        }
    };
}

codes! {
    // -- the text
    /// `bytes`, `limit`.
    FileTooLarge = Error "file-too-large";
    /// Bytes that are no text.
    NotText = Error "not-text";
    /// `text`: the parser's words.
    YamlBroken = Error "yaml-broken";
    /// YAML is never indented by tabs.
    YamlTab = Error "yaml-tab";
    /// `limit`.
    YamlTooDeep = Error "yaml-too-deep";
    /// `limit`: aliases of aliases that would grow without end.
    YamlBomb = Error "yaml-bomb";
    /// `key`, `first`: line of the first.
    DuplicateKey = Error "duplicate-key";
    /// `key`, `wanted`: mapping, list, text, number.
    WrongType = Error "wrong-type";
    /// Only the first document of the file is read.
    SeveralDocuments = Warning "several-documents";

    // -- variables
    /// `name`: not set, taken as empty.
    VariableMissing = Warning "variable-missing";
    /// `name`, `text`: `${NAME:?text}`.
    VariableRequired = Error "variable-required";
    /// `text`: what cannot be read as `${...}`.
    InterpolationBroken = Error "interpolation-broken";
    /// `text`: a line of an env file that is no `NAME=value`.
    EnvLineBroken = Error "env-line-broken";
    /// `file`.
    EnvFileMissing = Error "env-file-missing";

    // -- the compose file
    /// There is no docker-compose.yml.
    NoComposeFile = Error "no-compose-file";
    /// `key`, `file`: names a file that is not among the given ones.
    SourceMissing = Error "source-missing";
    /// `name`: a file that includes, or a service that extends, itself in the end.
    SourceCircle = Error "source-circle";
    /// `service`, `file`: it extends a service that is not there.
    ExtendsMissing = Error "extends-missing";
    /// `name`: no name for a project.
    ProjectNameInvalid = Error "project-name-invalid";
    /// `version:` does nothing since compose 2.
    VersionObsolete = Hint "version-obsolete";
    /// `key`: compose does not know it.
    UnknownKey = Error "unknown-key";
    /// `key`: known to compose, not followed here.
    KeyIgnored = Hint "key-ignored";
    /// There is no `services:`.
    NoServices = Error "no-services";
    /// No service runs a Redis server.
    NoRedis = Error "no-redis";
    /// `count`, `limit`.
    TooManyContainers = Error "too-many-containers";
    /// `service`: has neither `image` nor `build`.
    ImageMissing = Error "image-missing";
    /// `image`: not simulated.
    UnknownImage = Hint "unknown-image";
    /// `image`: what it runs moves with time.
    ImageLatest = Warning "image-latest";
    /// `image`: another version than 7.0.15.
    ImageOther = Hint "image-other";
    /// `image`: makes its cluster by scripts of its own.
    ImageBitnami = Warning "image-bitnami";
    /// `name`: not a service of this file.
    ServiceMissing = Error "service-missing";
    /// `service`: waits for itself in the end.
    DependencyCycle = Error "dependency-cycle";
    /// `service`: somebody waits until it is healthy, and nobody checks.
    HealthcheckMissing = Error "healthcheck-missing";
    /// `service`, `profile`.
    ProfileInactive = Hint "profile-inactive";
    /// `name`, `first`: line of the first.
    ContainerNameTwice = Error "container-name-twice";
    /// `name`: has a fixed name and several replicas.
    ContainerNameScaled = Error "container-name-scaled";

    // -- networks and ports
    /// `name`: not under the top-level `networks:`.
    NetworkMissing = Error "network-missing";
    /// `text`.
    SubnetInvalid = Error "subnet-invalid";
    /// `address`, `subnet`.
    AddressOutside = Error "address-outside";
    /// `address`, `first`: the container that has it.
    AddressTwice = Error "address-twice";
    /// `text`.
    PortInvalid = Error "port-invalid";
    /// `port`, `first`: line of the first.
    HostPortTwice = Error "host-port-twice";
    /// `service`: shares another's network, and publishes ports.
    PortsWithoutNetwork = Error "ports-without-network";
    /// On the host's network there is nothing to publish.
    PortsOnHost = Hint "ports-on-host";
    /// `container`, `count`: so many servers live in its namespace.
    SharedNamespace = Warning "shared-namespace";
    /// `port`, `first`: the container that has it.
    PortTwice = Error "port-twice";
    /// `port`, `bus`: the client port is published, the bus port is not.
    BusPortNotPublished = Warning "bus-port-not-published";
    /// `address`: what clients outside are told.
    AnnounceMissing = Warning "announce-missing";
    /// `address`, `first`: the container that announces it too.
    AnnounceSame = Error "announce-same";
    /// `address`: reachable from its own container only.
    BindLoopback = Error "bind-loopback";
    /// Refuses every other container.
    ProtectedMode = Error "protected-mode";

    // -- servers
    /// `command`.
    CommandNotUnderstood = Warning "command-not-understood";
    /// `command`: only the server of this shell script is run.
    SecondProgram = Warning "second-program";
    /// `path`, `file`: mounted from a file that is not in the project.
    ConfigMissing = Error "config-missing";
    /// `path`: nothing is mounted there.
    ConfigNotMounted = Error "config-not-mounted";
    /// `text`, `line`: the server does not start.
    ConfigFatal = Error "config-fatal";
    /// `file`: not read.
    ConfigInclude = Hint "config-include";
    /// A cluster's replicas are made by the cluster.
    ReplicaofInCluster = Error "replicaof-in-cluster";
    /// `port`: the bus port would be above 65535.
    PortTooHigh = Error "port-too-high";
    /// `service`.
    ClusterDisabled = Warning "cluster-disabled";
    /// `file`, `first`: the container that has it.
    NodesConfShared = Error "nodes-conf-shared";
    /// `folder`, `first`: the container that has it.
    DataFolderShared = Error "data-folder-shared";
    /// `ms`.
    NodeTimeoutLow = Warning "node-timeout-low";
    /// `ms`.
    NodeTimeoutHigh = Warning "node-timeout-high";
    /// Comes back without its data, and is believed.
    EmptyMasterReturns = Warning "empty-master-returns";
    /// `requirepass` without `masterauth`.
    MasterauthMissing = Error "masterauth-missing";

    // -- the job that makes the cluster
    /// No service runs `redis-cli --cluster create`.
    CreateMissing = Hint "create-missing";
    /// `service`, `nodes`: started, and perhaps not yet up.
    CreateBeforeReady = Warning "create-before-ready";
    /// `address`: no server listens there.
    CreateUnknownNode = Error "create-unknown-node";
    /// `name`: names work for clients; nodes are met by address.
    CreateHostname = Hint "create-hostname";
    /// `nodes`, `replicas`, `masters`.
    CreateTooFewMasters = Error "create-too-few-masters";
    /// Nobody is there to type `yes`.
    CreateUnconfirmed = Error "create-unconfirmed";
    /// `restart`: it runs again, and finds the nodes not empty.
    CreateRestarts = Warning "create-restarts";
    /// `container`: cluster-enabled, but not named.
    CreateLeavesOut = Hint "create-leaves-out";
    /// `seconds`: how long the loop is taken to last.
    UntilLoop = Hint "until-loop";
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.name())
    }
}
