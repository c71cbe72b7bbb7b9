use super::*;
use crate::app::commands::{COMMANDS, CommandId};
use crate::app::key::Key;
use crate::warehouse::secret::Secret;
use proptest::prelude::*;

fn mistakes(text: &str) -> Vec<String> {
    let list = Config::parse(text, false).unwrap_err();
    let at = |mistake: &Mistake| mistake.at.map_or("-".to_owned(), |(line, column)| format!("{line}:{column}"));
    list.iter().map(|mistake| format!("{} {}", at(mistake), mistake.message)).collect()
}

#[test]
fn all_of_it_is_read() {
    let config = Config::parse(
        r#"
default_profile = "prod"
[profiles.prod]
host = "https://eu.posthog.com/"
project = 12345
api_key_command = ["op", "read", "op://Work/PostHog/key"]
protected = true
[profiles.staging]
project = "678"
api_key_env = "STAGING_KEY"
read_only = true
[profiles.cli]
posthog_cli = true
[profiles.own]
host = "http://ph.internal"
allow_http = true
posthog_cli = false
api_key = "phx_planted"
[ui]
ascii = true
mouse = false
[keys]
reload = ["c", "f6"]
cancel = "r"
resync = []
"#,
        false,
    )
    .unwrap();
    assert_eq!(config.default_profile.as_deref(), Some("prod"));
    let names: Vec<_> = config.profiles.iter().map(|profile| profile.name.as_str()).collect();
    assert_eq!(names, ["prod", "staging", "cli", "own"]);
    let prod = config.profile("prod").unwrap();
    assert_eq!(prod.host.as_ref().unwrap().as_str(), "https://eu.posthog.com");
    assert_eq!((prod.project.unwrap().get(), prod.protected, prod.read_only), (12345, true, false));
    assert!(matches!(&prod.key, KeySource::Command(words) if words.len() == 3 && words[0] == "op"));
    let staging = config.profile("staging").unwrap();
    assert!(matches!(&staging.key, KeySource::Variable(name) if name == "STAGING_KEY"));
    assert_eq!((staging.project.unwrap().get(), staging.read_only, staging.host.is_none()), (678, true, true));
    assert!(matches!(config.profile("cli").unwrap().key, KeySource::PostHogCli));
    assert!(matches!(config.profile("own").unwrap().key, KeySource::Stored(_)));
    assert!(!format!("{config:?}").contains("planted"));
    assert_eq!(config.ui, Ui { ascii: true, mouse: false, ..Ui::default() });
    assert_eq!(config.keymap.command(Key::parse("c").unwrap()), Some(CommandId::Reload));
    assert_eq!(config.keymap.command(Key::parse("r").unwrap()), Some(CommandId::Cancel));
    assert!(config.keymap.keys(CommandId::Resync).is_empty());
}

#[test]
fn all_mistakes_are_told_at_once_with_their_places() {
    let text = r#"default_profile = "prd"
colours = 1
[profiles.prod]
hots = "https://eu.posthog.com"
project = "twelve"
api_key = "phc_planted"
[profiles.two]
host = "http://ph.example.org"
api_key_env = "A"
api_key_command = "op read"
read_only = "yes"
[profiles.none]
project = 0
[profiles."a b"]
posthog_cli = true
[ui]
ascci = true
mouse = 1
[keys]
reload = "c"
relaod = "x"
sort = ["ctrl-i", "Ctrl+S", 7]
quit-now = "q"
filter = "n"
mark = "n"
"#;
    assert_eq!(
        mistakes(text),
        [
            "1:19 there is no profile `prd`; did you mean `prod`?",
            "2:1 there is no setting `colours` at the top of the file; did you mean `columns`?",
            "4:1 there is no setting `hots` in a profile; did you mean `host`?",
            "5:11 `project` is a number, not a text",
            "6:11 the key is a public project token (phc_), which only sends events; use a personal API key (it begins \
             with phx_)",
            "8:8 the host begins with http://, which would send the API key unencrypted; use https://, or add \
             allow_http = true to this profile",
            "10:1 a profile has one key, but `api_key_env` stands in line 9 and `api_key_command` here",
            "11:13 `read_only` is true or false, not a text",
            "12:11 the profile none does not say where its key comes from: give it one of `api_key_env`, \
             `api_key_command`, `api_key`, `posthog_cli`",
            "13:11 `project` must be a positive whole number",
            "14:11 the name of a profile has 1 to 32 letters, digits, `-` and `_`; `a b` is none",
            "17:1 there is no setting `ascci` in [ui]; did you mean `ascii`?",
            "18:9 `mouse` is true or false, not a number",
            "20:10 the key `c` is claimed by both reload and cancel: cancel has it by default (give cancel another \
             key, or `cancel = []`)",
            "21:1 there is no command `relaod`; did you mean `reload`?",
            "22:9 `ctrl-i` (for sort) is the same as `tab` in a terminal; write that",
            "22:19 `Ctrl+S` (for sort) is not a key; did you mean `ctrl-s`?",
            "22:29 the keys of sort are a text or a list of texts, not a number",
            "23:12 quit-now works while a text is typed, too, and `q` would be missing there; take one with ctrl-",
            "24:10 the key `n` is claimed by both filter and next-problem: next-problem has it by default (give \
             next-problem another key, or `next-problem = []`)",
            "25:8 the key `n` is claimed by both mark and filter: filter in line 24",
        ]
    );
}

