//! Holds the code to the map of the house in `src/lib.rs`: who may use whom, and who may answer a challenge.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its sources says so by panicking")]

use std::fs;
use std::path::{Path, PathBuf};

/// What each room may use of the others. `room::part` allows only that part.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("warehouse", &[]),
    ("app", &["warehouse"]),
    ("view", &["app", "warehouse"]),
    ("api", &["warehouse"]),
    ("worker", &["api", "app::effect", "app::message", "config", "warehouse"]),
    ("terminal", &["app::effect", "app::message", "app::key", "app::layout"]),
    ("config", &["app::commands", "app::key", "app::settings", "warehouse"]),
    ("runtime", &["app", "view", "worker", "terminal"]),
    ("simulator", &[]),
    ("cli", &["api", "app", "config", "runtime", "simulator", "terminal", "view", "warehouse", "worker"]),
];

/// Which rooms may use a crate from outside. Crates that are not named here are free.
const CRATES: [(&str, &[&str]); 6] = [
    ("ratatui", &["view", "terminal"]),
    ("crossterm", &["terminal"]),
    ("reqwest", &["api"]),
    ("rustls", &["api"]),
    ("axum", &["simulator"]),
    ("tokio", &["api", "worker", "terminal", "runtime", "simulator", "cli"]),
];

/// What rooms without a clock, I/O and tasks must not even mention.
const IMPURE: [&str; 8] =
    ["std::fs", "std::env", "std::net", "std::process", "std::time::Instant", "Timestamp::now", "async fn", ".await"];

/// All sources below `src`, with the room each belongs to.
fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&home, &mut found);
    found.sort();
    found
        .into_iter()
        // The build script is no part of the program.
        .filter(|path| *path != home.join("build.rs"))
        // Files of tests are the inside of a `#[cfg(test)] mod tests`.
        .filter(|path| !path.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs"))
        .map(|path| {
            let below = path.strip_prefix(&home).unwrap();
            let room = below.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (room, below.to_owned(), text)
        })
        .collect()
}

/// The code of a file: without comments, and without what is there for its tests alone.
fn code(text: &str) -> String {
    let mut lines = text.lines();
    let mut code = Vec::new();
    while let Some(line) = lines.next() {
        let is_for_tests =
            line.trim_start().starts_with("#[cfg(") && line.contains("test") && !line.contains("not(test");
        if is_for_tests {
            skip_item(&mut lines, line.len() - line.trim_start().len());
        } else {
            code.push(line.split("//").next().unwrap());
        }
    }
    code.join("\n")
}

/// Leaves out the item that follows, which is indented by so much: its attributes, and up to the line that ends it.
fn skip_item<'a>(lines: &mut impl Iterator<Item = &'a str>, indented: usize) {
    let mut is_first = true;
    for line in lines {
        let inside = line.trim_start();
        let is_attribute = inside.starts_with("#[") || inside.ends_with(")]");
        if line.len() - inside.len() != indented || is_attribute {
            continue;
        }
        if (is_first || inside.starts_with(['}', ']', ')'])) && inside.ends_with([';', '}', ',']) {
            return;
        }
        is_first = false;
    }
}

/// Paths that start with `crate::`, with groups in braces taken apart.
fn own_paths(code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        let rest = &code[start + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            let inside = group.split('}').next().unwrap();
            paths.extend(inside.split(',').map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()));
        } else {
            let end = rest.find(|symbol: char| !(symbol.is_alphanumeric() || "_:{, ".contains(symbol)));
            let path = &rest[..end.unwrap_or(rest.len())];
            match path.split_once("::{") {
                // `app::{effect, message}` counts as each of both.
                Some((room, parts)) => {
                    paths.extend(parts.split([',', '}']).map(|part| format!("{room}::{}", part.trim())));
                }
                None => paths.push(path.split([' ', ',']).next().unwrap().to_owned()),
            }
        }
    }
    paths
}

fn allowed(path: &str, rules: &[&str]) -> bool {
    rules.iter().any(|rule| path == *rule || path.starts_with(&format!("{rule}::")))
}

