//! What ends are: capacities, results of functions that do not wait, loss, declared channels and topics.

use super::*;
use crate::channel::named;
use crate::heap::ends::{Broadcast, static_publisher};
use crate::os::sample::channel;
use pluto_abi::program::ChannelKind;

#[test]
fn capacities() {
    within(|task| {
        let types = Types::of(Kind::Int);
        for absurd in [-2, i64::MIN, (1 << 32) + 1] {
            let mut out = [0u64; 2];
            // SAFETY: all arguments are of the types of the table.
            let status = unsafe {
                chan_new(address(task), at(types.sender), at(types.receiver), absurd as u64, out.as_mut_ptr().cast())
            };
            assert_eq!(status, 1);
            assert_eq!(task.take_fault().message, format!("a channel cannot have a capacity of {absurd}"));
        }
        for (given, shown) in [(-1, None), (0, Some(0)), (1 << 32, Some(1 << 32))] {
            let (tx, rx) = open(task, types, given);
            // SAFETY: as above.
            let capacity = unsafe { chan_capacity(rx, at(types.optional)) };
            // SAFETY: it is 0 or a box.
            let unboxed = (capacity != 0).then(|| unsafe { *(capacity as *const u64).add(2) });
            assert_eq!(unboxed, shown);
            discard(types.optional, capacity);
            discard(types.sender, tx);
            discard(types.receiver, rx);
        }
    });
}

#[test]
fn what_does_not_wait() {
    within(|task| {
        let types = Types::of(Kind::String);
        let (tx, rx) = open(task, types, 2);
        // SAFETY: ends are alive, messages owned.
        unsafe {
            let try_send = |number: u64| chan_try_send(address(task), tx, text(number));
            let try_recv = || chan_try_recv(address(task), rx, at(types.optional));
            assert_eq!((try_recv(), try_send(1), try_send(2), try_send(3)), (0, 1, 1, 0));
            assert_eq!((chan_len(tx), chan_len(rx)), (2, 2));
            assert_eq!(read(types, try_recv()), "message 1");
            chan_close(address(task), rx);
            chan_close(address(task), tx);
            assert_eq!((try_send(4), send(task, tx, text(5)), deliver(task, tx, text(6))), (0, CLOSED, CLOSED));
            assert_eq!(read(types, recv(task, rx).1), "message 2");
            assert_eq!((recv(task, rx).0, next(task, rx).0, try_recv()), (CLOSED, CLOSED, 0));
        }
        discard(types.sender, tx);
        discard(types.receiver, rx);
    });
}

#[test]
fn a_sender_that_faults_is_lost_and_a_loop_says_so() {
    let run = Run::new(2);
    let types = Types::of(Kind::String);
    run.start(move |task| {
        let (tx, rx) = open(task, types, 4);
        let mine = dup(types.receiver, rx);
        start(task.scheduler(), &StdArc::default(), move |task| {
            assert_eq!(send(task, tx, text(1)), DONE);
            task.fault("division by zero".to_owned());
            discard(types.sender, tx);
        });
        assert_eq!(read(types, next(task, mine).1), "message 1");
        assert_eq!(recv(task, mine).0, LOST);
        assert_eq!(next(task, mine).0, EARLY);
        assert!(task.take_fault().message.starts_with("the sender of this channel was lost"));
        discard(types.receiver, mine);
        discard(types.receiver, rx);
    });
    run.finish();
}

#[test]
fn a_receiver_that_faults_is_lost_too() {
    within(|task| {
        let types = Types::of(Kind::String);
        let (tx, rx) = open(task, types, 4);
        assert_eq!(send(task, tx, text(1)), DONE);
        task.fault("division by zero".to_owned());
        discard(types.receiver, rx);
        let _ = task.take_fault();
        assert_eq!((send(task, tx, text(2)), deliver(task, tx, text(3))), (LOST, LOST));
        discard(types.sender, tx);
    });
}

/// One test, since a process has one program.
#[test]
fn declared_channels_and_topics() {
    let types = Types::of(Kind::String);
    let channels = vec![
        channel("orders", types.message.0, 2, ChannelKind::Channel, 0),
        channel("ticks", types.message.0, 1, ChannelKind::Topic, 2),
        channel("news", types.message.0, 1, ChannelKind::LossyTopic, 1),
        channel("unheard", types.message.0, -1, ChannelKind::Topic, 0),
    ];
    let program = Sample { name: "test", channels, ..Sample::default() }.program();
    for _ in 0..2 {
        named::open(program);
        within(move |task| {
            queues_of_a_channel(task, types);
            queues_of_topics(task, types);
        });
        named::clear_all();
        assert!(named::are_empty());
    }
}

