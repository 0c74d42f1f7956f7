//! Whatever happens in whatever order, each call ends exactly once, and what was never sent never counts as sent.

use super::*;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Submit(u64),
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
        4 => Just(Step::Send),
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
fn size(call: &u64) -> usize {
    if call.is_multiple_of(3) { 5 } else { 1 }
}

proptest! {
    #[test]
    fn each_call_ends_once(steps in proptest::collection::vec(any_step(), 0..120)) {
        let mut session = Session::default();
        let mut written = std::collections::BTreeMap::new();
        let (mut submitted, mut ended, mut sent, mut now) = (0u64, Vec::new(), Vec::new(), 0u64);
        for step in steps {
            match step {
                Step::Submit(wait) => {
                    submitted += 1;
                    prop_assert_eq!(session.submit(submitted, now + wait / 2, now + wait), submitted);
                }
                Step::Send => {
                    if let Some(Piece { id, deadline, call: &call, bytes, place }) = session.send(size, 2) {
                        prop_assert_eq!(id, call);
                        prop_assert!(deadline >= now || place == Place::Last);
                        prop_assert!(!ended.contains(&call));
                        let before = written.insert(call, bytes.end).unwrap_or(0);
                        prop_assert!(bytes.start == before && bytes.len() <= 2);
                        prop_assert_eq!(bytes.end == size(&call), place == Place::Last);
                        if place == Place::Last {
                            sent.push(call);
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
        }
        ended.extend(session.expire(u64::MAX).into_iter().map(|(call, _)| call));
        prop_assert!(session.is_empty());
        ended.sort_unstable();
        prop_assert_eq!(ended, (1..=submitted).collect::<Vec<_>>());
    }
}

fn sent(session: &mut Session<&'static str>) -> Option<(&'static str, Range<usize>, Place)> {
    session.send(|call| call.len(), 4).map(|piece| (*piece.call, piece.bytes, piece.place))
}

#[test]
fn a_late_reply_is_dropped_and_its_call_cancelled() {
    let mut session = Session::default();
    let id = session.submit("call", 5, 5);
    sent(&mut session);
    assert_eq!(session.expire(5), [("call", Sent::Yes)]);
    assert_eq!(session.replied(id), None);
    assert!(session.has_something());
    assert_eq!((session.cancel(), session.cancel()), (Some(id), None));
}

#[test]
fn a_call_without_a_deadline_must_still_be_sent_in_time() {
    let mut session = Session::default();
    session.submit("unsent", 10, u64::MAX);
    assert_eq!(session.expire(10), [("unsent", Sent::No)]);
    session.submit("sent", 20, u64::MAX);
    sent(&mut session);
    assert_eq!((session.expire(1_000_000), session.next_deadline()), (vec![], Some(u64::MAX)));
}

#[test]
fn what_was_not_sent_waits_for_the_next_connection_and_needs_no_cancellation() {
    let mut session = Session::default();
    session.submit("1st", 10, 10);
    let second = session.submit("2nd", 10, 10);
    sent(&mut session);
    assert_eq!(session.lost(), ["1st"]);
    assert_eq!(sent(&mut session), Some(("2nd", 0..3, Place::Last)));
    let third = session.submit("3rd", 10, 10);
    assert_eq!(session.abandon(third), Some("3rd"));
    assert_eq!(session.abandon(second), Some("2nd"));
    assert_eq!((session.cancel(), session.cancel()), (Some(second), None));
}

#[test]
fn large_bodies_go_by_turns_with_small_ones_and_begin_again_with_the_next_connection() {
    let mut session = Session::default();
    session.submit("0123456789", 10, 10);
    session.submit("a", 10, 10);
    session.submit("b", 10, 10);
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
