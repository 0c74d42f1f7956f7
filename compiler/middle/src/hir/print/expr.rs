//! Expressions as text.

use super::Printer;
use crate::builtin::Global;
use crate::hir::{
    BinOp, Block, Capacity, CatchClause, CatchKind, CatchRest, CmpOp, Cond, Expr, ExprKind, FPart, Field, LogicOp,
    SelectArm, SelectKind, UnOp,
};
use crate::ids::Id;

/// An operator as written.
pub(super) fn binary(op: BinOp) -> &'static str {
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
    }
}

fn comparison(op: CmpOp) -> &'static str {
    match op {
        CmpOp::Eq => "==",
        CmpOp::Ne => "!=",
        CmpOp::Lt => "<",
        CmpOp::Le => "<=",
        CmpOp::Gt => ">",
        CmpOp::Ge => ">=",
    }
}

fn unary(op: UnOp) -> &'static str {
    match op {
        UnOp::Neg => "-",
        UnOp::Not => "!",
        UnOp::BitNot => "~",
    }
}

fn global(function: Global) -> String {
    let row = Global::TABLE.iter().find(|(_, _, other)| *other == function);
    row.map_or(String::new(), |(path, name, _)| path.iter().chain([name]).copied().collect::<Vec<_>>().join("."))
}

