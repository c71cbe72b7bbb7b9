//! What can be done about a webhook, from what both of its ends say.

use super::switch_off;
use crate::warehouse::consent::Discard;
use crate::warehouse::ids::SchemaId;
use crate::warehouse::inventory::Inventory;
use crate::warehouse::recovery::runbook::stage::{Deed, Stage, Task};
use crate::warehouse::recovery::runbook::{Choice, Runbook, Situation};
use crate::warehouse::replies::WebhookInfo;
use crate::warehouse::secret::Inputs;
use crate::warehouse::settings::SyncType;
use crate::warehouse::state::PushChannel;

/// Why a new secret is wanted.
const MISMATCH: &str = "its signatures do not match";

/// What can be done about a webhook.
pub(super) fn choices(situation: &Situation, info: &WebhookInfo, inventory: &Inventory) -> Vec<Choice> {
    if info.supported.known() == Some(&false) {
        return Vec::new();
    }
    let by_hand = |what: &str| vec![Stage::new(Task::ByHand, what)];
    let exists = info.exists.known() == Some(&true);
    let outside = info.outside.known();
    let gone = outside.is_some_and(|outside| outside.exists.known() == Some(&false));
    let url = info.url.known().map(|url| format!(" Its address is {}.", url.shown())).unwrap_or_default();
    let mut choices = Vec::new();
    if let Some(blocked) = info.blocked.known().filter(|reason| !reason.is_blank()) {
        let what = format!(
            "PostHog cannot register it by itself: {} Register it at the vendor by hand.{url}",
            blocked.shown()
        );
        choices.push(Choice::new("register it at the vendor by hand", blocked.shown(), by_hand(&what)));
    } else if !exists || gone {
        let reason = if exists { "the vendor's end is gone" } else { "there is none yet" };
        let create = Stage::new(Task::Send(Deed::CreateWebhook(Inputs::default())), "Register the webhook, once.");
        choices.push(Choice::new("register the webhook", reason, vec![create]));
    }
    if exists && !gone {
        choices.extend(at_the_vendor(info, &url));
    }
    if exists {
        let signed = signatures_mismatch(situation, inventory);
        let reason = if signed { MISMATCH } else { "where the vendor's secret has changed" };
        let secret = Choice::new("enter a new signing secret", reason, Runbook::webhook_form(&situation.source_type));
        let place = if signed { 0 } else { choices.len() };
        choices.insert(place, secret);
        choices.push(Choice::new(
            "register it anew",
            "removes it first; what is pushed meanwhile is lost",
            anew(situation, inventory),
        ));
    }
    let leave = Choice::new("leave it as it is", "nothing is sent", Vec::new());
    let signed = choices.first().is_some_and(|choice| choice.reason == MISMATCH);
    if info.channel() == PushChannel::Delivers && !signed {
        // Nothing at either end asks for more.
        choices.insert(0, Choice { reason: "both ends are in order".to_owned(), ..leave });
    } else {
        choices.push(leave);
    }
    if let Some(first) = choices.first_mut() {
        first.recommended = true;
    }
    choices
}

/// What has to be mended at the vendor, where its end of the webhook is there.
fn at_the_vendor(info: &WebhookInfo, url: &str) -> Vec<Choice> {
    let by_hand = |what: &str| vec![Stage::new(Task::ByHand, what)];
    let mut choices = Vec::new();
    let status = info.outside.known().and_then(|outside| outside.status.known());
    let off = status.filter(|status| !matches!(status.raw().to_lowercase().as_str(), "enabled" | "active" | ""));
    if let Some(status) = off {
        let what = format!("Enable the endpoint at the vendor, which says that it is {}.{url}", status.shown());
        choices.push(Choice::new(
            "enable it at the vendor",
            format!("the vendor says: {}", status.shown()),
            by_hand(&what),
        ));
    }
    if let Some(missing) = info.missing_events.known().filter(|missing| !missing.is_empty()) {
        let names: Vec<String> = missing.iter().take(8).map(|event| event.shown().into_owned()).collect();
        let what = format!("Add these events to the endpoint at the vendor: {}.", names.join(", "));
        choices.push(Choice::new("add the missing events at the vendor", names.join(", "), by_hand(&what)));
    }
    choices
}

/// Whether the error of a table speaks of signatures.
fn signatures_mismatch(situation: &Situation, inventory: &Inventory) -> bool {
    situation.chosen().any(|patient| {
        let error = inventory.schema(&patient.id).and_then(|(_, schema, _)| schema.latest_error.known());
        error.is_some_and(|text| {
            let text = text.raw().to_lowercase();
            text.contains("signature") || text.contains("signing")
        })
    })
}

/// Off with its tables, away with it, and everything again.
fn anew(situation: &Situation, inventory: &Inventory) -> Vec<Stage> {
    let Some(held) = inventory.source(&situation.source) else { return Vec::new() };
    let on = held
        .source
        .schemas
        .iter()
        .filter(|schema| schema.syncs_by(&SyncType::Webhook) && schema.should_sync == Some(true));
    let tables: Vec<SchemaId> = on.map(|schema| schema.id.clone()).collect();
    let delete = Stage::new(
        Task::Send(Deed::Discard(vec![Discard::DeleteWebhook(situation.source.clone())])),
        "Remove the webhook, here and at the vendor.",
    )
    .losing("what the vendor would push until it is registered again");
    let create = Stage::new(Task::Send(Deed::CreateWebhook(Inputs::default())), "Register the webhook, once.");
    let mut stages = Vec::new();
    if !tables.is_empty() {
        stages.push(switch_off(situation, tables.clone(), inventory));
    }
    stages.extend([delete, create]);
    if !tables.is_empty() {
        stages.push(Stage::new(Task::Send(Deed::SetUp(tables)), "Switch its tables on again."));
    }
    stages
}
