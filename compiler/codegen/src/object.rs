//! The object file. In: compiled pieces in order. Out: its bytes. Symbols are declared when something first refers to them, so
//! runtime functions that nobody calls are not mentioned, and data that nobody reads is not there.

use crate::bytes::Bytes;
use crate::piece::{Piece, PieceReloc, RelocTarget, signature};
use crate::symbol::{Code, Symbol, Table};
use crate::{descriptors, program as tables, strings};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_module::{DataDescription, DataId, FuncId, Linkage, Module, ModuleReloc, ModuleRelocTarget};
use cranelift_object::{ObjectBuilder, ObjectModule};
use pluto_middle::mir::Program;
use std::collections::{BTreeMap, VecDeque};

/// Writes the object.
pub(crate) fn assemble(program: &Program, isa: OwnedTargetIsa, pieces: Vec<Piece>) -> Vec<u8> {
    let name = format!("{}.o", program.process);
    let builder = ObjectBuilder::new(isa, name, cranelift_module::default_libcall_names());
    let module = ObjectModule::new(builder.expect("Cranelift writes ELF"));
    let mut assembly = Assembly {
        program,
        module,
        functions: BTreeMap::new(),
        data: BTreeMap::new(),
        waiting: VecDeque::new(),
        declared: 0,
    };
    for piece in pieces {
        assembly.define_code(piece);
    }
    assembly.target(&Symbol::Table(Table::Program));
    while let Some((symbol, id)) = assembly.waiting.pop_front() {
        assembly.define_data(&symbol, id);
    }
    assembly.module.finish().emit().expect("an object below the limits of ELF")
}

struct Assembly<'a> {
    program: &'a Program,
    module: ObjectModule,
    functions: BTreeMap<Symbol, FuncId>,
    data: BTreeMap<Symbol, DataId>,
    /// Declared data without a definition.
    waiting: VecDeque<(Symbol, DataId)>,
    /// How many data symbols there are, for their names.
    declared: usize,
}

