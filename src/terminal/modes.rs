//! The modes of the terminal that the program changes, and the bytes that change them and change them back.

/// A private mode of the terminal (DEC), by its number.
struct Mode {
    number: u16,
    /// Whether it is on while the program runs. Outside it is the other way round.
    on: bool,
}

/// In the order of switching on; they are switched back in the opposite order. The alternate screen comes first: what
/// is switched back after it is seen by the shell's screen too, whatever the terminal keeps for each screen.
const MODES: [Mode; 4] = [
    Mode { number: 1049, on: true }, // alternate screen
    Mode { number: 25, on: false },  // cursor
    Mode { number: 2004, on: true }, // bracketed paste
    Mode { number: 1004, on: true }, // focus events
];

/// Presses and the wheel (1000), motion while a button is held (1002), with cells beyond column 223 (1006). Other motion is
/// left out on purpose: nothing uses it, and each step of the pointer would wake the program.
const MOUSE: [u16; 3] = [1000, 1002, 1006];

/// Begins a frame that the terminal shows as a whole (synchronised output).
pub(super) const FRAME_BEGINS: &str = "\x1b[?2026h";

/// Ends it.
pub(super) const FRAME_ENDS: &str = "\x1b[?2026l";

/// Clears colours and attributes.
const PLAIN: &str = "\x1b[0m";

fn set(number: u16, on: bool) -> String {
    format!("\x1b[?{number}{}", if on { 'h' } else { 'l' })
}

/// Takes the screen, with or without the mouse.
pub(super) fn enter(with_mouse: bool) -> String {
    let mut bytes: String = MODES.iter().map(|mode| set(mode.number, mode.on)).collect();
    if with_mouse {
        bytes.push_str(&mouse(true));
    }
    bytes
}

/// Gives it back: all modes, whether they were set or not, so that nothing needs to be remembered in a crash.
pub(super) fn leave() -> String {
    let mut bytes = String::from(FRAME_ENDS);
    bytes.push_str(&mouse(false));
    bytes.push_str(PLAIN);
    bytes.push_str(super::announce::GIVE_TITLE_BACK);
    bytes.extend(MODES.iter().rev().map(|mode| set(mode.number, !mode.on)));
    bytes
}

/// Switches the mouse on or off.
pub(super) fn mouse(on: bool) -> String {
    if on {
        MOUSE.iter().map(|number| set(*number, true)).collect()
    } else {
        MOUSE.iter().rev().map(|number| set(*number, false)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The last setting of each private mode in these bytes.
    fn settings(bytes: &str) -> BTreeMap<u16, bool> {
        bytes
            .split("\x1b[?")
            .skip(1)
            .filter_map(|rest| {
                let end = rest.find(['h', 'l'])?;
                Some((rest[..end].parse().ok()?, rest[end..].starts_with('h')))
            })
            .collect()
    }

    #[test]
    fn every_mode_that_is_set_is_set_back() {
        let left = settings(&leave());
        for (number, on) in settings(&(enter(true) + FRAME_BEGINS)) {
            assert_eq!(left.get(&number), Some(&!on), "mode {number}");
        }
        assert_eq!(left.get(&25), Some(&true), "the cursor is shown");
    }

    #[test]
    fn the_mouse_is_left_alone_unless_wanted() {
        let modes = settings(&enter(false));
        assert!(MOUSE.iter().all(|number| !modes.contains_key(number)));
        assert!(MOUSE.iter().all(|number| settings(&enter(true)).get(number) == Some(&true)));
    }
}
