//! What is said of a panic: everything that helps to find it, and nothing that a terminal would act upon or nobody
//! should read. A panic may quote whatever it stumbled over.

use std::io::Write as _;
use std::panic::PanicHookInfo;

use crate::terminal;
use crate::warehouse::secret::MASK;
use crate::warehouse::text::clean;

/// Where keys may stand in the environment.
const KEYS: [&str; 3] = ["WHTUI_API_KEY", "POSTHOG_CLI_API_KEY", "POSTHOG_CLI_TOKEN"];

/// How `PostHog`'s keys begin.
const MARKS: [&str; 4] = ["phx_", "pha_", "phs_", "phc_"];

/// Has every panic reported, once the terminal is given back.
pub(super) fn install() {
    let (hook, _) = color_eyre::config::HookBuilder::blank().into_hooks();
    terminal::install_panic_hook(move |info: &PanicHookInfo<'_>| {
        let secrets: Vec<String> = KEYS.iter().filter_map(|name| std::env::var(name).ok()).collect();
        let report = harmless(&hook.panic_report(info).to_string(), &secrets);
        // When not even standard error can be written to, the exit code still tells.
        let _ = writeln!(std::io::stderr(), "{report}");
    });
}

/// A report as it may be printed.
fn harmless(report: &str, secrets: &[String]) -> String {
    let secrets = secrets.iter().map(|secret| secret.trim()).filter(|secret| secret.len() > 3);
    let report = secrets.fold(report.to_owned(), |report, secret| report.replace(secret, MASK));
    // Line by line: a text as a whole is cut where it is long.
    let lines: Vec<String> = report.lines().map(|line| without_keys(&clean(line, false))).collect();
    lines.join("\n")
}

/// A line without what looks like a key, wherever that came from.
fn without_keys(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((at, mark)) = MARKS.iter().filter_map(|mark| Some((rest.find(mark)?, *mark))).min() {
        let (before, found) = rest.split_at(at + mark.len());
        kept.push_str(before);
        let length = found.find(|symbol: char| !symbol.is_ascii_alphanumeric() && symbol != '_').unwrap_or(found.len());
        if length > 0 {
            kept.push_str(MASK);
        }
        rest = &found[length..];
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_report_keeps_what_helps_and_loses_what_harms() {
        let report = "The application panicked (crashed).\nMessage:  at `x\u{1b}[2J` of postgres://bob:hunter2@db\n\
                      keys own-secret and phx_planted123, phx_ alone\n  10: whtui::cli::main\n";
        let shown = harmless(report, &["own-secret".to_owned(), " ".to_owned()]);
        assert_eq!(
            shown,
            "The application panicked (crashed).\nMessage:  at `x\u{fffd}[2J` of postgres://bob:***@db\n\
             keys *** and phx_***, phx_ alone\n  10: whtui::cli::main"
        );
    }

    proptest! {
        #[test]
        fn no_report_acts_on_the_terminal(report in any::<String>()) {
            prop_assert!(!harmless(&report, &[]).chars().any(|symbol| symbol.is_control() && symbol != '\n'));
        }
    }
}
