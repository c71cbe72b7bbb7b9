//! A panic, in whatever thread or task, gives the terminal back before anything is said about it.

use std::panic::{self, PanicHookInfo};
use std::sync::Once;

use tokio::sync::Notify;

use super::lease;

static INSTALLED: Once = Once::new();

/// Told of each panic.
static PANICKED: Notify = Notify::const_new();

/// Installs a panic hook that gives the terminal back and then calls `report`, which may print. A program without a
/// report of its own passes `std::panic::take_hook()`. Only the first call has an effect.
///
/// The screen cannot be drawn on after that: a program whose panic was in a task has to end at [`panicked`].
pub fn install_panic_hook(report: impl Fn(&PanicHookInfo<'_>) + Send + Sync + 'static) {
    INSTALLED.call_once(|| {
        panic::set_hook(Box::new(move |info| {
            // The panic is the news; a terminal that is gone is not.
            let _ = lease::restore();
            report(info);
            PANICKED.notify_one();
        }));
    });
}

/// Waits for a panic, in whatever thread or task. One that was before counts.
pub async fn panicked() {
    PANICKED.notified().await;
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn a_panic_in_a_thread_is_reported_once_however_often_the_hook_is_installed() {
        let told = Arc::new(AtomicUsize::new(0));
        let previous = Arc::new(panic::take_hook());
        for _ in 0..2 {
            let (told, previous) = (Arc::clone(&told), Arc::clone(&previous));
            install_panic_hook(move |info| {
                if info.payload_as_str() == Some("hook test") {
                    told.fetch_add(1, Ordering::SeqCst);
                } else {
                    previous(info);
                }
            });
        }
        assert!(thread::spawn(|| panic!("hook test")).join().is_err());
        assert_eq!(told.load(Ordering::SeqCst), 1);
    }
}
