//! A key that a program prints: a password manager, for example.

use std::io::{ErrorKind, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use secrecy::SecretString;

use super::{ConfigError, checks};
use crate::warehouse::text::clean;
use crate::warehouse::words::reason;

/// How long a program may take.
pub const LIMIT: Duration = Duration::from_secs(30);

/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(20);

/// How long its output is waited for once it has ended: a helper of it may hold on to that.
const REST: Duration = Duration::from_secs(1);

/// No key is larger, and no more of what it complains about is kept.
const MOST: u64 = 64 * 1024;

/// How much is told of what it complains about.
const TOLD: usize = 160;

/// Why a program gave no key. The words follow "the command for the key, `op`, …".
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is no such program.
    #[error("was not found; correct `api_key_command`, or install it")]
    NotFound,
    /// It could not be started.
    #[error("cannot be run ({0})")]
    NotRun(String),
    /// It took too long.
    #[error("did not end within {} seconds and was stopped; run it once by hand, it may wait for an answer", .0.as_secs())]
    TooSlow(Duration),
    /// Nobody wanted its answer any more.
    #[error("was stopped, because its answer was not waited for any more")]
    GivenUp,
    /// It failed.
    #[error("failed ({status}){}", if .said.is_empty() { String::new() } else { format!(": {said}") })]
    Failed {
        /// How it ended.
        status: String,
        /// The last line of its complaints.
        said: String,
    },
    /// It printed nothing.
    #[error("ended well but printed nothing; it has to print the key")]
    Empty,
    /// It printed more than a key.
    #[error("printed {0} lines, but a key is one; make it print nothing else")]
    Lines(usize),
    /// It printed no text.
    #[error("printed something that is no text")]
    NoText,
}

/// Runs a program without a shell and takes what it prints for a key; it is ended as soon as that is given up.
///
/// # Errors
/// See [`Problem`]; and where it can be no key.
pub fn key(words: &[String], limit: Duration, given_up: &AtomicBool) -> Result<SecretString, ConfigError> {
    run(words, limit, given_up, Terminal::Shared)
}

/// The same while a screen is shown: what the program would ask for there is not answered.
///
/// # Errors
/// The same.
pub fn key_behind_a_screen(words: &[String], limit: Duration) -> Result<SecretString, ConfigError> {
    run(words, limit, &AtomicBool::new(false), Terminal::Ours)
}

/// Who may read from the terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Terminal {
    /// The program, too, if it opens it.
    Shared,
    /// Nobody else.
    Ours,
}

fn run(
    words: &[String],
    limit: Duration,
    given_up: &AtomicBool,
    terminal: Terminal,
) -> Result<SecretString, ConfigError> {
    let program = words.first().map_or("", String::as_str);
    let name = clean(program, false).into_owned();
    match printed(words, limit, given_up, terminal) {
        Ok(key) => checks::key(key, &format!("the output of `{name}`")),
        Err(problem) => Err(ConfigError::Command { program: name, problem }),
    }
}

fn printed(words: &[String], limit: Duration, given_up: &AtomicBool, terminal: Terminal) -> Result<String, Problem> {
    let (program, arguments) = words.split_first().ok_or(Problem::NotFound)?;
    let mut command = Command::new(program);
    // Without a terminal on its input it cannot take the keys that are meant for us.
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    if terminal == Terminal::Ours {
        // Who is not in the foreground and reads from the terminal is stopped by the system, and then by us.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
    }
    let mut child = command.spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Problem::NotFound,
        _ => Problem::NotRun(reason(error)),
    })?;
    let output = child.stdout.take().map(Listener::to);
    let complaints = child.stderr.take().map(Listener::to);
    let status = ended(&mut child, limit, given_up, terminal)?;
    let heard = |listener: Option<Listener>| listener.map(Listener::heard).unwrap_or_default();
    let (output, complaints) = (heard(output), heard(complaints));
    if !status.success() {
        return Err(Problem::Failed { status: status.to_string(), said: last_line(&complaints) });
    }
    let text = String::from_utf8(output).map_err(|_| Problem::NoText)?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    match text.lines().count() {
        _ if text.trim().is_empty() => Err(Problem::Empty),
        0 | 1 => Ok(text.to_owned()),
        lines => Err(Problem::Lines(lines)),
    }
}

