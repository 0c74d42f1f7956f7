//! What all of resolve shares: the program so far, the names of each module, and the diagnostics.

use super::nearest::nearest;
use super::{Parsed, errors};
use crate::builtin::Global;
use crate::hir::{Block, BuiltinError, Enum, ErrorDecl, Field, FnKind, Function, Module, OUTCOME, Program, Variant};
use crate::ids::{ChannelId, ClassId, EnumId, ErrorId, ExprId, FnId, Id, IndexVec, ModuleId, PatId, SystemId};
use crate::ty::TyTable;
use pluto_syntax::ast::{Ident, Name, Vis};
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::span::{FileId, Span};
use std::collections::BTreeMap;

/// What a name means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Def {
    Fn(FnId),
    Const(FnId),
    Class(ClassId),
    Enum(EnumId),
    /// A variant by its position.
    Variant(EnumId, u32),
    Error(ErrorId),
    System(SystemId),
    /// A named channel or topic.
    Channel(ChannelId),
    Module(ModuleId),
    /// A module of `std`, by its path in [`Global::TABLE`].
    Std(&'static [&'static str]),
    Global(Global),
    /// Something was wrong with its declaration, and reported: no more messages about it.
    Broken,
}

/// A name of a module.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) def: Def,
    pub(super) vis: Vis,
    pub(super) span: Span,
}

/// The names of a module.
pub(super) type Scope = BTreeMap<Name, Entry>;

/// The name of the built-in enum.
pub(super) const OUTCOME_NAME: &str = "Outcome";

/// The suggestions of one compilation: more of them would help nobody, and each looks at every name.
const MOST_SUGGESTIONS: u32 = 100;

/// The shared state.
pub(super) struct Cx<'a> {
    pub(super) parsed: &'a Parsed,
    pub(super) dx: &'a mut Diagnostics,
    pub(super) program: Program,
    pub(super) scopes: IndexVec<ModuleId, Scope>,
    /// Names in brackets that are no services, which was reported.
    pub(super) broken_deps: BTreeMap<ClassId, Vec<Name>>,
    suggestions: u32,
}

impl<'a> Cx<'a> {
    /// A program with nothing but the built-in errors.
    pub(super) fn new(parsed: &'a Parsed, dx: &'a mut Diagnostics) -> Cx<'a> {
        let modules: IndexVec<ModuleId, Module> =
            parsed.modules.iter().map(|module| Module { name: module.name.clone() }).collect();
        let scopes = parsed.modules.iter().map(|_| Scope::new()).collect();
        let span = Span::new(FileId(0), 0, 0);
        let program = Program {
            sources: parsed.sources.clone(),
            modules,
            classes: IndexVec::new(),
            enums: std::iter::once(outcome(span)).collect(),
            errors: BuiltinError::ALL.into_iter().map(|error| builtin_error(error, span)).collect(),
            fns: IndexVec::new(),
            app: None,
            main: None,
            systems: IndexVec::new(),
            channels: IndexVec::new(),
            tests: vec![],
            types: TyTable::default(),
            expr_count: 0,
            pat_count: 0,
        };
        Cx { parsed, dx, program, scopes, broken_deps: BTreeMap::new(), suggestions: 0 }
    }

    /// Puts a name into a module's scope; the first one stays.
    pub(super) fn declare(&mut self, module: ModuleId, name: &Ident, vis: Vis, def: Def) {
        if let Some(first) = self.scopes[module].get(&name.name) {
            let first = first.span;
            self.report(errors::declared_twice(name, first));
            return;
        }
        self.scopes[module].insert(name.name.clone(), Entry { def, vis, span: name.span });
    }

    /// A name whose declaration the parser left out and reported; others of that name come first.
    pub(super) fn declare_left_out(&mut self, module: ModuleId, name: &Ident) {
        let entry = Entry { def: Def::Broken, vis: Vis::Public, span: name.span };
        self.scopes[module].entry(name.name.clone()).or_insert(entry);
    }

    /// What a name means in a module, its own declarations before the built-in ones.
    pub(super) fn lookup(&self, module: ModuleId, name: &str) -> Option<Def> {
        if let Some(entry) = self.scopes[module].get(name) {
            return Some(entry.def);
        }
        if let Some(error) = BuiltinError::ALL.into_iter().find(|error| error.name() == name) {
            return Some(Def::Error(error.id()));
        }
        if name == OUTCOME_NAME {
            return Some(Def::Enum(OUTCOME));
        }
        let mut globals = Global::TABLE.iter().filter(|(path, _, _)| path.is_empty());
        globals.find(|(_, global, _)| *global == name).map(|(_, _, global)| Def::Global(*global))
    }

    /// A function whose signature and body are still to come.
    pub(super) fn new_fn(&mut self, name: Name, qualified: &str, module: ModuleId, kind: FnKind, span: Span) -> FnId {
        let qualified = self.qualified(module, qualified);
        self.program.fns.push(Function {
            name,
            qualified,
            module,
            kind,
            self_param: None,
            params: vec![],
            result: None,
            locals: IndexVec::new(),
            loop_count: 0,
            captures: vec![],
            uses_self: None,
            body: Block { stmts: vec![], value: None, span },
            span,
        })
    }

    /// With the module's name in front, except in the first module.
    fn qualified(&self, module: ModuleId, name: &str) -> Name {
        if module.index() == 0 { name.into() } else { format!("{}.{name}", self.program.modules[module].name).into() }
    }

    /// Have there not been too many suggestions? Asked before names are gathered, which takes time too.
    pub(super) fn may_suggest(&self) -> bool {
        self.suggestions < MOST_SUGGESTIONS
    }

    /// The nearest of some names, or nothing once there were too many questions.
    pub(super) fn suggest<'n>(&mut self, name: &str, candidates: impl IntoIterator<Item = &'n str>) -> Option<String> {
        if !self.may_suggest() {
            return None;
        }
        self.suggestions += 1;
        nearest(name, candidates).map(str::to_owned)
    }

    /// Adds a diagnostic.
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.dx.push(diagnostic);
    }

    pub(super) fn expr_id(&mut self) -> ExprId {
        self.program.expr_count += 1;
        ExprId::from_index(self.program.expr_count - 1)
    }

    pub(super) fn pat_id(&mut self) -> PatId {
        self.program.pat_count += 1;
        PatId::from_index(self.program.pat_count - 1)
    }
}

fn builtin_error(error: BuiltinError, span: Span) -> ErrorDecl {
    let field = |(name, ty): &(&str, _)| Field { name: (*name).into(), ty: *ty, default: None, span };
    let fields = error.fields().iter().map(field).collect();
    ErrorDecl { name: error.name().into(), fields, module: ModuleId(0), span }
}

/// `Outcome { Done, Failed { message: string }, Faulted { message: string }, Cancelled }`.
fn outcome(span: Span) -> Enum {
    let message = || Field { name: "message".into(), ty: TyTable::STRING, default: None, span };
    let variant = |name: &str, fields| Variant { name: name.into(), fields, span };
    let variants = vec![
        variant("Done", vec![]),
        variant("Failed", vec![message()]),
        variant("Faulted", vec![message()]),
        variant("Cancelled", vec![]),
    ];
    Enum { name: OUTCOME_NAME.into(), module: ModuleId(0), span, variants }
}
