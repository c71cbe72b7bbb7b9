//! From the bytes a terminal sends to events: bytes in, events out, without a clock.
//!
//! Input is not trusted: whatever comes in, memory is bounded, and after a pause the next key is a key again.

use std::collections::VecDeque;

use super::sequence::{self, Meaning, PASTE_BEGINS, PASTE_ENDS};
use super::{background, keys};
use crate::app::key::{Code, Key};
use crate::app::message::Event;

/// How long a lone escape is kept, in milliseconds: it may be the beginning of a sequence that arrives in pieces. The
/// escape key takes that much longer.
const LONE_ESCAPE: u16 = 50;

/// How long the rest of any other sequence is waited for. Nobody types one, so this only has to be less than a pause
/// that a user would notice after pressing, say, alt and a bracket.
const REST_OF_SEQUENCE: u16 = 500;

/// How long the rest of a paste is waited for. Long, as on a bad line the rest would otherwise be taken for keys.
const REST_OF_PASTE: u16 = 3_000;

/// How long, after the end of a paste, another end is waited for. Some terminals hand on a paste that holds the mark
/// of its own end: what lies between the two is text as well.
const ANOTHER_END: u16 = 50;

/// How long the bytes of a paste that has stalled are gathered before they are looked at.
const STALLED_PIECE: u16 = 50;

/// The longest paste, in bytes; what goes beyond is left out.
const LONGEST_PASTE: usize = 1 << 20;

/// The longest sequence that can mean something; longer ones are read to their end and forgotten.
const LONGEST_SEQUENCE: usize = 64;

/// Turns bytes into events.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    state: State,
    events: VecDeque<Event>,
}

/// What the bytes so far have begun.
#[derive(Debug, Default)]
enum State {
    #[default]
    Nothing,
    /// An escape.
    Escape,
    /// A key of the older kind (SS3), whose letter is to come.
    Letter,
    /// A control sequence (CSI) with these parameters.
    Sequence(Vec<u8>),
    /// A key of the Linux console, whose letter is to come.
    ConsoleKey,
    /// A mouse report in the oldest form.
    OldMouse(Vec<u8>),
    /// A character of several bytes.
    Character { bytes: Vec<u8>, length: usize, alt: bool },
    /// A text between the terminal and programs (OSC, DCS and the like), begun by this byte: the answer to a question
    /// that was asked before the program started, or after it gave up.
    Answer { begun_by: u8, text: Vec<u8>, escape: bool },
    /// Pasted text.
    Paste(Vec<u8>),
    /// Pasted text that has ended, and what came right behind it: more of it, should another end follow.
    Pasted { text: Vec<u8>, behind: Vec<u8> },
    /// A paste that stopped without an end, and what came since: the rest of it, or a key.
    Stalled(Vec<u8>),
}

