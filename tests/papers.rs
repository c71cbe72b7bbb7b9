//! What is written about the program is true of it: README, help, man page, completions, version, package.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by panicking")]

#[path = "support/program.rs"]
mod program;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use clap_complete::Shell;
use program::{Simulator, at, told, whtui};
use whtui::app::commands::COMMANDS;
use whtui::app::commands::keymap::Keymap;

const README: &str = include_str!("../README.md");

/// The blocks of code in the README, with their language.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let parts: Vec<&str> = README.split("\n```").collect();
    // Every second one is inside of a fence.
    parts.iter().skip(1).step_by(2).filter_map(|part| part.split_once('\n')).collect()
}

/// Every subcommand, and none: the screen.
fn subcommands() -> Vec<String> {
    let command = whtui::cli::command();
    let names = command.get_subcommands().map(|part| part.get_name().to_owned()).filter(|name| name != "help");
    names.collect()
}

/// Flags of a subcommand, with the dashes.
fn flags(name: &str) -> BTreeSet<String> {
    let command = whtui::cli::command();
    let part = if name.is_empty() { &command } else { command.find_subcommand(name).unwrap() };
    part.get_arguments().filter_map(|argument| argument.get_long()).map(|long| format!("--{long}")).collect()
}

/// The words of a shell line, up to its redirection, pipe, condition or remark.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut open, mut inside) = (None, false);
    for symbol in line.chars() {
        match (open, symbol) {
            (Some(quote), _) if quote == symbol => open = None,
            (None, '\'' | '"') => {
                open = Some(symbol);
                if !inside {
                    words.push(String::new());
                    inside = true;
                }
            }
            (None, ' ') => inside = false,
            (None, '>' | '<' | '|' | '&' | ';') => break,
            (None, '#') if !inside => break,
            _ => {
                if !inside {
                    words.push(String::new());
                    inside = true;
                }
                words.last_mut().unwrap().push(symbol);
            }
        }
    }
    words
}

/// The commands that the README shows in its shell blocks, without the program's name.
fn shown() -> Vec<Vec<String>> {
    let lines = blocks().into_iter().filter(|(language, _)| *language == "sh").flat_map(|(_, block)| block.lines());
    let mut commands = Vec::new();
    for line in lines {
        let all = words(line);
        match all.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            ["whtui", ..] => commands.push(all[1..].to_vec()),
            ["cargo", "run", ..] => {
                let dashes = all.iter().position(|word| word == "--").unwrap();
                commands.push(all[dashes + 1..].to_vec());
            }
            ["cargo" | "export", ..] | [".ci/run"] | [] => {}
            other => panic!("{other:?} is neither run nor known here"),
        }
    }
    commands
}

#[test]
fn every_command_of_the_readme_does_what_it_should() {
    let shown = shown();
    assert!(shown.len() > 12, "{shown:?}");
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("error.txt"), "password authentication failed for user \"x\"").unwrap();
    fs::write(folder.path().join("errors.jsonl"), "{\"error\": \"connection refused\"}\n").unwrap();
    for arguments in shown {
        let line = arguments.join(" ");
        let command = whtui::cli::command();
        let parsed = command.try_get_matches_from([&["whtui".to_owned()], arguments.as_slice()].concat());
        if let Err(error) = parsed {
            assert!(!error.use_stderr(), "`whtui {line}`: {error}");
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        // A screen needs a terminal: it is enough that its arguments are understood.
        if arguments.first().is_none_or(|first| first.starts_with("--")) && arguments != ["--version"] {
            continue;
        }
        let mut command = whtui(&arguments);
        command.current_dir(folder.path());
        if arguments[0] == "explain" {
            let input = if arguments.contains(&"--json") { "errors.jsonl" } else { "error.txt" };
            command.stdin(Stdio::from(fs::File::open(folder.path().join(input)).unwrap()));
        }
        if arguments[0] == "wait" {
            // The run of the demo takes minutes; that it is waited for is proven elsewhere.
            command.args(["--timeout", "1s"]);
            let given = arguments.iter().position(|word| *word == "--timeout").unwrap();
            let kept: Vec<&str> = arguments[..given].iter().chain(&arguments[given + 2..]).copied().collect();
            command = whtui(&[kept.as_slice(), &["--timeout", "1s"]].concat());
        }
        let (code, out, err) = told(&command.output().unwrap());
        let expected = match arguments[0] {
            "wait" => 124,
            "diagnose" => 1,
            _ => 0,
        };
        assert_eq!(code, expected, "`whtui {line}`: {out}{err}");
        assert!(out.lines().count() > 0, "`whtui {line}` says nothing");
    }
}

