//! Services that are rebuilt after a fault (`policy S { on_fault: restart }`), in one process and in several: what others see who are inside
//! or wait, a `start` that fails, the limit, the log. What one caller sees stands in `spec/07-placement.md`. In: programs. Out: what they print.

use pluto_tests::driver::{self, Ran};

/// In one process, in two of a pod, in two pods.
const PLACES: [(&str, &str); 3] = [
    ("One", "pod a { Main, Store }"),
    ("Near", "pod p { process a { Main } process b { Store } }"),
    ("Far", "pod a { Main } pod b { Store }"),
];

/// The program under a system with the policy for `Store`, with these environment variables.
fn run(source: &str, (system, places): (&str, &str), variables: &[(&str, &str)]) -> Ran {
    let source = format!("{source}\nsystem {system} for Main {{ {places} policy Store {{ on_fault: restart }} }}\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ran = driver::run_system_with(&vec![("main.pluto".to_owned(), source)], system, &[], folder.path(), variables);
    ran.memory_is_fine().unwrap_or_else(|wrong| panic!("{wrong}"));
    ran
}

/// It prints this under each placement, with one worker and several; the lines of the log, without times.
#[track_caller]
fn prints(source: &str, output: &str) -> Vec<String> {
    let mut logs = vec![];
    for place in PLACES {
        for workers in ["1", "4"] {
            let ran = run(source, place, &[("PLUTO_WORKERS", workers)]);
            let errors = driver::timeless(&ran.errors);
            assert_eq!((ran.output.as_str(), ran.code), (output, 0), "{} with {workers}: {errors}", place.0);
            logs.push(errors);
        }
    }
    logs
}

/// A service with readers and writers that the tests below share.
const STORE: &str = r#"
error Closed { at: int }
class Store {
    names: [string] = ["a"]
    made: int
    fn start(mut self) { self.made = self.names.len() }
    fn stop(mut self) { print(f"stop {self.names}") }
    fn add(mut self, name: string) { self.names.push(name) }
    fn all(self) [string] { self.names }
    fn at(self, n: int) string { self.names[n] }
    fn closed(self) { raise Closed { at: 1 } }
    fn read(self, entered: string, hold: Duration) string {
        print(entered)
        sleep(hold)
        f"{entered} {self.names}"
    }
    fn take(mut self, n: int, hold: Duration) string {
        self.names.push("taken")
        sleep(hold)
        self.names[n]
    }
}
"#;

#[test]
fn a_reader_that_faults_leaves_the_others_their_instance() {
    let main = r#"
app Main[store: Store] {
    fn main(self) {
        self.store.add("b") catch { }
        let slow = spawn self.store.read("old", 200ms)
        sleep(100ms)
        let bad = spawn self.store.at(9)
        print(bad.outcome())
        // It waits until the old instance is left.
        print(self.store.all() catch [])
        print(slow.outcome())
        print(slow.get() catch "lost")
    }
}"#;
    let output = "old\nFaulted { message: \"index 9 is out of range for length 2\" }\n[\"a\"]\nDone\nold [\"a\", \"b\"]\nstop [\"a\"]\n";
    for (log, (system, _)) in
        prints(&format!("{STORE}{main}"), output).iter().zip(PLACES.iter().flat_map(|it| [it, it]))
    {
        let process = if *system == "One" { "a" } else { "b" };
        let line = "a fault in it: index 9 is out of range for length 2; it is rebuilt before the next call";
        assert!(log.starts_with(&format!("TIME WARN {process} Store: {line}\n  at Store.at (")), "{log}");
        assert!(log.ends_with("/main.pluto:10)\n") && log.lines().count() == 2, "{log}");
    }
}

#[test]
fn errors_cancellation_and_deadlines_break_nothing() {
    let main = r#"
app Main[store: Store] {
    fn main(self) {
        self.store.add("b") catch { }
        self.store.closed() catch err { print(err) }
        let cancelled = spawn self.store.read("one", 1h)
        sleep(50ms)
        cancelled.cancel()
        print(cancelled.outcome())
        within 50ms { print(self.store.read("two", 1h)!) } catch err: TimeoutError { print("late") } catch { print("lost") }
        print(self.store.all() catch [])
    }
}"#;
    let output = "Closed { at: 1 }\none\nCancelled\ntwo\nlate\n[\"a\", \"b\"]\nstop [\"a\", \"b\"]\n";
    for log in prints(&format!("{STORE}{main}"), output) {
        assert_eq!(log, "");
    }
}

#[test]
fn those_who_wait_enter_the_new_instance_and_a_method_that_waits_may_break_it_too() {
    let main = r#"
app Main[store: Store] {
    fn main(self) {
        let bad = spawn self.store.take(9, 100ms)
        sleep(50ms)
        let first = spawn self.store.at(1)
        let second = spawn self.store.take(0, 1ms)
        print(bad.outcome())
        // Only the old instance had a second name.
        match first.outcome() { Outcome.Faulted { message } { print("none") } _ { print("taken") } }
        print(second.outcome())
    }
}"#;
    // The order of the two that wait is not fixed: what either finds is.
    for place in PLACES {
        let ran = run(&format!("{STORE}{main}"), place, &[]);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.output.starts_with("Faulted { message: \"index 9 is out of range for length 2\" }\n"), "{ran:?}");
        assert!(ran.output.contains("Done\n"), "{ran:?}");
    }
}

