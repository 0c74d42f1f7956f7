//! The messages of `infer`. In: the three solutions. Out: `E0401`–`E0403`, `E0405`, `E0406`, `E0508`.
//!
//! What does not depend on the placement is worded without it, so that it is said once however many systems are checked.

use super::explain::{End, Origin, boundary, chain_text, origin};
use super::sites::{Body, Handling, Site, SiteKind, Target};
use super::solve::{Cause, Causes, Outcome, Solution, Step};
use super::view::{ANY, Node};
use crate::facts::{Facts, Placement};
use crate::hir::{BuiltinError, FnKind, Program};
use crate::ids::{ClassId, ErrorId, FnId, IndexVec};
use crate::place::reason;
use pluto_syntax::code::Code;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use pluto_syntax::span::Span;
use std::collections::BTreeSet;

/// Everything that the messages need.
pub(super) struct Report<'a> {
    pub(super) program: &'a Program,
    pub(super) facts: &'a Facts,
    pub(super) placement: &'a Placement,
    pub(super) bodies: &'a IndexVec<FnId, Body>,
    pub(super) placed: &'a Solution<'a>,
    pub(super) together: &'a Solution<'a>,
    pub(super) apart: &'a Solution<'a>,
}

/// A call site of a function.
#[derive(Clone, Copy)]
struct Call<'a> {
    function: FnId,
    site: &'a Site,
    target: Target,
    handling: &'a Handling,
}

/// The call that crosses, and the functions up to there.
struct Crossing {
    chain: Vec<FnId>,
    span: Span,
    caller: Node,
    callee: Node,
    service: ClassId,
}

