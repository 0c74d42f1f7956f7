//! Facts as text, for `--emit facts`. In: the program and its facts. Out: lines in a fixed order.

use crate::facts::{CallHow, Facts};
use crate::hir::Program;
use std::fmt::Write;

/// The facts, as text.
#[must_use]
pub fn print(program: &Program, facts: &Facts) -> String {
    let mut text = String::from("services in start order\n");
    for class in &facts.services {
        let state = if facts.stateless.contains(class) { "without state" } else { "with state" };
        let _ = writeln!(text, "    {} {state}", program.classes[*class].name);
    }
    text.push_str("calls\n");
    for (caller, positions) in &facts.calls_of {
        let recursive = if facts.recursive.contains(caller) { " (recursive)" } else { "" };
        let repeatable = if facts.repeatable.contains(caller) { " (repeatable)" } else { "" };
        let _ = writeln!(text, "    {}{recursive}{repeatable}", program.fns[*caller].qualified);
        for at in positions {
            let call = &facts.calls[*at];
            let how = match call.how {
                CallHow::Direct if call.service.is_some() => " through a dependency",
                CallHow::Direct => "",
                CallHow::Value => " as a value",
                CallHow::Made => " is made",
                CallHow::Spawned if facts.detached.contains_key(&call.callee) => " in a task, detached",
                CallHow::Spawned => " in a task",
            };
            let line = program.sources.line_col(call.span).0;
            let _ = writeln!(text, "        {} in line {line}{how}", program.fns[call.callee].qualified);
        }
    }
    text
}
