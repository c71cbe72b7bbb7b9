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

use nix::sys::signal::{SigSet, Signal, kill, raise};
use nix::unistd::Pid;
use tokio::sync::mpsc;

use super::lease;
use super::{Input, Screen, Signals};
use crate::app::layout::Size;

/// How long to wait for the own copy of a signal that was sent to the whole process group. It is there at once; the
/// limit only keeps a surprise from becoming a hang.
const OWN_COPY: Duration = Duration::from_secs(1);

/// The stop signal, held back. See the module.
#[derive(Clone, Debug)]
pub struct StopSignal {
    watch: Arc<Watch>,
}

#[derive(Debug, Default)]
struct Watch {
    state: Mutex<State>,
    taken: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// How many stop signals the watching thread has taken; `None` until there is one.
    taken: Option<u64>,
    /// The process is being stopped: further signals say nothing new.
    stopping: bool,
    /// The process was continued after a stop of its own, which it need not be told.
    came_back: bool,
}

impl Watch {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
        watch.state().taken.get_or_insert(0);
        thread::Builder::new().name("stop-signal".into()).spawn(move || {
            while stop_signal().wait().is_ok() {
                let mut state = watch.state();
                state.taken = state.taken.map(|count| count.wrapping_add(1));
                watch.taken.notify_all();
                if !state.stopping && tell.send(()).is_err() {
                    break;
                }
            }
        })?;
        Ok(told)
    }

    /// Stops the process group, and returns when this process was continued; at once where no shell controls jobs.
    pub(super) fn stop(&self) -> io::Result<()> {
        self.stop_the_others()?;
        let stopped = stop_signal().thread_unblock().and_then(|()| {
            // To this thread alone: here it has its default action, and nobody else can take it.
            let raised = raise(Signal::SIGTSTP);
            stop_signal().thread_block().and(raised)
        });
        let mut state = self.watch.state();
        state.stopping = false;
        state.came_back = stopped.is_ok();
        Ok(stopped?)
    }

    /// Whether a continue signal only ends a stop of the program's own. Answers yes once for each.
    pub(super) fn came_back(&self) -> bool {
        std::mem::take(&mut self.watch.state().came_back)
    }

    /// Sends the stop signal to the process group: a program that waits for this one, such as `cargo run` or `time`,
    /// has to stop too, else the shell would go on waiting for it. The copy that comes to this process is taken before
    /// it goes on, else it would stop a second time.
    fn stop_the_others(&self) -> io::Result<()> {
        let mut state = self.watch.state();
        state.stopping = true;
        let before = state.taken;
        // While the state is locked, so that the copy cannot be counted too early.
        if let Err(error) = kill(Pid::from_raw(0), Signal::SIGTSTP) {
            state.stopping = false;
            return Err(error.into());
        }
        if before.is_some() {
            let waited = self.watch.taken.wait_timeout_while(state, OWN_COPY, |state| state.taken == before);
            drop(waited);
        }
        Ok(())
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
