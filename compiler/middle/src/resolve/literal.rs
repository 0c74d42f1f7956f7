//! Literals of classes, variants and errors. In: `Point { x: 1, y }`. Out: field positions with values, in written order.
//! Fields that are left out are `check`'s business: it knows the types.

use super::body::Body;
use super::cx::Def;
use super::errors;
use super::path::Want;
use crate::hir::{ClassKind, Expr, ExprKind, Field, OUTCOME};
use pluto_syntax::ast::{self, Ident, Name};
use pluto_syntax::span::Span;
use std::collections::BTreeMap;

impl Body<'_, '_> {
    pub(super) fn literal(&mut self, path: &[Ident], written: &[(Ident, Option<ast::Expr>)], span: Span) -> ExprKind {
        let def = self.constructor(path, span);
        let values: Vec<(Ident, Expr)> = written
            .iter()
            .map(|(name, value)| {
                let value = match value {
                    Some(value) => self.expr(value),
                    None => {
                        let kind = self.name(name);
                        self.new_expr(kind, name.span)
                    }
                };
                (name.clone(), value)
            })
            .collect();
        let Some(def) = def else { return ExprKind::Error };
        let names: Vec<&Ident> = values.iter().map(|(name, _)| name).collect();
        let positions = self.positions(def, &names);
        let fields = positions.into_iter().zip(values).filter_map(|(at, (_, value))| Some((at?, value))).collect();
        match def {
            Def::Class(class) => ExprKind::ClassLit { class, fields },
            Def::Variant(enumeration, variant) => ExprKind::VariantLit { enumeration, variant, fields },
            Def::Error(error) => ExprKind::ErrorLit { error, fields },
            Def::Fn(_)
            | Def::Const(_)
            | Def::Enum(_)
            | Def::System(_)
            | Def::Channel(_)
            | Def::Module(_)
            | Def::Std(_)
            | Def::Global(_)
            | Def::Broken => ExprKind::Error,
        }
    }

    /// The data class, variant or error that a path names; anything else is reported.
    pub(super) fn constructor(&mut self, path: &[Ident], span: Span) -> Option<Def> {
        let def = self.cx.path(self.module, path, Want::Type)?;
        match def {
            Def::Class(class) => {
                let head = &self.cx.program.classes[class];
                if head.kind != ClassKind::Data {
                    let noun = self.cx.noun(def);
                    let place = path.last().map_or(span, |name| name.span);
                    let diagnostic = errors::service_literal(&head.name, noun, place, head.span);
                    self.cx.report(diagnostic);
                    return None;
                }
                Some(def)
            }
            Def::Variant(..) | Def::Error(_) => Some(def),
            Def::Broken => None,
            Def::Enum(_)
            | Def::Fn(_)
            | Def::Const(_)
            | Def::System(_)
            | Def::Channel(_)
            | Def::Module(_)
            | Def::Std(_)
            | Def::Global(_) => {
                let place = path.first().zip(path.last()).map_or(span, |(first, last)| first.span.to(last.span));
                let text = self.cx.program.sources.text(place).to_owned();
                self.cx.report(errors::not_a_constructor(&text, self.cx.noun(def), def, place));
                None
            }
        }
    }

    /// The positions of named fields; `None` (and a message) for those that do not exist or stand twice.
    pub(super) fn positions(&mut self, def: Def, names: &[&Ident]) -> Vec<Option<u32>> {
        let mut known: BTreeMap<Name, u32> = BTreeMap::new();
        for (at, field) in (0u32..).zip(self.fields_of(def)) {
            known.entry(field.name.clone()).or_insert(at);
        }
        let mut seen: BTreeMap<u32, Span> = BTreeMap::new();
        let mut positions = vec![];
        for name in names {
            let found = known.get(&name.name).copied();
            positions.push(match found {
                None => {
                    self.unknown_field(def, name, &known);
                    None
                }
                Some(at) => match seen.get(&at) {
                    Some(first) => {
                        self.cx.report(errors::field_twice(name, *first));
                        None
                    }
                    None => {
                        seen.insert(at, name.span);
                        Some(at)
                    }
                },
            });
        }
        positions
    }

    fn unknown_field(&mut self, def: Def, name: &Ident, known: &BTreeMap<Name, u32>) {
        let near = self.cx.suggest(&name.name, known.keys().map(|name| &**name));
        let program = &self.cx.program;
        let (owner, span) = match def {
            Def::Class(class) => (program.classes[class].name.to_string(), program.classes[class].span),
            Def::Error(error) => (program.errors[error].name.to_string(), program.errors[error].span),
            Def::Variant(enumeration, variant) => {
                let head = &program.enums[enumeration];
                let variant = &head.variants[variant as usize];
                (format!("{}.{}", head.name, variant.name), variant.span)
            }
            Def::Fn(_)
            | Def::Const(_)
            | Def::Enum(_)
            | Def::System(_)
            | Def::Channel(_)
            | Def::Module(_)
            | Def::Std(_)
            | Def::Global(_)
            | Def::Broken => return,
        };
        let names: Vec<Name> = known.keys().cloned().collect();
        let builtin_error =
            matches!(def, Def::Error(error) if crate::hir::BuiltinError::ALL.iter().any(|it| it.id() == error));
        let outcome = matches!(def, Def::Variant(enumeration, _) if enumeration == OUTCOME);
        // What is built in is declared nowhere.
        let declared = (!builtin_error && !outcome).then_some(span);
        self.cx.report(errors::unknown_field(name, &owner, declared, near.as_deref(), &names));
    }

    fn fields_of(&self, def: Def) -> &[Field] {
        let program = &self.cx.program;
        match def {
            Def::Class(class) => &program.classes[class].fields,
            Def::Error(error) => &program.errors[error].fields,
            Def::Variant(enumeration, variant) => &program.enums[enumeration].variants[variant as usize].fields,
            Def::Fn(_)
            | Def::Const(_)
            | Def::Enum(_)
            | Def::System(_)
            | Def::Channel(_)
            | Def::Module(_)
            | Def::Std(_)
            | Def::Global(_)
            | Def::Broken => &[],
        }
    }
}
