//! The functions of the runtime's table in its section "channels". In: addresses and words of generated code. Out: calls of the
//! safe code in `channel`.
#![allow(clippy::missing_safety_doc, reason = "the table in `pluto_abi::functions` is the contract")]

use pluto_abi::layout::{Kind, SelectArm, Waited};
use pluto_abi::program::Side;

use super::imp::task;
use crate::channel::select::{Arm, Arms, Deed};
use crate::channel::selects::{self, Rest};
use crate::channel::{Channel, UNBOUNDED, named, waits};
use crate::heap::describe::{desc, first};
use crate::heap::ends::{Chan, Queue, channel_of, end_kind, new_end, publish_message, publisher_message, topic_of};
use crate::heap::object::{drop_word, some};
use crate::sync::Arc;
use crate::task::TaskRef;

/// More messages than this fit in no channel.
const MOST: i64 = 1 << 32;

/// See the table.
pub unsafe fn chan_new(at: *mut u8, sender: *mut u8, receiver: *mut u8, capacity: u64, out: *mut u8) -> u64 {
    let capacity = match capacity as i64 {
        -1 => UNBOUNDED,
        bounded @ 0..=MOST => bounded as usize,
        absurd => {
            // SAFETY: the table's contract.
            unsafe { task(at) }.fault(format!("a channel cannot have a capacity of {absurd}"));
            return 1;
        }
    };
    // SAFETY: the table's contract: room for two words.
    unsafe {
        let channel = Arc::new(Channel::new(capacity, Queue::new(first(desc(sender)))));
        out.cast::<u64>().write(new_end(desc(sender), channel.clone()));
        out.cast::<u64>().add(1).write(new_end(desc(receiver), channel));
    }
    0
}

/// See the table.
#[inline(always)]
pub unsafe fn chan_send(at: *mut u8, sender: u64, value: u64, site: u64) -> u64 {
    // SAFETY: the table's contract.
    unsafe {
        let (task, channel) = (task(at), channel_of(sender));
        if !task.is_waiting() {
            publish_message(channel, value);
        }
        waits::send(task, channel, value, site) as u64
    }
}

/// See the table.
pub unsafe fn chan_deliver(at: *mut u8, sender: u64, value: u64, site: u64) -> u64 {
    // SAFETY: the table's contract.
    unsafe {
        let (task, channel) = (task(at), channel_of(sender));
        if !task.is_waiting() {
            publish_message(channel, value);
        }
        waits::deliver(task, channel, value, site) as u64
    }
}

/// See the table.
#[inline(always)]
pub unsafe fn chan_recv(at: *mut u8, receiver: u64, site: u64, out: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    unsafe { waits::recv(task(at), received_from(at, receiver), site, &mut *out.cast()) as u64 }
}

/// See the table.
#[inline(always)]
pub unsafe fn chan_next(at: *mut u8, receiver: u64, site: u64, out: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    unsafe { waits::next(task(at), received_from(at, receiver), site, &mut *out.cast()) as u64 }
}

/// The channel behind an end from which the task receives.
///
/// # Safety
/// As for the waiting functions.
unsafe fn received_from<'a>(at: *mut u8, receiver: u64) -> &'a Chan {
    // SAFETY: the table's contract.
    let (task, channel) = unsafe { (task(at), channel_of(receiver)) };
    if channel.messages().is_declared() {
        task.takes_declared();
    }
    channel
}

/// See the table.
pub unsafe fn chan_try_send(at: *mut u8, sender: u64, value: u64) -> u64 {
    // SAFETY: the table's contract.
    unsafe {
        let channel = channel_of(sender);
        publish_message(channel, value);
        u64::from(waits::try_send(task(at), channel, value))
    }
}

/// See the table.
pub unsafe fn chan_try_recv(at: *mut u8, receiver: u64, opt: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    unsafe { waits::try_recv(task(at), channel_of(receiver)).map_or(0, |word| some(desc(opt), word)) }
}

/// See the table.
pub unsafe fn chan_close(at: *mut u8, end: u64) {
    // SAFETY: the table's contract.
    unsafe {
        task(at).operated();
        if end_kind(end) == Kind::Publisher {
            topic_of(end).queues().iter().for_each(|queue| queue.close());
        } else {
            channel_of(end).close();
        }
    }
}

/// See the table.
pub unsafe fn chan_len(end: u64) -> u64 {
    // SAFETY: the table's contract.
    unsafe { channel_of(end) }.len() as u64
}

/// See the table.
pub unsafe fn chan_capacity(end: u64, opt: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    unsafe { channel_of(end).capacity().map_or(0, |capacity| some(desc(opt), capacity as u64)) }
}

/// See the table.
pub unsafe fn topic_publish(at: *mut u8, publisher: u64, value: u64, wait: u64, site: u64) -> u64 {
    // SAFETY: the table's contract.
    unsafe {
        let (task, topic) = (task(at), topic_of(publisher));
        if topic.queues().is_empty() {
            drop_word(publisher_message(publisher), value);
            return Waited::Done as u64;
        }
        if !task.is_waiting() {
            publish_message(&topic.queues()[0], value);
        }
        waits::publish(task, topic, value, wait != 0, site) as u64
    }
}

/// See the table.
pub unsafe fn topic_dropped(end: u64) -> u64 {
    // SAFETY: the table's contract.
    unsafe { if end_kind(end) == Kind::Publisher { topic_of(end).dropped() } else { channel_of(end).dropped() } }
}

/// See the table.
pub unsafe fn named_end(channel: u64, side: u64, subscription: u64, of: *mut u8) -> u64 {
    const SIDES: [Side; 4] = [Side::Sender, Side::Receiver, Side::Publisher, Side::Subscriber];
    let side = SIDES[side as usize];
    // SAFETY: the table's contract.
    let end = named::end(channel as usize, side, subscription as usize, unsafe { desc(of) });
    end.unwrap_or_else(|| panic!("the program has no {side:?} {subscription} of channel {channel}"))
}

/// See the table.
pub unsafe fn select(at: *mut u8, arms: *mut u8, count: u64, after: u64, default: u64, site: u64, out: *mut u8) -> u64 {
    // SAFETY: the table's contract.
    unsafe {
        let arms: &[SelectArm] = if count == 0 { &[] } else { std::slice::from_raw_parts(arms.cast(), count as usize) };
        let after = u64::try_from(after as i64).ok();
        for arm in arms.iter().filter(|arm| arm.kind == 0) {
            received_from(at, arm.end);
        }
        selects::select(task(at), &Words(arms), Rest { after, default: default != 0, site }, &mut *out.cast())
    }
}

/// Arms as generated code wrote them down.
struct Words<'a>(&'a [SelectArm]);

impl<'a> Arms<'a, TaskRef, Queue> for Words<'a> {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn arm(&self, index: usize) -> Arm<'a, TaskRef, Queue> {
        let arm = self.0[index];
        // SAFETY: the table's contract: the arms' ends are alive as long as the select.
        let channel = unsafe { channel_of(arm.end) };
        Arm { channel, deed: if arm.kind == 0 { Deed::Receive } else { Deed::Send(arm.value) } }
    }
}

#[cfg(test)]
mod tests;
