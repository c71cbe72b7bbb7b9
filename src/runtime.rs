//! The loop: messages in, update, effects out, draw if nothing waits.

mod away;

use std::io;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};

use crate::app::commands::keymap::Keymap;
use crate::app::effect::{Destination, Effect, Timer};
use crate::app::message::{Event, Message, Mouse, MouseAct};
use crate::app::model::Model;
use crate::app::settings::Settings;
use crate::app::update::{start, update};
use crate::terminal::background::Question;
use crate::terminal::{self, Copied, EnterError, Input, Screen, Signal, Signals, helpers};
use crate::view::theme::Theme;
use crate::worker::Worker;
use crate::worker::clock::now;
use away::{Away, INTERRUPT, QUIT};

/// How the screen looks and what it listens to.
pub struct Look {
    /// Styles and glyphs.
    pub theme: Theme,
    /// Those for a light background, where the terminal is to be asked for it.
    pub light: Option<Theme>,
    /// Whether the mouse is used.
    pub mouse: bool,
    /// Whether addresses are links; `None`: where the terminal is known to make links of them.
    pub links: Option<bool>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The user left.
    Quit,
    /// The user wants the demo instead.
    StartDemo,
    /// The user wants this connection instead.
    Connect(Box<Destination>),
    /// A signal of this number ended it.
    Signal(u8),
    /// The terminal is gone.
    Gone,
}

/// How many messages are taken in before the screen is drawn, so that a flood cannot starve it.
const BATCH: usize = 256;

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(8);

/// The loop and everything it holds on to.
struct Loop<'a> {
    model: Model,
    screen: Screen,
    input: Input,
    worker: &'a Worker,
    inbox: UnboundedReceiver<Message>,
    /// What programs of the system have done.
    helped: (UnboundedSender<Event>, UnboundedReceiver<Event>),
    /// Whether the terminal said that its background is light.
    is_light: bool,
    /// The question for it, while it is open.
    question: Question,
    exit: Option<Exit>,
    /// Whoever has the terminal instead.
    away: Away,
    /// Something was put off until nothing else waits.
    goes_on: bool,
    /// The newest timer of the resting selection. Of many moves at once only the last one may rest.
    rested: Option<Effect>,
}

/// Runs the screen until the user leaves. The terminal is given back in every case.
///
/// # Errors
/// The terminal could not be taken, or not be written to.
pub async fn run(
    settings: Settings,
    keymap: Keymap,
    look: &Look,
    worker: &Worker,
    inbox: UnboundedReceiver<Message>,
    signals: &mut Signals,
) -> Result<Exit, EnterError> {
    let screen = Screen::enter(terminal::Options { mouse: look.mouse })?;
    let input = Input::start()?;
    let model = Model::new(settings, keymap, screen.size(), now());
    let mut looping = Loop {
        model,
        screen,
        input,
        worker,
        inbox,
        helped: unbounded_channel(),
        is_light: false,
        question: Question::default(),
        exit: None,
        away: Away::default(),
        goes_on: false,
        rested: None,
    };
    let result = looping.turn(look, signals).await;
    looping.away.end(&result).await;
    looping.settle().await;
    drop(looping);
    // A terminal that cannot be given back is gone, and nobody is there to be told.
    let restored = terminal::restore();
    let exit = result?;
    if exit != Exit::Gone {
        restored?;
    }
    Ok(exit)
}

