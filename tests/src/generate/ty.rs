//! The types of a generated program. In: what is declared, choices. Out: types, their names.

use super::World;
use super::random::Random;
use super::small;

/// A type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Ty {
    Int,
    Float,
    Bool,
    Byte,
    Text,
    Array(Box<Ty>),
    Map(Box<Ty>, Box<Ty>),
    Pair(Box<Ty>, Box<Ty>),
    Maybe(Box<Ty>),
    Class(usize),
    Enum(usize),
    /// Of variables and parameters only.
    Function(Box<Ty>, Box<Ty>),
}

/// A class; `set` is what its methods take and give.
#[derive(Clone, Debug)]
pub(super) struct Class {
    pub(super) fields: Vec<(String, Ty)>,
    pub(super) set: Ty,
}

/// An enum: the fields of its variants.
#[derive(Clone, Debug)]
pub(super) struct Enum {
    pub(super) variants: Vec<Vec<(String, Ty)>>,
}

impl Ty {
    pub(super) fn maybe(inner: Ty) -> Ty {
        Ty::Maybe(Box::new(inner))
    }

    pub(super) fn array(element: Ty) -> Ty {
        Ty::Array(Box::new(element))
    }

    /// As it is written.
    pub(super) fn name(&self) -> String {
        match self {
            Ty::Int => "int".to_owned(),
            Ty::Float => "float".to_owned(),
            Ty::Bool => "bool".to_owned(),
            Ty::Byte => "byte".to_owned(),
            Ty::Text => "string".to_owned(),
            Ty::Array(element) => format!("[{}]", element.name()),
            Ty::Map(key, value) => format!("Map<{}, {}>", key.name(), value.name()),
            Ty::Pair(left, right) => format!("({}, {})", left.name(), right.name()),
            Ty::Maybe(inner) => format!("{}?", inner.name()),
            Ty::Class(number) => format!("C{number}"),
            Ty::Enum(number) => format!("D{number}"),
            Ty::Function(param, result) => format!("fn({}) {}", param.name(), result.name()),
        }
    }

    /// Any type of data that is declared, nested so deep at most.
    pub(super) fn random(world: &World, random: &mut Random, depth: usize) -> Ty {
        let plain = [Ty::Int, Ty::Int, Ty::Int, Ty::Text, Ty::Text, Ty::Bool, Ty::Float, Ty::Byte];
        if depth == 0 || random.chance(35) {
            return random.of(&plain);
        }
        let inner = |random: &mut Random| Box::new(Ty::random(world, random, depth - 1));
        match random.below(10) {
            0..=2 => Ty::Array(inner(random)),
            3 => Ty::Map(Box::new(Ty::key(world, random)), inner(random)),
            4 => Ty::Pair(inner(random), inner(random)),
            5 => Ty::Maybe(inner(random)),
            6..=8 if !world.classes.is_empty() => {
                let all = world.classes.len();
                let chosen = if random.chance(50) { all.min(small::CLASSES) } else { all };
                Ty::Class(random.below(chosen))
            }
            _ if !world.enums.is_empty() => Ty::Enum(random.below(world.enums.len())),
            _ => random.of(&plain),
        }
    }

    /// Of a parameter or result: often a small class or pair.
    pub(super) fn passed(world: &World, random: &mut Random) -> Ty {
        if random.chance(40) { small::ty(world, random) } else { Ty::random(world, random, 2) }
    }

    pub(super) fn key(world: &World, random: &mut Random) -> Ty {
        let pair = Ty::Pair(Box::new(Ty::Int), Box::new(Ty::Bool));
        let all = [Ty::Int, Ty::Text, Ty::Text, Ty::Byte, pair, Ty::Class(0), Ty::Class(2)];
        let there = all.iter().filter(|ty| !matches!(ty, Ty::Class(number) if *number >= world.classes.len()));
        random.of(&there.cloned().collect::<Vec<_>>())
    }

    /// Can values of it be ordered?
    pub(super) fn has_order(&self) -> bool {
        matches!(self, Ty::Int | Ty::Float | Ty::Byte | Ty::Text)
    }
}

/// So many fields with these letters in their names.
pub(super) fn fields_of(world: &World, random: &mut Random, letter: &str, count: usize) -> Vec<(String, Ty)> {
    (0..count).map(|at| (format!("{letter}{at}"), Ty::random(world, random, 2))).collect()
}
