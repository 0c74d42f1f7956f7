//! What is said of memory that is used wrongly. In: objects, and what is done with them. Out: lines on standard error, the end of the
//! process; the number of objects that are left at the end.

use super::super::object::Object;
use super::super::output::flush_output;
use super::books::{self, Living};
use super::label::of_type;
use super::place::{self, Place};
use super::{MEMORY_EXIT, is_complete, is_on};
use pluto_abi::layout::Deed;
use std::collections::BTreeMap;

/// So many of the strings that are left are shown, so long.
const SAMPLES: usize = 3;
const SAMPLE_CHARS: usize = 40;

/// See the table.
///
/// # Safety
/// `object` was an object.
pub unsafe fn memory_freed(object: *mut u8, deed: u64) {
    let deed = match deed {
        1 => Deed::Dup,
        2 => Deed::Drop,
        _ => Deed::Use,
    };
    // SAFETY: as the caller promises; its header is still there.
    dead(unsafe { Object::from_word(object as u64) }, deed);
}

/// An object was freed, and now this is done with it: the end of the process.
#[cold]
pub(in crate::heap) fn dead(object: Object, deed: Deed) -> ! {
    let done = match deed {
        Deed::Use => "is used",
        Deed::Dup => "gets another owner",
        Deed::Drop => "is dropped again",
    };
    let (kind, history) = match books::with(|books| books.dead(object)) {
        Some(dead) => (of_type(dead.desc), vec![line("made", dead.made), line("freed", dead.freed)]),
        None => ("object".to_owned(), vec!["of which nothing is known any more".to_owned()]),
    };
    fail(&format!("a freed {kind} {done}"), &history)
}

/// Something is wrong: the end of the process. Says where it is.
pub(super) fn fail(headline: &str, details: &[String]) -> ! {
    flush_output();
    let mut text = format!("memory: {headline}\n");
    for detail in details {
        text += &format!("  {detail}\n");
    }
    let path = place::path();
    for (number, line) in path.iter().enumerate() {
        text += &if number == 0 { format!("  now {line}\n") } else { format!("  {line}\n") };
    }
    eprint!("{text}");
    std::process::exit(MEMORY_EXIT)
}

/// `made at function (file:line)`.
pub(super) fn line(what: &str, place: Place) -> String {
    format!("{what} {}", place::text(place))
}

/// Prints what is alive to standard error, by type and by where it was made. To be called at exit, after everything was dropped. Gives
/// how many there are (0 if nobody looks after that); if not 0 the process should end with [`MEMORY_EXIT`].
pub fn leak_report() -> u64 {
    if !is_on() {
        return 0;
    }
    let left: Vec<(usize, Living)> = books::with(|books| books.living());
    let mut groups: BTreeMap<(String, String), (u64, Vec<String>)> = BTreeMap::new();
    for (at, living) in &left {
        // SAFETY: the object is in the books as alive.
        let object = unsafe { Object::from_word(*at as u64) };
        let made = if is_complete() { format!(" {}", line("made", living.made)) } else { String::new() };
        let (number, samples) = groups.entry((of_type(object.desc()), made)).or_default();
        *number += 1;
        if samples.len() < SAMPLES && object.is_string() {
            samples.push(format!("{:?}", object.text().chars().take(SAMPLE_CHARS).collect::<String>()));
        }
    }
    if !left.is_empty() {
        let mut text = format!("leak: {} objects\n", left.len());
        for ((name, made), (number, samples)) in groups {
            let samples = if samples.is_empty() { String::new() } else { format!(": {}", samples.join(", ")) };
            text += &format!("  {number} {name}{made}{samples}\n");
        }
        eprint!("{text}");
    }
    left.len() as u64
}