impl Loop<'_> {
    async fn turn(&mut self, look: &Look, signals: &mut Signals) -> io::Result<Exit> {
        let links = look.links.unwrap_or_else(|| self.screen.knows_links());
        let effects = start(&mut self.model);
        let mut wanted = self.perform(effects);
        let mut drawn_at: Option<Instant> = None;
        // What a person did is answered at once, and so is the wait for the first sources; only what else the world does waits
        // for the next frame.
        let mut urgent = true;
        // Nothing is drawn for what nobody can see.
        let mut changed = true;
        loop {
            changed |= !wanted.is_empty();
            while !wanted.is_empty() {
                for effect in std::mem::take(&mut wanted) {
                    wanted.extend(self.on_screen(effect, signals).await?);
                }
            }
            if let Some(exit) = self.exit.take() {
                return Ok(exit);
            }
            let due = drawn_at.map(|at| at + FRAME).filter(|due| changed && !urgent && *due > Instant::now());
            // Nobody sees what is drawn while another program has the terminal.
            if changed && due.is_none() && !self.away.is_out() {
                let model = &self.model;
                // A terminal that takes no frame any more is gone, and with it everybody who could be told.
                let theme = look.light.as_ref().filter(|_| self.is_light).unwrap_or(&look.theme);
                if self.screen.draw_linked(|frame| crate::view::links::draw(model, theme, links, frame)).is_err() {
                    return Ok(Exit::Gone);
                }
                // Only now, so that nothing waits for it.
                if drawn_at.is_none() && look.light.is_some() && self.screen.ask_background()? {
                    self.question = Question::asked();
                }
                drawn_at = Some(Instant::now());
                (changed, urgent) = (false, false);
            }
            let mut batch = Vec::new();
            tokio::select! {
                biased;
                signal = signals.next() => match signal {
                    // Both were meant for the editor.
                    Signal::Terminate(INTERRUPT | QUIT) | Signal::Continue if self.away.is_out() => {}
                    Signal::Stop if self.away.is_out() => signals.stop()?,
                    Signal::Terminate(number) => return Ok(Exit::Signal(number)),
                    Signal::Stop => wanted.push(Effect::Suspend),
                    Signal::Continue => {
                        let size = self.screen.reenter()?;
                        batch.push(Message { at: now(), event: Event::Resized(size) });
                    }
                },
                status = self.away.ended() => wanted.extend(self.come_back(status)?),
                event = self.input.next() => match event {
                    Some(event) => batch.push(Message { at: now(), event }),
                    None => return Ok(Exit::Gone),
                },
                // The terminal was given back, and what went wrong was said.
                () = terminal::panicked() => return Ok(Exit::Gone),
                Some(message) = self.inbox.recv() => batch.push(message),
                Some(event) = self.helped.1.recv() => batch.push(Message { at: now(), event }),
                () = until(due), if due.is_some() => {}
                // A frame that is due is drawn at once; nothing else is waited for then.
                () = tokio::task::yield_now(), if self.goes_on => {
                    self.goes_on = false;
                    batch.push(Message { at: now(), event: Event::WentOn });
                }
            }
            let mut taken = 0;
            self.collect(&mut batch);
            while !batch.is_empty() {
                taken += batch.len();
                urgent |= batch.iter().any(|message| is_by_a_person(&message.event));
                let puts_off = batch.iter().all(|message| self.model.puts_off(&message.event));
                let only_went_on = matches!(batch.as_slice(), [message] if matches!(message.event, Event::WentOn));
                let was_empty = self.is_empty();
                wanted.extend(self.take_in(batch.drain(..), look));
                urgent |= was_empty && !self.is_empty();
                // What is half worked out cannot be seen.
                changed |= !(puts_off || (only_went_on && self.goes_on));
                // What has come meanwhile is in the same frame, unless the terminal or the end is asked for.
                if taken < BATCH && wanted.is_empty() && self.exit.is_none() {
                    self.collect(&mut batch);
                }
            }
            if let Some(rested) = self.rested.take() {
                wanted.extend(self.worker.run(rested));
            }
        }
    }

    /// Acts upon what has happened; what concerns the terminal is given back.
    fn take_in(&mut self, messages: impl Iterator<Item = Message>, look: &Look) -> Vec<Effect> {
        let mut wanted = Vec::new();
        for mut message in messages {
            self.question.hear(&message.event);
            self.mean(&mut message.event, look);
            match message.event {
                Event::Resized(size) => self.screen.resize(size),
                Event::BackgroundTold(light) => self.is_light = light,
                _ => {}
            }
            let effects = update(&mut self.model, message);
            wanted.extend(self.perform(effects));
        }
        wanted
    }

    /// Whether there is nothing to look at yet.
    fn is_empty(&self) -> bool {
        self.model.inventory.sources().is_empty()
    }

    /// A click on a key that stands on the screen is that key.
    fn mean(&self, event: &mut Event, look: &Look) {
        if let Event::MouseUsed(Mouse { column, row, act: MouseAct::Click }) = *event {
            let theme = look.light.as_ref().filter(|_| self.is_light).unwrap_or(&look.theme);
            if let Some(key) = crate::view::buttons::key_at(&self.model, theme, column, row) {
                *event = Event::KeyPressed(key);
            }
        }
    }

    /// Takes in whatever else waits already.
    fn collect(&mut self, batch: &mut Vec<Message>) {
        while batch.len() < BATCH {
            let event = self.input.ready().map(|event| Message { at: now(), event });
            let message = self.inbox.try_recv().ok();
            if event.is_none() && message.is_none() {
                return;
            }
            batch.extend(event.into_iter().chain(message));
        }
    }

    /// Hands effects to the worker; what concerns the terminal is given back.
    #[must_use]
    fn perform(&mut self, effects: Vec<Effect>) -> Vec<Effect> {
        effects
            .into_iter()
            .filter_map(|effect| match effect {
                Effect::Wake { timer: Timer::Rested(_), .. } => {
                    self.rested = Some(effect);
                    None
                }
                effect => self.worker.run(effect),
            })
            .filter_map(|effect| match effect {
                Effect::GoOn => {
                    self.goes_on = true;
                    None
                }
                Effect::Quit => {
                    self.exit = Some(Exit::Quit);
                    None
                }
                Effect::StartDemo => {
                    self.exit = Some(Exit::StartDemo);
                    None
                }
                Effect::Connect(destination) => {
                    self.exit = Some(Exit::Connect(destination));
                    None
                }
                other => Some(other),
            })
            .collect()
    }

    /// What the terminal answers belongs to us, not to the shell.
    async fn settle(&mut self) {
        let Self { question, input, .. } = self;
        question.settle(async || input.next().await).await;
    }

    /// Does what concerns the terminal; what follows from it and concerns the terminal too is given back.
    async fn on_screen(&mut self, effect: Effect, signals: &Signals) -> io::Result<Vec<Effect>> {
        let mut wanted = Vec::new();
        let Some(effect) = self.away.put_off(effect) else { return Ok(wanted) };
        match effect {
            Effect::EditText(draft) => wanted = self.edit(draft)?,
            Effect::Copy(text) => {
                let asked = self.screen.copy(&text)? == Copied::Asked;
                let effects = update(&mut self.model, Message { at: now(), event: Event::Copied(asked) });
                wanted = self.perform(effects);
                let told = self.helped.0.clone();
                tokio::spawn(async move {
                    if let Some(program) = helpers::copy(text).await {
                        // When nobody listens any more the program is ending.
                        let _ = told.send(Event::CopiedBy(program));
                    }
                });
            }
            Effect::Mouse(used) => self.screen.set_mouse(used)?,
            Effect::Browse(address) => {
                let told = self.helped.0.clone();
                tokio::spawn(async move {
                    let result = helpers::browse(&address).await;
                    let _ = told.send(Event::Browsed(address, result));
                });
            }
            Effect::Announce(announcement) => self.screen.announce(&announcement)?,
            Effect::Calm => self.screen.calm()?,
            Effect::Redraw => self.screen.redraw(),
            Effect::Suspend => {
                self.settle().await;
                let size = terminal::suspend(&mut self.screen, &mut self.input, signals)?;
                let effects = update(&mut self.model, Message { at: now(), event: Event::Resized(size) });
                wanted = self.perform(effects);
            }
            // Those are done already, by the loop and by the worker. All are named, so that a new one is not forgotten.
            Effect::GoOn
            | Effect::Quit
            | Effect::StartDemo
            | Effect::Connect(_)
            | Effect::Fetch { .. }
            | Effect::Hurry
            | Effect::CheckKey { .. }
            | Effect::UseKey(_)
            | Effect::Send { .. }
            | Effect::SendUnlogged { .. }
            | Effect::Learned { .. }
            | Effect::Wake { .. }
            | Effect::Journal(_)
            | Effect::TakeOver
            | Effect::Save { .. }
            | Effect::Remember(_)
            | Effect::KeepFilter(_)
            | Effect::ReadElsewhere(..)
            | Effect::LeaveElsewhere
            | Effect::Greet(..)
            | Effect::SaveProfile(..) => {}
        }
        Ok(wanted)
    }
}

fn is_by_a_person(event: &Event) -> bool {
    matches!(event, Event::KeyPressed(_) | Event::Pasted(_) | Event::MouseUsed(_) | Event::Resized(_))
}

async fn until(due: Option<Instant>) {
    if let Some(due) = due {
        sleep_until(due).await;
    }
}