#[test]
fn other_mistakes_are_told_too() {
    for (text, expected) in [
        ("profiles = 1", "1:12 `profiles` is a table, written [profiles], not a number"),
        ("[profiles]\nprod = 1", "2:8 `profiles.prod` is a table, written [profiles.prod], not a number"),
        ("default_profile = \"x\"", "1:19 there is no profile `x`"),
        (
            "[profiles.p]\napi_key_command = \"op read\"",
            "2:19 `api_key_command` is a list of words, as it is run without a shell, for example [\"op\", \"read\", \
             \"op://Work/PostHog/key\"], not a text",
        ),
        (
            "[profiles.p]\napi_key_command = []",
            "2:19 `api_key_command` names no program; for example [\"op\", \"read\", \"op://Work/PostHog/key\"]",
        ),
        (
            "[profiles.p]\napi_key_env = \"phx_planted\"",
            "2:15 `api_key_env` is the name of a variable, and this looks like the key itself; put that into `api_key`",
        ),
        ("[profiles.p]\napi_key_env = \"A B\"", "2:15 `api_key_env` is no name of a variable"),
        ("[profiles.p]\nposthog_cli = 1", "2:15 `posthog_cli` is true or false, not a number"),
        (
            "[keys]\nquit = []\nquit-now = []",
            "2:8 neither `quit` nor `quit-now` has a key, so that there is no way out",
        ),
        (
            "[keys]\nredraw = \"enter\"",
            "2:10 redraw works while a text is typed, too, and `enter` would be missing there; take one with ctrl-",
        ),
    ] {
        assert_eq!(mistakes(text), [expected], "{text}");
    }
    let broken = mistakes("[profiles.p\napi_key = \"phx_planted\"\n");
    assert!(broken[0].starts_with("1:") && broken[0].contains("this is no TOML"), "{broken:?}");
    let twice = mistakes("[ui]\nascii = true\nascii = true\nphx_planted = 1\nphx_planted = 2");
    assert!(twice[0].starts_with("3:"), "{twice:?}");
    assert!(!format!("{broken:?}{twice:?}").contains("planted"), "{broken:?} {twice:?}");
}

#[test]
fn what_is_written_first_settles_nothing_and_names_everything() {
    let config = Config::parse(&template(), false).unwrap();
    assert!(config.profiles.is_empty() && config.default_profile.is_none() && config.ui == Ui::default());
    // Without the marks of comments its examples are free of mistakes, too, but for the key that is none.
    let awake = |line: &str| {
        line.strip_prefix('#').filter(|rest| !rest.starts_with(' ')).unwrap_or(line).replace("phx_…", "phx_x")
    };
    let awake: Vec<String> = template().lines().map(awake).collect();
    let awake = awake.join("\n");
    let config = Config::parse(&awake, false).unwrap();
    assert_eq!(config.profiles.len(), 4);
    for setting in SETTINGS.iter().filter(|setting| !matches!(setting.scope, Scope::Keys | Scope::Filters)) {
        assert!(awake.contains(&format!("{} = ", setting.name)), "{} is not in the template", setting.name);
    }
    for command in COMMANDS {
        assert!(awake.contains(&format!("\n{} = [", command.name)), "{} is not in the template", command.name);
    }
}

