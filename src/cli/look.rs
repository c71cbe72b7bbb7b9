//! How the program looks and makes itself heard: what was asked for, the settings, the environment.

use super::arguments::{AUTO, Alert, Connection};
use crate::app::model::watch::Alerts;
use crate::config::file::Ui;
use crate::runtime::Look;
use crate::view::theme::Theme;

/// How it looks.
pub(super) fn look(flags: &Connection, ui: Ui, ascii: bool) -> Look {
    Look {
        theme: theme(flags, ui, ascii),
        light: light(flags, ui, ascii),
        mouse: ui.mouse && !flags.no_mouse,
        alerts: Alerts {
            title: flags.announce.contains(&Alert::Title),
            bell: flags.announce.contains(&Alert::Bell),
            desktop: flags.announce.contains(&Alert::Desktop),
        },
    }
}

/// The theme that was asked for; without that, one that fits the terminal.
fn theme(flags: &Connection, ui: Ui, ascii: bool) -> Theme {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    // What was asked for by name is meant; NO_COLOR is said to all programs.
    let theme = Theme::named(&flags.theme, ascii).unwrap_or_else(|| {
        let colours = ui.colour && variable("NO_COLOR").is_none();
        match (colours, variable("COLORFGBG").and_then(|pair| is_light(&pair.to_string_lossy()))) {
            (false, _) => Theme::builtin(false, ascii),
            (true, Some(true)) => Theme::named("light", ascii).unwrap_or_else(|| Theme::builtin(true, ascii)),
            (true, _) => Theme::builtin(true, ascii),
        }
    });
    if flags.plain { theme.in_lines() } else { theme }
}

/// The theme for a light background, where nothing else says which one it should be.
fn light(flags: &Connection, ui: Ui, ascii: bool) -> Option<Theme> {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let open = flags.theme == AUTO && !flags.plain && ui.colour && !is_set("NO_COLOR") && !is_set("COLORFGBG");
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
