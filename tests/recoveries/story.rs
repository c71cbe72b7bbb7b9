//! A recovery from red to green, told as a story: a world, the keys that open its runbook, what is picked on the way,
//! and the exact writes that come of it. The same story is told again with trouble at each of its writes.

use std::collections::BTreeMap;

use whtui::app::model::Model;
use whtui::app::model::overlay::Overlay;
use whtui::app::model::runbook::{Opened, RunbookId};
use whtui::simulator::{Fault, LoggedRequest};
use whtui::warehouse::consent::Demand;
use whtui::warehouse::inventory::Held;
use whtui::warehouse::recovery::runbook::{Progress, Stage, Waits};

use super::keys::KEYS;
use super::support::play::Play;

/// A recovery.
pub struct Story {
    /// Its letter, and what tells it from others of that letter.
    pub name: &'static str,
    /// The world, as a scenario file has it, without its general part.
    pub world: &'static str,
    /// The keys that open the runbook.
    pub open: &'static [&'static str],
    /// What is picked wherever something is to be picked: words of the titles.
    pub picks: &'static [&'static str],
    /// What is filled into forms: the setting, and its value.
    pub fills: &'static [(&'static str, &'static str)],
    /// Every write, in order: method, path below the project, body. Names in braces stand for identities.
    pub writes: &'static [&'static str],
    /// Which of them leave nothing that could be read back, so that they may be sent once more.
    pub unseen: &'static [&'static str],
    /// Which of them are not sent again when they fail, because it is green by then.
    pub spare: &'static [&'static str],
    /// How often consent is asked for.
    pub consents: usize,
    /// How many seconds after the end of the runbook they are looked at.
    pub after: i64,
    /// The tables that have to be green, or what they have to be instead.
    pub green: &'static [(&'static str, &'static str)],
}

impl Story {
    /// What most of them have: a runbook that is opened from the list of what is wrong.
    pub const NEW: Self = Self {
        name: "",
        world: "",
        open: &["t", "enter"],
        picks: &[],
        fills: &[],
        writes: &[],
        unseen: &[],
        spare: &[],
        consents: 0,
        after: 3,
        green: &[],
    };
}

/// Requests that only look, whatever their method (contract, section 6).
const LOOKS: [&str; 2] = ["/incremental_fields/", "/check_cdc_prerequisites_for_source/"];

/// The sizes in which screens are kept.
const SIZES: [(u16, u16); 2] = [(80, 24), (140, 40)];

/// What the refusal says that is injected.
pub const REFUSAL: &str = "This is refused for the sake of the story";

/// A story as it was told.
pub struct Told {
    pub play: Play,
    /// How many keys were pressed until the runbook first waited for the user.
    pub useful: Option<usize>,
    /// How many keys were pressed up to the first write.
    pub first: Option<usize>,
    /// How many keys were pressed up to the end.
    pub keys: usize,
    /// How often consent was given.
    pub consents: usize,
    /// What failed on the way.
    pub failures: Vec<String>,
    /// What was on the screen at each turn, in each size; kept where all goes as it should.
    screens: Option<[Vec<String>; 2]>,
    names: BTreeMap<String, String>,
}

/// Whether a request may change something.
fn is_write(request: &LoggedRequest) -> bool {
    request.method != "GET" && !LOOKS.iter().any(|look| request.path.contains(look))
}

impl Story {
    /// Opens the runbook.
    pub async fn opened(&self) -> Told {
        let general = "seed = 5\n[history]\nruns = 8\nreach = \"3d\"\n";
        let play = Play::start_toml(&format!("{general}{}", self.world)).await;
        let names = BTreeMap::new();
        let mut told =
            Told { play, useful: None, first: None, keys: 0, consents: 0, failures: Vec::new(), screens: None, names };
        told.learn_names();
        told
    }

