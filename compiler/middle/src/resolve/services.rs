//! What is a service. In: the brackets of all classes. Out: their dependencies, and the kinds of classes: a class with
//! brackets, or one that stands in somebody's brackets, is a service.

use super::channels;
use super::collect::Work;
use super::cx::{Cx, Def};
use super::errors;
use super::path::Want;
use crate::hir::{ClassKind, Dep, DepTarget};
use crate::ids::ClassId;
use crate::ty::Holder;
use pluto_syntax::ast::{self, TypeKind};

/// What brackets name, as far as it is known before the types of messages are.
enum Found {
    Service(ClassId),
    /// An end of a channel.
    End(Holder),
}

/// Resolves all brackets, and all named channels. Services come first: the types of messages may not be services.
pub(super) fn services(cx: &mut Cx<'_>, work: &Work<'_>) {
    let mut found = vec![];
    for (id, decl) in &work.classes {
        for dep in decl.deps.iter().flatten() {
            found.push((*id, dep, dependency(cx, *id, dep)));
        }
    }
    channels::channels(cx, work);
    for (owner, dep, found) in found {
        let target = match found {
            Some(Found::Service(class)) => Some(DepTarget::Service(class)),
            Some(Found::End(side)) => channels::end(cx, owner, dep, side),
            None => None,
        };
        match target {
            Some(target) => {
                let dep = Dep { name: dep.name.name.clone(), target, span: dep.name.span.to(dep.ty.span) };
                cx.program.classes[owner].deps.push(dep);
            }
            None => cx.broken_deps.entry(owner).or_default().push(dep.name.name.clone()),
        }
    }
}

/// What a dependency names; what it cannot be is reported.
fn dependency(cx: &mut Cx<'_>, owner: ClassId, dep: &ast::Dep) -> Option<Found> {
    let found = match &dep.ty.kind {
        TypeKind::Path(path) => {
            let module = cx.program.classes[owner].module;
            match cx.path(module, path, Want::Type)? {
                Def::Class(class) if cx.program.classes[class].kind == ClassKind::App => "the app",
                Def::Class(class) => {
                    if cx.program.classes[class].kind == ClassKind::Data {
                        cx.program.classes[class].kind = ClassKind::Service;
                    }
                    return Some(Found::Service(class));
                }
                Def::Broken => return None,
                def @ (Def::Fn(_)
                | Def::Const(_)
                | Def::Enum(_)
                | Def::Variant(..)
                | Def::Error(_)
                | Def::System(_)
                | Def::Channel(_)
                | Def::Module(_)
                | Def::Std(_)
                | Def::Global(_)) => cx.noun(def),
            }
        }
        TypeKind::Holder(holder, _) => match Holder::of(*holder) {
            side @ (Holder::Sender | Holder::Receiver | Holder::Publisher | Holder::Subscriber) => {
                return Some(Found::End(side));
            }
            Holder::Task => "a task",
        },
        TypeKind::Prim(_) => "a built-in type",
        TypeKind::Array(_) => "an array",
        TypeKind::Map(..) => "a map",
        TypeKind::Tuple(_) => "a tuple",
        TypeKind::Nullable(_) => "a nullable type",
        TypeKind::Fn(..) => "a function type",
        TypeKind::Error => return None,
    };
    let text = cx.program.sources.text(dep.ty.span).to_owned();
    cx.report(errors::bad_dependency(&text, found, dep.ty.span));
    None
}
