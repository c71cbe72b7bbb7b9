//! Signals, as something to wait for.

use std::future::pending;
use std::io;

use tokio::signal::unix::{self, SignalKind};
use tokio::sync::mpsc;

use super::jobs::StopSignal;

/// What another process, or the shell, wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// The program should end. Carries the number of the signal: by custom the exit status is 128 more.
    Terminate(u8),
    /// The program should stop until it is continued.
    Stop,
    /// The program was stopped by others and goes on: someone else may have used the terminal. Does not come after
    /// [`suspend`](super::suspend), which has seen to all that.
    Continue,
}

/// The signals the program heeds: SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP and SIGCONT.
#[derive(Debug)]
pub struct Signals {
    terminate: unix::Signal,
    hang_up: unix::Signal,
    interrupt: unix::Signal,
    quit: unix::Signal,
    go_on: unix::Signal,
    stop: mpsc::UnboundedReceiver<()>,
    job: StopSignal,
}

impl Signals {
    /// Listens from now on. Inside a tokio runtime.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn listen(job: StopSignal) -> io::Result<Self> {
        let listen = |kind: SignalKind| unix::signal(kind);
        let stop = job.watch()?;
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
            interrupt: listen(SignalKind::interrupt())?,
            quit: listen(SignalKind::quit())?,
            go_on: listen(SignalKind::from_raw(nix::libc::SIGCONT))?,
            stop,
            job,
        })
    }

    /// The next signal. Nothing is lost when the waiting is given up.
    pub async fn next(&mut self) -> Signal {
        let terminate = |kind: SignalKind| Signal::Terminate(u8::try_from(kind.as_raw_value()).unwrap_or(u8::MAX));
        loop {
            return tokio::select! {
                Some(()) = self.terminate.recv() => terminate(SignalKind::terminate()),
                Some(()) = self.hang_up.recv() => terminate(SignalKind::hangup()),
                Some(()) = self.interrupt.recv() => terminate(SignalKind::interrupt()),
                Some(()) = self.quit.recv() => terminate(SignalKind::quit()),
                Some(()) = self.go_on.recv() => {
                    if self.job.came_back() {
                        continue;
                    }
                    Signal::Continue
                }
                Some(()) = self.stop.recv() => Signal::Stop,
                // Sources that ended are switched off above; without any there is nothing to wait for.
                else => pending().await,
            };
        }
    }

    /// Stops the process group as the shell's job control does, and returns once it was continued. For programs without
    /// a screen, at [`Signal::Stop`]; those with one use [`suspend`](super::suspend).
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn stop(&self) -> io::Result<()> {
        self.job.stop()
    }
}
