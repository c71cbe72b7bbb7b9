//! Facts about the build that `whtui --version` tells: target, compiler, and the commit where it is known.
//!
//! Git is not asked: a source archive has none, and what it said would be stale after the next commit. Whoever builds a
//! release sets `WHTUI_COMMIT`; a packaged crate carries its commit in `.cargo_vcs_info.json`.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What is said of a fact that nobody knows.
const UNKNOWN: &str = "not recorded";

fn main() {
    println!("cargo::rerun-if-changed=src/build.rs");
    println!("cargo::rerun-if-env-changed=WHTUI_COMMIT");
    for (name, fact) in [("COMMIT", commit()), ("TARGET", env::var("TARGET").ok()), ("RUSTC", compiler())] {
        // Only what fits into one line of the build's output.
        let fact: String = fact.unwrap_or_default().chars().filter(|symbol| !symbol.is_control()).take(200).collect();
        println!("cargo::rustc-env=WHTUI_BUILD_{name}={}", if fact.is_empty() { UNKNOWN } else { &fact });
    }
}

/// The version of the compiler, without its name.
fn compiler() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?).arg("--version").output().ok()?;
    let said = String::from_utf8(output.stdout).ok()?;
    Some(said.trim().trim_start_matches("rustc ").to_owned())
}

fn commit() -> Option<String> {
    if let Some(given) = env::var("WHTUI_COMMIT").ok().filter(|given| !given.trim().is_empty()) {
        return Some(given.trim().to_owned());
    }
    let path = Path::new(&env::var_os("CARGO_MANIFEST_DIR")?).join(".cargo_vcs_info.json");
    let text = fs::read_to_string(&path).ok()?;
    let (_, after) = text.split_once("\"sha1\"")?;
    let sha = after.split('"').nth(1)?;
    let clean = !text.contains("\"dirty\": true");
    Some(if clean { sha.to_owned() } else { format!("{sha}, with changes") })
}
