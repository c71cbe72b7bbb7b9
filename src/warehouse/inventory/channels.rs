//! The channels of sources as they were last looked at.

use jiff::Timestamp;

use super::{Inventory, Transition};
use crate::warehouse::channel::{Channel, Trouble, Way};
use crate::warehouse::diagnosis::{Catalogue, Level, Symptom};
use crate::warehouse::finding::Finding;
use crate::warehouse::held::Held;
use crate::warehouse::ids::SourceId;
use crate::warehouse::lag::Lag;
use crate::warehouse::replies::{CdcStatus, WebhookInfo};
use crate::warehouse::schema::Schema;
use crate::warehouse::source::Source;
use crate::warehouse::state::State;

/// What is known where nobody looked.
static NOT_LOOKED_AT: Channel = Channel::NotLookedAt;

/// A channel, and when it was asked about last, whatever came of it.
#[derive(Clone, Debug, Default)]
struct Looked {
    channel: Channel,
    asked_at: Option<Timestamp>,
}

/// The channels of one source.
#[derive(Clone, Debug, Default)]
pub(super) struct Channels {
    webhook: Looked,
    cdc: Looked,
    /// How far the change stream was behind, and when that was read.
    lag: Option<(Lag, Timestamp)>,
}

impl Channels {
    fn of(&self, way: Way) -> &Looked {
        match way {
            Way::Webhook => &self.webhook,
            Way::Cdc => &self.cdc,
        }
    }

    fn of_mut(&mut self, way: Way) -> &mut Looked {
        match way {
            Way::Webhook => &mut self.webhook,
            Way::Cdc => &mut self.cdc,
        }
    }
}

impl Inventory {
    /// What is known of a channel of a source.
    #[must_use]
    pub fn channel(&self, source: &SourceId, way: Way) -> &Channel {
        self.channels.get(source).map_or(&NOT_LOOKED_AT, |known| &known.of(way).channel)
    }

    /// What is wrong with the channel that a table depends on, where its state comes from that.
    #[must_use]
    pub fn trouble(&self, held: &Held, schema: &Schema, state: State) -> Option<&Trouble> {
        let trouble = self.channel(&held.source.id, Way::of(schema)?).trouble();
        trouble.filter(|trouble| trouble.state() == state)
    }

    /// The channel that a table depends on.
    pub(super) fn channel_of(&self, source: &Source, schema: &Schema) -> &Channel {
        Way::of(schema).map_or(&NOT_LOOKED_AT, |way| self.channel(&source.id, way))
    }

    /// When a channel was last asked about.
    #[must_use]
    pub fn channel_asked_at(&self, source: &SourceId, way: Way) -> Option<Timestamp> {
        self.channels.get(source)?.of(way).asked_at
    }

    /// Remembers that it is being asked about.
    pub fn note_channel_asked(&mut self, source: &SourceId, way: Way, now: Timestamp) {
        self.channels.entry(source.clone()).or_default().of_mut(way).asked_at = Some(now);
    }

    /// How far the change stream of a source was behind when that was last told, and when that was.
    #[must_use]
    pub fn lag(&self, source: &SourceId) -> Option<(Lag, Timestamp)> {
        self.channels.get(source)?.lag
    }

    /// Takes in what was told of the webhook of a source.
    pub fn learn_webhook(&mut self, source: &SourceId, info: &WebhookInfo, now: Timestamp) -> Vec<Transition> {
        let mut channel = info.look();
        if let (Channel::Troubled(trouble), Some(held)) = (&mut channel, self.source(source)) {
            let symptom = Symptom {
                level: Level::Webhook,
                source_type: Some(held.source.kind.raw()),
                ..Symptom::of(Some(trouble.evidence.raw()))
            };
            if let Some(finding) = Finding::of(Catalogue::builtin(), &symptom) {
                trouble.explain(&finding);
            }
        }
        self.learn_channel(source, Way::Webhook, channel, now)
    }

    /// Takes in what was told of the change stream of a source.
    pub fn learn_cdc(&mut self, source: &SourceId, status: &CdcStatus, now: Timestamp) -> Vec<Transition> {
        if self.by_source.contains_key(source) {
            let lag = status.lag().map(|lag| (lag, now));
            self.channels.entry(source.clone()).or_default().lag = lag;
        }
        self.learn_channel(source, Way::Cdc, status.look(), now)
    }

    /// It was asked about a channel, and the server did not tell. What was found wrong before is not mended by that.
    pub fn channel_unread(&mut self, source: &SourceId, way: Way, now: Timestamp) -> Vec<Transition> {
        if self.channel(source, way).trouble().is_some() {
            return Vec::new();
        }
        self.learn_channel(source, way, Channel::Unread, now)
    }

    /// A question about a channel did not even leave: it is asked again when it can be.
    pub fn forget_channel_asked(&mut self, source: &SourceId, way: Way) {
        if let Some(known) = self.channels.get_mut(source) {
            known.of_mut(way).asked_at = None;
        }
    }

    fn learn_channel(&mut self, source: &SourceId, way: Way, channel: Channel, now: Timestamp) -> Vec<Transition> {
        let Some(index) = self.by_source.get(source).copied() else { return Vec::new() };
        let looked = self.channels.entry(source.clone()).or_default().of_mut(way);
        looked.asked_at = Some(now);
        let told = channel.was_read();
        let before = std::mem::replace(&mut looked.channel, channel);
        let transitions = self.reassess(index as usize, now);
        // A first look changes what is known, not what is.
        if before.was_read() && told { transitions } else { Vec::new() }
    }
}
