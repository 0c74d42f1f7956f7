//! Static data under construction. In: words, addresses, texts. Out: bytes with the places where addresses belong.

use crate::symbol::Symbol;
use pluto_middle::mir::Name;

/// Data with addresses in it.
#[derive(Default)]
pub(crate) struct Bytes {
    /// The bytes; zero where an address belongs.
    pub(crate) bytes: Vec<u8>,
    /// Where which address belongs.
    pub(crate) addresses: Vec<(u32, Symbol)>,
}

impl Bytes {
    /// Appends a word.
    pub(crate) fn word(&mut self, word: u64) {
        self.bytes.extend(word.to_le_bytes());
    }
    /// Appends two halves of a word.
    pub(crate) fn halves(&mut self, low: u32, high: u32) {
        self.bytes.extend(low.to_le_bytes());
        self.bytes.extend(high.to_le_bytes());
    }
    /// Appends a count of things.
    pub(crate) fn count(&mut self, count: usize) {
        self.word(count as u64);
    }
    /// Appends an address.
    pub(crate) fn address(&mut self, symbol: Symbol) {
        let at = u32::try_from(self.bytes.len()).expect("static data below 4 GiB");
        self.addresses.push((at, symbol));
        self.word(0);
    }
    /// Appends an address, or null.
    pub(crate) fn optional(&mut self, symbol: Option<Symbol>) {
        match symbol {
            Some(symbol) => self.address(symbol),
            None => self.word(0),
        }
    }
    /// Appends a text's address and length.
    pub(crate) fn text(&mut self, text: &Name) {
        self.address(Symbol::Text(text.clone()));
        self.count(text.len());
    }
    /// Appends an object's header: count 0, the descriptor.
    pub(crate) fn static_header(&mut self, desc: Symbol) {
        self.word(0);
        self.address(desc);
    }
}