#[test]
fn rooms_use_only_what_the_map_allows() {
    let mut broken = Vec::new();
    for (room, file, text) in sources() {
        let Some((_, rules)) = MAY_USE.iter().find(|(name, _)| *name == room) else { continue };
        for path in own_paths(&code(&text)) {
            if path != room && !path.starts_with(&format!("{room}::")) && !allowed(&path, rules) {
                broken.push(format!("{}: {room} → {path}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "arrows that are not on the map:\n{}", broken.join("\n"));
}

#[test]
fn every_room_is_on_the_map() {
    for (room, file, _) in sources() {
        let known = MAY_USE.iter().any(|(name, _)| *name == room) || room == "lib" || room == "main";
        assert!(known, "{} belongs to no room of the map", file.display());
    }
}

#[test]
fn crates_stay_in_their_rooms() {
    let mut broken = Vec::new();
    for (room, file, text) in sources() {
        let code = code(&text);
        for (name, rooms) in CRATES {
            let used = code.match_indices(&format!("{name}::")).any(|(start, _)| {
                !code[..start].ends_with(|symbol: char| symbol.is_alphanumeric() || symbol == '_' || symbol == ':')
            });
            if used && !rooms.contains(&room.as_str()) {
                broken.push(format!("{}: {name}", file.display()));
            }
        }
    }
    assert!(broken.is_empty(), "crates outside their rooms:\n{}", broken.join("\n"));
}

#[test]
fn the_pure_rooms_have_no_clock_no_tasks_and_no_files() {
    let mut broken = Vec::new();
    for (room, file, text) in sources() {
        if room != "warehouse" && room != "app" && room != "view" {
            continue;
        }
        let code = code(&text);
        // A field may be called `awaited`.
        let is_word = |word: &str, start: usize| !code[start + word.len()..].starts_with(char::is_alphanumeric);
        let used =
            |word: &&&str| code.match_indices(**word).any(|(start, _)| word.ends_with(':') || is_word(word, start));
        for word in IMPURE.iter().filter(used) {
            broken.push(format!("{}: {word}", file.display()));
        }
    }
    assert!(broken.is_empty(), "impure:\n{}", broken.join("\n"));
}

#[test]
fn only_the_confirm_overlay_answers_a_challenge() {
    for (_, file, text) in sources() {
        let answers = code(&text).contains("answered_with(");
        let rightful = file == Path::new("app/update/confirm.rs") || file == Path::new("warehouse/consent.rs");
        assert!(!answers || rightful, "{} answers a challenge", file.display());
    }
}

#[test]
fn a_consent_is_made_in_one_place_and_cannot_be_copied() {
    for (_, file, text) in sources() {
        let makes = code(&text).contains("Consent {") && !code(&text).contains("struct Consent {");
        assert!(!makes, "{} makes a consent", file.display());
    }
    let consent = include_str!("../src/warehouse/consent.rs");
    let declaration = consent.split("pub struct Consent {").next().unwrap();
    let derive = declaration.lines().rev().find(|line| line.starts_with("#[derive")).unwrap();
    assert!(!derive.contains("Clone") && !derive.contains("Default"), "{derive}");
}

#[test]
fn the_map_itself_sees_broken_arrows() {
    let source = "use crate::worker::Worker;\nuse crate::{api, view::theme};\nuse crate::app::{effect, model};";
    assert_eq!(own_paths(source), ["worker::Worker", "api", "view::theme", "app::effect", "app::model"]);
    let apart = "#[cfg(test)]\nmod tests;\nuse crate::api;\nimpl A {\n    #[cfg(test)]\n    fn f(\n        a: A,\n    ) {\n        \
                 crate::cli;\n    }\n\n    fn g() {\n        crate::worker;\n    }\n}\n#[cfg(all(test, unix))]\n\
                 #[allow(x)]\nmod more {\n    use crate::view;\n}\nuse crate::config;\n";
    assert_eq!(own_paths(&code(apart)), ["api", "worker", "config"]);
    assert!(!allowed("app::model", &["app::effect"]) && allowed("app::effect::Effect", &["app::effect"]));
}
