//! Deep data: nothing recurses, so a list of a million nodes is dropped, compared, shown and hashed on a small stack.

use super::build::*;
use crate::heap::describe::Desc;
use crate::heap::imp::{equal, map_contains};

const DEPTH: u64 = 1_000_000;

/// Half of what runtime functions may use of a task's stack.
fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(256 << 10).spawn(test).expect("a thread can be started");
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn list(node: Desc, depth: u64) -> u64 {
    (0..depth).fold(0, |next, number| new_record(node, &[number, next]))
}

#[test]
fn lists() {
    on_a_small_stack(|| {
        balanced(|| {
            let node = node();
            let (one, two) = (list(node, DEPTH), list(node, DEPTH));
            // SAFETY: both are of this type.
            unsafe { assert_eq!(equal(at(node), one, two), 1) };
            discard(node, two);
            let text = shown(node, one);
            assert!(text.starts_with("Node { value: 999999, next: Node {") && text.ends_with("} }"));
            assert!(text.contains("{ value: 0, next: none } }"));
        });
    });
}

#[test]
fn deep_keys() {
    on_a_small_stack(|| {
        balanced(|| {
            let node = node();
            let desc = map(node, int());
            let map = new_map(desc, &[(list(node, DEPTH), 1)]);
            let (same, other) = (list(node, DEPTH), list(node, DEPTH - 1));
            // SAFETY: the keys are of the map's key type.
            unsafe { assert_eq!((map_contains(map, same), map_contains(map, other)), (1, 0)) };
            for word in [same, other] {
                discard(node, word);
            }
            discard(desc, map);
        });
    });
}

#[test]
fn shared_tails_are_freed_once() {
    balanced(|| {
        let node = node();
        let tail = list(node, 1000);
        let heads: Vec<u64> = (0..10).map(|number| new_record(node, &[number, dup(node, tail)])).collect();
        discard(node, tail);
        for head in heads {
            discard(node, head);
        }
    });
}
