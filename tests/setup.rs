//! Profiles, the first screen and protected profiles: by keys alone, and as they look at three sizes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

use whtui::app::effect::{Destination, Effect, Login, ProfileDraft};
use whtui::app::message::{Event, Greeting, NotGreeted, NotSaved, Sent};
use whtui::app::model::Screen;
use whtui::app::model::welcome::{Field, Stage};
use whtui::app::settings::manner::Manner;
use whtui::app::settings::{Offer, Settings, Setup, Start};
use whtui::warehouse::account::{Key, Project};
use whtui::warehouse::failure::FailureKind;
use whtui::warehouse::field::Field as Told;
use whtui::warehouse::ids::ProjectId;
use whtui::warehouse::text::Foreign;
use world::{Desk, project, settings};

const SIZES: [(u16, u16); 3] = [(140, 40), (80, 24), (60, 16)];

/// A key that must be nowhere.
const KEY: &str = "phx_planted0123456789";

macro_rules! screen {
    ($name:ident, $make:expr) => {
        #[test]
        fn $name() {
            for (width, height) in SIZES {
                let make: fn(u16, u16) -> Desk = $make;
                let shown = make(width, height).screen();
                assert!(!shown.contains("planted"), "the key is shown");
                insta::assert_snapshot!(format!("{}_{width}x{height}", stringify!($name)), shown);
            }
        }
    };
}

fn offer(name: &str, place: &str) -> Offer {
    Offer {
        name: name.to_owned(),
        place: place.to_owned(),
        read_only: false,
        protected: false,
        manner: Manner::default(),
    }
}

fn setup() -> Setup {
    Setup {
        profile: Some("prod".to_owned()),
        profiles: vec![
            Offer { protected: true, ..offer("prod", "https://eu.posthog.com, project 42") },
            Offer { read_only: true, ..offer("staging", "project 678") },
            offer("own", "https://posthog.internal.example.org"),
        ],
        file: Some("/home/ada/.config/whtui/config.toml".to_owned()),
        ..Setup::default()
    }
}

fn protected() -> Settings {
    Settings { setup: Setup { protected: true, ..setup() }, ..settings() }
}

/// Nothing is known yet.
fn first(width: u16, height: u16) -> Desk {
    let reason = "No API key was found: enter one here, or try the demo.".to_owned();
    let setup = Setup { profile: None, profiles: Vec::new(), ..setup() };
    Desk::new(Settings { start: Start::Welcome { reason }, setup, ..settings() }, width, height)
}

fn greeting(names: &[&str], scopes: &[&str]) -> Greeting {
    let project = |(index, name): (usize, &&str)| Project {
        id: ProjectId::new(index as u64 * 7 + 3).unwrap(),
        name: Foreign::new(name),
        timezone: Told::Unknown,
    };
    Greeting {
        key: Key { scopes: Some(scopes.iter().map(|scope| Foreign::new(scope)).collect()), ..Key::default() },
        projects: names.iter().enumerate().map(project).collect(),
        whole: true,
    }
}

const WRITES: &[&str] = &["external_data_source:write", "project:read"];

/// Host and key were entered, and the server is asked.
fn asked(mut desk: Desk) -> (Desk, u64, Login) {
    desk.press(&["right", "right", "tab"])
        .type_in("posthog.example.org")
        .press(&["tab"])
        .type_in(KEY)
        .press(&["enter"]);
    let Some(Effect::Greet(round, login)) = desk.others.pop() else { panic!("the server is asked") };
    (desk, round, login)
}

fn answered(desk: Desk, greeting: Greeting) -> Desk {
    let (mut desk, round, _) = asked(desk);
    desk.happen(Event::Greeted(round, Ok(Box::new(greeting))));
    desk
}

fn refused(desk: Desk, why: NotGreeted) -> Desk {
    let (mut desk, round, _) = asked(desk);
    desk.happen(Event::Greeted(round, Err(why)));
    desk
}

