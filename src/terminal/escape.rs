//! The escape key while there is no screen: the shell's terminal is left as it is, for another program may ask its user
//! something there, and yet the key is noticed.

use std::future::pending;
use std::io;
use std::os::fd::AsFd as _;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{FlushArg, SetArg, SpecialCharacterIndices, Termios, tcflush, tcgetattr, tcsetattr};
use tokio::time::sleep;

/// What the key sends.
const ESCAPE: u8 = 0x1b;

/// How long between looks. Whoever else reads the terminal has taken what is there by the second one.
const LOOK: Duration = Duration::from_millis(40);

/// The escape key ends a line of input for as long as this exists, so that it can be read without enter.
pub struct EscapeKey {
    before: Termios,
}

impl EscapeKey {
    /// Begins to heed it; `None` where standard input is no terminal.
    #[must_use]
    pub fn heed() -> Option<Self> {
        let input = io::stdin();
        let before = tcgetattr(&input).ok()?;
        let mut now = before.clone();
        *now.control_chars.get_mut(SpecialCharacterIndices::VEOL as usize)? = ESCAPE;
        tcsetattr(&input, SetArg::TCSANOW, &now).ok()?;
        Some(Self { before })
    }

    /// Returns when it was pressed. What is typed while another program waits for it is left to that one.
    pub async fn pressed(&self) {
        let mut left_over = false;
        loop {
            sleep(LOOK).await;
            let there = something_there();
            if there && left_over {
                let mut line = [0; 4096];
                match nix::unistd::read(io::stdin().as_fd(), &mut line) {
                    Ok(count @ 1..) if line.get(..count).is_some_and(|line| line.contains(&ESCAPE)) => return,
                    Ok(1..) => {}
                    // The terminal is gone, which is told by a signal.
                    Ok(0) | Err(_) => return pending().await,
                }
            }
            left_over = there && !left_over;
        }
    }
}

fn something_there() -> bool {
    let input = io::stdin();
    let mut ready = [PollFd::new(input.as_fd(), PollFlags::POLLIN)];
    poll(&mut ready, PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
}

impl Drop for EscapeKey {
    fn drop(&mut self) {
        let input = io::stdin();
        // Keys such as the arrows begin like the escape key; the rest of them is no command. Where the terminal is gone
        // there is nothing to set back.
        let _ = tcflush(&input, FlushArg::TCIFLUSH);
        let _ = tcsetattr(&input, SetArg::TCSANOW, &self.before);
    }
}
