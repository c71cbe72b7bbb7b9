//! The editor of a table's sync settings: what is, what is wanted, and what would come of it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::{bounded_scroll, lines, modal, with_keys};
use crate::app::model::Model;
use crate::app::model::tuning::{Choosing, Phase, Tuning};
use crate::warehouse::ids::SchemaId;
use crate::warehouse::recovery::runbook::Stage;
use crate::warehouse::state::State;
use crate::warehouse::text::clean;
use crate::warehouse::tuning::{Draft, Drift, Setting, Value, stages};
use crate::warehouse::words::counted;

/// The keys that mean something now.
pub(super) fn keys(model: &Model, id: &SchemaId) -> &'static [(&'static str, &'static str)] {
    let Some(tuning) = model.tunings.get(id) else { return &[] };
    match &tuning.phase {
        Phase::Looking if tuning.has_webhook() => &[
            ("enter", "change"),
            ("s", "preview"),
            ("esc", "close"),
            ("r", "new secret"),
            ("x", "take back"),
            ("up/down", "move"),
        ],
        Phase::Looking => {
            &[("enter", "change"), ("s", "preview"), ("esc", "close"), ("x", "take back"), ("up/down", "move")]
        }
        Phase::Choosing(choosing) if choosing.takes_several() => {
            &[("space", "pick"), ("enter", "take these"), ("up/down", "move"), ("esc", "back")]
        }
        Phase::Choosing(_) => &[("enter", "choose"), ("up/down", "move"), ("esc", "back")],
        Phase::Typing(..) => &[("enter", "take it"), ("esc", "back")],
        Phase::Preview => &[("enter", "send"), ("up/down", "what follows"), ("esc", "back")],
        Phase::Drifted(..) => &[("k", "keep yours"), ("t", "take theirs"), ("esc", "decide later")],
        Phase::Running => &[("w", "wait for it"), ("c", "cancel it first"), ("esc", "back")],
        Phase::Waiting => &[("x", "do not wait"), ("esc", "close")],
        Phase::Unread(_) => &[("enter", "read again"), ("esc", "close")],
        Phase::Gone => &[("enter", "close")],
        Phase::Reading | Phase::Checking => &[("esc", "close")],
    }
}

/// The lines of the editor, and the one that has to be seen.
#[derive(Default)]
struct Body<'a> {
    lines: Vec<Line<'a>>,
    at: usize,
}

/// Draws it.
pub(super) fn draw(model: &Model, id: &SchemaId, theme: &Theme, frame: &mut Frame) {
    let Some(tuning) = model.tunings.get(id) else { return };
    let source = model.inventory.schema(id).map(|(held, ..)| held.source.title().shown().into_owned());
    let name = text::cut(&tuning.name.shown(), 50, theme.ellipsis());
    let title = match source {
        Some(source) => format!("Sync settings: {} / {name}", text::cut(&source, 40, theme.ellipsis())),
        None => format!("Sync settings: {name}"),
    };
    let inside = modal::open(&title, 110, u16::MAX, theme, frame);
    let width = usize::from(inside.width);
    let body = body(model, id, tuning, theme, width);
    let height = usize::from(inside.height);
    let scrolled = if matches!(tuning.phase, Phase::Preview) { tuning.scroll } else { 0 };
    let at = (body.at + 2).saturating_sub(height) + scrolled;
    let start = bounded_scroll(at, body.lines.len(), inside.height);
    lines(&body.lines, start, inside, frame.buffer_mut());
    let more = body.lines.len().saturating_sub(start + height);
    if more > 0 && matches!(tuning.phase, Phase::Preview) {
        let words = format!(" {} below: pgdn ", counted(more, "line"));
        let x = inside.right().saturating_sub(u16::try_from(text::width(&words)).unwrap_or(0) + 1);
        frame.buffer_mut().set_stringn(x, inside.bottom(), words, width, theme.style(Role::Faint));
    }
    if let Phase::Typing(_, input) = &tuning.phase {
        let line = body.at.saturating_sub(start);
        let room = width.saturating_sub(LABEL + 3);
        let column = LABEL + 2 + input.visual_cursor().saturating_sub(input.visual_scroll(room));
        if let (Ok(row), Ok(column)) = (u16::try_from(line), u16::try_from(column)) {
            let area = Rect { height: 1, ..inside };
            let x = area.x + column.min(area.width.saturating_sub(1));
            frame.set_cursor_position((x, area.y + row.min(inside.height.saturating_sub(1))));
        }
    }
}

/// Whether its run will not end by itself.
fn is_lost(model: &Model, id: &SchemaId) -> bool {
    matches!(model.inventory.schema(id), Some((.., State::Phantom | State::Stuck)))
}

