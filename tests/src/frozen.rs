//! A process that is frozen (SIGSTOP) and comes back, while another one calls it.

use pluto_tests::running::{ALL_WAYS, Run, send};
use rustix::process::Signal;

const SOURCE: &str = r#"
class Worker {
    n: int = 0
    fn count(mut self) int {
        self.n += 1
        self.n
    }
}
app Main[worker: Worker] {
    fn within_time(self) bool {
        within 300ms { self.worker.count()! } catch err: TimeoutError { return false } catch { return false }
        true
    }
    fn main(self) {
        print(self.within_time())
        print("freeze")
        let mut frozen = 0
        while self.within_time() { sleep(5ms) }
        // A spawned call has no time of its own: it waits until the process is back.
        let call = spawn self.worker.count()
        print("thaw")
        let mut after = 0
        for n in 0..1_000 {
            if self.within_time() {
                after = self.worker.count()!
                break
            }
        }
        print((call.get()! > 1, after > 1))
    }
}
system Near for Main { pod p { process front { Main } process back { Worker } } }
system Far for Main { pod front { Main } pod back { Worker } }
"#;

#[test]
fn calls_of_a_frozen_process_time_out_and_work_again_when_it_is_back() {
    for (system, variables) in ALL_WAYS {
        let temp = tempfile::Builder::new().prefix("fr").tempdir_in("/tmp").expect("a temporary folder");
        let mut run = Run::start_with(SOURCE, system, temp.path(), variables);
        run.wait_for_output("freeze");
        send(temp.path(), "back", Signal::STOP);
        run.wait_for_output("thaw");
        send(temp.path(), "back", Signal::CONT);
        let (code, output, errors) = run.finish();
        assert_eq!((code, &*output), (Some(0), "(true, true)\n"), "{errors}");
    }
}
