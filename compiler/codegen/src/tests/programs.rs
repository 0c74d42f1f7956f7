//! Whole programs by hand, each with what it prints and how it ends when it is linked with the runtime.

use super::make::*;
use pluto_middle::ids::Id;
use pluto_middle::mir::*;

/// `fib(25)` by recursion; the exit code is its last three bits.
pub(crate) fn fib() -> Program {
    let mut p = program();
    let (int_type, bool_type, unit) = (ty(&mut p, Type::Int), ty(&mut p, Type::Bool), ty(&mut p, Type::Unit));
    let mut f = Make::new(&mut p, "fib", &[int_type], int_type);
    let (small, a, b, c) = (f.local(bool_type), f.local(int_type), f.local(int_type), f.local(int_type));
    let (leaf, node) = (f.block(), f.block());
    f.inst(Inst::Op2 { dest: small, op: Op2::IntLt, left: f.param(0), right: int(2) });
    f.end(Terminator::Branch { cond: copy(small), then: leaf, otherwise: node });
    f.begin(leaf);
    f.end(Terminator::Return(vec![f.param(0)]));
    f.begin(node);
    f.checked(a, Checked::IntSub, f.param(0), int(1));
    f.call(b, Func(0), vec![copy(a)]);
    f.checked(a, Checked::IntSub, f.param(0), int(2));
    f.call(c, Func(0), vec![copy(a)]);
    f.checked(a, Checked::IntAdd, copy(b), copy(c));
    let fib = f.done(&mut p, copy(a));
    let mut m = Make::new(&mut p, "main", &[], int_type);
    let (result, last) = (m.local(int_type), m.local(int_type));
    m.call(result, fib, vec![int(25)]);
    m.print(&mut p, int_type, copy(result));
    m.checked(last, Checked::IntRem, copy(result), int(8));
    let main = m.done(&mut p, copy(last));
    let _ = unit;
    set_main(&mut p, main, MainResult::Int);
    p
}

/// Pushes 0, 1, 4 … onto an array, changes one element in place, adds all up, prints both.
pub(crate) fn array() -> Program {
    let mut p = program();
    let (int_type, bool_type, unit) = (ty(&mut p, Type::Int), ty(&mut p, Type::Bool), ty(&mut p, Type::Unit));
    let array = ty(&mut p, Type::Array(int_type));
    let (to_array, to_int) = (ty(&mut p, Type::Ref(array)), ty(&mut p, Type::Ref(int_type)));
    let mut m = Make::new(&mut p, "main", &[], unit);
    let (list, place, element) = (m.addressed(array), m.local(to_array), m.local(to_int));
    let (n, square, sum, more, nothing) =
        (m.local(int_type), m.local(int_type), m.local(int_type), m.local(bool_type), m.local(unit));
    m.inst(Inst::NewArray { dest: list, ty: array, elements: vec![] });
    m.inst(Inst::Assign { dest: n, value: int(0) });
    m.inst(Inst::Assign { dest: sum, value: int(0) });
    let (test, body, done) = (m.block(), m.block(), m.block());
    m.end(Terminator::Goto(test));
    m.begin(test);
    m.inst(Inst::Op2 { dest: more, op: Op2::IntLt, left: copy(n), right: int(6) });
    m.end(Terminator::Branch { cond: copy(more), then: body, otherwise: done });
    m.begin(body);
    m.checked(square, Checked::IntMul, copy(n), copy(n));
    m.inst(Inst::RefLocal { dest: place, local: list });
    let args = vec![copy(place), copy(square)];
    m.inst(Inst::Builtin { dest: nothing, method: Method::ArrayPush, receiver: array, args });
    m.step(|then, on_fail| Terminator::Index {
        dest: square,
        base: copy(list),
        index: copy(n),
        then,
        on_fail,
        site: Site(0),
    });
    m.checked(sum, Checked::IntAdd, copy(sum), copy(square));
    m.inst(Inst::Op2 { dest: n, op: Op2::WrappingAdd, left: copy(n), right: int(1) });
    m.end(Terminator::Goto(test));
    m.begin(done);
    m.inst(Inst::RefLocal { dest: place, local: list });
    m.step(|then, on_fail| Terminator::RefIndex {
        dest: element,
        base: copy(place),
        index: int(2),
        then,
        on_fail,
        site: Site(0),
    });
    m.inst(Inst::Store { to: copy(element), value: int(-1) });
    m.print(&mut p, array, copy(list));
    m.print(&mut p, int_type, copy(sum));
    m.inst(Inst::Drop(list));
    let main = m.done(&mut p, Operand::Const(Const::Unit));
    set_main(&mut p, main, MainResult::Unit);
    p
}