impl Printer<'_> {
    pub(super) fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Int(value) => self.put(&value.to_string()),
            ExprKind::Float(value) => self.put(&format!("{value:?}")),
            ExprKind::Bool(value) => self.put(&value.to_string()),
            ExprKind::None => self.put("none"),
            ExprKind::Str(text) => self.put(&format!("{text:?}")),
            ExprKind::FString(parts) => self.fstring(parts),
            ExprKind::Unit => self.put("()"),
            ExprKind::Local(local) => self.put(&self.local(*local)),
            ExprKind::Const(id) => self.put(&format!("const {}", self.program.fns[*id].qualified)),
            ExprKind::SelfValue => self.put("self"),
            ExprKind::Dep(at) => self.put(&format!("dep {at}")),
            ExprKind::ClassLit { .. } | ExprKind::VariantLit { .. } | ExprKind::ErrorLit { .. } => {
                self.built(&expr.kind)
            }
            ExprKind::Array(items) => self.list("[", items, "]"),
            ExprKind::Tuple(items) => self.list("(", items, ")"),
            ExprKind::Map(entries) => self.map(entries),
            ExprKind::Unary { .. }
            | ExprKind::Binary { .. }
            | ExprKind::Compare { .. }
            | ExprKind::Logic { .. }
            | ExprKind::Coalesce { .. }
            | ExprKind::Cast { .. } => self.operator(&expr.kind),
            ExprKind::Field { base, name, name_span: _ } => {
                self.expr(base);
                self.put(&format!(".{name}"));
            }
            ExprKind::Index { base, index } => {
                self.expr(base);
                self.put("[");
                self.expr(index);
                self.put("]");
            }
            ExprKind::CallFn { function, args } => {
                self.put(&self.program.fns[*function].qualified);
                self.list("(", args, ")");
            }
            ExprKind::CallGlobal { function, args } => {
                self.put(&global(*function));
                self.list("(", args, ")");
            }
            ExprKind::CallMethod { receiver, name, name_span: _, args } => {
                self.expr(receiver);
                self.put(&format!(".{name}"));
                self.list("(", args, ")");
            }
            ExprKind::Try(operand) => {
                self.expr(operand);
                self.put("?");
            }
            ExprKind::Propagate(call) => {
                self.expr(call);
                self.put("!");
            }
            ExprKind::Catch { call, clauses, rest } => self.catch(call, clauses, *rest),
            ExprKind::If { arms, otherwise } => self.if_else(arms, otherwise.as_ref()),
            ExprKind::Match { scrutinee, arms } => self.match_expr(scrutinee, arms),
            ExprKind::Block(block) => self.block(block),
            ExprKind::Return(None) => self.put("return"),
            ExprKind::Return(Some(value)) => {
                self.put("return ");
                self.expr(value);
            }
            ExprKind::Break(target) => self.put(&format!("break {}", target.index())),
            ExprKind::Continue(target) => self.put(&format!("continue {}", target.index())),
            ExprKind::Raise(value) => {
                self.put("raise ");
                self.expr(value);
            }
            ExprKind::Duration(nanoseconds) => self.put(&format!("{nanoseconds}ns")),
            ExprKind::Closure(_)
            | ExprKind::FnValue(_)
            | ExprKind::CallValue { .. }
            | ExprKind::Forward(_)
            | ExprKind::Spawn(_)
            | ExprKind::Within { .. }
            | ExprKind::Chan { .. }
            | ExprKind::DepEnd(_) => self.concurrent(&expr.kind),
            ExprKind::Select { arms, after, default } => self.select(arms, after.as_ref(), default.as_ref()),
            ExprKind::Error => self.put("?"),
        }
    }

    /// Operators, each in brackets. Other kinds do not come here.
    fn operator(&mut self, kind: &ExprKind) {
        if let ExprKind::Unary { op, operand } = kind {
            self.put(unary(*op));
            self.expr(operand);
        } else if let ExprKind::Binary { first, rest } = kind {
            self.put("(");
            self.expr(first);
            for step in rest {
                self.put(&format!(" {} ", binary(step.op)));
                self.expr(&step.right);
            }
            self.put(")");
        } else if let ExprKind::Compare { op, left, right } = kind {
            self.put("(");
            self.expr(left);
            self.put(&format!(" {} ", comparison(*op)));
            self.expr(right);
            self.put(")");
        } else if let ExprKind::Logic { op, operands } = kind {
            self.joined("(", operands, if *op == LogicOp::And { " && " } else { " || " }, ")");
        } else if let ExprKind::Coalesce { operands } = kind {
            self.joined("(", operands, " ?? ", ")");
        } else if let ExprKind::Cast { operand, ty } = kind {
            self.put("(");
            self.expr(operand);
            self.put(&format!(" as {})", self.ty(*ty)));
        }
    }

    /// Function values, tasks and channels. Other kinds do not come here.
    fn concurrent(&mut self, kind: &ExprKind) {
        if let ExprKind::Closure(function) = kind {
            self.put(&format!("closure {}", self.name(*function)));
        } else if let ExprKind::FnValue(function) = kind {
            self.put(&format!("value {}", self.name(*function)));
        } else if let ExprKind::CallValue { callee, args } = kind {
            self.put("call ");
            self.expr(callee);
            self.list("(", args, ")");
        } else if let ExprKind::Forward(call) = kind {
            self.put("forward ");
            self.expr(call);
        } else if let ExprKind::Spawn(function) = kind {
            self.put(&format!("(spawn {})", self.name(*function)));
        } else if let ExprKind::Within { limit, body } = kind {
            self.put("within ");
            self.expr(limit);
            self.put(" ");
            self.block(body);
        } else if let ExprKind::Chan { element, capacity } = kind {
            self.put(&format!("chan<{}>(", self.ty(*element)));
            match capacity {
                Capacity::Size(size) => self.expr(size),
                Capacity::Default => {}
                Capacity::Unbounded => self.put("unbounded"),
            }
            self.put(")");
        } else if let ExprKind::DepEnd(at) = kind {
            self.put(&format!("end {at}"));
        }
    }

    fn select(&mut self, arms: &[SelectArm], after: Option<&(Box<Expr>, Block)>, default: Option<&Block>) {
        self.put("select {\n");
        self.indented(|cx| {
            for arm in arms {
                cx.margin();
                match &arm.kind {
                    SelectKind::Recv { pattern, receiver } => {
                        let pattern = cx.pattern(pattern);
                        cx.put(&format!("{pattern} = "));
                        cx.expr(receiver);
                        cx.put(".recv() ");
                    }
                    SelectKind::Send { sender, value } => {
                        cx.expr(sender);
                        cx.put(".send(");
                        cx.expr(value);
                        cx.put(") ");
                    }
                }
                cx.block(&arm.body);
                cx.put("\n");
            }
            if let Some((limit, body)) = after {
                cx.margin();
                cx.put("after ");
                cx.expr(limit);
                cx.put(" ");
                cx.block(body);
                cx.put("\n");
            }
            if let Some(body) = default {
                cx.margin();
                cx.put("default ");
                cx.block(body);
                cx.put("\n");
            }
        });
        self.margin();
        self.put("}");
    }

    /// Classes, variants and errors with their fields. Other kinds do not come here.
    fn built(&mut self, kind: &ExprKind) {
        if let ExprKind::ClassLit { class, fields } = kind {
            let class = &self.program.classes[*class];
            self.literal(&class.name, &class.fields, fields);
        } else if let ExprKind::VariantLit { enumeration, variant, fields } = kind {
            let enumeration = &self.program.enums[*enumeration];
            let variant = &enumeration.variants[*variant as usize];
            self.literal(&format!("{}.{}", enumeration.name, variant.name), &variant.fields, fields);
        } else if let ExprKind::ErrorLit { error, fields } = kind {
            let error = &self.program.errors[*error];
            self.literal(&error.name, &error.fields, fields);
        }
    }

    fn if_else(&mut self, arms: &[(Cond, Block)], otherwise: Option<&Block>) {
        for (at, (cond, block)) in arms.iter().enumerate() {
            self.put(if at == 0 { "if " } else { " else if " });
            self.cond(cond);
            self.put(" ");
            self.block(block);
        }
        if let Some(block) = otherwise {
            self.put(" else ");
            self.block(block);
        }
    }

    fn list(&mut self, open: &str, items: &[Expr], close: &str) {
        self.joined(open, items, ", ", close);
    }

    fn joined(&mut self, open: &str, items: &[Expr], separator: &str, close: &str) {
        self.put(open);
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                self.put(separator);
            }
            self.expr(item);
        }
        self.put(close);
    }

    fn fstring(&mut self, parts: &[FPart]) {
        self.put("f(");
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                self.put(", ");
            }
            match part {
                FPart::Text(text) => self.put(&format!("{text:?}")),
                FPart::Value { value, format } => {
                    self.expr(value);
                    if let Some((format, _)) = format {
                        self.put(&format!(":{format}"));
                    }
                }
            }
        }
        self.put(")");
    }

    fn literal(&mut self, name: &str, declared: &[Field], fields: &[(u32, Expr)]) {
        self.put(name);
        if fields.is_empty() {
            return;
        }
        for (at, (position, value)) in fields.iter().enumerate() {
            let open = if at == 0 { " { " } else { ", " };
            self.put(&format!("{open}{}: ", declared[*position as usize].name));
            self.expr(value);
        }
        self.put(" }");
    }

    fn map(&mut self, entries: &[(Expr, Expr)]) {
        self.put("{");
        for (at, (key, value)) in entries.iter().enumerate() {
            self.put(if at == 0 { " " } else { ", " });
            self.expr(key);
            self.put(": ");
            self.expr(value);
        }
        self.put(if entries.is_empty() { "}" } else { " }" });
    }

    fn catch(&mut self, call: &Expr, clauses: &[CatchClause], rest: CatchRest) {
        self.expr(call);
        for clause in clauses {
            self.put(" catch ");
            match &clause.kind {
                CatchKind::Value(value) => self.expr(value),
                CatchKind::Handler { local, errors, body } => {
                    let names: Vec<&str> = errors.iter().map(|(error, _)| &*self.program.errors[*error].name).collect();
                    let types = if names.is_empty() { String::new() } else { format!(": {}", names.join(" | ")) };
                    self.put(&format!("{}{types} ", self.local(*local)));
                    self.block(body);
                }
            }
        }
        match rest {
            CatchRest::Covered => {}
            CatchRest::Propagate => self.put(" !"),
        }
    }

    fn match_expr(&mut self, scrutinee: &Expr, arms: &[crate::hir::MatchArm]) {
        self.put("match ");
        self.expr(scrutinee);
        self.put(" {\n");
        self.indented(|cx| {
            for arm in arms {
                cx.margin();
                let pattern = cx.pattern(&arm.pattern);
                cx.put(&pattern);
                if let Some(guard) = &arm.guard {
                    cx.put(" if ");
                    cx.expr(guard);
                }
                cx.put(" => ");
                cx.expr(&arm.body);
                cx.put("\n");
            }
        });
        self.margin();
        self.put("}");
    }
}
