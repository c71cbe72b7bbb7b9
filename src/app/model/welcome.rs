//! The first screen: a host, a key, a project, and perhaps a profile to keep them in.

use std::fmt;
use tui_input::Input;

use crate::app::effect::Login;
use crate::app::message::Greeting;
use crate::warehouse::account::Project;
use crate::warehouse::ids::ProjectId;
use crate::warehouse::origin::{Origin, OriginError};

/// What is being done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// Host and key are entered.
    #[default]
    Entering,
    /// The server is asked.
    Asking,
    /// A project is picked.
    Choosing,
    /// It is settled whether it becomes a profile.
    Saving,
}

/// Where the cursor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Field {
    /// The choice of a host.
    #[default]
    Host,
    /// The address of an own installation.
    Address,
    /// The key.
    Key,
    /// The button that asks the server.
    Connect,
    /// The button that starts the demo.
    Demo,
    /// The name of the profile.
    Name,
    /// The button that writes the profile down.
    Save,
    /// The button that does not.
    Once,
}

/// Which `PostHog`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Host {
    /// The US cloud.
    #[default]
    Us,
    /// The EU cloud.
    Eu,
    /// Somebody's own.
    Own,
}

impl Host {
    /// All of them, from left to right.
    pub const ALL: [Self; 3] = [Self::Us, Self::Eu, Self::Own];

    /// Its name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Us => "US cloud",
            Self::Eu => "EU cloud",
            Self::Own => "self-hosted",
        }
    }
}

/// A row of the list of projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row<'a> {
    /// One that the server listed.
    Listed(&'a Project),
    /// One whose number was typed.
    Typed(ProjectId),
}

impl Row<'_> {
    /// Its number.
    #[must_use]
    pub fn id(&self) -> ProjectId {
        match self {
            Self::Listed(project) => project.id,
            Self::Typed(id) => *id,
        }
    }
}

/// The first screen.
#[derive(Default)]
pub struct Welcome {
    /// What is being done.
    pub stage: Stage,
    /// Where the cursor is.
    pub field: Field,
    /// Which host is chosen.
    pub host: Host,
    /// The address of an own installation.
    pub address: Input,
    /// The key. It is never printed.
    pub key: Input,
    /// Whether it was said that the key looks like none.
    pub doubted: bool,
    /// Whether the key may be seen while it is typed.
    pub revealed: bool,
    /// What was refused, and where.
    pub refusal: Option<(Field, String)>,
    /// Tells a current answer from an outdated one.
    pub round: u64,
    /// What the server was asked with.
    pub login: Option<Login>,
    /// What it answered.
    pub greeting: Option<Greeting>,
    /// What is looked for among the projects, or the number of one.
    pub search: Input,
    /// Which project the cursor is on.
    pub cursor: usize,
    /// The project that was picked.
    pub project: Option<ProjectId>,
    /// The name of the profile.
    pub name: Input,
    /// Something is connected behind it, to which it leads back.
    pub leads_back: bool,
}

impl Welcome {
    /// The fields of this stage, in order.
    #[must_use]
    pub fn fields(&self) -> &'static [Field] {
        match (self.stage, self.host) {
            (Stage::Entering | Stage::Asking, Host::Own) => {
                &[Field::Host, Field::Address, Field::Key, Field::Connect, Field::Demo]
            }
            (Stage::Entering | Stage::Asking, _) => &[Field::Host, Field::Key, Field::Connect, Field::Demo],
            (Stage::Choosing, _) => &[],
            (Stage::Saving, _) => &[Field::Name, Field::Save, Field::Once],
        }
    }

    /// The address that is chosen.
    ///
    /// # Errors
    /// What is wrong with one that was typed.
    pub fn origin(&self, allow_http: bool) -> Result<Origin, OriginError> {
        match self.host {
            Host::Us => Ok(Origin::default()),
            Host::Eu => Origin::parse("https://eu.posthog.com", false),
            Host::Own => Origin::parse(self.address.value(), allow_http),
        }
    }

    /// The line that is being typed into.
    pub fn input(&mut self) -> Option<&mut Input> {
        match (self.stage, self.field) {
            (Stage::Choosing, _) => Some(&mut self.search),
            (Stage::Entering, Field::Address) => Some(&mut self.address),
            (Stage::Entering, Field::Key) => Some(&mut self.key),
            (Stage::Saving, Field::Name) => Some(&mut self.name),
            _ => None,
        }
    }

    /// The projects that match what was typed, and the one whose number it is.
    #[must_use]
    pub fn rows(&self) -> Vec<Row<'_>> {
        let wanted = self.search.value().trim().to_lowercase();
        let projects = self.greeting.iter().flat_map(|greeting| &greeting.projects);
        let matches = |project: &&Project| {
            project.name.raw().to_lowercase().contains(&wanted) || project.id.to_string().contains(&wanted)
        };
        let mut rows: Vec<Row> = projects.filter(matches).map(Row::Listed).collect();
        let typed = wanted.parse().ok().and_then(ProjectId::new);
        if let Some(typed) = typed.filter(|typed| rows.iter().all(|row| row.id() != *typed)) {
            rows.push(Row::Typed(typed));
        }
        rows
    }

    /// Whether the key only reads; `None` where the server did not say.
    #[must_use]
    pub fn only_reads(&self) -> Option<bool> {
        Some(!self.greeting.as_ref()?.key.allows("external_data_source", true)?)
    }
}

impl fmt::Debug for Welcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The lines being typed may hold a key, wherever it was pasted.
        out.debug_struct("Welcome").field("stage", &self.stage).field("field", &self.field).finish_non_exhaustive()
    }
}