    /// Tells it to its end, with this trouble at one of its writes: method, path, how often it happened before.
    pub async fn tell(&self, trouble: Option<(&str, &str, usize, Fault)>) -> Told {
        let mut told = self.opened().await;
        told.screens = trouble.is_none().then(Default::default);
        if let Some((method, path, before, fault)) = trouble {
            told.play.simulator.inject(method, path, before, fault);
        }
        for key in self.open {
            told.press(key).await;
        }
        for _ in 0..60 {
            let Some((id, waits)) = told.waits() else {
                panic!("{}: no runbook is open\n{}", self.name, told.play.screen(140, 40))
            };
            if waits != Waits::Server {
                told.useful.get_or_insert(told.play.keys);
            }
            told.look();
            match waits {
                Waits::Nothing => break,
                Waits::Server => {
                    told.play
                        .until("the server's answer", |model| {
                            model.runbooks.get(id).is_none_or(|opened| opened.book.waits() != Waits::Server)
                        })
                        .await;
                }
                Waits::Retry => {
                    let why = told.progress().into_iter().find_map(|progress| match progress {
                        Progress::Failed(why) => Some(why),
                        _ => None,
                    });
                    told.failures.push(why.expect("what failed says why"));
                    assert!(told.failures.len() < 4, "{}: it fails again and again: {:#?}", self.name, told.lines());
                    told.press("enter").await;
                }
                Waits::Start | Waits::ByHand => told.press("enter").await,
                Waits::One => {
                    let titles = told.titles();
                    let pick = self.picks.iter().find_map(|pick| titles.iter().position(|title| title.contains(pick)));
                    let pick = pick.unwrap_or_else(|| panic!("{}: none of {titles:#?} is wanted", self.name));
                    for _ in 0..pick {
                        told.press("down").await;
                    }
                    told.press("enter").await;
                }
                Waits::Several => {
                    let titles = told.titles();
                    let wanted = titles.iter().enumerate().filter(|(_, title)| self.picks.contains(&title.as_str()));
                    let mut at = 0;
                    for (row, _) in wanted {
                        for _ in at..row {
                            told.press("down").await;
                        }
                        told.press("space").await;
                        at = row;
                    }
                    told.press("enter").await;
                }
                Waits::Consent => told.consent().await,
                Waits::Form(_) => told.fill(self).await,
            }
        }
        told.keys = told.play.keys;
        told.play.pass(self.after).await;
        told.learn_names();
        told
    }

    /// Tells it as it should go, and checks everything.
    pub async fn goes_well(&self) -> Told {
        let told = self.tell(None).await;
        assert_eq!(told.failures, [""; 0], "{}", self.name);
        assert_eq!(told.writes(|_| true), self.writes, "{}", self.name);
        assert_eq!(told.consents, self.consents, "{}", self.name);
        println!("letter {}: {:?} keys to the first write, {} keys to green", self.name, told.first, told.keys);
        let (_, first, all) = KEYS.iter().find(|(name, ..)| *name == self.name).expect("the table of keys has it");
        assert_eq!(
            (told.first, told.keys),
            (*first, *all),
            "{}: the table of keys in the README says otherwise",
            self.name
        );
        assert!(told.useful.unwrap() <= 3, "{}: the runbook is there at once", self.name);
        told.is_green(self);
        told
    }

    /// Tells it as it should go, and checks what is on the screen on the way.
    pub async fn looks_well(&self) {
        let told = self.tell(None).await;
        let name: String = self
            .name
            .chars()
            .filter(|symbol| *symbol != ',')
            .map(|symbol| if symbol == ' ' { '_' } else { symbol })
            .collect();
        for (screens, (width, height)) in told.screens.expect("they were kept").iter().zip(SIZES) {
            insta::assert_snapshot!(
                format!("{name}_{width}x{height}"),
                screens.join(&format!("{}\n", "=".repeat(width.into())))
            );
        }
    }

    /// Tells it again with each kind of trouble at each of its writes.
    pub async fn goes_well_in_spite_of_trouble(&self) {
        let good = self.goes_well().await;
        let sent: Vec<LoggedRequest> = good.play.simulator.requests().into_iter().filter(is_write).collect();
        for (place, write) in sent.iter().enumerate() {
            let same = |other: &&LoggedRequest| (&other.method, &other.path) == (&write.method, &write.path);
            let before = sent[..place].iter().filter(same).count();
            for fault in [
                Fault::Refuse(REFUSAL.to_owned()),
                Fault::Gateway { carried_out: false },
                Fault::Gateway { carried_out: true },
                Fault::Cut { carried_out: false },
                Fault::Cut { carried_out: true },
            ] {
                let told = self.tell(Some((&write.method, &write.path, before, fault.clone()))).await;
                told.went_well_in_spite_of(self, &good.line(write), &fault);
            }
        }
    }
}

impl Told {
    /// Presses a key, and takes note of the first write.
    pub async fn press(&mut self, key: &str) {
        match key.split_once(':') {
            Some(("text", text)) => self.play.type_in(text).await,
            Some(("wait", seconds)) => self.play.pass(seconds.parse().unwrap()).await,
            _ => self.play.press(&[key]).await,
        }
        if self.first.is_none() && self.play.simulator.requests().iter().any(is_write) {
            self.first = Some(self.play.keys);
        }
    }

