//! Those who wait at a channel, in the order in which they came. In: entries. Out: the first of them, or any by its place.
//!
//! A doubly linked list in a vector: entries leave from the middle (a `select` that was answered elsewhere) at the same cost as
//! from the front, and nothing is allocated for an entry once the vector is large enough.

/// Where an entry stands. It may have left since, and another one stand there: whoever removes it looks first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spot(u32);

/// The line.
#[derive(Debug)]
pub(super) struct Line<T> {
    slots: Vec<Slot<T>>,
    free: u32,
    first: u32,
    last: u32,
}

#[derive(Debug)]
struct Slot<T> {
    entry: Option<T>,
    before: u32,
    next: u32,
}

/// No slot.
const NONE: u32 = u32::MAX;

impl<T> Default for Line<T> {
    fn default() -> Line<T> {
        Line { slots: Vec::new(), free: NONE, first: NONE, last: NONE }
    }
}

impl<T> Line<T> {
    /// Nobody stands here.
    #[cfg(all(test, not(loom)))]
    fn is_empty(&self) -> bool {
        self.first == NONE
    }

    /// How many stand here.
    #[cfg(all(test, not(loom)))]
    pub(super) fn len(&self) -> usize {
        self.slots.iter().filter(|slot| slot.entry.is_some()).count()
    }

    /// A new last entry.
    #[inline(always)]
    pub(super) fn push(&mut self, entry: T) -> Spot {
        if self.free == NONE {
            self.grow();
        }
        let at = self.free;
        // Field by field: what is put together first and copied then waits for itself.
        let slot = &mut self.slots[at as usize];
        self.free = slot.next;
        slot.entry = Some(entry);
        slot.before = self.last;
        slot.next = NONE;
        match self.last {
            NONE => self.first = at,
            last => self.slots[last as usize].next = at,
        }
        self.last = at;
        Spot(at)
    }

    #[cold]
    fn grow(&mut self) {
        self.slots.push(Slot { entry: None, before: NONE, next: NONE });
        self.free = (self.slots.len() - 1) as u32;
    }

    /// Takes out the first entry.
    #[inline(always)]
    pub(super) fn pop(&mut self) -> Option<T> {
        if self.first == NONE { None } else { self.unlink(self.first) }
    }

    /// Takes out the entry at this place if it is the right one.
    pub(super) fn remove(&mut self, at: Spot, is_right: impl FnOnce(&T) -> bool) -> Option<T> {
        let entry = self.slots.get(at.0 as usize)?.entry.as_ref()?;
        if is_right(entry) { self.unlink(at.0) } else { None }
    }

    /// Is there such an entry?
    pub(super) fn any(&self, mut is_such: impl FnMut(&T) -> bool) -> bool {
        let mut at = self.first;
        while let Some(slot) = self.slots.get(at as usize) {
            if slot.entry.as_ref().is_some_and(&mut is_such) {
                return true;
            }
            at = slot.next;
        }
        false
    }

    #[inline(always)]
    fn unlink(&mut self, at: u32) -> Option<T> {
        let slot = &mut self.slots[at as usize];
        let (entry, before, next) = (slot.entry.take(), slot.before, slot.next);
        slot.next = self.free;
        self.free = at;
        match before {
            NONE => self.first = next,
            before => self.slots[before as usize].next = next,
        }
        match next {
            NONE => self.last = before,
            next => self.slots[next as usize].before = before,
        }
        entry
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::Line;

    #[test]
    fn entries_leave_from_anywhere_and_slots_are_used_again() {
        let mut line = Line::default();
        let spots: Vec<_> = (0..5).map(|number| line.push(number)).collect();
        assert_eq!(line.remove(spots[2], |&entry| entry == 2), Some(2));
        assert_eq!(line.remove(spots[2], |_| true), None, "nobody is there any more");
        assert_eq!(line.remove(spots[4], |&entry| entry == 2), None, "somebody else is there");
        assert_eq!(line.remove(spots[4], |_| true), Some(4));
        assert_eq!(line.remove(spots[0], |_| true), Some(0));
        line.push(5);
        assert!(line.any(|&entry| entry == 5) && !line.any(|&entry| entry == 4));
        assert_eq!(std::iter::from_fn(|| line.pop()).collect::<Vec<_>>(), [1, 3, 5]);
        assert!(line.is_empty());
        line.push(6);
        assert_eq!((line.pop(), line.slots.len()), (Some(6), 5));
    }
}
