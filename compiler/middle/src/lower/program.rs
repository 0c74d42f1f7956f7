//! The state of one `lower`: tables that grow while functions are lowered, and how the parts become a `mir::Program`.

use super::types::TypeTable;
use super::{item, status, tidy, wire};
use crate::facts::{Effects, Facts, HasMain, Placement, Route};
use crate::hir::{self, BuiltinError, FnKind};
use crate::ids::{ClassId, FnId, Id, IndexVec, ProcessId};
use crate::mir::{
    self, Func, Handler, Locked, Main, MainResult, Name, Peer, Service, ServiceInfo, Site, SiteInfo, TypeId,
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
    instances: Vec<ClassId>,
    funcs: BTreeMap<Key, Func>,
    queue: VecDeque<(Key, Name)>,
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
        placement: &'a Placement,
        effects: &'a Effects,
        process: ProcessId,
    ) -> Lowering<'a> {
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
            instances: placement.processes.get(process).map_or(Vec::new(), |found| found.services.clone()),
            funcs: BTreeMap::new(),
            queue: VecDeque::new(),
            names: BTreeSet::new(),
            sites: IndexVec::new(),
            site_ids: BTreeMap::new(),
            files: program.sources.files().map(|(_, file)| Name::from(file.path.as_str())).collect(),
        }
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
        });
        self.queue.push_back((key, name));
        func
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

    /// The instance of a service class in this process.
    pub(super) fn service(&self, class: ClassId) -> Service {
        let found = self.instances.iter().position(|instance| *instance == class);
        Service::from_index(
            found.expect("`place` gives every service that is called directly an instance in this process"),
        )
    }

    /// The class of an instance.
    pub(super) fn class_of(&self, service: Service) -> &'a hir::Class {
        &self.program.classes[self.instances[service.index()]]
    }

    /// Does the service need a lock here? Only if it has state and requests of other processes run side by side.
    pub(super) fn locked(&self, class: ClassId) -> Locked {
        let serves = self.effects.served.get(&self.process).is_some_and(|methods| !methods.is_empty());
        let is_app = self.program.app == Some(class);
        if serves && !is_app && !self.facts.stateless.contains(&class) { Locked::Yes } else { Locked::No }
    }

    /// The function that a caller of a service's method in this process calls, and the instance.
    pub(super) fn service_method(&mut self, method: FnId) -> (Service, Func) {
        let class = self.class_of_method(method);
        let key = match self.locked(class) {
            Locked::Yes => Key::Locked(method),
            Locked::No => Key::Plain(method),
        };
        (self.service(class), self.func(key))
    }

    /// The class that a method belongs to.
    pub(super) fn class_of_method(&self, method: FnId) -> ClassId {
        match self.program.fns[method].kind {
            FnKind::Method(class) => class,
            FnKind::Free | FnKind::Test | FnKind::Const | FnKind::Default => unreachable!("`check` gives only methods"),
        }
    }

    /// Where a call of a service's method goes.
    pub(super) fn route(&self, method: FnId) -> Route {
        self.placement.route(self.process, self.class_of_method(method))
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
        let app = match self.program.fns[main].kind {
            FnKind::Method(class) => Some(self.service(class)),
            FnKind::Free | FnKind::Test | FnKind::Const | FnKind::Default => None,
        };
        let result = if self.types.results[main] == TyTable::INT { MainResult::Int } else { MainResult::Unit };
        Some(Main { function: self.func(Key::Plain(main)), result, app })
    }

    /// The methods that are served, by number.
    pub(super) fn handlers(&mut self) -> Vec<Handler> {
        let served: Vec<FnId> = self.effects.served.get(&self.process).into_iter().flatten().copied().collect();
        let handlers = served.into_iter().map(|method| {
            let (service, function) = self.service_method(method);
            let errors = self.errors_of(self.process, method);
            self.crosses(method, &errors);
            Handler { name: self.program.fns[method].qualified.clone(), service, function, errors }
        });
        handlers.collect()
    }

    /// The errors that a method of a process can raise, in the order of their numbers on the wire.
    pub(super) fn errors_of(&mut self, process: ProcessId, method: FnId) -> Vec<TypeId> {
        let errors = self.effects.errors.get(&(process, method)).into_iter().flatten();
        errors.map(|error| self.table.error(*error)).collect()
    }

    /// The types of a method that crosses are encoded or decoded here.
    pub(super) fn crosses(&mut self, method: FnId, errors: &[TypeId]) {
        let locals = &self.types.locals[method];
        let params = self.program.fns[method].params.iter().map(|param| locals[*param]);
        let all: Vec<_> = params.chain([self.types.results[method]]).collect();
        for ty in all {
            let ty = self.table.of(ty);
            self.crossing.insert(ty);
        }
        self.crossing.extend(errors);
    }

    /// The tests.
    pub(super) fn tests(&mut self) -> Vec<(Name, Func)> {
        self.instances.clear();
        let tests = self.program.tests.iter();
        tests.map(|test| (Name::from(test.name.as_str()), self.func(Key::Plain(test.function)))).collect()
    }

    /// Lowers everything that was met.
    pub(super) fn finish(
        mut self,
        main: Option<Main>,
        handlers: Vec<Handler>,
        tests: Vec<(Name, Func)>,
    ) -> mir::Program {
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
        let types = self.table.finish();
        mir::Program {
            process: self.placement.processes.get(self.process).map_or("main".into(), |found| found.name.clone()),
            me: Peer(self.process.0),
            peers,
            wire: wire::close(&types, &self.crossing),
            types,
            functions,
            services,
            sites: self.sites,
            main,
            handlers,
            builtin_errors,
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

    fn known_builtin_errors(&mut self) -> [Option<TypeId>; 4] {
        BuiltinError::ALL.map(|error| {
            let made = self.builtin_errors.contains(&error);
            if made { Some(self.table.error(error.id())) } else { self.table.known_error(error.id()) }
        })
    }

    fn service_info(&mut self, service: Service) -> ServiceInfo {
        let class = self.class_of(service);
        let fields = class.fields.iter().map(|field| (field.name.clone(), self.table.of(field.ty))).collect();
        let stop = self.method_named(service, "stop");
        ServiceInfo {
            name: class.name.clone(),
            fields,
            start: self.func(Key::Start(service)),
            stop: stop.map(|stop| self.func(Key::Plain(stop))),
            locked: self.locked(self.instances[service.index()]),
        }
    }

    /// A method of an instance's class by its name.
    pub(super) fn method_named(&self, service: Service, name: &str) -> Option<FnId> {
        self.class_of(service).methods.iter().copied().find(|method| &*self.program.fns[*method].name == name)
    }
}
