//! The tables of all profiles in one list: by keys alone, as it looks, and read from several servers at once.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "support/world.rs"]
mod world;

#[path = "all_profiles/apart.rs"]
mod apart;

#[path = "all_profiles/servers.rs"]
mod servers;

use std::sync::Arc;

use whtui::app::commands::{COMMANDS, CommandId, Group};
use whtui::app::effect::{Destination, Effect, Timer};
use whtui::app::key::Key;
use whtui::app::layout::Pane;
use whtui::app::message::Event;
use whtui::app::message::elsewhere::{News, NotRead};
use whtui::app::model::overlay::Overlay;
use whtui::app::settings::manner::Manner;
use whtui::app::settings::{Offer, Settings, Setup};
use whtui::warehouse::ids::{SchemaId, SourceId};
use whtui::warehouse::source::Source;
use whtui::warehouse::survey::{Completeness, Fact, SourcePage};
use world::{Desk, failed, project, settings, source, table, told, whole};

const SIZES: [(u16, u16); 3] = [(140, 40), (80, 24), (60, 16)];

fn offer(name: &str, colour: Option<&'static str>) -> Offer {
    let manner = Manner { colour, ..Manner::default() };
    Offer { name: name.to_owned(), place: String::new(), read_only: false, protected: false, manner }
}

/// In use is `prod`.
fn profiles() -> Settings {
    let profiles = vec![offer("prod", Some("red")), offer("staging", Some("green")), offer("own", None)];
    Settings { setup: Setup { profile: Some("prod".to_owned()), profiles, ..Setup::default() }, ..settings() }
}

/// The main screen of `prod`, whose tables were read.
fn at_home(width: u16, height: u16) -> Desk {
    Desk::reading(profiles(), width, height, project())
}

