//! The line to the server: who may use it when, and whether anybody is there.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::SignedDuration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use super::budget::{Budget, Priority, Remaining};
use super::circuit::Circuit;
use super::queue::{Place, Queue};
use crate::app::effect::Urgency;
use crate::app::message::BudgetLeft;
use crate::warehouse::failure::{Failure, FailureKind};

/// How long leave to make a request is waited for, where somebody waits for that, or the server has asked to wait.
const PATIENCE: Duration = Duration::from_secs(90);

/// The line to the server.
pub(super) struct Line {
    began: Instant,
    state: Mutex<State>,
    /// Somebody has left the queue.
    moved: Notify,
    /// Somebody is in a hurry.
    hurried: Notify,
}

#[derive(Default)]
struct State {
    budget: Budget,
    queue: Queue,
    circuit: Circuit,
    told: Option<Remaining>,
}

/// A place in the queue, which is given up when this is dropped.
struct Queued<'a> {
    line: &'a Line,
    place: Place,
}

impl Drop for Queued<'_> {
    fn drop(&mut self) {
        self.line.lock().queue.leave(self.place);
        self.line.moved.notify_waiters();
    }
}

impl Line {
    pub(super) fn new() -> Self {
        Self {
            began: Instant::now(),
            state: Mutex::new(State::default()),
            moved: Notify::new(),
            hurried: Notify::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is left of the budget.
    #[cfg(test)]
    pub(super) fn left(&self) -> Remaining {
        self.lock().budget.remaining(self.began.elapsed())
    }

    /// Waits for leave to make a request, behind all that are as urgent. What is left then is told where it has
    /// changed.
    pub(super) async fn leave(&self, urgency: Urgency, tell: impl Fn(BudgetLeft)) -> Result<(), Failure> {
        let priority = match urgency {
            Urgency::Waiting => Priority::Foreground,
            Urgency::Background => Priority::Background,
        };
        let mut queued = Queued { line: self, place: self.lock().queue.join(priority) };
        let since = Instant::now();
        loop {
            // Whatever happens from here on is noticed.
            let (moved, hurried) = (self.moved.notified(), self.hurried.notified());
            let place = queued.place;
            let (taken, left, news) = {
                let now = self.began.elapsed();
                let mut state = self.lock();
                let taken = state.queue.is_first(place).then(|| state.budget.take(now, place.priority()));
                let left = state.budget.remaining(now);
                let news = state.told.is_none_or(|told| worth(told) != worth(left));
                if news {
                    state.told = Some(left);
                }
                (taken, left, news)
            };
            if news {
                tell(in_words(left));
            }
            let wait = match taken {
                Some(Ok(())) => return Ok(()),
                Some(Err(wait)) => Some(wait),
                None => None,
            };
            // A long wait that somebody sees the end of is worth more than one that looks like a failure of ours.
            let held = left.paused.or(wait.filter(|_| place.priority() == Priority::Foreground));
            if let Some(held) = held.filter(|held| since.elapsed().saturating_add(*held) > PATIENCE) {
                return Err(Failure::new(FailureKind::TooManyRequests(SignedDuration::try_from(held).ok()), ""));
            }
            tokio::select! {
                biased;
                () = hurried => queued.place = self.lock().queue.promote(place),
                () = moved => {}
                () = sleep(wait.unwrap_or(PATIENCE)) => {}
            }
        }
    }

    /// Rests before a request is repeated. Whoever is in a hurry ends that, unless the server has asked for it.
    pub(super) async fn rest(&self, wait: Duration, may_be_hurried: bool) {
        tokio::select! {
            () = self.hurried.notified(), if may_be_hurried => {}
            () = sleep(wait) => {}
        }
    }

    /// Somebody waits now.
    pub(super) fn hurry(&self) {
        let now = self.began.elapsed();
        self.lock().budget.insist(now);
        self.hurried.notify_waiters();
    }

    /// The server answered.
    pub(super) fn answered(&self) {
        self.lock().circuit.answered();
    }

    /// A request failed; whether its answer would have depended on another system than the server. Answers with what
    /// is left of the budget where the server asks to wait.
    pub(super) fn failed(&self, failure: &Failure, elsewhere: bool) -> Option<BudgetLeft> {
        let now = self.began.elapsed();
        let mut state = self.lock();
        state.circuit.failed(failure, elsewhere);
        let FailureKind::TooManyRequests(wait) = &failure.kind else { return None };
        state.budget.throttled(now, wait.and_then(|wait| Duration::try_from(wait).ok()));
        let left = state.budget.remaining(now);
        state.told = Some(left);
        Some(in_words(left))
    }

    /// Why nothing is asked that nobody waits for, if so.
    pub(super) fn outage(&self) -> Option<Failure> {
        self.lock().circuit.open().cloned()
    }
}

/// What a person would notice of it: single requests matter only when few are left.
fn worth(left: Remaining) -> (usize, Option<u64>) {
    let count = left.minute.min(left.hour);
    (if count < 100 { count } else { count / 20 * 20 }, left.paused.map(|pause| pause.as_secs()))
}

fn in_words(left: Remaining) -> BudgetLeft {
    let count = |left: usize| u32::try_from(left).unwrap_or(u32::MAX);
    let paused = left.paused.and_then(|pause| SignedDuration::try_from(pause).ok());
    BudgetLeft { minute: count(left.minute), hour: count(left.hour), paused }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    async fn leave(line: &Line, urgency: Urgency) -> Result<(), Failure> {
        line.leave(urgency, |_| {}).await
    }

    #[tokio::test(start_paused = true)]
    async fn what_the_user_waits_for_goes_before_what_nobody_waits_for() {
        let line = Arc::new(Line::new());
        for _ in 0..480 {
            leave(&line, Urgency::Waiting).await.unwrap();
        }
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for (name, urgency) in [
            ("poll", Urgency::Background),
            ("probe", Urgency::Background),
            ("details", Urgency::Waiting),
            ("write", Urgency::Waiting),
        ] {
            let (line, order) = (Arc::clone(&line), Arc::clone(&order));
            tasks.push(tokio::spawn(async move {
                leave(&line, urgency).await.unwrap();
                order.lock().unwrap().push(name);
            }));
            tokio::task::yield_now().await;
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), ["details", "write", "poll", "probe"]);
        assert!(line.began.elapsed() >= Duration::from_secs(60));
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_nobody_would_wait_for_is_said_at_once() {
        let line = Line::new();
        let _ =
            line.failed(&Failure::new(FailureKind::TooManyRequests(Some(SignedDuration::from_hours(1))), ""), false);
        for urgency in [Urgency::Waiting, Urgency::Background] {
            let failure = leave(&line, urgency).await.unwrap_err();
            assert_eq!(failure.kind, FailureKind::TooManyRequests(Some(SignedDuration::from_hours(1))));
        }
        assert_eq!(line.began.elapsed(), Duration::ZERO);
        // Insisting helps only once the shortest of the server's own windows is over.
        line.hurry();
        assert!(leave(&line, Urgency::Waiting).await.is_err());
        sleep(Duration::from_secs(60)).await;
        line.hurry();
        assert_eq!(leave(&line, Urgency::Waiting).await, Ok(()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_short_pause_is_waited_for() {
        let line = Line::new();
        let _ =
            line.failed(&Failure::new(FailureKind::TooManyRequests(Some(SignedDuration::from_secs(37))), ""), false);
        leave(&line, Urgency::Waiting).await.unwrap();
        assert_eq!(line.began.elapsed(), Duration::from_secs(37));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_in_a_hurry_does_not_wait_for_the_share_of_the_background() {
        let line = Arc::new(Line::new());
        for _ in 0..120 {
            leave(&line, Urgency::Background).await.unwrap();
        }
        let waiting = tokio::spawn({
            let line = Arc::clone(&line);
            async move { leave(&line, Urgency::Background).await }
        });
        sleep(Duration::from_secs(1)).await;
        line.hurry();
        waiting.await.unwrap().unwrap();
        assert_eq!(line.began.elapsed(), Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_can_be_hurried_unless_the_server_asked_for_it() {
        let line = Line::new();
        let hurry = async {
            sleep(Duration::from_secs(1)).await;
            line.hurry();
        };
        tokio::join!(line.rest(Duration::from_secs(8), true), hurry);
        assert_eq!(line.began.elapsed(), Duration::from_secs(1));
        let hurry = async {
            sleep(Duration::from_secs(1)).await;
            line.hurry();
        };
        tokio::join!(line.rest(Duration::from_secs(8), false), hurry);
        assert_eq!(line.began.elapsed(), Duration::from_secs(9));
    }
}
