//! What the program is built of, held to `.cargo/deny.toml` without a network: licences, sources, crates that are there
//! twice, and that nothing of ours is `unsafe`. `cargo deny` knows more, where it is installed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rules() -> toml::Table {
    std::fs::read_to_string(home().join(".cargo/deny.toml")).unwrap().parse().unwrap()
}

fn texts(value: &toml::Value) -> BTreeSet<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// All packages of this machine's build, tests included, and what depends on what.
fn metadata() -> Value {
    let version = Command::new("rustc").arg("-vV").output().unwrap();
    let version = String::from_utf8(version.stdout).unwrap();
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    // Nothing has to be downloaded for it: this test was built of it.
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--offline", "--locked", "--filter-platform", host])
        .current_dir(home())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Whether a licence expression can be met with what is allowed.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let met = any(&words, &mut at, allowed);
    assert_eq!(at, words.len(), "{expression} cannot be read");
    met
}

fn any(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = all(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        met |= all(words, at, allowed);
    }
    met
}

fn all(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut met = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        met &= one(words, at, allowed);
    }
    met
}

fn one(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let word = words.get(*at).copied().unwrap_or_default();
    *at += 1;
    if word == "(" {
        let met = any(words, at, allowed);
        *at += 1;
        return met;
    }
    let mut name = word.to_owned();
    if words.get(*at) == Some(&"WITH") {
        name = format!("{word} WITH {}", words.get(*at + 1).copied().unwrap_or_default());
        *at += 2;
    }
    allowed.contains(&name)
}

#[test]
fn every_licence_and_every_source_is_allowed() {
    let rules = rules();
    let allowed = texts(&rules["licenses"]["allow"]);
    let registries: BTreeSet<String> =
        texts(&rules["sources"]["allow-registry"]).iter().map(|url| format!("registry+{url}")).collect();
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    assert!(packages.len() > 100);
    let mut wrong = Vec::new();
    for package in packages {
        let licence = package["license"].as_str().unwrap_or("none");
        if !is_met(licence, &allowed) {
            wrong.push(format!("{} is under {licence}", package["id"]));
        }
        if package["source"].as_str().is_some_and(|source| !registries.contains(source)) {
            wrong.push(format!("{} comes from {}", package["name"], package["source"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn nothing_is_built_in_twice() {
    let rules = rules();
    let skipped: BTreeSet<&str> = rules["bans"]["skip"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["crate"].as_str().unwrap().split('@').next().unwrap())
        .collect();
    let denied: BTreeSet<&str> =
        rules["bans"]["deny"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    // What is built into the program: without the crates of tests, and without the features that only they ask for.
    let tree = ["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}", "--offline", "--locked"];
    let output = Command::new(env!("CARGO")).args(tree).current_dir(home()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).unwrap();
    let built: BTreeSet<(&str, &str)> = listed
        .lines()
        .filter_map(|line| {
            let mut words = line.split(' ');
            Some((words.next()?, words.next()?))
        })
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in &built {
        *counts.entry(name).or_default() += 1;
    }
    assert!(built.len() > 100, "{}", built.len());
    let twice: Vec<_> = counts.iter().filter(|(name, count)| **count > 1 && !skipped.contains(**name)).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert!(!counts.keys().any(|name| denied.contains(name)), "{denied:?}");
}

#[test]
fn nothing_of_ours_is_unsafe() {
    let manifest: toml::Table = std::fs::read_to_string(home().join("Cargo.toml")).unwrap().parse().unwrap();
    assert_eq!(manifest["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for (name, dependency) in manifest["dependencies"].as_table().unwrap() {
        assert!(dependency.get("git").is_none() && dependency.get("path").is_none(), "{name} is from no registry");
    }
}

#[test]
fn licence_expressions_are_read_as_they_are_meant() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(str::to_owned).into();
    for met in
        ["MIT", "GPL-3.0 OR MIT", "GPL-3.0/MIT", "(GPL-3.0 OR MIT) AND ISC", "Apache-2.0 WITH LLVM-exception OR X"]
    {
        assert!(is_met(met, &allowed), "{met}");
    }
    for not in ["GPL-3.0", "none", "MIT AND GPL-3.0", "Apache-2.0", "ISC AND (X OR Y)"] {
        assert!(!is_met(not, &allowed), "{not}");
    }
}