/// The list, just opened, with the numbers of the readings of `staging` and `own`.
fn opened(width: u16, height: u16) -> (Desk, [u64; 2]) {
    let mut desk = at_home(width, height);
    desk.press(&["ctrl-g"]);
    let asked = readings(&mut desk);
    let [(staging, first), (own, second)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((first.as_str(), second.as_str()), ("staging", "own"));
    let rounds = [*staging, *own];
    (desk, rounds)
}

/// The profiles that are asked for, taken out.
fn readings(desk: &mut Desk) -> Vec<(u64, String)> {
    let (asked, others) =
        std::mem::take(&mut desk.others).into_iter().partition(|effect| matches!(effect, Effect::ReadElsewhere(..)));
    desk.others = others;
    let asked: Vec<Effect> = asked;
    let named = |effect| match effect {
        Effect::ReadElsewhere(round, profile) => Some((round, profile)),
        _ => None,
    };
    asked.into_iter().filter_map(named).collect()
}

fn news(desk: &mut Desk, round: u64, profile: &str, news: News) {
    desk.happen(Event::Elsewhere(round, profile.to_owned(), Box::new(news)));
}

/// A profile is read to its end.
fn read(desk: &mut Desk, round: u64, profile: &str, sources: Vec<Source>) {
    news(desk, round, profile, News::Begun);
    news(desk, round, profile, News::Reached("https://us.posthog.com".to_owned(), 678));
    news(desk, round, profile, News::Found(Fact::Sources(whole(sources))));
    news(desk, round, profile, News::Over(Ok(())));
}

fn not_read(why: &str, by_hand: bool) -> News {
    News::Over(Err(NotRead { why: why.to_owned(), by_hand }))
}

/// A project of another profile.
fn staging() -> Vec<Source> {
    let password = "password authentication failed for user \"whtui_reader\"";
    let orders = failed(password, "Postgres", table("public.orders", 120));
    vec![source("shop", "Postgres", Some("Staging shop"), vec![orders, table("public.customers", 34)])]
}

/// The rows, as profile and table.
fn rows(desk: &Desk) -> Vec<(String, String)> {
    let rows = desk.model.all_profiles.rows.rows();
    let found = rows.iter().map(|row| desk.model.row_of_profiles(row).expect("every row is of something"));
    found.map(|(offer, _, schema, _)| (offer.name.clone(), schema.name.raw().to_owned())).collect()
}

fn of(desk: &Desk, profile: &str) -> usize {
    rows(desk).iter().filter(|(name, _)| name == profile).count()
}

macro_rules! screen {
    ($name:ident, $make:expr) => {
        #[test]
        fn $name() {
            for (width, height) in SIZES {
                let make: fn(u16, u16) -> Desk = $make;
                insta::assert_snapshot!(
                    format!("{}_{width}x{height}", stringify!($name)),
                    make(width, height).screen()
                );
            }
        }
    };
}

screen!(all_profiles_being_read, |width, height| {
    let (mut desk, [staging_round, own]) = opened(width, height);
    news(&mut desk, staging_round, "staging", News::Begun);
    let page = SourcePage { loaded: 1, total: 240, end: None, ..whole(staging()) };
    news(&mut desk, staging_round, "staging", News::Found(Fact::Sources(page)));
    news(&mut desk, own, "own", News::Begun);
    news(&mut desk, own, "own", News::AsksForKey("op".to_owned()));
    desk
});
screen!(all_profiles, |width, height| {
    let (mut desk, [staging_round, own]) = opened(width, height);
    read(&mut desk, staging_round, "staging", staging());
    let why = "The profile own takes its key from the variable POSTHOG_KEY_OF_MY_OWN, which is not set.";
    news(&mut desk, own, "own", not_read(why, true));
    desk.pass(180);
    desk.fire(|timer| matches!(timer, Timer::Clock(_)));
    desk.press(&["j"]);
    desk
});
screen!(all_profiles_filtered, |width, height| {
    let (mut desk, [staging_round, _]) = opened(width, height);
    read(&mut desk, staging_round, "staging", staging());
    desk.press(&["/"]).type_in("orders");
    desk
});
screen!(all_profiles_with_something_under_way, |width, height| {
    let mut desk = at_home(width, height);
    desk.go_to_table("shop", "public.orders").press(&["r", "ctrl-g"]);
    let round = readings(&mut desk)[0].0;
    read(&mut desk, round, "staging", staging());
    desk.press(&["/"]).type_in("staging").press(&["enter", "enter"]);
    desk
});
screen!(all_profiles_without_any, |width, height| {
    let mut desk = Desk::reading(settings(), width, height, project());
    desk.press(&["ctrl-g"]);
    desk
});
screen!(all_profiles_too_many, |width, height| {
    let mut settings = profiles();
    settings.setup.profiles.extend((0..40).map(|number| offer(&format!("team-{number}"), None)));
    let mut desk = Desk::reading(settings, width, height, project());
    desk.press(&["ctrl-g"]);
    let asked = readings(&mut desk);
    let why = "The server rejects the API key; create a new personal API key in PostHog and use that.";
    news(&mut desk, asked[0].0, "staging", News::Begun);
    news(&mut desk, asked[30].0, "team-28", not_read(why, true));
    desk
});

#[test]
fn nothing_is_asked_of_another_profile_before_the_list_is_opened() {
    let mut desk = at_home(140, 40);
    desk.press(&["P", "j", "esc", "t", "esc", ":", "esc"]);
    desk.pass(3_600).fire(|timer| matches!(timer, Timer::Clock(_)));
    assert_eq!(readings(&mut desk), []);
    desk.press(&["P", "g", "enter"]);
    let names: Vec<String> = readings(&mut desk).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["staging", "own"], "the first row of the profiles leads there; the one in use is known already");
}

