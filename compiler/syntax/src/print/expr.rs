//! Prints statements and expressions. In: their nodes. Out: text in the [`Printer`].

use super::Printer;
use crate::ast::{
    BinOp, Block, CatchClause, CatchKind, Cond, Expr, ExprKind, FPart, Ident, MatchArm, Stmt, StmtKind, UnOp,
};

impl Printer {
    pub(super) fn block(&mut self, block: &Block) {
        if block.stmts.is_empty() {
            self.text("{}");
            return;
        }
        self.open();
        for stmt in &block.stmts {
            self.start_line();
            self.stmt(stmt);
            self.text("\n");
        }
        self.close();
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { pattern, ty, value } => {
                self.text("let ");
                self.pattern(pattern);
                self.annotation(ty.as_ref());
                self.text(" = ");
                self.expr(value);
            }
            StmtKind::Assign { place, op, value } => {
                self.expr(place);
                self.text(&format!(" {}= ", op.map_or("", |(op, _)| operator(op))));
                self.expr(value);
            }
            StmtKind::Expr(expr) => self.expr(expr),
            StmtKind::While { label, cond, body } => {
                self.label(label.as_ref());
                self.text("while ");
                self.cond(cond);
                self.block(body);
            }
            StmtKind::For { label, pattern, iter, body } => {
                self.label(label.as_ref());
                self.text("for ");
                self.pattern(pattern);
                self.text(" in ");
                self.expr(iter);
                self.text(" ");
                self.block(body);
            }
            StmtKind::Error => self.text("<error>"),
        }
    }

    fn label(&mut self, label: Option<&Ident>) {
        if let Some(label) = label {
            self.text(&format!("{}: ", label.name));
        }
    }

    /// With a space behind it.
    fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Expr(expr) => self.expr(expr),
            Cond::Let { pattern, value } => {
                self.text("let ");
                self.pattern(pattern);
                self.text(" = ");
                self.expr(value);
            }
        }
        self.text(" ");
    }

    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Int(value) => self.text(&value.to_string()),
            ExprKind::Float(value) => self.text(&format!("{value:?}")),
            ExprKind::Bool(value) => self.text(&value.to_string()),
            ExprKind::None => self.text("none"),
            ExprKind::Str(value) => self.text(&format!("{value:?}")),
            ExprKind::FString(parts) => self.fstring(parts),
            ExprKind::Name(name) => self.text(&name.name),
            ExprKind::SelfValue => self.text("self"),
            ExprKind::Struct { path, fields } => {
                self.path(path);
                self.text(" { ");
                self.separated(fields, ", ", Printer::literal_field);
                self.text(if fields.is_empty() { "}" } else { " }" });
            }
            ExprKind::Array(parts) => self.list("[", parts, "]"),
            ExprKind::Map(entries) => {
                self.text("{");
                self.separated(entries, ", ", |printer, (key, value)| {
                    printer.expr(key);
                    printer.text(": ");
                    printer.expr(value);
                });
                self.text("}");
            }
            ExprKind::Tuple(parts) => self.list("(", parts, ")"),
            ExprKind::Unary { op, operand } => {
                self.text(match op {
                    UnOp::Neg => "(-",
                    UnOp::Not => "(!",
                    UnOp::BitNot => "(~",
                });
                self.expr(operand);
                self.text(")");
            }
            ExprKind::Binary { first, rest } => self.binary(first, rest),
            ExprKind::Range { low, high, inclusive } => {
                self.text("(");
                self.expr(low);
                self.text(if *inclusive { "..=" } else { ".." });
                self.expr(high);
                self.text(")");
            }
            ExprKind::Cast { operand, ty } => {
                self.text("(");
                self.expr(operand);
                self.text(" as ");
                self.ty(ty);
                self.text(")");
            }
            ExprKind::Field { base, name } => {
                self.expr(base);
                self.text(&format!(".{}", name.name));
            }
            ExprKind::Index { base, index } => {
                self.expr(base);
                self.text("[");
                self.expr(index);
                self.text("]");
            }
            ExprKind::Call { callee, args } => {
                self.expr(callee);
                self.list("(", args, ")");
            }
            ExprKind::Try(inner) => {
                self.expr(inner);
                self.text("?");
            }
            ExprKind::Propagate(call) => {
                self.expr(call);
                self.text("!");
            }
            ExprKind::Catch { call, clauses, rest } => {
                self.expr(call);
                for clause in clauses {
                    self.catch(clause);
                }
                self.text(if rest.is_some() { "!" } else { "" });
            }
            ExprKind::If { arms, otherwise } => self.conditional(arms, otherwise.as_ref()),
            ExprKind::Match { scrutinee, arms } => {
                self.text("match ");
                self.expr(scrutinee);
                self.text(" ");
                self.open();
                for arm in arms {
                    self.arm(arm);
                }
                self.close();
            }
            ExprKind::Block(block) => self.block(block),
            ExprKind::Return(value) => self.leave("return", value.as_deref()),
            ExprKind::Raise(value) => self.leave("raise", Some(value)),
            ExprKind::Break(label) => self.jump("break", label.as_ref()),
            ExprKind::Continue(label) => self.jump("continue", label.as_ref()),
            ExprKind::Error(code) => self.text(&format!("<error {}>", code.as_str())),
        }
    }

    fn list(&mut self, open: &str, parts: &[Expr], close: &str) {
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
                    self.text(&format!("{text:?}").trim_matches('"').replace('{', "{{").replace('}', "}}"))
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

    fn binary(&mut self, first: &Expr, rest: &[(BinOp, crate::span::Span, Expr)]) {
        self.text("(");
        self.expr(first);
        for (op, _, operand) in rest {
            self.text(&format!(" {} ", operator(*op)));
            self.expr(operand);
        }
        self.text(")");
    }

    fn catch(&mut self, clause: &CatchClause) {
        self.text(" catch ");
        match &clause.kind {
            CatchKind::Value(value) => self.expr(value),
            CatchKind::Handler { name, errors, body } => {
                self.text(&name.name);
                if !errors.is_empty() {
                    self.text(": ");
                    self.separated(errors, " | ", |printer, path| printer.path(path));
                }
                self.text(" ");
                self.block(body);
            }
        }
    }

    fn conditional(&mut self, arms: &[(Cond, Block)], otherwise: Option<&Block>) {
        self.separated(arms, " else ", |printer, (cond, block)| {
            printer.text("if ");
            printer.cond(cond);
            printer.block(block);
        });
        if let Some(block) = otherwise {
            self.text(" else ");
            self.block(block);
        }
    }

    fn arm(&mut self, arm: &MatchArm) {
        self.start_line();
        self.pattern(&arm.pattern);
        if let Some(guard) = &arm.guard {
            self.text(" if ");
            self.expr(guard);
        }
        self.text(" => ");
        self.expr(&arm.body);
        self.text("\n");
    }

    fn leave(&mut self, keyword: &str, value: Option<&Expr>) {
        self.text(keyword);
        if let Some(value) = value {
            self.text(" ");
            self.expr(value);
        }
    }

    fn jump(&mut self, keyword: &str, label: Option<&Ident>) {
        self.text(keyword);
        if let Some(label) = label {
            self.text(&format!(" {}", label.name));
        }
    }
}

/// As it is written.
fn operator(op: BinOp) -> &'static str {
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
