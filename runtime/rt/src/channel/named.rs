//! The channels and topics that a program declares. In: the program's description. Out: their ends; the word that all are empty.
//!
//! They never disconnect while the program runs: their ends are static objects, which nobody counts. When `main` returns they are
//! closed. Each test of `plutoc test` has its own.

use std::sync::{LazyLock, OnceLock};

use pluto_abi::program::{ChannelKind, Side};
use pluto_proto::status::ChannelStatus;

use super::topic::Topic;
use super::{Channel, UNBOUNDED};
use crate::heap::describe::Desc;
use crate::heap::ends::{Broadcast, Chan, Queue, static_end, static_publisher};
use crate::os::program::{NamedChannel, Program};
use crate::os::slot::Shared;
use crate::sync::Arc;

/// One of them.
enum Named {
    Channel { channel: Arc<Chan>, sender: OnceLock<u64>, receiver: OnceLock<u64> },
    Topic { topic: Arc<Broadcast>, publisher: OnceLock<u64>, subscribers: Vec<OnceLock<u64>> },
}

/// Those of the program that runs. Never freed: ends point to them.
static ALL: LazyLock<Shared<Vec<Named>>> = LazyLock::new(Shared::default);

fn all() -> &'static [Named] {
    ALL.get().map_or(&[], |all| all)
}

/// Makes the program's channels, in place of those of an earlier test.
pub fn open(program: Program) {
    let fresh = (0..program.channel_count()).map(|number| Named::new(program.channel(number))).collect();
    ALL.set(Box::leak(Box::new(fresh)));
}

/// Closes them. What is queued may still be received.
pub fn close_all() {
    each(Channel::close);
}

/// Have those who receive taken everything? A channel that nobody receives from does not count.
pub fn are_empty() -> bool {
    all().iter().all(|named| match named {
        Named::Channel { channel, receiver, .. } => receiver.get().is_none() || channel.is_empty(),
        Named::Topic { topic, subscribers, .. } => {
            let queues = topic.queues().iter().zip(subscribers);
            queues.into_iter().all(|(queue, subscriber)| subscriber.get().is_none() || queue.is_empty())
        }
    })
}

/// How they are: one line for each channel, and for each subscriber of a topic.
pub fn status() -> Vec<ChannelStatus> {
    let mut lines = vec![];
    for named in all() {
        match named {
            Named::Channel { channel, .. } => lines.push(line(channel, "")),
            Named::Topic { topic, .. } => {
                let queues = topic.queues().iter().enumerate();
                lines.extend(queues.map(|(at, queue)| line(queue, &format!(" {}", at + 1))));
            }
        }
    }
    lines
}

fn line(channel: &Chan, suffix: &str) -> ChannelStatus {
    let counts = channel.counts();
    ChannelStatus {
        channel: format!("{}{suffix}", channel.messages()),
        queued: counts.queued as u64,
        capacity: counts.capacity.map(|capacity| capacity as u64),
        taken: counts.taken,
        dropped: counts.dropped,
    }
}

/// Drops what nobody has received. After all tasks have ended.
pub fn clear_all() {
    each(Channel::reopen);
}

/// An end, as a new count. `of` is its type. `None`: the program has no such end.
pub(crate) fn end(number: usize, side: Side, subscription: usize, of: Desc) -> Option<u64> {
    match (all().get(number)?, side) {
        (Named::Channel { channel, sender, .. }, Side::Sender) => Some(*sender.get_or_init(|| static_end(of, channel))),
        (Named::Channel { channel, receiver, .. }, Side::Receiver) => {
            Some(*receiver.get_or_init(|| static_end(of, channel)))
        }
        (Named::Topic { topic, publisher, .. }, Side::Publisher) => {
            Some(*publisher.get_or_init(|| static_publisher(of, topic)))
        }
        (Named::Topic { topic, subscribers, .. }, Side::Subscriber) => {
            let queue = topic.queues().get(subscription)?;
            Some(*subscribers.get(subscription)?.get_or_init(|| static_end(of, queue)))
        }
        (Named::Channel { .. }, Side::Publisher | Side::Subscriber)
        | (Named::Topic { .. }, Side::Sender | Side::Receiver) => None,
    }
}

fn each(change: impl Fn(&Chan)) {
    for named in all() {
        match named {
            Named::Channel { channel, .. } => change(channel),
            Named::Topic { topic, .. } => topic.queues().iter().for_each(|queue| change(queue)),
        }
    }
}

impl Named {
    fn new(about: NamedChannel) -> Named {
        let capacity = usize::try_from(about.capacity).unwrap_or(UNBOUNDED);
        let channel = || Arc::new(Channel::new(capacity, Queue::named(about.element, about.name)));
        let topic = |lossy| Named::Topic {
            topic: Arc::new(Topic::new((0..about.subscribers).map(|_| channel()).collect(), lossy)),
            publisher: OnceLock::new(),
            subscribers: (0..about.subscribers).map(|_| OnceLock::new()).collect(),
        };
        match about.kind {
            ChannelKind::Channel => {
                Named::Channel { channel: channel(), sender: OnceLock::new(), receiver: OnceLock::new() }
            }
            ChannelKind::Topic => topic(false),
            ChannelKind::LossyTopic => topic(true),
        }
    }
}
