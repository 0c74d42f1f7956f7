//! Prints declarations, types and patterns. In: their nodes. Out: text in the [`Printer`].

use super::{Printer, quoted};
use crate::ast::{
    Capacity, ClassDecl, Dep, Field, FnDecl, Holder, Ident, Item, ItemKind, Literal, Mutability, Param, Path, Pattern,
    PatternKind, Pod, Prim, SystemDecl, TypeExpr, TypeKind, VariantDecl, Vis,
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
            ItemKind::Enum(decl) => {
                self.text(&format!("enum {} ", decl.name.name));
                self.open();
                for variant in &decl.variants {
                    self.start_line();
                    self.variant(variant);
                    self.text("\n");
                }
                self.close();
            }
            ItemKind::Error(variant) => {
                self.text("error ");
                self.variant(variant);
            }
            ItemKind::Const(decl) => {
                self.text(&format!("const {}", decl.name.name));
                self.annotation(decl.ty.as_ref());
                self.text(" = ");
                self.expr(&decl.value);
            }
            ItemKind::System(system) => self.system(system),
            ItemKind::Test { name, body, scheduler, .. } => {
                if let Some(scheduler) = scheduler {
                    self.text(&format!("tests[scheduler: {}] {{ ", scheduler.name));
                }
                self.text(&format!("test {} ", quoted(name)));
                self.block(body);
                self.text(if scheduler.is_some() { " }" } else { "" });
            }
            ItemKind::Chan(decl) => {
                self.channel("chan", &decl.name, &decl.ty);
                if decl.capacity != Capacity::Default {
                    self.text("(");
                    self.capacity(&decl.capacity);
                    self.text(")");
                }
            }
            ItemKind::Topic(decl) => {
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
        }
        self.text("\n");
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

    fn mutability(&mut self, mutability: Mutability) {
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
        self.close();
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

    pub(super) fn ty(&mut self, ty: &TypeExpr) {
        match &ty.kind {
            TypeKind::Prim(prim) => self.text(match prim {
                Prim::Int => "int",
                Prim::Float => "float",
                Prim::Bool => "bool",
                Prim::Byte => "byte",
                Prim::String => "string",
                Prim::Duration => "Duration",
            }),
            TypeKind::Path(path) => self.path(path),
            TypeKind::Array(element) => {
                self.text("[");
                self.ty(element);
                self.text("]");
            }
            TypeKind::Map(key, value) => {
                self.text("Map<");
                self.ty(key);
                self.text(", ");
                self.ty(value);
                self.text(">");
            }
            TypeKind::Tuple(parts) => {
                self.text("(");
                self.separated(parts, ", ", Printer::ty);
                self.text(")");
            }
            TypeKind::Nullable(inner) => {
                // Behind the result of a function, `?` would belong to that.
                if matches!(inner.kind, TypeKind::Fn(..)) {
                    self.ty_in_parentheses(inner)
                } else {
                    self.ty(inner)
                }
                self.text("?");
            }
            TypeKind::Fn(params, result) => {
                self.text("fn(");
                self.separated(params, ", ", Printer::ty);
                self.text(")");
                if let Some(result) = result {
                    self.text(" ");
                    self.ty(result);
                }
            }
            TypeKind::Holder(holder, inner) => {
                self.text(match holder {
                    Holder::Sender => "Sender",
                    Holder::Receiver => "Receiver",
                    Holder::Publisher => "Publisher",
                    Holder::Subscriber => "Subscriber",
                    Holder::Task => "Task",
                });
                if let Some(inner) = inner {
                    self.text("<");
                    self.ty(inner);
                    self.text(">");
                }
            }
            TypeKind::Error => self.text("<error>"),
        }
    }

    pub(super) fn ty_in_parentheses(&mut self, ty: &TypeExpr) {
        self.text("(");
        self.ty(ty);
        self.text(")");
    }

    /// `mut` behind `let` is said once, of all names.
    pub(super) fn let_pattern(&mut self, pattern: &Pattern) {
        if first_name(pattern) == Some(Mutability::Mutable) {
            self.text("mut ");
        }
        self.unmarked(pattern);
    }

    fn unmarked(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Bind { name, .. } => self.text(&name.name),
            PatternKind::Tuple(parts) => {
                self.text("(");
                self.separated(parts, ", ", Printer::unmarked);
                self.text(")");
            }
            _ => self.pattern(pattern),
        }
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) {
        match &pattern.kind {
            PatternKind::Wild => self.text("_"),
            PatternKind::Bind { name, mutability } => {
                self.mutability(*mutability);
                self.text(&name.name);
            }
            PatternKind::Literal(literal) => self.literal(literal),
            PatternKind::Range { low, high, inclusive } => {
                self.literal(low);
                self.text(if *inclusive { "..=" } else { ".." });
                self.literal(high);
            }
            PatternKind::Struct { path, fields } => {
                self.path(path);
                if let Some(fields) = fields {
                    self.text(" { ");
                    self.separated(fields, ", ", Printer::pattern_field);
                    self.text(if fields.is_empty() { "}" } else { " }" });
                }
            }
            PatternKind::Tuple(parts) => {
                self.text("(");
                self.separated(parts, ", ", Printer::pattern);
                self.text(")");
            }
            PatternKind::Or(parts) => self.separated(parts, " | ", Printer::pattern),
            PatternKind::None => self.text("none"),
            PatternKind::Some(inner) => {
                self.pattern(inner);
                self.text("?");
            }
            PatternKind::Error => self.text("<error>"),
        }
    }

    fn pattern_field(&mut self, (name, pattern): &(Ident, Option<Pattern>)) {
        self.text(&name.name);
        if let Some(pattern) = pattern {
            self.text(": ");
            self.pattern(pattern);
        }
    }

    fn literal(&mut self, literal: &Literal) {
        match literal {
            Literal::Int { magnitude, negative } => {
                let sign = if *negative { "-" } else { "" };
                self.text(&format!("{sign}{magnitude}"));
            }
            Literal::Bool(value) => self.text(&value.to_string()),
            Literal::Str(value) => self.text(&quoted(value)),
        }
    }
}

/// How the first name in a pattern of names is bound.
fn first_name(pattern: &Pattern) -> Option<Mutability> {
    match &pattern.kind {
        PatternKind::Bind { mutability, .. } => Some(*mutability),
        PatternKind::Tuple(parts) => parts.iter().find_map(first_name),
        _ => None,
    }
}
