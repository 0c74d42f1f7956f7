//! Which parameters are borrowed. In: a whole program. Out: `Passing` of every parameter. A parameter is owned if it is
//! consumed somewhere (stored, returned, handed to an owned parameter), set, or changed in place; all others are borrowed.
//! Functions that are called by value borrow all of theirs, and a task owns its closure, whatever they do with them.
//! One walk over the call graph, also with recursion: "owned" spreads from callees to the arguments of their callers.

use super::super::flow::{self, Use};
use super::super::{Addressed, Entry, Func, Function, Operand, Passing, Program, Terminator, Type, TypeId};
use crate::ids::{Id, IndexVec};
use std::collections::BTreeMap;

/// A parameter: function and position.
type Param = (Func, usize);

pub(super) fn infer(program: &mut Program) {
    let mut found = Found::default();
    for (id, function) in program.functions.iter_enumerated() {
        found.function(id, function, &program.types);
    }
    let mut owned = std::mem::take(&mut found.owned);
    let mut done = std::collections::BTreeSet::new();
    while let Some(param) = owned.pop() {
        if done.insert(param) {
            owned.extend(found.passed_on.get(&param).into_iter().flatten().copied());
        }
    }
    for (id, function) in program.functions.ids().zip(program.functions.iter_mut()) {
        for (index, (_, passing)) in function.params.iter_mut().enumerate() {
            let owned = match function.entry {
                Entry::Direct => done.contains(&(id, index)),
                Entry::Value => false,
                Entry::Task => true,
            };
            *passing = if owned { Passing::Owned } else { Passing::Borrowed };
        }
    }
}

#[derive(Default)]
struct Found {
    /// Owned for a reason of their own.
    owned: Vec<Param>,
    /// Callee's parameter → the callers' parameters that are passed to it.
    passed_on: BTreeMap<Param, Vec<Param>>,
}

impl Found {
    fn function(&mut self, id: Func, function: &Function, types: &IndexVec<TypeId, Type>) {
        let mut position: Vec<Option<usize>> = vec![None; function.locals.len()];
        // What is fixed by the way of entering takes no part.
        let open = function.params.iter().enumerate().filter(|_| function.entry == Entry::Direct);
        for (index, (local, _)) in open {
            let decl = &function.locals[*local];
            if types[decl.ty].is_counted() {
                position[local.index()] = Some(index);
                if decl.addressed != Addressed::No {
                    self.owned.push((id, index));
                }
            }
        }
        let param = |operand: &Operand| match operand {
            Operand::Copy(local) | Operand::Move(local) => position[local.index()].map(|index| (id, index)),
            Operand::Const(_) => None,
        };
        for block in function.blocks.iter() {
            for inst in &block.insts {
                let set = flow::dests(inst).into_iter().flatten().filter_map(|dest| position[dest.index()]);
                self.owned.extend(set.map(|index| (id, index)));
                flow::inst_operands(inst, &mut |operand, how| {
                    if how == Use::Owned {
                        self.owned.extend(param(operand));
                    }
                });
            }
            self.end(&block.end, &param);
        }
    }

    fn end(&mut self, end: &Terminator, param: &dyn Fn(&Operand) -> Option<Param>) {
        if let Terminator::Call { function, args, .. } = end {
            for (index, arg) in args.iter().enumerate() {
                if let Some(passed) = param(arg) {
                    self.passed_on.entry((*function, index)).or_default().push(passed);
                }
            }
            return;
        }
        flow::end_operands(end, &|_, _| Use::Borrowed, &mut |operand, how| {
            if how == Use::Owned {
                self.owned.extend(param(operand));
            }
        });
    }
}
