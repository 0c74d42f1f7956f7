//! Programs for tests, made by hand. In: names, numbers, functions. Out: a [`Program`] as generated code would describe it.

use pluto_abi::layout::TypeDesc;
use pluto_abi::program::{
    ChannelDesc, ChannelKind, HandlerDesc, PeerDesc, ProgramDesc, RemoteDesc, ServiceDesc, SiteDesc, TestDesc, Text,
};

use super::program::{Program, Transport};
use crate::heap::wire::{Buffer, Reader};
use crate::task::Task;
use pluto_proto::topology::fingerprint;

/// A handler in Rust.
pub(crate) type Handler = extern "C" fn(&Task, &mut Reader, &mut Buffer);

/// What a program consists of.
#[derive(Default)]
pub(crate) struct Sample {
    pub(crate) name: &'static str,
    pub(crate) me: u64,
    pub(crate) peers: Vec<(&'static str, Transport)>,
    pub(crate) handlers: Vec<(&'static str, Handler)>,
    /// Methods of the peer of that number; their fingerprints are those of handlers of that name.
    pub(crate) remotes: Vec<(&'static str, u64)>,
    pub(crate) services: Vec<&'static str>,
    /// The `start` of each service.
    pub(crate) start: Option<extern "C" fn(&Task) -> u64>,
    /// Function, file, line.
    pub(crate) sites: Vec<(&'static str, &'static str, u64)>,
    /// It is the program of a test.
    pub(crate) tests: Vec<&'static str>,
    pub(crate) channels: Vec<ChannelDesc>,
}

impl Sample {
    /// The program; its description is never freed.
    pub(crate) fn program(self) -> Program {
        let peers = leak(self.peers.into_iter().map(|(name, transport)| PeerDesc {
            name: text(name),
            transport: match transport {
                Transport::Itself => 0,
                Transport::Shared => 1,
                Transport::Tcp => 2,
            },
        }));
        let handlers = leak(self.handlers.into_iter().map(|(name, run)| HandlerDesc {
            name: text(name),
            run: run as usize as *const u8,
            repeatable: 0,
            fingerprint: fingerprint(&[name]),
        }));
        let remotes = leak(self.remotes.into_iter().map(|(name, peer)| RemoteDesc {
            name: text(name),
            peer,
            fingerprint: fingerprint(&[name]),
        }));
        let services = leak(self.services.into_iter().map(|name| ServiceDesc {
            name: text(name),
            object: std::ptr::null_mut(),
            fields: std::ptr::null(),
            field_count: 0,
            start: self.start.map_or(std::ptr::null(), |start| start as usize as *const u8),
            stop: std::ptr::null(),
        }));
        let sites = leak(self.sites.into_iter().map(|(function, file, line)| SiteDesc {
            function: text(function),
            file: text(file),
            line,
        }));
        let channels = leak(self.channels.into_iter());
        let tests =
            leak(self.tests.into_iter().map(|name| TestDesc { name: text(name), run: std::ptr::null(), scheduler: 1 }));
        let program = ProgramDesc {
            process: text(self.name),
            system: text("Sample"),
            build: text("b1"),
            me: self.me,
            peers: peers.as_ptr(),
            peer_count: peers.len() as u64,
            handlers: handlers.as_ptr(),
            handler_count: handlers.len() as u64,
            remotes: remotes.as_ptr(),
            remote_count: remotes.len() as u64,
            services: services.as_ptr(),
            service_count: services.len() as u64,
            sites: sites.as_ptr(),
            site_count: sites.len() as u64,
            main: std::ptr::null(),
            tests: tests.as_ptr(),
            test_count: tests.len() as u64,
            channels: channels.as_ptr(),
            channel_count: channels.len() as u64,
            concurrent: 1,
            checks_memory: 0,
        };
        // SAFETY: all that it points to is leaked, and the functions have the types of the contract.
        unsafe { Program::new(Box::leak(Box::new(program))) }
    }
}

/// A declared channel or topic.
pub(crate) fn channel(
    name: &'static str,
    element: &'static TypeDesc,
    capacity: i64,
    kind: ChannelKind,
    subscribers: u64,
) -> ChannelDesc {
    ChannelDesc { name: text(name), element, capacity, kind: kind as u64, subscribers }
}

fn leak<T>(parts: impl Iterator<Item = T>) -> &'static [T] {
    Box::leak(parts.collect::<Vec<_>>().into_boxed_slice())
}

fn text(text: &'static str) -> Text {
    Text { at: text.as_ptr(), len: text.len() as u64 }
}
