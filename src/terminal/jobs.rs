//! Job control: stopping as the shell expects, and coming back.
//!
//! The stop signal of the terminal (SIGTSTP) is *held*: blocked in every thread and taken by one that waits for it, so
//! that the terminal can be given back before the process stops. It keeps its default action, because only the default
//! action stops a process the way job control means it: the kernel leaves out process groups that no shell looks
//! after, which would otherwise hang for ever. A handler could not be removed again without `unsafe`, and SIGSTOP,
//! the usual substitute, stops those too.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use nix::sys::signal::{SigSet, Signal, kill};
use nix::unistd::Pid;
use tokio::sync::mpsc;

use super::lease;
use super::{Input, Screen, Signals};
use crate::app::layout::Size;

/// How long to wait until the watching thread has stepped aside. It does so at once; the limit only keeps a surprise
/// from becoming a hang.
const STEP_ASIDE: Duration = Duration::from_secs(1);

/// The stop signal, held back. See the module.
#[derive(Debug)]
pub struct StopSignal {
    watch: Arc<Watch>,
}

#[derive(Debug, Default)]
struct Watch {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    watcher: Watcher,
    /// The process is being stopped: the watcher should leave stop signals alone.
    stopping: bool,
    /// The process was continued after a stop of its own, which it need not be told.
    came_back: bool,
}

/// The thread that takes stop signals.
#[derive(Debug, Default, PartialEq)]
enum Watcher {
    /// There is none yet.
    #[default]
    None,
    /// It waits for one.
    Waiting,
    /// It leaves them alone.
    Aside,
}

impl Watch {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Steps aside for as long as the process is being stopped. Says whether it was.
    fn step_aside(&self) -> bool {
        let mut state = self.state();
        let stopping = state.stopping;
        while state.stopping {
            state.watcher = Watcher::Aside;
            self.changed.notify_all();
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.watcher = Watcher::Waiting;
        stopping
    }
}

fn stop_signal() -> SigSet {
    let mut set = SigSet::empty();
    set.add(Signal::SIGTSTP);
    set
}

impl StopSignal {
    /// Holds the stop signal back in this thread and in all that are started from it later: to be called first of all.
    /// Programs that are started do not inherit this.
    ///
    /// # Errors
    ///
    /// When the system refuses.
    pub fn hold() -> io::Result<Self> {
        stop_signal().thread_block()?;
        Ok(Self { watch: Arc::default() })
    }

    /// Starts the thread that takes stop signals and tells of them.
    pub(super) fn watch(&self) -> io::Result<mpsc::UnboundedReceiver<()>> {
        let (tell, told) = mpsc::unbounded_channel();
        let watch = Arc::clone(&self.watch);
        watch.state().watcher = Watcher::Waiting;
        thread::Builder::new().name("stop-signal".into()).spawn(move || {
            while stop_signal().wait().is_ok() {
                if !watch.step_aside() && tell.send(()).is_err() {
                    break;
                }
            }
        })?;
        Ok(told)
    }

    /// Stops the process group, and returns when this process was continued; at once where no shell controls jobs.
    ///
    /// The whole group, since a program that waits for this one, such as `cargo run` or `time`, has to stop too, else
    /// the shell would go on waiting for it. By one signal to all, since the shell may continue the group as soon as it
    /// sees one of them stop: a process that stopped itself only after that would never be continued.
    pub(super) fn stop(&self) -> io::Result<()> {
        self.send_watch_aside()?;
        let stopped = stop_signal().thread_unblock().and_then(|()| {
            // Nobody else takes it now, so it has its default action here, before `kill` returns.
            let sent = kill(Pid::from_raw(0), Signal::SIGTSTP);
            stop_signal().thread_block().and(sent)
        });
        let mut state = self.watch.state();
        state.stopping = false;
        state.came_back = stopped.is_ok();
        self.watch.changed.notify_all();
        Ok(stopped?)
    }

    /// Makes the watching thread leave the next stop signal alone. It waits for one, so it is sent one.
    fn send_watch_aside(&self) -> io::Result<()> {
        let mut state = self.watch.state();
        if state.watcher == Watcher::Waiting {
            kill(Pid::this(), Signal::SIGTSTP)?;
            state.stopping = true;
            let waited =
                self.watch.changed.wait_timeout_while(state, STEP_ASIDE, |state| state.watcher != Watcher::Aside);
            drop(waited);
        }
        Ok(())
    }

    /// Whether a continue signal only ends a stop of the program's own. Answers yes once for each.
    pub(super) fn came_back(&self) -> bool {
        std::mem::take(&mut self.watch.state().came_back)
    }
}

/// Stops the program as the shell's job control does, and comes back: reading stops, the terminal is given back, the
/// process group stops; once continued, the terminal is taken again and the next frame is a complete one. Blocks the
/// thread, as everything stops with it. Returns the size the terminal has now.
///
/// # Errors
///
/// When the process cannot be stopped, or the terminal cannot be taken again, which usually means that it is gone.
pub fn suspend(screen: &mut Screen, input: &mut Input, signals: &Signals) -> io::Result<Size> {
    input.pause();
    // A terminal that is gone shows itself when it is taken again.
    let _ = lease::restore();
    let stopped = signals.stop();
    let size = screen.reenter()?;
    input.resume()?;
    stopped.map(|()| size)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Stopping the test process itself is left to the tests in a pseudo-terminal.

    #[test]
    fn the_stop_signal_is_held_only_where_asked() {
        let held = thread::spawn(|| {
            StopSignal::hold().unwrap();
            thread::spawn(|| SigSet::thread_get_mask().unwrap().contains(Signal::SIGTSTP)).join().unwrap()
        });
        assert!(held.join().unwrap(), "threads started later inherit it");
        assert!(!SigSet::thread_get_mask().unwrap().contains(Signal::SIGTSTP));
    }
}