/// Divides by zero.
pub(crate) fn division() -> Program {
    let mut p = program();
    let (int_type, unit) = (ty(&mut p, Type::Int), ty(&mut p, Type::Unit));
    let mut m = Make::new(&mut p, "main", &[], unit);
    let (zero, result) = (m.local(int_type), m.local(int_type));
    m.inst(Inst::Assign { dest: zero, value: int(0) });
    m.checked(result, Checked::IntDiv, int(1), copy(zero));
    let main = m.done(&mut p, Operand::Const(Const::Unit));
    set_main(&mut p, main, MainResult::Unit);
    p
}

/// Calls itself for ever, with an owned string that must not leak.
pub(crate) fn recursion() -> Program {
    let mut p = program();
    let (unit, string) = (ty(&mut p, Type::Unit), ty(&mut p, Type::String));
    let mut f = Make::new(&mut p, "again", &[string], unit);
    let (nothing, twice) = (f.local(unit), f.local(string));
    f.inst(Inst::Concat { dest: twice, parts: vec![f.param(0), text("x")] });
    let Operand::Copy(own) = f.param(0) else { unreachable!() };
    f.inst(Inst::Drop(own));
    f.call(nothing, Func(0), vec![moved(twice)]);
    let again = f.done(&mut p, copy(nothing));
    let mut m = Make::new(&mut p, "main", &[], unit);
    let nothing = m.local(unit);
    m.call(nothing, again, vec![text("")]);
    let main = m.done(&mut p, copy(nothing));
    set_main(&mut p, main, MainResult::Unit);
    p
}

/// A class that contains itself, an enum, floats, nullables: made, shared, changed, compared, printed.
pub(crate) fn data() -> Program {
    let mut p = program();
    let (int_type, float, unit) = (ty(&mut p, Type::Int), ty(&mut p, Type::Float), ty(&mut p, Type::Unit));
    let (string, bool_type) = (ty(&mut p, Type::String), ty(&mut p, Type::Bool));
    let node = p.types.push(Type::Class { name: Name::from("Node"), fields: vec![] });
    let next = ty(&mut p, Type::Nullable { inner: node, boxed: Boxed::No });
    let weight = ty(&mut p, Type::Nullable { inner: float, boxed: Boxed::Yes });
    let shape = ty(&mut p, shape(float));
    let names = ["name", "size", "weight", "shape", "next"].map(Name::from);
    let types = [string, int_type, weight, shape, next];
    p.types[node] = Type::Class { name: Name::from("Node"), fields: names.into_iter().zip(types).collect() };
    let (to_node, to_int) = (ty(&mut p, Type::Ref(node)), ty(&mut p, Type::Ref(int_type)));
    let mut m = Make::new(&mut p, "main", &[], unit);
    let (leaf, boxed, circle, dot) = (m.local(node), m.local(weight), m.local(shape), m.local(shape));
    m.inst(Inst::Wrap { dest: boxed, ty: weight, value: Operand::Const(Const::Float(1.5)) });
    m.inst(Inst::NewVariant { dest: circle, ty: shape, variant: 1, fields: vec![Operand::Const(Const::Float(2.5))] });
    m.inst(Inst::NewVariant { dest: dot, ty: shape, variant: 0, fields: vec![] });
    let fields = vec![text("leaf"), int(1), moved(boxed), moved(circle), Operand::Const(Const::Null)];
    m.inst(Inst::New { dest: leaf, ty: node, fields });
    let (tail, root, other) = (m.local(next), m.addressed(node), m.local(node));
    m.inst(Inst::Dup(leaf));
    m.inst(Inst::Wrap { dest: tail, ty: next, value: copy(leaf) });
    let fields = vec![text("root"), int(2), Operand::Const(Const::Null), moved(dot), moved(tail)];
    m.inst(Inst::New { dest: root, ty: node, fields });
    m.inst(Inst::Dup(root));
    m.inst(Inst::Assign { dest: other, value: copy(root) });
    let (place, size, same) = (m.local(to_node), m.local(to_int), m.local(bool_type));
    m.inst(Inst::RefLocal { dest: place, local: root });
    m.inst(Inst::RefField { dest: size, base: copy(place), index: 1 });
    m.inst(Inst::Store { to: copy(size), value: int(20) });
    m.inst(Inst::Compare { dest: same, op: Cmp::Eq, ty: node, left: copy(root), right: copy(other) });
    m.print(&mut p, node, copy(root));
    m.print(&mut p, node, copy(other));
    m.print(&mut p, bool_type, copy(same));
    for local in [leaf, root, other] {
        m.inst(Inst::Drop(local));
    }
    let main = m.done(&mut p, Operand::Const(Const::Unit));
    set_main(&mut p, main, MainResult::Unit);
    p
}

