//! The user's editor: it gets the terminal for as long as it runs, and a text on a private file that is gone afterwards.
//!
//! It belongs to the same job as the program, as in every shell: ctrl-c and ctrl-z reach both, and each does with them
//! what is right for it. While it runs, nothing here reads from the terminal or writes to it.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::termios::{SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd::Pid;
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::input::terminal;
use super::shell_words::split;
use super::{Input, lease};
use crate::app::effect::Draft;
use crate::app::message::Edited;

/// How long an editor may take to end when the program has to. Then it is killed.
const ENDS_WITHIN: Duration = Duration::from_secs(3);

/// The longest text that is taken back.
const LONGEST: u64 = 1_000_000;

/// An editor and a file, ready to be started.
#[derive(Debug)]
pub struct Ready {
    variable: &'static str,
    words: Vec<String>,
    folder: Folder,
    file: PathBuf,
    text: String,
}

/// An editor that has the terminal.
#[derive(Debug)]
pub struct Editor {
    child: Child,
    /// Its terminal, and how that was set before.
    before: Option<(OwnedFd, Termios)>,
    file: PathBuf,
    text: String,
    _folder: Folder,
}

/// A folder that nobody else can look into, removed with all that is in it: editors leave copies beside their files.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    fn make() -> io::Result<Self> {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for _ in 0..64 {
            let number = MADE.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("whtui-{}-{number}", std::process::id()));
            // What is there already, were it a link, is never used.
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Whoever has removed it already is welcome to.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The editor that is wanted: the variable that names it, and its words.
fn wanted(variable: impl Fn(&str) -> Option<OsString>) -> Result<(&'static str, Vec<String>), String> {
    let set = |name: &'static str| Some((name, variable(name)?)).filter(|(_, value)| !value.is_empty());
    let Some((name, value)) = set("VISUAL").or_else(|| set("EDITOR")) else {
        return Err("no editor is set; set VISUAL or EDITOR, as in EDITOR=vi".to_owned());
    };
    let text = value.into_string().map_err(|_| format!("${name} is no readable text"))?;
    let words = split(&text).ok_or_else(|| format!("a quote in ${name} is not closed"))?;
    if words.is_empty() { Err(format!("${name} names no program")) } else { Ok((name, words)) }
}

impl Ready {
    /// Finds the editor and writes the text to a private file. The terminal is not touched yet.
    ///
    /// # Errors
    ///
    /// Why not, as a part of a sentence.
    pub fn new(draft: Draft) -> Result<Self, String> {
        let (variable, words) = wanted(|name| std::env::var_os(name))?;
        let unwritten = |error: io::Error| format!("the file for it cannot be written: {error}");
        let folder = Folder::make().map_err(unwritten)?;
        let file = folder.0.join(draft.name);
        let mut open = OpenOptions::new();
        let mut out = open.write(true).create_new(true).mode(0o600).open(&file).map_err(unwritten)?;
        out.write_all(draft.text.as_bytes()).map_err(unwritten)?;
        Ok(Self { variable, words, folder, file, text: draft.text })
    }

    /// Gives the terminal up, as for a stop, and starts the editor there.
    ///
    /// # Errors
    ///
    /// Why not, as a part of a sentence. The terminal has to be taken again in any case.
    pub fn start(self, input: &mut Input) -> Result<Editor, String> {
        input.pause();
        // A terminal that is gone shows itself when it is taken again.
        let _ = lease::restore();
        let before = terminal().ok().and_then(|terminal| {
            let settings = tcgetattr(&terminal).ok()?;
            Some((terminal, settings))
        });
        let (program, arguments) = self.words.split_first().ok_or("its name is empty")?;
        let mut command = Command::new(program);
        command.args(arguments).arg(&self.file).kill_on_drop(true);
        // Where standard input is something else, the editor is not to read that.
        if let Ok(terminal) = terminal() {
            command.stdin(Stdio::from(terminal));
        }
        let child = command
            .spawn()
            .map_err(|error| format!("`{program}`, which ${} names, cannot be started: {error}", self.variable))?;
        Ok(Editor { child, before, file: self.file, text: self.text, _folder: self.folder })
    }
}

