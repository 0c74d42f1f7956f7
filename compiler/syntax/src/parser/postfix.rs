//! An operand: prefix operators, an atom, what follows it (`.x`, `[i]`, `(…)`, `?`, `!`, `catch`, `{…}`), and casts.
//! In: tokens. Out: an expression; what follows is read as a list and folded afterwards, so that its length is bounded.

use super::fields::literal_fields;
use super::input::{Error, Extra, Rule, Tokens, listed, lower, name, path, problem};
use super::later::later;
use super::recover::skip_delimited;
use super::ty::cast_ty;
use crate::ast::{Block, CatchClause, CatchKind, Expr, ExprKind, Ident, Path, TypeExpr, UnOp};
use crate::code::Code;
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::token::Token;
use chumsky::prelude::*;

/// Longer chains of `.x`, `(…)` and the like are refused: later stages recurse over them.
const MAX_CHAIN: usize = 500;

/// What can follow an atom.
#[derive(Clone)]
pub(super) enum Postfix {
    Field(Ident),
    Index(Box<Expr>),
    Call(Vec<Expr>),
    Try,
    Propagate,
    Catch(Vec<CatchClause>, Option<Span>),
    Struct(Vec<(Ident, Option<Expr>)>),
    /// `<T>`.
    Generic,
    Cast(Box<TypeExpr>),
}

/// Operands, from their atoms, whole expressions, blocks and types.
pub(super) fn operand<'t>(
    atom: Rule<'t, Expr>,
    expr: Rule<'t, Expr>,
    block: Rule<'t, Block>,
    ty: Rule<'t, TypeExpr>,
) -> Rule<'t, Expr> {
    let prefix = select! {
        Token::Minus = e => (UnOp::Neg, e.span()),
        Token::Bang = e => (UnOp::Not, e.span()),
        Token::Tilde = e => (UnOp::BitNot, e.span()),
    };
    let followed = atom
        .then(spanned(postfix(expr, block, ty)).repeated().collect::<Vec<_>>())
        .validate(|(atom, all), _, emitter| fold(atom, all, &mut |error| emitter.emit(error)));
    let cast = just(Token::As).ignore_then(cast_ty()).map(|ty| Postfix::Cast(Box::new(ty)));
    prefix
        .repeated()
        .collect::<Vec<(UnOp, Span)>>()
        .then(followed)
        .map(|(prefixes, operand)| prefixes.into_iter().rev().fold(operand, unary))
        .then(spanned(cast).repeated().collect::<Vec<_>>())
        .validate(|(operand, casts), _, emitter| fold(operand, casts, &mut |error| emitter.emit(error)))
        .boxed()
}

fn spanned<'t>(
    rule: impl Parser<'t, Tokens<'t>, Postfix, Extra<'t>> + Clone + 't,
) -> impl Parser<'t, Tokens<'t>, (Postfix, Span), Extra<'t>> + Clone {
    rule.map_with(|postfix, e| (postfix, e.span()))
}

fn unary(operand: Expr, (op, span): (UnOp, Span)) -> Expr {
    let span = span.to(operand.span);
    Expr { kind: ExprKind::Unary { op, operand: Box::new(operand) }, span }
}

fn postfix<'t>(expr: Rule<'t, Expr>, block: Rule<'t, Block>, ty: Rule<'t, TypeExpr>) -> Rule<'t, Postfix> {
    let index = just(Token::LBracket)
        .ignore_then(expr.clone())
        .then_ignore(just(Token::RBracket))
        .recover_with(via_parser(skip_delimited(&[Token::LBracket]).map_with(|(), e| error(e.span()))));
    let types = ty.separated_by(just(Token::Comma)).allow_trailing().collect::<Vec<_>>();
    choice((
        just(Token::Dot).ignore_then(field()).map(Postfix::Field),
        listed(Token::LParen, expr.clone(), Token::RParen).map(Postfix::Call),
        index.map(|index| Postfix::Index(Box::new(index))),
        select! { Token::Question => Postfix::Try, Token::Propagate => Postfix::Propagate },
        catch(expr.clone(), block),
        literal_fields(expr).map(Postfix::Struct),
        types.delimited_by(just(Token::LAngle), just(Token::RAngle)).to(Postfix::Generic),
    ))
    .boxed()
}

