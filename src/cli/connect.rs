//! What to connect to, by flags, environment and files; or the demo.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::arguments::Target;
use crate::api::{Account, Client, Limits};
use crate::app::effect::Login;
use crate::app::settings::{Place, Start};
use crate::config::{self, Config, ConfigError, Flags, InUse, Pair, ProjectChoice, Resolved};
use crate::simulator::{self, Simulator};
use crate::warehouse::ids::ProjectId;
use crate::worker::joined;

/// What the program is connected to.
pub(super) struct Session {
    /// How the screen would start.
    pub start: Start,
    /// `None` without a key.
    pub client: Option<Client>,
    /// The profile in use.
    pub profile: Option<InUse>,
    /// What the user should know, as sentences.
    pub notes: Vec<String>,
    /// Kept while the program runs: dropping it stops it.
    _simulator: Option<Simulator>,
}

impl Session {
    fn new(start: Start, client: Option<Client>) -> Self {
        Self { start, client, profile: None, notes: Vec::new(), _simulator: None }
    }
}

/// Starts the demo.
///
/// # Errors
/// One sentence when it cannot start.
pub(super) async fn demo(flags: &Target) -> Result<Session, String> {
    let options = simulator::Options {
        scenario: flags.scenario.clone().unwrap_or_else(|| "demo".to_owned()),
        faults: flags.faults.clone().unwrap_or_default().plan(),
        keeps_requests: false,
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
    Ok(Session { _simulator: Some(served), ..Session::new(Start::Connected(place), Some(client)) })
}

/// The connection that was entered on the first screen.
///
/// # Errors
/// One sentence when it cannot be prepared.
pub(super) fn entered(login: Login, project: ProjectId, config: &Config) -> Result<Session, String> {
    let Login { origin, key, profile } = login;
    let place = Place { origin: origin.to_string(), project: project.get(), demo: false };
    let client = Client::new(origin, key.expose().to_owned().into(), project, Limits::default())
        .map_err(|failure| format!("the connection cannot be prepared: {}.", failure.explanation()))?;
    let profile = profile.and_then(|name| {
        let profile = config.profile(&name)?;
        Some(InUse { name, read_only: profile.read_only, protected: profile.protected })
    });
    Ok(Session { profile, ..Session::new(Start::Connected(place), Some(client)) })
}

/// Tells when it is let go.
#[derive(Default)]
struct Leash(Arc<AtomicBool>);

impl Drop for Leash {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Finds out what to connect to; where that takes time, a remark says so. It may be given up at any time.
///
/// # Errors
/// One sentence: what is wrong, and what to do next.
pub(super) async fn connect(
    flags: &Target,
    config: &Config,
    remark: impl Fn(&str) + Clone + Send + 'static,
) -> Result<Session, String> {
    let wanted = Flags {
        host: flags.host.clone(),
        project: flags.project.clone(),
        allow_http: flags.allow_http,
        profile: flags.profile.clone(),
    };
    let (config, say) = (config.clone(), remark.clone());
    // Whoever waits for this no longer, waits for the command no longer either.
    let leash = Leash::default();
    let given_up = Arc::clone(&leash.0);
    let found = tokio::task::spawn_blocking(move || {
        let announce = |program: &str| {
            let program = crate::warehouse::text::Foreign::new(program);
            say(&format!("asking `{}` for the key", program.shown()));
        };
        config::connection(&wanted, &config, &announce, &given_up)
    });
    let resolved = match joined(found).await.map_err(|failure| format!("{}.", failure.explanation()))? {
        Ok(resolved) => resolved,
        Err(error) => {
            let notes = match &error {
                ConfigError::NoKey { notes } => notes.clone(),
                ConfigError::WhichProfile { .. } => Vec::new(),
                _ => return Err(error.to_string()),
            };
            return Ok(Session { notes, ..Session::new(Start::Welcome { reason: error.to_string() }, None) });
        }
    };
    let Resolved { origin, key, project, pair, profile, notes, .. } = resolved;
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
    Ok(Session { profile, notes, ..Session::new(start, Some(account.client(project))) })
}
