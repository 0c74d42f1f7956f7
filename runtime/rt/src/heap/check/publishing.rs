//! What other tasks see may reach only what they may see: a shared object reaches shared and static ones, a static one only static ones.
//! In: values that were made ready for others, and all objects that are alive. Out: nothing; the end of the process if it is not so.
//!
//! Whoever looks owns what it looks at, or nobody runs: what it reaches does not change meanwhile. Nothing recurses.

use super::super::count::is_concurrent;
use super::super::describe::{Desc, desc, is_counted, kind};
use super::super::object::Object;
use super::books;
use super::label::{of_type, part};
use super::report::{self, fail, line};
use pluto_abi::layout::{Deed, LEAST_COUNT};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many objects are looked at, at most, each time that something is published.
const MOST: usize = 100_000;

/// So many rounds of loops lie between two looks at all objects, at least, and so many more for each that there is.
const LEAST_ROUNDS: u64 = 1_000;
const ROUNDS_PER_OBJECT: u64 = 8;
/// The rounds that are left.
static ROUNDS: AtomicU64 = AtomicU64::new(LEAST_ROUNDS);

/// What a value's readers may do with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Seen {
    /// It moves to another task: what has one owner may stay as it is.
    ByTheNext,
    /// Several tasks may see it.
    ByAll,
    /// It is part of what never dies.
    ForEver,
}

/// An object is not as it should be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Broken {
    /// What others see.
    root: Object,
    /// From there: `.names[3]`.
    way: String,
    object: Object,
    /// What it should be.
    seen: Seen,
}

/// A value is about to be published. Does nothing where nobody looks after memory.
///
/// # Safety
/// `word` is a live word of this type, or 0, and the caller owns it.
#[inline]
pub(crate) unsafe fn published(of: Desc, word: u64, seen: Seen) {
    if super::is_complete() && is_concurrent() && word != 0 && is_counted(kind(of)) {
        // SAFETY: a word of a counted type that is not 0 is an object.
        let object = unsafe { Object::from_word(word) };
        if let Err(broken) = look(object, seen) {
            broken.report();
        }
    }
}

/// The same for an object of any type.
///
/// # Safety
/// `word` is a live object that the caller owns.
pub(crate) unsafe fn object_published(word: u64, seen: Seen) {
    // SAFETY: as the caller promises.
    unsafe { published(Object::from_word(word).desc(), word, seen) };
}

/// See the table.
///
/// # Safety
/// `container` is null or an object, `of` a descriptor, `word` an owned word of that type, or 0.
pub unsafe fn memory_stored(container: *mut u8, of: *mut u8, word: u64) {
    // SAFETY: as the caller promises.
    unsafe {
        if container.is_null() || Object::from_word(container as u64).is_shared() {
            published(desc(of), word, Seen::ByAll);
        }
    }
}

/// A loop of the only worker goes round. All objects are looked at so seldom that it costs no more than the loop itself.
pub(crate) fn look_now_and_then() {
    if ROUNDS.fetch_sub(1, Ordering::Relaxed) == 0 {
        let seen = look_at_all() as u64;
        ROUNDS.store(LEAST_ROUNDS + ROUNDS_PER_OBJECT * seen, Ordering::Relaxed);
    }
}

/// Looks at all objects that are alive, of which it gives the number: when nobody runs.
pub(crate) fn look_at_all() -> usize {
    if !super::is_complete() {
        return 0;
    }
    let living = books::with(|books| books.living());
    let count = living.len();
    for (at, _) in living {
        // SAFETY: nobody runs, so what is in the books as alive stays so.
        let object = unsafe { Object::from_word(at as u64) };
        if object.is_shared() {
            let mut broken = None;
            each(object, |slot, part| {
                if broken.is_none() && !is_as(part, Seen::ByAll) {
                    let way = super::label::part(object, slot);
                    broken = Some(Broken { root: object, way, object: part, seen: Seen::ByAll });
                }
            });
            if let Some(broken) = broken {
                broken.report();
            }
        }
    }
    count
}

/// Looks at an object and what it reaches.
pub(crate) fn look(root: Object, seen: Seen) -> Result<(), Broken> {
    let mut found = vec![Node { object: root, seen, from: None }];
    if !is_as(root, seen) {
        return Err(broken(&found, 0));
    }
    let mut known: BTreeSet<u64> = BTreeSet::new();
    let mut next = 0;
    while next < found.len().min(MOST) {
        let Node { object, seen, .. } = found[next];
        let below = match object.count() {
            0 => Seen::ForEver,
            ..0 => Seen::ByAll,
            1.. => seen,
        };
        let mut wrong = None;
        each(object, |slot, part| {
            let is_wrong = !is_as(part, below);
            if wrong.is_none() && (is_wrong || known.insert(part.word())) {
                found.push(Node { object: part, seen: below, from: Some((next, slot)) });
                wrong = is_wrong.then(|| found.len() - 1);
            }
        });
        if let Some(wrong) = wrong {
            return Err(broken(&found, wrong));
        }
        next += 1;
    }
    Ok(())
}

/// An object on the way.
struct Node {
    object: Object,
    /// What it should be.
    seen: Seen,
    /// In which one it was found, at which address.
    from: Option<(usize, usize)>,
}

fn is_as(object: Object, seen: Seen) -> bool {
    match (seen, object.count()) {
        (_, ..=LEAST_COUNT) => false,
        (Seen::ForEver, count) => count == 0,
        (Seen::ByAll, count) => count <= 0,
        (Seen::ByTheNext, count) => count <= 1,
    }
}

/// Calls `visit` with the address of each part that is an object.
fn each(object: Object, mut visit: impl FnMut(usize, Object)) {
    object.each_part(|_, slot| {
        // SAFETY: parts of live objects are alive; a word of a counted type that is not 0 is an object.
        unsafe {
            if *slot != 0 {
                visit(slot as usize, Object::from_word(*slot));
            }
        }
    });
}

/// From the first object on the way that others see.
fn broken(found: &[Node], at: usize) -> Broken {
    let (mut way, mut on) = (String::new(), at);
    while let Some((from, slot)) = found[on].from {
        way.insert_str(0, &part(found[from].object, slot));
        on = from;
    }
    Broken { root: found[on].object, way, object: found[at].object, seen: found[at].seen }
}

impl Broken {
    /// The way to the object: `.names[3]`.
    #[cfg(test)]
    pub(crate) fn way(&self) -> &str {
        &self.way
    }

    #[cold]
    fn report(&self) -> ! {
        let (root, name) = (of_type(self.root.desc()), of_type(self.object.desc()));
        let count = self.object.count();
        if count <= LEAST_COUNT {
            report::dead(self.object, Deed::Use);
        }
        let what = match self.seen {
            Seen::ByTheNext => format!("which has {count} owners in one task"),
            Seen::ByAll => "which only one task may use".to_owned(),
            Seen::ForEver => "which is not static".to_owned(),
        };
        let made = |object| line("made", books::with(|books| books.made(object)));
        if self.way.is_empty() {
            fail(&format!("other tasks come to see a {name}, {what}"), &[made(self.object)]);
        }
        let details = [
            format!("there: {}", self.way),
            format!("the {root} was {}", made(self.root)),
            format!("the {name} was {}", made(self.object)),
        ];
        fail(&format!("other tasks come to see a {root} that holds a {name}, {what}"), &details)
    }
}
