//! What a setting can be set to, as its source offers it.

use ratatui::text::{Line, Span};

use super::Body;
use crate::app::model::tuning::Choosing;
use crate::view::text;
use crate::view::theme::Role;
use crate::warehouse::tuning::Draft;

pub(super) fn choices(body: &mut Body<'_>, choosing: &Choosing, draft: &Draft) {
    let (theme, width) = (body.theme, body.width);
    let now = choosing.setting.shown(draft.now().values.get(choosing.setting));
    body.quote(&format!("{}, now {now}:", choosing.setting.title()), Role::Heading);
    let longest = choosing.offers.iter().map(|offer| text::width(&offer.value.to_string())).max().unwrap_or(0);
    let marks = if choosing.takes_several() { 6 } else { 2 };
    let column = (longest + marks + 1).min(width / 2).min(40);
    let mut cut = false;
    for (place, offer) in choosing.offers.iter().enumerate() {
        let here = place == choosing.cursor;
        let mark = match (choosing.takes_several(), choosing.picked.contains(&place)) {
            (true, true) => "[x] ",
            (true, false) => "[ ] ",
            (false, _) => "",
        };
        let lead = format!("{}{mark}{}", body.lead(here), offer.value);
        let (told, role) = match (&offer.blocked, &offer.warning) {
            (Some(why), _) => (why.clone(), Role::Faint),
            (None, Some(warning)) if offer.reason.is_empty() => (warning.clone(), Role::Doubtful),
            (None, Some(warning)) => (format!("{}; {warning}", offer.reason), Role::Doubtful),
            (None, None) => (offer.reason.clone(), Role::Faint),
        };
        let lead_role = match (here, offer.blocked.is_some()) {
            (_, true) => Role::Faint,
            (true, false) => Role::Title,
            (false, false) => Role::Text,
        };
        if here {
            body.mark_here();
        }
        let lead = text::fit(&lead, column, theme.ellipsis(), false);
        let room = width.saturating_sub(text::width(&lead) + 1);
        cut |= here && text::width(&told) > room;
        body.lines.push(Line::from(vec![
            Span::styled(lead, theme.style(lead_role)),
            Span::raw(" "),
            Span::styled(text::cut(&told, room, theme.ellipsis()), theme.style(role)),
        ]));
    }
    // Of the one under the cursor everything is said.
    if let Some(offer) = choosing.offers.get(choosing.cursor) {
        let against = offer.blocked.as_ref().or(offer.warning.as_ref());
        body.lines.push(Line::default());
        if cut && offer.blocked.is_none() && !offer.reason.is_empty() {
            body.quote(&offer.reason, Role::Text);
        }
        if let Some(against) = against {
            body.quote(against, Role::Doubtful);
        }
    }
    if choosing.offers.is_empty() {
        body.say("Its source offers nothing to choose from.", Role::Faint);
    }
}
