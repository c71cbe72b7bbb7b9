//! The real program in a pseudo-terminal: keys in, screen out.
//!
//! Everything waits for a condition with a generous limit and says what was on the screen when it did not come. The
//! program sees an empty home and none of the user's settings.

use std::fmt::Write as _;
use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, SlavePty, native_pty_system};
use tempfile::TempDir;
use whtui::app::key::{Code, Key};
use whtui::app::layout::Size;

/// How long anything may take. Long, as the machine may be busy: only a failing test waits for it.
const LIMIT: Duration = Duration::from_secs(40);

/// How long between looks at what cannot be waited for.
const LOOK: Duration = Duration::from_millis(10);

/// Runs the program as a job of a shell, says when it stopped, and continues it after a line of input, which it obeys.
const SHELL: &str = r#"set -m
stops=0
"$@"
status=$?
while [ "$status" -ge 128 ] && kill -0 %1 2>/dev/null; do
    stops=$((stops + 1))
    echo "[stopped $stops]"
    read -r line
    eval "$line"
    fg >/dev/null
    status=$?
done
echo "[ended with $status]"
exit "$status"
"#;

/// The size most tests use.
pub const SIZE: Size = Size { width: 140, height: 40 };

/// The program, running in a pseudo-terminal until the value is dropped.
pub struct Session {
    child: Box<dyn Child + Send + Sync>,
    /// `None` once the terminal was closed.
    terminal: Option<Terminal>,
    seen: Arc<Seen>,
    /// Settings of the terminal before the program started.
    cooked: String,
    /// Home of the program.
    pub home: TempDir,
}

/// Our end of the terminal.
struct Terminal {
    master: Box<dyn MasterPty + Send>,
    /// Kept open, as the settings are forgotten when nobody has this end open.
    _slave: Box<dyn SlavePty + Send>,
    writer: Box<dyn Write + Send>,
    reader: JoinHandle<()>,
}

/// What the program wrote so far.
struct Seen {
    state: Mutex<State>,
    news: Condvar,
}

struct State {
    raw: Vec<u8>,
    parser: vt100::Parser,
    /// The reader should end at the next bytes.
    closing: bool,
}

impl Seen {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until this holds.
    fn wait(&self, mut holds: impl FnMut(&State) -> bool) -> Result<(), ()> {
        let (_guard, limit) = self
            .news
            .wait_timeout_while(self.state(), LIMIT, |state| !holds(state))
            .unwrap_or_else(PoisonError::into_inner);
        if limit.timed_out() { Err(()) } else { Ok(()) }
    }
}

impl State {
    fn screen(&self) -> String {
        self.parser.screen().contents()
    }
}

impl Session {
    /// Starts the program with these arguments and variables, as the only one in the terminal.
    pub fn start(arguments: &[&str], variables: &[(&str, &str)], size: Size) -> Self {
        Self::start_other(Path::new(env!("CARGO_BIN_EXE_whtui")), arguments, variables, size)
    }

    /// Starts another program, as the only one in the terminal.
    pub fn start_other(program: &Path, arguments: &[&str], variables: &[(&str, &str)], size: Size) -> Self {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        Self::spawn(command, variables, size)
    }

    /// Starts the program as a job of a shell, which alone makes stopping possible. The shell shows `[stopped 1]`,
    /// reads a line with a command (or none), runs it, continues the program, and in the end shows `[ended with N]`.
    pub fn start_as_job(arguments: &[&str], variables: &[(&str, &str)], size: Size) -> Self {
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", SHELL, "sh", env!("CARGO_BIN_EXE_whtui")]);
        command.args(arguments);
        Self::spawn(command, variables, size)
    }

    /// The same with a program in between that waits for this one, as `cargo run` and `time` do.
    pub fn start_as_wrapped_job(arguments: &[&str], variables: &[(&str, &str)], size: Size) -> Self {
        let mut command = CommandBuilder::new("/bin/sh");
        command.args(["-c", SHELL, "sh", "/bin/sh", "-c", "\"$@\"; exit $?", "sh", env!("CARGO_BIN_EXE_whtui")]);
        command.args(arguments);
        Self::spawn(command, variables, size)
    }

