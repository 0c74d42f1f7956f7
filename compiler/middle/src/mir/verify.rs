//! Checks that MIR keeps its own rules. In: a program after the ownership pass. Out: nothing, or the first thing that is wrong,
//! with the function's text. A failure here is a bug of the compiler, never of the program that it compiles.

mod balance;
mod bracket;
mod typing;

use super::flow;
use super::{Entry, Func, Function, HasStatus, Passing, Program, StackCheck, Terminator, Type};

/// Checks everything.
///
/// # Errors
/// The first rule that is broken, with the text of the function that breaks it.
pub fn verify(program: &Program) -> Result<(), String> {
    program_parts(program)?;
    for (id, function) in program.functions.iter_enumerated() {
        check(program, function).map_err(|wrong| {
            format!("wrong MIR in {}: {wrong}\n{}", function.name, super::print::print_function(program, id))
        })?;
    }
    Ok(())
}

fn check(program: &Program, function: &Function) -> Result<(), String> {
    shape(program, function)?;
    let unset = super::ownership::live_at_entry(function);
    let unset = unset.into_iter().find(|local| function.params.iter().all(|(param, _)| param != local));
    ensure(unset.is_none(), || format!("{unset:?} may be read before it is set"))?;
    typing::check(program, function)?;
    bracket::check(function)?;
    balance::check(program, function)
}

fn program_parts(program: &Program) -> Result<(), String> {
    let known = |id: Func| ensure(program.functions.get(id).is_some(), || format!("function {} is missing", id.0));
    for service in program.services.iter() {
        known(service.start)?;
        service.stop.map_or(Ok(()), known)?;
    }
    for handler in &program.handlers {
        known(handler.function)?;
    }
    program.main.map_or(Ok(()), |main| known(main.function))?;
    program.tests.iter().try_for_each(|test| known(test.function))?;
    let mut names: Vec<&str> = program.functions.iter().map(|function| &*function.name).collect();
    names.sort_unstable();
    match names.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("two functions are named {}", pair[0])),
        None => Ok(()),
    }
}

/// Block targets, and the discipline of the status word.
fn shape(program: &Program, function: &Function) -> Result<(), String> {
    ensure(!function.blocks.is_empty(), || "there is no block".to_owned())?;
    let can_fail = function.status == HasStatus::Yes;
    entry(program, function)?;
    ensure(can_fail || function.stack_check == StackCheck::No, || "it checks the stack without a status".to_owned())?;
    for (block, data) in function.blocks.iter_enumerated() {
        let mut wrong = None;
        flow::edges(&data.end, &mut |to, _| {
            if function.blocks.get(*to).is_none() || to.0 == 0 {
                wrong = Some(*to);
            }
        });
        ensure(wrong.is_none(), || format!("bb{} goes to {wrong:?}", block.0))?;
        if matches!(data.end, Terminator::Fail(_)) {
            ensure(can_fail, || format!("bb{} fails without a status", block.0))?;
        }
        if let Terminator::Call { function: callee, args, on_fail, .. } = &data.end {
            let Some(callee) = program.functions.get(*callee) else {
                return Err(format!("bb{} calls what is missing", block.0));
            };
            let agrees = on_fail.is_some() == (callee.status == HasStatus::Yes);
            ensure(agrees, || format!("bb{}: the call of {} and its status differ", block.0, callee.name))?;
            let count = args.len() == callee.params.len();
            ensure(count, || format!("bb{}: the call of {} has {} arguments", block.0, callee.name, args.len()))?;
        }
    }
    Ok(())
}

/// How a function is entered and how it takes its parameters.
fn entry(program: &Program, function: &Function) -> Result<(), String> {
    let closure = function.params.first().map(|(local, _)| &program.types[function.locals[*local].ty]);
    let takes_closure = matches!(closure, Some(Type::Closure { name, .. }) if *name == function.name);
    let (wanted, count) = match function.entry {
        Entry::Direct => return Ok(()),
        Entry::Value => (Passing::Borrowed, function.params.len()),
        Entry::Task => (Passing::Owned, 1),
    };
    ensure(takes_closure, || "its first parameter is not its closure".to_owned())?;
    ensure(function.status == HasStatus::Yes, || "it is called by value, without a status".to_owned())?;
    let passed = function.params.iter().all(|(_, passing)| *passing == wanted);
    ensure(passed && function.params.len() == count, || "its parameters are not passed as it is called".to_owned())
}

fn ensure(holds: bool, wrong: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(wrong()) }
}
