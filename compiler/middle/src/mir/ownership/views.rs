//! Views: locals that show a part of something which holds that part as long as they are used, so that they need no count. In: a
//! function before the ownership pass. Out: its locals with [`Holds::View`], and the roots that have to live as long as they do.
//!
//! A view is set once, by reading a part of something, and never consumed. What it is read from decides:
//! - a local that is set once and never changed, as most are: nobody can change what it holds. A parameter that the caller keeps is
//!   such a root at no cost; a local that is owned lives longer by its views, so it is one only if nobody can tell (it holds no
//!   ends of channels) and if no part of it is taken out with a count, to be changed in place as soon as the rest is gone;
//! - a variable, a service's field, or what a reference points to: only as far as no instruction could change anything (`quiet`).

mod quiet;
mod survey;

use super::super::{Addressed, Function, Holds, Local, Passing, Type, TypeId};
use super::passing_of;
use crate::ids::{Id, IndexVec};
use crate::layout::held;
use survey::{Base, Part, Survey};

pub(super) fn find(
    function: &mut Function,
    types: &IndexVec<TypeId, Type>,
    with_handles: &IndexVec<TypeId, bool>,
    passings: &[Vec<Passing>],
) {
    let survey = Survey::of(function, types, &|callee, index| passing_of(passings, callee, index));
    if survey.parts.is_empty() {
        return;
    }
    let is_view = vec![false; function.locals.len()];
    let mut views = Views { function, types, with_handles, is_view, survey: &survey };
    views.settle();
    let found: Vec<(Local, Option<super::super::Root>)> = survey
        .parts
        .keys()
        .filter(|local| views.is(**local))
        .map(|local| (*local, views.root(*local).local().map(super::super::Root::one)))
        .collect();
    for (local, root) in found {
        function.locals[local].holds = Holds::View;
        function.locals[local].root = root;
    }
}

struct Views<'a> {
    function: &'a Function,
    types: &'a IndexVec<TypeId, Type>,
    with_handles: &'a IndexVec<TypeId, bool>,
    survey: &'a Survey,
    /// By local: a view, as far as is known yet.
    is_view: Vec<bool>,
}

/// What holds what a view shows.
#[derive(Clone, Copy)]
enum Root {
    /// A local that never changes.
    Fixed(Local),
    /// Something that may change; if it is a local or lies in one, which.
    Open(Option<Local>),
}

impl Root {
    fn local(self) -> Option<Local> {
        match self {
            Root::Fixed(local) => Some(local),
            Root::Open(local) => local,
        }
    }
}

impl Views<'_> {
    /// Begins with all that may be views, and takes away those that cannot be, until nothing changes. Forwards, since what a part is
    /// read from is looked at before it: a local that is no view is a root that never changes, where a view has one further away.
    fn settle(&mut self) {
        let survey = self.survey;
        for (local, part) in &survey.parts {
            self.is_view[local.index()] = part.is_candidate(self.function, self.types);
        }
        for (local, _) in survey.parts.iter().filter(|(local, _)| !self.is_view[local.index()]).collect::<Vec<_>>() {
            self.is_none(*local);
        }
        let mut changed = true;
        while changed {
            changed = false;
            let taken_apart = self.taken_apart();
            for (local, part) in &survey.parts {
                if self.is(*local) && !self.holds(*local, part, &taken_apart) {
                    self.is_none(*local);
                    changed = true;
                }
            }
        }
    }

    /// This is no view, and so is nothing that has it as another name.
    fn is_none(&mut self, mut local: Local) {
        loop {
            self.is_view[local.index()] = false;
            let part = &self.survey.parts[&local];
            match part.base {
                Base::Local(of) if part.is_other_name() && self.is(of) => local = of,
                Base::Local(_) | Base::Service => return,
            }
        }
    }

    fn is(&self, local: Local) -> bool {
        self.is_view[local.index()]
    }

    /// Can this be a view, if the others are?
    fn holds(&self, local: Local, part: &Part, taken_apart: &[bool]) -> bool {
        if part.is_other_name() && !matches!(part.base, Base::Local(of) if self.is(of)) {
            return false;
        }
        match self.root(local) {
            Root::Fixed(root) if self.is_kept(root) || self.may_live_longer(root, taken_apart) => true,
            Root::Fixed(root) => quiet::until_last_use(self.function, self.survey, local, part, Some(root)),
            Root::Open(root) => quiet::until_last_use(self.function, self.survey, local, part, root),
        }
    }

    /// The locals of which a part gets a count of its own.
    fn taken_apart(&self) -> Vec<bool> {
        let mut taken_apart = vec![false; self.function.locals.len()];
        let counted = self.survey.parts.iter().filter(|(local, _)| !self.is(**local));
        for (_, part) in counted.filter(|(_, part)| !part.is_other_name()) {
            if let Some(root) = self.root_of(part.base).local() {
                taken_apart[root.index()] = true;
            }
        }
        taken_apart
    }

    fn root(&self, view: Local) -> Root {
        self.root_of(self.survey.parts[&view].base)
    }

    fn root_of(&self, mut base: Base) -> Root {
        loop {
            let Base::Local(local) = base else { return Root::Open(None) };
            if self.is(local) {
                base = self.survey.parts[&local].base;
                continue;
            }
            let decl = &self.function.locals[local];
            let counted = |local: Local| self.types[self.function.locals[local].ty].is_counted();
            return match (counted(local), decl.addressed) {
                (true, Addressed::No) if self.survey.sets[local] == 1 => Root::Fixed(local),
                (true, Addressed::No | Addressed::Yes | Addressed::Behind) => Root::Open(Some(local)),
                // A reference: into a local, or not.
                (false, _) => Root::Open(decl.root.map(|root| root.first).filter(|root| counted(*root))),
            };
        }
    }

    fn may_live_longer(&self, root: Local, taken_apart: &[bool]) -> bool {
        !taken_apart[root.index()] && !self.with_handles[self.function.locals[root].ty]
    }

    /// Does the caller keep it?
    fn is_kept(&self, local: Local) -> bool {
        self.function.params.iter().any(|(param, passing)| *param == local && *passing == Passing::Borrowed)
    }
}

impl Part {
    fn is_candidate(&self, function: &Function, types: &IndexVec<TypeId, Type>) -> bool {
        let decl = &function.locals[self.local];
        let counted = types[decl.ty].is_counted() && types[decl.ty] != Type::Status;
        counted && decl.addressed == Addressed::No && decl.root.is_none() && self.sets == 1 && !self.consumed
    }
}

/// By type: can a value of it hold an end of a channel, a task, or what a closure captured? When those are dropped shows.
pub(super) fn types_with_handles(types: &IndexVec<TypeId, Type>) -> IndexVec<TypeId, bool> {
    let mut found = IndexVec::filled(false, types.len());
    let mut changed = true;
    while changed {
        changed = false;
        for (id, ty) in types.iter_enumerated() {
            if !found[id] && holds_handles(ty, &|part| found[part]) {
                found[id] = true;
                changed = true;
            }
        }
    }
    found
}

fn holds_handles(ty: &Type, of: &dyn Fn(TypeId) -> bool) -> bool {
    let is_one =
        matches!(ty, Type::Holder { .. } | Type::Fn { .. } | Type::Closure { .. } | Type::AnyError | Type::Status);
    is_one || held(ty).into_iter().any(of)
}
