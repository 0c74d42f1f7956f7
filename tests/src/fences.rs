//! Code fences of a Markdown file, as test cases. In: text. Out: [`Case`]s.
//!
//! Each `pluto` fence carries a promise: `run` (an `output` fence follows), `systems` (the same, but only under the systems that the
//! program declares: what it does without them is another matter), `check`, `test`, or `fails` (with
//! `// error: E0301` or `// error: E0301 "text"` on the offending line, or in the line before it). `//- /name.pluto` headers make
//! several files. `diagnostic` and `output` fences belong to the `pluto` fence before them; `BLESS=1` rewrites them.

/// A fence as found.
#[derive(Clone, Debug)]
pub struct Fence {
    /// Words after the three backticks.
    pub info: Vec<String>,
    /// Its lines.
    pub text: String,
    /// The line of its opening, from 1.
    pub line: usize,
}

/// A program with what is promised about it.
#[derive(Clone, Debug)]
pub struct Case {
    /// The program.
    pub program: Fence,
    /// The `output` fence behind it.
    pub output: Option<Fence>,
    /// The `diagnostic` fence behind it.
    pub diagnostic: Option<Fence>,
}

impl Case {
    /// The first promise word.
    #[must_use]
    pub fn promise(&self) -> &str {
        self.program.info.get(1).map_or("", String::as_str)
    }
}

/// All fences of a text.
#[must_use]
pub fn fences(text: &str) -> Vec<Fence> {
    let mut found = vec![];
    let mut open: Option<Fence> = None;
    for (index, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                let info = info.split_whitespace().map(str::to_owned).collect();
                open = Some(Fence { info, text: String::new(), line: index + 1 });
            }
            (Some(_), Some("")) => found.extend(open.take()),
            (Some(fence), _) => {
                fence.text += line;
                fence.text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

/// The programs of a text with what belongs to them.
#[must_use]
pub fn cases(text: &str) -> Vec<Case> {
    let mut found: Vec<Case> = vec![];
    for fence in fences(text) {
        match (fence.info.first().map(String::as_str), found.last_mut()) {
            (Some("pluto"), _) => found.push(Case { program: fence, output: None, diagnostic: None }),
            (Some("output"), Some(case)) => case.output = Some(fence),
            (Some("diagnostic"), Some(case)) => case.diagnostic = Some(fence),
            (Some(_) | None, _) => {}
        }
    }
    found
}

/// The errors that a program announces: line (from 1), code, and a piece of the message if given.
#[must_use]
pub fn announced(program: &str) -> Vec<(usize, String, Option<String>)> {
    let mut found = vec![];
    for (index, line) in program.lines().enumerate() {
        let Some((before, what)) = line.split_once("// error: ") else { continue };
        let (code, rest) = what.split_once(' ').unwrap_or((what, ""));
        let text = rest.trim().strip_prefix('"').and_then(|it| it.strip_suffix('"')).map(str::to_owned);
        let at = if before.trim().is_empty() { index + 2 } else { index + 1 };
        found.push((at, code.trim().to_owned(), text));
    }
    found
}

/// Splits `//- /name.pluto` sections; without any, everything is `main.pluto`.
#[must_use]
pub fn split_files(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = vec![];
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("//- /") {
            found.push((name.trim().to_owned(), String::new()));
            continue;
        }
        if found.is_empty() {
            found.push(("main.pluto".to_owned(), String::new()));
        }
        let (_, text) = found.last_mut().expect("just pushed");
        text.push_str(line);
        text.push('\n');
    }
    found
}

/// Replaces the inside of a fence that begins at `line`.
#[must_use]
pub fn replaced(text: &str, line: usize, inside: &str) -> String {
    let mut out = String::new();
    let mut skipping = false;
    for (index, old) in text.lines().enumerate() {
        if skipping && old == "```" {
            skipping = false;
        }
        if !skipping {
            out += old;
            out.push('\n');
        }
        if index + 1 == line {
            out += inside;
            skipping = true;
        }
    }
    out
}
