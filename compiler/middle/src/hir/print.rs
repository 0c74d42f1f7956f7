//! `--emit hir`: HIR as text. In: a program. Out: something like its source in which every name is resolved: variables are
//! numbered (`x#2`), loops too (`loop 0`), functions have their qualified names, and every operator its brackets.

mod expr;

use super::{Block, ChannelKind, Cond, DepTarget, Field, Inclusive, Iter, Literal, Mutability};
use super::{Class, ClassKind, FnKind, Function, Pattern, PatternKind, Program, SelfParam, Stmt, StmtKind};
use crate::ids::{FnId, Id, LocalId, TyId};
use crate::ty::{Holder, Ty, TyTable};
use std::fmt::Write;

/// `Outcome`.
const BUILTIN_ENUMS: usize = 1;

/// The whole program.
#[must_use]
pub fn print(program: &Program) -> String {
    let mut cx = Printer { program, function: None, out: String::new(), indent: 0 };
    for class in program.classes.iter() {
        cx.class(class);
    }
    for enumeration in program.enums.iter().skip(BUILTIN_ENUMS) {
        cx.line(&format!("enum {}", enumeration.name));
        cx.indented(|cx| {
            for variant in &enumeration.variants {
                let fields = cx.fields(&variant.fields);
                cx.line(&format!("{}{fields}", variant.name));
            }
        });
    }
    for error in program.errors.iter().skip(super::BuiltinError::ALL.len()) {
        let fields = cx.fields(&error.fields);
        cx.line(&format!("error {}{fields}", error.name));
    }
    cx.channels();
    cx.systems();
    for id in program.fns.ids() {
        cx.function(id);
    }
    if let Some(main) = program.main {
        cx.line(&format!("starts with {}", program.fns[main].qualified));
    }
    cx.out
}

/// A type as it is written in programs.
#[must_use]
pub fn ty(program: &Program, table: &TyTable, id: TyId) -> String {
    let ty = |id: TyId| ty(program, table, id);
    match table.get(id) {
        Ty::Error => "?".to_owned(),
        Ty::Never => "never".to_owned(),
        Ty::Unit => "()".to_owned(),
        Ty::Int => "int".to_owned(),
        Ty::Float => "float".to_owned(),
        Ty::Bool => "bool".to_owned(),
        Ty::Byte => "byte".to_owned(),
        Ty::String => "string".to_owned(),
        Ty::Array(item) => format!("[{}]", ty(*item)),
        Ty::Map(key, value) => format!("Map<{}, {}>", ty(*key), ty(*value)),
        Ty::Tuple(items) => format!("({})", items.iter().map(|item| ty(*item)).collect::<Vec<_>>().join(", ")),
        Ty::Nullable(inside) if matches!(table.get(*inside), Ty::Fn(..)) => format!("({})?", ty(*inside)),
        Ty::Nullable(inside) => format!("{}?", ty(*inside)),
        Ty::Class(class) => program.classes[*class].name.to_string(),
        Ty::Enum(enumeration) => program.enums[*enumeration].name.to_string(),
        Ty::ErrorValue(error) => program.errors[*error].name.to_string(),
        Ty::AnyError => "any error".to_owned(),
        Ty::Duration => "Duration".to_owned(),
        Ty::Fn(params, result) => {
            let params = params.iter().map(|param| ty(*param)).collect::<Vec<_>>().join(", ");
            let result = if *result == TyTable::UNIT { String::new() } else { format!(" {}", ty(*result)) };
            format!("fn({params}){result}")
        }
        Ty::Holder(Holder::Task, TyTable::UNIT) => "Task".to_owned(),
        Ty::Holder(holder, inside) => format!("{}<{}>", holder.name(), ty(*inside)),
        Ty::Var(number) => format!("?{number}"),
    }
}

struct Printer<'a> {
    program: &'a Program,
    /// The function whose variables are meant.
    function: Option<FnId>,
    out: String,
    indent: usize,
}

