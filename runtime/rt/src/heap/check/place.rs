//! Where generated code is. In: the steps that its functions keep in their frames. Out: places, as numbers and as text.

use super::PROGRAM;
use crate::task::fault::line;
use pluto_abi::layout::Step;

/// A place in the source; `None`: the runtime itself, or a program that does not say where it is.
pub(super) type Place = Option<u64>;

/// Deeper paths are cut.
const MOST: usize = 64;

/// Where the task of this thread is.
pub(super) fn here() -> Place {
    steps().next()
}

/// The path that led there, the innermost call first, as lines.
pub(super) fn path() -> Vec<String> {
    let mut steps = steps();
    let mut lines: Vec<String> = steps.by_ref().take(MOST).map(|site| text(Some(site))).collect();
    let more = steps.count();
    lines.extend((more > 0).then(|| format!("({more} more)")));
    lines
}

/// `at function (file:line)`.
pub(super) fn text(place: Place) -> String {
    match (place, PROGRAM.get()) {
        (Some(site), Some(program)) => line(*program, site),
        (Some(_) | None, Some(_) | None) => "by the runtime".to_owned(),
    }
}

/// The places of the functions that have not returned.
fn steps() -> impl Iterator<Item = u64> {
    let mut at = crate::task::current().map_or(0, |task| task.task().path());
    std::iter::from_fn(move || {
        // SAFETY: the task runs on this thread, so the frames of its functions stay while this looks at them. Each step was written
        // before its address was.
        let step = unsafe { (at as *const Step).as_ref() }?;
        at = step.before;
        Some(step.site)
    })
}