/// Cells for the name of a setting.
const LABEL: usize = 22;

fn body<'a>(model: &Model, id: &SchemaId, tuning: &Tuning, theme: &Theme, width: usize) -> Body<'a> {
    let mut body = Body::default();
    match (&tuning.phase, &tuning.draft) {
        (Phase::Reading, _) => body.say("Reading the table, and what its source offers.", Role::Text, theme, width),
        (Phase::Checking, _) => {
            body.say("Reading the table once more, right before sending.", Role::Text, theme, width);
        }
        (Phase::Unread(why), _) => {
            body.say(why, Role::Bad, theme, width);
            body.say("`enter` reads it again.", Role::Text, theme, width);
        }
        (Phase::Gone, _) => {
            body.say("The table does not exist any more, so nothing was sent.", Role::Bad, theme, width);
            body.say("Its source may list it under another name. `enter` closes this.", Role::Text, theme, width);
        }
        (Phase::Drifted(moved, _), _) => drifted(&mut body, moved, theme, width),
        (Phase::Running, _) if is_lost(model, id) => {
            body.say(
                "Its status says that it is running, but no run gets on: waiting would be in vain.",
                Role::Doubtful,
                theme,
                width,
            );
            body.say(
                "`c` cancels the run first, which mends that, and then applies the change.",
                Role::Text,
                theme,
                width,
            );
        }
        (Phase::Running, _) => {
            body.say("It is running, and a running table is not touched.", Role::Doubtful, theme, width);
            body.say(
                "`w` waits until the run has ended, and then applies the change by itself; `c` cancels the run first.",
                Role::Text,
                theme,
                width,
            );
        }
        (Phase::Waiting, _) => {
            body.say(
                "The change is applied once the run has ended. It goes on waiting when this is closed.",
                Role::Text,
                theme,
                width,
            );
            body.say("`x` takes it back into the editor.", Role::Text, theme, width);
        }
        (Phase::Preview, Some(draft)) => preview(&mut body, model, tuning, draft, theme, width),
        (Phase::Choosing(choosing), Some(draft)) => choices(&mut body, choosing, draft, theme, width),
        (_, Some(draft)) => settings(&mut body, tuning, draft, theme, width),
        (_, None) => {}
    }
    body
}

impl Body<'_> {
    fn say(&mut self, sentence: &str, role: Role, theme: &Theme, width: usize) {
        let style = theme.style(role);
        self.lines.extend(text::wrap(sentence, width).iter().map(|line| with_keys(line, style, theme)));
    }

    /// An empty line, where there is none.
    fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    /// The same for text that is not ours, in which nothing is a key.
    fn quote(&mut self, sentence: &str, role: Role, theme: &Theme, width: usize) {
        let style = theme.style(role);
        self.lines.extend(text::wrap(sentence, width).into_iter().map(|line| Line::styled(line, style)));
    }
}

fn pointer(theme: &Theme) -> &'static str {
    if theme.ascii { "> " } else { "▸ " }
}

fn settings(body: &mut Body<'_>, tuning: &Tuning, draft: &Draft, theme: &Theme, width: usize) {
    for refusal in tuning.refused.iter().filter(|refusal| refusal.setting.is_none()) {
        body.quote(&refusal.why, Role::Bad, theme, width);
    }
    if tuning.undoes {
        body.say("The last change is taken back with this:", Role::Heading, theme, width);
    }
    let mut cheap = false;
    for (place, setting) in Setting::ALL.into_iter().enumerate() {
        if !setting.is_expensive() && !cheap {
            cheap = true;
            body.lines.push(Line::default());
            body.say("When it is read, if at all:", Role::Faint, theme, width);
        }
        row(body, tuning, draft, setting, place == tuning.cursor, theme, width);
    }
    body.lines.push(Line::default());
    if tuning.is_dirty() {
        body.say(
            "`s` shows what would be sent, and what comes of it. Nothing is sent before that.",
            Role::Text,
            theme,
            width,
        );
    } else {
        body.say("Nothing is changed.", Role::Faint, theme, width);
    }
    if tuning.has_webhook() {
        body.say("`r` gives its webhook another signing secret.", Role::Faint, theme, width);
    }
}

