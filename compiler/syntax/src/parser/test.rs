//! `test` and `tests[…]`. In: tokens. Out: [`Item`]s.

use super::expr::Grammar;
use super::fields::text_of;
use super::input::{Error, Rule, listed, lower, mistake, name, word};
use super::later::later;
use super::recover::{skip_delimited, skip_statement, skip_to_block};
use crate::ast::{Ident, Item, ItemKind, Vis};
use crate::code::Code;
use crate::token::Token;
use chumsky::prelude::*;

/// `test "name" { … }`; `None` with replaced services, which are not built yet.
pub(super) fn test<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<ItemKind>> {
    let title = select! { token @ (Token::Str(_) | Token::MultiStr(_)) = e => (text_of(&token), e.span()) };
    let doubles =
        word("with").then(skip_to_block()).validate(|_, e, emitter| emitter.emit(later(Code::E0915, e.span())));
    word("test")
        .ignore_then(title.labelled("the test's name in quotes"))
        .then(doubles.or_not())
        .then(grammar.block.clone())
        .map(|(((name, name_span), doubles), body)| {
            doubles.is_none().then_some(ItemKind::Test { name, name_span, body, scheduler: None })
        })
        .boxed()
}

/// `tests[scheduler: Random] { test "a" { … } … }`: its tests, each with the setting.
pub(super) fn tests<'t>(grammar: &Grammar<'t>) -> Rule<'t, Vec<Item>> {
    let setting = lower().then_ignore(just(Token::Colon)).then(name());
    let one = test(grammar).map_with(|kind, e| {
        let item = |kind| Item { vis: Vis::Private, docs: String::new(), kind, span: e.span() };
        kind.map(item)
    });
    let other = skip_statement().validate(|(), e, emitter| {
        let message = "only tests stand in `tests[…]`";
        emitter.emit(mistake(e.span(), message, "declare it outside, in front of the tests"));
        None
    });
    let other = none_of([Token::Lower("test")]).rewind().ignore_then(other);
    let gap = select! { Token::Newline | Token::Semi => () }.repeated();
    let entry = one.or(other).recover_with(via_parser(skip_statement().to(None))).then_ignore(gap);
    let entries = just(Token::LBlock)
        .ignore_then(gap)
        .ignore_then(entry.repeated().collect::<Vec<Option<Item>>>())
        .then_ignore(just(Token::RBrace))
        .recover_with(via_parser(skip_delimited(&[Token::LBlock]).to(vec![])));
    word("tests")
        .then(just(Token::LBracket).rewind())
        .ignore_then(listed(Token::LBracket, setting, Token::RBracket))
        .then(entries)
        .validate(|(settings, items), _, emitter| {
            let scheduler = scheduler(settings, &mut |error| emitter.emit(error));
            items.into_iter().flatten().map(|item| with_scheduler(item, scheduler.as_ref())).collect()
        })
        .boxed()
}

/// The one setting there is.
fn scheduler<'t>(settings: Vec<(Ident, Ident)>, emit: &mut dyn FnMut(Error<'t>)) -> Option<Ident> {
    let mut found = None;
    for (name, value) in settings {
        if &*name.name == "scheduler" && found.is_none() {
            found = Some(value);
        } else {
            let message = format!("tests have no setting `{}` here", name.name);
            emit(mistake(name.span, message, "there is one: `tests[scheduler: Random] { … }`"));
        }
    }
    found
}

fn with_scheduler(mut item: Item, setting: Option<&Ident>) -> Item {
    if let ItemKind::Test { scheduler, .. } = &mut item.kind {
        *scheduler = setting.cloned();
    }
    item
}
