//! The webhook of a source (contract, sections 7.8, 7.9 and 9.3).

use jiff::Timestamp;

use crate::warehouse::channel::{Channel, Fault, Trouble};
use crate::warehouse::failure::{Failure, FailureKind};
use crate::warehouse::field::Field;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::state::PushChannel;
use crate::warehouse::text::Foreign;

/// The webhook of a source, here and at the vendor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookInfo {
    /// Whether sources of this type can have one.
    pub supported: Field<bool>,
    /// Whether there is a handler on `PostHog`'s side.
    pub exists: Field<bool>,
    /// Why `PostHog` cannot register it by itself; `Null`: it can.
    pub blocked: Field<Foreign>,
    /// The handler.
    pub function: Field<WebhookFunction>,
    /// The address that the vendor has to call.
    pub url: Field<Foreign>,
    /// Which event or object of the vendor goes to which schema.
    pub mapping: Vec<(Foreign, SchemaId)>,
    /// The inputs that are stored; `Unknown` on older servers.
    pub inputs: Field<Vec<(Foreign, StoredInput)>>,
    /// What the vendor says; `Null` when it cannot be asked.
    pub outside: Field<WebhookOutside>,
    /// Events that the vendor should send and does not; `Unknown` on older servers.
    pub missing_events: Field<Vec<Foreign>>,
}

impl WebhookInfo {
    /// Whether pushes arrive, as far as both ends tell. What the vendor cannot be asked stays open.
    #[must_use]
    pub fn channel(&self) -> PushChannel {
        match self.look() {
            Channel::Troubled(trouble) if trouble.fault != Fault::Withheld => PushChannel::Broken,
            Channel::Delivers => PushChannel::Delivers,
            _ => PushChannel::NotLookedAt,
        }
    }

    /// What both ends tell together; of several things that are wrong, the one that has to be put right first.
    #[must_use]
    pub fn look(&self) -> Channel {
        if let Some(trouble) = self.of_this_end() {
            return Channel::Troubled(trouble);
        }
        let Some(outside) = self.outside.known() else { return Channel::Untold };
        if let Some(trouble) = self.of_other_end(outside) {
            return Channel::Troubled(trouble);
        }
        if outside.exists == Field::Known(true) { Channel::Delivers } else { Channel::Untold }
    }

    fn of_this_end(&self) -> Option<Trouble> {
        if self.supported == Field::Known(false) {
            let steps = ["Choose another sync method for its webhook tables.".to_owned()];
            return Some(Trouble::new(Fault::Unsupported, "PostHog supports no webhook here", steps.into()));
        }
        if self.exists == Field::Known(false) {
            let blocked = self.blocked.known().filter(|reason| !reason.is_blank());
            let evidence =
                blocked.map_or_else(|| "PostHog has no handler for it".to_owned(), |why| why.raw().to_owned());
            let first = match blocked {
                Some(_) => format!("Register it at the vendor by hand, since PostHog cannot.{}", self.address()),
                None => "Register the webhook.".to_owned(),
            };
            return Some(Trouble::new(Fault::Unregistered, evidence, vec![first, CATCH_UP.to_owned()]));
        }
        let off = self.function.known().filter(|function| function.enabled == Field::Known(false))?;
        let name = off.name.known().map(|name| format!(" \"{}\"", name.raw())).unwrap_or_default();
        let steps = vec!["Switch the handler of the webhook on in PostHog.".to_owned(), CATCH_UP.to_owned()];
        Some(Trouble::new(Fault::HandlerOff, format!("the handler{name} is disabled in PostHog"), steps))
    }

    fn of_other_end(&self, outside: &WebhookOutside) -> Option<Trouble> {
        let trouble = |fault, evidence: String, first: String| {
            Some(Trouble::new(fault, evidence, vec![first, CATCH_UP.to_owned()]))
        };
        let error = outside.error.known().filter(|error| !error.is_blank());
        match error {
            // Where the vendor refused to be asked, that it has none is no answer.
            Some(error) if outside.exists != Field::Known(true) => return Some(withheld(error)),
            None if outside.exists == Field::Known(false) => {
                let first = "Register the webhook again, once.".to_owned();
                return trouble(Fault::EndpointGone, "the vendor has no endpoint for it".to_owned(), first);
            }
            _ => {}
        }
        let status = outside.status.known().filter(|word| !word.is_blank());
        if let Some(word) = status.filter(|word| says(word, &OFF)) {
            let first = format!("Enable the endpoint at the vendor.{}", self.address());
            return trouble(Fault::EndpointOff, format!("the vendor says: {}", word.raw()), first);
        }
        if let (Some(there), Some(here)) = (outside.url.known(), self.url.known())
            && !same_address(there, here)
        {
            let evidence = format!("the vendor calls {}", there.raw());
            return trouble(
                Fault::Elsewhere,
                evidence,
                format!("Correct the address at the vendor.{}", self.address()),
            );
        }
        if let Some(missing) = self.missing_events.known().filter(|missing| !missing.is_empty()) {
            let names: Vec<&str> = missing.iter().take(SHOWN_EVENTS).map(Foreign::raw).collect();
            let rest = missing.len().saturating_sub(names.len());
            let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            let names = format!("{}{rest}", names.join(", "));
            let shown = Foreign::new(&names);
            let first = format!("Add these events to the endpoint at the vendor: {}.", shown.shown());
            return trouble(Fault::EventsMissing, format!("missing: {names}"), first);
        }
        let odd = status.filter(|word| !says(word, &ON)).map(|word| format!("the vendor says: {}", word.raw()));
        error.cloned().or_else(|| odd.map(Foreign::from)).map(|evidence| withheld(&evidence))
    }

