//! What every play with the editor needs: a world, hands that find their way by keys, and eyes for what was sent.

use serde_json::Value as Json;
use whtui::app::model::Model;
use whtui::app::model::overlay::Overlay;
use whtui::app::model::tuning::{Phase, Tuning};
use whtui::simulator::LoggedRequest;
use whtui::warehouse::state::State;
use whtui::warehouse::tuning::Setting;

use crate::support::play::Play;

/// A source of every kind of table, and some that are pushed to.
pub const WORLD: &str = r#"
    [[sources]]
    type = "Postgres"
    prefix = "prod"
    cdc = {}
    tables = [
      { name = "orders", template = "database", rows = 5000, duration = "4s", frequency = "24hour" },
      { name = "plain", sync_type = "full_refresh", keys = [], columns = ["id bigint key", "created_at timestamp null", "updated_at timestamp indexed"], rows = 700, duration = "4s" },
      { name = "added", sync_type = "append", cursor = "updated_at", columns = ["id bigint key", "updated_at timestamp indexed"], rows = 900, duration = "4s" },
      { name = "moved", template = "database", cursor = "modified_at", fault = { text = "x", cure = "settings" }, rows = 100, duration = "4s" },
      { name = "streamed", template = "cdc", rows = 300, duration = "4s" },
      { name = "resting", template = "database", rows = 60, duration = "4s", should_sync = false },
      { name = "long", template = "database", rows = 300, run = { elapsed = "10s", remaining = "40s" }, duration = "50s" },
    ]
    [[sources]]
    type = "Stripe"
    prefix = "pay"
    webhook = { exists = true, external_status = "enabled" }
    tables = [
      { name = "Charge", template = "webhook", rows = 800, duration = "4s" },
    ]
    [[sources]]
    type = "Stripe"
    prefix = "shop"
    webhook = { exists = false }
    tables = [
      { name = "Invoice", template = "vendor", rows = 800, duration = "4s" },
    ]
    [[sources]]
    type = "Stripe"
    prefix = "twin"
    webhook = { exists = true, external_status = "enabled" }
    tables = [
      { name = "Charge", template = "webhook", rows = 800, duration = "4s" },
      { name = "Refund", template = "webhook", rows = 80, duration = "4s" },
    ]
"#;

fn is_write(request: &LoggedRequest) -> bool {
    request.method != "GET" && !request.path.contains("incremental_fields") && !request.path.contains("check_cdc")
}

/// The writes so far, with their bodies; tables are left out.
pub fn writes(play: &Play) -> Vec<String> {
    let all = play.simulator.requests();
    let line = |request: &LoggedRequest| {
        let path = request.path.split("/projects/1/").last().unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let action = parts.get(2..).unwrap_or_default().join("/");
        let kind = if path.contains("schemas/") && !path.contains("bulk_") { "" } else { "source " };
        let body = if request.body.is_null() { String::new() } else { format!(" {}", request.body) };
        format!("{} {kind}{action}{body}", request.method).trim_end().to_owned()
    };
    all.iter().filter(|request| is_write(request)).map(line).collect()
}

/// The editor that is shown.
pub fn tuning(play: &Play) -> &Tuning {
    match &play.model.overlay {
        Some(Overlay::Tuning(id)) => &play.model.tunings[id],
        other => panic!("no editor is shown but {other:?}; told was {:#?}", play.told()),
    }
}

/// Whether a question stands before data is discarded.
pub fn is_asked(play: &Play) -> bool {
    matches!(play.model.overlay, Some(Overlay::Confirm(_)))
}

/// Opens the editor of a table.
pub async fn edit(source: &str, table: &str) -> Play {
    edit_in(Play::start_toml(WORLD).await, source, table).await
}

/// The same, in a world of its own.
pub async fn edit_in(mut play: Play, source: &str, table: &str) -> Play {
    play.go_to_table(source, table).await;
    play.press(&["E"]).await;
    assert!(matches!(tuning(&play).phase, Phase::Looking), "{:?}", tuning(&play).phase);
    play
}

/// Goes to a setting.
pub async fn go_to(play: &mut Play, setting: Setting) {
    play.press(&["g"]).await;
    while tuning(play).setting() != setting {
        play.press(&["j"]).await;
    }
}

