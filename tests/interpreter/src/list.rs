//! The elements of an array, the words of each side by side. In: words, and how many an element has. Out: elements.

use crate::value::{Sound, Value, wrong};

/// The elements of an array.
#[derive(Clone, Debug)]
pub(crate) struct List {
    /// How many words an element has: never 0.
    width: usize,
    words: Vec<Value>,
}

impl List {
    /// All words of each element in turn.
    pub(crate) fn new(width: usize, words: Vec<Value>) -> Sound<List> {
        if width == 0 || !words.len().is_multiple_of(width) {
            return wrong(format!("{} words make no elements of {width} words", words.len()));
        }
        Ok(List { width, words })
    }

    /// Elements of one word.
    pub(crate) fn plain(words: Vec<Value>) -> List {
        List { width: 1, words }
    }

    pub(crate) fn len(&self) -> usize {
        self.words.len() / self.width
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn words(&self) -> &[Value] {
        &self.words
    }

    pub(crate) fn word_mut(&mut self, at: usize) -> Option<&mut Value> {
        self.words.get_mut(at)
    }

    pub(crate) fn elements(&self) -> impl Iterator<Item = &[Value]> {
        self.words.chunks_exact(self.width)
    }

    /// The words of an element.
    pub(crate) fn get(&self, at: usize) -> Option<&[Value]> {
        self.range(at, at.checked_add(1)?)
    }

    /// The words of the elements from `start` up to `end`.
    pub(crate) fn range(&self, start: usize, end: usize) -> Option<&[Value]> {
        self.words.get(start.checked_mul(self.width)?..end.checked_mul(self.width)?)
    }

    /// Puts an element before the one at `at`, which is at most the length.
    pub(crate) fn insert(&mut self, at: usize, element: Vec<Value>) -> Sound<()> {
        if element.len() != self.width {
            return wrong(format!("{} words are put in as an element of {} words", element.len(), self.width));
        }
        let at = at * self.width;
        self.words.splice(at..at, element);
        Ok(())
    }

    /// Takes out an element, which must be there.
    pub(crate) fn remove(&mut self, at: usize) -> Vec<Value> {
        let at = at * self.width;
        self.words.drain(at..at + self.width).collect()
    }

    /// Puts the elements into this order, which names each once.
    pub(crate) fn reorder(&mut self, order: impl IntoIterator<Item = usize>) -> Sound<()> {
        let mut words = vec![];
        for at in order {
            match self.get(at) {
                Some(element) => words.extend_from_slice(element),
                None => return wrong("the array that is sorted has changed"),
            }
        }
        if words.len() != self.words.len() {
            return wrong("the array that is sorted has changed");
        }
        self.words = words;
        Ok(())
    }

    /// Takes everything out.
    pub(crate) fn clear(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.words)
    }
}