#[test]
fn usage_blocks_name_exactly_the_flags_there_are() {
    let usage = blocks().into_iter().filter(|(language, block)| language.is_empty() && block.starts_with("whtui "));
    let lines: Vec<&str> = usage.flat_map(|(_, block)| block.lines()).collect();
    assert!(lines.len() >= 5, "{lines:?}");
    for line in lines {
        let name = line.split(' ').nth(1).unwrap();
        let mut named: BTreeSet<String> = line
            .split(|symbol: char| symbol.is_whitespace() || "[]|".contains(symbol))
            .filter(|word| word.starts_with("--"))
            .map(str::to_owned)
            .collect();
        let mut there = flags(name);
        // What every command that connects takes is told once.
        if there.contains("--demo") {
            named.extend(["--demo", "--scenario", "--host", "--project", "--allow-http"].map(str::to_owned));
        }
        named.insert("--help".to_owned());
        there.extend(["--help".to_owned(), "--version".to_owned()]);
        there.remove("--version");
        // Of one that others add to, what is told has to be there.
        assert!(named.is_subset(&there), "`{line}`: {:?} do not exist", named.difference(&there));
        let untold: Vec<_> = there.difference(&named).filter(|flag| !README.contains(&format!("`{flag}"))).collect();
        assert!(untold.is_empty(), "`{line}`: {untold:?} are not told");
    }
}

#[test]
fn the_man_page_names_every_variable_of_the_readme() {
    let (code, page, _) = told(&whtui(&["man"]).output().unwrap());
    let page = page.replace("\\_", "_");
    let (_, environment) = page.split_once(".SH ENVIRONMENT").unwrap();
    let names = README.match_indices("`WHTUI_").map(|(at, _)| README[at + 1..].split(['`', '=']).next().unwrap());
    // Where it is built, not where it runs.
    let names: BTreeSet<&str> = names.filter(|name| *name != "WHTUI_COMMIT").collect();
    assert!(code == 0 && names.len() > 6, "{names:?}");
    for name in names {
        assert!(environment.contains(name), "{name} is not told");
    }
}

#[test]
fn every_command_is_in_the_readme_with_its_exit_codes() {
    let table = README.split_once("| command | 0 | 1 | 2 | other |").unwrap().1;
    let rows: Vec<&str> = table.lines().take_while(|line| line.is_empty() || line.starts_with('|')).collect();
    for name in subcommands() {
        let told =
            rows.iter().any(|row| row.contains(&format!("`whtui {name}`")) || row.contains(&format!("`{name}`")));
        assert!(told, "the exit codes of `whtui {name}` are not told");
    }
}

#[test]
fn the_features_are_proven_by_tests_that_exist() {
    let table = README.split_once("<!-- features:").unwrap().1.split_once("<!-- end of features -->").unwrap().0;
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(2).collect();
    assert!(rows.len() > 20);
    for row in rows {
        let named: Vec<&str> = row.split('|').nth(2).unwrap().split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{row} names no test");
        for test in named {
            let (file, name) = test.rsplit_once("::").unwrap();
            let below = format!("{}.rs", file.replace("::", "/"));
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(below);
            let source = fs::read_to_string(&path).unwrap_or_else(|_| panic!("there is no {}", path.display()));
            let at = source.find(&format!("fn {name}(")).unwrap_or_else(|| panic!("{file}.rs has no test {name}"));
            let before = &source[source[..at].rfind("\n\n").unwrap_or(0)..at];
            assert!(
                before.contains("test]") || before.contains("test(") || source.contains("proptest!"),
                "{test} is no test"
            );
        }
    }
}

