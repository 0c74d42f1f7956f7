//! Whatever happens in whatever order, each call ends exactly once, and what was never sent never counts as sent.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Submit(u64),
    Detach(u64),
    Send,
    Reply(u64),
    Lost,
    Refused,
    Refuse(u64),
    Time(u64),
    Forget(u64),
    Cancel,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0u64..50).prop_map(Step::Submit),
        2 => (0u64..30).prop_map(Step::Detach),
        5 => Just(Step::Send),
        3 => (0u64..30).prop_map(Step::Reply),
        1 => Just(Step::Lost),
        1 => Just(Step::Refused),
        1 => (2u64..5).prop_map(Step::Refuse),
        2 => (0u64..10).prop_map(Step::Time),
        1 => (0u64..30).prop_map(Step::Forget),
        1 => Just(Step::Cancel),
    ]
}

/// A call is its own id; each third one has a body that needs several pieces.
fn size(call: u64) -> usize {
    if call.is_multiple_of(3) { 5 } else { 1 }
}

proptest! {
    #[test]
    fn each_call_ends_once(steps in proptest::collection::vec(any_step(), 0..120)) {
        let mut session = Session::default();
        let mut written = std::collections::BTreeMap::new();
        let mut detached = std::collections::BTreeSet::new();
        let (mut submitted, mut ended, mut sent, mut now) = (0u64, Vec::new(), Vec::new(), 0u64);
        for step in steps {
            match step {
                Step::Submit(wait) => {
                    submitted += 1;
                    let id = session.submit(submitted, size(submitted), now + wait / 2, now + wait);
                    prop_assert_eq!(id, submitted);
                }
                Step::Detach(wait) => {
                    submitted += 1;
                    detached.insert(submitted);
                    prop_assert_eq!(session.submit_detached(submitted, size(submitted), now + wait), submitted);
                }
                Step::Send => {
                    let piece = session.send(2, |piece| (piece.id, piece.deadline, piece.wants, *piece.call, piece.bytes, piece.place));
                    if let Some((id, deadline, wants, call, bytes, place)) = piece {
                        prop_assert_eq!(id, call);
                        prop_assert!(deadline >= now || place == Place::Last);
                        prop_assert!(!ended.contains(&call));
                        let before = written.insert(call, bytes.end).unwrap_or(0);
                        prop_assert!(bytes.start == before && bytes.len() <= 2);
                        prop_assert_eq!(bytes.end == size(call), place == Place::Last);
                        prop_assert_eq!(wants == Wants::Nothing, detached.contains(&call));
                        match (place, wants) {
                            (Place::Before, _) => {}
                            (Place::Last, Wants::Reply) => sent.push(call),
                            // It is over for this side: neither a reply nor a lost connection or a deadline ends it again.
                            (Place::Last, Wants::Nothing) => ended.push(call),
                        }
                    }
                }
                Step::Reply(id) => {
                    if let Some(call) = session.replied(id) {
                        prop_assert!(sent.contains(&call));
                        ended.push(call);
                    }
                }
                Step::Lost => {
                    written.clear();
                    for call in session.lost() {
                        prop_assert!(sent.contains(&call));
                        ended.push(call);
                    }
                }
                Step::Refused => {
                    for call in session.refused() {
                        prop_assert!(!sent.contains(&call));
                        ended.push(call);
                    }
                    prop_assert!(!session.has_unsent());
                }
                Step::Refuse(of) => {
                    for call in session.refuse(|call| call.is_multiple_of(of)) {
                        prop_assert!(!sent.contains(&call) && call.is_multiple_of(of));
                        ended.push(call);
                    }
                }
                Step::Time(by) => {
                    now += by;
                    for (call, was) in session.expire(now) {
                        prop_assert_eq!(sent.contains(&call), was == Sent::Yes);
                        ended.push(call);
                    }
                    prop_assert!(session.next_deadline().is_none_or(|next| next > now));
                }
                Step::Forget(id) => ended.extend(session.abandon(id)),
                Step::Cancel => {
                    if let Some(call) = session.cancel() {
                        // The callee knows of it, and it has ended without a reply.
                        prop_assert!(written.contains_key(&call) && ended.contains(&call));
                    }
                }
            }
            let unsent: Vec<u64> = (1..=submitted).filter(|call| !ended.contains(call) && !sent.contains(call)).collect();
            let load = Load { calls: unsent.len(), bytes: unsent.iter().map(|&call| size(call)).sum() };
            prop_assert_eq!(session.waiting(), load);
            prop_assert_eq!(session.has_detached(), unsent.iter().any(|call| detached.contains(call)));
        }
        ended.extend(session.expire(u64::MAX).into_iter().map(|(call, _)| call));
        prop_assert!(session.is_empty());
        ended.sort_unstable();
        prop_assert_eq!(ended, (1..=submitted).collect::<Vec<_>>());
    }
}

fn sent(session: &mut Session<&'static str>) -> Option<(&'static str, Range<usize>, Place)> {
    session.send(4, |piece| (*piece.call, piece.bytes, piece.place))
}

fn submit(session: &mut Session<&'static str>, call: &'static str, send_by: u64, deadline: u64) -> u64 {
    session.submit(call, call.len(), send_by, deadline)
}

