//! Makes ownership explicit. In: MIR from `lower`, in which every operand is `Copy`. Out: the same with `Move`, `Dup` and `Drop`,
//! so that every counted local is consumed exactly once on each path, and parameters borrowed where that is enough.
//!
//! The rule: a local owns its value exactly where it is live. So a value is dropped right after its last use (or on the edge
//! on which it dies), and what was never set is never dropped, since nothing is live before it is set.

mod edges;
mod liveness;
mod passing;
mod rewrite;
mod views;

use super::flow::{self, Use};
use super::{Func, Function, Holds, Inst, Local, Operand, Passing, Program, Root, Terminator, Type, TypeId};
use crate::ids::{Id, IndexVec};

/// Runs the pass on all functions.
pub fn own(program: &mut Program) {
    passing::infer(program);
    let passings: Vec<Vec<Passing>> = program
        .functions
        .iter()
        .map(|function| function.params.iter().map(|(_, passing)| *passing).collect())
        .collect();
    let types = &program.types;
    let with_handles = views::types_with_handles(types);
    for function in program.functions.iter_mut() {
        views::find(function, types, &with_handles, &passings);
        own_function(function, types, &passings);
    }
}

/// The locals that may be read before they are set, whatever their type; none but parameters in sound MIR.
pub(super) fn live_at_entry(function: &Function) -> Vec<Local> {
    let roles = Roles { roles: vec![Role::Owned; function.locals.len()], passings: &[] };
    let mut live = liveness::compute(function, &roles).at_start;
    std::mem::take(&mut live[super::Block::from_index(0)])
}

fn own_function(function: &mut Function, types: &IndexVec<TypeId, Type>, passings: &[Vec<Passing>]) {
    let roles = Roles::new(function, types, passings);
    let live = liveness::compute(function, &roles);
    let dying = rewrite::blocks(function, &roles, &live);
    edges::place(function, dying, &live);
}

/// How each argument of each function is taken.
fn passing_of(passings: &[Vec<Passing>], function: Func, index: usize) -> Use {
    match passings.get(function.index()).and_then(|params| params.get(index)) {
        Some(Passing::Owned) => Use::Owned,
        Some(Passing::Borrowed) | None => Use::Borrowed,
    }
}

/// What the pass has to know about a function's locals.
struct Roles<'p> {
    /// By local: how uses of it count.
    roles: Vec<Role>,
    passings: &'p [Vec<Passing>],
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// Uncounted: never looked at.
    Plain,
    /// Counted, and owned here.
    Owned,
    /// A counted parameter that the caller keeps.
    Kept,
    /// A reference or view; its uses are uses of these locals, as far as they are owned.
    Into(Root),
}

impl<'p> Roles<'p> {
    fn new(function: &Function, types: &IndexVec<TypeId, Type>, passings: &'p [Vec<Passing>]) -> Roles<'p> {
        let counted = |local: Local| {
            let decl = &function.locals[local];
            decl.holds == Holds::Count && types[decl.ty].is_counted()
        };
        let role = |local: Local| match (counted(local), function.locals[local].root) {
            (true, _) => Role::Owned,
            (false, Some(root)) if root.locals().any(counted) => Role::Into(root),
            (false, Some(_) | None) => Role::Plain,
        };
        let mut roles: Vec<Role> = function.locals.ids().map(role).collect();
        for (local, passing) in &function.params {
            if *passing == Passing::Borrowed && roles[local.index()] == Role::Owned {
                roles[local.index()] = Role::Kept;
            }
        }
        Roles { roles, passings }
    }

    fn role(&self, local: Local) -> Role {
        self.roles[local.index()]
    }

    /// Is it counted, here or by the caller?
    fn counts(&self, local: Local) -> bool {
        matches!(self.role(local), Role::Owned | Role::Kept)
    }

    fn is_owned(&self, local: Local) -> bool {
        self.role(local) == Role::Owned
    }

    /// The owned locals that an instruction uses, and how.
    fn inst_uses(&self, inst: &Inst, see: &mut dyn FnMut(Local, Use)) {
        if let Inst::RefLocal { local, .. } = inst {
            self.seen(*local, Use::Borrowed, see);
        }
        flow::inst_operands(inst, &mut |operand, how| self.operand(operand, how, see));
    }

    /// The same for a terminator.
    fn end_uses(&self, end: &Terminator, see: &mut dyn FnMut(Local, Use)) {
        let passing = |function, index| passing_of(self.passings, function, index);
        flow::end_operands(end, &passing, &mut |operand, how| self.operand(operand, how, see));
    }

    fn operand(&self, operand: &Operand, how: Use, see: &mut dyn FnMut(Local, Use)) {
        match operand {
            Operand::Copy(local) | Operand::Move(local) => self.seen(*local, how, see),
            Operand::Const(_) => {}
        }
    }

    fn seen(&self, local: Local, how: Use, see: &mut dyn FnMut(Local, Use)) {
        match self.role(local) {
            Role::Plain => {}
            Role::Owned | Role::Kept => see(local, how),
            Role::Into(root) => {
                root.locals().filter(|local| self.counts(*local)).for_each(|local| see(local, Use::Borrowed))
            }
        }
    }
}
