//! What the symbol `pluto_program` of an executable describes. Static data, made by `codegen`, read by `rt`.
//! Texts are UTF-8 pointers with lengths in bytes. Function pointers are SystemV trampolines made by `codegen`.

use crate::layout::TypeDesc;

/// A text.
#[repr(C)]
#[derive(Debug)]
pub struct Text {
    /// First byte.
    pub at: *const u8,
    /// Bytes.
    pub len: u64,
}

/// The whole program of a process. The symbol `pluto_program` is this struct.
#[repr(C)]
#[derive(Debug)]
pub struct ProgramDesc {
    /// The process's name.
    pub process: Text,
    /// The system's name; empty if there is none.
    pub system: Text,
    /// Which build it is of.
    pub build: Text,
    /// This process's number in `peers`.
    pub me: u64,
    /// All processes of the system, this one included.
    pub peers: *const PeerDesc,
    /// How many.
    pub peer_count: u64,
    /// Methods that others may call, by number.
    pub handlers: *const HandlerDesc,
    /// How many.
    pub handler_count: u64,
    /// Methods of other processes that this one calls, by number.
    pub remotes: *const RemoteDesc,
    /// How many.
    pub remote_count: u64,
    /// Service instances in start order.
    pub services: *const ServiceDesc,
    /// How many.
    pub service_count: u64,
    /// Places for call paths, by number.
    pub sites: *const SiteDesc,
    /// How many.
    pub site_count: u64,
    /// `extern "C" fn(task, exit_code: *mut i64) -> status`; null in a process that only serves.
    pub main: *const u8,
    /// Tests (only in an executable made by `plutoc test`, which has no `main`).
    pub tests: *const TestDesc,
    /// How many.
    pub test_count: u64,
    /// Named channels and topics, by number.
    pub channels: *const ChannelDesc,
    /// How many.
    pub channel_count: u64,
    /// 1 if tasks besides `main` may run: else nothing is ever shared between threads.
    pub concurrent: u64,
    /// 1 if the program checks its memory.
    pub checks_memory: u64,
}

/// A named channel or topic.
#[repr(C)]
#[derive(Debug)]
pub struct ChannelDesc {
    /// Its name.
    pub name: Text,
    /// The type of its messages.
    pub element: *const TypeDesc,
    /// How many messages fit; -1: unbounded.
    pub capacity: i64,
    /// [`ChannelKind`] as a number.
    pub kind: u64,
    /// Of a topic: how many services subscribe in this process.
    pub subscribers: u64,
}

/// What kind of named channel it is.
#[repr(u64)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChannelKind {
    /// Each message to one receiver.
    Channel = 0,
    /// Each message to every subscriber.
    Topic = 1,
    /// The same; a full queue drops its oldest message.
    LossyTopic = 2,
}

/// A side of a channel or topic.
#[repr(u64)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[allow(missing_docs, reason = "the names are those of the types")]
pub enum Side {
    Sender = 0,
    Receiver = 1,
    Publisher = 2,
    Subscriber = 3,
}

/// Another process.
#[repr(C)]
#[derive(Debug)]
pub struct PeerDesc {
    /// Its name.
    pub name: Text,
    /// 0 itself, 1 shared memory (found through a Unix socket), 2 TCP.
    pub transport: u64,
}

/// A method that others may call.
#[repr(C)]
#[derive(Debug)]
pub struct HandlerDesc {
    /// `AccountsService.get_user`.
    pub name: Text,
    /// `extern "C" fn(task, reader, reply)`: decodes, calls, encodes.
    pub run: *const u8,
    /// 1: it may run twice for one call, and nobody can tell; else 0.
    pub repeatable: u64,
    /// Equal exactly if caller and callee mean the same by its name and read the same bytes.
    pub fingerprint: u64,
}

/// A method of another process, as this one was built to call it.
#[repr(C)]
#[derive(Debug)]
pub struct RemoteDesc {
    /// `AccountsService.get_user`.
    pub name: Text,
    /// The number of its process in `peers`.
    pub peer: u64,
    /// As in [`HandlerDesc`].
    pub fingerprint: u64,
}

/// A service instance.
#[repr(C)]
#[derive(Debug)]
pub struct ServiceDesc {
    /// The class's name.
    pub name: Text,
    /// The instance: the words of its fields.
    pub object: *mut u64,
    /// The types of these words, dropped by the runtime at exit.
    pub fields: *const *const TypeDesc,
    /// How many.
    pub field_count: u64,
    /// `extern "C" fn(task) -> status`.
    pub start: *const u8,
    /// `extern "C" fn(task) -> status`, or null.
    pub stop: *const u8,
}

/// A place in the source.
#[repr(C)]
#[derive(Debug)]
pub struct SiteDesc {
    /// The function's name.
    pub function: Text,
    /// The file.
    pub file: Text,
    /// The line, from 1.
    pub line: u64,
}

/// A test.
#[repr(C)]
#[derive(Debug)]
pub struct TestDesc {
    /// Its title.
    pub name: Text,
    /// `extern "C" fn(task) -> status`.
    pub run: *const u8,
    /// 0: as programs run; 1: tasks are interleaved at random, from a seed, under virtual time.
    pub scheduler: u64,
}
