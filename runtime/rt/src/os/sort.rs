//! Sorting with a closure: generated code compares, step by step. In: how many elements there are, and the results of comparisons.
//! Out: which two to compare next; at the end, the array in its order. Stable: a merge sort from the bottom up.
#![allow(clippy::missing_safety_doc, reason = "the table in `pluto_abi::functions` is the contract")]

use crate::heap::array::reorder;

/// A sort under way. Runs of `width` elements are sorted; two of them after the other are merged from `from` into `into`.
#[derive(Debug)]
struct Sorter {
    from: Vec<usize>,
    into: Vec<usize>,
    width: usize,
    left: usize,
    left_end: usize,
    right: usize,
    right_end: usize,
    asked: bool,
}

impl Sorter {
    fn new(len: usize) -> Sorter {
        let mut sorter = Sorter {
            from: (0..len).collect(),
            into: Vec::with_capacity(len),
            width: 1,
            left: 0,
            left_end: 0,
            right: 0,
            right_end: 0,
            asked: false,
        };
        sorter.begin_pair(0);
        sorter
    }

    /// The two runs from here on are merged next.
    fn begin_pair(&mut self, at: usize) {
        let len = self.from.len();
        (self.left, self.left_end) = (at, (at + self.width).min(len));
        (self.right, self.right_end) = (self.left_end, (at + 2 * self.width).min(len));
    }

    /// Goes on until the next comparison: false if all is sorted.
    fn advance(&mut self, order: i64) -> bool {
        if std::mem::take(&mut self.asked) {
            let taken = if order <= 0 { &mut self.left } else { &mut self.right };
            self.into.push(self.from[*taken]);
            *taken += 1;
        }
        loop {
            if self.left < self.left_end && self.right < self.right_end {
                self.asked = true;
                return true;
            }
            self.into.extend_from_slice(&self.from[self.left..self.left_end]);
            self.into.extend_from_slice(&self.from[self.right..self.right_end]);
            let next = self.right_end;
            if next < self.from.len() {
                self.begin_pair(next);
                continue;
            }
            std::mem::swap(&mut self.from, &mut self.into);
            self.into.clear();
            self.width *= 2;
            if self.width >= self.from.len() {
                return false;
            }
            self.begin_pair(0);
        }
    }
}

unsafe fn sorter<'a>(at: *mut u8) -> &'a mut Sorter {
    // SAFETY: generated code hands over what `sort_new` gave, before `sort_end`.
    unsafe { &mut *at.cast::<Sorter>() }
}

/// See the table.
pub unsafe fn sort_new(len: u64) -> *mut u8 {
    Box::into_raw(Box::new(Sorter::new(len as usize))).cast()
}

/// See the table.
pub unsafe fn sort_next(at: *mut u8, order: u64) -> u64 {
    // SAFETY: the table's contract.
    u64::from(unsafe { sorter(at) }.advance(order as i64))
}

/// See the table.
pub unsafe fn sort_left(at: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    let sorter = unsafe { sorter(at) };
    sorter.from[sorter.left] as u64
}

/// See the table.
pub unsafe fn sort_right(at: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    let sorter = unsafe { sorter(at) };
    sorter.from[sorter.right] as u64
}

/// See the table.
pub unsafe fn sort_end(at: *mut u8, slot: *mut u8) {
    // SAFETY: `sort_new` made it that way, and nobody uses it any more.
    let sorter = unsafe { Box::from_raw(at.cast::<Sorter>()) };
    if slot.is_null() {
        return;
    }
    // SAFETY: the table's contract: the slot holds the array that was sorted, with as many elements.
    unsafe { reorder(slot, &sorter.from) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sorted(values: &[i64]) -> (Vec<usize>, usize) {
        let mut sorter = Sorter::new(values.len());
        let (mut order, mut comparisons) = (0, 0);
        while sorter.advance(order) {
            comparisons += 1;
            let (left, right) = (values[sorter.from[sorter.left]], values[sorter.from[sorter.right]]);
            order = left.cmp(&right) as i64;
        }
        (sorter.from, comparisons)
    }

    proptest! {
        #[test]
        fn it_is_the_stable_order(values in prop::collection::vec(0..20_i64, 0..200)) {
            let mut expected: Vec<usize> = (0..values.len()).collect();
            expected.sort_by_key(|&index| values[index]);
            let (order, comparisons) = sorted(&values);
            prop_assert_eq!(order, expected);
            let len = values.len().max(1);
            prop_assert!(comparisons <= len * (len.ilog2() as usize + 1));
        }
    }

    #[test]
    fn a_comparison_that_contradicts_itself_ends_all_the_same() {
        let mut sorter = Sorter::new(100);
        let mut count = 0;
        while sorter.advance(if count % 3 == 0 { 1 } else { -1 }) {
            count += 1;
        }
        let mut all = sorter.from;
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<_>>());
    }
}
