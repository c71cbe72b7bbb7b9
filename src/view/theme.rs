//! Styles by role, read from `assets/themes`; glyphs by meaning. The only place that knows colours.

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;
use std::collections::BTreeMap;

use crate::warehouse::recovery::follow::Tone;
use crate::warehouse::state::{Severity, State};

/// The themes that come with the program, by name; the first is the usual one.
const THEMES: [(&str, &str); 5] = [
    ("dark", include_str!("../../assets/themes/dark.toml")),
    ("light", include_str!("../../assets/themes/light.toml")),
    (MONO, include_str!("../../assets/themes/mono.toml")),
    ("high-contrast", include_str!("../../assets/themes/high-contrast.toml")),
    ("colour-blind", include_str!("../../assets/themes/colour-blind.toml")),
];

/// The theme without colours.
const MONO: &str = "mono";

/// What a style is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named by what they are for")]
pub enum Role {
    Text,
    Faint,
    Title,
    Heading,
    Key,
    Border,
    BorderFocused,
    Selected,
    SelectedUnfocused,
    Broken,
    Doubtful,
    Moving,
    Well,
    Idle,
    Good,
    Bad,
    Danger,
    Badge,
}

/// All roles with their names in the file.
const ROLES: [(&str, Role); 18] = [
    ("text", Role::Text),
    ("faint", Role::Faint),
    ("title", Role::Title),
    ("heading", Role::Heading),
    ("key", Role::Key),
    ("border", Role::Border),
    ("border-focused", Role::BorderFocused),
    ("selected", Role::Selected),
    ("selected-unfocused", Role::SelectedUnfocused),
    ("broken", Role::Broken),
    ("doubtful", Role::Doubtful),
    ("moving", Role::Moving),
    ("well", Role::Well),
    ("idle", Role::Idle),
    ("good", Role::Good),
    ("bad", Role::Bad),
    ("danger", Role::Danger),
    ("badge", Role::Badge),
];

/// How everything looks.
#[derive(Clone, Debug)]
pub struct Theme {
    styles: [Style; ROLES.len()],
    /// Draw with ASCII only.
    pub ascii: bool,
    /// For ears: no frames and no glyphs, tables as `field: value`.
    pub plain: bool,
}

