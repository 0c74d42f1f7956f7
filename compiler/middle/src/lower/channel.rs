//! Channels: which of the named ones a process has, and what is done with the ends of any.

use super::body::{Body, int, text};
use super::program::Lowering;
use crate::facts::{Effects, Facts, Placement};
use crate::hir::{Capacity, ClassKind, CmpOp, DepTarget, Expr, ExprKind, FnKind, Program, SelfParam};
use crate::ids::{ChannelId, ClassId, Id, IndexVec, ProcessId, TyId};
use crate::mir::{Channel, ChannelInfo, Concurrent, Inst, Operand, Terminator};
use crate::span::Span;
use crate::ty::{Holder, TyTable};

/// The named channels and topics of a process: those that its services have in brackets.
pub(super) struct Channels {
    list: IndexVec<Channel, ChannelId>,
    /// By channel: the services that subscribe, in start order.
    subscribers: IndexVec<Channel, Vec<ClassId>>,
}

impl Channels {
    pub(super) fn of(program: &Program, instances: &[ClassId]) -> Channels {
        let mut found = Channels { list: IndexVec::new(), subscribers: IndexVec::new() };
        for id in program.channels.ids() {
            let mut used = false;
            let mut subscribers = Vec::new();
            for class in instances {
                for dep in &program.classes[*class].deps {
                    let DepTarget::End { channel, side, .. } = dep.target else { continue };
                    used |= channel == id;
                    if channel == id && side == Holder::Subscriber {
                        subscribers.push(*class);
                    }
                }
            }
            if used {
                found.list.push(id);
                found.subscribers.push(subscribers);
            }
        }
        found
    }

    /// The channel's number in the process.
    pub(super) fn number(&self, channel: ChannelId) -> Channel {
        let found = self.list.iter().position(|listed| *listed == channel);
        Channel::from_index(found.expect("a service of this process has it in brackets"))
    }

    /// The number of a service among the subscribers of a topic; 0 if it is none.
    pub(super) fn subscription(&self, channel: Channel, class: ClassId) -> u32 {
        let found = self.subscribers[channel].iter().position(|subscriber| *subscriber == class);
        u32::try_from(found.unwrap_or(0)).unwrap_or(u32::MAX)
    }
}

impl Lowering<'_> {
    /// What the process has to know about its named channels and topics.
    pub(super) fn channel_infos(&mut self) -> IndexVec<Channel, ChannelInfo> {
        let listed: Vec<(ChannelId, usize)> =
            self.channels.list.iter().copied().zip(self.channels.subscribers.iter().map(Vec::len)).collect();
        let infos = listed.into_iter().map(|(id, subscribers)| {
            let declared = &self.program.channels[id];
            ChannelInfo {
                name: declared.name.clone(),
                element: self.table.of(declared.element),
                capacity: declared.capacity,
                kind: declared.kind,
                subscribers: u32::try_from(subscribers).unwrap_or(u32::MAX),
            }
        });
        infos.collect()
    }
}

impl Body<'_, '_> {
    /// `self.orders`: an end of a named channel or topic.
    pub(super) fn named_end(&mut self, dep: u32, ty: TyId) -> Operand {
        let class = self.class.expect("`resolve` lets `self` stand only in methods");
        let DepTarget::End { channel, side, .. } = self.cx.program.classes[class].deps[dep as usize].target else {
            unreachable!("`resolve` tells ends from services")
        };
        let channel = self.cx.channels.number(channel);
        let subscription = self.cx.channels.subscription(channel, class);
        self.emit(ty, |dest| Inst::NamedEnd { dest, channel, side, subscription })
    }

    /// `chan<T>(n)`: the tuple of both ends.
    pub(super) fn new_channel(&mut self, capacity: &Capacity, ty: TyId, span: Span) -> Operand {
        let capacity = match capacity {
            Capacity::Default => int(DEFAULT_CAPACITY),
            Capacity::Unbounded => int(-1),
            Capacity::Size(size) => self.capacity(size),
        };
        let site = self.site(span);
        self.faulting(ty, |dest, then, on_fail| Terminator::NewChannel { dest, capacity, then, on_fail, site })
    }

    /// A size that the program computes. None of them stands for "any number", as -1 does in MIR.
    fn capacity(&mut self, size: &Expr) -> Operand {
        let value = self.settled_expr(size);
        if !matches!(size.kind, ExprKind::Int(0..)) {
            let failed = self.block();
            let holds = self.compared(CmpOp::Ge, value.clone(), int(0), TyTable::INT);
            self.unless(holds, failed);
            let good = self.block();
            self.goto(good);
            self.go_on(failed);
            let shown = self.shown(value.clone(), TyTable::INT, None);
            let message = self.joined(vec![text("a channel cannot have a capacity of "), shown]);
            self.fault(message, size.span);
            self.go_on(good);
        }
        value
    }
}

/// How many messages a channel holds of which the program does not say it.
const DEFAULT_CAPACITY: i64 = 64;

/// May the process have more than one task? If it serves others, if the program starts tasks or has named channels, if a
/// service method runs in a task of its own, or if a service is rebuilt after a fault, which a task does.
pub(super) fn concurrent(
    program: &Program,
    facts: &Facts,
    placement: &Placement,
    effects: &Effects,
    process: ProcessId,
) -> Concurrent {
    let instances = placement.processes.get(process).into_iter().flat_map(|found| &found.services);
    let rebuilds = instances.into_iter().any(|class| placement.restarts.contains(class));
    let serves = effects.served.get(&process).is_some_and(|methods| !methods.is_empty());
    let spawns = program.fns.iter().any(|function| matches!(function.kind, FnKind::Task(_)));
    // `start`, `stop` and all of the app are run by the process itself, or by tasks that the program starts.
    let apart = facts.waits.iter().any(|method| {
        let function = &program.fns[*method];
        let of_service =
            matches!(function.kind, FnKind::Method(class) if program.classes[class].kind == ClassKind::Service);
        of_service && function.self_param == Some(SelfParam::Mut) && !matches!(&*function.name, "start" | "stop")
    });
    if serves || spawns || apart || rebuilds || !program.channels.is_empty() { Concurrent::Yes } else { Concurrent::No }
}
