//! Prints statements and expressions. In: their nodes. Out: text in the [`Printer`].

use super::{Printer, duration, escaped, quoted};
use crate::ast::TypeKind;
use crate::ast::{
    BinOp, Block, CatchClause, CatchKind, ClosureParam, Cond, Expr, ExprKind, FPart, Ident, MatchArm, SelectArm,
    SelectKind, Stmt, StmtKind, UnOp,
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
                self.let_pattern(pattern);
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
                self.head(iter);
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
            Cond::Expr(expr) => self.head(expr),
            Cond::Let { pattern, value } => {
                self.text("let ");
                self.pattern(pattern);
                self.text(" = ");
                self.head(value);
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
            ExprKind::Duration(nanos) => self.text(&duration(*nanos)),
            ExprKind::Str(value) => self.text(&quoted(value)),
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
                self.operand(low);
                self.text(if *inclusive { "..=" } else { ".." });
                self.expr(high);
                self.text(")");
            }
            ExprKind::Cast { operand, ty } => {
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
            ExprKind::Try(inner) => {
                // Two of them are an operator.
                let twice = matches!(inner.kind, ExprKind::Try(_));
                if twice {
                    self.in_parentheses(inner)
                } else {
                    self.operand(inner)
                }
                self.text("?");
            }
            ExprKind::Propagate(call) => {
                self.operand(call);
                self.text("!");
            }
            ExprKind::Catch { call, clauses, rest } => {
                self.operand(call);
                for clause in clauses {
                    self.catch(clause);
                }
                self.text(if rest.is_some() { "!" } else { "" });
            }
            ExprKind::If { arms, otherwise } => self.conditional(arms, otherwise.as_ref()),
            ExprKind::Match { scrutinee, arms } => {
                self.text("match ");
                self.head(scrutinee);
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
            ExprKind::Closure { params, result, body } => {
                self.text("((");
                self.separated(params, ", ", |printer, param: &ClosureParam| {
                    printer.text(&param.name.name);
                    printer.annotation(param.ty.as_ref());
                });
                self.text(") ");
                if let Some(result) = result {
                    self.ty(result);
                    self.text(" ");
                }
                self.text("=> ");
                self.value(body);
                self.text(")");
            }
            ExprKind::Spawn(started) => {
                self.text("spawn ");
                self.expr(started);
            }
            ExprKind::Within { limit, body } => {
                self.text("within ");
                self.limit(limit);
                self.text(" ");
                self.block(body);
            }
            ExprKind::Select(arms) => {
                self.text("select ");
                self.open();
                for arm in arms {
                    self.select_arm(arm);
                }
                self.close();
            }
            ExprKind::Chan { ty, capacity } => {
                self.text("chan<");
                self.ty(ty);
                self.text(">(");
                self.capacity(capacity);
                self.text(")");
            }
            ExprKind::Error(code) => self.text(&format!("<error {}>", code.as_str())),
        }
    }

    /// Before something that would belong to the end of it.
    fn operand(&mut self, expr: &Expr) {
        if reaches_on(expr) { self.in_parentheses(expr) } else { self.expr(expr) }
    }

    /// Behind `=>` or `catch`, where `{` opens a block.
    fn value(&mut self, expr: &Expr) {
        let begins_with_brace = matches!(leftmost(expr).kind, ExprKind::Map(_) | ExprKind::Block(_));
        let is_block = matches!(expr.kind, ExprKind::Block(_));
        if begins_with_brace && !is_block { self.in_parentheses(expr) } else { self.expr(expr) }
    }

    /// Before the `{` of a block.
    fn head(&mut self, expr: &Expr) {
        if shows_brace(expr) { self.in_parentheses(expr) } else { self.expr(expr) }
    }

    /// Behind `within` and `after`, which only some tokens make more than a name.
    fn limit(&mut self, expr: &Expr) {
        let has_parentheses = matches!(
            expr.kind,
            ExprKind::Binary { .. } | ExprKind::Unary { .. } | ExprKind::Range { .. } | ExprKind::Cast { .. }
        );
        let first = &leftmost(expr).kind;
        let begins_with_name = matches!(
            first,
            ExprKind::Name(_) | ExprKind::SelfValue | ExprKind::Duration(_) | ExprKind::Int(_) | ExprKind::Float(_)
        );
        if has_parentheses || (begins_with_name && !shows_brace(expr)) {
            self.expr(expr);
        } else {
            self.in_parentheses(expr);
        }
    }

    fn in_parentheses(&mut self, expr: &Expr) {
        self.text("(");
        self.expr(expr);
        self.text(")");
    }

    fn select_arm(&mut self, arm: &SelectArm) {
        self.start_line();
        match &arm.kind {
            SelectKind::Recv { pattern, receiver } => {
                if let Some(pattern) = pattern {
                    self.pattern(pattern);
                    self.text(" = ");
                }
                self.waited(receiver);
                self.text(".recv()");
            }
            SelectKind::Send { sender, value } => {
                self.waited(sender);
                self.text(".send(");
                self.expr(value);
                self.text(")");
            }
            SelectKind::After(limit) => {
                self.text("after ");
                self.limit(limit);
            }
            SelectKind::Default => self.text("default"),
        }
        self.text(" ");
        self.block(&arm.body);
        self.text("\n");
    }

    /// An end of a channel, before `.recv()` or `.send(…)`.
    fn waited(&mut self, end: &Expr) {
        if shows_brace(end) || reaches_on(end) { self.in_parentheses(end) } else { self.expr(end) }
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

    fn binary(&mut self, first: &Expr, rest: &[(BinOp, crate::span::Span, Expr)]) {
        self.text("(");
        self.operand(first);
        for (at, (op, _, operand)) in rest.iter().enumerate() {
            self.text(&format!(" {} ", operator(*op)));
            if at + 1 < rest.len() { self.operand(operand) } else { self.expr(operand) }
        }
        self.text(")");
    }

    fn catch(&mut self, clause: &CatchClause) {
        self.text(" catch ");
        match &clause.kind {
            // `catch name {` would be a handler.
            CatchKind::Value(value) if begins_like_handler(leftmost(value)) => self.in_parentheses(value),
            CatchKind::Value(value) => self.value(value),
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
        self.value(&arm.body);
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

/// Does it end with an expression that takes in whatever follows? (Closures have parentheses of their own.)
fn reaches_on(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Return(_) | ExprKind::Raise(_) | ExprKind::Break(_) | ExprKind::Continue(_) => true,
        ExprKind::Catch { clauses, rest: None, .. } => clauses.last().is_some_and(|last| match &last.kind {
            CatchKind::Value(value) => !matches!(value.kind, ExprKind::Block(_)),
            CatchKind::Handler { .. } => false,
        }),
        _ => false,
    }
}

/// Does a word stand in it outside all brackets that would make a `{` before it that of a block?
fn shows_leaving(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Catch { .. } => true,
        ExprKind::Field { base: inner, .. }
        | ExprKind::Index { base: inner, .. }
        | ExprKind::Call { callee: inner, .. }
        | ExprKind::Try(inner)
        | ExprKind::Propagate(inner) => shows_leaving(inner),
        _ => reaches_on(expr),
    }
}

fn begins_like_handler(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Select(_) => true,
        ExprKind::Spawn(started) => matches!(started.kind, ExprKind::Block(_)),
        _ => false,
    }
}

/// What it begins with.
fn leftmost(mut expr: &Expr) -> &Expr {
    while let ExprKind::Field { base: inner, .. }
    | ExprKind::Index { base: inner, .. }
    | ExprKind::Call { callee: inner, .. }
    | ExprKind::Try(inner)
    | ExprKind::Propagate(inner)
    | ExprKind::Catch { call: inner, .. } = &expr.kind
    {
        expr = inner;
    }
    expr
}

/// Does a `{` stand in it outside all brackets, which in a head would open the block?
fn shows_brace(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Struct { .. }
        | ExprKind::Map(_)
        | ExprKind::Block(_)
        | ExprKind::If { .. }
        | ExprKind::Match { .. }
        | ExprKind::Within { .. }
        | ExprKind::Select(_) => true,
        ExprKind::Spawn(inner) | ExprKind::Raise(inner) => shows_brace(inner),
        ExprKind::Return(inner) => inner.as_deref().is_some_and(shows_brace),
        ExprKind::Field { base: inner, .. }
        | ExprKind::Index { base: inner, .. }
        | ExprKind::Call { callee: inner, .. }
        | ExprKind::Try(inner)
        | ExprKind::Propagate(inner) => shows_brace(inner),
        ExprKind::Catch { call, clauses, .. } => {
            shows_brace(call)
                || clauses.iter().any(|clause| match &clause.kind {
                    // `catch name {` would be a handler.
                    CatchKind::Value(Expr { kind: ExprKind::Name(_), .. }) => true,
                    CatchKind::Value(Expr { kind: ExprKind::Block(_), .. }) => false,
                    CatchKind::Value(value) => shows_brace(value),
                    CatchKind::Handler { .. } => false,
                })
        }
        _ => false,
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