    /// Keeps what is on the screen, unless chance has a part in it: several actions at once end in any order.
    fn look(&mut self) {
        let several = self.shown().is_some_and(|(_, opened)| opened.book.units().len() > 1);
        let Some(mut screens) = self.screens.take() else { return };
        if !several {
            for (kept, (width, height)) in screens.iter_mut().zip(SIZES) {
                kept.push(self.play.screen(width, height));
            }
            self.play.screen(140, 40);
        }
        self.screens = Some(screens);
    }

    /// The runbook that is shown.
    pub fn shown(&self) -> Option<(RunbookId, &Opened)> {
        let id = match &self.play.model.overlay {
            Some(Overlay::Runbook(id)) => *id,
            _ => return None,
        };
        Some((id, self.play.model.runbooks.get(id)?))
    }

    pub fn waits(&self) -> Option<(RunbookId, Waits)> {
        self.shown().map(|(id, opened)| (id, opened.book.waits()))
    }

    fn progress(&self) -> Vec<Progress> {
        let (_, opened) = self.shown().unwrap();
        opened.book.stages().iter().map(|stage| stage.progress.clone()).collect()
    }

    /// The steps and how each is going, for the words of a failed assertion.
    pub fn lines(&self) -> Vec<String> {
        let stages = self.shown().map(|(_, opened)| opened.book.stages()).unwrap_or_default();
        let steps = stages.iter().map(|stage| format!("{}: {:?}", stage.what, stage.progress));
        steps.chain(self.play.told()).collect()
    }

    fn titles(&self) -> Vec<String> {
        let (_, opened) = self.shown().unwrap();
        opened.book.choices().iter().map(|choice| choice.title.clone()).collect()
    }

    /// Asks for the question, and answers it as it wants to be answered.
    async fn consent(&mut self) {
        self.press("enter").await;
        self.look();
        let Some(Overlay::Confirm(confirm)) = &self.play.model.overlay else { panic!("nothing is asked") };
        self.consents += 1;
        match confirm.challenge.as_ref().expect("the question stands").demand().clone() {
            Demand::Yes => self.press("y").await,
            Demand::Typed(name) => {
                self.press(&format!("text:{name}")).await;
                self.press("enter").await;
            }
        }
    }

    /// Fills the form in, and sends it.
    async fn fill(&mut self, story: &Story) {
        let refusal = self.shown().and_then(|(_, opened)| opened.book.refusal()).map(|(_, why)| why.raw().to_owned());
        self.failures.extend(refusal);
        assert!(self.failures.len() < 6, "{}: it fails again and again: {:#?}", story.name, self.failures);
        for (name, value) in story.fills {
            for presses in 0.. {
                let at = self.shown().and_then(|(_, opened)| opened.form.as_ref()?.row()).map(|row| row.path.clone());
                if at.as_deref() == Some(*name) {
                    break;
                }
                assert!(presses < 40, "{}: there is no {name}\n{}", story.name, self.play.screen(140, 40));
                self.press("tab").await;
            }
            self.press("ctrl-u").await;
            self.press(&format!("text:{value}")).await;
        }
        self.look();
        self.press("ctrl-s").await;
    }

    fn learn_names(&mut self) {
        for held in self.play.model.inventory.sources() {
            self.names.insert(held.source.id.as_str().to_owned(), held.source.title().raw().to_owned());
            for schema in &held.source.schemas {
                self.names.insert(schema.id.as_str().to_owned(), schema.name.raw().to_owned());
            }
        }
    }

    /// A request in words: method, path below the project, body; with names for identities.
    fn line(&self, request: &LoggedRequest) -> String {
        let path = request.path.split("/projects/1/").last().unwrap();
        let body = if request.body.is_null() { String::new() } else { format!(" {}", request.body) };
        let line = format!("{} {path}{body}", request.method);
        self.names.iter().fold(line, |line, (id, name)| line.replace(id, &format!("{{{name}}}")))
    }

    /// The writes so far. Those of the same kind that were sent at once stand in the order of their names.
    pub fn writes(&self, wanted: impl Fn(&LoggedRequest) -> bool) -> Vec<String> {
        let requests = self.play.simulator.requests();
        let mut all: Vec<(Option<String>, String)> = Vec::new();
        for request in requests.iter().filter(|request| is_write(request) && wanted(request)) {
            let action = request.path.trim_end_matches('/').rsplit('/').next();
            let action = action.filter(|action| !self.names.contains_key(*action));
            all.push((action.map(|action| format!("{} {action}", request.time)), self.line(request)));
        }
        let at_once = all.chunk_by(|(one, _), (other, _)| one.is_some() && one == other);
        let sorted = at_once.map(|together| {
            let mut lines: Vec<String> = together.iter().map(|(_, line)| line.clone()).collect();
            lines.sort();
            lines
        });
        sorted.flatten().collect()
    }