#[test]
fn a_late_reply_is_dropped_and_its_call_cancelled() {
    let mut session = Session::default();
    let id = submit(&mut session, "call", 5, 5);
    sent(&mut session);
    assert_eq!(session.expire(5), [("call", Sent::Yes)]);
    assert_eq!(session.replied(id), None);
    assert!(session.has_something());
    assert_eq!((session.cancel(), session.cancel()), (Some(id), None));
}

#[test]
fn a_call_without_a_deadline_must_still_be_sent_in_time() {
    let mut session = Session::default();
    submit(&mut session, "unsent", 10, u64::MAX);
    assert_eq!(session.expire(10), [("unsent", Sent::No)]);
    submit(&mut session, "sent", 20, u64::MAX);
    sent(&mut session);
    assert_eq!((session.expire(1_000_000), session.next_deadline()), (vec![], Some(u64::MAX)));
}

#[test]
fn what_was_not_sent_waits_for_the_next_connection_and_needs_no_cancellation() {
    let mut session = Session::default();
    submit(&mut session, "1st", 10, 10);
    let second = submit(&mut session, "2nd", 10, 10);
    sent(&mut session);
    assert_eq!(session.lost(), ["1st"]);
    assert_eq!(sent(&mut session), Some(("2nd", 0..3, Place::Last)));
    let third = submit(&mut session, "3rd", 10, 10);
    assert_eq!(session.abandon(third), Some("3rd"));
    assert_eq!(session.abandon(second), Some("2nd"));
    assert_eq!((session.cancel(), session.cancel()), (Some(second), None));
}

#[test]
fn large_bodies_go_by_turns_with_small_ones_and_begin_again_with_the_next_connection() {
    let mut session = Session::default();
    submit(&mut session, "0123456789", 10, 10);
    submit(&mut session, "a", 10, 10);
    submit(&mut session, "b", 10, 10);
    assert_eq!(sent(&mut session), Some(("0123456789", 0..4, Place::Before)));
    assert_eq!(sent(&mut session), Some(("0123456789", 4..8, Place::Before)));
    assert_eq!(sent(&mut session), Some(("a", 0..1, Place::Last)));
    // Not sent: it cannot have run.
    assert_eq!(session.lost(), ["a"]);
    let rest: Vec<_> = std::iter::from_fn(|| sent(&mut session)).collect();
    let ranges: Vec<_> = rest.iter().filter(|it| it.0 != "b").map(|it| it.1.clone()).collect();
    assert_eq!(ranges, [0..4, 4..8, 8..10]);
    assert!(rest.contains(&("b", 0..1, Place::Last)) && !session.has_something());
}

#[test]
fn nothing_is_kept_of_a_detached_call_that_was_written() {
    let mut session = Session::default();
    let small = session.submit_detached("a", 1, 10);
    let large = session.submit_detached("0123456789", 10, 10);
    assert_eq!(sent(&mut session), Some(("a", 0..1, Place::Last)));
    assert_eq!((session.replied(small), session.abandon(small)), (None, None));
    assert_eq!(sent(&mut session), Some(("0123456789", 0..4, Place::Before)));
    // It did not arrive whole: the next connection carries it from the beginning.
    assert_eq!(session.lost(), [""; 0]);
    assert!(session.has_detached());
    let ranges: Vec<_> = std::iter::from_fn(|| sent(&mut session)).map(|it| it.1).collect();
    assert_eq!(ranges, [0..4, 4..8, 8..10]);
    assert_eq!(session.replied(large), None);
    // No deadline, nothing to cancel, nothing that ends with the connection.
    assert!(session.is_empty() && !session.has_something() && !session.has_detached() && !session.waits_for_callee());
    assert_eq!((session.next_deadline(), session.lost(), session.waiting()), (None, vec![], Load::default()));
}

#[test]
fn a_detached_call_that_cannot_be_sent_in_time_ends_as_unsent() {
    let mut session = Session::default();
    session.submit_detached("small", 5, 10);
    let large = session.submit_detached("0123456789", 10, 10);
    assert_eq!(session.expire(9), []);
    assert_eq!(sent(&mut session), Some(("small", 0..4, Place::Before)));
    assert_eq!(sent(&mut session), Some(("small", 4..5, Place::Last)));
    assert_eq!(sent(&mut session), Some(("0123456789", 0..4, Place::Before)));
    assert_eq!(session.expire(10), [("0123456789", Sent::No)]);
    // The callee has pieces of it.
    assert_eq!((session.cancel(), session.cancel(), session.has_unsent()), (Some(large), None, false));
}

#[test]
fn there_is_room_until_calls_or_bytes_are_too_many_and_again_when_they_were_written() {
    let mut session = Session::new(Load { calls: 3, bytes: 10 });
    submit(&mut session, "0123456", 10, 10);
    assert!(session.has_room());
    let second = submit(&mut session, "012", 10, 10);
    assert!(!session.has_room());
    session.abandon(second);
    assert!(session.has_room());
    session.submit_detached("a", 1, 20);
    submit(&mut session, "b", 20, 20);
    assert_eq!((session.waiting(), session.has_room()), (Load { calls: 3, bytes: 9 }, false));
    assert_eq!(sent(&mut session), Some(("0123456", 0..4, Place::Before)));
    assert!(!session.has_room());
    while sent(&mut session).is_some() {}
    assert_eq!((session.waiting(), session.has_room()), (Load::default(), true));
    submit(&mut session, "c", 30, 30);
    session.expire(30);
    assert_eq!(session.waiting(), Load::default());
}
