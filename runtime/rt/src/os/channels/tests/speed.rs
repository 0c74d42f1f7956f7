//! How long things take. By hand: `cargo test -p pluto-rt --release speed -- --ignored --nocapture --test-threads 1`

use super::*;
use std::time::Instant;

fn report(what: &str, begin: Instant, count: u64) {
    println!("{what}: {} ns", begin.elapsed().as_nanos() as u64 / count);
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
            let run = Run::new(workers);
            let begin = Instant::now();
            one_way(&run, capacity, COUNT);
            report(&format!("{workers} workers, one way, capacity {capacity}"), begin, COUNT);
        }
        let run = Run::new(workers);
        let begin = Instant::now();
        ping_pong(&run, COUNT / 2);
        report(&format!("{workers} workers, there and back"), begin, COUNT / 2);
        let run = Run::new(workers);
        let begin = Instant::now();
        eight(&run, COUNT / 8);
        report(&format!("{workers} workers, select over 8 channels"), begin, COUNT);
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
