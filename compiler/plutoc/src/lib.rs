//! `plutoc`: files and flags → executables. The only crate that touches files, environment, processes and the terminal.
//! This file is the spine: the whole compiler on one screen.
#![forbid(unsafe_code)]
#![allow(clippy::result_large_err, reason = "diagnostics are errors of files and tools here, at most one a run")]
#![doc = include_str!("../../ARCHITECTURE.md")]

pub mod cli;
pub mod deploy;
pub mod emit;
pub mod explain;
pub mod link;
pub mod load;
pub mod options;
pub mod render;

use options::{Options, System};
use pluto_middle::ids::{Id, ProcessId, SystemId};
use pluto_middle::place::plan::Plan;
use pluto_middle::{analyze, check, facts, hir, infer, interface, lower, mir, place, resolve, types};
use pluto_syntax::code::Code;
use pluto_syntax::diag::{Diagnostic, Diagnostics};
use std::path::Path;

/// A program that was read and understood, still independent of placement.
pub struct Front {
    /// Names are ids.
    pub hir: hir::Program,
    /// Everything has a type.
    pub types: types::Types,
    /// The call graph.
    pub facts: facts::Facts,
}

/// A program under one placement.
pub struct Placed {
    /// Where everything runs.
    pub placement: facts::Placement,
    /// What can fail.
    pub effects: facts::Effects,
}

/// load → parse → resolve → check → analyze. Later stages need complete names and types, so each stage ends the work if it
/// (or one before) found errors that would only echo.
pub fn front(files: &dyn load::Files, root: &Path, dx: &mut Diagnostics) -> (load::Sources, Option<Front>) {
    let (sources, parsed) = load::load(files, root, dx);
    let Some(parsed) = parsed else { return (sources, None) };
    let broken = dx.has_errors();
    let hir = resolve::resolve(&parsed, dx);
    if broken {
        return (sources, None);
    }
    let types = check::check(&hir, dx);
    if dx.has_errors() {
        return (sources, None);
    }
    let facts = analyze::analyze(&hir, &types, dx);
    (sources, Some(Front { hir, types, facts }))
}

/// place → infer, under one system or as one process.
pub fn back(front: &Front, system: Option<SystemId>, dx: &mut Diagnostics) -> Placed {
    let placement = place::place(&front.hir, &front.facts, system, dx);
    let effects = infer::infer(&front.hir, &front.types, &front.facts, &placement, dx);
    Placed { placement, effects }
}

/// Everything that can be said against the program: as one process, and under every system.
pub fn check_all(front: &Front, dx: &mut Diagnostics) {
    if dx.has_errors() {
        return;
    }
    back(front, None, dx);
    for system in front.hir.systems.ids() {
        back(front, Some(system), dx);
    }
}

/// The gate, then lower: one MIR program per process, ownership made explicit, nothing done twice.
pub fn lower_all(front: &Front, placed: &Placed, checks: mir::Checks) -> Vec<mir::Program> {
    lower_plainly(front, placed, checks).into_iter().map(once).collect()
}

/// The same with all that is done twice: what the last pass must not change.
pub fn lower_plainly(front: &Front, placed: &Placed, checks: mir::Checks) -> Vec<mir::Program> {
    let lower_one = |process| {
        let Front { hir, types, facts } = front;
        let mut program = lower::lower(hir, types, facts, &placed.placement, &placed.effects, process, checks);
        mir::scalars::replace(&mut program);
        mir::ownership::own(&mut program);
        verified(program)
    };
    placed.placement.processes.ids().map(lower_one).collect()
}

/// The tests of a program, as one MIR program.
pub fn lower_tests(front: &Front, placed: &Placed, checks: mir::Checks) -> mir::Program {
    let Front { hir, types, facts } = front;
    let mut program = lower::lower_tests(hir, types, facts, &placed.placement, &placed.effects, checks);
    mir::scalars::replace(&mut program);
    mir::ownership::own(&mut program);
    once(verified(program))
}

fn once(mut program: mir::Program) -> mir::Program {
    mir::again::take_out(&mut program);
    verified(program)
}

/// In debug builds (which the tests use), a program that breaks the rules of MIR is a bug of ours and shown at once.
fn verified(program: mir::Program) -> mir::Program {
    if cfg!(debug_assertions)
        && let Err(broken) = mir::verify::verify(&program)
    {
        panic!("lowering made wrong MIR: {broken}\n{}", mir::print::print(&program));
    }
    program
}