impl Theme {
    /// The names of the themes that come with the program.
    pub fn names() -> impl Iterator<Item = &'static str> {
        THEMES.iter().map(|(name, _)| *name)
    }

    /// The theme of this name that comes with the program.
    #[must_use]
    pub fn named(name: &str, ascii: bool) -> Option<Self> {
        let (_, text) = THEMES.iter().find(|(known, _)| *known == name)?;
        // A test proves that all of them are free of mistakes.
        Self::read(text, ascii).ok()
    }

    /// The same for ears.
    #[must_use]
    pub fn in_lines(self) -> Self {
        Self { plain: true, ..self }
    }

    /// The theme that comes with the program, with or without colours.
    #[must_use]
    pub fn builtin(colours: bool, ascii: bool) -> Self {
        let name = if colours { THEMES[0].0 } else { MONO };
        Self::named(name, ascii).unwrap_or(Self { styles: [Style::new(); ROLES.len()], ascii, plain: false })
    }

    /// Reads a theme.
    ///
    /// # Errors
    /// One sentence for each role that is missing or unknown, and for each word that is neither colour nor modifier.
    pub fn read(text: &str, ascii: bool) -> Result<Self, Vec<String>> {
        let table: BTreeMap<String, String> =
            toml::from_str(text).map_err(|error| vec![format!("the theme cannot be read: {error}")])?;
        let mut mistakes: Vec<String> = table
            .keys()
            .filter(|name| !ROLES.iter().any(|(role, _)| role == name))
            .map(|name| format!("there is no role `{name}`"))
            .collect();
        let mut styles = [Style::new(); ROLES.len()];
        for (name, role) in ROLES {
            let Some(words) = table.get(name) else {
                mistakes.push(format!("the role `{name}` is missing"));
                continue;
            };
            match style(words) {
                Ok(style) => styles[role as usize] = style,
                Err(word) => mistakes.push(format!("`{word}` (of {name}) is neither a colour nor a modifier")),
            }
        }
        if mistakes.is_empty() { Ok(Self { styles, ascii, plain: false }) } else { Err(mistakes) }
    }

    /// The style of a role.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }

    /// The style of a state.
    #[must_use]
    pub fn state(&self, state: State) -> Style {
        self.style(match state.severity() {
            Severity::Broken => Role::Broken,
            Severity::Doubtful => Role::Doubtful,
            Severity::Moving => Role::Moving,
            Severity::Well => Role::Well,
            Severity::Unproven | Severity::Idle => Role::Idle,
        })
    }

    /// The style of a profile of this colour; without colours its name alone tells it from others.
    #[must_use]
    pub fn profile(&self, name: Option<&str>) -> Style {
        let coloured = self.styles.iter().any(|style| style.fg.is_some() || style.bg.is_some());
        match name.and_then(colour).filter(|_| coloured) {
            Some(colour) => Style::new().fg(colour).add_modifier(Modifier::BOLD),
            None => self.style(Role::Text),
        }
    }

    /// The style of a report.
    #[must_use]
    pub fn tone(&self, tone: Tone) -> Style {
        self.style(match tone {
            Tone::Good => Role::Good,
            Tone::Note => Role::Text,
            Tone::Bad => Role::Bad,
        })
    }

    /// The glyph of a state. With its word it is never colour alone that tells.
    #[must_use]
    pub fn glyph(&self, state: State) -> &'static str {
        let (unicode, ascii) = match state {
            State::BillingPause | State::BillingLimit => ("$", "$"),
            State::SwitchedOff => ("⊘", "0"),
            State::Failed => ("✗", "x"),
            State::Halted | State::WebhookBroken | State::CdcBroken => ("!", "!"),
            State::WebhookUnclear | State::CdcBehind => ("◑", "*"),
            State::Gone => ("∅", "@"),
            State::Unverified => ("◌", ":"),
            State::Phantom => ("◍", "?"),
            State::Stuck => ("■", "#"),
            State::Unknown => ("?", "?"),
            State::Stale => ("◷", "~"),
            State::Slow => ("◔", "%"),
            State::Cancelled => ("◇", "/"),
            State::Starting => ("▷", ">"),
            State::Running => ("▶", ">"),
            State::NeverSynced => ("·", "."),
            State::Completed => ("✓", "+"),
            State::Direct => ("↯", "="),
            State::Off => ("○", "o"),
            State::NotSetUp => ("-", "-"),
        };
        match (self.plain, self.ascii) {
            // The word beside it says all.
            (true, _) => "",
            (false, true) => ascii,
            (false, false) => unicode,
        }
    }

    /// The mark of a watched table.
    #[must_use]
    pub fn watched(&self) -> &'static str {
        match (self.plain, self.ascii) {
            (true, _) => "watched, ",
            (false, true) => "&",
            (false, false) => "◉",
        }
    }

    /// The mark of a text that was cut.
    #[must_use]
    pub fn ellipsis(&self) -> &'static str {
        if self.ascii { "~" } else { "…" }
    }

    /// The lines of frames.
    #[must_use]
    pub fn borders(&self) -> border::Set<'static> {
        if self.plain {
            return border::Set {
                top_left: " ",
                top_right: " ",
                bottom_left: " ",
                bottom_right: " ",
                vertical_left: " ",
                vertical_right: " ",
                horizontal_top: " ",
                horizontal_bottom: " ",
            };
        }
        if !self.ascii {
            return border::ROUNDED;
        }
        border::Set {
            top_left: "+",
            top_right: "+",
            bottom_left: "+",
            bottom_right: "+",
            vertical_left: "|",
            vertical_right: "|",
            horizontal_top: "-",
            horizontal_bottom: "-",
        }
    }
}

