//! chumsky's errors → diagnostics, in one place. In: what the parser collected. Out: our messages, as many as help.

use super::input::Error;
use crate::code::Code;
use crate::diag::{Diagnostic, Diagnostics};
use crate::lexer::Spanned;
use crate::lexer::number::UNITS;
use crate::span::Span;
use crate::token::Token;
use chumsky::error::{RichPattern, RichReason};

/// More errors in one file than these are left out.
pub(super) const MAX_ERRORS: usize = 50;

/// Above this many possibilities a list of what was expected confuses.
const MAX_EXPECTED: usize = 4;

/// What earlier passes complained about: where they did, the parser's complaints are consequences.
pub(super) struct Damage {
    /// From a place to the end of its line, in order.
    ranges: Vec<(u32, u32)>,
}

impl Damage {
    /// Of the messages so far.
    pub(super) fn new(text: &str, early: &Diagnostics) -> Damage {
        let sorted = early.sorted();
        let labels = sorted.iter().flat_map(|it| it.primary.iter().chain(&it.secondary));
        let to_line_end = |span: Span| {
            let last = span.end.saturating_sub(1).max(span.start);
            let rest = text.as_bytes().get(last as usize..).unwrap_or(&[]);
            let length = rest.iter().take_while(|it| **it != b'\n').count();
            (span.start, last.saturating_add(u32::try_from(length).unwrap_or(u32::MAX)))
        };
        Damage { ranges: labels.map(|it| to_line_end(it.span)).collect() }
    }

    fn covers(&self, span: Span) -> bool {
        self.ranges.iter().any(|(start, end)| (*start..=*end).contains(&span.start))
    }
}

/// Reports what the parser found. A "not yet" inside a larger one is left out: one message for one construct.
pub(super) fn report(errors: Vec<Error<'_>>, tokens: &[Spanned<'_>], damage: &Damage, diagnostics: &mut Diagnostics) {
    let mut list: Vec<Diagnostic> = errors.into_iter().map(|error| diagnostic(error, tokens)).collect();
    list.sort_by_key(|it| span_of(it).map(|span| (span.start, u32::MAX - span.end)));
    let mut later_end = 0;
    let mut count = 0;
    for diagnostic in list {
        let span = span_of(&diagnostic);
        if diagnostic.code == Code::E0101 && span.is_some_and(|it| damage.covers(it)) {
            continue;
        }
        if is_later(diagnostic.code)
            && let Some(span) = span
        {
            if span.end <= later_end {
                continue;
            }
            later_end = span.end;
        }
        count += 1;
        if count <= MAX_ERRORS {
            diagnostics.push(diagnostic);
        }
    }
}

fn span_of(diagnostic: &Diagnostic) -> Option<Span> {
    diagnostic.primary.as_ref().map(|it| it.span)
}

fn is_later(code: Code) -> bool {
    code.as_str().starts_with("E09")
}

fn diagnostic(error: Error<'_>, tokens: &[Spanned<'_>]) -> Diagnostic {
    let span = *error.span();
    match error.into_reason() {
        RichReason::Custom(diagnostic) => *diagnostic,
        RichReason::ExpectedFound { expected, found } => {
            unexpected(span, &expected, found.as_deref(), before(span, tokens))
        }
    }
}

/// The token before a place.
fn before<'s>(span: Span, tokens: &[Spanned<'s>]) -> Option<Token<'s>> {
    let behind = tokens.partition_point(|(_, it)| it.end <= span.start);
    tokens.get(behind.checked_sub(1)?).map(|(token, _)| *token)
}

