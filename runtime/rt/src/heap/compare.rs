//! Equality and order of values. In: borrowed words. Out: truth values, without recursion.
//!
//! Values are compared step by step with an explicit stack. Maps whose keys are not plain need care: a key of one side is
//! tried against every key of the other side with the same hash; a mismatch falls back to the latest such try.

use super::array::{element_at, words};
use super::describe::{Desc, desc, first, is_inline, kind, name, part_desc, parts, second, variant_fields};
use super::object::Object;
use super::string::text_of;
use super::table::Table;
use pluto_abi::layout::{FIELDS, HANDLE, Kind, Part};
use std::cmp::Ordering;

/// Are two values of a type equal? 1 or 0.
///
/// # Safety
/// `of` is a descriptor, both are live words of that type.
pub unsafe fn equal(of: *mut u8, left: u64, right: u64) -> u64 {
    // SAFETY: as the caller promises.
    u64::from(unsafe { same(desc(of), left, right, Floats::Ieee) })
}

/// Byte order of strings: -1, 0, 1.
///
/// # Safety
/// Both are strings.
pub unsafe fn string_compare(left: u64, right: u64) -> u64 {
    // SAFETY: as the caller promises.
    let order = unsafe { text_of(left).as_bytes().cmp(text_of(right).as_bytes()) };
    match order {
        Ordering::Less => -1i64 as u64,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    }
}

/// How floats are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Floats {
    /// By IEEE: NaN differs from itself.
    Ieee,
    /// As map keys: NaN equals itself.
    Keys,
}

/// Are two values of a type equal?
///
/// # Safety
/// Both are live words of that type.
#[inline]
pub(crate) unsafe fn same(of: Desc, left: u64, right: u64, floats: Floats) -> bool {
    match kind(of) {
        Kind::Unit | Kind::Int | Kind::Bool | Kind::Byte | Kind::Tag | Kind::Duration => left == right,
        Kind::Float => same_float(left, right, floats),
        // SAFETY: as the caller promises.
        Kind::String => left == right || unsafe { text_of(left) == text_of(right) },
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
        | Kind::Task => {
            // SAFETY: as the caller promises.
            unsafe { Comparison { todo: vec![(Step::Pair(of, left, right), floats)] }.run() }
        }
        Kind::Inline => unreachable!("{} is not one word here", name(first(of))),
    }
}

fn same_float(left: u64, right: u64, floats: Floats) -> bool {
    let (left, right) = (f64::from_bits(left), f64::from_bits(right));
    left == right || (floats == Floats::Keys && left.is_nan() && right.is_nan())
}

/// What is left to compare.
enum Step {
    Pair(Desc, u64, u64),
    /// Elements of two arrays of one length, from an index on.
    Elements(Desc, Object, Object, usize),
    /// Fields of two objects, whose words begin at these addresses.
    Fields(&'static [Part], *const u64, *const u64),
    /// Entries of two maps of one length, from an index of the left one's table on.
    Entries(Object, Object, usize),
    /// The key of an entry of the left map is being compared with one of the right map; the entries still to try.
    Key {
        left: Object,
        right: Object,
        entry: usize,
        candidate: usize,
        others: Vec<usize>,
    },
}

struct Comparison {
    todo: Vec<(Step, Floats)>,
}

impl Comparison {
    /// # Safety
    /// All words in `todo` are alive and of their types.
    unsafe fn run(&mut self) -> bool {
        while let Some((step, floats)) = self.todo.pop() {
            // SAFETY: as the caller promises; parts of live objects are alive.
            let equal = unsafe { self.step(step, floats) };
            if !equal && !self.fall_back() {
                return false;
            }
        }
        true
    }

    /// A mismatch: goes back to the latest key that has another candidate.
    fn fall_back(&mut self) -> bool {
        while let Some((step, floats)) = self.todo.pop() {
            if let Step::Key { left, right, entry, mut others, .. } = step
                && let Some(candidate) = others.pop()
            {
                self.try_key(left, right, entry, candidate, others, floats);
                return true;
            }
        }
        false
    }

