//! While the user's editor has the terminal: nothing is drawn, no key is taken, and everything else goes on.

use std::future::pending;
use std::io;
use std::process::ExitStatus;

use super::{Exit, Loop};
use crate::app::effect::{Draft, Effect};
use crate::app::message::{Edited, Event, Message};
use crate::app::update::update;
use crate::terminal::{Editor, Ready};
use crate::worker::clock::now;

/// Signals of keys. While an editor runs they are its own: it hears them as well.
pub(super) const INTERRUPT: u8 = 2;
pub(super) const QUIT: u8 = 3;

/// What an editor is told where nothing else ends the program.
const TERMINATE: u8 = 15;

/// The editor that has the terminal, if one has, and what was to be done with the terminal meanwhile.
#[derive(Default)]
pub(super) struct Away {
    editor: Option<Editor>,
    later: Vec<Effect>,
}

impl Away {
    /// Whether another program has the terminal.
    pub(super) fn is_out(&self) -> bool {
        self.editor.is_some()
    }

    /// Keeps what concerns the terminal for later, while that is another's.
    pub(super) fn put_off(&mut self, effect: Effect) -> Option<Effect> {
        if !self.is_out() {
            return Some(effect);
        }
        self.later.push(effect);
        None
    }

    /// Waits for the end of the editor; for ever where there is none.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        match &mut self.editor {
            Some(editor) => editor.ended().await,
            None => pending().await,
        }
    }

    /// The program ends: an editor that still runs ends with it.
    pub(super) async fn end(&mut self, result: &io::Result<Exit>) {
        if let Some(editor) = self.editor.take() {
            let number = match result {
                Ok(Exit::Signal(number)) => *number,
                _ => TERMINATE,
            };
            editor.end(number).await;
        }
    }
}

impl Loop<'_> {
    /// Gives the terminal to the user's editor; what is then to be done with the terminal is given back.
    pub(super) fn edit(&mut self, draft: Draft) -> io::Result<Vec<Effect>> {
        let ready = match Ready::new(draft) {
            Ok(ready) => ready,
            Err(reason) => return Ok(self.tell(Event::TextEdited(Err(reason)))),
        };
        match ready.start(&mut self.input) {
            Ok(editor) => self.away.editor = Some(editor),
            Err(reason) => return self.take_back(Err(reason)),
        }
        Ok(Vec::new())
    }

    /// The editor has ended: the terminal is taken again, and what was put off is to be done.
    pub(super) fn come_back(&mut self, status: io::Result<ExitStatus>) -> io::Result<Vec<Effect>> {
        let Some(editor) = self.away.editor.take() else { return Ok(Vec::new()) };
        let mut wanted = std::mem::take(&mut self.away.later);
        let result = editor.finish(status);
        wanted.extend(self.take_back(result)?);
        Ok(wanted)
    }

    fn take_back(&mut self, result: Result<Edited, String>) -> io::Result<Vec<Effect>> {
        let size = self.screen.reenter()?;
        self.input.resume()?;
        let mut wanted = self.tell(Event::Resized(size));
        wanted.extend(self.tell(Event::TextEdited(result)));
        Ok(wanted)
    }

    #[must_use]
    fn tell(&mut self, event: Event) -> Vec<Effect> {
        let effects = update(&mut self.model, Message { at: now(), event });
        self.perform(effects)
    }
}
