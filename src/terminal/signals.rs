//! Signals, as something to wait for.

use std::future::{pending, poll_fn};
use std::io;
use std::task::Poll;

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

/// Signals that end a program which does not heed them, as long as nothing is wrong inside it: those that its own
/// mistakes raise (SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS, SIGABRT) are left alone, since their core is what is
/// wanted then, and most of them would come again for ever.
fn that_end() -> Vec<i32> {
    use nix::libc;
    let mut all = vec![
        libc::SIGTERM,
        libc::SIGHUP,
        libc::SIGINT,
        libc::SIGQUIT,
        libc::SIGUSR1,
        libc::SIGUSR2,
        libc::SIGALRM,
        libc::SIGVTALRM,
        libc::SIGPROF,
        libc::SIGXCPU,
        libc::SIGXFSZ,
    ];
    #[cfg(target_os = "linux")]
    {
        all.extend([libc::SIGIO, libc::SIGPWR, libc::SIGSTKFLT]);
        all.extend(libc::SIGRTMIN()..=libc::SIGRTMAX());
    }
    all
}

/// The signals the program heeds: all that would end it and can be caught, SIGTSTP and SIGCONT.
#[derive(Debug)]
pub struct Signals {
    end: mpsc::UnboundedReceiver<u8>,
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
        let stop = job.watch()?;
        let go_on = unix::signal(SignalKind::from_raw(nix::libc::SIGCONT))?;
        let signal = |number: i32| -> io::Result<(u8, unix::Signal)> {
            Ok((u8::try_from(number).unwrap_or(u8::MAX), unix::signal(SignalKind::from_raw(number))?))
        };
        let mut heeded = that_end().into_iter().map(signal).collect::<io::Result<Vec<_>>>()?;
        let (tell, end) = mpsc::unbounded_channel();
        // One task for all of them, which are many: starting one for each kept the first screen waiting.
        tokio::spawn(async move {
            // Nobody may listen any more when one comes.
            while tell.send(any_of(&mut heeded).await).is_ok() {}
        });
        Ok(Self { end, go_on, stop, job })
    }

    /// The next signal. Nothing is lost when the waiting is given up.
    pub async fn next(&mut self) -> Signal {
        loop {
            return tokio::select! {
                Some(number) = self.end.recv() => Signal::Terminate(number),
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

/// Waits for one of these signals; answers with its number.
async fn any_of(heeded: &mut [(u8, unix::Signal)]) -> u8 {
    poll_fn(|context| {
        let mut came = heeded.iter_mut().filter_map(|(number, signal)| match signal.poll_recv(context) {
            Poll::Ready(Some(())) => Some(*number),
            Poll::Ready(None) | Poll::Pending => None,
        });
        came.next().map_or(Poll::Pending, Poll::Ready)
    })
    .await
}