/// Which system the user means.
pub fn choose_system(front: &Front, wanted: &System, dx: &mut Diagnostics) -> Option<SystemId> {
    let System::Named(name) = wanted else { return None };
    let found = front.hir.systems.iter().position(|system| *system.name == **name);
    if found.is_none() {
        let known: Vec<&str> = front.hir.systems.iter().map(|system| &*system.name).collect();
        let known =
            if known.is_empty() { "it declares none".to_owned() } else { format!("it declares {}", known.join(", ")) };
        dx.push(
            Diagnostic::global(Code::E0509, format!("the program has no system `{name}`"))
                .help(format!("{known}; a system is declared with `system {name} for App {{ … }}`")),
        );
    }
    found.map(SystemId::from_index)
}

/// What `build` and `run` produce: an object per process, and the names for their executables.
pub struct Built {
    /// The chosen system, if any.
    pub system: Option<String>,
    /// Which build it is: all its processes say so to others.
    pub build: interface::Fingerprint,
    /// Where everything runs.
    pub placement: facts::Placement,
    /// One per process, in order.
    pub objects: Vec<(ProcessId, Vec<u8>)>,
    /// When each process starts, from 0: after those that it calls.
    pub stages: std::collections::BTreeMap<ProcessId, usize>,
}

/// The whole way from a file to objects; `None` if there were errors (in `dx`).
pub fn compile(files: &dyn load::Files, options: &Options, dx: &mut Diagnostics) -> (load::Sources, Option<Built>) {
    let (sources, front) = front(files, &options.file, dx);
    let Some(front) = front else { return (sources, None) };
    resolve::require_main(&front.hir, dx);
    let system = choose_system(&front, &options.system, dx);
    if dx.has_errors() {
        return (sources, None);
    }
    let placed = back(&front, system, dx);
    if dx.has_errors() {
        return (sources, None);
    }
    let build = build_id(&front, system, options.checks);
    let mut programs = lower_all(&front, &placed, options.checks);
    programs.iter_mut().for_each(|program| program.build = build.to_string().into());
    let objects = placed.placement.processes.ids();
    let objects = objects.zip(programs.iter().map(|program| pluto_codegen::emit(program, options.threads))).collect();
    let system = system.map(|id| front.hir.systems[id].name.to_string());
    let stages = place::stages(&front.facts, &placed.placement);
    (sources, Some(Built { system, build, placement: placed.placement, objects, stages }))
}

/// What tells builds apart: a hash of all that they are made from. The same program, built twice, gives the same executables.
fn build_id(front: &Front, system: Option<SystemId>, checks: mir::Checks) -> interface::Fingerprint {
    let mut text = cli::version();
    text.push_str(match checks {
        mir::Checks::None => "",
        mir::Checks::Memory => "memory checked\0",
    });
    text.push_str(system.map_or("", |id| &*front.hir.systems[id].name));
    for (_, file) in front.hir.sources.files() {
        // Paths and texts hold no zero bytes that would make two programs one.
        text.push_str(&format!("\0{}\0{}", file.path, file.text));
    }
    interface::fingerprint_of(&text)
}

/// The tests as an object; `None` if there were errors.
pub fn compile_tests(
    files: &dyn load::Files,
    options: &Options,
    dx: &mut Diagnostics,
) -> (load::Sources, Option<Vec<u8>>) {
    let (sources, front) = front(files, &options.file, dx);
    let Some(front) = front else { return (sources, None) };
    let placed = back(&front, None, dx);
    if dx.has_errors() {
        return (sources, None);
    }
    (sources, Some(pluto_codegen::emit(&lower_tests(&front, &placed, options.checks), options.threads)))
}

/// What `plutoc plan` shows.
pub fn plan(files: &dyn load::Files, options: &Options, dx: &mut Diagnostics) -> (load::Sources, Option<Plan>) {
    let (sources, front) = front(files, &options.file, dx);
    let Some(front) = front else { return (sources, None) };
    let system = choose_system(&front, &options.system, dx);
    if dx.has_errors() {
        return (sources, None);
    }
    let placed = back(&front, system, dx);
    let plan = place::plan::plan(&front.hir, &front.types, &front.facts, &placed.placement, &placed.effects);
    (sources, Some(plan))
}
