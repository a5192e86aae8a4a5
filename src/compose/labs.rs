//! Ready projects, compiled in: a learner's first cluster, and a few that teach something.

use super::files::Files;

/// A project in `www/labs`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Project {
    /// The folder's name.
    pub name: &'static str,
    /// Id of its title in the locale files.
    pub title: &'static str,
    files: &'static [(&'static str, &'static str)],
}

impl Project {
    /// Its files.
    pub fn files(&self) -> Files {
        self.files.iter().fold(Files::new(), |files, (path, text)| files.with(path, *text))
    }
}

macro_rules! project {
    ($name:literal, $title:literal, $($file:literal),+) => {
        Project {
            name: $name,
            title: $title,
            files: &[$((
                $file,
                include_str!(concat!("../../www/labs/", $name, "/", $file)),
            )),+],
        }
    };
}

/// All of them; the first is what a newcomer sees: the tutorial that Slotlab grew from.
pub const LABS: &[Project] = &[
    project!(
        "tutorial-6",
        "lab-tutorial-6",
        "docker-compose.yml",
        "redis-master-1.conf",
        "redis-master-2.conf",
        "redis-master-3.conf",
        "redis-replica-1.conf",
        "redis-replica-2.conf",
        "redis-replica-3.conf",
        "lab.json"
    ),
    project!("three-hosts", "lab-three-hosts", "docker-compose.yml", "redis.conf", "lab.json"),
    project!(
        "bus-port-forgotten",
        "lab-bus-port-forgotten",
        "docker-compose.yml",
        "redis.conf",
        "lab.json"
    ),
    project!("three-masters", "lab-three-masters", "docker-compose.yml", "redis.conf", "lab.json"),
];

/// The project with this name.
pub fn find(name: &str) -> Option<&'static Project> {
    LABS.iter().find(|lab| lab.name == name)
}
