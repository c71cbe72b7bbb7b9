//! The field for another API key. What is typed is not shown.

use ratatui::Frame;
use ratatui::text::{Line, Span};

use super::text;
use super::theme::{Role, Theme};
use super::widgets::{lines, modal, with_keys};
use crate::app::model::Model;
use crate::app::model::key_form::{KeyForm, Phase};

/// Draws it.
pub(super) fn draw(model: &Model, form: &KeyForm, theme: &Theme, frame: &mut Frame) {
    const WIDTH: u16 = 76;
    const LABEL: &str = "Key  ";
    let width = modal::inner_width(WIDTH, frame.area());
    let host = model
        .settings
        .place()
        .map_or("the host", |place| place.origin.split_once("://").map_or(place.origin.as_str(), |(_, host)| host));
    let plain = |sentence: &str, role| -> Vec<Line> {
        let style = theme.style(role);
        text::wrap(sentence, width).iter().map(|line| with_keys(line, style, theme)).collect()
    };
    let mut all = plain("A personal API key for the same project, typed or pasted:", Role::Text);
    all.push(Line::default());
    let row = all.len();
    let room = width.saturating_sub(LABEL.len() + 1);
    let sign = if theme.ascii { "*" } else { "•" };
    // The end of a long key is where the cursor is.
    let start = form.cursor().saturating_sub(room);
    all.push(Line::from(vec![
        Span::styled(LABEL, theme.style(Role::Faint)),
        Span::styled(sign.repeat(form.typed().saturating_sub(start).min(room)), theme.style(Role::Text)),
    ]));
    all.push(Line::default());
    match &form.phase {
        Phase::Typing => {}
        Phase::Checking(_) => all.extend(plain(&format!("Asking {host} what it may do."), Role::Moving)),
        Phase::Refused(reason) => all.extend(plain(reason, Role::Bad)),
    }
    let kept = format!("It is sent to {host} and nowhere else, used until you quit, and not written down.");
    all.extend(plain(&kept, Role::Faint));
    all.push(Line::default());
    all.extend(plain("`enter` checks it and uses it.   `esc` goes back.", Role::Text));
    let height = u16::try_from(all.len()).unwrap_or(u16::MAX).saturating_add(2);
    let inside = modal::open("Another API key", WIDTH, height, theme, frame);
    lines(&all, 0, inside, frame.buffer_mut());
    let (column, line) = (LABEL.len() + form.cursor() - start, u16::try_from(row).unwrap_or(0));
    if line < inside.height && !matches!(form.phase, Phase::Checking(_)) {
        let column = u16::try_from(column).unwrap_or(0).min(inside.width.saturating_sub(1));
        frame.set_cursor_position((inside.x + column, inside.y + line));
    }
}
