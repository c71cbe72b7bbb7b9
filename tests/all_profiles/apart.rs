//! Whatever is pressed and told: what is of one profile is never shown as another's, and nothing is sent.

use proptest::prelude::*;
use whtui::app::effect::Timer;
use whtui::app::message::elsewhere::News;
use whtui::app::model::overlay::Overlay;
use whtui::warehouse::schema::Schema;
use whtui::warehouse::source::Source;
use whtui::warehouse::survey::{Fact, Need};
use whtui::warehouse::text::Foreign;

use super::world::{Desk, source, table, whole};
use super::{news, not_read, profiles, rows};

/// Sources whose tables are named after the profile; the identities are those of every other profile, too.
fn named(profile: &str, tables: usize) -> Vec<Source> {
    let schemas = (0..tables).map(|number| {
        let made = table(&format!("{number}"), 10);
        Schema { name: Foreign::new(&format!("{profile}.{number}")), ..made }
    });
    vec![source("shop", "Postgres", None, schemas.collect())]
}

#[derive(Clone, Debug)]
enum Deed {
    Press(&'static str),
    /// To a profile by the number of its last reading, or of one that is so much older.
    Tell {
        profile: usize,
        older: u64,
        what: u8,
        tables: usize,
    },
    Pass(i64),
    HomeRead(usize),
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let keys = vec![
        "ctrl-g", "ctrl-r", "esc", "q", "enter", "/", "j", "k", "G", "g", "P", "?", "y", "n", "r", "R", "X", "D", "p",
        "c", "f", "E", "u", "K", "t", "o", "space", "pagedown",
    ];
    prop_oneof![
        6 => prop::sample::select(keys).prop_map(Deed::Press),
        6 => (0_usize..3, prop_oneof![4 => Just(0), 1 => 1_u64..4], 0_u8..6, 0_usize..5)
            .prop_map(|(profile, older, what, tables)| Deed::Tell { profile, older, what, tables }),
        1 => (0_i64..2_000).prop_map(Deed::Pass),
        1 => (0_usize..4).prop_map(Deed::HomeRead),
    ]
}

proptest! {
    #[test]
    fn nothing_of_one_profile_is_ever_shown_as_anothers(deeds in prop::collection::vec(any_deed(), 1..40)) {
        let mut desk = Desk::reading(profiles(), 80, 24, named("prod", 3));
        let names = ["prod", "staging", "own"];
        for deed in deeds {
            match deed {
                // Guarded by its own question, which is not this list's.
                Deed::Press(key) => {
                    let over_list = matches!(desk.model.overlay, Some(Overlay::AllProfiles));
                    let sent = desk.sends.len();
                    desk.press(&[key]);
                    prop_assert!(!over_list || desk.sends.len() == sent, "{key} sends something");
                }
                Deed::Tell { profile, older, what, tables } => {
                    let known = desk.model.all_profiles.others.get(profile).map_or(0, |other| other.round);
                    let told = match what {
                        0 => News::Begun,
                        1 => News::AsksForKey("op".to_owned()),
                        2 => News::Reached("https://us.posthog.com".to_owned(), 7),
                        3 => News::Over(Ok(())),
                        4 => not_read("No.", tables % 2 == 0),
                        _ => News::Found(Fact::Sources(whole(named(names[profile], tables)))),
                    };
                    news(&mut desk, known.saturating_sub(older), names[profile], told);
                }
                Deed::Pass(seconds) => {
                    desk.pass(seconds);
                    if desk.timers.iter().any(|(_, timer)| matches!(timer, Timer::Clock(_))) {
                        desk.fire(|timer| matches!(timer, Timer::Clock(_)));
                    }
                }
                Deed::HomeRead(tables) => {
                    if desk.fetches.iter().any(|(_, need)| *need == Need::Sources) {
                        desk.list(named("prod", tables));
                    }
                }
            }
            if matches!(desk.model.overlay, Some(Overlay::AllProfiles)) {
                for (profile, name) in rows(&desk) {
                    prop_assert!(name.starts_with(&format!("{profile}.")), "{name} is not of {profile}");
                }
                prop_assert!(desk.model.all_profiles.others[0].round == 0, "the profile in use is not read twice");
            }
        }
        prop_assert!(!desk.screen().is_empty());
    }
}
