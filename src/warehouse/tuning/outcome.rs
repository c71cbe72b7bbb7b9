//! What happens to the data, and what should follow (design: the table of changes; contract, sections 8.5 and 9.4).

use super::{Draft, Setting};
use crate::warehouse::operation::{Losing, Weighed};
use crate::warehouse::settings::SyncType;

/// What happens to the data that a table has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Data {
    /// There is none.
    Nothing,
    /// It stays, and is valid.
    Valid,
    /// It stays; the server finds the new place to read on from by itself.
    Rederived,
    /// It stays, and has another shape than what comes: start over.
    OtherShape,
    /// The server drops it and imports it again, by itself and at once.
    Reset,
    /// The server refuses the change while there is data: it has to go first.
    InTheWay,
}

impl Data {
    /// What it means, in a sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Nothing => "There is no stored data yet.",
            Self::Valid => "The stored data stays, and is valid.",
            Self::Rederived => {
                "The stored data stays. Current servers find the new place to read on from, or force a full refresh; \
                 older ones may miss rows."
            }
            Self::OtherShape => "The stored data stays, and has another shape than what will come: start over.",
            Self::Reset => "PostHog drops the stored data by itself, and imports the table again at once.",
            Self::InTheWay => {
                "PostHog refuses another primary key while there is data: it is deleted first, and read again after."
            }
        }
    }

    /// Whether nothing that is stored is lost or spoilt.
    #[must_use]
    pub fn is_kept(self) -> bool {
        matches!(self, Self::Nothing | Self::Valid | Self::Rederived)
    }
}

/// What follows a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Way {
    /// Nothing.
    Only,
    /// A run.
    Reload,
    /// A resync.
    Resync,
    /// The data goes, and is read again.
    StartOver,
}

impl Way {
    /// What it is, in a few words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Only => "apply, and nothing else",
            Self::Reload => "apply, and reload",
            Self::Resync => "apply, and resync",
            Self::StartOver => "apply, delete the data, and reload",
        }
    }
}

impl Draft {
    /// What happens to the data.
    #[must_use]
    pub fn data(&self) -> Data {
        let (before, after) = (self.now.values.method(), self.wanted.method());
        let rekeyed = self.changes(Setting::Keys) && !self.now.values.keys().is_empty();
        let matched = matches!(after, Some(SyncType::Incremental | SyncType::Cdc));
        if !self.now.has_data() {
            return Data::Nothing;
        }
        if rekeyed && matched {
            return Data::InTheWay;
        }
        if matches!(self.change().weigh(&self.now.standing), Weighed::Loses(reshape) if reshape.loss() == Losing::Stored)
        {
            return Data::Reset;
        }
        if self.changes(Setting::Method) {
            return match (before, after) {
                (Some(SyncType::Cdc), _) | (_, Some(SyncType::Cdc)) => Data::OtherShape,
                (Some(SyncType::Webhook), _)
                | (_, Some(SyncType::Webhook))
                | (Some(SyncType::Incremental), Some(SyncType::FullRefresh))
                | (Some(SyncType::FullRefresh), Some(SyncType::Incremental)) => Data::Valid,
                _ => Data::OtherShape,
            };
        }
        match () {
            () if rekeyed => Data::OtherShape,
            () if self.changes(Setting::Cursor) => Data::Rederived,
            () => Data::Valid,
        }
    }

