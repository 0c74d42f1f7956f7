//! MIR by hand. In: calls. Out: programs for the tests.

use pluto_middle::ids::{Id, IndexVec};
use pluto_middle::layout::Layouts;
use pluto_middle::mir::*;

/// A program without functions.
pub(crate) fn program() -> Program {
    let mut program = Program {
        process: Name::from("test"),
        system: Name::from(""),
        build: Name::from(""),
        me: Peer(0),
        peers: IndexVec::new(),
        types: IndexVec::new(),
        layouts: Layouts::default(),
        functions: IndexVec::new(),
        services: IndexVec::new(),
        sites: IndexVec::new(),
        main: None,
        handlers: vec![],
        remotes: vec![],
        wire: vec![],
        builtin_errors: [None; 7],
        channels: IndexVec::new(),
        concurrent: Concurrent::No,
        checks: Checks::None,
        tests: vec![],
    };
    program.peers.push(PeerInfo { name: Name::from("test"), transport: pluto_middle::facts::Transport::Direct });
    program.sites.push(SiteInfo { function: Name::from("main"), file: Name::from("main.pluto"), line: 7 });
    program
}

/// The id of a type, new or known.
pub(crate) fn ty(program: &mut Program, ty: Type) -> TypeId {
    match program.types.iter().position(|known| *known == ty) {
        Some(at) => TypeId::from_index(at),
        None => {
            let id = program.types.push(ty);
            lay_out(program);
            id
        }
    }
}

/// Computes the layouts of what the program has by now.
pub(crate) fn lay_out(program: &mut Program) {
    program.layouts = Layouts::of(&mut program.types, &program.services);
}

/// A function under construction; its first block is open.
pub(crate) struct Make {
    function: Function,
    status: Local,
    at: Block,
}

/// The block that hands a failure on.
const FAIL: Block = Block(1);

impl Make {
    /// A function that can fail, with these parameters, all owned.
    pub(crate) fn new(program: &mut Program, name: &str, params: &[TypeId], result: TypeId) -> Make {
        let function = Function {
            name: Name::from(name),
            params: vec![],
            result,
            status: HasStatus::Yes,
            stack_check: StackCheck::Yes,
            locals: IndexVec::new(),
            blocks: IndexVec::new(),
            site: Site(0),
            entry: Entry::Direct,
        };
        let status_type = ty(program, Type::Status);
        let mut make = Make { function, status: Local(0), at: Block(0) };
        for param in params {
            let local = make.local(*param);
            make.function.params.push((local, Passing::Owned));
        }
        make.status = make.local(status_type);
        make.block();
        make.block();
        make.function.blocks[FAIL].end = Terminator::Fail(Operand::Move(make.status));
        make
    }
    /// It is on no cycle of the call graph.
    pub(crate) fn unchecked(mut self) -> Make {
        self.function.stack_check = StackCheck::No;
        self
    }