#[test]
fn pictures_and_files_that_the_readme_names_exist() {
    for part in README.split("](").skip(1) {
        let address = part.split(')').next().unwrap();
        if let Some(heading) = address.strip_prefix('#') {
            let slug = |line: &str| line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            assert!(README.lines().any(|line| line.starts_with('#') && slug(line) == heading), "#{heading}");
        } else if !address.contains("://") {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(address).exists(), "{address}");
        }
    }
}

#[test]
fn help_reads_well_at_eighty_columns() {
    for name in std::iter::once(String::new()).chain(subcommands()) {
        let arguments: Vec<&str> = [name.as_str(), "--help"].into_iter().filter(|word| !word.is_empty()).collect();
        let (code, out, err) = told(&whtui(&arguments).env("COLUMNS", "80").output().unwrap());
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.contains("Exit status: "), "whtui {name} --help does not say how it ends");
        for line in out.lines() {
            assert!(line.chars().count() <= 80, "{line}");
            assert!(!line.contains("`PostHog`") && !line.contains("<http"), "{line}");
        }
        let short = if name.is_empty() { "whtui" } else { &name };
        insta::assert_snapshot!(format!("help_{short}"), out);
    }
}

#[test]
fn mistakes_on_the_command_line_say_what_would_be_right() {
    for (arguments, says) in [
        (&["wait"][..], "were not provided: <TABLE>;"),
        (&["completions", "tcsh"], "bash, elvish, fish, powershell, zsh"),
        (&["expain", "x"], "a similar subcommand exists: 'explain'"),
        (&["tables", "--jsn"], "a similar argument exists: '--json'"),
        (&["wait", "t", "--timeout", "soon"], "such as 90s, 10m or 1h30m"),
        (&["jobs", "--limit", "many"], "--limit"),
    ] {
        let (code, out, err) = told(&whtui(arguments).output().unwrap());
        assert_eq!((code, out.as_str(), err.lines().count()), (2, "", 1), "{err}");
        assert!(err.contains(says), "{err}");
    }
}

#[test]
fn completions_of_five_shells_know_every_command_and_flag() {
    let shells: Vec<Shell> = clap::ValueEnum::value_variants().to_vec();
    assert_eq!(shells.len(), 5);
    for shell in shells {
        let (code, script, err) = told(&whtui(&["completions", &shell.to_string()]).output().unwrap());
        assert_eq!((code, err.as_str()), (0, ""));
        for name in subcommands() {
            assert!(script.contains(&name), "{shell}: {name}");
            for flag in flags(&name) {
                // Some shells name them without their dashes.
                assert!(script.contains(flag.trim_start_matches('-')), "{shell}: {name} {flag}");
            }
        }
        if shell == Shell::Bash
            && let Ok(mut bash) = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn()
        {
            std::io::Write::write_all(&mut bash.stdin.take().unwrap(), script.as_bytes()).unwrap();
            assert!(bash.wait().unwrap().success());
        }
    }
}