#[test]
fn a_profile_is_added_and_the_rest_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/config.toml");
    let profile = |name: &str| NewProfile {
        name: name.to_owned(),
        host: "https://eu.posthog.com".to_owned(),
        project: 7,
        key: Secret::from("phx_\"planted\\"),
        allow_http: false,
    };
    save(&path, &profile("prod")).unwrap();
    let config = Config::load(&path, false).unwrap().unwrap();
    assert_eq!(config.default_profile.as_deref(), Some("prod"));
    assert!(
        matches!(&config.profiles[0].key, KeySource::Stored(key) if secrecy::ExposeSecret::expose_secret(key) == "phx_\"planted\\")
    );
    let before = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("# mine\n{before}[ui]\nascii = true")).unwrap();
    save(&path, &profile("other")).unwrap();
    let after = std::fs::read_to_string(&path).unwrap();
    assert!(after.starts_with(&format!("# mine\n{before}[ui]\nascii = true\n")), "{after}");
    let config = Config::load(&path, false).unwrap().unwrap();
    assert_eq!((config.profiles.len(), config.default_profile.as_deref()), (2, Some("prod")));
    assert!(matches!(save(&path, &profile("other")), Err(SaveError::Name(_))));
    assert!(matches!(save(&path, &profile("a b")), Err(SaveError::Name(_))));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), after);
    std::fs::write(&path, "what = ").unwrap();
    assert!(matches!(save(&path, &profile("x")), Err(SaveError::File(_))));
    assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1, "nothing is left over");
    std::fs::remove_file(&path).unwrap();
    init(&path).unwrap();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), template());
    assert_eq!(init(&path).unwrap_err().kind(), ErrorKind::AlreadyExists);
    save(&path, &profile("first")).unwrap();
    assert!(std::fs::read_to_string(&path).unwrap().contains(&template()));
}

#[cfg(unix)]
#[test]
fn permissions_are_looked_at_first() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("it's.toml");
    let mode = |mode| std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    let of = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert!(Config::load(&path, false).unwrap().is_none());
    std::fs::write(&path, "[profiles.p]\napi_key_env = \"X\"\nhots = 1").unwrap();
    mode(0o644);
    let told = Config::load(&path, false).unwrap_err();
    assert_eq!(told.list.len(), 1);
    for writable in [0o620, 0o602, 0o666] {
        mode(writable);
        let told = Config::load(&path, false).unwrap_err();
        assert_eq!((told.list.len(), told.list[0].at), (2, None));
        let text = told.to_string();
        assert!(
            text.contains("may change it") && text.contains(r"chmod 600 '") && text.contains(r"it'\''s.toml'"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.starts_with(&told.path)), "{text}");
    }
    std::fs::write(&path, "[profiles.p]\napi_key = \"phx_planted\"").unwrap();
    for (readable, fine) in [(0o600, true), (0o400, true), (0o640, false), (0o604, false)] {
        mode(readable);
        let told = Config::load(&path, false);
        assert_eq!(told.is_ok(), fine, "{readable:o}");
        let text = told.err().map_or(String::new(), |told| told.to_string());
        assert!(fine || (text.contains("can read it") && text.contains("chmod 600")), "{text}");
        assert!(!text.contains("planted"));
    }
    // A key in a text that cannot be read is a key all the same.
    std::fs::write(&path, "[profiles.p]\napi_key = \"phx_planted").unwrap();
    mode(0o644);
    assert!(Config::load(&path, false).unwrap_err().to_string().contains("can read it"));
    // A key is only ever put into a private file.
    std::fs::write(&path, "# mine\n").unwrap();
    let profile = NewProfile {
        name: "p".to_owned(),
        host: "https://eu.posthog.com".to_owned(),
        project: 7,
        key: Secret::from("phx_planted"),
        allow_http: false,
    };
    mode(0o666);
    assert!(matches!(save(&path, &profile), Err(SaveError::File(_))));
    mode(0o644);
    save(&path, &profile).unwrap();
    assert_eq!(of(), 0o600);
    std::fs::write(&path, [b'a', b'\n', 0xff]).unwrap();
    assert!(Config::load(&path, false).unwrap_err().to_string().contains("line 2 is not UTF-8"));
}

