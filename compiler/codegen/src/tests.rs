//! Small programs by hand: what the object contains, that Cranelift's verifier (on in debug builds) accepts the code, and that the
//! bytes are always the same. That they run is tested in `tests/`, where the runtime is.

mod make;
mod programs;

use crate::{clif, emit};
use pluto_middle::mir::Program;

fn all() -> Vec<Program> {
    use programs::{array, data, division, fib, recursion, remote};
    vec![fib(), array(), division(), recursion(), data(), remote()]
}

fn mentions(object: &[u8], symbol: &str) -> bool {
    let whole = [&b"\0"[..], symbol.as_bytes(), b"\0"].concat();
    object.windows(whole.len()).any(|window| window == whole)
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
