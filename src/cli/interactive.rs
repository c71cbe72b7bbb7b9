//! Plain `whtui`: finds out what to connect to, then hands over to the screen.

use std::io::IsTerminal;
use std::process::ExitCode;
use tokio::sync::mpsc;

use super::arguments::{Connection, Target};
use super::config::settings;
use super::connect::{Session, connect, demo, entered};
use super::look::{look, machine};
use crate::app::commands::keymap::Keymap;
use crate::app::effect::Destination;
use crate::app::model::remembered::Memory as Kept;
use crate::app::settings::{Offer, Settings, Setup, Start};
use crate::config::file::Ui;
use crate::config::{self, Config, InUse};
use crate::runtime::{self, Exit};
use crate::terminal::{EscapeKey, Signal, Signals, StopSignal};
use crate::warehouse::audit::Whose;
use crate::warehouse::failure::FailureKind;
use crate::warehouse::ids::ProjectId;
use crate::warehouse::operation::Page;
use crate::worker::Worker;
use crate::worker::audit::Audit;
use crate::worker::findings;
use crate::worker::gate::Gate;
use crate::worker::journal::Journal;
use crate::worker::memory::{self, Memory};

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
    // While everything else that the first screen needs is read.
    tokio::task::spawn_blocking(findings::warm_up);
    let mut config = settings(flags.target.no_config, flags.target.allow_http)?;
    let mut keymap = keymap(&flags, &config)?;
    let mut signals = Signals::listen(stop).map_err(|error| format!("signals cannot be received ({error})."))?;
    let mut session = if flags.target.demo {
        demo(&flags.target).await?
    } else {
        tokio::select! {
            session = connect(&flags.target, &config, super::remark) => session?,
            number = terminated(&mut signals) => return Ok(ExitCode::from(number.saturating_add(128))),
        }
    };
    // What was connected before, for as long as it may be gone back to.
    let mut before: Option<Session> = None;
    // The table somebody goes to.
    let mut arrival = None;
    loop {
        let (messages, inbox) = mpsc::unbounded_channel();
        // What the sentence for scripts advises can be done right there.
        if let (Start::Welcome { reason }, []) = (&mut session.start, config.profiles.as_slice()) {
            *reason = format!("No API key was found: enter one here, or try the demo. {}", session.notes.join(" "));
            reason.truncate(reason.trim_end().len());
        }
        if matches!(session.start, Start::Connected(_)) {
            before = None;
        }
        let memory = memory(&session.start, session.profile.as_ref(), &config, flags.target.no_config);
        let setup = Setup {
            leads_back: before.is_some(),
            arrival: arrival.take(),
            ..setup(&flags.target, &config, &mut session, &memory)
        };
        let settings = Settings {
            start: session.start.clone(),
            read_only: flags.read_only || setup.read_only,
            dry_run: flags.dry_run,
            ascii: flags.ascii || config.ui.ascii,
            machine: machine(&flags, config.ui),
            setup,
        };
        let journal = journal(&settings);
        let gate = Gate::new(settings.read_only, settings.dry_run);
        let worker = Worker::keeping(journal, audit(&settings), session.client.clone(), gate, messages)
            .with_profiles(config.clone(), flags.target.allow_http)
            .with_memory(memory)
            .watched();
        let ui = Ui { theme: settings.setup.manner().theme.unwrap_or(config.ui.theme), ..config.ui };
        let look = look(&flags, ui, settings.ascii);
        let exit = runtime::run(settings, keymap.clone(), &look, &worker, inbox, &mut signals).await;
        worker.end();
        let next = match exit.map_err(|error| format!("{error}."))? {
            Exit::Quit => return Ok(ExitCode::SUCCESS),
            // By custom.
            Exit::Signal(number) => return Ok(ExitCode::from(number.saturating_add(128))),
            Exit::Gone => return Ok(ExitCode::FAILURE),
            Exit::StartDemo => demo(&flags.target).await,
            Exit::Connect(destination) => {
                // A profile may have been written down meanwhile.
                if let Ok(written) = super::config::settings(flags.target.no_config, flags.target.allow_http) {
                    keymap = self::keymap(&flags, &written).unwrap_or(keymap);
                    config = written;
                }
                match *destination {
                    Destination::Back => match before.take() {
                        Some(before) => Ok(before),
                        None => return Ok(ExitCode::SUCCESS),
                    },
                    Destination::Entered(login, project) => entered(login, project, &config),
                    Destination::Profile(name, table) => {
                        arrival = table;
                        match switch(&profile(name, &flags.target), &config, &mut signals).await {
                            Ok(session) => session,
                            Err(number) => return Ok(ExitCode::from(number.saturating_add(128))),
                        }
                    }
                }
            }
        };
        match next {
            Ok(next) => before = Some(std::mem::replace(&mut session, next)),
            // What was there before is still as good.
            Err(sentence) if session.client.is_some() => {
                arrival = None;
                session.notes = vec![format!("Not switched: {sentence}")];
            }
            Err(sentence) => match &mut session.start {
                Start::Welcome { reason } => *reason = format!("Not connected: {sentence}"),
                _ => return Err(sentence),
            },
        }
    }
}

