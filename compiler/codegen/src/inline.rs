//! Small functions in the place of their calls: a call costs more than what a getter or a counter does. In: a function in Cranelift's
//! language, and the program. Out: the same function with bodies of others in it, and the symbols that those name.

use crate::emitter::Findings;
use crate::piece::{Known, build_on};
use crate::symbol::{Code, Symbol};
use cranelift_codegen::inline::{Inline, InlineCommand};
use cranelift_codegen::ir::{self, ExternalName};
use cranelift_codegen::isa::TargetIsa;
use cranelift_codegen::{CodegenResult, Context};
use pluto_middle::mir::{Func, Function, Program, StackCheck};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A function of more instructions than this stays where it is.
const SMALL: usize = 24;
/// So many instructions come into one function at most.
const MOST: usize = 240;

/// The functions that are small, and how many instructions they have. None of them calls itself, in whatever way: those on cycles of the
/// call graph look at the stack.
pub(crate) fn small_functions(program: &Program) -> BTreeMap<Func, usize> {
    let size = |function: &Function| function.blocks.iter().map(|block| block.insts.len() + 1).sum::<usize>();
    let sizes = program.functions.iter_enumerated().map(|(id, function)| (id, function, size(function)));
    let small = sizes.filter(|(_, function, size)| function.stack_check == StackCheck::No && *size <= SMALL);
    small.map(|(id, _, size)| (id, size)).collect()
}

/// Puts small functions in the place of their calls.
pub(crate) fn inline_small(
    context: &mut Context,
    symbols: &mut Vec<Symbol>,
    known: Known<'_>,
    isa: &dyn TargetIsa,
) -> CodegenResult<()> {
    let calls_small = symbols.iter().any(|symbol| small(known.1, symbol).is_some());
    if calls_small {
        context.inline(Inliner { symbols, known, isa, left: MOST })?;
    }
    Ok(())
}

fn small(findings: &Findings, symbol: &Symbol) -> Option<(Func, usize)> {
    let Symbol::Code(Code::Function(id)) = symbol else { return None };
    findings.small.get(id).map(|size| (*id, *size))
}

struct Inliner<'a> {
    symbols: &'a mut Vec<Symbol>,
    known: Known<'a>,
    isa: &'a dyn TargetIsa,
    /// So many instructions may still come.
    left: usize,
}

impl Inline for Inliner<'_> {
    fn inline(
        &mut self,
        caller: &ir::Function,
        _: ir::Inst,
        _: ir::Opcode,
        callee: ir::FuncRef,
        _: &[ir::Value],
    ) -> InlineCommand<'_> {
        match self.body(caller, callee) {
            Some(body) => InlineCommand::Inline { callee: Cow::Owned(body), visit_callee: true },
            None => InlineCommand::KeepCall,
        }
    }
}

impl Inliner<'_> {
    fn body(&mut self, caller: &ir::Function, callee: ir::FuncRef) -> Option<ir::Function> {
        let ExternalName::User(name) = caller.dfg.ext_funcs[callee].name else { return None };
        let position = caller.params.user_named_funcs()[name].index as usize;
        let (id, size) = small(self.known.1, &self.symbols[position])?;
        self.left = self.left.checked_sub(size)?;
        let symbols = std::mem::take(self.symbols);
        let (function, symbols) = build_on(self.known, Code::Function(id), self.isa.frontend_config(), symbols);
        *self.symbols = symbols;
        Some(function)
    }
}
