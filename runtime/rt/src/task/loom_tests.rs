//! Models that loom runs in every order in which threads may meet: who sleeps and who is woken; tasks that leave their stacks; the locks
//! of services.
//! `RUSTFLAGS="--cfg loom" cargo test -p pluto-rt --release loom_`

use loom::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use loom::sync::{Arc, Notify};
use loom::thread;

use super::lock::{AGAIN, Lock, Mode, Stay, Workers, leaning};
use super::parking::{Bed, Sleepers};
use super::standing::{Left, Standing};
use super::wait::{Answer, Cut, Sleeper, Ticket, Waiter, Waiting};
use crate::sync::{far_fence, light_fence};

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

    fn wake(&self, _: Ticket) {
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
    fn take(self, lock: &Lock<Me>, mode: Mode, workers: &Floor) -> bool {
        if lock.try_take(mode) || lock.take_leaning(mode, workers) {
            return true;
        }
        let mut begun = None;
        let begin = || {
            let waiter = self.begin();
            begun = Some(waiter.ticket);
            waiter
        };
        if lock.take_or_queue(mode, workers, begin) {
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
                    if lock.try_again(mode, workers, begin) {
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
            self.wake(ticket);
        }
    }
}

/// A task that leaves its stack to wait, and those who answer it or cancel it: it goes into a queue exactly once for each answer.
struct Leaver {
    standing: Standing,
    waiting: Waiting,
    cancelled: AtomicU64,
    /// How often it was put into a queue.
    queued: AtomicUsize,
}

impl Leaver {
    fn that_runs() -> Arc<Leaver> {
        let leaver = Leaver {
            standing: Standing::done(),
            waiting: Waiting::new(),
            cancelled: AtomicU64::new(0),
            queued: AtomicUsize::new(0),
        };
        leaver.standing.set_running();
        Arc::new(leaver)
    }

    /// What `Task::suspend` and `Worker::arrive` do, after a look before: false if the task just went on.
    fn leave(&self, ticket: Ticket) -> bool {
        if self.waiting.is_answered(ticket) {
            return false;
        }
        if self.standing.leave(ticket, &self.waiting) == Left::Ready {
            self.queued.fetch_add(1, Ordering::Relaxed);
        }
        if self.cancelled.load(Ordering::Relaxed) != 0 {
            self.answer(ticket);
        }
        true
    }

    /// The running task begins to wait, and the other thread acts on that wait: how often was it queued?
    fn waits_while(act: fn(&Leaver, Ticket)) {
        loom::model(move || {
            let leaver = Leaver::that_runs();
            let ticket = leaver.waiting.begin(Cut::May);
            let other = leaver.clone();
            let other = thread::spawn(move || act(&other, ticket));
            let left = leaver.leave(ticket);
            other.join().expect("no panic");
            assert!(leaver.waiting.is_answered(ticket), "it is not forgotten");
            assert_eq!(leaver.queued.load(Ordering::Relaxed), usize::from(left));
        });
    }

    fn answer(&self, ticket: Ticket) {
        if self.waiting.claim(ticket) {
            self.waiting.answer(ticket, Answer { case: 0, word: 0 });
            self.queue(ticket);
        }
    }

    fn queue(&self, ticket: Ticket) {
        if self.standing.answered(ticket) {
            self.queued.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What `Task::cancel` does.
    fn cancel(&self) {
        self.cancelled.fetch_or(1, Ordering::SeqCst);
        if !self.cut() {
            far_fence();
            self.cut();
        }
    }

    fn cut(&self) -> bool {
        let claimed = self.waiting.claim_current();
        if let Some(ticket) = claimed {
            self.waiting.answer(ticket, Answer { case: 1, word: 0 });
            self.queue(ticket);
        }
        claimed.is_some()
    }
}

#[test]
fn loom_a_task_that_leaves_its_stack_is_woken_once() {
    Leaver::waits_while(Leaver::answer);
}

#[test]
fn loom_a_task_that_leaves_its_stack_is_cancelled_once() {
    Leaver::waits_while(|leaver, _| leaver.cancel());
}

/// The other one cancels a task that has not begun its wait yet.
#[test]
fn loom_a_cancellation_meets_the_beginning_of_a_wait() {
    loom::model(|| {
        let leaver = Leaver::that_runs();
        let other = leaver.clone();
        let other = thread::spawn(move || other.cancel());
        let ticket = leaver.waiting.begin(Cut::May);
        let left = leaver.leave(ticket);
        other.join().expect("no panic");
        assert!(leaver.waiting.is_answered(ticket), "it is not forgotten");
        assert_eq!(leaver.queued.load(Ordering::Relaxed), usize::from(left));
    });
}

/// The workers around the one lock, as the one with this number sees them.
struct Floor {
    me: Option<usize>,
    sections: Arc<[AtomicU64; 2]>,
}

/// What the section of a worker says that is inside.
const HERE: u64 = 1;

impl Workers for Floor {
    fn me(&self) -> Option<usize> {
        self.me
    }

    fn section(&self, worker: usize) -> &AtomicU64 {
        &self.sections[worker]
    }

    fn here(&self) -> u64 {
        HERE
    }

    fn now(&self) -> u64 {
        0
    }
}

impl Floor {
    /// What generated code does around a brief method.
    fn visit_briefly(&self, me: Me, lock: &Lock<Me>, inside: &AtomicUsize, mode: Mode) {
        let own = self.me.expect("a worker");
        self.sections[own].store(HERE, Ordering::Release);
        light_fence();
        if lock.state() == leaning(own) {
            look_inside(inside, mode);
            self.sections[own].store(0, Ordering::Release);
            return;
        }
        self.sections[own].store(0, Ordering::Release);
        if me.take(lock, mode, self) {
            look_inside(inside, mode);
            lock.give_back(mode, Stay::Brief, self);
        }
    }
}

/// Two workers with brief methods that want the lock so, the first so often; each is also a reader or writer that stays long at last.
fn meet_briefly(modes: &'static [Mode], other: Mode, then: Option<Mode>) {
    bounded(2, move || {
        let (lock, inside, sections) = (Arc::new(Lock::default()), Arc::new(AtomicUsize::new(0)), Arc::default());
        let thread = {
            let (me, lock, inside) = (Me::new(), lock.clone(), inside.clone());
            let floor = Floor { me: Some(1), sections: Arc::clone(&sections) };
            thread::spawn(move || {
                floor.visit_briefly(me, &lock, &inside, other);
                if let Some(then) = then {
                    visit(me, &lock, &inside, then);
                }
            })
        };
        let (me, floor) = (Me::new(), Floor { me: Some(0), sections });
        modes.iter().for_each(|mode| floor.visit_briefly(me, &lock, &inside, *mode));
        thread.join().expect("no panic");
        assert!(lock.try_take(Mode::Write) || lock.take_leaning(Mode::Write, &floor));
    });
}

#[test]
fn loom_brief_writers_are_alone() {
    // At the second time in a row the lock leans.
    meet_briefly(&[Mode::Write, Mode::Write, Mode::Write], Mode::Write, None);
}

#[test]
fn loom_a_reader_turns_away_a_brief_writer() {
    meet_briefly(&[Mode::Write, Mode::Write, Mode::Write], Mode::Read, None);
    meet_briefly(&[Mode::Read, Mode::Read, Mode::Read], Mode::Write, None);
}

#[test]
fn loom_a_long_visit_ends_leaning() {
    meet_briefly(&[Mode::Write, Mode::Write, Mode::Write], Mode::Read, Some(Mode::Write));
}

/// What is inside is counted: a writer as 100.
fn visit(me: Me, lock: &Lock<Me>, inside: &AtomicUsize, mode: Mode) {
    let floor = Floor { me: None, sections: Arc::default() };
    if me.take(lock, mode, &floor) {
        look_inside(inside, mode);
        lock.give_back(mode, Stay::Long, &floor);
    }
}

fn look_inside(inside: &AtomicUsize, mode: Mode) {
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
