//! Programs of the system that help where the terminal cannot: the clipboard and the browser. None of them is waited for
//! by the screen, none gets the terminal, and none is started over SSH, where it would work on the wrong machine.

use std::ffi::OsString;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::time::timeout;

/// How long a program may take to take a text.
const COPIES_WITHIN: Duration = Duration::from_secs(3);

/// Whoever still runs after this time has found a browser, and is that browser.
const OPENS_WITHIN: Duration = Duration::from_secs(3);

/// A program that puts its input on the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Clip {
    program: &'static str,
    arguments: &'static [&'static str],
}

fn is_set(variable: &impl Fn(&str) -> Option<OsString>, name: &str) -> bool {
    variable(name).is_some_and(|value| !value.is_empty())
}

/// Whether somebody looks at this program from another machine.
fn is_remote(variable: &impl Fn(&str) -> Option<OsString>) -> bool {
    ["SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"].into_iter().any(|name| is_set(variable, name))
}

/// The programs that may reach the user's clipboard, the likeliest first.
fn clips(variable: impl Fn(&str) -> Option<OsString>) -> Vec<Clip> {
    let mut found = Vec::new();
    if is_remote(&variable) {
        return found;
    }
    if cfg!(target_os = "macos") {
        found.push(Clip { program: "pbcopy", arguments: &[] });
    }
    if is_set(&variable, "WAYLAND_DISPLAY") {
        found.push(Clip { program: "wl-copy", arguments: &[] });
    }
    if is_set(&variable, "DISPLAY") {
        found.push(Clip { program: "xclip", arguments: &["-selection", "clipboard", "-in"] });
        found.push(Clip { program: "xsel", arguments: &["--clipboard", "--input"] });
    }
    if is_set(&variable, "WSL_DISTRO_NAME") {
        found.push(Clip { program: "clip.exe", arguments: &[] });
    }
    found
}

/// Away from the terminal: a program must neither read its keys nor write over the screen, nor end with it.
fn apart(command: &mut Command) -> &mut Command {
    command.stdout(Stdio::null()).stderr(Stdio::null()).process_group(0)
}

/// Puts a text on the clipboard by a program of the system; answers with its name. `None`: there is none that did.
pub async fn copy(text: String) -> Option<&'static str> {
    for clip in clips(|name| std::env::var_os(name)) {
        // The program would read it in some other encoding.
        if clip.program == "clip.exe" && !text.is_ascii() {
            continue;
        }
        if let Ok(Some(true)) = timeout(COPIES_WITHIN, hand_over(clip, &text)).await {
            return Some(clip.program);
        }
    }
    None
}

/// Whether the program took the text; `None` when there is no such program.
async fn hand_over(clip: Clip, text: &str) -> Option<bool> {
    let mut command = Command::new(clip.program);
    let mut child = apart(command.args(clip.arguments)).stdin(Stdio::piped()).kill_on_drop(true).spawn().ok()?;
    let mut input = child.stdin.take()?;
    input.write_all(text.as_bytes()).await.ok()?;
    drop(input);
    Some(child.wait().await.is_ok_and(|status: ExitStatus| status.success()))
}

/// Why no browser can be started here.
fn no_browser(variable: impl Fn(&str) -> Option<OsString>) -> Option<&'static str> {
    if is_remote(&variable) {
        return Some("this is an SSH session");
    }
    let graphical = ["DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"].into_iter().any(|name| is_set(&variable, name));
    (!graphical && !cfg!(target_os = "macos")).then_some("there is no graphical session")
}

/// Opens an address in the browser.
///
/// # Errors
/// Why not, as a part of a sentence.
pub async fn browse(address: &str) -> Result<(), String> {
    if let Some(reason) = no_browser(|name| std::env::var_os(name)) {
        return Err(reason.to_owned());
    }
    let mut failed = None;
    for command in open::commands(address) {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut command = Command::from(command);
        let Ok(mut child) = apart(&mut command).stdin(Stdio::null()).spawn() else { continue };
        match timeout(OPENS_WITHIN, child.wait()).await {
            Ok(Ok(status)) if !status.success() => failed = failed.or_else(|| Some(failure_of(&name, status))),
            Ok(Err(_)) => {}
            Ok(Ok(_)) | Err(_) => return Ok(()),
        }
    }
    Err(failed.unwrap_or_else(|| "no program for that was found".to_owned()))
}

/// How a program failed, as a part of a sentence.
fn failure_of(name: &str, status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("{name} failed (exit status {code})"),
        None => format!("{name} was ended by a signal"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'a>(names: &'a [&'a str]) -> impl Fn(&str) -> Option<OsString> + 'a {
        move |name| names.contains(&name).then(|| OsString::from("x"))
    }

    #[test]
    fn a_program_that_failed_is_named() {
        use std::os::unix::process::ExitStatusExt;
        assert_eq!(failure_of("xdg-open", ExitStatus::from_raw(3 << 8)), "xdg-open failed (exit status 3)");
        assert_eq!(failure_of("xdg-open", ExitStatus::from_raw(9)), "xdg-open was ended by a signal");
    }

    #[test]
    fn the_environment_tells_which_clipboard_there_is() {
        let programs = |names: &[&str]| clips(with(names)).iter().map(|clip| clip.program).collect::<Vec<_>>();
        let own: &[&str] = if cfg!(target_os = "macos") { &["pbcopy"] } else { &[] };
        assert_eq!(programs(&[]), own);
        assert_eq!(programs(&["DISPLAY"])[own.len()..], ["xclip", "xsel"]);
        assert_eq!(programs(&["WAYLAND_DISPLAY", "DISPLAY"])[own.len()..], ["wl-copy", "xclip", "xsel"]);
        assert_eq!(programs(&["WSL_DISTRO_NAME"])[own.len()..], ["clip.exe"]);
        assert!(programs(&["DISPLAY", "SSH_CONNECTION"]).is_empty());
    }

    #[test]
    fn no_browser_is_started_where_nobody_would_see_it() {
        assert_eq!(no_browser(with(&["DISPLAY", "SSH_TTY"])), Some("this is an SSH session"));
        assert_eq!(no_browser(with(&["WAYLAND_DISPLAY"])), None);
        if !cfg!(target_os = "macos") {
            assert_eq!(no_browser(with(&[])), Some("there is no graphical session"));
        }
    }
}
