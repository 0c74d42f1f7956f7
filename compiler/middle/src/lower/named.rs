//! Names for places: what `mut x` in a pattern binds. In: a pattern and the place that it is matched against. Out: tests of what is
//! there, and names. A name stands for its place wherever it is used, so what is changed through it is changed where it lies:
//! nothing is taken out, nothing has to be put back at any end of the block, and nobody else gets a count of it.

use super::body::{Body, int};
use super::place::{Place, Root, Step, StepKind};
use crate::builtin::Method;
use crate::hir::{Expr, ExprKind, Pattern, PatternKind};
use crate::ids::{LocalId, TyId};
use crate::mir::{Block, Inst, Op2, Operand, Terminator, Type, TypeId};
use crate::ty::{Ty, TyTable};
use crate::types::Callee;

/// What a pattern with names for places is matched against.
pub(super) struct Subject {
    pub(super) place: Place,
    /// Its type; of an entry, that of the call.
    ty: TyId,
    /// `m.get(k)` and the like: `place` is that of the entry, if there is one.
    entry: Option<Entry>,
}

/// An entry that may be there.
struct Entry {
    method: Method,
    /// What has it, and the type of that.
    container: Place,
    receiver: TypeId,
    /// The key or index, if one is given.
    key: Option<Operand>,
}

impl Body<'_, '_> {
    /// The value of a variable, or of the place that it names.
    pub(super) fn variable(&mut self, var: LocalId) -> Operand {
        match self.named.get(&var).cloned() {
            Some(place) => self.read(&place),
            None => Operand::Copy(self.var(var)),
        }
    }

    /// What is at a place.
    pub(super) fn read(&mut self, place: &Place) -> Operand {
        let mut value = match &place.root {
            Root::Local(local) => Operand::Copy(*local),
            Root::Reference(local) => self.load(*local),
            Root::Service { service, index, ty } => {
                let (service, index) = (service.clone(), *index);
                self.emit(*ty, |dest| Inst::ServiceField { dest, service, index })
            }
        };
        for step in &place.steps {
            value = self.read_part(value, step);
        }
        value
    }

    fn load(&mut self, reference: crate::mir::Local) -> Operand {
        let ty = self.local_ty(reference);
        let Type::Ref(inner) = *self.cx.table.get(ty) else { unreachable!("the root of a place is a reference") };
        let dest = self.local(inner, "".into());
        self.push(Inst::Load { dest, from: Operand::Copy(reference) });
        Operand::Copy(dest)
    }

    fn read_part(&mut self, base: Operand, step: &Step) -> Operand {
        let ty = step.ty;
        match &step.kind {
            StepKind::Field(index) => self.emit(ty, |dest| Inst::Field { dest, base, index: *index }),
            StepKind::Payload { variant, index } => {
                self.emit(ty, |dest| Inst::VariantField { dest, base, variant: *variant, index: *index })
            }
            StepKind::Inside => self.emit(ty, |dest| Inst::Unwrap { dest, base }),
            StepKind::Element { at, .. } => {
                let index = at.clone();
                self.emit(ty, |dest| Inst::ElementAt { dest, array: base, index, part: 0 })
            }
            StepKind::Index { key, site } => {
                let (index, site) = (key.clone(), *site);
                self.faulting(ty, |dest, then, on_fail| Terminator::Index { dest, base, index, then, on_fail, site })
            }
            StepKind::OrInsert { .. } => unreachable!("`anchored` has put it in"),
        }
    }

    /// A place that stays the same as long as a name for it lasts: entries of `or_insert` are put in once, and then found.
    pub(super) fn anchored(&mut self, expr: &Expr) -> Place {
        let mut place = self.place(expr);
        if place.steps.iter().any(|step| matches!(step.kind, StepKind::OrInsert { .. })) {
            self.reference(&place);
            let site = self.site(expr.span);
            for step in &mut place.steps {
                if let StepKind::OrInsert { key, .. } = &step.kind {
                    step.kind = StepKind::Index { key: key.clone(), site };
                }
            }
        }
        place
    }

    /// The subject of patterns of which one names a place.
    pub(super) fn subject(&mut self, expr: &Expr) -> Subject {
        let ty = self.ty(expr);
        let ExprKind::CallMethod { receiver, args, .. } = &expr.kind else {
            return Subject { place: self.anchored(expr), ty, entry: None };
        };
        let method = match self.cx.types.methods.get(&expr.id) {
            Some(Callee::Builtin(method)) if method.gives_entry() => *method,
            Some(_) | None => return Subject { place: self.anchored(expr), ty, entry: None },
        };
        let container = self.anchored(receiver);
        let key = args.first().map(|key| self.settled_expr(key));
        let receiver = self.ty(receiver);
        let receiver = self.mir_ty(receiver);
        let at = match (&key, method) {
            (Some(key), _) => key.clone(),
            (None, Method::ArrayLast) => self.last_of(&container),
            (None, _) => int(0),
        };
        let site = self.site(expr.span);
        let inner = if let Ty::Nullable(inner) = self.get(ty) { *inner } else { ty };
        let place = container.part(StepKind::Index { key: at, site }, inner);
        Subject { place, ty, entry: Some(Entry { method, container, receiver, key }) }
    }

