//! Topics: every message to every subscriber.

use super::{Numbers, Pipe, Sleep};
use crate::channel::topic::{Publishing, Topic};
use crate::channel::{Channel, Gone, Step, heard};
use crate::task::wait::Sleeper;
use std::sync::Arc;
use std::sync::atomic::Ordering;

fn topic(count: usize, capacity: usize, lossy: bool) -> (Topic<Sleep, Numbers>, Numbers) {
    let numbers = Numbers::default();
    let queues = (0..count).map(|_| Arc::new(Channel::new(capacity, numbers.clone()))).collect();
    (Topic::new(queues, lossy), numbers)
}

fn queues(topic: &Topic<Sleep, Numbers>) -> Vec<Vec<u64>> {
    let drain = |queue: &Arc<Pipe>| std::iter::from_fn(|| queue.try_recv()).collect();
    topic.queues().iter().map(drain).collect()
}

/// Goes on if there is an answer.
fn go_on(topic: &Topic<Sleep, Numbers>, me: Sleep, (publishing, step): &mut (Publishing, Step<()>)) {
    let Step::Waits(parked) = *step else { panic!("it does not wait") };
    let answer = me.waiting().take(parked.ticket).expect("an answer");
    *step = topic.answered(publishing, heard(answer).1, || me.begin());
}

#[test]
fn all_get_everything_in_order() {
    let (topic, numbers) = topic(3, 8, false);
    for word in 0..5 {
        let (_, step) = topic.publish(word, false, || unreachable!("there is room"));
        assert_eq!(step, Step::Done(()));
    }
    assert_eq!(queues(&topic), vec![vec![0, 1, 2, 3, 4]; 3]);
    assert_eq!(numbers.copied.load(Ordering::Relaxed), 10, "the last one gets the message itself");
}

#[test]
fn the_slowest_is_waited_for() {
    let (topic, _) = topic(3, 1, false);
    let me = Sleep::new();
    assert!(topic.queues()[1].try_send(9));
    let mut publishing = topic.publish(4, false, || me.begin());
    assert!(matches!(publishing.1, Step::Waits(_)));
    assert_eq!((topic.queues()[0].len(), topic.queues()[2].len()), (1, 0));
    assert_eq!(topic.queues()[1].try_recv(), Some(9));
    go_on(&topic, me, &mut publishing);
    assert_eq!(publishing.1, Step::Done(()));
    assert_eq!(queues(&topic), [[4], [4], [4]]);
}

#[test]
fn lossy_ones_drop_the_oldest_and_count() {
    let (topic, numbers) = topic(2, 2, true);
    for word in 0..5 {
        assert_eq!(topic.publish(word, false, || unreachable!("lossy")).1, Step::Done(()));
    }
    assert_eq!((topic.dropped(), topic.queues()[0].dropped()), (6, 3));
    assert_eq!(queues(&topic), [[3, 4], [3, 4]]);
    assert_eq!(numbers.dropped.load(Ordering::Relaxed), 6);
}

#[test]
fn receipts_of_all_are_waited_for() {
    for lossy in [false, true] {
        let (topic, _) = topic(2, 2, lossy);
        let me = Sleep::new();
        let mut publishing = topic.publish(4, true, || me.begin());
        assert_eq!(topic.queues()[1].try_recv(), Some(4));
        let Step::Waits(parked) = publishing.1 else { panic!("nobody took it from the first queue") };
        assert_eq!(me.waiting().take(parked.ticket), None);
        assert_eq!(topic.queues()[0].try_recv(), Some(4));
        go_on(&topic, me, &mut publishing);
        assert_eq!(publishing.1, Step::Done(()));
    }
}

#[test]
fn what_a_lossy_queue_drops_counts_as_taken() {
    let (topic, _) = topic(1, 1, true);
    let me = Sleep::new();
    let mut first = topic.publish(1, true, || me.begin());
    assert_eq!(topic.publish(2, false, || unreachable!("lossy")).1, Step::Done(()));
    go_on(&topic, me, &mut first);
    assert_eq!((first.1, queues(&topic)), (Step::Done(()), vec![vec![2]]));
}

#[test]
fn after_closing_publishing_does_nothing_and_leaks_nothing() {
    let (topic, numbers) = topic(3, 1, false);
    topic.queues().iter().for_each(|queue| queue.close());
    assert_eq!(topic.publish(1, false, || unreachable!("closed")).1, Step::Done(()));
    assert_eq!(topic.publish(2, true, || unreachable!("closed")).1, Step::Gone(Gone { lost: false }));
    let made = 2 + numbers.copied.load(Ordering::Relaxed);
    assert_eq!(numbers.dropped.load(Ordering::Relaxed), made);
}

#[test]
fn a_publisher_that_is_cut_leaks_nothing() {
    for receipts in [false, true] {
        for stuck in 0..3 {
            let (topic, numbers) = topic(3, 1, false);
            let me = Sleep::new();
            assert!(topic.queues()[stuck].try_send(9));
            let (mut publishing, step) = topic.publish(4, receipts, || me.begin());
            let Step::Waits(parked) = step else { panic!("one is full") };
            assert!(me.waiting().retract(parked.ticket));
            topic.withdraw(me, &mut publishing);
            let left: usize = queues(&topic).iter().map(Vec::len).sum();
            let made = 2 + numbers.copied.load(Ordering::Relaxed);
            assert_eq!(left as u64 + numbers.dropped.load(Ordering::Relaxed), made);
            assert_eq!(left, stuck + 1);
        }
    }
}

#[test]
fn a_cut_wait_for_a_receipt_leaves_the_message() {
    let (topic, _) = topic(1, 1, false);
    let me = Sleep::new();
    let (mut publishing, step) = topic.publish(4, true, || me.begin());
    let Step::Waits(parked) = step else { panic!("nobody took it") };
    assert!(me.waiting().retract(parked.ticket));
    topic.withdraw(me, &mut publishing);
    assert_eq!(queues(&topic), [[4]]);
}