#[test]
fn what_needs_attention_comes_first_whosever_it_is() {
    let (mut desk, [round, _]) = opened(140, 40);
    read(&mut desk, round, "staging", staging());
    let states: Vec<_> =
        desk.model.all_profiles.rows.rows().iter().map(|row| desk.model.row_of_profiles(row).unwrap().3).collect();
    assert!(states.is_sorted(), "{states:?}");
    assert_eq!((of(&desk, "staging"), of(&desk, "prod")), (2, desk.model.inventory.tally().total));
    // The cursor of somebody who has not moved stays on the most pressing.
    assert_eq!(desk.model.all_profiles.rows.cursor(), 0);
}

#[test]
fn the_same_project_in_two_profiles_stays_two() {
    let (mut desk, [first, second]) = opened(140, 40);
    // The same identities, in all three.
    read(&mut desk, first, "staging", project());
    read(&mut desk, second, "own", vec![source("shop", "Postgres", None, vec![table("public.orders", 1)])]);
    let total = desk.model.inventory.tally().total;
    assert_eq!((of(&desk, "prod"), of(&desk, "staging"), of(&desk, "own")), (total, total, 1));
    let state = |profile: usize| {
        let row = desk.model.all_profiles.rows.rows().iter().find(|row| {
            row.profile == profile && desk.model.row_of_profiles(row).unwrap().2.name.raw() == "public.orders"
        });
        desk.model.row_of_profiles(row.unwrap()).unwrap().3.words()
    };
    assert_eq!([state(0), state(1), state(2)], ["Failed", "Failed", "Completed"]);
}

#[test]
fn late_and_foreign_news_are_not_taken_in() {
    let (mut desk, [round, own]) = opened(140, 40);
    let before = rows(&desk);
    let page = || News::Found(Fact::Sources(whole(staging())));
    // A name that is none, a number of another profile, one that was never given.
    for (round, profile) in [(round, "stagin"), (round, "own"), (own, "staging"), (round, "prod"), (99, "staging")] {
        news(&mut desk, round, profile, page());
    }
    assert_eq!(rows(&desk), before);
    // What was asked before it was closed.
    desk.press(&["esc", "ctrl-g"]);
    news(&mut desk, round, "staging", page());
    assert_eq!(rows(&desk), before);
    // What comes after the end.
    let again = readings(&mut desk)[0].0;
    read(&mut desk, again, "staging", Vec::new());
    news(&mut desk, again, "staging", page());
    assert_eq!(rows(&desk), before);
}

#[test]
fn it_is_read_again_when_asked_and_every_ten_minutes_while_it_is_seen() {
    let (mut desk, [round, own]) = opened(140, 40);
    read(&mut desk, round, "staging", staging());
    news(&mut desk, own, "own", not_read("No connection.", false));
    let tick = |desk: &mut Desk, seconds: i64| {
        desk.pass(seconds).fire(|timer| matches!(timer, Timer::Clock(_)));
        readings(desk).into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    };
    assert_eq!(tick(&mut desk, 590), [""; 0]);
    assert_eq!(tick(&mut desk, 10), ["staging", "own"]);
    assert_eq!(tick(&mut desk, 900), [""; 0], "what is under way is not asked twice");
    // Closing ends what is under way, and help over it does not.
    let leaves = |desk: &Desk| desk.others.iter().filter(|effect| **effect == Effect::LeaveElsewhere).count();
    desk.press(&["?"]);
    assert_eq!(leaves(&desk), 0);
    desk.press(&["esc", "q"]);
    assert_eq!(leaves(&desk), 1);
    assert_eq!(tick(&mut desk, 900), [""; 0], "nobody looks");
    desk.press(&["ctrl-g"]);
    let asked = readings(&mut desk);
    read(&mut desk, asked[0].0, "staging", staging());
    news(&mut desk, asked[1].0, "own", not_read("The vault is locked.", true));
    desk.press(&["esc", "ctrl-g"]);
    assert_eq!(readings(&mut desk), [], "what is known is shown at once");
    assert_eq!(tick(&mut desk, 700), ["staging"], "what only a person can mend waits for one");
    desk.press(&["ctrl-r"]);
    let names: Vec<String> = readings(&mut desk).into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["own"], "the other is being read");
    assert!(
        desk.fetches.iter().any(|(_, need)| *need == whtui::warehouse::survey::Need::Sources),
        "and so is this one"
    );
}

