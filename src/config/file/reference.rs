//! The one table of settings. It drives the reader, the file that `config init` writes and the README.

use crate::app::commands::keymap::DEFAULTS;

/// Where a setting stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// At the top of the file.
    Top,
    /// In `[profiles.NAME]`.
    Profile,
    /// In `[ui]`.
    Ui,
    /// In `[columns]`.
    Columns,
    /// In `[filters]`.
    Filters,
    /// In `[keys]`.
    Keys,
}

/// A setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Where it stands.
    pub scope: Scope,
    /// Its name.
    pub name: &'static str,
    /// What its value is, in words.
    pub kind: &'static str,
    /// What holds without it.
    pub default: &'static str,
    /// What it does, in one sentence.
    pub sentence: &'static str,
}

const fn row(
    scope: Scope,
    name: &'static str,
    kind: &'static str,
    default: &'static str,
    sentence: &'static str,
) -> Setting {
    Setting { scope, name, kind, default, sentence }
}

use Scope::{Columns, Filters, Keys, Profile, Top, Ui};

/// Every setting there is.
#[rustfmt::skip] // one row, one line
pub static SETTINGS: &[Setting] = &[
    row(Top, "default_profile", "a text", "the only profile", "The profile that is used when none is named. The name of a profile has 1 to 32 letters, digits, `-` and `_`."),
    row(Profile, "host", "a text", "`https://us.posthog.com`", "Address of PostHog: `https://eu.posthog.com`, or that of your own installation."),
    row(Profile, "project", "a number", "the key is asked", "Number of the project; it is in the address of every PostHog page."),
    row(Profile, "api_key_env", "a text", "", "Name of the variable that holds the personal API key."),
    row(Profile, "api_key_command", "a list of texts", "", "A command that prints the key, for example `[\"op\", \"read\", \"op://Work/PostHog/key\"]`; run without a shell, for 30 seconds at most."),
    row(Profile, "api_key", "a text", "", "The key itself; the file must then be private (`chmod 600`)."),
    row(Profile, "posthog_cli", "true or false", "`false`", "Take the key that PostHog's own command line has stored; its host and project, too, where the profile names none."),
    row(Profile, "read_only", "true or false", "`false`", "Refuse every change before it leaves."),
    row(Profile, "protected", "true or false", "`false`", "Ask before every change; the profile's name has to be typed."),
    row(Profile, "allow_http", "true or false", "`false`", "Allow plain http to a host that is not this machine."),
    row(Profile, "colour", "a text", "", "The colour of the profile's name and of a strip beside header and footer, so that no project is taken for another: one of the terminal's sixteen, such as `red` or `lightblue`."),
    row(Profile, "view", "a text", "`sources`", "What is shown first: `sources`, `tables` (those of all sources) or `triage`."),
    row(Profile, "refresh", "a text", "as often as is due", "How long the list rests at least before it is read again by itself, from `10s` to `24h`; what is followed and what you ask for waits for nothing."),
    row(Profile, "theme", "a text", "that of `[ui]`", "The theme while this profile is in use."),
    row(Profile, "columns", "a list of texts", "`columns.tables`", "The columns of the tables while this profile is in use."),
    row(Profile, "source_columns", "a list of texts", "`columns.sources`", "The columns of the sources while this profile is in use."),
    row(Ui, "ascii", "true or false", "`false`", "Draw with ASCII characters only."),
    row(Ui, "colour", "true or false", "`true`", "Use colours; `NO_COLOR` wins."),
    row(Ui, "mouse", "true or false", "`true`", "Use the mouse; without it the terminal selects text as usual."),
    row(Ui, "links", "`\"auto\"`, true or false", "`auto`", "Make links of addresses on the screen (OSC 8); `auto`: where the terminal is known to have them."),
    row(Ui, "theme", "a text", "`auto`", "The theme: `auto` (fits the terminal), `dark`, `light`, `mono`, `high-contrast` or `colour-blind`."),
    row(Ui, "keys", "a text", "`default`", "The keys that those of `[keys]` are laid over: `default`, `vim` or `emacs`."),
    row(Ui, "announce", "a list of texts", "all three", "How the end of a watched table is announced beside the notice: any of `title`, `bell` and `desktop`."),
    row(Ui, "remember", "true or false", "`true`", "Remember for each profile how you leave things: filter, order, screen, selection."),
    row(Columns, "tables", "a list of texts", "as many as fit", "The columns of the tables in their order, each `name` or `name:width`: `state`, `name`, `source`, `method`, `every`, `synced`, `next`, `rows`, `read`, `took`, `runs`, `cause`, `stored`; `state` and `name` are always among them."),
    row(Columns, "sources", "a list of texts", "as many as fit", "The columns of the sources: `state`, `name`, `type`, `prefix`, `tables`, `synced`, `runs`, `trouble`; `state` and `name` are always among them."),
    row(Filters, "NAME", "a text", "", "A filter under this name, for example `broken = \"state:broken !type:stripe\"`; `V` lists it."),
    row(Keys, "COMMAND", "a key or a list of keys", "see *Keys*", "The keys of a command, in place of its own; `[]` leaves it to the palette. Keys that follow each other stand in one text: `\"g g\"`."),
    row(Keys, "in.SCREEN.COMMAND", "a key or a list of keys", "those of `keys.COMMAND`", "The keys of a command on one screen only: `sources`, `tables`, `details`, `triage`, `history`, `logs`, `profiles`, `runbook`, `editor` or `text` (help, activity, JSON)."),
];

/// Names of the settings that may stand somewhere.
pub(super) fn names(scope: Scope) -> impl Iterator<Item = &'static str> {
    SETTINGS.iter().filter(move |setting| setting.scope == scope).map(|setting| setting.name)
}

/// What `config init` writes. It settles nothing: everything in it is a comment.
#[must_use]
pub fn template() -> String {
    let mut text = include_str!("../../../assets/config.toml").to_owned();
    // The keys that come with the program, below the heading for other ones.
    for line in DEFAULTS.lines().skip_while(|line| line.starts_with('#')) {
        let parts = match line {
            "" => continue,
            comment if comment.starts_with('#') => ["\n", comment, "\n"],
            setting => ["#", setting, "\n"],
        };
        text.extend(parts);
    }
    text
}
