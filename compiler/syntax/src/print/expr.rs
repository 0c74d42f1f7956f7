//! Prints expressions. In: their nodes. Out: text in the [`Printer`].

use super::parentheses::shows_leaving;
use super::{Printer, duration, escaped, quoted};
use crate::ast::{BinOp, Expr, ExprKind, FPart, Ident, Path, TypeExpr, TypeKind, UnOp};
use crate::span::Span;

impl Printer {
    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Int(value) => self.text(&value.to_string()),
            ExprKind::Float(value) => self.text(&format!("{value:?}")),
            ExprKind::Bool(value) => self.text(&value.to_string()),
            ExprKind::None => self.text("none"),
            ExprKind::Duration(nanos) => self.text(&duration(*nanos)),
            ExprKind::Str(value) => self.text(&quoted(value)),
            ExprKind::FString(parts) => self.fstring(parts),
            ExprKind::Name(name) => self.text(&name.name),
            ExprKind::SelfValue => self.text("self"),
            ExprKind::Struct { path, fields } => self.struct_literal(path, fields),
            ExprKind::Array(parts) => self.list("[", parts, "]"),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Tuple(parts) => self.list("(", parts, ")"),
            ExprKind::Unary { op, operand } => self.unary(*op, operand),
            ExprKind::Binary { first, rest } => self.binary(first, rest),
            ExprKind::Range { low, high, inclusive } => self.range(low, high, *inclusive),
            ExprKind::Cast { operand, ty } => self.cast(operand, ty),
            ExprKind::Field { base, name } => {
                self.operand(base);
                self.text(&format!(".{}", name.name));
            }
            ExprKind::Index { base, index } => {
                self.operand(base);
                self.text("[");
                self.expr(index);
                self.text("]");
            }
            ExprKind::Call { callee, args } => {
                self.operand(callee);
                self.list("(", args, ")");
            }
            ExprKind::Try(inner) => self.question(inner),
            ExprKind::Propagate(call) => {
                self.operand(call);
                self.text("!");
            }
            ExprKind::Catch { call, clauses, rest } => self.catch(call, clauses, rest.is_some()),
            ExprKind::If { arms, otherwise } => self.conditional(arms, otherwise.as_ref()),
            ExprKind::Match { scrutinee, arms } => self.matching(scrutinee, arms),
            ExprKind::Block(block) => self.block(block),
            ExprKind::Return(value) => self.leave("return", value.as_deref()),
            ExprKind::Raise(value) => self.leave("raise", Some(value)),
            ExprKind::Break(label) => self.jump("break", label.as_ref()),
            ExprKind::Continue(label) => self.jump("continue", label.as_ref()),
            ExprKind::Closure { params, result, body } => self.closure(params, result.as_ref(), body),
            ExprKind::Spawn(started) => self.spawn(started),
            ExprKind::Within { limit, body } => self.within(limit, body),
            ExprKind::Select(arms) => self.select(arms),
            ExprKind::Chan { ty, capacity } => self.chan(ty, capacity),
            ExprKind::Error(code) => self.text(&format!("<error {}>", code.as_str())),
        }
    }

    fn struct_literal(&mut self, path: &Path, fields: &[(Ident, Option<Expr>)]) {
        self.path(path);
        self.text(" { ");
        self.separated(fields, ", ", Printer::literal_field);
        self.text(if fields.is_empty() { "}" } else { " }" });
    }

    fn map(&mut self, entries: &[(Expr, Expr)]) {
        self.text("{");
        self.separated(entries, ", ", |printer, (key, value)| {
            if shows_leaving(key) {
                printer.in_parentheses(key)
            } else {
                printer.expr(key)
            }
            printer.text(": ");
            printer.expr(value);
        });
        self.text("}");
    }

    fn unary(&mut self, op: UnOp, operand: &Expr) {
        self.text(match op {
            UnOp::Neg => "(-",
            UnOp::Not => "(!",
            UnOp::BitNot => "(~",
        });
        self.expr(operand);
        self.text(")");
    }

    fn range(&mut self, low: &Expr, high: &Expr, inclusive: bool) {
        self.text("(");
        self.operand(low);
        self.text(if inclusive { "..=" } else { ".." });
        self.expr(high);
        self.text(")");
    }

    fn cast(&mut self, operand: &Expr, ty: &TypeExpr) {
        self.text("(");
        self.operand(operand);
        self.text(" as ");
        // There `??` would be the operator.
        if matches!(ty.kind, TypeKind::Nullable(_)) {
            self.ty_in_parentheses(ty)
        } else {
            self.ty(ty)
        }
        self.text(")");
    }

    fn question(&mut self, inner: &Expr) {
        // Two of them are an operator.
        let twice = matches!(inner.kind, ExprKind::Try(_));
        if twice {
            self.in_parentheses(inner)
        } else {
            self.operand(inner)
        }
        self.text("?");
    }

    pub(super) fn list(&mut self, open: &str, parts: &[Expr], close: &str) {
        self.text(open);
        self.separated(parts, ", ", Printer::expr);
        self.text(close);
    }

    fn literal_field(&mut self, (name, value): &(Ident, Option<Expr>)) {
        self.text(&name.name);
        if let Some(value) = value {
            self.text(": ");
            self.expr(value);
        }
    }

    fn fstring(&mut self, parts: &[FPart]) {
        self.text("f\"");
        for part in parts {
            match part {
                FPart::Text(text) => {
                    self.text(&escaped(text, true));
                }
                FPart::Value { value, format } => {
                    self.text("{");
                    self.expr(value);
                    if let Some((format, _)) = format {
                        self.text(&format!(":{format}"));
                    }
                    self.text("}");
                }
            }
        }
        self.text("\"");
    }

    fn binary(&mut self, first: &Expr, rest: &[(BinOp, Span, Expr)]) {
        self.text("(");
        self.operand(first);
        for (at, (op, _, operand)) in rest.iter().enumerate() {
            self.text(&format!(" {} ", operator(*op)));
            if at + 1 < rest.len() { self.operand(operand) } else { self.expr(operand) }
        }
        self.text(")");
    }
}

/// As it is written.
pub(super) fn operator(op: BinOp) -> &'static str {
    match op {
        BinOp::Add => "+",
        BinOp::Sub => "-",
        BinOp::Mul => "*",
        BinOp::Div => "/",
        BinOp::Rem => "%",
        BinOp::BitAnd => "&",
        BinOp::BitOr => "|",
        BinOp::BitXor => "^",
        BinOp::Shl => "<<",
        BinOp::Shr => ">>",
        BinOp::Eq => "==",
        BinOp::Ne => "!=",
        BinOp::Lt => "<",
        BinOp::Le => "<=",
        BinOp::Gt => ">",
        BinOp::Ge => ">=",
        BinOp::And => "&&",
        BinOp::Or => "||",
        BinOp::Coalesce => "??",
    }
}
