//! Walks over HIR. In: a visitor that overrides what it looks at. Out: what the visitor collects.
//!
//! Every form is written out, so that a new one cannot be forgotten. Children come in the order of evaluation. Closures and
//! bodies of tasks are functions of their own (`Program::fns`): a walk does not go into them.

use super::{
    Block, Capacity, CatchClause, CatchKind, Cond, Expr, ExprKind, FPart, Iter, SelectArm, SelectKind, Stmt, StmtKind,
};

/// Something that looks at expressions, statements and blocks. An override that wants the children calls the `walk_…` of its kind.
pub trait Visitor {
    /// An expression.
    fn expr(&mut self, expr: &Expr) {
        walk_expr(self, expr);
    }
    /// A statement.
    fn stmt(&mut self, stmt: &Stmt) {
        walk_stmt(self, stmt);
    }
    /// A block.
    fn block(&mut self, block: &Block) {
        walk_block(self, block);
    }
}

/// Visits the statements and the value of a block.
pub fn walk_block<V: Visitor + ?Sized>(visitor: &mut V, block: &Block) {
    for stmt in &block.stmts {
        visitor.stmt(stmt);
    }
    if let Some(value) = &block.value {
        visitor.expr(value);
    }
}

/// Visits the parts of a statement.
pub fn walk_stmt<V: Visitor + ?Sized>(visitor: &mut V, stmt: &Stmt) {
    match &stmt.kind {
        StmtKind::Let { pattern: _, ty: _, value } => visitor.expr(value),
        StmtKind::Assign { place, value } | StmtKind::AssignOp { place, op: _, op_span: _, value } => {
            visitor.expr(place);
            visitor.expr(value);
        }
        StmtKind::Expr(expr) => visitor.expr(expr),
        StmtKind::While { id: _, cond, body } => {
            walk_cond(visitor, cond);
            visitor.block(body);
        }
        StmtKind::For { id: _, pattern: _, iter, body } => {
            walk_iter(visitor, iter);
            visitor.block(body);
        }
    }
}

/// Visits what a `for` goes through.
pub fn walk_iter<V: Visitor + ?Sized>(visitor: &mut V, iter: &Iter) {
    match iter {
        Iter::Range { low, high, inclusive: _ } => {
            visitor.expr(low);
            visitor.expr(high);
        }
        Iter::Value(value) => visitor.expr(value),
    }
}

/// Visits the head of an `if` or `while`.
pub fn walk_cond<V: Visitor + ?Sized>(visitor: &mut V, cond: &Cond) {
    match cond {
        Cond::Expr(expr) | Cond::Let { pattern: _, value: expr } => visitor.expr(expr),
    }
}

/// Visits what a handler does.
pub fn walk_clause<V: Visitor + ?Sized>(visitor: &mut V, clause: &CatchClause) {
    match &clause.kind {
        CatchKind::Value(value) => visitor.expr(value),
        CatchKind::Handler { local: _, errors: _, body } => visitor.block(body),
    }
}

