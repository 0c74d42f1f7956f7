//! Prints declarations. In: their nodes. Out: text in the [`Printer`].

use super::{Printer, quoted};
use crate::ast::{
    Block, Capacity, ChanDecl, ClassDecl, ConstDecl, Dep, EnumDecl, Field, FnDecl, Ident, Item, ItemKind, Mutability,
    Param, Path, Pod, Policy, Setting, SystemDecl, TopicDecl, TypeExpr, TypeKind, VariantDecl, Vis,
};

impl Printer {
    pub(super) fn item(&mut self, item: &Item) {
        for doc in item.docs.lines() {
            self.line(&format!("/// {doc}"));
        }
        self.start_line();
        self.visibility(item.vis);
        match &item.kind {
            ItemKind::Import { path, alias } => {
                self.text("import ");
                self.path(path);
                if let Some(alias) = alias {
                    self.text(&format!(" as {}", alias.name));
                }
            }
            ItemKind::Fn(function) => self.function(function),
            ItemKind::Class(class) => self.class("class", class),
            ItemKind::App(class) => self.class("app", class),
            ItemKind::Enum(decl) => self.enumeration(decl),
            ItemKind::Error(variant) => {
                self.text("error ");
                self.variant(variant);
            }
            ItemKind::Const(decl) => self.constant(decl),
            ItemKind::System(system) => self.system(system),
            ItemKind::Test { name, body, scheduler, .. } => self.test(name, body, scheduler.as_ref()),
            ItemKind::Chan(decl) => self.named_channel(decl),
            ItemKind::Topic(decl) => self.topic(decl),
        }
        self.text("\n");
    }

    fn enumeration(&mut self, decl: &EnumDecl) {
        self.text(&format!("enum {} ", decl.name.name));
        self.open();
        for variant in &decl.variants {
            self.start_line();
            self.variant(variant);
            self.text("\n");
        }
        self.close();
    }

    fn constant(&mut self, decl: &ConstDecl) {
        self.text(&format!("const {}", decl.name.name));
        self.annotation(decl.ty.as_ref());
        self.text(" = ");
        self.expr(&decl.value);
    }

    fn test(&mut self, name: &str, body: &Block, scheduler: Option<&Ident>) {
        if let Some(scheduler) = scheduler {
            self.text(&format!("tests[scheduler: {}] {{ ", scheduler.name));
        }
        self.text(&format!("test {} ", quoted(name)));
        self.block(body);
        self.text(if scheduler.is_some() { " }" } else { "" });
    }

    fn named_channel(&mut self, decl: &ChanDecl) {
        self.channel("chan", &decl.name, &decl.ty);
        if decl.capacity != Capacity::Default {
            self.text("(");
            self.capacity(&decl.capacity);
            self.text(")");
        }
    }

    fn topic(&mut self, decl: &TopicDecl) {
        self.channel("topic", &decl.name, &decl.ty);
        match (&decl.capacity, decl.lossy) {
            (Capacity::Default, None) => {}
            (Capacity::Default, Some(_)) => self.text("(lossy)"),
            (capacity, lossy) => {
                self.text("(");
                self.capacity(capacity);
                self.text(if lossy.is_some() { ", lossy)" } else { ")" });
            }
        }
    }

    fn channel(&mut self, keyword: &str, name: &Ident, ty: &TypeExpr) {
        self.text(&format!("{keyword} {}: ", name.name));
        // What stands in parentheses behind it would be its result.
        if matches!(ty.kind, TypeKind::Fn(..)) { self.ty_in_parentheses(ty) } else { self.ty(ty) }
    }

    pub(super) fn capacity(&mut self, capacity: &Capacity) {
        match capacity {
            Capacity::Default => {}
            Capacity::Size(size) => self.expr(size),
            Capacity::Unbounded(_) => self.text("unbounded"),
        }
    }

