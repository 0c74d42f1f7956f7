//! What a connection may cost: at the callee, where requests wait while cancellations and questions pass them, and at the caller, where
//! tasks wait while too much waits to be written.

use super::*;
use crate::os::remote::RemoteCall;
use pluto_abi::layout::{CallState, DETACHED};
use pluto_proto::frame::{put_ask, put_cancel};

const FEW: serve::Limits = serve::Limits { running: 2, ..serve::LIMITS };

#[test]
fn cancellations_and_questions_pass_the_requests_that_wait() {
    let (folder, way) = unix();
    let _callee = Callee::start_within(&way, "b1", FEW);
    let mut stream = connected(&folder.path().join("s.sock"));
    let mut frames = vec![];
    // Two run, the others wait; the third is cancelled while it waits.
    for (call, id) in [(1, 101), (2, 102), (3, 103)] {
        put_request(&mut frames, call, FOREVER_THERE, 600_000, &number(id)).expect("small");
    }
    put_request(&mut frames, 4, ECHO_THERE, 600_000, &number(4)).expect("small");
    put_cancel(&mut frames, 3);
    put_ask(&mut frames);
    stream.write_all(&frames).expect("sent");
    let mut decoder = Decoder::of_callee();
    assert!(matches!(next_frame(&mut stream, &mut decoder), Frame::Hello(_)));
    assert_eq!(next_frame(&mut stream, &mut decoder), Frame::Alive);
    wait_until_begun(101);
    wait_until_begun(102);
    // One that runs makes room for the one that waits.
    let mut frames = vec![];
    put_cancel(&mut frames, 1);
    stream.write_all(&frames).expect("sent");
    let Outcome::Reply(body) = value(4) else { unreachable!("a value is a reply") };
    assert_eq!(next_frame(&mut stream, &mut decoder), Frame::Reply { call: 4, body });
    wait_until_cut(101);
    drop(stream);
    wait_until_cut(102);
    assert!(!cut().contains(&103), "it was cancelled before it began");
}

#[test]
fn a_caller_at_its_limit_can_cancel() {
    for (_folder, way) in all_ways() {
        let _callee = Callee::start_within(&way, "b1", FEW);
        let ids = way.id(111)..way.id(116);
        as_caller(&way, move |task| {
            let caller = |id| {
                let body = move |task: &Task| {
                    let _call = submit(task, FOREVER, number(id), 600_000);
                    while task.enter() == Entry::Pending {
                        task.suspend();
                    }
                    task.take_stop();
                };
                task.scheduler().spawn(body).expect("memory for a stack")
            };
            let callers: Vec<_> = ids.map(caller).collect();
            rest(task, 50);
            // The limit is reached: this one begins when another is cancelled, and the cancellation passes the three that wait before it.
            assert_eq!(kind(&failed(call(task, ECHO, number(1), 100))), (FailureKind::Timeout, Sent::Yes));
            callers.iter().for_each(|caller| caller.task().cancel());
            assert_eq!(call(task, ECHO, number(2), 5_000), value(2));
        });
    }
}

#[test]
fn nothing_more_is_read_while_too_much_waits() {
    let (folder, way) = unix();
    let _callee = Callee::start_within(&way, "b1", serve::Limits { running: 1, held: 1 << 20, ..serve::LIMITS });
    let mut stream = connected(&folder.path().join("s.sock"));
    let mut frames = vec![];
    put_request(&mut frames, 1, FOREVER_THERE, 600_000, &number(104)).expect("small");
    stream.write_all(&frames).expect("sent");
    stream.set_write_timeout(Some(Duration::from_millis(200))).expect("a limit");
    let mut writes = |call| {
        let mut request = vec![];
        put_request(&mut request, call, LENGTH_THERE, 600_000, &vec![0; 100_000]).expect("small");
        stream.write_all(&request).is_ok()
    };
    let written = (2..1_000).take_while(|&call| writes(call)).count();
    // A MiB waits in the callee, some hundred KiB in the socket.
    assert!((10..200).contains(&written), "{written}");
    wait_until_begun(104);
    drop(stream);
    wait_until_cut(104);
}

