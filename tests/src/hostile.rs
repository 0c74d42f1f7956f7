//! No input makes the compiler panic, hang or overflow its stack: each gets a clear message and exit code 1.

use pluto_tests::driver;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Not a speed test: far above what any of these takes, and far below what a person waits.
const HANGS: Duration = Duration::from_secs(60);

/// Runs `plutoc check` on bytes; gives exit code and messages.
fn check_bytes(bytes: &[u8]) -> (i32, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("main.pluto");
    std::fs::write(&path, bytes).expect("the folder is writable");
    check_path(&path)
}

fn check_path(path: &Path) -> (i32, String) {
    let mut command = Command::new(driver::plutoc());
    let mut child =
        command.arg("check").arg(path).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("plutoc starts");
    let mut stderr = child.stderr.take().expect("piped");
    let reader = std::thread::spawn(move || {
        let mut text = vec![];
        let _ = stderr.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    });
    let begin = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("plutoc can be waited for") {
            return (status.code().unwrap_or(-1), reader.join().expect("the reader ends"));
        }
        if begin.elapsed() > HANGS {
            let _ = child.kill();
            panic!("plutoc hangs");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[track_caller]
fn refused(source: &str, code: &str) {
    let (exit, text) = check_bytes(source.as_bytes());
    assert_eq!(exit, 1, "{text}");
    assert!(text.contains(code), "expected {code}:\n{}", &text[..text.len().min(2000)]);
    assert!(text.len() < 100_000, "a message of {} bytes", text.len());
}

#[track_caller]
fn accepted(source: &str) {
    let (exit, text) = check_bytes(source.as_bytes());
    assert_eq!(exit, 0, "{}", &text[..text.len().min(2000)]);
}

fn in_main(body: &str) -> String {
    format!("fn main() {{\n    {body}\n}}\n")
}

#[test]
fn brackets_without_end() {
    for open in ["(", "[", "{"] {
        refused(&in_main(&format!("let x = {}", open.repeat(100_000))), "E010");
        refused(&open.repeat(100_000), "E010");
    }
    for close in [")", "]", "}"] {
        refused(&close.repeat(100_000), "E010");
    }
    let (open, close) = ("(".repeat(100_000), ")".repeat(100_000));
    refused(&in_main(&format!("let x = {open}1{close}")), "E0105");
}

#[test]
fn nesting_up_to_the_limit_is_fine() {
    let (open, close) = ("(".repeat(200), ")".repeat(200));
    accepted(&in_main(&format!("print({open}1{close})")));
}

#[test]
fn long_chains() {
    accepted(&in_main(&format!("print(1{})", " + 1".repeat(50_000))));
    accepted(&in_main(&format!("print(true{})", " && true".repeat(50_000))));
    accepted(&in_main(&format!("if false {{ }}{}", " else if false { }".repeat(5_000))));
    refused(&in_main(&format!("let x = {}1", "-".repeat(50_000))), "E0105");
    refused(&in_main(&format!("let x = f(){}", ".a".repeat(50_000))), "E0105");
    refused(&in_main(&format!("let x = f(){}", " catch f()".repeat(50_000))), "E0105");
    refused(&in_main(&"return ".repeat(50_000)), "E010");
}

#[test]
fn many_statements() {
    accepted(&in_main(&"let x = 1\n".repeat(20_000)));
    let many: String = (0..5_000).map(|n| format!("fn f{n}(x: int) int {{ x + {n} }}\n")).collect();
    accepted(&format!("{many}fn main() {{ print(f1(2)) }}\n"));
}

#[test]
fn huge_literals() {
    refused(&in_main(&format!("print({})", "9".repeat(100_000))), "E0103");
    refused(&in_main("print(9223372036854775808)"), "E0103");
    accepted(&in_main("print(-9223372036854775808)"));
    accepted(&in_main(&format!("print(\"{}\")", "a".repeat(1_000_000))));
    refused(&in_main("print(\"never closed)"), "E0104");
    refused(&in_main("print(f\"{1 + \")"), "E01");
}

#[test]
fn odd_files() {
    for empty in ["", "// nothing\n", "\u{feff}"] {
        // A library for `check`; nothing to start for `run`.
        accepted(empty);
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("main.pluto"), empty).expect("writable");
        let output = Command::new(driver::plutoc()).arg("run").arg(folder.path()).output().expect("plutoc starts");
        assert_eq!(output.status.code(), Some(1));
        assert!(String::from_utf8_lossy(&output.stderr).contains("E0210"));
    }
    let (exit, text) = check_bytes(b"fn main() { print(\"\xff\") }");
    assert!(exit == 1 && text.contains("E0602"), "{text}");
    let (exit, text) = check_bytes(b"fn main() { \0 }");
    assert!(exit == 1 && text.contains("E0602"), "{text}");
    let (exit, text) = check_path(Path::new("/nowhere/at/all.pluto"));
    assert!(exit == 1 && text.contains("E0601"), "{text}");
    refused("\u{202e}\u{1F600} ~~~ @@@ $$$", "E0102");
}

#[test]
fn circles() {
    refused("class A { b: B }\nclass B { a: A }\nfn main() { }\n", "E0311");
    refused("const A = B\nconst B = A\nfn main() { print(A) }\n", "E03");
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("main.pluto"), "import other\nfn main() { }\n").expect("writable");
    std::fs::write(folder.path().join("other.pluto"), "import main\n").expect("writable");
    let (exit, text) = check_path(folder.path());
    assert!(exit == 1 && text.contains("E0204"), "{text}");
}

#[test]
fn noise() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let words = [
        "fn", "main", "(", ")", "{", "}", "let", "=", "1", "\"a\"", "match", "if", "else", "catch", "!", "?", "\n",
        ",", "=>", "class", "A", "x", ".", "+", "[", "]", "for", "in", "enum", "raise",
    ];
    for _ in 0..40 {
        let mut text = String::new();
        for _ in 0..400 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text += words[(state % words.len() as u64) as usize];
            text.push(' ');
        }
        let (exit, errors) = check_bytes(text.as_bytes());
        assert_eq!(exit, 1, "{text}\n{errors}");
    }
}