#[test]
fn a_service_that_nobody_calls_again_is_not_stopped() {
    let main = r#"
app Main[store: Store] { fn main(self) {
    let bad = spawn self.store.at(1)
    print(bad.outcome())
} }"#;
    prints(&format!("{STORE}{main}"), "Faulted { message: \"index 1 is out of range for length 1\" }\n");
}

#[test]
fn a_start_that_fails_is_a_fault_of_those_who_wait_and_is_tried_again() {
    let source = r#"
class Tries { n: int
    fn next(mut self) int { self.n += 1; self.n } }
error Busy { tries: int }
class Store[tries: Tries] {
    names: [string] = ["x"]
    fn start(mut self) {
        let n = self.tries.next() catch 0
        if n == 2 { raise Busy { tries: n } }
        if n == 3 { print(self.names[n]) }
        self.names.push(f"start {n}")
    }
    fn at(self, n: int) string { self.names[n] }
}
app Main[store: Store, tries: Tries] {
    fn main(self) {
        for n in [1, 2, 0, 0, 1] {
            let t = spawn self.store.at(n)
            print(t.outcome())
        }
        print(self.store.at(1) catch "lost")
    }
}"#;
    let output = "Done\nFaulted { message: \"index 2 is out of range for length 2\" }\n\
        Faulted { message: \"Store cannot start again: error: Busy { tries: 2 }\" }\n\
        Faulted { message: \"Store cannot start again: index 3 is out of range for length 1\" }\nDone\nstart 4\n";
    for (system, places) in
        [("One", "pod a { Main, Store, Tries }"), ("Far", "pod a { Main } pod b { Store } pod c { Tries }")]
    {
        let ran = run(source, (system, places), &[]);
        assert_eq!((ran.output.as_str(), ran.code), (output, 0), "{ran:?}");
        let log = driver::timeless(&ran.errors);
        assert_eq!(log.matches(" ERROR ").count(), 2, "{log}");
        let line = " Store: Store cannot start again: error: Busy { tries: 2 }\n  at Store.start (";
        assert!(log.contains(line), "{log}");
    }
}

#[test]
fn a_service_is_rebuilt_five_times_within_thirty_seconds() {
    let main = r#"
app Main[store: Store] { fn main(self) {
    for n in 0..8 {
        let bad = spawn self.store.at(1)
        match bad.outcome() { Outcome.Faulted { message } { print(message) } _ { print("?") } }
    }
} }"#;
    let bad = "index 1 is out of range for length 1\n".repeat(6);
    let refused = "Store was rebuilt 5 times within 30 s, and a fault broke it again\n".repeat(2);
    for log in prints(&format!("{STORE}{main}"), &format!("{bad}{refused}")) {
        assert_eq!(log.matches("it is rebuilt before the next call").count(), 6, "{log}");
        assert_eq!(log.matches("ERROR").count(), 1, "{log}");
        assert!(log.contains(" Store: it was rebuilt 5 times within 30 s: its calls are faults for now\n"), "{log}");
    }
}

#[test]
fn nobody_cuts_a_start_in_two() {
    let source = r#"
class Store {
    made: int
    fn start(mut self) { self.made += 1
        sleep(300ms)
        self.made += 10
        print("started") }
    fn bad(self) int { [1][self.made] }
    fn get(self) int { self.made }
}
app Main[store: Store] {
    fn main(self) {
        let bad = spawn self.store.bad()
        print(bad.outcome())
        within 30ms { print(self.store.get()!) } catch err: TimeoutError { print("late") } catch { print("lost") }
        let waits = spawn self.store.get()
        sleep(20ms)
        waits.cancel()
        print(waits.outcome())
        print(self.store.get() catch 0)
    }
}"#;
    prints(
        source,
        "started\nFaulted { message: \"index 11 is out of range for length 1\" }\nlate\nCancelled\nstarted\n11\n",
    );
}

#[test]
fn what_the_old_instance_held_is_let_go_of() {
    let source = r#"
class Store {
    task: Task<int>?
    fn begin(mut self) { self.task = spawn { sleep(200ms); print("it goes on"); 1 } }
    fn bad(mut self) int { [1][2] }
    fn is_new(self) bool { if let task = self.task { false } else { true } }
}
app Main[store: Store] {
    fn main(self) {
        self.store.begin() catch { }
        print(self.store.is_new() catch false)
        let bad = spawn self.store.bad()
        print(bad.outcome())
        print(self.store.is_new() catch false)
        sleep(400ms)
    }
}"#;
    prints(source, "false\nFaulted { message: \"index 2 is out of range for length 1\" }\ntrue\n");
}