/// Chooses values of a setting: by their words.
pub async fn choose(play: &mut Play, setting: Setting, wanted: &[&str]) {
    go_to(play, setting).await;
    play.press(&["enter", "g"]).await;
    let Phase::Choosing(choosing) = &tuning(play).phase else { panic!("{:?}", tuning(play).phase) };
    let several = choosing.takes_several();
    let offers: Vec<String> = choosing.offers.iter().map(|offer| offer.value.to_string()).collect();
    let picked = choosing.picked.clone();
    for (place, offer) in offers.iter().enumerate() {
        let here = wanted.iter().any(|word| offer == word || offer.starts_with(&format!("{word} (")));
        if !several && here {
            break;
        }
        if several && here != picked.contains(&place) {
            play.press(&["space"]).await;
        }
        play.press(&["j"]).await;
    }
    play.press(&["enter"]).await;
}

/// Types a value of a setting.
pub async fn type_in(play: &mut Play, setting: Setting, text: &str) {
    go_to(play, setting).await;
    play.press(&["enter", "ctrl-u"]).await;
    play.type_in(text).await;
    play.press(&["enter"]).await;
}

/// Waits until the runbook that is shown has come to its end.
pub async fn ended(play: &mut Play) {
    let over = |model: &Model| match &model.overlay {
        Some(Overlay::Runbook(id)) => model.runbooks.get(*id).is_some_and(|opened| opened.book.is_over()),
        _ => false,
    };
    if !over(&play.model) {
        play.until("the end of the steps", over).await;
    }
}

/// Marks tables of the source `prod`.
pub async fn mark(play: &mut Play, tables: &[&str]) {
    play.go_to_source("prod").await;
    play.press(&["2"]).await;
    for table in tables {
        play.press(&["/", "ctrl-u"]).await;
        play.type_in(table).await;
        play.press(&["enter", "space"]).await;
    }
}

/// Somebody else changes a table.
pub async fn behind_the_back(play: &Play, body: &Json) {
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let id = play.selected_id();
    let address = format!("{}/api/projects/1/external_data_schemas/{id}/", play.simulator.origin());
    let reply = client.patch(address).bearer_auth(play.simulator.key()).json(body).send().await.unwrap();
    assert_eq!(reply.status(), 200);
}

/// What is done to a setting.
pub enum Edit {
    /// These values are chosen.
    Choose(Setting, &'static [&'static str]),
    /// This is typed.
    Type(Setting, &'static str),
    /// It is switched over.
    Turn(Setting),
}

/// A change from its first key to its end, with exactly the writes that it should make.
pub struct Flow {
    /// Source and table.
    pub table: (&'static str, &'static str),
    /// What is wanted.
    pub edits: &'static [Edit],
    /// Keys in the preview, before it is sent.
    pub then: &'static [&'static str],
    /// What the question before it says; empty: nothing is asked.
    pub asked: &'static [&'static str],
    /// What is sent.
    pub writes: &'static [&'static str],
    /// How the table is in the end.
    pub end: State,
}

impl Flow {
    /// A change of one table that discards nothing and ends well.
    pub const NEW: Self =
        Self { table: ("prod", "orders"), edits: &[], then: &[], asked: &[], writes: &[], end: State::Completed };

    /// Plays it.
    pub async fn play(&self) -> Play {
        let mut play = Box::pin(edit(self.table.0, self.table.1)).await;
        self.play_in(&mut play).await;
        play
    }

    /// Plays it where the editor is open already.
    pub async fn play_in(&self, play: &mut Play) {
        let before = writes(play).len();
        for edit in self.edits {
            match edit {
                Edit::Choose(setting, words) => choose(play, *setting, words).await,
                Edit::Type(setting, text) => type_in(play, *setting, text).await,
                Edit::Turn(setting) => {
                    go_to(play, *setting).await;
                    play.press(&["enter"]).await;
                }
            }
        }
        play.press(&["s"]).await;
        assert!(matches!(tuning(play).phase, Phase::Preview), "{:?}", play.last());
        play.press(self.then).await;
        play.press(&["enter"]).await;
        assert_eq!(is_asked(play), !self.asked.is_empty(), "{:?}", play.model.overlay);
        if !self.asked.is_empty() {
            let question = play.screen(140, 60);
            for said in self.asked {
                assert!(question.contains(said), "{said:?} is not said in\n{question}");
            }
            // Whoever says no is back in the preview, and nothing was sent.
            play.press(&["n"]).await;
            assert!(matches!(tuning(play).phase, Phase::Preview));
            assert_eq!(writes(play).len(), before);
            play.press(&["enter"]).await;
            assert!(is_asked(play));
            play.press(&["y"]).await;
        }
        ended(play).await;
        assert_eq!(writes(play)[before..], *self.writes);
        play.press(&["enter"]).await;
        assert!(play.model.overlay.is_none());
        play.until("rest", |model| model.selected_schema().is_some_and(|(.., state)| !state.claims_to_run())).await;
        assert_eq!(play.state(), self.end);
    }
}