#[test]
fn a_profile_that_fails_keeps_what_was_read_of_it() {
    let (mut desk, [round, _]) = opened(140, 40);
    read(&mut desk, round, "staging", staging());
    desk.pass(60).press(&["ctrl-r"]);
    let round = readings(&mut desk)[0].0;
    news(&mut desk, round, "staging", News::Begun);
    news(&mut desk, round, "staging", not_read("The server did not answer in time.", false));
    assert_eq!(of(&desk, "staging"), 2);
    let shown = desk.screen();
    assert!(
        shown.contains("1 broken, 1 well of 2 tables, read 1m ago; not read again: The server did not answer"),
        "{shown}"
    );
    // Half of a first reading is no whole one.
    desk.press(&["ctrl-r"]);
    let own = readings(&mut desk).into_iter().find(|(_, name)| name == "own");
    assert_eq!(own, None, "it is still being read");
    let own = desk.model.all_profiles.others[2].round;
    news(&mut desk, own, "own", News::Begun);
    let page = SourcePage { end: None, total: 300, ..whole(staging()) };
    assert_ne!(page.end, Some(Completeness::Whole));
    news(&mut desk, own, "own", News::Found(Fact::Sources(page)));
    news(&mut desk, own, "own", not_read("The connection broke.", false));
    let shown = desk.screen();
    assert!(shown.contains("only a part was read, 1 broken, 1 well of 2 tables: The connection broke."), "{shown}");
}

#[test]
fn no_key_of_an_action_changes_anything_from_here() {
    let (mut desk, [round, _]) = opened(140, 40);
    read(&mut desk, round, "staging", staging());
    for command in COMMANDS.iter().filter(|command| command.group == Group::Acting) {
        for key in desk.model.keymap.keys(command.id).to_vec() {
            for key in key.keys() {
                desk.happen(Event::KeyPressed(*key));
            }
            let said = desk.model.activity.notice().map(|notice| notice.text.clone()).unwrap_or_default();
            assert!(said.starts_with(command.title) && said.contains("open it first with enter"), "{key}: {said}");
            assert!(matches!(desk.model.overlay, Some(Overlay::AllProfiles)), "{key}");
        }
    }
    assert!(desk.sends.is_empty(), "{:?}", desk.sends);
}

#[test]
fn enter_leads_to_the_table_wherever_it_is() {
    let (mut desk, [round, _]) = opened(140, 40);
    read(&mut desk, round, "staging", staging());
    // In the profile in use, nothing is switched.
    desk.press(&["/"]).type_in("payments").press(&["enter", "enter"]);
    assert!(desk.model.overlay.is_none());
    let (held, schema, _) = desk.model.selected_schema().unwrap();
    assert_eq!((held.source.title().raw(), schema.name.raw()), ("shop", "public.payments"));
    assert_eq!(desk.model.focus, Pane::Schemas);
    assert!(!desk.others.iter().any(|effect| matches!(effect, Effect::Connect(_))));
    // In another one, it is.
    desk.press(&["ctrl-g", "esc", "/"]).type_in("staging customers").press(&["enter", "enter"]);
    let wanted = staging().remove(0);
    let table = wanted.schemas[1].id.clone();
    let destination = Destination::Profile("staging".to_owned(), Some((wanted.id, table)));
    assert_eq!(desk.others.last(), Some(&Effect::Connect(Box::new(destination))));
}

