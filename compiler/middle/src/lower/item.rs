//! Whole functions: those of the program, the locking wrappers of service methods, and the starts of services.

use super::body::{Body, OnError, This, UNIT, int, text};
use super::program::{Key, Lowering};
use super::{apart, closure};
use crate::hir::{self, ClassKind, FnKind, SelfParam};
use crate::ids::{ClassId, FnId, Id, TyId};
use crate::mir::{
    Const, Entering, Func, Function, Inst, Local, LockMode, Name, Operand, Service, Site, StackCheck, Terminator, Type,
    TypeId,
};
use crate::ty::{Ty, TyTable};

/// Lowers one function. Its first block is the entry, into which nothing jumps.
pub(super) fn function(cx: &mut Lowering, key: Key, name: Name) -> Function {
    match key {
        Key::Plain(id) => plain(cx, id, name),
        Key::Locked(id) => locked(cx, id, name),
        Key::Start(service) => start(cx, service, name),
        Key::Build(service) => build(cx, service, name),
        Key::Closure(id) => closure::closure(cx, id, name),
        Key::Adapter(id) => closure::adapter(cx, id, name),
        Key::Apart(id) => apart::apart(cx, id, name),
        Key::ApartTask(id) => apart::task(cx, id, name),
    }
}

fn plain(cx: &mut Lowering, id: FnId, name: Name) -> Function {
    let source = &cx.program.fns[id];
    let stack_check = if cx.facts.recursive.contains(&id) { StackCheck::Yes } else { StackCheck::No };
    let mut body = Body::new(cx, name, Some(id));
    let params = params(&mut body, source);
    let site = body.site(source.span);
    let value = body.value_of_block(&source.body);
    end_of_body(&mut body, source, value);
    let result = body.result;
    let result = body.mir_ty(result);
    body.finish(params, result, site, stack_check)
}

/// Ends a function with the value of its body.
pub(super) fn end_of_body(body: &mut Body, source: &hir::Function, value: Operand) {
    let result = body.result;
    if body.is_unit(result) {
        body.end(Terminator::Return(vec![UNIT]));
    } else if source.body.value.is_some() {
        body.end(Terminator::Return(vec![value]));
    } else {
        // `check` made sure that the end is not reached.
        body.end(Terminator::Unreachable);
    }
}

/// The parameters, `self` among them.
pub(super) fn params(body: &mut Body, source: &hir::Function) -> Vec<Local> {
    let mut params = Vec::new();
    if let (FnKind::Method(class), Some(how)) = (source.kind, source.self_param) {
        let (ty, is_service) = self_ty(body, class);
        params.push(match (is_service, how) {
            (true, _) => {
                let local = body.local(ty, "self".into());
                body.this = This::Service(Operand::Copy(local));
                local
            }
            (false, SelfParam::Read) => {
                let local = body.local(ty, "self".into());
                body.this = This::Value(local);
                local
            }
            (false, SelfParam::Mut) => {
                let ty = body.cx.table.plain(Type::Ref(ty));
                let local = body.local(ty, "self".into());
                body.this = This::Reference(local);
                local
            }
        });
    }
    for param in &source.params {
        params.push(body.var(*param));
    }
    params
}

/// The type of `self`, and whether it is a service.
fn self_ty(body: &mut Body, class: ClassId) -> (TypeId, bool) {
    match body.cx.program.classes[class].kind {
        ClassKind::Service | ClassKind::App => {
            let service = body.cx.service(class);
            (body.cx.table.plain(Type::Service(service)), true)
        }
        ClassKind::Data => (body.cx.table.class(class), false),
    }
}

/// `Lock; call; Unlock`, on all ways.
fn locked(cx: &mut Lowering, id: FnId, name: Name) -> Function {
    let source = &cx.program.fns[id];
    let class = cx.class_of_method(id);
    let mode = match source.self_param {
        Some(SelfParam::Mut) => LockMode::Write,
        Some(SelfParam::Read) | None => LockMode::Read,
    };
    let hold = Hold { service: cx.service(class), mode, entering: cx.entering(class) };
    let mut body = Body::new(cx, name, Some(id));
    let params = params(&mut body, source);
    let site = body.site(source.span);
    let result = body.result;
    let callee = body.func(id);
    let args = params.iter().copied().map(Operand::Copy).collect();
    body.lock(hold, site);
    call_and_return(&mut body, (callee, args), result, site, Some(hold));
    let result = body.mir_ty(result);
    body.finish(params, result, site, StackCheck::No)
}

/// How a function holds the lock of a service.
#[derive(Clone, Copy)]
pub(super) struct Hold {
    pub(super) service: Service,
    pub(super) mode: LockMode,
    pub(super) entering: Entering,
}

/// Calls a function and hands on what it gives, well or early. A lock is given back on both ways. The path of an early end shows the
/// function, and who called this one; nothing in between.
pub(super) fn call_and_return(
    body: &mut Body,
    (callee, args): (Func, Vec<Operand>),
    result: TyId,
    site: Site,
    hold: Option<Hold>,
) {
    let dest = body.temp(result);
    let status = body.plain(Type::Status);
    let failed = body.block();
    body.call(dest, callee, args, site, OnError::Catch { status, handlers: failed });
    let unlock = hold.map(|Hold { service, mode, .. }| Inst::Unlock { service, mode });
    unlock.clone().into_iter().for_each(|inst| body.push(inst));
    body.end(Terminator::Return(vec![Operand::Copy(dest)]));
    body.go_on(failed);
    if let Some(Hold { service, entering: Entering::Whole, .. }) = hold {
        let rebuild = body.cx.rebuild(service);
        body.push(Inst::NoteFault { service, status: Operand::Copy(status), rebuild });
    }
    unlock.into_iter().for_each(|inst| body.push(inst));
    body.end(Terminator::Fail(Operand::Copy(status)));
}

