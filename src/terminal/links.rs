//! Links (OSC 8): which terminals know them, and how a run of cells becomes one.

use std::ffi::OsString;

use ratatui::buffer::Buffer;

use super::pen;
use super::wide::{self, Wide};
use crate::app::layout::{Area, Link};

/// Ends a link.
const END: &str = "\x1b]8;;\x1b\\";

/// Whether the terminal is known to make links of them. Of all others nothing is known, and some show what they do not
/// know.
pub(super) fn are_known(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let text = |name: &str| variable(name).and_then(|value| value.into_string().ok()).unwrap_or_default();
    let term = text("TERM");
    if matches!(term.as_str(), "" | "dumb" | "linux") || !text("STY").is_empty() {
        return false;
    }
    let program = text("TERM_PROGRAM");
    if !text("TMUX").is_empty() || program == "tmux" || term.starts_with("tmux") || term.starts_with("screen") {
        // It hands them on where the terminal around it knows them. What is said of that terminal is often outdated.
        return program == "tmux" && is_from(&text("TERM_PROGRAM_VERSION"), 3, 4);
    }
    let number = |name: &str| text(name).parse::<u32>().unwrap_or(0);
    let by_term = ["xterm-kitty", "xterm-ghostty", "foot", "alacritty", "contour", "wezterm", "rio"];
    by_term.iter().any(|known| term == *known || term.strip_prefix(known).is_some_and(|rest| rest.starts_with('-')))
        || matches!(program.as_str(), "WezTerm" | "vscode" | "ghostty" | "rio" | "Tabby")
        || (program == "iTerm.app" && is_from(&text("TERM_PROGRAM_VERSION"), 3, 1))
        // The first version with links crashes on some.
        || number("VTE_VERSION") > 5_000
        || number("KONSOLE_VERSION") >= 201_200
        || ["KITTY_WINDOW_ID", "WT_SESSION", "DOMTERM"].iter().any(|name| !text(name).is_empty())
}

/// Whether a version such as `3.4a` or `next-3.5` is this one or a later one.
fn is_from(version: &str, major: u32, minor: u32) -> bool {
    let mut numbers = version
        .trim_start_matches(|sign: char| !sign.is_ascii_digit())
        .split('.')
        .map(|part| part.split(|sign: char| !sign.is_ascii_digit()).next().and_then(|part| part.parse::<u32>().ok()));
    let found = (numbers.next().flatten(), numbers.next().flatten().unwrap_or(0));
    found.0.is_some_and(|first| (first, found.1) >= (major, minor))
}

/// Whether an address can stand in a sequence: whoever made it has encoded it.
fn is_harmless(address: &str) -> bool {
    let plain = address.bytes().all(|byte| (b'!'..=b'~').contains(&byte));
    plain && address.len() <= 2_000 && (address.starts_with("https://") || address.starts_with("http://"))
}

/// Writes the cells of a line anew: as a link where there is an address, else as none.
pub(super) fn write(area: Area, address: Option<&str>, buffer: &Buffer, width: u16, out: &mut Vec<u8>) {
    let cells = (area.x..area.x.saturating_add(area.width))
        // The second half of a wide character is written with the first.
        .filter(|x| x.checked_sub(1).is_none_or(|before| !wide::is_wide(buffer, before, area.y)))
        .filter_map(|x| Some((x, area.y, buffer.cell((x, area.y))?)));
    let none = Wide::default();
    match address.filter(|address| is_harmless(address)) {
        Some(address) => {
            out.extend_from_slice(b"\x1b]8;;");
            out.extend_from_slice(address.as_bytes());
            out.extend_from_slice(b"\x1b\\");
            pen::write(cells, width, &none, out);
            out.extend_from_slice(END.as_bytes());
        }
        None => pen::write(cells, width, &none, out),
    }
}

