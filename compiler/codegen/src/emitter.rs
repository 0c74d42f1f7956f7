//! The builder that everything here writes code with: words, memory, calls and blocks. In: requests in terms of [`Symbol`]s.
//! Out: a Cranelift function, and the list of symbols that its external names are positions in.

use crate::abi::{self, RuntimeFn};
use crate::brief::brief_functions;
use crate::inline::small_functions;
use crate::piece::signature;
use crate::sharing::private_services;
use crate::symbol::{Code, Quiet, Symbol};
use crate::value::{self, Counted};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{
    self, Block, ExtFuncData, ExternalName, FuncRef, GlobalValue, GlobalValueData, InstBuilder, MemFlagsData,
    Signature, StackSlot, StackSlotData, StackSlotKind, UserExternalName, Value, types,
};
use cranelift_codegen::isa::TargetFrontendConfig;
use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};
use pluto_abi::layout;
use pluto_middle::mir::{Checks, Concurrent, Func, HasStatus, Program, Service, Type, TypeId};
use std::collections::{BTreeMap, BTreeSet};

/// What is found out about a program before any of its functions is made.
#[derive(Debug)]
pub(crate) struct Findings {
    /// The services that only one task ever reaches.
    pub(crate) private: BTreeSet<Service>,
    /// The functions that are brief.
    pub(crate) brief: BTreeSet<Func>,
    /// The functions that are small, and how many instructions they have.
    pub(crate) small: BTreeMap<Func, usize>,
}

impl Findings {
    /// That of this program.
    pub(crate) fn of(program: &Program) -> Findings {
        Findings {
            private: private_services(program),
            brief: brief_functions(program),
            small: small_functions(program),
        }
    }
}

/// A function under construction. The builder stands in the entry block at first.
pub(crate) struct Emitter<'a> {
    /// The whole program.
    pub(crate) program: &'a Program,
    /// What was found out about it.
    pub(crate) findings: &'a Findings,
    /// Cranelift's builder.
    pub(crate) b: FunctionBuilder<'a>,
    /// The task.
    pub(crate) task: Value,
    /// All parameters, the task included.
    pub(crate) params: Vec<Value>,
    /// Where the function says where it is, if it does.
    pub(crate) step: Option<StackSlot>,
    symbols: Vec<Symbol>,
    functions: BTreeMap<Symbol, FuncRef>,
    globals: BTreeMap<Symbol, GlobalValue>,
}

