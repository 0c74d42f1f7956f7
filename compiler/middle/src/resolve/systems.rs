//! Systems. In: `system` declarations. Out: their processes and policies with classes for names. That each member is used by the app,
//! stands once and has a place is `place`'s business.

use super::collect::Work;
use super::cx::{Cx, Def};
use super::errors;
use super::path::Want;
use super::policies::policies;
use crate::hir::{ClassKind, SystemProcess};
use crate::ids::{ClassId, ModuleId, SystemId};
use pluto_syntax::ast::{Ident, Name, Path, SystemDecl};
use pluto_syntax::diag::Diagnostic;
use pluto_syntax::span::Span;
use std::collections::BTreeMap;

/// Resolves all systems.
pub(super) fn systems(cx: &mut Cx<'_>, work: &Work<'_>) {
    for (id, module, decl) in &work.systems {
        if let Some(app) = &decl.app {
            check_app(cx, *module, app);
        }
        system(cx, *id, *module, decl);
        policies(cx, *id, *module, &decl.policies);
    }
}

fn check_app(cx: &mut Cx<'_>, module: ModuleId, app: &Ident) {
    match cx.lookup(module, &app.name) {
        Some(Def::Class(class)) if cx.program.classes[class].kind == ClassKind::App => {}
        Some(Def::Broken) => {}
        None => {
            let apps = cx.program.classes.iter().filter(|class| class.kind == ClassKind::App);
            let apps: Vec<Name> = apps.map(|class| class.name.clone()).collect();
            cx.report(errors::unknown_app(app, &apps));
        }
        Some(
            def @ (Def::Fn(_)
            | Def::Const(_)
            | Def::Class(_)
            | Def::Enum(_)
            | Def::Variant(..)
            | Def::Error(_)
            | Def::System(_)
            | Def::Channel(_)
            | Def::Module(_)
            | Def::Std(_)
            | Def::Global(_)),
        ) => cx.report(errors::not_an_app(app, cx.noun(def))),
    }
}

fn system(cx: &mut Cx<'_>, id: SystemId, module: ModuleId, decl: &SystemDecl) {
    let mut regions = Seen::new("regions");
    let mut pods = Seen::new("pods");
    let mut processes = Seen::new("processes");
    for region in &decl.regions {
        let region_name: Name = region.name.as_ref().map_or("".into(), |(name, _)| name.as_str().into());
        if let Some((name, span)) = &region.name {
            regions.add(cx, name, name, *span);
        }
        for pod in &region.pods {
            pods.add(cx, &format!("{region_name}/{}", pod.name.name), &pod.name.name, pod.name.span);
            for process in &pod.processes {
                processes.add(cx, &process.name.name, &process.name.name, process.name.span);
                if process.members.is_empty() {
                    cx.report(errors::empty_process(&process.name));
                }
                let placed = |path: &Path| Some((member(cx, module, path, errors::not_placeable)?, whole(path)?));
                let members = process.members.iter().filter_map(placed).collect();
                cx.program.systems[id].processes.push(SystemProcess {
                    name: process.name.name.clone(),
                    pod: pod.name.name.clone(),
                    region: region_name.clone(),
                    members,
                    span: process.span,
                });
            }
        }
    }
    if cx.program.systems[id].processes.is_empty() {
        cx.report(errors::empty_system(&decl.name));
    }
}

/// The app or service class of this name; the message for what is neither gets its text, its noun, and its place.
pub(super) fn member(
    cx: &mut Cx<'_>,
    module: ModuleId,
    path: &Path,
    neither: fn(&str, &str, Span) -> Diagnostic,
) -> Option<ClassId> {
    let def = cx.path_or_else(module, path, |cx, name| errors::unknown_member(name, &cx.placeable(module)))?;
    match def {
        Def::Class(class) if cx.program.classes[class].kind != ClassKind::Data => Some(class),
        Def::Broken => None,
        Def::Fn(_)
        | Def::Const(_)
        | Def::Class(_)
        | Def::Enum(_)
        | Def::Variant(..)
        | Def::Error(_)
        | Def::System(_)
        | Def::Channel(_)
        | Def::Module(_)
        | Def::Std(_)
        | Def::Global(_) => {
            let span = whole(path)?;
            let text = cx.program.sources.text(span).to_owned();
            cx.report(neither(&text, cx.noun(def), span));
            None
        }
    }
}

/// The place of a whole path.
pub(super) fn whole(path: &Path) -> Option<Span> {
    Some(path.first()?.span.to(path.last()?.span))
}

impl Cx<'_> {
    /// Like [`Cx::path`], with another message if the first name is unknown.
    fn path_or_else(
        &mut self,
        module: ModuleId,
        path: &Path,
        message: impl Fn(&Cx<'_>, &Ident) -> Diagnostic,
    ) -> Option<Def> {
        let first = path.first()?;
        if self.lookup(module, &first.name).is_none() {
            let diagnostic = message(self, first);
            self.report(diagnostic);
            return None;
        }
        self.path(module, path, Want::Type)
    }

    /// The names of this module that could stand in a system.
    fn placeable(&self, module: ModuleId) -> Vec<Name> {
        let names = self.scopes[module].iter();
        let fits = |def| matches!(def, Def::Class(class) if self.program.classes[class].kind != ClassKind::Data);
        names.filter(|(_, entry)| fits(entry.def)).map(|(name, _)| name.clone()).collect()
    }
}

/// Names that must be unique.
struct Seen {
    what: &'static str,
    first: BTreeMap<String, Span>,
}

impl Seen {
    fn new(what: &'static str) -> Seen {
        Seen { what, first: BTreeMap::new() }
    }

    fn add(&mut self, cx: &mut Cx<'_>, key: &str, name: &str, span: Span) {
        if let Some(first) = self.first.get(key) {
            cx.report(errors::twice_in_system(self.what, name, span, *first));
        } else {
            self.first.insert(key.to_owned(), span);
        }
    }
}