    fn visibility(&mut self, vis: Vis) {
        match vis {
            Vis::Private => {}
            Vis::Public => self.text("pub "),
        }
    }

    pub(super) fn mutability(&mut self, mutability: Mutability) {
        match mutability {
            Mutability::Fixed => {}
            Mutability::Mutable => self.text("mut "),
        }
    }

    fn function(&mut self, function: &FnDecl) {
        self.text(&format!("fn {}(", function.name.name));
        if let Some(itself) = &function.self_param {
            self.mutability(itself.mutability);
            self.text(if function.params.is_empty() { "self" } else { "self, " });
        }
        self.separated(&function.params, ", ", Printer::param);
        self.text(") ");
        if let Some(result) = &function.result {
            self.ty(result);
            self.text(" ");
        }
        self.block(&function.body);
    }

    fn param(&mut self, param: &Param) {
        self.mutability(param.mutability);
        self.text(&param.name.name);
        self.annotation(Some(&param.ty));
    }

    fn class(&mut self, keyword: &str, class: &ClassDecl) {
        self.text(&format!("{keyword} {}", class.name.name));
        if let Some(deps) = &class.deps {
            self.text("[");
            self.separated(deps, ", ", |printer, dep: &Dep| {
                printer.text(&dep.name.name);
                printer.annotation(Some(&dep.ty));
            });
            self.text("]");
        }
        self.text(" ");
        self.open();
        for field in &class.fields {
            self.start_line();
            self.field(field);
            self.text("\n");
        }
        for method in &class.methods {
            self.start_line();
            self.visibility(method.vis);
            self.function(method);
            self.text("\n");
        }
        self.close();
    }

    fn field(&mut self, field: &Field) {
        self.text(&field.name.name);
        self.annotation(Some(&field.ty));
        if let Some(default) = &field.default {
            self.text(" = ");
            self.expr(default);
        }
    }

    fn variant(&mut self, variant: &VariantDecl) {
        self.text(&variant.name.name);
        if !variant.fields.is_empty() {
            self.text(" { ");
            self.separated(&variant.fields, ", ", Printer::field);
            self.text(" }");
        }
    }

    fn system(&mut self, system: &SystemDecl) {
        self.text(&format!("system {} ", system.name.name));
        if let Some(app) = &system.app {
            self.text(&format!("for {} ", app.name));
        }
        self.open();
        for region in &system.regions {
            let Some((name, _)) = &region.name else {
                region.pods.iter().for_each(|pod| self.pod(pod));
                continue;
            };
            self.start_line();
            self.text(&format!("region {} ", quoted(name)));
            self.open();
            region.pods.iter().for_each(|pod| self.pod(pod));
            self.close();
            self.text("\n");
        }
        system.policies.iter().for_each(|policy| self.policy(policy));
        self.close();
    }

    fn policy(&mut self, policy: &Policy) {
        self.start_line();
        self.text("policy ");
        self.path(&policy.service);
        self.text(" { ");
        self.separated(&policy.settings, ", ", |printer, setting: &Setting| {
            printer.text(&format!("{}: ", setting.name.name));
            printer.expr(&setting.value);
        });
        self.text(" }\n");
    }

    fn pod(&mut self, pod: &Pod) {
        self.start_line();
        self.text(&format!("pod {} ", pod.name.name));
        self.open();
        for process in &pod.processes {
            self.start_line();
            self.text(&format!("process {} {{ ", process.name.name));
            self.separated(&process.members, ", ", |printer, path| printer.path(path));
            self.text(" }\n");
        }
        self.close();
        self.text("\n");
    }

    pub(super) fn annotation(&mut self, ty: Option<&TypeExpr>) {
        if let Some(ty) = ty {
            self.text(": ");
            self.ty(ty);
        }
    }

    pub(super) fn path(&mut self, path: &Path) {
        self.separated(path, ".", |printer, name: &Ident| printer.text(&name.name));
    }
}
