//! What the fingerprint of a method depends on, and what it does not.

use crate::pipeline::front;
use pluto_middle::interface::{Fingerprint, description, fingerprint, fingerprint_of};

const TYPES: &str = "class Line { name: string\nnext: Line? = none }\nenum Kind { Plain\nSized { by: float, at: (int, bool) } }\n\
    error SoldOut { item: string }\nerror Broken { kind: Kind }\n";
const TAKE: &str = "fn take(self, item: string, lines: [Line]) Map<string, int> {\n\
    if item == \"\" { raise SoldOut { item } }\nif item == \"x\" { raise Broken { kind: Kind.Plain } }\n{} }";

fn source(types: &str, take: &str, more: &str) -> String {
    format!(
        "{types}\nclass Store {{ n: int = 0\nfn set(mut self) {{ self.n = 1 }}\n{take}\n{more} }}\n\
         app Main[store: Store] {{ fn main(self) {{ self.store.set()!\nprint(self.store.take(\"a\", []) catch {{ return }}) }} }}\n\
         system S for Main {{ pod a {{ Main }} pod b {{ Store }} }}"
    )
}

fn of(source: &str) -> (String, Fingerprint) {
    let mut front = front(source);
    let placed = front.first_system();
    let (process, method) = (placed.process("b"), front.function("Store.take"));
    let text = description(&front.program, &front.types, &placed.effects, process, method);
    (text, fingerprint(&front.program, &front.types, &placed.effects, process, method))
}

#[test]
fn the_text_tells_all_that_crosses() {
    let (text, print) = of(&source(TYPES, TAKE, ""));
    let wanted = "pluto interface 1\n\
        Store.take(item: string, lines: [#0]) Map<string, int> raises #1, #2\n\
        class Line { name: string, next: #0? }\n\
        error SoldOut { item: string }\n\
        error Broken { kind: #3 }\n\
        enum Kind: Plain {}, Sized { by: float, at: (int, bool) }\n";
    assert_eq!(text, wanted);
    assert_eq!(print, fingerprint_of(wanted));
    // The same on every machine and in every build: this is SHA-256 of nothing.
    assert_eq!(fingerprint_of("").to_string(), "e3b0c44298fc1c14");
}

#[test]
fn what_others_do_changes_nothing() {
    let print = of(&source(TYPES, TAKE, "")).1;
    let more = "fn gained(self, at: float) int { 1 }\nfn more(mut self) { self.set() }";
    assert_eq!(of(&source(TYPES, TAKE, more)).1, print);
    let others = format!("enum Other {{ A\nB }}\nclass First {{ x: byte }}\n{TYPES}");
    assert_eq!(of(&source(&others, TAKE, "")).1, print);
    assert_eq!(of(&source(TYPES, &TAKE.replace("{} }", "{\"b\": 1} }"), "")).1, print);
}

#[test]
fn every_part_counts() {
    let print = of(&source(TYPES, TAKE, "")).1;
    let in_types = [
        ("name: string\nnext", "text: string\nnext"),
        ("name: string\nnext: Line? = none", "next: Line? = none\nname: string"),
        ("by: float", "by: int"),
        ("at: (int, bool)", "at: (bool, int)"),
        ("Plain\nSized { by: float, at: (int, bool) }", "Sized { by: float, at: (int, bool) }\nPlain"),
        ("SoldOut { item: string }", "SoldOut { item: string, left: int = 0 }"),
        (
            "error SoldOut { item: string }\nerror Broken { kind: Kind }",
            "error Broken { kind: Kind }\nerror SoldOut { item: string }",
        ),
    ];
    for (from, to) in in_types {
        assert!(TYPES.contains(from), "{from}");
        assert_ne!(of(&source(&TYPES.replace(from, to), TAKE, "")).1, print, "{to}");
    }
    let in_method = [
        ("item: string, lines: [Line]", "lines: [Line], item: string"),
        ("lines: [Line]", "lines: [Line?]"),
        ("Map<string, int>", "Map<string, float>"),
        ("if item == \"x\" { raise Broken { kind: Kind.Plain } }\n", ""),
    ];
    for (from, to) in in_method {
        assert!(TAKE.contains(from), "{from}");
        let mut changed = source(TYPES, &TAKE.replace(from, to), "");
        if to.starts_with("lines: [Line],") {
            changed = changed.replace("take(\"a\", [])", "take([], \"a\")");
        }
        assert_ne!(of(&changed).1, print, "{to}");
    }
}
