//! A server that is the simulator with other people's texts: in every reply, strings are replaced by what nobody wants
//! on a terminal.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;
use whtui::simulator::{Clock, Request, Service};

/// Texts that act on terminals, on layouts, or on readers.
pub const TEXTS: [&str; 26] = [
    "\u{1b}[2J\u{1b}[H",
    "\u{1b}]0;title\u{7}",
    "\u{1b}]52;c;aGk=\u{1b}\\",
    "\u{1b}P1$r0m\u{1b}\\",
    "\u{1b}_apc\u{1b}\\",
    "\u{1b}^pm\u{1b}\\\u{1b}Xsos\u{1b}\\",
    "\u{1b}[?1049l\u{1b}[?2004l\u{1b}c",
    "\u{9b}2J\u{9d}0;x\u{9c}\u{90}q\u{9c}",
    "a\u{0}b\u{8}\u{8}c\u{7}d\u{b}e\u{c}f\u{7f}g",
    "tab\tand\rreturn\nand line",
    "\u{202e}gnitset\u{202c} \u{2066}x\u{2069}\u{200f}\u{61c}",
    "zero\u{200b}width\u{200d}\u{feff}\u{2060}\u{ad}",
    "e\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "漢字テーブル名前がとても長い場合はどうなるでしょうか",
    "ambiguous ·×÷±§¶°αβγ│─┼█▓▒",
    "👩‍👩‍👧‍👦🏳️‍🌈👍🏽🇩🇪☁️❤️",
    "\u{3164}\u{115f}\u{ffa0}\u{e0041}\u{fff9}\u{fffb}",
    "ก็็็็็็็็็็ ส็็็็ \u{0c4d}\u{0d4d} ᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀᄀ aःःःःःःःःःःःःःःःःःःःःःःःःःःःःःःःःःःःःःःःः",
    "`q` quits **bold** [x](y) <b>&amp;</b> {{x}} %s \\x1b[31m $(id) `id`",
    "postgres://bob:hunter2@db.example.org/x",
    "",
    "   ",
    "-rf",
    "=cmd|'/c calc'!A1",
    "\u{2028}line\u{2029}paragraph\u{85}next",
    "\u{1d173}\u{1d17a}\u{180e}\u{17b4}",
];

/// What strings become: the seed and the step decide which of them are replaced, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Poison {
    pub seed: u64,
    /// Of a thousand strings so many are replaced.
    pub share: u64,
    /// Of a thousand requests so many are refused, with such a text.
    pub refusals: u64,
    /// A text of this many bytes is among them.
    pub endless: usize,
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        // Xorshift; only has to look random.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn text(&mut self, poison: Poison) -> String {
        if poison.endless > 0 && self.roll(6) == 0 {
            let piece = TEXTS[usize::try_from(self.roll(TEXTS.len() as u64)).unwrap()];
            return format!("{piece}x").repeat(poison.endless / (piece.len() + 1));
        }
        let pieces = 1 + self.roll(3);
        (0..pieces).map(|_| TEXTS[usize::try_from(self.roll(TEXTS.len() as u64)).unwrap()]).collect()
    }

    fn spoil(&mut self, value: &mut Value, poison: Poison) {
        match value {
            Value::String(text) if self.roll(1_000) < poison.share => *text = self.text(poison),
            Value::Array(items) => items.iter_mut().for_each(|item| self.spoil(item, poison)),
            Value::Object(fields) => fields.values_mut().for_each(|value| self.spoil(value, poison)),
            _ => {}
        }
    }
}

/// The server, until the value is dropped.
pub struct Hostile {
    pub origin: String,
    pub key: String,
    pub project: u64,
    ended: Arc<AtomicBool>,
}

impl Hostile {
    pub fn start(scenario: &str, poison: Poison, clock: Clock) -> Self {
        let service = Service::new(scenario, None, clock.now()).unwrap_or_else(|error| panic!("{error}"));
        let (key, project) = (service.key().to_owned(), service.project());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let ended = Arc::new(AtomicBool::new(false));
        let state = Arc::new(Mutex::new((service, Dice(poison.seed | 1), clock)));
        let flag = Arc::clone(&ended);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if flag.load(Ordering::Relaxed) {
                    return;
                }
                let state = Arc::clone(&state);
                thread::spawn(move || answer(&stream, &state, poison));
            }
        });
        Self { origin, key, project, ended }
    }
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for a connection.
        let _ = TcpStream::connect(self.origin.trim_start_matches("http://"));
    }
}

/// Answers one request. What breaks on the way was hung up by the client.
fn answer(stream: &TcpStream, state: &Mutex<(Service, Dice, Clock)>, poison: Poison) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut request = Request { method, path: path.to_owned(), query: query.to_owned(), ..Request::default() };
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        let value = value.trim().to_owned();
        match name.to_ascii_lowercase().as_str() {
            "authorization" => request.authorization = Some(value),
            "host" => request.host = value,
            "content-type" => request.content_type = Some(value),
            "content-length" => length = value.parse().ok()?,
            _ => {}
        }
    }
    request.body = vec![0; length];
    reader.read_exact(&mut request.body).ok()?;
    let (status, body) = {
        let mut state = state.lock().unwrap();
        let (service, dice, clock) = &mut *state;
        let reply = service.reply(clock.now(), &request);
        if dice.roll(1_000) < poison.refusals {
            let said =
                serde_json::json!({"type": "x", "code": "x", "detail": dice.text(poison), "attr": dice.text(poison)});
            (400, said.to_string())
        } else {
            let mut body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
            dice.spoil(&mut body, poison);
            (reply.status, if reply.body.is_empty() { String::new() } else { body.to_string() })
        }
    };
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let mut out = stream;
    out.write_all(head.as_bytes()).and_then(|()| out.write_all(body.as_bytes())).ok()
}