fn shape(float: TypeId) -> Type {
    let variants = vec![(Name::from("Dot"), vec![]), (Name::from("Circle"), vec![(Name::from("r"), float)])];
    Type::Enum { name: Name::from("Shape"), variants }
}

/// A method that is called over a boundary, with every kind of type on the wire; both sides in one program.
pub(crate) fn remote() -> Program {
    let mut p = program();
    p.concurrent = Concurrent::Yes;
    p.peers.push(PeerInfo { name: Name::from("other"), transport: pluto_middle::facts::Transport::Shared });
    let (int_type, float, unit) = (ty(&mut p, Type::Int), ty(&mut p, Type::Float), ty(&mut p, Type::Unit));
    let (string, bool_type) = (ty(&mut p, Type::String), ty(&mut p, Type::Bool));
    let shape = ty(&mut p, shape(float));
    let tree = p.types.push(Type::Class { name: Name::from("Tree"), fields: vec![] });
    let trees = ty(&mut p, Type::Array(tree));
    let pair = ty(&mut p, Type::Tuple(vec![shape, bool_type]));
    let map = ty(&mut p, Type::Map(string, pair));
    let maybe = ty(&mut p, Type::Nullable { inner: int_type, boxed: Boxed::Yes });
    let units = ty(&mut p, Type::Array(unit));
    let names = ["trees", "map", "maybe", "units"].map(Name::from);
    let fields = names.into_iter().zip([trees, map, maybe, units]).collect();
    p.types[tree] = Type::Class { name: Name::from("Tree"), fields };
    let strings = ["service", "method", "detail"].map(|name| (Name::from(name), string));
    let error_fields: Vec<_> = strings.into_iter().chain([(Name::from("may_have_run"), bool_type)]).collect();
    for (at, name) in ["NetworkError", "TimeoutError", "UnavailableError", "VersionError"].into_iter().enumerate() {
        let error = ty(&mut p, Type::Error { name: Name::from(name), fields: error_fields.clone() });
        p.builtin_errors[at] = Some(error);
    }
    let lost = ty(&mut p, Type::Error { name: Name::from("Lost"), fields: vec![(Name::from("tree"), tree)] });
    p.wire = vec![unit, int_type, float, string, bool_type, shape, tree, trees, pair, map, maybe, units, lost];

    let service = p.services.next_id();
    let self_type = ty(&mut p, Type::Service(service));
    let mut method = Make::new(&mut p, "Forest.grow", &[self_type, tree, float], tree);
    method.step(|then, on_fail| Terminator::Lock {
        service,
        mode: LockMode::Write,
        entering: Entering::AsItIs,
        then,
        on_fail,
        site: Site(0),
    });
    method.inst(Inst::Unlock { service, mode: LockMode::Write });
    let method = {
        let result = method.param(1);
        method.done(&mut p, result)
    };
    p.functions[method].params[2].1 = Passing::Borrowed;
    let mut start = Make::new(&mut p, "Forest.start", &[self_type], unit);
    start.inst(Inst::InitServiceField { service: start.param(0), index: 0, value: text("oak") });
    let start = start.done(&mut p, Operand::Const(Const::Unit));
    p.services.push(ServiceInfo {
        name: Name::from("Forest"),
        fields: vec![(Name::from("kind"), string)],
        start,
        stop: Some(start),
        locked: Locked::Yes,
    });
    let name = Name::from("Forest.grow");
    let fingerprint = Fingerprint(7);
    p.remotes.push(RemoteMethod { peer: Peer::from_index(1), name: name.clone(), fingerprint });
    let (errors, repeatable) = (vec![lost], Repeatable::No);
    let params = vec![tree, float];
    p.handlers.push(Handler { name, service, function: method, params, errors, repeatable, fingerprint });

    let mut m = Make::new(&mut p, "main", &[tree, float], tree);
    let dest = m.local(tree);
    let args = vec![m.param(0), m.param(1)];
    m.step(|then, on_fail| {
        Terminator::CallRemote(Box::new(RemoteCall {
            dest,
            peer: Peer::from_index(1),
            method: 0,
            service_name: Name::from("Forest"),
            method_name: Name::from("grow"),
            timeout: Timeout::Usual,
            args,
            errors: vec![lost],
            then,
            on_fail,
            site: Site(0),
        }))
    });
    m.done(&mut p, moved(dest));
    p
}
