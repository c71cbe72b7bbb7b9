//! Where keys are pressed. Each of these may have keys of its own.

use super::CommandId;
use crate::app::key::{Code, Key};

/// What keys are pressed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Surface {
    /// The list of sources.
    Sources,
    /// The list of tables.
    Tables,
    /// The details.
    Details,
    /// The list of what is wrong.
    Triage,
    /// Jobs.
    History,
    /// A log.
    Logs,
    /// The tables of all profiles.
    AllProfiles,
    /// A runbook.
    Runbook,
    /// The editor of sync settings.
    Editor,
    /// What is only read: help, activity, JSON, explanations.
    Text,
    /// Menus and the list of profiles: only the general keys mean something there.
    Lists,
}

use CommandId as C;

/// What moves through anything.
const MOVES: [CommandId; 8] =
    [C::Down, C::Up, C::PageDown, C::PageUp, C::HalfPageDown, C::HalfPageUp, C::Top, C::Bottom];

impl Surface {
    /// Those that may have keys of their own.
    pub const ALL: [Self; 10] = [
        Self::Sources,
        Self::Tables,
        Self::Details,
        Self::Triage,
        Self::History,
        Self::Logs,
        Self::AllProfiles,
        Self::Runbook,
        Self::Editor,
        Self::Text,
    ];

    /// Its name in the file of settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sources => "sources",
            Self::Tables => "tables",
            Self::Details => "details",
            Self::Triage => "triage",
            Self::History => "history",
            Self::Logs => "logs",
            Self::AllProfiles => "profiles",
            Self::Runbook => "runbook",
            Self::Editor => "editor",
            Self::Text => "text",
            Self::Lists => "lists",
        }
    }

    /// Its name in a sentence.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Sources => "the sources",
            Self::Tables => "the tables",
            Self::Details => "the details",
            Self::Triage => "the triage",
            Self::History => "the history",
            Self::Logs => "the logs",
            Self::AllProfiles => "the list of all profiles",
            Self::Runbook => "a runbook",
            Self::Editor => "the editor",
            Self::Text => "texts",
            Self::Lists => "lists",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|surface| surface.name() == name)
    }

    /// Whether it is one of the panes, where every command means something.
    #[must_use]
    pub fn is_pane(self) -> bool {
        matches!(self, Self::Sources | Self::Tables | Self::Details)
    }

    /// Whether a command means anything there.
    #[must_use]
    pub fn understands(self, command: CommandId) -> bool {
        let more: &[CommandId] = match self {
            Self::Sources | Self::Tables | Self::Details => return true,
            Self::Triage => {
                &[C::Fix, C::Open, C::History, C::Runbooks, C::Refresh, C::Help, C::Back, C::Triage, C::Quit]
            }
            Self::History => &[
                C::Open,
                C::Logs,
                C::Raw,
                C::LocalTime,
                C::Copy,
                C::CopyError,
                C::EditText,
                C::Refresh,
                C::Help,
                C::Triage,
                C::Back,
                C::History,
                C::Quit,
            ],
            Self::Logs => &[
                C::Filter,
                C::Open,
                C::Copy,
                C::CopyError,
                C::EditText,
                C::Refresh,
                C::Help,
                C::LocalTime,
                C::History,
                C::Back,
                C::Logs,
                C::Quit,
            ],
            Self::AllProfiles => {
                &[C::Filter, C::Open, C::Refresh, C::Help, C::Profiles, C::AllProfiles, C::Back, C::Quit]
            }
            Self::Runbook => {
                &[C::Copy, C::CopyError, C::EditText, C::Refresh, C::History, C::Runbooks, C::Back, C::Quit, C::Help]
            }
            Self::Editor => &[C::Back, C::Quit, C::Help],
            Self::Text => &[
                C::Filter,
                C::Back,
                C::Quit,
                C::Help,
                C::Activity,
                C::Raw,
                C::Copy,
                C::CopyError,
                C::EditText,
                C::Refresh,
            ],
            Self::Lists => &[C::Help, C::Back, C::Quit],
        };
        MOVES.contains(&command) || more.contains(&command)
    }

    /// Whether a key has a meaning of its own there, whatever the keymap says, so that it begins nothing else.
    #[must_use]
    pub fn keeps(self, key: Key) -> bool {
        let letters = match self {
            Self::Sources | Self::Tables | Self::Details => return false,
            Self::Lists => return !key.ctrl && !key.alt,
            Self::Triage | Self::AllProfiles => "",
            Self::History => "e",
            Self::Logs => "ev",
            Self::Runbook => "absx",
            Self::Editor => "ckqrstwx",
            Self::Text => "nN",
        };
        let plain = !key.ctrl && !key.alt;
        plain
            && match key.code {
                Code::Char(symbol) => symbol == ' ' || letters.contains(symbol),
                Code::Enter => {
                    matches!(self, Self::Triage | Self::AllProfiles | Self::Runbook | Self::Editor | Self::Text)
                }
                Code::Backspace => self == Self::Editor,
                _ => false,
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::commands::COMMANDS;

    #[test]
    fn surfaces_have_names_of_their_own() {
        for surface in Surface::ALL {
            assert_eq!(Surface::named(surface.name()), Some(surface));
        }
        assert_eq!(Surface::named("lists"), None);
        // The table of their keys stands among the commands.
        assert!(COMMANDS.iter().all(|command| command.name != "in"));
    }
}