#[test]
fn nothing_more_is_read_while_the_answers_are_not() {
    let (folder, way) = unix();
    let few = serve::Limits { unwritten: 1 << 20, held: 1 << 20, ..serve::LIMITS };
    let _callee = Callee::start_within(&way, "b1", few);
    let mut stream = connected(&folder.path().join("s.sock"));
    stream.set_write_timeout(Some(Duration::from_millis(200))).expect("a limit");
    // What is answered at once, without a task.
    let mut questions = vec![];
    (0..10_000).for_each(|call| put_request(&mut questions, call, 77, 1_000, &[]).expect("small"));
    let written = (0..1_000).take_while(|_| stream.write_all(&questions).is_ok()).count();
    assert!((5..100).contains(&written), "{written} times {} bytes", questions.len());
}

fn next_frame(stream: &mut UnixStream, decoder: &mut Decoder) -> Frame {
    let mut buffer = [0; 4096];
    loop {
        match decoder.take().expect("well formed") {
            Some(frame) => return frame,
            None => {
                let count = stream.read(&mut buffer).expect("open");
                assert!(count > 0, "it ends");
                decoder.push(&buffer[..count]);
            }
        }
    }
}

/// A call as generated code makes it, with so many bytes of arguments: how it ended, and whether it may have run.
fn call_as_code_does(task: &Task, timeout: u64, bytes: usize) -> (CallState, bool) {
    let mut call = RemoteCall::new(1, LENGTH, timeout);
    while !call.may_begin(task) {
        task.suspend();
    }
    call.request.text(&"z".repeat(bytes));
    call.send(task);
    while call.poll(task) == CallState::Pending {
        task.suspend();
    }
    (call.poll(task), call.may_have_run())
}

/// Room for a call of a MiB, and the first byte of another.
const SMALL_ROOM: Load = Load { calls: 1_000, bytes: 1_000_001 };

#[test]
fn callers_wait_while_too_much_waits_to_be_written() {
    let (folder, way) = unix();
    let path = folder.path().join("s.sock");
    let (thaw, is_frozen) = mpsc::channel::<()>();
    let frozen = callee_until_a_request(&path, move || {
        // The connection stays open; nothing is read.
        is_frozen.recv().expect_err("the test is over");
    });
    as_caller_with(&way, INTERVAL, SMALL_ROOM, move |task| {
        // The callee takes one, and no other.
        while call_as_code_does(task, 100, 1) != (CallState::Timeout, true) {}
        let ended = Arc::new(AtomicUsize::new(0));
        for _ in 0..20 {
            let ended = ended.clone();
            let body = move |task: &Task| {
                // The first fill what the socket takes, and the room; the others never begin.
                let (state, _) = call_as_code_does(task, 400, 1_000_000);
                assert!(matches!(state, CallState::Timeout | CallState::Unavailable), "{state:?}");
                ended.fetch_add(1, Ordering::SeqCst);
            };
            task.scheduler().spawn(body).expect("memory for a stack");
        }
        rest(task, 100);
        let links = task.scheduler().links().expect("connected");
        // What each of the two workers was about to send goes beyond the limit, not more.
        assert!(links.waiting(1).calls <= 4, "{:?}", links.waiting(1));
        let (state, may_have_run) = call_as_code_does(task, 50, 1);
        assert_eq!((state, may_have_run), (CallState::Timeout, false));
        // Its own deadline and its cancellation end the wait too.
        task.limit((task.scheduler().now() + 40) * 1_000_000);
        assert_eq!(call_as_code_does(task, 0, 1).0, CallState::Early);
        task.take_stop();
        task.end_deadline(u64::MAX);
        while ended.load(Ordering::SeqCst) < 20 {
            rest(task, 1);
        }
        drop(thaw);
    });
    frozen.join().expect("no panic");
}