fn style(words: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut words = words.split_whitespace();
    while let Some(word) = words.next() {
        if word == "on" {
            let name = words.next().unwrap_or_default();
            style = style.bg(colour(name).ok_or_else(|| format!("on {name}"))?);
        } else if let Some(colour) = colour(word) {
            style = style.fg(colour);
        } else {
            style = style.add_modifier(modifier(word).ok_or(word)?);
        }
    }
    Ok(style)
}

fn colour(name: &str) -> Option<Color> {
    Some(match name {
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::White,
        "gray" => Color::Gray,
        "darkgray" => Color::DarkGray,
        "lightred" => Color::LightRed,
        "lightgreen" => Color::LightGreen,
        "lightyellow" => Color::LightYellow,
        "lightblue" => Color::LightBlue,
        "lightmagenta" => Color::LightMagenta,
        "lightcyan" => Color::LightCyan,
        _ => return None,
    })
}

fn modifier(name: &str) -> Option<Modifier> {
    Some(match name {
        "bold" => Modifier::BOLD,
        "dim" => Modifier::DIM,
        "italic" => Modifier::ITALIC,
        "underlined" => Modifier::UNDERLINED,
        "reversed" => Modifier::REVERSED,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_themes_that_can_be_asked_for_are_those_there_are() {
        let asked: Vec<_> = crate::app::settings::THEMES.into_iter().skip(1).collect();
        assert_eq!(THEMES.iter().map(|(name, _)| *name).collect::<Vec<_>>(), asked);
    }

    #[test]
    fn all_themes_are_free_of_mistakes_and_the_cursor_is_seen_without_colour() {
        for (name, text) in THEMES {
            let theme = Theme::read(text, false).unwrap_or_else(|mistakes| panic!("{name}: {mistakes:?}"));
            // By its own attribute, so that no palette can hide it.
            assert!(theme.style(Role::Selected).add_modifier.contains(Modifier::REVERSED), "{name}");
            assert_ne!(theme.style(Role::Selected), theme.style(Role::SelectedUnfocused), "{name}");
        }
        assert!(Theme::named("pink", false).is_none());
        let mono = Theme::named(MONO, false).unwrap();
        assert!(mono.styles.iter().all(|style| style.fg.is_none() && style.bg.is_none()));
    }

    #[test]
    fn every_colour_of_a_profile_is_one_and_none_is_seen_without_colours() {
        let (dark, mono) = (Theme::named("dark", false).unwrap(), Theme::named(MONO, false).unwrap());
        let mut seen = Vec::new();
        for name in crate::app::settings::manner::COLOURS {
            let colour = dark.profile(Some(name)).fg.unwrap_or_else(|| panic!("{name} is no colour"));
            assert!(!seen.contains(&colour), "{name} is another one's");
            seen.push(colour);
            assert_eq!(mono.profile(Some(name)), mono.style(Role::Text));
        }
        assert_eq!(dark.profile(None), dark.style(Role::Text));
    }

    #[test]
    fn bad_and_good_differ_by_more_than_red_and_green_where_that_is_promised() {
        let theme = Theme::named("colour-blind", false).unwrap();
        for role in [Role::Broken, Role::Doubtful, Role::Well, Role::Good, Role::Bad, Role::Danger] {
            let colour = theme.style(role).fg;
            let told_apart = [Color::Red, Color::LightRed, Color::Green, Color::LightGreen];
            assert!(!told_apart.iter().any(|red_or_green| colour == Some(*red_or_green)), "{role:?}");
        }
        let contrast = Theme::named("high-contrast", false).unwrap();
        assert!(
            contrast
                .styles
                .iter()
                .all(|style| style.fg != Some(Color::DarkGray) && !style.add_modifier.contains(Modifier::DIM))
        );
    }

    #[test]
    fn all_mistakes_of_a_theme_are_reported_at_once() {
        let mistakes = Theme::read("text = \"pink\"\nhat = \"red\"", false).unwrap_err();
        assert!(mistakes.contains(&"there is no role `hat`".to_owned()));
        assert!(mistakes.contains(&"`pink` (of text) is neither a colour nor a modifier".to_owned()));
        assert!(mistakes.contains(&"the role `badge` is missing".to_owned()));
    }
}
