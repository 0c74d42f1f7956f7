//! What the runtime finds behind the symbol `pluto_program`. In: the program. Out: the tables of `pluto_abi::program` as data, and
//! (in `door` and `handler`) functions in the system's calling convention that lead into generated code,
//! or (in `quiet`) out of it.

pub(crate) mod door;
pub(crate) mod handler;
pub(crate) mod quiet;

use crate::bytes::Bytes;
use crate::symbol::{Code, Symbol, Table};
use pluto_abi::program as abi;
use pluto_middle::facts::Transport;
use pluto_middle::hir::{ChannelKind, Scheduler};
use pluto_middle::ids::Id;
use pluto_middle::mir::{Checks, Concurrent, Program, Repeatable, Service};

/// A table.
pub(crate) fn table(program: &Program, table: Table) -> Bytes {
    let mut data = Bytes::default();
    match table {
        Table::Program => whole(program, &mut data),
        Table::Peers => peers(program, &mut data),
        Table::Handlers => handlers(program, &mut data),
        Table::Remotes => remotes(program, &mut data),
        Table::Services => program.services.ids().for_each(|service| self::service(program, service, &mut data)),
        Table::ServiceFields(service) => {
            program.layouts.service(service).words.iter().for_each(|ty| data.address(Symbol::Desc(*ty)));
        }
        Table::Sites => sites(program, &mut data),
        Table::Tests => tests(program, &mut data),
        Table::Channels => channels(program, &mut data),
    }
    data
}

/// `ProgramDesc`.
fn whole(program: &Program, data: &mut Bytes) {
    data.text(&program.process);
    data.text(&program.system);
    data.text(&program.build);
    data.count(program.me.index());
    for (table, count) in [
        (Table::Peers, program.peers.len()),
        (Table::Handlers, program.handlers.len()),
        (Table::Remotes, program.remotes.len()),
        (Table::Services, program.services.len()),
        (Table::Sites, program.sites.len()),
    ] {
        data.address(Symbol::Table(table));
        data.count(count);
    }
    data.optional(program.main.map(|_| Symbol::Code(Code::Main)));
    for (table, count) in [(Table::Tests, program.tests.len()), (Table::Channels, program.channels.len())] {
        data.address(Symbol::Table(table));
        data.count(count);
    }
    data.word(match program.concurrent {
        Concurrent::No => 0,
        Concurrent::Yes => 1,
    });
    data.word(match program.checks {
        Checks::None => 0,
        Checks::Memory => 1,
    });
}

/// `PeerDesc`s.
fn peers(program: &Program, data: &mut Bytes) {
    for peer in program.peers.iter() {
        data.text(&peer.name);
        data.word(match peer.transport {
            Transport::Direct => 0,
            Transport::Shared => 1,
            Transport::Tcp => 2,
        });
    }
}

/// `HandlerDesc`s.
fn handlers(program: &Program, data: &mut Bytes) {
    for (number, handler) in (0_u32..).zip(&program.handlers) {
        data.text(&handler.name);
        data.address(Symbol::Code(Code::Handler(number)));
        data.word(match handler.repeatable {
            Repeatable::No => 0,
            Repeatable::Yes => 1,
        });
        data.word(handler.fingerprint.0);
    }
}

/// `RemoteDesc`s.
fn remotes(program: &Program, data: &mut Bytes) {
    for remote in &program.remotes {
        data.text(&remote.name);
        data.count(remote.peer.index());
        data.word(remote.fingerprint.0);
    }
}

/// A `ServiceDesc`.
fn service(program: &Program, service: Service, data: &mut Bytes) {
    let info = &program.services[service];
    data.text(&info.name);
    data.address(Symbol::Service(service));
    data.address(Symbol::Table(Table::ServiceFields(service)));
    data.count(program.layouts.service(service).words.len());
    data.address(Symbol::Code(Code::Start(service)));
    data.optional(info.stop.map(|_| Symbol::Code(Code::Stop(service))));
}

/// `SiteDesc`s.
fn sites(program: &Program, data: &mut Bytes) {
    for site in program.sites.iter() {
        data.text(&site.function);
        data.text(&site.file);
        data.word(u64::from(site.line));
    }
}

/// `TestDesc`s.
fn tests(program: &Program, data: &mut Bytes) {
    for (number, test) in (0_u32..).zip(&program.tests) {
        data.text(&test.name);
        data.address(Symbol::Code(Code::Test(number)));
        data.word(match test.scheduler {
            Scheduler::Normal => 0,
            Scheduler::Random => 1,
        });
    }
}

/// `ChannelDesc`s.
fn channels(program: &Program, data: &mut Bytes) {
    for channel in program.channels.iter() {
        data.text(&channel.name);
        data.address(Symbol::Desc(channel.element));
        data.word(channel.capacity.cast_unsigned());
        data.word(match channel.kind {
            ChannelKind::Channel => abi::ChannelKind::Channel as u64,
            ChannelKind::Topic => abi::ChannelKind::Topic as u64,
            ChannelKind::LossyTopic => abi::ChannelKind::LossyTopic as u64,
        });
        data.word(u64::from(channel.subscribers));
    }
}
