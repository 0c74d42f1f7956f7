//! Names of types. In: a type's id. Out: how it is written in programs.

use super::super::{Name, Program, Type, TypeId};

/// The type as written in a program.
#[must_use]
pub fn type_name(program: &Program, ty: TypeId) -> String {
    let Some(found) = program.types.get(ty) else { return format!("type{}", ty.0) };
    match found {
        Type::Unit => "()".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Float => "float".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Byte => "byte".to_owned(),
        Type::String => "string".to_owned(),
        Type::Array(element) => format!("[{}]", type_name(program, *element)),
        Type::Map(key, value) => format!("Map<{}, {}>", type_name(program, *key), type_name(program, *value)),
        Type::Tuple(parts) => {
            let parts: Vec<String> = parts.iter().map(|part| type_name(program, *part)).collect();
            format!("({})", parts.join(", "))
        }
        Type::Nullable { inner, .. } => format!("{}?", type_name(program, *inner)),
        Type::Class { name, .. } | Type::Tag { name, .. } | Type::Enum { name, .. } | Type::Error { name, .. } => {
            name.to_string()
        }
        Type::AnyError => "error".to_owned(),
        Type::Ref(inner) => format!("&{}", type_name(program, *inner)),
        Type::Service(service) => {
            program.services.get(*service).map_or(format!("service{}", service.0), |found| found.name.to_string())
        }
        Type::Duration => "Duration".to_owned(),
        Type::Fn { params, result } => {
            let params: Vec<String> = params.iter().map(|param| type_name(program, *param)).collect();
            let result = match program.types.get(*result) {
                Some(Type::Unit) => String::new(),
                Some(_) | None => format!(" {}", type_name(program, *result)),
            };
            format!("fn({}){result}", params.join(", "))
        }
        Type::Closure { name, .. } => format!("closure {name}"),
        Type::Holder { holder, inner } => format!("{}<{}>", holder.name(), type_name(program, *inner)),
        Type::Status => "status".to_owned(),
    }
}

pub(super) fn fields(program: &Program, fields: &[(Name, TypeId)]) -> String {
    let all: Vec<String> = fields.iter().map(|(name, ty)| format!("{name}: {}", type_name(program, *ty))).collect();
    all.join(", ")
}