fn end(number: u64, side: Side, subscription: u64, of: Of) -> u64 {
    // SAFETY: the descriptor is that of such an end.
    unsafe { named_end(number, side as u64, subscription, at(of)) }
}

fn queues_of_a_channel(task: &Task, types: Types) {
    let (tx, rx) = (end(0, Side::Sender, 0, types.sender), end(0, Side::Receiver, 0, types.receiver));
    assert_eq!(tx, end(0, Side::Sender, 0, types.sender), "the same end each time");
    for _ in 0..3 {
        discard(types.sender, tx);
        discard(types.receiver, rx);
    }
    assert_eq!((send(task, tx, text(1)), send(task, tx, text(2))), (DONE, DONE), "it never disconnects");
    // SAFETY: the value is alive.
    let shown = unsafe { crate::heap::show::shown(types.sender.0, tx) };
    assert_eq!(shown, "Sender(orders)");
    assert!(!named::are_empty());
    named::close_all();
    assert_eq!(send(task, tx, text(3)), CLOSED);
    assert_eq!(
        (read(types, recv(task, rx).1), read(types, next(task, rx).1)),
        ("message 1".into(), "message 2".into())
    );
    assert_eq!((next(task, rx).0, named::are_empty()), (CLOSED, true));
    named::clear_all();
    assert_eq!(send(task, tx, text(4)), DONE, "open for the next test, which clears it");
}

fn publish(task: &Task, publisher: u64, word: u64, wait: bool) -> u64 {
    // SAFETY: the end is alive, the message owned.
    ask(task, |task, _| unsafe { topic_publish(task, publisher, word, u64::from(wait), 0) }).0
}

fn queues_of_topics(task: &Task, types: Types) {
    let ticks = end(1, Side::Publisher, 0, types.publisher);
    let heard = [0, 1].map(|number| end(1, Side::Subscriber, number, types.subscriber));
    assert_eq!(publish(task, ticks, text(1), false), DONE);
    let both = heard.map(|subscriber| read(types, recv(task, subscriber).1));
    assert_eq!(both, ["message 1", "message 1"]);
    // The slowest is waited for.
    let read_by = |subscriber| {
        move |task: &Task| {
            let got = [(); 3].map(|()| read(types, recv(task, subscriber).1));
            assert_eq!(got, ["message 0", "message 1", "message 2"]);
        }
    };
    start(task.scheduler(), &StdArc::default(), read_by(heard[0]));
    start(task.scheduler(), &StdArc::default(), read_by(heard[1]));
    for number in 0..3 {
        assert_eq!(publish(task, ticks, text(number), number == 2), DONE);
    }
    // SAFETY: the ends are alive.
    unsafe { assert_eq!((chan_len(heard[0]), chan_len(heard[1]), topic_dropped(ticks)), (0, 0, 0)) };
    let news = end(2, Side::Publisher, 0, types.publisher);
    let reader = end(2, Side::Subscriber, 0, types.subscriber);
    (0..5).for_each(|number| assert_eq!(publish(task, news, text(number), false), DONE));
    // SAFETY: the ends are alive.
    unsafe { assert_eq!((topic_dropped(news), topic_dropped(reader), chan_len(reader)), (4, 4, 1)) };
    assert_eq!(publish(task, end(3, Side::Publisher, 0, types.publisher), text(9), true), DONE, "nobody subscribes");
    named::close_all();
    assert_eq!((publish(task, news, text(6), false), publish(task, ticks, text(7), true)), (DONE, CLOSED));
    assert_eq!(read(types, recv(task, reader).1), "message 4");
}

#[test]
fn a_publisher_without_a_queue_is_shown() {
    let types = Types::of(Kind::Int);
    let topic = Arc::new(Broadcast::new(vec![], false));
    let end = static_publisher(types.publisher.0, &topic);
    // SAFETY: the end is alive.
    assert_eq!(unsafe { crate::heap::show::shown(types.publisher.0, end) }, "Publisher");
}