    /// The address that the vendor has to call, as a sentence after another.
    fn address(&self) -> String {
        self.url.known().map(|url| format!(" Its address is {}.", url.shown())).unwrap_or_default()
    }
}

/// What every repair of a webhook ends with.
const CATCH_UP: &str = "Then reload its tables if rows are missing: reading them at the vendor is a different path.";

/// How many events are named.
const SHOWN_EVENTS: usize = 8;

/// Words of vendors for an endpoint that gets nothing, and for one that does.
const OFF: [&str; 8] = ["disabled", "inactive", "paused", "failed", "failing", "revoked", "suspended", "stopped"];
const ON: [&str; 7] = ["enabled", "active", "live", "ok", "on", "verified", "healthy"];

fn says(word: &Foreign, known: &[&str]) -> bool {
    let said = word.raw().to_lowercase();
    said.split(|symbol: char| !symbol.is_alphanumeric()).any(|part| known.contains(&part))
}

/// Whether two addresses are one, but for what makes no difference.
fn same_address(one: &Foreign, other: &Foreign) -> bool {
    let bare = |url: &Foreign| url.raw().trim().trim_end_matches('/').to_lowercase();
    bare(one) == bare(other)
}

/// The vendor does not tell how its end is.
fn withheld(evidence: &Foreign) -> Trouble {
    let steps = [
        "Allow the key in the source's settings to read webhooks at the vendor, if that is what it lacks.",
        "Until then look there whether the endpoint is enabled, and whether its deliveries are answered with 200.",
    ];
    Trouble::new(Fault::Withheld, evidence.clone(), steps.map(str::to_owned).into())
}

/// The handler on `PostHog`'s side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookFunction {
    /// Its identity.
    pub id: Foreign,
    /// Its name.
    pub name: Field<Foreign>,
    /// Whether it is on.
    pub enabled: Field<bool>,
    /// When it was made.
    pub created_at: Field<Timestamp>,
    /// Its state, as a number of the server's.
    pub state: Field<u64>,
}

/// An input that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoredInput {
    /// A secret: only that there is one is known.
    Secret,
    /// A value that may be seen.
    Plain(Foreign),
    /// Something this program does not know.
    Other,
}

/// What the vendor says of its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookOutside {
    /// Whether it is registered.
    pub exists: Field<bool>,
    /// The address it calls.
    pub url: Field<Foreign>,
    /// The events it sends.
    pub events: Field<Vec<Foreign>>,
    /// Its state, in the vendor's words.
    pub status: Field<Foreign>,
    /// Its description.
    pub description: Field<Foreign>,
    /// When it was registered.
    pub created_at: Field<Timestamp>,
    /// The version of the vendor's API.
    pub api_version: Field<Foreign>,
    /// Why the vendor could not be asked.
    pub error: Field<Foreign>,
}

/// What came of registering a webhook. The server answers with a success either way (contract, section 9.3).
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct WebhookCreation {
    /// Whether the vendor took it.
    pub registered: bool,
    /// The address that the vendor has to call.
    pub url: Field<Foreign>,
    /// Why it was not registered.
    pub error: Field<Foreign>,
    /// Names of the inputs that still have to be supplied.
    pub pending_inputs: Vec<Foreign>,
}

impl WebhookCreation {
    /// The same as a failure, where it is one.
    #[must_use]
    pub fn failure(&self) -> Option<Failure> {
        if self.registered {
            return None;
        }
        let reason = self.error.known().map_or("the vendor did not take it", Foreign::raw);
        let missing: Vec<&str> = self.pending_inputs.iter().map(Foreign::raw).collect();
        let detail =
            if missing.is_empty() { reason.to_owned() } else { format!("{reason} (missing: {})", missing.join(", ")) };
        Some(Failure { status: Some(200), ..Failure::new(FailureKind::Refused, &detail) })
    }
}