impl<'a> Emitter<'a> {
    /// Begins a function. Its first parameter is the task. What it names is added to the symbols.
    pub(crate) fn new(
        (program, findings): (&'a Program, &'a Findings),
        symbols: Vec<Symbol>,
        function: &'a mut ir::Function,
        context: &'a mut FunctionBuilderContext,
    ) -> Emitter<'a> {
        // The reference of a name is its position, also where the body comes into another function: Cranelift 0.135 does not translate
        // the references in global values when it does that.
        for position in 0..symbols.len() {
            name_at(function, position);
        }
        let mut b = FunctionBuilder::new(function, context);
        let entry = b.create_block();
        b.append_block_params_for_function_params(entry);
        b.switch_to_block(entry);
        let params = b.block_params(entry).to_vec();
        let (functions, globals) = (BTreeMap::new(), BTreeMap::new());
        Emitter { program, findings, b, task: params[0], params, step: None, symbols, functions, globals }
    }

    /// Ends it; gives the symbols that its external names stand for.
    pub(crate) fn finish(mut self, config: TargetFrontendConfig) -> Vec<Symbol> {
        self.b.seal_all_blocks();
        self.b.finalize(config);
        self.symbols
    }

    /// May there be more than one task?
    pub(crate) fn is_concurrent(&self) -> bool {
        self.program.concurrent == Concurrent::Yes
    }

    /// Is the program one that checks its memory?
    pub(crate) fn checks_memory(&self) -> bool {
        self.program.checks == Checks::Memory
    }

    /// A type.
    pub(crate) fn ty(&self, id: TypeId) -> &'a Type {
        &self.program.types[id]
    }

    // ---- words and memory ----

    /// A constant.
    pub(crate) fn word(&mut self, word: i64) -> Value {
        self.b.ins().iconst(types::I64, word)
    }

    /// A small constant that is a count or number.
    pub(crate) fn number(&mut self, number: usize) -> Value {
        self.word(i64::try_from(number).expect("a number below 2^63"))
    }

    /// The word at an address.
    pub(crate) fn load(&mut self, base: Value, offset: i32) -> Value {
        self.load_as(types::I64, base, offset)
    }

    /// The same, for a register of this type.
    pub(crate) fn load_as(&mut self, ty: ir::Type, base: Value, offset: i32) -> Value {
        self.b.ins().load(ty, MemFlagsData::trusted(), base, offset)
    }

    /// Writes a word or float to an address.
    pub(crate) fn store(&mut self, base: Value, offset: i32, word: Value) {
        self.b.ins().store(MemFlagsData::trusted(), word, base, offset);
    }

    /// A value as a word: floats as their bits.
    pub(crate) fn as_word(&mut self, value: Value) -> Value {
        if self.b.func.dfg.value_type(value) == types::F64 { self.cast(types::I64, value) } else { value }
    }

    /// A word or float as a value of a register type.
    pub(crate) fn as_value(&mut self, ty: ir::Type, value: Value) -> Value {
        if self.b.func.dfg.value_type(value) == ty { value } else { self.cast(ty, value) }
    }

    fn cast(&mut self, ty: ir::Type, value: Value) -> Value {
        self.b.ins().bitcast(ty, MemFlagsData::new(), value)
    }

    /// A comparison as a word.
    pub(crate) fn compare(&mut self, how: IntCC, left: Value, right: Value) -> Value {
        let bit = self.b.ins().icmp(how, left, right);
        self.b.ins().uextend(types::I64, bit)
    }

    /// Room for so many words in the frame.
    pub(crate) fn slot(&mut self, words: usize) -> StackSlot {
        let size = u32::try_from(8 * words.max(1)).expect("frames are below 4 GiB");
        self.b.create_sized_stack_slot(StackSlotData::new(StackSlotKind::ExplicitSlot, size, 3))
    }

    /// Its address.
    pub(crate) fn slot_address(&mut self, slot: StackSlot) -> Value {
        self.b.ins().stack_addr(types::I64, slot, 0)
    }

    // ---- symbols ----

    /// The address of data or a function.
    pub(crate) fn address(&mut self, symbol: Symbol) -> Value {
        let global = match self.globals.get(&symbol) {
            Some(global) => *global,
            None => {
                let name = self.external(symbol.clone());
                let data = GlobalValueData::Symbol { name, offset: 0.into(), colocated: true, tls: false };
                let global = self.b.create_global_value(data);
                self.globals.insert(symbol, global);
                global
            }
        };
        self.b.ins().symbol_value(types::I64, global)
    }

    /// The address of a type's descriptor.
    pub(crate) fn desc(&mut self, ty: TypeId) -> Value {
        self.address(Symbol::Desc(ty))
    }

    fn external(&mut self, symbol: Symbol) -> ExternalName {
        self.symbols.push(symbol);
        name_at(self.b.func, self.symbols.len() - 1)
    }

    fn function(&mut self, symbol: Symbol, signature: Signature) -> FuncRef {
        if let Some(known) = self.functions.get(&symbol) {
            return *known;
        }
        let signature = self.b.import_signature(signature);
        let name = self.external(symbol.clone());
        let function = self.b.import_function(ExtFuncData { name, signature, colocated: true, patchable: false });
        self.functions.insert(symbol, function);
        function
    }

    // ---- calls ----

    /// Calls a runtime function that has no result.
    pub(crate) fn run(&mut self, function: RuntimeFn, args: &[Value]) {
        let callee = self.function(Symbol::Runtime(function), function.signature());
        self.b.ins().call(callee, args);
    }

    /// Calls a runtime function that has a result.
    pub(crate) fn ask(&mut self, function: RuntimeFn, args: &[Value]) -> Value {
        let callee = self.function(Symbol::Runtime(function), function.signature());
        let call = self.b.ins().call(callee, args);
        self.b.inst_results(call)[0]
    }

    /// Calls a function of the program (the task goes first on its own); gives the words of its result, and its status if it has one.
    pub(crate) fn call(&mut self, function: Func, args: &[Value]) -> (Vec<Value>, Option<Value>) {
        let called = &self.program.functions[function];
        let signature = abi::function(self.program, called);
        let callee = self.function(Symbol::Code(Code::Function(function)), signature);
        let args: Vec<Value> = std::iter::once(self.task).chain(args.iter().copied()).collect();
        let call = self.b.ins().call(callee, &args);
        let mut results = self.b.inst_results(call).to_vec();
        let status = if called.status == HasStatus::Yes { results.pop() } else { None };
        (results, status)
    }

    /// Calls the code of a closure (the task and the closure go first on their own); gives its results, and its status.
    pub(crate) fn call_closure(&mut self, closure: Value, args: &[Value], results: &[ir::Type]) -> (Vec<Value>, Value) {
        let code = self.load(closure, layout::CODE);
        let params: Vec<ir::Type> = args.iter().map(|arg| self.b.func.dfg.value_type(*arg)).collect();
        let signature = self.b.import_signature(abi::closure(&params, results));
        let args: Vec<Value> = [self.task, closure].into_iter().chain(args.iter().copied()).collect();
        let call = self.b.ins().call_indirect(signature, code, &args);
        let mut results = self.b.inst_results(call).to_vec();
        let status = results.pop().expect("closures have a status");
        (results, status)
    }

    /// Calls an encoder, a decoder, or a quiet way to the runtime (the task goes first on its own); gives the decoded words.
    pub(crate) fn call_code(&mut self, code: Code, args: &[Value]) -> Vec<Value> {
        let callee = self.function(Symbol::Code(code), signature(self.program, code));
        let args: Vec<Value> = std::iter::once(self.task).chain(args.iter().copied()).collect();
        let call = self.b.ins().call(callee, &args);
        self.b.inst_results(call).to_vec()
    }

    // ---- blocks ----

    /// A new block.
    pub(crate) fn block(&mut self) -> Block {
        self.b.create_block()
    }

    /// A new block that seldom runs.
    pub(crate) fn cold_block(&mut self) -> Block {
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        block
    }

    /// Goes on in a block.
    pub(crate) fn begin(&mut self, block: Block) {
        self.b.switch_to_block(block);
    }

    /// Ends the block.
    pub(crate) fn jump(&mut self, to: Block) {
        self.b.ins().jump(to, &[]);
    }

    /// Ends the block by a truth value of any integer type.
    pub(crate) fn branch(&mut self, cond: Value, then: Block, otherwise: Block) {
        self.b.ins().brif(cond, then, &[], otherwise, &[]);
    }

    /// Ends the block by comparing two words.
    pub(crate) fn branch_if(&mut self, (how, left, right): (IntCC, Value, Value), then: Block, otherwise: Block) {
        let cond = self.b.ins().icmp(how, left, right);
        self.branch(cond, then, otherwise);
    }

    /// Ends the block by looking at the stack: goes on in `deep` if it is used up.
    pub(crate) fn check_stack(&mut self, deep: Block, go_on: Block) {
        let at = self.b.ins().get_stack_pointer(types::I64);
        let limit = self.load(self.task, layout::STACK_LIMIT);
        let below = self.b.ins().icmp(IntCC::UnsignedLessThan, at, limit);
        if !self.is_concurrent() {
            return self.branch(below, deep, go_on);
        }
        // The limit may be a request to let others run, and nothing else.
        let ask = self.cold_block();
        self.branch(below, ask, go_on);
        self.begin(ask);
        let slot = self.slot(1);
        let out = self.slot_address(slot);
        self.call_code(Code::Quiet(Quiet::StackCheck), &[at, out]);
        let used_up = self.load(out, 0);
        self.branch(used_up, deep, go_on);
    }

    /// Writes words one behind the other.
    pub(crate) fn store_words(&mut self, base: Value, from: i32, words: &[Value]) {
        for (offset, word) in (from..).step_by(8).zip(words) {
            self.store(base, offset, *word);
        }
    }

    /// Drops a word of any type; for cold paths and values that may be missing.
    pub(crate) fn drop_word(&mut self, ty: TypeId, word: Value) {
        if value::counted(self.ty(ty)) != Counted::Never {
            let desc = self.desc(ty);
            self.run(RuntimeFn::drop_word, &[desc, word]);
        }
    }

    /// Counts from 0 to `count` (a word): runs `body` with the number.
    pub(crate) fn repeat(&mut self, count: Value, body: impl FnOnce(&mut Self, Value)) {
        let (test, run, done) = (self.block(), self.block(), self.block());
        let number = self.b.declare_var(types::I64);
        let zero = self.word(0);
        self.b.def_var(number, zero);
        self.jump(test);
        self.begin(test);
        let now = self.b.use_var(number);
        self.branch_if((IntCC::UnsignedLessThan, now, count), run, done);
        self.begin(run);
        body(self, now);
        let next = self.b.ins().iadd_imm_s(now, 1);
        self.b.def_var(number, next);
        self.jump(test);
        self.begin(done);
    }
}

/// The name of the symbol at a position.
fn name_at(function: &mut ir::Function, position: usize) -> ExternalName {
    let index = u32::try_from(position).expect("fewer than 2^32 symbols");
    ExternalName::user(function.declare_imported_user_function(UserExternalName { namespace: 0, index }))
}