    fn spawn(mut command: CommandBuilder, variables: &[(&str, &str)], size: Size) -> Self {
        let home = tempfile::tempdir().unwrap();
        command.cwd(home.path());
        command.env_clear();
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("TZ", "UTC")] {
            command.env(name, value);
        }
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", home.path());
        for (name, folder) in [
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CACHE_HOME", "cache"),
        ] {
            command.env(name, home.path().join(folder));
        }
        for (name, value) in variables {
            command.env(name, value);
        }
        let pair = native_pty_system().openpty(cells(size)).unwrap();
        let cooked = format!("{:?}", pair.master.get_termios());
        let child = pair.slave.spawn_command(command).unwrap();
        let seen = Arc::new(Seen {
            state: Mutex::new(State { raw: Vec::new(), parser: parser(size), closing: false }),
            news: Condvar::new(),
        });
        let reader = {
            let (seen, mut from) = (Arc::clone(&seen), pair.master.try_clone_reader().unwrap());
            thread::spawn(move || {
                let mut bytes = [0; 8192];
                while let Ok(count @ 1..) = from.read(&mut bytes) {
                    let mut state = seen.state();
                    state.raw.extend_from_slice(&bytes[..count]);
                    state.parser.process(&bytes[..count]);
                    seen.news.notify_all();
                    if state.closing {
                        break;
                    }
                }
            })
        };
        let writer = pair.master.take_writer().unwrap();
        let terminal = Terminal { master: pair.master, _slave: pair.slave, writer, reader };
        Self { child, terminal: Some(terminal), seen, cooked, home }
    }

    fn terminal(&mut self) -> &mut Terminal {
        self.terminal.as_mut().expect("the terminal was closed")
    }

    /// Sends bytes as they are.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let writer = &mut self.terminal().writer;
        writer.write_all(bytes.as_ref()).and_then(|()| writer.flush()).unwrap();
    }

    /// Presses a key by its name in the keymap, such as `enter`, `ctrl-z` or `j`.
    pub fn key(&mut self, name: &str) {
        self.send(bytes_of(Key::parse(name).unwrap_or_else(|| panic!("no key is called {name:?}"))));
    }

    /// Presses several keys one after the other.
    pub fn keys(&mut self, names: &[&str]) {
        for name in names {
            self.key(name);
        }
    }

    /// Pastes text.
    pub fn paste(&mut self, text: &str) {
        self.send(format!("\x1b[200~{text}\x1b[201~"));
    }

    /// The text on the screen.
    pub fn screen(&self) -> String {
        self.seen.state().screen()
    }

    /// All bytes the program wrote.
    pub fn raw(&self) -> Vec<u8> {
        self.seen.state().raw.clone()
    }

    /// Waits until this text is on the screen.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        self.wait_until(&format!("{text:?} on the screen"), |screen| screen.contains(text));
    }

    /// Waits until this text is not on the screen.
    #[track_caller]
    pub fn wait_without(&mut self, text: &str) {
        self.wait_until(&format!("no {text:?} on the screen"), |screen| !screen.contains(text));
    }

    /// Waits until the text on the screen is as described.
    #[track_caller]
    pub fn wait_until(&mut self, description: &str, holds: impl Fn(&str) -> bool) {
        if self.seen.wait(|state| holds(&state.screen())).is_err() {
            self.fail(description);
        }
    }

    /// Waits until this text was written, wherever it is on the screen.
    #[track_caller]
    pub fn wait_written(&mut self, text: &str) {
        if self.seen.wait(|state| String::from_utf8_lossy(&state.raw).contains(text)).is_err() {
            self.fail(&format!("{text:?} to be written"));
        }
    }

    /// Waits until the program has taken the terminal this many times.
    #[track_caller]
    pub fn wait_taken(&mut self, times: usize) {
        let taken = |raw: &[u8]| String::from_utf8_lossy(raw).matches("\x1b[?1049h").count();
        if self.seen.wait(|state| taken(&state.raw) >= times).is_err() {
            self.fail(&format!("the terminal to be taken {times} times"));
        }
    }

    /// Waits until the program has written more than this many bytes.
    #[track_caller]
    pub fn wait_for_output_after(&mut self, count: usize) {
        if self.seen.wait(|state| state.raw.len() > count).is_err() {
            self.fail("further output");
        }
    }

    #[track_caller]
    fn fail(&mut self, waited_for: &str) -> ! {
        let mut message = format!("waited in vain for {waited_for}\n");
        let _ = writeln!(message, "program: {:?}", self.child.try_wait());
        let _ = writeln!(message, "modes left on: {:?}", modes_left(&self.raw()));
        for line in self.screen().lines() {
            let _ = writeln!(message, "| {line}");
        }
        panic!("{message}");
    }

    /// Gives the terminal another size, as the user's window does.
    pub fn resize(&mut self, size: Size) {
        // In this order, as the program answers at once.
        let (rows, columns) = nonzero(size);
        self.seen.state().parser.set_size(rows, columns);
        self.terminal().master.resize(cells(size)).unwrap();
    }

    /// Sends a signal to the program.
    pub fn signal(&mut self, signal: Signal) {
        // In the foreground there is nobody else; under a shell it is in a process group of its own.
        let process = self.terminal().master.process_group_leader().expect("a program in the foreground");
        kill(Pid::from_raw(process), signal).unwrap();
    }

    /// Closes the terminal, as closing the user's window does.
    pub fn close(&mut self) {
        self.seen.state().closing = true;
        let terminal = self.terminal.take().expect("the terminal was closed already");
        // The reader holds the terminal open until it has something to read.
        let size = terminal.master.get_size().unwrap();
        terminal.master.resize(PtySize { cols: size.cols + 1, ..size }).unwrap();
        terminal.reader.join().unwrap();
    }

    /// Waits until the program has ended.
    #[track_caller]
    pub fn wait_exit(&mut self) -> ExitStatus {
        for _ in 0..LIMIT.as_millis() / LOOK.as_millis() {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            thread::sleep(LOOK);
        }
        self.fail("the end of the program")
    }

    /// Whether the program still runs.
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    /// Fails unless the terminal is as it was before the program started: all modes, and its settings.
    #[track_caller]
    pub fn assert_terminal_restored(&mut self) {
        // What the program wrote last may still be on its way.
        if self.seen.wait(|state| modes_left(&state.raw).is_empty()).is_err() {
            self.fail("all modes of the terminal to be set back");
        }
        assert!(!self.raw().is_empty());
        assert!(!self.seen.state().parser.screen().alternate_screen());
        let settings = format!("{:?}", self.terminal().master.get_termios());
        assert_eq!(settings, self.cooked, "settings of the terminal");
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A job of a shell is in a process group of its own.
        if let Some(job) = self.terminal.as_ref().and_then(|terminal| terminal.master.process_group_leader())
            && self.is_running()
        {
            let _ = kill(Pid::from_raw(-job), Signal::SIGKILL);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn nonzero(size: Size) -> (NonZeroU16, NonZeroU16) {
    let cells = |number| NonZeroU16::new(number).expect("a terminal has cells");
    (cells(size.height), cells(size.width))
}

fn parser(size: Size) -> vt100::Parser {
    let (rows, columns) = nonzero(size);
    vt100::Parser::new(rows, columns, 0)
}

fn cells(size: Size) -> PtySize {
    PtySize { rows: size.height, cols: size.width, pixel_width: 0, pixel_height: 0 }
}

/// The private modes that these bytes leave different from how a terminal starts, as in `1049h`.
pub fn modes_left(raw: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(raw);
    let mut set = std::collections::BTreeMap::new();
    for rest in text.split("\x1b[?").skip(1) {
        let Some(end) = rest.find(|sign: char| !sign.is_ascii_digit() && sign != ';') else { continue };
        let on = match rest.as_bytes()[end] {
            b'h' => true,
            b'l' => false,
            _ => continue,
        };
        for number in rest[..end].split(';').filter_map(|number| number.parse::<u16>().ok()) {
            set.insert(number, on);
        }
    }
    // A terminal starts with its cursor shown and with lines that wrap.
    set.retain(|number, on| matches!(number, 7 | 25) != *on);
    set.into_iter().map(|(number, on)| format!("{number}{}", if on { 'h' } else { 'l' })).collect()
}

/// What a terminal sends for a key.
fn bytes_of(key: Key) -> Vec<u8> {
    let mut bytes = if key.alt { vec![0x1b] } else { Vec::new() };
    let sequence = match key.code {
        Code::Char(sign) if key.ctrl => {
            bytes.push((sign.to_ascii_uppercase() as u8) & 0x1f);
            return bytes;
        }
        Code::Char(sign) => return bytes.into_iter().chain(sign.to_string().into_bytes()).collect(),
        Code::Enter => "\r",
        Code::Escape => "\x1b",
        Code::Tab => "\t",
        Code::Backspace => "\x7f",
        Code::BackTab => "\x1b[Z",
        Code::Up => "\x1b[A",
        Code::Down => "\x1b[B",
        Code::Right => "\x1b[C",
        Code::Left => "\x1b[D",
        Code::Home => "\x1b[H",
        Code::End => "\x1b[F",
        Code::Insert => "\x1b[2~",
        Code::Delete => "\x1b[3~",
        Code::PageUp => "\x1b[5~",
        Code::PageDown => "\x1b[6~",
        Code::Function(1) => "\x1bOP",
        Code::Function(2) => "\x1bOQ",
        Code::Function(3) => "\x1bOR",
        Code::Function(4) => "\x1bOS",
        Code::Function(5) => "\x1b[15~",
        Code::Function(number) => panic!("no test has needed f{number} so far"),
        Code::Bound => panic!("no terminal sends it"),
    };
    bytes.extend_from_slice(sequence.as_bytes());
    bytes
}
