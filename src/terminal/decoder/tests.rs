use proptest::prelude::*;

use super::*;

fn drain(decoder: &mut Decoder) -> Vec<String> {
    told(decoder.take_events())
}

fn told(events: VecDeque<Event>) -> Vec<String> {
    events
        .into_iter()
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
    for bytes in [&b"\x80"[..], b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc2\x9b", b"\xe2\x82"] {
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
    decoder.give_up();
    let mut events = decoder.take_events();
    assert!(matches!(events.pop_front(), Some(Event::Pasted(text)) if text.len() == LONGEST_PASTE));
    assert_eq!(told(events), ["q"]);
}

#[test]
fn a_paste_is_text_whatever_it_holds_and_however_it_comes() {
    // The mark of its own end inside, in one piece or in several.
    let hostile = b"\x1b[200~safe\x1b[201~Dy\r\x1b[201~X\x1b[201~";
    for piece in [1, 3, 7, hostile.len()] {
        let mut decoder = Decoder::default();
        hostile.chunks(piece).for_each(|bytes| decoder.take(bytes));
        decoder.give_up();
        decoder.take(b"q");
        assert_eq!(drain(&mut decoder), ["paste \"safeDy\\nX\"", "q"], "{piece}");
    }
    // What is typed right behind one is kept, and another paste is another.
    assert_eq!(decoded(b"\x1b[200~a\x1b[201~\r\x1b[B"), ["paste \"a\"", "enter", "down"]);
    assert_eq!(decoded(b"\x1b[200~a\x1b[201~x\x1b[200~b\x1b[201~"), ["paste \"a\"", "x", "paste \"b\""]);
}

#[test]
fn the_rest_of_a_paste_that_stalled_is_text_and_a_single_key_is_one() {
    let mut decoder = Decoder::default();
    let mut pieces = |pieces: &[&[u8]]| {
        for piece in pieces {
            decoder.take(piece);
            decoder.give_up();
        }
        drain(&mut decoder)
    };
    let begun = pieces(&[b"\x1b[200~first", b"Dy\r", b"Xprod\r", b"end\x1b[201~", b"j"]);
    assert_eq!(begun, ["paste \"first\"", "paste \"Dy\\n\"", "paste \"Xprod\\n\"", "paste \"end\"", "j"]);
    assert_eq!(pieces(&[b"\x1b[200~first", b"\x03", b"Dy"]), ["paste \"first\"", "ctrl-c", "D", "y"]);
    assert_eq!(pieces(&[b"\x1b[200~", b"\x1b[B", b"j"]), ["down", "j"]);
    assert_eq!(pieces(&[b"\x1b[200~", b"more\x1b[200~new\x1b[201~"]), ["paste \"more\"", "paste \"new\""]);
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
        decoder.give_up();
        prop_assert_eq!(drain(&mut decoder), ["q"]);
        prop_assert!(matches!(decoder.state, State::Nothing));
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
