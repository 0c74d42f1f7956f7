//! Sorting with a closure: a merge sort in steps, since generated code does the comparing. In: lengths, results of comparisons.
//! Out: what to compare next; at the end the array in its order. Stable; about n log n comparisons.

use super::array::put_in_order;

/// A sort under way: sorted runs of `width` elements are merged in pairs, then runs of twice the width, and so on.
#[derive(Debug)]
struct Sorter {
    /// Indices of elements, in runs that are sorted.
    order: Vec<usize>,
    /// The runs that were merged in this round.
    merged: Vec<usize>,
    width: usize,
    /// The next of the left and the right run in hand, and where they end.
    left: usize,
    left_end: usize,
    right: usize,
    right_end: usize,
    /// Somebody was asked to compare `left` and `right`.
    asked: bool,
}

impl Sorter {
    fn new(len: usize) -> Sorter {
        let mut sorter = Sorter {
            order: (0..len).collect(),
            merged: Vec::with_capacity(len),
            width: 1,
            left: 0,
            left_end: 0,
            right: 0,
            right_end: 0,
            asked: false,
        };
        sorter.take_runs(0);
        sorter
    }

    /// Goes on to the next comparison; false if all is sorted. `order` is the result of the one that was asked for.
    fn next(&mut self, order: i64) -> bool {
        if std::mem::take(&mut self.asked) {
            if order > 0 {
                self.merged.push(self.order[self.right]);
                self.right += 1;
            } else {
                self.merged.push(self.order[self.left]);
                self.left += 1;
            }
        }
        while self.left == self.left_end || self.right == self.right_end {
            self.merged.extend_from_slice(&self.order[self.left..self.left_end]);
            self.merged.extend_from_slice(&self.order[self.right..self.right_end]);
            let done = self.right_end;
            if done < self.order.len() {
                self.take_runs(done);
                continue;
            }
            std::mem::swap(&mut self.order, &mut self.merged);
            self.merged.clear();
            self.width *= 2;
            if self.width >= self.order.len() {
                (self.left, self.left_end, self.right, self.right_end) = (0, 0, 0, 0);
                return false;
            }
            self.take_runs(0);
        }
        self.asked = true;
        true
    }

    /// The two runs from here on.
    fn take_runs(&mut self, begin: usize) {
        let end = |from: usize| (from + self.width).min(self.order.len());
        self.left = begin;
        self.left_end = end(begin);
        self.right = self.left_end;
        self.right_end = end(self.left_end);
    }
}

/// A sorter of so many elements.
///
/// # Safety
/// None needed.
pub unsafe fn sort_new(len: u64) -> *mut u8 {
    Box::into_raw(Box::new(Sorter::new(len as usize))).cast()
}

/// Goes on with the result of a comparison. 1: there is another one; 0: sorted.
///
/// # Safety
/// `sorter` comes from [`sort_new`].
pub unsafe fn sort_next(sorter: *mut u8, order: u64) -> u64 {
    // SAFETY: as the caller promises.
    u64::from(unsafe { &mut *sorter.cast::<Sorter>() }.next(order as i64))
}

/// The index of one element to compare.
///
/// # Safety
/// `sorter` comes from [`sort_new`], and [`sort_next`] said 1.
pub unsafe fn sort_left(sorter: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    let sorter = unsafe { &*sorter.cast::<Sorter>() };
    sorter.order[sorter.left] as u64
}

/// The index of the other one.
///
/// # Safety
/// As for [`sort_left`].
pub unsafe fn sort_right(sorter: *mut u8) -> u64 {
    // SAFETY: as the caller promises.
    let sorter = unsafe { &*sorter.cast::<Sorter>() };
    sorter.order[sorter.right] as u64
}

/// Frees the sorter, after having put the array in the slot, if there is one, into the order that was found.
///
/// # Safety
/// `sorter` comes from [`sort_new`], `slot` is null or holds the array that was sorted, whose sorter said 0.
pub unsafe fn sort_end(sorter: *mut u8, slot: *mut u8) {
    // SAFETY: as the caller promises.
    unsafe {
        let sorter = Box::from_raw(sorter.cast::<Sorter>());
        if !slot.is_null() {
            put_in_order(slot, &sorter.order);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Sorter;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_like_the_standard_library(keys in proptest::collection::vec(0..20i64, 0..80)) {
            let mut sorter = Sorter::new(keys.len());
            let (mut order, mut comparisons) = (0, 0);
            while sorter.next(order) {
                order = keys[sorter.order[sorter.left]] - keys[sorter.order[sorter.right]];
                comparisons += 1;
            }
            let mut expected: Vec<usize> = (0..keys.len()).collect();
            expected.sort_by_key(|&index| keys[index]);
            prop_assert_eq!(&sorter.order, &expected);
            prop_assert!(comparisons <= keys.len() * 7, "{} comparisons", comparisons);
        }
    }
}
