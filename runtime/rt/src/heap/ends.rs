//! Ends of channels and handles of tasks as objects: one word behind the header, the address of what they stand for. In: channels,
//! topics. Out: words that own an end; channels behind words; messages of a channel that nobody receives any more.

use super::check::publishing::{Seen, published};
use super::describe::{Desc, first, is_counted, kind, name};
use super::object::{Object, another, give_back};
use super::sharing::{mark_shared, publish};
use crate::channel::topic::Topic;
use crate::channel::{Channel, Messages, Side};
use crate::log::{Level, say};
use crate::os::tasks::drop_handle;
use crate::sync::Arc;
use crate::task::TaskRef;
use pluto_abi::layout::{HANDLE, Header, Kind, TypeDesc};
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// A channel of this process.
pub(crate) type Chan = Channel<TaskRef, Queue>;
/// A topic of this process.
pub(crate) type Broadcast = Topic<TaskRef, Queue>;

/// What a channel knows of its messages: their type, and for people its own name.
pub(crate) struct Queue {
    element: Desc,
    /// Are messages objects?
    counted: bool,
    name: Name,
}

enum Name {
    /// As declared.
    Named(&'static str),
    /// One made by `chan`.
    Number(u64),
}

// SAFETY: descriptors and names are static and never written.
unsafe impl Send for Queue {}
// SAFETY: the same.
unsafe impl Sync for Queue {}

/// The number of the next channel without a name.
static NEXT: AtomicU64 = AtomicU64::new(1);

impl Queue {
    /// Of a declared channel or topic.
    pub(crate) fn named(element: Desc, name: &'static str) -> Queue {
        Queue { element, counted: is_counted(kind(element)), name: Name::Named(name) }
    }

    /// Of a channel that `chan` makes.
    pub(crate) fn new(element: Desc) -> Queue {
        let name = Name::Number(NEXT.fetch_add(1, Ordering::Relaxed));
        Queue { element, counted: is_counted(kind(element)), name }
    }
}

impl Queue {
    /// Is it one that the program declares?
    pub(crate) fn is_declared(&self) -> bool {
        matches!(self.name, Name::Named(_))
    }
}

impl fmt::Display for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Name::Named(name) => f.write_str(name),
            Name::Number(number) => write!(f, "#{number}"),
        }
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Queue({self} of {})", name(self.element))
    }
}

impl Messages for Queue {
    fn another(&self, word: u64) -> u64 {
        // SAFETY: messages are live words of the channel's type. There will be two owners, in different tasks.
        unsafe {
            mark_shared(self.element, word);
            published(self.element, word, Seen::ByAll);
            another(self.element, word)
        }
    }

    fn discard(&self, word: u64) {
        // SAFETY: whoever discards a message owns it.
        unsafe { give_back(self.element, word) };
    }

    fn warn(&self, capacity: usize) {
        // Numbers and texts have no names.
        let element = Some(name(self.element)).filter(|name| !name.is_empty());
        let of = element.map(|name| format!(" of {name}")).unwrap_or_default();
        let message = format!(
            "channel {self}{of} has been nearly full for a second ({capacity} messages fit): its receivers are too slow"
        );
        say(Level::Warn, &message, &[]);
    }
}

/// Makes ready a value that is sent: see [`publish`].
///
/// # Safety
/// `word` is an owned message of this channel.
#[inline]
pub(crate) unsafe fn publish_message(channel: &Chan, word: u64) {
    let Queue { element, counted, .. } = channel.messages();
    if *counted {
        // SAFETY: as the caller promises.
        unsafe {
            publish(element, word);
            published(element, word, Seen::ByTheNext);
        }
    }
}

/// A new end of a channel, whose descriptor this is, with one owner. The channel has one for each side when it is new.
pub(crate) fn new_end(of: Desc, channel: Arc<Chan>) -> u64 {
    new_handle(of, Arc::into_raw(channel).expose_provenance() as u64)
}

/// An end of a named channel or topic: a static object, which nobody counts.
pub(crate) fn static_end(of: Desc, channel: &Arc<Chan>) -> u64 {
    static_handle(of, Arc::into_raw(channel.clone()).expose_provenance() as u64)
}

/// The publishing end of a topic: a static object.
pub(crate) fn static_publisher(of: Desc, topic: &Arc<Broadcast>) -> u64 {
    static_handle(of, Arc::into_raw(topic.clone()).expose_provenance() as u64)
}

/// The channel behind an end.
///
/// # Safety
/// `end` is a live end of a channel, or a subscriber's, and stays alive while the result is used.
#[inline]
pub(crate) unsafe fn channel_of<'a>(end: u64) -> &'a Chan {
    // SAFETY: as the caller promises; such an end owns a count of the channel.
    unsafe { &*(Object::from_word(end).get(HANDLE) as *const Chan) }
}

