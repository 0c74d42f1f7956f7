//! Expressions. In: AST. Out: HIR; operators of one level stay flat chains.

use super::body::{Body, Var};
use super::cx::Def;
use super::errors;
use super::path::Want;
use crate::hir::{BinOp, BinaryStep, CmpOp, Expr, ExprKind, FPart, FnKind, LogicOp, UnOp};
use pluto_syntax::ast::{self, Ident};
use pluto_syntax::span::Span;

/// 2^63, legal only behind a minus.
const MIN_MAGNITUDE: u64 = 1 << 63;

impl Body<'_, '_> {
    /// Any expression.
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Expr {
        let kind = self.expr_kind(expr);
        self.new_expr(kind, expr.span)
    }

    pub(super) fn exprs(&mut self, exprs: &[ast::Expr]) -> Vec<Expr> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    fn boxed(&mut self, expr: &ast::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn expr_kind(&mut self, expr: &ast::Expr) -> ExprKind {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Int(magnitude) => self.int(*magnitude, span),
            ast::ExprKind::Float(value) => ExprKind::Float(*value),
            ast::ExprKind::Bool(value) => ExprKind::Bool(*value),
            ast::ExprKind::None => ExprKind::None,
            ast::ExprKind::Str(text) => ExprKind::Str(text.as_str().into()),
            ast::ExprKind::FString(parts) => self.fstring(parts),
            ast::ExprKind::Name(name) => self.name(name),
            ast::ExprKind::SelfValue => self.self_value(span),
            ast::ExprKind::Struct { path, fields } => self.literal(path, fields, span),
            ast::ExprKind::Array(items) => ExprKind::Array(self.exprs(items)),
            ast::ExprKind::Map(entries) => {
                ExprKind::Map(entries.iter().map(|(key, value)| (self.expr(key), self.expr(value))).collect())
            }
            ast::ExprKind::Tuple(items) if items.is_empty() => ExprKind::Unit,
            ast::ExprKind::Tuple(items) => ExprKind::Tuple(self.exprs(items)),
            ast::ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ast::ExprKind::Binary { first, rest } => self.chain(first, rest),
            ast::ExprKind::Range { low, high, inclusive: _ } => {
                self.exprs_for_messages(&[low, high]);
                self.cx.report(errors::stray_range(span));
                ExprKind::Error
            }
            ast::ExprKind::Cast { operand, ty } => {
                let operand = self.boxed(operand);
                let module = self.module;
                ExprKind::Cast { operand, ty: self.cx.ty(module, ty) }
            }
            ast::ExprKind::Field { base, name } => self.field(base, name),
            ast::ExprKind::Index { base, index } => {
                ExprKind::Index { base: self.boxed(base), index: self.boxed(index) }
            }
            ast::ExprKind::Call { callee, args } => self.call(callee, args),
            ast::ExprKind::Try(operand) => ExprKind::Try(self.boxed(operand)),
            ast::ExprKind::Propagate(call) => self.propagate(call, span),
            ast::ExprKind::Catch { call, clauses, rest } => self.catch(call, clauses, *rest, span),
            ast::ExprKind::If { arms, otherwise } => self.if_else(arms, otherwise.as_ref()),
            ast::ExprKind::Match { scrutinee, arms } => self.match_expr(scrutinee, arms),
            ast::ExprKind::Block(block) => ExprKind::Block(self.block(block)),
            ast::ExprKind::Return(value) => ExprKind::Return(value.as_ref().map(|value| self.boxed(value))),
            ast::ExprKind::Break(label) => {
                self.target("break", label.as_ref(), span).map_or(ExprKind::Error, ExprKind::Break)
            }
            ast::ExprKind::Continue(label) => {
                self.target("continue", label.as_ref(), span).map_or(ExprKind::Error, ExprKind::Continue)
            }
            ast::ExprKind::Raise(value) => ExprKind::Raise(self.boxed(value)),
            ast::ExprKind::Duration(nanoseconds) => ExprKind::Duration(*nanoseconds),
            ast::ExprKind::Closure { params, result, body } => self.closure(params, result.as_ref(), body, span),
            ast::ExprKind::Spawn(what) => self.spawn(what, span),
            ast::ExprKind::Within { limit, body } => {
                ExprKind::Within { limit: self.boxed(limit), body: self.block(body) }
            }
            ast::ExprKind::Select(arms) => self.select(arms),
            ast::ExprKind::Chan { ty, capacity } => self.chan(ty, capacity, span),
            ast::ExprKind::Error(_) => ExprKind::Error,
        }
    }

    /// Resolves parts of something that is wrong as a whole, so that their own mistakes are reported too.
    pub(super) fn exprs_for_messages(&mut self, parts: &[&ast::Expr]) {
        for part in parts {
            self.expr(part);
        }
    }

