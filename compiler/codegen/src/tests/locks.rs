//! Methods of services with their locks: brief ones enter a lock that leans towards their worker, longer ones ask the runtime. And small
//! functions are put in the place of their calls.

use super::make::*;
use super::{calls, piece};
use crate::clif;
use crate::emitter::Findings;
use crate::piece::{RelocTarget, compile};
use crate::symbol::{Code, Symbol};
use crate::target::isa;
use pluto_middle::ids::Id;
use pluto_middle::mir::*;

/// A service with a method of these instructions, and what takes its lock.
fn locked(insts: Vec<Inst>) -> (Program, Func, Func) {
    let mut p = program();
    p.concurrent = Concurrent::Yes;
    let (int_type, unit) = (ty(&mut p, Type::Int), ty(&mut p, Type::Unit));
    let service = p.services.next_id();
    let self_type = ty(&mut p, Type::Service(service));
    let mut method = Make::new(&mut p, "Counter.add", &[self_type, int_type], int_type).unchecked();
    let sum = method.local(int_type);
    let added = method.param(1);
    method.checked(sum, Checked::IntAdd, added, int(1));
    insts.into_iter().for_each(|inst| method.inst(inst));
    let method = method.done(&mut p, copy(sum));
    let mut outer = Make::new(&mut p, "Counter.add$locked", &[self_type, int_type], int_type).unchecked();
    let dest = outer.local(int_type);
    let args = vec![outer.param(0), outer.param(1)];
    outer.step(|then, on_fail| Terminator::Lock {
        service,
        mode: LockMode::Write,
        entering: Entering::AsItIs,
        then,
        on_fail,
        site: Site(0),
    });
    outer.call(dest, method, args);
    outer.inst(Inst::Unlock { service, mode: LockMode::Write });
    let outer = outer.done(&mut p, copy(dest));
    let start = Make::new(&mut p, "Counter.start", &[self_type], unit).done(&mut p, Operand::Const(Const::Unit));
    let fields = vec![(Name::from("calls"), int_type)];
    p.services.push(ServiceInfo { name: Name::from("Counter"), fields, start, stop: None, locked: Locked::Yes });
    (p, method, outer)
}

fn lock_calls(program: &Program) -> (usize, usize) {
    let outer = piece(&clif(program), "Counter.add$locked");
    (calls(&outer, "pluto.quiet:lock_take"), calls(&outer, "pluto_lock_take"))
}

#[test]
fn only_brief_methods_enter_a_leaning_lock() {
    assert_eq!(lock_calls(&locked(vec![]).0), (1, 0));
    assert_eq!(lock_calls(&locked(vec![Inst::Safepoint]).0), (0, 1));
    let print = Inst::Print { text: text("added") };
    assert_eq!(lock_calls(&locked(vec![print]).0), (0, 1));
}

#[test]
fn small_functions_are_put_in_the_place_of_their_calls() {
    let (program, method, outer) = locked(vec![]);
    let findings = Findings::of(&program);
    let piece = compile((&program, &findings), Code::Function(outer), &*isa());
    let named = |reloc: &RelocTarget, symbol: &Symbol| matches!(reloc, RelocTarget::Symbol(it) if it == symbol);
    let mentions = |symbol: Symbol| piece.relocs.iter().any(|reloc| named(&reloc.target, &symbol));
    assert!(!mentions(Symbol::Code(Code::Function(method))));
    // What the method asks for is there in its place.
    assert!(mentions(Symbol::Runtime(crate::abi::RuntimeFn::fault)));
}

#[test]
fn functions_that_look_at_the_stack_stay_where_they_are() {
    let (mut program, method, _) = locked(vec![]);
    assert!(Findings::of(&program).small.contains_key(&method));
    program.functions[method].stack_check = StackCheck::Yes;
    assert!(!Findings::of(&program).small.contains_key(&method));
    assert_eq!(method.index(), 0);
}
