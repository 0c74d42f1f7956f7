//! What is shared between threads, and when: programs with stores by hand, and how often the code of each calls the runtime.

use super::make::*;
use super::{calls, piece};
use crate::clif;
use pluto_middle::ids::Id;
use pluto_middle::mir::*;

/// Names of types of one program.
struct Types {
    unit: TypeId,
    string: TypeId,
    node: TypeId,
    nodes: TypeId,
    to_node: TypeId,
    to_nodes: TypeId,
    to_string: TypeId,
}

fn types(p: &mut Program) -> Types {
    let (unit, string) = (ty(p, Type::Unit), ty(p, Type::String));
    let node = p.types.push(Type::Class { name: Name::from("Node"), fields: vec![] });
    let nodes = ty(p, Type::Array(node));
    let fields = vec![(Name::from("name"), string), (Name::from("inner"), nodes)];
    p.types[node] = Type::Class { name: Name::from("Node"), fields };
    let [to_node, to_nodes, to_string] = [node, nodes, string].map(|inner| ty(p, Type::Ref(inner)));
    Types { unit, string, node, nodes, to_node, to_nodes, to_string }
}

/// A service with one field, `nodes`, that is replaced and whose first element's name is replaced.
fn stores(concurrent: Concurrent, locked: Locked) -> Program {
    let mut p = program();
    p.concurrent = concurrent;
    let t = types(&mut p);
    let service = p.services.next_id();
    let self_type = ty(&mut p, Type::Service(service));
    let mut start = Make::new(&mut p, "Store.start", &[self_type], t.unit);
    let empty = start.local(t.nodes);
    start.inst(Inst::NewArray { dest: empty, ty: t.nodes, elements: vec![] });
    start.inst(Inst::InitServiceField { service: start.param(0), index: 0, value: moved(empty) });
    let start = start.done(&mut p, Operand::Const(Const::Unit));
    let fields = vec![(Name::from("nodes"), t.nodes)];
    p.services.push(ServiceInfo { name: Name::from("Store"), fields, start, stop: None, locked });

    let mut f = Make::new(&mut p, "Store.replace", &[self_type, t.nodes], t.unit);
    let place = f.local(t.to_nodes);
    f.inst(Inst::RefServiceField { dest: place, service: f.param(0), index: 0 });
    f.inst(Inst::Store { to: copy(place), value: f.param(1) });
    f.done(&mut p, Operand::Const(Const::Unit));

    let mut f = Make::new(&mut p, "Store.rename", &[self_type, t.string], t.unit);
    let (place, node, name) = (f.local(t.to_nodes), f.local(t.to_node), f.local(t.to_string));
    f.inst(Inst::RefServiceField { dest: place, service: f.param(0), index: 0 });
    f.step(|then, on_fail| Terminator::RefIndex {
        dest: node,
        base: copy(place),
        index: int(0),
        then,
        on_fail,
        site: Site(0),
    });
    f.inst(Inst::RefField { dest: name, base: copy(node), index: 0 });
    f.inst(Inst::Store { to: copy(name), value: f.param(1) });
    f.done(&mut p, Operand::Const(Const::Unit));
    elsewhere(&mut p, &t);
    p
}

