//! `select`. In: tokens, in which `after` and `default` of arms are told from names. Out: [`ExprKind::Select`].

use super::input::{Error, Extra, Rule, Tokens, mistake};
use super::recover::skip_part;
use crate::ast::{Block, Expr, ExprKind, Pattern, SelectArm, SelectKind, Stmt, StmtKind};
use crate::code::Code;
use crate::span::Span;
use crate::token::Token;
use chumsky::prelude::*;

/// `select { v = a.recv() { … }  b.send(x) { … }  after 1s { … }  default { … } }`.
pub(super) fn select_arms<'t>(
    expr: &Rule<'t, Expr>,
    block: &Rule<'t, Block>,
    pattern: &Rule<'t, Pattern>,
) -> Rule<'t, ExprKind> {
    let part_end = select! { Token::Comma | Token::Newline | Token::Semi => () }.labelled("`,`").repeated();
    let kind = choice((after(expr), default(), operation(expr, pattern)));
    let error = skip_part().map_with(|(), e| error_arm(e.span()));
    let arm = kind
        .labelled("an arm of `select`")
        .then(block.clone())
        .map_with(|(kind, body), e| SelectArm { kind, body, span: e.span() })
        .recover_with(via_parser(error))
        .then_ignore(part_end)
        .boxed();
    just(Token::Select)
        .map_with(|_, e| -> Span { e.span() })
        .then_ignore(just(Token::LBlock))
        .then_ignore(part_end)
        .then(arm.repeated().collect::<Vec<_>>())
        .then_ignore(just(Token::RBrace))
        .validate(|(word, arms), _, emitter| {
            check_arms(&arms, word, &mut |error| emitter.emit(error));
            ExprKind::Select(arms)
        })
        .boxed()
}

fn check_arms<'t>(arms: &[SelectArm], word: Span, emit: &mut dyn FnMut(Error<'t>)) {
    if arms.is_empty() {
        let help = "add for example `v = rx.recv() { … }`, `tx.send(x) { … }` or `after 1s { … }`";
        emit(mistake(word, "a `select` without arms waits for nothing", help));
    }
    let defaults = arms.iter().filter(|arm| arm.kind == SelectKind::Default);
    for second in defaults.skip(1) {
        let head = Span { end: second.body.span.start, ..second.span };
        emit(mistake(head, "a `select` has one `default`", "join them, or remove one"));
    }
}

fn error_arm(span: Span) -> SelectArm {
    let receiver = Expr { kind: ExprKind::Error(Code::E0101), span };
    let body = Block { stmts: vec![Stmt { kind: StmtKind::Error, span }], span };
    SelectArm { kind: SelectKind::Recv { pattern: None, receiver }, body, span }
}

/// `after 1s`.
fn after<'t>(expr: &Rule<'t, Expr>) -> Rule<'t, SelectKind> {
    // The block is read once, whether there is a duration or not.
    let limit = none_of([Token::LBlock]).rewind().ignore_then(expr.clone()).or_not();
    just(Token::After)
        .map_with(|_, e| -> Span { e.span() })
        .then(limit)
        .validate(|(word, limit), _, emitter| {
            SelectKind::After(limit.unwrap_or_else(|| {
                emitter.emit(mistake(word, "`after` needs a duration", "write for example `after 1s { … }`"));
                Expr { kind: ExprKind::Error(Code::E0101), span: word }
            }))
        })
        .boxed()
}

fn default<'t>() -> impl Parser<'t, Tokens<'t>, SelectKind, Extra<'t>> + Clone {
    just(Token::Default).to(SelectKind::Default)
}

/// `v = a.recv()`, `a.recv()`, `b.send(x)`. A pattern holds no expressions, so that looking for one first stays linear.
fn operation<'t>(expr: &Rule<'t, Expr>, pattern: &Rule<'t, Pattern>) -> Rule<'t, SelectKind> {
    let binding = just(Token::Let).validate(|_, e, emitter| {
        emitter.emit(mistake(e.span(), "an arm of `select` binds without `let`", "write `v = rx.recv() { … }`"));
    });
    binding
        .or_not()
        .ignore_then(pattern.clone().then_ignore(just(Token::Assign)).or_not())
        .then(expr.clone())
        .validate(|(pattern, waited), _, emitter| classify(pattern, waited, &mut |error| emitter.emit(error)))
        .boxed()
}

fn classify<'t>(pattern: Option<Pattern>, waited: Expr, emit: &mut dyn FnMut(Error<'t>)) -> SelectKind {
    let span = waited.span;
    let method = match waited.kind {
        ExprKind::Call { callee, args } => match callee.kind {
            ExprKind::Field { base, name } => Some((*base, name, args)),
            _ => None,
        },
        ExprKind::Propagate(_) | ExprKind::Catch { .. } => {
            let message = "an arm of `select` does not fail: closed channels are never ready";
            emit(mistake(span, message, "leave out what follows the call; handle `ChannelClosed` behind the `select`"));
            return unreadable(pattern, span);
        }
        ExprKind::Error(_) => return unreadable(pattern, span),
        _ => None,
    };
    let Some((base, name, mut args)) = method else {
        emit(neither(span));
        return unreadable(pattern, span);
    };
    match (&*name.name, args.len()) {
        ("recv", 0) => SelectKind::Recv { pattern, receiver: base },
        ("send", 1) => {
            if let Some(pattern) = pattern {
                let message = "`send` gives nothing that could be bound";
                emit(mistake(pattern.span, message, "write `tx.send(x) { … }`"));
            }
            SelectKind::Send { sender: base, value: args.remove(0) }
        }
        ("recv", _) => {
            emit(mistake(span, "`recv` takes no arguments", "write `v = rx.recv() { … }`"));
            SelectKind::Recv { pattern, receiver: base }
        }
        ("send", _) => {
            emit(mistake(span, "`send` takes one argument", "write `tx.send(x) { … }`"));
            unreadable(pattern, span)
        }
        _ => {
            emit(neither(span));
            unreadable(pattern, span)
        }
    }
}

fn neither<'t>(span: Span) -> Error<'t> {
    let message = "an arm of `select` receives or sends";
    let help = "write `v = rx.recv() { … }`, `tx.send(x) { … }`, `after 1s { … }` or `default { … }`";
    mistake(span, message, help)
}

/// Reported; what the pattern binds stays known.
fn unreadable(pattern: Option<Pattern>, span: Span) -> SelectKind {
    SelectKind::Recv { pattern, receiver: Expr { kind: ExprKind::Error(Code::E0101), span } }
}
