//! Plain `whtui`: finds out what to connect to, then hands over to the screen.

use std::io::IsTerminal;
use std::process::ExitCode;
use tokio::sync::mpsc;

use super::arguments::Connection;
use super::connect::{connect, demo};
use crate::app::commands::keymap::Keymap;
use crate::app::settings::Settings;
use crate::config;
use crate::runtime::{self, Exit, Look};
use crate::terminal::{Signal, Signals, StopSignal};
use crate::view::theme::Theme;
use crate::warehouse::audit::Whose;
use crate::warehouse::ids::ProjectId;
use crate::worker::Worker;
use crate::worker::audit::Audit;
use crate::worker::gate::Gate;
use crate::worker::journal::Journal;

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
    let mut session = if flags.target.demo {
        demo(&flags.target).await?
    } else {
        tokio::select! {
            session = connect(&flags.target, super::remark) => session?,
            number = terminated(&mut signals) => return Ok(ExitCode::from(number.saturating_add(128))),
        }
    };
    loop {
        let (messages, inbox) = mpsc::unbounded_channel();
        let settings = Settings {
            start: session.start.clone(),
            read_only: flags.read_only,
            dry_run: flags.dry_run,
            ascii: flags.ascii,
        };
        let journal = journal(&settings);
        let worker = Worker::keeping(
            journal,
            audit(&settings),
            session.client.take(),
            Gate::new(flags.read_only, flags.dry_run),
            messages,
        );
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
            Exit::StartDemo => session = demo(&flags.target).await?,
        }
    }
}

/// Where what is half done is written down. The demo forgets everything, and so nothing is written of it.
fn journal(settings: &Settings) -> Journal {
    match (settings.place(), config::state_folder()) {
        (Some(place), Some(folder)) if !place.demo => {
            Journal::new(folder.join("unfinished"), &place.origin, place.project)
        }
        _ => Journal::default(),
    }
}

/// Where what is changed is written down; of the demo, nothing is. The folder of a machine without a home cannot be
/// made, and so every change is asked about.
fn audit(settings: &Settings) -> Audit {
    match settings.place() {
        Some(place) if !place.demo => {
            let folder = config::state_folder().unwrap_or_else(|| "/nonexistent/whtui".into());
            let project = ProjectId::new(place.project).unwrap_or(ProjectId::FIRST);
            Audit::new(folder, Whose { profile: None, host: place.origin.clone(), project })
        }
        _ => Audit::default(),
    }
}

/// Waits for a signal to end.
async fn terminated(signals: &mut Signals) -> u8 {
    loop {
        if let Signal::Terminate(number) = signals.next().await {
            return number;
        }
    }
}
