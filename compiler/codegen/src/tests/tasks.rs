//! Closures, tasks and channels by hand: every form that waits, starts or calls through a value. In: nothing. Out: programs.

use super::make::*;
use pluto_middle::hir::{ChannelKind, Scheduler};
use pluto_middle::ids::{Id, IndexVec};
use pluto_middle::mir::*;
use pluto_middle::ty::Holder;

/// A holder's type.
fn holder(p: &mut Program, holder: Holder, inner: TypeId) -> TypeId {
    ty(p, Type::Holder { holder, inner })
}

/// The errors that waits end with.
fn waiting_errors(p: &mut Program) {
    let (string, bool_type) = (ty(p, Type::String), ty(p, Type::Bool));
    let strings = ["service", "method", "detail"].map(|name| (Name::from(name), string));
    let network = strings.into_iter().chain([(Name::from("may_have_run"), bool_type)]).collect();
    let lost = vec![(Name::from("lost"), bool_type)];
    for (at, name, fields) in [(0, "NetworkError", network), (5, "ChannelClosed", lost), (6, "TaskCancelled", vec![])] {
        p.builtin_errors[at] = Some(ty(p, Type::Error { name: Name::from(name), fields }));
    }
}

/// `scale(by: float)` gives `(x) => x * by`; `main` calls it, and a function without captures, through values.
pub(crate) fn closures() -> Program {
    let mut p = program();
    let (float, string, unit) = (ty(&mut p, Type::Float), ty(&mut p, Type::String), ty(&mut p, Type::Unit));
    let fn_type = ty(&mut p, Type::Fn { params: vec![float, string], result: float });
    let scaled = ty(&mut p, Type::Closure { name: Name::from("main.scale"), captures: vec![float, string] });
    let plain = ty(&mut p, Type::Closure { name: Name::from("same"), captures: vec![] });
    let mut f = Make::new(&mut p, "main.scale", &[scaled, float, string], float).entered(Entry::Value);
    let (by, product, kept) = (f.local(float), f.local(float), f.local(string));
    f.inst(Inst::Capture { dest: by, closure: f.param(0), index: 0 });
    f.inst(Inst::Capture { dest: kept, closure: f.param(0), index: 1 });
    f.inst(Inst::Print { text: copy(kept) });
    f.inst(Inst::Drop(kept));
    f.inst(Inst::Op2 { dest: product, op: Op2::FloatMul, left: f.param(1), right: copy(by) });
    let scale = f.borrowing().done(&mut p, copy(product));
    let mut f = Make::new(&mut p, "same", &[plain, float, string], float).entered(Entry::Value);
    f.inst(Inst::Print { text: f.param(2) });
    let result = f.param(1);
    let same = f.borrowing().done(&mut p, result);

    let mut m = Make::new(&mut p, "main", &[], unit);
    let (first, second, result) = (m.local(fn_type), m.local(fn_type), m.local(float));
    let captures = vec![Operand::Const(Const::Float(2.5)), text("captured")];
    m.inst(Inst::MakeClosure { dest: first, ty: scaled, function: scale, captures });
    m.inst(Inst::MakeClosure { dest: second, ty: plain, function: same, captures: vec![] });
    for callee in [first, second] {
        m.inst(Inst::Dup(callee));
        m.step(|then, on_fail| Terminator::CallValue {
            dests: vec![result],
            callee: copy(callee),
            args: vec![Operand::Const(Const::Float(3.0)), text("argument")],
            then,
            on_fail,
            site: Site(0),
        });
        m.inst(Inst::Drop(callee));
        m.print(&mut p, float, copy(result));
        m.inst(Inst::Drop(callee));
    }
    let main = m.done(&mut p, Operand::Const(Const::Unit));
    set_main(&mut p, main, MainResult::Unit);
    p
}