    /// # Safety
    /// As for `run`.
    unsafe fn step(&mut self, step: Step, floats: Floats) -> bool {
        match step {
            // SAFETY: as the caller promises.
            Step::Pair(of, left, right) => unsafe { self.pair(of, left, right, floats) },
            Step::Elements(of, left, right, index) if is_inline(of) => {
                if let (Some(left_at), Some(right_at)) = (element_at(left, index), element_at(right, index)) {
                    self.todo.push((Step::Elements(of, left, right, index + 1), floats));
                    self.todo.push((Step::Fields(parts(of), left_at, right_at), floats));
                }
                true
            }
            Step::Elements(of, left, right, index) => {
                let (lefts, rights) = (words(left), words(right));
                let mut index = index;
                while let (Some(&left_word), Some(&right_word)) = (lefts.get(index), rights.get(index)) {
                    index += 1;
                    if is_plain(of) {
                        // SAFETY: parts of live objects are alive.
                        if !unsafe { same(of, left_word, right_word, floats) } {
                            return false;
                        }
                    } else {
                        self.todo.push((Step::Elements(of, left, right, index), floats));
                        self.todo.push((Step::Pair(of, left_word, right_word), floats));
                        break;
                    }
                }
                true
            }
            Step::Fields(fields, left, right) => {
                if let Some((field, rest)) = fields.split_first() {
                    let (of, at) = (part_desc(field), field.at as usize);
                    self.todo.push((Step::Fields(rest, left, right), floats));
                    // SAFETY: both objects have the words of all fields. Inline values are equal if all their words are.
                    unsafe {
                        if !is_inline(of) {
                            return self.pair(of, *left.add(at), *right.add(at), floats);
                        }
                        self.todo.push((Step::Fields(parts(of), left.add(at), right.add(at)), floats));
                    }
                }
                true
            }
            // SAFETY: as the caller promises.
            Step::Entries(left, right, entry) => unsafe { self.entry(left, right, entry, floats) },
            Step::Key { left, right, entry, candidate, .. } => {
                let of = second(left.desc());
                let (left, right) = (Table::entry(left, entry), Table::entry(right, candidate));
                if let (Some(left), Some(right)) = (left, right) {
                    self.todo.push((Step::Pair(of, left.value, right.value), floats));
                }
                true
            }
        }
    }

    /// # Safety
    /// Both words are alive and of this type.
    unsafe fn pair(&mut self, of: Desc, left: u64, right: u64, floats: Floats) -> bool {
        if is_plain(of) {
            // SAFETY: as the caller promises.
            return unsafe { same(of, left, right, floats) };
        }
        if left == right && floats == Floats::Keys {
            return true;
        }
        if left == 0 || right == 0 {
            return left == right;
        }
        // SAFETY: words of these types that are not 0 are objects.
        let (left_object, right_object) = unsafe { (Object::from_word(left), Object::from_word(right)) };
        match kind(of) {
            Kind::NullablePointer => self.todo.push((Step::Pair(first(of), left, right), floats)),
            Kind::NullableBoxed => {
                let (left, right) = (left_object.get(FIELDS), right_object.get(FIELDS));
                self.todo.push((Step::Pair(first(of), left, right), floats));
            }
            Kind::Array => {
                self.todo.push((Step::Elements(first(of), left_object, right_object, 0), floats));
                return left_object.len() == right_object.len();
            }
            Kind::Map => {
                self.todo.push((Step::Entries(left_object, right_object, 0), floats));
                return left_object.len() == right_object.len();
            }
            Kind::Enum => {
                let tag = left_object.get(FIELDS);
                if tag != right_object.get(FIELDS) {
                    return false;
                }
                self.fields(variant_fields(of, tag), left_object, right_object, floats);
            }
            Kind::Tuple | Kind::Class | Kind::Error => {
                self.fields(parts(of), left_object, right_object, floats);
            }
            Kind::AnyError => {
                let of = left_object.desc();
                self.fields(parts(of), left_object, right_object, floats);
                return std::ptr::eq(of, right_object.desc());
            }
            // Two ends of one side of one channel are equal.
            Kind::Sender | Kind::Receiver | Kind::Publisher | Kind::Subscriber | Kind::Task => {
                return left_object.get(HANDLE) == right_object.get(HANDLE);
            }
            Kind::Fn => return left == right,
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
        true
    }

    fn fields(&mut self, fields: &'static [Part], left: Object, right: Object, floats: Floats) {
        self.todo.push((Step::Fields(fields, left.at(FIELDS), right.at(FIELDS)), floats));
    }

    /// Looks up the key of the left map's next entry in the right map.
    ///
    /// # Safety
    /// Both are maps of one type.
    unsafe fn entry(&mut self, left: Object, right: Object, entry: usize, floats: Floats) -> bool {
        if entry >= Table::entry_count(left) {
            return true;
        }
        self.todo.push((Step::Entries(left, right, entry + 1), floats));
        let Some(found) = Table::entry(left, entry) else {
            return true;
        };
        let mut others = Table::with_hash(right, found.hash);
        let Some(candidate) = others.pop() else {
            return false;
        };
        self.try_key(left, right, entry, candidate, others, floats);
        true
    }

    fn try_key(
        &mut self,
        left: Object,
        right: Object,
        entry: usize,
        candidate: usize,
        others: Vec<usize>,
        floats: Floats,
    ) {
        let of = first(left.desc());
        let (left_entry, right_entry) = (Table::entry(left, entry), Table::entry(right, candidate));
        self.todo.push((Step::Key { left, right, entry, candidate, others }, floats));
        if let (Some(left), Some(right)) = (left_entry, right_entry) {
            self.todo.push((Step::Pair(of, left.key, right.key), Floats::Keys));
        }
    }
}

/// Is it compared without looking into parts?
fn is_plain(of: Desc) -> bool {
    match kind(of) {
        Kind::Unit | Kind::Int | Kind::Float | Kind::Bool | Kind::Byte | Kind::Tag | Kind::String | Kind::Duration => {
            true
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
        | Kind::Inline => false,
    }
}