/// What came of removing a webhook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookDeletion {
    /// Whether the vendor's end is gone too. `Known(false)`: it has to be removed there by hand.
    pub outside: Field<bool>,
    /// Why it is not.
    pub error: Field<Foreign>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_in_order_only_when_both_ends_say_so() {
        let outside = |exists, status: &str| {
            Field::Known(WebhookOutside {
                exists,
                status: Field::Known(Foreign::new(status)),
                ..WebhookOutside::default()
            })
        };
        let info = |outside| WebhookInfo { exists: Field::Known(true), outside, ..WebhookInfo::default() };
        for (info, channel) in [
            (info(outside(Field::Known(true), "enabled")), PushChannel::Delivers),
            (info(outside(Field::Known(true), "disabled")), PushChannel::Broken),
            (info(outside(Field::Known(false), "")), PushChannel::Broken),
            (info(outside(Field::Unknown, "enabled")), PushChannel::NotLookedAt),
            (info(Field::Null), PushChannel::NotLookedAt),
            (WebhookInfo { exists: Field::Known(false), ..WebhookInfo::default() }, PushChannel::Broken),
            (WebhookInfo::default(), PushChannel::NotLookedAt),
        ] {
            assert_eq!(info.channel(), channel, "{info:?}");
        }
        let misses = WebhookInfo {
            missing_events: Field::Known(vec![Foreign::new("charge.updated")]),
            ..info(outside(Field::Known(true), "enabled"))
        };
        assert_eq!(misses.channel(), PushChannel::Broken);
    }

    #[test]
    fn each_thing_that_is_wrong_has_a_title_evidence_and_first_step_of_its_own() {
        let told = |text: &str| Field::Known(Foreign::new(text));
        let outside = WebhookOutside {
            exists: Field::Known(true),
            url: told("https://hooks.example.com/a/"),
            status: told("enabled"),
            error: Field::Null,
            ..WebhookOutside::default()
        };
        let well = WebhookInfo {
            supported: Field::Known(true),
            exists: Field::Known(true),
            url: told("https://hooks.example.com/a"),
            outside: Field::Known(outside.clone()),
            missing_events: Field::Known(Vec::new()),
            ..WebhookInfo::default()
        };
        assert_eq!(well.look(), Channel::Delivers);
        let at_vendor = |outside| WebhookInfo { outside: Field::Known(outside), ..well.clone() };
        let refused = "Your key has no permission to read webhooks.";
        let handler = WebhookFunction {
            id: "f".into(),
            name: told("hook"),
            enabled: Field::Known(false),
            created_at: Field::Null,
            state: Field::Null,
        };
        let cases = [
            (WebhookInfo { supported: Field::Known(false), ..well.clone() }, Fault::Unsupported, "supports no webhook"),
            (WebhookInfo { exists: Field::Known(false), ..well.clone() }, Fault::Unregistered, "no handler"),
            (
                WebhookInfo { exists: Field::Known(false), blocked: told("needs a token"), ..well.clone() },
                Fault::Unregistered,
                "needs a token",
            ),
            (
                WebhookInfo { function: Field::Known(handler), ..well.clone() },
                Fault::HandlerOff,
                "\"hook\" is disabled",
            ),
            (
                at_vendor(WebhookOutside { exists: Field::Known(false), ..outside.clone() }),
                Fault::EndpointGone,
                "no endpoint",
            ),
            (
                at_vendor(WebhookOutside { status: told("disabled"), ..outside.clone() }),
                Fault::EndpointOff,
                "the vendor says: disabled",
            ),
            (
                at_vendor(WebhookOutside { url: told("https://hooks.example.com/b"), ..outside.clone() }),
                Fault::Elsewhere,
                "calls https://hooks.example.com/b",
            ),
            (
                WebhookInfo { missing_events: Field::Known(vec!["charge.updated".into()]), ..well.clone() },
                Fault::EventsMissing,
                "missing: charge.updated",
            ),
            (
                at_vendor(WebhookOutside { exists: Field::Known(false), error: told(refused), ..outside.clone() }),
                Fault::Withheld,
                refused,
            ),
            (at_vendor(WebhookOutside { error: told(refused), ..outside.clone() }), Fault::Withheld, refused),
            (
                at_vendor(WebhookOutside { status: told("restricted"), ..outside.clone() }),
                Fault::Withheld,
                "the vendor says: restricted",
            ),
        ];
        let mut firsts = std::collections::HashSet::new();
        for (info, fault, evidence) in cases {
            let Channel::Troubled(trouble) = info.look() else { panic!("{info:?}") };
            assert_eq!(trouble.fault, fault);
            assert!(trouble.evidence.raw().contains(evidence), "{trouble:?}");
            assert_eq!(info.channel() == PushChannel::Broken, fault != Fault::Withheld);
            firsts.insert(trouble.steps[0].clone());
        }
        assert_eq!(firsts.len(), 9, "{firsts:?}");
    }
}
