//! From the bytes a terminal sends to events: bytes in, events out, without a clock.
//!
//! Input is not trusted: whatever comes in, memory is bounded, and after a pause the next key is a key again.

use std::collections::VecDeque;

use super::sequence::{self, Meaning, PASTE_ENDS};
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
}

impl Decoder {
    /// Takes these bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.step(*byte);
        }
    }

    /// The next event.
    pub(super) fn next_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// How long, in milliseconds, to wait for more bytes before [`Self::give_up`]; `None` when nothing is begun.
    pub(super) fn patience(&self) -> Option<u16> {
        match self.state {
            State::Nothing => None,
            State::Escape => Some(LONE_ESCAPE),
            State::Paste(_) => Some(REST_OF_PASTE),
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
            State::Paste(text) => self.pasted(&text),
            _ => {}
        }
    }

    fn key(&mut self, key: Key) {
        self.events.push_back(Event::KeyPressed(key));
    }

    fn pasted(&mut self, text: &[u8]) {
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
            State::Paste(text) => self.paste(text, byte),
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

    fn paste(&mut self, mut text: Vec<u8>, byte: u8) -> State {
        text.push(byte);
        if byte == b'~' && text.ends_with(PASTE_ENDS) {
            text.truncate(text.len() - PASTE_ENDS.len());
            self.pasted(&text);
            return State::Nothing;
        }
        if text.len() >= LONGEST_PASTE * 2 {
            // What may be the beginning of the end is kept.
            text.drain(LONGEST_PASTE..text.len() - PASTE_ENDS.len());
        }
        State::Paste(text)
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

fn with_alt(sign: u8) -> Key {
    Key { code: Code::Char(char::from(sign)), ctrl: false, alt: true }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn drain(decoder: &mut Decoder) -> Vec<String> {
        std::iter::from_fn(|| decoder.next_event())
            .map(|event| match event {
                Event::KeyPressed(key) => key.to_string(),
                Event::Pasted(text) => format!("paste {text:?}"),
                Event::MouseUsed(mouse) => format!("{:?} {} {}", mouse.act, mouse.column, mouse.row),
                Event::FocusChanged(gained) => format!("focus {gained}"),
                other => format!("{other:?}"),
            })
            .collect()
    }

    /// What these bytes mean, when nothing follows.
    fn decoded(bytes: impl AsRef<[u8]>) -> Vec<String> {
        let mut decoder = Decoder::default();
        decoder.take(bytes.as_ref());
        decoder.give_up();
        drain(&mut decoder)
    }

    #[test]
    fn bytes_become_events() {
        let table: &[(&str, &[&str])] = &[
            ("", &[]),
            ("aA/ ", &["a", "A", "/", "space"]),
            ("é漢🎉", &["é", "漢", "🎉"]),
            ("\r\t\x7f\x03", &["enter", "tab", "backspace", "ctrl-c"]),
            ("\x1b", &["esc"]),
            ("\x1b\x1b", &["esc", "esc"]),
            ("\x1bx\x1bé\x1b\r", &["alt-x", "alt-é", "alt-enter"]),
            ("\x1b[A\x1bOA\x1b[1;5A", &["up", "up", "ctrl-up"]),
            ("\x1bOP\x1b[[A\x1b[11~", &["f1", "f1", "f1"]),
            ("\x1bOM\x1bOk", &["enter", "+"]),
            ("\x1b[Z", &["backtab"]),
            ("\x1b[", &["alt-["]),
            ("\x1bO", &["alt-O"]),
            ("\x1b]", &["alt-]"]),
            ("\x1b\x1b[D", &["esc", "left"]),
            ("\x1b[1;\x03", &["ctrl-c"]),
            ("\x1b[1;\x1b[B", &["down"]),
            ("\x1b[I\x1b[O", &["focus true", "focus false"]),
            ("\x1b[<0;3;4Mq", &["Click 2 3", "q"]),
            ("\x1b[M !!q", &["Click 0 0", "q"]),
            ("\x1b[M\x00\x00\x00q", &["q"]),
            ("\x1b[0;0R\x1b[?62;4cq", &["f3", "q"]),
            ("\x1b]11;rgb:0/0/0\x07a\x1bP1$r0m\x1b\\b", &["BackgroundTold(false)", "a", "b"]),
            ("\x1b]11;rgb:ffff/ffff/ffff\x1b\\q", &["BackgroundTold(true)", "q"]),
            ("\x1b]11;rgb:ff\x03q", &["ctrl-c", "q"]),
            ("\x1b]never ends", &[]),
            ("\x1b]never ends\x03q", &["ctrl-c", "q"]),
            ("\x1b]text\x1b[Aq", &["up", "q"]),
            ("\x1b[200~q\rD\r\n\x1b[A\x1b[201~q", &["paste \"q\\nD\\n\\u{1b}[A\"", "q"]),
            ("\x1b[200~half", &["paste \"half\""]),
            ("\x1b[201~q", &["q"]),
        ];
        for (bytes, expected) in table {
            assert_eq!(decoded(bytes), *expected, "{bytes:?}");
        }
    }

    #[test]
    fn what_is_not_text_is_nothing() {
        for bytes in
            [&b"\x80"[..], b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc2\x9b", b"\xe2\x82"]
        {
            let mut with_key = bytes.to_vec();
            with_key.push(b'q');
            assert_eq!(decoded(with_key), ["q"], "{bytes:?}");
        }
    }

    #[test]
    fn an_endless_sequence_is_read_to_its_end() {
        assert_eq!(decoded(format!("\x1b[{}Dq", "1;".repeat(10_000))), ["q"]);
    }

    #[test]
    fn an_endless_paste_is_cut() {
        let mut decoder = Decoder::default();
        decoder.take(b"\x1b[200~");
        for _ in 0..1_000 {
            decoder.take(&[b'x'; 4096]);
            assert!(matches!(&decoder.state, State::Paste(text) if text.len() <= 2 * LONGEST_PASTE));
        }
        decoder.take(b"\x1b[201~q");
        assert!(matches!(decoder.next_event(), Some(Event::Pasted(text)) if text.len() == LONGEST_PASTE));
        assert_eq!(drain(&mut decoder), ["q"]);
    }

    /// Bytes that often are sequences.
    fn odd_bytes() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..8),
            Just(b"\x1b[".to_vec()),
            Just(b"\x1b[200~".to_vec()),
            Just(b"\x1b[201~".to_vec()),
            Just(b"\x1b[M".to_vec()),
            Just(b"\x1b]52;".to_vec()),
            "[0-9;:<?]{0,6}[A-Za-z~]".prop_map(|text| format!("\x1b[{text}").into_bytes()),
        ];
        proptest::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn after_anything_and_a_pause_a_key_is_a_key(bytes in odd_bytes()) {
            let mut decoder = Decoder::default();
            decoder.take(&bytes);
            decoder.give_up();
            prop_assert_eq!(decoder.patience(), None);
            drain(&mut decoder);
            decoder.take(b"q");
            prop_assert_eq!(drain(&mut decoder), ["q"]);
        }

        #[test]
        fn it_does_not_matter_in_which_pieces_bytes_arrive(bytes in odd_bytes(), at: prop::sample::Index) {
            let mut decoder = Decoder::default();
            let (first, second) = bytes.split_at(at.index(bytes.len() + 1));
            decoder.take(first);
            decoder.take(second);
            decoder.give_up();
            prop_assert_eq!(drain(&mut decoder), decoded(&bytes));
        }
    }
}