/// The name of a field or method, or the number of a tuple's part.
pub(super) fn field<'t>() -> impl Parser<'t, Tokens<'t>, Ident, Extra<'t>> + Clone {
    name().or(select! { Token::Int(at) = e => Ident { name: at.to_string().into(), span: e.span() } })
}

fn error(span: Span) -> Expr {
    Expr { kind: ExprKind::Error(Code::E0101), span }
}

/// `catch guest`, `catch { … }`, `catch err { … }`, `catch err: A | B { … } catch … !`.
fn catch<'t>(expr: Rule<'t, Expr>, block: Rule<'t, Block>) -> Rule<'t, Postfix> {
    let errors =
        just(Token::Colon).ignore_then(path().separated_by(just(Token::Pipe)).at_least(1).collect::<Vec<Path>>());
    let handler = just(Token::CatchName)
        .ignore_then(lower())
        .then(errors.or_not())
        .then(block.clone())
        .map(|((name, errors), body)| CatchKind::Handler { name, errors: errors.unwrap_or_default(), body });
    let block_value = block.map_with(|block, e| Expr { kind: ExprKind::Block(block), span: e.span() });
    // A block is only a block here; that the other alternative could begin with one must not make it be read twice.
    let other_value = none_of([Token::LBlock]).rewind().ignore_then(expr);
    let value = just(Token::Catch).ignore_then(block_value.or(other_value)).map(CatchKind::Value);
    handler
        .or(value)
        .map_with(|kind, e| CatchClause { kind, span: e.span() })
        .repeated()
        .at_least(1)
        .collect::<Vec<_>>()
        .then(just(Token::Propagate).map_with(|_, e| e.span()).or_not())
        .map(|(clauses, rest)| Postfix::Catch(clauses, rest))
        .boxed()
}

/// Puts what follows around its atom.
pub(super) fn fold<'t>(atom: Expr, all: Vec<(Postfix, Span)>, emit: &mut dyn FnMut(Error<'t>)) -> Expr {
    if all.len() > MAX_CHAIN {
        let span = atom.span.to(all.last().map_or(atom.span, |(_, span)| *span));
        let at = all[MAX_CHAIN].1;
        let message = format!("a chain of more than {MAX_CHAIN} fields, calls or casts");
        emit(problem(Diagnostic::new(Code::E0105, at, message).help("give parts of it names with `let`")));
        return Expr { kind: ExprKind::Error(Code::E0105), span };
    }
    all.into_iter().fold(atom, |base, (postfix, span)| follow(base, postfix, span, emit))
}

fn follow<'t>(base: Expr, postfix: Postfix, end: Span, emit: &mut dyn FnMut(Error<'t>)) -> Expr {
    let span = base.span.to(end);
    let boxed = Box::new;
    let kind = match postfix {
        Postfix::Field(name) => ExprKind::Field { base: boxed(base), name },
        Postfix::Index(index) => ExprKind::Index { base: boxed(base), index },
        Postfix::Call(args) => ExprKind::Call { callee: boxed(base), args },
        Postfix::Try => ExprKind::Try(boxed(base)),
        Postfix::Propagate => ExprKind::Propagate(boxed(base)),
        Postfix::Catch(clauses, rest) => ExprKind::Catch { call: boxed(base), clauses, rest },
        Postfix::Cast(ty) => ExprKind::Cast { operand: boxed(base), ty: *ty },
        Postfix::Generic => {
            emit(later(Code::E0902, span));
            ExprKind::Error(Code::E0902)
        }
        Postfix::Struct(fields) => literal(base, fields, emit),
    };
    Expr { kind, span }
}

/// `base { fields }`: the base must be a name with dots.
fn literal<'t>(base: Expr, fields: Vec<(Ident, Option<Expr>)>, emit: &mut dyn FnMut(Error<'t>)) -> ExprKind {
    let span = base.span;
    if let ExprKind::Error(code) = base.kind {
        return ExprKind::Error(code);
    }
    let mut reversed = vec![];
    let mut rest = base;
    loop {
        match rest.kind {
            ExprKind::Field { base, name } => {
                reversed.push(name);
                rest = *base;
            }
            ExprKind::Name(name) => {
                reversed.push(name);
                reversed.reverse();
                return ExprKind::Struct { path: reversed, fields };
            }
            _ => {
                let message = "fields in braces stand behind the name of a class, variant or error";
                emit(problem(Diagnostic::new(Code::E0101, span, message)));
                return ExprKind::Error(Code::E0101);
            }
        }
    }
}
