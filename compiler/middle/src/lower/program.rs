//! The state of one `lower`: tables that grow while functions are lowered, and how the parts become a `mir::Program`.

use super::channel::{self, Channels};
use super::types::TypeTable;
use super::{item, status, tidy, wire};
use crate::facts::{Effects, Facts, HasMain, Placement};
use crate::hir::{self, BuiltinError, FnKind};
use crate::ids::{ClassId, FnId, Id, IndexVec, ProcessId};
use crate::interface;
use crate::layout::Layouts;
use crate::mir::{
    self, Checks, Concurrent, Func, Handler, Main, MainResult, Name, Peer, RemoteMethod, Repeatable, Service,
    ServiceInfo, Site, SiteInfo, TypeId,
};
use crate::span::Span;
use crate::ty::TyTable;
use crate::types::Types;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What a MIR function is made from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Key {
    /// A function of the program.
    Plain(FnId),
    /// A service method between taking and giving back the service's lock.
    Locked(FnId),
    /// Sets a service's fields and calls its `start`.
    Start(Service),
    /// The same for a service that is rebuilt after a fault, by one who holds its lock: `Start` then takes the lock and calls this.
    Build(Service),
    /// A closure's or task's own code.
    Closure(FnId),
    /// A function of the program, to be called by value.
    Adapter(FnId),
    /// A service method that waits and must not be cut short: starts a task that calls it, and waits for that.
    Apart(FnId),
    /// That task.
    ApartTask(FnId),
}

