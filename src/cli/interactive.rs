//! Plain `whtui`: finds out what to connect to, then hands over to the screen.

use std::io::IsTerminal;
use std::process::ExitCode;
use tokio::sync::mpsc;

use super::arguments::Connection;
use crate::api::{Account, Client, Limits};
use crate::app::commands::keymap::Keymap;
use crate::app::settings::{Place, Settings, Start};
use crate::config::{self, ConfigError, Flags, Pair, ProjectChoice, Resolved};
use crate::runtime::{self, Exit, Look};
use crate::simulator::{self, Simulator};
use crate::terminal::{Signals, StopSignal};
use crate::view::theme::Theme;
use crate::warehouse::ids::ProjectId;
use crate::worker::Worker;
use crate::worker::gate::Gate;

/// Runs the program on the screen.
///
/// # Errors
/// One sentence: what is wrong, and what to do next.
pub(super) async fn run(flags: Connection, stop: StopSignal) -> Result<ExitCode, String> {
    if !std::io::stdout().is_terminal() || !std::io::stdin().is_terminal() {
        return Err("standard input and output must be a terminal; run whtui in one, or see `whtui --help` for what \
                    works without."
            .to_owned());
    }
    let mut signals = Signals::listen(stop).map_err(|error| format!("signals cannot be received ({error})."))?;
    let mut session = if flags.demo { demo(&flags).await? } else { connect(&flags).await? };
    loop {
        let (messages, inbox) = mpsc::unbounded_channel();
        let settings = Settings {
            start: session.start.clone(),
            read_only: flags.read_only,
            dry_run: flags.dry_run,
            ascii: flags.ascii,
        };
        let worker = Worker::new(session.client.take(), Gate::new(flags.read_only, flags.dry_run), messages);
        let look = Look {
            theme: Theme::builtin(std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()), flags.ascii),
            mouse: !flags.no_mouse,
        };
        let exit = runtime::run(settings, Keymap::defaults(), &look, &worker, inbox, &mut signals).await;
        worker.end();
        match exit.map_err(|error| format!("{error}."))? {
            Exit::Quit => return Ok(ExitCode::SUCCESS),
            // By custom.
            Exit::Signal(number) => return Ok(ExitCode::from(number.saturating_add(128))),
            Exit::Gone => return Ok(ExitCode::FAILURE),
            Exit::StartDemo => session = demo(&flags).await?,
        }
    }
}

/// What the screen is started with.
struct Session {
    start: Start,
    client: Option<Client>,
    /// Kept while the screen runs: dropping it stops it.
    _simulator: Option<Simulator>,
}

async fn demo(flags: &Connection) -> Result<Session, String> {
    let options = simulator::Options {
        scenario: flags.scenario.clone().unwrap_or_else(|| "demo".to_owned()),
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

async fn connect(flags: &Connection) -> Result<Session, String> {
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
        (ProjectChoice::Unknown, Pair::SamePlace) => super::discover::project(&account).await?,
    };
    let place = Place { origin: origin.to_string(), project: project.get(), demo: false };
    let start = match pair {
        Pair::SamePlace => Start::Connected(place),
        Pair::MustConfirm { host_from, key_from } => Start::MustConfirm { place, host_from, key_from },
    };
    Ok(Session { start, client: Some(account.client(project)), _simulator: None })
}