impl Editor {
    /// Waits for its end. Nothing is lost when the waiting is given up.
    ///
    /// # Errors
    ///
    /// When the system does not tell.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// It has ended: the settings of the terminal are as they were before it, and what it was not there to read any more
    /// is dropped. Answers with the text, or with why there is none, as a part of a sentence.
    ///
    /// # Errors
    ///
    /// Why there is no text.
    pub fn finish(self, status: io::Result<ExitStatus>) -> Result<Edited, String> {
        let well = status.as_ref().is_ok_and(ExitStatus::success);
        self.tidy(!well);
        let status = status.map_err(|error| format!("nobody knows how it ended: {error}"))?;
        if let Some(number) = status.signal() {
            return Err(format!("it was ended by signal {number}"));
        }
        if !status.success() {
            return Err(format!("it ended with code {}", status.code().unwrap_or_default()));
        }
        let unread = |error: io::Error| format!("its file cannot be read: {error}");
        let mut bytes = Vec::new();
        let file = fs::File::open(&self.file).map_err(unread)?;
        file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(unread)?;
        if bytes == self.text.as_bytes() {
            return Ok(Edited { text: self.text, changed: false });
        }
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LONGEST {
            return Err("its file is longer than any text here".to_owned());
        }
        let text = String::from_utf8(bytes).map_err(|_| "its file is no text in UTF-8".to_owned())?;
        Ok(Edited { text, changed: true })
    }

    /// The program has to end: so has the editor, which is asked first. The terminal is left as it was before it.
    pub async fn end(mut self, number: u8) {
        let asked = Signal::try_from(i32::from(number)).unwrap_or(Signal::SIGTERM);
        if let Some(process) = self.child.id().and_then(|process| i32::try_from(process).ok()) {
            // One that has ended already is as well; one that is stopped has to hear it.
            let _ = kill(Pid::from_raw(process), asked);
            let _ = kill(Pid::from_raw(process), Signal::SIGCONT);
        }
        if timeout(ENDS_WITHIN, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
        self.tidy(true);
    }

    /// Leaves the terminal as it was; an editor that failed may have left its modes, too.
    fn tidy(&self, modes: bool) {
        if let Some((terminal, settings)) = &self.before {
            // Flushed: what is still unread was typed for the editor, and would be commands here.
            let _ = tcsetattr(terminal, SetArg::TCSAFLUSH, settings);
        }
        if modes && lease::take(false).is_ok() {
            let _ = lease::restore();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_environment_names_the_editor() {
        let with = |visual: &str, editor: &str| {
            let (visual, editor) = (OsString::from(visual), OsString::from(editor));
            wanted(move |name| Some(if name == "VISUAL" { visual.clone() } else { editor.clone() }))
        };
        assert_eq!(with("code --wait", "vi"), Ok(("VISUAL", vec!["code".to_owned(), "--wait".to_owned()])));
        assert_eq!(with("", "'my ed'"), Ok(("EDITOR", vec!["my ed".to_owned()])));
        assert!(with("", "").unwrap_err().contains("no editor is set"));
        assert!(with("'vi", "").unwrap_err().contains("$VISUAL"));
        assert!(with("  ", "").unwrap_err().contains("no program"));
        assert!(wanted(|_| None).is_err());
    }

    #[test]
    fn the_folder_is_private_and_goes_with_all_that_is_in_it() {
        let folder = Folder::make().unwrap();
        let path = folder.0.clone();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        fs::write(path.join("left behind~"), "x").unwrap();
        assert_ne!(Folder::make().unwrap().0, path);
        drop(folder);
        assert!(!path.exists());
    }
}
