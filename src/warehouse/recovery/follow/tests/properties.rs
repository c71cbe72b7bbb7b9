//! What holds whatever the server answers.

use super::*;
use proptest::prelude::*;
use proptest::sample::Index;

const TABLES: [&str; 3] = ["orders", "items", "customers"];

fn any_status() -> impl Strategy<Value = Status> {
    prop_oneof![
        3 => Just(Status::Running),
        2 => Just(Status::Completed),
        2 => Just(Status::Failed),
        1 => Just(Status::None),
        1 => Just(Status::BillingLimits),
        1 => Just(Status::Unknown(Foreign::new("Hibernating"))),
    ]
}

fn any_failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        Just(timed_out()),
        Just(gateway()),
        Just(not_found()),
        Just(offline()),
        Just(failure(FailureKind::Refused, Some(400), "Monthly sync limit reached")),
        Just(failure(FailureKind::KeyRejected, Some(401), "")),
        Just(failure(FailureKind::ServerError, Some(500), "")),
        Just(failure(FailureKind::Malformed, Some(200), "")),
    ]
}

fn any_job() -> impl Strategy<Value = Job> {
    let of = prop_oneof![4 => (0_usize..3).prop_map(|table| TABLES[table]), 1 => Just("elsewhere")];
    (0_u8..8, of, -500_i64..500, any_status(), any::<[bool; 3]>(), any::<u64>()).prop_map(
        |(id, table, created, status, [timed, named, finished], rows)| {
            let mut made = job(&format!("job-{id}"), table, created);
            made.status = status;
            made.rows = Field::Known(rows);
            if !timed {
                made.created_at = None;
            }
            if !named {
                made.schema = None;
            }
            if finished {
                made.finished_at = Field::Known(after(created - 3));
            }
            made
        },
    )
}

fn any_full() -> impl Strategy<Value = FullSchema> {
    (any_status(), any::<Option<bool>>(), 0_u8..3, any::<bool>()).prop_map(|(status, on, stored, both)| {
        let mut full = full("orders", status);
        full.schema.should_sync = on;
        match stored {
            0 => full.schema.table = Field::Null,
            1 => full.schema.table = Field::Unknown,
            _ => {}
        }
        if both {
            full.detail.cdc_table_mode = Field::Known(Foreign::new("both"));
        }
        full
    })
}

fn any_told() -> impl Strategy<Value = Told> {
    prop_oneof![
        3 => proptest::collection::vec(any_job(), 0..6).prop_map(Told::Jobs),
        2 => any_full().prop_map(Told::Full),
        1 => any::<bool>().prop_map(Told::Present),
        1 => Just(Told::Done),
        1 => Just(Told::Remark("something was done")),
        1 => any_failure().prop_map(Told::NotDone),
        1 => any_failure().prop_map(Told::Unread),
        2 => Just(Told::Waited),
    ]
}

impl std::fmt::Debug for Told {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Jobs(jobs) => write!(out, "Jobs({jobs:?})"),
            Self::Full(full) => write!(out, "Full({:?})", full.schema.status),
            Self::Present(present) => write!(out, "Present({present})"),
            Self::Done => out.write_str("Done"),
            Self::Remark(text) => write!(out, "Remark({text})"),
            Self::NotDone(failure) => write!(out, "NotDone({:?})", failure.kind),
            Self::Unread(failure) => write!(out, "Unread({:?})", failure.kind),
            Self::Waited => out.write_str("Waited"),
        }
    }
}

fn begin(act: u8) -> (Follow, Vec<Step>) {
    let (id, source) = (table("orders").0, SourceId::new("shop-id"));
    let one = subject(&["orders"]);
    match act {
        0 => Follow::write(Write::ReloadSchema(id), one, start()),
        1 => Follow::write(Write::ReloadSource(source), subject(&TABLES), start()),
        2 => Follow::write(Write::CancelSchema(id), one, start()),
        3 => Follow::write(Write::UpdateSchema(id, crate::warehouse::operation::SchemaPatch::resume()), one, start()),
        4 => Follow::write(Write::RefreshSchemas(source), subject(&TABLES), start()),
        5 => discard(Discard::ResyncSchema(id), &["orders"]),
        6 => discard(Discard::DeleteData(id), &["orders"]),
        7 => discard(Discard::DestroySchema(id), &["orders"]),
        _ => {
            let loss = Loss { name: Foreign::new("shop"), tables: 3, rows: Field::Unknown, usual_run: None };
            let consent = Challenge::new(Discard::DestroySource(source), loss).answered_with("shop").unwrap();
            Follow::discard(consent, subject(&TABLES), start())
        }
    }
}

const ACTS: std::ops::Range<u8> = 0..9;

fn sends(steps: &[Step]) -> usize {
    steps.iter().filter(|step| matches!(step, Step::Send(_))).count()
}