impl Decoder {
    /// Takes these bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.step(*byte);
        }
    }

    /// All events that are complete.
    pub(super) fn take_events(&mut self) -> VecDeque<Event> {
        std::mem::take(&mut self.events)
    }

    /// How long, in milliseconds, to wait for more bytes before [`Self::give_up`]; `None` when nothing is begun.
    pub(super) fn patience(&self) -> Option<u16> {
        match self.state {
            State::Nothing => None,
            State::Escape => Some(LONE_ESCAPE),
            State::Paste(_) => Some(REST_OF_PASTE),
            State::Pasted { .. } => Some(ANOTHER_END),
            // As long as it takes: whoever types finds out by the first key.
            State::Stalled(ref since) if since.is_empty() => None,
            State::Stalled(_) => Some(STALLED_PIECE),
            // The rest of an answer must never be taken for keys.
            State::Answer { ref text, .. } if !text.is_empty() => Some(REST_OF_PASTE),
            _ => Some(REST_OF_SEQUENCE),
        }
    }

    /// No more bytes came: what was begun was a key by itself, or is nothing.
    pub(super) fn give_up(&mut self) {
        match std::mem::take(&mut self.state) {
            State::Escape => self.key(Key::plain(Code::Escape)),
            State::Letter => self.key(with_alt(b'O')),
            State::Sequence(parameters) if parameters.is_empty() => self.key(with_alt(b'[')),
            State::Answer { begun_by, text, escape: false } if text.is_empty() => self.key(with_alt(begun_by)),
            State::Paste(text) => {
                self.pasted(&text);
                self.state = State::Stalled(Vec::new());
            }
            State::Pasted { text, behind } => {
                self.pasted(&text);
                self.take(&behind);
                self.give_up();
            }
            State::Stalled(since) => self.state = self.stalled(&since),
            _ => {}
        }
    }

    /// What came in one piece after a paste had stalled: a single key is one, and ends it; more is the rest of the paste.
    fn stalled(&mut self, since: &[u8]) -> State {
        if since.is_empty() {
            return State::Stalled(Vec::new());
        }
        let mut apart = Self::default();
        apart.take(since);
        apart.give_up();
        if apart.events.len() > 1 {
            self.pasted(since);
            return State::Stalled(Vec::new());
        }
        self.events.append(&mut apart.events);
        State::Nothing
    }

    fn key(&mut self, key: Key) {
        self.events.push_back(Event::KeyPressed(key));
    }

    fn pasted(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let text = String::from_utf8_lossy(text.get(..LONGEST_PASTE).unwrap_or(text));
        // Terminals send line ends as if they were typed.
        self.events.push_back(Event::Pasted(text.replace("\r\n", "\n").replace('\r', "\n")));
    }

    fn step(&mut self, byte: u8) {
        self.state = match std::mem::take(&mut self.state) {
            State::Nothing => self.begin(byte, false),
            State::Escape => self.after_escape(byte),
            State::Letter => {
                if let Some(code) = keys::lettered(byte).or_else(|| keys::pad(byte)) {
                    self.key(Key::plain(code));
                    State::Nothing
                } else {
                    self.interrupted(byte)
                }
            }
            State::Sequence(parameters) => self.sequence(parameters, byte),
            State::ConsoleKey => self.means(sequence::console_key(byte)),
            State::OldMouse(mut report) => {
                report.push(byte);
                match <[u8; 3]>::try_from(report) {
                    Ok(report) => self.means(sequence::old_mouse(report)),
                    Err(report) => State::OldMouse(report),
                }
            }
            State::Character { bytes, length, alt } => self.character(bytes, length, alt, byte),
            State::Answer { begun_by, mut text, escape } => match byte {
                b'\x07' => self.answered(begun_by, &text),
                b'\\' if escape => self.answered(begun_by, &text),
                // Not the end of the text after all, but the beginning of something else.
                _ if escape => self.after_escape(byte),
                // Such texts hold no control characters: this is a key, so that ctrl-c gets through.
                0x00..=0x1a | 0x1c..=0x1f => self.interrupted(byte),
                0x1b => State::Answer { begun_by, text, escape: true },
                _ => {
                    if text.len() <= LONGEST_SEQUENCE {
                        text.push(byte);
                    }
                    State::Answer { begun_by, text, escape: false }
                }
            },
            State::Paste(text) => paste(text, byte),
            State::Pasted { text, behind } => self.after_paste(text, behind, byte),
            State::Stalled(mut since) => {
                since.push(byte);
                if byte == b'~' && since.ends_with(PASTE_ENDS) {
                    since.truncate(since.len() - PASTE_ENDS.len());
                    State::Pasted { text: since, behind: Vec::new() }
                } else if byte == b'~' && since.ends_with(PASTE_BEGINS) {
                    since.truncate(since.len() - PASTE_BEGINS.len());
                    self.pasted(&since);
                    State::Paste(Vec::new())
                } else {
                    if since.len() >= LONGEST_PASTE * 2 {
                        since.drain(LONGEST_PASTE..since.len() - PASTE_ENDS.len());
                    }
                    State::Stalled(since)
                }
            }
        };
    }

    /// Nothing was begun, except perhaps an escape that stands for alt.
    fn begin(&mut self, byte: u8, alt: bool) -> State {
        let length = match byte {
            0x1b => return State::Escape,
            0x00..=0x1f | 0x7f => {
                self.key(Key { alt, ..keys::control(byte) });
                return State::Nothing;
            }
            0x20..=0x7e => 1,
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf4 => 4,
            _ => return State::Nothing,
        };
        self.character(Vec::with_capacity(length), length, alt, byte)
    }

    fn after_escape(&mut self, byte: u8) -> State {
        match byte {
            b'[' => State::Sequence(Vec::new()),
            b'O' => State::Letter,
            b']' | b'P' | b'_' | b'^' | b'X' => State::Answer { begun_by: byte, text: Vec::new(), escape: false },
            0x1b => {
                self.key(Key::plain(Code::Escape));
                State::Escape
            }
            _ => self.begin(byte, true),
        }
    }

    /// A text between the terminal and programs is complete. Only the answer to the one question is of interest.
    fn answered(&mut self, begun_by: u8, text: &[u8]) -> State {
        let light = std::str::from_utf8(text).ok().filter(|_| begun_by == b']').and_then(background::is_light);
        self.events.extend(light.map(Event::BackgroundTold));
        State::Nothing
    }

    fn sequence(&mut self, mut parameters: Vec<u8>, byte: u8) -> State {
        match byte {
            0x20..=0x3f => {
                if parameters.len() <= LONGEST_SEQUENCE {
                    parameters.push(byte);
                }
                State::Sequence(parameters)
            }
            0x40..=0x7e if parameters.len() > LONGEST_SEQUENCE => State::Nothing,
            0x40..=0x7e => self.means(sequence::meaning(&parameters, byte)),
            _ => self.interrupted(byte),
        }
    }

    fn character(&mut self, mut bytes: Vec<u8>, length: usize, alt: bool, byte: u8) -> State {
        if !bytes.is_empty() && !matches!(byte, 0x80..=0xbf) {
            return self.interrupted(byte);
        }
        bytes.push(byte);
        if bytes.len() < length {
            return State::Character { bytes, length, alt };
        }
        let sign = std::str::from_utf8(&bytes).ok().and_then(|text| text.chars().next());
        if let Some(key) = sign.and_then(|sign| keys::key(Code::Char(sign), keys::Modifiers::default())) {
            self.key(Key { alt, ..key });
        }
        State::Nothing
    }

    fn after_paste(&mut self, mut text: Vec<u8>, mut behind: Vec<u8>, byte: u8) -> State {
        behind.push(byte);
        if byte == b'~' && behind.ends_with(PASTE_ENDS) {
            behind.truncate(behind.len() - PASTE_ENDS.len());
            let room = LONGEST_PASTE.saturating_sub(text.len()).min(behind.len());
            text.extend(behind.drain(..room));
            return State::Pasted { text, behind: Vec::new() };
        }
        let begins = byte == b'~' && behind.ends_with(PASTE_BEGINS);
        // Nobody pastes twice and types that much in between, but a program that plays keys may.
        if begins || behind.len() >= LONGEST_PASTE {
            self.pasted(&text);
            self.take(&behind);
            return std::mem::take(&mut self.state);
        }
        State::Pasted { text, behind }
    }

    /// What was begun is broken off by a byte that cannot be part of it.
    fn interrupted(&mut self, byte: u8) -> State {
        self.begin(byte, false)
    }

    fn means(&mut self, meaning: Meaning) -> State {
        match meaning {
            Meaning::Key(key) => self.key(key),
            Meaning::Mouse(mouse) => self.events.push_back(Event::MouseUsed(mouse)),
            Meaning::Focus(gained) => self.events.push_back(Event::FocusChanged(gained)),
            Meaning::PasteBegins => return State::Paste(Vec::new()),
            Meaning::OldMouse => return State::OldMouse(Vec::new()),
            Meaning::ConsoleKey => return State::ConsoleKey,
            Meaning::Nothing => {}
        }
        State::Nothing
    }
}

/// Another byte of a paste.
fn paste(mut text: Vec<u8>, byte: u8) -> State {
    text.push(byte);
    if byte == b'~' && text.ends_with(PASTE_ENDS) {
        text.truncate(text.len() - PASTE_ENDS.len());
        return State::Pasted { text, behind: Vec::new() };
    }
    if text.len() >= LONGEST_PASTE * 2 {
        // What may be the beginning of the end is kept.
        text.drain(LONGEST_PASTE..text.len() - PASTE_ENDS.len());
    }
    State::Paste(text)
}

fn with_alt(sign: u8) -> Key {
    Key { code: Code::Char(char::from(sign)), ctrl: false, alt: true }
}

#[cfg(test)]
mod tests;
