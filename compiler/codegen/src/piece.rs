//! One piece of code from start to bytes. In: what to build. Out: machine code with relocations that still name [`Symbol`]s.

use crate::emitter::{Emitter, Findings};
use crate::inline::inline_small;
use crate::symbol::{Code, Quiet, Symbol};
use crate::{abi, func, program as doors, wire};
use cranelift_codegen::binemit::{Addend, CodeOffset, Reloc};
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{self, ExternalName, LibCall, Signature};
use cranelift_codegen::isa::{TargetFrontendConfig, TargetIsa};
use cranelift_codegen::{Context, FinalizedMachReloc, FinalizedRelocTarget};
use cranelift_frontend::FunctionBuilderContext;
use pluto_middle::mir::Program;
use std::fmt::Write as _;

/// A compiled piece.
pub(crate) struct Piece {
    /// What it is.
    pub(crate) code: Code,
    /// Machine code.
    pub(crate) bytes: Vec<u8>,
    /// Where it may begin.
    pub(crate) align: u64,
    /// What to fill in.
    pub(crate) relocs: Vec<PieceReloc>,
}

/// A relocation.
pub(crate) struct PieceReloc {
    pub(crate) offset: CodeOffset,
    pub(crate) kind: Reloc,
    pub(crate) addend: Addend,
    pub(crate) target: RelocTarget,
}

/// What a relocation refers to.
pub(crate) enum RelocTarget {
    /// Something of the program or runtime.
    Symbol(Symbol),
    /// A function of the C library.
    LibCall(LibCall),
    /// The piece itself.
    Inside(CodeOffset),
}

/// A piece in Cranelift's intermediate language. Its external names are positions in `symbols`.
pub(crate) struct Built {
    code: Code,
    function: ir::Function,
    symbols: Vec<Symbol>,
}

impl Built {
    /// For `--emit clif`.
    pub(crate) fn print(&self, program: &Program) -> String {
        let mut text = format!("; {}\n", self.code.name(program));
        for (at, symbol) in self.symbols.iter().enumerate() {
            let _ = writeln!(text, "; u0:{at} = {}", symbol.show(program));
        }
        let _ = write!(text, "{}", self.function.display());
        text
    }
}

/// A program, and what was found out about it.
pub(crate) type Known<'a> = (&'a Program, &'a Findings);

/// Builds a piece.
pub(crate) fn build(known: Known<'_>, code: Code, config: TargetFrontendConfig) -> Built {
    let (function, symbols) = build_on(known, code, config, vec![]);
    Built { code, function, symbols }
}

/// The same for a place in which the external names of others are in use already: its own follow those.
pub(crate) fn build_on(
    (program, findings): Known<'_>,
    code: Code,
    config: TargetFrontendConfig,
    symbols: Vec<Symbol>,
) -> (ir::Function, Vec<Symbol>) {
    let mut function = ir::Function::with_name_signature(ir::UserFuncName::default(), signature(program, code));
    let mut context = FunctionBuilderContext::new();
    let mut emitter = Emitter::new((program, findings), symbols, &mut function, &mut context);
    match code {
        Code::Function(id) => func::build(&mut emitter, &program.functions[id]),
        Code::Encode(ty) => wire::encode::build(&mut emitter, ty),
        Code::Decode(ty) => wire::decode::build(&mut emitter, ty),
        Code::Main => doors::door::main(&mut emitter),
        Code::Start(service) => doors::door::start(&mut emitter, service),
        Code::Stop(service) => doors::door::stop(&mut emitter, service),
        Code::Handler(number) => doors::handler::build(&mut emitter, number),
        Code::Test(number) => doors::door::test(&mut emitter, number),
        Code::Quiet(quiet) => doors::quiet::build(&mut emitter, quiet),
        Code::Run(class) => doors::door::run(&mut emitter, class),
    }
    let symbols = emitter.finish(config);
    (function, symbols)
}

/// Builds a piece and compiles it.
pub(crate) fn compile(known: Known<'_>, code: Code, isa: &dyn TargetIsa) -> Piece {
    let program = known.0;
    let Built { function, mut symbols, .. } = build(known, code, isa.frontend_config());
    let mut context = Context::for_function(function);
    inline_small(&mut context, &mut symbols, known, isa)
        .unwrap_or_else(|error| panic!("Cranelift cannot inline into {}: {error:?}", code.name(program)));
    let compiled = context.compile(isa, &mut ControlPlane::default());
    let compiled = compiled.unwrap_or_else(|error| {
        panic!("Cranelift cannot compile {}: {:?}\n{}", code.name(program), error.inner, error.func.display())
    });
    let bytes = compiled.buffer.data().to_vec();
    let align = u64::from(compiled.buffer.alignment);
    let relocs = compiled.buffer.relocs().to_vec();
    let relocs = relocs.iter().map(|reloc| own_reloc(reloc, &context.func, &symbols)).collect();
    Piece { code, bytes, align, relocs }
}

fn own_reloc(reloc: &FinalizedMachReloc, function: &ir::Function, symbols: &[Symbol]) -> PieceReloc {
    let target = match &reloc.target {
        FinalizedRelocTarget::Func(offset) => RelocTarget::Inside(*offset),
        FinalizedRelocTarget::ExternalName(ExternalName::User(name)) => {
            let name = &function.params.user_named_funcs()[*name];
            RelocTarget::Symbol(symbols[name.index as usize].clone())
        }
        FinalizedRelocTarget::ExternalName(ExternalName::LibCall(call)) => RelocTarget::LibCall(*call),
        FinalizedRelocTarget::ExternalName(other @ (ExternalName::TestCase(_) | ExternalName::KnownSymbol(_))) => {
            unreachable!("we never make names like {other:?}")
        }
    };
    PieceReloc { offset: reloc.offset, kind: reloc.kind, addend: reloc.addend, target }
}

/// The signature of a piece.
pub(crate) fn signature(program: &Program, code: Code) -> Signature {
    match code {
        Code::Function(id) => abi::function(program, &program.functions[id]),
        Code::Encode(_) => abi::encoder(),
        Code::Decode(ty) => abi::decoder(wire::decoded_words(program, ty)),
        Code::Main => abi::door(2, 1),
        Code::Start(_) | Code::Stop(_) | Code::Test(_) => abi::door(1, 1),
        Code::Handler(_) => abi::door(3, 0),
        Code::Run(_) => abi::door(3, 1),
        Code::Quiet(Quiet::Safepoint) => abi::quiet(1),
        Code::Quiet(Quiet::StackCheck | Quiet::LockGiveBack) => abi::quiet(3),
        Code::Quiet(Quiet::LockTake) => abi::quiet(5),
    }
}