    fn int(&mut self, magnitude: u64, span: Span) -> ExprKind {
        match i64::try_from(magnitude) {
            Ok(value) => ExprKind::Int(value),
            Err(_) => {
                self.cx.report(errors::int_too_large(span));
                ExprKind::Error
            }
        }
    }

    fn fstring(&mut self, parts: &[ast::FPart]) -> ExprKind {
        let parts = parts.iter().map(|part| match part {
            ast::FPart::Text(text) => FPart::Text(text.as_str().into()),
            ast::FPart::Value { value, format } => FPart::Value {
                value: self.expr(value),
                format: format.as_ref().map(|(text, span)| (text.as_str().into(), *span)),
            },
        });
        ExprKind::FString(parts.collect())
    }

    /// A name alone.
    pub(super) fn name(&mut self, name: &Ident) -> ExprKind {
        match self.var(&name.name) {
            Some(Var::One(local)) => return self.use_local(local),
            Some(Var::Chan { span, .. }) => return self.bare_chan(name, span),
            None => {}
        }
        match self.cx.lookup(self.module, &name.name) {
            Some(def) => self.value_of(def, &name.name, name.span),
            None => {
                self.unknown_name(name);
                ExprKind::Error
            }
        }
    }

    /// The value of something that is not a variable; most things have none.
    pub(super) fn value_of(&mut self, def: Def, name: &str, span: Span) -> ExprKind {
        match def {
            Def::Const(id) => ExprKind::Const(id),
            Def::Error(error) => ExprKind::ErrorLit { error, fields: vec![] },
            Def::Variant(enumeration, variant) => ExprKind::VariantLit { enumeration, variant, fields: vec![] },
            Def::Fn(function) => ExprKind::FnValue(function),
            Def::Global(_) => {
                self.cx.report(errors::builtin_value(name, span));
                ExprKind::Error
            }
            Def::Class(_) | Def::Enum(_) | Def::System(_) | Def::Channel(_) | Def::Module(_) | Def::Std(_) => {
                self.cx.report(errors::no_value(name, self.cx.noun(def), def, span));
                ExprKind::Error
            }
            Def::Broken => ExprKind::Error,
        }
    }

    /// Reports a name that means nothing; fields and methods of the own class are the likeliest.
    pub(super) fn unknown_name(&mut self, name: &Ident) {
        if let Some(class) = self.class() {
            let class = &self.cx.program.classes[class];
            let field = class.fields.iter().any(|field| field.name == name.name);
            let dep = class.deps.iter().any(|dep| dep.name == name.name);
            let method = class.methods.iter().any(|method| self.cx.program.fns[*method].name == name.name);
            if field || dep || method {
                self.cx.report(errors::missing_self(name));
                return;
            }
        }
        let locals = if self.cx.may_suggest() { self.local_names() } else { vec![] };
        self.cx.unknown(self.module, name, Want::Value, &locals);
    }

    /// `self` where it is a value: services have none.
    fn self_value(&mut self, span: Span) -> ExprKind {
        if let Some(service) = self.service() {
            self.cx.report(errors::service_value(&self.cx.program.classes[service].name.clone(), span));
            return ExprKind::Error;
        }
        self.own_self(span)
    }

    /// `self` where it is the base of a field or call.
    pub(super) fn own_self(&mut self, span: Span) -> ExprKind {
        let place = match self.kind {
            FnKind::Method(_) => {
                self.use_self(span);
                return ExprKind::SelfValue;
            }
            FnKind::Free | FnKind::Closure(_) | FnKind::Task(_) => "a free function",
            FnKind::Test => "a test",
            FnKind::Const => "a constant",
            FnKind::Default => "a default value",
        };
        self.cx.report(errors::self_outside(place, span));
        ExprKind::Error
    }

    fn unary(&mut self, op: UnOp, operand: &ast::Expr) -> ExprKind {
        if let (UnOp::Neg, ast::ExprKind::Int(magnitude)) = (op, &operand.kind)
            && *magnitude <= MIN_MAGNITUDE
        {
            return ExprKind::Int(0i64.wrapping_sub_unsigned(*magnitude));
        }
        ExprKind::Unary { op, operand: self.boxed(operand) }
    }

    /// Operators of one level. Runs of one kind become one flat node; the parser makes chains of one run only.
    fn chain(&mut self, first: &ast::Expr, rest: &[(ast::BinOp, Span, ast::Expr)]) -> ExprKind {
        let mut left = self.expr(first);
        let mut rest = rest;
        loop {
            let Some(((op, _, last), _)) = rest.split_first() else { return left.kind };
            let run = rest.iter().take_while(|(other, _, _)| group(*other) == group(*op)).count();
            let run = if group(*op) == Group::Compare { 1 } else { run };
            let end = rest.get(run - 1).map_or(last.span, |(_, _, right)| right.span);
            let span = first.span.to(end);
            let kind = self.run(left, &rest[..run]);
            left = self.new_expr(kind, span);
            rest = &rest[run..];
        }
    }

