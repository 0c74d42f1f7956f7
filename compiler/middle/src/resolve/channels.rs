//! Named channels and topics. In: their declarations, and ends of them in brackets. Out: the table of channels; which channel
//! a dependency means: the one of its name, in the own module or else in an imported one.

use super::collect::Work;
use super::cx::{Cx, Def};
use super::errors;
use crate::hir::{ChannelKind, DepTarget};
use crate::ids::{ChannelId, ClassId, ModuleId};
use crate::ty::{Holder, Ty};
use pluto_syntax::ast::{self, Capacity, ExprKind, Ident, UnOp, Vis};
use pluto_syntax::span::Span;

/// How many messages fit where nothing is written.
const DEFAULT_CAPACITY: i64 = 64;
/// The largest capacity.
const MOST: u64 = 1 << 32;

/// A declaration of a channel or topic.
#[derive(Clone, Copy)]
pub(super) enum ChannelDecl<'a> {
    Chan(&'a ast::ChanDecl),
    Topic(&'a ast::TopicDecl),
}

/// Resolves the types and sizes of all channels; what is a service must be known.
pub(super) fn channels(cx: &mut Cx<'_>, work: &Work<'_>) {
    for (id, decl) in &work.channels {
        let module = cx.program.channels[*id].module;
        let (ty, capacity) = match decl {
            ChannelDecl::Chan(decl) => (&decl.ty, chan_capacity(cx, &decl.capacity)),
            ChannelDecl::Topic(decl) => (&decl.ty, topic_capacity(cx, decl)),
        };
        let element = cx.ty(module, ty);
        let channel = &mut cx.program.channels[*id];
        channel.element = element;
        channel.capacity = capacity;
    }
}

fn chan_capacity(cx: &mut Cx<'_>, capacity: &Capacity) -> i64 {
    match capacity {
        Capacity::Default => DEFAULT_CAPACITY,
        Capacity::Unbounded(_) => -1,
        Capacity::Size(size) => written_capacity(cx, size),
    }
}

/// A size that is written as a number.
fn written_capacity(cx: &mut Cx<'_>, size: &ast::Expr) -> i64 {
    if let ExprKind::Int(size) = size.kind
        && size <= MOST
    {
        return i64::try_from(size).unwrap_or(i64::MAX);
    }
    if let ExprKind::Int(_) = size.kind {
        cx.report(errors::capacity_too_large(size.span));
    } else if let ExprKind::Unary { op: UnOp::Neg, operand } = &size.kind
        && let ExprKind::Int(_) = operand.kind
    {
        let text = cx.program.sources.text(size.span).to_owned();
        cx.report(errors::capacity_below_zero(size.span, &text));
    } else if !matches!(size.kind, ExprKind::Error(_)) {
        cx.report(errors::capacity_not_literal(size.span));
    }
    DEFAULT_CAPACITY
}

/// Each subscriber has a queue, which must hold something.
fn topic_capacity(cx: &mut Cx<'_>, decl: &ast::TopicDecl) -> i64 {
    let capacity = chan_capacity(cx, &decl.capacity);
    if let (Capacity::Size(size), 0) = (&decl.capacity, capacity) {
        cx.report(errors::topic_without_room(size.span));
    }
    capacity
}

/// The channel that an end in brackets means; `None` (and a message) if there is none, or another one than is written.
pub(super) fn end(cx: &mut Cx<'_>, owner: ClassId, dep: &ast::Dep, side: Holder) -> Option<DepTarget> {
    let module = cx.program.classes[owner].module;
    let ty = cx.ty(module, &dep.ty);
    let Ty::Holder(_, element) = *cx.program.types.get(ty) else { return None };
    let channel = find(cx, module, &dep.name, side)?;
    let found = &cx.program.channels[channel];
    let fits = match side {
        Holder::Sender | Holder::Receiver => found.kind == ChannelKind::Channel,
        Holder::Publisher | Holder::Subscriber => found.kind != ChannelKind::Channel,
        Holder::Task => false,
    };
    if !fits {
        let diagnostic = errors::wrong_kind_of_end(&dep.name, side, dep.ty.span, found.kind, found.span);
        cx.report(diagnostic);
        return None;
    }
    if found.element != element && ![found.element, element].contains(&crate::ty::TyTable::ERROR) {
        let (span, carries) = (found.span, found.element);
        let text = |cx: &Cx<'_>, ty| crate::hir::print::ty(&cx.program, &cx.program.types, ty);
        let (carries, wanted) = (text(cx, carries), text(cx, element));
        cx.report(errors::wrong_messages(&dep.name, side, dep.ty.span, &carries, &wanted, span));
        return None;
    }
    Some(DepTarget::End { channel, side, ty })
}

/// A channel by its name: the own module first, then imported ones.
fn find(cx: &mut Cx<'_>, module: ModuleId, name: &Ident, side: Holder) -> Option<ChannelId> {
    let own = cx.scopes[module].get(&name.name).map(|entry| entry.def);
    if let Some(Def::Channel(channel)) = own {
        return Some(channel);
    }
    if own == Some(Def::Broken) {
        return None;
    }
    let mut public: Vec<ChannelId> = vec![];
    let mut private: Option<Span> = None;
    for entry in cx.scopes[module].values() {
        if let Def::Module(imported) = entry.def
            && let Some(found) = cx.scopes[imported].get(&name.name)
            && let Def::Channel(channel) = found.def
        {
            match found.vis {
                Vis::Public if !public.contains(&channel) => public.push(channel),
                Vis::Public => {}
                Vis::Private => private = Some(found.span),
            }
        }
    }
    match public[..] {
        [channel] => return Some(channel),
        [first, second, ..] => {
            let places = [cx.program.channels[first].span, cx.program.channels[second].span];
            cx.report(errors::two_channels(name, places));
        }
        [] => {
            let near = near(cx, name);
            cx.report(errors::no_channel(name, side, private, near.as_deref()));
        }
    }
    None
}

fn near(cx: &mut Cx<'_>, name: &Ident) -> Option<String> {
    let names: Vec<ast::Name> = cx.program.channels.iter().map(|channel| channel.name.clone()).collect();
    cx.suggest(&name.name, names.iter().map(|name| &**name))
}
