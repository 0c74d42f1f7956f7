//! Hashes of map keys, seeded per process. In: borrowed words. Out: hashes; equal keys have equal ones. No recursion.

use super::array::element_at;
use super::describe::{Desc, first, kind, part_desc, parts, second, variant_fields};
use super::object::Object;
use super::place::{Seen, look};
use super::string::text_of;
use super::table::Table;
use foldhash::SharedSeed;
use foldhash::fast::SeedableRandomState;
use pluto_abi::layout::{FIELDS, HANDLE, Kind, Part};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

/// The hash of a key. Never 0.
///
/// # Safety
/// `word` is a live word of this type.
#[inline]
pub(crate) unsafe fn hash_key(of: Desc, word: u64) -> u64 {
    let mut hasher = SEED.build_hasher();
    // SAFETY: as the caller promises.
    if !unsafe { plain(of, word, &mut hasher) } {
        // SAFETY: as the caller promises.
        hasher = unsafe { with_parts(of, word, hasher) };
    }
    hasher.finish().max(1)
}

/// # Safety
/// As for [`hash_key`].
#[cold]
unsafe fn with_parts(of: Desc, word: u64, hasher: State) -> State {
    // SAFETY: as the caller promises.
    unsafe { Hashing { states: vec![hasher], sums: vec![], todo: vec![Step::Word(of, word)] }.run() }
}

type State = <SeedableRandomState as BuildHasher>::Hasher;

/// From the system's random numbers, so that nobody outside knows which keys have equal hashes.
static SEED: LazyLock<SeedableRandomState> = LazyLock::new(|| {
    let random = RandomState::new();
    let shared: &'static SharedSeed = Box::leak(Box::new(SharedSeed::from_u64(random.hash_one(0))));
    SeedableRandomState::with_seed(random.hash_one(1), shared)
});

/// Takes in a word of a type without parts; false for other types.
///
/// # Safety
/// As for [`hash_key`].
#[inline]
unsafe fn plain(of: Desc, word: u64, hasher: &mut State) -> bool {
    match kind(of) {
        Kind::Unit | Kind::Int | Kind::Bool | Kind::Byte | Kind::Tag | Kind::Duration => hasher.write_u64(word),
        Kind::Float => hasher.write_u64(float_bits(f64::from_bits(word))),
        Kind::String => {
            // SAFETY: as the caller promises.
            let text = unsafe { text_of(word) };
            // Takes in the length too.
            hasher.write(text.as_bytes());
        }
        Kind::Array
        | Kind::Map
        | Kind::Tuple
        | Kind::NullablePointer
        | Kind::NullableBoxed
        | Kind::Class
        | Kind::Enum
        | Kind::Error
        | Kind::AnyError
        | Kind::Fn
        | Kind::Sender
        | Kind::Receiver
        | Kind::Publisher
        | Kind::Subscriber
        | Kind::Task
        | Kind::Inline => return false,
    }
    true
}

/// One pattern for all NaNs, and one for both zeros, since they are equal as keys.
fn float_bits(value: f64) -> u64 {
    if value.is_nan() {
        f64::NAN.to_bits()
    } else if value == 0.0 {
        0
    } else {
        value.to_bits()
    }
}

/// What is left to take in.
enum Step {
    Word(Desc, u64),
    /// What lies at this address.
    Place(Desc, *const u64),
    Elements(Desc, Object, usize),
    /// Fields of an object whose words begin at this address.
    Fields(&'static [Part], *const u64),
    /// An entry of a map begins: its key's hash.
    Entry(u64),
    /// It ends: its hash is added to the map's sum, so that order does not matter.
    EntryEnd,
    MapEnd,
}

struct Hashing {
    /// The hash in hand, and those it is a part of.
    states: Vec<State>,
    /// The sums of the maps in hand.
    sums: Vec<u64>,
    todo: Vec<Step>,
}

impl Hashing {
    /// # Safety
    /// The words in `todo` are alive and of their types.
    unsafe fn run(mut self) -> State {
        while let Some(step) = self.todo.pop() {
            match step {
                // SAFETY: as the caller promises; parts of live objects are alive.
                Step::Word(of, word) => unsafe { self.word(of, word) },
                // SAFETY: the same.
                Step::Place(of, at) => unsafe { self.place(of, at) },
                Step::Elements(of, array, index) => {
                    if let Some(at) = element_at(array, index) {
                        self.todo.push(Step::Elements(of, array, index + 1));
                        self.todo.push(Step::Place(of, at));
                    }
                }
                Step::Fields(fields, at) => {
                    if let Some((field, rest)) = fields.split_first() {
                        self.todo.push(Step::Fields(rest, at));
                        // SAFETY: an object has the words of all its fields.
                        let at = unsafe { at.add(field.at as usize) };
                        self.todo.push(Step::Place(part_desc(field), at));
                    }
                }
                Step::Entry(key) => {
                    self.states.push(SEED.build_hasher());
                    self.number(key);
                }
                Step::EntryEnd => {
                    let hash = self.states.pop().map_or(0, |state| state.finish());
                    if let Some(sum) = self.sums.last_mut() {
                        *sum = sum.wrapping_add(hash);
                    }
                }
                Step::MapEnd => {
                    let sum = self.sums.pop().unwrap_or(0);
                    self.number(sum);
                }
            }
        }
        self.states.pop().unwrap_or_else(|| SEED.build_hasher())
    }

