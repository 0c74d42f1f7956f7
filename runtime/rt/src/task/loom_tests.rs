//! Models that loom runs in every order in which threads may meet: who sleeps and who is woken; the locks of services.
//! `RUSTFLAGS="--cfg loom" cargo test -p pluto-rt --release loom_`

use loom::sync::atomic::{AtomicUsize, Ordering};
use loom::sync::{Arc, Notify};
use loom::thread;

use super::lock::{AGAIN, Lock, Mode};
use super::parking::{Bed, Sleepers};
use super::wait::{Answer, Cut, Sleeper, Ticket, Waiter, Waiting};

/// A pool of workers that take work from a heap, and do nothing with it.
struct Pool {
    sleepers: Sleepers,
    /// How many pieces of work wait.
    work: AtomicUsize,
    /// How many were done.
    done: AtomicUsize,
    total: usize,
    beds: Vec<Notify>,
}

impl Pool {
    fn new(workers: usize, total: usize) -> Arc<Pool> {
        Arc::new(Pool {
            sleepers: Sleepers::default(),
            work: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            total,
            beds: (0..workers).map(|_| Notify::new()).collect(),
        })
    }

    fn publish(&self) {
        self.work.fetch_add(1, Ordering::Release);
        self.wake_one();
    }

    fn wake_one(&self) {
        if let Some(worker) = self.sleepers.wake_one() {
            self.beds[worker].notify();
        }
    }

    fn has_work(&self) -> bool {
        self.work.load(Ordering::Acquire) > 0
    }

    fn take(&self) -> bool {
        let mut left = self.work.load(Ordering::Acquire);
        while left > 0 {
            match self.work.compare_exchange(left, left - 1, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return true,
                Err(now) => left = now,
            }
        }
        false
    }

    /// What `Worker::work` and `Worker::sleep` do.
    fn work(&self, me: usize, bed: Bed) {
        let mut searching = false;
        while self.done.load(Ordering::Acquire) < self.total {
            if self.take() {
                if std::mem::take(&mut searching) && self.sleepers.found() && self.has_work() {
                    self.wake_one();
                }
                if self.done.fetch_add(1, Ordering::AcqRel) + 1 == self.total {
                    self.beds.iter().for_each(Notify::notify);
                }
                continue;
            }
            self.sleepers.register(me, bed, searching);
            if !self.has_work() && self.done.load(Ordering::Acquire) < self.total {
                self.beds[me].wait();
            }
            searching = !self.sleepers.unregister(me);
        }
    }
}

/// Threads are interrupted so many times at most, where they need not be.
fn bounded(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.check(model);
}

#[test]
fn loom_no_work_is_left_while_a_worker_sleeps() {
    bounded(3, || {
        let pool = Pool::new(1, 2);
        let worker = pool.clone();
        let worker = thread::spawn(move || worker.work(0, Bed::Keeper));
        pool.publish();
        pool.publish();
        worker.join().expect("no panic");
    });
}

#[test]
fn loom_two_workers_and_a_burst() {
    bounded(2, || {
        let pool = Pool::new(2, 2);
        let workers = [(0, Bed::Keeper), (1, Bed::Parked)].map(|(me, bed)| {
            let pool = pool.clone();
            thread::spawn(move || pool.work(me, bed))
        });
        pool.publish();
        pool.publish();
        for worker in workers {
            worker.join().expect("no panic");
        }
        assert_eq!(pool.sleepers.sleeping(), 0);
    });
}

/// A thread that waits, never freed, as tasks are not.
#[derive(Clone, Copy)]
struct Me(&'static (Waiting, Notify));

impl Sleeper for Me {
    fn waiting(&self) -> &Waiting {
        &self.0.0
    }

    fn wake(&self) {
        self.0.1.notify();
    }
}

impl Me {
    fn new() -> Me {
        Me(Box::leak(Box::new((Waiting::new(), Notify::new()))))
    }

    fn begin(self) -> Waiter<Me> {
        Waiter { task: self, ticket: self.0.0.begin(Cut::May), case: 0 }
    }

    fn wait(self, ticket: Ticket) -> Answer {
        loop {
            if let Some(answer) = self.0.0.take(ticket) {
                return answer;
            }
            self.0.1.wait();
        }
    }

    /// Takes the lock: false if the wait was cut.
    fn take(self, lock: &Lock<Me>, mode: Mode) -> bool {
        if lock.try_take(mode) {
            return true;
        }
        let mut begun = None;
        let begin = || {
            let waiter = self.begin();
            begun = Some(waiter.ticket);
            waiter
        };
        if lock.take_or_queue(mode, begin) {
            return true;
        }
        let mut ticket = begun.expect("it began to wait");
        loop {
            match self.wait(ticket) {
                Answer { case: 0, word: AGAIN } => {
                    let begin = || {
                        let waiter = self.begin();
                        ticket = waiter.ticket;
                        waiter
                    };
                    if lock.try_again(mode, begin) {
                        return true;
                    }
                }
                Answer { case: 0, .. } => return true,
                Answer { .. } => {
                    lock.leave_queue(ticket, |other| std::ptr::eq(other.0, self.0));
                    return false;
                }
            }
        }
    }

    fn cut(self) {
        if let Some(ticket) = self.0.0.claim_current() {
            self.0.0.answer(ticket, Answer { case: 1, word: 0 });
            self.wake();
        }
    }
}

/// What is inside is counted: a writer as 100.
fn visit(me: Me, lock: &Lock<Me>, inside: &AtomicUsize, mode: Mode) {
    if !me.take(lock, mode) {
        return;
    }
    let weight = match mode {
        Mode::Read => 1,
        Mode::Write => 100,
    };
    let before = inside.fetch_add(weight, Ordering::Relaxed);
    match mode {
        Mode::Read => assert!(before < 100, "a writer is inside"),
        Mode::Write => assert_eq!(before, 0, "somebody is inside"),
    }
    inside.fetch_sub(weight, Ordering::Relaxed);
    lock.give_back(mode);
}

fn meet(modes: &'static [Mode], cut_first: bool) {
    bounded(2, move || {
        let lock = Arc::new(Lock::default());
        let inside = Arc::new(AtomicUsize::new(0));
        let mine = Me::new();
        let others: Vec<(Me, thread::JoinHandle<()>)> = modes[1..]
            .iter()
            .map(|&mode| {
                let (me, lock, inside) = (Me::new(), lock.clone(), inside.clone());
                (me, thread::spawn(move || visit(me, &lock, &inside, mode)))
            })
            .collect();
        if cut_first {
            others[0].0.cut();
        }
        visit(mine, &lock, &inside, modes[0]);
        for (_, other) in others {
            other.join().expect("no panic");
        }
        // It is as free as it was.
        assert!(lock.try_take(Mode::Write));
    });
}

#[test]
fn loom_writers_are_alone() {
    meet(&[Mode::Write, Mode::Write], false);
    meet(&[Mode::Write, Mode::Read], false);
}

#[test]
fn loom_readers_and_a_writer_all_come_in() {
    meet(&[Mode::Read, Mode::Write, Mode::Read], false);
}

#[test]
fn loom_a_cut_wait_leaves_no_trace() {
    meet(&[Mode::Write, Mode::Write, Mode::Read], true);
}
