//! A profile: host, project and where its key comes from.

use secrecy::SecretString;

use crate::app::settings::manner::Manner;
use crate::app::settings::{Chosen, SchemaColumn, SourceColumn};
use crate::warehouse::ids::ProjectId;
use crate::warehouse::origin::Origin;

/// Host, project and where the key comes from, under one name.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// Where it connects to; `None`: the US cloud, or where the key was stored with.
    pub host: Option<Origin>,
    /// The project; `None`: the key is asked.
    pub project: Option<ProjectId>,
    /// Where its key comes from.
    pub key: KeySource,
    /// Every change is refused.
    pub read_only: bool,
    /// Every change asks first.
    pub protected: bool,
    /// How the program looks and behaves for it.
    pub manner: Manner,
    /// The columns of the tables, where they are not those of all profiles.
    pub columns: Option<Chosen<SchemaColumn>>,
    /// The columns of the sources, likewise.
    pub source_columns: Option<Chosen<SourceColumn>>,
}

/// Where a key comes from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// It stands in the file.
    Stored(SecretString),
    /// A variable of the environment holds it.
    Variable(String),
    /// A command prints it: the program and its arguments.
    Command(Vec<String>),
    /// `PostHog`'s own command line has stored it.
    PostHogCli,
}
