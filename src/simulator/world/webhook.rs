//! The webhook of a source, at both ends (contract, sections 7.8 and 9.3).

use super::{Moment, World};

/// The webhook of a source.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// The id in its address.
    pub id: String,
    /// Whether a handler exists in `PostHog`.
    pub exists: bool,
    /// Whether the vendor has an endpoint.
    pub external: bool,
    /// What the vendor says of it: `enabled`, `disabled`.
    pub external_status: String,
    /// Events the vendor sends.
    pub events: Vec<String>,
    /// Events it should send and does not.
    pub missing: Vec<String>,
    /// The signing secret, if one is stored.
    pub secret: Option<String>,
    /// The secret the vendor signs with; none = any will do.
    pub accepted_secret: Option<String>,
    /// Why registering fails, if it does.
    pub refusal: Option<String>,
    /// After so many further looks somebody has switched it on at the vendor; none = never.
    pub fixed_after_checks: Option<u32>,
    /// When it was registered.
    pub created_at: Moment,
}

/// What became of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registered {
    /// The vendor has an endpoint now.
    Yes,
    /// The vendor refused.
    Refused(String),
}

impl Webhook {
    /// One that was never registered.
    #[must_use]
    pub fn absent(id: String, now: Moment) -> Self {
        Self {
            id,
            exists: false,
            external: false,
            external_status: String::new(),
            events: Vec::new(),
            missing: Vec::new(),
            secret: None,
            accepted_secret: None,
            refusal: None,
            fixed_after_checks: None,
            created_at: now,
        }
    }

    /// Whether pushes arrive.
    #[must_use]
    pub fn delivers(&self) -> bool {
        let signed = self.accepted_secret.is_none() || self.accepted_secret == self.secret;
        self.exists && self.external && self.external_status == "enabled" && signed
    }

    /// Somebody looks at it; after enough looks somebody has switched it on at the vendor.
    pub fn look(&mut self) {
        match self.fixed_after_checks.as_mut() {
            None => {}
            Some(0) => {
                self.fixed_after_checks = None;
                "enabled".clone_into(&mut self.external_status);
                self.events.append(&mut self.missing);
            }
            Some(left) => *left -= 1,
        }
    }
}

impl World {
    /// Registers the webhook of a source with its vendor. A further registration replaces the endpoint here,
    /// where the real vendor would have two.
    pub fn register_webhook(&mut self, position: usize, secret: Option<&str>) -> Registered {
        let now = self.now;
        let id = self.random.id(now.milliseconds());
        let webhook = self.source_mut(position).webhook.get_or_insert_with(|| Webhook::absent(id, now));
        webhook.exists = true;
        webhook.created_at = now;
        if let Some(reason) = &webhook.refusal {
            return Registered::Refused(reason.clone());
        }
        webhook.external = true;
        "enabled".clone_into(&mut webhook.external_status);
        webhook.events.append(&mut webhook.missing);
        // The vendor hands out a new secret with a new endpoint.
        webhook.secret =
            secret.map(str::to_owned).or_else(|| webhook.accepted_secret.clone()).or_else(|| webhook.secret.take());
        Registered::Yes
    }
}