/// `start` and `stop` are methods like others if the program calls them. A fault in the last `stop` is the program's end, and breaks nothing.
#[test]
fn start_and_stop_are_methods_too() {
    let source = r#"
class Store {
    n: int
    fn start(mut self) { self.n += 5 }
    fn stop(mut self) {
        print(f"stop {self.n}")
        assert(self.n < 10)
    }
    fn bad(mut self) {
        self.n = 70
        assert(false)
    }
}
app Main[store: Store] {
    fn main(self) {
        let bad = spawn self.store.bad()
        print(bad.outcome())
        self.store.stop() catch { }
        self.store.start() catch { }
    }
}"#;
    for place in PLACES {
        let ran = run(source, place, &[]);
        let output = "Faulted { message: \"assertion failed\" }\nstop 5\nstop 10\n";
        assert_eq!((ran.output.as_str(), ran.code), (output, 101), "{ran:?}");
        assert_eq!(ran.errors.matches("it is rebuilt").count(), 1, "{ran:?}");
    }
}

#[test]
fn a_channel_of_the_old_instance_is_lost() {
    let source = r#"
class Store {
    end: Sender<int>?
    fn open(mut self) Receiver<int> {
        let (tx, rx) = chan<int>()
        self.end = tx
        rx
    }
    fn bad(mut self) int { [1][2] }
}
app Main[store: Store] {
    fn main(self) {
        let rx = self.store.open()
        let bad = spawn self.store.bad()
        print(bad.outcome())
        let again = spawn self.store.open()
        print(again.outcome() == Outcome.Done)
        print(rx.recv() catch err: ChannelClosed { print(err.lost); 0 })
    }
}"#;
    let ran = run(source, PLACES[0], &[]);
    let output = "Faulted { message: \"index 2 is out of range for length 1\" }\ntrue\ntrue\n0\n";
    assert_eq!((ran.output.as_str(), ran.code), (output, 0), "{ran:?}");
}

#[test]
fn a_service_that_takes_messages_is_rebuilt_though_nobody_calls_it() {
    let source = r#"
chan orders: string(4)
chan done: string(4)
class Store[orders: Receiver<string>, done: Sender<string>] {
    n: int
    fn start(mut self) {
        let orders = self.orders
        spawn { for order in orders { self.take(order) catch { } } }.detach()
    }
    fn take(mut self, order: string) {
        self.n += 1
        if order == "bad" { assert(false) }
        self.done.send(f"{self.n} {order}")!
    }
}
app Main[store: Store, orders: Sender<string>, done: Receiver<string>] {
    fn main(self) {
        for order in ["a", "b"] { self.orders.send(order)! ; print(self.done.recv()!) }
        self.orders.send("bad")!
        for order in ["c", "d"] { self.orders.send(order)! ; print(self.done.recv()!) }
    }
}"#;
    for workers in ["1", "4"] {
        let ran = run(source, PLACES[0], &[("PLUTO_WORKERS", workers)]);
        assert_eq!((ran.output.as_str(), ran.code), ("1 a\n2 b\n1 c\n2 d\n", 0), "{ran:?}");
        let line = "\nTIME WARN a Store: a fault in it: assertion failed; it is rebuilt now\n";
        assert!(driver::timeless(&ran.errors).contains(line), "{ran:?}");
    }
}

/// Many callers beside each other, of whom some break the service: nobody ever sees an instance that a fault has left half written.
#[test]
fn nobody_sees_a_broken_instance() {
    let source = r#"
class Store {
    left: [int]
    right: [int]
    fn put(mut self, n: int, bad: bool) {
        self.left.push(n)
        if bad { self.left[100_000] = 1 }
        self.right.push(n)
    }
    fn same(self) bool { self.left == self.right }
}
app Main[store: Store] {
    fn work(self, k: int) int {
        let mut odd = 0
        for n in 0..40 {
            self.store.put(n, false) catch { }
            if !(self.store.same() catch true) { odd += 1 }
        }
        odd
    }
    fn main(self) {
        let mut tasks: [Task<int>] = []
        for k in 0..6 { tasks.push(spawn self.work(k)) }
        for k in 0..4 {
            let bad = spawn self.store.put(k, true)
            bad.outcome()
            sleep(2ms)
        }
        let mut odd = 0
        for t in tasks { odd += t.get() catch 1000 }
        print(odd)
    }
}"#;
    prints(source, "0\n");
}

#[test]
fn a_fault_in_main_still_ends_the_program() {
    let main = r#"
app Main[store: Store] { fn main(self) { print(self.store.at(3)!) } }"#;
    for place in PLACES {
        let ran = run(&format!("{STORE}{main}"), place, &[]);
        assert_eq!((ran.output.as_str(), ran.code), ("", 101), "{ran:?}");
        assert!(ran.errors.contains("\nfault: index 3 is out of range for length 1\n"), "{ran:?}");
    }
}