fn row(body: &mut Body<'_>, tuning: &Tuning, draft: &Draft, setting: Setting, here: bool, theme: &Theme, width: usize) {
    let bars = draft.bars(setting);
    let refused = tuning.refusal(setting);
    let changed = draft.changes(setting);
    let label = format!("{}{:<room$}", if here { pointer(theme) } else { "  " }, setting.title(), room = LABEL);
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
        body.at = body.lines.len();
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

fn choices(body: &mut Body<'_>, choosing: &Choosing, draft: &Draft, theme: &Theme, width: usize) {
    let now = choosing.setting.shown(draft.now().values.get(choosing.setting));
    body.quote(&format!("{}, now {now}:", choosing.setting.title()), Role::Heading, theme, width);
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
        let lead = format!("{}{mark}{}", if here { pointer(theme) } else { "  " }, offer.value);
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
            body.at = body.lines.len();
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
            body.quote(&offer.reason, Role::Text, theme, width);
        }
        if let Some(against) = against {
            body.quote(against, Role::Doubtful, theme, width);
        }
    }
    if choosing.offers.is_empty() {
        body.say("Its source offers nothing to choose from.", Role::Faint, theme, width);
    }
}

fn preview(body: &mut Body<'_>, model: &Model, tuning: &Tuning, draft: &Draft, theme: &Theme, width: usize) {
    for setting in draft.changed() {
        let role = if setting.is_expensive() { Role::Heading } else { Role::Text };
        body.quote(&draft.sentence(setting), role, theme, width);
    }
    body.gap();
    let data = draft.data();
    body.say(data.meaning(), if data.is_kept() { Role::Good } else { Role::Danger }, theme, width);
    for note in draft.notes() {
        body.quote(&note, Role::Doubtful, theme, width);
    }
    if let Some(cost) = draft.cost(tuning.chosen_way(), model.inventory.runs(&tuning.id)) {
        body.quote(&cost, Role::Text, theme, width);
    }
    body.gap();
    let ways = tuning.ways();
    let alone = ways.len() < 2;
    for (place, way) in ways.into_iter().filter(|_| !alone).enumerate() {
        let here = place == tuning.way;
        let lead = if here { pointer(theme) } else { "  " };
        let role = if here { Role::Title } else { Role::Text };
        if here {
            body.at = body.lines.len();
        }
        body.lines.push(Line::styled(format!("{lead}{}", way.words()), theme.style(role)));
    }
    if draft.leaves_webhook_unused() {
        let mark = if tuning.unregister { "[x]" } else { "[ ]" };
        body.say(&format!("{mark} `w`: unregister the webhook, too; you are asked first"), Role::Text, theme, width);
    }
    steps(body, tuning, draft, theme, width);
    if let Ok(weighed) = draft.request() {
        body.say("The change, as it is sent:", Role::Faint, theme, width);
        let fields = weighed.body();
        let last = fields.len().saturating_sub(1);
        body.say("PATCH {", Role::Text, theme, width);
        for (place, (name, value)) in fields.iter().enumerate() {
            let comma = if place < last { "," } else { "" };
            let line = format!("  {}: {value}{comma}", serde_json::Value::from(name.as_str()));
            body.quote(&clean(&line, false), Role::Text, theme, width);
        }
        body.say("}", Role::Text, theme, width);
    }
}

/// Everything that would be sent, where it is more than the change, and what is lost by it.
fn steps(body: &mut Body<'_>, tuning: &Tuning, draft: &Draft, theme: &Theme, width: usize) {
    let Ok(stages) = stages(draft, tuning.chosen_way(), false, tuning.unregister) else { return };
    let sent: Vec<&Stage> = stages.iter().filter(|stage| stage.sends()).collect();
    body.gap();
    for (place, stage) in sent.iter().enumerate().filter(|_| sent.len() > 1) {
        let what = if stage.changes_settings() { "Send the change." } else { &stage.what };
        body.quote(&format!("{}. {what}", place + 1), Role::Text, theme, width);
        if let Some(loses) = &stage.loses {
            body.quote(&format!("   Lost: {loses}."), Role::Danger, theme, width);
        }
    }
    if sent.iter().any(|stage| !stage.discards().is_empty()) {
        body.say("You are asked once, before anything is sent.", Role::Text, theme, width);
    }
    body.gap();
}

fn drifted(body: &mut Body<'_>, moved: &[Drift], theme: &Theme, width: usize) {
    body.say("It was changed by somebody else since it was read. Nothing was sent.", Role::Doubtful, theme, width);
    body.lines.push(Line::default());
    for one in moved {
        body.quote(one.setting.title(), Role::Heading, theme, width);
        let same = one.yours == one.was;
        let yours = if same { "not changed by you".to_owned() } else { one.setting.shown(&one.yours) };
        let shown = |value: &Value| one.setting.shown(value);
        for (what, value) in [("was", shown(&one.was)), ("is", shown(&one.is)), ("yours", yours)] {
            body.quote(&format!("  {what:<6} {value}"), Role::Text, theme, width);
        }
    }
    body.lines.push(Line::default());
    body.say(
        "`k` keeps what you want on top of what is now; `t` takes their values where both changed.",
        Role::Text,
        theme,
        width,
    );
}