/// Pieces of such files, right and wrong.
fn piece() -> impl Strategy<Value = String> {
    let names: Vec<String> = SETTINGS
        .iter()
        .map(|setting| setting.name.to_owned())
        .chain(COMMANDS.iter().map(|command| command.name.to_owned()))
        .collect();
    let value = prop_oneof![
        Just("true".to_owned()),
        "[0-9]{1,21}",
        "\"[a-z:/ .-]{0,12}\"",
        Just("[]".to_owned()),
        Just("[\"op\", 1]".to_owned()),
        Just("{ a = 1 }".to_owned()),
        Just("\"phx_planted\"".to_owned()),
        any::<String>(),
    ];
    prop_oneof![
        (prop::sample::select(names), value).prop_map(|(name, value)| format!("{name} = {value}\n")),
        "\\[(profiles\\.[a-z]{1,3}|ui|keys|x)\\]\n",
        any::<String>().prop_map(|text| format!("{text}\n")),
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_or_explained(pieces in prop::collection::vec(piece(), 0..12), allow_http in any::<bool>()) {
        let text = pieces.concat();
        let lines = text.split('\n').count();
        match Config::parse(&text, allow_http) {
            Ok(config) => {
                let shown = format!("{config:?}");
                prop_assert!(!shown.contains("planted"));
            }
            Err(mistakes) => {
                prop_assert!(!mistakes.is_empty());
                for mistake in mistakes {
                    let (line, column) = mistake.at.expect("a mistake in a text has a place");
                    prop_assert!((1..=lines).contains(&line) && column >= 1, "{line}:{column} of {lines} lines");
                    prop_assert!(!mistake.message.is_empty());
                    prop_assert!(!mistake.message.chars().any(char::is_control), "{:?}", mistake.message);
                    prop_assert!(!mistake.message.contains("planted"), "{:?}", mistake.message);
                }
            }
        }
    }
}

#[test]
fn looks_have_their_mistakes_told_where_they_stand() {
    let config = Config::parse("[ui]\ntheme = \"light\"\nannounce = [\"bell\"]\n", false).unwrap();
    assert_eq!((config.ui.theme, config.ui.announce.bell, config.ui.announce.title), ("light", true, false));
    let told = mistakes("[ui]\ntheme = \"pink\"\nannounce = [\"smoke\"]\n");
    assert!(told[0].starts_with("2:9 there is no theme `pink`; there are auto, dark"), "{told:?}");
    assert_eq!(told[1], "3:13 nothing is announced by `smoke`; there are title, bell, desktop");
}

#[cfg(unix)]
#[test]
fn a_file_that_can_be_exchanged_is_not_believed() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, "").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    for (mode, fine) in [(0o700, true), (0o755, true), (0o777, false), (0o1777, true)] {
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(Config::load(&path, false).is_ok(), fine, "{mode:o}");
    }
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let told = Config::load(&path, false).unwrap_err().to_string();
    assert!(told.contains("everybody may write to its folder"), "{told}");
}

#[test]
fn filters_are_read_in_their_order_and_their_terms_looked_at() {
    let config = Config::parse(
        "[ui]\nremember = false\n[filters]\nbroken = \"state:broken !type:stripe\"\n\"a b\" = \" orders \"\n",
        false,
    )
    .unwrap();
    assert!(!config.ui.remember);
    let filters: Vec<_> = config.filters.iter().map(|saved| (saved.name.as_str(), saved.filter.as_str())).collect();
    assert_eq!(filters, [("broken", "state:broken !type:stripe"), ("a b", "orders")]);
    assert_eq!(
        mistakes("[filters]\na = \"stat:x\"\n\" b\" = \"x\"\nc = 1\nd = \"x\\ny\"\n"),
        [
            "2:5 the filter `a`: There is no term stat:, did you mean state:?",
            "3:1 the name of a filter begins and ends with a letter, and has no control characters; ` b` is none",
            "4:5 `filters.c` is a text in quotes, not a number",
            "5:5 a filter is one line",
        ]
    );
}

#[test]
fn links_are_wanted_or_not_or_as_the_terminal_is() {
    for (text, wanted) in
        [("", None), ("links = \"auto\"", None), ("links = true", Some(true)), ("links = false", Some(false))]
    {
        assert_eq!(Config::parse(&format!("[ui]\n{text}\n"), false).unwrap().ui.links, wanted, "{text}");
    }
    assert_eq!(mistakes("[ui]\nlinks = \"yes\"\n"), ["2:9 `links` is \"auto\", true or false, not `yes`"]);
    assert_eq!(mistakes("[ui]\nlinks = 1\n").len(), 1);
}

#[test]
fn a_profile_may_have_columns_of_its_own() {
    let config = Config::parse(
        "[columns]\ntables = \"state, name, rows\"\nsources = \"state, name, type\"\n\
         [profiles.own]\nproject = 1\napi_key_env = \"A\"\ncolumns = [\"state\", \"name:40\", \"synced\"]\n",
        false,
    )
    .unwrap();
    assert!(config.columns_of(None).tables.to_string().contains("rows"));
    let own = config.columns_of(Some("own"));
    assert_eq!(own.tables.to_string(), "state, name:40, synced");
    assert_eq!(own.sources.to_string(), config.columns.sources.to_string());
    assert_eq!(
        mistakes("[profiles.own]\nproject = 1\napi_key_env = \"A\"\nsource_columns = 3\n"),
        ["4:18 `source_columns` is a list of columns, not a number"]
    );
}
