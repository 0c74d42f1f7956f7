//! Every reply, also of a hostile callee, becomes a state; a fault's path arrives.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;

use super::*;
use crate::os::sample::Sample;
use crate::task::Scheduler;
use crate::task::scheduler::Settings;

/// Runs a body in a task of a process that knows no other.
fn within(body: impl FnOnce(&Task) + Send + 'static) {
    let program = Sample { name: "web", ..Sample::default() }.program();
    let scheduler = Scheduler::new(program, Settings { workers: 1, seed: None });
    let done = Arc::new(AtomicBool::new(false));
    let flag = done.clone();
    let run = move |task: &Task| {
        body(task);
        flag.store(true, Ordering::SeqCst);
        task.scheduler().nudge();
    };
    scheduler.spawn(run).expect("memory for a stack");
    scheduler.run_until(|| done.load(Ordering::SeqCst));
}

/// A call whose outcome is there already.
fn ended(task: &Task, outcome: Outcome) -> RemoteCall {
    let (pending, wait) = Pending::begin(task);
    Task::hear(task.me(), wait, outcome);
    let mut call = RemoteCall::new(1, 0, 0);
    call.sent = Some(pending);
    call
}

fn fault_reply(message: &str, path: &[&str]) -> Vec<u8> {
    let mut reply = Buffer::new();
    reply.byte(ReplyKind::Fault as u8);
    reply.text(message);
    reply.varint(path.len() as u64);
    path.iter().for_each(|line| reply.text(line));
    reply.finish().expect("no failure")
}

#[test]
fn replies_become_states() {
    within(|task| {
        let cases = [
            (vec![0, 7], CallState::Value),
            (vec![1, 3], CallState::Error),
            (fault_reply("m", &[]), CallState::Fault),
            (vec![3], CallState::Network),
            (vec![9], CallState::Network),
            (vec![], CallState::Network),
        ];
        for (body, state) in cases {
            let mut call = ended(task, Outcome::Reply(body.clone()));
            assert_eq!(call.poll(task), state, "{body:?}");
            // A request that could not be read did not run; what a broken reply means nobody knows.
            assert_eq!(call.may_have_run(), state == CallState::Network && body != [3], "{body:?}");
        }
    });
}

#[test]
fn failures_become_states_with_details() {
    within(|task| {
        let kinds = [
            (FailureKind::Network, CallState::Network, Sent::Yes),
            (FailureKind::Timeout, CallState::Timeout, Sent::Yes),
            (FailureKind::Unavailable, CallState::Unavailable, Sent::No),
        ];
        for (kind, state, sent) in kinds {
            let mut call = ended(task, Outcome::Failed(Failure { kind, detail: "why".to_string(), sent }));
            assert_eq!(call.poll(task), state);
            assert_eq!((call.detail(), call.may_have_run()), ("why", sent == Sent::Yes));
        }
    });
}

#[test]
fn what_cannot_be_sent_fails_at_once() {
    within(|task| {
        let mut call = RemoteCall::new(1, 0, 0);
        call.send(task);
        assert_eq!((call.poll(task), call.may_have_run()), (CallState::Unavailable, false));
        let mut call = RemoteCall::new(1, 0, 0);
        call.request.fail();
        call.send(task);
        assert_eq!((call.poll(task), call.may_have_run()), (CallState::Network, false));
    });
}

#[test]
fn a_fault_is_taken_over_with_its_path() {
    within(|task| {
        let mut call = ended(task, Outcome::Reply(fault_reply("division by zero", &["at f (a.pt:1)"])));
        assert_eq!(call.poll(task), CallState::Fault);
        call.take_over(task);
        let fault = task.take_fault();
        assert_eq!(fault.message, "division by zero");
        assert_eq!(fault.path, ["at f (a.pt:1)", "-- called from process web --"]);
    });
}

proptest! {
    #[test]
    fn no_reply_does_harm(body: Vec<u8>) {
        within(move |task| {
            let mut call = ended(task, Outcome::Reply(body));
            if call.poll(task) == CallState::Fault {
                call.take_over(task);
                task.take_fault();
            }
        });
    }
}

#[test]
fn the_earliest_deadline_counts_and_the_usual_one_only_without_another() {
    within(|task| {
        let before = task.scheduler().now();
        let after = |limit: u64| limit.saturating_sub(before);
        let usual = limits(task, Timeout::Usual);
        assert!(usual.sent == usual.answered && (5_000..10_000).contains(&after(usual.sent)));
        assert!((60_000..65_000).contains(&after(limits(task, Timeout::Policy(60_000)).answered)));
        let detached = limits(task, Timeout::Detached);
        assert!((5_000..10_000).contains(&after(detached.sent)) && detached.answered == u64::MAX);
        let spawned = limits(task, Timeout::Never);
        assert!((5_000..10_000).contains(&after(spawned.sent)) && spawned.answered > u64::MAX / 2_000_000);
        // Within 30 s.
        task.limit((before + 30_000) * 1_000_000);
        assert_eq!(after(limits(task, Timeout::Usual).answered), 30_002);
        assert_eq!(after(limits(task, Timeout::Never).answered), 30_002);
        assert_eq!(after(limits(task, Timeout::Policy(60_000)).answered), 30_002);
        assert!(after(limits(task, Timeout::Policy(10_000)).answered) < 30_000);
        // Within 1 s: a detached call belongs to no `within`.
        task.limit((before + 1_000) * 1_000_000);
        assert!(after(limits(task, Timeout::Detached).sent) >= 5_000);
    });
}