/// Stores into a local, into what a parameter refers to, and into a field behind it.
fn elsewhere(p: &mut Program, t: &Types) {
    let mut f = Make::new(p, "local", &[t.nodes, t.nodes], t.unit);
    let (own, place) = (f.addressed(t.nodes), f.local(t.to_nodes));
    f.inst(Inst::Assign { dest: own, value: f.param(0) });
    f.inst(Inst::RefLocal { dest: place, local: own });
    f.inst(Inst::Store { to: copy(place), value: f.param(1) });
    f.inst(Inst::Drop(own));
    f.done(p, Operand::Const(Const::Unit));

    let mut f = Make::new(p, "parameter", &[t.to_nodes, t.nodes], t.unit);
    f.inst(Inst::Store { to: f.param(0), value: f.param(1) });
    f.done(p, Operand::Const(Const::Unit));

    let mut f = Make::new(p, "field", &[t.to_node, t.nodes], t.unit);
    let inner = f.local(t.to_nodes);
    f.inst(Inst::RefField { dest: inner, base: f.param(0), index: 1 });
    f.inst(Inst::Store { to: copy(inner), value: f.param(1) });
    f.done(p, Operand::Const(Const::Unit));

    let mut f = Make::new(p, "constant", &[t.to_string], t.unit);
    f.inst(Inst::Store { to: f.param(0), value: text("static") });
    f.done(p, Operand::Const(Const::Unit));

    let mut f = Make::new(p, "push", &[t.to_nodes, t.node], t.unit);
    let nothing = f.local(t.unit);
    let args = vec![f.param(0), f.param(1)];
    f.inst(Inst::Builtin { dest: nothing, method: Method::ArrayPush, receiver: t.nodes, args });
    f.done(p, Operand::Const(Const::Unit));
}

/// How often the code of each of these functions calls `pluto_share`.
fn shares(program: &Program) -> Vec<usize> {
    let text = clif(program);
    let names = ["Store.start", "Store.replace", "local", "parameter", "field", "constant", "push"];
    names.iter().map(|name| calls(&piece(&text, name), "pluto_share")).collect()
}

#[test]
fn what_others_may_find_is_shared_before_it_is_stored() {
    assert_eq!(shares(&stores(Concurrent::Yes, Locked::Yes)), [1, 1, 0, 1, 1, 0, 0]);
}

#[test]
fn state_that_one_task_reaches_is_not_shared() {
    assert_eq!(shares(&stores(Concurrent::Yes, Locked::No)), [0, 0, 0, 1, 1, 0, 0]);
}

#[test]
fn state_that_is_only_read_is_shared() {
    let mut program = stores(Concurrent::Yes, Locked::No);
    // Nobody but `start` writes it any more.
    for function in program.functions.iter_mut().filter(|function| function.name.starts_with("Store.re")) {
        function.blocks.iter_mut().for_each(|block| block.insts.clear());
        function.blocks[Block::from_index(0)].end = Terminator::Return(vec![Operand::Const(Const::Unit)]);
    }
    assert_eq!(shares(&program)[0], 1);
}

#[test]
fn one_task_shares_nothing_and_never_counts_atomically() {
    let program = stores(Concurrent::No, Locked::No);
    assert_eq!(shares(&program), [0; 7]);
    let text = clif(&program);
    assert!(!text.contains("pluto_shared_drop") && !text.contains("atomic_rmw") && !text.contains("stack_check"));
}

#[test]
fn a_leaf_is_shared_by_negating_its_count() {
    let locked = clif(&stores(Concurrent::Yes, Locked::Yes));
    let rename = piece(&locked, "Store.rename");
    assert_eq!(calls(&rename, "pluto_share"), 0, "{rename}");
    assert!(rename.contains("ineg"), "{rename}");
}

#[test]
fn shared_counts_are_behind_the_test_for_own_ones() {
    let mut program = program();
    program.concurrent = Concurrent::Yes;
    let t = types(&mut program);
    let mut f = Make::new(&mut program, "count", &[t.node, t.string], t.unit);
    let Operand::Copy(node) = f.param(0) else { unreachable!() };
    let Operand::Copy(string) = f.param(1) else { unreachable!() };
    for local in [node, string] {
        f.inst(Inst::Dup(local));
        f.inst(Inst::Drop(local));
        f.inst(Inst::Drop(local));
    }
    f.done(&mut program, Operand::Const(Const::Unit));
    let text = clif(&program);
    let count = piece(&text, "count");
    assert_eq!(count.matches("atomic_rmw").count(), 2, "{count}");
    assert_eq!((calls(&count, "pluto_shared_drop"), calls(&count, "pluto_object_free")), (4, 4), "{count}");
    assert_eq!(calls(&count, "pluto.quiet:stack_check"), 1, "{count}");
}
