//! What kinds of actions are followed.

use super::Subject;
use crate::warehouse::consent::Discard;
use crate::warehouse::operation::{Operation, Write};
use crate::warehouse::survey::Need;

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
    /// Change a table: switch it on or off, or its sync settings.
    Switch,
    /// Change several tables of a source.
    SwitchSome,
    /// Change the settings of a source.
    UpdateSource,
    /// Switch change data capture on.
    EnableCdc,
    /// Switch change data capture off.
    DisableCdc,
    /// Make slot and publication anew.
    RepairCdc,
    /// Register the webhook of a source.
    CreateWebhook,
    /// Store new inputs of a webhook.
    UpdateWebhook,
    /// Remove the webhook of a source.
    DeleteWebhook,
    /// Read the table list again.
    RefreshSchemas,
}

impl Act {
    /// The kind of a call; `None` where it only looks.
    pub(in crate::warehouse) fn of(operation: &Operation) -> Option<Self> {
        match operation {
            Operation::Read(_) => None,
            Operation::Write(write) => Some(Self::of_write(write)),
            Operation::Discard(consent) => Some(Self::of_discard(consent.discard())),
        }
    }

    /// The kind of a write.
    pub(super) fn of_write(write: &Write) -> Self {
        match write {
            Write::ReloadSchema(_) => Self::Reload,
            Write::ReloadSource(_) => Self::ReloadSource,
            Write::CancelSchema(_) => Self::Cancel,
            Write::UpdateSchema(..) => Self::Switch,
            Write::RefreshSchemas(_) => Self::RefreshSchemas,
            Write::UpdateSource(..) => Self::UpdateSource,
            Write::BulkUpdateSchemas(..) => Self::SwitchSome,
            Write::EnableCdc(..) => Self::EnableCdc,
            Write::CreateWebhook(..) => Self::CreateWebhook,
            Write::UpdateWebhookInputs(..) => Self::UpdateWebhook,
        }
    }

    /// The kind of an act that was consented to.
    pub(super) fn of_discard(discard: &Discard) -> Self {
        match discard {
            Discard::ResyncSchema(_) => Self::Resync,
            Discard::DeleteData(_) => Self::DeleteData,
            Discard::DestroySchema(_) => Self::DestroySchema,
            Discard::DestroySource(_) => Self::DestroySource,
            Discard::PauseSchema(_) | Discard::ReshapeSchema(_) => Self::Switch,
            Discard::PauseSchemas(..) => Self::SwitchSome,
            Discard::DeleteWebhook(_) => Self::DeleteWebhook,
            Discard::DisableCdc(_) => Self::DisableCdc,
            Discard::RepairCdc(_) => Self::RepairCdc,
        }
    }

    /// Whether it discards data.
    #[must_use]
    pub fn discards(self) -> bool {
        matches!(
            self,
            Self::Resync
                | Self::DeleteData
                | Self::DestroySchema
                | Self::DestroySource
                | Self::RepairCdc
                | Self::DisableCdc
                | Self::DeleteWebhook
        )
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
            Self::Switch | Self::SwitchSome | Self::UpdateSource => "update",
            Self::EnableCdc => "enabling of CDC",
            Self::DisableCdc => "disabling of CDC",
            Self::RepairCdc => "repair of CDC",
            Self::CreateWebhook => "registration of the webhook",
            Self::UpdateWebhook => "update of the webhook",
            Self::DeleteWebhook => "removal of the webhook",
            Self::RefreshSchemas => "refresh of the table list",
        }
    }

    /// Whether it is meant to start a run, so that jobs tell how it goes.
    pub(super) fn starts_a_run(self) -> bool {
        matches!(self, Self::Reload | Self::ReloadSource | Self::Resync)
    }

    /// Whether it acts on the whole source.
    pub(super) fn whole_source(self) -> bool {
        !matches!(
            self,
            Self::Reload | Self::Cancel | Self::Resync | Self::DeleteData | Self::DestroySchema | Self::Switch
        )
    }

    /// Whether sending it once more does no harm, even where it may have been carried out (contract, section 4).
    #[must_use]
    pub fn is_repeatable(self) -> bool {
        !matches!(self, Self::Resync | Self::CreateWebhook | Self::RepairCdc)
    }

    /// Where what it did can be seen.
    pub(super) fn proof(self, subject: &Subject) -> Need {
        let source = || subject.source.clone();
        match (self, subject.tables.first()) {
            (Self::UpdateSource, _) => Need::Source(source()),
            (Self::EnableCdc | Self::DisableCdc | Self::RepairCdc, _) => Need::CdcStatus(source()),
            (Self::CreateWebhook | Self::UpdateWebhook | Self::DeleteWebhook, _) => Need::Webhook(source()),
            (_, Some((id, _))) if !self.whole_source() => Need::Schema(id.clone()),
            _ => Need::Sources,
        }
    }
}