    /// What may follow, best first. Nothing runs that is off.
    #[must_use]
    pub fn ways(&self) -> Vec<Way> {
        let rebuilds = matches!(self.wanted.method(), Some(SyncType::FullRefresh | SyncType::Append));
        let expensive = self.changed().any(Setting::is_expensive);
        let resumed = self.changes(Setting::Switch) && self.wanted.is_on();
        match self.data() {
            Data::InTheWay => vec![Way::StartOver],
            _ if !self.wanted.is_on() => vec![Way::Only],
            Data::OtherShape if rebuilds => vec![Way::StartOver, Way::Only],
            Data::OtherShape => vec![Way::Resync, Way::StartOver, Way::Only],
            Data::Rederived => vec![Way::Reload, Way::Only, Way::Resync],
            // Rows and columns that were left out so far only come with everything.
            Data::Valid if self.selects_otherwise() => match self.wanted.method() {
                Some(SyncType::Incremental | SyncType::Cdc | SyncType::Xmin) => {
                    vec![Way::Reload, Way::Only, Way::Resync]
                }
                Some(SyncType::Append) => vec![Way::Reload, Way::Only, Way::StartOver],
                _ => vec![Way::Reload, Way::Only],
            },
            // Where the server imports it at once, a reload would only be swallowed.
            Data::Nothing | Data::Valid if (expensive || resumed) && !self.resets() => vec![Way::Reload, Way::Only],
            Data::Nothing | Data::Valid | Data::Reset => vec![Way::Only],
        }
    }

    /// Whether other rows or columns are synced than before.
    fn selects_otherwise(&self) -> bool {
        self.changes(Setting::Filters) || self.changes(Setting::Columns)
    }

    /// Whether the server imports the table by itself.
    #[must_use]
    pub fn resets(&self) -> bool {
        let weighed = self.change().weigh(&self.now.standing);
        matches!(weighed, Weighed::Loses(reshape) if reshape.loss() == Losing::Stored)
    }

    /// Whether the vendor stops pushing to the last table of its source that it pushed to.
    #[must_use]
    pub fn leaves_webhook_unused(&self) -> bool {
        let pushed = |method: Option<SyncType>| method == Some(SyncType::Webhook);
        pushed(self.now.values.method()) && !pushed(self.wanted.method()) && self.now.pushed_beside == 0
    }

    /// What else is to be known before this is sent.
    #[must_use]
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        let (before, after) = (self.now.values.method(), self.wanted.method());
        let to = |method: &SyncType| self.changes(Setting::Method) && after.as_ref() == Some(method);
        if to(&SyncType::Webhook) {
            notes.push(
                "PostHog registers the webhook at the vendor with this change, which is checked afterwards; the \
                 frequency stays as the safety net."
                    .to_owned(),
            );
        }
        if self.leaves_webhook_unused() {
            notes.push("No other table of the source needs its webhook: unregistering it is offered.".to_owned());
        }
        if to(&SyncType::FullRefresh) && before == Some(SyncType::Append) {
            notes.push("The next run rebuilds the table: older versions of its rows go with it.".to_owned());
        }
        if self.changes(Setting::Cursor) || self.changes(Setting::Method) {
            let chosen = self.offers(Setting::Cursor);
            let chosen = chosen.iter().find(|offer| offer.value == *self.get(Setting::Cursor));
            if let Some(warning) = chosen.filter(|_| self.reads_on()).and_then(|offer| offer.warning.as_ref()) {
                notes.push(format!("{}: {warning}.", self.get(Setting::Cursor)));
            }
        }
        if self.changes(Setting::Columns) {
            notes.push("Columns that are added are empty in the rows stored so far.".to_owned());
        }
        let rebuilt = after == Some(SyncType::FullRefresh);
        if self.changes(Setting::Filters) && self.now.has_data() {
            notes.push(if rebuilt {
                "The next run rebuilds the table with the rows that fit.".to_owned()
            } else {
                "Only what is read from now on is filtered: stored rows stay, and rows left out so far only come with \
                 everything."
                    .to_owned()
            });
        }
        if self.changes(Setting::Switch) && !self.wanted.is_on() {
            notes.push(match after {
                Some(SyncType::Cdc | SyncType::Webhook) => {
                    "What changes at the source while it is off is lost: it is pushed or streamed.".to_owned()
                }
                _ => "Its data stays; the first run after it is enabled catches up.".to_owned(),
            });
        }
        notes
    }
}