pub(super) struct Lowering<'a> {
    pub(super) program: &'a hir::Program,
    pub(super) types: &'a Types,
    pub(super) facts: &'a Facts,
    pub(super) placement: &'a Placement,
    pub(super) effects: &'a Effects,
    pub(super) process: ProcessId,
    pub(super) table: TypeTable<'a>,
    /// Types that cross, without their parts.
    pub(super) crossing: BTreeSet<TypeId>,
    /// The built-in errors that may be made.
    pub(super) builtin_errors: BTreeSet<BuiltinError>,
    /// May there be more than one task?
    pub(super) concurrent: Concurrent,
    /// What the program is to look after while it runs.
    pub(super) checks: Checks,
    pub(super) channels: Channels,
    /// Methods of other processes that are called, and the same as what MIR lists.
    remote_numbers: BTreeMap<FnId, u32>,
    remotes: Vec<RemoteMethod>,
    /// The service classes with an instance here, in start order.
    pub(super) instances: Vec<ClassId>,
    funcs: BTreeMap<Key, Func>,
    queue: VecDeque<(Key, Name)>,
    func_names: IndexVec<Func, Name>,
    names: BTreeSet<Name>,
    sites: IndexVec<Site, SiteInfo>,
    site_ids: BTreeMap<SiteInfo, Site>,
    files: Vec<Name>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(
        program: &'a hir::Program,
        types: &'a Types,
        facts: &'a Facts,
        (placement, process): (&'a Placement, ProcessId),
        effects: &'a Effects,
        checks: Checks,
    ) -> Lowering<'a> {
        let instances = placement.processes.get(process).map_or(&[][..], |found| &found.services);
        Lowering {
            program,
            types,
            facts,
            placement,
            effects,
            process,
            table: TypeTable::new(program, types),
            crossing: BTreeSet::new(),
            builtin_errors: BTreeSet::new(),
            concurrent: channel::concurrent(program, facts, placement, effects, process),
            checks,
            channels: Channels::of(program, instances),
            remote_numbers: BTreeMap::new(),
            remotes: vec![],
            instances: instances.to_vec(),
            funcs: BTreeMap::new(),
            queue: VecDeque::new(),
            func_names: IndexVec::new(),
            names: BTreeSet::new(),
            sites: IndexVec::new(),
            site_ids: BTreeMap::new(),
            files: program.sources.files().map(|(_, file)| Name::from(file.path.as_str())).collect(),
        }
    }

    /// Does it run in a task that stands in the text of a function, or in a closure in one?
    pub(super) fn in_task(&self, function: FnId) -> bool {
        let mut at = Some(function);
        while let Some(inner) = at {
            if matches!(self.program.fns[inner].kind, FnKind::Task(_)) {
                return true;
            }
            at = self.program.parent(inner);
        }
        false
    }

    /// The function for a key; it is lowered later.
    pub(super) fn func(&mut self, key: Key) -> Func {
        if let Some(func) = self.funcs.get(&key) {
            return *func;
        }
        let func = Func::from_index(self.funcs.len());
        self.funcs.insert(key, func);
        let name = self.unique(match key {
            Key::Plain(id) => self.program.fns[id].qualified.clone(),
            Key::Locked(id) => format!("{}$locked", self.program.fns[id].qualified).into(),
            Key::Start(service) => format!("{}$start", self.class_of(service).name).into(),
            Key::Build(service) => format!("{}$build", self.class_of(service).name).into(),
            Key::Closure(id) => self.program.fns[id].qualified.clone(),
            Key::Adapter(id) => format!("{}$value", self.program.fns[id].qualified).into(),
            Key::Apart(id) => format!("{}$apart", self.program.fns[id].qualified).into(),
            Key::ApartTask(id) => format!("{}$task", self.program.fns[id].qualified).into(),
        });
        self.func_names.push(name.clone());
        self.queue.push_back((key, name));
        func
    }

    /// The name of a function, which is that of its closures too.
    pub(super) fn func_name(&self, func: Func) -> Name {
        self.func_names[func].clone()
    }

    fn unique(&mut self, name: Name) -> Name {
        let mut unique = name.clone();
        let mut number = 2;
        while !self.names.insert(unique.clone()) {
            unique = format!("{name}#{number}").into();
            number += 1;
        }
        unique
    }

    /// The place in call paths. Functions that only the compiler knows (`Store$start`) go by the name before their `$`.
    pub(super) fn site(&mut self, function: &Name, span: Span) -> Site {
        let (line, _) = self.program.sources.line_col(span);
        let function = function.split_once('$').map_or_else(|| function.clone(), |(name, _)| name.into());
        let file = self.files[span.file.0 as usize].clone();
        let info = SiteInfo { function, file, line };
        let sites = &mut self.sites;
        *self.site_ids.entry(info).or_insert_with_key(|info| sites.push(info.clone()))
    }

    /// `main`, if it runs in this process.
    pub(super) fn main(&mut self) -> Option<Main> {
        let here = self.placement.processes.get(self.process).is_some_and(|found| found.has_main == HasMain::Yes);
        let main = self.program.main.filter(|_| here)?;
        let app = self.program.class_of(main).map(|class| self.service(class));
        let result = if self.types.results[main] == TyTable::INT { MainResult::Int } else { MainResult::Unit };
        let key = app.map_or(Key::Plain(main), |_| self.outermost(main));
        Some(Main { function: self.func(key), result, app })
    }

    /// The methods that are served, by number.
    pub(super) fn handlers(&mut self) -> Vec<Handler> {
        let served: Vec<FnId> = self.effects.served.get(&self.process).into_iter().flatten().copied().collect();
        let handlers = served.into_iter().map(|method| {
            let (service, function) = self.service_method(method);
            let errors = self.errors_of(self.process, method);
            self.crosses(method, &errors);
            let repeatable = if self.facts.repeatable.contains(&method) { Repeatable::Yes } else { Repeatable::No };
            let name = self.program.fns[method].qualified.clone();
            let fingerprint = self.fingerprint(self.process, method);
            let params = self.param_types(method);
            Handler { name, service, function, params, errors, repeatable, fingerprint }
        });
        handlers.collect()
    }

    /// The number by which calls of this process name a method of another one.
    pub(super) fn remote_method(&mut self, to: ProcessId, method: FnId) -> u32 {
        if let Some(number) = self.remote_numbers.get(&method) {
            return *number;
        }
        let number = u32::try_from(self.remotes.len()).expect("fewer than 2^32 of anything");
        let (name, fingerprint) = (self.program.fns[method].qualified.clone(), self.fingerprint(to, method));
        self.remotes.push(RemoteMethod { peer: Peer(to.0), name, fingerprint });
        self.remote_numbers.insert(method, number);
        number
    }

    fn fingerprint(&self, process: ProcessId, method: FnId) -> mir::Fingerprint {
        interface::fingerprint(self.program, self.types, self.effects, process, method)
    }

    /// The errors that a method of a process can raise, in the order of their numbers on the wire.
    pub(super) fn errors_of(&mut self, process: ProcessId, method: FnId) -> Vec<TypeId> {
        let errors = self.effects.errors.get(&(process, method)).into_iter().flatten();
        errors.map(|error| self.table.error(*error)).collect()
    }

    /// The types of a method that crosses are encoded or decoded here.
    pub(super) fn crosses(&mut self, method: FnId, errors: &[TypeId]) {
        self.crosses_into(method);
        let result = self.table.of(self.types.results[method]);
        self.crossing.insert(result);
        self.crossing.extend(errors);
    }

    /// The same where nothing comes back.
    pub(super) fn crosses_into(&mut self, method: FnId) {
        let params = self.param_types(method);
        self.crossing.extend(params);
    }

    fn param_types(&mut self, method: FnId) -> Vec<TypeId> {
        let locals = &self.types.locals[method];
        self.program.fns[method].params.iter().map(|param| self.table.of(locals[*param])).collect()
    }

    /// The tests.
    pub(super) fn tests(&mut self) -> Vec<mir::Test> {
        self.instances.clear();
        self.channels = Channels::of(self.program, &[]);
        let tests = self.program.tests.iter().map(|test| mir::Test {
            name: test.name.as_str().into(),
            function: self.func(Key::Plain(test.function)),
            scheduler: test.scheduler,
        });
        tests.collect()
    }

    /// Lowers everything that was met.
    pub(super) fn finish(mut self, main: Option<Main>, handlers: Vec<Handler>, tests: Vec<mir::Test>) -> mir::Program {
        let services: IndexVec<Service, ServiceInfo> =
            (0..self.instances.len()).map(|index| self.service_info(Service::from_index(index))).collect();
        let mut functions: IndexVec<Func, mir::Function> = IndexVec::new();
        while let Some((key, name)) = self.queue.pop_front() {
            let mut function = item::function(&mut self, key, name);
            tidy::blocks(&mut function);
            functions.push(function);
        }
        status::decide(&mut functions);
        let builtin_errors = self.known_builtin_errors();
        let peers = self.peers();
        let channels = self.channel_infos();
        let mut types = self.table.finish();
        let layouts = Layouts::of(&mut types, &services);
        mir::Program {
            process: self.placement.processes.get(self.process).map_or("main".into(), |found| found.name.clone()),
            build: "".into(),
            system: self.placement.system.map_or("".into(), |_| self.placement.name.clone()),
            me: Peer(self.process.0),
            peers,
            wire: wire::close(&types, &self.crossing),
            types,
            layouts,
            functions,
            services,
            sites: self.sites,
            main,
            handlers,
            remotes: self.remotes,
            builtin_errors,
            channels,
            concurrent: self.concurrent,
            checks: self.checks,
            tests,
        }
    }

    fn peers(&self) -> IndexVec<Peer, mir::PeerInfo> {
        let all = self.placement.processes.iter_enumerated();
        all.map(|(id, found)| {
            let transport = self.placement.transport(self.process, id);
            mir::PeerInfo { name: found.name.clone(), transport }
        })
        .collect()
    }

    fn known_builtin_errors(&mut self) -> [Option<TypeId>; BuiltinError::ALL.len()] {
        BuiltinError::ALL.map(|error| {
            let made = self.builtin_errors.contains(&error);
            if made { Some(self.table.error(error.id())) } else { self.table.known_error(error.id()) }
        })
    }
}