/// Two tasks, one of which gives a float; handles, deadlines, a loop with a safepoint; a test.
pub(crate) fn tasks() -> Program {
    let mut p = program();
    p.concurrent = Concurrent::Yes;
    waiting_errors(&mut p);
    let (int_type, float, string) = (ty(&mut p, Type::Int), ty(&mut p, Type::Float), ty(&mut p, Type::String));
    let (unit, bool_type, duration) = (ty(&mut p, Type::Unit), ty(&mut p, Type::Bool), ty(&mut p, Type::Duration));
    let mut m = Make::new(&mut p, "main", &[], unit);
    let nothing = m.local(unit);
    for (name, of, gives) in
        [("main.text", string, text("done")), ("main.half", float, Operand::Const(Const::Float(0.5)))]
    {
        let closure = ty(&mut p, Type::Closure { name: Name::from(name), captures: vec![int_type] });
        let body = Make::new(&mut p, name, &[closure], of).entered(Entry::Task).dropping().done(&mut p, gives);
        let handle_type = holder(&mut p, Holder::Task, of);
        let (made, handle, result) = (m.local(closure), m.local(handle_type), m.local(of));
        m.inst(Inst::MakeClosure { dest: made, ty: closure, function: body, captures: vec![int(7)] });
        m.step(|then, on_fail| Terminator::Spawn { dest: handle, closure: moved(made), then, on_fail, site: Site(0) });
        m.wait(result, WaitOp::Get, vec![copy(handle)]);
        m.print(&mut p, of, copy(result));
        if of == string {
            m.inst(Inst::Drop(result));
        }
        let (how, message) = (m.local(int_type), m.local(string));
        m.wait(how, WaitOp::Ended, vec![copy(handle)]);
        m.print(&mut p, int_type, copy(how));
        m.inst(Inst::TaskMessage { dest: message, task: copy(handle) });
        m.inst(Inst::Print { text: copy(message) });
        m.inst(Inst::Drop(message));
        for method in [Method::TaskCancel, Method::TaskDetach] {
            m.inst(Inst::Builtin { dest: nothing, method, receiver: handle_type, args: vec![copy(handle)] });
        }
        m.inst(Inst::Drop(handle));
    }
    let (before, own, expired) = (m.local(int_type), m.local(int_type), m.local(bool_type));
    m.inst(Inst::DeadlineBegin { before, own, limit: int(1_000_000) });
    m.wait(nothing, WaitOp::Sleep, vec![int(1_000)]);
    m.inst(Inst::DeadlineExpired { dest: expired, own: copy(own) });
    m.inst(Inst::DeadlineEnd { before: copy(before) });
    let (time, long) = (m.local(duration), m.local(bool_type));
    m.inst(Inst::Assign { dest: time, value: int(2_500_000) });
    m.inst(Inst::Compare { dest: long, op: Cmp::Gt, ty: duration, left: copy(time), right: int(1) });
    let (ms, seconds) = (m.local(int_type), m.local(float));
    m.inst(Inst::Builtin { dest: ms, method: Method::DurationToMs, receiver: duration, args: vec![copy(time)] });
    m.inst(Inst::Builtin {
        dest: seconds,
        method: Method::DurationToSeconds,
        receiver: duration,
        args: vec![copy(time)],
    });
    m.print(&mut p, int_type, copy(ms));
    m.print(&mut p, float, copy(seconds));
    let around = m.block();
    m.end(Terminator::Goto(around));
    m.begin(around);
    m.inst(Inst::Safepoint);
    let done = m.block();
    m.end(Terminator::Branch { cond: copy(long), then: done, otherwise: around });
    m.begin(done);
    let main = m.done(&mut p, Operand::Const(Const::Unit));
    p.tests.push(Test { name: Name::from("at random"), function: main, scheduler: Scheduler::Random });
    set_main(&mut p, main, MainResult::Unit);
    p
}