    fn run(&mut self, first: Expr, rest: &[(ast::BinOp, Span, ast::Expr)]) -> ExprKind {
        let mut steps = vec![];
        let mut operands = vec![];
        let mut kind = Group::Arithmetic;
        for (op, op_span, right) in rest {
            kind = group(*op);
            let right = self.expr(right);
            match arithmetic(*op) {
                Some(op) => steps.push(BinaryStep { id: self.cx.expr_id(), op, op_span: *op_span, right }),
                None => operands.push(right),
            }
        }
        match kind {
            Group::Arithmetic => ExprKind::Binary { first: Box::new(first), rest: steps },
            Group::And | Group::Or | Group::Coalesce => {
                operands.insert(0, first);
                match kind {
                    Group::And => ExprKind::Logic { op: LogicOp::And, operands },
                    Group::Or => ExprKind::Logic { op: LogicOp::Or, operands },
                    Group::Arithmetic | Group::Compare | Group::Coalesce => ExprKind::Coalesce { operands },
                }
            }
            Group::Compare => match (rest.first().and_then(|(op, _, _)| comparison(*op)), operands.pop()) {
                (Some(op), Some(right)) => ExprKind::Compare { op, left: Box::new(first), right: Box::new(right) },
                (Some(_) | None, _) => ExprKind::Error,
            },
        }
    }
}

/// Operators that share a node of HIR.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Group {
    Arithmetic,
    Compare,
    And,
    Or,
    Coalesce,
}

fn group(op: ast::BinOp) -> Group {
    match op {
        ast::BinOp::And => Group::And,
        ast::BinOp::Or => Group::Or,
        ast::BinOp::Coalesce => Group::Coalesce,
        ast::BinOp::Eq | ast::BinOp::Ne | ast::BinOp::Lt | ast::BinOp::Le | ast::BinOp::Gt | ast::BinOp::Ge => {
            Group::Compare
        }
        ast::BinOp::Add
        | ast::BinOp::Sub
        | ast::BinOp::Mul
        | ast::BinOp::Div
        | ast::BinOp::Rem
        | ast::BinOp::BitAnd
        | ast::BinOp::BitOr
        | ast::BinOp::BitXor
        | ast::BinOp::Shl
        | ast::BinOp::Shr => Group::Arithmetic,
    }
}

/// The operator of arithmetic or bits, if it is one.
pub(super) fn arithmetic(op: ast::BinOp) -> Option<BinOp> {
    Some(match op {
        ast::BinOp::Add => BinOp::Add,
        ast::BinOp::Sub => BinOp::Sub,
        ast::BinOp::Mul => BinOp::Mul,
        ast::BinOp::Div => BinOp::Div,
        ast::BinOp::Rem => BinOp::Rem,
        ast::BinOp::BitAnd => BinOp::BitAnd,
        ast::BinOp::BitOr => BinOp::BitOr,
        ast::BinOp::BitXor => BinOp::BitXor,
        ast::BinOp::Shl => BinOp::Shl,
        ast::BinOp::Shr => BinOp::Shr,
        ast::BinOp::Eq
        | ast::BinOp::Ne
        | ast::BinOp::Lt
        | ast::BinOp::Le
        | ast::BinOp::Gt
        | ast::BinOp::Ge
        | ast::BinOp::And
        | ast::BinOp::Or
        | ast::BinOp::Coalesce => return None,
    })
}

fn comparison(op: ast::BinOp) -> Option<CmpOp> {
    Some(match op {
        ast::BinOp::Eq => CmpOp::Eq,
        ast::BinOp::Ne => CmpOp::Ne,
        ast::BinOp::Lt => CmpOp::Lt,
        ast::BinOp::Le => CmpOp::Le,
        ast::BinOp::Gt => CmpOp::Gt,
        ast::BinOp::Ge => CmpOp::Ge,
        ast::BinOp::Add
        | ast::BinOp::Sub
        | ast::BinOp::Mul
        | ast::BinOp::Div
        | ast::BinOp::Rem
        | ast::BinOp::BitAnd
        | ast::BinOp::BitOr
        | ast::BinOp::BitXor
        | ast::BinOp::Shl
        | ast::BinOp::Shr
        | ast::BinOp::And
        | ast::BinOp::Or
        | ast::BinOp::Coalesce => return None,
    })
}
