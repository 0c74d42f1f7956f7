//! Sorting with a closure, step by step: which two elements are compared next. A merge sort from the bottom up, written down as the
//! list of comparisons that it still has to make, so that a closure that faults or prints does so at the same comparison.

/// A sort under way: sorted runs in order, the pair of runs that is being merged, and what was merged of it.
#[derive(Clone, Debug)]
pub(crate) struct Sorter {
    /// Sorted runs that wait for this round.
    waiting: Vec<Vec<usize>>,
    /// Sorted runs of the next round, in order.
    done: Vec<Vec<usize>>,
    left: Vec<usize>,
    right: Vec<usize>,
    merged: Vec<usize>,
    asked: bool,
}

impl Sorter {
    pub(crate) fn new(len: usize) -> Sorter {
        let waiting = (0..len).rev().map(|index| vec![index]).collect();
        Sorter { waiting, done: vec![], left: vec![], right: vec![], merged: vec![], asked: false }
    }

    /// Takes the answer to the last question; true if there is another one.
    pub(crate) fn advance(&mut self, order: i64) -> bool {
        if std::mem::take(&mut self.asked) {
            let from = if order <= 0 { &mut self.left } else { &mut self.right };
            self.merged.push(from.remove(0));
        }
        loop {
            if !self.left.is_empty() && !self.right.is_empty() {
                self.asked = true;
                return true;
            }
            self.end_merge();
            if self.waiting.is_empty() {
                if self.done.len() <= 1 {
                    return false;
                }
                self.waiting = self.done.drain(..).rev().collect();
            }
            self.left = self.waiting.pop().unwrap_or_default();
            self.right = self.waiting.pop().unwrap_or_default();
        }
    }

    fn end_merge(&mut self) {
        self.merged.append(&mut self.left);
        self.merged.append(&mut self.right);
        if !self.merged.is_empty() {
            self.done.push(std::mem::take(&mut self.merged));
        }
    }

    pub(crate) fn left(&self) -> usize {
        self.left.first().copied().unwrap_or(0)
    }

    pub(crate) fn right(&self) -> usize {
        self.right.first().copied().unwrap_or(0)
    }

    /// The positions in their order.
    pub(crate) fn order(self) -> Vec<usize> {
        self.done.into_iter().flatten().collect()
    }
}
