//! Declarations. In: the items of all modules. Out: their ids, the modules' scopes, and what is still to be resolved ([`Work`]).

use super::channels::ChannelDecl;
use super::cx::{Cx, Def};
use super::errors;
use super::nearest::nearest;
use crate::builtin::Global;
use crate::hir::{ChannelKind, Class, ClassKind, Enum, ErrorDecl, FnKind, NamedChannel, Scheduler, System, Test};
use crate::ids::{ChannelId, ClassId, EnumId, ErrorId, FnId, Id, ModuleId, SystemId};
use crate::ty::TyTable;
use pluto_syntax::ast::{
    Block, ClassDecl, ConstDecl, EnumDecl, FnDecl, Ident, Item, ItemKind, SystemDecl, VariantDecl, Vis,
};
use pluto_syntax::span::Span;
use std::collections::BTreeMap;

/// Modules of `std` that the language has and that are not built yet.
const LATER: &[&str] =
    &["bytes", "collections", "http", "io", "json", "log", "math", "net", "process", "random", "regex", "text", "time"];

/// What has an id, and is still to be resolved.
#[derive(Default)]
pub(super) struct Work<'a> {
    pub(super) classes: Vec<(ClassId, &'a ClassDecl)>,
    pub(super) enums: Vec<(EnumId, &'a EnumDecl)>,
    pub(super) errors: Vec<(ErrorId, &'a VariantDecl)>,
    pub(super) fns: Vec<(FnId, &'a FnDecl)>,
    pub(super) consts: Vec<(FnId, &'a ConstDecl)>,
    pub(super) tests: Vec<(FnId, &'a Block)>,
    pub(super) channels: Vec<(ChannelId, ChannelDecl<'a>)>,
    pub(super) systems: Vec<(SystemId, ModuleId, &'a SystemDecl)>,
}

/// Gives ids to everything that is declared.
pub(super) fn collect<'a>(cx: &mut Cx<'a>) -> Work<'a> {
    let mut work = Work::default();
    for (index, parsed) in cx.parsed.modules.iter().enumerate() {
        let module = ModuleId::from_index(index);
        let mut titles = BTreeMap::new();
        let mut schedulers = Schedulers::default();
        for (position, item) in parsed.ast.items.iter().enumerate() {
            match &item.kind {
                ItemKind::Import { path, alias } => {
                    let target = parsed.imports.iter().find(|(at, _)| *at == position).map(|(_, target)| *target);
                    import(cx, module, item, (path, alias.as_ref()), target);
                }
                ItemKind::Fn(decl) => {
                    let id = cx.new_fn(decl.name.name.clone(), &decl.name.name, module, FnKind::Free, decl.name.span);
                    cx.declare(module, &decl.name, item.vis, Def::Fn(id));
                    work.fns.push((id, decl));
                }
                ItemKind::Class(decl) => class(cx, &mut work, module, (decl, item.vis), ClassKind::Data),
                ItemKind::App(decl) => class(cx, &mut work, module, (decl, item.vis), ClassKind::App),
                ItemKind::Enum(decl) => {
                    let head = Enum { name: decl.name.name.clone(), module, span: decl.name.span, variants: vec![] };
                    let id = cx.program.enums.push(head);
                    cx.declare(module, &decl.name, item.vis, Def::Enum(id));
                    work.enums.push((id, decl));
                }
                ItemKind::Error(decl) => {
                    let head = ErrorDecl { name: decl.name.name.clone(), fields: vec![], module, span: decl.name.span };
                    let id = cx.program.errors.push(head);
                    cx.declare(module, &decl.name, item.vis, Def::Error(id));
                    work.errors.push((id, decl));
                }
                ItemKind::Const(decl) => {
                    let id = cx.new_fn(decl.name.name.clone(), &decl.name.name, module, FnKind::Const, decl.name.span);
                    cx.declare(module, &decl.name, item.vis, Def::Const(id));
                    work.consts.push((id, decl));
                }
                ItemKind::System(decl) => {
                    let (name, span) = (decl.name.name.clone(), decl.name.span);
                    let head = System { name, span, processes: vec![], policies: vec![] };
                    let id = cx.program.systems.push(head);
                    cx.declare(module, &decl.name, item.vis, Def::System(id));
                    work.systems.push((id, module, decl));
                }
                ItemKind::Chan(decl) => channel(cx, &mut work, module, (&decl.name, item.vis), ChannelDecl::Chan(decl)),
                ItemKind::Topic(decl) => {
                    channel(cx, &mut work, module, (&decl.name, item.vis), ChannelDecl::Topic(decl))
                }
                ItemKind::Test { name, name_span, body, scheduler } => {
                    let scheduler = schedulers.read(cx, scheduler.as_ref());
                    let id = test(cx, module, (name, *name_span), scheduler, &mut titles);
                    work.tests.push((id, body));
                }
            }
        }
        for name in &parsed.ast.left_out {
            cx.declare_left_out(module, name);
        }
    }
    work
}

/// Binds the last part of the path, or the alias.
fn import(
    cx: &mut Cx<'_>,
    module: ModuleId,
    item: &Item,
    (path, alias): (&[Ident], Option<&Ident>),
    target: Option<usize>,
) {
    let Some(name) = alias.or(path.last()) else { return };
    let def = match target {
        Some(target) => Def::Module(ModuleId::from_index(target)),
        None if path.first().is_some_and(|first| &*first.name == "std") => standard(cx, path, item.span),
        None => Def::Broken,
    };
    cx.declare(module, name, item.vis, def);
}

fn standard(cx: &mut Cx<'_>, path: &[Ident], span: Span) -> Def {
    let parts: Vec<&str> = path.iter().map(|part| &*part.name).collect();
    if let Some((path, _, _)) = Global::TABLE.iter().find(|(path, _, _)| *path == parts) {
        return Def::Std(path);
    }
    let known = Global::TABLE.iter().filter_map(|(path, _, _)| path.get(1).copied());
    let diagnostic = match parts[1..] {
        [name] if LATER.contains(&name) => errors::later_module(&parts.join("."), span),
        [name] => errors::unknown_std(&parts.join("."), nearest(name, known), span),
        [..] => errors::unknown_std(&parts.join("."), None, span),
    };
    cx.report(diagnostic);
    Def::Broken
}

fn class<'a>(
    cx: &mut Cx<'a>,
    work: &mut Work<'a>,
    module: ModuleId,
    (decl, vis): (&'a ClassDecl, Vis),
    kind: ClassKind,
) {
    let kind = if kind == ClassKind::Data && decl.deps.is_some() { ClassKind::Service } else { kind };
    let name = &decl.name.name;
    let head =
        Class { name: name.clone(), module, span: decl.name.span, kind, deps: vec![], fields: vec![], methods: vec![] };
    let id = cx.program.classes.push(head);
    cx.declare(module, &decl.name, vis, Def::Class(id));
    work.classes.push((id, decl));
    let deps = decl.deps.iter().flatten().map(|dep| &dep.name);
    let fields = decl.fields.iter().map(|field| &field.name);
    unique(cx, deps.chain(fields).chain(decl.methods.iter().map(|method| &method.name)));
    for method in &decl.methods {
        let qualified = format!("{name}.{}", method.name.name);
        let method_id = cx.new_fn(method.name.name.clone(), &qualified, module, FnKind::Method(id), method.name.span);
        cx.program.classes[id].methods.push(method_id);
        work.fns.push((method_id, method));
    }
}

fn channel<'a>(
    cx: &mut Cx<'a>,
    work: &mut Work<'a>,
    module: ModuleId,
    (name, vis): (&Ident, Vis),
    decl: ChannelDecl<'a>,
) {
    let kind = match decl {
        ChannelDecl::Chan(_) => ChannelKind::Channel,
        ChannelDecl::Topic(decl) if decl.lossy.is_some() => ChannelKind::LossyTopic,
        ChannelDecl::Topic(_) => ChannelKind::Topic,
    };
    let (element, span) = (TyTable::ERROR, name.span);
    let head = NamedChannel { name: name.name.clone(), module, element, capacity: 0, kind, span };
    let id = cx.program.channels.push(head);
    cx.declare(module, name, vis, Def::Channel(id));
    work.channels.push((id, decl));
}

/// The settings of groups of tests: each test of a group has the same one, and a wrong one is reported once.
#[derive(Default)]
struct Schedulers {
    reported: Option<Span>,
}

impl Schedulers {
    fn read(&mut self, cx: &mut Cx<'_>, written: Option<&Ident>) -> Scheduler {
        let Some(written) = written else { return Scheduler::Normal };
        if &*written.name == "Random" {
            return Scheduler::Random;
        }
        if self.reported != Some(written.span) {
            self.reported = Some(written.span);
            cx.report(errors::unknown_scheduler(written));
        }
        Scheduler::Normal
    }
}

fn test(
    cx: &mut Cx<'_>,
    module: ModuleId,
    (title, span): (&str, Span),
    scheduler: Scheduler,
    titles: &mut BTreeMap<String, Span>,
) -> FnId {
    if let Some(first) = titles.get(title) {
        let ident = Ident { name: title.into(), span };
        cx.report(errors::declared_twice(&ident, *first));
    } else {
        titles.insert(title.to_owned(), span);
    }
    let function = cx.new_fn(title.into(), &format!("test {title:?}"), module, FnKind::Test, span);
    cx.program.tests.push(Test { name: title.to_owned(), function, scheduler, span });
    function
}

/// Reports names that stand twice in one list of members.
pub(super) fn unique<'n>(cx: &mut Cx<'_>, names: impl Iterator<Item = &'n Ident>) {
    let mut seen = BTreeMap::new();
    for name in names {
        if let Some(first) = seen.get(&name.name) {
            cx.report(errors::declared_twice(name, *first));
        } else {
            seen.insert(name.name.clone(), name.span);
        }
    }
}
