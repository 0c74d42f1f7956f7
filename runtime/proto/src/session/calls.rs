//! The calls of a session by their numbers. In: calls, which get numbers in their order. Out: the same, by number.
//!
//! Most calls end soon after they began, so those that have not stand close together: a ring finds them without comparing numbers. The few
//! that last much longer than the others are put aside, so that the ring does not grow with all that began and ended since.

use std::collections::{BTreeMap, VecDeque};

/// The ring may have so many places for each call in it, and so many more.
const PLACES: usize = 4;
const MORE_PLACES: usize = 256;
/// An empty ring keeps room for so many.
const KEPT_ROOM: usize = 4096;

/// Calls that have not ended.
#[derive(Debug)]
pub(super) struct Calls<T> {
    /// The number of the ring's first place.
    first: u64,
    /// The first place is not empty.
    ring: VecDeque<Option<T>>,
    /// How many places are not.
    taken: usize,
    /// Those that last long.
    old: BTreeMap<u64, T>,
}

impl<T> Calls<T> {
    /// None, where the next one has number 1.
    pub(super) fn new() -> Calls<T> {
        Calls { first: 1, ring: VecDeque::new(), taken: 0, old: BTreeMap::new() }
    }

    /// Another one; its number.
    #[inline(always)]
    pub(super) fn add(&mut self, call: T) -> u64 {
        while self.ring.len() >= PLACES * self.taken + MORE_PLACES {
            self.put_first_aside();
        }
        let number = self.first + self.ring.len() as u64;
        self.ring.push_back(Some(call));
        self.taken += 1;
        number
    }

    pub(super) fn get(&self, number: u64) -> Option<&T> {
        match self.place(number) {
            Some(place) => self.ring.get(place)?.as_ref(),
            None => self.old.get(&number),
        }
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut T> {
        match self.place(number) {
            Some(place) => self.ring.get_mut(place)?.as_mut(),
            None => self.old.get_mut(&number),
        }
    }

    pub(super) fn remove(&mut self, number: u64) -> Option<T> {
        let Some(place) = self.place(number) else { return self.old.remove(&number) };
        let call = self.ring.get_mut(place)?.take()?;
        self.taken -= 1;
        if place == 0 {
            self.skip_empty();
        }
        Some(call)
    }

    pub(super) fn len(&self) -> usize {
        self.taken + self.old.len()
    }

    /// All, with their numbers, in their order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, &T)> {
        let recent = (self.first..).zip(&self.ring).filter_map(|(number, call)| Some((number, call.as_ref()?)));
        self.old.iter().map(|(&number, call)| (number, call)).chain(recent)
    }

    pub(super) fn each(&mut self, change: impl FnMut(&mut T)) {
        self.old.values_mut().chain(self.ring.iter_mut().flatten()).for_each(change);
    }

    /// Where in the ring it is, unless it is older.
    fn place(&self, number: u64) -> Option<usize> {
        Some(usize::try_from(number.checked_sub(self.first)?).unwrap_or(usize::MAX))
    }

    fn put_first_aside(&mut self) {
        if let Some(call) = self.ring.pop_front().flatten() {
            self.old.insert(self.first, call);
            self.taken -= 1;
        }
        self.first += 1;
        self.skip_empty();
    }

    fn skip_empty(&mut self) {
        while let Some(None) = self.ring.front() {
            self.ring.pop_front();
            self.first += 1;
        }
        if self.ring.is_empty() && self.ring.capacity() > KEPT_ROOM {
            self.ring.shrink_to(KEPT_ROOM);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_is_a_map(steps in proptest::collection::vec((any::<bool>(), 0u64..400), 0..900)) {
            let (mut calls, mut model, mut next) = (Calls::new(), BTreeMap::new(), 1);
            for (adds, number) in steps {
                if adds {
                    prop_assert_eq!(calls.add(number), next);
                    model.insert(next, number);
                    next += 1;
                } else {
                    prop_assert_eq!(calls.get(number), model.get(&number));
                    prop_assert_eq!(calls.get_mut(number).copied(), model.get(&number).copied());
                    prop_assert_eq!(calls.remove(number), model.remove(&number));
                }
                prop_assert_eq!(calls.len(), model.len());
            }
            prop_assert!(calls.iter().map(|(number, call)| (number, *call)).eq(model));
        }
    }

    #[test]
    fn one_that_lasts_long_costs_no_more_than_itself() {
        let mut calls = Calls::new();
        let long = calls.add("long");
        for _ in 0..100_000 {
            let short = calls.add("short");
            assert_eq!(calls.remove(short), Some("short"));
        }
        assert!(calls.ring.len() <= MORE_PLACES + PLACES && calls.ring.capacity() <= 4 * MORE_PLACES);
        assert_eq!((calls.get(long), calls.len()), (Some(&"long"), 1));
        assert_eq!((calls.remove(long), calls.remove(long)), (Some("long"), None));
    }
}
