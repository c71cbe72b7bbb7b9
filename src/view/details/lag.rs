//! How far a change stream is behind, as words and as a gauge with a mark at each threshold.

use ratatui::text::Span;

use super::{NAME, Page};
use crate::view::theme::{Role, Theme};
use crate::warehouse::inventory::Held;
use crate::warehouse::lag::Lag;
use crate::warehouse::schema::Schema;
use crate::warehouse::state::{Severity, State};
use crate::warehouse::words::{ago, bytes};

/// The cause of failures where the database is not ready for a change stream.
const UNREADY: &str = "cdc_prerequisites";

/// The widest gauge.
const WIDEST: usize = 28;

/// Shows it, where the server has told.
pub(super) fn show(page: &mut Page<'_>, held: &Held) {
    let Some((lag, at)) = page.model.inventory.lag(&held.source.id) else { return };
    page.heading("Change stream");
    let ready = is_set_up(held);
    if !ready && lag.bytes == 0 {
        // Where nothing can be behind, nothing is in time either.
        page.styled_field("lag", "none is measured: it is not set up", page.theme.style(Role::Broken));
        return page.field("read", &ago(at, page.model.now));
    }
    let (words, role) = words(&lag);
    page.styled_field("lag", &words, page.theme.style(role));
    // Ears get the words alone.
    if ready && !page.theme.plain {
        let width = page.width.saturating_sub(NAME + 1).min(WIDEST);
        page.drawn("", gauge(&lag, width, page.theme));
    }
    page.field("thresholds", &thresholds(&lag, page.theme));
    page.field("read", &ago(at, page.model.now));
}

/// Whether no table fails because the database is not ready for a change stream.
fn is_set_up(held: &Held) -> bool {
    let unready = |table: &Schema| table.finding.as_ref().is_some_and(|found| found.cause.id.as_str() == UNREADY);
    !held.tables().any(|(table, state)| state.is_failure() && unready(table))
}

/// How much it is, and how grave that is.
fn words(lag: &Lag) -> (String, Role) {
    let (judged, role) = match lag.severity() {
        Severity::Broken => (", critical", Role::Broken),
        Severity::Doubtful => (", beyond the warning", Role::Doubtful),
        _ => ("", Role::Text),
    };
    (format!("{}{judged}", bytes(lag.bytes)), role)
}

/// What it is measured by, each with its mark.
fn thresholds(lag: &Lag, theme: &Theme) -> String {
    let told = |bound: Option<u64>, what: &str, state: State| {
        let mark = if theme.plain { String::new() } else { format!("{} ", theme.glyph(state)) };
        bound.map(|bound| format!("{mark}{what} {}", bytes(bound)))
    };
    let all =
        [told(lag.warning, "warning from", State::CdcBehind), told(lag.critical, "critical from", State::CdcBroken)];
    let all: Vec<String> = all.into_iter().flatten().collect();
    if all.is_empty() { "the server names none".to_owned() } else { all.join(", ") }
}

/// The gauge; nothing where there is nothing to measure by.
fn gauge(lag: &Lag, width: usize, theme: &Theme) -> Vec<Span<'static>> {
    let Some(gauge) = lag.gauge(width) else { return Vec::new() };
    let (full, rest) = if theme.ascii { ("#", "-") } else { ("━", "╌") };
    let bar = theme.style(match lag.severity() {
        Severity::Broken => Role::Broken,
        Severity::Doubtful => Role::Doubtful,
        _ => Role::Well,
    });
    let cell = |at: usize| {
        if gauge.critical == Some(at) {
            Span::styled(theme.glyph(State::CdcBroken), theme.state(State::CdcBroken))
        } else if gauge.warning == Some(at) {
            Span::styled(theme.glyph(State::CdcBehind), theme.state(State::CdcBehind))
        } else if at < gauge.full {
            Span::styled(full, bar)
        } else {
            Span::styled(rest, theme.style(Role::Faint))
        }
    };
    (0..width).map(cell).collect()
}