/// Sets the fields, then calls the program's `start`.
fn start(cx: &mut Lowering, service: Service, name: Name) -> Function {
    let class = cx.class_of(service);
    let (mut body, this, site) = of_service(cx, service, name);
    let unit = body.mir_ty(TyTable::UNIT);
    if body.cx.entering(body.cx.instances[service.index()]) == Entering::Whole {
        // It is called again after faults; then nobody may be inside, and nothing of the old instance may be left.
        let hold = Hold { service, mode: LockMode::Write, entering: Entering::AsItIs };
        let build = body.cx.func(Key::Build(service));
        body.lock(hold, site);
        body.push(Inst::ClearService { service: Operand::Copy(this) });
        call_and_return(&mut body, (build, vec![Operand::Copy(this)]), TyTable::UNIT, site, Some(hold));
        return body.finish(vec![this], unit, site, StackCheck::No);
    }
    set_fields(&mut body, class, this);
    if let Some(user_start) = body.cx.method_named(service, "start") {
        let callee = body.cx.func(body.cx.outermost(user_start));
        call_start(&mut body, user_start, callee, this, site);
    }
    body.end(Terminator::Return(vec![UNIT]));
    body.finish(vec![this], unit, site, StackCheck::No)
}

/// The same for a service that is rebuilt after a fault: whoever calls this holds its lock.
fn build(cx: &mut Lowering, service: Service, name: Name) -> Function {
    let class = cx.class_of(service);
    let (mut body, this, site) = of_service(cx, service, name);
    set_fields(&mut body, class, this);
    if let Some(user_start) = body.cx.method_named(service, "start") {
        let callee = body.cx.func(Key::Plain(user_start));
        call_start(&mut body, user_start, callee, this, site);
    }
    body.end(Terminator::Return(vec![UNIT]));
    let unit = body.mir_ty(TyTable::UNIT);
    body.finish(vec![this], unit, site, StackCheck::No)
}

/// A function of the service itself, its parameter, and the place of its class.
fn of_service<'c, 'a>(cx: &'c mut Lowering<'a>, service: Service, name: Name) -> (Body<'c, 'a>, Local, Site) {
    let class = cx.class_of(service);
    let mut body = Body::new(cx, name, None);
    let ty = body.cx.table.plain(Type::Service(service));
    let this = body.local(ty, "self".into());
    let site = body.site(class.span);
    body.stand_at(Some(class.span));
    (body, this, site)
}

fn set_fields(body: &mut Body, class: &hir::Class, this: Local) {
    for (index, field) in (0..).zip(&class.fields) {
        let value = match field.default {
            Some(default) => body.constant(default, class.span),
            None => body.zero(field.ty, class.span),
        };
        body.push(Inst::InitServiceField { service: Operand::Copy(this), index, value });
    }
}

fn call_start(body: &mut Body, start: FnId, callee: Func, this: Local, site: Site) {
    let dest = body.temp(body.cx.types.results[start]);
    body.call(dest, callee, vec![Operand::Copy(this)], site, OnError::Propagate);
}

impl Body<'_, '_> {
    /// The value of a field that has no default: zero, empty or `none`; of an enum its first variant without fields.
    pub(super) fn zero(&mut self, ty: TyId, span: crate::span::Span) -> Operand {
        let program = self.cx.program;
        let mir_ty = self.mir_ty(ty);
        match self.get(ty) {
            Ty::Error | Ty::Never | Ty::Unit | Ty::Var(_) => UNIT,
            Ty::Int | Ty::Bool | Ty::Byte | Ty::Duration => int(0),
            Ty::Float => Operand::Const(Const::Float(0.0)),
            Ty::String => text(""),
            Ty::Nullable(_) => Operand::Const(Const::Null),
            Ty::Array(_) => self.emit(ty, |dest| Inst::NewArray { dest, ty: mir_ty, elements: Vec::new() }),
            Ty::Map(..) => self.emit(ty, |dest| Inst::NewMap { dest, ty: mir_ty }),
            Ty::Tuple(parts) => {
                let fields = parts.iter().map(|part| self.zero(*part, span)).collect();
                self.emit(ty, |dest| Inst::New { dest, ty: mir_ty, fields })
            }
            Ty::Class(class) => {
                let fields = program.classes[*class].fields.iter();
                let fields = fields.map(|field| self.default_of(field, span)).collect();
                self.emit(ty, |dest| Inst::New { dest, ty: mir_ty, fields })
            }
            Ty::Enum(id) => {
                let variants = &program.enums[*id].variants;
                let empty = variants.iter().position(|variant| variant.fields.is_empty());
                self.variant(ty, u32::try_from(empty.unwrap_or(0)).unwrap_or(0), Vec::new())
            }
            // `check` wants them written.
            Ty::ErrorValue(_) | Ty::AnyError | Ty::Fn(..) | Ty::Holder(..) => Operand::Const(Const::Null),
        }
    }

    /// A field that was not written: its default, else zero.
    pub(super) fn default_of(&mut self, field: &hir::Field, span: crate::span::Span) -> Operand {
        match field.default {
            Some(default) => self.constant(default, span),
            None => self.zero(field.ty, span),
        }
    }
}
