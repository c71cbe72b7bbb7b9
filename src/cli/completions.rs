//! `whtui completions`: what a shell needs to complete the command line.

use std::process::ExitCode;

use clap::Args;
use clap_complete::Shell;

use super::output::print;

/// Where they go.
pub(super) const USE: &str = "Where they go (`whtui completions bash > FILE`):
  bash        ~/.local/share/bash-completion/completions/whtui
  zsh         _whtui in a folder of $fpath, for example ~/.zfunc/_whtui
  fish        ~/.config/fish/completions/whtui.fish
  powershell  the end of $PROFILE
  elvish      the end of ~/.config/elvish/rc.elv

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
