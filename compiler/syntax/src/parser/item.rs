//! Declarations. In: tokens. Out: [`Item`]s; those that are not built yet are reported and left out.

use super::channel::{named_channel, topic};
use super::expr::{Grammar, grammar};
use super::input::{
    Error, Extra, Rule, Tokens, braced, declared_lower, declared_upper, left_brace, listed, name, path, problem,
    separator, upper, word,
};
use super::later::{later, replaced};
use super::policy::misplaced;
use super::recover::{skip_angles, skip_delimited, skip_item, skip_part, skip_statement, skip_to_block};
use super::system::system;
use super::test::{test, tests};
use crate::ast::{
    ClassDecl, ConstDecl, Dep, EnumDecl, Field, FnDecl, Item, ItemKind, Mutability, Param, SelfParam, VariantDecl, Vis,
};
use crate::code::Code;
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::token::Token;
use chumsky::prelude::*;

/// A whole file.
pub(super) fn items<'t>() -> Rule<'t, Vec<Item>> {
    let grammar = grammar();
    let one = item(&grammar).map(|item| item.into_iter().collect::<Vec<_>>());
    let one = tests(&grammar).or(one).labelled("a declaration").recover_with(via_parser(skip_item().to(vec![])));
    let gap = select! { Token::Newline | Token::Semi => () }.repeated();
    let all = one.then_ignore(gap).repeated().collect::<Vec<Vec<Item>>>();
    gap.ignore_then(all).then_ignore(end()).map(|items| items.into_iter().flatten().collect()).boxed()
}

fn item<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<Item>> {
    let kind = choice((
        import(),
        function(grammar).map(|function| function.map(ItemKind::Fn)).boxed(),
        class(grammar),
        enumeration(grammar),
        error(grammar),
        constant(grammar),
        app(grammar),
        word("system").then(upper().rewind()).ignore_then(system(grammar)).map(|it| Some(ItemKind::System(it))).boxed(),
        test(grammar),
        named_channel(grammar),
        topic(grammar),
        misplaced().to(None),
        not_yet(),
    ));
    visibility()
        .then(kind)
        .map_with(|(vis, kind), e| {
            let kind = kind?;
            Some(Item { vis, docs: String::new(), kind, span: e.span() })
        })
        .labelled("a declaration")
        .boxed()
}

fn visibility<'t>() -> impl Parser<'t, Tokens<'t>, Vis, Extra<'t>> + Clone {
    just(Token::Pub).or_not().map(|it| if it.is_some() { Vis::Public } else { Vis::Private })
}

fn import<'t>() -> Rule<'t, Option<ItemKind>> {
    just(Token::Import)
        .ignore_then(path())
        .then(just(Token::As).ignore_then(declared_lower("a module")).or_not())
        .map(|(path, alias)| Some(ItemKind::Import { path, alias }))
        .boxed()
}

/// A parameter, or `self`.
#[derive(Clone)]
enum AnyParam {
    SelfParam(SelfParam),
    Param(Param),
}

/// `fn name(self, x: int) int { … }`; `None` if it needs what is not built yet.
fn function<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<FnDecl>> {
    let stream = select! { Token::Lower("stream") => () }.ignore_then(grammar.ty.clone()).to(None);
    let result = stream.or(grammar.ty.clone().map(Some)).or_not();
    just(Token::Fn)
        .ignore_then(declared_lower("a function"))
        .then(type_parameters())
        .then(parameters(grammar))
        .then(result)
        .then_ignore(contracts().or_not())
        .then(grammar.block.clone())
        .validate(|((((name, generic), (self_param, params)), result), body), e, emitter| {
            let span = e.span();
            // The outer `None` is "no result type", the inner one a stream.
            let result = match result {
                None => None,
                Some(Some(ty)) => Some(ty),
                Some(None) => {
                    emitter.emit(later(Code::E0913, span));
                    return None;
                }
            };
            (!generic).then_some(FnDecl { vis: Vis::Private, name, self_param, params, result, body, span })
        })
        .boxed()
}

/// `<T>`: not yet. Gives whether there are any.
fn type_parameters<'t>() -> impl Parser<'t, Tokens<'t>, bool, Extra<'t>> + Clone {
    let angles = skip_angles().validate(|(), e, emitter| emitter.emit(later(Code::E0902, e.span())));
    angles.or_not().map(|it| it.is_some())
}

