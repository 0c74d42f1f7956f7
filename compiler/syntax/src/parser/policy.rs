//! `policy Accounts { timeout: 500ms }` in a system. In: tokens. Out: [`Policy`]; settings that are not built yet are reported.

use super::expr::Grammar;
use super::input::{Rule, braced, left_brace, mistake, name, path, problem, separator, word};
use super::later::later;
use super::recover::skip_part;
use crate::ast::{Policy, Setting};
use crate::code::Code;
use crate::diag::Diagnostic;
use crate::token::Token;
use chumsky::prelude::*;

/// From the word `policy` on.
pub(super) fn policy<'t>(grammar: &Grammar<'t>) -> Rule<'t, Policy> {
    let settings = nothing().or(braced(setting_not_yet().or(setting(grammar))));
    word("policy")
        .ignore_then(path())
        .then(settings)
        .map(|(service, settings)| Policy { service, settings: settings.into_iter().flatten().collect() })
        .boxed()
}

/// A policy where none can stand: in a region, in a class, outside everything.
pub(super) fn misplaced<'t>() -> Rule<'t, ()> {
    word("policy")
        .then(none_of([Token::Colon]).rewind())
        .then(skip_part())
        .validate(|_, e, emitter| {
            let help = "write it beside the pods: `system Name { pod … { … }  policy Service { timeout: 500ms } }`";
            emitter.emit(mistake(e.span(), "a policy stands in a `system`, outside its regions", help));
        })
        .boxed()
}

/// `{ }`: reported here, so that a policy with a broken setting is not also called empty.
fn nothing<'t>() -> Rule<'t, Vec<Option<Setting>>> {
    left_brace()
        .then(separator().or_not())
        .then(just(Token::RBrace))
        .validate(|_, e, emitter| {
            let empty = Diagnostic::new(Code::E0519, e.span(), "this policy sets nothing");
            emitter.emit(problem(empty.help("write `{ timeout: 500ms }`, or remove the policy")));
            vec![]
        })
        .boxed()
}

fn setting<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<Setting>> {
    name()
        .then_ignore(just(Token::Colon))
        .then(grammar.expr.clone())
        .map(|(name, value)| Some(Setting { name, value }))
        .boxed()
}

fn setting_not_yet<'t>() -> Rule<'t, Option<Setting>> {
    select! { Token::Lower("retries" | "breaker") => () }
        .then(skip_part())
        .validate(|_, e, emitter| {
            emitter.emit(later(Code::E0918, e.span()));
            None
        })
        .boxed()
}
