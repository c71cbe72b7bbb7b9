//! Plain `whtui`: finds out what to connect to, then hands over to the screen.

use std::io::IsTerminal;
use std::process::ExitCode;
use tokio::sync::mpsc;

use super::arguments::{AUTO, Alert, Connection};
use super::connect::{connect, demo};
use crate::app::commands::keymap::Keymap;
use crate::app::model::watch::Alerts;
use crate::app::settings::Settings;
use crate::config;
use crate::runtime::{self, Exit, Look};
use crate::terminal::{Signal, Signals, StopSignal};
use crate::view::theme::Theme;
use crate::worker::Worker;
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
        let worker =
            Worker::keeping(journal, session.client.take(), Gate::new(flags.read_only, flags.dry_run), messages);
        let look = Look {
            theme: theme(&flags),
            light: light(&flags),
            mouse: !flags.no_mouse,
            alerts: Alerts {
                title: flags.announce.contains(&Alert::Title),
                bell: flags.announce.contains(&Alert::Bell),
                desktop: flags.announce.contains(&Alert::Desktop),
            },
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

/// The theme that was asked for; without that, one that fits the terminal.
fn theme(flags: &Connection) -> Theme {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    // What was asked for by name is meant; NO_COLOR is said to all programs.
    let theme = Theme::named(&flags.theme, flags.ascii).unwrap_or_else(|| {
        match (variable("NO_COLOR"), variable("COLORFGBG").and_then(|pair| is_light(&pair.to_string_lossy()))) {
            (Some(_), _) => Theme::builtin(false, flags.ascii),
            (None, Some(true)) => {
                Theme::named("light", flags.ascii).unwrap_or_else(|| Theme::builtin(true, flags.ascii))
            }
            (None, _) => Theme::builtin(true, flags.ascii),
        }
    });
    if flags.plain { theme.in_lines() } else { theme }
}

/// The theme for a light background, where nothing else says which one it should be.
fn light(flags: &Connection) -> Option<Theme> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let open = flags.theme == AUTO && !flags.plain && !is_set("NO_COLOR") && !is_set("COLORFGBG");
    Theme::named("light", flags.ascii).filter(|_| open)
}

/// Whether the background is light, by the variable that some terminals set: numbers of the palette, the last one that of
/// the background.
fn is_light(pair: &str) -> Option<bool> {
    let background: u8 = pair.rsplit(';').next()?.trim().parse().ok()?;
    (background < 16).then_some(matches!(background, 7 | 9..=15))
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

/// Waits for a signal to end.
async fn terminated(signals: &mut Signals) -> u8 {
    loop {
        if let Signal::Terminate(number) = signals.next().await {
            return number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_background_is_known_where_the_terminal_tells_it() {
        for (pair, light) in [
            ("15;0", Some(false)),
            ("0;15", Some(true)),
            ("0;default;7", Some(true)),
            ("12;8", Some(false)),
            ("0;default", None),
            ("", None),
            ("0;99", None),
        ] {
            assert_eq!(is_light(pair), light, "{pair}");
        }
    }
}
