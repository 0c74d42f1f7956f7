//! Calls that nobody waits for any more, and callees that nobody should wait for any more.

use super::*;

#[test]
fn a_cancelled_call_ends_at_the_callee() {
    for (_folder, way) in all_ways() {
        let _callee = Callee::start(&way, "b1");
        let first = way.id(1);
        as_caller(&way, move |task| {
            let scheduler = task.scheduler();
            let caller = scheduler.spawn(move |task| {
                let _call = submit(task, FOREVER, number(first), 600_000);
                while task.enter() == Entry::Pending {
                    task.suspend();
                }
                task.take_stop();
            });
            // Before it has begun, a cancellation is heard too, but cuts nothing.
            while !begun().contains(&first) {
                rest(task, 1);
            }
            caller.expect("memory for a stack").task().cancel();
            assert_eq!(call(task, ECHO, number(2), 5_000), value(2));
            wait_until_cut(first);
        });
    }
}

#[test]
fn a_call_whose_time_is_over_ends_at_the_callee() {
    for (_folder, way) in all_ways() {
        let _callee = Callee::start(&way, "b1");
        let third = way.id(3);
        as_caller(&way, move |task| {
            let failure = failed(call(task, FOREVER, number(third), 40));
            assert_eq!(kind(&failure), (FailureKind::Timeout, Sent::Yes));
            wait_until_cut(third);
        });
    }
}

#[test]
fn the_calls_of_a_caller_that_vanishes_end() {
    let (folder, way) = unix();
    let _callee = Callee::start(&way, "b1");
    let mut stream = connected(&folder.path().join("s.sock"));
    let mut request = vec![];
    put_request(&mut request, 1, FOREVER_THERE, 600_000, &number(4)).expect("small");
    stream.write_all(&request).expect("sent");
    wait_until_begun(4);
    drop(stream);
    wait_until_cut(4);
}

#[test]
fn who_waits_no_longer_is_cut_by_the_clock_of_the_callee_too() {
    let (folder, way) = unix();
    let _callee = Callee::start(&way, "b1");
    let mut stream = connected(&folder.path().join("s.sock"));
    let mut request = vec![];
    // Its caller is frozen: it neither cancels nor goes.
    put_request(&mut request, 1, FOREVER_THERE, 30, &number(5)).expect("small");
    stream.write_all(&request).expect("sent");
    wait_until_cut(5);
}

#[test]
fn a_frozen_callee_is_given_up_though_nobody_set_a_deadline() {
    let (folder, way) = unix();
    let path = folder.path().join("s.sock");
    let (thaw, is_frozen) = mpsc::channel::<()>();
    let frozen = callee_until_a_request(&path, move || {
        // The connection stays open; nothing comes.
        is_frozen.recv().expect_err("the test is over");
    });
    as_caller_with(&way, 20, ROOM, move |task| {
        let failure = failed(call(task, SLOW, vec![], 600_000));
        assert_eq!(kind(&failure), (FailureKind::Network, Sent::Yes));
        assert!(failure.detail.ends_with("it shows no sign of life"), "{}", failure.detail);
        drop(thaw);
    });
    frozen.join().expect("no panic");
}

#[test]
fn who_works_for_long_is_alive() {
    for (_folder, way) in all_ways() {
        let _callee = Callee::start(&way, "b1");
        // A tenth of a second without a sign of life would be too long.
        as_caller_with(&way, 33, ROOM, |task| {
            assert_eq!(call(task, SLOW, vec![], 60_000), Outcome::Reply(vec![ReplyKind::Value as u8]));
        });
    }
}