#[test]
fn the_man_page_has_every_key_command_and_exit_code() {
    let (code, page, err) = told(&whtui(&["man"]).output().unwrap());
    assert_eq!((code, err.as_str()), (0, ""));
    let plain = page.replace("\\-", "-").replace("\\fB", "").replace("\\fI", "").replace("\\fR", "").replace('\\', "");
    for name in subcommands() {
        assert!(plain.contains(&format!("WHTUI {}", name.to_uppercase())), "{name}");
        for flag in flags(&name) {
            assert!(plain.contains(&flag), "{name} {flag}");
        }
    }
    let keymap = Keymap::defaults();
    for command in COMMANDS {
        assert!(plain.contains(command.sentence), "{}", command.name);
        for key in keymap.keys(command.id) {
            assert!(plain.contains(&key.to_string().replace('\\', "")), "{key}");
        }
    }
    for title in ["NAME", "SYNOPSIS", "KEYS", "EXIT STATUS", "ENVIRONMENT"] {
        assert!(plain.lines().any(|line| line.trim_start_matches(".SH ").trim_matches('"') == title), "{title}");
    }
    for code in ["0", "1", "2", "124", "128+N"] {
        assert!(plain.lines().any(|line| line == code), "{code}");
    }
    // A line that begins with a dot is a request of roff; all of them are known.
    let requests: BTreeSet<&str> =
        page.lines().filter(|line| line.starts_with('.')).filter_map(|line| line.split(' ').next()).collect();
    let known = [".SH", ".SS", ".TH", ".TP", ".IP", ".PP", ".RS", ".RE", ".br", ".ie", ".el", ".ds"];
    assert!(requests.iter().all(|request| known.contains(request)), "{requests:?}");
}

#[test]
fn the_version_tells_how_it_was_built() {
    let (code, out, _) = told(&whtui(&["--version"]).output().unwrap());
    let facts: Vec<&str> = out.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    assert_eq!((code, facts.as_slice()), (0, &["whtui", "commit", "target", "rustc"][..]));
    assert!(out.starts_with(&format!("whtui {}\n", env!("CARGO_PKG_VERSION"))));
    assert!(out.contains(std::env::consts::ARCH), "{out}");
    let (_, short, _) = told(&whtui(&["-V"]).output().unwrap());
    assert_eq!(short, format!("whtui {}\n", env!("CARGO_PKG_VERSION")));
}

fn has_ending(file: &str, ending: &str) -> bool {
    Path::new(file).extension().is_some_and(|found| found == ending)
}

#[test]
fn a_package_holds_what_a_build_needs_and_nothing_else() {
    let home = env!("CARGO_MANIFEST_DIR");
    let output = Command::new(env!("CARGO"))
        .args(["package", "--list", "--allow-dirty", "--offline", "--quiet"])
        .current_dir(home)
        .output()
        .unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let files: BTreeSet<&str> = listed.lines().collect();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for needed in ["src/build.rs", "Cargo.lock", "README.md", "LICENSE", "CHANGELOG.md", "src/main.rs"] {
        assert!(files.contains(needed), "{needed} is missing");
    }
    // Whatever is built into the program.
    let mut included = 0;
    for file in files.iter().filter(|file| has_ending(file, "rs")) {
        let source = fs::read_to_string(Path::new(home).join(file)).unwrap();
        for part in source.split("include_str!(\"").skip(1).chain(source.split("include_bytes!(\"").skip(1)) {
            let path = part.split('"').next().unwrap();
            let asset = path.trim_start_matches("../");
            assert!(asset.starts_with("tests/") || files.iter().any(|file| file.ends_with(asset)), "{file}: {path}");
            included += 1;
        }
    }
    assert!(included > 5);
    for file in &files {
        let foreign = file.starts_with("tests/") || has_ending(file, "snap") || has_ending(file, "svg");
        assert!(!foreign, "{file} does not belong into a package");
    }
}

#[test]
fn exit_codes_of_the_simulator_and_of_mistakes() {
    let (code, _, err) = told(&whtui(&["simulate", "--scenario", "nowhere"]).output().unwrap());
    assert!(code == 2 && err.contains("unknown scenario"), "{err}");
    let simulator = Simulator::start("calm");
    assert_eq!(told(&at(&simulator.host, &["diagnose"]).output().unwrap()).0, 0);
    for arguments in [&["man", "x"][..], &["completions"], &["explain", "--nope"], &["simulate", "--port", "x"]] {
        assert_eq!(told(&whtui(arguments).output().unwrap()).0, 2, "{arguments:?}");
    }
}
