//! What the executable says of itself: safe views of the static `pluto_program`. In: the address of a `ProgramDesc`. Out:
//! names, numbers, and [`Status`]es of the functions that generated code gave us to call.

use std::ffi::c_void;
use std::fmt;

use pluto_abi::layout::{Header, TypeDesc};
use pluto_abi::program::{
    ChannelKind, HandlerDesc, PeerDesc, ProgramDesc, RemoteDesc, ServiceDesc, SiteDesc, TestDesc, Text,
};

use crate::heap::describe::{Desc, desc};
use crate::heap::object::drop_word;
use crate::heap::show::shown;
use crate::heap::wire::{Buffer, Reader};
use crate::task::Task;

/// The program of this process.
#[derive(Clone, Copy)]
pub struct Program(&'static ProgramDesc);

// SAFETY: the description is static and never changes; the instances of services that it leads to have locks of their own.
unsafe impl Send for Program {}
// SAFETY: the same.
unsafe impl Sync for Program {}

/// How another process is reached.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    /// It is this process.
    Itself,
    /// Through shared memory, or the Unix socket through which that is found.
    Shared,
    /// Over TCP.
    Tcp,
}

/// A method of another process, as this one was built to call it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RemoteMethod {
    /// `AccountsService.get_user`.
    pub name: &'static str,
    /// Its process's number among the peers.
    pub peer: usize,
    /// Equal exactly if caller and callee mean the same by the name and read the same bytes.
    pub fingerprint: u64,
}

/// A declared channel or topic.
#[derive(Clone, Copy, Debug)]
pub struct NamedChannel {
    /// Its name.
    pub name: &'static str,
    /// The type of its messages.
    pub element: Desc,
    /// How many messages fit; below 0: any number.
    pub capacity: i64,
    /// Which of the two.
    pub kind: ChannelKind,
    /// How many services subscribe.
    pub subscribers: usize,
}

/// A place in the source.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// The function's name.
    pub function: &'static str,
    /// The file.
    pub file: &'static str,
    /// The line, from 1.
    pub line: u64,
}

/// How a function of generated code ended.
#[derive(Debug)]
pub enum Status {
    /// As it should.
    Fine,
    /// With a fault, which lies in the task.
    Fault,
    /// With this error.
    Error(ErrorValue),
}

/// An error object, owned.
#[derive(Debug)]
pub struct ErrorValue(u64);

type StatusFn = unsafe extern "C" fn(task: *const Task) -> u64;
type MainFn = unsafe extern "C" fn(task: *const Task, exit_code: *mut i64) -> u64;
type HandlerFn = unsafe extern "C" fn(task: *const Task, reader: *mut Reader, reply: *mut Buffer);

impl Program {
    /// The program that a description describes.
    ///
    /// # Safety
    /// It keeps what `pluto_abi::program` promises, and lives as long as the process.
    pub unsafe fn new(program: *const ProgramDesc) -> Program {
        // SAFETY: as the caller promises.
        Program(unsafe { &*program })
    }