/// A channel and named ends: every way to send and to receive, and `select` over them.
pub(crate) fn channels() -> Program {
    let mut p = program();
    p.concurrent = Concurrent::Yes;
    waiting_errors(&mut p);
    let (int_type, string, unit) = (ty(&mut p, Type::Int), ty(&mut p, Type::String), ty(&mut p, Type::Unit));
    let (bool_type, maybe) = (ty(&mut p, Type::Bool), ty(&mut p, Type::Nullable { inner: string, boxed: Boxed::No }));
    let sides = [Holder::Sender, Holder::Receiver, Holder::Publisher, Holder::Subscriber];
    let [sender, receiver, publisher, subscriber] = sides.map(|side| holder(&mut p, side, string));
    let pair = ty(&mut p, Type::Tuple(vec![sender, receiver]));
    let channel =
        |name: &str, kind| ChannelInfo { name: Name::from(name), element: string, capacity: 64, kind, subscribers: 1 };
    p.channels = IndexVec::new();
    p.channels.push(channel("orders", ChannelKind::Channel));
    p.channels.push(channel("prices", ChannelKind::LossyTopic));
    let mut m = Make::new(&mut p, "main", &[], unit);
    let (both, tx, rx) = (m.local(pair), m.local(sender), m.local(receiver));
    m.step(|then, on_fail| Terminator::NewChannel { dest: both, capacity: int(8), then, on_fail, site: Site(0) });
    m.inst(Inst::Field { dest: tx, base: copy(both), index: 0 });
    m.inst(Inst::Field { dest: rx, base: copy(both), index: 1 });
    m.inst(Inst::Drop(both));
    let (pubs, subs, nothing) = (m.local(publisher), m.local(subscriber), m.local(unit));
    let prices = Channel::from_index(1);
    m.inst(Inst::NamedEnd { dest: pubs, channel: prices, side: Holder::Publisher, subscription: 0 });
    m.inst(Inst::NamedEnd { dest: subs, channel: prices, side: Holder::Subscriber, subscription: 0 });
    m.wait(nothing, WaitOp::Send, vec![copy(tx), text("sent")]);
    m.wait(nothing, WaitOp::Deliver, vec![copy(tx), text("delivered")]);
    m.wait(nothing, WaitOp::Publish, vec![copy(pubs), text("published")]);
    m.wait(nothing, WaitOp::PublishAndWait, vec![copy(pubs), text("awaited")]);
    let (sent, tried, len) = (m.local(bool_type), m.local(maybe), m.local(int_type));
    let args = vec![copy(tx), text("tried")];
    m.inst(Inst::Builtin { dest: sent, method: Method::SenderTrySend, receiver: sender, args });
    m.inst(Inst::Builtin { dest: tried, method: Method::ReceiverTryRecv, receiver, args: vec![copy(rx)] });
    m.inst(Inst::Drop(tried));
    m.inst(Inst::Builtin { dest: len, method: Method::ReceiverLen, receiver, args: vec![copy(rx)] });
    for end in [rx, subs] {
        let got = m.local(string);
        m.wait(got, WaitOp::Recv, vec![copy(end)]);
        m.inst(Inst::Print { text: copy(got) });
        m.inst(Inst::Drop(got));
    }
    chosen(&mut m, string, [tx, rx, subs]);
    m.inst(Inst::Builtin { dest: nothing, method: Method::SenderClose, receiver: sender, args: vec![copy(tx)] });
    let (test, body, done, got) = (m.block(), m.block(), m.block(), m.local(string));
    m.end(Terminator::Goto(test));
    m.begin(test);
    m.branch_next(got, copy(rx), (body, done));
    m.begin(body);
    m.inst(Inst::Print { text: copy(got) });
    m.inst(Inst::Drop(got));
    m.inst(Inst::Safepoint);
    m.end(Terminator::Goto(test));
    m.begin(done);
    for local in [tx, rx, pubs, subs] {
        m.inst(Inst::Drop(local));
    }
    let main = m.done(&mut p, Operand::Const(Const::Unit));
    set_main(&mut p, main, MainResult::Unit);
    p
}

/// A `select` with everything, then one with a single arm.
fn chosen(m: &mut Make, string: TypeId, [tx, rx, subs]: [Local; 3]) {
    let [first, second, third, late, none, after] = std::array::from_fn(|_| m.block());
    let (one, two) = (m.local(string), m.local(string));
    let arm = |op, end, then| SelectArm { op, end: copy(end), then };
    let arms = vec![
        arm(SelectOp::Recv(one), rx, first),
        arm(SelectOp::Send(text("selected")), tx, second),
        arm(SelectOp::Recv(two), subs, third),
    ];
    m.select(arms, Some((int(1_000), late)), Some(none));
    for (block, got, says) in [
        (first, Some(one), "received"),
        (second, None, "sent"),
        (third, Some(two), "heard"),
        (late, None, "late"),
        (none, None, "nothing"),
    ] {
        m.begin(block);
        m.inst(Inst::Print { text: text(says) });
        if let Some(got) = got {
            m.inst(Inst::Print { text: copy(got) });
            m.inst(Inst::Drop(got));
        }
        m.end(Terminator::Goto(after));
    }
    m.begin(after);
    let (only, got) = (m.block(), m.local(string));
    m.select(vec![arm(SelectOp::Recv(got), rx, only)], None, None);
    m.begin(only);
    m.inst(Inst::Drop(got));
}
