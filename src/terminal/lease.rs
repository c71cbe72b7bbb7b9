//! Who has the terminal: the program or the shell. One for the whole process, since a panic in any thread has to be
//! able to give the terminal back.

use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use super::modes;

/// Whether the program has the terminal. Held while bytes are written, so that no frame comes after the bytes that
/// give the terminal back.
static TAKEN: Mutex<bool> = Mutex::new(false);

/// How long a terminal may take no bytes at all, in milliseconds. Only for a terminal that another program made
/// non-blocking; otherwise writing waits as long as it takes.
const STALLED: u16 = 10_000;

fn taken() -> MutexGuard<'static, bool> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes the terminal: raw mode, then all modes. When a step fails, what was done is undone.
pub(super) fn take(with_mouse: bool) -> io::Result<()> {
    let mut taken = taken();
    // Before the first step, so that giving back undoes a half-finished start.
    *taken = true;
    let done = io::stdout()
        .flush()
        .and_then(|()| crossterm::terminal::enable_raw_mode())
        .and_then(|()| write(modes::enter(with_mouse).as_bytes()));
    if done.is_err() {
        // The first error is the one worth telling.
        let _ = give_back(&mut taken);
    }
    done
}

/// Gives the terminal back to the shell. Every step is tried, the first error is kept. Does nothing when the terminal
/// was not taken or was given back already; may be called from any thread, at any time.
///
/// # Errors
///
/// The first step that failed, usually because the terminal is gone.
pub fn restore() -> io::Result<()> {
    give_back(&mut taken())
}

fn give_back(taken: &mut bool) -> io::Result<()> {
    if !std::mem::take(taken) {
        return Ok(());
    }
    let modes = write(modes::leave().as_bytes());
    let raw = crossterm::terminal::disable_raw_mode();
    modes.and(raw)
}

/// Writes these bytes to the terminal, unless it was given back.
pub(super) fn send(bytes: &[u8]) -> io::Result<()> {
    let taken = taken();
    if *taken { write(bytes) } else { Err(io::Error::new(io::ErrorKind::NotConnected, "the terminal was given back")) }
}

/// Writes past the buffer of the standard library, whose lock may be held by the thread that panicked.
fn write(mut bytes: &[u8]) -> io::Result<()> {
    let out = io::stdout();
    while !bytes.is_empty() {
        match nix::unistd::write(&out, bytes) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(Errno::EINTR) => {}
            // The open terminal is shared with the parent process, which may have made it non-blocking.
            Err(Errno::EAGAIN) => {
                let mut ready = [PollFd::new(out.as_fd(), PollFlags::POLLOUT)];
                match poll(&mut ready, PollTimeout::from(STALLED)) {
                    Ok(0) => return Err(io::ErrorKind::TimedOut.into()),
                    Ok(_) | Err(Errno::EINTR) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_taken_is_not_given_back() {
        // Both would write to the standard output of the test run.
        assert!(restore().is_ok());
        assert!(restore().is_ok());
        assert_eq!(send(b"frame").unwrap_err().kind(), io::ErrorKind::NotConnected);
    }
}
