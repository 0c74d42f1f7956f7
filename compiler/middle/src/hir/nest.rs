//! Functions that stand in others: closures and the bodies of tasks. In: one of them. Out: the function, and the class, around it.

use super::{ClassId, FnKind, Program};
use crate::ids::FnId;

impl Program {
    /// The function that a closure or task stands in directly.
    #[must_use]
    pub fn parent(&self, function: FnId) -> Option<FnId> {
        match self.fns[function].kind {
            FnKind::Closure(parent) | FnKind::Task(parent) => Some(parent),
            FnKind::Free | FnKind::Method(_) | FnKind::Test | FnKind::Const | FnKind::Default => None,
        }
    }

    /// The outermost function around a closure or task; of any other function that function itself.
    #[must_use]
    pub fn outermost(&self, function: FnId) -> FnId {
        let mut at = function;
        while let Some(parent) = self.parent(at) {
            at = parent;
        }
        at
    }

    /// The class whose `self` a function, or a closure or task in it, sees.
    #[must_use]
    pub fn class_of(&self, function: FnId) -> Option<ClassId> {
        match self.fns[self.outermost(function)].kind {
            FnKind::Method(class) => Some(class),
            FnKind::Free | FnKind::Test | FnKind::Const | FnKind::Default | FnKind::Closure(_) | FnKind::Task(_) => {
                None
            }
        }
    }
}