fn parameters<'t>(grammar: &Grammar<'t>) -> Rule<'t, (Option<SelfParam>, Vec<Param>)> {
    let mutability =
        just(Token::Mut).or_not().map(|it| if it.is_some() { Mutability::Mutable } else { Mutability::Fixed });
    let itself = just(Token::SelfValue).map_with(|_, e| -> Span { e.span() });
    let typed = declared_lower("a parameter").then_ignore(just(Token::Colon)).then(grammar.ty.clone());
    let any = mutability.then(itself.map(Err).or(typed.map(Ok))).map(|(mutability, which)| match which {
        Ok((name, ty)) => AnyParam::Param(Param { name, mutability, ty }),
        Err(span) => AnyParam::SelfParam(SelfParam { mutability, span }),
    });
    listed(Token::LParen, any, Token::RParen)
        .validate(|all, _, emitter| split(all, &mut |error| emitter.emit(error)))
        .boxed()
}

fn split<'t>(all: Vec<AnyParam>, emit: &mut dyn FnMut(Error<'t>)) -> (Option<SelfParam>, Vec<Param>) {
    let mut self_param = None;
    let mut params = vec![];
    for (at, param) in all.into_iter().enumerate() {
        match param {
            AnyParam::Param(param) => params.push(param),
            AnyParam::SelfParam(param) if at == 0 => self_param = Some(param),
            AnyParam::SelfParam(param) => {
                let message = "`self` is the first parameter, and the only one of its name";
                emit(problem(Diagnostic::new(Code::E0101, param.span, message).help("put `self` first")));
            }
        }
    }
    (self_param, params)
}

/// `requires …` and `ensures …` before a body: not yet.
fn contracts<'t>() -> Rule<'t, ()> {
    select! { Token::Lower("requires" | "ensures") => () }
        .then(skip_to_block())
        .validate(|_, e, emitter| emitter.emit(later(Code::E0909, e.span())))
        .boxed()
}

/// `[accounts: AccountsService]`.
fn dependencies<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<Vec<Dep>>> {
    let one = declared_lower("a dependency").then_ignore(just(Token::Colon)).then(grammar.ty.clone());
    listed(Token::LBracket, one.map(|(name, ty)| Dep { name, ty }), Token::RBracket).or_not().boxed()
}

fn class<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<ItemKind>> {
    let traits = just(Token::Impl)
        .then(path().then(skip_angles().or_not()).separated_by(just(Token::Comma)).collect::<Vec<_>>())
        .validate(|_, e, emitter| emitter.emit(later(Code::E0903, e.span())));
    let uses = word("uses")
        .then(path().separated_by(just(Token::Comma)).at_least(1).collect::<Vec<_>>())
        .validate(|_, e, emitter| emitter.emit(later(Code::E0912, e.span())));
    just(Token::Class)
        .ignore_then(declared_upper("a class"))
        .then(type_parameters())
        .then(dependencies(grammar))
        .then_ignore(traits.or_not())
        .then(uses.or_not())
        .then(members(grammar))
        .map(|((((name, generic), deps), uses), members)| {
            let left_out = generic || uses.is_some();
            (!left_out).then(|| ItemKind::Class(class_decl(name, deps, members)))
        })
        .boxed()
}

fn app<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<ItemKind>> {
    word("app")
        .then(name().rewind())
        .ignore_then(declared_upper("an app"))
        .then(dependencies(grammar))
        .then(members(grammar))
        .map(|((name, deps), members)| Some(ItemKind::App(class_decl(name, deps, members))))
        .boxed()
}

fn class_decl(name: crate::ast::Ident, deps: Option<Vec<Dep>>, members: Vec<Member>) -> ClassDecl {
    let mut class = ClassDecl { name, deps, fields: vec![], methods: vec![] };
    for member in members {
        match member {
            Member::Field(field) => class.fields.push(field),
            Member::Method(method) => class.methods.push(method),
            Member::Nothing => {}
        }
    }
    class
}

/// What stands in a class.
#[derive(Clone)]
enum Member {
    Field(Field),
    Method(FnDecl),
    /// Reported.
    Nothing,
}