impl Printer<'_> {
    fn margin(&mut self) {
        for _ in 0..self.indent {
            self.out.push_str("  ");
        }
    }

    fn line(&mut self, text: &str) {
        self.margin();
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn put(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn indented(&mut self, inside: impl FnOnce(&mut Self)) {
        self.indent += 1;
        inside(self);
        self.indent -= 1;
    }

    fn ty(&self, id: TyId) -> String {
        ty(self.program, &self.program.types, id)
    }

    fn class(&mut self, class: &Class) {
        let kind = match class.kind {
            ClassKind::Data => "class",
            ClassKind::Service => "service",
            ClassKind::App => "app",
        };
        let dep = |dep: &super::Dep| match dep.target {
            DepTarget::Service(class) => format!("{}: {}", dep.name, self.program.classes[class].name),
            DepTarget::End { channel, side: _, ty } => {
                format!("{}: {} of channel {}", dep.name, self.ty(ty), channel.index())
            }
        };
        let deps: Vec<String> = class.deps.iter().map(dep).collect();
        let deps = if deps.is_empty() { String::new() } else { format!("[{}]", deps.join(", ")) };
        let fields = self.fields(&class.fields);
        self.line(&format!("{kind} {}{deps}{fields}", class.name));
    }

    fn fields(&self, fields: &[Field]) -> String {
        if fields.is_empty() {
            return String::new();
        }
        let shown = fields.iter().map(|field| {
            let default = field.default.map_or("", |_| " = …");
            format!("{}: {}{default}", field.name, self.ty(field.ty))
        });
        format!(" {{ {} }}", shown.collect::<Vec<_>>().join(", "))
    }

    fn channels(&mut self) {
        for (id, channel) in self.program.channels.iter_enumerated() {
            let (word, lossy) = match channel.kind {
                ChannelKind::Channel => ("chan", ""),
                ChannelKind::Topic => ("topic", ""),
                ChannelKind::LossyTopic => ("topic", ", lossy"),
            };
            let capacity = if channel.capacity < 0 { "unbounded".to_owned() } else { channel.capacity.to_string() };
            let element = self.ty(channel.element);
            self.line(&format!("{word} {} {}: {element}({capacity}{lossy})", id.index(), channel.name));
        }
    }

    fn systems(&mut self) {
        for system in self.program.systems.iter() {
            self.line(&format!("system {}", system.name));
            self.indented(|cx| {
                for process in &system.processes {
                    let members = process.members.iter().map(|(class, _)| &*cx.program.classes[*class].name);
                    let members = members.collect::<Vec<_>>().join(", ");
                    let region = if process.region.is_empty() { "" } else { &format!(" in {:?}", process.region) };
                    cx.line(&format!("process {} of pod {}{region}: {members}", process.name, process.pod));
                }
                for policy in &system.policies {
                    let service = &cx.program.classes[policy.service].name;
                    let timeout = policy.timeout.map(|timeout| format!("timeout {timeout}"));
                    let restart = policy.restart.map(|_| "on_fault restart".to_owned());
                    let settings: Vec<String> = timeout.into_iter().chain(restart).collect();
                    cx.line(&format!("policy {service}: {}", settings.join(", ")));
                }
            });
        }
    }

    fn function(&mut self, id: FnId) {
        let function = &self.program.fns[id];
        self.function = Some(id);
        let kind = match function.kind {
            FnKind::Free | FnKind::Method(_) => "fn ",
            FnKind::Test => "",
            FnKind::Const => "const ",
            FnKind::Default => "default ",
            FnKind::Closure(_) => "closure ",
            FnKind::Task(_) => "task ",
        };
        let name = self.name(id);
        let head = format!("{kind}{name}{}{}", self.params(function), self.result(function));
        self.out.push('\n');
        self.put(&head);
        self.put(&self.captures(function));
        self.put(" ");
        self.block(&function.body);
        self.put("\n");
    }

    /// The function's name; those that have none of their own are numbered as well.
    fn name(&self, id: FnId) -> String {
        let function = &self.program.fns[id];
        match function.kind {
            FnKind::Free | FnKind::Method(_) | FnKind::Test | FnKind::Const | FnKind::Default => {
                function.qualified.to_string()
            }
            FnKind::Closure(_) | FnKind::Task(_) => format!("{}#{}", function.qualified, id.index()),
        }
    }

    /// What a closure takes from around it.
    fn captures(&self, function: &Function) -> String {
        let own = function.uses_self.map(|_| "self".to_owned());
        let all: Vec<String> = own.into_iter().chain(function.captures.iter().map(|it| self.local(*it))).collect();
        if all.is_empty() { String::new() } else { format!(" with {}", all.join(", ")) }
    }

    fn params(&self, function: &Function) -> String {
        let mut params = match function.self_param {
            None => vec![],
            Some(SelfParam::Read) => vec!["self".to_owned()],
            Some(SelfParam::Mut) => vec!["mut self".to_owned()],
        };
        for param in &function.params {
            let ty = function
                .locals
                .get(*param)
                .and_then(|it| it.ty)
                .map_or(String::new(), |ty| format!(": {}", self.ty(ty)));
            params.push(format!("{}{ty}", self.binding(*param)));
        }
        match function.kind {
            FnKind::Free | FnKind::Method(_) | FnKind::Closure(_) => format!("({})", params.join(", ")),
            FnKind::Test | FnKind::Const | FnKind::Default | FnKind::Task(_) => String::new(),
        }
    }

    fn result(&self, function: &Function) -> String {
        match function.result {
            None => String::new(),
            Some(TyTable::UNIT) => String::new(),
            Some(ty) => format!(" {}", self.ty(ty)),
        }
    }

    /// A variable where it is bound.
    fn binding(&self, local: LocalId) -> String {
        let found = self.function.and_then(|id| self.program.fns[id].locals.get(local));
        let mutable = found.map(|local| local.mutability);
        let word = if mutable == Some(Mutability::Mutable) { "mut " } else { "" };
        format!("{word}{}", self.local(local))
    }

    fn local(&self, local: LocalId) -> String {
        let name = self.function.and_then(|id| self.program.fns[id].locals.get(local)).map_or("?", |it| &*it.name);
        format!("{name}#{}", local.index())
    }

    fn block(&mut self, block: &Block) {
        if block.stmts.is_empty() && block.value.is_none() {
            self.put("{ }");
            return;
        }
        self.put("{\n");
        self.indented(|cx| {
            for stmt in &block.stmts {
                cx.margin();
                cx.stmt(stmt);
                cx.put(";\n");
            }
            if let Some(value) = &block.value {
                cx.margin();
                cx.expr(value);
                cx.put("\n");
            }
        });
        self.margin();
        self.put("}");
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { pattern, ty, value } => {
                let pattern = self.pattern(pattern);
                let ty = ty.map_or(String::new(), |ty| format!(": {}", self.ty(ty)));
                self.put(&format!("let {pattern}{ty} = "));
                self.expr(value);
            }
            StmtKind::Assign { place, value } => {
                self.expr(place);
                self.put(" = ");
                self.expr(value);
            }
            StmtKind::AssignOp { place, op, op_span: _, value } => {
                self.expr(place);
                self.put(&format!(" {}= ", expr::binary(*op)));
                self.expr(value);
            }
            StmtKind::Expr(value) => self.expr(value),
            StmtKind::While { id, cond, body } => {
                self.put(&format!("loop {} while ", id.index()));
                self.cond(cond);
                self.put(" ");
                self.block(body);
            }
            StmtKind::For { id, pattern, iter, body } => {
                let pattern = self.pattern(pattern);
                self.put(&format!("loop {} for {pattern} in ", id.index()));
                match iter {
                    Iter::Range { low, high, inclusive } => {
                        self.expr(low);
                        self.put(dots(*inclusive));
                        self.expr(high);
                    }
                    Iter::Value(value) => self.expr(value),
                }
                self.put(" ");
                self.block(body);
            }
        }
    }

    fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Expr(value) => self.expr(value),
            Cond::Let { pattern, value } => {
                let pattern = self.pattern(pattern);
                self.put(&format!("let {pattern} = "));
                self.expr(value);
            }
        }
    }

    fn pattern(&self, pattern: &Pattern) -> String {
        match &pattern.kind {
            PatternKind::Wild => "_".to_owned(),
            PatternKind::Bind(local) | PatternKind::Place(local) => self.binding(*local),
            PatternKind::Literal(literal) => match literal {
                Literal::Int { magnitude, negative } => format!("{}{magnitude}", if *negative { "-" } else { "" }),
                Literal::Bool(value) => value.to_string(),
                Literal::Str(text) => format!("{text:?}"),
            },
            PatternKind::Range { low, high, inclusive } => format!("{low}{}{high}", dots(*inclusive)),
            PatternKind::Class { class, fields } => {
                let class = &self.program.classes[*class];
                format!("{}{}", class.name, self.field_patterns(&class.fields, fields))
            }
            PatternKind::Variant { enumeration, variant, fields } => {
                let enumeration = &self.program.enums[*enumeration];
                let variant = &enumeration.variants[*variant as usize];
                format!("{}.{}{}", enumeration.name, variant.name, self.field_patterns(&variant.fields, fields))
            }
            PatternKind::ErrorValue { error, fields } => {
                let error = &self.program.errors[*error];
                format!("{}{}", error.name, self.field_patterns(&error.fields, fields))
            }
            PatternKind::Tuple(parts) => format!("({})", self.patterns(parts, ", ")),
            PatternKind::Or(parts) => self.patterns(parts, " | "),
            PatternKind::None => "none".to_owned(),
            PatternKind::Some(inner) => format!("{}?", self.pattern(inner)),
        }
    }

    fn patterns(&self, parts: &[Pattern], separator: &str) -> String {
        parts.iter().map(|part| self.pattern(part)).collect::<Vec<_>>().join(separator)
    }

    fn field_patterns(&self, fields: &[Field], parts: &[(u32, Pattern)]) -> String {
        if parts.is_empty() {
            return String::new();
        }
        let mut shown = String::new();
        for (position, part) in parts {
            let comma = if shown.is_empty() { "" } else { ", " };
            let _ = write!(shown, "{comma}{}: {}", fields[*position as usize].name, self.pattern(part));
        }
        format!(" {{ {shown} }}")
    }
}

fn dots(inclusive: Inclusive) -> &'static str {
    match inclusive {
        Inclusive::No => "..",
        Inclusive::Yes => "..=",
    }
}
