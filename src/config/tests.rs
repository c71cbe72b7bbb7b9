use super::*;
use proptest::prelude::*;
use secrecy::ExposeSecret;
use std::collections::HashMap;

const KEY: &str = "phx_planted";
const FILE: &str = "/home/me/.posthog/credentials.json";
const DEFAULT: &str = "https://us.posthog.com";

fn file(text: &str) -> CredentialsFile {
    CredentialsFile::Found { path: FILE.to_owned(), text: text.into(), open_to_others: false }
}

fn login(host: &str, token: &str, env_id: &str) -> CredentialsFile {
    file(&format!(r#"{{"host": {host}, "token": "{token}", "env_id": {env_id}}}"#))
}

fn flags(host: Option<&str>, project: Option<&str>) -> Flags {
    Flags { host: host.map(str::to_owned), project: project.map(str::to_owned), ..Flags::default() }
}

fn from(flags: &Flags, variables: &[(&str, &str)], file: &CredentialsFile) -> Result<Resolved, ConfigError> {
    with_config(flags, variables, "", file)
}

/// With these settings; a command prints its own words.
fn with_config(
    flags: &Flags,
    variables: &[(&str, &str)],
    config: &str,
    file: &CredentialsFile,
) -> Result<Resolved, ConfigError> {
    let variables: HashMap<_, _> = variables.iter().copied().collect();
    let env = |name: &str| variables.get(name).map(|value| (*value).to_owned());
    let run = |words: &[String]| Ok(words.join("_").into());
    let config = Config::parse(config, false).unwrap();
    resolve(flags, &Around { env: &env, config: &config, login: file, run: &run })
}

fn env(variables: &[(&str, &str)]) -> Result<Resolved, ConfigError> {
    from(&Flags::default(), variables, &CredentialsFile::Absent)
}

/// Host, key, project (0 when unknown) and whether the pair is settled.
fn found(resolved: Result<Resolved, ConfigError>) -> (String, String, u64, bool) {
    let resolved = resolved.unwrap();
    let project = match resolved.project {
        ProjectChoice::Given(project) => project.get(),
        ProjectChoice::Unknown => 0,
    };
    let key = resolved.key.expose_secret().to_owned();
    (resolved.origin.to_string(), key, project, resolved.pair == Pair::SamePlace)
}

fn expected(host: &str, key: &str, project: u64, settled: bool) -> (String, String, u64, bool) {
    (host.to_owned(), key.to_owned(), project, settled)
}

#[test]
fn the_first_place_with_a_key_wins_and_lower_ones_lend_nothing() {
    let eu = "https://eu.posthog.com";
    let stored = login(r#""https://eu.posthog.com""#, "phx_file", r#""3""#);
    let cli = [("POSTHOG_CLI_API_KEY", "phx_cli"), ("POSTHOG_CLI_PROJECT_ID", "2"), ("POSTHOG_CLI_HOST", eu)];
    let own = [("WHTUI_API_KEY", KEY), ("WHTUI_HOST", "https://ph.example.org/x/"), ("WHTUI_PROJECT", "1")];
    let none = Flags::default();
    assert_eq!(found(from(&none, &[], &stored)), expected(eu, "phx_file", 3, true));
    assert_eq!(found(from(&none, &cli, &stored)), expected(eu, "phx_cli", 2, true));
    assert_eq!(
        found(from(&none, &[&own[..], &cli].concat(), &stored)),
        expected("https://ph.example.org/x", KEY, 1, true)
    );
    assert_eq!(found(from(&none, &own[..1], &stored)), expected(DEFAULT, KEY, 0, true));
}

#[test]
fn a_host_from_elsewhere_must_be_confirmed() {
    let stored = login("null", "phx_file", "3");
    let elsewhere = flags(Some("https://ph.example.org"), Some("9"));
    for (flags, variables, key, project) in [
        (&elsewhere, &[][..], "phx_file", 9),
        (&elsewhere, &[("WHTUI_API_KEY", KEY)], KEY, 9),
        (&Flags::default(), &[("WHTUI_HOST", "https://ph.example.org")], "phx_file", 3),
    ] {
        let resolved = from(flags, variables, &stored);
        assert_eq!(found(resolved), expected("https://ph.example.org", key, project, false));
    }
    let Pair::MustConfirm { host_from, key_from } = from(&elsewhere, &[], &stored).unwrap().pair else { panic!() };
    assert_eq!((host_from.as_str(), key_from.as_str()), ("--host", FILE));
    // The key would have gone there without the flag, too.
    assert_eq!(found(from(&flags(Some("us.posthog.com"), None), &[], &stored)), expected(DEFAULT, "phx_file", 3, true));
}

#[test]
fn variables_of_the_other_program_follow_its_rules() {
    let legacy = [("POSTHOG_CLI_TOKEN", "phx_old"), ("POSTHOG_CLI_ENV_ID", "5")];
    assert_eq!(found(env(&legacy)), expected(DEFAULT, "phx_old", 5, true));
    let mixed = [("POSTHOG_CLI_TOKEN", "phx_old"), ("POSTHOG_CLI_API_KEY", "phx_new"), ("POSTHOG_CLI_PROJECT_ID", "6")];
    assert_eq!(found(env(&mixed)), expected(DEFAULT, "phx_new", 6, true));
    // A key without its project does not count, and neither does a host.
    let half = [("POSTHOG_CLI_API_KEY", KEY), ("POSTHOG_CLI_HOST", "https://eu.posthog.com")];
    let error = env(&half).unwrap_err();
    assert!(error.to_string().contains("POSTHOG_CLI_PROJECT_ID is not set"), "{error}");
    let stored = from(&Flags::default(), &half, &login("null", "phx_file", "3"));
    assert_eq!(stored.as_ref().unwrap().notes.len(), 1);
    assert_eq!(found(stored), expected(DEFAULT, "phx_file", 3, true));
}

#[test]
fn what_can_be_no_key_is_said_without_repeating_it() {
    for (key, word) in [
        ("", "empty"),
        (" \n", "empty"),
        ("phc_planted", "project token"),
        ("phs_planted", "project secret"),
        ("phx_planted\n", "spaces"),
        ("Bearer phx_planted", "spaces"),
        ("phx_plantéd", "characters"),
        ("phx_pla\u{7}nted", "characters"),
    ] {
        let error = env(&[("WHTUI_API_KEY", key)]).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains("WHTUI_API_KEY") && shown.contains(word), "{shown}");
        assert!(!shown.contains("plant") && !shown.contains("pla\u{7}"), "{shown}");
    }
}

#[test]
fn what_can_be_no_host_or_project_is_said_in_one_sentence() {
    for (name, value, words) in [
        ("WHTUI_HOST", "https://us.i.posthog.com", "use https://us.posthog.com."),
        ("WHTUI_HOST", "http://ph.example.org", "--allow-http"),
        ("WHTUI_HOST", "https://me:planted@ph.example.org", "password"),
        ("WHTUI_HOST", "", "is empty"),
        ("WHTUI_PROJECT", "@current", "positive whole number"),
        ("WHTUI_PROJECT", "0", "positive whole number"),
        ("WHTUI_PROJECT", "-1", "positive whole number"),
        ("WHTUI_PROJECT", "99999999999999999999999", "positive whole number"),
        ("WHTUI_PROJECT", "planted", "positive whole number"),
        ("WHTUI_PROJECT", "", "positive whole number"),
    ] {
        let error = env(&[("WHTUI_API_KEY", KEY), (name, value)]).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(name) && shown.contains(words), "{shown}");
        assert!(!shown.contains("planted"), "{shown}");
    }
    let allowed = Flags { allow_http: true, ..flags(Some("http://ph.example.org"), None) };
    let resolved = from(&allowed, &[("WHTUI_API_KEY", KEY)], &CredentialsFile::Absent);
    assert_eq!(found(resolved).0, "http://ph.example.org");
}

#[test]
fn without_a_key_the_next_step_is_said() {
    let error = env(&[("WHTUI_HOST", "https://eu.posthog.com")]).unwrap_err();
    assert_eq!(error, ConfigError::NoKey { notes: Vec::new() });
    assert!(error.to_string().contains("WHTUI_API_KEY"));
}

const PROFILES: &str = r#"
[profiles.file]
host = "https://eu.posthog.com"
project = 11
api_key = "phx_of_file"
read_only = true
[profiles.env]
host = "https://ph.example.org"
api_key_env = "MY_KEY"
protected = true
[profiles.command]
project = 12
api_key_command = ["phx", "of", "command"]
[profiles.cli]
posthog_cli = true
[profiles.cli-elsewhere]
posthog_cli = true
host = "https://ph.example.org"
[profiles.http]
host = "http://ph.example.org"
allow_http = true
api_key = "phx_of_http"
"#;

fn profile(name: &str) -> Flags {
    Flags { profile: Some(name.to_owned()), ..Flags::default() }
}

#[test]
fn a_profile_brings_host_key_and_project() {
    let eu = "https://eu.posthog.com";
    let stored = login(r#""https://eu.posthog.com""#, "phx_cli", "3");
    let mine = [("MY_KEY", "phx_of_env")];
    let of = |name: &str| with_config(&profile(name), &mine, PROFILES, &stored);
    assert_eq!(found(of("file")), expected(eu, "phx_of_file", 11, true));
    assert_eq!(found(of("env")), expected("https://ph.example.org", "phx_of_env", 0, true));
    assert_eq!(found(of("command")), expected(DEFAULT, "phx_of_command", 12, true));
    assert_eq!(found(of("cli")), expected(eu, "phx_cli", 3, true));
    assert_eq!(found(of("cli-elsewhere")), expected("https://ph.example.org", "phx_cli", 3, false));
    assert_eq!(found(of("http")), expected("http://ph.example.org", "phx_of_http", 0, true));
    let in_use = of("file").unwrap().profile.unwrap();
    assert_eq!((in_use.name.as_str(), in_use.read_only, in_use.protected), ("file", true, false));
    assert!(of("env").unwrap().profile.unwrap().protected);
    let Pair::MustConfirm { host_from, key_from } = of("cli-elsewhere").unwrap().pair else { panic!() };
    assert_eq!((host_from.as_str(), key_from.as_str()), ("the profile cli-elsewhere", FILE));
}

#[test]
fn profiles_stand_between_the_environment_and_the_stored_login() {
    let stored = login("null", "phx_cli", "3");
    let none = Flags::default();
    let one = "[profiles.only]\nhost = \"https://eu.posthog.com\"\nproject = 4\napi_key = \"phx_only\"";
    let default = format!("default_profile = \"command\"\n{PROFILES}");
    let of =
        |flags: &Flags, variables: &[(&str, &str)], config: &str| found(with_config(flags, variables, config, &stored));
    let eu = "https://eu.posthog.com";
    assert_eq!(of(&none, &[], one), expected(eu, "phx_only", 4, true));
    assert_eq!(of(&none, &[], &default), expected(DEFAULT, "phx_of_command", 12, true));
    let cli = [("POSTHOG_CLI_API_KEY", "phx_env"), ("POSTHOG_CLI_PROJECT_ID", "2")];
    assert_eq!(of(&none, &[("WHTUI_API_KEY", KEY)], one), expected(DEFAULT, KEY, 0, true));
    assert_eq!(of(&none, &cli, one), expected(DEFAULT, "phx_env", 2, true));
    // A profile that is named beats the environment; a variable names one, too.
    let own = [("WHTUI_API_KEY", KEY), ("WHTUI_HOST", "https://ph.example.org"), ("WHTUI_PROJECT", "9")];
    assert_eq!(of(&profile("file"), &own, PROFILES), expected(eu, "phx_of_file", 11, true));
    assert_eq!(of(&none, &[("WHTUI_PROFILE", "file")], PROFILES), expected(eu, "phx_of_file", 11, true));
    let both = with_config(&none, &[("WHTUI_PROFILE", "file"), own[0]], PROFILES, &stored).unwrap();
    assert!(both.notes[0].contains("WHTUI_API_KEY is ignored"), "{:?}", both.notes);
    // A variable or flag beside it may name another project freely, and another host with a question.
    let beside = [("WHTUI_PROFILE", "file"), own[1], own[2]];
    assert_eq!(of(&none, &beside, PROFILES), expected("https://ph.example.org", "phx_of_file", 9, false));
    let flags = Flags { project: Some("8".to_owned()), ..profile("file") };
    assert_eq!(of(&flags, &beside, PROFILES), expected(eu, "phx_of_file", 8, true));
    let flags = Flags { host: Some("ph.example.org".to_owned()), ..profile("file") };
    assert_eq!(of(&flags, &[], PROFILES), expected("https://ph.example.org", "phx_of_file", 11, false));
}

#[test]
fn profiles_that_lead_nowhere_are_explained() {
    let of = |flags: &Flags, config: &str| {
        with_config(flags, &[], config, &CredentialsFile::Absent).unwrap_err().to_string()
    };
    let told = of(&profile("fil"), PROFILES);
    assert!(told.starts_with("There is no profile fil; there are: file, env,"), "{told}");
    assert!(of(&profile("phx_planted"), "").contains("There is no profile ***; there are none yet"));
    assert!(of(&Flags::default(), PROFILES).contains("--profile"));
    assert!(of(&profile("env"), PROFILES).contains("the variable MY_KEY, which is not set"));
    assert!(of(&profile("cli"), PROFILES).contains("has stored none"));
}

#[test]
fn a_stored_login_may_be_odd_or_broken() {
    for env_id in ["3", r#""3""#, r#"" 3 ""#] {
        assert_eq!(found(from(&Flags::default(), &[], &login("null", "phx_file", env_id))).2, 3, "{env_id}");
    }
    let more = file("\u{feff}{\"token\": \"phx_file\", \"host\": \"\", \"env_id\": null, \"more\": [1]}");
    assert_eq!(found(from(&Flags::default(), &[], &more)), expected(DEFAULT, "phx_file", 0, true));
    for (text, line) in [
        ("", 1),
        ("{\n\"token\": \"phx_planted\",\n", 3),
        ("{\"host\": null,\n\"token\": [\"phx_planted\"]}", 2),
        ("{\"host\": null}", 1),
        ("\"phx_planted\"", 1),
        ("{\"token\": \"a\",\n\n\"env_id\": \"3\", \"host\": 7}", 3),
    ] {
        let error = from(&Flags::default(), &[], &file(text)).unwrap_err();
        assert_eq!(error, ConfigError::Malformed { path: FILE.to_owned(), line }, "{text}");
        assert!(!error.to_string().contains("planted"));
        // A better place is not disturbed by it.
        assert!(from(&Flags::default(), &[("WHTUI_API_KEY", KEY)], &file(text)).is_ok());
    }
}

#[test]
fn the_file_is_looked_for_where_the_other_program_puts_it() {
    let path = |variables: &[(&str, &str)]| {
        let variables: HashMap<_, _> = variables.iter().copied().collect();
        credentials_path(&|name| variables.get(name).map(|value| (*value).to_owned()))
    };
    assert_eq!(path(&[("HOME", "/home/me")]), Some(FILE.into()));
    assert_eq!(path(&[("HOME", "/home/me"), ("POSTHOG_HOME", "/x")]), Some("/x/credentials.json".into()));
    assert_eq!(path(&[("POSTHOG_HOME", "")]), None);
}

#[cfg(unix)]
#[test]
fn a_file_on_disk_is_read_with_a_word_about_its_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("credentials.json");
    assert!(matches!(CredentialsFile::read(&path), CredentialsFile::Absent));
    assert!(matches!(CredentialsFile::read(directory.path()), CredentialsFile::Unreadable { .. }));
    std::fs::write(&path, r#"{"host": null, "token": "phx_planted", "env_id": "3"}"#).unwrap();
    for (mode, notes) in [(0o600, 0), (0o644, 1)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let read = CredentialsFile::read(&path);
        assert!(!format!("{read:?}").contains("planted"));
        let resolved = from(&Flags::default(), &[], &read).unwrap();
        assert_eq!(resolved.notes.len(), notes, "{mode:o}");
        assert!(!format!("{resolved:?}").contains("planted"));
    }
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(matches!(CredentialsFile::read(&path), CredentialsFile::Unreadable { .. }));
}

proptest! {
    #[test]
    fn any_input_is_resolved_or_explained(
        flag in prop::option::of(any::<String>()),
        project in prop::option::of(any::<String>()),
        values in prop::collection::vec(prop::option::of(any::<String>()), 8),
        text in any::<String>(),
    ) {
        let names = ["WHTUI_API_KEY", "WHTUI_HOST", "WHTUI_PROJECT", "POSTHOG_CLI_API_KEY", "POSTHOG_CLI_TOKEN",
            "POSTHOG_CLI_PROJECT_ID", "POSTHOG_CLI_ENV_ID", "POSTHOG_CLI_HOST"];
        let env = |name: &str| values[names.iter().position(|known| *known == name)?].clone();
        let flags = Flags { host: flag, project, allow_http: true, profile: None };
        let run = |_: &[String]| unreachable!("there is no command");
        let around = Around { env: &env, config: &Config::default(), login: &file(&text), run: &run };
        match resolve(&flags, &around) {
            Ok(resolved) => prop_assert!(!resolved.key.expose_secret().is_empty()),
            Err(error) => prop_assert!(!error.to_string().is_empty() && !error.to_string().contains('\n')),
        }
    }
}
