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
    Time(u64),
    Forget(u64),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0u64..50).prop_map(Step::Submit),
        4 => Just(Step::Send),
        3 => (0u64..30).prop_map(Step::Reply),
        1 => Just(Step::Lost),
        1 => Just(Step::Refused),
        2 => (0u64..10).prop_map(Step::Time),
        1 => (0u64..30).prop_map(Step::Forget),
    ]
}

proptest! {
    #[test]
    fn each_call_ends_once(steps in proptest::collection::vec(any_step(), 0..120)) {
        let mut session = Session::default();
        let (mut submitted, mut ended, mut sent, mut now) = (0u64, Vec::new(), Vec::new(), 0u64);
        for step in steps {
            match step {
                Step::Submit(wait) => {
                    submitted += 1;
                    prop_assert_eq!(session.submit(submitted, now + wait), submitted);
                }
                Step::Send => {
                    if let Some((id, deadline, &call)) = session.send() {
                        prop_assert_eq!(id, call);
                        prop_assert!(deadline >= now || session.next_deadline().is_some());
                        prop_assert!(!ended.contains(&call));
                        prop_assert!(sent.last().is_none_or(|&last| last < call));
                        sent.push(call);
                    }
                }
                Step::Reply(id) => {
                    if let Some(call) = session.replied(id) {
                        prop_assert!(sent.contains(&call));
                        ended.push(call);
                    }
                }
                Step::Lost => {
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
                Step::Time(by) => {
                    now += by;
                    for (call, was) in session.expire(now) {
                        prop_assert_eq!(sent.contains(&call), was == Sent::Yes);
                        ended.push(call);
                    }
                    prop_assert!(session.next_deadline().is_none_or(|next| next > now));
                }
                Step::Forget(id) => ended.extend(session.end(id)),
            }
        }
        ended.extend(session.expire(u64::MAX).into_iter().map(|(call, _)| call));
        prop_assert!(session.is_empty());
        ended.sort_unstable();
        prop_assert_eq!(ended, (1..=submitted).collect::<Vec<_>>());
    }
}

#[test]
fn a_late_reply_is_dropped() {
    let mut session = Session::default();
    let id = session.submit("call", 5);
    session.send();
    assert_eq!(session.expire(5), [("call", Sent::Yes)]);
    assert_eq!(session.replied(id), None);
}

#[test]
fn what_was_not_sent_waits_for_the_next_connection() {
    let mut session = Session::default();
    session.submit("first", 10);
    session.submit("second", 10);
    session.send();
    assert_eq!(session.lost(), ["first"]);
    assert_eq!(session.send().map(|(_, _, call)| *call), Some("second"));
}