    /// # Safety
    /// The word is alive and of this type.
    unsafe fn word(&mut self, of: Desc, word: u64) {
        if let Some(state) = self.states.last_mut()
            // SAFETY: as the caller promises.
            && unsafe { plain(of, word, state) }
        {
            return;
        }
        self.number(u64::from(word != 0));
        if word == 0 {
            return;
        }
        // SAFETY: a word of such a type that is not 0 is an object.
        let object = unsafe { Object::from_word(word) };
        match kind(of) {
            Kind::NullablePointer => self.todo.push(Step::Word(first(of), word)),
            Kind::NullableBoxed => self.todo.push(Step::Word(first(of), object.get(FIELDS))),
            Kind::Array => {
                self.number(object.len() as u64);
                self.todo.push(Step::Elements(first(of), object, 0));
            }
            Kind::Map => self.map(of, object),
            Kind::Enum | Kind::Tuple | Kind::Class | Kind::Error | Kind::AnyError => {
                // SAFETY: the object's words lie there.
                unsafe { self.record(object.desc(), object.at(FIELDS)) };
            }
            // No keys in the language; whatever holds them hashes by identity.
            Kind::Sender | Kind::Receiver | Kind::Publisher | Kind::Subscriber | Kind::Task => {
                self.number(object.get(HANDLE));
            }
            Kind::Fn => self.number(word),
            Kind::Unit
            | Kind::Int
            | Kind::Float
            | Kind::Bool
            | Kind::Byte
            | Kind::Tag
            | Kind::String
            | Kind::Duration
            | Kind::Inline => {}
        }
    }

    /// The same as of the value as one word.
    ///
    /// # Safety
    /// The value at the place is alive and of this type.
    unsafe fn place(&mut self, of: Desc, at: *const u64) {
        // SAFETY: as the caller promises.
        match unsafe { look(of, at) } {
            Seen::Word(word) => self.todo.push(Step::Word(of, word)),
            Seen::None => self.number(0),
            Seen::Some(of, at) => {
                self.number(1);
                self.todo.push(Step::Place(of, at));
            }
            Seen::Words(of) => {
                self.number(1);
                // SAFETY: the words of the value lie there.
                unsafe { self.record(of, at) };
            }
        }
    }

    /// The words of a class, tuple, error or enum.
    ///
    /// # Safety
    /// They are alive and lie at this address.
    unsafe fn record(&mut self, of: Desc, at: *const u64) {
        let fields = if kind(of) == Kind::Enum {
            // SAFETY: the tag comes first.
            let tag = unsafe { *at };
            self.number(tag);
            variant_fields(of, tag)
        } else {
            parts(of)
        };
        self.todo.push(Step::Fields(fields, at));
    }

    fn map(&mut self, of: Desc, map: Object) {
        self.sums.push(0);
        self.todo.push(Step::MapEnd);
        for index in 0..Table::entry_count(map) {
            if let Some(entry) = Table::entry(map, index) {
                self.todo.push(Step::EntryEnd);
                self.todo.push(Step::Word(second(of), entry.value));
                self.todo.push(Step::Entry(entry.hash));
            }
        }
    }

    fn number(&mut self, number: u64) {
        if let Some(state) = self.states.last_mut() {
            state.write_u64(number);
        }
    }
}