    /// The process's name.
    pub fn name(self) -> &'static str {
        text(&self.0.process)
    }

    /// The system's name; empty if there is none.
    pub fn system(self) -> &'static str {
        text(&self.0.system)
    }

    /// Which build it is of.
    pub fn build(self) -> &'static str {
        text(&self.0.build)
    }

    /// This process's number among the peers.
    pub fn me(self) -> usize {
        self.0.me as usize
    }

    /// How many processes the system has, this one included.
    pub fn peer_count(self) -> usize {
        self.peers().len()
    }

    /// The name of a process, and how it is reached.
    pub fn peer(self, index: usize) -> Option<(&'static str, Transport)> {
        let peer = self.peers().get(index)?;
        let transport = match peer.transport {
            0 => Transport::Itself,
            1 => Transport::Shared,
            _ => Transport::Tcp,
        };
        Some((text(&peer.name), transport))
    }

    /// How many methods others may call.
    pub fn handler_count(self) -> usize {
        self.handlers().len()
    }

    /// `AccountsService.get_user`.
    pub fn handler_name(self, index: usize) -> &'static str {
        self.handlers().get(index).map_or("?", |handler| text(&handler.name))
    }

    /// May it run twice for one call, and nobody can tell?
    pub fn is_repeatable(self, index: usize) -> bool {
        self.handlers().get(index).is_some_and(|handler| handler.repeatable != 0)
    }

    /// That of the interface of a method that others may call.
    pub fn handler_fingerprint(self, index: usize) -> u64 {
        self.handlers().get(index).map_or(0, |handler| handler.fingerprint)
    }

    /// The methods of other processes that this one calls, by number.
    pub fn remotes(self) -> impl Iterator<Item = RemoteMethod> {
        let remotes: &[RemoteDesc] = slice(self.0.remotes, self.0.remote_count);
        let view = |remote: &RemoteDesc| RemoteMethod {
            name: text(&remote.name),
            peer: remote.peer as usize,
            fingerprint: remote.fingerprint,
        };
        remotes.iter().map(view)
    }

    /// How many services live here.
    pub fn service_count(self) -> usize {
        self.services().len()
    }

    /// A service's class.
    pub fn service_name(self, index: usize) -> &'static str {
        self.services().get(index).map_or("?", |service| text(&service.name))
    }

    /// Does a service of this class live here?
    pub fn has_service(self, class: &str) -> bool {
        self.services().iter().any(|service| text(&service.name) == class)
    }

    /// A place in the source.
    pub fn site(self, index: u64) -> Option<Site> {
        let sites: &[SiteDesc] = slice(self.0.sites, self.0.site_count);
        let site = sites.get(usize::try_from(index).ok()?)?;
        Some(Site { function: text(&site.function), file: text(&site.file), line: site.line })
    }

    /// May tasks besides `main` run?
    pub fn is_concurrent(self) -> bool {
        self.0.concurrent != 0
    }

    /// Does it check its memory?
    pub fn checks_memory(self) -> bool {
        self.0.checks_memory != 0
    }

    /// How many channels and topics it declares.
    pub fn channel_count(self) -> usize {
        self.0.channel_count as usize
    }

    /// One of them.
    pub fn channel(self, index: usize) -> NamedChannel {
        assert!(index < self.channel_count(), "the program has no channel {index}");
        // SAFETY: so many are there, static, as their descriptors and names are.
        let about = unsafe { &*self.0.channels.add(index) };
        let kind = match about.kind {
            0 => ChannelKind::Channel,
            1 => ChannelKind::Topic,
            _lossy => ChannelKind::LossyTopic,
        };
        // SAFETY: the descriptor is static.
        let element = unsafe { &*about.element };
        NamedChannel {
            name: text(&about.name),
            element,
            capacity: about.capacity,
            kind,
            subscribers: about.subscribers as usize,
        }
    }

    /// Has it a `main`?
    pub fn has_main(self) -> bool {
        !self.0.main.is_null()
    }

    /// How many tests it consists of.
    pub fn test_count(self) -> usize {
        self.tests().len()
    }

    /// A test's title.
    pub fn test_name(self, index: usize) -> &'static str {
        self.tests().get(index).map_or("?", |test| text(&test.name))
    }

    /// Does a test run under the seeded scheduler?
    pub fn test_is_seeded(self, index: usize) -> bool {
        self.tests().get(index).is_some_and(|test| test.scheduler == 1)
    }

    /// Runs `main`: how it ended, and the exit code.
    pub fn run_main(self, task: &Task) -> (Status, i64) {
        let mut code = 0;
        if self.0.main.is_null() {
            return (Status::Fine, code);
        }
        // SAFETY: the description promises this type; the task is the one that runs.
        let status = unsafe {
            let main = std::mem::transmute::<*const c_void, MainFn>(self.0.main.cast());
            main(task, &raw mut code)
        };
        (Status::new(status), code)
    }

    /// Starts a service.
    pub fn start_service(self, index: usize, task: &Task) -> Status {
        self.services().get(index).map_or(Status::Fine, |service| call(service.start, task))
    }

    /// Stops a service.
    pub fn stop_service(self, index: usize, task: &Task) -> Status {
        self.services().get(index).map_or(Status::Fine, |service| call(service.stop, task))
    }

    /// Runs a test.
    pub fn run_test(self, index: usize, task: &Task) -> Status {
        self.tests().get(index).map_or(Status::Fine, |test| call(test.run, task))
    }

    /// Runs a method for another process, with its arguments and an empty buffer for its reply.
    pub fn run_handler(self, index: usize, task: &Task, request: &mut Reader, reply: &mut Buffer) {
        if let Some(handler) = self.handlers().get(index) {
            // SAFETY: the description promises this type; request and reply outlive the call.
            unsafe {
                let run = std::mem::transmute::<*const c_void, HandlerFn>(handler.run.cast());
                run(task, request, reply);
            }
        }
    }

    /// Drops what the services hold. They can be started again.
    pub fn drop_services(self) {
        (0..self.service_count()).rev().for_each(|index| self.drop_service(index));
    }

    /// Drops what a service holds: at the end, or by one who holds its lock for writing.
    pub fn drop_service(self, index: usize) {
        if let Some(service) = self.services().get(index) {
            let fields: &[*const TypeDesc] = slice(service.fields, service.field_count);
            for (index, &field) in fields.iter().enumerate() {
                // SAFETY: the instance has a word per field of that type or 0, and nobody else uses the service.
                unsafe {
                    let word = service.object.add(index);
                    let value = word.replace(0);
                    if value != 0 {
                        drop_word(field.cast_mut().cast(), value);
                    }
                }
            }
        }
    }

    fn peers(self) -> &'static [PeerDesc] {
        slice(self.0.peers, self.0.peer_count)
    }

    fn handlers(self) -> &'static [HandlerDesc] {
        slice(self.0.handlers, self.0.handler_count)
    }

    fn services(self) -> &'static [ServiceDesc] {
        slice(self.0.services, self.0.service_count)
    }

    fn tests(self) -> &'static [TestDesc] {
        slice(self.0.tests, self.0.test_count)
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Program").field(&self.name()).finish()
    }
}

