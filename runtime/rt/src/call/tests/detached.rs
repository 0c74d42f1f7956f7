//! Detached calls: one frame that nothing answers or cancels, and nothing left behind at the caller.

use super::*;
use pluto_proto::frame::{Awaits, Request, put_detached};

const TARGET: Target = Target { service: "S", method: "m" };

fn detach(task: &Task, method: u64, request: Vec<u8>) {
    let by = task.scheduler().now() + 5_000;
    let call = Call { method, request, hears: Hears::Log(Box::new(TARGET)) };
    task.scheduler().links().expect("connected").submit_detached(1, call, by);
}

/// Reads frames until one of them is this.
fn read_until(stream: &mut UnixStream, mut decoder: Decoder, is_last: impl Fn(&Frame) -> bool) -> Vec<Frame> {
    let (mut buffer, mut frames) = ([0; 4096], vec![]);
    while !frames.last().is_some_and(&is_last) {
        match decoder.take().expect("well formed") {
            Some(frame) => frames.push(frame),
            None => {
                let count = stream.read(&mut buffer).expect("open");
                assert!(count > 0, "it ends: {frames:?}");
                decoder.push(&buffer[..count]);
            }
        }
    }
    frames
}

#[test]
fn a_detached_call_is_one_frame() {
    let (folder, way) = unix();
    let listener = std::os::unix::net::UnixListener::bind(folder.path().join("s.sock")).expect("a free path");
    let callee = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a caller");
        let mut bytes = vec![];
        put_hello(&mut bytes, &as_if_serving(&["S.echo", "S.slow"])).expect("small");
        stream.write_all(&bytes).expect("sent");
        let frames = read_until(
            &mut stream,
            Decoder::of_caller(),
            |frame| matches!(frame, Frame::Request(it) if it.method == ECHO_THERE),
        );
        (frames, stream)
    });
    as_caller(&way, |task| {
        detach(task, SLOW, number(7));
        // Whatever the first one leaves behind is seen before this one. Nobody answers it.
        assert_eq!(kind(&failed(call(task, ECHO, number(8), 300))), (FailureKind::Timeout, Sent::Yes));
        assert!(task.scheduler().links().expect("connected").is_quiet());
    });
    let (frames, _stream) = callee.join().expect("no panic");
    let detached = Frame::Request(Request { call: 1, method: SLOW_THERE, awaits: Awaits::Nothing, body: number(7) });
    assert_eq!((frames.len(), &frames[1]), (3, &detached));
}

#[test]
fn a_detached_request_is_not_answered_and_outlives_its_caller() {
    let (folder, way) = unix();
    let _callee = Callee::start(&way, "b1");
    let path = folder.path().join("s.sock");
    let mut stream = connected(&path);
    let mut requests = vec![];
    for (call, method) in [(1, NOTE_THERE), (2, 77), (3, ECHO_THERE), (4, FAULTY_THERE)] {
        put_detached(&mut requests, call, method, &number(11)).expect("small");
    }
    pluto_proto::frame::put_cancel(&mut requests, 1);
    put_request(&mut requests, 9, ECHO_THERE, 1_000, &number(3)).expect("small");
    stream.write_all(&requests).expect("sent");
    let frames = read_until(&mut stream, Decoder::of_callee(), |frame| matches!(frame, Frame::Reply { .. }));
    let Outcome::Reply(body) = value(3) else { unreachable!("a value is a reply") };
    assert_eq!(frames[1..], [Frame::Reply { call: 9, body }]);
    // `note` sleeps: it is not done yet, and ends although it was cancelled and its caller is gone.
    assert!(!noted().contains(&11));
    drop(stream);
    wait_until_noted(11);
}

#[test]
fn what_is_sent_before_the_end_of_the_caller_runs() {
    for (_folder, way) in all_ways() {
        let _callee = Callee::start(&way, "b1");
        let (one, other) = (way.id(12), way.id(13));
        as_caller(&way, move |task| {
            let mut large = number(one);
            large.extend(vec![0; MANY]);
            detach(task, NOTE, large);
            detach(task, NOTE, number(other));
            let links = task.scheduler().links().expect("connected");
            assert!(!links.is_quiet());
            while !links.is_quiet() {
                rest(task, 1);
            }
        });
        wait_until_noted(one);
        wait_until_noted(other);
    }
}

#[test]
fn a_detached_call_for_nobody_is_forgotten_in_time() {
    let (_folder, way) = unix();
    as_caller(&way, |task| {
        let by = task.scheduler().now() + 60;
        let call = Call { method: NOTE, request: number(14), hears: Hears::Log(Box::new(TARGET)) };
        let links = task.scheduler().links().expect("connected");
        links.submit_detached(1, call, by);
        assert!(!links.is_quiet());
        while !links.is_quiet() {
            rest(task, 1);
        }
        assert!(task.scheduler().now() >= by);
        detach(task, NOTE, number(15));
        links.give_up();
        assert!(links.is_quiet());
    });
}

#[test]
fn a_server_is_quiet_when_all_that_came_was_run() {
    let (folder, way) = unix();
    let scheduler = scheduler(Sample {
        name: "callee",
        handlers: vec![("S.note", note)],
        services: vec!["S"],
        ..Sample::default()
    });
    let mut leftovers = Leftovers::default();
    let listener = bind(&way.address, &mut leftovers).expect("a free address");
    let server = Server::start(scheduler, hello("callee", "b1"), vec![listener], Sharing::Wanted);
    server.started(1);
    let path = folder.path().join("s.sock");
    let caller = std::thread::spawn(move || {
        let mut stream = connected(&path);
        read_until(&mut stream, Decoder::of_callee(), |frame| matches!(frame, Frame::Hello(_)));
        stream
    });
    scheduler.run_until_or(u64::MAX, || {
        scheduler.nudge();
        caller.is_finished()
    });
    let mut stream = caller.join().expect("no panic");
    assert!(server.is_quiet());
    // The reactor does not run: the bytes wait in the socket.
    let mut requests = vec![];
    (0..50).for_each(|call| put_detached(&mut requests, call, 0, &number(20 + call as i64)).expect("small"));
    stream.write_all(&requests).expect("sent");
    drop(stream);
    server.drain();
    assert!(!server.is_quiet());
    let until = scheduler.clock.now() + 10_000_000_000;
    while !server.is_quiet() && scheduler.clock.now() < until {
        scheduler.run_until_or(scheduler.clock.now() + 2_000_000, || server.is_quiet());
    }
    assert!((20..70).all(|id| noted().contains(&id)));
    scheduler.shut_down();
}