    /// Goes on if there is such an entry. Of a map it is only asked for: a value in a box would be made for nothing.
    fn has_entry(&mut self, entry: &Entry, ty: TyId, otherwise: Block) {
        if entry.method != Method::MapGet {
            let found = self.entry_value(entry, entry.method, ty);
            self.some(found, otherwise);
            return;
        }
        let found = self.entry_value(entry, Method::MapContains, TyTable::BOOL);
        self.unless(found, otherwise);
    }

    fn entry_value(&mut self, entry: &Entry, method: Method, ty: TyId) -> Operand {
        let base = self.read(&entry.container);
        let args = std::iter::once(base).chain(entry.key.clone()).collect();
        let receiver = entry.receiver;
        self.emit(ty, |dest| Inst::Builtin { dest, method, receiver, args })
    }

    fn last_of(&mut self, array: &Place) -> Operand {
        let base = self.read(array);
        let len = self.emit(TyTable::INT, |dest| Inst::Len { dest, base });
        self.op2(Op2::WrappingSub, len, int(1), TyTable::INT)
    }

    /// The value of a subject, which changes no more.
    pub(super) fn value_of(&mut self, subject: &Subject) -> Operand {
        if let Some(entry) = &subject.entry {
            return self.entry_value(entry, entry.method, subject.ty);
        }
        let value = self.read(&subject.place);
        let value = self.settled(value);
        self.in_local(value, subject.ty)
    }

    /// Goes on if the pattern matches, with its names, and to `otherwise` if not.
    pub(super) fn matches_subject(&mut self, pattern: &Pattern, subject: &Subject, otherwise: Block) {
        let (PatternKind::Some(inside), Some(entry)) = (&pattern.kind, &subject.entry) else {
            if pattern.binds_place() {
                return self.matches_place(pattern, &subject.place, subject.ty, otherwise);
            }
            let value = self.value_of(subject);
            return self.matches(pattern, value, subject.ty, otherwise);
        };
        self.has_entry(entry, subject.ty, otherwise);
        let inner = self.cx.types.patterns[inside.id];
        self.matches_place(inside, &subject.place, inner, otherwise);
    }

    /// The same for a place. What is there is read again for each test, so it is never held longer than that.
    pub(super) fn matches_place(&mut self, pattern: &Pattern, place: &Place, ty: TyId, otherwise: Block) {
        if let PatternKind::Place(var) = pattern.kind {
            self.named.insert(var, place.clone());
            return;
        }
        if !pattern.binds_place() {
            let value = self.read(place);
            let value = self.settled(value);
            let value = self.in_local(value, ty);
            return self.matches(pattern, value, ty, otherwise);
        }
        match &pattern.kind {
            PatternKind::Class { fields, .. } => self.fields_of_place(place, fields, otherwise),
            PatternKind::Tuple(parts) => {
                for (index, part) in (0..).zip(parts) {
                    self.part_of_place(part, place, StepKind::Field(index), otherwise);
                }
            }
            PatternKind::Variant { variant, fields, .. } => {
                let value = self.read(place);
                self.is_variant(value, *variant, ty, otherwise);
                self.payload_of_place(place, *variant, fields, otherwise);
            }
            PatternKind::Some(inside) => {
                let value = self.read(place);
                self.some(value, otherwise);
                self.part_of_place(inside, place, StepKind::Inside, otherwise);
            }
            PatternKind::Wild
            | PatternKind::Bind(_)
            | PatternKind::Place(_)
            | PatternKind::Literal(_)
            | PatternKind::Range { .. }
            | PatternKind::ErrorValue { .. }
            | PatternKind::Or(_)
            | PatternKind::None => unreachable!("`resolve` and `check` let no place be named here"),
        }
    }

    fn fields_of_place(&mut self, place: &Place, fields: &[(u32, Pattern)], otherwise: Block) {
        for (index, field) in fields {
            self.part_of_place(field, place, StepKind::Field(*index), otherwise);
        }
    }

    /// Patterns against the fields of a variant whose tag was tested.
    pub(super) fn payload_of_place(
        &mut self,
        place: &Place,
        variant: u32,
        fields: &[(u32, Pattern)],
        otherwise: Block,
    ) {
        for (index, field) in fields {
            self.part_of_place(field, place, StepKind::Payload { variant, index: *index }, otherwise);
        }
    }

    fn part_of_place(&mut self, pattern: &Pattern, place: &Place, kind: StepKind, otherwise: Block) {
        if matches!(pattern.kind, PatternKind::Wild) {
            return;
        }
        let ty = self.cx.types.patterns[pattern.id];
        self.matches_place(pattern, &place.part(kind, ty), ty, otherwise);
    }
}
