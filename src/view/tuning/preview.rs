//! What would be sent, what comes of it, and what can follow.

use ratatui::text::Line;

use super::Body;
use crate::app::model::Model;
use crate::app::model::tuning::Tuning;
use crate::view::theme::Role;
use crate::warehouse::recovery::runbook::Stage;
use crate::warehouse::text::clean;
use crate::warehouse::tuning::{Draft, stages};

pub(super) fn preview(body: &mut Body<'_>, model: &Model, tuning: &Tuning, draft: &Draft) {
    let theme = body.theme;
    for setting in draft.changed() {
        let role = if setting.is_expensive() { Role::Heading } else { Role::Text };
        body.quote(&draft.sentence(setting), role);
    }
    body.gap();
    let data = draft.data();
    body.say(data.meaning(), if data.is_kept() { Role::Good } else { Role::Danger });
    for note in draft.notes() {
        body.quote(&note, Role::Doubtful);
    }
    if let Some(cost) = draft.cost(tuning.chosen_way(), model.inventory.runs(&tuning.id)) {
        body.quote(&cost, Role::Text);
    }
    body.gap();
    let ways = tuning.ways();
    let alone = ways.len() < 2;
    for (place, way) in ways.into_iter().filter(|_| !alone).enumerate() {
        let here = place == tuning.way;
        let lead = body.lead(here);
        let role = if here { Role::Title } else { Role::Text };
        if here {
            body.mark_here();
        }
        body.lines.push(Line::styled(format!("{lead}{}", way.words()), theme.style(role)));
    }
    if draft.leaves_webhook_unused() {
        let mark = if tuning.unregister { "[x]" } else { "[ ]" };
        body.say(&format!("{mark} `w`: unregister the webhook, too; you are asked first"), Role::Text);
    }
    steps(body, tuning, draft);
    if let Ok(weighed) = draft.request() {
        body.say("The change, as it is sent:", Role::Faint);
        let fields = weighed.body();
        let last = fields.len().saturating_sub(1);
        body.say("PATCH {", Role::Text);
        for (place, (name, value)) in fields.iter().enumerate() {
            let comma = if place < last { "," } else { "" };
            let line = format!("  {}: {value}{comma}", serde_json::Value::from(name.as_str()));
            body.quote(&clean(&line, false), Role::Text);
        }
        body.say("}", Role::Text);
    }
}

/// Everything that would be sent, where it is more than the change, and what is lost by it.
fn steps(body: &mut Body<'_>, tuning: &Tuning, draft: &Draft) {
    let Ok(stages) = stages(draft, tuning.besides()) else { return };
    let sent: Vec<&Stage> = stages.iter().filter(|stage| stage.sends()).collect();
    body.gap();
    for (place, stage) in sent.iter().enumerate().filter(|_| sent.len() > 1) {
        let what = if stage.changes_settings() { "Send the change." } else { &stage.what };
        body.quote(&format!("{}. {what}", place + 1), Role::Text);
        if let Some(loses) = &stage.loses {
            body.quote(&format!("   Lost: {loses}."), Role::Danger);
        }
    }
    if sent.iter().any(|stage| !stage.discards().is_empty()) {
        body.say("You are asked once, before anything is sent.", Role::Text);
    }
    body.gap();
}
