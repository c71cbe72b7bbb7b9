//! `whtui completions`: what a shell needs to complete the command line.

use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

use super::output::print;

/// Where they go.
pub(super) const USE: &str = "Where they go:
  bash        whtui completions bash > ~/.local/share/bash-completion/completions/whtui
  zsh         whtui completions zsh > ~/.zfunc/_whtui   (a folder of $fpath)
  fish        whtui completions fish > ~/.config/fish/completions/whtui.fish
  powershell  whtui completions powershell >> $PROFILE
  elvish      whtui completions elvish >> ~/.config/elvish/rc.elv

Exit status: 0, or 2 when they cannot be written.";

/// For which shell.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_name = "SHELL")]
    pub shell: Shell,
}

/// Writes completions.
///
/// # Errors
/// One sentence when the output cannot be written.
pub(super) fn completions(options: &Completions) -> Result<ExitCode, String> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut super::command(), "whtui", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitCode::SUCCESS)
}