impl Status {
    pub(super) fn new(word: u64) -> Status {
        match word {
            0 => Status::Fine,
            1 => Status::Fault,
            error => Status::Error(ErrorValue(error)),
        }
    }
}

impl ErrorValue {
    /// The object, owned by the caller from now on.
    pub fn into_word(self) -> u64 {
        std::mem::ManuallyDrop::new(self).0
    }

    /// `NotFound { id: 3 }`.
    pub fn text(&self) -> String {
        // SAFETY: the status word of an error is an object that we own; its header says its type.
        unsafe { shown(desc(self.desc().cast_mut().cast()), self.0) }
    }

    fn desc(&self) -> *const TypeDesc {
        // SAFETY: as in `text`.
        unsafe { (*(self.0 as *const Header)).desc }
    }
}

impl Drop for ErrorValue {
    fn drop(&mut self) {
        // SAFETY: we own the object, and its header says its type.
        unsafe { drop_word(self.desc().cast_mut().cast(), self.0) }
    }
}

fn call(function: *const u8, task: &Task) -> Status {
    if function.is_null() {
        return Status::Fine;
    }
    // SAFETY: the description promises this type; the task is the one that runs.
    let status = unsafe { std::mem::transmute::<*const c_void, StatusFn>(function.cast())(task) };
    Status::new(status)
}

fn text(text: &Text) -> &'static str {
    let bytes: &[u8] = slice(text.at, text.len);
    std::str::from_utf8(bytes).unwrap_or("?")
}

fn slice<T>(at: *const T, count: u64) -> &'static [T] {
    if at.is_null() || count == 0 {
        return &[];
    }
    // SAFETY: addresses and counts come from the description, which is static.
    unsafe { std::slice::from_raw_parts(at, count as usize) }
}