fn unexpected(
    span: Span,
    expected: &[RichPattern<'_, Token<'_>>],
    found: Option<&Token<'_>>,
    before: Option<Token<'_>>,
) -> Diagnostic {
    let found_text = found.map_or_else(|| "the end of the file".to_owned(), Token::describe);
    let mut names: Vec<String> = expected.iter().filter_map(pattern).collect();
    names.sort();
    names.dedup();
    let message = if names.is_empty() || names.len() > MAX_EXPECTED {
        format!("{found_text} cannot stand here")
    } else {
        format!("expected {}, found {found_text}", either(&names))
    };
    let diagnostic = Diagnostic::new(Code::E0101, span, message);
    if let (Some(Token::Int(_) | Token::Float(_)), Some(Token::Lower(unit))) = (before, found)
        && UNITS.iter().any(|(it, _)| it == unit)
    {
        return diagnostic.help(format!("the unit of a duration stands directly behind its number: `500{unit}`"));
    }
    let about_word = [found.copied(), before].into_iter().flatten().find_map(|it| word_advice(&it));
    match about_word.map(str::to_owned).or_else(|| found.and_then(|it| advice(it, &names))) {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

fn pattern(pattern: &RichPattern<'_, Token<'_>>) -> Option<String> {
    match pattern {
        RichPattern::Token(token) => Some(token.describe()),
        // A contextual word is labelled with itself.
        RichPattern::Label(label) if label.chars().all(|it| it.is_ascii_alphabetic()) => Some(format!("`{label}`")),
        RichPattern::Label(label) => Some(label.clone().into_owned()),
        RichPattern::EndOfInput => Some("the end of the file".to_owned()),
        RichPattern::Identifier(_) | RichPattern::Any | RichPattern::SomethingElse => None,
        _ => None,
    }
}

fn either(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [init @ .., last] => format!("{} or {last}", init.join(", ")),
    }
}

/// A way out for mistakes that are often made.
fn advice(found: &Token<'_>, expected: &[String]) -> Option<String> {
    let wants = |text: &str| expected.iter().any(|it| it == text);
    let begins_value = wants("an expression") || wants("a statement");
    match found {
        Token::Let if wants("a declaration") => Some("a value for the whole file is declared with `const`".to_owned()),
        _ if wants("a declaration") => Some(
            "a file holds `import`, `fn`, `class`, `enum`, `error`, `const`, `chan`, `topic`, `app`, `system` and `test`"
                .to_owned(),
        ),
        Token::Pipe | Token::OrOr if begins_value => {
            Some("a closure is written `(x) => x + 1`, one without parameters `() => …`".to_owned())
        }
        Token::Lt if begins_value => Some("receive from a channel with `ch.recv()!`".to_owned()),
        Token::Chan if wants("a type") => {
            Some("the ends of a channel have the types `Sender<T>` and `Receiver<T>`".to_owned())
        }
        Token::FatArrow if wants("`{`") => Some("what it does stands in braces: `{ … }`".to_owned()),
        Token::Arrow if wants("an operator") => {
            Some("a closure is written `(x) => x + 1`, or `(x: int) int => { … }`".to_owned())
        }
        Token::Arrow => {
            Some("the result type stands right behind the parameters: `fn area(r: float) float { … }`".to_owned())
        }
        Token::Newline if wants("`{`") => Some("the `{` must stand on the same line".to_owned()),
        Token::Newline => {
            Some("a statement ends with its line; it goes on after an operator, a comma or inside `(`".to_owned())
        }
        Token::Assign if !wants("`=`") => Some("`=` only assigns in a statement; compare with `==`".to_owned()),
        other if other.is_keyword() && wants("a name") => {
            Some(format!("`{}` is a word of the language and cannot be a name", other.text()))
        }
        _ => None,
    }
}

/// Words and signs of other languages.
fn word_advice(token: &Token<'_>) -> Option<&'static str> {
    if *token == Token::Question {
        return Some("instead of `a ? b : c` write `if a { b } else { c }`");
    }
    let Token::Lower(word) = token else { return None };
    match *word {
        "and" => Some("write `&&`"),
        "or" => Some("write `||`"),
        "not" => Some("write `!`"),
        "elif" | "elsif" => Some("write `else if`"),
        "func" | "function" | "def" => Some("functions are declared with `fn`"),
        "struct" => Some("data types are declared with `class`"),
        "interface" => Some("write the methods in the class; traits are coming"),
        "var" => Some("write `let mut` for what changes, `let` for what does not"),
        "null" | "nil" => Some("the absent value is `none`"),
        "throw" => Some("errors are raised with `raise`"),
        "try" => Some("errors are handled at the call: `call() catch err { … }`"),
        "switch" => Some("write `match`"),
        "go" => Some("a task is started with `spawn f(x)`"),
        "await" => Some("a call waits by itself; for the result of a task write `t.get()!`"),
        "async" => Some("every function can wait, and `spawn f(x)` starts any of them as a task"),
        "case" => Some("an arm of `match` is written `pattern => value`, one of `select` `v = rx.recv() { … }`"),
        "lambda" => Some("a closure is written `(x) => x + 1`"),
        "chan" => Some("a channel is made with `chan<T>()`; named ones are declared outside of functions"),
        "loop" => Some("write `while true { … }`"),
        _ => None,
    }
}
