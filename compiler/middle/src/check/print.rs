//! Types as text: source-like names for messages, and the whole result of `check` for `--emit types`.

use crate::builtin::Method;
use crate::hir::{FnKind, Mutability, Program};
use crate::ids::{FnId, LocalId, TyId};
use crate::ty::{Holder, Ty, TyTable};
use crate::types::{Callee, Types};
use std::fmt::Write;

/// Longer names are cut.
const MAX_LENGTH: usize = 120;

/// The type as it would be written in a program.
#[must_use]
pub fn show(table: &TyTable, program: &Program, ty: TyId) -> String {
    let mut text = String::new();
    write_type(table, program, ty, &mut text);
    if text.len() > MAX_LENGTH {
        text.push('…');
    }
    text
}

fn write_type(table: &TyTable, program: &Program, ty: TyId, out: &mut String) {
    if out.len() > MAX_LENGTH {
        return;
    }
    match table.get(ty) {
        Ty::Error => out.push_str("{error}"),
        Ty::Never => out.push_str("never"),
        Ty::Unit => out.push_str("()"),
        Ty::Int => out.push_str("int"),
        Ty::Float => out.push_str("float"),
        Ty::Bool => out.push_str("bool"),
        Ty::Byte => out.push_str("byte"),
        Ty::String => out.push_str("string"),
        Ty::Duration => out.push_str("Duration"),
        Ty::AnyError => out.push_str("any error"),
        Ty::Var(_) => out.push('_'),
        Ty::Class(id) => out.push_str(&program.classes[*id].name),
        Ty::Enum(id) => out.push_str(&program.enums[*id].name),
        Ty::ErrorValue(id) => out.push_str(&program.errors[*id].name),
        Ty::Nullable(inner) if matches!(table.get(*inner), Ty::Fn(..)) => {
            out.push('(');
            write_type(table, program, *inner, out);
            out.push_str(")?");
        }
        Ty::Nullable(inner) => {
            write_type(table, program, *inner, out);
            out.push('?');
        }
        Ty::Array(inner) => {
            out.push('[');
            write_type(table, program, *inner, out);
            out.push(']');
        }
        Ty::Map(key, value) => {
            out.push_str("Map<");
            write_type(table, program, *key, out);
            out.push_str(", ");
            write_type(table, program, *value, out);
            out.push('>');
        }
        Ty::Tuple(parts) => write_list(table, program, parts, out),
        Ty::Fn(params, result) => {
            out.push_str("fn");
            write_list(table, program, params, out);
            if *result != TyTable::UNIT {
                out.push(' ');
                write_type(table, program, *result, out);
            }
        }
        Ty::Holder(Holder::Task, TyTable::UNIT) => out.push_str("Task"),
        Ty::Holder(holder, inner) => {
            out.push_str(holder.name());
            out.push('<');
            write_type(table, program, *inner, out);
            out.push('>');
        }
    }
}

/// Types in parentheses; of very long lists only the beginning.
fn write_list(table: &TyTable, program: &Program, types: &[TyId], out: &mut String) {
    out.push('(');
    for (at, part) in types.iter().enumerate().take_while(|(at, _)| *at < 40) {
        out.push_str(if at == 0 { "" } else { ", " });
        write_type(table, program, *part, out);
    }
    out.push(')');
}

/// Every function with the types of its variables, then what method calls call.
#[must_use]
pub fn print(program: &Program, types: &Types) -> String {
    let mut out = String::new();
    for id in program.fns.ids() {
        function(program, types, id, &mut out);
    }
    for (expr, callee) in &types.methods {
        let _ = writeln!(out, "call e{}: {}", expr.0, callee_name(program, *callee));
    }
    for (expr, ty) in &types.coercions {
        let (from, to) = (types.exprs[*expr], *ty);
        let _ = writeln!(
            out,
            "coercion e{}: {} → {}",
            expr.0,
            show(&types.table, program, from),
            show(&types.table, program, to)
        );
    }
    out
}

fn function(program: &Program, types: &Types, function: FnId, out: &mut String) {
    let declared = &program.fns[function];
    let name = |ty: TyId| show(&types.table, program, ty);
    let kind = match declared.kind {
        FnKind::Free | FnKind::Method(_) => "fn",
        FnKind::Test => "test",
        FnKind::Const => "const",
        FnKind::Default => "default",
        FnKind::Closure(_) => "closure",
        FnKind::Task(_) => "task",
    };
    let local = |local_id: LocalId| {
        let local = &declared.locals[local_id];
        let mutable = if local.mutability == Mutability::Mutable { "mut " } else { "" };
        format!("{mutable}{}: {}", local.name, name(types.locals[function][local_id]))
    };
    let params: Vec<String> = declared.params.iter().map(|it| local(*it)).collect();
    let _ = writeln!(out, "{kind} {}({}) {}", declared.qualified, params.join(", "), name(types.results[function]));
    if program.parent(function).is_some() {
        // Its variables stand with those of the function around it.
        return;
    }
    for at in declared.locals.ids().filter(|at| !declared.params.contains(at)) {
        let _ = writeln!(out, "    let {}", local(at));
    }
}

fn callee_name(program: &Program, callee: Callee) -> String {
    match callee {
        Callee::Data(method) => program.fns[method].qualified.to_string(),
        Callee::Dep(method) => format!("service {}", program.fns[method].qualified),
        Callee::OwnService(method) => format!("own {}", program.fns[method].qualified),
        Callee::Field(position) => format!("value of field {position}"),
        Callee::Builtin(method) => builtin_name(method),
        Callee::Expect(expectation) => format!("{expectation:?}"),
    }
}

fn builtin_name(method: Method) -> String {
    let row = method.row();
    format!("{:?}.{}", row.receiver, row.name).to_lowercase()
}
