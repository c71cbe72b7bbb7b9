//! The profiles, and the question where something is under way.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::{lines, modal, with_keys};
use crate::app::model::overlay::{ProfileChoice, Profiles};
use crate::app::model::{Model, Screen};
use crate::warehouse::text::clean;

/// How wide the box is.
const WIDTH: u16 = 76;

/// How many lines are said above the list.
const ABOVE: usize = 4;

/// How many followed actions are named.
const NAMED: usize = 4;

/// Draws it.
pub(super) fn draw(model: &Model, profiles: &Profiles, theme: &Theme, frame: &mut Frame) {
    let choices = model.profile_choices();
    let width = modal::inner_width(WIDTH, frame.area());
    let below = if let Some(chosen) = &profiles.asking {
        question(model, chosen, width, theme)
    } else {
        let (enter, leave) = if model.screen == Screen::Main { ("switch", "stay") } else { ("connect", "quit") };
        let keys = format!("`enter` {enter}  `up` `down` move  `esc` {leave}");
        vec![with_keys(&keys, theme.style(Role::Faint), theme)]
    };
    // Before anything is connected: why it has to be chosen, or why what was chosen cannot be.
    let above = match &model.screen {
        Screen::Welcome { reason } => text::wrap(&clean(reason, false), width),
        _ => Vec::new(),
    };
    let above: Vec<Line> = above.into_iter().take(ABOVE).chain([String::new()]).map(Line::from).collect();
    let above = if model.screen == Screen::Main { Vec::new() } else { above };
    let wanted = u16::try_from(above.len() + choices.len() + below.len() + 3).unwrap_or(u16::MAX);
    let title = if model.screen == Screen::Main { "Switch to" } else { "Connect to" };
    let inside = modal::open(title, WIDTH, wanted, theme, frame);
    let buffer = frame.buffer_mut();
    let below_height = u16::try_from(below.len()).unwrap_or(u16::MAX).min(inside.height.saturating_sub(1));
    let head = u16::try_from(above.len()).unwrap_or(u16::MAX).min(inside.height.saturating_sub(below_height + 2));
    lines(&above, 0, Rect { height: head, ..inside }, buffer);
    let list =
        Rect { y: inside.y + head, height: inside.height.saturating_sub(below_height + 1 + head).max(1), ..inside };
    let cursor = profiles.cursor.min(choices.len().saturating_sub(1));
    let start = (cursor + 1).saturating_sub(usize::from(list.height));
    for (index, choice) in choices.iter().enumerate().skip(start).take(usize::from(list.height)) {
        let y = list.y + u16::try_from(index - start).unwrap_or(0);
        buffer.set_line(list.x, y, &row(model, choice, usize::from(list.width), theme), list.width);
        if index == cursor {
            buffer.set_style(Rect { y, height: 1, ..list }, theme.style(Role::Selected));
        }
    }
    lines(&below, 0, Rect { y: inside.bottom().saturating_sub(below_height), height: below_height, ..inside }, buffer);
}

fn row<'a>(model: &Model, choice: &ProfileChoice, width: usize, theme: &Theme) -> Line<'a> {
    let setup = &model.settings.setup;
    let in_use = match choice {
        ProfileChoice::Profile(name) | ProfileChoice::Table(name, ..) => setup.profile.as_ref() == Some(name),
        ProfileChoice::Demo => model.settings.place().is_some_and(|place| place.demo),
        ProfileChoice::All | ProfileChoice::Another => false,
    };
    let mark = match (in_use, theme.ascii) {
        (true, true) => "* ",
        (true, false) => "• ",
        (false, _) => "  ",
    };
    let (name, place) = match choice {
        ProfileChoice::All => ("all profiles …".to_owned(), "one list; each is read with its own key".to_owned()),
        ProfileChoice::Profile(name) | ProfileChoice::Table(name, ..) => {
            let offer = setup.profiles.iter().find(|offer| offer.name == *name);
            let mut parts: Vec<&str> = offer.map(|offer| offer.place.as_str()).into_iter().collect();
            parts.extend(offer.filter(|offer| offer.read_only).map(|_| "read-only"));
            parts.extend(offer.filter(|offer| offer.protected).map(|_| "protected"));
            parts.retain(|part| !part.is_empty());
            (name.clone(), parts.join(", "))
        }
        ProfileChoice::Another => ("another project …".to_owned(), "enter a host and a key".to_owned()),
        ProfileChoice::Demo => ("the demo".to_owned(), "no account, no network".to_owned()),
    };
    let own = setup.profiles.iter().find(|offer| matches!(choice, ProfileChoice::Profile(name) if *name == offer.name));
    let colour = theme.profile(own.and_then(|offer| offer.manner.colour));
    let name = text::fit(&name, 20, theme.ellipsis(), false);
    let place = text::cut(&place, width.saturating_sub(24), theme.ellipsis());
    Line::from(vec![
        Span::styled(mark, theme.style(Role::Good)),
        Span::styled(name, colour),
        Span::raw("  "),
        Span::styled(place, theme.style(Role::Faint)),
    ])
}

/// Asks whether to leave what is under way, over what is shown.
pub(super) fn ask(model: &Model, chosen: &ProfileChoice, theme: &Theme, frame: &mut Frame) {
    let all = question(model, chosen, modal::inner_width(WIDTH, frame.area()), theme);
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = modal::open("Switch to", WIDTH, height, theme, frame);
    // The last line has the keys: it is seen whatever else there is no room for.
    let above = Rect { height: inside.height.saturating_sub(1), ..inside };
    lines(&all, 0, above, frame.buffer_mut());
    lines(&all, all.len() - 1, Rect { y: above.bottom(), height: 1, ..inside }, frame.buffer_mut());
}

/// What would be lost sight of.
fn question<'a>(model: &Model, chosen: &ProfileChoice, width: usize, theme: &Theme) -> Vec<Line<'a>> {
    let mut all = Vec::new();
    let mut say = |sentence: &str, role: Role| {
        all.extend(text::wrap(sentence, width).into_iter().map(|line| Line::styled(line, theme.style(role))));
    };
    let follows: Vec<String> = model.follows.values().map(|follow| follow.progress(None, model.now)).collect();
    let records = model.runbooks.records();
    say("Under way here, and not followed any more once you switch:", Role::Danger);
    for record in records.iter().take(NAMED) {
        say(&clean(&format!("  {}: {}", record.source_name, record.title), false), Role::Text);
    }
    for follow in follows.iter().take(NAMED) {
        say(&format!("  {}", clean(follow, false)), Role::Text);
    }
    let more = follows.len().saturating_sub(NAMED) + records.len().saturating_sub(NAMED);
    if more > 0 {
        say(&format!("  and {more} more"), Role::Text);
    }
    if follows.is_empty() && records.is_empty() {
        say("  a change whose outcome is not known yet", Role::Text);
    }
    say("What was sent goes on on the server.", Role::Text);
    let name = match chosen {
        ProfileChoice::Profile(name) | ProfileChoice::Table(name, ..) => name.as_str(),
        ProfileChoice::All => "all profiles",
        ProfileChoice::Demo => "the demo",
        ProfileChoice::Another => "another project",
    };
    all.push(with_keys(&format!("`y` switches to {name}.   `n` stays."), theme.style(Role::Text), theme));
    all
}