screen!(first_screen, first);
screen!(first_screen_asking, |width, height| asked(first(width, height)).0);
screen!(first_screen_with_a_rejected_key, |width, height| {
    let why = "The server does not know this key; copy it again, or check that it belongs to this host.";
    refused(first(width, height), NotGreeted::Key(why.to_owned()))
});
screen!(first_screen_with_a_wrong_host, |width, height| {
    let why = "No connection (dns error: failed to lookup address information); check the host and your network.";
    refused(first(width, height), NotGreeted::Host(why.to_owned()))
});
screen!(first_screen_projects, |width, height| {
    let names: Vec<String> = (1..40).map(|number| format!("Project number {number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).chain(["\u{1b}[31mred\u{202e}", ""]).collect();
    let mut desk = answered(first(width, height), greeting(&names, WRITES));
    desk.press(&["down", "down"]);
    desk
});
screen!(first_screen_project_by_number, |width, height| {
    let unknown = Greeting { whole: false, ..greeting(&[], WRITES) };
    let mut desk = answered(first(width, height), unknown);
    desk.type_in("4711");
    desk
});
screen!(first_screen_saving, |width, height| {
    answered(first(width, height), greeting(&["Acme production"], &["external_data_source:read"]))
});
screen!(first_screen_name_taken, |width, height| {
    let mut desk = answered(first(width, height), greeting(&["Acme production"], WRITES));
    desk.press(&["enter"]);
    let Some(Effect::SaveProfile(round, _)) = desk.others.pop() else { panic!("it is written down") };
    let taken = "There is a profile of this name already; choose another.".to_owned();
    desk.happen(Event::ProfileSaved(round, Err(NotSaved::Name(taken))));
    desk
});
screen!(first_screen_file_refused, |width, height| {
    let mut desk = answered(first(width, height), greeting(&["Acme production"], WRITES));
    desk.press(&["enter"]);
    let Some(Effect::SaveProfile(round, _)) = desk.others.pop() else { panic!("it is written down") };
    let why = "/home/ada/.config/whtui/config.toml cannot be written (Permission denied (os error 13)).".to_owned();
    desk.happen(Event::ProfileSaved(round, Err(NotSaved::File(why))));
    desk
});
screen!(profiles_to_start_with, |width, height| {
    let reason =
        "Not connected: The command for the key, `op`, failed (exit status: 1): you are not signed in.".to_owned();
    let setup = Setup { profile: None, ..setup() };
    Desk::new(Settings { start: Start::Welcome { reason }, setup, ..settings() }, width, height)
});
screen!(profiles, |width, height| {
    let mut desk = Desk::reading(Settings { setup: setup(), ..settings() }, width, height, project());
    desk.press(&["P", "j"]);
    desk
});
screen!(profiles_while_something_is_under_way, |width, height| {
    let mut desk = Desk::reading(Settings { setup: setup(), ..settings() }, width, height, project());
    desk.go_to_table("shop", "public.orders").press(&["r", "P", "j", "enter"]);
    desk
});
screen!(protected_profile, |width, height| {
    let mut desk = Desk::reading(protected(), width, height, project());
    desk.go_to_table("shop", "public.orders").press(&["p"]);
    desk
});
screen!(protected_profile_with_a_wrong_name, |width, height| {
    let mut desk = Desk::reading(protected(), width, height, project());
    desk.go_to_table("shop", "public.orders").press(&["p"]).type_in("prd").press(&["enter"]);
    desk
});
screen!(read_only_profile, |width, height| {
    let setup = Setup { profile: Some("staging".to_owned()), read_only: true, ..setup() };
    let mut desk = Desk::reading(Settings { setup, read_only: true, ..settings() }, width, height, project());
    desk.go_to_table("shop", "public.orders").press(&["r"]);
    desk
});

#[test]
fn the_first_screen_leads_to_a_connection() {
    let (_, _, login) = asked(first(140, 40));
    assert_eq!(login.origin.as_str(), "https://posthog.example.org");
    assert_eq!((login.key.expose(), login.profile.as_deref()), (KEY, None));
    let mut desk = answered(first(140, 40), greeting(&["One", "Two", "Two and a half"], WRITES));
    assert_eq!(desk.model.welcome.stage, Stage::Choosing);
    desk.type_in("two").press(&["down", "enter"]);
    assert_eq!(desk.model.welcome.name.value(), "two-and-a-half");
    desk.press(&["enter"]);
    let Some(Effect::SaveProfile(round, draft)) = desk.others.pop() else { panic!("it is written down") };
    let id = ProjectId::new(17).unwrap();
    let expected =
        ProfileDraft { name: "two-and-a-half".to_owned(), login: login.clone(), project: id, allow_http: false };
    assert_eq!(draft, expected);
    desk.happen(Event::ProfileSaved(round, Ok(())));
    let with = |profile: Option<&str>| {
        let login = Login { profile: profile.map(str::to_owned), ..login.clone() };
        Some(Effect::Connect(Box::new(Destination::Entered(login, id))))
    };
    assert_eq!(desk.others.pop(), with(Some("two-and-a-half")));
    // Or without being written down.
    let mut desk = answered(first(140, 40), greeting(&["One", "Two", "Two and a half"], WRITES));
    desk.press(&["down", "down", "enter", "right", "enter"]);
    assert_eq!(desk.others.pop(), with(None));
    assert!(!format!("{:?}", desk.model).contains("planted"));
}

#[test]
fn where_nothing_can_be_written_down_nothing_is_asked() {
    let reason = "No API key was found.".to_owned();
    let desk = Desk::new(Settings { start: Start::Welcome { reason }, ..settings() }, 80, 24);
    let mut desk = answered(desk, greeting(&["One"], WRITES));
    assert!(matches!(desk.others.pop(), Some(Effect::Connect(_))));
}

#[test]
fn what_was_entered_outlives_refusals_and_late_answers() {
    let (mut desk, round, _) = asked(first(140, 40));
    desk.press(&["esc"]);
    assert_eq!(desk.model.welcome.stage, Stage::Entering);
    desk.happen(Event::Greeted(round, Ok(Box::new(greeting(&["One"], WRITES)))));
    assert_eq!(desk.model.welcome.stage, Stage::Entering, "the answer is outdated");
    desk.press(&["enter"]);
    let Some(Effect::Greet(round, login)) = desk.others.pop() else { panic!("asked again with what was entered") };
    assert_eq!(login.key.expose(), KEY);
    desk.happen(Event::Greeted(round, Err(NotGreeted::Host("No.".to_owned()))));
    assert_eq!(desk.model.welcome.field, Field::Address);
    desk.press(&["ctrl-u"]).type_in("http://posthog.example.org").press(&["tab", "enter"]);
    let (field, said) = desk.model.welcome.refusal.clone().unwrap();
    assert!(field == Field::Address && said.contains("unencrypted") && said.contains("--allow-http"), "{said}");
    assert!(desk.others.is_empty());
    // A key that may not even look.
    desk.press(&["ctrl-u"]).type_in("posthog.example.org").press(&["tab", "enter"]);
    let Some(Effect::Greet(round, _)) = desk.others.pop() else { panic!("asked again") };
    desk.happen(Event::Greeted(round, Ok(Box::new(greeting(&["One"], &["project:read"])))));
    let (field, said) = desk.model.welcome.refusal.clone().unwrap();
    assert!(field == Field::Key && said.contains("external_data_source:write"), "{said}");
    // One key to the demo, from any field.
    desk.press(&["ctrl-t"]);
    assert_eq!(desk.others.pop(), Some(Effect::StartDemo));
    desk.press(&["esc"]);
    assert_eq!(desk.others.pop(), Some(Effect::Quit));
}

#[test]
fn a_key_in_the_wrong_field_is_not_shown() {
    let mut desk = first(140, 40);
    desk.press(&["right", "right", "tab"]).type_in(KEY);
    assert!(desk.model.welcome.address.value() == KEY && !desk.screen().contains("planted"));
    let mut desk = answered(first(140, 40), greeting(&["One", "Two"], WRITES));
    desk.type_in(KEY);
    assert!(desk.model.welcome.search.value() == KEY && !desk.screen().contains("planted"));
    let mut desk = answered(first(140, 40), greeting(&["One"], WRITES));
    desk.press(&["backtab", "backtab", "ctrl-u"]).type_in(KEY);
    assert_eq!(desk.model.welcome.field, Field::Once);
    desk.press(&["tab"]).type_in(KEY);
    assert!(desk.model.welcome.name.value().contains(KEY) && !desk.screen().contains("planted"));
}

#[test]
fn what_looks_like_no_key_is_doubted_once_and_other_kinds_are_named() {
    let mut desk = first(140, 40);
    desk.press(&["tab"]).type_in("hello").press(&["enter"]);
    assert!(desk.others.is_empty() && desk.screen().contains("does not look like a personal API key"));
    // What is typed anew is doubted anew.
    desk.type_in("!").press(&["enter"]);
    assert!(desk.others.is_empty());
    desk.press(&["enter"]);
    assert!(matches!(desk.others.pop(), Some(Effect::Greet(_, login)) if login.key.expose() == "hello!"));
    for (key, named) in [("phc_public", "public project token"), ("phs_secret", "project secret key")] {
        let mut desk = first(140, 40);
        desk.press(&["tab"]).type_in(key).press(&["enter", "enter"]);
        assert!(desk.others.is_empty() && desk.screen().contains(named), "{}", desk.screen());
    }
}

#[test]
fn a_key_is_pasted_without_what_surrounds_it() {
    let mut desk = first(140, 40);
    desk.press(&["tab"]);
    desk.happen(Event::Pasted(format!("  {KEY}\r\n")));
    desk.press(&["enter"]);
    assert!(matches!(desk.others.pop(), Some(Effect::Greet(_, login)) if login.key.expose() == KEY));
}

#[test]
fn switching_asks_where_something_would_be_lost_sight_of() {
    let with = Settings { setup: setup(), ..settings() };
    let to = |name: &str| Effect::Connect(Box::new(Destination::Profile(name.to_owned(), None)));
    let mut desk = Desk::reading(with.clone(), 140, 40, project());
    desk.press(&["P", "j", "enter"]);
    assert_eq!(desk.others.pop(), Some(to("staging")));
    let mut desk = Desk::reading(with.clone(), 140, 40, project());
    desk.go_to_table("shop", "public.orders").press(&["r"]);
    desk.jobs("public.orders", Vec::new()).sent(Ok(Sent::Done(None)));
    desk.press(&["P", "j", "enter"]);
    assert!(!desk.others.contains(&to("staging")), "a reload is followed");
    desk.press(&["n"]);
    assert!(!desk.others.contains(&to("staging")), "no was said");
    desk.press(&["enter", "y"]);
    assert!(desk.others.contains(&to("staging")));
    // The form for another project leads back to where everything still is.
    let mut desk = Desk::reading(with, 140, 40, project());
    desk.others.clear();
    desk.press(&["P", "G", "k", "enter"]);
    assert!(matches!(desk.model.screen, Screen::Welcome { .. }));
    desk.press(&["tab"]).type_in(KEY).press(&["esc"]);
    assert_eq!(desk.model.screen, Screen::Main);
    assert!(desk.model.welcome.key.value().is_empty() && desk.others.is_empty());
}

#[test]
fn a_no_to_another_host_leads_back_to_what_was_connected() {
    for (leads_back, expected) in [(true, Effect::Connect(Box::new(Destination::Back))), (false, Effect::Quit)] {
        let place = settings().place().unwrap().clone();
        let start =
            Start::MustConfirm { place, host_from: "the profile own".to_owned(), key_from: "MY_KEY".to_owned() };
        let setup = Setup { leads_back, ..setup() };
        let mut desk = Desk::new(Settings { start, setup, ..settings() }, 80, 24);
        assert_eq!(desk.screen().contains("goes back"), leads_back);
        desk.press(&["n"]);
        assert_eq!(desk.others, [expected]);
    }
}

#[test]
fn several_profiles_and_none_chosen_are_chosen_from() {
    let reason = "There are several profiles.".to_owned();
    let setup = Setup { profile: None, ..setup() };
    let mut desk = Desk::new(Settings { start: Start::Welcome { reason }, setup, ..settings() }, 80, 24);
    desk.press(&["j", "enter"]);
    assert_eq!(desk.others.pop(), Some(Effect::Connect(Box::new(Destination::Profile("staging".to_owned(), None)))));
    desk.press(&["G", "k", "enter"]).press(&["tab"]).type_in(KEY).press(&["enter"]);
    assert!(matches!(desk.others.pop(), Some(Effect::Greet(..))), "another one is entered in the form");
}

#[test]
fn a_protected_profile_sends_nothing_before_its_name_was_typed() {
    let mut desk = Desk::reading(protected(), 140, 40, project());
    desk.go_to_table("shop", "public.orders").press(&["r"]);
    desk.jobs("public.orders", Vec::new());
    assert!(desk.sends.is_empty() && desk.model.guard.is_some());
    desk.type_in("prd").press(&["enter"]);
    assert!(desk.sends.is_empty() && desk.model.guard.is_some());
    desk.press(&["ctrl-u"]).type_in("prod").press(&["enter"]);
    assert_eq!((desk.sends.len(), desk.model.guard.is_none()), (1, true));
    desk.sent(Ok(Sent::Done(None)));

    // Saying no is an end like any other, and is told.
    let mut desk = Desk::reading(protected(), 140, 40, project());
    desk.go_to_table("shop", "public.orders").press(&["p", "esc"]);
    assert!(desk.sends.is_empty() && desk.model.guard.is_none() && desk.model.follows.is_empty());
    let told = desk.model.activity.notice().unwrap().text.clone();
    assert!(told.contains("was not sent") && !told.contains("failed"), "{told}");

    // What discards data asks both: what is lost, and whether it is meant here.
    let mut desk = Desk::reading(protected(), 140, 40, project());
    desk.go_to_table("Billing", "Charge").press(&["D", "y"]);
    assert!(desk.sends.is_empty() && desk.model.guard.is_some());
    desk.happen(Event::Pasted("prod".to_owned()));
    desk.press(&["enter"]);
    assert_eq!(desk.sends.len(), 1);

    // Where nothing would be sent, nothing is asked.
    for (read_only, dry_run) in [(true, false), (false, true)] {
        let mut desk = Desk::reading(Settings { read_only, dry_run, ..protected() }, 140, 40, project());
        desk.go_to_table("shop", "public.orders").press(&["p"]);
        assert!(desk.model.guard.is_none());
    }
}

#[test]
fn a_read_only_profile_says_so_at_the_command() {
    let setup = Setup { profile: Some("staging".to_owned()), read_only: true, ..setup() };
    let mut desk = Desk::reading(Settings { setup, read_only: true, ..settings() }, 140, 40, project());
    desk.go_to_table("shop", "public.orders").press(&["p"]);
    let told = desk.model.activity.notice().unwrap().text.clone();
    assert!(desk.sends.is_empty() && told.contains("The profile staging is read-only"), "{told}");
}

#[test]
fn what_should_be_known_at_the_start_is_told() {
    let setup = Setup { notes: vec!["WHTUI_API_KEY is ignored.".to_owned()], ..setup() };
    let desk = Desk::new(Settings { setup, ..settings() }, 140, 40);
    assert_eq!(desk.model.activity.notice().unwrap().text, "WHTUI_API_KEY is ignored.");
    assert!(!FailureKind::Declined.eq(&FailureKind::ReadOnly));
}
