//! Keys, paste, mouse, focus and size, as something to wait for.
//!
//! The terminal is read here and not by crossterm's event stream, because of what that does in version 0.29: it spins
//! for ever once the terminal is gone, it blocks whoever polls it on half a sequence, and it takes the escape of a
//! sequence that arrives in two pieces for the escape key and the rest for letters, which are commands here.

use std::collections::VecDeque;
use std::future::pending;
use std::io::{self, IsTerminal as _, PipeReader, PipeWriter};
use std::os::fd::{AsFd as _, OwnedFd};
use std::thread::{self, JoinHandle};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::signal::unix::{self, SignalKind};
use tokio::sync::mpsc;

use super::decoder::Decoder;
use super::screen::size_of_terminal;
use crate::app::message::Event;

/// Pieces read ahead. When the program falls behind further, they wait in the terminal.
const AHEAD: usize = 8;

/// How many bytes are read in one go. What was typed in one go is acted upon in one go, and drawn once.
const PIECE: usize = 4096;

/// The input of the program. Gives events until the terminal is gone.
#[derive(Debug)]
pub struct Input {
    reader: Option<Reader>,
    resizes: unix::Signal,
    ended: bool,
}

impl Input {
    /// Starts reading. Inside a tokio runtime, with the screen already entered.
    ///
    /// # Errors
    ///
    /// When there is no terminal to read from.
    pub fn start() -> io::Result<Self> {
        let resizes = unix::signal(SignalKind::window_change())?;
        Ok(Self { reader: Some(Reader::start(terminal()?)?), resizes, ended: false })
    }

    /// The next event; `None`, once, when the terminal is gone. After that it waits for ever, so that a loop which
    /// goes on asking does not spin. Nothing is lost when the waiting is given up.
    pub async fn next(&mut self) -> Option<Event> {
        if self.ended {
            return pending().await;
        }
        let event = match &mut self.reader {
            Some(reader) => tokio::select! {
                event = reader.recv() => event,
                Some(()) = self.resizes.recv() => Some(Event::Resized(size_of_terminal())),
            },
            None => match self.resizes.recv().await {
                Some(()) => Some(Event::Resized(size_of_terminal())),
                None => pending().await,
            },
        };
        self.ended = event.is_none();
        event
    }

    /// An event that is already there. `None` says nothing about the end: that is for [`Self::next`] to tell.
    pub fn ready(&mut self) -> Option<Event> {
        self.reader.as_mut()?.try_recv()
    }

    /// Stops reading, for as long as another program has the terminal. When this returns, nothing is read any more. What
    /// was read but not asked for yet is dropped: it was meant for the other program, not for commands later on.
    pub fn pause(&mut self) {
        self.reader = None;
    }

    /// Reads again.
    ///
    /// # Errors
    ///
    /// When there is no terminal to read from.
    pub fn resume(&mut self) -> io::Result<()> {
        if self.reader.is_none() {
            self.reader = Some(Reader::start(terminal()?)?);
        }
        Ok(())
    }
}

/// The terminal to read from: standard input, or where that is something else, the one that controls the process.
pub(super) fn terminal() -> io::Result<OwnedFd> {
    let input = io::stdin();
    if input.is_terminal() {
        input.as_fd().try_clone_to_owned()
    } else {
        std::fs::File::open("/dev/tty").map(OwnedFd::from)
    }
}

/// A thread that reads, for as long as this value exists.
#[derive(Debug)]
struct Reader {
    pieces: mpsc::Receiver<VecDeque<Event>>,
    /// What is left of the last piece.
    events: VecDeque<Event>,
    /// Closing it tells the thread to end, even in the middle of waiting.
    leash: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    fn start(terminal: OwnedFd) -> io::Result<Self> {
        let (sender, pieces) = mpsc::channel(AHEAD);
        let (end, leash) = io::pipe()?;
        let thread = thread::Builder::new().name("input".into()).spawn(move || {
            // However it ends, dropping the sender tells that there is no more.
            let _ = read(&terminal, &end, &sender);
        })?;
        Ok(Self { pieces, events: VecDeque::new(), leash: Some(leash), thread: Some(thread) })
    }

