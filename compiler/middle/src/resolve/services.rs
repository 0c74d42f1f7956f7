//! What is a service. In: the brackets of all classes. Out: their dependencies, and the kinds of classes: a class with
//! brackets, or one that stands in somebody's brackets, is a service.

use super::collect::Work;
use super::cx::{Cx, Def};
use super::errors;
use super::path::Want;
use crate::hir::{ClassKind, Dep};
use crate::ids::ClassId;
use pluto_syntax::ast::{self, TypeKind};

/// Resolves all brackets.
pub(super) fn services(cx: &mut Cx<'_>, work: &Work<'_>) {
    for (id, decl) in &work.classes {
        for dep in decl.deps.iter().flatten() {
            dependency(cx, *id, dep);
        }
    }
}

fn dependency(cx: &mut Cx<'_>, owner: ClassId, dep: &ast::Dep) {
    match service(cx, owner, dep) {
        Some(class) => {
            if cx.program.classes[class].kind == ClassKind::Data {
                cx.program.classes[class].kind = ClassKind::Service;
            }
            let dep = Dep { name: dep.name.name.clone(), class, span: dep.name.span.to(dep.ty.span) };
            cx.program.classes[owner].deps.push(dep);
        }
        None => cx.broken_deps.entry(owner).or_default().push(dep.name.name.clone()),
    }
}

/// The class that a dependency names; anything else is reported.
fn service(cx: &mut Cx<'_>, owner: ClassId, dep: &ast::Dep) -> Option<ClassId> {
    let found = match &dep.ty.kind {
        TypeKind::Path(path) => {
            let module = cx.program.classes[owner].module;
            match cx.path(module, path, Want::Type)? {
                Def::Class(class) if cx.program.classes[class].kind == ClassKind::App => "the app",
                Def::Class(class) => return Some(class),
                Def::Broken => return None,
                def @ (Def::Fn(_)
                | Def::Const(_)
                | Def::Enum(_)
                | Def::Variant(..)
                | Def::Error(_)
                | Def::System(_)
                | Def::Module(_)
                | Def::Std(_)
                | Def::Global(_)) => cx.noun(def),
            }
        }
        TypeKind::Prim(_) => "a built-in type",
        TypeKind::Array(_) => "an array",
        TypeKind::Map(..) => "a map",
        TypeKind::Tuple(_) => "a tuple",
        TypeKind::Nullable(_) => "a nullable type",
        TypeKind::Error => return None,
    };
    let text = cx.program.sources.text(dep.ty.span).to_owned();
    cx.report(errors::bad_dependency(&text, found, dep.ty.span));
    None
}