/// What has to be written so that these are the links on the screen: those that are new, or stand in a line that was
/// written to, and those that are none any more.
pub(super) fn changes<'a>(
    before: &'a [Link],
    now: &'a [Link],
    written: impl Fn(u16) -> bool,
) -> Vec<(Area, Option<&'a str>)> {
    let gone = before.iter().filter(|link| !now.contains(link)).map(|link| (link.area, None));
    let fresh = now.iter().filter(|link| written(link.area.y) || !before.contains(link));
    gone.chain(fresh.map(|link| (link.area, Some(link.address.as_str())))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_terminals_that_are_known_to_make_links_get_them() {
        let known = |variables: &[(&str, &str)]| {
            are_known(|name| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value)))
        };
        let xterm = ("TERM", "xterm-256color");
        for (variables, expected) in [
            (&[xterm][..], false),
            (&[], false),
            (&[("TERM", "linux"), ("KITTY_WINDOW_ID", "1")], false),
            (&[("TERM", "dumb"), ("VTE_VERSION", "7600")], false),
            (&[xterm, ("VTE_VERSION", "7600")], true),
            (&[xterm, ("VTE_VERSION", "5000")], false),
            (&[xterm, ("VTE_VERSION", "many")], false),
            (&[xterm, ("WT_SESSION", "guid")], true),
            (&[xterm, ("TERM_PROGRAM", "WezTerm")], true),
            (&[xterm, ("TERM_PROGRAM", "Apple_Terminal")], false),
            (&[xterm, ("TERM_PROGRAM", "iTerm.app"), ("TERM_PROGRAM_VERSION", "3.5.0")], true),
            (&[xterm, ("TERM_PROGRAM", "iTerm.app"), ("TERM_PROGRAM_VERSION", "2.9")], false),
            (&[("TERM", "xterm-kitty")], true),
            (&[("TERM", "foot-extra")], true),
            (&[("TERM", "football")], false),
            (&[("TERM", "screen-256color"), ("STY", "1.pts")], false),
            (&[("TERM", "screen-256color"), ("TMUX", "x"), ("VTE_VERSION", "7600")], false),
            (
                &[("TERM", "tmux-256color"), ("TERM_PROGRAM", "tmux"), ("TERM_PROGRAM_VERSION", "3.3a"), ("TMUX", "x")],
                false,
            ),
            (
                &[("TERM", "tmux-256color"), ("TERM_PROGRAM", "tmux"), ("TERM_PROGRAM_VERSION", "3.4"), ("TMUX", "x")],
                true,
            ),
            (&[("TERM", "screen"), ("TERM_PROGRAM", "tmux"), ("TERM_PROGRAM_VERSION", "next-3.6")], true),
        ] {
            assert_eq!(known(variables), expected, "{variables:?}");
        }
    }

    #[test]
    fn only_harmless_addresses_are_written() {
        let mut buffer = Buffer::empty(ratatui::layout::Rect::new(0, 0, 10, 1));
        buffer.set_string(2, 0, "here", ratatui::style::Style::new());
        let area = Area { x: 2, y: 0, width: 4, height: 1 };
        let written = |address: &str| {
            let mut out = Vec::new();
            write(area, Some(address), &buffer, 10, &mut out);
            String::from_utf8(out).unwrap()
        };
        assert_eq!(written("https://a.b/c"), "\x1b]8;;https://a.b/c\x1b\\\x1b[1;3Hhere\x1b]8;;\x1b\\");
        let bad = ["file:///etc/passwd", "https://a\x1b\\b", "https://a b", "https://ä", "javascript:x"];
        for address in bad.map(str::to_owned).into_iter().chain([format!("https://{}", "a".repeat(2_000))]) {
            assert_eq!(written(&address), "\x1b[1;3Hhere");
        }
    }

    #[test]
    fn little_is_written_for_links_that_stay() {
        let link = |y, address: &str| Link { area: Area { x: 1, y, width: 5, height: 1 }, address: address.to_owned() };
        let (one, two, other) = (link(1, "https://1"), link(2, "https://2"), link(2, "https://3"));
        let both = [one.clone(), two.clone()];
        assert_eq!(changes(&both, &both, |_| false), []);
        assert_eq!(changes(&both, &both, |row| row == 2), [(two.area, Some("https://2"))]);
        let next = [one, other.clone()];
        assert_eq!(changes(&both, &next, |_| false), [(two.area, None), (other.area, Some("https://3"))]);
    }
}
