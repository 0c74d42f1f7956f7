//! What must be handled, may be handled, and need not be.

use crate::pipeline::{all, expect, front, show};

const ERRORS: &str = "error A { id: int }\nerror B\nerror C\nfn a() int { raise A { id: 1 } }\nfn b() int { raise B }\n\
    fn ab(n: int) int { if n == 0 { raise A { id: 1 } } else { raise B } }\n";

/// A body of `main` behind the declarations above.
fn in_main(body: &str) -> String {
    format!("{ERRORS}fn main() {{\n{body}\n}}\n")
}

#[test]
fn unhandled_and_handled() {
    for body in [
        "print(a()) // error: E0401",
        "print(a()!)",
        "print(a() catch 1)",
        "print(a() catch err { print(err); 1 })",
        "print(a() catch err: A { err.id })",
        "print(a() + b()!) // error: E0401",
        "let x = a() // error: E0401\nprint(x)",
        "print(ab(1) catch err: A { 1 }) // error: E0403",
        "print(ab(1) catch err: A { 1 } catch err: B { 2 })",
        "print(ab(1) catch err: A | B { 1 })",
        "print(ab(1) catch err: A { 1 } catch 2)",
        "print(ab(1) catch err: A { 1 }!)",
        "print(ab(1) catch err: A { 1 } catch err: B { 2 } catch 3)",
        "print(ab(1) catch err: C { 1 } catch 2) // error: E0405",
        "print(ab(1) catch err: A { 1 } catch err: A | B { 2 }) // error: E0405",
        "print(ab(1) catch err: NetworkError { 1 } catch 2) // error: E0405",
        "print(min(1, 2)!) // error: E0402",
        "print([1].len() catch 1) // error: E0402",
        "print(a() catch err { b() }) // error: E0401",
        "print(a() catch err { b()! })",
        "print(a() catch b()) // error: E0401",
        "for x in 0..a() { print(x) } // error: E0401",
        "if a() == 1 { print(1) } // error: E0401",
        "print(f\"{a()}\") // error: E0401",
    ] {
        expect(&in_main(body));
    }
}

#[test]
fn what_cannot_fail_needs_nothing_and_takes_nothing() {
    expect(
        "fn one() int { 1 }\nfn main() {\nprint(one())\nprint(one()!) // error: E0402\nprint(one() catch 2) // error: E0402\n}",
    );
}

#[test]
fn sets_go_through_handlers_and_raising_again() {
    let declarations = "fn typed(n: int) int { ab(n) catch err: A { raise C }! }\n\
        fn again(n: int) int { ab(n) catch err { raise err } }\n\
        fn part(n: int) int { ab(n) catch err: A { raise err } catch 1 }\n\
        fn dead() int { a() catch err: A { 1 } catch err { raise C } }\n\
        fn matched(n: int) int { ab(n) catch err { match err { A { id } => id, other => raise other } } }\n";
    let source = format!("{ERRORS}{declarations}fn main() {{ }}");
    let mut front = front(&source);
    let placed = front.back(None);
    for (name, wanted) in [
        ("typed", &["B", "C"][..]),
        ("again", &["A", "B"]),
        ("part", &["A"]),
        ("dead", &[]),
        ("matched", &["A", "B"]),
        ("main", &[]),
    ] {
        let key = (pluto_middle::ids::ProcessId(0), front.function(name));
        let got: Vec<&str> =
            placed.effects.errors[&key].iter().map(|error| &*front.program.errors[*error].name).collect();
        assert_eq!(got, wanted, "{name}");
    }
}

#[test]
fn recursion_finds_the_least_sets() {
    expect(
        "error A\nfn even(n: int) bool { if n == 0 { true } else { odd(n - 1)! } }\n\
         fn odd(n: int) bool { if n == 0 { raise A }\neven(n - 1)! }\n\
         fn calm(n: int) int { if n == 0 { 0 } else { calm(n - 1) } }\n\
         fn main() {\nprint(even(3)!)\nprint(calm(2))\nprint(calm(2)!) // error: E0402\nprint(odd(2)) // error: E0401\n}",
    );
}

#[test]
fn the_way_of_an_error_is_shown() {
    let source = "error Lost\nfn deep() int { raise Lost }\nfn middle() int { deep()! }\nfn main() { print(middle()) }";
    let (_, list) = all(source);
    assert_eq!(
        show(source, &list[0]),
        "E0401 `middle` can fail, and the error is not handled\n  \"middle()\": can raise `Lost`\n  \
         \"raise Lost\": `Lost` is raised here\n  note the calls: main → middle → deep\n  \
         help write `!` after the call to hand the error on, or handle it with `catch`\n"
    );
}

#[test]
fn constants_and_defaults_have_nobody_to_tell() {
    expect(
        "error A\nfn a() int { raise A }\nconst X = a()! // error: E0406\nconst Y = a() catch 1\nconst Z = a() // error: E0406\n\
         class P { x: int = a()! // error: E0406\n}\nfn main() { print(X + Y + Z)\nprint(P { }) }",
    );
}

#[test]
fn a_file_may_be_missing() {
    expect(
        "import std.fs\nfn main() {\nprint(fs.read_text(\"x\")) // error: E0401\nprint(fs.read_text(\"x\")!)\n\
         print(fs.read_text(\"x\") catch err: FileError { err.detail })\n\
         print(fs.read_text(\"x\") catch err: NetworkError { \"\" } catch \"\") // error: E0405\n}",
    );
}

#[test]
fn start_stop_main_and_tests_may_raise() {
    expect(
        "error A\nfn a() int { raise A }\nclass S { n: int\nfn start(mut self) { self.n = a()! }\n\
         fn stop(mut self) { self.n = a() // error: E0401\n} }\napp M[s: S] { fn main(self) { print(a()!) } }\n\
         test \"t\" {\nexpect(a()!).to_equal(1)\nexpect(a()).to_equal(1) // error: E0401\n}",
    );
}

#[test]
fn long_chains_and_rings_end_soon() {
    let mut source = String::from("error A\nfn f0() int { raise A }\n");
    for n in 1..3000 {
        source += &format!("fn f{n}() int {{ f{}()! }}\n", n - 1);
    }
    for n in 0..3000 {
        source += &format!("fn g{n}(x: int) int {{ if x == 0 {{ f0()! }} else {{ g{}(x)! }} }}\n", (n + 1) % 3000);
    }
    // Everything is called from one place, in the order that is worst for a queue.
    source += "fn h0() int { raise A }\n";
    for n in 1..3000 {
        source += &format!("fn h{n}() int {{ h{}()! }}\n", n - 1);
    }
    source += "fn all() {\n";
    for n in (0..3000).rev() {
        source += &format!("h{n}() catch 1\n");
    }
    source += "}\nfn main() {\nall()\nprint(f2999()) // error: E0401\nprint(g7(1)) // error: E0401\n}\n";
    let list = expect(&source);
    assert!(list.iter().all(|it| it.notes.iter().all(|note| note.len() < 400)));
}