/// Waits for the end, and makes one when it does not come.
fn ended(child: &mut Child, limit: Duration, given_up: &AtomicBool, terminal: Terminal) -> Result<ExitStatus, Problem> {
    let mut waited = Duration::ZERO;
    loop {
        let given_up = given_up.load(Ordering::Relaxed);
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if waited < limit && !given_up => {
                thread::sleep(LOOK);
                waited += LOOK;
            }
            Ok(None) => {
                // It may have ended by itself meanwhile, which is as good.
                if terminal == Terminal::Ours {
                    kill_group(child);
                }
                let _ = child.kill();
                let _ = child.wait();
                return Err(if given_up { Problem::GivenUp } else { Problem::TooSlow(limit) });
            }
            Err(error) => return Err(Problem::NotRun(reason(error))),
        }
    }
}

/// Ends a program that leads a group of its own, and whatever it has started there.
fn kill_group(child: &Child) {
    #[cfg(unix)]
    if let Ok(group) = i32::try_from(child.id()) {
        use nix::sys::signal::{Signal, killpg};
        let _ = killpg(nix::unistd::Pid::from_raw(group), Signal::SIGKILL);
    }
}

/// What a program writes, taken in while it runs, so that it never waits for us.
struct Listener {
    heard: Arc<Mutex<Vec<u8>>>,
    end: mpsc::Receiver<()>,
}