/// Visits the parts of an expression.
pub fn walk_expr<V: Visitor + ?Sized>(visitor: &mut V, expr: &Expr) {
    match &expr.kind {
        ExprKind::Int(_)
        | ExprKind::Float(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Str(_)
        | ExprKind::Unit
        | ExprKind::Local(_)
        | ExprKind::Const(_)
        | ExprKind::SelfValue
        | ExprKind::Dep(_)
        | ExprKind::Break(_)
        | ExprKind::Continue(_)
        | ExprKind::Duration(_)
        | ExprKind::Closure(_)
        | ExprKind::FnValue(_)
        | ExprKind::Spawn(_)
        | ExprKind::DepEnd(_)
        | ExprKind::Chan { element: _, capacity: Capacity::Default | Capacity::Unbounded }
        | ExprKind::Error => {}
        ExprKind::FString(parts) => walk_parts(visitor, parts),
        ExprKind::ClassLit { class: _, fields }
        | ExprKind::VariantLit { enumeration: _, variant: _, fields }
        | ExprKind::ErrorLit { error: _, fields } => fields.iter().for_each(|(_, value)| visitor.expr(value)),
        ExprKind::Array(items) | ExprKind::Tuple(items) => items.iter().for_each(|item| visitor.expr(item)),
        ExprKind::Logic { op: _, operands } | ExprKind::Coalesce { operands } => {
            operands.iter().for_each(|operand| visitor.expr(operand));
        }
        ExprKind::Map(entries) => {
            for (key, value) in entries {
                visitor.expr(key);
                visitor.expr(value);
            }
        }
        ExprKind::Binary { first, rest } => {
            visitor.expr(first);
            rest.iter().for_each(|step| visitor.expr(&step.right));
        }
        ExprKind::Compare { op: _, left, right } => {
            visitor.expr(left);
            visitor.expr(right);
        }
        ExprKind::Unary { op: _, operand } | ExprKind::Cast { operand, ty: _ } => visitor.expr(operand),
        ExprKind::Field { base, name: _, name_span: _ } => visitor.expr(base),
        ExprKind::Index { base, index } => {
            visitor.expr(base);
            visitor.expr(index);
        }
        ExprKind::CallFn { function: _, args } | ExprKind::CallGlobal { function: _, args } => {
            args.iter().for_each(|arg| visitor.expr(arg));
        }
        ExprKind::CallMethod { receiver, name: _, name_span: _, args } => {
            visitor.expr(receiver);
            args.iter().for_each(|arg| visitor.expr(arg));
        }
        ExprKind::CallValue { callee, args } => {
            visitor.expr(callee);
            args.iter().for_each(|arg| visitor.expr(arg));
        }
        ExprKind::Try(inner) | ExprKind::Propagate(inner) | ExprKind::Forward(inner) | ExprKind::Raise(inner) => {
            visitor.expr(inner);
        }
        ExprKind::Within { limit, body } => {
            visitor.expr(limit);
            visitor.block(body);
        }
        ExprKind::Select { arms, after, default } => walk_select(visitor, arms, after.as_ref(), default.as_ref()),
        ExprKind::Chan { element: _, capacity: Capacity::Size(size) } => visitor.expr(size),
        ExprKind::Catch { call, clauses, rest: _ } => {
            visitor.expr(call);
            clauses.iter().for_each(|clause| walk_clause(visitor, clause));
        }
        ExprKind::If { arms, otherwise } => {
            for (cond, body) in arms {
                walk_cond(visitor, cond);
                visitor.block(body);
            }
            otherwise.iter().for_each(|body| visitor.block(body));
        }
        ExprKind::Match { scrutinee, arms } => {
            visitor.expr(scrutinee);
            for arm in arms {
                arm.guard.iter().for_each(|guard| visitor.expr(guard));
                visitor.expr(&arm.body);
            }
        }
        ExprKind::Block(block) => visitor.block(block),
        ExprKind::Return(value) => value.iter().for_each(|value| visitor.expr(value)),
    }
}

/// What the arms wait for comes first: it is evaluated before any arm is taken.
fn walk_select<V: Visitor + ?Sized>(
    visitor: &mut V,
    arms: &[SelectArm],
    after: Option<&(Box<Expr>, Block)>,
    default: Option<&Block>,
) {
    for arm in arms {
        match &arm.kind {
            SelectKind::Recv { pattern: _, receiver } => visitor.expr(receiver),
            SelectKind::Send { sender, value } => {
                visitor.expr(sender);
                visitor.expr(value);
            }
        }
    }
    if let Some((limit, _)) = after {
        visitor.expr(limit);
    }
    arms.iter().for_each(|arm| visitor.block(&arm.body));
    after.iter().for_each(|(_, body)| visitor.block(body));
    default.iter().for_each(|body| visitor.block(body));
}

fn walk_parts<V: Visitor + ?Sized>(visitor: &mut V, parts: &[FPart]) {
    for part in parts {
        match part {
            FPart::Text(_) => {}
            FPart::Value { value, format: _ } => visitor.expr(value),
        }
    }
}
