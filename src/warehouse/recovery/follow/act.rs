//! What kinds of actions are followed.

use crate::warehouse::consent::Discard;
use crate::warehouse::operation::{Operation, Write};

/// What kind of action it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Request a run of one table.
    Reload,
    /// Request a run of every enabled table of the source.
    ReloadSource,
    /// Cancel a run.
    Cancel,
    /// Drop the data when the next run starts, and read everything again.
    Resync,
    /// Drop the data.
    DeleteData,
    /// Remove a table.
    DestroySchema,
    /// Remove a source.
    DestroySource,
    /// Change a table: switch it on or off.
    Switch,
    /// Read the table list again.
    RefreshSchemas,
}

impl Act {
    /// The kind of an operation; `None` for what cannot be followed.
    pub(super) fn of(operation: &Operation) -> Option<Self> {
        Some(match operation {
            Operation::Read(_) => return None,
            Operation::Write(write) => match write {
                Write::ReloadSchema(_) => Self::Reload,
                Write::ReloadSource(_) => Self::ReloadSource,
                Write::CancelSchema(_) => Self::Cancel,
                Write::UpdateSchema(..) => Self::Switch,
                Write::RefreshSchemas(_) => Self::RefreshSchemas,
                Write::UpdateSource(..)
                | Write::BulkUpdateSchemas(..)
                | Write::EnableCdc(..)
                | Write::CreateWebhook(..)
                | Write::UpdateWebhookInputs(..) => return None,
            },
            Operation::Discard(consent) => match consent.discard() {
                Discard::ResyncSchema(_) => Self::Resync,
                Discard::DeleteData(_) => Self::DeleteData,
                Discard::DestroySchema(_) => Self::DestroySchema,
                Discard::DestroySource(_) => Self::DestroySource,
                Discard::PauseSchema(_) => Self::Switch,
                Discard::PauseSchemas(..)
                | Discard::DeleteWebhook(_)
                | Discard::DisableCdc(_)
                | Discard::RepairCdc(_) => return None,
            },
        })
    }

    /// Whether it discards data.
    #[must_use]
    pub fn discards(self) -> bool {
        matches!(self, Self::Resync | Self::DeleteData | Self::DestroySchema | Self::DestroySource)
    }

    /// Its name.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reload | Self::ReloadSource => "reload",
            Self::Cancel => "cancel",
            Self::Resync => "resync",
            Self::DeleteData => "delete data",
            Self::DestroySchema | Self::DestroySource => "destroy",
            Self::Switch => "update",
            Self::RefreshSchemas => "refresh of the table list",
        }
    }

    /// Whether it is meant to start a run, so that jobs tell how it goes.
    pub(super) fn starts_a_run(self) -> bool {
        matches!(self, Self::Reload | Self::ReloadSource | Self::Resync)
    }

    /// Whether it acts on the whole source.
    pub(super) fn whole_source(self) -> bool {
        matches!(self, Self::ReloadSource | Self::DestroySource | Self::RefreshSchemas)
    }
}
