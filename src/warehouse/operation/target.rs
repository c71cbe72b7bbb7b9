//! What a call that changes something acts on.

use super::{Operation, Write};
use crate::warehouse::consent::Discard;
use crate::warehouse::ids::{SchemaId, SourceId};

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A source, or several of its tables.
    Source(&'a SourceId),
    /// A table.
    Schema(&'a SchemaId),
}

impl Target<'_> {
    /// The field's own word for it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Source(_) => "source",
            Self::Schema(_) => "schema",
        }
    }

    /// Its identity.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Source(id) => id.as_str(),
            Self::Schema(id) => id.as_str(),
        }
    }
}

impl Operation {
    /// What it acts on; `None` where it only looks.
    #[must_use]
    pub fn target(&self) -> Option<Target<'_>> {
        match self {
            Self::Read(_) => None,
            Self::Write(write) => Some(write.target()),
            Self::Discard(consent) => Some(consent.discard().target()),
        }
    }
}

impl Write {
    fn target(&self) -> Target<'_> {
        match self {
            Self::UpdateSource(id, _)
            | Self::ReloadSource(id)
            | Self::RefreshSchemas(id)
            | Self::BulkUpdateSchemas(id, _)
            | Self::EnableCdc(id, _)
            | Self::CreateWebhook(id, _)
            | Self::UpdateWebhookInputs(id, _) => Target::Source(id),
            Self::UpdateSchema(id, patch) => Target::Schema(patch.target(id)),
            Self::ReloadSchema(id) | Self::CancelSchema(id) => Target::Schema(id),
        }
    }
}

impl Discard {
    /// What it acts on.
    #[must_use]
    pub fn target(&self) -> Target<'_> {
        match self {
            Self::ResyncSchema(id) | Self::DeleteData(id) | Self::DestroySchema(id) | Self::PauseSchema(id) => {
                Target::Schema(id)
            }
            Self::ReshapeSchema(reshape) => Target::Schema(reshape.schema()),
            Self::DestroySource(id)
            | Self::PauseSchemas(id, _)
            | Self::DeleteWebhook(id)
            | Self::DisableCdc(id)
            | Self::RepairCdc(id) => Target::Source(id),
        }
    }
}
