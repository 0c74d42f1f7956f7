//! What is known at a place of a function. In: what is computed there, and what is changed. Out: the locals that hold it already.

use super::super::{Holds, Local, Operand, Type};
use super::Cx;
use super::effect::Effect;
use super::key::Key;

/// More is not kept, so that long functions take no longer than their length: the oldest goes first.
const MOST: usize = 64;

/// What is known.
#[derive(Clone, Default)]
pub(super) struct Known {
    values: Vec<(Key, Local, Kind)>,
    in_range: Vec<Spot>,
}

/// What a local holds, as far as it matters for how long that is true.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An address. All objects on the way are unique.
    Reference,
    /// A part that something else holds, or how long it is.
    View,
    /// A word that was read somewhere.
    Word,
    /// A number that follows from others.
    Number,
}

/// An element of an array, of which it matters only whether it is there.
#[derive(Clone, PartialEq)]
pub(super) struct Spot {
    array: Array,
    index: Operand,
}

/// How an array is found.
#[derive(Clone, Copy, PartialEq)]
enum Array {
    /// What a local holds or shows.
    In(Local),
    /// What is where a reference points.
    At(Local),
}

impl Known {
    /// The local that holds this and will do.
    pub(super) fn find(&self, key: &Key, will_do: impl Fn(Local) -> bool) -> Option<Local> {
        let found = self.values.iter().find(|(known, local, _)| known == key && will_do(*local));
        found.map(|(_, local, _)| *local)
    }

    /// From here on a local holds this.
    pub(super) fn note(&mut self, key: Key, local: Local, cx: &Cx<'_>) {
        if !cx.may_stand_in(local) || key.reads(local) {
            return;
        }
        let kind = kind(&key, local, cx);
        if self.values.len() == MOST {
            self.values.remove(0);
        }
        self.values.push((key, local, kind));
    }

    /// The element of the array to which a reference points.
    pub(super) fn behind(&self, reference: Local, index: &Operand) -> Spot {
        let of_local = self.values.iter().find_map(|(key, local, _)| {
            let Key::AddressOf(variable) = key else { return None };
            (*local == reference).then_some(*variable)
        });
        let array = of_local.map_or(Array::At(reference), Array::In);
        Spot { array, index: index.clone() }
    }

    /// The element of the array that a local holds or shows.
    pub(super) fn inside(&self, array: Local, index: &Operand) -> Spot {
        match self.reference_to(array) {
            Some(reference) => self.behind(reference, index),
            None => Spot { array: Array::In(array), index: index.clone() },
        }
    }

    /// A reference to where that stands which a local holds or shows.
    pub(super) fn reference_to(&self, local: Local) -> Option<Local> {
        let stands = |(key, shown, _): &(Key, Local, Kind)| match key {
            Key::AddressOf(variable) if *variable == local => Some(*shown),
            Key::Behind(Operand::Copy(reference)) if *shown == local => Some(*reference),
            Key::OfService(service, index) if *shown == local => {
                self.find(&Key::InService(service.clone(), *index), |_| true)
            }
            Key::AddressOf(_)
            | Key::Behind(_)
            | Key::OfService(..)
            | Key::InService(..)
            | Key::InField(..)
            | Key::InElement(..)
            | Key::Field(..)
            | Key::Element(..)
            | Key::Entry(..)
            | Key::Len(_)
            | Key::Sum(..) => None,
        };
        self.values.iter().find_map(stands)
    }

    /// Is the element there?
    pub(super) fn is_in_range(&self, spot: &Spot) -> bool {
        self.in_range.contains(spot)
    }

    /// From here on the element is known to be there.
    pub(super) fn note_in_range(&mut self, spot: Spot) {
        if self.in_range.len() == MOST {
            self.in_range.remove(0);
        }
        self.in_range.push(spot);
    }

    /// Forgets what may no longer be so.
    pub(super) fn forget(&mut self, effect: Effect, cx: &Cx<'_>) {
        match effect {
            Effect::Nothing => {}
            Effect::Unique => self.forget_views(cx),
            Effect::Stored => {
                self.forget_views(cx);
                self.values.retain(|(_, _, kind)| *kind != Kind::Word);
            }
            Effect::All => *self = Known::default(),
        }
    }

    /// A local gets another value.
    pub(super) fn set(&mut self, local: Local, cx: &Cx<'_>) {
        if cx.in_memory(local) {
            self.forget(Effect::of_store(cx.ty(local)), cx);
        }
        self.values.retain(|(key, holds, _)| *holds != local && !key.reads(local));
        let is_other = |array| array != Array::In(local) && array != Array::At(local);
        self.in_range.retain(|spot| is_other(spot.array) && spot.index != Operand::Copy(local));
    }

    fn forget_views(&mut self, cx: &Cx<'_>) {
        self.values.retain(|(_, _, kind)| *kind != Kind::View);
        let is_view = |local: Local| cx.locals[local].holds == Holds::View;
        self.in_range.retain(|spot| !matches!(spot.array, Array::In(local) if is_view(local)));
    }
}

fn kind(key: &Key, local: Local, cx: &Cx<'_>) -> Kind {
    if let Key::Sum(..) = key {
        Kind::Number
    } else if matches!(cx.ty(local), Type::Ref(_)) {
        Kind::Reference
    } else if cx.is_counted(local) || matches!(key, Key::Len(_)) {
        Kind::View
    } else {
        Kind::Word
    }
}
