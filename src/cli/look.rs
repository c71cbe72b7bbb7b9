//! How the program looks and makes itself heard: what was asked for, the settings, the environment.

use super::arguments::{Alert, Connection};
use crate::app::settings::{Alerts, Machine, THEMES};
use crate::config::file::{Announce, Ui};
use crate::runtime::Look;
use crate::view::theme::Theme;

/// How it looks.
pub(super) fn look(flags: &Connection, ui: Ui, ascii: bool) -> Look {
    let wanted = flags.theme.as_deref().unwrap_or(ui.theme);
    let theme = theme(wanted, ui, ascii);
    Look {
        theme: if flags.plain { theme.in_lines() } else { theme },
        light: light(wanted, ui, ascii).filter(|_| !flags.plain),
        mouse: ui.mouse && !flags.no_mouse,
        links: ui.links,
    }
}

/// Where it runs, and how it makes itself heard there.
pub(super) fn machine(flags: &Connection, ui: Ui) -> Machine {
    let announce = flags.announce.as_deref().map_or(ui.announce, |ways| Announce {
        title: ways.contains(&Alert::Title),
        bell: ways.contains(&Alert::Bell),
        desktop: ways.contains(&Alert::Desktop),
    });
    let alerts = Alerts { title: announce.title, bell: announce.bell, desktop: announce.desktop };
    Machine { alerts, read_aloud: flags.plain, zone: super::zone::local() }
}

fn variable(name: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The theme that was asked for; without that, one that fits the terminal.
fn theme(wanted: &str, ui: Ui, ascii: bool) -> Theme {
    // What was asked for by name is meant; NO_COLOR is said to all programs.
    if let Some(theme) = Theme::named(wanted, ascii) {
        return theme;
    }
    let colours = ui.colour && variable("NO_COLOR").is_none();
    let told_light = variable("COLORFGBG").and_then(|pair| is_light(&pair.to_string_lossy())) == Some(true);
    let light = Theme::named("light", ascii).filter(|_| colours && told_light);
    light.unwrap_or_else(|| Theme::builtin(colours, ascii))
}

/// The theme for a light background, where nothing else says which one it should be.
fn light(wanted: &str, ui: Ui, ascii: bool) -> Option<Theme> {
    let open = wanted == THEMES[0] && ui.colour && variable("NO_COLOR").is_none() && variable("COLORFGBG").is_none();
    Theme::named("light", ascii).filter(|_| open)
}

/// Whether the background is light, by the variable that some terminals set: numbers of the palette, the last one that of
/// the background.
fn is_light(pair: &str) -> Option<bool> {
    let background: u8 = pair.rsplit(';').next()?.trim().parse().ok()?;
    (background < 16).then_some(matches!(background, 7 | 9..=15))
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