impl Assembly<'_> {
    fn define_code(&mut self, piece: Piece) {
        let id = self.code(piece.code);
        let relocs: Vec<ModuleReloc> = piece.relocs.into_iter().map(|reloc| self.reloc(id, reloc)).collect();
        self.module
            .define_function_bytes(id, piece.align, &piece.bytes, &relocs)
            .unwrap_or_else(|error| panic!("{}: {error}", piece.code.name(self.program)));
    }

    fn define_data(&mut self, symbol: &Symbol, id: DataId) {
        let mut data = DataDescription::new();
        data.set_align(8);
        if let Symbol::Service(service) = symbol {
            data.define_zeroinit(8 * self.program.layouts.service(*service).words.len().max(1));
        } else {
            let Bytes { mut bytes, addresses } = self.contents(symbol);
            if bytes.is_empty() {
                bytes.push(0);
            }
            data.define(bytes.into_boxed_slice());
            for (at, to) in addresses {
                let target = self.target(&to);
                let to = data.import_global_value(target);
                data.write_data_addr(at, to, 0);
            }
        }
        self.module.define_data(id, &data).unwrap_or_else(|error| panic!("{symbol:?}: {error}"));
    }

    fn contents(&self, symbol: &Symbol) -> Bytes {
        let program = self.program;
        match symbol {
            Symbol::Desc(ty) => descriptors::descriptor(program, *ty),
            Symbol::Inline(ty) => descriptors::inline(program, *ty),
            Symbol::Words(ty) => descriptors::words(program, *ty),
            Symbol::Counted(ty, variant) => descriptors::counted(program, *ty, *variant),
            Symbol::StringDesc => descriptors::string_descriptor(),
            Symbol::Parts(ty) => descriptors::parts(program, *ty),
            Symbol::VariantParts(ty, variant) => descriptors::variant_parts(program, *ty, *variant),
            Symbol::Variant(ty, variant) => descriptors::variant_object(*ty, *variant),
            Symbol::Closure(ty, function) => descriptors::closure_object(*ty, *function),
            Symbol::Str(text) => strings::object(program, text),
            Symbol::Text(text) => strings::text(text),
            Symbol::Table(table) => tables::table(program, *table),
            Symbol::Service(_) | Symbol::Runtime(_) | Symbol::Code(_) => {
                unreachable!("{symbol:?} is not constant data")
            }
        }
    }

    fn reloc(&mut self, inside: FuncId, reloc: PieceReloc) -> ModuleReloc {
        let name = match reloc.target {
            RelocTarget::Symbol(symbol) => self.target(&symbol),
            RelocTarget::LibCall(call) => ModuleRelocTarget::LibCall(call),
            RelocTarget::Inside(offset) => ModuleRelocTarget::FunctionOffset(inside, offset),
        };
        ModuleReloc { offset: reloc.offset, kind: reloc.kind, name, addend: reloc.addend }
    }

    /// The symbol in the object, declared if this is the first time.
    fn target(&mut self, symbol: &Symbol) -> ModuleRelocTarget {
        match symbol {
            Symbol::Code(code) => self.code(*code).into(),
            Symbol::Runtime(function) => {
                let module = &mut self.module;
                let id = *self.functions.entry(symbol.clone()).or_insert_with(|| {
                    declared(module.declare_function(function.symbol(), Linkage::Import, &function.signature()))
                });
                id.into()
            }
            Symbol::Desc(_)
            | Symbol::Inline(_)
            | Symbol::Words(_)
            | Symbol::Counted(..)
            | Symbol::StringDesc
            | Symbol::Parts(_)
            | Symbol::VariantParts(..)
            | Symbol::Variant(..)
            | Symbol::Closure(..)
            | Symbol::Str(_)
            | Symbol::Text(_)
            | Symbol::Service(_)
            | Symbol::Table(_) => self.datum(symbol).into(),
        }
    }

    fn code(&mut self, code: Code) -> FuncId {
        let (program, module) = (self.program, &mut self.module);
        *self.functions.entry(Symbol::Code(code)).or_insert_with(|| {
            declared(module.declare_function(&code.name(program), Linkage::Local, &signature(program, code)))
        })
    }

    fn datum(&mut self, symbol: &Symbol) -> DataId {
        if let Some(id) = self.data.get(symbol) {
            return *id;
        }
        let whole = *symbol == Symbol::Table(Table::Program);
        let (name, linkage) = if whole {
            ("pluto_program".to_owned(), Linkage::Export)
        } else {
            (self.data_name(symbol), Linkage::Local)
        };
        let writable = if matches!(symbol, Symbol::Service(_)) { Writable::Yes } else { Writable::No };
        let id = declared(self.module.declare_data(&name, linkage, writable == Writable::Yes, false));
        self.declared += 1;
        self.data.insert(symbol.clone(), id);
        self.waiting.push_back((symbol.clone(), id));
        id
    }

    fn data_name(&self, symbol: &Symbol) -> String {
        match symbol {
            Symbol::Service(service) => format!("pluto.service:{}", self.program.services[*service].name),
            Symbol::Runtime(_)
            | Symbol::Code(_)
            | Symbol::Desc(_)
            | Symbol::Inline(_)
            | Symbol::Words(_)
            | Symbol::Counted(..)
            | Symbol::StringDesc
            | Symbol::Parts(_)
            | Symbol::VariantParts(..)
            | Symbol::Variant(..)
            | Symbol::Closure(..)
            | Symbol::Str(_)
            | Symbol::Text(_)
            | Symbol::Table(_) => format!("pluto.data:{}", self.declared),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Writable {
    No,
    Yes,
}

fn declared<T>(result: cranelift_module::ModuleResult<T>) -> T {
    result.unwrap_or_else(|error| panic!("two things with one symbol: {error}"))
}