/// The steps that bring something back, or end it.
fn awaited(steps: &[Step]) -> usize {
    let waits = |step: &Step| match step {
        Step::Ask(_) | Step::Send(_) | Step::Wait(_) => true,
        Step::Tell(report) => report.end,
    };
    steps.iter().filter(|step| waits(step)).count()
}

/// What fits to a question, out of what the server might say.
fn fitting(step: &Step, might: &Might) -> Option<Told> {
    let unread = |otherwise: Told| if might.unread { Told::Unread(might.failure.clone()) } else { otherwise };
    Some(match step {
        Step::Ask(Need::Jobs(_)) => unread(Told::Jobs(might.jobs.clone())),
        Step::Ask(Need::Schema(_)) => unread(Told::Full(might.full.clone())),
        Step::Ask(_) => unread(Told::Present(might.present)),
        Step::Send(_) if might.unread => Told::NotDone(might.failure.clone()),
        Step::Send(_) => Told::Done,
        Step::Wait(_) => Told::Waited,
        Step::Tell(_) => return None,
    })
}

/// What the server might say to any question.
#[derive(Clone, Debug)]
struct Might {
    unread: bool,
    failure: Failure,
    jobs: Vec<Job>,
    full: FullSchema,
    present: bool,
    seconds: i64,
}

fn any_might() -> impl Strategy<Value = Might> {
    let jobs = proptest::collection::vec(any_job(), 0..6);
    (prop::bool::weighted(0.25), any_failure(), jobs, any_full(), any::<bool>(), 0_i64..40).prop_map(
        |(unread, failure, jobs, full, present, seconds)| Might { unread, failure, jobs, full, present, seconds },
    )
}

/// The step that waits for something, if there is one.
fn waiting(steps: Vec<Step>) -> Option<Step> {
    steps.into_iter().find(|step| !matches!(step, Step::Tell(_)))
}

proptest! {

    #[test]
    fn whatever_is_told_in_whatever_order_one_request_is_sent_at_most_and_nothing_after_the_end(
        act in ACTS,
        story in proptest::collection::vec((any_told(), -20_i64..200), 0..40),
    ) {
        let (mut follow, steps) = begin(act);
        let mut sent = sends(&steps);
        let mut now = 0;
        for (told, seconds) in &story {
            // Clocks may be set back.
            now += seconds;
            let over = follow.outcome().is_some();
            let steps = told.to(&mut follow, after(now));
            sent += sends(&steps);
            prop_assert!(sent <= 1);
            prop_assert!(!over || steps.is_empty());
            let ends = steps.iter().filter(|step| matches!(step, Step::Tell(report) if report.end)).count();
            prop_assert_eq!(ends == 1, !over && follow.outcome().is_some());
            let _ = follow.progress(None, after(now));
        }
    }

    #[test]
    fn it_always_waits_for_exactly_one_thing_or_has_ended(
        act in ACTS,
        story in proptest::collection::vec(any_might(), 1..40),
    ) {
        let (mut follow, steps) = begin(act);
        prop_assert_eq!(awaited(&steps), 1);
        let mut next = waiting(steps);
        let mut now = 0;
        for might in &story {
            let Some(step) = next.take() else { break };
            now += if let Step::Wait(time) = &step { time.as_secs() } else { might.seconds };
            let told = fitting(&step, might).unwrap();
            let steps = told.to(&mut follow, after(now));
            prop_assert_eq!(awaited(&steps), 1, "after {:?}: {:?}", told, steps);
            next = waiting(steps);
            prop_assert_eq!(next.is_none(), follow.outcome().is_some());
        }
    }

    #[test]
    fn it_comes_to_an_end_once_the_server_has_come_to_rest(
        act in ACTS,
        story in proptest::collection::vec(any_might(), 0..12),
        rest in any_might(),
        pick in any::<Index>(),
    ) {
        let (mut follow, steps) = begin(act);
        let mut next = waiting(steps);
        let mut now = 0;
        // At rest nothing runs any more and everything can be read.
        let mut at_rest = Might { unread: false, seconds: 1, ..rest };
        for job in &mut at_rest.jobs {
            job.status = [Status::Completed, Status::Failed][pick.index(2)].clone();
        }
        if at_rest.full.schema.status == Status::Running {
            at_rest.full.schema.status = Status::Failed;
        }
        for might in story.iter().chain(std::iter::repeat_n(&at_rest, 400)) {
            let Some(step) = next.take() else { break };
            now += if let Step::Wait(time) = &step { time.as_secs() } else { might.seconds };
            next = waiting(fitting(&step, might).unwrap().to(&mut follow, after(now)));
        }
        prop_assert!(follow.outcome().is_some(), "{}", follow.progress(None, after(now)));
    }
}
