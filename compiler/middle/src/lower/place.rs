//! Places: what can be assigned and changed. In: an expression that names a place. Out: first its parts (indices and keys are
//! evaluated), later a reference to it; between the two, arguments are evaluated. So nothing happens while a reference lives.

use super::body::{Body, This};
use crate::builtin::Method;
use crate::hir::{Expr, ExprKind};
use crate::ids::TyId;
use crate::mir::{Inst, Local, Operand, Site, Terminator};
use crate::types::Callee;

/// A place whose parts are evaluated.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) root: Root,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone)]
pub(super) enum Root {
    /// A variable with its type.
    Local(Local),
    /// What `mut self` points to.
    Reference(Local),
    /// A field of the service.
    Service { service: Operand, index: u32, ty: TyId },
}

#[derive(Clone)]
pub(super) struct Step {
    pub(super) kind: StepKind,
    /// The type of the place behind it.
    pub(super) ty: TyId,
}

#[derive(Clone)]
pub(super) enum StepKind {
    Field(u32),
    Index {
        key: Operand,
        site: Site,
    },
    OrInsert {
        key: Operand,
        value: Operand,
    },
    /// An element at a position that is in range.
    Element {
        at: Operand,
        site: Site,
    },
    /// A field of a variant that it is known to be.
    Payload {
        variant: u32,
        index: u32,
    },
    /// The inside of a nullable value that is known not to be `none`.
    Inside,
}

impl Place {
    /// A part of it.
    pub(super) fn part(&self, kind: StepKind, ty: TyId) -> Place {
        let mut part = self.clone();
        part.steps.push(Step { kind, ty });
        part
    }

    /// The variable, if the whole place is one.
    pub(super) fn whole_local(&self) -> Option<Local> {
        match &self.root {
            Root::Local(local) if self.steps.is_empty() => Some(*local),
            Root::Local(_) | Root::Reference(_) | Root::Service { .. } => None,
        }
    }

    /// The variable in which the place lies.
    pub(super) fn root_local(&self) -> Option<Local> {
        match &self.root {
            Root::Local(local) => Some(*local),
            Root::Reference(_) | Root::Service { .. } => None,
        }
    }
}

impl Body<'_, '_> {
    /// Evaluates the parts of a place.
    pub(super) fn place(&mut self, expr: &Expr) -> Place {
        let ty = self.cx.types.exprs[expr.id];
        if let ExprKind::Local(var) = &expr.kind {
            if let Some(named) = self.named.get(var) {
                return named.clone();
            }
            return Place { root: Root::Local(self.var(*var)), steps: Vec::new() };
        }
        if let (ExprKind::SelfValue, This::Reference(local)) = (&expr.kind, self.this.clone()) {
            return Place { root: Root::Reference(local), steps: Vec::new() };
        }
        if let ExprKind::Field { base, .. } = &expr.kind {
            let index = self.cx.types.fields[&expr.id];
            if let (ExprKind::SelfValue, This::Service(service)) = (&base.kind, self.this.clone()) {
                assert!(!self.in_task, "`check` lets no task use a field of its service: it has not the lock");
                return Place { root: Root::Service { service, index, ty }, steps: Vec::new() };
            }
            return self.place_in(base, ty, |_| StepKind::Field(index));
        }
        if let ExprKind::Index { base, index } = &expr.kind {
            let site = self.site(expr.span);
            return self.place_in(base, ty, |body| StepKind::Index { key: body.settled_expr(index), site });
        }
        if let ExprKind::CallMethod { receiver, args, .. } = &expr.kind
            && let [key, value] = args.as_slice()
            && self.cx.types.methods.get(&expr.id) == Some(&Callee::Builtin(Method::MapOrInsert))
        {
            return self.place_in(receiver, ty, |body| {
                let key = body.settled_expr(key);
                StepKind::OrInsert { key, value: body.settled_expr(value) }
            });
        }
        self.place_of_value(expr)
    }

    fn place_in(&mut self, base: &Expr, ty: TyId, step: impl FnOnce(&mut Self) -> StepKind) -> Place {
        let mut place = self.place(base);
        let kind = step(self);
        place.steps.push(Step { kind, ty });
        place
    }

    /// A value that is nowhere yet, in a new local.
    fn place_of_value(&mut self, expr: &Expr) -> Place {
        let ty = self.ty(expr);
        let value = self.expr(expr);
        let local = self.temp(ty);
        self.assign(local, value);
        Place { root: Root::Local(local), steps: Vec::new() }
    }

    pub(super) fn settled_expr(&mut self, expr: &Expr) -> Operand {
        let value = self.expr(expr);
        self.settled(value)
    }

    /// Makes arguments independent of the place that is about to change: one that is the place's own variable holds a count of
    /// its own before the place is made unique.
    pub(super) fn apart_from(&mut self, place: &Place, args: &mut [Operand]) {
        for arg in args {
            if let Operand::Copy(local) = arg
                && place.root_local() == Some(*local)
            {
                *arg = self.copied(*local);
            }
        }
    }

    /// The place's address.
    pub(super) fn reference(&mut self, place: &Place) -> Local {
        let root = place.root_local();
        let mut at = match &place.root {
            Root::Local(local) => {
                let local = *local;
                self.keep_in_memory(local);
                let ty = self.local_ty(local);
                let dest = self.reference_to(ty, root);
                self.push(Inst::RefLocal { dest, local });
                dest
            }
            Root::Reference(local) => *local,
            Root::Service { service, index, ty } => {
                let ty = self.mir_ty(*ty);
                let dest = self.reference_to(ty, None);
                self.push(Inst::RefServiceField { dest, service: service.clone(), index: *index });
                dest
            }
        };
        for step in &place.steps {
            let ty = self.mir_ty(step.ty);
            let dest = self.reference_to(ty, root);
            let base = Operand::Copy(at);
            match &step.kind {
                StepKind::Field(index) => self.push(Inst::RefField { dest, base, index: *index }),
                StepKind::OrInsert { key, value } => {
                    let (key, value) = (key.clone(), value.clone());
                    self.push(Inst::RefOrInsert { dest, map: base, key, value });
                }
                StepKind::Payload { variant, index } => {
                    self.push(Inst::RefVariantField { dest, base, variant: *variant, index: *index });
                }
                StepKind::Inside => self.push(Inst::RefInside { dest, base }),
                StepKind::Index { key, site } | StepKind::Element { at: key, site } => {
                    let (index, site) = (key.clone(), *site);
                    let on_fail = self.on_fail();
                    let then = self.block();
                    self.end(Terminator::RefIndex { dest, base, index, then, on_fail, site });
                    self.go_on(then);
                }
            }
            at = dest;
        }
        at
    }
}
