//! Contexts: which functions the parameters of a function are in some of its calls. In: a call in a context. Out: the context of
//! what is called. So `each(names, check)` fails if `check` does, whatever others pass to `each`.

use super::view::{ANY, Context, Node};
use crate::facts::{Call, CallHow, Facts};
use crate::hir::Program;
use crate::ids::{ExprId, FnId, LocalId};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The functions that can be in each parameter.
type Params = BTreeMap<LocalId, BTreeSet<FnId>>;

/// The contexts met so far.
#[derive(Debug)]
pub(super) struct Contexts<'a> {
    program: &'a Program,
    facts: &'a Facts,
    known: RefCell<Vec<Params>>,
}

impl<'a> Contexts<'a> {
    pub(super) fn new(program: &'a Program, facts: &'a Facts) -> Contexts<'a> {
        Contexts { program, facts, known: RefCell::new(vec![Params::new()]) }
    }

    /// The context in which a call calls its callee.
    pub(super) fn callee(&self, caller: Node, call: ExprId, callee: FnId, how: CallHow) -> Context {
        match how {
            CallHow::Direct => self.direct(caller, call),
            // A closure sees the parameters of the function in which it stands.
            CallHow::Value | CallHow::Made | CallHow::Spawned => {
                let same = self.program.outermost(callee) == self.program.outermost(caller.1);
                if same { caller.2 } else { ANY }
            }
        }
    }

    fn direct(&self, caller: Node, call: ExprId) -> Context {
        let Some(passed) = self.facts.passed.get(&call) else { return ANY };
        let params = passed.iter().map(|passed| {
            let own = passed.from.and_then(|from| self.of_param(caller.2, from));
            (passed.param, own.unwrap_or_else(|| passed.functions.clone()))
        });
        self.intern(params.collect())
    }

    fn intern(&self, params: Params) -> Context {
        let mut known = self.known.borrow_mut();
        let found = known.iter().position(|other| *other == params);
        let index = found.unwrap_or_else(|| {
            known.push(params);
            known.len() - 1
        });
        Context(u32::try_from(index).unwrap_or(0))
    }

    fn of_param(&self, context: Context, param: LocalId) -> Option<BTreeSet<FnId>> {
        self.known.borrow()[context.0 as usize].get(&param).cloned()
    }

    /// What a call of a value can call in a context.
    pub(super) fn called(&self, caller: Node, call: ExprId) -> BTreeSet<FnId> {
        let param = self.facts.through.get(&call);
        let own = param.and_then(|param| self.of_param(caller.2, *param));
        own.unwrap_or_else(|| self.facts.called.get(&call).cloned().unwrap_or_default())
    }

    /// Can this call happen in that context?
    pub(super) fn happens(&self, caller: Node, call: &Call) -> bool {
        match call.how {
            CallHow::Value if caller.2 != ANY => self.called(caller, call.expr).contains(&call.callee),
            CallHow::Value | CallHow::Direct | CallHow::Made | CallHow::Spawned => true,
        }
    }
}
