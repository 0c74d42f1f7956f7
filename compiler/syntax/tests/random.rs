//! Random texts: nothing panics, spans lie inside the text on character boundaries, and the same text gives the same
//! tree and messages. Random programs: they are read without a message, and their printed trees give the same trees.
//! In: bytes, words and programs by proptest.

#[path = "support/programs.rs"]
mod programs;

use pluto_syntax::diag::Diagnostics;
use pluto_syntax::parser::parse;
use pluto_syntax::print::{ast, tokens};
use pluto_syntax::span::FileId;
use proptest::prelude::*;

const WORDS: &[&str] = &[
    "fn",
    "class",
    "enum",
    "error",
    "app",
    "system",
    "test",
    "let",
    "mut",
    "if",
    "else",
    "match",
    "while",
    "for",
    "in",
    "return",
    "raise",
    "catch",
    "break",
    "continue",
    "import",
    "pub",
    "const",
    "as",
    "self",
    "none",
    "true",
    "int",
    "string",
    "Map",
    "A",
    "Foo",
    "x",
    "err",
    "pod",
    "process",
    "region",
    "spawn",
    "within",
    "select",
    "yield",
    "chan",
    "scope",
    "sleep",
    "after",
    "default",
    "topic",
    "tests",
    "unbounded",
    "lossy",
    "recv",
    "send",
    "Sender",
    "Task",
    "Duration",
    "1.5s",
    "2h30m",
    "trait",
    "impl",
    "uses",
    "1",
    "2.5",
    "0x",
    "5s",
    "\"s\"",
    "f\"",
    "{x}",
    "\"",
    "\"\"\"",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<",
    ">",
    ">>",
    "=",
    "=>",
    "==",
    "+",
    "-",
    "!",
    "?",
    "??",
    ".",
    "..",
    ",",
    ";",
    ":",
    "|",
    "++",
    "+=",
    "_",
    "\n",
    "\n",
    " ",
    "// c\n",
    "/// d\n",
    "\\",
    "é",
    "\0",
    "->",
];

fn check(text: &str) {
    let owned = text.to_owned();
    let thread = std::thread::Builder::new().stack_size(64 << 20).spawn(move || {
        let run = || {
            let mut diagnostics = Diagnostics::default();
            let module = parse(FileId(0), &owned, &mut diagnostics);
            (ast(&module), diagnostics.sorted())
        };
        let (tree, messages) = run();
        for label in messages.iter().flat_map(|it| it.primary.iter().chain(&it.secondary)) {
            let (start, end) = (label.span.start as usize, label.span.end as usize);
            assert!(owned.get(start..end).is_some(), "{start}..{end} of {} in {owned:?}", owned.len());
        }
        assert_eq!((tree, messages), run());
        let _ = tokens(FileId(0), &owned, &mut Diagnostics::default());
    });
    thread.expect("a thread").join().expect("no panic");
}

/// The printed tree of a text that is in order.
fn read(text: &str) -> String {
    let mut diagnostics = Diagnostics::default();
    let module = parse(FileId(0), text, &mut diagnostics);
    assert!(diagnostics.sorted().is_empty(), "{text}\n{:#?}", diagnostics.sorted());
    ast(&module)
}

#[test]
fn printed_programs_are_programs() {
    let printed = read(include_str!("program.pluto"));
    assert_eq!(printed, read(&printed));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_words(words in prop::collection::vec(prop::sample::select(WORDS), 0..120), gap in "[ ]?") {
        check(&words.join(&gap));
        check(&format!("fn main() {{\n{}\n}}", words.join(" ")));
    }

    #[test]
    fn any_program(body in programs::body()) {
        let text = format!("fn main(self) {{\n{body}\n}}\n");
        let printed = read(&text);
        assert_eq!(printed, read(&printed), "{text}");
    }

    #[test]
    fn broken_program(cut in 0usize..4500, length in 0usize..40, word in prop::sample::select(WORDS)) {
        let program = include_str!("program.pluto");
        let start = program.floor_char_boundary(cut.min(program.len()));
        let end = program.floor_char_boundary((start + length).min(program.len()));
        check(&format!("{}{word}{}", &program[..start], &program[end..]));
    }
}
