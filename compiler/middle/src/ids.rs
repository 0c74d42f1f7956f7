//! Ids as newtypes, and vectors indexed by them. Nothing is known by its position as a `usize` or by its text.

use std::marker::PhantomData;

/// Something that indexes an [`IndexVec`].
pub trait Id: Copy {
    /// From a position.
    fn from_index(index: usize) -> Self;
    /// To a position.
    fn index(self) -> usize;
}

macro_rules! ids {
    ($($(#[$about:meta])* $name:ident;)*) => {
        $(
            $(#[$about])*
            #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
            pub struct $name(pub u32);

            impl Id for $name {
                fn from_index(index: usize) -> $name {
                    $name(u32::try_from(index).expect("fewer than 2^32 of anything"))
                }
                fn index(self) -> usize {
                    self.0 as usize
                }
            }
        )*
    };
}

ids! {
    /// A module (file).
    ModuleId;
    /// A function, method, test, constant's or field default's value.
    FnId;
    /// A data class, service class or app.
    ClassId;
    /// An enum.
    EnumId;
    /// An error; the first ones are the built-in errors (`hir::BuiltinError`).
    ErrorId;
    /// A system.
    SystemId;
    /// A local variable of one function.
    LocalId;
    /// An expression, unique in the program.
    ExprId;
    /// A pattern, unique in the program.
    PatId;
    /// A loop, unique within its function.
    LoopId;
    /// An interned type.
    TyId;
    /// A process of a placement.
    ProcessId;
    /// A named channel or topic.
    ChannelId;
}

/// A vector indexed by an id.
#[derive(Clone, PartialEq, Debug)]
pub struct IndexVec<I, T> {
    items: Vec<T>,
    marker: PhantomData<fn(I)>,
}

impl<I: Id, T> Default for IndexVec<I, T> {
    fn default() -> Self {
        IndexVec { items: Vec::new(), marker: PhantomData }
    }
}

impl<I: Id, T> IndexVec<I, T> {
    /// Empty.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
    /// `count` times the same.
    pub fn filled(value: T, count: usize) -> Self
    where
        T: Clone,
    {
        IndexVec { items: vec![value; count], marker: PhantomData }
    }
    /// Appends and gives the new id.
    pub fn push(&mut self, value: T) -> I {
        self.items.push(value);
        I::from_index(self.items.len() - 1)
    }
    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }
    /// None at all?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
    /// The id that the next `push` will give.
    #[must_use]
    pub fn next_id(&self) -> I {
        I::from_index(self.items.len())
    }
    /// All values in id order.
    pub fn iter(&self) -> std::slice::Iter<'_, T> {
        self.items.iter()
    }
    /// All values in id order, to change.
    pub fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.items.iter_mut()
    }
    /// All ids.
    pub fn ids(&self) -> impl Iterator<Item = I> + use<I, T> {
        (0..self.items.len()).map(I::from_index)
    }
    /// Ids with values.
    pub fn iter_enumerated(&self) -> impl Iterator<Item = (I, &T)> {
        self.items.iter().enumerate().map(|(index, item)| (I::from_index(index), item))
    }
    /// The value, if the id is in range.
    #[must_use]
    pub fn get(&self, id: I) -> Option<&T> {
        self.items.get(id.index())
    }
}

impl<I: Id, T> std::ops::Index<I> for IndexVec<I, T> {
    type Output = T;
    fn index(&self, id: I) -> &T {
        &self.items[id.index()]
    }
}

impl<I: Id, T> std::ops::IndexMut<I> for IndexVec<I, T> {
    fn index_mut(&mut self, id: I) -> &mut T {
        &mut self.items[id.index()]
    }
}

impl<I: Id, T> FromIterator<T> for IndexVec<I, T> {
    fn from_iter<It: IntoIterator<Item = T>>(iter: It) -> Self {
        IndexVec { items: iter.into_iter().collect(), marker: PhantomData }
    }
}