/// Connects to another profile, unless the user gives it up.
///
/// # Errors
/// The number of the signal that ends the program meanwhile.
async fn switch(target: &Target, config: &Config, signals: &mut Signals) -> Result<Result<Session, String>, u8> {
    let escape = EscapeKey::heed();
    tokio::select! {
        session = answering(target, config) => Ok(session),
        () = pressed(escape.as_ref()) => Ok(Err("you gave it up.".to_owned())),
        number = terminated(signals) => Err(number),
    }
}

/// Connects to another profile, and asks whether its project can be read: what works is not left for what does not.
async fn answering(target: &Target, config: &Config) -> Result<Session, String> {
    let session = connect(target, config, remark_and_way_back).await?;
    // Nothing is sent to a host that the key was not meant for before the user has agreed.
    if let (Start::Connected(place), Some(client)) = (&session.start, &session.client) {
        remark_and_way_back(&format!("asking {}", place.origin));
        if let Err(failure) = client.sources(Page { limit: 1, offset: 0 }).await
            && !matches!(failure.kind, FailureKind::TooManyRequests(_))
        {
            return Err(format!("project {} at {}: {}.", place.project, place.origin, failure.explanation()));
        }
    }
    Ok(session)
}

/// Says what is going on while another profile is gone over to.
fn remark_and_way_back(sentence: &str) {
    super::remark(&format!("{sentence} (esc gives it up)"));
}

/// Waits for the key that gives up.
async fn pressed(escape: Option<&EscapeKey>) {
    match escape {
        Some(escape) => escape.pressed().await,
        None => std::future::pending().await,
    }
}

/// The keys that were asked for, and those of the settings over them.
fn keymap(flags: &Connection, config: &Config) -> Result<Keymap, String> {
    config.keymap_over(flags.keys.unwrap_or(config.ui.keys))
}

/// What to connect to for this profile: it brings its own host and project.
fn profile(name: String, flags: &Target) -> Target {
    Target {
        demo: false,
        scenario: None,
        faults: None,
        profile: Some(name),
        no_config: flags.no_config,
        host: None,
        project: None,
        allow_http: flags.allow_http,
    }
}

/// The profiles there are, and the one in use.
fn setup(flags: &Target, config: &Config, session: &mut Session, memory: &Memory) -> Setup {
    let offer = |profile: &config::file::Profile| Offer {
        name: profile.name.clone(),
        place: {
            let host = profile.host.as_ref().map(ToString::to_string);
            let project = profile.project.map(|project| format!("project {project}"));
            let parts: Vec<String> = [host, project].into_iter().flatten().collect();
            parts.join(", ")
        },
        read_only: profile.read_only,
        protected: profile.protected,
        manner: profile.manner,
    };
    let in_use = session.profile.as_ref();
    let found = memory.found();
    session.notes.extend(found.notes);
    Setup {
        profile: in_use.map(|profile| profile.name.clone()),
        read_only: in_use.is_some_and(|profile| profile.read_only),
        protected: in_use.is_some_and(|profile| profile.protected),
        profiles: config.profiles.iter().map(offer).collect(),
        file: config::file::config_path().filter(|_| !flags.no_config).map(|path| path.display().to_string()),
        allow_http: flags.allow_http,
        leads_back: false,
        columns: config.columns_of(in_use.map(|profile| profile.name.as_str())),
        notes: std::mem::take(&mut session.notes),
        arrival: None,
        memory: Kept {
            keeps: memory.keeps(),
            remembers: memory.remembers(),
            saved: found.saved,
            settled: config.filters.clone(),
            left: found.left,
        },
    }
}

/// Where things are remembered. Without settings, and in the demo, nothing is read or written of it.
fn memory(start: &Start, profile: Option<&InUse>, config: &Config, no_config: bool) -> Memory {
    let place = match start {
        Start::Connected(place) | Start::MustConfirm { place, .. } if !place.demo && !no_config => place,
        _ => return Memory::default(),
    };
    let view = memory::View {
        profile: profile.map(|profile| profile.name.clone()),
        host: place.origin.clone(),
        project: place.project,
    };
    let view = config.ui.remember.then_some(view);
    config::state_folder().map_or_else(Memory::default, |folder| Memory::new(folder, view))
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
            Audit::new(
                folder,
                Whose {
                    profile: settings.setup.profile.clone(),
                    protected: settings.setup.protected,
                    host: place.origin.clone(),
                    project,
                },
            )
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
