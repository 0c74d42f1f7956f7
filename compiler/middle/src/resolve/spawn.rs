//! `spawn`. In: a call, or a block. Out: `ExprKind::Spawn` of a task's body. Of `spawn f(x)` the arguments are evaluated
//! here, into hidden variables that the body captures; only the call itself happens in the task.

use super::body::Body;
use super::closure::Nested;
use super::errors;
use crate::hir::{Block, Expr, ExprKind, Mutability, Pattern, PatternKind, Stmt, StmtKind};
use crate::ids::{ClassId, FnId, TyId};
use pluto_syntax::ast::{self, Name};
use pluto_syntax::span::Span;

/// What is known of a parameter: its name, its type, its place.
type Param = (Name, Option<TyId>, Span);

impl Body<'_, '_> {
    /// `spawn f(x)` or `spawn { … }`.
    pub(super) fn spawn(&mut self, what: &ast::Expr, span: Span) -> ExprKind {
        if self.in_constant() {
            self.exprs_for_messages(&[what]);
            self.cx.report(errors::task_in_constant(span));
            return ExprKind::Error;
        }
        let word = Span { end: (span.start + 5).min(span.end), ..span };
        if let ast::ExprKind::Call { callee, args } = &what.kind {
            let call = self.call(callee, args);
            let call = self.new_expr(call, what.span);
            return self.spawn_call(call, word, span);
        }
        let function = self.begin(Nested::Task, word);
        let block = self.body_of(what);
        self.end(block, vec![], None);
        ExprKind::Spawn(function)
    }

    fn spawn_call(&mut self, mut call: Expr, word: Span, span: Span) -> ExprKind {
        if matches!(call.kind, ExprKind::Error) {
            return ExprKind::Error;
        }
        let params = self.params_of(&call.kind);
        let mut lets = vec![];
        let mut operands = operands(&mut call.kind);
        if !operands.iter().all(|(operand, _)| is_simple(operand)) {
            for (operand, at) in operands.iter_mut().filter(|(operand, _)| !is_fixed(operand)) {
                let param = at.and_then(|at| params.get(at));
                self.hide(operand, param, &mut lets);
            }
        }
        let function = self.begin(Nested::Task, word);
        for (operand, _) in operands {
            if let ExprKind::Local(local) = operand.kind {
                self.use_local(local);
            } else if matches!(operand.kind, ExprKind::SelfValue | ExprKind::Dep(_)) {
                self.use_self(operand.span);
            }
        }
        let call_span = call.span;
        let forward = self.new_expr(ExprKind::Forward(Box::new(call)), call_span);
        self.end(Block { stmts: vec![], value: Some(Box::new(forward)), span: call_span }, vec![], None);
        if lets.is_empty() {
            return ExprKind::Spawn(function);
        }
        let value = self.new_expr(ExprKind::Spawn(function), span);
        ExprKind::Block(Block { stmts: lets, value: Some(Box::new(value)), span })
    }

    /// Moves an operand into a hidden variable. Its place is the parameter's, if that is known: messages about its type name it.
    fn hide(&mut self, operand: &mut Expr, param: Option<&Param>, lets: &mut Vec<Stmt>) {
        let (name, ty, at) = param.cloned().unwrap_or_else(|| ("argument".into(), None, operand.span));
        let local = self.bind_hidden(name, Mutability::Fixed, ty, at);
        let variable = self.new_expr(ExprKind::Local(local), operand.span);
        let value = std::mem::replace(operand, variable);
        let span = value.span;
        let pattern = Pattern { id: self.cx.pat_id(), kind: PatternKind::Bind(local), span: at };
        lets.push(Stmt { kind: StmtKind::Let { pattern, ty, value }, span });
    }

    /// The parameters of what is called, as far as that is known before types are.
    fn params_of(&self, call: &ExprKind) -> Vec<Param> {
        let function = if let ExprKind::CallFn { function, .. } = call {
            Some(*function)
        } else if let ExprKind::CallMethod { receiver, name, .. } = call {
            self.service_of(receiver).and_then(|class| self.method(class, name))
        } else {
            None
        };
        let Some(function) = function else { return vec![] };
        let declared = &self.cx.program.fns[function];
        // A function that calls itself: this body has its variables meanwhile.
        let table = if function == self.id { &self.locals } else { &declared.locals };
        let locals = declared.params.iter().map(|param| &table[*param]);
        locals.map(|local| (local.name.clone(), local.ty, local.span)).collect()
    }

    /// The class whose method is called on `self` or on a dependency.
    fn service_of(&self, receiver: &Expr) -> Option<ClassId> {
        let class = self.class()?;
        if let ExprKind::Dep(at) = receiver.kind {
            return self.cx.program.classes[class].deps[at as usize].service();
        }
        matches!(receiver.kind, ExprKind::SelfValue).then_some(class)
    }

    fn method(&self, class: ClassId, name: &str) -> Option<FnId> {
        let program = &self.cx.program;
        program.classes[class].methods.iter().copied().find(|method| &*program.fns[*method].name == name)
    }
}

/// What a call needs before it happens, in order; arguments with their position.
fn operands(call: &mut ExprKind) -> Vec<(&mut Expr, Option<usize>)> {
    let (first, args) = if let ExprKind::CallFn { args, .. } | ExprKind::CallGlobal { args, .. } = call {
        (None, args)
    } else if let ExprKind::CallMethod { receiver: first, args, .. } | ExprKind::CallValue { callee: first, args } =
        call
    {
        (Some(&mut **first), args)
    } else {
        return vec![];
    };
    let args = args.iter_mut().enumerate().map(|(at, arg)| (arg, Some(at)));
    first.into_iter().map(|first| (first, None)).chain(args).collect()
}

/// The same whenever it is evaluated: needs no variable.
fn is_fixed(operand: &Expr) -> bool {
    matches!(
        operand.kind,
        ExprKind::Int(_)
            | ExprKind::Float(_)
            | ExprKind::Bool(_)
            | ExprKind::None
            | ExprKind::Str(_)
            | ExprKind::Unit
            | ExprKind::Duration(_)
            | ExprKind::FnValue(_)
            | ExprKind::SelfValue
            | ExprKind::Dep(_)
            | ExprKind::DepEnd(_)
            | ExprKind::Error
    )
}

/// Cannot change another operand while it is evaluated.
fn is_simple(operand: &Expr) -> bool {
    is_fixed(operand) || matches!(operand.kind, ExprKind::Local(_))
}
