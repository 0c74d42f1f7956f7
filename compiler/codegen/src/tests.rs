//! Small programs by hand: what the object contains, that Cranelift's verifier (on in debug builds) accepts the code, and that the
//! bytes are always the same. That they run is tested in `tests/`, where the runtime is.

mod locks;
mod make;
mod programs;
mod shared;
mod tasks;

use crate::{clif, emit};
use pluto_middle::mir::Program;

fn all() -> Vec<Program> {
    use programs::{array, data, division, fib, recursion, remote};
    use tasks::{channels, closures, tasks};
    vec![fib(), array(), division(), recursion(), data(), remote(), closures(), tasks(), channels()]
}

fn mentions(object: &[u8], symbol: &str) -> bool {
    let whole = [&b"\0"[..], symbol.as_bytes(), b"\0"].concat();
    object.windows(whole.len()).any(|window| window == whole)
}

/// The text of one function.
fn piece(text: &str, name: &str) -> String {
    let from = text.find(&format!("; pluto:{name}\n")).expect("the function is there");
    let text = &text[from..];
    text[..text.find("\n}\n").expect("it ends")].to_owned()
}

/// How often its code calls this.
fn calls(piece: &str, symbol: &str) -> usize {
    let of = |line: &str| Some(line.strip_prefix("; ")?.strip_suffix(&format!(" = {symbol}"))?.to_owned());
    let Some(name) = piece.lines().find_map(of) else { return 0 };
    let declared = format!(" = colocated {name} ");
    let function = piece.lines().find_map(|line| Some(line.split_once(&declared)?.0.trim().to_owned()));
    function.map_or(0, |function| piece.matches(&format!("call {function}(")).count())
}

#[test]
fn objects_are_elf_and_export_the_program() {
    for program in all() {
        let object = emit(&program, 1);
        assert_eq!(&object[..4], b"\x7fELF");
        assert!(mentions(&object, "pluto_program"));
        for function in program.functions.iter() {
            assert!(mentions(&object, &format!("pluto:{}", function.name)));
        }
    }
}

#[test]
fn bytes_do_not_depend_on_threads() {
    for program in all() {
        assert_eq!(emit(&program, 1), emit(&program, 2));
        assert_eq!(emit(&program, 2), emit(&program, 3));
    }
}

#[test]
fn only_runtime_functions_in_use_are_mentioned() {
    let object = emit(&programs::fib(), 1);
    assert!(mentions(&object, "pluto_print"));
    assert!(mentions(&object, "pluto_fault"));
    assert!(!mentions(&object, "pluto_call_new"));
    assert!(!mentions(&object, "pluto_map_new"));
    assert!(mentions(&emit(&programs::remote(), 1), "pluto_call_new"));
}

#[test]
fn clif_names_what_it_calls() {
    let text = clif(&programs::fib());
    assert!(text.contains("; pluto:fib"), "{text}");
    assert!(text.contains("= pluto_fault"), "{text}");
    assert!(text.contains("sadd_overflow"), "{text}");
}

#[test]
fn closures_are_called_through_their_code() {
    let text = clif(&tasks::closures());
    let main = piece(&text, "main");
    assert_eq!(main.matches("call_indirect").count(), 2, "{main}");
    assert_eq!(calls(&main, "pluto_object_new"), 1, "{main}");
    assert!(main.contains("= Closure("), "{main}");
    assert!(calls(&main, "pluto_trace") == 2, "{main}");
}

#[test]
fn tasks_begin_at_the_door_for_their_result() {
    let program = tasks::tasks();
    let object = emit(&program, 1);
    assert!(mentions(&object, "pluto.run:word") && mentions(&object, "pluto.run:float"));
    let words = emit(&tasks::channels(), 1);
    assert!(!mentions(&words, "pluto.run:word"));
    let text = clif(&program);
    let main = piece(&text, "main");
    assert_eq!(calls(&main, "pluto_task_spawn"), 2);
    assert_eq!(calls(&main, "pluto_suspend"), 5, "two tasks, how they ended, a sleep\n{main}");
    // A plain load of the limit might be taken from the one at entry.
    assert_eq!((main.matches("atomic_load").count(), calls(&main, "pluto.quiet:safepoint")), (1, 1), "{main}");
}

#[test]
fn each_wait_is_one_call_and_one_suspension() {
    let text = clif(&tasks::channels());
    let main = piece(&text, "main");
    let waits = [
        ("pluto_chan_send", 1),
        ("pluto_chan_deliver", 1),
        ("pluto_topic_publish", 2),
        ("pluto_chan_recv", 2),
        ("pluto_chan_next", 1),
        ("pluto_select", 2),
    ];
    for (function, count) in waits {
        assert_eq!(calls(&main, function), count, "{function}\n{main}");
    }
    let all: usize = waits.iter().map(|wait| wait.1).sum();
    // Each may end early; the path begins there.
    assert_eq!((calls(&main, "pluto_suspend"), calls(&main, "pluto_trace")), (all, all), "{main}");
}
