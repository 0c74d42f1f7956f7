//! Statements and blocks. In: tokens. Out: [`Stmt`] and [`Block`]. Errors are recovered at the end of the statement.

use super::expr::condition;
use super::input::{Error, Rule, bad_case, left_brace, lower, mistake, problem};
use super::ops::{Arrow, arrow, arrow_of};
use super::pattern::{make_mutable, starts_upper};
use super::recover::{skip_delimited, skip_statement};
use crate::ast::{BinOp, Block, Expr, ExprKind, Mutability, Pattern, PatternKind, Stmt, StmtKind, TypeExpr};
use crate::code::Code;
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::token::Token;
use chumsky::prelude::*;

/// `{ … }`.
pub(super) fn block<'t>(expr: Rule<'t, Expr>, pattern: Rule<'t, Pattern>, ty: Rule<'t, TypeExpr>) -> Rule<'t, Block> {
    recursive(move |block| {
        let statement = statement(&expr, &pattern, &ty, block.boxed());
        let end = select! { Token::Newline => End::Line, Token::Semi => End::Semicolon };
        let more = select! { Token::Newline | Token::Semi => () }.repeated();
        let before_brace = just(Token::RBrace).rewind().to(End::Brace);
        let error = skip_statement().map_with(|(), e| Stmt { kind: StmtKind::Error, span: e.span() });
        let error = error.then(end.or_not().map(|it| it.unwrap_or(End::Brace)));
        let ended = statement.then(end.or(before_brace)).recover_with(via_parser(error)).then_ignore(more);
        let all = more.ignore_then(ended.repeated().collect::<Vec<_>>());
        left_brace()
            .ignore_then(all)
            .then_ignore(just(Token::RBrace))
            .validate(|stmts, e, emitter| {
                let span = e.span();
                finish(stmts, span, &mut |error| emitter.emit(error))
            })
            .recover_with(via_parser(skip_delimited(&[Token::LBlock, Token::LBrace]).map_with(|(), e| {
                let span = e.span();
                Block { stmts: vec![Stmt { kind: StmtKind::Error, span }], span }
            })))
            .boxed()
    })
    .boxed()
}

/// What ends a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum End {
    Line,
    Semicolon,
    Brace,
}

/// Finds unused results. A last expression with a `;` is no value: unit is put behind it.
fn finish<'t>(stmts: Vec<(Stmt, End)>, span: Span, emit: &mut dyn FnMut(Error<'t>)) -> Block {
    let ends_in_semicolon = stmts.last().is_some_and(|(_, end)| *end == End::Semicolon);
    let mut stmts: Vec<Stmt> = stmts.into_iter().map(|(stmt, _)| stmt).collect();
    let values = usize::from(!ends_in_semicolon);
    let unused = stmts.len().saturating_sub(values);
    for stmt in &stmts[..unused] {
        report_unused(stmt, emit);
    }
    if ends_in_semicolon
        && let Some(Stmt { kind: StmtKind::Expr(last), .. }) = stmts.last()
        && !leaves(last)
    {
        let span = Span { start: span.end.saturating_sub(1), end: span.end.saturating_sub(1), ..span };
        stmts.push(Stmt { kind: StmtKind::Expr(Expr { kind: ExprKind::Tuple(vec![]), span }), span });
    }
    Block { stmts, span }
}

fn report_unused<'t>(stmt: &Stmt, emit: &mut dyn FnMut(Error<'t>)) {
    let StmtKind::Expr(expr @ Expr { kind: ExprKind::Binary { .. } | ExprKind::Unary { .. }, .. }) = &stmt.kind else {
        return;
    };
    match arrow_of(expr) {
        Some((Arrow::Spaced, _)) => return,
        Some((Arrow::Tight, less)) => {
            emit(arrow(less));
            return;
        }
        None => {}
    }
    let message = "the result of this operator is not used";
    let help = "bind it with `let`, or join the lines if it belongs to the statement before it";
    emit(problem(Diagnostic::new(Code::E0108, stmt.span, message).help(help)));
}

fn leaves(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Return(_) | ExprKind::Raise(_) | ExprKind::Break(_) | ExprKind::Continue(_))
}

fn statement<'t>(
    expr: &Rule<'t, Expr>,
    pattern: &Rule<'t, Pattern>,
    ty: &Rule<'t, TypeExpr>,
    block: Rule<'t, Block>,
) -> Rule<'t, Stmt> {
    choice((binding(expr, pattern, ty), repetition(expr, pattern, block), expression_or_assignment(expr)))
        .map_with(|kind, e| Stmt { kind, span: e.span() })
        .labelled("a statement")
        .boxed()
}

