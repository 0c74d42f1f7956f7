//! `system`: regions, pods, processes, policies. In: tokens. Out: [`SystemDecl`]; what placement replaces is refused with advice.

use super::expr::Grammar;
use super::input::{
    Extra, Rule, Tokens, braced, declared_lower, declared_upper, left_brace, path, problem, separator, upper, word,
};
use super::later::{later, replaced};
use super::policy::{misplaced, policy};
use super::recover::{skip_delimited, skip_part};
use crate::ast::{Ident, Path, Pod, Policy, Process, Region, SystemDecl};
use crate::code::Code;
use crate::diag::Diagnostic;
use crate::span::Span;
use crate::token::Token;
use chumsky::prelude::*;

/// What stands in a system or region.
#[derive(Clone)]
enum Entry {
    Region(Region),
    Pod(Pod),
    Policy(Policy),
    /// Reported.
    Other,
}

/// What stands in a pod.
#[derive(Clone)]
enum PodEntry {
    Process(Process),
    Member(Path),
}

/// `system Wide for Shop { … }`, from its name on.
pub(super) fn system<'t>(grammar: &Grammar<'t>) -> Rule<'t, SystemDecl> {
    let app = just(Token::For).ignore_then(upper()).or_not();
    declared_upper("a system")
        .then(app)
        .then(entries(choice((region(), pod().map(Entry::Pod), policy(grammar).map(Entry::Policy)))))
        .map(|((name, app), entries)| {
            let (regions, policies) = sorted(entries);
            SystemDecl { name, app, regions, policies }
        })
        .boxed()
}

/// Pods outside any region stand in one region without a name.
fn sorted(entries: Vec<Entry>) -> (Vec<Region>, Vec<Policy>) {
    let mut all: Vec<Region> = vec![];
    let mut policies = vec![];
    let mut direct: Option<usize> = None;
    for entry in entries {
        match entry {
            Entry::Region(region) => all.push(region),
            Entry::Pod(pod) => {
                let at = *direct.get_or_insert_with(|| {
                    all.push(Region { name: None, pods: vec![] });
                    all.len() - 1
                });
                all[at].pods.push(pod);
            }
            Entry::Policy(policy) => policies.push(policy),
            Entry::Other => {}
        }
    }
    (all, policies)
}

fn entries<'t>(entry: impl Parser<'t, Tokens<'t>, Entry, Extra<'t>> + Clone + 't) -> Rule<'t, Vec<Entry>> {
    let refused = choice((misplaced(), setting(), old_style())).to(Entry::Other);
    let any = entry.or(refused);
    let any = any.recover_with(via_parser(skip_part().to(Entry::Other)));
    let all = any.then_ignore(separator().or_not()).repeated().collect::<Vec<_>>();
    left_brace()
        .ignore_then(separator().or_not())
        .ignore_then(all)
        .then_ignore(just(Token::RBrace))
        .recover_with(via_parser(skip_delimited(&[Token::LBrace, Token::LBlock]).to(vec![])))
        .boxed()
}

fn region<'t>() -> Rule<'t, Entry> {
    let name = select! { Token::Str(text) = e => (text.to_owned(), e.span()) }.labelled("the region's name in quotes");
    word("region")
        .ignore_then(name)
        .then(entries(pod().map(Entry::Pod)))
        .map(|(name, entries)| {
            let pods = entries.into_iter().filter_map(|entry| match entry {
                Entry::Pod(pod) => Some(pod),
                Entry::Region(_) | Entry::Policy(_) | Entry::Other => None,
            });
            Entry::Region(Region { name: Some(name), pods: pods.collect() })
        })
        .boxed()
}

fn pod<'t>() -> Rule<'t, Pod> {
    let replicas = word("replicas").then(select! { Token::Int(_) => () }.or_not()).validate(|_, e, emitter| {
        emitter.emit(later(Code::E0911, e.span()));
    });
    word("pod")
        .ignore_then(declared_lower("a pod"))
        .then_ignore(replicas.or_not())
        .then(pod_entries())
        .map_with(|(name, entries), e| Pod { processes: processes(&name, entries, e.span()), name })
        .boxed()
}

/// Processes need nothing between them, members a comma or line end.
fn pod_entries<'t>() -> Rule<'t, Vec<PodEntry>> {
    let parted = separator().or(just(Token::RBrace).rewind().ignored());
    let entry = process().then_ignore(separator().or_not()).or(member().then_ignore(parted));
    left_brace()
        .ignore_then(separator().or_not())
        .ignore_then(entry.repeated().collect::<Vec<_>>())
        .then_ignore(just(Token::RBrace))
        .recover_with(via_parser(skip_delimited(&[Token::LBrace, Token::LBlock]).to(vec![])))
        .boxed()
}

/// Members that stand in the pod itself form a process with the pod's name.
fn processes(pod: &Ident, entries: Vec<PodEntry>, span: Span) -> Vec<Process> {
    let mut all = vec![];
    let mut direct = vec![];
    for entry in entries {
        match entry {
            PodEntry::Process(process) => all.push(process),
            PodEntry::Member(path) => direct.push(path),
        }
    }
    if all.is_empty() || !direct.is_empty() {
        all.insert(0, Process { name: pod.clone(), members: direct, span });
    }
    all
}

fn process<'t>() -> Rule<'t, PodEntry> {
    let members = braced(member()).map(|entries| {
        let paths = entries.into_iter().filter_map(|entry| match entry {
            PodEntry::Member(path) => Some(path),
            PodEntry::Process(_) => None,
        });
        paths.collect::<Vec<Path>>()
    });
    word("process")
        .ignore_then(declared_lower("a process"))
        .then(members)
        .map_with(|(name, members), e| PodEntry::Process(Process { name, members, span: e.span() }))
        .boxed()
}

/// `AccountsService`, or `AccountsService by id`, which is not built yet.
fn member<'t>() -> Rule<'t, PodEntry> {
    let by = word("by").then(declared_lower("a parameter")).validate(|_, e, emitter| {
        emitter.emit(later(Code::E0911, e.span()));
    });
    let first = choice((upper().rewind().ignored(), not_a_word()));
    first.ignore_then(path()).then_ignore(by.or_not()).map(PodEntry::Member).boxed()
}

/// `module.Service`, but not `process`.
fn not_a_word<'t>() -> impl Parser<'t, Tokens<'t>, (), Extra<'t>> + Clone {
    let module = select! { Token::Lower(name) if name != "process" => () }.then(just(Token::Dot)).ignored();
    module.rewind().labelled("a service")
}

/// `bind`, `expose`: not yet.
fn setting<'t>() -> Rule<'t, ()> {
    let first = select! { Token::Lower("bind" | "expose") => () };
    first.then(skip_part()).validate(|_, e, emitter| emitter.emit(later(Code::E0910, e.span()))).boxed()
}

/// `api: "api.pluto"`, `deploy api`: systems of another language of this name.
fn old_style<'t>() -> Rule<'t, ()> {
    let entry = select! { Token::Lower(name) if !matches!(name, "pod" | "region" | "process") => () }.then(skip_part());
    let entry = entry.validate(|_, e, emitter| emitter.emit(replaced(e.span(), "a system of modules")));
    let bare = select! { Token::Upper(_) => () }.validate(|(), e, emitter| {
        let message = "a service stands in a pod";
        let help = "write `pod name { Service }`";
        emitter.emit(problem(Diagnostic::new(Code::E0101, e.span(), message).help(help)));
    });
    entry.or(bare).boxed()
}