#[test]
fn switching_from_the_list_asks_where_something_would_be_lost_sight_of() {
    let mut desk = at_home(140, 40);
    desk.go_to_table("shop", "public.orders").press(&["r", "ctrl-g"]);
    let round = readings(&mut desk)[0].0;
    read(&mut desk, round, "staging", staging());
    desk.press(&["/"]).type_in("staging").press(&["enter", "enter"]);
    let connects = |desk: &Desk| desk.others.iter().filter(|effect| matches!(effect, Effect::Connect(_))).count();
    assert_eq!(connects(&desk), 0);
    desk.press(&["x", "enter"]);
    assert_eq!(connects(&desk), 0);
    assert!(desk.model.all_profiles.asking.is_none(), "enter stays");
    desk.press(&["enter", "y"]);
    assert_eq!(connects(&desk), 1);
}

fn coming(source: &SourceId, table: &SchemaId) -> Settings {
    let settings = profiles();
    let setup = Setup { arrival: Some((source.clone(), table.clone())), ..settings.setup };
    Settings { setup, ..settings }
}

#[test]
fn who_comes_for_a_table_finds_it_selected() {
    let shop = project().remove(0);
    let (source, table) = (shop.id.clone(), shop.schemas[2].id.clone());
    let mut desk = Desk::new(coming(&source, &table), 80, 24);
    assert_eq!(desk.model.focus, Pane::Sources);
    desk.list(project());
    assert_eq!(desk.model.selected_schema().map(|(_, schema, _)| schema.id.clone()), Some(table.clone()));
    assert_eq!(desk.model.focus, Pane::Schemas);
    // Once: the next reading leaves the cursor where it was put.
    desk.press(&["g"]).fire(|timer| matches!(timer, Timer::Refresh(_)));
    desk.list(project());
    assert_ne!(desk.model.selected_schema().map(|(_, schema, _)| schema.id.clone()), Some(table.clone()));
    // A key that was pressed meanwhile is what is wanted.
    let mut desk = Desk::new(coming(&source, &table), 80, 24);
    desk.press(&["?", "esc"]).list(project());
    assert_eq!(desk.model.focus, Pane::Sources);
    // It may be gone.
    let mut desk = Desk::new(coming(&source, &SchemaId::new("gone")), 80, 24);
    desk.list(project());
    let notice = desk.model.activity.notice().unwrap().text.clone();
    assert_eq!(
        (notice.as_str(), desk.model.focus),
        ("The table you came for is not in this project any more.", Pane::Sources)
    );
}

#[test]
fn the_filter_finds_profile_source_table_state_and_cause() {
    let (mut desk, [round, _]) = opened(140, 40);
    let hostile = "\u{1b}[31mred\u{202e}";
    let mut sources = staging();
    Arc::make_mut(&mut sources[0].schemas[1]).label = told(hostile);
    read(&mut desk, round, "staging", sources);
    let mut found = |text: &str| {
        desk.press(&["/", "ctrl-u"]).type_in(text).press(&["enter"]);
        assert!(!desk.screen().is_empty());
        rows(&desk).len()
    };
    let all = found("");
    assert_eq!(found("staging"), 2);
    assert_eq!(found("staging failed"), 1);
    assert_eq!(found("\"staging shop\""), 0);
    assert_eq!(found("credentials"), 2);
    assert!(found("public") < all && found("public") > 2);
    assert_eq!(found("nothing like it"), 0);
    desk.press(&["esc"]);
    assert_eq!(rows(&desk).len(), all, "esc clears the filter before it closes");
    assert!(matches!(desk.model.overlay, Some(Overlay::AllProfiles)));
    desk.press(&["/"]);
    desk.happen(Event::Pasted("staging\n".to_owned()));
    assert_eq!(rows(&desk).len(), 2);
}

#[test]
fn before_anything_is_connected_it_is_not_offered() {
    let reason = "No profile was chosen.".to_owned();
    let start = whtui::app::settings::Start::Welcome { reason };
    let mut desk = Desk::new(Settings { start, ..profiles() }, 80, 24);
    assert!(!desk.screen().contains("all profiles"));
    desk.happen(Event::KeyPressed(Key::parse("ctrl-g").unwrap()));
    assert_eq!(readings(&mut desk), []);
    assert!(COMMANDS.iter().any(|command| command.id == CommandId::AllProfiles));
}
