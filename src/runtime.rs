//! The loop: messages in, update, effects out, draw if nothing waits.

use jiff::Timestamp;
use std::io;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, sleep_until};

use crate::app::commands::keymap::Keymap;
use crate::app::effect::Effect;
use crate::app::layout::Size;
use crate::app::message::{Event, Message};
use crate::app::model::Model;
use crate::app::settings::Settings;
use crate::app::update::{start, update};
use crate::terminal::{Input, Screen, Signal, Signals};
use crate::view::theme::Theme;
use crate::worker::Worker;
use crate::worker::clock::now;

/// How the screen looks and what it listens to.
pub struct Look {
    /// Styles and glyphs.
    pub theme: Theme,
    /// Whether the mouse is used.
    pub mouse: bool,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The user left, or a signal said so.
    Quit,
    /// The user wants the demo instead.
    StartDemo,
}

/// How many messages are taken in before the screen is drawn, so that a flood cannot starve it.
const BATCH: usize = 256;

/// The least time between two frames.
const FRAME: Duration = Duration::from_millis(8);

/// Runs the screen until the user leaves.
///
/// # Errors
/// The terminal could not be set up or written to. It has been restored.
pub async fn run(
    settings: Settings,
    keymap: Keymap,
    look: &Look,
    worker: &Worker,
    mut inbox: UnboundedReceiver<Message>,
) -> io::Result<Exit> {
    let mut screen = Screen::enter(look.mouse)?;
    let mut input = Input::new();
    let mut signals = Signals::new()?;
    let mut model = Model::new(settings, keymap, screen.size()?, now());
    let mut exit = None;
    let mut waiting = perform(start(&mut model), worker, &mut exit);
    let mut drawn_at: Option<Instant> = None;
    loop {
        for effect in std::mem::take(&mut waiting) {
            match effect {
                Effect::Copy(text) => screen.copy(&text)?,
                Effect::Redraw => screen.redraw()?,
                Effect::Suspend => {
                    input.pause();
                    screen.suspend()?;
                    input.resume();
                    let size = screen.size()?;
                    let resized = update(&mut model, Message { at: now(), event: Event::Resized(size) });
                    waiting.extend(perform(resized, worker, &mut exit));
                }
                _ => {}
            }
        }
        if let Some(exit) = exit {
            screen.restore()?;
            return Ok(exit);
        }
        let due = drawn_at.map(|at| at + FRAME).filter(|due| *due > Instant::now());
        if due.is_none() {
            screen.draw(|frame| crate::view::draw(&model, &look.theme, frame))?;
            drawn_at = Some(Instant::now());
        }
        let mut batch = Vec::new();
        tokio::select! {
            biased;
            signal = signals.next() => match signal {
                Signal::Terminate => {
                    screen.restore()?;
                    return Ok(Exit::Quit);
                }
                Signal::Stop => waiting.push(Effect::Suspend),
                Signal::Continue => waiting.push(Effect::Redraw),
            },
            event = input.next() => match event {
                Some(event) => batch.push(Message { at: now(), event }),
                // The terminal is gone: nobody can be asked anything any more.
                None => {
                    screen.restore()?;
                    return Ok(Exit::Quit);
                }
            },
            Some(message) = inbox.recv() => batch.push(message),
            () = until(due), if due.is_some() => {}
        }
        collect(&mut batch, &mut input, &mut inbox);
        for message in batch {
            let effects = update(&mut model, message);
            waiting.extend(perform(effects, worker, &mut exit));
        }
    }
}

async fn until(due: Option<Instant>) {
    if let Some(due) = due {
        sleep_until(due).await;
    }
}

/// Takes in whatever else waits already.
fn collect(batch: &mut Vec<Message>, input: &mut Input, inbox: &mut UnboundedReceiver<Message>) {
    let at: Timestamp = now();
    while batch.len() < BATCH {
        let mut found = false;
        if let Some(event) = input.try_next() {
            batch.push(Message { at, event });
            found = true;
        }
        if let Ok(message) = inbox.try_recv() {
            batch.push(message);
            found = true;
        }
        if !found {
            return;
        }
    }
}

/// Hands effects to the worker; what concerns the terminal is given back.
fn perform(effects: Vec<Effect>, worker: &Worker, exit: &mut Option<Exit>) -> Vec<Effect> {
    effects
        .into_iter()
        .filter_map(|effect| match worker.run(effect)? {
            Effect::Quit => {
                *exit = Some(Exit::Quit);
                None
            }
            Effect::StartDemo => {
                *exit = Some(Exit::StartDemo);
                None
            }
            other => Some(other),
        })
        .collect()
}

