//! What a person at a terminal gets of a built program: run by `tests/bench/run`, never by the ordinary tests.
//!
//! `PROGRAM` is the program, `FLOOR`, where it is given, a minimal one that is measured by turns with it: it takes the
//! address of a server, lists all tables, shows `row 1/N` and moves by `j`. Times are those at which bytes arrive at the
//! other end of a pseudo-terminal. Linux only: processes are looked at through `/proc`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "as in a test, a mistake may end it")]
#![allow(clippy::print_stdout, reason = "it prints a table")]
#![allow(clippy::disallowed_methods, reason = "time is what is measured here")]

use std::collections::HashMap;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, MasterPty, PtySize, native_pty_system};
use tempfile::TempDir;

/// Nothing takes longer.
const LIMIT: Duration = Duration::from_secs(60);

/// After so long without a byte an answer is complete.
const QUIET: Duration = Duration::from_millis(12);

const KEY: &str = "phx_measured";

/// A simulator in a process of its own.
struct Server {
    process: Child,
    host: String,
}

impl Server {
    fn start(world: &str, latency: &str) -> Self {
        let arguments = ["simulate", "--port", "0", "--scenario", world, "--latency-ms", latency];
        let mut process =
            Command::new(program()).args(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let told = lines.map_while(Result::ok).find_map(|line| {
            let at = line.find("http://")?;
            line[at..].split_whitespace().next().map(str::to_owned)
        });
        let host = told.expect("the simulator says where it is");
        // The first request has the world made.
        let address = host.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let mut stream = TcpStream::connect(&address).unwrap();
        let path = "/api/projects/1/external_data_sources/?limit=1";
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {KEY}\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
        Self { process, host: format!("http://{address}") }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn program() -> String {
    env::var("PROGRAM").expect("PROGRAM is the program to measure")
}

/// A program in a terminal.
struct Run {
    child: Box<dyn portable_pty::Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    pieces: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    began: Instant,
    _home: TempDir,
}

impl Run {
    fn start(is_floor: bool, host: &str, (columns, rows): (u16, u16)) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(if is_floor { env::var("FLOOR").unwrap() } else { program() });
        if is_floor {
            command.arg(host);
        }
        command.env_clear();
        command.cwd(home.path());
        let variables =
            [("TERM", "xterm-256color"), ("WHTUI_HOST", host), ("WHTUI_API_KEY", KEY), ("WHTUI_PROJECT", "1")];
        for (name, value) in variables {
            command.env(name, value);
        }
        command.env("HOME", home.path());
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let began = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        let (sender, pieces) = channel();
        let mut reader = pair.master.try_clone_reader().unwrap();
        thread::spawn(move || {
            let mut bytes = vec![0; 65_536];
            while let Ok(count @ 1..) = reader.read(&mut bytes) {
                if sender.send((Instant::now(), bytes[..count].to_vec())).is_err() {
                    return;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        let screen = vt100::Parser::new(rows.try_into().unwrap(), columns.try_into().unwrap(), 0);
        Self { child, _master: pair.master, writer, pieces, screen, began, _home: home }
    }

    /// Waits until this is on the screen; answers with how long after the start that was.
    fn until(&mut self, shows: impl Fn(&str) -> bool) -> Duration {
        loop {
            let (at, bytes) = self.pieces.recv_timeout(LIMIT).expect("it comes on the screen");
            self.screen.process(&bytes);
            if shows(&self.screen.screen().contents()) {
                return at - self.began;
            }
        }
    }

    /// Takes in whatever comes until nothing does; answers with when the last byte came, and how many came.
    fn settle(&mut self, quiet: Duration) -> (Option<Instant>, usize) {
        let (mut last, mut count) = (None, 0);
        loop {
            match self.pieces.recv_timeout(quiet) {
                Ok((at, bytes)) => {
                    self.screen.process(&bytes);
                    (last, count) = (Some(at), count + bytes.len());
                }
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return (last, count),
            }
        }
    }

    /// Types something; answers with how long the answer took, and its bytes.
    fn press(&mut self, keys: &str) -> (Duration, usize) {
        let began = Instant::now();
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
        // An answer may be long in coming.
        let (first_at, first) = self.pieces.recv_timeout(Duration::from_secs(5)).unwrap_or((began, Vec::new()));
        self.screen.process(&first);
        let (last, more) = self.settle(QUIET);
        (last.unwrap_or(first_at) - began, first.len() + more)
    }

    /// Resident memory in kB, ticks of CPU time, and how often each of its threads was woken.
    fn process(&self) -> (u64, u64, HashMap<OsString, u64>) {
        let pid = self.child.process_id().unwrap();
        let number = |text: &str, name: &str| {
            let line = text.lines().find(|line| line.starts_with(name));
            line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).unwrap_or(0)
        };
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        let ticks = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
        let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap();
        let switches = tasks
            .filter_map(|task| {
                let task = task.ok()?;
                let status = fs::read_to_string(task.path().join("status")).ok()?;
                Some((task.file_name(), number(&status, "voluntary_ctxt_switches")))
            })
            .collect();
        (number(&status, "VmRSS"), ticks, switches)
    }

    /// What comes in so long.
    fn during(&mut self, time: Duration) -> Vec<u8> {
        let (began, mut all) = (Instant::now(), Vec::new());
        while let Some(left) = time.checked_sub(began.elapsed()) {
            if let Ok((_, bytes)) = self.pieces.recv_timeout(left) {
                self.screen.process(&bytes);
                all.extend(bytes);
            }
        }
        all
    }

    /// CPU time of the first thread, which draws.
    fn drawing(&self) -> Duration {
        let pid = self.child.process_id().unwrap();
        let told = fs::read_to_string(format!("/proc/{pid}/task/{pid}/schedstat")).unwrap();
        Duration::from_nanos(told.split_whitespace().next().unwrap().parse().unwrap())
    }

    fn quit(mut self) -> Duration {
        let began = Instant::now();
        let _ = self.writer.write_all(b"\x03q");
        let _ = self.writer.flush();
        while began.elapsed() < Duration::from_secs(5) {
            if self.child.try_wait().unwrap().is_some() {
                return began.elapsed();
            }
            self.settle(Duration::from_millis(1));
        }
        let _ = self.child.kill();
        began.elapsed()
    }
}

/// A figure, measured several times.
struct Figure(Vec<f64>);

impl Figure {
    fn sorted(&self) -> Vec<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    }

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place")]
    fn quantile(&self, part: f64) -> f64 {
        let sorted = self.sorted();
        sorted.get(((sorted.len() - 1) as f64 * part).round() as usize).copied().unwrap_or(f64::NAN)
    }

    fn told(&self) -> String {
        let (least, middle, most) = (self.quantile(0.0), self.quantile(0.5), self.quantile(1.0));
        if most - least < 0.005 { format!("{middle:.0}") } else { format!("{middle:.2} ({least:.2}–{most:.2})") }
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Measures the program, and by turns the floor, so many times, and prints a line.
fn row(what: &str, at: &str, goal: &str, rounds: usize, mut measure: impl FnMut(bool) -> Vec<f64>) {
    rows(&[what], at, &[goal], rounds, |is_floor| vec![measure(is_floor)]);
}

/// The same with several figures of each run.
fn rows(what: &[&str], at: &str, goals: &[&str], rounds: usize, mut measure: impl FnMut(bool) -> Vec<Vec<f64>>) {
    // As with tests: an argument names those that are wanted.
    let wanted: Vec<String> = env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if !wanted.is_empty() && !what.iter().any(|what| wanted.iter().any(|word| what.contains(word.as_str()))) {
        return;
    }
    let has_floor = env::var("FLOOR").is_ok_and(|floor| !floor.is_empty());
    let mut own: Vec<Figure> = what.iter().map(|_| Figure(Vec::new())).collect();
    let mut floor: Vec<Figure> = what.iter().map(|_| Figure(Vec::new())).collect();
    for _ in 0..rounds {
        for (is_floor, figures) in [(false, &mut own), (true, &mut floor)] {
            if !is_floor || has_floor {
                for (figure, values) in figures.iter_mut().zip(measure(is_floor)) {
                    figure.0.extend(values);
                }
            }
        }
    }
    for (((what, goal), own), floor) in what.iter().zip(goals).zip(&own).zip(&floor) {
        let quantile = if what.ends_with("p99") { 0.99 } else { 0.5 };
        let (beside, ratio) = if floor.0.is_empty() {
            (String::new(), String::new())
        } else {
            (floor.told(), format!("{:.2}", own.quantile(quantile) / floor.quantile(quantile)))
        };
        let own = if quantile > 0.5 { format!("{:.2}", own.quantile(quantile)) } else { own.told() };
        println!("| {what} | {at} | {own} | {beside} | {ratio} | {goal} |");
    }
}

const WIDE: (u16, u16) = (140, 40);

fn is_useful(screen: &str) -> bool {
    screen.contains("Failed") || screen.contains("Completed")
}

/// Shows that all tables are loaded.
fn is_loaded(is_floor: bool, tables: usize) -> impl Fn(&str) -> bool {
    move |screen: &str| {
        if is_floor { screen.contains(&format!("row 1/{tables}")) } else { screen.contains("data <1m old") }
    }
}

/// The program with all tables in one list.
fn listed(is_floor: bool, server: &Server, tables: usize, size: (u16, u16)) -> Run {
    let mut run = Run::start(is_floor, &server.host, size);
    run.until(is_loaded(is_floor, tables));
    run.settle(Duration::from_secs(1));
    if !is_floor {
        run.press("a");
        run.settle(Duration::from_millis(500));
        run.press("g");
    }
    run
}

/// Key presses one after the other, each once the last one is answered.
fn presses(run: &mut Run, key: &str, count: usize) -> (Vec<f64>, Vec<f64>) {
    let mut times = Vec::new();
    let mut bytes = Vec::new();
    for _ in 0..count {
        let (time, count) = run.press(key);
        times.push(milliseconds(time));
        #[expect(clippy::cast_precision_loss, reason = "few")]
        bytes.push(count as f64);
    }
    (times, bytes)
}

fn moves(large: &Server, small: &Server) {
    for (server, tables, at) in [(large, 100_000, "100,000 tables in one list"), (small, 5_000, "5,000 tables")] {
        rows(
            &["key press, ms", "key press, ms, p99", "bytes of a move"],
            at,
            &["1.3 ×", "2 ×", "1,200"],
            2,
            |is_floor| {
                let mut run = listed(is_floor, server, tables, WIDE);
                let (times, bytes) = presses(&mut run, "j", 120);
                run.quit();
                vec![times.clone(), times, bytes]
            },
        );
    }
    row("key press, filtered and sorted, ms", "100,000 tables in one list", "1.3 ×", 2, |is_floor| {
        let mut run = listed(is_floor, large, 100_000, WIDE);
        if !is_floor {
            run.press("/ord\r");
            run.settle(Duration::from_millis(500));
            run.press("s");
            run.settle(Duration::from_secs(1));
        }
        let (times, _) = presses(&mut run, "j", 120);
        run.quit();
        times
    });
    row("bytes of a move, one pane", "80x24", "400", 1, |is_floor| {
        let mut run = listed(is_floor, small, 5_000, (80, 24));
        let (_, bytes) = presses(&mut run, "j", 15);
        run.quit();
        bytes
    });
    row("bytes of a move that scrolls", "140x40, 5,000 tables", "1.15 ×", 1, |is_floor| {
        let mut run = listed(is_floor, small, 5_000, WIDE);
        presses(&mut run, "j", 60);
        let (_, bytes) = presses(&mut run, "j", 60);
        run.quit();
        bytes
    });
    row("burst of 200 presses, ms", "100,000 tables in one list", "2 ×", 2, |is_floor| {
        let mut run = listed(is_floor, large, 100_000, WIDE);
        let burst = |run: &mut Run, count: usize, place: &str| {
            let began = Instant::now();
            run.writer.write_all("j".repeat(count).as_bytes()).unwrap();
            run.writer.flush().unwrap();
            let taken = run.until(|screen| screen.contains(place));
            run.settle(Duration::from_millis(300));
            milliseconds(run.began + taken - began)
        };
        let place = |row: usize| if is_floor { format!("row {row}/") } else { format!(" {row} of 100,000") };
        // From a place without separators in its number to another one.
        let times = (1..=3).map(|round| burst(&mut run, 200, &place(200 * round + 1))).collect();
        run.quit();
        times
    });
}

fn starts(large: &Server, small: &Server) {
    row("start to the first states, ms", "100 sources × 50", "1.5 ×", 6, |is_floor| {
        let mut run = Run::start(is_floor, &small.host, WIDE);
        let time = run.until(is_useful);
        run.settle(Duration::from_millis(300));
        run.quit();
        vec![milliseconds(time)]
    });
    row("start until everything is loaded, ms", "2,000 sources × 50", "1.5 ×", 5, |is_floor| {
        let mut run = Run::start(is_floor, &large.host, WIDE);
        let time = run.until(is_loaded(is_floor, 100_000));
        run.settle(Duration::from_millis(500));
        run.quit();
        vec![milliseconds(time)]
    });
    for (server, tables, at, goal) in [(large, 100_000, "100,000 tables", "2 ×"), (small, 5_000, "5,000 tables", "3 ×")]
    {
        row("resident memory, MB", at, goal, 2, |is_floor| {
            let run = listed(is_floor, server, tables, WIDE);
            let (memory, ..) = run.process();
            run.quit();
            vec![f64::from(u32::try_from(memory).unwrap()) / 1024.0]
        });
    }
    let slow = Server::start("scale:2000x50", "50");
    row("first states seen, 50 ms latency, ms", "2,000 sources × 50", "before page 2", 3, |is_floor| {
        let mut run = Run::start(is_floor, &slow.host, WIDE);
        let time = run.until(is_useful);
        run.quit();
        vec![milliseconds(time)]
    });
    let asking = Server::start("scale:2000x50+200", "50");
    let at = "2,000 sources × 50, 200 need their jobs";
    rows(
        &["loaded and diagnosed, 50 ms latency, ms", "round trips that are forced, ms"],
        at,
        &["1.3 ×", ""],
        3,
        |is_floor| {
            if is_floor {
                return Vec::new();
            }
            let between = Between::start(&asking.host);
            let run = Run::start(false, &between.host, WIDE);
            let began = run.began;
            // Until nothing is answered for far longer than an answer takes.
            let (last, requests) = between.rest(Duration::from_secs(1));
            run.quit();
            // The first page tells of the others; of all that follows six are under way at a time.
            let forced = (1 + (requests - 1).div_ceil(6)) * 50;
            vec![vec![milliseconds(last - began)], vec![f64::from(u32::try_from(forced).unwrap())]]
        },
    );
}

/// Stands between a program and its server, and counts.
struct Between {
    host: String,
    /// Requests, and when the last byte of an answer passed.
    seen: Arc<Mutex<(usize, Instant)>>,
}

impl Between {
    fn start(server: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new((0, Instant::now())));
        let (server, counted) = (server.trim_start_matches("http://").to_owned(), Arc::clone(&seen));
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let far = TcpStream::connect(&server).unwrap();
                near.set_nodelay(true).unwrap();
                far.set_nodelay(true).unwrap();
                let (asks, answers) = ((near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near));
                let (there, back) = (Arc::clone(&counted), Arc::clone(&counted));
                thread::spawn(move || {
                    pass(asks, |bytes| {
                        there.lock().unwrap().0 += bytes.windows(4).filter(|four| four == b"GET ").count();
                    });
                });
                thread::spawn(move || pass(answers, |_| back.lock().unwrap().1 = Instant::now()));
            }
        });
        Self { host, seen }
    }

    /// Waits until nothing has passed for so long; answers with when something did, and with how many requests.
    fn rest(&self, quiet: Duration) -> (Instant, usize) {
        loop {
            thread::sleep(Duration::from_millis(50));
            let (requests, last) = *self.seen.lock().unwrap();
            if requests > 0 && last.elapsed() > quiet {
                return (last, requests);
            }
        }
    }
}

fn pass((mut from, mut to): (TcpStream, TcpStream), mut sees: impl FnMut(&[u8])) {
    let mut bytes = vec![0; 65_536];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        sees(&bytes[..count]);
        if to.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}

fn changes(large: &Server) {
    // What shows that the rows are those that were asked for: the selected one has its place in another order, or of all
    // some are left out.
    type Shows = fn(&str) -> bool;
    let cases: [(&str, &str, &str, Shows); 2] = [
        ("filter keystroke, ms", "/", "o", |screen| {
            screen.contains("(of 100,000)") && !screen.contains(" of 100,000 (of")
        }),
        ("sort change, ms", "", "s", |screen| !screen.contains(" 1 of 100,000")),
    ];
    for (what, before, key, shows) in cases {
        row(what, "100,000 tables in one list", "40", 5, |is_floor| {
            if is_floor {
                return Vec::new();
            }
            let mut run = listed(false, large, 100_000, WIDE);
            if !before.is_empty() {
                run.press(before);
            }
            let began = Instant::now();
            run.writer.write_all(key.as_bytes()).unwrap();
            run.writer.flush().unwrap();
            let taken = run.until(shows);
            let time = run.began + taken - began;
            run.quit();
            vec![milliseconds(time)]
        });
    }
}

/// How many frames are begun in what a program has written.
fn frames(bytes: &[u8]) -> usize {
    let begins = b"\x1b[?2026h";
    bytes.windows(begins.len()).filter(|window| window == begins).count()
}

fn news() {
    let restless = Server::start("scale:2000x50~1000", "0");
    rows(
        &["refresh, 1 % changed: CPU of the drawing thread, ms", "its frames, the one that says so included"],
        "100,000 tables in one list",
        &["25", "2"],
        3,
        |is_floor| {
            if is_floor {
                return Vec::new();
            }
            let mut run = listed(false, &restless, 100_000, WIDE);
            let mut figures = vec![Vec::new(), Vec::new()];
            for _ in 0..4 {
                let before = run.drawing();
                run.writer.write_all(b"\x12").unwrap();
                run.writer.flush().unwrap();
                let bytes = run.during(Duration::from_millis(1_500));
                figures[0].push(milliseconds(run.drawing().saturating_sub(before)));
                #[expect(clippy::cast_precision_loss, reason = "few")]
                figures[1].push(frames(&bytes) as f64);
            }
            run.quit();
            figures
        },
    );
    let busy = Server::start("scale:100x50+1", "0");
    rows(&["frames a second, one sync running", "bytes a frame"], "100 × 50", &["8", "60"], 1, |is_floor| {
        if is_floor {
            return Vec::new();
        }
        // It is never quiet.
        let mut run = Run::start(false, &busy.host, WIDE);
        run.until(is_loaded(false, 5_000));
        for keys in ["a", "/running\r"] {
            run.writer.write_all(keys.as_bytes()).unwrap();
            run.writer.flush().unwrap();
            run.during(Duration::from_secs(3));
        }
        assert!(run.screen.screen().contents().contains("Running"), "{}", run.screen.screen().contents());
        let bytes = run.during(Duration::from_secs(10));
        run.quit();
        #[expect(clippy::cast_precision_loss, reason = "few")]
        let (frames, length) = (frames(&bytes) as f64, bytes.len() as f64);
        vec![vec![frames / 10.0], vec![length / frames.max(1.0)]]
    });
}

fn rest(small: &Server) {
    for (focus, at) in [("", "100 × 50, with the focus"), ("\x1b[O", "100 × 50, without the focus")] {
        rows(&["ticks of CPU in 10 s at rest", "times woken", "bytes"], at, &["0", "10", "300"], 1, |is_floor| {
            let mut run = listed(is_floor, small, 5_000, WIDE);
            run.writer.write_all(focus.as_bytes()).unwrap();
            run.writer.flush().unwrap();
            // What was left to be looked at closely is read first.
            run.settle(Duration::from_secs(4));
            let (_, ticks, woken) = run.process();
            let began = Instant::now();
            let mut bytes = 0;
            while let Some(left) = Duration::from_secs(10).checked_sub(began.elapsed()) {
                bytes += run.settle(left).1;
            }
            let (_, ticks_after, woken_after) = run.process();
            let woken_after = woken_after.iter();
            let woken: u64 = woken_after.map(|(thread, count)| count - woken.get(thread).copied().unwrap_or(0)).sum();
            run.quit();
            #[expect(clippy::cast_precision_loss, reason = "few")]
            [ticks_after - ticks, woken, bytes as u64].map(|figure| vec![figure as f64]).to_vec()
        });
    }
}

fn hanging() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = format!("http://{}", listener.local_addr().unwrap());
    // Connections are taken, and never answered.
    thread::spawn(move || listener.incoming().collect::<Vec<_>>());
    rows(
        &["first frame, ms", "quit with requests in flight, ms"],
        "a server that hangs",
        &["", "100"],
        5,
        |is_floor| {
            let mut run = Run::start(is_floor, &host, WIDE);
            let time = run.until(|screen| !screen.trim().is_empty());
            run.settle(Duration::from_millis(100));
            vec![vec![milliseconds(time)], vec![milliseconds(run.quit())]]
        },
    );
}

fn main() {
    let size = fs::metadata(program()).expect("PROGRAM is there").len();
    println!("| what | at | program | floor | ratio | goal |\n| --- | --- | --- | --- | --- | --- |");
    println!("| size, bytes | | {size} | | | 9,000,000 |");
    let (small, large) = (Server::start("scale:100x50", "0"), Server::start("scale:2000x50", "0"));
    starts(&large, &small);
    moves(&large, &small);
    changes(&large);
    news();
    hanging();
    rest(&small);
}