    /// A parameter.
    pub(crate) fn param(&self, at: usize) -> Operand {
        Operand::Copy(self.function.params[at].0)
    }
    /// A local.
    pub(crate) fn local(&mut self, ty: TypeId) -> Local {
        let holds = Holds::Count;
        self.function.locals.push(LocalDecl { ty, name: Name::from(""), addressed: Addressed::No, root: None, holds })
    }
    /// A local in memory.
    pub(crate) fn addressed(&mut self, ty: TypeId) -> Local {
        let local = self.local(ty);
        self.function.locals[local].addressed = Addressed::Yes;
        local
    }
    /// A block.
    pub(crate) fn block(&mut self) -> Block {
        self.function.blocks.push(BlockData { insts: vec![], end: Terminator::Unreachable })
    }
    /// Goes on in a block.
    pub(crate) fn begin(&mut self, block: Block) {
        self.at = block;
    }
    /// An instruction.
    pub(crate) fn inst(&mut self, inst: Inst) {
        self.function.blocks[self.at].insts.push(inst);
    }
    /// The end of the block.
    pub(crate) fn end(&mut self, end: Terminator) {
        self.function.blocks[self.at].end = end;
    }
    /// Ends the block with what can fail, and goes on in a new one.
    pub(crate) fn step(&mut self, end: impl FnOnce(Block, OnFail) -> Terminator) {
        let then = self.block();
        let on_fail = OnFail { status: self.status, fail: FAIL };
        self.end(end(then, on_fail));
        self.begin(then);
    }
    /// Says how it is entered.
    pub(crate) fn entered(mut self, entry: Entry) -> Make {
        self.function.entry = entry;
        self
    }
    /// All parameters are borrowed.
    pub(crate) fn borrowing(mut self) -> Make {
        self.function.params.iter_mut().for_each(|param| param.1 = Passing::Borrowed);
        self
    }
    /// Drops its parameters.
    pub(crate) fn dropping(mut self) -> Make {
        for (local, _) in self.function.params.clone() {
            self.inst(Inst::Drop(local));
        }
        self
    }
    /// The next message, or the end.
    pub(crate) fn branch_next(&mut self, dest: Local, receiver: Operand, (then, end): (Block, Block)) {
        let on_fail = OnFail { status: self.status, fail: FAIL };
        self.end(Terminator::Next { dest, receiver, then, end, on_fail, site: Site(0) });
    }
    /// A `select`.
    pub(crate) fn select(&mut self, arms: Vec<SelectArm>, after: Option<(Operand, Block)>, default: Option<Block>) {
        let on_fail = OnFail { status: self.status, fail: FAIL };
        self.end(Terminator::Select(Box::new(Select { arms, after, default, on_fail, site: Site(0) })));
    }
    /// A wait.
    pub(crate) fn wait(&mut self, dest: Local, op: WaitOp, args: Vec<Operand>) {
        self.step(|then, on_fail| Terminator::Wait { dest, op, args, then, on_fail, site: Site(0) });
    }
    /// Checked arithmetic.
    pub(crate) fn checked(&mut self, dest: Local, op: Checked, left: Operand, right: Operand) {
        let right = Some(right);
        self.step(|then, on_fail| Terminator::Checked { dest, op, left, right, then, on_fail, site: Site(0) });
    }
    /// A call of a function that can fail.
    pub(crate) fn call(&mut self, dest: Local, function: Func, args: Vec<Operand>) {
        self.step(|then, on_fail| {
            let on_fail = Some(on_fail);
            Terminator::Call { dests: vec![dest], function, args, then, on_fail, site: Site(0) }
        });
    }
    /// Prints a value.
    pub(crate) fn print(&mut self, program: &mut Program, of: TypeId, value: Operand) {
        let string = ty(program, Type::String);
        let text = self.local(string);
        self.inst(Inst::Show { dest: text, ty: of, value, format: None });
        self.inst(Inst::Print { text: Operand::Copy(text) });
        self.inst(Inst::Drop(text));
    }
    /// The function.
    pub(crate) fn done(mut self, program: &mut Program, result: Operand) -> Func {
        self.end(Terminator::Return(vec![result]));
        lay_out(program);
        program.functions.push(self.function)
    }
}

/// A constant.
pub(crate) fn int(value: i64) -> Operand {
    Operand::Const(Const::Int(value))
}

/// A constant.
pub(crate) fn text(value: &str) -> Operand {
    Operand::Const(Const::Str(Name::from(value)))
}

/// A use.
pub(crate) fn copy(local: Local) -> Operand {
    Operand::Copy(local)
}

/// A last use.
pub(crate) fn moved(local: Local) -> Operand {
    Operand::Move(local)
}

/// Makes a function `main`.
pub(crate) fn set_main(program: &mut Program, function: Func, result: MainResult) {
    lay_out(program);
    program.main = Some(Main { function, result, app: None });
}
