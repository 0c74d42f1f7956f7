//! Which tasks run requests, and where: those that wait for nothing share one, those that compute for long use several processors, and nothing
//! is left of one request when its task runs the next.

use super::*;
use crate::task::NEVER;
use crate::task::waits::Entry;

/// How many requests of `together` run.
static TOGETHER: AtomicUsize = AtomicUsize::new(0);

/// Computes, without ever waiting, until another one does; answers whether that was so.
pub(super) extern "C" fn together(_task: &Task, _reader: &mut Reader, reply: &mut Buffer) {
    TOGETHER.fetch_add(1, Ordering::SeqCst);
    let limit = Instant::now() + Duration::from_secs(10);
    while TOGETHER.load(Ordering::SeqCst) < 2 && Instant::now() < limit {
        std::thread::yield_now();
    }
    reply.byte(ReplyKind::Value as u8);
    reply.int(i64::from(TOGETHER.load(Ordering::SeqCst) >= 2));
}

/// Answers the number of its task.
pub(super) extern "C" fn who(task: &Task, _reader: &mut Reader, reply: &mut Buffer) {
    reply.byte(ReplyKind::Value as u8);
    reply.int(task.id() as i64);
}

/// Sends so many requests of a method at once: the answers.
fn ask(path: &std::path::Path, method: u64, count: usize) -> Vec<i64> {
    let mut stream = connected(path);
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a limit");
    let mut frames = vec![];
    (1..=count as u64).for_each(|call| put_request(&mut frames, call, method, 60_000, &[]).expect("small"));
    stream.write_all(&frames).expect("sent");
    let (mut decoder, mut buffer, mut answers) = (Decoder::of_callee(), [0; 4096], vec![]);
    while answers.len() < count {
        match decoder.take().expect("well formed") {
            Some(Frame::Reply { body, .. }) => answers.push(Reader::new(body[1..].to_vec()).int()),
            Some(other) => assert!(matches!(other, Frame::Hello(_))),
            None => {
                let read = stream.read(&mut buffer).expect("it answers");
                assert!(read > 0, "it ends");
                decoder.push(&buffer[..read]);
            }
        }
    }
    answers
}

#[test]
fn requests_that_compute_run_side_by_side() {
    let (folder, address) = unix();
    let _callee = Callee::start(&address, "b1");
    assert_eq!(ask(&folder.path().join("s.sock"), TOGETHER_THERE, 2), [1, 1]);
}

#[test]
fn requests_that_wait_for_nothing_share_a_task() {
    let (folder, address) = unix();
    let _callee = Callee::start(&address, "b1");
    let tasks: BTreeSet<i64> = ask(&folder.path().join("s.sock"), WHO_THERE, 50).into_iter().collect();
    assert!(tasks.len() <= 20, "{tasks:?}");
}

#[test]
fn nothing_is_left_of_what_a_task_did_for_somebody_else() {
    let (_folder, address) = unix();
    as_caller(&address, |task| {
        task.limit(1);
        task.me().task().cancel();
        assert!(matches!(task.enter_now(), Entry::Early { .. }));
        task.begin_anew(NEVER);
        assert!(!task.is_unwinding() && task.enter_now() == Entry::Fresh);
        assert!(rest(task, 1), "nothing cuts this short");
        // A new deadline holds for what it does now, and for what it calls.
        let soon = task.scheduler().clock.now() + 20_000_000;
        task.begin_anew(soon);
        assert_eq!((task.deadline(), task.inherited_deadline()), (soon, soon));
        assert!(!rest(task, 60_000), "it is cut short");
        task.begin_anew(NEVER);
        assert!(rest(task, 1), "and nothing of that is left either");
    });
}