    /// The next event; `None` when the terminal is gone. Nothing is lost when the waiting is given up.
    async fn recv(&mut self) -> Option<Event> {
        if self.events.is_empty() {
            self.events = self.pieces.recv().await?;
        }
        self.events.pop_front()
    }

    fn try_recv(&mut self) -> Option<Event> {
        if self.events.is_empty() {
            self.events = self.pieces.try_recv().ok()?;
        }
        self.events.pop_front()
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        // Both, as the thread may wait for the terminal or for room in the channel.
        self.leash = None;
        self.pieces.close();
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has ended as well.
            let _ = thread.join();
        }
    }
}

/// Reads until the terminal is gone, the leash is let go or nobody listens.
fn read(terminal: &OwnedFd, leash: &PipeReader, pieces: &mpsc::Sender<VecDeque<Event>>) -> io::Result<()> {
    let mut decoder = Decoder::default();
    let mut bytes = [0_u8; PIECE];
    loop {
        let patience = decoder.patience().map_or(PollTimeout::NONE, PollTimeout::from);
        let mut sources =
            [PollFd::new(terminal.as_fd(), PollFlags::POLLIN), PollFd::new(leash.as_fd(), PollFlags::POLLIN)];
        match poll(&mut sources, patience) {
            Ok(0) => decoder.give_up(),
            Ok(_) if sources[1].any() != Some(false) => return Ok(()),
            Ok(_) => match nix::unistd::read(terminal, &mut bytes) {
                Ok(0) => return Ok(()),
                Ok(count) => decoder.take(bytes.get(..count).unwrap_or_default()),
                // Another reader was quicker, or the terminal was made non-blocking by another program.
                Err(Errno::EINTR | Errno::EAGAIN) => {}
                Err(error) => return Err(error.into()),
            },
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let piece = decoder.take_events();
        if !piece.is_empty() && pieces.blocking_send(piece).is_err() {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::app::key::{Code, Key};

    fn next(reader: &mut Reader) -> Option<Event> {
        reader.try_recv().or_else(|| {
            reader.events = reader.pieces.blocking_recv()?;
            reader.events.pop_front()
        })
    }

    fn keys(reader: &mut Reader, count: usize) -> Vec<String> {
        (0..count)
            .map_while(|_| next(reader))
            .map(|event| match event {
                Event::KeyPressed(key) => key.to_string(),
                other => format!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn what_is_typed_comes_out_and_the_end_is_told() {
        let (from, mut to) = io::pipe().unwrap();
        let mut reader = Reader::start(from.into()).unwrap();
        to.write_all(b"j\x1b[Dx\x1b").unwrap();
        assert_eq!(keys(&mut reader, 4), ["j", "left", "x", "esc"]);
        drop(to);
        assert!(next(&mut reader).is_none());
    }

    #[test]
    fn a_reader_that_is_dropped_reads_no_more() {
        let (from, mut to) = io::pipe().unwrap();
        for fill in [0, (AHEAD + 2) * PIECE] {
            to.write_all(&vec![b'a'; fill]).unwrap();
            // Returns only when the thread has ended, whether it waits for input or for room.
            drop(Reader::start(from.try_clone().unwrap().into()).unwrap());
        }
        to.write_all(b"z").unwrap();
        let mut after = Reader::start(from.into()).unwrap();
        let last = std::iter::from_fn(|| next(&mut after))
            .find(|event| matches!(event, Event::KeyPressed(key) if *key == Key::plain(Code::Char('z'))));
        assert!(last.is_some());
    }

    #[test]
    fn half_a_sequence_is_not_waited_for() {
        let (from, mut to) = io::pipe().unwrap();
        let mut reader = Reader::start(from.into()).unwrap();
        to.write_all(b"\x1b[").unwrap();
        assert_eq!(keys(&mut reader, 1), ["alt-["]);
        to.write_all(b"\x1b").unwrap();
        assert_eq!(keys(&mut reader, 1), ["esc"]);
    }
}