#[test]
fn those_who_wait_go_on_when_there_is_room() {
    for (_folder, way) in all_ways() {
        let later = way.clone();
        let starter = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(150));
            Callee::start(&later, "b1")
        });
        let room = Load { calls: 3, bytes: 1 << 20 };
        as_caller_with(&way, INTERVAL, room, |task| {
            let ended = Arc::new(AtomicUsize::new(0));
            for _ in 0..300 {
                let ended = ended.clone();
                let body = move |task: &Task| {
                    assert_eq!(call_as_code_does(task, 60_000, 10), (CallState::Value, false));
                    ended.fetch_add(1, Ordering::SeqCst);
                };
                task.scheduler().spawn(body).expect("memory for a stack");
            }
            rest(task, 50);
            let links = task.scheduler().links().expect("connected");
            // Both workers may have seen the last free place.
            let waiting = links.waiting(1).calls;
            assert!((3..=4).contains(&waiting) && ended.load(Ordering::SeqCst) == 0, "{waiting}");
            while ended.load(Ordering::SeqCst) < 300 {
                rest(task, 1);
            }
            assert_eq!(links.waiting(1), Load::default());
        });
        drop(starter.join());
    }
}

#[test]
fn detached_calls_wait_for_room_whatever_becomes_of_their_caller() {
    for (_folder, way) in all_ways() {
        let _callee = Callee::start(&way, "b1");
        let ids = way.id(1_000)..way.id(1_500);
        let sent = ids.clone();
        let room = Load { calls: 10, bytes: 1 << 20 };
        as_caller_with(&way, INTERVAL, room, move |task| {
            let detached = Arc::new(AtomicBool::new(false));
            let done = detached.clone();
            let body = move |task: &Task| {
                // Its time is over and it was cancelled: what it detaches is sent all the same.
                task.limit(1);
                task.me().task().cancel();
                for id in sent {
                    let mut call = RemoteCall::new(1, NOTE, DETACHED);
                    while !call.may_begin(task) {
                        task.suspend();
                    }
                    call.request.int(id);
                    call.detach(task, Target { service: "S", method: "note" });
                }
                done.store(true, Ordering::SeqCst);
            };
            task.scheduler().spawn(body).expect("memory for a stack");
            let links = task.scheduler().links().expect("connected");
            while !detached.load(Ordering::SeqCst) || !links.is_quiet() {
                rest(task, 1);
            }
        });
        ids.for_each(wait_until_noted);
    }
}

#[test]
fn who_does_not_introduce_itself_loses_its_connection_and_nobody_else_theirs() {
    let (folder, way) = unix();
    let soon = Duration::from_millis(100);
    let _callee = Callee::start_within(&way, "b1", serve::Limits { introduction: soon, ..serve::LIMITS });
    let path = folder.path().join("s.sock");
    let mut bytes = vec![];
    put_hello(&mut bytes, &hello("stranger", "b1")).expect("small");
    // Nothing at all, or all but the last byte.
    let strangers: Vec<UnixStream> = (0..40)
        .map(|at| {
            let mut stream = UnixStream::connect(&path).expect("the callee listens");
            stream.set_read_timeout(Some(Duration::from_secs(10))).expect("a limit");
            stream.write_all(if at % 2 == 0 { &[] } else { &bytes[..bytes.len() - 1] }).expect("sent");
            stream
        })
        .collect();
    as_caller(&way, |task| assert_eq!(call(task, ECHO, number(7), 5_000), value(7)));
    for (at, mut stream) in strangers.into_iter().enumerate() {
        // The callee's own introduction, if something was said to it, and the end.
        let mut heard = vec![];
        stream.read_to_end(&mut heard).expect("it is closed");
        assert_eq!(heard.is_empty(), at % 2 == 0);
    }
    as_caller(&way, |task| assert_eq!(call(task, ECHO, number(8), 5_000), value(8)));
}
