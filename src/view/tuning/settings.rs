//! The settings in rows: what is, what is wanted, and how a value is to be given.

use ratatui::text::{Line, Span};

use super::Body;
use crate::app::model::tuning::{Phase, Tuning};
use crate::view::text;
use crate::view::theme::Role;
use crate::warehouse::text::clean;
use crate::warehouse::tuning::{Draft, Setting};

/// Cells for the name of a setting.
pub(super) const LABEL: usize = 22;

pub(super) fn settings(body: &mut Body<'_>, tuning: &Tuning, draft: &Draft) {
    for refusal in tuning.refused.iter().filter(|refusal| refusal.setting.is_none()) {
        body.quote(&refusal.why, Role::Bad);
    }
    if tuning.undoes {
        body.say("The last change is taken back with this:", Role::Heading);
    }
    let mut cheap = false;
    for (place, setting) in Setting::ALL.into_iter().enumerate() {
        if !setting.is_expensive() && !cheap {
            cheap = true;
            body.lines.push(Line::default());
            body.say("When it is read, if at all:", Role::Faint);
        }
        row(body, tuning, draft, setting, place == tuning.cursor);
    }
    body.lines.push(Line::default());
    if tuning.is_dirty() {
        body.say("`s` shows what would be sent, and what comes of it. Nothing is sent before that.", Role::Text);
    } else {
        body.say("Nothing is changed.", Role::Faint);
    }
    if tuning.has_webhook() {
        body.say("`r` gives its webhook another signing secret.", Role::Faint);
    }
}

fn row(body: &mut Body<'_>, tuning: &Tuning, draft: &Draft, setting: Setting, here: bool) {
    let (theme, width) = (body.theme, body.width);
    let bars = draft.bars(setting);
    let refused = tuning.refusal(setting);
    let changed = draft.changes(setting);
    let label = format!("{}{:<room$}", body.lead(here), setting.title(), room = LABEL);
    let label_role = match (here, &bars, setting.is_expensive()) {
        (true, ..) => Role::Title,
        (false, Some(_), _) => Role::Faint,
        (false, None, true) => Role::Heading,
        (false, None, false) => Role::Text,
    };
    let room = width.saturating_sub(LABEL + 2);
    let (told, role) = match &tuning.phase {
        Phase::Typing(typed, input) if *typed == setting => {
            let seen: String = input.value().chars().skip(input.visual_scroll(room.saturating_sub(1))).collect();
            (clean(&seen, false).into_owned(), Role::Text)
        }
        _ if changed => {
            let now = draft.now().values.get(setting);
            let (now, wanted) = (setting.shown(now), setting.shown(draft.get(setting)));
            (format!("{now} → {wanted}"), if refused.is_some() { Role::Bad } else { Role::Key })
        }
        // It reads the same for every table that has nothing to do with change data capture.
        _ if setting == Setting::CdcMode && bars.is_some() => ("none".to_owned(), Role::Faint),
        _ => (setting.shown(draft.get(setting)), if bars.is_some() { Role::Faint } else { Role::Text }),
    };
    if here {
        body.mark_here();
    }
    body.lines.push(Line::from(vec![
        Span::styled(label, theme.style(label_role)),
        Span::styled(text::cut(&told, room, theme.ellipsis()), theme.style(role)),
    ]));
    let below = match (&refused, &bars) {
        (Some(why), _) => Some((why.clone(), Role::Bad)),
        (None, Some(why)) if here => Some((why.clone(), Role::Faint)),
        (None, None) if here => Some((hint(setting, draft), Role::Faint)),
        _ => None,
    };
    if let Some((below, role)) = below.filter(|(below, _)| !below.is_empty()) {
        for line in text::wrap(&below, room.max(8)) {
            body.lines.push(Line::styled(format!("{}{line}", " ".repeat(LABEL + 2)), theme.style(role)));
        }
    }
}

/// How a value is to be given.
fn hint(setting: Setting, draft: &Draft) -> String {
    let plain = match setting {
        Setting::Filters => {
            let columns: Vec<_> = draft.filter_columns().iter().take(12).map(|column| column.shown()).collect();
            let columns = if columns.is_empty() { String::new() } else { format!(" Columns: {}.", columns.join(", ")) };
            return format!("As: amount > 100 and status in paid, open. Empty for all rows.{columns}");
        }
        Setting::Lookback => "Seconds that are read again behind the field, at most 60 days; empty for none.",
        Setting::FullRefresh => "Days, from 1 to 90; empty for never.",
        Setting::TimeOfDay | Setting::RebuildTime => "As 03:15, in UTC; empty leaves it to PostHog.",
        _ => "",
    };
    plain.to_owned()
}