impl Report<'_> {
    /// All messages, function by function.
    pub(super) fn all(&self, diagnostics: &mut Diagnostics) {
        for function in self.program.fns.ids() {
            match self.program.fns[function].kind {
                FnKind::Const | FnKind::Default => self.value(function, diagnostics),
                FnKind::Free | FnKind::Method(_) | FnKind::Test | FnKind::Closure(_) | FnKind::Task(_) => {
                    self.function(function, diagnostics);
                }
            }
        }
        let mut said = BTreeSet::new();
        for node in self.placed.keys() {
            self.placed_function(node, &mut said, diagnostics);
        }
    }

    /// `E0406`: the value of a constant or default that raises.
    fn value(&self, function: FnId, diagnostics: &mut Diagnostics) {
        let node = (self.together.main_process(), function, ANY);
        let raised = self.together.raised(node).cloned().unwrap_or_default();
        let Some((error, cause)) = raised.first_key_value() else { return };
        let it = &self.program.fns[function];
        let what = if it.kind == FnKind::Const { "the constant" } else { "the default value" };
        let (End::Raised { span } | End::Crossed { span, .. }) = origin(self.together, *cause).end;
        let (place, label) = match cause {
            Cause::Raised { span, trigger: _ } => (*span, "raised here"),
            Cause::Step(Step::Called { span, .. } | Step::Crossed { span, .. }) => (*span, "this can fail"),
        };
        let message = format!("{what} `{}` can fail with {}", it.qualified, self.names(raised.keys()));
        let mut diagnostic = Diagnostic::new(Code::E0406, place, message).label(label);
        if place != span {
            diagnostic = diagnostic.also(span, format!("`{}` is raised here", self.program.errors[*error].name));
        }
        diagnostics.push(diagnostic.help("there is nobody to hand the error to: give a value with `catch`"));
    }

    /// What does not depend on the placement.
    fn function(&self, function: FnId, diagnostics: &mut Diagnostics) {
        let node = (self.together.main_process(), function, ANY);
        let (together, apart) = (self.together.evaluate(node).1, self.apart.evaluate(node).1);
        for (at, site) in self.bodies[function].sites.iter().enumerate() {
            let Some(call) = call_at(function, site) else { continue };
            if let Some(most) = &apart[at] {
                self.allowed(call, most, diagnostics);
            }
            if let Some(least) = &together[at] {
                self.required(call, least, diagnostics);
            }
        }
    }

    /// `E0402`, `E0405`: handling of what cannot happen even if every dependency crosses.
    fn allowed(&self, call: Call<'_>, most: &Outcome, diagnostics: &mut Diagnostics) {
        let written = match call.handling {
            Handling::Plain | Handling::Forward => return,
            Handling::Propagate => "`!`",
            Handling::Catch { .. } => "`catch`",
        };
        if most.set.is_empty() {
            let message = format!("{} can never fail", self.call_name(call));
            diagnostics.push(
                Diagnostic::new(Code::E0402, call.site.span, message)
                    .label(format!("{written} has nothing to do here"))
                    .help(format!("remove the {written}")),
            );
        } else if let Handling::Catch { clauses, rest: _ } = call.handling {
            let mut left: BTreeSet<ErrorId> = most.set.keys().copied().collect();
            for clause in clauses {
                for (error, span) in clause.errors.iter().flatten() {
                    if !left.remove(error) {
                        diagnostics.push(self.impossible(call, most, *error, *span));
                    }
                }
            }
        }
    }

    /// `E0405`.
    fn impossible(&self, call: Call<'_>, most: &Outcome, error: ErrorId, span: Span) -> Diagnostic {
        let (name, callee) = (&self.program.errors[error].name, self.call_name(call));
        let diagnostic = if most.set.contains_key(&error) {
            Diagnostic::new(Code::E0405, span, format!("`{name}` is handled already")).label("never reached")
        } else {
            Diagnostic::new(Code::E0405, span, format!("{callee} cannot raise `{name}`"))
                .label("can never be caught here")
                .note(format!("it can raise {}", self.names(most.set.keys())))
        };
        diagnostic.help(format!("remove `{name}` from the handlers"))
    }

    /// `E0401`, `E0403`: errors that the program raises in one process already.
    fn required(&self, call: Call<'_>, least: &Outcome, diagnostics: &mut Diagnostics) {
        if least.left.is_empty() {
            return;
        }
        let diagnostic = match call.handling {
            Handling::Plain => self.unhandled(call, &least.left),
            Handling::Propagate | Handling::Forward => return,
            Handling::Catch { rest: crate::hir::CatchRest::Propagate, .. } => return,
            Handling::Catch { .. } => self.uncovered(call, &least.left),
        };
        diagnostics.push(self.explained(self.together, diagnostic, call.function, &least.left));
    }

    fn unhandled(&self, call: Call<'_>, left: &Causes) -> Diagnostic {
        let callee = self.call_name(call);
        Diagnostic::new(Code::E0401, call.site.span, format!("{callee} can fail, and the error is not handled"))
            .label(format!("can raise {}", self.names(left.keys())))
            .help("write `!` after the call to hand the error on, or handle it with `catch`")
    }

    fn uncovered(&self, call: Call<'_>, left: &Causes) -> Diagnostic {
        let names = self.names(left.keys());
        let message = format!("the handlers of {} do not cover {names}", self.call_name(call));
        let one = left.first_key_value().map_or("", |(error, _)| &self.program.errors[*error].name);
        Diagnostic::new(Code::E0403, call.site.span, message).label(format!("can also raise {names}")).help(format!(
            "add `catch err: {one} {{ … }}`, end with a `catch` for everything, or with `!` to hand the rest on"
        ))
    }

    /// Shows where the first of the errors is raised, and the calls up to there.
    fn explained(&self, view: &Solution<'_>, diagnostic: Diagnostic, function: FnId, left: &Causes) -> Diagnostic {
        let Some((error, cause)) = left.first_key_value() else { return diagnostic };
        let Origin { chain, end: End::Raised { span } | End::Crossed { span, .. } } = origin(view, *cause);
        let mut diagnostic = diagnostic;
        if diagnostic.primary.as_ref().is_none_or(|primary| primary.span != span) {
            diagnostic = diagnostic.also(span, format!("`{}` is raised here", self.program.errors[*error].name));
        }
        if chain.len() > 1 {
            diagnostic = diagnostic.note(format!("the calls: {}", chain_text(self.program, function, &chain)));
        }
        diagnostic
    }

    /// `E0508`: what fails only as placed. A function in several processes is reported for the first.
    fn placed_function(&self, node: Node, said: &mut BTreeSet<(FnId, usize)>, diagnostics: &mut Diagnostics) {
        let one = (self.together.main_process(), node.1, ANY);
        if node.2 != ANY || matches!(self.program.fns[node.1].kind, FnKind::Const | FnKind::Default) {
            return;
        }
        let (placed, together) = (self.placed.evaluate(node).1, self.together.evaluate(one).1);
        for (at, site) in self.bodies[node.1].sites.iter().enumerate() {
            let (Some(call), Some(now)) = (call_at(node.1, site), &placed[at]) else { continue };
            let covered = match call.handling {
                Handling::Plain => false,
                Handling::Propagate | Handling::Forward => true,
                Handling::Catch { rest, .. } => *rest == crate::hir::CatchRest::Propagate,
            };
            let anyway = together[at].as_ref().is_some_and(|outcome| !outcome.left.is_empty());
            if !covered && !anyway && !now.left.is_empty() && said.insert((node.1, at)) {
                diagnostics.push(self.because_placed(call, &now.left));
            }
        }
    }

    fn because_placed(&self, call: Call<'_>, left: &Causes) -> Diagnostic {
        let Some(Crossing { chain, span, caller, callee, service }) = self.crossing(left) else {
            // In a handler that only runs because something crosses, the program's own errors come into play.
            let diagnostic = match call.handling {
                Handling::Plain | Handling::Propagate | Handling::Forward => self.unhandled(call, left),
                Handling::Catch { .. } => self.uncovered(call, left),
            };
            return self.explained(self.placed, diagnostic, call.function, left);
        };
        let (classes, user) = (&self.program.classes, self.program.class_of(caller.1));
        let (problem, raises, help) = match call.handling {
            Handling::Plain | Handling::Propagate | Handling::Forward => {
                ("can fail", "can raise", "write `!` after the call to hand the errors on, or handle them with `catch`")
            }
            Handling::Catch { .. } => (
                "can fail in ways that the handlers do not cover",
                "can also raise",
                "end the handlers with a `catch` for everything, or with `!` to hand the rest on",
            ),
        };
        let mut message = format!("{} {problem}", self.call_name(call));
        if let Some(user) = user {
            let (user, service) = (&classes[user].name, &classes[service].name);
            message += &format!(": the system `{}` separates `{user}` and `{service}`", self.placement.name);
        }
        let names = self.names(left.keys());
        let way = self.placement.transport(caller.0, callee.0).way();
        let is_here = span == call.site.span;
        let label = if is_here { format!("goes {way}, and {raises} {names}") } else { format!("{raises} {names}") };
        let mut diagnostic = Diagnostic::new(Code::E0508, call.site.span, message).label(label);
        if !is_here {
            diagnostic = diagnostic.also(span, format!("this call crosses from one process to another, {way}"));
        }
        let ends = user.map(|class| (caller.0, class)).into_iter().chain([(callee.0, service)]);
        for (process, class) in ends {
            let why = reason(self.program, self.facts, self.placement, process, class);
            diagnostic = match why.span {
                Some(span) => diagnostic.also(span, why.text),
                None => diagnostic.note(why.text),
            };
        }
        diagnostic.note(format!("the calls: {}", chain_text(self.program, call.function, &chain))).help(help)
    }

    /// The crossing behind the first of the errors that has one.
    fn crossing(&self, left: &Causes) -> Option<Crossing> {
        left.values().map(|cause| boundary(self.placed, *cause)).find_map(|Origin { chain, end }| match end {
            End::Crossed { span, caller, callee, service } => Some(Crossing { chain, span, caller, callee, service }),
            End::Raised { .. } => None,
        })
    }

    fn call_name(&self, call: Call<'_>) -> String {
        match call.target {
            Target::Function { callee, .. } => format!("`{}`", self.program.fns[callee].qualified),
            Target::Raises(BuiltinError::File) => "`read_text`".to_string(),
            Target::Task(_) => "`get`".to_string(),
            Target::Region(_) => "`within`".to_string(),
            Target::Values(_) | Target::Raises(_) | Target::Never => self.written_name(call.site.span),
        }
    }

    /// The call as it is written, up to its arguments.
    fn written_name(&self, span: Span) -> String {
        let text = self.program.sources.text(span);
        let name = text.split(['(', '{', '\n']).next().unwrap_or_default().trim();
        let short = !name.is_empty() && name.len() <= 40;
        if short { format!("`{name}`") } else { "this call".to_string() }
    }

    /// `A, B or C`.
    fn names<'a>(&self, errors: impl Iterator<Item = &'a ErrorId>) -> String {
        const SHOWN: usize = 8;
        let all: Vec<String> = errors.map(|error| format!("`{}`", self.program.errors[*error].name)).collect();
        if all.len() > SHOWN {
            return format!("{} and {} more", all[..SHOWN].join(", "), all.len() - SHOWN);
        }
        match all.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
            None => "nothing".to_string(),
        }
    }
}

fn call_at(function: FnId, site: &Site) -> Option<Call<'_>> {
    match &site.kind {
        SiteKind::Call { target, handling } => Some(Call { function, site, target: *target, handling }),
        SiteKind::Raise(_) | SiteKind::Reraise(_) => None,
    }
}