impl Listener {
    fn to(from: impl Read + Send + 'static) -> Self {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (done, end) = mpsc::channel();
        let into = Arc::clone(&heard);
        thread::spawn(move || {
            let mut from = from.take(MOST);
            let mut part = [0; 4096];
            while let Ok(read @ 1..) = from.read(&mut part) {
                into.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&part[..read]);
            }
            // Nobody waits any more where this fails.
            let _ = done.send(());
        });
        Self { heard, end }
    }

    fn heard(self) -> Vec<u8> {
        // After a while what came so far is all there is.
        let _ = self.end.recv_timeout(REST);
        std::mem::take(&mut *self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The last line that says something, safe to show and without keys.
fn last_line(complaints: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaints);
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let shown = clean(line.trim(), false);
    let words: Vec<&str> = shown
        .split(' ')
        .map(|word| if word.contains("phx_") || word.contains("pha_") { "***" } else { word })
        .collect();
    let line = words.join(" ");
    let line = line.trim_end_matches('.');
    if line.chars().count() > TOLD {
        format!("{}…", line.chars().take(TOLD).collect::<String>())
    } else {
        line.to_owned()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    fn of(words: &[&str]) -> Result<String, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        match key(&words, Duration::from_secs(20), &AtomicBool::new(false)) {
            Ok(key) => Ok(key.expose_secret().to_owned()),
            Err(error) => {
                let shown = format!("{error:?} {error}");
                assert!(!shown.contains("planted"), "{shown}");
                assert!(!error.to_string().chars().any(char::is_control), "{shown}");
                Err(error.to_string())
            }
        }
    }

    fn sh(script: &str) -> Result<String, String> {
        of(&["sh", "-c", script])
    }

    #[test]
    fn what_it_prints_is_the_key() {
        for script in ["printf phx_planted", "echo phx_planted", "printf 'phx_planted\\r\\n'"] {
            assert_eq!(sh(script).as_deref(), Ok("phx_planted"), "{script}");
        }
        // No shell takes words apart or fills anything in.
        assert_eq!(of(&["printf", "%s", "phx_$HOME;x"]).as_deref(), Ok("phx_$HOME;x"));
        // Complaints do not matter where it ends well, and its input is empty.
        assert_eq!(sh("cat; echo warning >&2; echo phx_planted").as_deref(), Ok("phx_planted"));
        // More complaints than a pipe holds.
        assert_eq!(sh("yes nonsense | head -c 300000 >&2; echo phx_planted").as_deref(), Ok("phx_planted"));
    }

    #[test]
    fn what_goes_wrong_is_said() {
        for (script, words) in [
            ("exit 3", "failed (exit status: 3)."),
            ("echo one >&2; echo 'no session: phx_planted\u{1b}[31m.' >&2; echo >&2; exit 1", "no session: ***"),
            ("echo phx_planted; kill -9 $$", "failed (signal: 9"),
            ("true", "printed nothing"),
            ("echo; echo", "printed nothing"),
            ("echo phx_planted; echo more", "printed 2 lines"),
            ("printf '\\377\\376'", "no text"),
            ("echo 'phx planted'", "spaces"),
            ("echo phc_planted", "project token"),
        ] {
            let told = sh(script).unwrap_err();
            assert!(told.contains(words) && told.contains("`sh`"), "{script}: {told}");
        }
        assert!(of(&["/nowhere/whtui-helper"]).unwrap_err().contains("was not found"));
        assert!(of(&["/"]).unwrap_err().contains("cannot be run"));
        assert!(of(&[]).unwrap_err().contains("was not found"));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn behind_a_screen_it_is_no_part_of_what_the_terminal_talks_to() {
        let script = "read -r pid name state parent group rest < /proc/$$/stat; \
                      if [ $group = $$ ]; then echo phx_apart; else echo phx_together; fi";
        let words: Vec<String> = ["sh", "-c", script].map(str::to_owned).to_vec();
        let told = |key: Result<SecretString, ConfigError>| key.unwrap().expose_secret().to_owned();
        assert_eq!(told(key(&words, Duration::from_secs(20), &AtomicBool::new(false))), "phx_together");
        assert_eq!(told(key_behind_a_screen(&words, Duration::from_secs(20))), "phx_apart");
    }

    #[test]
    fn one_that_does_not_end_is_stopped() {
        let words: Vec<String> = ["sleep", "100000"].map(str::to_owned).to_vec();
        let told = key(&words, Duration::from_millis(60), &AtomicBool::new(false)).unwrap_err().to_string();
        assert!(told.contains("did not end") && told.contains("was stopped"), "{told}");
    }

    #[test]
    fn what_it_has_started_behind_a_screen_is_stopped_with_it() {
        let home = tempfile::tempdir().unwrap();
        let pipe = home.path().join("pipe");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let words: Vec<String> =
            ["sh", "-c", "sleep 300 > \"$0\" & wait", pipe.to_str().unwrap()].map(str::to_owned).to_vec();
        let given_up = Arc::new(AtomicBool::new(false));
        let (done, end) = mpsc::channel();
        let told = Arc::clone(&given_up);
        thread::spawn(move || {
            // There is somebody at the other end, and then nobody any more.
            let mut other_end = std::fs::File::open(pipe).unwrap();
            told.store(true, Ordering::Relaxed);
            let _ = other_end.read_to_end(&mut Vec::new());
            done.send(()).unwrap();
        });
        let told = printed(&words, Duration::from_secs(100_000), &given_up, Terminal::Ours).unwrap_err();
        assert!(matches!(told, Problem::GivenUp), "{told}");
        end.recv_timeout(Duration::from_secs(20)).expect("nothing of it is left");
    }

    #[test]
    fn one_that_is_given_up_is_stopped() {
        let words: Vec<String> = ["sleep", "100000"].map(str::to_owned).to_vec();
        let told = key(&words, Duration::from_secs(100_000), &AtomicBool::new(true)).unwrap_err().to_string();
        assert!(told.contains("not waited for any more"), "{told}");
    }

    #[test]
    fn one_whose_helper_stays_is_not_waited_for() {
        assert_eq!(sh("sleep 100 & echo phx_planted").as_deref(), Ok("phx_planted"));
    }
}
