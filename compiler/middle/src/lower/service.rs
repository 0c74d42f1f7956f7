//! Services: their instances in a process, their locks, and which function a caller of a method calls.

use super::program::{Key, Lowering};
use crate::facts::Route;
use crate::hir::{self, DepTarget, SelfParam};
use crate::ids::{ClassId, FnId, Id};
use crate::mir::{Entering, Func, Locked, Rebuild, Service, ServiceInfo};
use crate::ty::Holder;

impl<'a> Lowering<'a> {
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

    /// Does the service need a lock here? Only if it has state, and tasks or requests of other processes use it side by side; or if it
    /// is rebuilt after a fault, when nobody may be inside.
    pub(super) fn locked(&self, class: ClassId) -> Locked {
        if self.placement.restarts.contains(&class) {
            return Locked::Yes;
        }
        let serves = self.effects.served.get(&self.process).is_some_and(|methods| !methods.is_empty());
        let is_app = self.program.app == Some(class);
        let many = self.facts.shared.contains(&class) || (serves && !is_app);
        if many && !self.facts.stateless.contains(&class) { Locked::Yes } else { Locked::No }
    }

    /// How the methods of a service enter it.
    pub(super) fn entering(&self, class: ClassId) -> Entering {
        if self.placement.restarts.contains(&class) { Entering::Whole } else { Entering::AsItIs }
    }

    /// When a service is rebuilt after a fault.
    pub(super) fn rebuild(&self, service: Service) -> Rebuild {
        let takes = |dep: &hir::Dep| match dep.target {
            DepTarget::Service(_) => false,
            DepTarget::End { side, .. } => matches!(side, Holder::Receiver | Holder::Subscriber),
        };
        if self.class_of(service).deps.iter().any(takes) { Rebuild::AtOnce } else { Rebuild::AtNextCall }
    }

    /// The function that a caller of a service's method in this process calls, and the instance.
    pub(super) fn service_method(&mut self, method: FnId) -> (Service, Func) {
        let class = self.class_of_method(method);
        let changes = self.program.fns[method].self_param == Some(SelfParam::Mut);
        let key = match self.locked(class) {
            _ if changes && self.facts.waits.contains(&method) => Key::Apart(method),
            Locked::Yes => Key::Locked(method),
            Locked::No => Key::Plain(method),
        };
        (self.service(class), self.func(key))
    }

    /// What the process itself calls for `main`, `start` or `stop` of a service. Tasks may use the service at the same time;
    /// requests of other processes cannot: they come after `start` and before `stop`.
    pub(super) fn outermost(&self, method: FnId) -> Key {
        let class = self.class_of_method(method);
        let by_tasks = self.facts.shared.contains(&class) || self.entering(class) == Entering::Whole;
        let by_tasks = by_tasks && self.locked(class) == Locked::Yes;
        if by_tasks { Key::Locked(method) } else { Key::Plain(method) }
    }

    /// The class that a method belongs to.
    pub(super) fn class_of_method(&self, method: FnId) -> ClassId {
        self.program.class_of(method).expect("`check` gives only methods")
    }

    /// Where a call of a service's method goes.
    pub(super) fn route(&self, method: FnId) -> Route {
        self.placement.route(self.process, self.class_of_method(method))
    }

    /// What the process has to know about an instance.
    pub(super) fn service_info(&mut self, service: Service) -> ServiceInfo {
        let class = self.class_of(service);
        let fields = class.fields.iter().map(|field| (field.name.clone(), self.table.of(field.ty))).collect();
        let stop = self.method_named(service, "stop");
        ServiceInfo {
            name: class.name.clone(),
            fields,
            start: self.func(Key::Start(service)),
            stop: stop.map(|stop| {
                let key = self.outermost(stop);
                self.func(key)
            }),
            locked: self.locked(self.instances[service.index()]),
        }
    }

    /// A method of an instance's class by its name.
    pub(super) fn method_named(&self, service: Service, name: &str) -> Option<FnId> {
        self.class_of(service).methods.iter().copied().find(|method| &*self.program.fns[*method].name == name)
    }
}
