//! Binary operators: a flat list of operands → chains by precedence. In: first operand and the others with their
//! operators. Out: one expression, one node per chain of operators of the same level; nothing recurses over its length.

use super::input::{Error, mistake, problem};
use crate::ast::{BinOp, Expr, ExprKind, UnOp};
use crate::code::Code;
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::token::Token;

/// A binary operator or range.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Infix {
    Op(BinOp),
    /// `..`
    To,
    /// `..=`
    ToInclusive,
}

/// The operator of a token.
pub(super) fn infix(token: &Token<'_>) -> Option<Infix> {
    Some(Infix::Op(match token {
        Token::DotDot => return Some(Infix::To),
        Token::DotDotEq => return Some(Infix::ToInclusive),
        Token::OrOr => BinOp::Or,
        Token::AndAnd => BinOp::And,
        Token::EqEq => BinOp::Eq,
        Token::NotEq => BinOp::Ne,
        Token::Lt => BinOp::Lt,
        Token::Le => BinOp::Le,
        Token::Gt => BinOp::Gt,
        Token::Ge => BinOp::Ge,
        Token::Coalesce => BinOp::Coalesce,
        Token::Pipe => BinOp::BitOr,
        Token::Caret => BinOp::BitXor,
        Token::Amp => BinOp::BitAnd,
        Token::Shl => BinOp::Shl,
        Token::Shr => BinOp::Shr,
        Token::Plus => BinOp::Add,
        Token::Minus => BinOp::Sub,
        Token::Star => BinOp::Mul,
        Token::Slash => BinOp::Div,
        Token::Percent => BinOp::Rem,
        _ => return None,
    }))
}

/// The higher, the tighter.
fn level(infix: Infix) -> u8 {
    match infix {
        Infix::To | Infix::ToInclusive => 0,
        Infix::Op(op) => match op {
            BinOp::Or => 1,
            BinOp::And => 2,
            BinOp::Eq | BinOp::Ne | BinOp::Lt | BinOp::Le | BinOp::Gt | BinOp::Ge => COMPARISON,
            BinOp::Coalesce => 4,
            BinOp::BitOr => 5,
            BinOp::BitXor => 6,
            BinOp::BitAnd => 7,
            BinOp::Shl | BinOp::Shr => 8,
            BinOp::Add | BinOp::Sub => 9,
            BinOp::Mul | BinOp::Div | BinOp::Rem => 10,
        },
    }
}

const COMPARISON: u8 = 3;

/// A chain that is not complete: its last operator waits for an operand.
struct Chain {
    level: u8,
    first: Expr,
    rest: Vec<(Infix, Span, Expr)>,
    pending: (Infix, Span),
}

/// Builds the chains. At most one open chain per level is kept, so the work is linear.
pub(super) fn build<'t>(first: Expr, rest: Vec<(Infix, Span, Expr)>, mut emit: impl FnMut(Error<'t>)) -> Expr {
    let mut open: Vec<Chain> = vec![];
    let mut operand = first;
    for (infix, span, next) in rest {
        if infix == Infix::Op(BinOp::Lt) && arrow_to(span, &next) == Some(Arrow::Spaced) {
            emit(arrow(span));
        }
        let at = level(infix);
        while let Some(chain) = open.pop_if(|it| it.level > at) {
            operand = finish(chain, operand, &mut emit);
        }
        match open.last_mut() {
            Some(chain) if chain.level == at => {
                chain.rest.push((chain.pending.0, chain.pending.1, operand));
                chain.pending = (infix, span);
            }
            Some(_) | None => open.push(Chain { level: at, first: operand, rest: vec![], pending: (infix, span) }),
        }
        operand = next;
    }
    while let Some(chain) = open.pop() {
        operand = finish(chain, operand, &mut emit);
    }
    operand
}

/// How a `<` stands before the sign of its operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Arrow {
    /// `a <- b`: nobody compares so.
    Spaced,
    /// `a <-b`: a comparison, if its result is used.
    Tight,
}

fn arrow_to(less: Span, next: &Expr) -> Option<Arrow> {
    match &next.kind {
        ExprKind::Unary { op: UnOp::Neg, operand } if next.span.start == less.end => {
            let spaced = operand.span.start > next.span.start + 1;
            Some(if spaced { Arrow::Spaced } else { Arrow::Tight })
        }
        _ => None,
    }
}

/// The `<-` of an expression that is nothing else.
pub(super) fn arrow_of(expr: &Expr) -> Option<(Arrow, Span)> {
    let ExprKind::Binary { rest, .. } = &expr.kind else { return None };
    match rest.as_slice() {
        [(BinOp::Lt, less, next)] => Some((arrow_to(*less, next)?, *less)),
        _ => None,
    }
}

/// The message for `<-`, whose `<` stands at `less`.
pub(super) fn arrow<'t>(less: Span) -> Error<'t> {
    let span = Span { end: less.end + 1, ..less };
    mistake(span, "`<-` is not an operator", "send with `ch.send(v)!`, receive with `ch.recv()!`")
}

fn finish<'t>(mut chain: Chain, last: Expr, emit: &mut impl FnMut(Error<'t>)) -> Expr {
    let span = chain.first.span.to(last.span);
    chain.rest.push((chain.pending.0, chain.pending.1, last));
    if chain.level == COMPARISON
        && let Some((_, second, _)) = chain.rest.get(1)
    {
        let message = "comparisons cannot be chained";
        let help = "compare step by step: `a < b && b < c`";
        emit(problem(Diagnostic::new(Code::E0110, *second, message).help(help)));
        chain.rest.truncate(1);
    }
    let kind = if chain.level == 0 { range(chain, emit) } else { binary(chain) };
    Expr { kind, span }
}

fn range<'t>(chain: Chain, emit: &mut impl FnMut(Error<'t>)) -> ExprKind {
    let mut steps = chain.rest.into_iter();
    let Some((infix, _, high)) = steps.next() else { return chain.first.kind };
    if let Some((_, second, _)) = steps.next() {
        let message = "a range has two ends";
        emit(problem(Diagnostic::new(Code::E0101, second, message).help("remove the second `..`")));
    }
    ExprKind::Range { low: Box::new(chain.first), high: Box::new(high), inclusive: infix == Infix::ToInclusive }
}

fn binary(chain: Chain) -> ExprKind {
    let steps = chain.rest.into_iter().filter_map(|(infix, span, operand)| match infix {
        Infix::Op(op) => Some((op, span, operand)),
        Infix::To | Infix::ToInclusive => None,
    });
    ExprKind::Binary { first: Box::new(chain.first), rest: steps.collect() }
}
