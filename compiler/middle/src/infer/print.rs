//! Effects as text, for `--emit facts`. In: the program, its placement and effects. Out: lines in a fixed order.

use crate::facts::{Effects, Placement};
use crate::hir::Program;
use std::fmt::Write;

/// The effects, as text.
#[must_use]
pub fn print(program: &Program, placement: &Placement, effects: &Effects) -> String {
    let mut text = format!("effects under {}\n", placement.name);
    for (id, process) in placement.processes.iter_enumerated() {
        let _ = writeln!(text, "process {}", process.name);
        let here = effects.errors.iter().filter(|((at, _), _)| *at == id);
        for ((_, function), errors) in here {
            let errors: Vec<&str> = errors.iter().map(|error| &*program.errors[*error].name).collect();
            let raises = if errors.is_empty() { String::new() } else { format!(" raises {}", errors.join(", ")) };
            let _ = writeln!(text, "    {}{raises}", program.fns[*function].qualified);
        }
        for method in effects.served.get(&id).into_iter().flatten() {
            let _ = writeln!(text, "    serves {}", program.fns[*method].qualified);
        }
    }
    text
}
