//! Dotted names. In: a module and a path (`geo.Point`, `Status.Open`, `env.args`). Out: what it means, or a message.

use super::cx::{Cx, Def, OUTCOME_NAME};
use super::errors;
use crate::builtin::Global;
use crate::hir::{BuiltinError, ChannelKind, ClassKind, OUTCOME};
use crate::ids::ModuleId;
use pluto_syntax::ast::{Ident, Name, Vis};

/// What is looked for, for messages and suggestions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Want {
    Type,
    Value,
}

impl Cx<'_> {
    /// What a path means; `None` (and a message) if it means nothing.
    pub(super) fn path(&mut self, module: ModuleId, path: &[Ident], want: Want) -> Option<Def> {
        let (first, rest) = path.split_first()?;
        let Some(mut def) = self.lookup(module, &first.name) else {
            self.unknown(module, first, want, &[]);
            return None;
        };
        for part in rest {
            def = self.member(def, part, want)?;
        }
        Some(def)
    }

    /// What `name` means behind the dot of something; `None` (and a message) if it means nothing.
    pub(super) fn member(&mut self, base: Def, name: &Ident, want: Want) -> Option<Def> {
        match base {
            Def::Module(module) => self.member_of_module(module, name, want),
            Def::Std(path) => self.member_of_std(path, name),
            Def::Enum(enumeration) => {
                let variants = &self.program.enums[enumeration].variants;
                if let Some(at) = variants.iter().position(|variant| variant.name == name.name) {
                    return Some(Def::Variant(enumeration, u32::try_from(at).unwrap_or(u32::MAX)));
                }
                let names: Vec<Name> = variants.iter().map(|variant| variant.name.clone()).collect();
                let near = self.suggest(&name.name, names.iter().map(|name| &**name));
                let head = &self.program.enums[enumeration];
                let declared = (enumeration != OUTCOME).then_some(head.span);
                let diagnostic = errors::unknown_variant(name, &head.name, declared, near.as_deref(), &names);
                self.report(diagnostic);
                None
            }
            Def::Broken => Some(Def::Broken),
            Def::Fn(_)
            | Def::Const(_)
            | Def::Class(_)
            | Def::Variant(..)
            | Def::Error(_)
            | Def::System(_)
            | Def::Channel(_)
            | Def::Global(_) => {
                self.report(errors::no_members(name, self.noun(base)));
                None
            }
        }
    }

    fn member_of_module(&mut self, module: ModuleId, name: &Ident, want: Want) -> Option<Def> {
        if let Some(entry) = self.scopes[module].get(&name.name).copied() {
            if entry.vis == Vis::Private && entry.def != Def::Broken {
                let owner = self.program.modules[module].name.clone();
                self.report(errors::private(name, &owner, self.noun(entry.def), entry.span));
            }
            return Some(entry.def);
        }
        let some = self.may_suggest();
        let public = self.scopes[module].iter().filter(|(_, entry)| some && entry.vis == Vis::Public);
        let names: Vec<Name> = public.map(|(name, _)| name.clone()).collect();
        let near = self.suggest(&name.name, names.iter().map(|name| &**name));
        let owner = self.program.modules[module].name.clone();
        self.report(errors::not_in_module(name, &owner, want, near.as_deref()));
        None
    }

    fn member_of_std(&mut self, path: &[&str], name: &Ident) -> Option<Def> {
        let members = || Global::TABLE.iter().filter(|(at, _, _)| *at == path);
        if let Some((_, _, global)) = members().find(|(_, member, _)| *member == &*name.name) {
            return Some(Def::Global(*global));
        }
        let near = self.suggest(&name.name, members().map(|(_, member, _)| *member));
        self.report(errors::not_in_std(name, &path.join("."), near.as_deref()));
        None
    }

    /// Reports a name that nothing has. `locals` are the variables in scope.
    pub(super) fn unknown(&mut self, module: ModuleId, name: &Ident, want: Want, locals: &[Name]) {
        if !self.may_suggest() {
            self.report(errors::unknown(name, want, None, None));
            return;
        }
        let mut names: Vec<Name> = locals.to_vec();
        for (name, entry) in &self.scopes[module] {
            if self.fits(entry.def, want) {
                names.push(name.clone());
            }
        }
        match want {
            Want::Type => {
                names.extend(["int", "float", "bool", "byte", "string", "Duration", OUTCOME_NAME].map(Name::from));
                names.extend(BuiltinError::ALL.map(|error| error.name().into()));
            }
            Want::Value => names.extend(Global::TABLE.iter().filter(|row| row.0.is_empty()).map(|row| row.1.into())),
        }
        let near = self.suggest(&name.name, names.iter().map(|name| &**name));
        let elsewhere = self.exported(module, &name.name);
        self.report(errors::unknown(name, want, near.as_deref(), elsewhere.as_deref()));
    }

    /// `billing.Invoice`, if an imported module has a public thing of that name.
    fn exported(&self, module: ModuleId, name: &str) -> Option<String> {
        self.scopes[module].iter().find_map(|(alias, entry)| {
            let Def::Module(target) = entry.def else { return None };
            let found = self.scopes[target].get(name)?;
            (found.vis == Vis::Public).then(|| format!("{alias}.{name}"))
        })
    }

    fn fits(&self, def: Def, want: Want) -> bool {
        match def {
            Def::Fn(_) | Def::Const(_) | Def::Global(_) => want == Want::Value,
            Def::Class(_) | Def::Enum(_) | Def::Error(_) | Def::Module(_) => true,
            Def::Variant(..) | Def::System(_) | Def::Channel(_) | Def::Std(_) | Def::Broken => false,
        }
    }

    /// What it is, with its article, for messages.
    pub(super) fn noun(&self, def: Def) -> &'static str {
        match def {
            Def::Fn(_) | Def::Global(_) => "a function",
            Def::Const(_) => "a constant",
            Def::Class(class) => match self.program.classes[class].kind {
                ClassKind::Data => "a class",
                ClassKind::Service => "a service class",
                ClassKind::App => "the app",
            },
            Def::Enum(_) => "an enum",
            Def::Variant(..) => "a variant",
            Def::Error(_) => "an error",
            Def::System(_) => "a system",
            Def::Channel(channel) => match self.program.channels[channel].kind {
                ChannelKind::Channel => "a channel",
                ChannelKind::Topic | ChannelKind::LossyTopic => "a topic",
            },
            Def::Module(_) | Def::Std(_) => "a module",
            Def::Broken => "unknown",
        }
    }
}