fn members<'t>(grammar: &Grammar<'t>) -> Rule<'t, Vec<Member>> {
    let parted = separator().or(just(Token::RBrace).rewind().ignored());
    let method = visibility()
        .then(function(grammar))
        .map(|(vis, function)| function.map_or(Member::Nothing, |function| Member::Method(FnDecl { vis, ..function })));
    let field = just(Token::Pub).or_not().ignore_then(field(grammar)).then_ignore(parted).map(Member::Field);
    let member = choice((member_not_yet(), method.then_ignore(separator().or_not()).boxed(), field.boxed()))
        .recover_with(via_parser(skip_part().then_ignore(separator().or_not()).to(Member::Nothing)));
    left_brace()
        .ignore_then(separator().or_not())
        .ignore_then(member.repeated().collect::<Vec<_>>())
        .then_ignore(just(Token::RBrace))
        .recover_with(via_parser(skip_delimited(&[Token::LBrace, Token::LBlock]).to(vec![])))
        .boxed()
}

/// `invariant …`, `ambient Logger`, `bind Trait = Class`, `override fn` …: not yet; `policy …`: not here.
fn member_not_yet<'t>() -> Rule<'t, Member> {
    let word = select! {
        Token::Lower("invariant") => Code::E0909,
        Token::Lower("ambient" | "override" | "requires") => Code::E0912,
        Token::Lower("bind" | "expose") => Code::E0910,
    };
    let no_field = none_of([Token::Colon]).rewind();
    let later = word.then_ignore(no_field).then_ignore(skip_part()).validate(|code, e, emitter| {
        emitter.emit(later(code, e.span()));
    });
    later.or(misplaced()).to(Member::Nothing).then_ignore(separator().or_not()).boxed()
}

/// `name: type = default`.
fn field<'t>(grammar: &Grammar<'t>) -> Rule<'t, Field> {
    declared_lower("a field")
        .then_ignore(just(Token::Colon))
        .then(grammar.ty.clone())
        .then(just(Token::Assign).ignore_then(grammar.expr.clone()).or_not())
        .map(|((name, ty), default)| Field { name, ty, default })
        .boxed()
}

fn enumeration<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<ItemKind>> {
    just(Token::Enum)
        .ignore_then(declared_upper("an enum"))
        .then(type_parameters())
        .then(braced(variant(grammar, "a variant")))
        .map(|((name, generic), variants)| (!generic).then_some(ItemKind::Enum(EnumDecl { name, variants })))
        .boxed()
}

fn error<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<ItemKind>> {
    word("error")
        .then(name().rewind())
        .ignore_then(variant(grammar, "an error"))
        .map(|variant| Some(ItemKind::Error(variant)))
        .boxed()
}

fn variant<'t>(grammar: &Grammar<'t>, what: &'static str) -> Rule<'t, VariantDecl> {
    declared_upper(what)
        .then(braced(field(grammar)).or_not())
        .map(|(name, fields)| VariantDecl { name, fields: fields.unwrap_or_default() })
        .boxed()
}

fn constant<'t>(grammar: &Grammar<'t>) -> Rule<'t, Option<ItemKind>> {
    just(Token::Const)
        .ignore_then(name())
        .then(just(Token::Colon).ignore_then(grammar.ty.clone()).or_not())
        .then_ignore(just(Token::Assign))
        .then(grammar.expr.clone())
        .map(|((name, ty), value)| Some(ItemKind::Const(ConstDecl { name, ty, value })))
        .boxed()
}

/// Declarations that are decided but not built, and those that placement replaces.
fn not_yet<'t>() -> Rule<'t, Option<ItemKind>> {
    let upper_follows = || upper().rewind().ignored();
    let named = |words: fn(&str) -> Option<Code>| {
        select! { Token::Lower(word) if words(word).is_some() => words(word).unwrap_or(Code::E0101) }
    };
    let declared = named(|word| match word {
        "stage" | "ambient" => Some(Code::E0912),
        "bind" | "expose" => Some(Code::E0910),
        _ => None,
    })
    .then_ignore(upper_follows());
    let scoped = named(|word| matches!(word, "scoped" | "transient").then_some(Code::E0912))
        .then_ignore(just(Token::Class).rewind());
    let traits = just(Token::Trait).to(Code::E0903);
    let old = select! { Token::Lower("remote" | "serve") => Code::E0917 }.then_ignore(
        any()
            .filter(|it: &Token<'t>| matches!(it, Token::Class | Token::Fn | Token::Upper(_) | Token::Lower(_)))
            .rewind(),
    );
    choice((traits.boxed(), declared.boxed(), scoped.boxed(), old.boxed()))
        .then_ignore(skip_statement())
        .validate(|code, e, emitter| {
            let span = e.span();
            emitter.emit(if code == Code::E0917 { replaced(span, "`remote` or `serve`") } else { later(code, span) });
            None
        })
        .boxed()
}