/// The topic behind a publisher's end.
///
/// # Safety
/// `end` is a live publisher's end.
pub(crate) unsafe fn topic_of<'a>(end: u64) -> &'a Broadcast {
    // SAFETY: as the caller promises; such an end owns a count of the topic.
    unsafe { &*(Object::from_word(end).get(HANDLE) as *const Broadcast) }
}

/// The type of a topic's messages, as the table wants it.
///
/// # Safety
/// `publisher` is a live publisher's end.
pub(crate) unsafe fn publisher_message(publisher: u64) -> *mut u8 {
    // SAFETY: as the caller promises.
    let of = first(unsafe { Object::from_word(publisher) }.desc());
    std::ptr::from_ref(of).cast_mut().cast()
}

/// The kind of an end.
///
/// # Safety
/// `end` is a live end.
pub(crate) unsafe fn end_kind(end: u64) -> Kind {
    // SAFETY: as the caller promises.
    kind(unsafe { Object::from_word(end) }.desc())
}

/// A new object with one owner and this word behind its header.
pub(crate) fn new_handle(of: Desc, word: u64) -> u64 {
    let object = Object::new(of, 1);
    object.set(HANDLE, word);
    object.word()
}

fn static_handle(of: Desc, word: u64) -> u64 {
    #[repr(C)]
    struct Static(Header, u64);
    let header = Header { count: 0, reserved: 0, desc: of as *const TypeDesc };
    Box::into_raw(Box::new(Static(header, word))).expose_provenance() as u64
}

/// What is behind an end or handle hears that it has died. Gives the messages that nobody can receive any more: words of the
/// type that the descriptor's `first` says, owned.
///
/// # Safety
/// Nobody owns the object any more. Once.
pub(super) unsafe fn handle_gone(object: Object) -> Vec<u64> {
    let word = object.get(HANDLE);
    let of = object.desc();
    let side = match kind(of) {
        Kind::Sender => Side::Sender,
        Kind::Receiver | Kind::Subscriber => Side::Receiver,
        Kind::Publisher => {
            // SAFETY: the end owns a count of its topic.
            drop(unsafe { Arc::from_raw(word as *const Broadcast) });
            return Vec::new();
        }
        Kind::Task => {
            // SAFETY: the word is that of a handle object that dies.
            unsafe { drop_handle(word) };
            return Vec::new();
        }
        Kind::Unit
        | Kind::Int
        | Kind::Float
        | Kind::Bool
        | Kind::Byte
        | Kind::String
        | Kind::Array
        | Kind::Map
        | Kind::Tuple
        | Kind::NullablePointer
        | Kind::NullableBoxed
        | Kind::Class
        | Kind::Tag
        | Kind::Enum
        | Kind::Error
        | Kind::AnyError
        | Kind::Fn
        | Kind::Duration
        | Kind::Inline => unreachable!("{} is no end", name(of)),
    };
    // SAFETY: the end owns a count of its channel.
    let channel = unsafe { Arc::from_raw(word as *const Chan) };
    channel.side_gone(side, crate::task::is_unwinding())
}

impl Object {
    /// Is it an end of a channel, or a handle of a task?
    #[inline]
    pub(crate) fn is_handle(self) -> bool {
        let of = self.desc().kind;
        (Kind::Sender as u32..=Kind::Task as u32).contains(&of)
    }

    /// What an end is shown as: `Sender(orders)`, `Receiver(#3)`; other handles by their type.
    pub(super) fn handle_text(self) -> String {
        let kind = kind(self.desc());
        // SAFETY: the object is alive and of that kind.
        unsafe {
            match kind {
                Kind::Sender | Kind::Receiver | Kind::Subscriber => {
                    format!("{kind:?}({})", channel_of(self.word()).messages())
                }
                Kind::Publisher => match topic_of(self.word()).queues().first() {
                    Some(queue) => format!("{kind:?}({})", queue.messages()),
                    None => format!("{kind:?}"),
                },
                Kind::Unit
                | Kind::Int
                | Kind::Float
                | Kind::Bool
                | Kind::Byte
                | Kind::String
                | Kind::Array
                | Kind::Map
                | Kind::Tuple
                | Kind::NullablePointer
                | Kind::NullableBoxed
                | Kind::Class
                | Kind::Tag
                | Kind::Enum
                | Kind::Error
                | Kind::AnyError
                | Kind::Fn
                | Kind::Task
                | Kind::Duration
                | Kind::Inline => name(self.desc()).to_owned(),
            }
        }
    }
}
