//! What to connect to, by flags, environment and files; or the demo.

use super::arguments::Target;
use crate::api::{Account, Client, Limits};
use crate::app::settings::{Place, Start};
use crate::config::{self, ConfigError, Flags, Pair, ProjectChoice, Resolved};
use crate::simulator::{self, Simulator};
use crate::warehouse::ids::ProjectId;

/// What the program is connected to.
pub(super) struct Session {
    /// How the screen would start.
    pub start: Start,
    /// `None` without a key.
    pub client: Option<Client>,
    /// Kept while the program runs: dropping it stops it.
    _simulator: Option<Simulator>,
}

/// Starts the demo.
///
/// # Errors
/// One sentence when it cannot start.
pub(super) async fn demo(flags: &Target) -> Result<Session, String> {
    let options = simulator::Options {
        scenario: flags.scenario.clone().unwrap_or_else(|| "demo".to_owned()),
        faults: flags.faults.clone().unwrap_or_default().plan(),
        ..simulator::Options::default()
    };
    let served = simulator::start(options).await.map_err(|error| format!("{error}."))?;
    let sentence = |what: &dyn std::fmt::Display| format!("the demo cannot be reached: {what}.");
    let origin = crate::warehouse::origin::Origin::parse(&served.origin(), false).map_err(|error| sentence(&error))?;
    let project = ProjectId::new(served.project()).ok_or_else(|| sentence(&"it has no project"))?;
    let place = Place { origin: origin.to_string(), project: project.get(), demo: true };
    let key = served.key().to_owned().into();
    let client =
        Client::new(origin, key, project, Limits::default()).map_err(|error| sentence(&error.explanation()))?;
    Ok(Session { start: Start::Connected(place), client: Some(client), _simulator: Some(served) })
}

/// Finds out what to connect to; where that takes time, a remark says so.
///
/// # Errors
/// One sentence: what is wrong, and what to do next.
pub(super) async fn connect(flags: &Target, remark: impl Fn(&str)) -> Result<Session, String> {
    let wanted = Flags { host: flags.host.clone(), project: flags.project.clone(), allow_http: flags.allow_http };
    let resolved = match config::connection(&wanted) {
        Ok(resolved) => resolved,
        Err(error @ ConfigError::NoKey { .. }) => {
            return Ok(Session { start: Start::Welcome { reason: error.to_string() }, client: None, _simulator: None });
        }
        Err(error) => return Err(error.to_string()),
    };
    let Resolved { origin, key, project, pair, .. } = resolved;
    let account = Account::new(origin.clone(), key, Limits::default())
        .map_err(|failure| format!("the connection to {origin} cannot be prepared: {}.", failure.explanation()))?;
    let project = match (project, &pair) {
        (ProjectChoice::Given(project), _) => project,
        // Nothing is sent to a host the key was not meant for before the user has agreed.
        (ProjectChoice::Unknown, Pair::MustConfirm { .. }) => {
            return Err(format!("no project is given for {origin}; add --project NUMBER or set WHTUI_PROJECT."));
        }
        (ProjectChoice::Unknown, Pair::SamePlace) => {
            remark(&format!("no project is given; asking {origin} which ones the key may use"));
            super::discover::project(&account).await?
        }
    };
    let place = Place { origin: origin.to_string(), project: project.get(), demo: false };
    let start = match pair {
        Pair::SamePlace => Start::Connected(place),
        Pair::MustConfirm { host_from, key_from } => Start::MustConfirm { place, host_from, key_from },
    };
    Ok(Session { start, client: Some(account.client(project)), _simulator: None })
}