    /// Whether the runbook is over, and everything is as it should be.
    fn is_green(&self, story: &Story) {
        let Some((_, opened)) = self.shown() else { panic!("{}: the runbook is shown to its end", story.name) };
        assert!(opened.book.is_over(), "{}: {:#?}", story.name, self.lines());
        assert!(opened.book.stages().iter().all(Stage::is_over), "{}: {:#?}", story.name, self.lines());
        for (table, wanted) in story.green {
            assert_eq!(
                state(&self.play.model, table).as_deref(),
                Some(*wanted),
                "{}: {table}: {:#?}",
                story.name,
                self.lines()
            );
        }
    }

    fn went_well_in_spite_of(&self, story: &Story, write: &str, fault: &Fault) {
        let about = format!("{}: {fault:?} at {write}: {:#?}", story.name, self.lines());
        self.is_green(story);
        let carried_out = self.writes(|request| request.fault.as_ref().is_none_or(Fault::is_carried_out));
        let unseen = story.unseen.contains(&write);
        if fault.is_carried_out() && unseen {
            let mut twice: Vec<&str> = story.writes.to_vec();
            let place = story.writes.iter().position(|sent| *sent == write).unwrap();
            twice.insert(place, write);
            assert!(carried_out == story.writes || carried_out == twice, "{about}{carried_out:#?}");
        } else if story.spare.contains(&write) && !carried_out.iter().any(|sent| sent == write) {
            let others: Vec<&str> = story.writes.iter().copied().filter(|other| *other != write).collect();
            assert_eq!(in_any_order(&carried_out), in_any_order(&others), "{about}");
        } else {
            assert_eq!(in_any_order(&carried_out), in_any_order(story.writes), "{about}");
            let extra = usize::from(!fault.is_carried_out());
            assert_eq!(self.writes(|_| true).len(), story.writes.len() + extra, "{about}");
            assert_eq!(self.failures.is_empty(), fault.is_carried_out(), "{about}{:#?}", self.failures);
        }
        if let (Fault::Refuse(text), [why, ..]) = (fault, self.failures.as_slice()) {
            assert!(why.contains(text), "it says why: {why}");
        }
        // Whatever discards data and was not carried out needs another consent, and nothing else does.
        let discards = ["/resync/", "/delete_data/", "/repair_cdc/", "/delete_webhook/"];
        let discards = discards.iter().any(|path| write.contains(path));
        if discards {
            assert_eq!(self.consents, story.consents + usize::from(!fault.is_carried_out()), "{about}");
        }
        self.nothing_is_repeated_blindly(&about);
    }

    /// Between two of the same there is a look.
    fn nothing_is_repeated_blindly(&self, about: &str) {
        let requests = self.play.simulator.requests();
        for (once, look) in
            [("/resync/", "/jobs/"), ("/create_webhook/", "/webhook_info/"), ("/repair_cdc/", "/cdc_status/")]
        {
            let sent = requests.iter().enumerate().filter(|(_, request)| request.path.contains(once));
            let sent: Vec<usize> = sent.map(|(place, _)| place).collect();
            for pair in sent.windows(2) {
                let refused = matches!(requests[pair[0]].fault, Some(Fault::Refuse(_)));
                if refused || requests[pair[0]].path != requests[pair[1]].path {
                    continue;
                }
                let between = &requests[pair[0] + 1..pair[1]];
                assert!(between.iter().any(|request| request.path.contains(look)), "{about}");
            }
        }
    }
}

/// The state of a table in words.
fn state(model: &Model, table: &str) -> Option<String> {
    let mut all = model.inventory.sources().iter().flat_map(Held::tables);
    all.find(|(schema, _)| schema.name.raw() == table).map(|(_, state)| state.words().to_owned())
}

/// Writes of the same kind in the order of their names: trouble at one of several lets the others pass it by.
fn in_any_order<T: AsRef<str>>(writes: &[T]) -> Vec<&str> {
    let action = |write: &T| write.as_ref().split('}').nth(1).unwrap_or_default().to_owned();
    let kinds = writes.chunk_by(|one, other| action(one).len() > 1 && action(one) == action(other));
    let sorted = kinds.map(|kind| {
        let mut kind: Vec<&str> = kind.iter().map(AsRef::as_ref).collect();
        kind.sort_unstable();
        kind
    });
    sorted.flatten().collect()
}
