//! What is computed: keys that are equal if two steps give the same as long as nothing changes in between. In: instructions and ends
//! of blocks. Out: the local that gets it, and its key.

use super::super::{Checked, Const, Inst, Local, Operand, Terminator};
use super::Cx;

/// Something computed. Bases are before indices.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Key {
    /// `RefLocal`.
    AddressOf(Local),
    /// `RefServiceField`.
    InService(Operand, u32),
    /// `RefField`.
    InField(Operand, u32),
    /// `RefIndex`, `RefElement`.
    InElement(Operand, Operand),
    /// `Load`.
    Behind(Operand),
    /// `Field`.
    Field(Operand, u32),
    /// `ServiceField`.
    OfService(Operand, u32),
    /// `ElementAt`, and `Index` of an array, of which it is a whole element.
    Element(Operand, Operand, u32),
    /// `Index` of a map.
    Entry(Operand, Operand),
    /// `Len`.
    Len(Operand),
    /// `Checked`.
    Sum(Checked, Operand, Option<Operand>),
}

impl Key {
    /// That of an instruction, if it has one.
    pub(super) fn of(inst: &Inst, cx: &Cx<'_>) -> Option<(Local, Key)> {
        let (dest, key) = if let Inst::RefLocal { dest, local } = inst {
            (dest, Key::AddressOf(*local))
        } else if let Inst::RefServiceField { dest, service, index } = inst {
            (dest, Key::InService(service.clone(), *index))
        } else if let Inst::RefField { dest, base, index } = inst {
            (dest, Key::InField(base.clone(), *index))
        } else if let Inst::RefElement { dest, base, index } = inst {
            (dest, Key::InElement(base.clone(), index.clone()))
        } else if let Inst::Load { dest, from } = inst {
            (dest, Key::Behind(from.clone()))
        } else if let Inst::Field { dest, base, index } = inst {
            (dest, Key::Field(base.clone(), *index))
        } else if let Inst::ServiceField { dest, service, index } = inst {
            (dest, Key::OfService(service.clone(), *index))
        } else if let Inst::ElementAt { dest, array, index, part } = inst {
            (dest, Key::Element(array.clone(), index.clone(), *part))
        } else if let Inst::Len { dest, base } = inst {
            (dest, Key::Len(base.clone()))
        } else {
            return None;
        };
        key.is_sound(cx).then_some((*dest, key))
    }

    /// That of the end of a block.
    pub(super) fn at_end(end: &Terminator, cx: &Cx<'_>) -> Option<(Local, Key)> {
        let (dest, key) = if let Terminator::RefIndex { dest, base, index, .. } = end {
            (dest, Key::InElement(base.clone(), index.clone()))
        } else if let Terminator::Index { dest, base: base @ Operand::Copy(local), index, .. } = end {
            let (base, index) = (base.clone(), index.clone());
            let is_array = cx.is_array(cx.locals[*local].ty);
            (dest, if is_array { Key::Element(base, index, 0) } else { Key::Entry(base, index) })
        } else if let Terminator::Checked { dest, op, left, right, .. } = end {
            (dest, Key::Sum(*op, left.clone(), right.clone()))
        } else {
            return None;
        };
        key.is_sound(cx).then_some((*dest, key))
    }

    /// Does what it gives depend on what the local holds?
    pub(super) fn reads(&self, local: Local) -> bool {
        let (base, index) = self.parts();
        let reads = |part: Option<&Operand>| part == Some(&Operand::Copy(local));
        reads(base) || reads(index) || *self == Key::AddressOf(local)
    }

    /// Is it said by its parts what it is? What is in memory may change unseen: only a value with a count is looked at there,
    /// since all that changes it is (`effect`). Floats may be equal and yet differ (0.0 and -0.0).
    fn is_sound(&self, cx: &Cx<'_>) -> bool {
        let (base, index) = self.parts();
        let is_plain = |part: &Operand| match part {
            Operand::Copy(local) => !cx.in_memory(*local),
            Operand::Move(_) | Operand::Const(Const::Float(_)) => false,
            Operand::Const(Const::Unit | Const::Int(_) | Const::Str(_) | Const::Null | Const::Service(_)) => true,
        };
        let holds = |part: &Operand| matches!(part, Operand::Copy(local) if cx.is_counted(*local));
        base.is_none_or(|base| is_plain(base) || holds(base)) && index.is_none_or(is_plain)
    }

    fn parts(&self) -> (Option<&Operand>, Option<&Operand>) {
        match self {
            Key::AddressOf(_) => (None, None),
            Key::InService(base, _)
            | Key::OfService(base, _)
            | Key::InField(base, _)
            | Key::Behind(base)
            | Key::Field(base, _)
            | Key::Len(base) => (Some(base), None),
            Key::InElement(base, index) | Key::Element(base, index, _) | Key::Entry(base, index) => {
                (Some(base), Some(index))
            }
            Key::Sum(_, left, right) => (Some(left), right.as_ref()),
        }
    }
}