/// `let x: T = v`.
fn binding<'t>(expr: &Rule<'t, Expr>, pattern: &Rule<'t, Pattern>, ty: &Rule<'t, TypeExpr>) -> Rule<'t, StmtKind> {
    let mutability = just(Token::Mut).or_not().map(|it| it.is_some());
    let pattern = mutability.then(pattern.clone()).validate(|(mutable, mut pattern), _, emitter| {
        if let PatternKind::Struct { path, fields: None } = &pattern.kind
            && let [name] = path.as_slice()
            && starts_upper(name)
        {
            emitter.emit(bad_case(name, "a variable", "lower-case"));
            pattern.kind = PatternKind::Bind { name: name.clone(), mutability: Mutability::Fixed };
        }
        if mutable {
            if let PatternKind::Bind { name, mutability: Mutability::Mutable } = &pattern.kind {
                let help = format!("write `let mut {}`", name.name);
                emitter.emit(mistake(pattern.span, "`mut` stands here twice", help));
            }
            make_mutable(&mut pattern);
        }
        pattern
    });
    just(Token::Let)
        .ignore_then(pattern)
        .then(just(Token::Colon).ignore_then(ty.clone()).or_not())
        .then_ignore(just(Token::Assign))
        .then(expr.clone())
        .map(|((pattern, ty), value)| StmtKind::Let { pattern, ty, value })
        .boxed()
}

/// `while` and `for`, with their labels.
fn repetition<'t>(expr: &Rule<'t, Expr>, pattern: &Rule<'t, Pattern>, block: Rule<'t, Block>) -> Rule<'t, StmtKind> {
    let label = lower().then_ignore(just(Token::Colon)).or_not();
    let while_loop = just(Token::While)
        .ignore_then(condition(expr, pattern))
        .then(block.clone())
        .map(|(cond, body)| StmtKind::While { label: None, cond: Box::new(cond), body });
    let for_loop = just(Token::For)
        .ignore_then(pattern.clone())
        .then_ignore(just(Token::In))
        .then(expr.clone())
        .then(block)
        .map(|((pattern, iter), body)| StmtKind::For { label: None, pattern, iter, body });
    label
        .then(while_loop.or(for_loop))
        .map(|(name, mut kind)| {
            if let StmtKind::While { label, .. } | StmtKind::For { label, .. } = &mut kind {
                *label = name;
            }
            kind
        })
        .boxed()
}

/// What follows the place of an assignment.
#[derive(Clone)]
enum Tail {
    Set(Option<BinOp>, Span, Expr),
    Step(BinOp, Span),
}

fn expression_or_assignment<'t>(expr: &Rule<'t, Expr>) -> Rule<'t, StmtKind> {
    let sign = select! {
        Token::Assign = e => (None, e.span()),
        Token::PlusEq = e => (Some(BinOp::Add), e.span()),
        Token::MinusEq = e => (Some(BinOp::Sub), e.span()),
        Token::StarEq = e => (Some(BinOp::Mul), e.span()),
        Token::SlashEq = e => (Some(BinOp::Div), e.span()),
        Token::PercentEq = e => (Some(BinOp::Rem), e.span()),
        Token::AmpEq = e => (Some(BinOp::BitAnd), e.span()),
        Token::PipeEq = e => (Some(BinOp::BitOr), e.span()),
        Token::CaretEq = e => (Some(BinOp::BitXor), e.span()),
        Token::ShlEq = e => (Some(BinOp::Shl), e.span()),
        Token::ShrEq = e => (Some(BinOp::Shr), e.span()),
    };
    let step = select! {
        Token::PlusPlus = e => Tail::Step(BinOp::Add, e.span()),
        Token::MinusMinus = e => Tail::Step(BinOp::Sub, e.span()),
    };
    let set =
        sign.then(expr.clone()).map(|((op, span), value): ((Option<BinOp>, Span), Expr)| Tail::Set(op, span, value));
    expr.clone()
        .then(set.or(step).or_not())
        .map(|(place, tail)| match tail {
            None => StmtKind::Expr(place),
            Some(Tail::Set(op, span, value)) => StmtKind::Assign { place, op: op.map(|op| (op, span)), value },
            Some(Tail::Step(op, span)) => {
                let value = Expr { kind: ExprKind::Int(1), span };
                StmtKind::Assign { place, op: Some((op, span)), value }
            }
        })
        .boxed()
}
