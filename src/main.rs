//! Hands over to the library; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    whtui::cli::main()
}
