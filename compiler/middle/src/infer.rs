//! The stage `infer`: which errors each function can raise in each process, and whether they are handled.
//! In: HIR, types, facts, a placement. Out: [`Effects`]; `E0401`–`E0403`, `E0405`, `E0406`, `E0507`, `E0508`, `E0905`.
//!
//! The sets are least fixed points under three *views*: as placed (what must be handled), in one process (what would have to be
//! handled anyway, so that messages can tell a boundary's fault from the program's), and all apart (what may be handled).

mod channels;
mod contexts;
mod crossing;
mod explain;
pub mod print;
mod report;
mod sites;
mod solve;
mod view;

pub use crossing::{Culprit, PathToCulprit, serializable};

use crate::facts::{Effects, Facts, Placement};
use crate::hir::Program;
use crate::types::Types;
use pluto_syntax::diag::Diagnostics;
use solve::Solution;
use view::View;

/// Infers what can go wrong where, and reports what is not handled.
#[must_use]
pub fn infer(
    program: &Program,
    types: &Types,
    facts: &Facts,
    placement: &Placement,
    diagnostics: &mut Diagnostics,
) -> Effects {
    let bodies = sites::collect(program, types);
    let solve = |view| Solution::solve(program, facts, &bodies, view);
    let (placed, together, apart) = (solve(View::Placed(placement)), solve(View::OneProcess), solve(View::Apart));
    report::Report { program, facts, placement, bodies: &bodies, placed: &placed, together: &together, apart: &apart }
        .all(diagnostics);
    let errors = placed.error_sets();
    channels::report(program, placement, diagnostics);
    let (served, crossing) = crossing::crossing(program, types, placement, &errors, diagnostics);
    Effects { errors, served, crossing }
}
