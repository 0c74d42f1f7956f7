//! How long things take. By hand: `cargo test -p pluto-rt --release speed -- --ignored --nocapture --test-threads 1`

use super::*;

/// Processor time of the process in nanoseconds: others may use the machine too.
fn spent() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the time is ours to write.
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

fn measure(what: &str, workers: usize, count: u64, body: impl FnOnce(&Run)) {
    let run = Run::new(workers);
    let begin = spent();
    body(&run);
    println!("{workers} workers, {what}: {} ns of processor time", (spent() - begin) / count);
}

fn one_way(run: &Run, capacity: i64, count: u64) {
    let types = Types::of(Kind::Int);
    run.start(move |task| {
        let (tx, rx) = open(task, types, capacity);
        start(task.scheduler(), &StdArc::default(), move |task| {
            (0..count).for_each(|number| assert_eq!(send(task, tx, number), DONE));
            discard(types.sender, tx);
        });
        let mut sum = 0;
        while let (DONE, word) = next(task, rx) {
            sum += word;
        }
        assert_eq!(sum, count * (count - 1) / 2);
        discard(types.receiver, rx);
    });
    run.finish();
}

#[test]
#[ignore = "measures"]
fn speed() {
    const COUNT: u64 = 1_000_000;
    for workers in [1, 2] {
        for capacity in [0, 1, 128, -1] {
            measure(&format!("one way, capacity {capacity}"), workers, COUNT, |run| one_way(run, capacity, COUNT));
        }
        measure("there and back", workers, COUNT / 2, |run| ping_pong(run, COUNT / 2));
        measure("select over 8 channels", workers, COUNT, |run| eight(run, COUNT / 8));
    }
}

fn ping_pong(run: &Run, count: u64) {
    let types = Types::of(Kind::Int);
    run.start(move |task| {
        let (there, back) = (open(task, types, 0), open(task, types, 0));
        start(task.scheduler(), &StdArc::default(), move |task| {
            while let (DONE, word) = next(task, there.1) {
                assert_eq!(send(task, back.0, word), DONE);
            }
        });
        for number in 0..count {
            assert_eq!(send(task, there.0, number), DONE);
            assert_eq!(recv(task, back.1), (DONE, number));
        }
        discard(types.sender, there.0);
    });
    run.finish();
}

fn eight(run: &Run, each: u64) {
    let types = Types::of(Kind::Int);
    run.start(move |task| {
        let pairs = [(); 8].map(|()| open(task, types, 0));
        for (tx, _) in pairs {
            start(task.scheduler(), &StdArc::default(), move |task| {
                (0..each).for_each(|number| assert_eq!(send(task, tx, number), DONE));
                discard(types.sender, tx);
            });
        }
        let arms = pairs.map(|(_, rx)| receive(rx));
        let mut count = 0;
        while choose(task, &arms, -1, false).0 >= SELECTED {
            count += 1;
        }
        assert_eq!(count, 8 * each);
    });
    run.finish();
}
