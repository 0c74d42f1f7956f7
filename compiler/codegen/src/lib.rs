//! Code generation with Cranelift. In: one process's MIR. Out: the bytes of a relocatable ELF object for x86-64 Linux that
//! defines `pluto_program` and refers to the runtime functions of `pluto_abi`. Each piece of code is compiled on its own, in
//! parallel; pieces are defined in a fixed order, so the bytes do not depend on the number of threads.

#![forbid(unsafe_code)]

mod abi;
mod brief;
mod bytes;
mod descriptors;
mod emitter;
mod func;
mod inline;
mod make;
mod object;
mod piece;
mod program;
mod sharing;
mod step;
mod strings;
mod symbol;
mod target;
mod value;
mod wire;

#[cfg(test)]
mod tests;

use cranelift_codegen::isa::OwnedTargetIsa;
use emitter::Findings;
use piece::Piece;
use pluto_middle::mir;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use symbol::Code;

/// Compiles a program to an object.
///
/// # Panics
/// If the MIR breaks its rules: that is a bug of an earlier stage.
#[must_use]
pub fn emit(program: &mir::Program, threads: usize) -> Vec<u8> {
    let isa = target::isa();
    let pieces = compile_all(program, &isa, threads);
    object::assemble(program, isa, pieces)
}

/// The program as Cranelift's intermediate language, for reading.
///
/// # Panics
/// See [`emit`].
#[must_use]
pub fn clif(program: &mir::Program) -> String {
    let isa = target::isa();
    let mut text = String::new();
    let findings = Findings::of(program);
    for code in Code::all(program) {
        text.push_str(&piece::build((program, &findings), code, isa.frontend_config()).print(program));
        text.push('\n');
    }
    text
}

/// Which Cranelift this is.
#[must_use]
pub fn cranelift_version() -> &'static str {
    cranelift_codegen::VERSION
}

/// The stack of a compiling thread: functions may be large.
const STACK: usize = 64 << 20;

/// All pieces in order, compiled by `threads` threads.
fn compile_all(program: &mir::Program, isa: &OwnedTargetIsa, threads: usize) -> Vec<Piece> {
    let codes = Code::all(program);
    let findings = Findings::of(program);
    let compile = |code: &Code| piece::compile((program, &findings), *code, &**isa);
    let pool = if threads > 1 {
        rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK).build().ok()
    } else {
        None
    };
    match pool {
        Some(pool) => pool.install(|| codes.par_iter().map(compile).collect()),
        None => codes.iter().map(compile).collect(),
    }
}
